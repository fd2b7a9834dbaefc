"""What can go wrong with a request, as problem details (RFC 9457)."""

from __future__ import annotations

import json
from typing import NamedTuple

from crampkg.errors import (
    AmbiguousTermError,
    CrampkgError,
    QueryError,
    RefusedQueryError,
    UnknownQuestionError,
    UnknownTermError,
    UsageError,
)

MEDIA_TYPE = "application/problem+json"

#: Where docs/server.md is told to describe each kind; an identifier, not a promise of a page.
_BASE = "https://w3id.org/crampkg/problem/"


#: How many characters of what is wrong are told.
_LONGEST = 2000


class Kind(NamedTuple):
    """A kind of problem: its status code and its title."""

    status: int
    title: str


KINDS: dict[str, Kind] = {
    "bad-request": Kind(400, "The request cannot be understood"),
    "syntax": Kind(400, "The query does not parse or cannot be run"),
    "complexity": Kind(400, "The query is too complex"),
    "dataset": Kind(400, "The query reads a graph that is not here"),
    "term": Kind(400, "A name fits no term, or several"),
    "service": Kind(403, "The query asks another server"),
    "update": Kind(403, "The graph is read-only"),
    "not-found": Kind(404, "There is nothing here"),
    "method": Kind(405, "The method is not allowed here"),
    "not-acceptable": Kind(406, "No format that is accepted can hold the answer"),
    "too-slow": Kind(408, "The request did not arrive in time"),
    "too-long": Kind(413, "The request is too long"),
    "long-head": Kind(431, "The head of the request is too long"),
    "media-type": Kind(415, "The body is of an unknown kind"),
    "time-limit": Kind(422, "The query takes too long"),
    "memory-limit": Kind(422, "The query takes too much memory"),
    "result-limit": Kind(422, "The answer is too large"),
    "engine": Kind(500, "The query ended the engine"),
    "mistake": Kind(500, "A mistake of the server"),
    "busy": Kind(503, "The server is busy"),
    "lost": Kind(503, "The process that ran the query was ended"),
    "unready": Kind(503, "The server cannot answer now"),
}


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """A request that has no answer, why, and what to do.

    `kind` is a key of `KINDS`; `detail` a sentence or more; `line` and `column` count from 1, for
    what is wrong at a place of a query; `retry` is after how many seconds to ask again; `aside`
    ends the detail for programs, and is nothing for readers of pages.
    """

    def __init__(
        self,
        kind: str,
        detail: str,
        line: int | None = None,
        column: int | None = None,
        retry: int | None = None,
        aside: str = "",
    ) -> None:
        if len(detail) > _LONGEST:  # it repeats what was sent
            detail = f"{detail[:_LONGEST]}..."
        super().__init__(detail)
        self.kind = kind
        self.detail = detail
        self.line = line
        self.column = column
        self.retry = retry
        self.aside = aside

    @property
    def status(self) -> int:
        """The HTTP status code."""
        return KINDS[self.kind].status

    def document(self) -> dict[str, object]:
        """Return the members of the problem details object."""
        told: dict[str, object] = {
            "type": _BASE + self.kind,
            "title": KINDS[self.kind].title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.line is not None:
            told |= {"line": self.line, "column": self.column}
        return told

    def body(self) -> bytes:
        """Return the problem details object as JSON."""
        told = self.document()
        if self.aside:
            told["detail"] = f"{self.detail} {self.aside}"
        return json.dumps(told, ensure_ascii=False).encode() + b"\n"


def problem_of(error: CrampkgError) -> Problem:
    """Return the problem that an error of ours is to the client that caused it."""
    if isinstance(error, RefusedQueryError):
        return Problem(error.reason, error.sentence, error.line, error.column)
    if isinstance(error, QueryError):
        return Problem("syntax", error.sentence, error.line, error.column)
    if isinstance(error, UnknownQuestionError):
        return Problem("not-found", error.sentence)
    if isinstance(error, (UnknownTermError, AmbiguousTermError)):
        return Problem("term", error.sentence)
    return Problem("bad-request" if isinstance(error, UsageError) else "unready", error.sentence)
