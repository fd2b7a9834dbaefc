"""What follows from an article that comes later is what would follow had it been there."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, parse

from crampkg.graph import KnowledgeGraph
from crampkg.pipeline.increment import extend
from crampkg.pipeline.rules import derive, saturate
from crampkg.vocabulary import CK, GRAPHS, KG

ASSERTED = [NamedNode(GRAPHS[name]) for name in ("ontology", "background", "claims")]
ARTICLE = f"{KG}what-causes-leg-cramps/"


@pytest.fixture(scope="module")
def asserted(graph: KnowledgeGraph) -> list[Quad]:
    quads = parse(graph.nquads, format=RdfFormat.N_QUADS, rename_blank_nodes=False)
    return [quad for quad in quads if quad.graph_name in ASSERTED]


def saturated(graph: KnowledgeGraph, quads: list[Quad]) -> Store:
    """Return a store with quads and all that follows."""
    store = Store()
    store.extend(quads)
    derive(store, graph.sources)
    saturate(store, graph.sources)
    return store


@pytest.fixture(scope="module")
def whole(graph: KnowledgeGraph, asserted: list[Quad]) -> frozenset[Quad]:
    """Return all that is asserted and all that follows."""
    return frozenset(saturated(graph, asserted))


@pytest.fixture
def store(whole: frozenset[Quad]) -> Store:
    """Return a store of its own with that."""
    store = Store()
    store.extend(whole)
    return store


def renamed(quad: Quad) -> Quad:
    """Return a quad of another article that says the same."""

    def name(term: object) -> object:
        if isinstance(term, NamedNode) and term.value.startswith(ARTICLE):
            return NamedNode(term.value.replace(ARTICLE, f"{KG}another/"))
        return BlankNode(f"{term.value}x") if isinstance(term, BlankNode) else term

    return Quad(name(quad.subject), quad.predicate, name(quad.object), quad.graph_name)  # type: ignore[arg-type]


def of_article(quads: list[Quad]) -> list[Quad]:
    """Return what the article says, and how its markers are resolved."""
    return [
        quad
        for quad in quads
        if isinstance(quad.subject, NamedNode) and quad.subject.value.startswith(ARTICLE)
    ]


def test_an_article_may_come_later(
    graph: KnowledgeGraph, asserted: list[Quad], whole: frozenset[Quad]
) -> None:
    later = set(of_article(asserted))
    assert len(later) > 2000
    store = saturated(graph, [quad for quad in asserted if quad not in later])
    extend(store, graph.sources, list(later))
    assert set(store) == whole


def test_another_article_may_say_the_same(
    graph: KnowledgeGraph, asserted: list[Quad], store: Store
) -> None:
    second = [renamed(quad) for quad in of_article(asserted)]
    extend(store, graph.sources, second)
    assert set(store) == set(saturated(graph, asserted + second))


def test_what_was_inferred_and_is_now_stated_is_inferred_no_more(
    graph: KnowledgeGraph, asserted: list[Quad], store: Store
) -> None:
    kind = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
    stated = Quad(
        NamedNode(f"{KG}iliac-artery-disease"),
        kind,
        NamedNode(f"{CK}ArterialCondition"),
        NamedNode(GRAPHS["background"]),
    )
    extend(store, graph.sources, [stated])
    graphs = store.quads_for_pattern(stated.subject, stated.predicate, stated.object, None)
    assert [quad.graph_name for quad in graphs] == [stated.graph_name]
    assert set(store) == set(saturated(graph, [*asserted, stated]))


def test_nothing_new_changes_nothing(
    graph: KnowledgeGraph, asserted: list[Quad], whole: frozenset[Quad], store: Store
) -> None:
    extend(store, graph.sources, asserted[:50])
    assert set(store) == whole
    assert NamedNode("urn:crampkg:news") not in set(store.named_graphs())
