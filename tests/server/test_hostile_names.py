"""Names and IRIs that cannot be: each place that takes one says so, and makes no mistake."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from crampkg.errors import UsageError
from crampkg.graph import KnowledgeGraph
from web import Web

HOSTILE = (
    "kg:a b",
    "kg:<x>",
    'kg:a"b',
    "kg:a'b",
    "kg:a\\b",
    "kg:a\nb",
    "kg:a\r\nx-header: y",
    "kg:a\x00b",
    "kg:a{b}|^`",
    "kg:\u202eb",
    "ck:",
    "<http://x/<a>>",
    "http://[::1",
    "http://x:y/",
    "http://a/%",
    "urn:x y",
    '"x"^^<a b>',
    "_:b",
    "../../etc/passwd",
    "\N{SNOWMAN}.ttl",
)

TRIPLE = {"subject": "kg:calf", "predicate": "rdf:type", "object": "ck:AnatomicalSite"}

#: Each address with the parameters that take a name, an IRI, words or a query.
PARAMETERS = (
    *(("/api/why", TRIPLE, name) for name in TRIPLE),
    *(("/why", TRIPLE, name) for name in TRIPLE),
    ("/api/describe", {}, "term"),
    ("/api/terms", {}, "q"),
    ("/api/terms", {"q": "calf"}, "kind"),
    ("/api/questions", {}, "tag"),
    ("/api/questions/arteries-explaining-pain", {}, "site"),
    ("/api/questions/arteries-explaining-pain", {}, "format"),
    ("/questions/arteries-explaining-pain", {}, "site"),
    ("/questions", {}, "q"),
    ("/questions", {}, "tag"),
    ("/concepts", {}, "q"),
    ("/concepts", {}, "kind"),
    ("/evidence", {}, "marker"),
    ("/picture", {}, "concept"),
    ("/picture", {}, "question"),
    ("/picture.svg", {}, "concept"),
    ("/picture.svg", {}, "query"),
    ("/editor", {}, "query"),
    ("/editor", {}, "example"),
    ("/editor/result", {"query": "ASK {}"}, "format"),
    ("/editor/result", {}, "query"),
    ("/sparql", {}, "query"),
    ("/sparql", {"query": "ASK {}"}, "default-graph-uri"),
    ("/sparql", {"query": "ASK {}"}, "named-graph-uri"),
    ("/store", {}, "graph"),
)

#: Addresses that end in a name.
PATHS = (
    *("/id/", "/ontology/", "/graph/", "/shape/", "/rule/", "/mappings/", "/problem/"),
    *("/sources/", "/static/", "/questions/", "/api/questions/", "/"),
)


@pytest.mark.parametrize(("path", "given", "name"), PARAMETERS)
def test_a_parameter_that_is_no_name_is_told_so(
    path: str, given: dict[str, str], name: str, web: Web
) -> None:
    found = {value: web.get(path, params={**given, name: value}).status_code for value in HOSTILE}
    assert {value: status for value, status in found.items() if status >= 500} == {}


@pytest.mark.parametrize("path", PATHS)
def test_a_path_that_is_no_name_is_told_so(path: str, web: Web) -> None:
    headers = {"accept": "text/turtle"}
    found = {
        value: web.get(path + quote(value, safe=""), headers=headers).status_code
        for value in HOSTILE
    }
    assert set(found.values()) <= {400, 404, 406}, found


@pytest.mark.parametrize("value", HOSTILE)
@pytest.mark.parametrize("part", TRIPLE)
def test_a_part_of_a_triple_that_is_no_name_is_wrong_usage(
    part: str, value: str, graph: KnowledgeGraph
) -> None:
    triple = {**TRIPLE, part: value}.values()
    if (part, value) in {
        ("predicate", "ck:"),
        ("predicate", "kg:a'b"),
        ("predicate", "kg:\u202eb"),
    }:
        assert graph.why(*triple).justifications == ()
        return
    with pytest.raises(UsageError):
        graph.why(*triple)
