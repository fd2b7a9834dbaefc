"""The editor in a browser: with CodeMirror, which the fixture builds on, and without scripts."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import parse_qs, quote, urlencode, urlsplit

import pytest
from pages.conftest import Visit
from playwright.sync_api import Page, expect
from pyoxigraph import RdfFormat, parse
from serving import Server, eventually

from crampkg.server.pages.editor import LONGEST_ADDRESS, is_built

WANTED = "the editor is not built: make editor (needs Node.js 20 or newer)"
SLOW = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


@pytest.fixture
def editor(visit: Visit, request: pytest.FixtureRequest) -> Page:
    """Return the page with CodeMirror in it, its text selected; a parameter is its width."""
    if not is_built():
        pytest.skip(WANTED)
    page = visit("/editor", viewport={"width": getattr(request, "param", 1280), "height": 800})
    content = page.get_by_role("textbox", name="SPARQL query")
    expect(content).to_be_visible()
    expect(page.locator("#query")).to_be_hidden()
    content.click()
    page.keyboard.press("Control+a")
    return page


def text_of(page: Page) -> str:
    """Return the query in the editor."""
    lines = page.locator(".cm-line").all_inner_texts()
    return "\n".join(line.replace("\n", "") for line in lines)


def test_without_scripts_a_query_is_answered_below_it(visit: Visit) -> None:
    page = visit("/editor", java_script_enabled=False)
    area = page.get_by_label("Query", exact=True)
    assert "kg:dehydration" in area.input_value()
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#results h2")).to_contain_text("rows")
    expect(page.locator("#results tbody tr").first).to_be_visible()
    area.fill("SELECT ?label {\n  kg:calf skos:prefLabel ?label\n")
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("alert")).to_contain_text("line 2")
    expect(page.locator("#results pre")).to_contain_text("kg:calf skos:prefLabel ?label")
    assert area.input_value().startswith("SELECT ?label {\n")
    area.fill("SELECT ?label {\n  kg:calf skos:prefLabel ?label\n}")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#results tbody")).to_have_text("calf @en")
    for show, there in (("raw", "pre.raw"), ("table", "table.plain")):
        page.get_by_label(show, exact=True).check()
        page.get_by_role("button", name="Run").click()
        expect(page.locator(f"#results {there}")).to_be_visible()


def test_without_scripts_a_query_too_long_for_an_address_is_told_on_a_page(visit: Visit) -> None:
    page = visit("/editor", java_script_enabled=False)
    area = page.get_by_label("Query", exact=True)
    query = f"# {'x' * 70_000}\nASK {{}}"
    area.fill(query)
    page.get_by_role("button", name="Run").click()
    expect(page.locator("main")).to_contain_text("The query is too long for an address.")
    expect(page.locator("body")).to_contain_text("Not medical advice")
    page.go_back()
    assert area.input_value() == query


def test_a_query_with_every_prefix_and_highlights(editor: Page) -> None:
    """A prefix is declared when its colon is typed, once."""
    editor.keyboard.type("SELECT * {\nkg:calf ck:partOf ?x . kg:leg ck:partOf ?y ")
    expect(editor.locator(".cm-line").first).to_have_text(
        "PREFIX ck: <https://w3id.org/crampkg/ontology#>"
    )
    text = text_of(editor)
    assert text.count("PREFIX ck:") == 1
    assert text.count("PREFIX kg: <https://w3id.org/crampkg/id/>") == 1
    keyword = editor.locator(".cm-line span", has_text="SELECT").first
    plain = editor.locator(".cm-line").first
    colour = "it => getComputedStyle(it).color"
    assert keyword.evaluate(colour) != plain.evaluate(colour)


@pytest.mark.parametrize(
    "typed",
    [
        "SELECT * { ?a constructor:x toString:y __proto__:z ",
        "# of kg:calf\nSELECT * {",
        "SELECT ('kg:calf' AS ?x) { # kg:calf",
        "PREFIX kg: <http://example.org/> PREFIX x: <http://example.org/x> SELECT * { kg:calf ",
        "PREFIX x: <http://example.org/x> PREFIX kg: <http://example.org/> SELECT * { kg:calf ",
        "prefix kg: <http://example.org/> select * { <http://kg:80> kg:calf ",
    ],
)
def test_no_prefix_is_declared_that_is_none_or_twice(editor: Page, typed: str) -> None:
    editor.evaluate("fetch('/editor/vocabulary').then(it => it.text())")
    editor.keyboard.type(typed)
    editor.keyboard.press("Escape")
    editor.wait_for_timeout(100)
    known = [line for line in text_of(editor).split("\n") if "w3id.org" in line or "native" in line]
    assert known == []
    editor.keyboard.type(" ck:part")  # as it is of what is known
    expecting = 0 if "{ #" in typed else 1
    expect(editor.locator(".cm-line", has_text="PREFIX ck:")).to_have_count(expecting)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_each_part_of_a_query_has_a_colour_that_can_be_read(visit: Visit, scheme: str) -> None:
    if not is_built():
        pytest.skip(WANTED)
    parts = {"SELECT": "keyword", "a": "keyword", "?x": "variable", "ck:Cause": "name"}
    parts |= {"skos:prefLabel": "name", "<http://example.org/>": "name", '"calf"': "string"}
    parts |= {"-17": "number"}
    query = 'SELECT * {\n?x a ck:Cause ; skos:prefLabel "calf" ; <http://example.org/> -17 }'
    page = visit(f"/editor?{urlencode({'query': query})}", color_scheme=scheme)
    expect(page.locator(".cm-content")).to_be_visible()
    page.locator("h1").click()  # so that no line is the one that is written in
    seen = page.evaluate(
        """() => {
        const seen = {willReadFrequently: true};
        const canvas = document.createElement("canvas").getContext("2d", seen);
        const rgb = (colour) => {
          canvas.fillStyle = colour;
          canvas.fillRect(0, 0, 1, 1);
          return [...canvas.getImageData(0, 0, 1, 1).data.slice(0, 3)];
        };
        const root = document.querySelector(".editor-host").shadowRoot;
        const spans = [...root.querySelectorAll(".cm-line span")].filter(it => !it.children.length);
        const ofText = spans.map(it => [it.textContent, rgb(getComputedStyle(it).color)]);
        const editor = getComputedStyle(root.querySelector(".cm-editor"));
        return {parts: ofText, plain: rgb(editor.color), paper: rgb(editor.backgroundColor)};
        }"""
    )
    colours = {text: tuple(colour) for text, colour in seen["parts"]}
    assert set(parts) <= set(colours)
    for text, kind in parts.items():
        assert colours[text] != tuple(seen["plain"]), text
        assert contrast(colours[text], seen["paper"]) >= 4.5, text
        same = {colours[other] for other, its in parts.items() if its == kind}
        assert same == {colours[text]}
    assert len({colours[text] for text in parts}) == len(set(parts.values()))


def contrast(one: Sequence[int], other: Sequence[int]) -> float:
    """Return the contrast of two colours, as WCAG 2 has it."""

    def luminance(colour: Sequence[int]) -> float:
        parts = [part / 255 for part in colour]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize(
    ("typed", "offered", "line"),
    [
        ("?x skos:prefL", "skos:prefLabel", "?x skos:prefLabel"),
        ("?x subclass", "rdfs:subClassOf", "?x rdfs:subClassOf"),
        ("?x rdf:ty", "rdf:type", "?x rdf:type"),
        ("GRAPH g:cla", "g:claims", "GRAPH g:claims"),
        ("?c ck:claimPredicate/prefLabel", "skos:prefLabel", "?c ck:claimPredicate/skos:prefLabel"),
        (
            "?c ck:claimPredicate/skos:prefL",
            "skos:prefLabel",
            "?c ck:claimPredicate/skos:prefLabel",
        ),
        ("?c ck:claimSubject calf pa", "kg:calf-pain", "?c ck:claimSubject kg:calf-pain"),
        ("?c a marker 7", "art:marker-7", "?c a art:marker-7"),
    ],
)
def test_words_of_other_vocabularies_graphs_and_names_of_several_words_are_completed(
    editor: Page, typed: str, offered: str, line: str
) -> None:
    editor.keyboard.insert_text("SELECT * {\n")
    editor.keyboard.type(typed)
    first = editor.locator(".cm-tooltip-autocomplete li[aria-selected]")
    expect(first).to_contain_text(offered)
    editor.wait_for_timeout(150)
    editor.keyboard.press("Enter")
    expect(editor.locator(".cm-activeLine")).to_have_text(line)
    prefix = offered.partition(":")[0]
    expect(editor.locator(".cm-line", has_text=f"PREFIX {prefix}:")).to_have_count(1)


@pytest.mark.parametrize(
    "typed", ["# calf", "SELECT ('calf", "SELECT * { <calf", '("""calf\'s calf']
)
def test_nothing_is_completed_within_text(editor: Page, typed: str) -> None:
    editor.keyboard.insert_text(typed[:-4])
    editor.keyboard.type(typed[-4:])
    editor.wait_for_timeout(400)
    expect(editor.locator(".cm-tooltip-autocomplete")).to_have_count(0)


