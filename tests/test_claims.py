"""Claims as objects: each as the hand-written table has it, chosen by thing, relation or marker."""

from __future__ import annotations

from typing import Any

import pytest
from goldens import table

import crampkg
from crampkg import Claim, KnowledgeGraph
from crampkg.errors import SourceError, UnknownTermError, UsageError, WrongKindError
from crampkg.model import Circumstance, Citation, Hedge
from crampkg.vocabulary import CK, GRAPHS, KG, compress

EMPTY = r"The name is empty\. Give a label, synonym, CURIE or IRI\."
HOME = f"{KG}what-causes-leg-cramps/"


def names(claims: tuple[Claim, ...]) -> list[str]:
    return [claim.iri.removeprefix(f"{HOME}claim-") for claim in claims]


def test_each_claim_is_as_the_table_has_it(graph: KnowledgeGraph) -> None:
    claims = {compress(claim.iri): claim for claim in graph.claims()}
    rows = table("claims")
    assert sorted(claims) == sorted(row["claim"] for row in rows)
    statuses = {row["marker"]: row["markerStatus"] for row in table("markers")}
    for row in rows:
        claim = claims[row["claim"]]
        assert (claim.subject_label, claim.relation_label, claim.object_label) == (
            row["subject"],
            row["relation"],
            row["object"],
        )
        said = (claim.stance, claim.hedge, claim.wording, claim.evidence, claim.condition)
        assert said == tuple(
            row[key] for key in ("stance", "hedge", "wording", "evidence", "condition")
        )
        assert (claim.basis, claim.section, claim.note) == (
            row["basis"],
            row["section"],
            row["note"],
        )
        markers = {citation.text: citation.status for citation in claim.citations}
        assert markers == {text: statuses[text] for text in row["markers"].split()}
        assert claim.origin == "article"
        assert claim.article_title == "What causes leg cramps?"


def test_a_claim_has_all_that_shows_how_firm_it_is(graph: KnowledgeGraph) -> None:
    claim = graph.claim("art:claim-dehydration-contributes-to-cramp")
    assert claim.stance == "affirmed"
    assert claim.hedges == (Hedge("can", "possibility", claim.hedges[0].rank),)
    assert claim.circumstances == (
        Circumstance(f"{CK}especiallyWhen", f"{KG}hot-environment", "hot environment"),
    )
    assert claim.condition == "particularly in hot environments"
    assert (claim.basis, claim.is_under_label) == ("heading", True)
    assert claim.citations == (
        Citation(
            f"{HOME}marker-1",
            "1",
            "link inferred, confidence medium",
            f"{HOME}reference-1",
            "Causes of Muscle Cramps (2025)",
        ),
    )
    assert (claim.start, claim.end) == (1038, 1175)
    assert claim.statement == f"{HOME}statement-dehydration"


def test_claims_come_down_the_article(graph: KnowledgeGraph) -> None:
    claims = graph.claims()
    assert [claim.start for claim in claims] == sorted(claim.start for claim in claims)
    assert len(claims) == 158


def test_claims_about_a_thing_hold_its_denial(graph: KnowledgeGraph) -> None:
    """The article denies of mild hypohydration what it says of dehydration."""
    stances = {(claim.subject_label, claim.stance) for claim in graph.claims(about="dehydration")}
    assert {("dehydration", "affirmed"), ("mild hypohydration", "denied")} <= stances


def test_a_thing_may_stand_in_any_place(graph: KnowledgeGraph) -> None:
    assert "dehydration-contributes-to-cramp" in names(graph.claims(about="hot environment"))


def test_claims_of_a_relation_and_a_marker(graph: KnowledgeGraph) -> None:
    found = graph.claims(relation="causes", marker="marker 3")
    assert {claim.relation for claim in found} == {f"{CK}causes"}
    assert f"{HOME}marker-3" in {each.marker for claim in found for each in claim.citations}
    of_relation, of_marker = graph.claims(relation="causes"), graph.claims(marker="marker 3")
    assert found == tuple(claim for claim in of_relation if claim in of_marker)
    assert len(found) < min(len(of_relation), len(of_marker))


@pytest.mark.parametrize(
    "name",
    ["article: What causes leg cramps?", "What causes leg cramps?", "what-causes-leg-cramps"],
)
def test_claims_of_an_article(graph: KnowledgeGraph, name: str) -> None:
    assert graph.claims(article=name) == graph.claims()


def test_claims_about_one_of_no_things_are_none(graph: KnowledgeGraph) -> None:
    assert graph.claims(about=[]) == graph.claims(about=iter(())) == graph.claims(iris=[]) == ()
    assert graph.claims(about=None, relation=None, marker=None, article=None) == graph.claims()


