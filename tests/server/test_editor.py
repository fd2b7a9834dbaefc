"""The editor over HTTP: results and faults on the page, files, completion, and the limits."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import pytest
from pyoxigraph import NamedNode, RdfFormat, parse

from crampkg.graph import KnowledgeGraph
from crampkg.server.pages import editor
from crampkg.server.pages.editor import DOWNLOADS, MOST
from crampkg.vocabulary import CK, compress
from web import Web

HOSTILE = "</textarea><script>alert(1)</script>'\"&amp;\u202e"


def query_on(page: str) -> str:
    """Return the query in the text field of a page."""
    found = re.search(r"<textarea[^>]*>\n(.*?)</textarea>", page, re.DOTALL)
    assert found
    return html.unescape(found[1])


def test_the_query_stays_in_the_field(web: Web) -> None:
    for query in ("SELECT * { kg:calf ?p ?o }", f"SELECT * {{ # {HOSTILE}\n"):
        page = web.get("/editor", params={"query": query}).text
        assert query_on(page) == query
        assert "<script>alert" not in page


def test_hostile_values_are_text(web: Web) -> None:
    query = "SELECT ?x { BIND ('<script>alert(1)</script><img src=x onerror=alert(2)>' AS ?x) }"
    for show in ("table", "raw"):
        page = web.get("/editor", params={"query": query, "show": show})
        assert page.status_code == 200
        assert "<script>alert" not in page.text
        assert "<img src=x" not in page.text


@pytest.mark.parametrize(
    ("query", "status", "says"),
    [
        ("SELECT * {\n  kg:calf ?p\n}", 400, 'data-line="3"'),
        ("SELECT * { SERVICE <http://localhost/> { ?s ?p ?o } }", 403, "SERVICE"),
        ("LOAD <file:///etc/passwd>", 403, ""),
        (f"SELECT * {'{' * 2300} }}", 400, "nest"),
    ],
)
def test_what_is_wrong_is_told_on_the_page(web: Web, query: str, status: int, says: str) -> None:
    answer = web.get("/editor", params={"query": query})
    assert answer.status_code == status
    assert 'role="alert"' in answer.text
    assert says in answer.text
    assert query_on(answer.text) == query
    live = web.client.post("/editor", data={"query": query, "live": "1"})
    assert live.status_code == 200  # a script reads the problem on the page
    assert 'role="alert"' in live.text


def test_a_query_that_takes_long_is_ended_and_still_there(begin: Callable[..., Web]) -> None:
    web = begin(seconds=1)
    query = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"
    answer = web.get("/editor", params={"query": query})
    assert answer.status_code == 422
    assert "stopped after 1 second" in answer.text
    assert query_on(answer.text) == query


def test_an_example_is_a_query_of_the_library(web: Web, graph: KnowledgeGraph) -> None:
    page = web.get("/editor", params={"example": "claim-graph"}).text
    assert query_on(page).strip() in graph.question("claim-graph").text
    for question in graph.questions():
        assert f"/editor?example={question.id}" in page


def test_each_format_is_a_file(web: Web) -> None:
    queries = {
        "select": "SELECT ?p { kg:calf ?p kg:leg }",
        "ask": "ASK { kg:calf ck:partOf kg:leg }",
        "graph": "CONSTRUCT WHERE { kg:calf ck:partOf kg:leg }",
    }
    for form, formats in DOWNLOADS.items():
        for name, _ in formats:
            asked = {"query": queries[form], "format": name}
            answer = web.get("/editor/result", params=asked)
            assert answer.status_code == 200, (form, name)
            assert answer.headers["content-disposition"].startswith("attachment; filename=")
            posted = web.client.post("/editor/result", data=asked)
            assert posted.content == answer.content
    told = web.get("/editor/result", params={"query": queries["graph"], "format": "jsonld"})
    assert len(list(parse(told.content, RdfFormat.JSON_LD))) == 1
    rows = web.get("/editor/result", params={"query": queries["select"], "format": "jsonld"})
    assert rows.headers["content-type"].startswith("application/ld+json")
    values = {
        quad.object.value
        for quad in parse(rows.content, RdfFormat.JSON_LD)
        if quad.predicate.value.endswith("result-set#value") and isinstance(quad.object, NamedNode)
    }
    assert values == {f"{CK}partOf"}


def test_rows_as_json_ld_have_the_limits_of_other_formats(begin: Callable[..., Web]) -> None:
    web = begin(rows=3)
    for count, status in ((3, 200), (4, 422)):
        asked = {"query": f"SELECT * {{ ?s ?p ?o }} LIMIT {count}", "format": "jsonld"}
        assert web.get("/editor/result", params=asked).status_code == status


@pytest.mark.parametrize(
    ("asked", "status"),
    [
        ({"query": "ASK {}"}, 400),
        ({"format": "csv"}, 400),
        ({"query": "ASK {}", "format": "zebra"}, 400),
        ({"query": "ASK {}", "format": "turtle"}, 400),
        ({"query": "SELECT", "format": "csv"}, 400),
    ],
)
def test_a_file_that_cannot_be_made_is_a_problem(
    web: Web, asked: dict[str, str], status: int
) -> None:
    answer = web.get("/editor/result", params=asked)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"


def test_a_format_that_does_not_fit_is_told_with_those_that_do(web: Web) -> None:
    query = "CONSTRUCT WHERE { kg:calf ck:partOf kg:leg }"
    answer = web.get("/editor/result", params={"query": query, "format": "csv"})
    told = answer.json()["detail"]
    assert "cannot be had as csv" in told
    for formats in DOWNLOADS.values():
        assert ", ".join(name for name, _ in formats) in told
    assert "nquads" not in told
    assert "accept" not in told


def test_a_relative_iri_is_the_same_as_at_the_endpoint(web: Web) -> None:
    query = "SELECT ?x { BIND (<foo> AS ?x) }"
    found = web.query(query).json()["results"]["bindings"][0]["x"]["value"]
    assert found == f"{web.url}/foo"
    assert found in web.get("/editor", params={"query": query}).text
    file = web.get("/editor/result", params={"query": query, "format": "csv"})
    assert file.text.splitlines()[1] == found


def test_a_row_without_columns_has_no_headings(web: Web) -> None:
    page = web.get("/editor", params={"query": "SELECT * {}"}).text
    assert '<span class="count">1 row</span>' in page
    assert "has no variable" in page
    assert "<th" not in page


def test_a_script_reads_of_a_query_that_is_too_long_on_the_page(web: Web) -> None:
    query = "#" * 500_000
    live = web.client.post("/editor?live=1", data={"query": query})
    assert live.status_code == 200
    section = live.text.partition('<section id="results"')[2].partition("</section>")[0]
    assert 'role="alert"' in section
    assert "too long" in section
    assert web.client.post("/editor", data={"query": query}).status_code == 413


def test_a_page_shows_the_first_rows_and_says_so(web: Web) -> None:
    page = web.get("/editor", params={"query": "SELECT * { ?s ?p ?o }"}).text
    assert page.count("<tr>") == MOST["table"]["rows"] + 1
    assert f"These are the first {MOST['table']['rows']:,}" in page


def test_a_page_has_so_many_bytes_of_a_result(web: Web, monkeypatch: pytest.MonkeyPatch) -> None:
    """The server itself reads them; a file has them all."""
    query = "SELECT ?x { VALUES ?x { 'so many bytes' } }"
    monkeypatch.setattr(editor, "MOST_BYTES", 50)
    page = web.get("/editor", params={"query": query})
    assert page.status_code == 422
    assert "Ask for less, or a file of it" in page.text
    assert query_on(page.text) == query
    file = web.get("/editor/result", params={"query": query, "format": "csv"})
    assert file.text == "x\r\nso many bytes\r\n"


def test_what_is_another_each_time_is_not_kept(web: Web) -> None:
    random = web.get("/editor", params={"query": "SELECT (RAND() AS ?x) {}"})
    assert "etag" not in random.headers
    lasting = web.get("/editor", params={"query": "SELECT (1 AS ?x) {}"})
    assert lasting.headers["etag"]


def test_completion_knows_every_term_and_prefix(web: Web, graph: KnowledgeGraph) -> None:
    answer = web.get("/editor/vocabulary")
    told = json.loads(answer.text)
    by_curie = {each["term"]: each for each in told["terms"]}
    assert len(by_curie) == len(told["terms"])
    assert {compress(term.iri) for term in graph.terms} <= set(by_curie)
    kinds = {each["kind"] for each in told["terms"]}
    assert kinds == {"class", "property", "thing", "source", "graph"}
    calf = by_curie["kg:calf"]
    assert calf["label"] == "calf"
    assert calf["kind"] == "thing"
    assert told["prefixes"]["kg"].endswith("/id/")
    for row in graph.query("SELECT DISTINCT ?p { ?s ?p ?o }"):
        assert by_curie[compress(row.text("p"))]["kind"] == "property"
    type = by_curie["rdf:type"]
    assert (type["label"], type["also"]) == ("is", ["type"])
    assert by_curie["owl:Restriction"]["kind"] == "class"
    assert by_curie["g:claims"]["kind"] == "graph"
    kept = {"if-none-match": answer.headers["etag"]}
    assert web.get("/editor/vocabulary", headers=kept).status_code == 304
