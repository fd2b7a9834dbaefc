"""Binding replaces the one marked line, by terms and never by text."""

from __future__ import annotations

import pyoxigraph
import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampkg.library import bind, serialize

TEXT = "SELECT ?x {\n  VALUES ?x { kg:calf } # param: x\n  # VALUES ?x { kg:calf }\n}\n"


def test_only_the_marked_line_changes() -> None:
    bound = bind(TEXT, {"x": ["<http://e/a>", "<http://e/b>"]})
    assert bound.split("\n") == [
        "SELECT ?x {",
        "  VALUES ?x { <http://e/a> <http://e/b> } # param: x",
        "  # VALUES ?x { kg:calf }",
        "}",
        "",
    ]


def test_the_variable_of_the_line_stays() -> None:
    bound = bind("VALUES ?problem { kg:calf } # param: condition", {"condition": ["kg:foot"]})
    assert bound == "VALUES ?problem { kg:foot } # param: condition"


def test_without_values_the_text_stays() -> None:
    assert bind(TEXT, {}) is TEXT


@given(st.text(alphabet=st.characters(exclude_categories=["Cs"])))
def test_any_text_binds_to_just_that_text(value: str) -> None:
    bound = bind(TEXT, {"x": [serialize(value, "string")]})
    rows = pyoxigraph.Store().query(bound)
    assert isinstance(rows, pyoxigraph.QuerySolutions)
    assert [row["x"] for row in rows] == [pyoxigraph.Literal(value)]


@pytest.mark.parametrize("value", ["http://e/> } DROP ALL #", "no iri", "http://e/a b", ""])
def test_what_is_no_iri_is_refused(value: str) -> None:
    with pytest.raises(ValueError, match="IRI"):
        serialize(value, "iri")


def test_integers_are_integers() -> None:
    assert "integer" in serialize("7", "integer")
    with pytest.raises(ValueError, match="invalid literal"):
        serialize("7; DROP", "integer")
