"""Exports of the real graph, each made once for all tests of a process."""

from __future__ import annotations

from functools import cache

from crampkg.graph import KnowledgeGraph


@cache
def exported(graph: KnowledgeGraph, format: str, part: str | None = None) -> bytes:
    """Return a graph in a format, as `KnowledgeGraph.export` does."""
    return graph.export(format, part)
