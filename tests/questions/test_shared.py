"""Columns that questions share: what is joined, what cannot be, and both forms of each question."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampkg.engine import guard
from crampkg.errors import SourceError
from crampkg.graph import KnowledgeGraph
from crampkg.library import Shared, join, read_header, read_shared

ROOT = Path(__file__).parents[2]
QUESTION = """\
#+ id: pain

PREFIX g: <https://w3id.org/crampkg/graph/>

SELECT DISTINCT
  ?pain ?claim ?origin
WHERE {
  {
    GRAPH g:claims { ?claim ?role ?pain }
    # shared: claim
  }
  BIND ("article" AS ?origin)
}
ORDER BY ?pain ?claim
"""
PART = """\
# Of each claim.

PREFIX ck: <https://w3id.org/crampkg/ontology#>
PREFIX g: <https://w3id.org/crampkg/graph/>

SELECT
  ?wording
  ?marker
WHERE {
  GRAPH g:claims { ?claim ck:wording ?wording }
  OPTIONAL {
    GRAPH g:claims { ?claim ck:markerText ?marker }
  }
}
ORDER BY ?marker ?wording
"""
JOINED = """\
#+ id: pain

PREFIX ck: <https://w3id.org/crampkg/ontology#>
PREFIX g: <https://w3id.org/crampkg/graph/>

SELECT DISTINCT
  ?pain
  ?wording
  ?marker
  ?claim ?origin
WHERE {
  {
    GRAPH g:claims { ?claim ?role ?pain }
    GRAPH g:claims { ?claim ck:wording ?wording }
    OPTIONAL {
      GRAPH g:claims { ?claim ck:markerText ?marker }
    }
  }
  BIND ("article" AS ?origin)
}
ORDER BY ?pain ?claim ?marker ?wording
"""
SHARED = {"claim": read_shared("queries/shared/claim.rq", PART)}
MARKED = sorted(
    path for path in (ROOT / "queries").glob("*.rq") if "# shared: " in path.read_text("utf-8")
)


def test_columns_pattern_order_and_prefixes_are_joined() -> None:
    assert join("queries/pain.rq", QUESTION, SHARED) == JOINED


def test_a_question_without_a_mark_stays_as_it_is() -> None:
    bare = QUESTION.replace("    # shared: claim\n", "")
    assert join("queries/pain.rq", bare, SHARED) == bare


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("shared: claim", "shared: claims", 10, "Share one of these: claim."),
        ("?pain ?claim ?origin", "?pain ?origin", 10, "Select ?claim, and write WHERE {."),
        ("WHERE {\n", "{\n", 10, "Select ?claim, and write WHERE {."),
        ("ORDER BY ?pain ?claim\n", "", 10, "Write an ORDER BY at the end."),
    ],
)
def test_what_has_no_place_is_said(old: str, new: str, line: int, says: str) -> None:
    with pytest.raises(SourceError) as caught:
        join("queries/pain.rq", QUESTION.replace(old, new), SHARED)
    assert str(caught.value).startswith("queries/pain.rq: ")
    assert str(caught.value).endswith(says)
    assert caught.value.line == line


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("SELECT\n", "SELECT "),
        ("WHERE {", "{"),
        ("ORDER BY ?marker ?wording\n", ""),
        ("  ?marker\n", "?marker\n"),
    ],
)
def test_a_file_that_is_laid_out_in_another_way_shares_nothing(old: str, new: str) -> None:
    with pytest.raises(SourceError, match="this is no file of shared columns"):
        read_shared("queries/shared/claim.rq", PART.replace(old, new))


def test_a_file_is_read_in_its_parts() -> None:
    prefixes = (
        "PREFIX ck: <https://w3id.org/crampkg/ontology#>\n",
        "PREFIX g: <https://w3id.org/crampkg/graph/>\n",
    )
    pattern = PART.partition("WHERE {\n")[2].partition("}\nORDER")[0]
    assert SHARED["claim"] == Shared(
        prefixes, "  ?wording\n  ?marker\n", pattern, "?marker ?wording"
    )


@pytest.mark.parametrize("path", MARKED, ids=lambda path: path.stem)
def test_a_file_as_it_stands_answers_its_own_columns(path: Path, graph: KnowledgeGraph) -> None:
    """The rows are those of the joined question, without what is shared, and in the same order."""
    text = path.read_text(encoding="utf-8")
    own = [tuple(row.values()) for row in graph.query(text)]
    assert own
    columns = guard.projection(text)
    assert "claim" in columns
    assert "wording" not in columns
    # Where the graph chooses the default, the file itself asks of all there are.
    declared = read_header(path.name, text)["params"] or {}
    given = {
        each.name: [term.iri for term in graph.terms.of_kind(str(each.kind))]
        for each in graph.question(path.stem).params
        if "default" not in declared[each.name]
    }
    whole = [tuple(row[column] for column in columns) for row in graph.ask(path.stem, **given)]
    assert list(dict.fromkeys(own)) == list(dict.fromkeys(whole))


def test_most_questions_share() -> None:
    assert len(MARKED) >= 38
