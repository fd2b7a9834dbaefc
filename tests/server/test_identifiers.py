"""Every IRI of this project that anything here contains is answered, at its own path."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import rdflib
from conftest import ROOT

from crampkg.graph import KnowledgeGraph
from crampkg.pipeline.rules import rulebook
from crampkg.server.problems import KINDS, Problem
from crampkg.vocabulary import CK, GRAPHS, SNAPSHOT
from web import Web

HOME = "https://w3id.org/crampkg"
IRI = re.compile(HOME + r"(?=[/\"'>\s])[^\s\"'<>\\^`{}|),;\]]*")
FORMATS = ("jsonld", "nquads", "ntriples", "rdfxml", "trig", "turtle")


def texts(graph: KnowledgeGraph, web: Web) -> Iterator[tuple[str, str]]:
    """Yield the texts that go out, each with its name."""
    for name in graph.sources.files():
        yield name, Path(graph.sources.path(name)).read_text(encoding="utf-8")
    yield "docs/export.md", (ROOT / "docs" / "export.md").read_text(encoding="utf-8")
    shapes = rdflib.Graph().parse(graph.sources.path("ontology/shapes.ttl"))
    yield "shapes", shapes.serialize(format="nt")
    for format in FORMATS:
        # All of it in JSON-LD takes two seconds, and has no IRI that the others have not.
        yield (
            format,
            graph.export(format, "facts-without-hedges" if format == "jsonld" else "all").decode(),
        )
    for each in graph.questions():
        answer = graph.ask(each.id)
        if answer.form == "select":
            yield (
                each.id,
                " ".join(
                    str(getattr(cell, "value", cell)) + " " for row in answer.rows for cell in row
                ),
            )
        else:
            yield each.id, answer.serialize("ntriples").decode()
    for logic in rulebook(graph.sources, "facts", "owl", "inferred"):
        yield logic.rule.id, f"{HOME}/rule/{logic.rule.id} "
    for kind in KINDS:
        yield kind, Problem(kind, "").body().decode()
    why = {"subject": "kg:femoral-artery", "predicate": "ck:implicatedIn", "object": "kg:calf-pain"}
    for path, asked in (
        ("/api/why", {**why, "format": "ntriples"}),
        ("/api/why", why),
        ("/api/describe", {"term": "leg cramp"}),
        ("/api/questions", {}),
        ("/api/questions", {"format": "ntriples"}),
        ("/api/terms", {"q": "calf"}),
        ("/api/openapi.json", {}),
        ("/api/status", {}),
        ("/.well-known/void", {}),
        ("/sparql", {}),
        ("/nowhere", {}),
        ("/about", {}),
    ):
        yield path, web.get(path, params=asked).text


@pytest.fixture(scope="module")
def iris(graph: KnowledgeGraph, web: Web) -> dict[str, str]:
    """Return each IRI of ours, with the name of a text that contains it."""
    return {iri.rstrip("."): name for name, text in texts(graph, web) for iri in IRI.findall(text)}


def test_each_identifier_is_answered_at_its_path(iris: dict[str, str], web: Web) -> None:
    kinds = {iri.removeprefix(HOME + "/").partition("/")[0].partition("#")[0] for iri in iris}
    assert kinds >= {
        *("context.jsonld", "graph", "id", "mappings", "ontology", "problem", "rule", "shape")
    }
    headers = {"accept": "application/n-triples, application/json;q=0.5, */*;q=0.1"}
    paths = {iri.removeprefix(HOME).partition("#")[0] or "/": name for iri, name in iris.items()}
    assert len(paths) > 500
    lost = {
        path: (name, answer.status_code)
        for path, name in sorted(paths.items())
        if (answer := web.client.get(path, headers=headers, follow_redirects=True)).status_code
        != 200
    }
    assert lost == {}


def test_each_term_of_the_ontology_has_a_place_on_its_page(iris: dict[str, str], web: Web) -> None:
    page = web.get("/ontology").text
    places = set(re.findall(r'\bid="([^"]*)"', page))
    terms = {iri.removeprefix(CK) for iri in iris if iri.startswith(CK)} - {""}
    assert len(terms) > 100
    assert terms - places == set()


@pytest.mark.parametrize(
    ("path", "type", "holds"),
    [
        ("/context.jsonld", "application/ld+json", '"@context"'),
        ("/mappings/terms.sssom.tsv", "text/tab-separated-values", "mapping_set_id"),
        ("/rule/prp-trp", "application/sparql-query", "CONSTRUCT"),
        ("/shape/article-date", "text/turtle", "shape:article-date"),
        ("/problem/busy", "application/json", f'"type": "{HOME}/problem/busy"'),
    ],
)
def test_an_identifier_leads_to_what_it_identifies(
    path: str, type: str, holds: str, web: Web
) -> None:
    answer = web.get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == type
    assert holds in answer.text
    again = web.get(path, headers={"if-none-match": answer.headers.get("etag", "")})
    assert again.status_code == (304 if "etag" in answer.headers else 200)


@pytest.mark.parametrize(
    ("accept", "type"),
    [
        ("text/turtle", "text/turtle"),
        ("application/ld+json", "application/ld+json"),
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "text/html"),
        ("*/*", "text/html"),
        ("image/png", "text/html"),
    ],
)
def test_the_concept_scheme_is_a_page_or_rdf(accept: str, type: str, web: Web) -> None:
    answer = web.client.get("/concepts", headers={"accept": accept}, follow_redirects=True)
    assert answer.status_code == 200
    assert answer.headers["content-type"].partition(";")[0] == type
    assert web.get("/concepts?q=calf", headers={"accept": accept}).status_code == 200


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("graph", "/.well-known/void"),
        ("graph/snapshot", "/.well-known/void"),
        ("id", "/concepts"),
        ("mappings", "/about"),
        ("problem", "/problem"),
        ("rule", "/about"),
        ("shape", "/shape"),
    ],
)
def test_a_namespace_is_answered_with_a_slash_and_without(path: str, place: str, web: Web) -> None:
    for slash in ("", "/"):
        answer = web.client.get(f"/{path}{slash}", follow_redirects=True)
        assert answer.status_code == 200
        assert answer.url.path.rstrip("/") == place


def test_the_graph_of_the_snapshot_tells_its_identifier(graph: KnowledgeGraph, web: Web) -> None:
    path = SNAPSHOT.removeprefix(HOME)
    answer = web.client.get(path, headers={"accept": "text/turtle"}, follow_redirects=True)
    assert graph.identifier in answer.text


@pytest.mark.parametrize("name", [*GRAPHS, "all"])
def test_a_graph_is_rdf_or_leads_to_what_tells_of_it(name: str, web: Web) -> None:
    for accept in ("text/html", "text/html,application/xml;q=0.9,*/*;q=0.8"):
        headers = {"accept": accept}
        answer = web.client.get(f"/graph/{name}", headers=headers)
        assert answer.status_code == 303
        assert "Accept" in answer.headers["vary"].split(", ")
        page, _, place = answer.headers["location"].partition("#")
        assert f'id="{place}"><th role="rowheader" scope="row">{name}<' in web.get(page).text
        assert web.get(f"/graph/{name}.nt", headers=headers).status_code == 200
    for accept in ("", "*/*", "text/turtle, text/html;q=0.5"):
        answer = web.get(f"/graph/{name}", headers={"accept": accept})
        assert answer.headers["content-type"] == "text/turtle; charset=utf-8"
    assert web.get("/graph/nothing", headers={"accept": "text/html"}).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/shape/nothing",
        "/rule/nothing",
        "/rule/..%2Fowl%2Fprp-trp",
        "/mappings/nothing.sssom.tsv",
        "/problem/nothing",
        "/graph/nothing",
        "/id/nothing",
        "/id/nothing/",
        "/ontology/9.9.9",
    ],
)
def test_what_identifies_nothing_is_not_found(path: str, web: Web) -> None:
    assert web.get(path).status_code == 404


def test_a_kind_of_problem_is_a_page_in_a_browser(web: Web) -> None:
    for kind in ("busy", ""):
        answer = web.get(f"/problem/{kind}", headers={"accept": "text/html"})
        assert answer.headers["content-type"].startswith("text/html")
        assert "The server is busy" in answer.text
        assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_w3id_leads_each_identifier_to_the_path_that_the_server_has(iris: dict[str, str]) -> None:
    """The rule of the draft, as Apache reads it: without the folder's name and its slash."""
    text = (ROOT / "w3id" / ".htaccess").read_text(encoding="ascii")
    (rule,) = re.findall(
        r"^RewriteRule (\S+) https://([^/\s]+)/(\S+) \[R=303,NE,L\]$", text, re.MULTILINE
    )
    pattern, _, substitution = rule
    assert substitution == "$1"
    for iri in iris:
        path = iri.removeprefix(HOME).removeprefix("/").partition("#")[0]
        found = re.match(pattern, path)
        assert found is not None, iri
        assert found[1] == path, iri
    for path in ("sparql", "idle/x", "contextXjsonld", "api/questions"):
        assert not re.match(pattern, path)
