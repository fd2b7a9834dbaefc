"""One line a request: as a JSON object for machines, or as text for a person at a terminal."""

from __future__ import annotations

import datetime as dt
import json
import logging
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from crampkg.server.metrics import Metrics

LOGGER = logging.getLogger("crampkg.access")


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
                "path": scope["path"],
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
