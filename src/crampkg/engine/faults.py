"""Syntax errors of queries, located and explained."""

from __future__ import annotations

import re
from itertools import pairwise

from crampkg.engine.guard import tokens
from crampkg.errors import QueryError
from crampkg.vocabulary import written_prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

_PLACE = re.compile(r"error at (\d+):(\d+): (?:expected )?(.*)", re.DOTALL)
_FORM = re.compile(r"\b(?:SELECT|ASK|CONSTRUCT|DESCRIBE)\b", re.IGNORECASE)
#: Phrases in Oxigraph's list of expected characters.
_PHRASE = re.compile(r"(?:^|one of |, )([A-Z][a-z]+(?: [\w'?-]+){2,})")
_IRI = re.compile(r"<[^<>]*>")
_ABSOLUTE = re.compile(r"<[A-Za-z][A-Za-z0-9+.-]*:")
_CLOSING = {"{": "}", "(": ")", "[": "]"}

#: The number of characters shown on each side of a fault, and of a token.
_SHOWN = 60

#: Wider than the longest keyword of SPARQL.
_GAP = " " * 20


def located(error: SyntaxError, text: str, parse: Callable[[str], object]) -> QueryError:
    """Turn Oxigraph's `error at 2:9: expected one of ...` into a sentence about one token.

    `parse` is called with a stretched text. Oxigraph consumes as many characters as a keyword has
    before comparing, so the position that it reports can be a dozen characters behind the fault.
    With wide gaps between tokens it lies before the next token.
    """
    stretched, starts = _stretch(text)
    message = str(error)
    try:
        parse(stretched)
    except SyntaxError as again:
        message = str(again)
    else:
        stretched, starts = text, [(place, place) for place in range(len(text) + 1)]
    match = _PLACE.match(message)
    if match is None:
        return QueryError(f"The query does not parse: {message}")
    reached = _offset(stretched, int(match[1]), int(match[2]))
    offset = max((place for start, place in starts if start <= reached), default=0)
    if "uplicated variable" in match[3] or "existing variable" in match[3]:
        offset = _repeated(text) or offset
    if "unbound" in match[3]:
        offset = _ungrouped(text) or offset
    offset, reason = _endless(text, offset, match[3]) or (offset, _reason(match[3], text, offset))
    begin = text.rfind("\n", 0, offset) + 1
    line, column = text.count("\n", 0, offset) + 1, offset - begin + 1
    shown, place = _excerpt(text[begin:].partition("\n")[0].expandtabs(1), column - 1)
    return QueryError(
        f"The query does not parse at line {line}, column {column}: {reason}\n"
        f"  {shown}\n  {' ' * place}^",
        line,
        column,
    )


def _excerpt(line: str, place: int) -> tuple[str, int]:
    """Return the part of a long line around a position, and the position within it."""
    begin = max(0, place - _SHOWN)
    before = "..." if begin else ""
    after = "..." if len(line) > place + _SHOWN else ""
    return f"{before}{line[begin : place + _SHOWN]}{after}", len(before) + place - begin


def _stretch(text: str) -> tuple[str, list[tuple[int, int]]]:
    """Return `text` with gaps between tokens, and the position of each token in both."""
    stretched = ""
    starts = []
    end, before = 0, "open"
    for kind, token, start in tokens(text):
        if kind == "comment":
            continue
        # A sign or a suffix stays with its neighbour; brackets and stops are separate.
        if start > end or {kind, before} & {"open", "close"} or token in {".", ",", ";"}:
            stretched += _GAP
        starts.append((len(stretched), start))
        stretched += token
        end, before = start + len(token), kind
    stretched += _GAP
    starts.append((len(stretched), len(text.rstrip())))
    return stretched, starts


