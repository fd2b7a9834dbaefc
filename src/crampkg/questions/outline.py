"""The outline of a query, read from its tokens: SELECTs, graphs, VALUES, names and functions."""

from __future__ import annotations

import re
from typing import NamedTuple

from crampkg.engine import guard

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

#: Every word of SPARQL 1.1 (its grammar, section 19.8), but for those of updates.
WORDS = frozenset(
    re.findall(
        r"\w+",
        """
        a ABS AS ASC ASK AVG BASE BIND BNODE BOUND BY CEIL COALESCE CONCAT CONSTRUCT CONTAINS
        COUNT DATATYPE DAY DESC DESCRIBE DISTINCT ENCODE_FOR_URI EXISTS FALSE FILTER FLOOR FROM
        GRAPH GROUP GROUP_CONCAT HAVING HOURS IF IN IRI ISBLANK ISIRI ISLITERAL ISNUMERIC ISURI
        LANG LANGMATCHES LCASE LIMIT MAX MD5 MIN MINUS MINUTES MONTH NAMED NOT NOW OFFSET OPTIONAL
        ORDER PREFIX RAND REDUCED REGEX REPLACE ROUND SAMETERM SAMPLE SECONDS SELECT SEPARATOR
        SERVICE SHA1 SHA256 SHA384 SHA512 SILENT STR STRAFTER STRBEFORE STRDT STRENDS STRLANG
        STRLEN STRSTARTS STRUUID SUBSTR SUM TIMEZONE TRUE TZ UCASE UNDEF UNION URI UUID VALUES
        WHERE YEAR
        """,
    )
)
_MODIFIERS = frozenset(("GROUP", "HAVING", "ORDER", "LIMIT", "OFFSET"))
_TERMS = ("iri", "name", "operand")


class Prefix(NamedTuple):
    """A declaration of the prologue; `name` is None for BASE."""

    name: str | None
    iri: str
    line: int


class Values(NamedTuple):
    """A VALUES block: its variables, and its terms as they stand there."""

    variables: list[str]
    terms: list[str]


class Select:
    """A SELECT or sub-SELECT; a CONSTRUCT is held as one without columns."""

    def __init__(self) -> None:
        self.columns: list[str] = []
        self.ordered = False
        #: Whether its own clauses, not those of its pattern, hold GROUP_CONCAT.
        self.concatenates = False
        self.variables: set[str] = set()
        self.values: list[Values] = []
        self.inner: list[Select] = []


class Outline:
    """What the lint of questions wants to know of a query that parses."""

    def __init__(self, text: str) -> None:
        self.form = ""
        self.prefixes: list[Prefix] = []
        self.query = Select()
        #: What GRAPH names, with the line.
        self.graphs: list[tuple[str, int]] = []
        #: The lines of FROM, of terms that stand in a pattern outside GRAPH, of called functions.
        self.datasets: list[int] = []
        self.bare: list[int] = []
        self.functions: list[tuple[str, int]] = []
        self.names: set[str] = set()
        _Reader(text, self).read()

    def expanded(self, term: str) -> str:
        """Return an IRI as it is meant, or the lexical form of a literal."""
        if term.startswith("<"):
            return term[1:-1]
        if term[0] in "\"'":
            return term.strip(term[0])
        prefix, colon, local = term.partition(":")
        namespaces = {each.name: each.iri for each in self.prefixes}
        return namespaces.get(prefix, "") + local if colon else term


class _Frame:
    """An open bracket: what it holds, and the SELECT that stands right in it."""

    def __init__(self, bracket: str, role: str) -> None:
        self.bracket = bracket
        self.role = role
        self.select: Select | None = None


