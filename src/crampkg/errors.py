"""Every error that crampkg raises on purpose.

CrampkgError                    the base: a face catches this and nothing else
├── UsageError                  exit 2: what was asked cannot be done as asked
│   ├── UnknownQuestionError    no question has that id
│   ├── UnknownParameterError   the question has no such parameter
│   ├── UnknownTermError        a name that fits no term
│   ├── AmbiguousTermError      a name that fits several terms
│   ├── WrongKindError          a term of another class than the parameter wants
│   └── QueryError              SPARQL that does not parse or may not run
│       └── RefusedQueryError   one that no engine here is asked to run
├── SourceError                 exit 2: a file that cannot be read or parsed
└── EndpointError               exit 3: an endpoint could not be reached
"""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence


class CrampkgError(Exception):
    """The base of all errors here. Its text is one sentence or more: what, where, what to do.

    `hint` is the advice for a command line. It ends the text; `sentence` is the text without it,
    for other faces.
    """

    exit_code = 2

    def __init__(self, sentence: str, hint: str = "") -> None:
        super().__init__(f"{sentence} {hint}" if hint else sentence)
        self.sentence = sentence
        self.hint = hint


class UsageError(CrampkgError):
    """What was asked cannot be done as asked."""


class UnknownQuestionError(UsageError):
    """No question has that id."""


class UnknownParameterError(UsageError):
    """The question has no such parameter."""


class UnknownTermError(UsageError):
    """A name that fits no term.

    `beside` is a sentence on a wider or narrower thing with that name, or "".
    """

    def __init__(self, sentence: str, hint: str = "", beside: str = "") -> None:
        super().__init__(sentence, hint)
        self.beside = beside


class AmbiguousTermError(UsageError):
    """A name that fits several terms."""


class WrongKindError(UsageError):
    """A term of another class than the parameter wants."""


class QueryError(UsageError):
    """SPARQL that does not parse or may not run; `line` and `column` count from 1."""

    def __init__(self, message: str, line: int | None = None, column: int | None = None) -> None:
        super().__init__(message)
        self.line = line
        self.column = column


class RefusedQueryError(QueryError):
    """A query that no engine here is asked to run.

    `reason` is "update" for a change of data, "service" for a call to another server, "dataset" for
    a graph that is not here, "complexity" for a query that might crash the engine.
    """

    def __init__(self, message: str, line: int | None, column: int | None, reason: str) -> None:
        super().__init__(message, line, column)
        self.reason = reason


class SourceError(CrampkgError):
    """A file that cannot be read or parsed; `line` counts from 1."""

    def __init__(self, message: str, path: str | None = None, line: int | None = None) -> None:
        super().__init__(message)
        self.path = path
        self.line = line


class EndpointError(CrampkgError):
    """An endpoint could not be reached, or did not do what it was asked.

    `status` is the HTTP status, if any; `passing` says whether a retry may succeed, after
    `retry_after` seconds if the endpoint gave a time.
    """

    exit_code = 3

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        retry_after: float | None = None,
        passing: bool = False,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.retry_after = retry_after
        self.passing = passing


def suggest(names: Sequence[str]) -> str:
    """Return a sentence that offers `names`, or an empty string without any."""
    return f" Did you mean {', '.join(names)}?" if names else ""
