"""The kinds of errors that a client can get, as problem details (RFC 9457)."""

from __future__ import annotations

import re
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
from crampkg.text import json_bytes
from crampkg.vocabulary import PROBLEM

MEDIA_TYPE = "application/problem+json"

#: The most characters of a detail, which may repeat input of the client.
_MOST_DETAIL = 2000


class Kind(NamedTuple):
    """A kind of problem: its status code, its title, and its meaning with a remedy."""

    status: int
    title: str
    meaning: str


#: The kinds of problems: status code, name and title; below, the meaning and the remedy.
_TABLE = """
400 bad-request: The request cannot be understood
  A parameter, a header or the request itself is missing, unknown, twice or of no use. The detail
  says which: correct it.
400 syntax: The query does not parse or cannot be run
  The query is not SPARQL 1.1, or cannot be run as it is. Correct it at the line and column that
  are named.
400 complexity: The query is too complex
  The query nests too many brackets, or has too many operators. Ask in smaller parts.
400 dataset: The query reads a graph that is not here
  The query names a graph that is not served here. The detail lists those that are.
400 term: A name fits no term, or several
  A name fits nothing here, or several things. The detail has the nearest names: take one of them.
403 service: The query asks another server
  The query sends a part of itself to another server (SERVICE), which is never done here. Leave
  that part out.
403 update: The graph is read-only
  The request would change the graph, which can be read and not be changed. Change the source
  files instead.
404 not-found: There is nothing here
  No page, thing, graph or question has this address. Check its spelling.
405 method: The method is not allowed here
  The address does not take this HTTP method. The header Allow has those that it takes.
406 not-acceptable: No format that is accepted can hold the answer
  The answer cannot be written in any format that the request accepts. The detail lists the
  formats.
408 too-slow: The request did not arrive in time
  The body of the request did not come in time. Send it at once.
413 too-long: The request is too long
  The body or a parameter is longer than is allowed. Shorten it.
431 long-head: The head of the request is too long
  The address and the headers are together longer than is allowed. Send a long query by POST.
415 media-type: The body is of an unknown kind
  The body has a media type, charset or content coding that is not read here. The detail has those
  that are.
422 time-limit: The query takes too long
  The query was stopped when its time was over. It may be asked differently; asking it again is of
  no use.
422 memory-limit: The query takes too much memory
  The query needs more memory than a query may take. It may be asked differently; asking it again
  is of no use.
422 result-limit: The answer is too large
  The answer has more rows or bytes than an answer may have. Ask for less, with LIMIT and OFFSET.
500 engine: The query ended the engine
  The query ended the engine, which has been started again. Ask in another way.
500 mistake: A mistake of the server
  The server made a mistake, which is in its log. Please report it.
503 busy: The server is busy
  Too many requests wait or are answered. Ask again after the seconds of the header Retry-After.
503 lost: The process that ran the query was ended
  The process that ran the query was ended from outside. Ask again.
503 unready: The server cannot answer now
  The server has no process that could answer. Ask again after the seconds of the header
  Retry-After.
"""

KINDS: dict[str, Kind] = {
    name: Kind(int(status), title, " ".join(meaning.split()))
    for status, name, title, meaning in re.findall(
        r"^(\d+) (\S+): (.+)\n((?:  .+\n)+)", _TABLE, re.MULTILINE
    )
}


class Problem(Exception):  # noqa: N818 - RFC 9457 calls it so
    """The reason why a request has no answer, and what the client can do.

    `kind` is a key of `KINDS`; `detail` one or more sentences; `line` and `column`, from 1, the
    place of an error in a query; `retry` the seconds after which to ask again. `aside` is a last
    sentence of the detail that only programs get, not pages.
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
        if len(detail) > _MOST_DETAIL:
            detail = f"{detail[:_MOST_DETAIL]}..."
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
        members: dict[str, object] = {
            "type": PROBLEM + self.kind,
            "title": KINDS[self.kind].title,
            "status": self.status,
            "detail": self.detail,
        }
        if self.line is not None:
            members |= {"line": self.line, "column": self.column}
        return members

    def body(self) -> bytes:
        """Return the problem details object as JSON."""
        members = self.document()
        if self.aside:
            members["detail"] = f"{self.detail} {self.aside}"
        return json_bytes(members)


def refuse_empty(name: str, value: str) -> None:
    """Raise `Problem` when a parameter has no value.

    The default would answer another question than a client with an empty variable meant to ask.
    """
    if not value.strip():
        detail = f"The parameter {name!r} is empty. Give it a value, or leave it out."
        raise Problem("bad-request", detail)


def too_large(what: str) -> Problem:
    """Return the problem of an answer beyond the limits; `what` is its size in words."""
    return Problem("result-limit", f"The answer has {what}. Ask for less, or add LIMIT and OFFSET.")


def too_hungry(memory: int) -> Problem:
    """Return the problem of a query that needs more memory than `memory`, in bytes."""
    size = f"{memory >> 20:,} MiB"
    return Problem("memory-limit", f"The query needs more memory than the {size} that it may take.")


def problem_of(error: CrampkgError) -> Problem:
    """Return one of our errors as a problem for the client."""
    if isinstance(error, RefusedQueryError):
        return Problem(error.reason, error.sentence, error.line, error.column)
    if isinstance(error, QueryError):
        return Problem("syntax", error.sentence, error.line, error.column)
    if isinstance(error, UnknownQuestionError):
        return Problem("not-found", error.sentence)
    if isinstance(error, (UnknownTermError, AmbiguousTermError)):
        return Problem("term", error.sentence)
    return Problem("bad-request" if isinstance(error, UsageError) else "unready", error.sentence)
