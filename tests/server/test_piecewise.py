"""A response in pieces: whole for who reads, ended for who does not."""

from __future__ import annotations

import asyncio
from typing import Any

from crampkg.server.connection import PiecewiseResponse

GET = {"type": "http", "method": "GET"}
BODY = bytes(range(256)) * 1000


def response(grace: float) -> PiecewiseResponse:
    """Return a response of four pieces, each of which may take a second."""
    return PiecewiseResponse(BODY, 200, {}, grace=grace, pace=65_536)


async def nothing() -> dict[str, Any]:
    raise AssertionError


def test_the_pieces_are_the_body() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    asyncio.run(response(30)(GET, nothing, send))
    assert (b"content-length", str(len(BODY)).encode()) in sent[0]["headers"]
    assert b"".join(message["body"] for message in sent[1:]) == BODY
    assert len(sent) > 3
    assert [message["more_body"] for message in sent[1:]] == [True] * (len(sent) - 2) + [False]


def test_a_reader_that_takes_nothing_is_left_and_the_log_says_so() -> None:
    scope: dict[str, Any] = {**GET, "crampkg": {"job": "query"}}
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) > 2:
            await asyncio.sleep(60)

    asyncio.run(asyncio.wait_for(response(-3.5)(scope, nothing, send), 10))
    assert len(sent) == 3
    assert scope["crampkg"] == {"job": "query", "cut": True}
