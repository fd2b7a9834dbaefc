"""The examples in docstrings say what happens, on the graph that the package carries."""

from __future__ import annotations

import doctest
import importlib

import pytest

from crampkg.graph import KnowledgeGraph


@pytest.mark.parametrize("name", ["graph", "library", "name_index", "names"])
def test_the_examples_of_a_module_are_true(name: str, graph: KnowledgeGraph) -> None:
    module = importlib.import_module(f"crampkg.{name}")
    given = {**vars(module), "graph": graph, "terms": graph.terms}
    ran = doctest.testmod(module, extraglobs=given)
    assert ran.attempted > 0
    assert ran.failed == 0
