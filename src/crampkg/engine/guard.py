"""A look at a query's tokens before any engine sees it."""

from __future__ import annotations

import re

from crampkg.errors import QueryError

#: Deeper nesting than any query that a person writes, and far below the 2,265 levels that end
#: pyoxigraph 0.5.13 with a segmentation fault.
DEEPEST = 200

_TOKEN = re.compile(
    r"""
      (?P<skipped> \#[^\n]* | <[^<>"{}|^`\\\x00-\x20]*>
        | '''(?:'{0,2}(?:[^'\\]|\\.))*''' | \"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"
        | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*"
        | [?$]\w+ | [\w.\-]*:[\w.\-:%\\]* | @[A-Za-z][A-Za-z0-9\-]* )
    | (?P<word> [A-Za-z]\w* )
    | (?P<open> [{(\[] ) | (?P<close> [})\]] )
    """,
    re.VERBOSE | re.DOTALL,
)
_REFUSED = {
    "SERVICE": "asks another server. Queries here never leave this machine; take SERVICE out.",
    **dict.fromkeys(
        ("ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE"),
        "changes data. The graph is read-only: ask with SELECT, ASK, CONSTRUCT or DESCRIBE.",
    ),
}


def check(text: str) -> None:
    """Raise `QueryError` for a query that changes data, asks another server, or nests too deeply.

    Strings, IRIs, prefixed names, variables and comments are skipped, so that only keywords and
    brackets count (SPARQL 1.1 Query Language, section 19.8).
    """
    depth = 0
    for token in _TOKEN.finditer(text):
        if token.lastgroup == "open":
            depth += 1
            if depth > DEEPEST:
                raise _refusal(text, token.start(), f"nests more than {DEEPEST} brackets deep.")
        elif token.lastgroup == "close":
            depth -= 1
        elif token.lastgroup == "word" and (reason := _REFUSED.get(token[0].upper())):
            raise _refusal(text, token.start(), f"has {token[0]}, which {reason}")


def _refusal(text: str, offset: int, reason: str) -> QueryError:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    return QueryError(f"The query, at line {line}, column {column}, {reason}", line, column)