def test_a_marker_is_called_by_its_number(graph: KnowledgeGraph) -> None:
    assert graph.claims(marker=3) == graph.claims(marker="3") != ()


def test_a_relation_is_the_one_of_the_claim(graph: KnowledgeGraph) -> None:
    found = graph.claims(relation="leads to")
    assert {claim.relation for claim in found} <= {f"{CK}leadsTo"}


@pytest.mark.parametrize("name", ["", " ", "<>", "-"])
@pytest.mark.parametrize("key", ["about", "relation", "marker", "article"])
def test_an_empty_text_is_refused(graph: KnowledgeGraph, key: str, name: str) -> None:
    with pytest.raises(UsageError, match=EMPTY):
        graph.claims(**{key: name})
    for call in (graph.claim, graph.describe, graph.card_triples, graph.find):
        with pytest.raises(UsageError, match=EMPTY):
            call(name)
    with pytest.raises(UsageError, match=EMPTY):
        graph.ask("told-apart", condition=name)
    with pytest.raises(UsageError, match=EMPTY):
        graph.why(name, "causes", "claudication")
    with pytest.raises(UsageError, match=EMPTY):
        graph.why("PAD", name, "claudication")


@pytest.mark.parametrize("value", [None, 5.5, b"PAD", True, object()])
def test_what_is_no_text_is_refused(graph: KnowledgeGraph, value: Any) -> None:
    for call in (graph.claim, graph.describe, graph.card_triples, graph.find):
        with pytest.raises(UsageError, match="A name is a text, and"):
            call(value)
    for key in ("about", "relation", "marker", "article"):
        if value is not None and (key, type(value)) != ("about", bytes):
            with pytest.raises(UsageError, match="A name is a text, and"):
                graph.claims(**{key: value})
    with pytest.raises(UsageError, match="A name is a text, and"):
        graph.ask("told-apart", condition=[value])
    with pytest.raises(UsageError, match="A question is named by its id, and"):
        graph.ask(value)
    with pytest.raises(UsageError, match="A query is a text in SPARQL, and"):
        graph.query(value)
    with pytest.raises(UsageError, match="is neither an IRI nor a CURIE"):
        graph.claims(iris=[value])
    with pytest.raises(UsageError, match="is neither an IRI nor a CURIE"):
        graph.claims(iris="PAD")


def test_a_number_is_read_as_a_name(graph: KnowledgeGraph) -> None:
    number: Any = 5
    with pytest.raises(UnknownTermError, match="is called '5'"):
        graph.claims(about=number)


def test_one_claim_is_chosen_by_its_iri_or_curie(graph: KnowledgeGraph) -> None:
    claim = graph.claim("art:claim-dehydration-contributes-to-cramp")
    for name in (claim.iri, compress(claim.iri), f"<{claim.iri}>"):
        assert graph.claims(iris=name) == graph.claims(iris=[name]) == (claim,)


def test_what_is_called_otherwise_is_said(graph: KnowledgeGraph) -> None:
    with pytest.raises(UnknownTermError):
        graph.claims(about="statin")
    with pytest.raises(WrongKindError):
        graph.claims(marker="calf")
    with pytest.raises(WrongKindError):
        graph.claim("calf")


def test_the_face_has_what_it_returns(graph: KnowledgeGraph) -> None:
    assert isinstance(graph.claim("art:claim-dehydration-contributes-to-cramp"), Claim)
    answer = graph.ask("denied-claims")
    assert isinstance(answer, crampkg.Answer)
    assert isinstance(next(iter(answer)), crampkg.Row)
    assert isinstance(graph.describe("calf"), crampkg.Card)
    assert isinstance(graph.why("PAD", "causes", "claudication"), crampkg.Explanation)
    assert all(hasattr(crampkg, name) for name in crampkg.__all__)


def test_a_kind_is_an_iri_or_a_curie(graph: KnowledgeGraph) -> None:
    assert graph.find("PAD", "ck:Condition") == graph.find("PAD", f"{CK}Condition")
    with pytest.raises(UsageError, match="is neither an IRI nor a CURIE"):
        graph.find("PAD", "")


def test_one_graph_and_one_file_need_no_list(graph: KnowledgeGraph) -> None:
    query = "SELECT ?claim { ?claim a ck:Claim }"
    assert len(graph.query(query, default_graphs=GRAPHS["claims"])) == len(graph.claims())
    with pytest.raises(SourceError, match=r"^nothing\.ttl is not there"):
        graph.check("nothing.ttl")
