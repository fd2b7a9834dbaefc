"""Below the rows: which value has none, and where more is said of narrower and wider terms."""

from __future__ import annotations

import json

import pytest

from crampkg.answers import document, formats, remarks
from crampkg.graph import KnowledgeGraph
from crampkg.model import NearTerm
from crampkg.near_terms import counted
from crampkg.vocabulary import CK, KG

RLS = "The article sets restless legs syndrome against nothing as one of a pair"
ANKLE = "The article names no artery for pain at the ankle."
DENIED = "1 claim, denied"
BOTH = "2 claims, 1 of them denied and 1 a reported belief"


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
    assert sentence in answer._repr_html_()
    (told,) = json.loads(answer.serialize("json"))[formats.MEMBER]["silence"]
    assert told.startswith(sentence)


def test_a_value_that_a_graph_does_not_name_is_told(graph: KnowledgeGraph) -> None:
    """Hypohydration is named as the wider term of what has a claim; of calf nothing is claimed."""
    answer = graph.ask("claim-graph", concept=["quinine sulfate", "calf", "hypohydration"])
    assert remarks.silences(answer) == [
        "No claim has calf, or a narrower kind of it, as its subject or object "
        "(see claims-about for others)."
    ]
    assert remarks.silences(graph.ask("claim-graph", concept=["dehydration", "PAD"])) == []


def test_values_that_all_have_rows_are_no_silence(graph: KnowledgeGraph) -> None:
    assert remarks.silences(graph.ask("arteries-explaining-pain", site=["thigh", "calf"])) == []
    assert remarks.silences(graph.ask("arteries-explaining-pain", site="calf")) == []


def test_each_of_several_values_without_rows_is_told_once(graph: KnowledgeGraph) -> None:
    answer = graph.ask("told-apart", condition=["RLS", "claudication", "leg edema", "RLS"])
    first, second = remarks.silences(answer)
    assert first.startswith(RLS)
    assert second == first.replace("restless legs syndrome", "leg edema")


def test_each_of_two_parameters_has_its_own_values_without_a_row(graph: KnowledgeGraph) -> None:
    symptoms = ["pseudoclaudication", "calf pain"]
    answer = graph.ask("shared-differentials", symptom=symptoms, disease=["PAD", "RLS"])
    assert {row.text("diseaseLabel") for row in answer} == {"peripheral arterial disease"}
    first, second = remarks.silences(answer)
    assert "leading to calf pain and" in first
    assert second.endswith("told apart from restless legs syndrome.")


def test_no_value_with_a_row_is_one_silence(graph: KnowledgeGraph) -> None:
    (sentence,) = remarks.silences(graph.ask("told-apart", condition=["RLS", "leg edema"]))
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
    near = {(term.step, term.label.removesuffix(" (unqualified)")) for term in remarks.near(answer)}
    assert near == terms
    (sentence,) = remarks.near_lines(answer)
    assert sentence.endswith(f'see `crampkg ask claims-about --concept "{problem}"`.')
    for term in remarks.near(answer):
        claims = "1 claim" if len(term.claims) == 1 else f"{len(term.claims)} claims"
        if term.iri == f"{KG}cramp":
            claims += ", 1 of them denied and 1 a reported belief"
        assert f"{term.label} ({term.step}, {claims})" in sentence
    assert sentence in answer.serialize("table").decode()
    assert {term["step"] for term in formats.about(answer, {})["near"]} == {s for s, _ in terms}


def test_the_deficiencies_that_trigger_muscle_cramp_are_pointed_to(graph: KnowledgeGraph) -> None:
    answer = graph.ask("causes-by-strength", problem="leg cramp")
    (term,) = (term for term in remarks.near(answer) if term.label == "muscle cramp")
    named = {claim.rpartition("/")[2] for claim in term.claims}
    for salt in ("potassium", "magnesium", "sodium"):
        assert any(name.startswith(f"claim-{salt}-deficiency-") for name in named), named


def test_what_the_answer_shows_already_is_not_pointed_to(graph: KnowledgeGraph) -> None:
    for id in ("claims-about", "concept-card", "claim-graph"):
        assert remarks.near(graph.ask(id, concept="dehydration")) == []
    # Its wider terms are another matter.
    wider = {term.step for term in remarks.near(graph.ask("concept-card", concept="leg cramp"))}
    assert wider == {"wider"}


def test_an_answer_without_claims_points_to_none(graph: KnowledgeGraph) -> None:
    assert remarks.near(graph.ask("mappings-of", concept="leg cramp")) == []
    assert remarks.near(graph.ask("arteries-explaining-pain")) == []


