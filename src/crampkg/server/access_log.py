"""The access log: a line for each request, as JSON for machines or as text for a terminal.

Writing never blocks the server, and the number of lines per interval is limited.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import logging
import os
import queue
import threading
import time
from typing import Any

TYPE_CHECKING = False
if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from crampkg.server.metrics import Metrics

    Fields = dict[str, Any]

LOGGER = logging.getLogger("crampkg.access")

#: How many lines wait for a slow reader; more are dropped, and counted.
_WAITING = 10_000

#: The most lines about requests, and of other messages, per interval of `_SECONDS`. All requests
#: are counted at /metrics.
_REQUESTS, _MESSAGES, _SECONDS = 1_000, 50, 10.0

#: The most characters of a path in a line.
_PATH = 500

#: How long the last lines may take when the server ends, in seconds.
_CLOSING = 2.0

_METHODS = frozenset(("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE"))


class AccessLog:
    """ASGI middleware that logs and counts each request with its status, size and duration.

    Queries and parameters are not logged: they may reveal something about a person.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and log it when it is answered or its client has left."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        # Handlers add fields to `note`. 499 is nginx's code for a client that closed early.
        note: dict[str, Any] = scope.setdefault("crampkg", {})
        answer = {"status": 499, "bytes": 0}

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                answer["status"] = message["status"]
            else:
                answer["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - started
            method = scope["method"] if scope["method"] in _METHODS else "other"
            route = getattr(scope.get("route"), "path", "none")
            self._metrics.answered(route, method, answer["status"], seconds)
            client = scope.get("client")
            address = client[0] if client else None
            path, status, size = scope["path"][:_PATH], answer["status"], answer["bytes"]
            _log(address, method, path, status, size, seconds, note)


def refused(client: str, status: int, size: int, problem: str) -> None:
    """Log a refusal that came before a complete request, with the kind of the problem."""
    _log(client, "", "", status, size, 0.0, {"problem": problem})


def _log(
    client: str | None, method: str, path: str, status: int, size: int, seconds: float, note: Fields
) -> None:
    fields = {"client": client, "method": method, "path": path, "status": status, "bytes": size}
    LOGGER.info("request", extra={"request": {**fields, "ms": round(seconds * 1000, 3), **note}})


class _Allowance:
    """A limit on the lines of one kind per `_SECONDS`."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._since = -_SECONDS
        self._used = 0

    def has(self, now: float) -> bool:
        """Count a line at time `now`, in seconds; return whether it may be written."""
        if not 0 <= now - self._since < _SECONDS:
            self._since, self._used = now, 0
        self._used += 1
        return self._used <= self._most


class LogHandler(logging.Handler):
    """A handler that writes to a file descriptor in its own thread, so that requests never wait.

    Lines beyond the limits, or more than a slow reader takes, are dropped; the next line says how
    many. `close` waits up to `_CLOSING` seconds for the last lines.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._lines: queue.Queue[bytes | None] = queue.Queue(_WAITING)
        self._left_out = 0
        self._requests = _Allowance(_REQUESTS)
        self._messages = _Allowance(_MESSAGES)
        self._thread = threading.Thread(target=self._write, daemon=True, name="crampkg-log")
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Queue a record for writing, or count it as dropped."""
        allowance = self._requests if hasattr(record, "request") else self._messages
        if not allowance.has(record.created):
            self._left_out += 1
            return
        if self._left_out:
            text = f"{self._left_out:,} lines of the log were left out before this one."
            fields = {"levelname": "WARNING", "msg": text, "created": record.created}
            if self._queue(logging.makeLogRecord(fields)):
                self._left_out = 0
        if not self._queue(record):
            self._left_out += 1

    def close(self) -> None:
        """Wait a moment for the queue to be written."""
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=_CLOSING)
            self._thread.join(_CLOSING)
        super().close()

    def _queue(self, record: logging.LogRecord) -> bool:
        line = f"{self.format(record)}\n".encode(errors="backslashreplace")
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            return False
        return True

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            with contextlib.suppress(OSError):  # the reader is gone; another may come
                while line:
                    line = line[os.write(self._descriptor, line) :]


class JsonFormatter(logging.Formatter):
    """A log record as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        fields: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            **getattr(record, "request", {"message": record.getMessage()}),
        }
        if record.exc_info:
            fields["traceback"] = self.formatException(record.exc_info)
        return json.dumps(fields, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """A log record as a short line for people; control characters are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = self.formatTime(record, "%H:%M:%S")
        line = f"{moment} {record.getMessage()}"
        if fields := getattr(record, "request", None):
            path = fields["path"].encode("unicode_escape").decode("ascii")
            cached = ", cached" if fields.get("cached") else ""
            line = (
                f"{moment} {fields['status']} {fields['method']} {path} "
                f"({fields['bytes']:,} bytes, {fields['ms']:.1f} ms{cached})"
            )
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line