def test_a_link_to_a_place_of_the_page_keeps_the_query(editor: Page) -> None:
    """With keys alone, to the content and back; a query of the history is another page."""
    editor.keyboard.insert_text("ASK { kg:calf ?p kg:leg }")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#results")).to_contain_text("Yes.")
    editor.keyboard.press("Control+a")
    editor.keyboard.insert_text("ASK { # just typed\n}")
    editor.evaluate("window.isTheSame = true")
    editor.keyboard.press("Escape")
    for _ in range(40):
        editor.keyboard.press("Shift+Tab")
        if editor.evaluate("document.activeElement.className") == "skip":
            break
    editor.keyboard.press("Enter")
    editor.wait_for_url("**/editor?*#main")
    assert editor.evaluate("document.activeElement.id") == "main"
    editor.go_back()
    editor.wait_for_url("**/editor?*show=table")
    editor.wait_for_timeout(300)
    assert editor.evaluate("window.isTheSame")
    assert text_of(editor) == "ASK { # just typed\n}"
    editor.go_back()
    editor.wait_for_function("window.isTheSame === undefined")
    expect(editor.locator(".cm-content")).to_contain_text("kg:dehydration")


def test_what_runs_again_is_no_new_step_in_the_history(editor: Page) -> None:
    editor.keyboard.insert_text("ASK { kg:calf ?p kg:leg }")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#results")).to_contain_text("Yes.")
    editor.evaluate("document.querySelector('#results').replaceChildren()")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#results")).to_contain_text("Yes.")
    editor.go_back()
    expect(editor.locator(".cm-content")).to_contain_text("kg:dehydration")