@pytest.mark.parametrize(
    ("id", "given", "claims"),
    [
        ("causes-by-strength", {"problem": "leg cramp"}, BOTH),
        ("claims-under-circumstance", {"circumstance": "hot environment"}, BOTH),
        ("differential", {"site": "leg", "feature": "hot environment"}, BOTH),
        ("claims-about", {"concept": "fluid loss"}, DENIED),  # the belief is a row
        ("claims-about", {"concept": "hot environment"}, BOTH),
        ("features-of", {"condition": "dehydration"}, BOTH),  # without any row
        ("claim-graph", {"concept": "inadequate fluid intake"}, BOTH),
    ],
)
def test_what_is_not_affirmed_is_told_wherever_its_thing_is(
    graph: KnowledgeGraph, id: str, given: dict[str, str], claims: str
) -> None:
    """Dehydration never comes without its denial: in every face, in one line."""
    answer = graph.ask(id, **given)
    (sentence,) = remarks.contested_lines(remarks.contested(answer))
    assert sentence == (
        f"Not affirmed, and not shown here: of dehydration or its narrower kinds, {claims}; "
        "see `crampkg ask contested-matters`."
    )
    assert answer.serialize("table").decode().count(sentence) == 1
    assert document.escape(sentence) in answer.serialize("md").decode()
    assert sentence in answer._repr_html_()
    (told,) = formats.about(answer, {})["contested"]
    belief = {"reported belief": 1} if claims == BOTH else {}
    assert told == {
        "term": f"{KG}dehydration",
        "label": "dehydration",
        "stances": {"denied": 1, **belief},
    }


def test_where_the_answer_points_for_what_is_not_affirmed_all_of_it_stands(
    graph: KnowledgeGraph,
) -> None:
    shown = {row.text("claim") for row in graph.ask("contested-matters")}
    told = graph.ask("claims-about", concept="dehydration").contested()
    assert {term.label for term in told} == {
        *("dehydration", "hypohydration", "mild hypohydration"),
        *("maintaining proper electrolyte levels", "maintaining proper hydration"),
    }
    assert frozenset.union(*(term.claims for term in told)) <= shown


@pytest.mark.parametrize(
    ("id", "given"),
    [
        ("contested-matters", {}),
        ("claims-about", {"concept": "dehydration"}),
        ("claims-about", {"concept": "restless legs syndrome"}),
        ("mappings-of", {"concept": "dehydration"}),  # whose answer holds no claims
    ],
)
def test_nothing_is_told_where_all_is_shown_or_affirmed(
    graph: KnowledgeGraph, id: str, given: dict[str, str]
) -> None:
    answer = graph.ask(id, **given)
    assert remarks.contested(answer) == []
    assert "Not affirmed" not in answer.serialize("table").decode()
    assert "contested" not in formats.about(answer, {})


@pytest.mark.parametrize(
    ("claims", "stances", "told"),
    [
        ("a", {}, "1 claim"),
        ("ab", {}, "2 claims"),
        ("a", {"a": "reported belief"}, "1 claim, a reported belief"),
        ("a", {"a": "mixed evidence"}, "1 claim, with mixed evidence"),
        ("ab", {"a": "denied", "b": "denied"}, "2 claims, 2 of them denied"),
        ("ab", {"a": "denied", "c": "denied"}, "2 claims, 1 of them denied"),  # c is shown
        (
            "abcdef",
            {"a": "reported belief", "b": "denied", "c": "mixed evidence", "d": "reported belief"},
            "6 claims, 1 of them denied, 1 with mixed evidence and 2 reported beliefs",
        ),
    ],
)
def test_the_claims_of_a_term_are_counted_with_their_stances(
    claims: str, stances: dict[str, str], told: str
) -> None:
    assert counted(NearTerm("", "", "wider", "", "", frozenset(claims), stances)) == told


def test_a_condition_is_not_said_to_have_nothing_where_another_relation_has_it(
    graph: KnowledgeGraph,
) -> None:
    """The article says that dehydration contributes to cramp, and that it is a primary cause."""
    for condition in ("dehydration", "magnesium deficiency", "lumbar canal stenosis", "leg cramp"):
        (sentence,) = remarks.silences(graph.ask("features-of", condition=condition))
        assert sentence.startswith(f"No claim on {condition} has the relation “presents as”, ")
        assert "what it causes" not in sentence
        assert "such as “primarily causes”, “contributes to” and “is associated with”" in sentence


def test_the_silence_on_features_names_all_relations_that_are_asked_for(
    graph: KnowledgeGraph,
) -> None:
    question = graph.question("features-of")
    asked = ("accompaniedBy", "causes", "characterizedBy", "leadsTo", "presentsAs")
    for relation in asked:
        assert f"ck:{relation}" in question.text
        assert f"“{graph.terms.name_of(f'{CK}{relation}')}”" in question.silence


def test_the_publisher_is_called_in_data_what_it_is(graph: KnowledgeGraph) -> None:
    """The article does not say who publishes it."""
    answer = graph.ask("article-status")
    assert "publisherLabel" not in answer.variables
    first, *_ = json.loads(answer.serialize("json"))["results"]["bindings"]
    assert first["publisherAsWeTakeIt"]["value"] == "Dr.Oracle"
    assert b"publisherAsWeTakeIt" in answer.serialize("tsv").split(b"\n")[0]
