"""Below the rows: which value has none, and where more is said of narrower and wider terms."""

from __future__ import annotations

import json

import pytest

from crampkg.answers import formats, html
from crampkg.graph import KnowledgeGraph

RLS = "The article sets restless legs syndrome against nothing as one of a pair"
ANKLE = "The article names no artery for pain at the ankle."


@pytest.mark.parametrize(
    ("id", "parameter", "values", "sentence"),
    [
        ("told-apart", "condition", ["RLS", "claudication"], RLS),
        ("arteries-explaining-pain", "site", ["thigh", "calf", "ankle"], ANKLE),
    ],
)
def test_a_value_without_rows_is_told_in_every_format_for_people(
    graph: KnowledgeGraph, id: str, parameter: str, values: list[str], sentence: str
) -> None:
    answer = graph.ask(id, **{parameter: values})
    assert len(answer)
    assert sentence in answer.serialize("table").decode()
    assert sentence in answer.serialize("md").decode()
    assert sentence in html.page(answer)
    (told,) = json.loads(answer.serialize("json"))[formats.MEMBER]["silence"]
    assert told.startswith(sentence)


def test_a_value_that_a_graph_does_not_name_is_told(graph: KnowledgeGraph) -> None:
    """Hypohydration is named as the wider term of what has a claim; of calf nothing is claimed."""
    answer = graph.ask("claim-graph", concept=["quinine sulfate", "calf", "hypohydration"])
    assert formats.silences(answer) == [
        "No claim has calf, or a narrower kind of it, as its subject or object "
        "(see claims-about for others)."
    ]
    assert formats.silences(graph.ask("claim-graph", concept=["dehydration", "PAD"])) == []


def test_values_that_all_have_rows_are_no_silence(graph: KnowledgeGraph) -> None:
    assert formats.silences(graph.ask("arteries-explaining-pain", site=["thigh", "calf"])) == []
    assert formats.silences(graph.ask("arteries-explaining-pain", site="calf")) == []


def test_each_of_several_values_without_rows_is_told_once(graph: KnowledgeGraph) -> None:
    answer = graph.ask("told-apart", condition=["RLS", "claudication", "leg edema", "RLS"])
    first, second = formats.silences(answer)
    assert first.startswith(RLS)
    assert second == first.replace("restless legs syndrome", "leg edema")


def test_no_value_with_a_row_is_one_silence(graph: KnowledgeGraph) -> None:
    (sentence,) = formats.silences(graph.ask("told-apart", condition=["RLS", "leg edema"]))
    assert sentence.startswith(RLS.replace("syndrome", "syndrome or leg edema"))


@pytest.mark.parametrize(
    ("id", "problem", "terms"),
    [
        (
            "circumstances-of",
            "leg pain",
            {
                ("narrower", "calf pain"),
                ("narrower", "foot pain"),
                ("narrower", "reproducible leg pain"),
                ("narrower", "thigh pain"),
            },
        ),
        ("circumstances-of", "leg cramp", {("wider", "cramp"), ("wider", "muscle cramp")}),
        ("causes-by-strength", "leg cramp", {("wider", "cramp"), ("wider", "muscle cramp")}),
    ],
)
def test_what_is_said_of_narrower_and_wider_terms_is_pointed_to(
    graph: KnowledgeGraph, id: str, problem: str, terms: set[tuple[str, str]]
) -> None:
    answer = graph.ask(id, problem=problem)
    near = {(term.step, term.label.removesuffix(" (unqualified)")) for term in formats.near(answer)}
    assert near == terms
    (sentence,) = formats.near_lines(answer)
    assert sentence.endswith(f'see `crampkg ask claims-about --concept "{problem}"`.')
    for term in formats.near(answer):
        claims = "1 claim" if len(term.claims) == 1 else f"{len(term.claims)} claims"
        assert f"{term.label} ({term.step}, {claims})" in sentence
    assert sentence in answer.serialize("table").decode()
    assert {term["step"] for term in formats.about(answer, {})["near"]} == {s for s, _ in terms}


def test_the_deficiencies_that_trigger_muscle_cramp_are_pointed_to(graph: KnowledgeGraph) -> None:
    answer = graph.ask("causes-by-strength", problem="leg cramp")
    (term,) = (term for term in formats.near(answer) if term.label == "muscle cramp")
    named = {claim.rpartition("/")[2] for claim in term.claims}
    for salt in ("potassium", "magnesium", "sodium"):
        assert any(name.startswith(f"claim-{salt}-deficiency-") for name in named), named


def test_what_the_answer_shows_already_is_not_pointed_to(graph: KnowledgeGraph) -> None:
    for id in ("claims-about", "concept-card", "claim-graph"):
        assert formats.near(graph.ask(id, concept="dehydration")) == []
    # Its wider terms are another matter.
    wider = {term.step for term in formats.near(graph.ask("concept-card", concept="leg cramp"))}
    assert wider == {"wider"}


def test_an_answer_without_claims_points_to_none(graph: KnowledgeGraph) -> None:
    assert formats.near(graph.ask("mappings-of", concept="leg cramp")) == []
    assert formats.near(graph.ask("arteries-explaining-pain")) == []
