"""Checks on the tokens of a query, before any engine sees it."""

from __future__ import annotations

import re
from functools import lru_cache

from crampkg.errors import RefusedQueryError, SourceError
from crampkg.vocabulary import GRAPHS, PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

#: Deeper nesting than in any query that a person writes, and far below the 2,265 levels that crash
#: pyoxigraph 0.5.13 with a segmentation fault.
DEEPEST = 200

#: The limit of operators, groups and braces in one query. Each is a level of Oxigraph's algebra,
#: however flat it is written: some thousands (`1+1+1...`, `OPTIONAL{}OPTIONAL{}...`) crash
#: pyoxigraph 0.5.13 in the same way.
MOST = 1000

_TOKEN = re.compile(
    r"""
      (?P<comment> \#[^\n\r]* )
    | (?P<iri> <(?:[^<>"{}|^`\\\x00-\x20]|\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8})*> )
    | (?P<operand> '''(?:'{0,2}(?:[^'\\]|\\.))*''' | \"\"\"(?:"{0,2}(?:[^"\\]|\\.))*\"\"\"
        | '(?:[^'\\\n\r]|\\.)*' | "(?:[^"\\\n\r]|\\.)*"
        | [?$]\w+ | @[A-Za-z][A-Za-z0-9\-]* | \d+(?:\.\d+)?(?:[eE][+\-]?\d+)? )
    | (?P<name> (?:[^\W\d][\w.\-]{0,200})?:(?:(?:[\w:%]|\\.)(?:[\w.\-:%]|\\.)*)? )
    | (?P<word> [^\W\d]\w* )
    | (?P<open> [{(\[] )
    | (?P<close> [})\]] )
    | (?P<operator> && | \|\| | (?<!\^)\^(?!\^) | [!+\-*/|=<>] )
    | (?P<other> \S )
    """,
    re.VERBOSE | re.DOTALL,
)
_OPERANDS = frozenset(("close", "iri", "name", "operand"))
_CONSTANTS = frozenset(("FALSE", "TRUE", "UNDEF"))
_GROUPS = ("BIND", "EXISTS", "FILTER", "MINUS", "OPTIONAL", "UNION", "VALUES")
#: Keywords followed by a prefixed name, so that a { after it belongs to them.
_BEFORE_NAMES = frozenset(("DESCRIBE", "FROM", "GRAPH", "NAMED"))
_SERVICE = "asks another server. Queries here never leave this machine; take SERVICE out."
_UPDATE = "changes data. The graph is read-only: ask with SELECT, ASK, CONSTRUCT or DESCRIBE."
_UPDATES = frozenset(("ADD", "CLEAR", "COPY", "CREATE", "DELETE", "DROP", "INSERT", "LOAD", "MOVE"))


