"""A response that is sent as fast as its reader reads, and held once however many read it."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.responses import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from starlette.types import Receive, Scope, Send

#: How many bytes are handed over at once. The server waits before each piece until the client has
#: taken most of those before; one whole body would be copied for every client.
_PIECE = 65_536

#: A reader has so many seconds, and one more for each piece: who takes less than that a second
#: would hold a long answer in memory for hours.
_PATIENCE = 30


class PiecewiseResponse(Response):
    """A response whose body goes out in pieces, and ends early for who hardly reads."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then the body; the connection is closed when that takes too long."""
        body = memoryview(self.body)
        if len(body) <= _PIECE or scope.get("method") == "HEAD":
            await super().__call__(scope, receive, send)
            return
        start = {"type": "http.response.start", "status": self.status_code}
        seconds = _PATIENCE + len(body) / _PIECE
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await send({**start, "headers": self.raw_headers})
                for at in range(0, len(body), _PIECE):
                    piece = bytes(body[at : at + _PIECE])
                    more = at + _PIECE < len(body)
                    await send({"type": "http.response.body", "body": piece, "more_body": more})
