"""The second engine: the same answers as the first, and no way out of the process."""

from __future__ import annotations

import pytest
import rdflib
from pyoxigraph import BlankNode, RdfFormat, parse, serialize
from rdflib_engine import RdflibEngine

from crampkg.engine.dataset import parse_dataset
from crampkg.engine.embedded import EmbeddedEngine
from crampkg.errors import QueryError

TRIG = """\
@prefix ck: <https://w3id.org/crampkg/ontology#> .
@prefix g: <https://w3id.org/crampkg/graph/> .
@prefix kg: <https://w3id.org/crampkg/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
g:facts-without-hedges { kg:a ck:causes _:b }
g:background { _:b skos:prefLabel "b"@en }
g:claims { _:b ck:start 7 ; ck:end "plain" }
"""
DATA = serialize(parse(TRIG, format=RdfFormat.TRIG), format=RdfFormat.N_QUADS) or b""


@pytest.fixture
def engine() -> RdflibEngine:
    return RdflibEngine(DATA)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?label ?n { kg:a ck:causes ?y . ?y skos:prefLabel ?label ; ck:start ?n }",
        "SELECT ?y ?z { kg:a ck:causes ?y OPTIONAL { ?y ck:causes ?z } }",
        "SELECT ?o { GRAPH g:claims { ?s ?p ?o } } ORDER BY ?p",
        "ASK { kg:a ck:causes ?y }",
        "ASK { kg:a ck:end ?y }",
        "CONSTRUCT { kg:x ck:end ?n } { ?y ck:start ?n }",
    ],
)
def test_answers_as_the_embedded_engine_does(engine: RdflibEngine, text: str) -> None:
    ours, theirs = engine.query(text), EmbeddedEngine(DATA).query(text)
    assert (ours.form, ours.variables, ours.boolean) == (
        theirs.form,
        theirs.variables,
        theirs.boolean,
    )
    if ours.form == "select":
        rows, others = list(ours.bindings()), list(theirs.bindings())
        shown = [
            [value and not isinstance(value, BlankNode) and value for value in row] for row in rows
        ]
        assert shown == [
            [value and not isinstance(value, BlankNode) and value for value in row]
            for row in others
        ]
        assert rows
    elif ours.form == "graph":
        assert list(ours.triples()) == list(theirs.triples())


@pytest.mark.parametrize(
    ("text", "line", "words"),
    [
        ("SELECT ?s {\n  ?s ?p }", 2, "does not parse at line 2"),
        ("SELECT ?s { ?s foo:bar ?o }", None, "foo"),
        ("INSERT DATA { kg:a kg:b kg:c }", 1, "changes data"),
        ("SELECT * { SERVICE <http://127.0.0.1:1/> { ?s ?p ?o } }", 1, "SERVICE"),
        ("SELECT * FROM <README.md> { ?s ?p ?o }", None, "FROM"),
        ("SELECT * FROM NAMED <README.md> { GRAPH ?g { ?s ?p ?o } }", None, "FROM"),
    ],
)
def test_refuses_what_does_not_parse_or_reads_elsewhere(
    engine: RdflibEngine, text: str, line: int | None, words: str
) -> None:
    with pytest.raises(QueryError, match=words) as caught:
        engine.query(text)
    assert caught.value.line == line


def test_a_dataset_keeps_lexical_forms_and_the_setting_of_rdflib() -> None:
    decimal = "http://www.w3.org/2001/XMLSchema#decimal"
    before = rdflib.NORMALIZE_LITERALS
    dataset = parse_dataset(f'<a:s> <a:p> "1.50"^^<{decimal}> <a:g> .\n'.encode())
    assert [str(quad[2]) for quad in dataset.quads()] == ["1.50"]
    assert before == rdflib.NORMALIZE_LITERALS
