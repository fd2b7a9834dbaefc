"""The queries of the package itself: one reader, which binds IRIs and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampkg import library
from crampkg.engine import guard
from crampkg.vocabulary import GRAPHS

PACKAGE = Path(library.__file__).parent
NAMES = sorted(
    path.relative_to(PACKAGE).with_suffix("").as_posix()
    for path in PACKAGE.rglob("*.rq")
    if PACKAGE / "kg" not in path.parents
)


@pytest.mark.parametrize("name", NAMES)
def test_a_query_may_run(name: str) -> None:
    guard.check(library.own_query(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_query_names_graphs_of_ours(name: str) -> None:
    named = {part.split()[0] for part in library.own_query(name).split("GRAPH ")[1:]}
    graphs = {each.replace("g:", "https://w3id.org/crampkg/graph/") for each in named}
    assert {each for each in graphs if each[0] != "?"} <= set(GRAPHS.values())


def test_iris_enter_at_the_marked_line() -> None:
    text = library.own_query("claims/hedges", claim=["https://a.org/1", "https://a.org/2"])
    assert "VALUES ?claim { <https://a.org/1> <https://a.org/2> } # param: claim" in text


@pytest.mark.parametrize("wrong", ["calf", "https://a.org/> } #", ""])
def test_what_is_no_iri_does_not_enter(wrong: str) -> None:
    with pytest.raises(ValueError, match="IRI"):
        library.own_query("claims/hedges", claim=[wrong])
