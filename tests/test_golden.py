"""Every question answers with the rows that were written by hand from the article.

Each file under `tests/golden` holds one answer: a comment on where in the article its rows are
from, the columns that are checked, and one row a line. `ID.tsv` is the answer with the default
parameters, `ID@NAME=VALUE.tsv` the one with another value. For a question that answers with a graph
the rows are triples, and every triple with one of the predicates in the file must be there.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

from crampkg.answers.rows import Answer
from crampkg.graph import KnowledgeGraph
from crampkg.vocabulary import compress

FOLDER = Path(__file__).parent / "golden"
FILES = sorted(FOLDER.glob("*.tsv"))
QUESTIONS = sorted(path.stem for path in Path(__file__).parents[1].glob("queries/*.rq"))

Cells = tuple[str, ...]


class Golden(NamedTuple):
    """One answer as written by hand."""

    comment: str
    columns: Cells
    rows: Counter[Cells]


def _read(path: Path) -> Golden:
    comment, header, *lines = path.read_text(encoding="utf-8").splitlines()
    return Golden(comment, tuple(header.split("\t")), Counter(tuple(x.split("\t")) for x in lines))


def _asked(path: Path) -> tuple[str, dict[str, str]]:
    """Return the question and the parameter that the name of a golden file stands for."""
    id, at, binding = path.stem.partition("@")
    name, _, value = binding.partition("=")
    return id, {name: value} if at else {}


def _rows(answer: Answer, golden: Golden) -> Counter[Cells]:
    if answer.form == "graph":
        predicates = {predicate for _, predicate, _ in golden.rows}
        triples = (
            tuple(compress(term.text) if term.kind == "uri" else term.text for term in triple)
            for triple in answer.triples
        )
        return Counter(cells for cells in triples if not predicates or cells[1] in predicates)
    return Counter(tuple(row.text(name) for name in golden.columns) for row in answer)


def _difference(expected: Counter[Cells], found: Counter[Cells]) -> str:
    lines = [f"- {' | '.join(cells)}" for cells in sorted((expected - found).elements())]
    lines += [f"+ {' | '.join(cells)}" for cells in sorted((found - expected).elements())]
    return "\n".join(lines)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_answer_is_what_the_article_says(path: Path, graph: KnowledgeGraph) -> None:
    golden = _read(path)
    id, parameters = _asked(path)
    found = _rows(graph.ask(id, **parameters), golden)
    difference = _difference(golden.rows, found)
    assert not difference, f"{golden.comment}\n- by hand, + answered:\n{difference}"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_file_is_well_formed(path: Path) -> None:
    golden = _read(path)
    assert golden.comment.startswith("# ")
    assert golden.comment.endswith(".")
    assert len(set(golden.columns)) == len(golden.columns)
    assert all(len(cells) == len(golden.columns) for cells in golden.rows)


@pytest.mark.parametrize("id", QUESTIONS)
def test_every_question_has_an_answer_written_by_hand(id: str) -> None:
    assert _read(FOLDER / f"{id}.tsv").rows


def test_every_golden_file_names_a_question() -> None:
    assert {_asked(path)[0] for path in FILES} <= set(QUESTIONS)


def test_answers_are_written_by_hand_for_other_values_too() -> None:
    other = [path for path in FILES if "@" in path.stem]
    assert len({_asked(path)[0] for path in other}) >= 15
    assert any(not _read(path).rows for path in other)


def test_a_wrong_row_is_noticed() -> None:
    expected: Counter[Cells] = Counter([("a", "b"), ("a", "b")])
    found: Counter[Cells] = Counter([("a", "b"), ("a", "c")])
    assert _difference(expected, found).splitlines() == ["- a | b", "+ a | c"]
