"""The style of a question file, which keeps it readable, and alike on every engine.

The file is read by rdflib's SPARQL 1.1 parser: what that refuses is no standard SPARQL.
"""

from __future__ import annotations

import re
from itertools import pairwise

from pyparsing import ParseResults
from pyparsing.exceptions import ParseException
from rdflib.plugins.sparql.parser import parseQuery
from rdflib.plugins.sparql.parserutils import CompValue
from rdflib.term import Literal, URIRef, Variable

from crampkg.engine import guard
from crampkg.errors import CrampkgError, QueryError, SourceError
from crampkg.questions.header import KEYS, OPTIONAL_KEYS, parse, read_header
from crampkg.records import Finding
from crampkg.vocabulary import GRAPHS, PREFIXES, XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.records import Parameter, Question

#: The checks of this module, with what each sees to.
QUESTION_CHECKS = {
    "question-header": "The header is complete, in the usual order, and its id is the file's name.",
    "question-gap": "The {gaps} in the question are its parameters, those in its silence some.",
    "question-overview": "The columns of an overview are columns of the query.",
    "question-layout": "One blank line after the header; no tabs, trailing blanks or long lines.",
    "question-syntax": "The query is SPARQL 1.1, asks no other server and changes nothing.",
    "question-keyword": "Keywords are in upper case, except `a`, `true`, `false` and the like.",
    "question-prefix": "Prefixes are sorted, spelt as everywhere, and only those in use.",
    "question-order": "A SELECT has an ORDER BY.",
    "question-graph": "Every pattern is inside GRAPH with a name of ours; there is no FROM.",
    "question-parameter": (
        "Each parameter has a marked VALUES line with its default; so has a sub-SELECT using it."
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


def lint(name: str, text: str) -> list[Finding]:
    """Return what is wrong with the style of the question file called `name`."""
    try:
        question = parse(name, text)
    except SourceError as error:
        return [_from_error("header", name, error, error.line)]
    findings = [*_header(name, question), *_layout(name, text), *_keywords(name, text)]
    try:
        guard.check(text)
        prologue, query = parseQuery(text)
    except QueryError as error:
        return [*findings, _from_error("syntax", name, error, error.line)]
    except ParseException as error:
        problem = f"This is not SPARQL 1.1, from column {error.column} on."
        remedy = "Mend it; what one engine adds to SPARQL does not run on another."
        return [*findings, _finding("syntax", name, error.lineno, problem, remedy)]
    findings += _prefixes(name, text, prologue, query)
    findings += _query(name, prologue, query)
    projected = {str(each.var or each.evar) for each in query.projection or ()}
    for column in question.overview:
        if column not in projected:
            problem = f"The overview has the column {column}, which the query does not select."
            remedy = "Name one that stands after SELECT, without its question mark."
            findings.append(_finding("overview", name, 1, problem, remedy))
    for parameter in question.params:
        findings += _parameter(name, text, parameter, prologue, query)
    return findings


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
    top = next(number for number, line in enumerate(lines) if not line.startswith("#+"))
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
            yield _finding("layout", name, number, problem, f"Break it before the {width}th.")


def _keywords(name: str, text: str) -> Iterator[Finding]:
    for word, line in guard.words(text):
        if word not in _SPELT and word != word.upper():
            problem = f"The keyword {word} is not in upper case."
            yield _finding("keyword", name, line, problem, f"Write {word.upper()}.")


def _prefixes(name: str, text: str, prologue: ParseResults, query: CompValue) -> Iterator[Finding]:
    declared = [str(declaration.prefix or "") for declaration in prologue]
    lines = text.split("\n")

    def at(prefix: str, problem: str, remedy: str) -> Finding:
        start = f"PREFIX {prefix}:"
        line = next((n for n, line in enumerate(lines, 1) if line.startswith(start)), None)
        return _finding("prefix", name, line, problem, remedy)

    for before, after in pairwise(declared):
        if after <= before:
            problem = f"The prefix {after} stands after {before}."
            yield at(after, problem, "Sort the prefixes, each once.")
    used = {str(node.prefix or "") for node in _walk(query) if node.name == "pname"}
    for prefix in sorted(used.difference(declared)):
        problem = f"The prefix {prefix} is used and not declared."
        yield at(prefix, problem, "Declare it, so that the file runs anywhere.")
    for declaration in prologue:
        prefix = str(declaration.prefix or "")
        if declaration.name != "PrefixDecl":
            yield at("", "There is a BASE.", "Write IRIs in full, or with a prefix.")
        elif PREFIXES.get(prefix) != str(declaration.iri):
            problem = f"The prefix {prefix} is not declared as in all other files."
            known = PREFIXES.get(prefix)
            remedy = f"Declare it as <{known}>." if known else f"Use one of {', '.join(PREFIXES)}."
            yield at(prefix, problem, remedy)
        elif prefix not in used:
            problem = f"The prefix {prefix} is declared and not used."
            yield at(prefix, problem, "Take the line out.")


def _query(name: str, prologue: ParseResults, query: CompValue) -> Iterator[Finding]:
    if query.name == "SelectQuery" and query.orderby is None:
        problem = "The rows come in no order of their own, so each engine gives them in another."
        yield _finding("order", name, None, problem, "Add an ORDER BY that settles every row.")
    if query.datasetClause is not None:
        problem = "FROM makes another dataset, which each engine reads in another way."
        yield _finding("graph", name, None, problem, "Use GRAPH in the pattern.")
    if any(_bare(query.where)):
        problem = "A pattern stands outside of GRAPH, where each engine sees another graph."
        remedy = "Put it inside GRAPH g:claims { } or another of the five."
        yield _finding("graph", name, None, problem, remedy)
    for node in _walk(query):
        if node.name == "GraphGraphPattern":
            graph = _expanded(node.term, prologue)
            if graph not in GRAPHS.values():
                problem = f"GRAPH <{graph}> is none of ours." if graph else "GRAPH has a variable."
                remedy = f"Name one of g:{', g:'.join(GRAPHS)}."
                yield _finding("graph", name, None, problem, remedy)
        if node.name in ("SelectQuery", "SubSelect") and _concatenates(node):
            inner = [each for each in _walk(node.where) if each.name == "SubSelect"]
            if all(each.orderby is None for each in inner):
                problem = "GROUP_CONCAT joins in any order."
                remedy = "Let it read from a sub-SELECT with an ORDER BY."
                yield _finding("concat", name, None, problem, remedy)
        if node.name == "Function":
            function = _expanded(node.iri, prologue)
            if not function.startswith(XSD):
                problem = f"<{function}> is no function of SPARQL 1.1."
                remedy = "Say it with a built-in function or an XSD cast."
                yield _finding("extension", name, None, problem, remedy)


def _parameter(
    name: str, text: str, parameter: Parameter, prologue: ParseResults, query: CompValue
) -> Iterator[Finding]:
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
    inner = [each for each in _walk(query) if each.name == "SubSelect"]
    for variable in sorted(variables):
        for each in inner:
            used = any(str(term) == variable for term in _variables(each))
            if used and not _inline(each, variable):
                problem = f"?{variable}, the parameter {what}, is used in a sub-SELECT."
                remedy = "A sub-SELECT knows no outer value: use it outside, or mark a line inside."
                yield _finding("parameter", name, number, problem, remedy)
    data = [each for variable in sorted(variables) for each in _inline(query, variable)]
    values = [[_expanded(value, prologue) for value in each.value] for each in data]
    if values != [[parameter.default]] * len(lines):
        problem = f"The values of {what} in the query are not its default in the header."
        yield _finding("parameter", name, number, problem, "Write the same value in both.")


def _inline(node: CompValue, variable: str) -> list[CompValue]:
    """Return the VALUES of one variable below `node`."""
    return [
        data
        for data in _walk(node)
        if data.name == "InlineData" and [str(each) for each in data.var] == [variable]
    ]


def _bare(node: object) -> Iterator[CompValue]:
    """Yield the triple patterns of `node` that no GRAPH is around."""
    if isinstance(node, CompValue):
        if node.name == "GraphGraphPattern":
            return
        if node.name == "TriplesBlock":
            yield node
    for child in _children(node):
        yield from _bare(child)


def _concatenates(select: CompValue) -> bool:
    own = (select.projection, select.having, select.orderby)
    return any(node.name == "Aggregate_GroupConcat" for part in own for node in _walk(part))


def _variables(node: object) -> Iterator[Variable]:
    """Yield the variables in `node`."""
    if isinstance(node, Variable):
        yield node
    for child in _children(node):
        yield from _variables(child)


def _walk(node: object) -> Iterator[CompValue]:
    """Yield `node`, where it is one of the parser's, and all such nodes below it."""
    if isinstance(node, CompValue):
        yield node
    for child in _children(node):
        yield from _walk(child)


def _children(node: object) -> list[object]:
    if isinstance(node, CompValue):
        return list(node.values())
    return list(node) if isinstance(node, (ParseResults, list)) else []


def _expanded(term: object, prologue: ParseResults) -> str:
    """Return an IRI as it is meant, or the lexical form of a literal."""
    if isinstance(term, CompValue):  # a prefixed name
        namespaces = {str(each.prefix or ""): str(each.iri) for each in prologue}
        return namespaces.get(str(term.prefix or ""), "") + str(term.localname or "")
    return str(term) if isinstance(term, (URIRef, Literal)) else ""


def _from_error(check: str, name: str, error: CrampkgError, line: int | None) -> Finding:
    said = str(error).removeprefix(f"{name}, line {line}: ").removeprefix(f"{name}: ")
    problem, stop, remedy = said.rpartition(". ")
    if not stop:
        problem, remedy = said.removesuffix("."), "Mend the file."
    return _finding(check, name, line, f"{problem}.", remedy)


def _finding(check: str, name: str, line: int | None, problem: str, remedy: str) -> Finding:
    return Finding(f"question-{check}", name, line, "", problem[:1].upper() + problem[1:], remedy)
