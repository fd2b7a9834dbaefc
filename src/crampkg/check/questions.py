"""The style of question files, which keeps them readable, and portable between engines.

The query is read from its tokens, and the embedded engine checks its syntax; extensions accepted by
the engine are not standard SPARQL.
"""

from __future__ import annotations

import re
from itertools import pairwise
from types import MappingProxyType
from typing import NamedTuple

from crampkg.engine import guard
from crampkg.engine.embedded import EmbeddedEngine
from crampkg.errors import CrampkgError, QueryError, SourceError
from crampkg.library import (
    FOLDER,
    KEYS,
    OPTIONAL_KEYS,
    join,
    parse,
    read_header,
    read_shared,
    shared_columns,
)
from crampkg.model import Finding
from crampkg.vocabulary import GRAPHS, PREFIXES, XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crampkg.model import Parameter, Question

#: The checks of this module, with one line on each.
QUESTION_CHECKS = {
    "question-header": "The header is complete, in the usual order, and its id is the file's name.",
    "question-gap": "The {gaps} in the question are its parameters, those in its silence some.",
    "question-overview": "The columns of an overview are columns of the query.",
    "question-layout": "One blank line after the header; no tabs, trailing blanks or long lines.",
    "question-shared": "Shared columns stand in a file of `queries/shared/` and have their place.",
    "question-syntax": "The query is SPARQL 1.1, asks no other server and changes nothing.",
    "question-keyword": "Keywords are in upper case, except `a`, `true`, `false` and the like.",
    "question-prefix": "Prefixes are sorted, spelt as everywhere, and only those in use.",
    "question-order": "A SELECT has an ORDER BY.",
    "question-graph": "Every pattern is inside GRAPH with a name of ours; there is no FROM.",
    "question-parameter": (
        "Each parameter has a marked VALUES line with its default; so has a sub-SELECT using it; "
        "rows name the value that they answer."
    ),
    "question-concat": "GROUP_CONCAT stands over a sub-SELECT that is ordered.",
    "question-extension": "No function is called that the standard does not have.",
}

_GAP = re.compile(r"\{(\w*)\}")
_MARKED = re.compile(r"^\s*VALUES \?(\w+) \{ (\S.*) \} # param: (\S+)$")
#: The longest line, in the query and in the header, in characters.
_WIDTH, _HEADER_WIDTH = 100, 120

#: Keywords that the standard writes in lower or mixed case.
_SPELT = frozenset(
    ("a", "true", "false", "isBlank", "isIRI", "isLiteral", "isNumeric", "isURI", "sameTerm")
)


#: Every keyword of SPARQL 1.1 queries (its grammar, section 19.8).
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
    """A VALUES block: its variables, and its terms as written."""

    variables: list[str]
    terms: list[str]


class Select:
    """A SELECT or sub-SELECT; a CONSTRUCT is represented as one without columns."""

    def __init__(self) -> None:
        self.columns: list[str] = []
        self.ordered = False
        #: Whether its own clauses, not its pattern, contain GROUP_CONCAT.
        self.concatenates = False
        self.variables: set[str] = set()
        self.values: list[Values] = []
        self.inner: list[Select] = []


class Outline:
    """The structure of a valid query, as far as the lint of questions needs it."""

    def __init__(self, text: str) -> None:
        self.form = ""
        self.prefixes: list[Prefix] = []
        self.query = Select()
        #: The names after GRAPH, with their lines.
        self.graphs: list[tuple[str, int]] = []
        #: The lines of FROM, of terms in patterns outside GRAPH, and of function calls.
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
        namespaces = {prefix.name: prefix.iri for prefix in self.prefixes}
        return namespaces.get(prefix, "") + local if colon else term


