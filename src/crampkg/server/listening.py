"""Listening on a port: uvicorn until a signal, with our limits in front of each connection."""

from __future__ import annotations

import asyncio
import contextlib
import dataclasses
import functools
import logging
import resource
import signal
import socket
import sys
from typing import Any

import uvicorn

from crampkg.errors import UsageError
from crampkg.server import refusals
from crampkg.server.access_log import JsonFormatter, LogHandler, TextFormatter
from crampkg.server.connection import Connection, Gate, reporting

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.applications import Starlette

    from crampkg.server.limits import Limits

#: How long a connection without a request may stay open, in seconds.
_KEEP_ALIVE = 15

#: How long requests in progress may take once the server is stopped, in seconds.
_GRACE = 15

#: How many connections asyncio accepts in a row before it serves them, which keeps the excess over
#: the limit small; and how many the kernel queues meanwhile.
_ACCEPTED, _WAITING = 16, 2048

#: Room for open files beside served connections: connections being refused or just accepted, the
#: workers' sockets, and the server's own files.
_OTHER_FILES = 200

#: The fewest connections that a server is worth starting for.
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

    `log` is "json", "text" or "none". The X-Forwarded headers of `proxy`, one or more addresses
    separated by commas, are trusted. `ready` is called when the server accepts requests.
    Raises `UsageError` when no worker can answer.
    """
    handler = _log_as(log)
    if proxy is not None:  # all connections come from it
        limits = dataclasses.replace(limits, per_address=limits.connections)
    config = uvicorn.Config(
        reporting(app),
        http="httptools",
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
        backlog=_ACCEPTED,
    )
    try:
        with contextlib.suppress(KeyboardInterrupt):
            asyncio.run(_serve(app, config, listener, limits, ready))
    finally:
        handler.close()


async def _serve(
    app: Starlette,
    config: uvicorn.Config,
    listener: socket.socket,
    limits: Limits,
    ready: Callable[[], None],
) -> None:
    service = app.state.service
    # The kernel disconnects clients that read nothing of an answer for this long (tcp(7)); accepted
    # connections inherit the option.
    milliseconds = min(int(limits.request * 1000), 2**31 - 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
    config.load()
    page = functools.partial(refusals.page, service.graph)
    gate = Gate(config.http_protocol_class, page, limits, service.metrics)
    protocol: Any = functools.partial(Connection, gate)  # uvicorn only calls it
    config.http_protocol_class = protocol
    server = uvicorn.Server(config)

    def stop() -> None:
        server.should_exit = True

    async def announce() -> None:
        while not server.started:  # noqa: ASYNC110 - uvicorn has no event of it
            await asyncio.sleep(0.01)
        listener.listen(_WAITING)
        ready()

    # uvicorn handles two of the signals itself and raises them again at its end, which calls these
    # handlers. Closing the terminal ends the server; under `nohup` it keeps running.
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, stop)
    await service.sandbox.prove()
    announcing = asyncio.create_task(announce())
    try:
        await server.serve(sockets=[listener])
    finally:
        announcing.cancel()
    if server.force_exit:  # it skips the lifespan's end, and would log cancelled tasks as errors
        logging.disable()
        await service.sandbox.close()


def fitting(limits: Limits) -> Limits:
    """Return the limits with no more connections than the limit on open files leaves room for.

    Raises that limit as far as the system allows, and `UsageError` when hardly any connection fits.
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
    """Send the log to standard error as `log` says; return its handler, which must be closed."""
    handler: logging.Handler
    try:
        handler = LogHandler(sys.stderr.fileno())
    except (AttributeError, OSError, ValueError):  # there is no standard error
        handler = logging.NullHandler()
    handler.setFormatter(JsonFormatter() if log == "json" else TextFormatter())
    for name, level in (
        ("crampkg", logging.INFO),
        ("uvicorn", logging.ERROR),  # it warns of every request to upgrade, and answers it anyway
        ("asyncio", logging.WARNING),
    ):
        logger = logging.getLogger(name)
        logger.handlers[:] = [handler]
        logger.propagate = False
        logger.setLevel(logging.ERROR if log == "none" else level)
    return handler
