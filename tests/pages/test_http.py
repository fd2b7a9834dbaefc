"""The pages as HTTP: formats, headers, validators, problems; each question and kind of thing."""

from __future__ import annotations

import io
import json
import re
import zipfile
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from conftest import ROOT
from pages.browsing import PAGES
from pyoxigraph import NamedNode, RdfFormat, parse

from crampkg import __version__
from crampkg.answers.answer import Answer
from crampkg.graph import KnowledgeGraph
from crampkg.server.pages.addresses import address
from crampkg.vocabulary import KG, MAPPED, PREFIXES
from web import Web

HTML = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"

RDF = {
    ".ttl": ("text/turtle", RdfFormat.TURTLE),
    ".nt": ("application/n-triples", RdfFormat.N_TRIPLES),
    ".jsonld": ("application/ld+json", RdfFormat.JSON_LD),
    ".rdf": ("application/rdf+xml", RdfFormat.RDF_XML),
}


class Links(HTMLParser):
    """Gathers where the links, forms and files of a page lead, and the names of its places."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: set[str] = set()
        self.places: set[str] = set()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        del tag
        for name, value in attrs:
            if name in ("href", "src", "action") and value:
                self.links.add(value)
            if name == "id" and value:
                self.places.add(value)


@pytest.mark.parametrize("suffix", RDF)
def test_a_concept_is_data_by_suffix_and_by_what_is_accepted(web: Web, suffix: str) -> None:
    type, format = RDF[suffix]
    by_suffix = web.get(f"/id/dehydration{suffix}", headers={"accept": HTML})
    accepted = web.get("/id/dehydration", headers={"accept": type})
    for response in (by_suffix, accepted):
        assert response.status_code == 200
        assert response.headers["content-type"].partition(";")[0] == type
        assert "Accept" in response.headers["vary"]
        assert response.headers["content-location"] == f"/id/dehydration{suffix}"
        assert response.content == by_suffix.content
    told = list(parse(by_suffix.content, format=format))
    assert NamedNode(f"{KG}dehydration") in {quad.subject for quad in told}


@pytest.mark.parametrize(
    ("accept", "type"),
    [
        ("text/turtle;charset=utf-8", "text/turtle"),
        ("text/html; charset=utf-8", "text/html"),
        ('application/ld+json;profile="http://example.org/a,b";q=0.9', "application/ld+json"),
        ("application/rdf+xml;q=0.2, text/turtle;version=1.2;q=0.8", "text/turtle"),
        # A range is a registered type first, and no alias such as application/x-turtle.
        ("application/*", "application/ld+json"),
        ("text/*", "text/html"),
        ("application/x-turtle", "application/x-turtle"),
    ],
)
def test_parameters_of_what_is_accepted_are_left_aside(web: Web, accept: str, type: str) -> None:
    answer = web.get("/id/dehydration", headers={"accept": accept})
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == type


@pytest.mark.parametrize("suffix", [".trig", ".nq", ".json", ".zebra"])
def test_a_format_that_a_thing_has_not_is_an_address_like_any_other(web: Web, suffix: str) -> None:
    for path in ("/id/dehydration", "/ontology"):
        assert web.get(f"{path}{suffix}").status_code == 404


def test_the_iri_of_the_ontologys_version_leads_to_it(web: Web) -> None:
    told = web.get("/ontology.ttl").content
    found = re.search(rb"owl:versionIRI <https://w3id.org/crampkg(/ontology/[^>]+)>", told)
    assert found
    path = found[1].decode()
    page = web.get(path, headers={"accept": HTML})
    assert page.status_code == 200
    assert f'<https://w3id.org/crampkg{path}>; rel="canonical"' in page.headers["link"]
    assert f'<{path}.ttl>; rel="alternate"' in page.headers["link"]
    assert web.get(f"{path}.ttl").content == told
    assert web.get(path, headers={"accept": "text/turtle"}).content == told
    for other in ("/ontology/0.0.9", "/ontology/0.0.9.ttl", "/ontology/zebra"):
        assert web.get(other).status_code == 404


@pytest.mark.parametrize("path", ["/id/dehydration", "/ontology"])
def test_a_page_links_to_its_other_forms(web: Web, path: str) -> None:
    page = web.get(path, headers={"accept": HTML})
    assert page.headers["content-type"] == "text/html; charset=utf-8"
    assert page.content == web.get(f"{path}.html").content
    links = page.headers["link"]
    assert f'<https://w3id.org/crampkg{path}>; rel="canonical"' in links
    assert 'rel="describedby"' in links
    for suffix, (type, _) in RDF.items():
        assert f'<{path}{suffix}>; rel="alternate"; type="{type}"' in links
        other = web.get(f"{path}{suffix}")
        assert other.headers["content-type"].partition(";")[0] == type
        assert f'<{path}.html>; rel="alternate"; type="text/html"' in other.headers["link"]
    assert web.get(path, headers={"accept": "image/png"}).status_code == 406


@pytest.mark.parametrize("name", ["home", "question", "concept", "evidence", "why"])
def test_a_page_is_sent_once_and_not_run_for_its_head(web: Web, name: str) -> None:
    page = web.get(PAGES[name])
    again = web.get(PAGES[name], headers={"if-none-match": page.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    head = web.client.head(PAGES[name])
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["etag"] == page.headers["etag"]
    policy = page.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "unsafe" not in policy
    assert re.search(r"<script(?! src=)|\son\w+=|\sstyle=", page.text) is None


def test_a_file_is_kept_by_its_address(web: Web) -> None:
    for link in Links(web.get("/").text).links:
        if link.startswith("/static/"):
            file = web.get(link)
            assert file.status_code == 200
            assert "immutable" in file.headers["cache-control"]
            assert re.search(r"\?[0-9a-f]{12}$", link)
            assert web.get(link.partition("?")[0]).headers["cache-control"] == "no-cache"
    assert web.get("/static/../app.py").status_code == 404
    assert web.get("/static/nothing.css").status_code == 404


@pytest.mark.parametrize(
    ("path", "status", "as_page", "as_problem"),
    [
        ("/nothing-here", 404, 404, 404),
        ("/questions/nothing-here", 404, 404, 404),
        # Who accepts nothing that an address has is told that, before it is looked whether it has.
        ("/id/nothing-here", 404, 404, 406),
        ("/api/describe?term=zebra", 400, 406, 406),
        ("/sparql?query=SELEC", 400, 400, 400),
    ],
)
def test_a_problem_is_a_page_for_a_browser_and_json_for_a_program(
    web: Web, path: str, status: int, as_page: int, as_problem: int
) -> None:
    told = web.get(path, headers={"accept": "text/html"})
    assert told.status_code == as_page
    assert told.headers["content-type"] == "text/html; charset=utf-8"
    assert "Not medical advice" in told.text
    assert "Accept" in told.headers["vary"]
    for accept in ("*/*", "application/json", "application/problem+json"):
        problem = web.get(path, headers={"accept": accept})
        assert problem.status_code == (as_problem if "problem" in accept else status)
        assert problem.headers["content-type"] == "application/problem+json"
        assert problem.json()["status"] == problem.status_code


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("site=cafl", "No anatomical site is called “cafl”."),
        ("site=claudication", "“claudication” is known, but is no anatomical site."),
        ("sit=calf", "There is no “<bdi>sit</bdi>” to fill in here"),
        (f"site={'x' * 2000}", "A name has at most 300 characters."),
    ],
)
def test_what_was_asked_wrongly_is_told_with_its_status(web: Web, query: str, says: str) -> None:
    page = web.get(f"/questions/arteries-explaining-pain?{query}")
    assert page.status_code == 400
    assert says in page.text
    assert "etag" not in page.headers


def test_several_values_of_a_parameter_are_asked_together(web: Web) -> None:
    page = web.get("/questions/arteries-explaining-pain?site=calf&site=buttock").text
    assert page.count('<select id="field-site') == 2
    assert "Which arteries explain pain at the calf or buttock" in page
    assert "site=kg:calf&amp;site=kg:buttock" in page
    for artery in ("popliteal artery", "iliac artery"):
        assert f"<bdi>{artery}</bdi>" in page


def test_one_more_value_is_a_field_that_may_stay_empty(web: Web) -> None:
    path = "/questions/arteries-explaining-pain?site=calf"
    assert web.get(path).text.count('<select id="field-site') == 1
    one_more = web.get(f"{path}&site=").text
    assert one_more.count('<select id="field-site') == 2
    assert '<option value="" selected>(none)</option>' in one_more
    assert 'value="http://' in one_more
    assert re.search(r'value="[^"]+\?site=kg:calf"', one_more), "the link has what is asked alone"
    assert 'name="site" value=""' not in one_more
    taken_away = web.get("/questions/arteries-explaining-pain?site=&site=foot").text
    assert taken_away.count('<select id="field-site') == 1
    assert '<option value="kg:foot" selected>' in taken_away


@pytest.mark.parametrize("value", ["", "%20"])
def test_a_page_says_that_a_parameter_was_empty(web: Web, value: str) -> None:
    path = "/questions/vessels-implicated-in"
    page = web.get(f"{path}?problem={value}").text
    told = "It was left empty. The answer is for <bdi>claudication</bdi>, as when nothing is chosen"
    assert page.count(told) == 1
    assert page.count('aria-describedby="field-problem-empty"') == 1
    for without in ("", "?problem=claudication", "?problem=&problem=claudication"):
        assert "It was left empty" not in web.get(path + without).text


def test_no_picture_is_drawn_of_the_default_of_an_empty_parameter(web: Web) -> None:
    path = "/picture?question=vessels-implicated-in"
    refused = web.get(f"{path}&problem=")
    assert refused.status_code == 400
    assert "problem&#39; is empty. Give it a value, or leave it out" in refused.text
    assert web.get(f"{path}&concept=&query=").status_code == 200


def lines_of(answer: Answer) -> set[tuple[object, ...]]:
    """Return what the rows of an answer say beside whom they cite, each once."""
    if answer.form == "graph":
        return set(answer.triples)
    cited = {"marker", "markerStatus", "source", "sourceLabel"}
    if not {"claim", "markerStatus"}.issubset(answer.variables):
        cited = set()
    return {tuple(row[name] for name in answer.variables if name not in cited) for row in answer}


def test_each_question_has_a_page_that_shows_all_of_its_answer(
    web: Web, graph: KnowledgeGraph
) -> None:
    for question in graph.questions():
        page = web.get(f"/questions/{question.id}")
        answer = graph.ask(question.id)
        assert page.status_code == 200, question.id
        rows = re.findall(r'<tr role="row"(?: class="quoted")?>\n<th role="rowheader"', page.text)
        assert len(rows) == len(lines_of(answer)), question.id
        if "markerStatus" in answer.variables and "claim" in answer.variables:
            # Rows that differ in the marker alone are one line, with each marker in it.
            marked = sum(row["marker"] is not None for row in answer)
            assert page.text.count(">marker ") >= marked, question.id
        for parameter in question.params:
            assert f'name="{parameter.name}"' in page.text


def test_a_thing_of_each_kind_has_a_page(web: Web, graph: KnowledgeGraph) -> None:
    seen: set[str] = set()
    for term in graph.terms:
        fresh = set(term.kinds) - seen
        if term.iri.startswith(KG) and fresh:
            seen |= fresh
            page = web.get(address(term.iri), headers={"accept": HTML})
            assert page.status_code == 200, term.iri
            assert f"<h1><bdi>{term.label}" in page.text.replace("&#39;", "'"), term.iri
    assert len(seen) > 30


def test_every_link_of_every_page_leads_somewhere(web: Web, graph: KnowledgeGraph) -> None:
    asked: dict[str, set[str]] = {}
    for path in PAGES.values():
        for link in Links(web.get(path, headers={"accept": HTML}).text).links:
            whole = urlsplit(urljoin(path, link))
            if not whole.netloc:
                target = f"{whole.path}?{whole.query}" if whole.query else whole.path
                asked.setdefault(target, set()).add(whole.fragment)
    assert len(asked) > 500
    sample: dict[str, list[str]] = {}
    for target in sorted(asked):
        path = target.partition("?")[0]
        if path.startswith("/id/") and "." not in path:  # there is a test of their pages
            assert graph.terms.get(KG + unquote(path.removeprefix("/id/"))), target
        elif not path.startswith(("/picture", "/editor", "/nothing-here")):
            sample.setdefault(path.split("/")[1], []).append(target)
    for folder, targets in sample.items():
        most = 2 if folder == "why" else 8
        for target in Random(7).sample(targets, min(len(targets), most)):
            page = web.get(target, headers={"accept": HTML})
            assert page.status_code == 200 or target in PAGES.values(), target
            if any(asked[target]):
                assert asked[target] - {""} <= Links(page.text).places, target


def test_the_picture_of_every_answer_that_offers_one_is_drawn(
    web: Web, graph: KnowledgeGraph
) -> None:
    """Whatever the parameters of the question are called."""
    offered = 0
    for question in graph.questions():
        links = Links(web.get(f"/questions/{question.id}").text).links
        for link in (link for link in links if link.startswith("/picture?question=")):
            offered += 1
            page = web.get(link)
            assert page.status_code == 200, link
            assert '<svg xmlns="http://www.w3.org/2000/svg"' in page.text, link
    assert offered > 30


def test_a_search_finds_questions_and_what_they_may_be_about(web: Web) -> None:
    found = web.get("/questions?q=quinine").text
    assert "/id/quinine-sulfate" in found
    assert "/questions/intervention-verdict?intervention=kg:quinine-sulfate" in found
    assert "No question and no concept" in web.get("/questions?q=zebra").text


def test_a_list_is_parted_into_pages(web: Web, graph: KnowledgeGraph) -> None:
    kind = graph.find("information entity")
    total = len(graph.terms.of_kind(kind.iri))
    first = web.get("/concepts?kind=ck:InformationEntity").text
    assert f"{total} found, page 1 of" in first
    after = re.search(r'href="([^"]+)" rel="next"', first)
    assert after is not None
    second = web.get(after[1].replace("&amp;", "&")).text
    assert "page 2 of" in second
    assert 'rel="prev"' in second
    for strange in ("0", "-1", "x", "9" * 30, "٣"):
        assert web.get(f"/concepts?kind=ck:Claim&page={strange}").status_code == 200


def test_why_tells_each_part_that_means_nothing(web: Web) -> None:
    page = web.get("/why?subject=zebra&predicate=&object=calf+pain")
    assert page.status_code == 400
    assert page.text.count('aria-invalid="true"') == 2
    assert "Nothing here is called “zebra”." in page.text
    beside = web.get("/why?subject=gastrocnemius&predicate=causes&object=calf+pain").text
    assert (
        "Nothing here is called “gastrocnemius”. It names something narrower than calf." in beside
    )
    assert "<title>Error: " in page.text
    assert {"#subject", "#predicate"} <= Links(page.text).links


@pytest.mark.parametrize(
    ("query", "wrong"),
    [
        ("subject=kg:calf&predicate=kg:foo&object=zz", {"predicate", "object"}),
        ("subject=zz&predicate=ck:foo&object=zz", {"subject", "predicate", "object"}),
        ("subject=kg:calf&predicate=kg:thigh&object=kg:foot", {"predicate"}),
        ("subject=kg:calf&predicate=a&object=kg:foot", {"object"}),
        ("subject=kg:calf&predicate=rdfs:subClassOf&object=ck:Artery", {"subject"}),
        ("subject=kg:calf&predicate=skos:prefLabel&object=no+such+name", {"object"}),
        ("subject=kg:calf&predicate=skos:prefLabel&object=calf", set()),
        ("subject=kg:calf&predicate=ck:partOf&object=kg:leg", set()),
    ],
)
def test_why_flags_each_field_that_is_wrong_and_no_other(
    web: Web, query: str, wrong: set[str]
) -> None:
    page = web.get(f"/why?{query}")
    assert page.status_code == (400 if wrong else 200)
    flagged = set(re.findall(r'aria-invalid="true" aria-describedby="(\w+)-mistake"', page.text))
    assert flagged == wrong
    assert {f"#{name}" for name in wrong} <= Links(page.text).links
    assert ("Please check your entry" in page.text) == bool(wrong)


def test_why_leads_from_a_label_that_is_no_class_to_its_relation(web: Web) -> None:
    page = web.get("/why?subject=PAD&predicate=a&object=vascular+cause")
    assert page.status_code == 400
    assert "ask by the relation &#39;is classed as&#39;" in page.text


def test_a_near_name_at_why_is_a_link_that_keeps_the_rest(web: Web) -> None:
    page = web.get("/why?subject=calv&predicate=part+of&object=leg")
    link = next(each for each in Links(page.text).links if "subject=kg:calf&" in each)
    assert web.get(link).status_code == 200


@pytest.mark.parametrize(
    "path",
    [
        "/why?subject=kg:calf&predicate=nope&object=zzz",
        "/picture?concept=nope",
        "/questions/nothing-here",
        "/questions/intervention-verdict?intervention=zzz",
        "/concepts?kind=zzz",
        "/nothing-here",
    ],
)
def test_a_page_tells_nothing_of_a_command_line(web: Web, path: str) -> None:
    page = web.get(path, headers={"accept": HTML})
    assert page.status_code in (400, 404)
    told = unescape(page.text)
    assert "`crampkg" not in told
    assert "TAB" not in told
    assert "/api says" not in told
    assert "/api says" in web.get("/nothing-here").json()["detail"]


def test_a_page_that_is_not_there_leads_on(web: Web) -> None:
    page = web.get("/nothing-here", headers={"accept": HTML}).text
    main = page.partition("<main")[2].partition("</main>")[0]
    assert {"/questions", "/concepts", "/"} <= Links(main).links
    assert '<label for="q">Search the questions</label>' in main


def test_a_picture_names_what_it_is_around_as_the_choices_do(web: Web) -> None:
    page = web.get("/picture?concept=calf-pain").text
    assert re.search(r'<input id="concept"[^>]* value="calf pain"', page)
    mistaken = web.get("/picture?concept=calv")
    assert mistaken.status_code == 400
    assert "Nothing here is called “calv”." in mistaken.text
    assert "/picture?concept=kg:calf" in Links(mistaken.text).links
    assert 'value="calv"' in mistaken.text


def test_few_choices_are_offered_where_nothing_is_like_what_was_typed(
    web: Web, graph: KnowledgeGraph
) -> None:
    page = web.get("/questions/arteries-explaining-pain?site=nonsense").text
    assert "<title>Error: " in page
    assert page.count("No anatomical site is called “nonsense”.") == 1
    assert "Choose one of:" in page
    sites = {each.label for each in graph.terms.of_kind(graph.find("ck:AnatomicalSite").iri)}
    offered = page.partition("Choose one of:")[2].partition("</p>")[0]
    assert set(re.findall(r"<bdi>(.*?)</bdi>", offered)) == sites
    for link in Links(offered).links:
        assert web.get(link).status_code == 200
    assert re.search(r'<select id="field-site"[^>]* aria-invalid="true"', page)
    assert "Did you mean" in web.get("/questions/arteries-explaining-pain?site=cafl").text
    # Of many choices none is named.
    many = web.get("/questions/explained-by-disease?disease=nonsense").text
    assert "Choose one of:" not in many


def test_each_answer_has_a_key_to_its_words(web: Web, graph: KnowledgeGraph) -> None:
    stances = {term.label for term in graph.terms.of_kind(graph.find("ck:Stance").iri)}
    kinds = {term.label for term in graph.terms.of_kind(graph.find("ck:Basis").iri)}
    for path in ("/questions/contested-matters", "/questions/claim-graph", "/id/dehydration"):
        page = web.get(path, headers={"accept": HTML}).text
        assert page.count("<summary>How to read this</summary>") == 1
        key = page.partition("<summary>How to read this</summary>")[2].partition("</details>")[0]
        for word in (*stances, *kinds, "article", "background", "inferred"):
            assert f">{word}</" in key, word
    home = web.get("/").text
    assert key.partition("<dl")[2].strip() in home


def test_why_begins_with_a_form_and_an_example(web: Web) -> None:
    page = web.get("/why")
    assert page.status_code == 200
    example = next(link for link in Links(page.text).links if link.startswith("/why?"))
    assert "It is inferred" in web.get(example).text


def test_a_thing_shows_its_place_from_both_ends(web: Web, graph: KnowledgeGraph) -> None:
    row = graph.query("SELECT ?a ?b { GRAPH g:background { ?a skos:broader ?b } } LIMIT 1").rows[0]
    narrow, broad = row.text("a"), row.text("b")
    artery, group = f"{KG}femoral-artery", f"{KG}peripheral-arteries"
    for iri, relation, other in (
        (narrow, "wider", broad),
        (broad, "narrower", narrow),
        (artery, "belongs to", group),
        (group, "has as members", artery),
    ):
        facts = web.get(address(iri), headers={"accept": HTML}).text.partition("</dl>")[0]
        assert f"<dt>{relation}</dt>" in facts
        assert f'href="{address(other)}"' in facts


def test_about_tells_the_counts_that_the_graph_has(web: Web, graph: KnowledgeGraph) -> None:
    page = web.get("/about").text
    for name, count in graph.counts.items():
        assert f'href="/graph/{name}.ttl"' in page
        assert f"{count:,}" in page
        held = graph.query(f"SELECT (COUNT(*) AS ?n) {{ GRAPH g:{name} {{ ?s ?p ?o }} }}")
        assert next(iter(held)).text("n") == str(count)
        # A download has a header besides, and names where tools of OWL look for them.
        data = web.get(f"/graph/{name}.nt").text
        assert len(data.splitlines()) > count
    assert graph.identifier in page
    # By hand: 158 claims, eight markers and six listed sources.
    for count, kind in ((158, "Claim"), (8, "CitationMarker"), (6, "EvidenceSource")):
        assert f'<a href="/concepts?kind=ck:{kind}"><strong>{count}</strong>' in page


def test_every_source_file_is_a_download_and_nothing_else_is(
    web: Web, graph: KnowledgeGraph
) -> None:
    page = web.get("/about")
    links = {link for link in Links(page.text).links if link.startswith("/sources/")}
    names = set(graph.sources.files())
    assert {link.removeprefix("/sources/") for link in links} == names
    with zipfile.ZipFile(io.BytesIO(web.get("/sources.zip").content)) as archive:
        assert set(archive.namelist()) == names
        for name in ("ontology/shapes.ttl", "ontology/context.jsonld", "queries/mimics.rq"):
            content = Path(graph.sources.path(name)).read_bytes()
            assert web.get(f"/sources/{name}").content == archive.read(name) == content
    assert web.get("/sources.zip").content == web.get("/sources.zip").content
    types = {"queries/mimics.rq": "application/sparql-query", "ontology/shapes.ttl": "text/turtle"}
    for name, type in types.items():
        file = web.get(f"/sources/{name}")
        assert file.headers["content-type"].partition(";")[0] == type
        etag = {"if-none-match": file.headers["etag"]}
        assert web.get(f"/sources/{name}", headers=etag).status_code == 304
    for path in ("", "nothing", "pyproject.toml", "%2e%2e/pyproject.toml", "ontology", ".git/HEAD"):
        assert web.get(f"/sources/{path}").status_code == 404


def test_about_tells_how_to_cite(web: Web, graph: KnowledgeGraph) -> None:
    released = re.search(r"date-released: (\S+)", (ROOT / "CITATION.cff").read_text())
    assert released is not None
    bibtex = re.search(r"@software\{.*?\n}", web.get("/about").text, re.DOTALL)
    assert bibtex is not None
    assert f"date    = {{{released[1]}}}" in bibtex[0]
    assert f"year    = {{{released[1][:4]}}}" in bibtex[0]
    assert f"version = {{{__version__}}}" in bibtex[0]
    assert graph.identifier[:12] in bibtex[0]
    assert bibtex[0].count("{") == bibtex[0].count("}")


def test_of_which_kind_a_thing_is_tells_who_says_so(web: Web) -> None:
    facts = web.get("/id/quinine-sulfate", headers={"accept": HTML}).text.partition("</dl>")[0]
    (told,) = re.findall(r"<dt>Kind</dt> <dd>(.*?)</dd>", facts)
    stated, _, rest = told.partition('<span class="origin background">background</span>')
    inferred, _, rest = rest.partition('<span class="origin inferred">inferred</span>')
    assert ">drug<" in stated
    assert ">contested intervention<" in inferred
    assert "class=" not in rest
    why = next(link for link in Links(inferred).links if "Contested" in link and "why" in link)
    assert "It is inferred" in web.get(why).text


def test_what_the_article_is_silent_on_leads_to_what_it_speaks_of(web: Web) -> None:
    page = web.get("/id/calf", headers={"accept": HTML}).text
    silence = re.search(r'<div class="silence">.*?</div>', page, re.DOTALL)
    assert silence is not None
    assert "makes no claim about it" in silence[0]
    assert 'href="/id/calf-pain"' in silence[0]
    assert 'href="/id/leg"' not in silence[0], "of which it says nothing either"


def test_a_question_that_a_note_refers_to_is_linked(web: Web) -> None:
    page = web.get("/questions/differential").text
    note = re.search(r'<p class="note">.*?</p>', page, re.DOTALL)
    assert note is not None
    assert 'href="/questions/causes-by-strength"' in note[0]
    assert "causes-by-strength)" not in note[0]
    silent = web.get("/questions/told-apart?condition=bruit").text
    assert 'href="/questions/mimics?condition=kg:bruit"' in silent.partition("Related questions")[0]


def test_a_raw_result_is_what_its_download_is(web: Web) -> None:
    query = {"query": "SELECT * { kg:calf ?p ?o } LIMIT 3"}
    page = web.client.get("/editor", params={**query, "show": "raw"}).text
    shown = re.search(r'class="raw"><code>(.*?)</code>', page, re.DOTALL)
    file = web.client.get("/editor/result", params={**query, "format": "json"})
    assert shown is not None
    assert json.loads(unescape(shown[1])) == file.json()
    assert file.json()["head"]["vars"] == ["p", "o"]


def test_a_triple_tells_whose_word_it_is(web: Web) -> None:
    page = web.get("/questions/claim-graph").text
    rows = [re.sub(r"<[^>]*>", " ", row).split() for row in page.split('<tr role="row">')[2:]]
    told = {" ".join(row) for row in rows}
    assert any("has resolution" in row and row.endswith("origin background") for row in told)
    assert any("cites marker" in row and row.endswith("origin inferred") for row in told)
    assert any("stance" in row and row.endswith("origin article") for row in told)


def test_a_matter_that_is_contested_says_so_on_its_page(web: Web) -> None:
    known = (("dehydration", True), ("mild-hypohydration", True), ("venous-disease", False))
    for name, is_contested in known:
        page = web.get(f"/id/{name}", headers={"accept": HTML}).text
        assert ("Contested in the article" in page) == is_contested
    for path, is_contested in (
        ("explained-by-disease?disease=kg:dehydration", True),
        ("causes-by-strength", True),
        ("claims-under-circumstance?circumstance=kg:hot-environment", True),
        ("arteries-explaining-pain", False),
        ("contested-matters", False),  # which says so itself
    ):
        page = web.get(f"/questions/{path}").text
        assert ("contested in the article" in page) == is_contested, path


def test_a_page_tells_what_is_not_affirmed_of_what_it_names_and_is_not_on_it(web: Web) -> None:
    told = (
        "Not affirmed, and not shown here: of dehydration or its narrower kinds, "
        "2 claims, 1 of them denied and 1 a reported belief. See all claims for and against."
    )
    for path, is_told in (
        ("/questions/causes-by-strength", True),
        ("/questions/claims-about?concept=kg:dehydration", False),
        ("/id/leg-cramp", True),
        ("/id/hot-environment", True),
        ("/id/dehydration", False),
    ):
        page = web.get(path, headers={"accept": HTML}).text
        words = " ".join(re.sub(r"<[^>]*>", "", page).split())
        assert words.count(told) == is_told, path


#: The questions whose first column says the same in many rows, in each of which it stands together.
GROUPED = {
    "claims-about": ["itself", "narrower term", "related term"],
    "claims-by-marker": [
        *("altered neuromuscular control", "dehydration", "diuretic", "electrolyte imbalance"),
        *("hydrochlorothiazide", "inadequate fluid intake", "magnesium deficiency"),
        *("maintaining proper electrolyte levels", "maintaining proper hydration"),
        *("muscle fatigue", "potassium deficiency", "sodium deficiency"),
        *("various medical conditions", "vascular issue"),
    ],
    "contested-matters": [
        "dehydration",
        "maintaining proper electrolyte levels",
        "maintaining proper hydration",
        "quinine sulfate",
    ],
    "drug-class-effects": ["the class", "a member"],
    "drug-effects": ["directly", "by way of what it causes"],
    "electrolytes": ["electrolytes", "magnesium", "potassium", "sodium"],
    "features-of": ["restless legs syndrome", "unpleasant sensations", "urge to move the legs"],
}


def groups_of(page: str) -> list[str]:
    """Return the headings between the rows of a page, as text."""
    found = re.findall(r'<tr role="row" class="group">(.*?)</tr>', page, re.DOTALL)
    return [re.sub(r"<[^>]*>", "", each).strip() for each in found]


def test_claims_are_grouped_where_their_first_column_repeats(
    web: Web, graph: KnowledgeGraph
) -> None:
    for question in graph.questions():
        found = groups_of(web.get(f"/questions/{question.id}").text)
        if not question.overview:
            assert found == GROUPED.get(question.id, []), question.id


def test_what_is_counted_is_the_same_on_both_pages(web: Web) -> None:
    evidence = web.get("/evidence").text
    for id, count in (
        ("contested-matters", "4 matters, 15 claims"),
        ("denied-claims", "2 claims"),
        ("claims-without-listed-source", "16 claims"),
    ):
        page = web.get(f"/questions/{id}").text
        assert f'Answer <span class="count">{count}</span>' in page
        section = evidence.partition(f'<section aria-labelledby="{id}">')[2].partition("</section")
        assert f'<span class="count">{count}</span>' in section[0]
        assert groups_of(section[0]) == groups_of(page)
    rows = web.get("/questions/hedge-counts").text
    assert 'Answer <span class="count">8 rows</span>' in rows
    contested = web.get("/questions/contested-matters").text
    assert "Files have 17 rows: a claim with several markers has one for each." in contested


def test_a_claim_without_a_marker_says_that_it_is_uncited(web: Web, graph: KnowledgeGraph) -> None:
    """On its own page, and on that of its subject."""
    rows = graph.ask("uncited-claims").rows
    assert rows
    for row in rows:
        page = web.get(address(row.text("claim")), headers={"accept": HTML}).text
        assert ">cited</th>" in page, row.text("claim")
        assert "no marker" in page
        assert "the article cites nothing for it" in page
    cited = web.get(CLAIM, headers={"accept": HTML}).text
    assert "cites nothing" not in cited


def test_a_circumstance_is_told_apart_from_the_hedge(web: Web) -> None:
    page = web.get("/questions/claims-about?concept=kg:dehydration").text
    said = re.search(r'hedge: can</bdi></span>\s*<span class="condition"><bdi>([^<]*)', page)
    assert said is not None
    assert said[1] == "circumstance: particularly in hot environments"
    assert ">stance and hedge</th>" in page
    concept = web.get("/id/dehydration", headers={"accept": HTML}).text
    assert ">hedge and circumstance</th>" in concept


def test_rows_have_a_heading_and_links_say_of_what(web: Web, graph: KnowledgeGraph) -> None:
    page = web.get("/questions/denied-claims").text
    assert page.count('<th role="rowheader" scope="row"') == 2
    claim = graph.ask("denied-claims").rows[0].text("claim")
    name = graph.terms.name_of(claim)
    assert f'<bdi>the claim</bdi><span class="unseen">: {name}</span></a>' in page
    concept = web.get("/id/femoral-artery", headers={"accept": HTML}).text
    why = re.findall(r'<bdi>why\?</bdi><span class="unseen"> ([^<]*)</span>', concept)
    assert "femoral artery is implicated in calf pain" in why


def test_a_source_tells_once_what_all_its_claims_share(web: Web) -> None:
    page = web.get("/id/what-causes-leg-cramps/reference-3", headers={"accept": HTML}).text
    rests = page.partition('<section aria-labelledby="rests">')[2].partition("</section>")[0]
    assert "is our inference" in rests
    assert rests.count("link inferred, confidence low") == 1
    assert rests.count("marker 4") == 1
    assert "confidence</th>" not in rests
    assert "Guideline Directed Topic Overview" not in rests
    recorded = page.partition("<summary>All that is recorded of it</summary>")
    assert "SHA-256" not in recorded[0]
    assert "SHA-256" in recorded[2].partition("</details>")[0]


def test_a_marker_of_several_possible_sources_names_each(web: Web) -> None:
    page = web.get("/id/what-causes-leg-cramps/marker-2", headers={"accept": HTML}).text
    assert "possible source" in page
    for title in ("Skeletal muscle cramps during exercise", "The athlete with", "Muscle cramps"):
        assert title in page
    assert "may be any of 3 listed sources, confidence low" in page


def test_a_marker_leads_to_those_that_its_claims_have_too(web: Web) -> None:
    page = web.get("/id/what-causes-leg-cramps/marker-7", headers={"accept": HTML}).text
    also = 'href="/id/what-causes-leg-cramps/marker-1" class="source"><bdi>also marker 1</bdi>'
    assert page.count(also) == 4
    assert "<dt>confidence</dt> <dd><a" in page
    assert "marker text" not in page
    assert "<dt>printed in</dt>" in page
    assert re.search(r"<dt>uses</dt> <dd><a[^>]*><bdi>use 23</bdi></a>, <a", page)


def test_the_evidence_does_not_say_more_than_the_article(web: Web) -> None:
    page = web.get("/evidence").text
    article = page.partition('<h2 id="article-status">')[2].partition("</section>")[0]
    assert "submitted, under review, approved; none is marked as reached" in article
    assert article.count("article: What causes leg cramps?") == 1
    assert "<table" not in article
    assert "in our reading" in page
    lead = page.partition('<h2 id="claims-without-listed-source">')[2].partition("<table")[0]
    assert "none of whose markers leads to a listed source" in lead
    assert not [link for link in Links(lead).links if "marker-" in link]  # each may mean one


def test_what_places_a_thing_is_sorted_by_relation(web: Web) -> None:
    page = web.get("/id/peripheral-arterial-disease", headers={"accept": HTML}).text
    facts = re.findall(r"<dt>(.*?)</dt>", page.partition("</dl>")[0])
    assert facts == [
        "Also called",
        "Kind",
        "wider",
        "narrower",
        "Identifier",
        "As a picture",
        "As data",
    ]
    assert not re.search(r"<h[23][^>]*><span", page)
    assert 'Background <span class="origin' not in page


def test_terms_of_other_vocabularies_are_written_for_short(web: Web) -> None:
    page = web.get("/id/dehydration", headers={"accept": HTML}).text
    told = page.partition('<section aria-labelledby="mappings">')[2].partition("</section>")[0]
    assert "<code>HP:0001944</code>" in told
    assert 'href="http://purl.obolibrary.org/obo/HP_0001944"' in told
    assert "<code>http" not in told
    written = (ROOT / "data/mappings/terms.sssom.tsv").read_text()
    prefixes = dict(re.findall(r"^#   (\w+): (\S+)$", written, re.MULTILINE))
    assert len(prefixes) > 20
    assert {name: prefixes[name] for name in MAPPED} == MAPPED
    assert set(prefixes) <= {*MAPPED, *PREFIXES, "semapv"}  # of how a mapping was made


CLAIM = "/id/what-causes-leg-cramps/claim-mild-hypohydration-predisposes-to-cramp"


def test_a_claim_as_data_brings_its_evidence_along(web: Web) -> None:
    quads = parse(web.get(f"{CLAIM}.ttl").content, format=RdfFormat.TURTLE)
    about = {quad.subject.value.rpartition("/")[2] for quad in quads}
    claim = CLAIM.rpartition("/")[2]
    assert about == {claim, "statement-common-belief", "marker-7", "resolution-7"}


@pytest.mark.parametrize(
    ("path", "says"),
    [
        ("/questions?tag=zz", "No question has the tag &#39;zz&#39;. There are "),
        ("/editor?query=ASK+%7B%7D&show=zz", "cannot be shown as &#39;zz&#39;. Choose from table"),
        ("/concepts?kind=zz", "There is no kind called “zz”."),
        ("/picture?layer=zz", "There is no layer &#39;zz&#39;. Choose from evidence"),
    ],
)
def test_a_choice_that_there_is_not_is_told(web: Web, path: str, says: str) -> None:
    page = web.get(path, headers={"accept": HTML})
    assert page.status_code == 400
    assert says in page.text


def test_kinds_that_are_only_inferred_say_so(web: Web) -> None:
    page = web.get("/concepts").text
    headings = re.findall(r"<h2.*?</h2>", page)
    inferred = [each for each in headings if 'class="origin inferred"' in each]
    assert any("related factor" in each for each in inferred)
    assert not any("anatomical entity" in each for each in inferred)


def test_why_tells_what_its_lines_are(web: Web) -> None:
    page = web.get("/why?subject=femoral+artery&predicate=is+implicated+in&object=calf+pain").text
    for kind in ("inferred", "fact", "article", "background", "axiom"):
        assert re.search(rf'<dt><span class="origin \w+">{kind}</span></dt> <dd>[A-Z]', page), kind
    assert "without its hedge" in page
    denied = web.get("/why?subject=mild+hypohydration&predicate=predisposes+to&object=cramp").text
    assert "without its hedge" not in denied
    assert "“What causes leg cramps?” denies it in a sentence:" in denied
    assert "“not necessarily” (scope of negation)" in denied


def test_a_thing_shows_appeals_to_evidence_and_its_narrower_kinds(web: Web) -> None:
    wider = web.get("/id/dehydration", headers={"accept": HTML}).text
    place = wider.index("What it claims of narrower kinds")
    for words in ("mild hypohydration", "denied", "research shows"):
        assert words in wider[place:]
    path = "/id/what-causes-leg-cramps/claim-mild-hypohydration-predisposes-to-cramp"
    for other, words in (
        (path, "research shows"),
        ("/id/quinine-sulfate", "has been shown"),
        ("/id/maintaining-hydration", "the evidence is mixed"),
    ):
        assert words in web.get(other, headers={"accept": HTML}).text, other


def test_a_thing_leads_to_what_is_claimed_of_the_wider(web: Web) -> None:
    page = web.get("/id/leg-cramp", headers={"accept": HTML}).text
    said = page.partition("More is claimed of what is wider by our background: ")[2]
    said = said.partition("</p>")[0]
    assert {"/id/cramp", "/id/muscle-cramp"} <= Links(said).links
    assert "(3 claims)" in said
    assert "No claim says how <bdi>leg cramp</bdi> is related to it." in said
    assert any(link.startswith("/questions/claims-about?") for link in Links(said).links)


def test_why_begins_with_what_states_it(web: Web) -> None:
    page = web.get("/why?subject=dehydration&predicate=contributes+to&object=cramp").text
    lead = page.index("“What causes leg cramps?” states it by a label: hedged “can” (possibility);")
    stated, near = page.index("What is said of it"), page.index("comes near and is not affirmed")
    assert lead < stated < near
    assert "mild hypohydration is a narrower kind of dehydration (background)" in page[near:]


def test_an_example_that_is_not_there_is_told(web: Web) -> None:
    page = web.get("/editor?example=nosuch")
    assert page.status_code == 404
    assert "The library has no question &#39;nosuch&#39;" in page.text


def test_with_the_article_a_page_quotes_it(quoting: Web, web: Web) -> None:
    path = "/questions/denied-claims"
    with_words, without = quoting.get(path), web.get(path)
    span = json.loads(quoting.get(f"/api{path}?format=json").text)["crampkg"]["quotes"]
    assert span
    for words in span.values():
        assert " ".join(words.split()) in with_words.text.replace("&#39;", "'")
        assert " ".join(words.split()) not in without.text
    assert with_words.headers["etag"] != without.headers["etag"]
    assert "quoted from the article" in with_words.text
    source = quoting.get("/id/what-causes-leg-cramps/reference-5", headers={"accept": HTML}).text
    quote = re.search(r'<span class="lines">(.*?)</span>', source, re.DOTALL)
    assert quote is not None
    assert len(quote[1].splitlines()) == 3


def test_what_is_asked_for_twice_is_asked_once(web: Web) -> None:
    """Under whatever name, and in the order in which it was asked."""
    path = "/questions/arteries-explaining-pain"
    twice = web.get(f"{path}?site=foot&site=calf&site=kg:foot").text
    assert twice.count("<select") == 2
    assert "pain at the foot or calf, and" in twice
    assert "site=kg:foot&amp;site=kg:calf" in twice
