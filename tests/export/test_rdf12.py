"""RDF 1.2: hedges are carried on the triples, by the claims that state them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from exporting import exported
from pyoxigraph import NamedNode, RdfFormat, Store, Triple, parse

from crampkg.export import FORMATS, OFFERED
from crampkg.vocabulary import CK, GRAPHS, RDF

if TYPE_CHECKING:
    from crampkg.graph import KnowledgeGraph

SYNTAX = {"turtle-1.2": RdfFormat.TURTLE, "ntriples-1.2": RdfFormat.N_TRIPLES}
REIFIES = NamedNode(RDF + "reifies")
HEDGE, STANCE = NamedNode(CK + "hedge"), NamedNode(CK + "stance")


def opened(graph: KnowledgeGraph, format: str, part: str) -> Store:
    store = Store()
    store.extend(parse(graph.export(format, part), format=SYNTAX[format]))
    return store


def facts(graph: KnowledgeGraph) -> set[Triple]:
    whole = parse(graph.nquads, format=RdfFormat.N_QUADS)
    return {
        quad.triple
        for quad in whole
        if quad.graph_name == NamedNode(GRAPHS["facts-without-hedges"])
    }


def claims(store: Store, triple: Triple) -> list[NamedNode]:
    """Return the claims that reify a triple."""
    found = [quad.subject for quad in store.quads_for_pattern(None, REIFIES, triple, None)]
    return [claim for claim in found if isinstance(claim, NamedNode)]


def asserted(store: Store, triple: Triple) -> bool:
    subject, predicate, value = triple
    return any(store.quads_for_pattern(subject, predicate, value, None))


def hedged(store: Store, claim: NamedNode) -> bool:
    return any(store.quads_for_pattern(claim, HEDGE, None, None))


def test_formats_of_rdf_1_2_stand_beside_the_others() -> None:
    assert set(FORMATS) == {*OFFERED, *SYNTAX}


@pytest.mark.parametrize("format", SYNTAX)
def test_a_fact_carries_its_hedges(graph: KnowledgeGraph, format: str) -> None:
    """36 of 96 bare triples rest on hedged claims alone."""
    store = opened(graph, format, "facts-without-hedges")
    bare = facts(graph)
    assert all(asserted(store, triple) for triple in bare)
    assert all(claims(store, triple) for triple in bare)
    only_hedged = [
        triple for triple in bare if all(hedged(store, claim) for claim in claims(store, triple))
    ]
    assert (len(only_hedged), len(bare)) == (36, 96)


def test_what_is_denied_or_mixed_is_reified_and_not_asserted(graph: KnowledgeGraph) -> None:
    store = opened(graph, "ntriples-1.2", "all")
    stances = store.quads_for_pattern(None, STANCE, None, None)
    others = [quad.subject for quad in stances if quad.object != NamedNode(CK + "affirmed")]
    assert len(others) == 4  # one denied, two mixed, one believed
    for claim in others:
        (reified,) = store.quads_for_pattern(claim, REIFIES, None, None)
        assert isinstance(reified.object, Triple)
        assert not asserted(store, reified.object)


def test_only_facts_and_claims_are_reified(graph: KnowledgeGraph) -> None:
    store = opened(graph, "turtle-1.2", "background")
    assert not any(store.quads_for_pattern(None, REIFIES, None, None))
    assert b"rdf:reifies <<( " in exported(graph, "turtle-1.2", "claims")
    assert exported(graph, "turtle-1.2", "claims") == graph.export("turtle-1.2", "claims")


def test_turtle_of_rdf_1_2_has_the_style_of_ours(graph: KnowledgeGraph) -> None:
    """The same blocks, order and prefixes, with one line more for each claim."""
    parts = ["ontology", "background", "claims"]
    written = graph.export("turtle-1.2", parts).decode().splitlines()
    plain = graph.export("turtle", parts).decode().splitlines()
    assert [
        line for line in written if "rdf:reifies" not in line and "@prefix rdf:" not in line
    ] == (plain)
    assert len(written) - len(plain) == 158 + 1
    assert (
        "    rdf:reifies <<( kg:femoral-artery-disease ck:associatedWith kg:calf-pain )>> ;"
        in written
    )
