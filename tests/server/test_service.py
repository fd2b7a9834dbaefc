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


def request(client: str = "192.0.2.1") -> Request:
    """Return a request of a client that stays."""

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "headers": [],
        "query_string": b"",
        "path": "/",
    }
    scope["client"] = (client, 1)
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

    async def answer(length: int, client: str = "192.0.2.1") -> Any:
        return await service.answer(request(client), {"do": "terms", "length": length})

    async def readers() -> None:
        first = await answer(6_000)
        for client, told in (
            ("192.0.2.1", "are being read by you"),
            ("192.0.2.2", "are being read"),
        ):
            with pytest.raises(Problem, match=f"Too many long answers {told}\\.") as raised:
                await answer(6_001, client)
            assert raised.value.kind == "busy"
            assert raised.value.retry
        other = await answer(2_600, "192.0.2.2")  # beside what another reads there is room
        with pytest.raises(Problem, match="by you"):  # but a quarter of all is one address's share
            await answer(2_601, "192.0.2.2")
        short = await answer(100)  # kept, and once for all
        assert (await answer(100)).body == short.body
        del first, other  # they were read
        assert len((await answer(6_001)).body) == 6_001

    asyncio.run(readers())
    assert len(asked) == 7
