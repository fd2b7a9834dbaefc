"""What is worked out of a graph goes with it: nothing that outlives a graph keeps it alive."""

from __future__ import annotations

import gc
import tracemalloc
import weakref
from pathlib import Path

import pytest
from tiny import written

from crampkg.errors import CrampkgError
from crampkg.graph import KnowledgeGraph


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the sources of the tiny article."""
    return written(tmp_path_factory.mktemp("memory") / "sources")


def ask_everything(graph: KnowledgeGraph) -> None:
    """Ask all that a face asks of a graph."""
    for question in graph.questions():
        graph.ask(question.id).serialize("json")
    claims = graph.claims()
    assert claims
    claim = claims[0]
    graph.describe(claim.subject)
    assert graph.why(claim.subject, claim.relation, claim.object).text
    graph.why(claim.object, claim.relation, claim.subject)
    with pytest.raises(CrampkgError):
        graph.find("calff achee of nobody")
    graph.terms.search("ache")
    graph.terms.near("ahce")
    assert graph.query("ASK { ?s ?p ?o }").boolean
    graph.export("turtle", "claims")
    assert graph.dataset


def test_a_graph_goes_when_nobody_holds_it(sources: Path) -> None:
    graph = KnowledgeGraph.open(sources)
    ask_everything(graph)
    things: tuple[object, ...] = (graph, graph.engine, graph.terms)
    held = [weakref.ref(each) for each in things]
    assert all(each() is not None for each in held)
    del graph, things
    gc.collect()
    assert [each() for each in held] == [None, None, None]


def test_memory_stays_flat_from_graph_to_graph(sources: Path) -> None:
    """What the first graphs leave behind, such as compiled patterns, no later one adds to."""
    ask_everything(KnowledgeGraph.open(sources))
    gc.collect()
    tracemalloc.start()
    try:
        sizes = []
        for _ in range(4):
            ask_everything(KnowledgeGraph.open(sources))
            gc.collect()
            sizes.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    one = len(KnowledgeGraph.open(sources).nquads)
    assert sizes[-1] - sizes[0] < one / 4, sizes
