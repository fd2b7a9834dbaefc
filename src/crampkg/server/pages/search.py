"""The question library: all of it, by tag, and what is found for words as people type them."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING, NamedTuple

from crampkg.questions import plain
from crampkg.server.pages.layout import Page, render
from crampkg.server.pages.questions import entry
from crampkg.server.problems import Problem
from crampkg.vocabulary import CK, compress

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.records import Question, Term
    from crampkg.server.pages.layout import Job
    from crampkg.server.pages.questions import Entry

    Sought = Sequence[Sequence[str]]

#: What a question may be asked about by its name in a search.
_KINDS = (f"{CK}ClinicalEntity", f"{CK}CitationMarker")

#: So many concepts are named above the questions; of so many questions are asked.
_MOST_NAMED = 5
#: So many questions stand above the groups as the best.
_MOST_BEST = 6
#: So many questions are asked, so that only those with an answer are offered: 1 to 4 ms each.
_MOST_ASKED = 10

#: What a word is worth where it stands: in the question or in the name of what it is asked of,
#: in its id or its tags, in its summary.
_IN_QUESTION, _IN_TAGS, _IN_SUMMARY = 3, 2, 1


class Said(NamedTuple):
    """The words of a question by where they stand; what fills its gaps is no part of it."""

    question: Question
    places: tuple[tuple[int, frozenset[str]], ...]


class Name(NamedTuple):
    """A concept with the words of each of its names."""

    term: Term
    names: tuple[frozenset[str], ...]


class About(NamedTuple):
    """A concept that was found: the places of the words that name it."""

    term: Term
    places: frozenset[int]


class Match(NamedTuple):
    """A question with what it is asked of, and what speaks for it; the lowest rank is the best."""

    rank: tuple[int, int, bool, int, str]
    question: Question
    given: tuple[tuple[str, str], ...] = ()
    places: frozenset[int] = frozenset()  # of the words that it has

    @property
    def score(self) -> int:
        """How well it fits."""
        return -self.rank[0]


def library(job: Job, graph: KnowledgeGraph) -> Page:
    """Return the page at `/questions`: all, those for some words, or those of a tag."""
    asked = dict(job["asked"])
    words, tag = asked.get("q", "").strip(), asked.get("tag", "")
    known = graph.questions()
    tags = sorted({name for each in known for name in each.tags})
    if tag and tag not in tags:
        detail = f"No question has the tag {tag[:100]!r}. There are {', '.join(tags)}."
        raise Problem("bad-request", detail)
    sought = plain.wanted(words)
    if sought:
        matches = found(sought, graph, tag)
    else:
        matches = [_match(each, {}) for each in known if not tag or tag in each.tags]
    best, others = (matches[:_MOST_BEST], matches[_MOST_BEST:]) if sought else ([], matches)
    groups: dict[str, list[Entry]] = {}
    for each in others:
        groups.setdefault(tag or each.question.tags[0], []).append(_entry(each, graph))
    counts: dict[str, int] = {}
    for question in known:
        for name in question.tags:
            counts[name] = counts.get(name, 0) + 1
    context = {
        "things": [each.term for each in _named(sought, graph)] if sought else [],
        "words": words,
        "is_telling": bool(sought),
        "tag": tag,
        "tags": sorted(counts.items()),
        "best": [_entry(each, graph) for each in best],
        "groups": sorted(groups.items()),
        "found": len(matches),
        "total": len(known),
    }
    return Page(render("questions.html", graph, "/questions", **context))


def found(sought: Sought, graph: KnowledgeGraph, tag: str = "") -> list[Match]:
    """Return the questions for what is sought, asked of what is named in it, the best first.

    What is asked of something has an answer. After the best of all come the best for the words
    that it lacks; then what fits at least half as well.
    """
    about = concepts(sought, graph)
    matches: list[Match] = []
    for said in _library(graph):
        if not tag or tag in said.question.tags:
            matches += _matches(said, sought, about, graph)
    kept: dict[str, Match] = {}
    first: list[Match] = []
    covered: set[int] = set()
    left = _MOST_ASKED
    for match in sorted(matches, key=lambda each: each.rank):
        is_new = not match.places <= covered
        is_good = not first or match.score * 2 >= first[0].score
        if match.question.id in kept or not (is_new or is_good):
            continue
        if match.given:
            if not left:
                continue
            left -= 1
            if not _has_answer(graph, match.question.id, match.given):
                continue
        kept[match.question.id] = match
        if is_new:
            first.append(match)
            covered |= match.places
    return [*first, *(match for match in kept.values() if match not in first)]


def concepts(sought: Sought, graph: KnowledgeGraph) -> list[About]:
    """Return what is named by the words sought, what takes most of them first.

    A whole name is, in whatever order its words are; a part of one where no whole name and no
    question has the word.
    """
    spoken = {word for said in _library(graph) for _, told in said.places for word in told}
    ranked = _ranked(sought, graph)
    whole = {place for (_, lacking, _), each in ranked if not lacking for place in each.places}
    loose = {*range(len(sought))} - whole - plain.hits(sought, spoken)
    kept = [each for (_, lacking, _), each in ranked if not lacking or each.places & loose]
    return kept[:_MOST_NAMED]


def _named(sought: Sought, graph: KnowledgeGraph) -> list[About]:
    """Return the concepts to be listed: those that are named, else those that have a word."""
    return concepts(sought, graph) or [each for _, each in _ranked(sought, graph)[:_MOST_NAMED]]


def _ranked(
    sought: Sought, graph: KnowledgeGraph
) -> list[tuple[tuple[int, int, tuple[int, str, str]], About]]:
    """Return each concept with a word sought, by how many it has and how many of its name lack."""
    ranked = []
    for term, names in _names(graph):
        fitting = [
            (-len(places), plain.missing(sought, name), places)
            for name in names
            if (places := plain.hits(sought, name))
        ]
        if fitting:
            hit, lacking, places = min(fitting, key=lambda each: each[:2])
            order = (len(term.label), term.label.casefold(), term.iri)
            ranked.append(((hit, lacking, order), About(term, places)))
    return sorted(ranked, key=lambda pair: pair[0])


def _matches(
    said: Said, sought: Sought, about: Sequence[About], graph: KnowledgeGraph
) -> Iterator[Match]:
    """Yield a question as it is by default, and asked of each thing that was found."""
    worth: dict[int, int] = {}
    for value, told in said.places:
        for place in plain.hits(sought, told):
            worth.setdefault(place, value)
    size = min((_size(graph, each.kind) for each in said.question.params if each.kind), default=0)
    if worth:
        yield _match(said.question, worth, (), size)
    for given in _fillings(said.question, about):
        named = {place: _IN_QUESTION for _, each in given for place in each.places}
        place = sum(about.index(each) for _, each in given)
        pairs = tuple((name, compress(each.term.iri)) for name, each in given)
        yield _match(said.question, {**worth, **named}, pairs, size, place)


def _fillings(question: Question, about: Sequence[About]) -> Iterator[list[tuple[str, About]]]:
    """Yield what the gaps of a question can be filled with: several at once, else each thing."""
    if len(question.params) == 1:
        name, kind = question.params[0].name, question.params[0].kind
        for each in about:
            if kind in each.term.kinds:
                yield [(name, each)]
        return
    left, given = list(about), []
    for parameter in question.params:
        fitting = next((each for each in left if parameter.kind in each.term.kinds), None)
        if fitting is not None:
            left.remove(fitting)
            given.append((parameter.name, fitting))
    if given:
        yield given


def _match(
    question: Question,
    worth: Mapping[int, int],
    given: tuple[tuple[str, str], ...] = (),
    size: int = 0,
    place: int = 0,
) -> Match:
    """Return a match by what it has of each word.

    Of as good ones comes first what may be asked of fewer things, so says more of this one; then
    what tells the article's evidence as a table, which most people come for; then what is asked of
    the thing that was found first.
    """
    is_aside = question.form != "select" or "evidence" not in question.tags
    rank = (-sum(worth.values()), size, is_aside, place, question.id)
    return Match(rank, question, given, frozenset(worth))


@functools.lru_cache(maxsize=4096)
def _has_answer(graph: KnowledgeGraph, id: str, given: tuple[tuple[str, str], ...]) -> bool:
    return len(graph.ask(id, **dict(given))) > 0


def _entry(match: Match, graph: KnowledgeGraph) -> Entry:
    return entry(match.question, graph, match.given)


@functools.cache
def _library(graph: KnowledgeGraph) -> tuple[Said, ...]:
    return tuple(_said(each) for each in graph.questions())


def _said(question: Question) -> Said:
    names = " ".join((question.id, *question.tags))
    texts = (
        (_IN_QUESTION, question.question),  # with the names of its gaps: "When is {assessment} ..."
        (_IN_TAGS, names),
        (_IN_SUMMARY, question.summary),
    )
    return Said(question, tuple((value, plain.telling(text)) for value, text in texts))


@functools.cache
def _names(graph: KnowledgeGraph) -> tuple[Name, ...]:
    return tuple(
        Name(
            term,
            tuple(
                {plain.telling(name): None for name in (term.label, *term.synonyms, *term.hidden)}
            ),
        )
        for term in graph.terms
        if not {*_KINDS}.isdisjoint(term.kinds)
    )


@functools.cache
def _size(graph: KnowledgeGraph, kind: str) -> int:
    """Return how many things there are of a kind: who names a site asks of sites first."""
    return len(graph.terms.of_kind(kind))