def check(text: str) -> None:
    """Raise `RefusedQueryError` for a query that changes data, asks another server, or is too
    complex.

    Strings, IRIs, variables and comments are skipped, so that only keywords, operators and
    brackets count (SPARQL 1.1 Query Language, section 19.8). Oxigraph is laxer than the standard:
    it takes `SERVICEex:a` for SERVICE, and a `<` after an operand for "less than" even where an
    IRI could begin. What it might read in another way than this check does is refused.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        reason = "has a byte that is not UTF-8. Write the query in UTF-8."
        raise _refusal(text, error.start, reason) from None
    opened: list[str] = []  # the open brackets; "values" stands for a { of data
    weight = 0
    before = word = ""  # the kind of the token before, and the token itself if it is a keyword
    expects_data = False
    suspect = None  # a prefixed name, a SERVICE call if a { follows
    for token in _TOKEN.finditer(text):
        kind, lexeme = str(token.lastgroup), token[0]
        if kind == "comment":
            continue
        if suspect is not None and lexeme == "{":
            reason = f"has {suspect[0]}, which {_SERVICE}"
            raise _refusal(text, suspect.start(), reason, "service")
        suspect = None
        if kind == "open":
            opened.append("values" if expects_data and lexeme == "{" else lexeme)
            expects_data = expects_data and lexeme != "{"
            weight += lexeme == "{"
        elif kind == "close" and opened:
            opened.pop()
        elif kind == "operator":
            weight += 1
        elif kind == "iri" and before in _OPERANDS and _is_expression(opened):
            if set("#'()[]") & set(lexeme):
                reason = (
                    f"has {lexeme}, which may be an IRI or a comparison. Put a space after the <, "
                    "or write the IRI with a prefix."
                )
                raise _refusal(text, token.start(), reason)
            weight += len(lexeme)
        elif kind in ("name", "word"):
            head = lexeme.partition(":")[0].upper()
            if "SERVICE" in head:
                if kind == "word":
                    reason = f"has {lexeme}, which {_SERVICE}"
                    raise _refusal(text, token.start(), reason, "service")
                if word not in _BEFORE_NAMES:
                    suspect = token
            if kind == "word" and head in _UPDATES:
                reason = f"has {lexeme}, which {_UPDATE}"
                raise _refusal(text, token.start(), reason, "update")
            weight += sum(group in head for group in _GROUPS)
            expects_data = expects_data or head == "VALUES"
            if head in _CONSTANTS:
                kind = "operand"
        if len(opened) > DEEPEST:
            raise _refusal(text, token.start(), f"nests more than {DEEPEST} brackets deep.")
        if weight > MOST:
            reason = f"has more than {MOST} operators and groups. Ask in smaller parts."
            raise _refusal(text, token.start(), reason)
        before, word = kind, lexeme.upper() if kind == "word" else ""


@lru_cache(maxsize=1024)  # a run of the checks reads each rule several times
def check_source(text: str, name: str) -> None:
    """Raise `SourceError` for a query in the source file `name` that `check` refuses, or with FROM.

    Sources come from anywhere, such as another person's branch, and are run where they are checked.
    Some engines fetch the IRIs after FROM, even of a graph that is here.
    """
    try:
        check(text)
        if check_dataset(text):
            reason = "chooses graphs by FROM, which some engines fetch. Write GRAPH in the pattern."
            start = next(start for _, lexeme, start in tokens(text) if lexeme.upper() == "FROM")
            raise _refusal(text, start, reason, "dataset")
    except RefusedQueryError as error:
        message = f"{name}: {error}"
        raise SourceError(message, path=name, line=error.line) from None


def check_dataset(text: str, base: str = "") -> bool:
    """Return whether FROM or FROM NAMED chooses graphs for a query.

    Relative IRIs are resolved against `base`. Raises `RefusedQueryError` for an unknown graph,
    which the standard would fetch.
    """
    prefixes = dict(PREFIXES)
    has_from = False
    significant = [token for token in tokens(text) if token[0] != "comment"]
    for (_, lexeme, _), (kind, name, start), (_, iri, _) in zip(
        significant, significant[1:], [*significant[2:], ("", "", 0)], strict=False
    ):
        word = lexeme.upper()
        if word == "BASE" and kind == "iri":
            base = _resolved(name, base)
        elif word == "PREFIX" and kind == "name":
            prefixes[name.removesuffix(":")] = _resolved(iri, base)
        elif word in ("FROM", "NAMED") and kind in ("iri", "name"):
            has_from = True
            prefix, _, local = name.partition(":")
            named = _resolved(name, base) if kind == "iri" else prefixes.get(prefix, "") + local
            if named not in GRAPHS.values():
                reason = (
                    f"reads {name}, which is no graph here, and nothing is fetched. "
                    f"FROM takes {', '.join(f'g:{graph}' for graph in GRAPHS)}."
                )
                raise _refusal(text, start, reason, "dataset")
    return has_from


def check_names(graphs: Iterable[str]) -> None:
    """Raise `RefusedQueryError` if one of the IRIs `graphs` names no graph of ours."""
    for name in graphs:
        if name not in GRAPHS.values():
            message = (
                f"<{name}> is no graph here, and nothing is fetched. "
                f"There are {', '.join(f'<{iri}>' for iri in GRAPHS.values())}."
            )
            raise RefusedQueryError(message, None, None, "dataset")


def words(text: str) -> Iterator[tuple[str, int]]:
    """Yield each bare word of a query, that is, each keyword, with its line."""
    for kind, lexeme, start in tokens(text):
        if kind == "word":
            yield lexeme, text.count("\n", 0, start) + 1


def tokens(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the kind, text and offset of each token of a query, including comments."""
    for token in _TOKEN.finditer(text):
        yield str(token.lastgroup), token[0], token.start()


def order_of_star(text: str) -> list[str]:
    """Return the variables of a query that begins with SELECT *, in order of appearance.

    Empty for any other query. Some may not be visible outside the pattern.
    """
    names: dict[str, None] = {}
    stars, after_select = False, False
    for kind, lexeme, _ in tokens(text):
        if kind == "word" and lexeme.upper() == "SELECT" and not stars:
            after_select = True
        elif after_select and lexeme.upper() not in ("DISTINCT", "REDUCED") and kind != "comment":
            if lexeme != "*":
                return []
            stars, after_select = True, False
        elif kind == "operand" and lexeme[0] in "?$":
            names[lexeme[1:]] = None
    return list(names) if stars else []


def projection(text: str) -> list[str]:
    """Return the columns that a SELECT names, in order; empty for SELECT * and other forms."""
    names: list[str] = []
    is_open, depth, before = False, 0, ""
    for kind, lexeme, _ in tokens(text):
        word = lexeme.upper()
        if kind == "comment":
            continue
        if not is_open:
            is_open = kind == "word" and word == "SELECT"
            if kind == "word" and word in ("ASK", "CONSTRUCT", "DESCRIBE"):
                return []
        elif depth == 0 and (word in ("*", "WHERE", "FROM") or lexeme == "{"):
            return [] if lexeme == "*" else names
        elif lexeme in ("(", ")"):
            depth += 1 if lexeme == "(" else -1
        elif (
            kind == "operand" and lexeme[0] in "?$" and (depth == 0 or (depth, before) == (1, "AS"))
        ):
            names.append(lexeme[1:])
        before = word
    return names


def _is_expression(opened: list[str]) -> bool:
    """Return whether a comparison is possible here: in parentheses that are no VALUES row."""
    return opened[-1:] == ["("] and opened[-2:-1] != ["values"]


def _resolved(iri: str, base: str) -> str:
    """Return the IRI between < and >, with its escapes decoded, resolved against `base`."""
    from urllib.parse import urljoin

    inside = re.sub(
        r"\\u([0-9A-Fa-f]{4})|\\U([0-9A-Fa-f]{8})",
        lambda escape: chr(int(escape[1] or escape[2], 16)),
        iri[1:-1],
    )
    return urljoin(base, inside)


def _refusal(text: str, offset: int, problem: str, reason: str = "complexity") -> RefusedQueryError:
    line = text.count("\n", 0, offset) + 1
    column = offset - text.rfind("\n", 0, offset)
    message = f"The query, at line {line}, column {column}, {problem}"
    return RefusedQueryError(message, line, column, reason)
