"""The editor: a query, what came of it or where it is wrong, and the library to begin with."""

from __future__ import annotations

import functools
import importlib.resources
import json
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import urlencode

from crampkg.answers import formats
from crampkg.answers.sentences import filled
from crampkg.errors import CrampkgError
from crampkg.export import to_bytes
from crampkg.library import own_query
from crampkg.server import media
from crampkg.server.pages import kinds, picture
from crampkg.server.pages.addresses import address
from crampkg.server.pages.layout import Page, render
from crampkg.server.pages.questions import without_header
from crampkg.server.problems import Problem, problem_of
from crampkg.vocabulary import CK, GRAPHS, OWL, PREFIXES, XSD, compress, readable

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crampkg.answers.answer import Answer
    from crampkg.graph import KnowledgeGraph
    from crampkg.records import Term, Value
    from crampkg.server.pages.layout import Job

#: How a result can be shown.
SHOWS = ("table", "raw", "picture")

#: Rows and characters that a page shows at most; the downloads have all.
MOST_ROWS = 1_000
MOST_CHARACTERS = 200_000

#: Beyond so many characters, percent-encoded, a query is sent as a form, since the head of a
#: request has an end.
LONGEST_ADDRESS = 48 * 1024

#: What a result can be downloaded in, by form: name of the format, and what people call it.
DOWNLOADS = {
    "select": (
        ("csv", "CSV"),
        ("tsv", "TSV"),
        ("json", "JSON"),
        ("jsonld", "JSON-LD"),
        ("xml", "XML"),
    ),
    "ask": (("json", "JSON"), ("xml", "XML")),
    "graph": (
        ("turtle", "Turtle"),
        ("jsonld", "JSON-LD"),
        ("ntriples", "N-Triples"),
        ("rdfxml", "RDF/XML"),
    ),
}

#: How each form looks when it is shown raw.
_RAW = {"select": "json", "ask": "json", "graph": "turtle"}

_FIRST = """\
# What does the article say of dehydration, and how firmly?
PREFIX ck: <https://w3id.org/crampkg/ontology#>
PREFIX kg: <https://w3id.org/crampkg/id/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?relation ?object ?stance
WHERE {
  ?claim ck:claimSubject kg:dehydration ;
    ck:claimPredicate/skos:prefLabel ?relation ;
    ck:claimObject/skos:prefLabel ?object ;
    ck:stance/skos:prefLabel ?stance .
}
ORDER BY ?relation ?object
"""

#: Read at once, since a process that answers cannot open a file.


class Cell(NamedTuple):
    """A value in a table: as SPARQL writes it, its name if it has one, and where it leads."""

    text: str
    name: str = ""
    link: str = ""
    note: str = ""  # the language or the datatype


def view(job: Job, graph: KnowledgeGraph) -> Page:
    """Return the page at `/editor`, with the result of the query that was asked, if any.

    `problem` of the job is what went wrong when the query was run before, and `drawn` its picture,
    or the problem that there was with it.
    """
    asked = {name: value for name, value in job["asked"] if value.strip()}
    show = asked.get("show", SHOWS[0])
    if show not in SHOWS:
        detail = f"A result cannot be shown as {show[:100]!r}. Choose from {', '.join(SHOWS)}."
        raise Problem("bad-request", detail)
    example = asked.get("example", "")
    known = {each.id: each for each in graph.questions()}
    query = asked.get("query", "").replace("\r\n", "\n")
    problem = job.get("problem")
    result: dict[str, Any] | None = None
    if query and problem is None:
        try:
            # Relative IRIs are what they are at the endpoint.
            base = f"{job['base']}/sparql" if job["base"] else None
            result = _result(graph.query(query, base=base), query, show, job, graph)
        except CrampkgError as error:
            problem = problem_of(error).document()
    elif not query and not problem:
        query = without_header(known[example].text) if example in known else _FIRST
        if example and example not in known:
            detail = f"The library has no question {example[:100]!r}. The examples are all it has."
            problem = Problem("not-found", detail).document()
    html = render(
        "editor.html",
        graph,
        "/editor",
        query=query,
        show=show,
        shows=SHOWS,
        is_upgraded=is_built(),
        problem=problem and _located(problem, query),
        result=result,
        example=known.get(example),
        groups=_examples(graph),
        longest=LONGEST_ADDRESS,
    )
    # A script that asks for a result reads of the problem on the page.
    return Page(html, problem["status"] if problem and "live" not in asked else 200)


def vocabulary(graph: KnowledgeGraph) -> bytes:
    """Return, as JSON, the prefixes and all that a query may name, for completion.

    That is every term, the graphs, and those words of other vocabularies that are used here.
    """
    called = {
        f"{OWL}Class": "class",
        f"{OWL}ObjectProperty": "property",
        f"{OWL}DatatypeProperty": "property",
        f"{OWL}AnnotationProperty": "property",
    }

    def told(term: Term) -> dict[str, Any]:
        kind = next((called[each] for each in term.kinds if each in called), "thing")
        if f"{CK}InformationEntity" in term.kinds:
            kind = "source"
        return {
            "term": compress(term.iri),
            "label": term.label,
            "kind": kind,
            "also": list(term.synonyms),
            "definition": term.definition,
        }

    def named(iri: str, kind: str, definition: str = "") -> dict[str, Any]:
        local = compress(iri).rpartition(":")[2]
        label = graph.terms.name_of(iri)
        return {
            "term": compress(iri),
            "label": local if label == compress(iri) else label,
            "kind": kind,
            "also": [local],
            "definition": definition,
        }

    terms = [told(term) for term in graph.terms]
    terms += [named(iri, kind) for iri, kind in _foreign(graph)]
    terms += [named(iri, "graph", f"Holds {kinds.HOLDS[name]}.") for name, iri in GRAPHS.items()]
    return json.dumps({"prefixes": PREFIXES, "terms": terms}, ensure_ascii=False).encode()


