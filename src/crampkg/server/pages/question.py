"""The page of a question: its form and its answer."""

from __future__ import annotations

import itertools
import re
from typing import Any, NamedTuple

from pyoxigraph import NamedNode

from crampkg.answers import quotes, remarks
from crampkg.answers.table import overview
from crampkg.errors import UnknownQuestionError
from crampkg.export import OF_ONE_GRAPH
from crampkg.graph import cached_on_graph
from crampkg.library import own_query
from crampkg.near_terms import counted
from crampkg.picture import gather
from crampkg.server.article_copy import quoted
from crampkg.server.media import QUESTIONS
from crampkg.server.pages import addresses
from crampkg.server.pages.fields import choices, fields, unknown, values
from crampkg.server.pages.grid import CellPart, grid, linked, triples
from crampkg.server.pages.layout import page
from crampkg.server.problems import Problem
from crampkg.vocabulary import CK, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crampkg.answers.answer import Answer
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import NearTerm, Parameter, Question, Term
    from crampkg.server.media import Reply
    from crampkg.server.pages.fields import Field
    from crampkg.server.pages.layout import Visit

#: The most related questions beside an answer.
_MOST_NEAR = 5
#: The most related questions that are run to see if they have an answer: 1 to 4 ms each.
_MOST_ASKED = 4
#: The most choices of a parameter that are all tried after an empty answer.
_MOST_TRIED = 12

#: Words that mark a sentence about an empty answer as one about the article, not the background.
_OF_ARTICLE = ("article", "claim", "sentence")

#: The formats of downloads by form: name, label, file extension.
_DOWNLOADS = {
    "select": (
        ("csv", "CSV", "csv"),
        ("tsv", "TSV", "tsv"),
        ("json", "JSON", "json"),
        ("jsonld", "JSON-LD", "jsonld"),
        ("md", "Markdown", "md"),
    ),
    "construct": tuple(
        (format.name, format.label, format.extension[1:]) for format in OF_ONE_GRAPH.values()
    ),
}


#: Pairs of a parameter and a value.
Given = tuple[tuple[str, str], ...]


class ListedQuestion(NamedTuple):
    """A question in a list."""

    question: Question
    words: str  # the question with its parameters filled in
    link: str


def view(graph: KnowledgeGraph, visit: Visit) -> Reply:
    """Return the page of a question: its form, and the answer or the errors in its parameters."""
    try:
        known = graph.question(visit.name)
    except UnknownQuestionError as error:
        raise Problem("not-found", f"{error.sentence} All of them are under Questions.") from None
    filled = fields(known, visit.asked, graph)
    strange = unknown(known, [pair for pair in visit.asked if pair[1].strip()])
    context: dict[str, Any] = {
        "question": known,
        "words": entry(known, graph).words,
        "fields": filled,
        "strange": strange,
        "mistaken": [field for field in filled if field.mistaken],
        "offer": _offers(known, filled),
    }
    if strange or context["mistaken"]:
        gaps = [(field.parameter.name, "…") for field in context["mistaken"]]
        context["words"] = entry(known, graph, gaps).words
        return page("question_mistaken.html", graph, "/questions", 400, **context)
    given = values(filled)
    answer = graph.ask(known.id, **_several(given))
    context |= {
        "answer": answer,
        "asked": remarks.asked(answer),
        "lent": [entry.lent for field in filled for entry in field.entries if entry.lent],
        "note": _with_links(remarks.filled(known.note, answer.parameters), filled, graph),
        "around": _around(answer),
        "beside": not_affirmed(remarks.contested(answer), graph),
        "permalink": f"{visit.base}{addresses.question(known.id, given)}",
        "query": without_header(answer.query),
        "downloads": [
            (
                addresses.link(f"/api/questions/{known.id}", [*given, ("format", format)]),
                QUESTIONS[known.form][format][0],
                name,
                f"{known.id}.{extension}",
            )
            for format, name, extension in _DOWNLOADS[known.form]
        ],
        "near": _near(known, filled, graph, is_empty=not len(answer)),
    }
    context["editor"] = addresses.link("/editor", [("query", context["query"])])
    if gather.is_drawable(graph, answer):
        context["picture"] = addresses.link("/picture", [("question", known.id), *given])
    context["contested"] = ""
    if known.form == "select" and known.id != remarks.CONTESTED:
        cells = (cell for row in answer for cell in row.values())
        things = {cell.value for cell in cells if isinstance(cell, NamedNode)}
        things |= {graph.terms.expand(value) for _, value in given}
        context["contested"] = contested_link(things, graph)
    if not len(answer):
        context["silence"] = _with_links(remarks.silence(answer), filled, graph)
        context["of_article"] = any(word in known.silence.casefold() for word in _OF_ARTICLE)
        context["instead"] = _instead(known, filled, graph)
        context["neighbours"] = _beside(filled, graph)
    else:
        context["unanswered"] = [
            _with_links(sentence, filled, graph) for sentence in remarks.silences(answer)
        ]
    if not len(answer):
        pass
    elif known.form == "construct":
        context["grid"] = triples(graph, answer.triples)
        context["overview"] = None
    else:
        words = quoted(quotes.handles(answer), graph)
        # With an overview above, the rows of evidence are grouped under its lines.
        group = known.overview[0] if known.overview else ""
        context["grid"] = grid(graph, remarks.columns(answer), answer.rows, words, group)
        context["overview"] = overview(answer)
        context["overview_links"] = {
            line.group[0].text: line.group[0] for line in context["grid"].lines if line.group
        }
    return page("question.html", graph, "/questions", **context)


