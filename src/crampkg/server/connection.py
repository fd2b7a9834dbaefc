"""Limits on a connection: slow, silent and greedy clients, in front of uvicorn's protocol."""

from __future__ import annotations

import asyncio
from collections import Counter
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import httptools
from starlette.responses import Response

from crampkg.server import access_log
from crampkg.server.problems import MEDIA_TYPE, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from crampkg.server.limits import Limits
    from crampkg.server.metrics import Metrics

#: How long a connection beyond the limit stays open for its refusal, in seconds, and the most such
#: connections: clients that only connect must not hold descriptors for long.
_PARTING, _PARTED = 2.0, 100

#: How many bytes of framing may surround a byte of a body: a chunk of one byte has five.
_AROUND = 8

#: How many bytes are parsed at once. uvicorn gets all requests in a slice together: the shortest
#: has 18 bytes, and a waiting one takes some 4 KiB.
_SLICE = 1024

_LONG_HEAD = Problem("long-head", "The head of the request is too long. Send a long query by POST.")

#: How many bytes of an answer are sent at once. The server waits before each piece until the client
#: has read most of the earlier ones; a body sent whole would be copied for every client.
_PIECE = 65_536

#: The address of the editor's form. Its refusal is a page, before any Accept header has come.
_FORM = b"/editor?"
_LONG_FORM = Problem(
    "long-head",
    "The query is too long for an address. Go back, where it still is, and shorten it; or send it "
    "to /sparql by POST.",
)

#: The key of a request's connection in the state of its scope.
_KEY = "crampkg.connection"


@dataclass
class Gate:
    """The state that the connections of a server share; `open` counts them by address.

    `protocol` makes uvicorn's protocol for a connection, and `page` the page of a problem.
    """

    protocol: Callable[..., Any]
    page: Callable[[Problem], Response]
    limits: Limits
    metrics: Metrics
    open: Counter[str] = field(default_factory=Counter)


