"""Listening on a port: uvicorn, which stops when it is told to, and whose connections are ours."""

from __future__ import annotations

import contextlib
import dataclasses
import functools
import logging
import resource
import sys
from collections import Counter
from typing import TYPE_CHECKING, Any

import uvicorn

from crampkg.server import refusals
from crampkg.server.access_log import JsonFormatter, TextFormatter
from crampkg.server.connection import Connection

if TYPE_CHECKING:
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


def _connections(app: Starlette, limits: Limits, *, one_address: bool) -> Any:
    """Return what uvicorn makes its connections by; `one_address` when a proxy has all of them."""
    if one_address:
        limits = dataclasses.replace(limits, per_address=limits.connections)
    service = app.state.service
    page = functools.partial(refusals.page, service.graph)
    return functools.partial(
        Connection, limits=limits, metrics=service.metrics, open=Counter(), page=page
    )


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