def _around(answer: Answer) -> list[tuple[str, str, list[tuple[CellPart, str]]]]:
    """Return the things asked about with claims on narrower or wider terms.

    A thing has its label, the link to all its claims, and the terms, with their distance and
    number of claims.
    """
    around: dict[tuple[str, str], list[tuple[CellPart, str]]] = {}
    for term in remarks.near(answer):
        more = linked(term.label, term.iri), f"{term.step}, {counted(term)}"
        around.setdefault((term.asked_label, term.asked), []).append(more)
    return [
        (label, addresses.question(remarks.CLAIMS_ABOUT, [("concept", compress(iri))]), terms)
        for (label, iri), terms in around.items()
    ]


def _with_links(sentence: str, filled: Sequence[Field], graph: KnowledgeGraph) -> list[CellPart]:
    """Return a sentence as parts, with links to the questions that it refers to."""
    library = {other.id: other for other in graph.questions()}
    parts = []
    for piece in re.split(r"(?<=\(see )([a-z-]+)", sentence):
        if piece in library:
            other = library[piece]
            named = entry(other, graph, _taken(other, filled, graph))
            parts.append(CellPart(f"“{named.words}”", named.link))
        elif piece:
            parts.append(CellPart(piece))
    return parts


def entry(
    question: Question, graph: KnowledgeGraph, given: Sequence[tuple[str, str]] = ()
) -> ListedQuestion:
    """Return a question for a list, asked of `given` or of its defaults."""
    chosen = dict(given)
    gaps = {parameter.name: [_label(parameter, chosen, graph)] for parameter in question.params}
    words = remarks.filled(question.question, gaps)
    return ListedQuestion(question, words, addresses.question(question.id, given))


@cached_on_graph(4096)
def has_answer(graph: KnowledgeGraph, id: str, given: Given) -> bool:
    """Return whether a question has an answer for some parameters (cached)."""
    return len(graph.ask(id, **_several(given))) > 0


def about(iri: str, kinds: Iterable[str], graph: KnowledgeGraph) -> list[ListedQuestion]:
    """Return the questions that have an answer about a thing, with it as their parameter."""
    known = set(kinds)
    return [
        entry(question, graph, [(question.params[0].name, compress(iri))])
        for question in graph.questions()
        if len(question.params) == 1
        and question.params[0].kind in known
        and has_answer(graph, question.id, ((question.params[0].name, compress(iri)),))
    ]


def _label(parameter: Parameter, chosen: dict[str, str], graph: KnowledgeGraph) -> str:
    value = chosen.get(parameter.name, parameter.default)
    # Other sources may lack the default thing.
    term = _term(value, graph)
    return term.label if term and parameter.type == "iri" else compress(value)


def _term(value: str, graph: KnowledgeGraph) -> Term | None:
    """Return the term with a CURIE or IRI, or None."""
    return graph.terms.get(graph.terms.expand(value))


