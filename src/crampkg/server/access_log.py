"""One line a request: as a JSON object for machines, or as text for a person at a terminal.

The log costs the server nothing that it does not have: it waits for no reader of the log, and says
the same fault only so often.
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
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from crampkg.server.metrics import Metrics

LOGGER = logging.getLogger("crampkg.access")

#: How many lines are kept for a reader that is slow. What comes then is left out, and counted.
_LINES = 10_000

#: How many lines in how many seconds may be of requests, and of anything else: of faults, for
#: example. All requests are counted at /metrics.
_REQUESTS, _MESSAGES, _SECONDS = 1_000, 50, 10.0

#: How many characters of a path are written down.
_LONGEST = 500

#: How long the last lines may take when the server ends, in seconds.
_LAST = 2.0


class AccessLog:
    """ASGI middleware that notes each request, its answer and how long that took.

    No query and no parameter is written down: they can tell of a person. Equal jobs have equal
    keys.
    """

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self._app = app
        self._metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, and note it when it is answered or its client has gone."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        note: dict[str, Any] = {}
        scope["crampkg"] = note
        seen = {"status": 499, "bytes": 0}  # nginx's number for a client that did not wait

        async def watched(message: Message) -> None:
            if message["type"] == "http.response.start":
                seen["status"] = message["status"]
            else:
                seen["bytes"] += len(message.get("body", b""))
            await send(message)

        try:
            await self._app(scope, receive, watched)
        finally:
            seconds = time.perf_counter() - started
            route = scope.get("route")
            self._metrics.answered(
                getattr(route, "path", "none"), _method(scope), seen["status"], seconds
            )
            client = scope.get("client")
            told = {
                "client": client[0] if client else None,
                "method": _method(scope),
                "path": scope["path"][:_LONGEST],
                **seen,
                "ms": round(seconds * 1000, 3),
                **note,
            }
            LOGGER.info("request", extra={"told": told})


def refused(client: str, status: int, size: int, problem: str) -> None:
    """Note what was refused before it was a request, with the kind of the problem."""
    told: dict[str, Any] = {"client": client, "method": "", "path": "", "status": status}
    LOGGER.info("request", extra={"told": {**told, "bytes": size, "ms": 0.0, "problem": problem}})


def _method(scope: Scope) -> str:
    """Return the method, or "other" for one that is none of HTTP's: a label must not grow."""
    known = ("GET", "HEAD", "POST", "OPTIONS", "PUT", "DELETE", "PATCH", "TRACE")
    return scope["method"] if scope["method"] in known else "other"


class _Allowance:
    """So many lines in so many seconds."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._since = -_SECONDS
        self._used = 0

    def has(self, now: float) -> bool:
        """Take one line at a moment, in seconds, and tell whether it may be written."""
        if not 0 <= now - self._since < _SECONDS:
            self._since, self._used = now, 0
        self._used += 1
        return self._used <= self._most


class LogHandler(logging.Handler):
    """Writes lines to a descriptor in a thread of its own, so that nobody waits for their reader.

    A line says how many before it were left out: those that a reader did not take in time, and
    requests and messages beyond so many in a while. `close` waits a moment for what is not written
    yet.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__()
        self._descriptor = descriptor
        self._lines: queue.Queue[bytes | None] = queue.Queue(_LINES)
        self._left_out = 0
        self._requests = _Allowance(_REQUESTS)
        self._messages = _Allowance(_MESSAGES)
        self._thread = threading.Thread(target=self._write, daemon=True, name="crampkg-log")
        self._thread.start()

    def emit(self, record: logging.LogRecord) -> None:
        """Hand a record over to be written, or count it as left out."""
        allowance = self._requests if hasattr(record, "told") else self._messages
        if not allowance.has(record.created):
            self._left_out += 1
            return
        if self._left_out:
            text = f"{self._left_out:,} lines of the log were left out before this one."
            told = logging.makeLogRecord(
                {"name": "crampkg", "levelname": "WARNING", "msg": text, "created": record.created}
            )
            if self._hand_over(told):
                self._left_out = 0
        if not self._hand_over(record):
            self._left_out += 1

    def close(self) -> None:
        """Let what was handed over be written, if its reader takes it."""
        with contextlib.suppress(queue.Full):
            self._lines.put(None, timeout=_LAST)
            self._thread.join(_LAST)
        super().close()

    def _hand_over(self, record: logging.LogRecord) -> bool:
        line = f"{self.format(record)}\n".encode(errors="backslashreplace")
        try:
            self._lines.put_nowait(line)
        except queue.Full:
            return False
        return True

    def _write(self) -> None:
        while (line := self._lines.get()) is not None:
            with contextlib.suppress(OSError):  # its reader is gone, and another may come
                while line:
                    line = line[os.write(self._descriptor, line) :]


class JsonFormatter(logging.Formatter):
    """A log record as one JSON object a line."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = dt.datetime.fromtimestamp(record.created, dt.UTC)
        told: dict[str, Any] = {
            "time": moment.isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
        }
        if hasattr(record, "told"):
            told |= record.told
        else:
            told["message"] = record.getMessage()
        if record.exc_info:
            told["traceback"] = self.formatException(record.exc_info)
        return json.dumps(told, ensure_ascii=False)


class TextFormatter(logging.Formatter):
    """A log record as a short line for people; control characters are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        moment = self.formatTime(record, "%H:%M:%S")
        if hasattr(record, "told"):
            told = record.told
            path = told["path"].encode("unicode_escape").decode("ascii")
            cached = ", cached" if told.get("cached") else ""
            line = (
                f"{moment} {told['status']} {told['method']} {path} "
                f"({told['bytes']:,} bytes, {told['ms']:.1f} ms{cached})"
            )
        else:
            line = f"{moment} {record.getMessage()}"
        return f"{line}\n{self.formatException(record.exc_info)}" if record.exc_info else line
