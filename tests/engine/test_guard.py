"""The guard refuses what changes data, dials out or nests too deep, and nothing else."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampkg.engine import guard
from crampkg.errors import QueryError


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
    ],
)
def test_lets_pass(text: str) -> None:
    guard.check(text)


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
