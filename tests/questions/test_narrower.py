"""What is said of a narrower kind comes with what is said of the thing, marked as narrower."""

from __future__ import annotations

import pytest

from crampkg.graph import KnowledgeGraph
from crampkg.vocabulary import CK, KG

DENIAL = f"{KG}what-causes-leg-cramps/claim-mild-hypohydration-predisposes-to-cramp"
BROADER = "http://www.w3.org/2004/02/skos/core#broader"


@pytest.mark.parametrize("id", ["claims-about", "concept-card"])
def test_dehydration_comes_with_its_denial(id: str, graph: KnowledgeGraph) -> None:
    (row,) = (row for row in graph.ask(id, concept="dehydration") if row.text("claim") == DENIAL)
    assert (row.text("narrower"), row.text("stance")) == ("mild hypohydration", "denied")


def test_the_graph_of_dehydration_holds_its_denial_and_the_link(graph: KnowledgeGraph) -> None:
    triples = {
        tuple(value.value for value in triple)
        for triple in graph.ask("claim-graph", concept="dehydration").triples
    }
    mild, wide = graph.find("mild hypohydration").iri, graph.find("dehydration").iri
    assert (DENIAL, f"{CK}stance", f"{CK}denied") in triples
    assert (DENIAL, f"{CK}claimSubject", mild) in triples
    assert {each for each in triples if each[1] == BROADER} == {(mild, BROADER, wide)}


def test_a_claim_of_a_wider_term_is_not_in_the_graph_of_the_narrower(graph: KnowledgeGraph) -> None:
    triples = graph.ask("claim-graph", concept="mild hypohydration").triples
    claims = {str(s.value) for s, p, _ in triples if p.value == f"{CK}claimSubject"}
    assert claims == {DENIAL}


@pytest.mark.parametrize("id", ["causes-by-strength", "weakest-links"])
def test_what_is_only_listed_under_a_heading_has_no_strength(
    id: str, graph: KnowledgeGraph
) -> None:
    rows = list(graph.ask(id, problem="leg cramp"))
    listed = [row["strength"] is None for row in rows]
    assert any(listed)
    assert listed == sorted(listed)  # none of them but at the end
    assert listed == [row.text("basis") == "heading" for row in rows]


def test_what_the_article_groups_carries_no_structure_of_ours(graph: KnowledgeGraph) -> None:
    rows = list(graph.ask("conditions-of-kind", kind="neurological condition"))
    assert {row.text("structure") for row in rows if row.text("origin") == "article"} == {""}
    assert all(row.text("structure") for row in rows if row.text("origin") != "article")
