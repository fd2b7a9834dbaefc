"""The guard refuses what changes data, dials out or nests too deep, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampkg.engine import guard
from crampkg.errors import QueryError

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * { SERVICE <http://example.org/> { ?s ?p ?o } }",
        "SELECT * { ?s ?p ?o FILTER EXISTS { service silent ?x { ?s ?p ?o } } }",
        "PREFIX e: <http://e/> SELECT * { SeRvIcE e:x { ?s ?p ?o } }",
        "INSERT DATA { <a:a> <a:a> <a:a> }",
        "LOAD <http://example.org/>",
        "DROP ALL",
        "SELECT * " + "{" * 3000 + "}" * 3000,
        "SELECT (" + "(" * 3000 + "1" + ")" * 3000 + " AS ?x) {}",
        "SELECT * { FILTER(1" + "+1" * 3000 + ") }",
        "SELECT * { FILTER(" + "!" * 3000 + "true) }",
        "SELECT * { " + "OPTIONAL{}" * 3000 + " }",
        "SELECT * { " + "GRAPH<a:b>{}" * 3000 + " }",
        "SELECT * { " + "FILTERe:f(1)" * 3000 + " }",
        # Oxigraph takes each of these for a SERVICE, or for as deep a nesting.
        "PREFIX e: <http://e/> SELECT * { SERVICEe:x{ ?s ?p ?o } }",
        "PREFIX : <http://e/> SELECT * { SERVICE:x{ ?s ?p ?o } }",
        "PREFIX e: <http://e/> SELECT * { ?s ?p trueSERVICEe:x{ ?s ?p ?o } }",
        "PREFIX e: <http://e/> SELECT * { ?s ?p e:.SERVICEe:x{ ?s ?p ?o } }",
        "PREFIX e: <http://e/> SELECT * { ?s ?p 1SERVICEe:x{ ?s ?p ?o } }",
        "PREFIX e: <http://e/> SELECT * { GRAPH e:x { SERVICEe:x { ?s ?p ?o } } }",
        "PREFIX e: <http://e/> SELECT * FROM e:x { SERVICEe:x { ?s ?p ?o } }",
        "SELECT * { VALUES ?x {1} FILTER(1<2)SERVICE?x#> { ?s ?p ?o } }",
        "SELECT * { FILTER('a'<'foo>')SERVICE ?x {?s ?p 'o'} }",
        "PREFIX e: <http://e/> SELECT * { FILTER(1<e:b#>''')SERVICE ?x {?s ?p ?o}#''' }",
        "SELECT * { ?s ?p <http://\\u0041'> . SERVICE <http://x> { ?s ?p 'o' } }",
        "SELECT * { FILTER(1<" + "(" * 3000 + "1" + ")" * 3000 + "#> ) }",
        "SELECT * { FILTER(1<" + "1+" * 3000 + "1>1) }",
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(QueryError) as caught:
        guard.check(text)
    assert caught.value.line == 1
    assert caught.value.column is not None


@pytest.mark.parametrize(
    "text",
    [
        "SELECT ?service { ?service ?load $insert }",
        'SELECT * { ?s ?p "SERVICE <http://x>" , \'DROP\' , """a "quoted" DELETE""" }',
        "SELECT * { <http://x/SERVICE> ex:SERVICE service:x } # LOAD this",
        "SELECT * { ?s ?p 'it\\'s a LOAD' }",
        "SELECT * " + "{" * 100 + "}" * 100,
        "SELECT * { ?s ?p ?o FILTER (1 < 2 && 3 > 2) }",
        "SELECT * { VALUES (?x ?y) { (1 <a:SERVICE#a>) } ?s <a:it's(a)SERVICE#b> ?o }",
        "SELECT * { ?s ?p ?o FILTER (?o IN (<http://x/#a>, <http://x/#SERVICE>)) }",
        "PREFIX microservices: <http://e/> SELECT * { GRAPH microservices:g { ?a ?b ?c } }",
        "PREFIX services: <http://e/> SELECT * FROM NAMED services:g { GRAPH ?g { ?a ?b ?c } }",
        "PREFIX services: <http://e/> DESCRIBE services:g { ?a ?b ?c }",
        "SELECT * { ?s e:SERVICE ?o ; e:a.SERVICE e:b\\'s , 'SERVICE'@en-SERVICE }",
        "SELECT * { VALUES ?x { " + '"1"^^xsd:integer <http://x/a-b-c> ' * 3000 + "} }",
    ],
)
def test_lets_pass(text: str) -> None:
    guard.check(text)


def test_every_query_of_ours_is_far_from_the_limits() -> None:
    for path in sorted((ROOT / "queries").glob("*.rq")):
        text = path.read_text(encoding="utf-8")
        guard.check(text + text.partition("\nWHERE")[2] * 4)


def test_words_are_the_keywords_with_their_lines() -> None:
    text = "# no\nPREFIX a: <b>\nselect ?no {\n  ?s a a:no ; 'no' 1 }"
    assert list(guard.words(text)) == [("PREFIX", 2), ("select", 3), ("a", 4)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("SELECT * { ?s ?p $o . ?s ?q ?p }", ["s", "p", "o", "q"]),
        ("# ?no\nselect distinct # *\n * { ?b 'no ?no' ?a }", ["b", "a"]),
        ("SELECT ?b ?a { ?a ?p ?b { SELECT * { ?c ?d ?e } } }", []),
        ("SELECT (COUNT(*) AS ?n) { ?s ?p ?o }", []),
        ("ASK { ?s ?p ?o }", []),
        ("SELECT", []),
    ],
)
def test_the_star_of_a_select_stands_for_its_variables(text: str, names: list[str]) -> None:
    assert guard.order_of_star(text) == names


def test_a_byte_that_is_not_utf_8_is_named_with_its_place() -> None:
    with pytest.raises(QueryError, match="has a byte that is not UTF-8") as caught:
        guard.check("ASK {}\n# caf\udce9")
    assert (caught.value.line, caught.value.column) == (2, 6)


def test_says_where() -> None:
    with pytest.raises(QueryError) as caught:
        guard.check("SELECT * {\n  # a comment\n  SERVICE <http://x/> {} }")
    assert (caught.value.line, caught.value.column) == (3, 3)


@given(st.text(max_size=300))
def test_any_text_is_read_to_its_end(text: str) -> None:
    try:
        guard.check(text)
    except QueryError as error:
        assert "line" in str(error)