def test_nor_is_what_a_link_has_run_before(visit: Visit) -> None:
    if not is_built():
        pytest.skip(WANTED)
    asked = urlencode({"query": "ASK { kg:calf ck:partOf* kg:leg } # ~", "show": "table"})
    page = visit(f"/editor?{asked}", java_script_enabled=True)  # a window without a history
    expect(page.locator(".cm-content")).to_be_visible()
    steps = page.evaluate("history.length")
    page.evaluate("document.querySelector('#results').replaceChildren()")
    page.get_by_role("button", name="Run").click()
    expect(page.locator("#results")).to_contain_text("Yes.")
    assert page.evaluate("history.length") == steps
    page.get_by_label("raw", exact=True).check()
    expect(page.locator("#results pre.raw")).to_be_visible()
    assert page.evaluate("history.length") == steps + 1


def test_terms_are_completed_by_curie_and_by_label(editor: Page) -> None:
    editor.keyboard.type("SELECT * { ?c ck:claimSubj")
    offered = editor.locator(".cm-tooltip-autocomplete li").first
    expect(offered).to_contain_text("ck:claimSubject")
    editor.wait_for_timeout(150)  # CodeMirror ignores keys for a moment, lest one is meant for text
    editor.keyboard.press("Enter")
    editor.keyboard.type(" femoral")
    expect(editor.locator(".cm-tooltip-autocomplete")).to_contain_text("kg:femoral-artery-disease")
    editor.wait_for_timeout(150)
    while (
        "kg:femoral-artery-disease"
        not in editor.locator(".cm-tooltip-autocomplete li[aria-selected]").inner_text()
    ):
        editor.keyboard.press("ArrowDown")
    editor.keyboard.press("Enter")
    assert "?c ck:claimSubject kg:femoral-artery-disease" in text_of(editor)
    assert "PREFIX kg:" in text_of(editor)
    editor.keyboard.type(" }")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#results tbody")).to_contain_text("claim-femoral-artery-disease")


@pytest.mark.parametrize(("editor", "is_shown"), [(1280, True), (390, False)], indirect=["editor"])
def test_a_definition_stands_beside_the_list_and_never_on_it(editor: Page, is_shown: bool) -> None:
    editor.keyboard.type("SELECT * { ?c ck:cla")
    definition = editor.locator(".cm-completionInfo")
    expect(definition).to_have_count(1)
    expect(definition).to_be_visible(visible=is_shown)