def lint(name: str, text: str, texts: Mapping[str, str] = MappingProxyType({})) -> list[Finding]:
    """Return the findings on the style of the question file `name`.

    `texts` has the source files by name, for shared columns.
    """
    if name.startswith(FOLDER):
        try:
            read_shared(name, text)
        except SourceError as error:
            return [_from_error("shared", name, error, error.line)]
        return _style(name, text)[0]
    try:
        question = parse(name, text)
    except SourceError as error:
        return [_from_error("header", name, error, error.line)]
    style, outline = _style(name, text)
    findings = [*_header(name, question), *style]
    if outline is None:
        return findings
    try:
        joined = join(name, text, shared_columns(texts))
    except SourceError as error:
        return [*findings, _from_error("shared", name, error, error.line)]
    columns = Outline(joined).query.columns if question.overview else []
    for column in question.overview:
        if column not in columns:
            problem = f"The overview has the column {column}, which the query does not select."
            remedy = "Name one that stands after SELECT, without its question mark."
            findings.append(_finding("overview", name, 1, problem, remedy))
    asked = {"asked", "askedLabel"}
    if question.params and question.form == "select" and not asked.issubset(outline.query.columns):
        problem = "The rows do not say which value of a parameter each of them answers."
        remedy = "Select ?asked, the value, and ?askedLabel."
        findings.append(_finding("parameter", name, None, problem, remedy))
    for parameter in question.params:
        findings += _parameter(name, text, parameter, outline)
    return findings


def _style(name: str, text: str) -> tuple[list[Finding], Outline | None]:
    """Return the findings on a query, and its outline; None after a syntax error."""
    words = list(guard.words(text))
    findings = [*_layout(name, text), *_keywords(name, words)]
    try:
        guard.check(text)
        EmbeddedEngine(b"").query(text)
    except QueryError as error:
        if error.line is not None:  # a query that parses but fails calls a function: see below
            return [*findings, _from_error("syntax", name, error, error.line)], None
    for word, line in words:
        if word != "a" and word.upper() not in WORDS:
            problem = f"{word} is no word of SPARQL 1.1."
            remedy = "Mend it; what one engine adds to SPARQL does not run on another."
            return [*findings, _finding("syntax", name, line, problem, remedy)], None
    outline = Outline(text)
    return [*findings, *_prefixes(name, outline), *_query(name, outline)], outline


def _header(name: str, question: Question) -> Iterator[Finding]:
    if name.rpartition("/")[2] != f"{question.id}.rq":
        problem = f"The id is {question.id}."
        yield _finding("header", name, 1, problem, f"Name the file {question.id}.rq.")
    keys = tuple(read_header(name, question.text))
    if tuple(key for key in keys if key not in OPTIONAL_KEYS) != KEYS:
        problem = f"The keys stand in the order {', '.join(keys)}."
        yield _finding("header", name, 1, problem, f"Put them in the order {', '.join(KEYS)}.")
    names = [parameter.name for parameter in question.params]
    asked = _GAP.findall(question.question)
    for gap in [*asked, *_GAP.findall(question.silence + question.note)]:
        if gap not in names:
            problem = f"There is a gap {{{gap}}}, and no such parameter."
            known = ", ".join(names) or "none"
            yield _finding("gap", name, 1, problem, f"Use one of the parameters: {known}.")
    for parameter in names:
        if parameter not in asked:
            problem = f"The question does not say where its parameter {parameter} enters."
            yield _finding("gap", name, 1, problem, f"Put {{{parameter}}} into it.")


def _layout(name: str, text: str) -> Iterator[Finding]:
    lines = text.split("\n")
    top = next(number for number, line in enumerate(lines) if not line.startswith("#"))
    if lines[top] or not "".join(lines[top + 1 : top + 2]).strip():
        problem = "The header does not end with one blank line."
        yield _finding("layout", name, top + 1, problem, "Put one blank line after it.")
    for number, line in enumerate(lines, 1):
        if line != line.rstrip() or "\t" in line:
            problem = "The line has a tab or ends in blanks."
            yield _finding("layout", name, number, problem, "Indent by two spaces, end in none.")
        width = _HEADER_WIDTH if number <= top else _WIDTH
        if len(line) > width:
            problem = f"The line has {len(line)} characters."
            yield _finding("layout", name, number, problem, f"Break it: {width} are the most.")


def _keywords(name: str, words: list[tuple[str, int]]) -> Iterator[Finding]:
    for word, line in words:
        if word not in _SPELT and word != word.upper():
            problem = f"The keyword {word} is not in upper case."
            yield _finding("keyword", name, line, problem, f"Write {word.upper()}.")