def _reason(expected: str, text: str, offset: int) -> str:
    token = next((word for _, word, start in tokens(text) if start == offset), "")
    if not _FORM.search(text):
        return "a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, after its prefixes."
    if "Prefix not found" in expected:
        prefix = token.partition(":")[0]
        return f"the prefix {prefix}: is not declared. Declare it with PREFIX, or write the IRI."
    if "unbound" in expected:
        return (
            "the SELECT names a variable that GROUP BY does not. Group by it, or put it in an "
            "aggregate."
        )
    if phrase := _PHRASE.search(expected):
        return f"{phrase[1][:1].lower()}{phrase[1][1:]}."
    if not token:
        opened = _open(text)
        if opened:
            what, line = opened
            return f"the query ends before the {what} of line {line} is closed by {_CLOSING[what]}."
        return "the query ends too early."
    prefix, colon, _ = token.partition(":")
    if colon and token[0] != "<" and prefix not in _declared(text):
        return f"the prefix {prefix}: is not declared. Declare it with PREFIX, or write the IRI."
    shown = token if len(token) <= _SHOWN else f"{token[:_SHOWN]}..."
    if _IRI.fullmatch(token):
        if not _ABSOLUTE.match(token) and not _has_base(text):
            return f"the IRI {shown} is relative. Write it whole, or declare what BASE it is of."
        if _ABSOLUTE.match(token) and "IRI parsing failed" in expected:
            return f"{shown} is no IRI: see that each character may stand where it does."
    return f"{shown} cannot stand here."


def _has_base(text: str) -> bool:
    """Return whether a query declares a whole IRI as its BASE."""
    words = [word for kind, word, _ in tokens(text) if kind != "comment"]
    return any(word.upper() == "BASE" and _ABSOLUTE.match(iri) for word, iri in pairwise(words))


def _declared(text: str) -> set[str]:
    """Return the prefixes available to a query: ours, and those that it declares."""
    prefixes = set(written_prefixes())
    before = ""
    for kind, token, _ in tokens(text):
        if kind == "name" and before == "PREFIX":
            prefixes.add(token.partition(":")[0])
        before = token.upper()
    return prefixes


def _ungrouped(text: str) -> int | None:
    """Return the position at which a SELECT names a variable missing from its GROUP BY."""
    chosen: list[tuple[str, int]] = []
    grouped: set[str] = set()
    depth, part = 0, ""
    for kind, lexeme, start in tokens(text):
        depth += {"open": 1, "close": -1}.get(kind, 0)
        word = lexeme.upper()
        if depth == 0 and word in ("SELECT", "WHERE", "GROUP", "HAVING", "ORDER", "LIMIT"):
            part = word
        elif lexeme == "{":
            part = ""
        elif lexeme[0] in "?$" and part == "SELECT" and depth == 0:
            chosen.append((lexeme[1:], start))
        elif lexeme[0] in "?$" and part == "GROUP":
            grouped.add(lexeme[1:])
    return next((start for name, start in chosen if name not in grouped), None)


def _endless(text: str, offset: int, expected: str) -> tuple[int, str] | None:
    """Return where the string or IRI begins that has no end, if that is what is wrong."""
    opening = {'"', "'"} if '\\"' in expected or "'" in expected else set()
    if '">"' in expected:
        opening = {"<"}
    for _, lexeme, start in tokens(text):
        if lexeme in opening and start <= offset:
            what = "IRI" if lexeme == "<" else "string"
            return start, f"the {what} that begins here has no end."
    return None


def _repeated(text: str) -> int | None:
    """Return the position at which a SELECT names a variable for the second time."""
    names: set[str] = set()
    depth, select, before = 0, -1, ""  # `select` is the depth of the current SELECT
    for kind, lexeme, start in tokens(text):
        depth += {"open": 1, "close": -1}.get(kind, 0)
        if lexeme.upper() in ("SELECT", "{"):
            select = depth if lexeme != "{" else -1
            names.clear()
        is_named = depth == select or (depth == select + 1 and before.upper() == "AS")
        if lexeme[0] in "?$" and select >= 0 and is_named:
            if lexeme[1:] in names:
                return start
            names.add(lexeme[1:])
        before = lexeme
    return None


def _open(text: str) -> tuple[str, int] | None:
    """Return the innermost unclosed bracket, and its line."""
    opened = []
    for kind, lexeme, start in tokens(text):
        if kind == "open":
            opened.append((lexeme, text.count("\n", 0, start) + 1))
        elif kind == "close" and opened:
            opened.pop()
    return opened[-1] if opened else None


def _offset(text: str, line: int, column: int) -> int:
    begin = 0
    for _ in range(line - 1):
        begin = text.index("\n", begin) + 1
    return begin + column - 1
