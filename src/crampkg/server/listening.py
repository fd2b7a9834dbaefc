"""Listening on a port: uvicorn, which stops when it is told to, and whose connections are ours."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
import resource
import signal
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import uvicorn

from crampkg.errors import UsageError
from crampkg.server import refusals
from crampkg.server.access_log import JsonFormatter, LogHandler, TextFormatter
from crampkg.server.connection import Connection

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Iterator

    from starlette.applications import Starlette

    from crampkg.server.limits import Limits
    from crampkg.server.service import Service

#: How long a connection may stay open with nothing asked, in seconds.
_KEEP_ALIVE = 15

#: How long requests that are being answered may take once the server is told to stop.
_GRACE = 15

#: How many connections asyncio accepts before it looks at one of them, so that no more are open
#: than there may be; and how many the kernel keeps meanwhile.
_ACCEPTED, _WAITING = 16, 2048

#: How many files are open beside the connections that are served: those that are one too many and
#: are told so, those just accepted, the workers' and our own.
_OTHER_FILES = 200

#: With fewer connections a server is of no use.
_FEWEST = 16


def serve(
    app: Starlette,
    listener: socket.socket,
    limits: Limits,
    *,
    log: str,
    proxy: str | None,
    ready: Callable[[], None],
) -> None:
    """Answer requests from `listener` until SIGTERM, SIGINT or SIGHUP; finish those in progress.

    `log` is "json", "text" or "none"; the X-Forwarded headers of `proxy`, an address
    or several with commas between, are believed; `ready` is called when requests are answered.
    Raises `UsageError` when no worker can answer.
    """
    handler = _log_as(log)
    config = uvicorn.Config(
        app,
        http=_connections(app, limits, one_address=proxy is not None),
        loop="asyncio",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=True,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        backlog=_ACCEPTED,
    )
    server = _Server(config, app.state.service, ready)
    with contextlib.suppress(KeyboardInterrupt):
        try:
            server.run(sockets=[listener])
        finally:
            handler.close()


class _Server(uvicorn.Server):
    """uvicorn's server, which is ready when a worker is, and survives the signal that ends it."""

    def __init__(self, config: uvicorn.Config, service: Service, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self._service = service
        self._ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        try:
            await self._service.sandbox.prove()
        except UsageError:
            self.lifespan.startup_failed = True  # so that it says nothing more
            raise
        await super().startup(sockets)
        if self.started:
            for each in sockets or ():
                each.listen(_WAITING)
            self._ready()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        with super().capture_signals():
            # A terminal that is closed ends the server as SIGTERM does; `nohup` lets it run on.
            if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:
                signal.signal(signal.SIGHUP, self.handle_exit)
            yield

    def handle_exit(self, sig: int, frame: Any) -> None:
        super().handle_exit(sig, frame)
        # uvicorn would raise the signal again when all is done, and end as if nothing were.
        self._captured_signals.clear()


def _connections(app: Starlette, limits: Limits, *, one_address: bool) -> Any:
    """Return what uvicorn makes its connections by; `one_address` when a proxy has all of them."""
    if one_address:
        limits = dataclasses.replace(limits, per_address=limits.connections)
    service = app.state.service
    page = functools.partial(refusals.page, service.graph)
    return functools.partial(
        Connection, limits=limits, metrics=service.metrics, open=Counter(), page=page
    )


def fitting(limits: Limits) -> Limits:
    """Return the limits with no more connections than there may be open files.

    Raises the limit on open files as far as is allowed. Raises `UsageError` when hardly any fit.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = limits.connections + _OTHER_FILES
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return limits
    possible = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (possible, hard))
    connections = possible - _OTHER_FILES
    if connections < min(_FEWEST, limits.connections):
        message = (
            f"No more than {possible:,} files may be open here, and serving needs "
            f"{_OTHER_FILES + _FEWEST:,}. Raise the limit: ulimit -n {wanted}."
        )
        raise UsageError(message)
    per_address = max(1, limits.per_address * connections // limits.connections)
    return dataclasses.replace(limits, connections=connections, per_address=per_address)


def _log_as(log: str) -> logging.Handler:
    """Write the log in a form to standard error; return what is to be closed in the end."""
    handler: logging.Handler
    try:
        handler = LogHandler(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):  # there is no standard error
        handler = logging.NullHandler()
    handler.setFormatter(JsonFormatter() if log == "json" else TextFormatter())
    for name, level in (
        ("crampkg", logging.INFO),
        ("uvicorn", logging.WARNING),
        ("asyncio", logging.WARNING),
    ):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.ERROR if log == "none" else level)
    return handler
