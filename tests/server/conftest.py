"""The server under test, as a process of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from serving import Server


@pytest.fixture(scope="session")
def server(cache: Path) -> Iterator[Server]:
    """Return a server with the limits that it has by default."""
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def start(cache: Path) -> Iterator[Callable[..., Server]]:
    """Return what starts a server with options, and stops it after the test."""
    started: list[Server] = []

    def begin(*options: str, **variables: str) -> Server:
        started.append(Server(*options, variables=variables))
        return started[-1]

    yield begin
    for each in started:
        each.stop()