def _prefixes(name: str, outline: Outline) -> Iterator[Finding]:
    for before, after in pairwise(outline.prefixes):
        if before.name is not None and after.name is not None and after.name <= before.name:
            problem = f"The prefix {after.name} stands after {before.name}."
            yield _finding("prefix", name, after.line, problem, "Sort the prefixes, each once.")
    for prefix in sorted(outline.names.difference(p.name or "" for p in outline.prefixes)):
        problem = f"The prefix {prefix} is used and not declared."
        remedy = "Declare it, so that the file runs anywhere."
        yield _finding("prefix", name, None, problem, remedy)
    for declared in outline.prefixes:
        known = PREFIXES.get(declared.name or "")
        if declared.name is None:
            problem, remedy = "There is a BASE.", "Write IRIs in full, or with a prefix."
        elif known != declared.iri:
            problem = f"The prefix {declared.name} is not declared as in all other files."
            remedy = f"Declare it as <{known}>." if known else f"Use one of {', '.join(PREFIXES)}."
        elif declared.name not in outline.names:
            problem = f"The prefix {declared.name} is declared and not used."
            remedy = "Take the line out."
        else:
            continue
        yield _finding("prefix", name, declared.line, problem, remedy)


def _query(name: str, outline: Outline) -> Iterator[Finding]:
    if outline.form == "SELECT" and not outline.query.ordered:
        problem = "The rows come in no order of their own, so each engine gives them in another."
        yield _finding("order", name, None, problem, "Add an ORDER BY that settles every row.")
    for line in outline.datasets[:1]:
        problem = "FROM makes another dataset, which each engine reads in another way."
        yield _finding("graph", name, line, problem, "Use GRAPH in the pattern.")
    for line in outline.bare[:1]:
        problem = "A pattern stands outside of GRAPH, where each engine sees another graph."
        remedy = "Put it inside GRAPH g:claims { } or another of the five."
        yield _finding("graph", name, line, problem, remedy)
    for term, line in outline.graphs:
        graph = outline.expanded(term)
        if graph not in GRAPHS.values():
            variable = term[0] in "?$"
            problem = "GRAPH has a variable." if variable else f"GRAPH <{graph}> is none of ours."
            remedy = f"Name one of g:{', g:'.join(GRAPHS)}."
            yield _finding("graph", name, line, problem, remedy)
    for select in (outline.query, *outline.query.inner):
        if select.concatenates and not any(inner.ordered for inner in select.inner):
            problem = "GROUP_CONCAT joins in any order."
            remedy = "Let it read from a sub-SELECT with an ORDER BY."
            yield _finding("concat", name, None, problem, remedy)
    for term, line in outline.functions:
        function = outline.expanded(term)
        if not function.startswith(XSD):
            problem = f"<{function}> is no function of SPARQL 1.1."
            remedy = "Say it with a built-in function or an XSD cast."
            yield _finding("extension", name, line, problem, remedy)


def _parameter(name: str, text: str, parameter: Parameter, outline: Outline) -> Iterator[Finding]:
    what = parameter.name
    lines = [
        (number, line)
        for number, line in enumerate(text.split("\n"), 1)
        if line.endswith(f" # param: {what}")
    ]
    variables = set()
    for number, line in lines:
        marked = _MARKED.match(line)
        if marked is None:
            problem = f"{what} has a line that is not `VALUES ?x {{ ... }} # param: {what}`."
            yield _finding("parameter", name, number, problem, "Write the line so.")
            return
        variables.add(marked[1])
    number = lines[0][0]
    for variable in sorted(variables):
        for inner in outline.query.inner:
            if variable in inner.variables and not _of(inner, variable):
                problem = f"?{variable}, the parameter {what}, is used in a sub-SELECT."
                remedy = "A sub-SELECT knows no outer value: use it outside, or mark a line inside."
                yield _finding("parameter", name, number, problem, remedy)
    values = [
        [outline.expanded(term) for term in values.terms]
        for variable in sorted(variables)
        for values in _of(outline.query, variable)
    ]
    if values != [[parameter.default or "UNDEF"]] * len(lines):
        problem = f"The values of {what} in the query are not its default in the header."
        remedy = "Write the same value in both, UNDEF for no default."
        yield _finding("parameter", name, number, problem, remedy)


def _of(select: Select, variable: str) -> list[Values]:
    """Return the VALUES of one variable in a SELECT and below it."""
    return [values for values in select.values if values.variables == [variable]]


