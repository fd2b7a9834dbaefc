"""The embedded engine: what it answers, and how it says what is wrong with a query."""

from __future__ import annotations

import re

import pytest

from crampkg.engine.embedded import EmbeddedEngine
from crampkg.errors import QueryError
from crampkg.records import Value
from crampkg.vocabulary import expand

DATA = """
kg:a ck:causes kg:b g:facts .
kg:a skos:prefLabel "a"@en g:background .
"""


def nquads(text: str) -> bytes:
    """Write out the prefixed names of N-Quads that are short enough to read."""
    names = re.compile(r"\b(\w+:\w+)")
    return names.sub(lambda name: f"<{expand(name[1])}>", text).encode()


@pytest.fixture
def engine() -> EmbeddedEngine:
    return EmbeddedEngine(nquads(DATA))


def test_a_pattern_outside_graph_sees_all_graphs_and_prefixes_need_no_declaration(
    engine: EmbeddedEngine,
) -> None:
    result = engine.query("SELECT ?label ?y { kg:a ck:causes ?y ; skos:prefLabel ?label }")
    assert result.form == "select"
    assert list(result.bindings()) == [
        (
            Value("literal", "a", language="en"),
            Value("uri", "https://w3id.org/crampkg/id/b"),
        )
    ]


def test_an_unbound_variable_is_none(engine: EmbeddedEngine) -> None:
    result = engine.query("SELECT ?x ?z { ?x ck:causes ?y OPTIONAL { ?y ck:causes ?z } }")
    assert [row[1] for row in result.bindings()] == [None]


def test_ask_and_construct_have_their_forms(engine: EmbeddedEngine) -> None:
    assert engine.query("ASK { kg:a ck:causes kg:b }").boolean is True
    assert engine.query("ASK { kg:b ck:causes kg:a }").boolean is False
    graph = engine.query("CONSTRUCT { ?y ck:causedBy ?x } { ?x ck:causes ?y }")
    assert graph.form == "graph"
    assert [value.text.rpartition("/")[2] for triple in graph.triples() for value in triple] == [
        "b",
        "ontology#causedBy",
        "a",
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("SELECT ?s {\n  ?s foo:bar ?o }", 2, 13, "prefix is not declared"),
        ("SELECT ?s {\n  ?s ?p }", 2, 10, "parse"),
        ("SELECT ?s ?n {", 1, 15, "parse"),
        ("HELLO", 1, 6, "begins with SELECT"),
        ("", 1, 1, "begins with SELECT"),
        ("SELECT (COUNT(*) AS ?n) ?s { ?s ?p ?o }", 1, 40, "GROUP BY"),
    ],
)
def test_a_syntax_error_has_line_column_and_a_way_out(
    engine: EmbeddedEngine, text: str, line: int, column: int, words: str
) -> None:
    with pytest.raises(QueryError) as caught:
        engine.query(text)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert words in str(caught.value)
    assert f"line {line}, column {column}" in str(caught.value)
