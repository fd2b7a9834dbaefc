"""The endpoint as SPARQL clients meet it: SPARQL 1.1 Protocol, HTTP, and what it refuses."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest
import rdflib
from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results
from rdflib.compare import isomorphic
from serving import Server

from crampkg import KnowledgeGraph
from crampkg.vocabulary import GRAPHS

SELECT = "SELECT ?artery WHERE { ?artery a ck:Artery } ORDER BY ?artery"
CONSTRUCT = "CONSTRUCT WHERE { kg:calf ?p ?o }"
RESULTS = {
    "application/sparql-results+json": QueryResultsFormat.JSON,
    "application/json": QueryResultsFormat.JSON,
    "application/sparql-results+xml": QueryResultsFormat.XML,
    "text/tab-separated-values": QueryResultsFormat.TSV,
}
GRAPH_TYPES = {
    "text/turtle": RdfFormat.TURTLE,
    "application/n-triples": RdfFormat.N_TRIPLES,
    "application/rdf+xml": RdfFormat.RDF_XML,
    "application/n-quads": RdfFormat.N_QUADS,
    "application/trig": RdfFormat.TRIG,
    "application/ld+json": RdfFormat.JSON_LD,
}


def arteries(graph: KnowledgeGraph) -> list[str]:
    return [row.text("artery") for row in graph.query(SELECT)]


def test_a_query_may_come_in_three_ways(server: Server, graph: KnowledgeGraph) -> None:
    by_get = server.get("/sparql", params={"query": SELECT})
    by_form = server.query(SELECT)
    by_body = server.client.post(
        "/sparql", content=SELECT, headers={"content-type": "application/sparql-query"}
    )
    for response in (by_get, by_form, by_body):
        assert response.status_code == 200
        assert response.headers["content-type"] == "application/sparql-results+json"
        rows = response.json()["results"]["bindings"]
        assert [row["artery"]["value"] for row in rows] == arteries(graph)


@pytest.mark.parametrize("type", RESULTS)
def test_rows_can_be_had_in_each_w3c_format(
    server: Server, graph: KnowledgeGraph, type: str
) -> None:
    response = server.query(SELECT, type)
    assert response.headers["content-type"].partition(";")[0] == type
    found = parse_query_results(response.content, format=RESULTS[type])
    assert [str(row["artery"]) for row in found] == [f"<{iri}>" for iri in arteries(graph)]  # type: ignore[union-attr]


def test_rows_can_be_had_as_csv(server: Server, graph: KnowledgeGraph) -> None:
    response = server.query(SELECT, "text/csv")
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    rows = list(csv.reader(io.StringIO(response.text)))
    assert [row[0] for row in rows] == ["artery", *arteries(graph)]


@pytest.mark.parametrize("type", ["application/sparql-results+json", "application/xml"])
@pytest.mark.parametrize(("pattern", "expected"), [("kg:calf ?p ?o", True), ("kg:no ?p ?o", False)])
def test_a_truth_value(server: Server, type: str, pattern: str, expected: bool) -> None:
    response = server.query(f"ASK {{ {pattern} }}", type)
    format = QueryResultsFormat.JSON if "json" in type else QueryResultsFormat.XML
    assert bool(parse_query_results(response.content, format=format)) is expected


@pytest.mark.parametrize("type", GRAPH_TYPES)
def test_a_graph_can_be_had_in_each_rdf_format(
    server: Server, graph: KnowledgeGraph, type: str
) -> None:
    response = server.query(CONSTRUCT, type)
    assert response.headers["content-type"].partition(";")[0] == type
    found = {str(quad.triple) for quad in parse(response.content, format=GRAPH_TYPES[type])}
    expected = parse(graph.query(CONSTRUCT).serialize("ntriples"), format=RdfFormat.N_TRIPLES)
    assert found == {str(quad.triple) for quad in expected}
    assert found


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        ("", "application/sparql-results+json"),
        ("*/*", "application/sparql-results+json"),
        ("text/csv, */*;q=0.1", "text/csv; charset=utf-8"),
        ("text/csv;q=0.2, application/sparql-results+xml;q=0.9", "application/sparql-results+xml"),
        ("application/sparql-results+json;q=0, text/csv", "text/csv; charset=utf-8"),
        ("text/html, application/xhtml+xml, application/xml;q=0.9, */*;q=0.8", "application/xml"),
    ],
)
def test_the_accept_header_chooses(server: Server, accept: str, expected: str) -> None:
    assert server.query(SELECT, accept).headers["content-type"] == expected


@pytest.mark.parametrize("query", [SELECT, CONSTRUCT, "ASK {}"])
def test_what_is_not_acceptable_is_said(server: Server, query: str) -> None:
    response = server.query(query, "image/png")
    problem = told(response, 406, "not-acceptable")
    assert "The answer can be had as" in problem["detail"]


def test_the_dataset_can_be_chosen_in_the_request(server: Server, graph: KnowledgeGraph) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    names = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    facts, claims = GRAPHS["facts-without-hedges"], GRAPHS["claims"]

    def ask(query: str, **chosen: object) -> list[list[str]]:
        parameters = {name.replace("_", "-"): value for name, value in chosen.items()}
        response = server.get("/sparql", params={"query": query, **parameters})
        rows = response.json()["results"]["bindings"]
        return [[cell["value"] for cell in row.values()] for row in rows]

    assert ask(count, default_graph_uri=facts) == [[str(graph.counts["facts-without-hedges"])]]
    both = graph.counts["facts-without-hedges"] + graph.counts["claims"]
    assert ask(count, default_graph_uri=[facts, claims]) == [[str(both)]]
    assert ask(count) == [[str(sum(graph.counts.values()))]]
    assert ask(names, named_graph_uri=claims) == [[claims]]
    assert ask(names, default_graph_uri=claims) == []
    # The request goes before FROM (section 2.1.4).
    from_claims = count.replace("{", "FROM g:claims {", 1)
    assert ask(from_claims, default_graph_uri=facts) == [
        [str(graph.counts["facts-without-hedges"])]
    ]


def test_the_service_describes_itself(server: Server) -> None:
    response = server.get("/sparql")
    assert response.headers["content-type"].startswith("text/turtle")
    described = rdflib.Graph().parse(data=response.text, format="turtle")
    sd = rdflib.Namespace("http://www.w3.org/ns/sparql-service-description#")
    (endpoint,) = described.objects(None, sd.endpoint)
    assert str(endpoint) == f"{server.url}/sparql"
    assert (None, sd.supportedLanguage, sd.SPARQL11Query) in described
    assert (None, sd.feature, sd.UnionDefaultGraph) in described
    assert {str(name) for name in described.objects(None, sd.name)} == set(GRAPHS.values())
    as_xml = server.get("/sparql", headers={"accept": "application/rdf+xml"})
    again = rdflib.Graph().parse(data=as_xml.text, format="xml")
    assert isomorphic(described, again)


def test_the_dataset_is_described_at_its_well_known_place(
    server: Server, graph: KnowledgeGraph
) -> None:
    response = server.get("/.well-known/void")
    found = rdflib.Graph().parse(data=response.text, format="turtle")
    void = rdflib.Namespace("http://rdfs.org/ns/void#")
    (dataset,) = found.subjects(void.sparqlEndpoint, rdflib.URIRef(f"{server.url}/sparql"))
    (triples,) = found.objects(dataset, void.triples)
    assert int(str(triples)) == sum(graph.counts.values())
    for dump in found.objects(None, void.dataDump):
        assert server.get(str(dump)).status_code == 200


@pytest.mark.parametrize("name", GRAPHS)
def test_a_whole_graph_can_be_read(server: Server, graph: KnowledgeGraph, name: str) -> None:
    headers = {"accept": "application/n-triples"}
    expected = graph.export("ntriples", name)
    assert server.get(f"/graph/{name}", headers=headers).content == expected
    by_iri = server.get("/store", params={"graph": GRAPHS[name]}, headers=headers)
    assert by_iri.content == expected


def test_the_default_graph_of_the_store_is_the_union(server: Server, graph: KnowledgeGraph) -> None:
    response = server.get("/store?default", headers={"accept": "text/turtle"})
    assert response.content == graph.export("turtle", "all")
    # No triple is in two graphs, or the engine would count it twice in their union.
    triples = {line.rpartition(b" <")[0] for line in graph.nquads.splitlines()}
    assert len(triples) == sum(graph.counts.values())


@pytest.mark.parametrize(
    ("path", "status", "kind"),
    [
        ("/store", 400, "bad-request"),
        ("/store?default&graph=x", 400, "bad-request"),
        ("/store?graph=urn:nope", 404, "not-found"),
        ("/graph/nope", 404, "not-found"),
        ("/nope", 404, "not-found"),
        ("/sparql?query=ASK%7B%7D&query=ASK%7B%7D", 400, "bad-request"),
        ("/sparql?other=1", 400, "bad-request"),
        ("/sparql?query=%FF", 400, "bad-request"),
        ("/sparql?query=ASK%7B%7D&default-graph-uri=urn:nope", 400, "dataset"),
        ("/sparql?update=CLEAR%20ALL", 403, "update"),
        ("/sparql?query=" + "&a=1" * 200, 400, "bad-request"),
    ],
)
def test_a_bad_request_is_told_what_is_wrong(
    server: Server, path: str, status: int, kind: str
) -> None:
    told(server.get(path), status, kind)


@pytest.mark.parametrize(
    ("query", "status", "kind", "line", "column"),
    [
        ("SELECT *\n{ ?s ?p }", 400, "syntax", 2, 9),
        ("SELECT * { ?s nope:p ?o }", 400, "syntax", 1, 15),
        ("SELECT *\n{ SERVICE <http://127.0.0.1:1/> {} }", 403, "service", 2, 3),
        ("SELECT *\nFROM <http://127.0.0.1:1/> {}", 400, "dataset", 2, 6),
        ("LOAD <http://127.0.0.1:1/>", 403, "update", 1, 1),
        ("INSERT DATA { kg:a kg:b kg:c }", 403, "update", 1, 1),
        ("SELECT * " + "{" * 10_000 + "}" * 10_000, 400, "complexity", 1, 210),
        ("SELECT (" + "(" * 10_000 + "1" + ")" * 10_000 + " AS ?x) {}", 400, "complexity", 1, 208),
        ("SELECT (" + "1" + "+1" * 2_000 + " AS ?x) {}", 400, "complexity", None, None),
    ],
)
def test_a_query_that_may_not_run_is_refused_at_its_place(
    server: Server, query: str, status: int, kind: str, line: int | None, column: int | None
) -> None:
    problem = told(server.query(query), status, kind)
    if line is not None:
        assert (problem["line"], problem["column"]) == (line, column)


@pytest.mark.parametrize(
    ("type", "body", "status", "kind"),
    [
        ("application/sparql-update", b"CLEAR ALL", 403, "update"),
        ("application/x-www-form-urlencoded", b"update=CLEAR+ALL", 403, "update"),
        ("application/x-www-form-urlencoded", b"", 400, "bad-request"),
        ("application/sparql-query", "ASK { ?s ?p 'ü' }".encode("latin-1"), 400, "bad-request"),
        ("text/plain", b"ASK {}", 415, "media-type"),
        ("", b"ASK {}", 415, "media-type"),
        ("application/sparql-query", b"#" * 200_000, 413, "too-long"),
        ("application/x-www-form-urlencoded", b"query=" + b"%23" * 140_000, 413, "too-long"),
    ],
)
def test_a_body_that_is_no_query_is_refused(
    server: Server, type: str, body: bytes, status: int, kind: str
) -> None:
    headers = {"content-type": type} if type else {}
    told(server.client.post("/sparql", content=body, headers=headers), status, kind)


@pytest.mark.parametrize("method", ["PUT", "POST", "DELETE", "PATCH"])
@pytest.mark.parametrize("path", ["/store?default", "/graph/claims"])
def test_no_graph_can_be_written(server: Server, method: str, path: str) -> None:
    problem = told(server.client.request(method, path, content=b""), 403, "update")
    assert problem["detail"] == "The graphs can be read here, and not be changed."


def test_another_method_is_refused_with_those_that_are_allowed(server: Server) -> None:
    response = server.client.delete("/sparql")
    told(response, 405, "method")
    assert set(response.headers["allow"].split(", ")) == {"GET", "HEAD", "POST"}


@pytest.mark.parametrize(
    "path",
    [
        "/sparql?query=ASK%7B%7D",
        "/graph/facts-without-hedges",
        "/api/questions/electrolytes",
        "/.well-known/void",
    ],
)
def test_what_has_not_changed_is_not_sent_again(server: Server, path: str) -> None:
    first = server.get(path)
    tag = first.headers["etag"]
    assert first.headers["cache-control"] == "no-cache"
    again = server.get(path, headers={"if-none-match": f'"other", {tag}'})
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == tag
    assert server.get(path, headers={"if-none-match": '"other"'}).status_code == 200
    anything = server.get(path, headers={"if-none-match": "*"})
    assert (anything.status_code, anything.content) == (304, b"")
    assert "Accept" in first.headers["vary"]
    assert "Accept-Encoding" in first.headers["vary"]


@pytest.mark.parametrize("path", ["/sparql?query=SELEC", "/api/describe?concept=nothing+such"])
def test_a_tag_for_anything_does_not_hide_a_mistake(server: Server, path: str) -> None:
    assert server.client.get(path, headers={"if-none-match": "*"}).status_code in (400, 404)


@pytest.mark.parametrize("host", ["%", "a b", "<script>"])
def test_a_host_that_is_none_is_a_bad_request(server: Server, host: str) -> None:
    response = server.client.get("/api", headers={"host": host, "accept": "application/json"})
    assert response.status_code == 400


def test_each_format_has_a_tag_of_its_own(server: Server) -> None:
    tags = {server.query(SELECT, type).headers["etag"] for type in RESULTS}
    assert len(tags) == len(RESULTS)


@pytest.mark.parametrize("function", ["NOW()", "rand()", "UUID()", "STRUUID()", "BNODE()"])
def test_what_is_another_each_time_is_not_kept(server: Server, function: str) -> None:
    answers = [server.query(f"SELECT ({function} AS ?x) {{}}") for _ in range(2)]
    assert all("etag" not in each.headers for each in answers)
    assert all(each.headers["cache-control"] == "no-store" for each in answers)
    assert answers[0].content != answers[1].content or function == "BNODE()"


def test_head_is_get_without_the_body(server: Server) -> None:
    parameters = {"query": SELECT}
    whole = server.get("/sparql", params=parameters)
    head = server.client.head("/sparql", params=parameters)
    assert (head.status_code, head.content) == (200, b"")
    for name in ("content-type", "content-length", "etag", "vary"):
        assert head.headers[name] == whole.headers[name]


@pytest.mark.parametrize("coding", ["br", "gzip"])
def test_a_long_answer_is_compressed_as_accepted(
    server: Server, graph: KnowledgeGraph, coding: str
) -> None:
    headers = {"accept": "application/n-triples", "accept-encoding": coding}
    with server.client.stream("GET", "/graph/claims", headers=headers) as response:
        raw = b"".join(response.iter_raw())
    assert response.headers["content-encoding"] == coding
    expected = graph.export("ntriples", "claims")
    assert len(raw) < len(expected) / 4
    assert server.get("/graph/claims", headers=headers).content == expected
    plain = server.get("/graph/claims", headers={**headers, "accept-encoding": f"{coding};q=0"})
    assert "content-encoding" not in plain.headers


def test_pages_of_other_origins_may_ask(server: Server) -> None:
    origin = {"origin": "https://example.org"}
    response = server.get("/sparql", params={"query": "ASK {}"}, headers=origin)
    assert response.headers["access-control-allow-origin"] == "*"
    assert "etag" in response.headers["access-control-expose-headers"].lower()
    wanted = {
        "access-control-request-method": "POST",
        "access-control-request-headers": "content-type",
    }
    before = server.client.options("/sparql", headers={**origin, **wanted})
    assert before.status_code == 200
    assert "POST" in before.headers["access-control-allow-methods"]


def told(response: object, status: int, kind: str) -> dict[str, Any]:
    """Return the problem details of a response, which must be of a kind."""
    import httpx

    assert isinstance(response, httpx.Response)
    assert response.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = json.loads(response.text)
    assert response.status_code == status, problem
    assert problem["status"] == status
    assert problem["type"].endswith(f"/{kind}")
    assert problem["detail"].strip()
    return problem
