"""The index of names."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from crampkg.graph import KnowledgeGraph
from crampkg.pipeline.index import INDEXED, index
from crampkg.pipeline.snapshot import to_term
from crampkg.vocabulary import KG, SKOS


def test_a_text_in_the_place_of_a_mapped_term_lends_no_name() -> None:
    """It ended the build, and what asks an endpoint, as a mistake in crampkg."""
    thing = NamedNode(f"{KG}calf")
    store = Store()
    store.add(Quad(thing, NamedNode(f"{SKOS}prefLabel"), Literal("calf", language="en")))
    store.add(Quad(thing, NamedNode(f"{SKOS}exactMatch"), Literal("calf of leg")))
    assert [row[0] for row in index(store)] == [f"{KG}calf"]


def test_a_store_that_gives_what_is_indexed_gives_the_same_names(graph: KnowledgeGraph) -> None:
    """A graph at an endpoint is asked for `INDEXED` alone."""
    store, asked = Store(), Store()
    store.bulk_load(graph.nquads, format=RdfFormat.N_QUADS)
    asked.extend(quad for quad in store if quad.predicate in INDEXED)
    assert len(asked) < len(store)
    assert [to_term(fields) for fields in index(asked)] == list(graph.terms)
    kinds = {mapped.closeness for term in graph.terms for mapped in term.mapped}
    assert kinds == {"exactly", "closely", "wider", "narrower"}
    assert any(term.hidden for term in graph.terms)
