"""A response that is sent as fast as its reader reads, and held once however many read it."""

from __future__ import annotations

import asyncio

from starlette.responses import Response

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import Receive, Scope, Send

#: How many bytes are handed over at once. The server waits before each piece until the client has
#: taken most of those before; one whole body would be copied for every client.
_PIECE = 65_536


class PiecewiseResponse(Response):
    """A response whose body goes out in pieces, and ends early for who hardly reads.

    A long one has `grace` seconds, and one more for each `pace` bytes; the access log says of one
    that was ended that it was `cut`.
    """

    def __init__(
        self, body: bytes, status: int, headers: Mapping[str, str], *, grace: float, pace: int
    ) -> None:
        """Make a response."""
        super().__init__(body, status, headers)
        self._grace, self._pace = grace, pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then the body; the connection is closed when that takes too long."""
        body = memoryview(self.body)
        if len(body) <= _PIECE or scope.get("method") == "HEAD":
            await super().__call__(scope, receive, send)
            return
        start = {"type": "http.response.start", "status": self.status_code}
        seconds = self._grace + len(body) / self._pace
        try:
            async with asyncio.timeout(seconds):
                await send({**start, "headers": self.raw_headers})
                for at in range(0, len(body), _PIECE):
                    piece = bytes(body[at : at + _PIECE])
                    more = at + _PIECE < len(body)
                    await send({"type": "http.response.body", "body": piece, "more_body": more})
        except TimeoutError:
            scope.setdefault("crampkg", {})["cut"] = True
