"""The page of the editor: a query, its result or its error, and the library as examples."""

from __future__ import annotations

import functools
import importlib.resources
import json
from typing import Any, NamedTuple
from urllib.parse import urlencode

from crampkg.answers.remarks import CLAIMS_ABOUT, filled
from crampkg.export import OF_ONE_GRAPH
from crampkg.graph import cached_on_graph
from crampkg.library import own_query
from crampkg.server import media
from crampkg.server.media import Reply
from crampkg.server.pages import ontology, picture
from crampkg.server.pages.addresses import address
from crampkg.server.pages.layout import page
from crampkg.server.pages.question import without_header
from crampkg.server.problems import Problem
from crampkg.vocabulary import CK, GRAPHS, OWL, compress, readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Term
    from crampkg.server.pages.layout import Visit

#: The views of a result, with the most that a page shows of it; downloads are complete.
MOST: dict[str, dict[str, int]] = {
    "table": {"rows": 1_000},
    "raw": {"characters": 200_000},
    "picture": {},
}
SHOWS = tuple(MOST)
#: The most bytes of a shown result, which the server itself parses.
MOST_BYTES = 4 << 20

#: A query of more characters, percent-encoded, is posted as a form, since the head of a request
#: has a limit.
LONGEST_ADDRESS = 48 * 1024

#: The formats of downloads by form of the answer: name and label.
DOWNLOADS = {
    "select": (
        ("csv", "CSV"),
        ("tsv", "TSV"),
        ("json", "JSON"),
        ("jsonld", "JSON-LD"),
        ("xml", "XML"),
    ),
    "ask": (("json", "JSON"), ("xml", "XML")),
    "graph": tuple((format.name, format.label) for format in OF_ONE_GRAPH.values()),
}

#: The first query; `TERM` and `NAME` stand for a thing that claims are about.
_FIRST = """\
# What do articles say of NAME, and how firmly?
PREFIX ck: <https://w3id.org/crampkg/ontology#>
PREFIX kg: <https://w3id.org/crampkg/id/>
PREFIX skos: <http://www.w3.org/2004/02/skos/core#>

SELECT ?relation ?object ?stance
WHERE {
  ?claim ck:claimSubject TERM ;
    ck:claimPredicate/skos:prefLabel ?relation ;
    ck:claimObject/skos:prefLabel ?object ;
    ck:stance/skos:prefLabel ?stance .
}
ORDER BY ?relation ?object
"""


class Cell(NamedTuple):
    """A value in a table: its text in SPARQL, its name and its link, if it has them."""

    text: str
    name: str = ""
    link: str = ""
    note: str = ""  # the language or the datatype


def shown_as(asked: Mapping[str, str]) -> str:
    """Return the view that a request chooses. Raises `Problem` for an unknown one."""
    show = asked.get("show", SHOWS[0])
    if show not in SHOWS:
        detail = f"A result cannot be shown as {show[:100]!r}. Choose from {', '.join(SHOWS)}."
        raise Problem("bad-request", detail)
    return show


def view(
    graph: KnowledgeGraph,
    visit: Visit,
    result: Mapping[str, Any] | None = None,
    drawn: Mapping[str, Any] | None = None,
    problem: Mapping[str, Any] | None = None,
) -> Reply:
    """Return the page at `/editor`, with the result of its query if it has one.

    `result` is what the sandbox sent; `drawn` its picture, as `picture.shown` takes it; `problem`
    the error of the query instead.
    """
    asked = {name: value for name, value in visit.asked if value.strip()}
    show = shown_as(asked)
    example = asked.get("example", "")
    known = {question.id: question for question in graph.questions()}
    query = asked.get("query", "").replace("\r\n", "\n")
    if not query and not problem:
        query = without_header(known[example].text) if example in known else _first(graph)
        if example and example not in known:
            detail = f"The library has no question {example[:100]!r}. The examples are all it has."
            problem = Problem("not-found", detail).document()
    return page(
        "editor.html",
        graph,
        "/editor",
        # The script of the live editor takes the problem from a page with status 200.
        problem["status"] if problem and "live" not in asked else 200,
        query=query,
        show=show,
        shows=SHOWS,
        is_upgraded=is_built(),
        problem=problem and _located(problem, query),
        result=_result(result, query, show, drawn or {}, graph) if result else None,
        example=known.get(example),
        groups=_examples(graph),
        longest=LONGEST_ADDRESS,
    )


def vocabulary(graph: KnowledgeGraph) -> Reply:
    """Return the prefixes and vocabulary for completion.

    The vocabulary has every term, the graphs, and the terms of other vocabularies in use.
    """
    called = {
        f"{OWL}Class": "class",
        f"{OWL}ObjectProperty": "property",
        f"{OWL}DatatypeProperty": "property",
        f"{OWL}AnnotationProperty": "property",
    }

    def entry(term: Term) -> dict[str, Any]:
        kind = next((called[iri] for iri in term.kinds if iri in called), "thing")
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

    terms = [entry(term) for term in graph.terms]
    terms += [named(iri, kind) for iri, kind in _foreign(graph)]
    terms += [named(iri, "graph", f"Holds {ontology.HOLDS[name]}.") for name, iri in GRAPHS.items()]
    body = json.dumps({"prefixes": graph.prefixes, "terms": terms}, ensure_ascii=False).encode()
    return Reply(body, "application/json")


