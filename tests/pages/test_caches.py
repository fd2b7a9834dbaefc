"""What pages have found out of a graph is kept with the graph, and goes with it."""

from __future__ import annotations

import copy
import gc
import weakref

from crampkg.graph import KnowledgeGraph, cached_on_graph
from crampkg.server import api, identifiers, scenes
from crampkg.server.pages import about, concepts, editor, evidence, library, ontology, question, why
from crampkg.server.pages.layout import Visit

THING = ("kg:calf", "ck:partOf", "kg:leg")


def test_no_page_keeps_a_graph(cache: object) -> None:
    graph = KnowledgeGraph.open()
    for view in (about.home, about.about, about.api, concepts.listing, evidence.view):
        view(graph, Visit(base="http://x"))
    library.view(graph, Visit([("q", "calf pain")]))
    editor.view(graph, Visit())
    editor.vocabulary(graph)
    ontology.view(graph, Visit())
    question.view(graph, Visit([("site", "ankle")], "http://x", "arteries-explaining-pain"))
    concepts.concept(graph, Visit(name="dehydration"))
    why.view(graph, Visit([*zip(("subject", "predicate", "object"), THING, strict=True)]))
    scenes.described(graph, [("concept", "calf")], is_alone=True)
    api.answer(graph, "electrolytes", {}, "json", "")
    identifiers._versions(graph)
    identifiers._shapes(graph)
    known = weakref.ref(graph)
    del graph
    gc.collect()
    assert known() is None


def test_a_value_is_found_once_for_each_graph(graph: KnowledgeGraph) -> None:
    found: list[str] = []

    @cached_on_graph(2)
    def label(graph: KnowledgeGraph, name: str) -> str:
        found.append(name)
        return graph.find(name).label

    for name in ("calf", "calf", "thigh", "foot", "calf"):
        assert label(graph, name) == name
    assert found == ["calf", "thigh", "foot", "calf"]
    other = copy.copy(graph)
    other.caches = {}
    assert label(other, "calf") == "calf"
    assert found[4:] == ["calf"]
