"""The embedded engine: what it answers, and how it says what is wrong with a query."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyoxigraph import Literal, NamedNode

from crampkg.engine.embedded import EmbeddedEngine
from crampkg.errors import QueryError
from crampkg.vocabulary import expand

DATA = """
kg:a ck:causes kg:b g:facts-without-hedges .
kg:a skos:prefLabel "a"@en g:background .
"""


def nquads(text: str) -> bytes:
    """Write out the prefixed names of N-Quads that are short enough to read."""
    names = re.compile(r"\b(\w+:[\w-]+)")
    return names.sub(lambda name: f"<{expand(name[1])}>", text).encode()


#: What random queries are put together from.
PIECES = [
    "SELECT",
    "?x",
    " ",
    "\n",
    "\t",
    "{",
    "}",
    "(",
    ")",
    ".",
    "kg:a",
    "'",
    '"b"',
    "<",
    "<a:b>",
]
PIECES += ["FILTER", "#", "1.5", "-", "@en", "^^", "ASK", "a", "BIND", "AS", "no:x", "\u00e4", "||"]


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
            Literal("a", language="en"),
            NamedNode("https://w3id.org/crampkg/id/b"),
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
    assert [value.value.rpartition("/")[2] for triple in graph.triples() for value in triple] == [
        "b",
        "ontology#causedBy",
        "a",
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("SELECT ?s {\n  ?s foo:bar ?o }", 2, 6, "the prefix foo: is not declared"),
        ("SELECT ?s {\n  ?s ?p }", 2, 9, "} cannot stand here"),
        ("SELECT * WHERE { ?s ?p ?o . ?s }", 1, 32, "} cannot stand here"),
        ("SELECT * {\n\t?s ?p ?o .\n\tFILTR(?o > 1)\n}", 3, 2, "FILTR cannot stand here"),
        ("SELECT ?x { ?x a ck:Artery\n ?x ck:partOf ?y }", 2, 2, "?x cannot stand here"),
        ("SELECT ?x { ?x ?p '''a\nb''' ?y }", 2, 6, "?y cannot stand here"),
        ("SELECT * { FILTER(?x > 1 }", 1, 26, "} cannot stand here"),
        ("SELECT * { <calf> ?p ?o }", 1, 12, "the IRI <calf> is relative. Write it whole"),
        ("PREFIX x: <a/> SELECT * { x:b ?p ?o }", 1, 11, "the IRI <a/> is relative"),
        ("SELECT * { ?s ?p '1'^^<int> }", 1, 23, "the IRI <int> is relative"),
        ("BASE <x> SELECT * { ?s ?p ?o }", 1, 6, "the IRI <x> is relative"),
        ("BASE <urn:x> SELECT * { <a> <b> }", 1, 33, "} cannot stand here"),
        ("SELECT * { ?s ?p <http://[x> }", 1, 18, "<http://[x> is no IRI"),
        ("SELECT ?x { # {\n ?x ?p ?y ", 2, 10, "ends before the { of line 1 is closed by }"),
        ("SELECT ?x\n", 1, 10, "ends too early"),
        ('SELECT ?x { ?x ?p "a , ?y }', 1, 19, "the string that begins here has no end"),
        ("SELECT ?x { ?x ?p <a , ?y }", 1, 19, "the IRI that begins here has no end"),
        ("SELECT (?x AS ?x) { BIND (1 AS ?x) }", 1, 37, "overrides an existing variable"),
        ("HELLO", 1, 1, "begins with SELECT"),
        ("", 1, 1, "begins with SELECT"),
        ("SELECT (COUNT(*) AS ?n) ?s { ?s ?p ?o }", 1, 25, "GROUP BY"),
        ("SELECT ?a ?a { ?a ?b ?c }", 1, 11, "duplicated variable name in SELECT."),
        ("SELECT ?a\n (1 AS ?b) ($c AS ?b) { ?a ?d ?c }", 2, 19, "duplicated variable"),
        ("SELECT ?a (1 AS ?a) { ?a ?b ?c }", 1, 17, "overrides an existing variable"),
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


@given(st.lists(st.sampled_from(PIECES), max_size=12))
def test_any_fault_is_inside_the_text(pieces: list[str]) -> None:
    text = "".join(pieces)
    try:
        EmbeddedEngine(b"").query(text)
    except QueryError as error:
        message, shown, pointer = str(error).rsplit("\n", 2)
        assert message.startswith("The query does not parse at line")
        assert error.line is not None
        assert error.column is not None
        line = text.split("\n")[error.line - 1]
        assert 1 <= error.column <= len(line) + 1
        assert shown == f"  {line.expandtabs(1)}"
        assert pointer.index("^") == error.column + 1


def test_a_fault_is_found_behind_an_iri_that_is_relative_to_the_base(
    engine: EmbeddedEngine,
) -> None:
    """The address of the server is the base of what it is sent."""
    with pytest.raises(QueryError) as caught:
        engine.query("SELECT * { <calf> ?p }", base="http://127.0.0.1/sparql")
    assert (caught.value.column, "} cannot stand here" in str(caught.value)) == (22, True)


def test_an_unknown_function_is_named_with_a_way_out(engine: EmbeddedEngine) -> None:
    with pytest.raises(QueryError, match=r"calls xsd:foo, and there is no such function.* Use one"):
        engine.query("SELECT * { ?s ?p ?o FILTER (xsd:foo(?o)) }")


def test_columns_come_in_the_order_that_is_asked_for(engine: EmbeddedEngine) -> None:
    text = "SELECT * { ?s ck:causes ?o }"
    assert engine.query(text).variables == ("o", "s")
    result = engine.query(text, order=["s", "p", "o"])
    assert result.variables == ("s", "o")
    assert result.serialize("csv") is None
    ((subject, object),) = result.bindings()
    assert subject == NamedNode(str(expand("kg:a")))
    assert object == NamedNode(str(expand("kg:b")))
    assert engine.query(text, order=["s"]).variables == ("o", "s")


def test_a_term_of_rdf_1_2_in_a_result_is_a_sentence(engine: EmbeddedEngine) -> None:
    result = engine.query("SELECT (<<( kg:a kg:b kg:c )>> AS ?triple) {}")
    with pytest.raises(QueryError, match="neither an IRI"):
        list(result.bindings())
