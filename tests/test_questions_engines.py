"""Every question gives the same rows in the same order on Oxigraph and on rdflib."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from rdflib_engine import RdflibEngine

from crampkg.engine.embedded import EmbeddedEngine
from crampkg.graph import KnowledgeGraph
from crampkg.library import bind, serialize
from crampkg.model import Question
from crampkg.rdf import RdfTerm

IDS = sorted(path.stem for path in Path(__file__).parents[1].glob("queries/*.rq"))
WITH_PARAMETERS = [
    path.stem
    for path in sorted(Path(__file__).parents[1].glob("queries/*.rq"))
    if "# param: " in path.read_text(encoding="utf-8")
]

#: The columns that every answer about claims ends in.
EVIDENCE = (
    *("wording", "stance", "hedge", "evidence", "condition", "basis"),
    *("marker", "source", "sourceLabel", "markerStatus", "section", "claim", "origin"),
)
#: Answers whose evidence has no source or marker, on purpose.
OTHERWISE = {"claims-without-listed-source", "uncited-claims"}

#: Values with an answer that each parameter is tried with beside its default; rdflib takes a tenth
#: of a second and more for each. `make engines` tries all of them, on the stores.
TRIED = 1


@pytest.fixture(scope="session")
def oxigraph(graph: KnowledgeGraph) -> EmbeddedEngine:
    return EmbeddedEngine(graph.nquads)


@pytest.fixture(scope="session")
def backwards(graph: KnowledgeGraph) -> EmbeddedEngine:
    """The same quads, loaded in the opposite order."""
    return EmbeddedEngine(b"".join(reversed(graph.nquads.splitlines(keepends=True))))


@pytest.fixture(scope="session")
def rdflib_engine(graph: KnowledgeGraph) -> RdflibEngine:
    return RdflibEngine(graph.nquads)


def _answer(
    engine: EmbeddedEngine | RdflibEngine, text: str
) -> tuple[Sequence[str], Sequence[tuple[RdfTerm | None, ...]]]:
    result = engine.query(text)
    if result.form == "graph":
        return (), sorted(result.triples())
    return result.variables, list(result.bindings())


def _bound(question: Question, name: str, values: list[str]) -> str:
    return bind(question.text, {name: [serialize(value, "iri") for value in values]})


@pytest.mark.conformance
@pytest.mark.parametrize("id", IDS)
def test_both_engines_give_the_same_rows(
    id: str, graph: KnowledgeGraph, oxigraph: EmbeddedEngine, rdflib_engine: RdflibEngine
) -> None:
    text = graph.question(id).text
    variables, rows = _answer(oxigraph, text)
    assert rows, "a question whose defaults find nothing teaches nobody what it is for"
    assert _answer(rdflib_engine, text) == (variables, rows)


ByValue = Callable[
    [str, str], dict[str, tuple[Sequence[str], Sequence[tuple[RdfTerm | None, ...]]]]
]


@pytest.fixture(scope="session")
def by_value(graph: KnowledgeGraph, oxigraph: EmbeddedEngine) -> ByValue:
    """The answers to a question for each value of a parameter alone, by IRI."""

    @functools.cache
    def answers(id: str, name: str) -> dict[str, tuple[Sequence[str], Sequence[Any]]]:
        question = graph.question(id)
        kind = next(each.kind for each in question.params if each.name == name)
        assert kind is not None
        values = sorted(term.iri for term in graph.terms.of_kind(kind))
        return {value: _answer(oxigraph, _bound(question, name, [value])) for value in values}

    return answers


@pytest.mark.conformance
@pytest.mark.parametrize("id", WITH_PARAMETERS)
def test_both_engines_give_the_same_rows_for_other_values(
    id: str, graph: KnowledgeGraph, by_value: ByValue, rdflib_engine: RdflibEngine
) -> None:
    question = graph.question(id)
    for parameter in question.params:
        answers = by_value(id, parameter.name)
        assert parameter.default in answers
        values = [value for value in answers if value != parameter.default]
        found = [value for value in values if answers[value][1]]
        silent = [value for value in values if not answers[value][1]]
        step = max(1, len(found) // TRIED)
        for value in [*found[::step][:TRIED], *silent[:1]]:
            text = _bound(question, parameter.name, [value])
            assert _answer(rdflib_engine, text) == answers[value], value


@pytest.mark.parametrize("id", WITH_PARAMETERS)
def test_several_values_at_once_repeat_no_row(
    id: str, graph: KnowledgeGraph, oxigraph: EmbeddedEngine
) -> None:
    question = graph.question(id)
    for parameter in question.params:
        assert parameter.kind is not None
        values = [term.iri for term in graph.terms.of_kind(parameter.kind)]
        _, rows = _answer(oxigraph, _bound(question, parameter.name, values))
        assert len(rows) == len(set(rows))


@pytest.mark.parametrize("id", WITH_PARAMETERS)
def test_each_row_says_which_value_it_answers(
    id: str, graph: KnowledgeGraph, oxigraph: EmbeddedEngine, by_value: ByValue
) -> None:
    """All values asked at once give, in their order, what each gives alone."""
    question = graph.question(id)
    if question.form != "select":
        return
    for parameter in question.params:
        alone = by_value(id, parameter.name)
        columns, rows = _answer(oxigraph, _bound(question, parameter.name, list(alone)))
        asked = columns.index("asked")
        if len(question.params) > 1:  # compared with each other, so that none stands alone
            assert {value.value for row in rows if (value := row[asked])} <= {
                *alone,
                *(each.default for each in question.params),
            }
        else:
            assert rows == [row for value in alone for row in alone[value][1]]


@pytest.mark.parametrize("id", IDS)
def test_the_order_of_rows_does_not_hang_on_the_order_of_quads(
    id: str, graph: KnowledgeGraph, oxigraph: EmbeddedEngine, backwards: EmbeddedEngine
) -> None:
    text = graph.question(id).text
    assert _answer(backwards, text) == _answer(oxigraph, text)


@pytest.mark.parametrize("id", IDS)
def test_columns_stand_in_reading_order(
    id: str, graph: KnowledgeGraph, oxigraph: EmbeddedEngine
) -> None:
    columns, _ = _answer(oxigraph, graph.question(id).text)
    for column in columns:
        thing = column.removesuffix("Label")
        if thing != column and thing in columns:
            assert columns.index(column) == columns.index(thing) + 1
    if "wording" in columns and id not in OTHERWISE:
        assert tuple(columns[-len(EVIDENCE) :]) == EVIDENCE


def test_every_fact_has_its_claims(graph: KnowledgeGraph, oxigraph: EmbeddedEngine) -> None:
    """`fact-evidence` repeats the conditions of the rule that derives facts, so they must agree."""
    question = graph.question("fact-evidence")
    concept = question.params[0]
    assert concept.kind is not None
    things = {term.iri for term in graph.terms.of_kind(concept.kind)}
    columns, rows = _answer(oxigraph, _bound(question, concept.name, sorted(things)))
    places = [columns.index(name) for name in ("subject", "relation", "object")]
    explained = {tuple(row[place] for place in places) for row in rows}
    text = "SELECT ?s ?p ?o WHERE { GRAPH g:facts-without-hedges { ?s ?p ?o } }"
    facts = [fact for fact in oxigraph.query(text).bindings() if None not in fact]
    assert explained == {
        fact for fact in facts if {term.value for term in fact if term is not None} & things
    }