def _first(graph: KnowledgeGraph) -> str:
    """Return the first query, about the default thing of the question about claims.

    Without that question in the library, the query is about anything.
    """
    thing = next(
        (known.params[0].default for known in graph.questions() if known.id == CLAIMS_ABOUT), ""
    )
    term = compress(thing) if thing else "?thing"
    return _FIRST.replace("TERM", f"<{thing}>" if term == thing else term).replace(
        "NAME", graph.terms.name_of(thing) if thing else "anything"
    )


@cached_on_graph()
def _foreign(graph: KnowledgeGraph) -> Sequence[tuple[str, str]]:
    """Return the properties and classes in use that are no terms of ours, with their kind."""
    kinds: dict[str, str] = {}
    for text, kind in (
        (own_query("server/pages/used_predicates"), "property"),
        (own_query("server/pages/used_classes"), "class"),
    ):
        for row in graph.query(text):
            kinds.setdefault(row.text("term"), kind)
    return sorted(pair for pair in kinds.items() if graph.terms.get(pair[0]) is None)


@functools.cache
def is_built() -> bool:
    """Return whether the JavaScript editor was built (docs/server.md)."""
    static = importlib.resources.files("crampkg.server").joinpath("static")
    return static.joinpath("editor.js").is_file()


def _result(
    result: Mapping[str, Any],
    query: str,
    show: str,
    drawn: Mapping[str, Any],
    graph: KnowledgeGraph,
) -> dict[str, Any]:
    """Return the variables of the template for a result of the sandbox."""
    encoded = urlencode({"query": query})
    shown: dict[str, Any] = {
        **result,
        "files": [],
        "is_long": len(encoded) > LONGEST_ADDRESS,
        "link": f"/editor?{encoded}&show={show}",
        "downloads": [
            (f"/editor/result?{encoded}&format={name}", name, title)
            for name, title in DOWNLOADS[result["form"]]
        ],
    }
    if show == "picture":
        shown["lack"] = drawn.get("problem", {}).get("detail")
        if "scene" in drawn:
            shown["picture"] = picture.shown(drawn)
            shown["files"] = [
                (f"/picture.{suffix}?{encoded}", f"/picture.{suffix}", suffix.upper())
                for suffix in ("svg", "png")
                if "svg" in drawn
            ]
    elif "rows" in result:
        names = result["variables"] or ["subject", "predicate", "object"]
        is_graph = result["form"] == "graph"
        shown["headings"] = names if is_graph else [f"?{name}" for name in result["variables"]]
        shown["rows"] = [
            [
                _cell(value, graph, is_named=f"{name}Label" not in names)
                for name, value in zip(names, row, strict=False)
            ]
            for row in result["rows"]
        ]
    return shown


def _cell(
    value: Sequence[str] | None, graph: KnowledgeGraph, *, is_named: bool = True
) -> Cell | None:
    """Return the cell of a term, given as its `rdf.sort_key`.

    A thing has its name beside it, unless another column holds that name.
    """
    if value is None:
        return None
    kind, text, datatype, language = value
    if kind == "uri":
        term = graph.terms.get(text) if is_named else None
        return Cell(readable(text), term.label if term else "", address(text))
    if kind == "bnode":
        return Cell(f"_:{text}")
    return Cell(text, note=f"@{language}" if language else compress(datatype))


def _located(problem: Mapping[str, Any], query: str) -> dict[str, Any]:
    """Return a problem with the erroneous line of the query, and blanks up to its column."""
    located = {**problem, "detail": str(problem["detail"]).partition("\n")[0]}
    if problem.get("line") is not None:
        lines = query.split("\n")
        line, column = int(problem["line"]), int(problem["column"])
        if line <= len(lines):
            located["excerpt"] = lines[line - 1].expandtabs(1)
            located["blanks"] = " " * (column - 1)
    return located


@cached_on_graph()
def _examples(graph: KnowledgeGraph) -> Sequence[tuple[str, Sequence[tuple[str, str, str]]]]:
    """Return the questions by their first tag: id, wording with the defaults, and summary."""
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
    """Return the format of a download for each form of query; None for an unknown name."""
    chosen: media.Choice = {"select": None, "ask": None, "graph": None}
    rows = {**media.QUESTIONS["select"], **media.RESULTS}  # JSON-LD is a result set, as of answers
    for form, known in DOWNLOADS.items():
        if name in dict(known):
            table = media.GRAPHS if form == "graph" else rows
            chosen[form] = (name, table[name][0])
    return chosen if any(chosen.values()) else None