def _from_error(check: str, name: str, error: CrampkgError, line: int | None) -> Finding:
    text = str(error).removeprefix(f"{name}, line {line}: ").removeprefix(f"{name}: ")
    problem, stop, remedy = text.rpartition(". ")
    if not stop:
        problem, remedy = text.removesuffix("."), "Mend the file."
    return _finding(check, name, line, f"{problem}.", remedy)


def _finding(check: str, name: str, line: int | None, problem: str, remedy: str) -> Finding:
    return Finding(f"question-{check}", name, line, "", problem[:1].upper() + problem[1:], remedy)


class _Frame:
    """An open bracket: its content, and the SELECT directly inside it."""

    def __init__(self, bracket: str, role: str) -> None:
        self.bracket = bracket
        self.role = role
        self.select: Select | None = None


class _Reader:
    """Reads the tokens of a query into an outline, once and from left to right."""

    def __init__(self, text: str, outline: Outline) -> None:
        self._tokens = list(_lines(text))
        self._outline = outline
        self._frames = [_Frame("", "top")]
        self._values: Values | None = None
        self._role = "group"  # the role of the next {
        self._projecting = False  # whether variables outside brackets are columns

    def read(self) -> None:
        before = ""
        for number, (kind, lexeme, line) in enumerate(self._tokens):
            after = self._tokens[number + 1][1] if number + 1 < len(self._tokens) else ""
            if kind == "open":
                self._open(lexeme, line)
            elif kind == "close":
                self._close()
            elif kind == "word":
                self._word(lexeme.upper(), line)
            elif kind in _TERMS:
                self._term(kind, lexeme, line, before, after)
            before = lexeme.upper()

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
            around = next(frame for frame in reversed(self._frames) if frame.bracket in ("{", ""))
            if around.select:
                around.select.concatenates = True

    def _term(self, kind: str, lexeme: str, line: int, before: str, after: str) -> None:
        frame = self._frames[-1]
        variable = lexeme[1:] if lexeme[0] in "?$" else ""
        if kind == "name" and before != "PREFIX":
            self._outline.names.add(lexeme.partition(":")[0])
        if variable:
            for select in self._selects():
                select.variables.add(variable)
        if before in ("PREFIX", "BASE"):
            self._declare(kind, lexeme, line)
        elif self._role == "graph" and before == "GRAPH":
            self._outline.graphs.append((lexeme, line))
        elif self._values is not None:
            (self._values.variables if variable else self._values.terms).append(variable or lexeme)
        elif kind != "operand" and after == "(" and (frame.bracket == "(" or before == "FILTER"):
            self._outline.functions.append((lexeme, line))
        elif self._is_projected(frame, before) and variable:
            self._outline.query.columns.append(variable)
        elif self._is_bare(frame):
            self._outline.bare.append(line)

    def _declare(self, kind: str, lexeme: str, line: int) -> None:
        """Read a declaration; its IRI is the token after the prefix."""
        if kind == "iri":
            self._outline.prefixes.append(Prefix(None, lexeme[1:-1], line))
            return
        iri = next(token for token in self._tokens if token[2] >= line and token[0] == "iri")
        self._outline.prefixes.append(Prefix(lexeme.removesuffix(":"), iri[1][1:-1], line))

    def _is_projected(self, frame: _Frame, before: str) -> bool:
        """Return whether a variable here is a column of the whole query."""
        if not self._projecting:
            return False
        return frame is self._frames[0] or (frame is self._frames[1] and before == "AS")

    def _is_bare(self, frame: _Frame) -> bool:
        """Return whether a term here belongs to a triple outside any GRAPH."""
        around = any(frame.role in ("graph", "template") for frame in self._frames)
        return frame.bracket == "{" and frame.role == "group" and not frame.select and not around

    def _selects(self) -> Iterator[Select]:
        return (frame.select for frame in self._frames if frame.select)


def _lines(text: str) -> Iterator[tuple[str, str, int]]:
    """Yield the kind, text and line of each token, without comments."""
    line, at = 1, 0
    for kind, lexeme, start in guard.tokens(text):
        line += text.count("\n", at, start)
        at = start
        if kind != "comment":
            yield kind, lexeme, line
