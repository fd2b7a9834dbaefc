"""A connection of a client: uvicorn's, with limits on what slow, silent or greedy clients do."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from starlette.responses import Response
from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from crampkg.server import access_log
from crampkg.server.problems import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    import asyncio
    from collections import Counter
    from collections.abc import Callable

    from crampkg.server.limits import Limits
    from crampkg.server.metrics import Metrics

#: How long a connection that is one too many is kept to be told so, in seconds, and how many such
#: there may be: who only connects must not take descriptors for long.
_PARTING = 2.0
_PARTED = 100

#: So many bytes may stand around each byte of a body: in chunks of one byte there are five.
_AROUND = 8

#: How many bytes are parsed before a look at whether a request waits: the shortest request has 18,
#: and one that waits takes some 4 KiB.
_SLICE = 1024

_LONG_HEAD = Problem("long-head", "The head of the request is too long. Send a long query by POST.")

#: How a head begins that the editor's form sends, in a browser without scripts, and that may be too
#: long. It is answered by a page: its Accept header may not come before it is refused.
_BY_FORM = b"GET /editor?"
_LONG_FORM = Problem(
    "long-head",
    "The query is too long for an address. Go back, where it still is, and shorten it; or send it "
    "to /sparql by POST.",
)


class _Flow(FlowControl):
    """uvicorn's flow control, which reads nothing more from a client while requests of it wait."""

    def __init__(self, transport: asyncio.Transport, is_held: Callable[[], bool]) -> None:
        super().__init__(transport)
        self._is_held = is_held

    def resume_reading(self) -> None:
        if not self._is_held():
            super().resume_reading()


