"""The editor in a browser: with CodeMirror, which the fixture builds on, and without scripts."""

from __future__ import annotations

import json
from urllib.parse import parse_qs, quote, urlsplit

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


def test_cancelling_ends_the_query_on_the_server(editor: Page, site: Server) -> None:
    def gone() -> float:
        found = [line for line in site.get("/metrics").text.splitlines() if '"gone"' in line]
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
        if script:
            page.locator(".editor-examples summary", has_text="evidence").click()
        else:
            page.locator(".editor-examples summary", has_text="evidence").click()
        page.locator(".editor-examples").get_by_role(
            "link", name="Which claims, statements, markers"
        ).click()
        if script:
            expect(page.locator(".cm-content")).to_contain_text("CONSTRUCT")
            value = page.locator(".cm-line", has_text="# param: concept")
            value.click()
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