def _several(given: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for name, value in given:
        values.setdefault(name, []).append(value)
    return values


def _offers(question: Question, filled: Sequence[Field]) -> dict[tuple[str, str], str]:
    """Return the links that replace a wrong name by a suggestion, by field and IRI."""
    links = {}
    for field in filled:
        others = [
            (name, value)
            for other in filled
            if other is not field and not other.mistaken
            for name, value in values([other])
        ]
        name = field.parameter.name
        for entry in field.entries:
            for term in entry.offers:
                link = addresses.question(question.id, [*others, (name, compress(term.iri))])
                links[name, term.iri] = link
    return links


def _near(
    question: Question, filled: Sequence[Field], graph: KnowledgeGraph, *, is_empty: bool
) -> list[ListedQuestion]:
    """Return questions that share a tag, first those that can be about the same things.

    After an empty answer, only questions with an answer are offered. Running them takes longer than
    the answer itself, so beside an answer, they are not run and must take the very same kinds.
    """
    ranked = []
    for other in graph.questions():
        shared = len({*other.tags} & {*question.tags})
        taken = _taken(other, filled, graph, exactly=not is_empty)
        if other.id != question.id and shared:
            ranked.append((-2 * len(taken) - shared, other.id, other, tuple(taken)))
    tried = itertools.count(1)
    offered = (
        entry(other, graph, taken)
        for _, _, other, taken in sorted(ranked)
        if not is_empty
        or not taken  # its defaults have an answer
        or (next(tried) <= _MOST_ASKED and has_answer(graph, other.id, taken))
    )
    return list(itertools.islice(offered, _MOST_NEAR))


def _taken(
    other: Question, filled: Sequence[Field], graph: KnowledgeGraph, *, exactly: bool = False
) -> list[tuple[str, str]]:
    """Return the parameters of another question that make it about the same things.

    With `exactly`, its parameter must take the same kind as the field, else any kind of the thing.
    """
    things = [
        (field.entries[0].value, [field.parameter.kind] if exactly else term.kinds)
        for field in filled
        if (term := _term(field.entries[0].value, graph))
    ]
    taken = []
    for parameter in other.params:
        fitting = [value for value, kinds in things if parameter.kind in kinds]
        if fitting:
            taken.append((parameter.name, fitting[0]))
    return taken


def _instead(
    question: Question, filled: Sequence[Field], graph: KnowledgeGraph
) -> list[tuple[str, str]]:
    """Return the choices of parameters that do have an answer, with links."""
    instead = []
    for field in filled:
        kind, name = field.parameter.kind, field.parameter.name
        offered = choices(graph, kind) if kind else ()
        if len(offered) > _MOST_TRIED:
            continue
        others = [pair for other in filled if other is not field for pair in values([other])]
        for value, label in offered:
            given = [*others, (name, value)]
            if has_answer(graph, question.id, tuple(given)):
                instead.append((label, addresses.question(question.id, given)))
    return instead


def _beside(filled: Sequence[Field], graph: KnowledgeGraph) -> list[tuple[str, list[CellPart]]]:
    """Return the clinical things asked about, with related things that have claims."""
    terms = (_term(entry.value, graph) for field in filled for entry in field.entries)
    things = [
        (term.label, list(neighbours(term.iri, graph)))
        for term in terms
        if term and f"{CK}ClinicalEntity" in term.kinds
    ]
    return [(label, others) for label, others in things if others]


def neighbours(iri: str, graph: KnowledgeGraph) -> Iterator[CellPart]:
    """Yield things with claims that background or inference relates to a thing."""
    for row in graph.query(own_query("server/pages/neighbours", concept=[iri])):
        other = row.text("other")
        yield linked(graph.terms.name_of(other), other)


def contested_link(iris: Iterable[str], graph: KnowledgeGraph) -> str:
    """Return the address of all claims on contested matters, or "" if no thing is contested.

    A thing is contested if it is such a matter, or if a claim about it or a narrower kind is not
    affirmed.
    """
    return "" if _contested(graph).isdisjoint(iris) else addresses.question(remarks.CONTESTED)


def not_affirmed(
    terms: Sequence[NearTerm], graph: KnowledgeGraph
) -> tuple[list[tuple[CellPart, str]], str] | None:
    """Return things with the numbers of their other claims that are not affirmed, and a link."""
    claimed = [(linked(term.label, term.iri), counted(term)) for term in terms]
    return (claimed, contested_link((term.iri for term in terms), graph)) if claimed else None


@cached_on_graph()
def _contested(graph: KnowledgeGraph) -> frozenset[str]:
    # Other sources may lack the question.
    if not any(question.id == remarks.CONTESTED for question in graph.questions()):
        return frozenset()
    answer = graph.ask(remarks.CONTESTED)
    matters = {row.text("topic") for row in answer}
    return frozenset(matters | {term.iri for term in answer.contested()})


def without_header(text: str) -> str:
    """Return a question's SPARQL without the comments of its header."""
    lines = text.split("\n")
    while lines and (lines[0].startswith("#+") or not lines[0].strip()):
        lines.pop(0)
    return "\n".join(lines)
