"""What is held for the readers of long answers has a bound."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from starlette.requests import Request

from crampkg.graph import KnowledgeGraph
from crampkg.server.limits import Limits
from crampkg.server.pool import Done
from crampkg.server.problems import Problem
from crampkg.server.service import Service


def request() -> Request:
    """Return a request of a client that stays."""

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    scope = {"type": "http", "method": "GET", "headers": [], "query_string": b"", "path": "/"}
    return Request(scope, receive)


def test_answers_too_long_to_keep_are_held_for_so_many_readers_alone(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(graph, Limits(cache=8_000, unkept=10_000))
    asked: list[str] = []

    async def run(job: dict[str, Any], _: str) -> Done:
        asked.append(job["do"])
        return Done(b"x" * job["length"], "text/plain", None, 200, 0.0, 0.0)

    monkeypatch.setattr(service.queries, "run", run)

    async def answer(length: int) -> Any:
        return await service.answer(request(), {"do": "terms", "length": length})

    async def readers() -> None:
        first = await answer(6_000)
        with pytest.raises(Problem, match="Too many long answers") as raised:
            await answer(6_001)
        assert raised.value.kind == "busy"
        assert raised.value.retry
        short = await answer(100)  # kept, and once for all
        assert (await answer(100)).body == short.body
        del first  # it was read
        assert len((await answer(6_001)).body) == 6_001

    asyncio.run(readers())
    assert len(asked) == 4