class _Reader:
    """Reads the tokens of one query into an outline, once and from left to right."""

    def __init__(self, text: str, outline: Outline) -> None:
        self._tokens = list(_lines(text))
        self._outline = outline
        self._frames = [_Frame("", "top")]
        self._values: Values | None = None
        self._role = "group"  # of the next {
        self._projecting = False  # whether variables outside of all brackets are columns

    def read(self) -> None:
        before = ""
        for number, (kind, said, line) in enumerate(self._tokens):
            after = self._tokens[number + 1][1] if number + 1 < len(self._tokens) else ""
            if kind == "open":
                self._open(said, line)
            elif kind == "close":
                self._close()
            elif kind == "word":
                self._word(said.upper(), line)
            elif kind in _TERMS:
                self._term(kind, said, line, before, after)
            before = said.upper()

    def _open(self, bracket: str, line: int) -> None:
        frame = self._frames[-1]
        if bracket == "[" and self._is_bare(frame):
            self._outline.bare.append(line)
        role = self._role if bracket == "{" else "expression"
        if bracket == "{":
            self._role = "group"
        self._frames.append(_Frame(bracket, role))

    def _close(self) -> None:
        closed = self._frames.pop()
        if closed.role == "values":
            self._values = None

    def _word(self, word: str, line: int) -> None:
        frame = self._frames[-1]
        if word in ("SELECT", "CONSTRUCT"):
            top = frame.role == "top"
            select = self._outline.query if top else Select()
            if top:
                self._outline.form = word
                self._projecting = True
            for outer in self._selects():
                outer.inner.append(select)
            frame.select = select
            self._role = "template" if word == "CONSTRUCT" else "group"
        elif word == "WHERE":
            self._role = "group"
        elif word == "GRAPH":
            self._role = "graph"
        elif word == "VALUES":
            self._role = "values"
            self._values = Values([], [])
            for select in self._selects():
                select.values.append(self._values)
        elif word == "UNDEF" and self._values:
            self._values.terms.append(word)
        elif word == "FROM":
            self._outline.datasets.append(line)
        elif word in _MODIFIERS and frame.select:
            self._projecting = self._projecting and frame is not self._frames[0]
            frame.select.ordered = frame.select.ordered or word == "ORDER"
        elif word == "GROUP_CONCAT":
            around = next(each for each in reversed(self._frames) if each.bracket in ("{", ""))
            if around.select:
                around.select.concatenates = True

    def _term(self, kind: str, said: str, line: int, before: str, after: str) -> None:
        frame = self._frames[-1]
        variable = said[1:] if said[0] in "?$" else ""
        if kind == "name" and before != "PREFIX":
            self._outline.names.add(said.partition(":")[0])
        if variable:
            for select in self._selects():
                select.variables.add(variable)
        if before in ("PREFIX", "BASE"):
            self._declare(kind, said, line)
        elif self._role == "graph" and before == "GRAPH":
            self._outline.graphs.append((said, line))
        elif self._values is not None:
            (self._values.variables if variable else self._values.terms).append(variable or said)
        elif kind != "operand" and after == "(" and (frame.bracket == "(" or before == "FILTER"):
            self._outline.functions.append((said, line))
        elif self._is_projected(frame, before) and variable:
            self._outline.query.columns.append(variable)
        elif self._is_bare(frame):
            self._outline.bare.append(line)

    def _declare(self, kind: str, said: str, line: int) -> None:
        """Take a declaration; its IRI is the token after the prefix."""
        if kind == "iri":
            self._outline.prefixes.append(Prefix(None, said[1:-1], line))
            return
        iri = next(each for each in self._tokens if each[2] >= line and each[0] == "iri")
        self._outline.prefixes.append(Prefix(said.removesuffix(":"), iri[1][1:-1], line))

    def _is_projected(self, frame: _Frame, before: str) -> bool:
        """Tell whether a variable here is a column of the whole query."""
        if not self._projecting:
            return False
        return frame is self._frames[0] or (frame is self._frames[1] and before == "AS")

    def _is_bare(self, frame: _Frame) -> bool:
        """Tell whether a term here begins or continues a triple that no GRAPH is around."""
        around = any(each.role in ("graph", "template") for each in self._frames)
        return frame.bracket == "{" and frame.role == "group" and not frame.select and not around

    def _selects(self) -> Iterator[Select]:
        return (frame.select for frame in self._frames if frame.select)


def _lines(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the kind, the text and the line of each token that is no comment."""
    line, at = 1, 0
    for kind, said, start in guard.tokens(text):
        line += text.count("\n", at, start)
        at = start
        if kind != "comment":
            yield kind, said, line