def test_a_fault_is_marked_at_its_line_and_column(editor: Page) -> None:
    editor.keyboard.insert_text("SELECT * {\n  kg:calf ?p ?o .\n  FILTR (?p)\n}")
    editor.keyboard.press("Control+Enter")
    expect(editor.get_by_role("alert")).to_contain_text("line 3, column 3")
    mark = editor.locator(".cm-lintRange-error")
    expect(mark).to_have_text("FILTR")
    expect(editor.locator(".cm-gutter-lint .cm-lint-marker-error")).to_have_count(1)
    editor.keyboard.press("Control+a")
    editor.keyboard.insert_text("ASK {}")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#results")).to_contain_text("Yes.")
    expect(mark).to_have_count(0)


def test_a_fault_is_marked_behind_characters_of_two_halves(editor: Page) -> None:
    editor.keyboard.insert_text('SELECT * { ?s ?p "\U0001f9b5\U0001f9b5\U0001f9b5" FILTR (?p) }')
    editor.keyboard.press("Control+Enter")
    expect(editor.locator(".cm-lintRange-error")).to_have_text("FILTR")


def test_an_empty_query_leaves_no_fault_behind(editor: Page) -> None:
    editor.keyboard.insert_text("SELECT {")
    editor.keyboard.press("Control+Enter")
    expect(editor.get_by_role("alert")).to_be_visible()
    editor.keyboard.press("Control+a")
    editor.keyboard.press("Delete")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#state")).to_have_text("There is no query yet.")
    expect(editor.get_by_role("alert")).to_have_count(0)
    expect(editor.locator("#results")).to_be_empty()


def test_a_query_that_is_too_long_is_told_in_place_of_the_result(editor: Page) -> None:
    editor.keyboard.insert_text(f"# {'x' * 78}\n" * 2_000 + "ASK {}")
    editor.keyboard.press("Control+Enter")
    alert = editor.get_by_role("alert")
    expect(alert).to_contain_text("too long")
    expect(editor.locator("main")).to_have_count(1)
    expect(editor.locator("#results")).to_have_count(1)
    expect(editor.locator(".cm-content")).to_be_visible()


@pytest.mark.parametrize(
    ("type", "body"),
    [
        ("text/html", "<main><h1>Busy</h1><p>Ask again in a moment.</p></main>"),
        ("application/problem+json", '{"title": "Busy", "detail": "Ask again in a moment."}'),
    ],
)
def test_an_answer_without_a_result_is_told_in_its_place(
    editor: Page, type: str, body: str
) -> None:
    """From a proxy, say; here with a status of 200, since others are told in the console."""
    editor.route("**/editor?live=1", lambda it: it.fulfill(body=body, content_type=type))
    editor.keyboard.insert_text("ASK {}")
    editor.keyboard.press("Control+Enter")
    alert = editor.get_by_role("alert")
    expect(alert.get_by_role("heading")).to_have_text("Busy")
    expect(alert.locator("p")).to_have_text("Ask again in a moment.")
    expect(editor.locator("main")).to_have_count(1)
    editor.unroute("**/editor?live=1")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#results")).to_contain_text("Yes.")


def test_the_address_is_a_link_to_the_query_and_its_result(editor: Page, visit: Visit) -> None:
    editor.keyboard.insert_text("SELECT ?p { kg:calf ?p kg:leg }")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#results tbody")).to_contain_text("ck:partOf")
    asked = parse_qs(urlsplit(editor.url).query)
    assert asked == {"query": ["SELECT ?p { kg:calf ?p kg:leg }"], "show": ["table"]}
    again = visit(editor.url.partition("/editor")[1] + editor.url.partition("/editor")[2])
    expect(again.locator("#results tbody")).to_contain_text("ck:partOf")
    editor.go_back()
    expect(editor.locator(".cm-content")).to_contain_text("kg:dehydration")


def test_the_result_as_table_raw_and_picture(editor: Page) -> None:
    editor.keyboard.insert_text("CONSTRUCT WHERE { kg:calf ck:partOf kg:leg }")
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#results tbody tr")).to_have_count(1)
    editor.get_by_label("raw", exact=True).check()
    expect(editor.locator("#results pre.raw")).to_contain_text("ck:partOf kg:leg")
    editor.get_by_label("picture", exact=True).check()
    expect(editor.locator("#results .picture-box svg")).to_be_visible()
    with editor.expect_download() as caught:
        editor.get_by_role("link", name="SVG").click()
    assert b"partOf" not in caught.value.path().read_bytes()
    assert b"is part of" in caught.value.path().read_bytes()
    expect(editor.get_by_role("link", name="calf, Sites")).to_have_attribute("href", "/id/calf")


