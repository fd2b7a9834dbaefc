"""The records that the whole program shares: claims, questions, terms, statuses, findings."""

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
        """That of typing, whose import takes 3 ms of the 70 of `crampkg ask`."""


class Hedge(NamedTuple):
    """A hedge word, and its rank among the hedges of its kind: higher takes back more."""

    word: str
    kind: str  # "frequency", "possibility", "quantity" or "scope of negation"
    rank: int


class Circumstance(NamedTuple):
    """A circumstance, a population or a mechanism that stands in a claim beside its two things."""

    relation: str  # `ck:especiallyWhen`, `ck:statedFor` or `ck:viaMechanism`
    thing: str
    label: str


class Citation(NamedTuple):
    """A marker that covers a claim; `source` is empty where it leads to no listed reference."""

    marker: str
    text: str  # as printed: "3"
    status: str
    source: str
    source_label: str


class Claim(NamedTuple):
    """A claim of an article, whatever its stance; empty text for what is absent.

    `start` and `end` are offsets into the article's text, in Unicode code points: of the claim's
    own words where these are recorded, else of its statement.
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
    evidence: str  # the words that appeal to it: "research shows"
    condition: str  # the words of its circumstances: "particularly in hot environments"
    basis: str  # what it is read from: "sentence", "list item", "implicature" or "heading"
    statement: str
    section: str
    note: str  # ours, on how it is read
    start: int
    end: int
    is_under_label: bool  # whether the heading that it is read from is the label of a bullet
    hedges: tuple[Hedge, ...]
    hedges_of_others: tuple[Hedge, ...]  # in its words, and weakening another claim only
    circumstances: tuple[Circumstance, ...]
    citations: tuple[Citation, ...]
    listed_items: tuple[str, ...]  # the list items whose heading it is read from
    origin: str = "article"


class Parameter(NamedTuple):
    """A parameter of a question, as its header declares it."""

    name: str
    type: str  # "iri", "string" or "integer"
    kind: str | None  # the IRI of the class a value must have; None unless type is "iri"
    default: str  # an IRI, a lexical form or an integer's digits; empty until the graph chooses it
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
    overview: tuple[str, ...] = ()  # columns of a matrix: what stands down, across, in its cells


class Mapped(NamedTuple):
    """A name that another vocabulary has for a thing of ours, or for what is wider or narrower."""

    name: str
    term: str  # the IRI of its term
    closeness: str  # "exactly", "closely", "wider" or "narrower": the first two find the thing


class Term(NamedTuple):
    """A thing or vocabulary term that has a label."""

    iri: str
    label: str
    synonyms: tuple[str, ...]
    kinds: tuple[str, ...]  # the IRIs of all its classes, inferred ones included
    definition: str
    hidden: tuple[str, ...] = ()  # names that find it and are no synonyms: hidden labels, titles
    mapped: tuple[Mapped, ...] = ()  # names of the terms that it is mapped to, the exact ones first


class NearTerm(NamedTuple):
    """A term that background puts under or over a thing, and that claims name.

    Or a thing itself, whose claims are those about it or a narrower kind that are not affirmed.
    """

    asked: str  # the IRI of the thing
    asked_label: str
    step: str  # "narrower", "wider" or "contested"
    iri: str
    label: str
    claims: frozenset[str]  # the IRIs of the claims that name the term in any role
    stances: Mapping[str, str]  # the stances of those that are not affirmed, by IRI


#: What crampkg itself says with every answer, whatever an article says of itself.
NOTICE = "Not medical advice: crampkg tells what a source says, not what is true or what to do."


class Status(NamedTuple):
    """What must travel with every answer (design, truth rule 8)."""

    title: str
    updated: str  # ISO 8601 date of the article
    review: str
    audience: str
    disclaimer: str
    article: str = ""  # its IRI; those of its claims, statements and markers begin alike
    notice: str = NOTICE


class Subject(NamedTuple):
    """What some sources are about; each part is empty where nothing says so."""

    topic: str = ""  # as it stands in a sentence
    search: tuple[str, ...] = ()  # what a reader might look for
    inference: tuple[str, ...] = ()  # subject, relation and object of one, by their names
    words: Mapping[str, tuple[str, ...]] = {}  # of the sources, by what people type instead
    examples: Mapping[str, str] = {}  # for the help of commands, by their names


class Rule(NamedTuple):
    """What people see of a rule: its id, its file, and in a sentence what it concludes."""

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
