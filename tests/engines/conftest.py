"""Stores that run, with the graph in them: one of each kind for a test run."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from engines.stores import BY_NAME, Running, fill

from crampkg.graph import KnowledgeGraph


@pytest.fixture(scope="session")
def store(
    graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[str], Running]]:
    """Return a function that starts a store, once, with the graph in it; or skips the test."""
    started: dict[str, Running] = {}
    with ExitStack() as stack:

        def start(name: str) -> Running:
            kind = BY_NAME[name]
            if missing := kind.missing():
                pytest.skip(missing)
            if name not in started:
                folder = tmp_path_factory.mktemp(name.lower())
                nquads = folder / "graph.nq"
                nquads.write_bytes(graph.nquads)
                running = stack.enter_context(kind.running(folder, nquads))
                if not kind.loads:
                    with pytest.MonkeyPatch.context() as patch:
                        patch.setenv("CRAMPKG_PASSWORD", running.password)
                        fill(graph, running)
                started[name] = running
            return started[name]

        yield start
