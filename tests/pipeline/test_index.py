"""The index of names."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Quad, Store

from crampkg.pipeline.index import index
from crampkg.vocabulary import KG, SKOS


def test_a_text_in_the_place_of_a_mapped_term_lends_no_name() -> None:
    """It ended the build, and what asks an endpoint, as a mistake in crampkg."""
    thing = NamedNode(f"{KG}calf")
    store = Store()
    store.add(Quad(thing, NamedNode(f"{SKOS}prefLabel"), Literal("calf", language="en")))
    store.add(Quad(thing, NamedNode(f"{SKOS}exactMatch"), Literal("calf of leg")))
    assert [row[0] for row in index(store)] == [f"{KG}calf"]
