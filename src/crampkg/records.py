"""The small records that many modules share. No behaviour beyond reading them."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping
    from typing import Any, NamedTuple
else:
    from collections import namedtuple

    class _Fields(type):
        """Makes a class with annotated fields a named tuple, as typing does.

        Importing typing would take an eighth of the time in which `crampkg ask` answers.
        """

        def __new__(cls, name: str, bases: tuple[type, ...], body: dict[str, Any]) -> type:
            if not bases:
                return super().__new__(cls, name, bases, body)
            annotations = body["__annotations__"]
            defaults = [body[field] for field in annotations if field in body]
            module = body["__module__"]
            made = namedtuple(name, annotations, defaults=defaults, module=module)  # noqa: PYI024
            made.__doc__ = body["__doc__"]
            made.__annotations__ = annotations
            return made

    class NamedTuple(metaclass=_Fields):
        """What typing calls so, as far as the records here need it."""


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
    note: str = ""  # what must be said with every answer to it
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


class Finding(NamedTuple):
    """One failure that a check found."""

    check: str  # the name of the check, as in `rules/lint/NAME.rq` or a shape's local name
    file: str  # relative to the sources' root; empty when no file can be named
    line: int | None
    term: str  # CURIE or IRI of the term at fault; empty when none can be named
    problem: str
    remedy: str
