"""The page of the question library: all questions, those of a tag, and a search by words."""

from __future__ import annotations

import itertools
from collections import Counter
from typing import Any, NamedTuple

from crampkg import plain
from crampkg.graph import cached_on_graph
from crampkg.server.pages.layout import page
from crampkg.server.pages.question import Given, entry
from crampkg.server.pages.question import has_answer as has_answer_to
from crampkg.server.problems import Problem
from crampkg.vocabulary import CK, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Question, Term
    from crampkg.server.media import Reply
    from crampkg.server.pages.layout import Visit
    from crampkg.server.pages.question import ListedQuestion

    Sought = tuple[tuple[str, ...], ...]

#: The classes of things that a search may name.
_KINDS = {f"{CK}ClinicalEntity", f"{CK}CitationMarker"}

#: The most concepts that a search uses, and names above the questions.
_MOST_NAMED = 5
#: How many of the best questions stand above the groups.
_MOST_BEST = 6
#: The most questions that a search runs to see if they have an answer: 1 to 4 ms each.
_MOST_ASKED = 14

#: The weight of a search word by its place: the question or the name of a thing in it, the id or
#: the tags, the summary.
_IN_QUESTION, _IN_TAGS, _IN_SUMMARY = 3, 2, 1


class About(NamedTuple):
    """A concept named in a search.

    `places` are the positions of the search words in its name; `lacking` the number of words of the
    name that the search lacks.
    """

    term: Term
    places: frozenset[int]
    lacking: int


class Match(NamedTuple):
    """A question with its parameters; the lowest rank is the best.

    `rank` orders by weight, negated; then by the number of things that the parameter could take,
    since a question about few things is more specific; then tables of evidence first; then by the
    position of the things in the search; then by id.
    """

    rank: tuple[int, int, bool, int, str]
    question: Question
    given: Given
    places: frozenset[int]  # the positions of the search words that it matches


def view(graph: KnowledgeGraph, visit: Visit) -> Reply:
    """Return the page at `/questions`: all questions, search results, or those with a tag."""
    asked = dict(visit.asked)
    words, tag = asked.get("q", "").strip(), asked.get("tag", "")
    known = graph.questions()
    tags = sorted(Counter(name for question in known for name in question.tags).items())
    if tag and tag not in dict(tags):
        detail = f"No question has the tag {tag[:100]!r}. There are {', '.join(dict(tags))}."
        raise Problem("bad-request", detail)
    sought = plain.wanted(words, graph.terms.everyday)
    listed: list[tuple[Question, Given]] = (
        [(match.question, match.given) for match in search(sought, graph, tag)]
        if sought
        else [(question, ()) for question in known if not tag or tag in question.tags]
    )
    named = concepts(sought, graph) or _ranked(graph, sought)
    best = _MOST_BEST if sought else 0
    groups: dict[str, list[ListedQuestion]] = {}
    for question, given in listed[best:]:
        groups.setdefault(tag or question.tags[0], []).append(entry(question, graph, given))
    context: dict[str, Any] = {
        "things": [about.term for about in named[:_MOST_NAMED]],
        "words": words,
        "has_search_terms": bool(sought),
        "tag": tag,
        "tags": tags,
        "best": [entry(question, graph, given) for question, given in listed[:best]],
        "groups": sorted(groups.items()),
        "count": len(listed),
        "total": len(known),
    }
    return page("questions.html", graph, "/questions", **context)


def search(sought: Sought, graph: KnowledgeGraph, tag: str = "") -> list[Match]:
    """Return the questions that match a search, about the things named in it, the best first.

    A question with a parameter from the search is listed only if it has an answer. First comes the
    best match, then the best for each word that the earlier ones lack, then all matches with at
    least half of the best weight.
    """
    about = concepts(sought, graph)
    ranked = sorted(
        (
            match
            for question, places in _library(graph)
            if not tag or tag in question.tags
            for match in _matches(question, places, sought, about, graph)
        ),
        key=lambda match: match.rank,
    )
    asked = itertools.count(1)

    def has_answer(match: Match) -> bool:
        return not match.given or (
            next(asked) <= _MOST_ASKED and has_answer_to(graph, match.question.id, match.given)
        )

    first: list[Match] = []
    covered: set[int] = set()
    for match in ranked:
        if not match.places <= covered and has_answer(match):
            first.append(match)
            covered |= match.places
    kept = {match.question.id for match in first}
    for match in ranked:
        is_good = match.rank[0] * 2 <= first[0].rank[0] if first else False
        if is_good and match.question.id not in kept and has_answer(match):
            first.append(match)
            kept.add(match.question.id)
    return first


