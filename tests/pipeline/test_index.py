"""The index of names."""

from __future__ import annotations

import pytest
from pyoxigraph import Literal, NamedNode, Quad, RdfFormat, Store

from crampkg.errors import SourceError
from crampkg.graph import KnowledgeGraph
from crampkg.pipeline.index import INDEXED, article_prefixes, index
from crampkg.vocabulary import CK, KG, PREFIXES, RDF, SKOS


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
    assert index(asked) == list(graph.terms)
    kinds = {mapped.closeness for term in graph.terms for mapped in term.mapped}
    assert kinds == {"exactly", "closely", "wider", "narrower"}
    assert any(term.hidden for term in graph.terms)


def articles(**chosen: str) -> Store:
    """Return a store with articles by the last part of their namespace, and their prefixes."""
    store = Store()
    for slug, prefix in chosen.items():
        article = NamedNode(f"{KG}{slug}/article")
        store.add(Quad(article, NamedNode(f"{RDF}type"), NamedNode(f"{CK}Article")))
        if prefix:
            preferred = NamedNode(f"{PREFIXES['vann']}preferredNamespacePrefix")
            store.add(Quad(article, preferred, Literal(prefix)))
    return store


def test_an_article_has_the_prefix_that_it_chooses_or_its_own_name() -> None:
    assert article_prefixes(articles(bread="rye", cake="")) == {
        "rye": f"{KG}bread/",
        "cake": f"{KG}cake/",
    }
    # What cannot be a prefix, or stands for something else, is none.
    assert article_prefixes(articles(**{"3-breads": "", "kg": "", "mesh": ""})) == {}


@pytest.mark.parametrize(
    ("chosen", "problem"),
    [
        ({"bread": "kg"}, "which stands for something else"),
        ({"bread": "mesh"}, "which stands for something else"),
        ({"bread": "rye", "cake": "rye"}, "which stands for something else"),
        ({"bread": "3rye"}, "which is no prefix"),
        ({"bread": "r:ye"}, "which is no prefix"),
    ],
)
def test_a_prefix_that_cannot_be_is_refused(chosen: dict[str, str], problem: str) -> None:
    with pytest.raises(SourceError, match=problem):
        article_prefixes(articles(**chosen))