@functools.cache
def _foreign(graph: KnowledgeGraph) -> Sequence[tuple[str, str]]:
    """Return the properties and classes that are used and have no label of ours, with the kind."""
    found: dict[str, str] = {}
    for text, kind in (
        (own_query("server/pages/used_predicates"), "property"),
        (own_query("server/pages/used_classes"), "class"),
    ):
        for row in graph.query(text):
            found.setdefault(row.text("term"), kind)
    return sorted(pair for pair in found.items() if graph.terms.get(pair[0]) is None)


@functools.cache  # also because a process that answers cannot open a file
def is_built() -> bool:
    """Tell whether the editor that needs JavaScript was built (docs/server.md)."""
    static = importlib.resources.files("crampkg.server").joinpath("static")
    return static.joinpath("editor.js").is_file()


def _result(
    answer: Answer, query: str, show: str, job: Job, graph: KnowledgeGraph
) -> dict[str, Any]:
    """Return what the template shows of an answer."""
    told: dict[str, Any] = {"form": answer.form, "boolean": answer.boolean, "total": 0, "files": []}
    encoded = urlencode({"query": query})
    told["is_long"] = len(encoded) > LONGEST_ADDRESS
    told["link"] = f"/editor?{encoded}&show={show}"
    told["downloads"] = [
        (f"/editor/result?{encoded}&format={name}", name, title)
        for name, title in DOWNLOADS[answer.form]
    ]
    if answer.form != "ask":
        told["total"] = len(answer)
    if show == "raw":
        text = _raw(answer)
        told["raw"] = text[:MOST_CHARACTERS]
        told["raw_left"] = len(text) - len(told["raw"])
    elif show == "picture":
        drawn = job.get("drawn", {})
        told["lack"] = drawn.get("problem", {}).get("detail")
        if "scene" in drawn:
            told["picture"] = picture.shown(drawn)
            told["files"] = [
                (f"/picture.{suffix}?{encoded}", f"/picture.{suffix}", suffix.upper())
                for suffix in ("svg", "png")
                if "svg" in drawn
            ]
    elif answer.form != "ask":
        told["headings"] = (
            ["subject", "predicate", "object"]
            if answer.form == "graph"
            else [f"?{name}" for name in answer.variables]
        )
        rows = answer.rows[:MOST_ROWS]
        labelled = {name for name in answer.variables if f"{name}Label" in answer.variables}
        told["rows"] = [
            [_cell(value, graph, is_named=name not in labelled) for name, value in row.items()]
            for row in rows
        ]
    return told


def _raw(answer: Answer) -> str:
    format = _RAW[answer.form]
    if answer.form == "graph":
        return to_bytes(answer.triples, format, answer.sources).decode()
    if format == "json":
        told = json.loads(answer.engine_bytes("json") or formats.serialize(answer, "json"))
        if answer.variables:  # in the order of the query, as in the other formats
            told["head"]["vars"] = list(answer.variables)
        return json.dumps(told, indent=2, ensure_ascii=False)
    return formats.serialize(answer, format).decode()


def _cell(value: Value | None, graph: KnowledgeGraph, *, is_named: bool = True) -> Cell | None:
    """Return a cell; a thing has its name beside it, unless another column tells that."""
    if value is None:
        return None
    if value.kind == "uri":
        term = graph.terms.get(value.text) if is_named else None
        return Cell(readable(value.text), term.label if term else "", address(value.text))
    if value.kind == "bnode":
        return Cell(f"_:{value.text}")
    if value.language:
        return Cell(value.text, note=f"@{value.language}")
    typed = value.datatype or f"{XSD}string"
    return Cell(value.text, note="" if typed == f"{XSD}string" else compress(typed))


def _located(problem: Mapping[str, Any], query: str) -> dict[str, Any]:
    """Return a problem with the line of the query that it is in, and blanks up to its place."""
    told = {**problem, "detail": str(problem["detail"]).partition("\n")[0]}
    if problem.get("line") is not None:
        lines = query.split("\n")
        line, column = int(problem["line"]), int(problem["column"])
        if line <= len(lines):
            told["excerpt"] = lines[line - 1].expandtabs(1)
            told["blanks"] = " " * (column - 1)
    return told


@functools.cache
def _examples(graph: KnowledgeGraph) -> Sequence[tuple[str, Sequence[tuple[str, str, str]]]]:
    """Return the library by its first tags: id, question with its defaults, and summary."""
    groups: dict[str, list[tuple[str, str, str]]] = {}
    for question in graph.questions():
        gaps = {
            parameter.name: [graph.terms.get(parameter.default) or parameter.default]
            for parameter in question.params
        }
        words = filled(question.question, gaps)
        groups.setdefault(question.tags[0], []).append((question.id, words, question.summary))
    return sorted(groups.items())


def formats_of(name: str) -> media.Choice | None:
    """Return what to answer each form of query in for a download as `name`; None for no format."""
    found: media.Choice = {"select": None, "ask": None, "graph": None}
    rows = {**media.QUESTIONS["select"], **media.RESULTS}  # JSON-LD is a result set, as of answers
    for form, known in DOWNLOADS.items():
        if name in dict(known):
            table = media.GRAPHS if form == "graph" else rows
            found[form] = (name, table[name][0])
    return found if any(found.values()) else None