class Connection(HttpToolsProtocol):
    """One connection, from an address that may have only so many.

    A client must send the head of a request soon, and a short one; and one that does not read is
    cut off, since else a connection and the answer's memory could be held for ever. One that sends
    requests without waiting for answers is read no faster than it is answered.
    """

    def __init__(
        self,
        *,
        limits: Limits,
        metrics: Metrics,
        open: Counter[str],
        page: Callable[[Problem], Response],
        **made: Any,
    ) -> None:
        """Make a connection; `open` counts those of each address, for all to share.

        `page` makes a page of a problem.
        """
        super().__init__(**made)
        self._limits = limits
        self._metrics = metrics
        self._open = open
        self._page = page
        self._deadline: asyncio.TimerHandle | None = None
        self._stalled: asyncio.TimerHandle | None = None
        self._unsent = 0
        self._taken = 0  # bytes of the request that is coming in, and those of its body
        self._body = 0
        self._begin = self._end = b""  # of the head that is coming in
        self._refusal: Problem | None = None
        self._unparsed = b""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a client in, or none that is one too many."""
        super().connection_made(transport)
        self.flow = _Flow(transport, lambda: bool(self.pipeline or self._unparsed))
        self._open[self._address] += 1
        too_many = len(self.connections) - self._limits.connections
        of_address = self._open[self._address]
        if too_many > 0 or of_address > self._limits.per_address:
            whose = "" if too_many > 0 else " from your address"
            detail = f"There are too many connections{whose}. Close some, or ask again in a moment."
            self._refusal = Problem("busy", detail, retry=int(self._limits.request))
            if too_many > _PARTED:
                transport.abort()
                return
        self._await_head()

    def connection_lost(self, exc: Exception | None) -> None:
        """Let go of all that was held for the client."""
        for timer in (self._deadline, self._stalled):
            if timer is not None:
                timer.cancel()
        self._open[self._address] -= 1
        if not self._open[self._address]:
            del self._open[self._address]
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Take in what a client sent, and keep it until the requests before it are answered."""
        self._unparsed += data
        self._parse()

    def on_response_complete(self) -> None:
        """Go on to the next request, and with what came after it."""
        super().on_response_complete()
        self._parse()
        self.flow.resume_reading()

    def _parse(self) -> None:
        """Parse what came, as long as no whole head waits for its turn."""
        data, start = self._unparsed, 0
        while start < len(data) and not self.pipeline and not self.transport.is_closing():
            self._take(data[start : start + _SLICE])
            start += _SLICE
        self._unparsed = b"" if self.transport.is_closing() else data[start:]
        if self._unparsed:
            self.flow.pause_reading()

    def _take(self, data: bytes) -> None:
        """Take in a part of a request, whose head may have so many bytes and so much time.

        So may what stands around the parts of a body, and after it; and the head of a request that
        comes while the one before it is answered.
        """
        if self._refusal is not None:
            self._refuse(self._refusal)
            return
        if self._deadline is None and not self._is_answering():
            self._await_head()
        most = self._limits.head
        if self._deadline is not None:  # a head, of which a part may have come before
            self._begin = (self._begin + data[: len(_BY_FORM)])[: len(_BY_FORM)]
            allowed = self._end + data[: max(0, most - self._taken)]
            if self._taken + len(data) > most and b"\r\n\r\n" not in allowed:
                self._refuse(_LONG_FORM if self._begin == _BY_FORM else _LONG_HEAD)
                return
            self._end = (self._end + data[-3:])[-3:]
        self._taken += len(data)
        super().data_received(data)
        if self._taken - self._body > most + _AROUND * self._body:
            self._refuse(_LONG_HEAD)

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP."""
        self._refuse(Problem("bad-request", msg))

    def on_headers_complete(self) -> None:
        """Begin to answer."""
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take in a part of a body."""
        self._body += len(body)
        super().on_body(body)

    def on_message_complete(self) -> None:
        """End a request."""
        self._taken = self._body = 0
        self._begin = self._end = b""
        super().on_message_complete()

    def pause_writing(self) -> None:
        """Begin to watch a client that does not read as fast as it is written to."""
        super().pause_writing()
        self._unsent = self.transport.get_write_buffer_size()
        self._stalled = self.loop.call_later(self._limits.request, self._look_again)

    def resume_writing(self) -> None:
        """Trust it again."""
        super().resume_writing()
        if self._stalled is not None:
            self._stalled.cancel()
            self._stalled = None

    @property
    def _address(self) -> str:
        return self.client[0] if self.client else ""

    def _is_answering(self) -> bool:
        cycle: RequestResponseCycle | None = self.cycle  # uvicorn says that it is never None
        return cycle is not None and not cycle.response_complete

    def _await_head(self) -> None:
        seconds = self._limits.request if self._refusal is None else _PARTING
        self._deadline = self.loop.call_later(seconds, self._give_up)

    def _give_up(self) -> None:
        self._deadline = None
        if self._refusal is not None:
            self._refuse(self._refusal)
        elif not self.transport.is_closing():
            self.transport.close()

    def _refuse(self, problem: Problem) -> None:
        """Send a problem as the answer to what is not, or not yet, a request, and close."""
        if self.transport.is_closing():
            return
        if self._is_answering() and (self.cycle.response_started or not self.cycle.more_body):
            self.transport.abort()  # what is sent now would be taken for the answer to another one
            return
        told = (
            self._page(problem)
            if problem is _LONG_FORM
            else Response(problem.body(), problem.status, media_type=MEDIA_TYPE)
        )
        told.headers["connection"] = "close"
        told.headers["access-control-allow-origin"] = "*"
        if problem.retry is not None:
            told.headers["retry-after"] = str(problem.retry)
        head = [
            f"HTTP/1.1 {problem.status} {HTTPStatus(problem.status).phrase}",
            *(f"{name}: {value}" for name, value in told.headers.items()),
        ]
        body = bytes(told.body)
        self.transport.write("".join(f"{line}\r\n" for line in head).encode() + b"\r\n" + body)
        self.transport.close()
        self._metrics.answered("none", "other", problem.status, 0.0)
        access_log.refused(self._address, problem.status, len(body), problem.kind)

    def _look_again(self) -> None:
        """Cut off a client that has read nothing since the last look."""
        unsent = self.transport.get_write_buffer_size()
        if unsent >= self._unsent:
            self.transport.abort()
            return
        self._unsent = unsent
        self._stalled = self.loop.call_later(self._limits.request, self._look_again)
