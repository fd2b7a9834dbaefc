"""Listening on a port: uvicorn, with time limits for what slow or silent clients do."""

from __future__ import annotations

import contextlib
import logging
import resource
import sys
from typing import TYPE_CHECKING, Any

import uvicorn
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol, RequestResponseCycle

from crampkg.server.access_log import JsonFormatter, TextFormatter

if TYPE_CHECKING:
    import asyncio
    import socket
    from collections.abc import Callable

    from starlette.applications import Starlette

    from crampkg.server.limits import Limits

#: How long a connection may stay open with nothing asked, in seconds.
_KEEP_ALIVE = 15

#: How long requests that are being answered may take once the server is told to stop.
_GRACE = 15


def serve(
    app: Starlette,
    listener: socket.socket,
    limits: Limits,
    *,
    log: str,
    proxy: str | None,
    ready: Callable[[], None],
) -> None:
    """Answer requests from `listener` until SIGTERM or SIGINT, then finish those in progress.

    `log` is "json", "text" or "none"; the X-Forwarded headers of `proxy`, an address
    or several with commas between, are believed; `ready` is called when requests are answered.
    """
    _allow_connections(limits.connections)
    _log_as(log)
    config = uvicorn.Config(
        app,
        http=_protocol(limits),
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy,
        limit_concurrency=limits.connections,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config, ready)
    with contextlib.suppress(KeyboardInterrupt):
        server.run(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn's server, which tells when it is ready and does not die of the signal it heeded."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self._ready()

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        # uvicorn would raise the signal again when all is done, and end as if nothing were.
        self._captured_signals.clear()


def _protocol(limits: Limits) -> type[HttpToolsProtocol]:
    """Return uvicorn's HTTP protocol with the time limits that it lacks.

    A client must send the head of a request soon, and a short one; and one that does not read is
    cut off, since else a connection and the answer's memory could be held for ever.
    """

    class Timed(HttpToolsProtocol):
        _deadline: asyncio.TimerHandle | None = None
        _stalled: asyncio.TimerHandle | None = None
        _unsent = 0
        _head = 0

        def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
            super().connection_made(transport)
            self._await_head()

        def connection_lost(self, exc: Exception | None) -> None:
            for timer in (self._deadline, self._stalled):
                if timer is not None:
                    timer.cancel()
            super().connection_lost(exc)

        def data_received(self, data: bytes) -> None:
            if self._deadline is None and not self._is_answering():
                self._await_head()
            if self._deadline is not None:
                self._head += len(data)
                if self._head > limits.head and b"\r\n\r\n" not in data[: limits.head]:
                    self._refuse_head()
                    return
            super().data_received(data)

        def on_headers_complete(self) -> None:
            if self._deadline is not None:
                self._deadline.cancel()
                self._deadline = None
            self._head = 0
            super().on_headers_complete()

        def pause_writing(self) -> None:
            super().pause_writing()
            self._unsent = self.transport.get_write_buffer_size()
            self._stalled = self.loop.call_later(limits.request, self._look_again)

        def resume_writing(self) -> None:
            super().resume_writing()
            if self._stalled is not None:
                self._stalled.cancel()
                self._stalled = None

        def _is_answering(self) -> bool:
            cycle: RequestResponseCycle | None = self.cycle  # uvicorn says that it is never None
            return cycle is not None and not cycle.response_complete

        def _await_head(self) -> None:
            self._head = 0
            self._deadline = self.loop.call_later(limits.request, self._give_up)

        def _give_up(self) -> None:
            self._deadline = None
            if not self.transport.is_closing():
                self.transport.close()

        def _refuse_head(self) -> None:
            reason = b"The head of the request is too long. Send a long query by POST.\n"
            self.transport.write(
                b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
                b"content-type: text/plain; charset=utf-8\r\nconnection: close\r\n"
                b"content-length: " + str(len(reason)).encode() + b"\r\n\r\n" + reason
            )
            self.transport.close()

        def _look_again(self) -> None:
            """Cut off a client that has read nothing since the last look."""
            unsent = self.transport.get_write_buffer_size()
            if unsent >= self._unsent:
                self.transport.abort()
                return
            self._unsent = unsent
            self._stalled = self.loop.call_later(limits.request, self._look_again)

    return Timed


def _allow_connections(number: int) -> None:
    """Raise the limit on open files to what so many connections need, if that is allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = number + 200
    if soft != resource.RLIM_INFINITY and soft < wanted:
        possible = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))


def _log_as(log: str) -> None:
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter() if log == "json" else TextFormatter())
    for name, level in (("crampkg", logging.INFO), ("uvicorn", logging.WARNING)):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.ERROR if log == "none" else level)