def test_a_select_has_no_picture_and_says_so(editor: Page) -> None:
    editor.keyboard.insert_text("SELECT * { kg:calf ?p ?o }")
    editor.get_by_label("picture", exact=True).check()
    editor.get_by_role("button", name="Run").click()
    expect(editor.locator("#results")).to_contain_text("CONSTRUCT or DESCRIBE")


def test_cancelling_ends_the_query_on_the_server(editor: Page, live: Server) -> None:
    def gone() -> float:
        found = [line for line in live.get("/metrics").text.splitlines() if '"gone"' in line]
        return float(found[0].rpartition(" ")[2]) if found else 0.0

    before = gone()
    editor.keyboard.insert_text(SLOW)
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#state")).to_have_text("Running…")
    editor.get_by_role("button", name="Cancel").click()
    expect(editor.locator("#state")).to_have_text("Cancelled.")
    expect(editor.get_by_role("button", name="Cancel")).to_be_hidden()
    assert eventually(lambda: gone() == before + 1)


def test_a_query_too_long_for_an_address_is_posted(editor: Page) -> None:
    text = f"# {'x' * LONGEST_ADDRESS}\nSELECT ?p {{ kg:calf ?p kg:leg }}"
    editor.keyboard.insert_text(text)
    address = editor.url
    editor.keyboard.press("Control+Enter")
    expect(editor.locator("#results tbody")).to_contain_text("ck:partOf")
    assert editor.url == address
    expect(editor.locator("#results")).to_contain_text("too long for an address")
    with editor.expect_download() as caught:
        editor.get_by_role("button", name="CSV").click()
    assert caught.value.path().read_bytes().startswith(b"p\r\n")


def test_tab_indents_and_after_escape_leaves(editor: Page) -> None:
    editor.keyboard.insert_text("ASK {}")
    editor.keyboard.press("Home")
    editor.keyboard.press("Tab")
    assert text_of(editor) == "  ASK {}"
    editor.keyboard.press("Escape")
    expect(editor.get_by_role("status")).to_have_text("Tab leaves the editor now.")
    editor.keyboard.press("Tab")
    assert editor.evaluate("document.activeElement.textContent") == "Run"
    editor.keyboard.press("Shift+Tab")
    editor.keyboard.press("Escape")
    editor.keyboard.press("Shift+Tab")
    inside = "document.activeElement.shadowRoot !== null"
    assert not editor.evaluate(inside)


def test_an_engineer_edits_a_canned_query_and_downloads_json_ld(visit: Visit) -> None:
    """With scripts or without, from the examples to a file."""
    for script in (True, False):
        if script and not is_built():
            pytest.skip(WANTED)
        page = visit("/", java_script_enabled=script)
        page.get_by_role("link", name="Editor", exact=True).click()
        page.locator(".editor-examples summary", has_text="evidence").click()
        page.locator(".editor-examples").get_by_role(
            "link", name="Which claims, statements, markers"
        ).click()
        if script:
            expect(page.locator(".cm-content")).to_contain_text("CONSTRUCT")
            for _ in range(2):  # the line stands in both parts of the query
                page.locator(".cm-line", has_text="# param: concept").first.click()
                page.keyboard.press("Home")
                page.keyboard.press("Shift+End")
                page.keyboard.insert_text("VALUES ?concept { kg:dehydration }")
            page.keyboard.press("Control+Enter")
        else:
            area = page.get_by_label("Query", exact=True)
            text = area.input_value()
            assert "kg:quinine-sulfate" in text
            area.fill(text.replace("kg:quinine-sulfate", "kg:dehydration"))
            page.get_by_role("button", name="Run").click()
        expect(page.locator("#results h2")).to_contain_text("triples")
        with page.expect_download() as caught:
            page.get_by_role("link", name="JSON-LD").click()
        assert caught.value.suggested_filename == "crampkg-result.jsonld"
        content = caught.value.path().read_bytes()
        json.loads(content)
        subjects = {str(quad.subject) for quad in parse(content, RdfFormat.JSON_LD)}
        assert any("claim-dehydration" in subject for subject in subjects)


def test_a_long_text_in_a_result_is_no_column_of_words(visit: Visit) -> None:
    said = "skos:definition ?b ; skos:prefLabel ?c ; a ?d ; rdfs:domain ?e ; rdfs:range ?f"
    query = f"SELECT * {{ ?a {said} }}"
    page = visit(f"/editor?query={quote(query)}", java_script_enabled=False)
    rows = page.locator("#results tbody tr")
    assert rows.count() > 20
    highest = rows.evaluate_all("rows => Math.max(...rows.map((row) => row.offsetHeight))")
    assert highest < 160