def reporting(app: ASGIApp) -> ASGIApp:
    """Return an application that notifies the connection when a request is answered."""

    async def reported(scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await app(scope, receive, send)
        finally:
            if scope["type"] == "http":
                scope["state"][_KEY].answered()

    return reported


class Connection(asyncio.Protocol):
    """A connection that passes its client's bytes on to uvicorn's protocol, within the limits.

    A client has limited time and bytes for the head of a request. It is read no faster than it is
    answered: bytes behind a whole request wait for the answer. httptools, which uvicorn uses too,
    finds the ends of requests.
    """

    def __init__(self, gate: Gate, *, app_state: Mapping[str, Any], **options: Any) -> None:
        """Take the arguments that uvicorn gives to its protocol."""
        self._gate = gate
        self._server = gate.protocol(app_state={**app_state, _KEY: self}, **options)
        self._parser = httptools.HttpRequestParser(self)
        self._parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as uvicorn has it
        self._deadline: asyncio.TimerHandle | None = None
        self._refusal: Problem | None = None
        self._unparsed = self._url = b""
        self._in_head = True  # or before it
        self._size = self._body = 0  # bytes of the request that is coming in, and of its body
        self._unanswered = self._whole = 0  # requests with a whole head, and wholly received

    def connection_made(self, transport: Any) -> None:
        """Accept a client, or refuse one beyond the limits."""
        self._transport = transport
        self._outlet = _Outlet(transport, self._regulate)
        self._address = str((transport.get_extra_info("peername") or [""])[0])
        limits, open = self._gate.limits, self._gate.open
        open[self._address] += 1
        excess = open.total() - limits.connections
        if excess > 0 or open[self._address] > limits.per_address:
            whose = "" if excess > 0 else " from your address"
            detail = f"There are too many connections{whose}. Close some, or ask again in a moment."
            self._refusal = Problem("busy", detail, retry=int(limits.request))
            self._await_head(_PARTING)
            if excess > _PARTED:
                self._transport.abort()
        else:
            self._await_head(limits.request)
            self._server.connection_made(self._outlet)

    def connection_lost(self, exc: Exception | None) -> None:
        """Stop the timer and the count of this connection."""
        self._end_wait()
        self._gate.open[self._address] -= 1
        if not self._gate.open[self._address]:
            del self._gate.open[self._address]
        if self._refusal is None:
            self._server.connection_lost(exc)

    def pause_writing(self) -> None:
        """Make uvicorn wait for a client that reads too slowly."""
        self._server.pause_writing()

    def resume_writing(self) -> None:
        """Let uvicorn continue."""
        self._server.resume_writing()

    def data_received(self, data: bytes) -> None:
        """Keep bytes from the client until the requests before them are answered."""
        self._unparsed += data
        self._parse()

    def answered(self) -> None:
        """Continue with the bytes behind an answered request."""
        self._unanswered -= 1
        self._whole -= 1
        asyncio.get_running_loop().call_soon(self._parse)

    def _parse(self) -> None:
        """Pass on the bytes received, in slices, until a whole request waits for its answer."""
        data, start = self._unparsed, 0
        while start < len(data) and self._whole <= 0 and not self._transport.is_closing():
            room = self._gate.limits.head - self._size if self._in_head else _SLICE
            end = start + min(room, _SLICE)
            if problem := self._refusal or self._fault(data[start:end]):
                self._refuse(problem)
            else:
                self._server.data_received(data[start:end])
            start = end
        self._unparsed = b"" if self._transport.is_closing() else data[start:]
        self._regulate()

    def _fault(self, data: bytes) -> Problem | None:
        """Parse a part of a request and return its fault; no bytes mean that the head is full."""
        too_long = _LONG_FORM if self._url.startswith(_FORM) else _LONG_HEAD
        if not data:
            return too_long
        if self._deadline is None and not self._unanswered:
            self._await_head(self._gate.limits.request)
        self._size += len(data)
        try:
            self._parser.feed_data(data)
        except httptools.HttpParserUpgrade:
            pass  # uvicorn ignores the wish to upgrade
        except httptools.HttpParserError:
            return Problem("bad-request", "Invalid HTTP request received.")
        is_bloated = self._size - self._body > self._gate.limits.head + _AROUND * self._body
        return too_long if is_bloated else None

    def on_url(self, url: bytes) -> None:
        """Take a part of an address from the parser."""
        self._url += url

    def on_headers_complete(self) -> None:
        """Begin a request; an address that uvicorn cannot read raises an error of the parser."""
        httptools.parse_url(self._url).path.decode("ascii")
        self._in_head = self._outlet.has_written = False
        self._unanswered += 1
        self._end_wait()

    def on_body(self, body: bytes) -> None:
        """Count a part of a body."""
        self._body += len(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._whole += 1
        self._in_head = True
        self._url = b""
        self._size = self._body = 0

    def _regulate(self) -> None:
        """Read from the client unless uvicorn wants no more of a body or enough bytes wait here.

        Only reading shows that a client has left.
        """
        is_full = self._outlet.is_paused and self._whole <= 0
        if is_full or len(self._unparsed) > self._gate.limits.head:
            self._transport.pause_reading()
        else:
            self._transport.resume_reading()

    def _await_head(self, seconds: float) -> None:
        self._deadline = asyncio.get_running_loop().call_later(seconds, self._give_up)

    def _end_wait(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _give_up(self) -> None:
        if self._refusal is not None:
            self._refuse(self._refusal)
        self._transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Send a problem in answer to an invalid or incomplete request, and close."""
        if self._transport.is_closing():
            return
        if self._unanswered and (self._outlet.has_written or self._whole > 0):
            self._transport.abort()  # the client would take it for the answer to another request
            return
        if problem is _LONG_FORM:
            response = self._gate.page(problem)
        else:
            response = Response(problem.body(), problem.status, media_type=MEDIA_TYPE)
        response.headers.update({"connection": "close", "access-control-allow-origin": "*"})
        if problem.retry is not None:
            response.headers["retry-after"] = str(problem.retry)
        head = f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}\r\n"
        head += "".join(f"{name}: {value}\r\n" for name, value in response.headers.items())
        self._transport.write(head.encode() + b"\r\n" + bytes(response.body))
        self._transport.close()
        self._gate.metrics.answered("none", "other", problem.status, 0.0)
        access_log.refused(self._address, problem.status, len(response.body), problem.kind)


class _Outlet:
    """A transport for uvicorn's protocol that leaves pausing of reads to `Connection`."""

    def __init__(self, transport: Any, regulate: Callable[[], None]) -> None:
        self._transport = transport
        self._regulate = regulate
        self.is_paused = self.has_written = False

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)

    def write(self, data: bytes) -> None:
        self.has_written = True
        self._transport.write(data)

    def pause_reading(self) -> None:
        self.is_paused = True
        self._regulate()

    def resume_reading(self) -> None:
        self.is_paused = False
        self._regulate()


class PiecewiseResponse(Response):
    """A response sent in pieces, as fast as its client reads, and cut off if that is too slow.

    A long response has `grace` seconds, and one more for each `pace` bytes; the access log marks
    one that was cut off with `cut`.
    """

    def __init__(
        self, body: bytes, status: int, headers: Mapping[str, str], *, grace: float, pace: int
    ) -> None:
        """Share `body` among all responses that send it."""
        super().__init__(body, status, headers)
        self._seconds = grace + len(body) / pace

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the head, then the body; the connection is closed when that takes too long."""
        body = memoryview(self.body)
        if len(body) <= _PIECE or scope.get("method") == "HEAD":
            await super().__call__(scope, receive, send)
            return
        start = {"type": "http.response.start", "status": self.status_code}
        try:
            async with asyncio.timeout(self._seconds):
                await send({**start, "headers": self.raw_headers})
                for at in range(0, len(body), _PIECE):
                    piece = bytes(body[at : at + _PIECE])
                    more = at + _PIECE < len(body)
                    await send({"type": "http.response.body", "body": piece, "more_body": more})
        except TimeoutError:
            scope.setdefault("crampkg", {})["cut"] = True
