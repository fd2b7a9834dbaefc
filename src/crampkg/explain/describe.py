"""The concept card: what the graph holds about one thing, claims apart from background."""

from __future__ import annotations

import functools
import os
from typing import NamedTuple

from crampkg.questions.bind import bind, serialize
from crampkg.vocabulary import CK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from crampkg.engine.base import Binding, Engine, Triple
    from crampkg.records import Term


class CardClaim(NamedTuple):
    """One claim about the concept, once for each marker that covers it; empty text for absent."""

    side: str  # where the concept stands: "subject", "object", "circumstance" or "mechanism"
    subject: str
    subject_label: str
    relation: str
    relation_label: str
    object: str
    object_label: str
    wording: str
    stance: str
    hedge: str
    condition: str
    basis: str
    marker: str
    source_label: str
    marker_status: str
    section: str
    claim: str
    statement: str
    note: str


class CardLink(NamedTuple):
    """One link of the concept that no claim states; an inferred one has no source of its own."""

    subject: str
    subject_label: str
    relation: str
    relation_label: str
    object: str
    object_label: str
    origin: str  # "background" or "inferred"
    source: str
    comment: str


class CardProperty(NamedTuple):
    """What is said of a thing itself: of a claim its stance, of a reference its title."""

    property: str
    property_label: str
    value: str
    value_label: str  # empty for a text or number, and for what has no label


class CardMapping(NamedTuple):
    """A term of an open ontology that the concept is mapped to."""

    match: str  # "exact", "close", "broader", "narrower" or "related"
    term: str
    label: str
    source: str
    comment: str


class Card(NamedTuple):
    """Everything about one concept, sorted: claims by side, stance and strength."""

    term: Term
    properties: tuple[CardProperty, ...]  # empty for clinical things, whose claims say it
    claims: tuple[CardClaim, ...]
    links: tuple[CardLink, ...]
    mappings: tuple[CardMapping, ...]
    triples: tuple[Triple, ...]  # the card as an RDF graph
    found: str = ""  # the sentence on a name that only another vocabulary has for it


def describe(term: Term, engine: Engine) -> Card:
    """Return the card of `term`, asked of `engine`."""

    def rows(name: str) -> list[list[str]]:
        return [_texts(row) for row in engine.query(query(name, [term.iri])).bindings()]

    clinical = f"{CK}ClinicalEntity" in term.kinds
    return Card(
        term,
        ()
        if clinical
        # Here, because stores differ in how they order capital letters.
        else tuple(sorted((CardProperty(*row) for row in rows("card-properties")), key=_by_label)),
        tuple(CardClaim(*row) for row in rows("card-claims")),
        tuple(CardLink(*row) for row in rows("card-links")),
        tuple(CardMapping(*row) for row in rows("card-mappings")),
        tuple(sorted(set(engine.query(query("card-graph", [term.iri])).triples()), key=str)),
    )


def document(card: Card, quotes: Mapping[str, str]) -> dict[str, Any]:
    """Return the card as a JSON object, with the quoted spans where there are any."""
    told: dict[str, Any] = {
        "term": card.term._asdict(),
        "properties": [each._asdict() for each in card.properties],
        "claims": [claim._asdict() for claim in card.claims],
        "links": [link._asdict() for link in card.links],
        "mappings": [mapping._asdict() for mapping in card.mappings],
    }
    if card.found:
        told["found"] = card.found
    return {**told, "quotes": dict(quotes)} if quotes else told


def resources(card: Card) -> Iterator[str]:
    """Yield the IRIs of the card's claims and of their statements, which have spans."""
    for claim in card.claims:
        yield claim.claim
        yield claim.statement


def query(name: str, concepts: Iterable[str]) -> str:
    """Return the query `card-claims`, `card-links` or another of a card, for some concepts."""
    return bind(_text(name), {"concept": [serialize(iri, "iri") for iri in concepts]})


@functools.cache  # also because a server's process that answers cannot open a file
def _text(name: str) -> str:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), f"{name}.rq")
    with open(path, encoding="utf-8") as file:
        return file.read()


def _by_label(said: CardProperty) -> tuple[str, str, str]:
    return said.property_label, said.value_label, said.value


def _texts(row: Binding) -> list[str]:
    return ["" if value is None else value.text for value in row]
