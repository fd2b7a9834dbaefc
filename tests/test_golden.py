"""Every question answers with the rows of its golden files: every column, in order."""

from __future__ import annotations

import shutil
from difflib import unified_diff
from pathlib import Path

import goldens
import pytest
from goldens import (
    CLAIM,
    FOLDER,
    OF_CLAIM,
    OF_MARKER,
    TODO,
    Cells,
    Expected,
    Golden,
    answers,
    asked,
    main,
    proposed,
    read,
    shown,
    table,
)

from crampkg.graph import KnowledgeGraph
from crampkg.vocabulary import compress

FILES = answers()
QUESTIONS = sorted(path.stem for path in Path(__file__).parents[1].glob("queries/*.rq"))
TRIPLE = ("subject", "predicate", "object")


@pytest.fixture(scope="session")
def expected(graph: KnowledgeGraph) -> Expected:
    return Expected(graph)


def _difference(by_hand: list[Cells], answered: list[Cells]) -> str:
    before, after = ([" | ".join(cells) for cells in rows] for rows in (by_hand, answered))
    return "\n".join(unified_diff(before, after, "by hand", "answered", lineterm="", n=0))


# What the claims say, by the table written from the text


def test_each_claim_says_what_the_article_says(graph: KnowledgeGraph) -> None:
    query = """
        SELECT ?claim ?subject ?relation ?object ?stance ?hedge ?wording ?evidence ?condition ?basis
          ?section ?marker ?note
        WHERE {
          GRAPH g:claims {
            ?claim ck:claimSubject ?s ; ck:claimPredicate ?p ; ck:claimObject ?o ;
              ck:stance ?ofStance ; ck:basis ?ofBasis ; ck:wording ?wording ; ck:readFrom ?text .
            ?text ck:inSection/skos:prefLabel ?section .
            OPTIONAL { ?claim ck:evidenceWording ?evidence }
            OPTIONAL { ?claim ck:conditionWording ?condition }
            OPTIONAL { ?claim skos:scopeNote ?note }
          }
          ?s skos:prefLabel ?subject . ?p skos:prefLabel ?relation . ?o skos:prefLabel ?object .
          ?ofStance skos:prefLabel ?stance . ?ofBasis skos:prefLabel ?basis .
          ?claim ck:hedgeText ?hedge .
          OPTIONAL { ?claim ck:citesMarker/ck:markerText ?marker }
        } ORDER BY ?claim ?marker"""
    held: dict[str, dict[str, str]] = {}
    for row in graph.query(query):
        cells = {name: row.text(name) for name in row}
        cells[CLAIM] = compress(cells[CLAIM])
        marker = cells.pop("marker")
        said = held.setdefault(cells[CLAIM], cells | {"markers": ""})
        said["markers"] = f"{said['markers']} {marker}".strip()
    by_hand = {row[CLAIM]: row for row in table("claims")}
    columns = read(FOLDER / "claims.tsv").columns
    as_rows = (
        [tuple(each[name] for name in columns) for _, each in sorted(rows.items())]
        for rows in (by_hand, held)
    )
    assert not (difference := _difference(*as_rows)), f"\n{difference}"


def test_the_table_of_claims_reads_down_the_article(graph: KnowledgeGraph) -> None:
    query = """
        SELECT ?section (MIN(?start) AS ?first) WHERE {
          GRAPH g:claims { ?text ck:inSection/skos:prefLabel ?section ; ck:start ?start }
        } GROUP BY ?section"""
    starts = {row.text("section"): int(row.text("first")) for row in graph.query(query)}
    order = [starts[row["section"]] for row in table("claims")]
    assert order == sorted(order)


def test_every_marker_leads_where_the_table_says(graph: KnowledgeGraph) -> None:
    query = """
        SELECT ?marker ?source ?sourceLabel ?markerStatus WHERE {
          ?printed ck:markerText ?marker ; ck:markerStatus ?markerStatus .
          OPTIONAL {
            ?printed ck:resolution/ck:candidateSource ?source .
            ?source skos:prefLabel ?sourceLabel
          }
        } ORDER BY ?marker ?source"""
    by_hand = [tuple(row.values()) for row in table("markers")]
    assert not (difference := _difference(by_hand, shown(graph.query(query)))), f"\n{difference}"


