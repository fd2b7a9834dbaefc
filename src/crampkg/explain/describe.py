"""The concept card: everything the graph holds about one thing, claims apart from background."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import Literal

from crampkg import claims
from crampkg.answers import remarks
from crampkg.answers.document import Facts, Heading, Paragraph, Tight, status
from crampkg.answers.table import Table, rows_of, table_of_rows
from crampkg.library import own_query, own_rows
from crampkg.near_terms import beyond, contested_terms, counted, near_terms
from crampkg.vocabulary import CK, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from crampkg.answers.document import Block
    from crampkg.engine.base import Engine
    from crampkg.model import Claim, NearTerm, Status, Term
    from crampkg.names import Terms
    from crampkg.rdf import RdfTerm, Triple


#: The columns of a table of claims on a card, in order.
_CLAIM = (
    *("subject", "subjectLabel", "relation", "relationLabel", "object", "objectLabel"),
    *("wording", "stance", "hedge", "evidenceAsWorded", "condition", "basis"),
    *("marker", "sourceLabel", "markerStatus", "section", "note", "claim"),
)


class NarrowerClaim(NamedTuple):
    """A claim about a narrower kind of the concept; that it is narrower is background."""

    kind: str
    kind_label: str
    claim: Claim


class CardLink(NamedTuple):
    """One link of the concept that no claim states.

    An inferred link has no source: it has the steps of its derivation, and the hedges of the claims
    among them. A link with several derivations is listed once for each.
    """

    subject: str
    subject_label: str
    relation: str
    relation_label: str
    object: str
    object_label: str
    origin: str  # "background" or "inferred"
    source: str
    comment: str
    path: str = ""
    hedge: str = ""


class CardProperty(NamedTuple):
    """A property of the thing itself, such as the stance of a claim or the title of a source."""

    property: str
    property_label: str
    value: str
    value_label: str  # empty for literals and for things without a label


class CardMapping(NamedTuple):
    """A term of an open ontology that the concept is mapped to."""

    match: str  # "exact", "close", "broader", "narrower" or "related"
    term: str
    label: str
    source: str
    comment: str


class Card(NamedTuple):
    """Everything about one concept, sorted: claims by side, stance and strength.

    `narrower` holds claims about narrower kinds of the concept that do not name the concept too, so
    that a denial for a narrower kind is never left out. `wider` holds wider terms with the claims
    that name them and are not on the card. "Narrower" and "wider" are background. `contested` holds
    the things named by the card's claims for which other claims are not affirmed, with those
    claims.
    """

    term: Term
    properties: tuple[CardProperty, ...]  # empty for clinical things, which have claims
    claims: tuple[Claim, ...]
    narrower: tuple[NarrowerClaim, ...]
    links: tuple[CardLink, ...]
    mappings: tuple[CardMapping, ...]
    triples: tuple[Triple, ...]  # the card as an RDF graph
    found: str = ""  # the sentence on a name that comes from another vocabulary alone
    wider: tuple[NearTerm, ...] = ()
    contested: tuple[NearTerm, ...] = ()


def describe(term: Term, engine: Engine) -> Card:
    """Return the card of `term`, read from `engine`."""

    def rows(name: str, *concepts: str) -> list[list[str]]:
        return list(own_rows(f"explain/{name}", engine, concept=concepts or (term.iri,)))

    kinds = claims.narrower([term.iri], engine)
    # The first concept that each claim names: the term itself before its narrower kinds.
    named: dict[str, tuple[str, str]] = {}
    for claim, kind, label in (
        *rows("card-claims"),
        *(rows("card-claims", *kinds) if kinds else ()),
    ):
        named.setdefault(claim, (kind, label))
    shown = claims.read(named, engine)
    near = beyond(near_terms([term.iri], engine), named.keys())
    ends = {iri for claim in shown.values() for iri in (claim.subject, claim.object)}
    contested = [thing for thing in contested_terms(engine) if thing.iri in {term.iri, *ends}]
    clinical = f"{CK}ClinicalEntity" in term.kinds
    return Card(
        term,
        ()
        if clinical
        # Sorted here, because stores order capital letters differently.
        else tuple(sorted((CardProperty(*row) for row in rows("card-properties")), key=_by_label)),
        tuple(shown[claim] for claim, (kind, _) in named.items() if kind == term.iri),
        tuple(
            NarrowerClaim(*place, shown[claim])
            for claim, place in named.items()
            if place[0] != term.iri
        ),
        (
            *(
                link
                for row in rows("card-links")
                if (link := CardLink(*row)).origin == "background"
            ),
            *_ties(rows("card-ties"), engine),
        ),
        tuple(CardMapping(*row) for row in rows("card-mappings")),
        triples(term, engine, kinds),
        wider=tuple(thing for thing in near if thing.step == "wider"),
        contested=tuple(beyond(contested, named.keys())),
    )


def triples(term: Term, engine: Engine, kinds: Collection[str] | None = None) -> tuple[Triple, ...]:
    """Return the card of `term` as an RDF graph; `kinds` are its narrower kinds, if known."""
    if kinds is None:
        kinds = claims.narrower([term.iri], engine)
    text = own_query("explain/card-graph", concept=[term.iri, *kinds])
    return tuple(sorted(set(engine.query(text).triples()), key=str))


def _ties(rows: Sequence[Sequence[str]], engine: Engine) -> Iterator[CardLink]:
    """Return the inferred links, each with its derivation, sorted by label."""
    things = {iri for row in rows for iri in row if iri}
    labels = dict(own_rows("explain/labels", engine, concept=things)) if things else {}
    known = claims.read((iri for row in rows for iri in (row[6], row[9]) if iri), engine)
    ties = []
    for row in rows:
        subject, relation, object, disease, by, met, _, shows, problem, _, site = (
            labels.get(iri, iri) for iri in row
        )
        steps = [f"{disease} affects {subject} (background)"] if disease else []
        hedges: dict[str, None] = {}
        for step, iri in ((f"{disease} {by} {met}", row[6]), (f"{met} {shows} {problem}", row[9])):
            if iri:
                words = list(map(claims.hedge_words, known[iri].hedges))
                hedges.update(dict.fromkeys(words))
                hedged = f"hedged {' and '.join(words)}" if words else "no hedge"
                implied = "implied by the " if known[iri].basis == "implicature" else ""
                steps.append(f"{step}, {hedged} ({implied}article)")
        if site:
            inside = "part of" if row[1] == f"{CK}partOf" else "in"
            steps.append(f"{problem or subject} is {inside} {site} (background)")
            if row[10] != row[2]:
                steps.append(f"{site} is part of {object} (background)")
        ends = (row[0], subject, row[1], relation, row[2], object)
        weakest = " and ".join(hedges) or ("none printed" if row[6] else "")
        ties.append(CardLink(*ends, "inferred", "", "", "; ".join(steps), weakest))
    return iter(sorted(ties, key=lambda tie: (tie.relation_label, tie.subject_label, tie)))


def document(
    card: Card, quotes: Mapping[str, str], statuses: Iterable[Status] = ()
) -> dict[str, Any]:
    """Return the card as a JSON object, with quotes where available."""

    def near(terms: Iterable[NearTerm]) -> list[dict[str, Any]]:
        return [{"iri": x.iri, "label": x.label, "claims": sorted(x.claims)} for x in terms]

    return {
        "term": card.term._asdict(),
        "properties": [prop._asdict() for prop in card.properties],
        "claims": [claims.document(claim) for claim in card.claims],
        "narrower": [
            {**kind._asdict(), "claim": claims.document(kind.claim)} for kind in card.narrower
        ],
        "wider": near(card.wider),
        "contested": near(card.contested),
        "links": [link._asdict() for link in card.links],
        "mappings": [mapping._asdict() for mapping in card.mappings],
        **({"found": card.found} if card.found else {}),
        "status": [status._asdict() for status in statuses],
        **({"quotes": dict(quotes)} if quotes else {}),
    }


def blocks(
    card: Card, terms: Terms, statuses: Sequence[Status], quotes: Mapping[str, str]
) -> Iterator[Block]:
    """Yield the card as a document, with quotes where available.

    With several articles, each claim names its own.
    """
    term = card.term
    yield Heading(term.label, 1)
    if term.definition:
        yield Tight(Paragraph(term.definition))
    kinds = sorted(kind.label for iri in term.kinds if (kind := terms.get(iri)) is not None)
    facts = {
        "found": card.found,
        "also called": ", ".join(term.synonyms),
        "kinds": ", ".join(kinds),
        "identifier": compress(term.iri),
    }
    yield Tight(Facts(tuple((name, text) for name, text in facts.items() if text)), ("plain",))
    for heading, table in _tables(card, remarks.titles(statuses), quotes):
        if table.rows:
            yield Heading(heading)
            yield table
    yield from map(Paragraph, _remarks(card))
    yield status(statuses)


def _tables(
    card: Card, titles: Mapping[str, str], quotes: Mapping[str, str]
) -> Iterator[tuple[str, Table[str]]]:
    """Yield the tables of a card, each under its heading."""
    properties = (
        (prop.property_label, prop.value_label or compress(prop.value)) for prop in card.properties
    )
    yield "What it is", Table(("property", "value"), tuple(properties))

    def about(rows: Iterable[Mapping[str, RdfTerm | None]], *before: str) -> Table[str]:
        kept = [{**row, "evidenceAsWorded": row["evidence"]} for row in rows]
        return table_of_rows((*before, *_CLAIM), kept, quotes, titles)

    yield "What the article claims", about(row for claim in card.claims for row in rows_of(claim))
    heading = "What the article claims of narrower kinds (which these are is our background)"
    narrower = (
        {**row, "narrowerKind": Literal(kind.kind_label)}
        for kind in card.narrower
        for row in rows_of(kind.claim)
    )
    yield heading, about(narrower, "narrowerKind")
    links = tuple(
        (
            *(link.subject_label, link.relation_label, link.object_label),
            *(link.origin, link.source or link.path, link.comment),
        )
        for link in card.links
    )
    ends = ("subject", "relation", "object")
    heading = "Background and inferences, not the article's"
    yield heading, Table((*ends, "origin", "source or by way of", "comment"), links)
    mappings = tuple(
        (mapping.match, compress(mapping.term), mapping.label, mapping.source, mapping.comment)
        for mapping in card.mappings
    )
    names = ("match", "term", "label", "source", "comment")
    yield "Mappings to other vocabularies", Table(names, mappings)


def _remarks(card: Card) -> Iterator[str]:
    """Yield where the article is silent on the concept, and which question holds more."""
    label = card.term.label
    if not card.claims and f"{CK}ClinicalEntity" in card.term.kinds:
        itself = " itself" if card.narrower else ""
        yield f"The article makes no claim about {label}{itself}."
    if card.wider:
        terms = ", ".join(f"{thing.label} ({counted(thing)})" for thing in card.wider)
        silent = f" No claim says how {label} is related to it." if is_unrelated(card) else ""
        yield (
            f"More is claimed of what is wider by our background: {terms}.{silent}"
            f' See `crampkg ask {remarks.CLAIMS_ABOUT} --concept "{label}"`.'
        )
    yield from remarks.contested_lines(card.contested)


def is_unrelated(card: Card) -> bool:
    """Return whether no claim on the card names both the concept and a wider term."""
    wider = {thing.iri for thing in card.wider}
    return not any(
        card.term.iri in ends and wider.intersection(ends)
        for ends in ((claim.subject, claim.object) for claim in card.claims)
    )


def resources(card: Card) -> Iterator[str]:
    """Yield the IRIs of the card's claims and their statements, which have spans."""
    for claim in (*card.claims, *(kind.claim for kind in card.narrower)):
        yield claim.iri
        yield claim.statement


def _by_label(prop: CardProperty) -> tuple[str, str, str]:
    return prop.property_label, prop.value_label, prop.value
