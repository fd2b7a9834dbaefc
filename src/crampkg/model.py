"""The shared records of the program: claims, questions, terms, statuses, findings."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any
    from typing import NamedTuple as NamedTuple  # noqa: PLC0414 - for records elsewhere, too
else:
    from collections import namedtuple

    class _Record(type):
        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            fields = body["__annotations__"]
            defaults = [body[field] for field in fields if field in body]
            record = namedtuple(name, fields, defaults=defaults, module=body["__module__"])  # noqa: PYI024
            record.__doc__ = body["__doc__"]
            return record

    class NamedTuple(metaclass=_Record):
        """As in `typing`, whose import takes 3 ms of the 70 of `crampkg ask`."""


class Hedge(NamedTuple):
    """A hedge, and its rank among the hedges of its kind: a higher one takes back more."""

    word: str
    kind: str  # "frequency", "possibility", "quantity" or "scope of negation"
    rank: int


class Circumstance(NamedTuple):
    """A circumstance, population or mechanism that a claim names beside its two things."""

    relation: str  # `ck:especiallyWhen`, `ck:statedFor` or `ck:viaMechanism`
    thing: str
    label: str


class Citation(NamedTuple):
    """A marker that covers a claim; `source` is empty if it leads to no listed reference."""

    marker: str
    text: str  # as printed: "3"
    status: str
    source: str
    source_label: str


class Claim(NamedTuple):
    """A claim of an article, whatever its stance; absent texts are empty.

    `start` and `end` are offsets into the article's text, in Unicode code points: those of the
    claim's own words if recorded, else those of its statement.
    """

    iri: str
    article: str
    article_title: str
    subject: str
    subject_label: str
    relation: str
    relation_label: str
    object: str
    object_label: str
    wording: str  # of the relation, as printed
    stance: str  # "affirmed", "denied", "mixed evidence" or "reported belief"
    hedge: str  # all of its hedges in words, or "none printed"
    evidence: str  # the words of an appeal to evidence: "research shows"
    condition: str  # the words of its circumstances: "particularly in hot environments"
    basis: str  # "sentence", "list item", "implicature" or "heading"
    statement: str
    section: str
    note: str  # our note on how it is read
    start: int
    end: int
    is_under_label: bool  # whether its heading is the label of a bullet
    hedges: tuple[Hedge, ...]
    hedges_of_others: tuple[Hedge, ...]  # hedges in its words that weaken another claim only
    circumstances: tuple[Circumstance, ...]
    citations: tuple[Citation, ...]
    listed_items: tuple[str, ...]  # the list items under the heading that states it
    origin: str = "article"


class Parameter(NamedTuple):
    """A parameter of a question, as its header declares it."""

    name: str
    type: str  # "iri", "string" or "integer"
    kind: str | None  # the IRI of the class a value must have; None unless type is "iri"
    default: str  # an IRI or a lexical form; empty until the graph chooses one
    help: str


class Question(NamedTuple):
    """A question of the library: the header of a file in `queries/`, and its SPARQL."""

    id: str
    question: str
    summary: str
    tags: tuple[str, ...]
    params: tuple[Parameter, ...]
    silence: str  # the sentence for an empty answer
    form: str  # "select" or "construct"
    text: str  # the whole file, header included
    note: str = ""  # a sentence that goes with every answer to it
    overview: tuple[str, ...] = ()  # columns of a matrix: down, across, in its cells


class Mapped(NamedTuple):
    """A name in another vocabulary for one of our things, or for a wider or narrower one."""

    name: str
    term: str  # the IRI of its term
    closeness: (
        str  # "exactly", "closely", "wider" or "narrower"; the first two are names of the thing
    )


class Term(NamedTuple):
    """A thing or vocabulary term that has a label."""

    iri: str
    label: str
    synonyms: tuple[str, ...]
    kinds: tuple[str, ...]  # the IRIs of all its classes, inferred ones included
    definition: str
    hidden: tuple[
        str, ...
    ] = ()  # further names that find it: hidden labels, titles, an article's folder
    mapped: tuple[Mapped, ...] = ()  # names of its mapped terms, the exact ones first


class NearTerm(NamedTuple):
    """A term narrower or wider than a thing, by background, that claims name.

    Or, with `step` "contested", the thing itself, with the claims on it or a narrower kind that are
    not affirmed.
    """

    asked: str  # the IRI of the thing
    asked_label: str
    step: str  # "narrower", "wider" or "contested"
    iri: str
    label: str
    claims: frozenset[str]  # the IRIs of the claims that name the term in any role
    stances: Mapping[str, str]  # the stances of those that are not affirmed, by IRI


#: The notice of crampkg itself with every answer, whatever the article's own disclaimer.
NOTICE = "Not medical advice: crampkg tells what a source says, not what is true or what to do."


class Status(NamedTuple):
    """The status of an article, which must go with every answer (design, truth rule 8)."""

    title: str
    updated: str  # ISO 8601 date of the article
    review: str
    audience: str
    disclaimer: str
    article: str = ""  # its IRI; its claims, statements and markers share its namespace
    notice: str = NOTICE


class Subject(NamedTuple):
    """The subject of some sources; parts that they do not record are empty."""

    topic: str = ""  # as worded within a sentence
    search: tuple[str, ...] = ()  # examples of search words
    inference: tuple[str, ...] = ()  # an example: subject, relation and object, by name
    words: Mapping[
        str, tuple[str, ...]
    ] = {}  # words of the sources, by the words that people type instead
    examples: Mapping[str, str] = {}  # for the help of commands, by their names


class Rule(NamedTuple):
    """The public part of a rule: its id, its file, and its conclusion in a sentence."""

    id: str
    name: str
    summary: str


class Finding(NamedTuple):
    """One failure of a check."""

    check: str  # the name of the check, as in `rules/lint/NAME.rq` or a shape's local name
    file: str  # relative to the sources' root; empty when no file can be named
    line: int | None
    term: str  # CURIE or IRI of the term at fault; empty when none can be named
    problem: str
    remedy: str