# What the questions answer


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_answer_is_what_the_article_says(
    path: Path, graph: KnowledgeGraph, expected: Expected
) -> None:
    golden = read(path)
    id, parameters = asked(path)
    answer = graph.ask(id, **parameters)
    by_hand = expected.rows(golden, answer.variables or TRIPLE, answer.parameters)
    difference = _difference(by_hand, shown(answer))
    assert not difference, f"{golden.comment}\n{difference}"


@pytest.mark.parametrize("id", QUESTIONS)
def test_a_question_has_its_columns_in_order(
    id: str, graph: KnowledgeGraph, expected: Expected
) -> None:
    assert graph.ask(id).variables == expected.columns.get(id, ())


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_golden_file_holds_every_column_that_does_not_follow_from_the_claim(
    path: Path, expected: Expected
) -> None:
    golden = read(path)
    assert golden.comment.startswith("# ")
    assert "TODO" not in golden.comment
    assert golden.comment.endswith(".")
    assert len(set(golden.columns)) == len(golden.columns)
    assert all(len(cells) == len(golden.columns) for cells in golden.rows)
    variables = expected.columns.get(asked(path)[0], TRIPLE)
    assert set(expected.own(variables)) <= set(golden.columns) <= set(variables)


@pytest.mark.parametrize("id", QUESTIONS)
def test_every_question_has_an_answer_written_by_hand(id: str) -> None:
    assert read(FOLDER / f"{id}.tsv").rows


def test_every_golden_file_names_a_question() -> None:
    assert {asked(path)[0] for path in FILES} <= set(QUESTIONS)


def test_answers_are_written_by_hand_for_other_values_too() -> None:
    other = [path for path in FILES if "@" in path.stem]
    assert len({asked(path)[0] for path in other}) >= 15
    assert any(not read(path).rows for path in other)


# The comparison itself


def test_rows_in_another_order_are_noticed() -> None:
    assert _difference([("a",), ("b",)], [("b",), ("a",)])


def test_a_wrong_cell_is_noticed() -> None:
    difference = _difference([("a", "b"), ("a", "b")], [("a", "b"), ("a", "c")])
    assert difference.splitlines()[-2:] == ["-a | b", "+a | c"]


def test_a_claim_with_two_markers_stands_for_two_rows(expected: Expected) -> None:
    claim = next(row for row in table("claims") if row["markers"] == "1 2")
    golden = Golden("", (CLAIM,), [(claim[CLAIM],)])
    assert expected.rows(golden, (CLAIM, "marker")) == [(claim[CLAIM], "1"), (claim[CLAIM], "2")]


def test_a_proposal_holds_no_column_that_follows_from_the_claim(
    graph: KnowledgeGraph, expected: Expected
) -> None:
    answer = graph.ask("mimics")
    columns = expected.own(answer.variables)
    assert not {*OF_CLAIM, *OF_MARKER} & set(columns)
    assert proposed(answer, columns, "# x.").rows == read(FOLDER / "mimics.tsv").rows


@pytest.mark.parametrize("variable", ["CI", "GITHUB_ACTIONS"])
def test_nothing_is_proposed_in_ci(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CI", "GITHUB_ACTIONS"):
        monkeypatch.setenv(name, "true" if name == variable else "")
    assert main(["mimics"]) == 2


def test_rows_that_differ_are_marked_as_unread(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("CI", "GITHUB_ACTIONS"):
        monkeypatch.delenv(name, raising=False)
    for path in FOLDER.glob("[cm]*.tsv"):
        shutil.copy(path, tmp_path)
    monkeypatch.setattr(goldens, "FOLDER", tmp_path)
    golden = tmp_path / "mimics.tsv"
    text = golden.read_text(encoding="utf-8")
    assert main(["mimics"]) == 0
    assert golden.read_text(encoding="utf-8") == text
    golden.write_text("\n".join(text.split("\n")[:-2]) + "\n", encoding="utf-8")
    assert main(["mimics"]) == 0
    assert golden.read_text(encoding="utf-8").startswith(TODO)
    assert golden.read_text(encoding="utf-8").split("\n")[1:] == text.split("\n")[1:]
