"""The style of a question file, which keeps it readable, and alike on every engine.

The query is read from its tokens, and its syntax by the embedded engine; what that takes beside the
words of SPARQL 1.1 is no standard SPARQL.
"""

from __future__ import annotations

import re
from itertools import pairwise
from types import MappingProxyType

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
from crampkg.questions.outline import WORDS, Outline
from crampkg.vocabulary import GRAPHS, PREFIXES, XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crampkg.model import Parameter, Question
    from crampkg.questions.outline import Select, Values

#: The checks of this module, with what each sees to.
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

#: As the standard spells them, who else is in upper case.
_SPELT = frozenset(
    ("a", "true", "false", "isBlank", "isIRI", "isLiteral", "isNumeric", "isURI", "sameTerm")
)


def lint(name: str, text: str, texts: Mapping[str, str] = MappingProxyType({})) -> list[Finding]:
    """Return what is wrong with the style of the question file called `name`.

    `texts` has the source files by name, for what the question shares.
    """
    if name.startswith(FOLDER):
        try:
            read_shared(name, text)
        except SourceError as error:
            return [_from_error("shared", name, error, error.line)]
        return list(_style(name, text))
    try:
        question = parse(name, text)
    except SourceError as error:
        return [_from_error("header", name, error, error.line)]
    findings = [*_header(name, question), *_style(name, text)]
    if any(finding.check == "question-syntax" for finding in findings):
        return findings
    outline = Outline(text)
    try:
        joined = Outline(join(name, text, shared_columns(texts)))
    except SourceError as error:
        return [*findings, _from_error("shared", name, error, error.line)]
    for column in question.overview:
        if column not in joined.query.columns:
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


def _style(name: str, text: str) -> Iterator[Finding]:
    """Yield what is wrong with a query; after a fault of its syntax nothing more."""
    yield from _layout(name, text)
    yield from _keywords(name, text)
    try:
        guard.check(text)
        EmbeddedEngine(b"").query(text)
    except QueryError as error:
        if error.line is not None:  # what parses and does not run calls a function: see below
            yield _from_error("syntax", name, error, error.line)
            return
    for word, line in guard.words(text):
        if word != "a" and word.upper() not in WORDS:
            problem = f"{word} is no word of SPARQL 1.1."
            remedy = "Mend it; what one engine adds to SPARQL does not run on another."
            yield _finding("syntax", name, line, problem, remedy)
            return
    outline = Outline(text)
    yield from _prefixes(name, outline)
    yield from _query(name, outline)


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


def _keywords(name: str, text: str) -> Iterator[Finding]:
    for word, line in guard.words(text):
        if word not in _SPELT and word != word.upper():
            problem = f"The keyword {word} is not in upper case."
            yield _finding("keyword", name, line, problem, f"Write {word.upper()}.")


def _prefixes(name: str, outline: Outline) -> Iterator[Finding]:
    for before, after in pairwise(outline.prefixes):
        if before.name is not None and after.name is not None and after.name <= before.name:
            problem = f"The prefix {after.name} stands after {before.name}."
            yield _finding("prefix", name, after.line, problem, "Sort the prefixes, each once.")
    for prefix in sorted(outline.names.difference(each.name or "" for each in outline.prefixes)):
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
        [outline.expanded(term) for term in each.terms]
        for variable in sorted(variables)
        for each in _of(outline.query, variable)
    ]
    if values != [[parameter.default or "UNDEF"]] * len(lines):
        problem = f"The values of {what} in the query are not its default in the header."
        remedy = "Write the same value in both, UNDEF for no default."
        yield _finding("parameter", name, number, problem, remedy)


def _of(select: Select, variable: str) -> list[Values]:
    """Return the VALUES of one variable in a SELECT and below it."""
    return [values for values in select.values if values.variables == [variable]]


def _from_error(check: str, name: str, error: CrampkgError, line: int | None) -> Finding:
    said = str(error).removeprefix(f"{name}, line {line}: ").removeprefix(f"{name}: ")
    problem, stop, remedy = said.rpartition(". ")
    if not stop:
        problem, remedy = said.removesuffix("."), "Mend the file."
    return _finding(check, name, line, f"{problem}.", remedy)


def _finding(check: str, name: str, line: int | None, problem: str, remedy: str) -> Finding:
    return Finding(f"question-{check}", name, line, "", problem[:1].upper() + problem[1:], remedy)