def concepts(sought: Sought, graph: KnowledgeGraph) -> list[About]:
    """Return the concepts that a search names, those with the most of its words first.

    A whole name counts, whatever the order of its words. Part of a name counts if it is the only
    search word, or if no whole name and no question has the word.
    """
    ranked = _ranked(graph, sought)
    loose = {*range(len(sought))} - plain.hits(sought, _spoken(graph))
    loose -= {place for about in ranked if not about.lacking for place in about.places}
    if len(sought) == 1:
        loose = {0}  # the name of a substance is part of its deficiency's, which has the claims
    return [about for about in ranked if not about.lacking or about.places & loose][:_MOST_NAMED]


@cached_on_graph(8)  # a request asks twice
def _ranked(graph: KnowledgeGraph, sought: Sought) -> list[About]:
    """Return the concepts that share a word with the search, the best match first."""
    ranked = []
    for term, names in _names(graph):
        fitting = [
            (-len(places), plain.missing(sought, name), places)
            for name in names
            if (places := plain.hits(sought, name))
        ]
        if fitting:
            hit, lacking, places = min(fitting, key=lambda fit: fit[:2])
            order = hit, lacking, len(term.label), term.label.casefold(), term.iri
            ranked.append((order, About(term, places, lacking)))
    return [about for _, about in sorted(ranked)]


def _matches(
    question: Question,
    worded: Sequence[tuple[int, frozenset[str]]],
    sought: Sought,
    about: Sequence[About],
    graph: KnowledgeGraph,
) -> Iterator[Match]:
    """Yield a question with its defaults, and with things of `about` as parameters."""
    worth: dict[int, int] = {}
    for value, words in worded:
        for place in plain.hits(sought, words):
            worth.setdefault(place, value)
    size = min((_size(graph, thing.kind) for thing in question.params if thing.kind), default=0)
    is_aside = question.form != "select" or "evidence" not in question.tags
    for filled in _fillings(question, about):
        named = {place: _IN_QUESTION for _, thing in filled for place in thing.places}
        whole = {**worth, **named}
        order = sum(about.index(thing) for _, thing in filled)
        rank = (-sum(whole.values()), size, is_aside, order, question.id)
        given = tuple((name, compress(thing.term.iri)) for name, thing in filled)
        if whole:
            yield Match(rank, question, given, frozenset(whole))


def _fillings(question: Question, about: Sequence[About]) -> Iterator[list[tuple[str, About]]]:
    """Yield the ways to fill a question's parameters: none, then one or several with things."""
    yield []
    if len(question.params) == 1:
        name, kind = question.params[0].name, question.params[0].kind
        yield from ([(name, thing)] for thing in about if kind in thing.term.kinds)
        return
    left, given = list(about), []
    for parameter in question.params:
        fitting = next((thing for thing in left if parameter.kind in thing.term.kinds), None)
        if fitting is not None:
            left.remove(fitting)
            given.append((parameter.name, fitting))
    if given:
        yield given


@cached_on_graph()
def _library(
    graph: KnowledgeGraph,
) -> tuple[tuple[Question, tuple[tuple[int, frozenset[str]], ...]], ...]:
    """Return the questions with their words by weight, without the values of parameters."""
    return tuple(
        (
            question,
            (
                (_IN_QUESTION, plain.telling(question.question)),
                (_IN_TAGS, plain.telling(" ".join((question.id, *question.tags)))),
                (_IN_SUMMARY, plain.telling(question.summary)),
            ),
        )
        for question in graph.questions()
    )


@cached_on_graph()
def _spoken(graph: KnowledgeGraph) -> frozenset[str]:
    """Return the words of all questions."""
    return frozenset().union(*(words for _, worded in _library(graph) for _, words in worded))


@cached_on_graph()
def _names(graph: KnowledgeGraph) -> tuple[tuple[Term, tuple[frozenset[str], ...]], ...]:
    """Return the things that a search may name, with the words of their names."""
    return tuple(pair for pair in graph.terms.in_words if not _KINDS.isdisjoint(pair[0].kinds))


@cached_on_graph()
def _size(graph: KnowledgeGraph, kind: str) -> int:
    """Return the number of things of a class, for `Match.rank`."""
    return len(graph.terms.of_kind(kind))
