"""The pages of concepts: the list by kind, and the page of a concept at the path of its IRI."""

from __future__ import annotations

from typing import Any, NamedTuple

from pyoxigraph import Literal, NamedNode

from crampkg.answers import remarks
from crampkg.answers.table import row_of, rows_of
from crampkg.errors import CrampkgError
from crampkg.explain.describe import is_unrelated, resources
from crampkg.export import OF_ONE_GRAPH
from crampkg.library import own_query
from crampkg.near_terms import counted
from crampkg.server.article_copy import quoted
from crampkg.server.pages import addresses, ontology
from crampkg.server.pages.grid import CellPart, grid, linked, widened
from crampkg.server.pages.layout import page
from crampkg.server.pages.question import about, contested_link, neighbours, not_affirmed
from crampkg.server.problems import Problem
from crampkg.text import whole_number
from crampkg.vocabulary import CK, DCT, KG, ORIGINS, OWL, RDF, SKOS, compress, shorten

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crampkg.explain.describe import Card, CardLink, CardMapping, CardProperty
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Term
    from crampkg.rdf import RdfTerm
    from crampkg.server.media import Reply
    from crampkg.server.pages.grid import Grid
    from crampkg.server.pages.layout import Visit

    Row = dict[str, RdfTerm | None]

#: How many things a page of a list shows.
_PER_PAGE = 150

#: The labels of stances with their headings, in the order of the page.
_STANCES = (
    ("affirmed", "What the article affirms"),
    ("mixed evidence", "Where it says that the evidence is mixed"),
    ("reported belief", "What it reports as a belief, without stating it"),
    ("denied", "What it denies"),
)

#: The relations that place a thing among others, with their names from the subject's and from the
#: object's side.
_PLACES = {
    f"{SKOS}broader": ("wider", "narrower"),
    f"{SKOS}narrower": ("narrower", "wider"),
    f"{CK}partOf": ("is part of", "has part"),
    f"{CK}memberOfGroup": ("belongs to", "has as members"),
}

_PLACE_ORDER = ("is part of", "has part", "belongs to", "has as members", "wider", "narrower")

#: The SKOS mapping relations in words.
_MATCHES = {
    "exact": "means the same",
    "close": "means nearly the same",
    "broader": "is wider",
    "narrower": "is narrower",
    "related": "is related",
}

#: Names for annotation properties that have no label in our ontology.
_NAMES = {f"{SKOS}scopeNote": "note"}

_SOURCE = f"{CK}EvidenceSource"

#: For a class of evidence, the question about the claims that rest on it.
_RESTS = (
    (f"{CK}CitationMarker", "claims-by-marker"),
    (_SOURCE, "claims-by-source"),
    (f"{CK}Section", "claims-by-section"),
)

#: Names of the links to a marker, from the marker's side.
_LEADING = {f"{CK}marker": "printed in", f"{CK}useOf": "uses"}

#: Names of fewer letters share a line.
_BRIEF = 12

#: The columns of a table of claims under the headings of their relations.
_CLAIM = (
    *("relation", "relationLabel"),
    *("subject", "subjectLabel", "object", "objectLabel", "wording", "hedge", "evidence"),
    "condition",
    *("marker", "markerStatus", "sourceLabel", "basis", "section", "claim", "note"),
)

#: Properties with the exact place of a text, shown apart from the rest.
_EXACT = {f"{CK}start", f"{CK}end", f"{CK}sha256"}

#: Properties whose values are part of a marker's name.
_NAMED = {f"{CK}markerText", f"{CK}markerStatus"}

#: Short names for the properties of a resolution, which has a section of its own.
_RESOLVED = {
    f"{CK}candidateSource": "source",
    f"{CK}possibleSource": "possible source",
    f"{CK}confidence": "confidence",
}

#: Columns left out on the page of a source: its own name, and the confidence of the marker.
_OF_A_SOURCE = {"confidence", "source", "sourceLabel"}

_LINK = (
    *("subject", "subjectLabel", "relation", "relationLabel", "object", "objectLabel"),
    *("source", "comment", "way", "origin"),
)


class Group(NamedTuple):
    """Some things below a heading."""

    heading: CellPart
    total: int
    things: Sequence[Term]
    origin: str  # the origin of the classification: background or inferred


def listing(graph: KnowledgeGraph, visit: Visit) -> Reply:
    """Return the page at `/concepts`: all things by kind, or the results of a search."""
    asked = dict(visit.asked)
    words, typed = asked.get("q", "").strip()[:300], asked.get("kind", "").strip()[:300]
    context: dict[str, Any] = {"words": words, "typed": typed, "kind": None, "mistake": ""}
    counts = ontology.counts(graph)
    known = [(term, counts[iri]) for iri in counts if (term := graph.terms.get(iri))]
    context["kinds"] = sorted(known, key=lambda pair: pair[0].label.casefold())
    if typed:
        try:
            context["kind"] = graph.find(typed, f"{OWL}Class")
        except CrampkgError:
            context["mistake"] = f"There is no kind called “{typed}”."
            near = graph.terms.near(typed, f"{OWL}Class")
            context["offers"] = [(term, addresses.of_kind(term.iri)) for term in near]
            return page("concepts.html", graph, "/concepts", 400, **context)
    if words or context["kind"]:
        kind = context["kind"]
        things = (
            graph.terms.search(words, kind.iri if kind else None)
            if words
            else graph.terms.of_kind(kind.iri)
        )
        context |= _paged(things, asked.get("page", "1"), words, kind)
        if kind and not words:
            context["below"] = [
                (term, counts.get(term.iri, 0), addresses.of_kind(term.iri))
                for term in ontology.below(graph, kind.iri)
            ]
        return page("concepts.html", graph, "/concepts", **context)
    context["groups"] = [
        Group(
            CellPart(kind.label, addresses.of_kind(kind.iri)),
            len(things),
            things,
            "background" if kind.iri in ontology.stated(graph) else "inferred",
        )
        for kind in ontology.below(graph, f"{CK}ClinicalEntity")
        if (things := graph.terms.of_kind(kind.iri))
    ]
    return page("concepts.html", graph, "/concepts", **context)


def concept(graph: KnowledgeGraph, visit: Visit) -> Reply:
    """Return the page of the thing whose IRI ends in `visit.name`.

    Raises `Problem` if there is none.
    """
    iri = f"{KG}{visit.name}"
    term = graph.terms.get(iri)
    if term is None:
        raise missing(iri, graph)
    card = graph.describe(iri)
    quotes = quoted([*resources(card)] or [iri], graph)
    evidence = _evidence(card, graph)
    properties = list(_properties(card, graph))
    by_origin = {
        origin: [link for link in card.links if link.origin == origin]
        for origin in ("background", "inferred")
    }
    context: dict[str, Any] = {
        "term": term,
        "curie": compress(iri),
        "kinds": list(_kinds(term, graph)),
        "formats": [
            (f"{addresses.address(iri)}{format.extension}", format.media_type, format.label)
            for format in OF_ONE_GRAPH.values()
        ],
        "places": _places(card),
        # A claim's table already shows its properties in words.
        "properties": [] if evidence else [value for is_exact, value in properties if not is_exact],
        "recorded": [value for is_exact, value in properties if evidence or is_exact],
        "resolution": list(_resolution(card, graph)),
        "evidence": evidence,
        "quote": _lines(quotes.get(iri, "")),
        "claims": list(_claims(card, graph, quotes)),
        "narrower": _narrower(card, graph, quotes),
        "wider": [(linked(wider.label, wider.iri), counted(wider)) for wider in card.wider],
        "unrelated": is_unrelated(card),
        "beside": not_affirmed(card.contested, graph),
        "around": addresses.question(remarks.CLAIMS_ABOUT, [("concept", compress(iri))]),
        "background": _links(by_origin["background"], graph),
        "inferred": _inferred(by_origin["inferred"], graph),
        "mappings": [
            (
                _MATCHES[mapping.match],
                linked(mapping.label or mapping.term, mapping.term),
                *_mapped(mapping),
            )
            for mapping in card.mappings
        ],
        "contested": contested_link([iri], graph),
        "neighbours": [] if card.claims else list(neighbours(iri, graph)),
        "rests": _rests(term, graph),
        "incoming": [] if _is_clinical(term) else list(_incoming(term, graph)),
        "is_clinical": _is_clinical(term),
        "is_source": _SOURCE in term.kinds,
        "questions": about(iri, term.kinds, graph),
    }
    here = "/concepts" if _is_clinical(term) else "/evidence"
    return page("concept.html", graph, here, **context)


def missing(iri: str, graph: KnowledgeGraph) -> Problem:
    """Return the problem of an unknown IRI, with similar names."""
    near = [term.label for term in graph.terms.near(iri[:300])]
    offer = f" Near it: {', '.join(near)}." if near else ""
    return Problem("not-found", f"Nothing here has the IRI {iri[:300]}.{offer}")


def _paged(things: Sequence[Term], page: str, words: str, kind: Term | None) -> dict[str, Any]:
    """Return one page of a list, and the links to the pages beside it."""
    last = max(1, -(-len(things) // _PER_PAGE))
    number = min(whole_number(page, 1, 10**99) or 1, last)
    start = (number - 1) * _PER_PAGE

    def at(other: int) -> str:
        chosen = {"q": words, "kind": compress(kind.iri) if kind else "", "page": str(other)}
        return addresses.link("/concepts", [pair for pair in chosen.items() if pair[1]])

    return {
        "listed": [
            (term, addresses.address(term.iri)) for term in things[start : start + _PER_PAGE]
        ],
        "total": len(things),
        "page": number,
        "pages": last,
        "before": at(number - 1) if number > 1 else "",
        "after": at(number + 1) if number < last else "",
    }


def _places(card: Card) -> list[tuple[str, list[tuple[CellPart, str]]]]:
    """Return the place of a thing: names of relations, with the related things and their origins.

    The order is that of `_PLACE_ORDER`.
    """
    others: dict[str, list[tuple[CellPart, str]]] = {}
    for link in card.links:
        forwards, backwards = _PLACES.get(link.relation, ("", ""))
        if forwards and link.subject == card.term.iri:
            other = linked(link.object_label, link.object)
            others.setdefault(forwards, []).append((other, link.origin))
        elif backwards:
            other = linked(link.subject_label, link.subject)
            others.setdefault(backwards, []).append((other, link.origin))
    return [(name, others[name]) for name in _PLACE_ORDER if name in others]


def _kinds(term: Term, graph: KnowledgeGraph) -> Iterator[tuple[str, list[tuple[CellPart, str]]]]:
    """Yield the kinds of a thing by origin, the narrowest first.

    An inferred kind has the address of its derivation, other kinds "".
    """
    origins: dict[str, str] = {}
    for row in graph.query(own_query("server/pages/stated_kinds", concept=[term.iri])):
        kind, origin = row.text("kind"), ORIGINS[row.text("graph")]
        if origins.get(kind, "inferred") == "inferred":  # a stated kind needs no derivation
            origins[kind] = origin
    for origin in ("article", "background", "inferred"):
        chips = [
            (
                CellPart(kind.label, addresses.of_kind(kind.iri), "chip"),
                addresses.why(term.iri, f"{RDF}type", kind.iri) if origin == "inferred" else "",
            )
            for kind, _ in ontology.narrow_first(term.kinds, graph)
            if origins.get(kind.iri) == origin
        ]
        if chips:
            yield origin, chips


def _properties(card: Card, graph: KnowledgeGraph) -> Iterator[tuple[bool, tuple[str, CellPart]]]:
    """Yield the properties of a thing, and whether a property is about the exact place of a text.

    The resolution of a marker is left out: it has a section of its own.
    """
    for recorded in card.properties:
        if recorded.property != f"{CK}resolution" and recorded.property not in _NAMED:
            yield recorded.property in _EXACT, _property(recorded, graph)


def _property(recorded: CardProperty, graph: KnowledgeGraph) -> tuple[str, CellPart]:
    heading = _NAMES.get(recorded.property, recorded.property_label)
    if recorded.value_label or recorded.value.startswith(("http://", "https://")):
        name = recorded.value_label or graph.terms.name_of(recorded.value)
        return heading, linked(name, recorded.value)
    return heading, CellPart(recorded.value)


def _resolution(card: Card, graph: KnowledgeGraph) -> Iterator[tuple[str, CellPart]]:
    """Yield the sources that we infer a marker leads to, with the properties of that link."""
    for link in card.properties:
        if link.property == f"{CK}resolution" and graph.terms.get(link.value):
            resolved = graph.describe(link.value)
            sources = {f"{CK}candidateSource", f"{CK}possibleSource"}
            if sources.isdisjoint(part.property for part in resolved.properties):
                yield "source", CellPart("no listed source")
            for part in resolved.properties:
                if part.property != f"{DCT}source":  # the source of the resolution itself
                    heading, value = _property(part, graph)
                    heading = _RESOLVED.get(part.property, heading)
                    # The heading "confidence" with the value "medium confidence" repeats itself.
                    yield heading, value._replace(text=value.text.removesuffix(f" {heading}"))


def _mapped(mapping: CardMapping) -> tuple[str, CardMapping]:
    """Return the CURIE of a mapping's term, if it has one, and the mapping."""
    return shorten(mapping.term), mapping


def _claims(
    card: Card, graph: KnowledgeGraph, quotes: Mapping[str, str]
) -> Iterator[tuple[str, str, int, Grid]]:
    """Yield the stance, its heading, the number of claims and their table, grouped by relation."""
    known = [stance for stance, _ in _STANCES]
    others = {claim.stance for claim in card.claims if claim.stance not in known}
    for stance, heading in (*_STANCES, *((name, name) for name in sorted(others))):
        chosen = [claim for claim in card.claims if claim.stance == stance]
        chosen.sort(key=lambda claim: (claim.relation_label, claim.relation))
        if chosen:
            rows = [row for claim in chosen for row in rows_of(claim)]
            table = grid(graph, _CLAIM, rows, quotes, "relation")
            yield stance, heading, len(chosen), table


def _narrower(card: Card, graph: KnowledgeGraph, quotes: Mapping[str, str]) -> Grid | None:
    """Return a table of the claims about narrower kinds, grouped by kind; None for none."""
    if not card.narrower:
        return None
    rows = [
        {**row, "narrower": NamedNode(narrower.kind), "narrowerLabel": Literal(narrower.kind_label)}
        for narrower in sorted(
            card.narrower, key=lambda narrower: (narrower.kind_label, narrower.kind)
        )
        for row in rows_of(narrower.claim)
    ]
    ends = ("subject", "subjectLabel", "relation", "relationLabel", "object", "objectLabel")
    columns = ("narrower", "narrowerLabel", *ends, "stance", *_CLAIM[6:])
    return grid(graph, columns, rows, quotes, "narrower")


def _evidence(card: Card, graph: KnowledgeGraph) -> Grid | None:
    """Return a claim as a table with its stance, hedges and evidence; None for other things."""
    if f"{CK}Claim" not in card.term.kinds:
        return None
    claim = graph.claim(card.term.iri)
    rows = [{**row, "origin": Literal(claim.origin)} for row in rows_of(claim)]
    ends = ("relation", "relationLabel", "object", "objectLabel", "stance")
    columns = ("subject", "subjectLabel", *ends, *_CLAIM[6:], "origin")
    table = grid(graph, columns, rows)
    lines = [
        # Without the link to the claim, which leads to this very page.
        line._replace(
            cells=tuple(tuple(part for part in cell if part.look != "claim") for cell in line.cells)
        )
        for line in table.lines
    ]
    return table._replace(lines=tuple(lines))


def _links(links: Sequence[CardLink], graph: KnowledgeGraph) -> Grid | None:
    """Return a table of links, or None where there are none."""
    if not links:
        return None
    rows = [
        row_of(link, source=link.source, comment=link.comment, way=link.path, origin=link.origin)
        for link in links
    ]
    return grid(graph, _LINK, rows)


def _inferred(links: Sequence[CardLink], graph: KnowledgeGraph) -> Grid | None:
    """Return a table of inferred links with links to their derivations."""
    table = _links(links, graph)
    if table is None:
        return None
    reasons = [
        CellPart(
            "why?",
            addresses.why(link.subject, link.relation, link.object),
            context=f" {link.subject_label} {link.relation_label} {link.object_label}",
        )
        for link in links
    ]
    return widened(table, "derivation", reasons)


def _rests(term: Term, graph: KnowledgeGraph) -> tuple[str, Grid | None, int] | None:
    """Return the claims of a marker, source or section: the question's address, a table, a count.

    None for other things, or without the question in the library.
    """
    library = {question.id: question for question in graph.questions()}
    for kind, id in _RESTS:
        if kind in term.kinds and id in library:
            name = library[id].params[0].name
            answer = graph.ask(id, **{name: term.iri})
            words = quoted((row.text("claim") for row in answer), graph)
            own = _OF_A_SOURCE if kind == _SOURCE else set()
            names = [name for name in remarks.columns(answer) if name not in own]
            rows = [{name: row[name] for name in names} for row in answer]
            apart = "cited" if own else ""
            table = grid(graph, names, rows, words, apart=apart) if rows else None
            claims = len({row.text("claim") for row in answer})
            return addresses.question(id, [(name, compress(term.iri))]), table, claims
    return None


def _incoming(term: Term, graph: KnowledgeGraph) -> Iterator[tuple[str, list[CellPart], bool]]:
    """Yield the things that link to a thing, by relation, such as claims to their statement.

    The last value is whether their names are brief enough to share a line.
    """
    links: dict[str, list[CellPart]] = {}
    for row in graph.query(own_query("server/pages/incoming", concept=[term.iri])):
        relation, subject = row.text("relation"), row.text("subject")
        if relation != f"{RDF}type":
            name = graph.terms.name_of(subject).removesuffix(f" of a marker: {term.label}")
            heading = _LEADING.get(relation) or graph.terms.name_of(relation)
            links.setdefault(heading, []).append(linked(name, subject))
    for heading, parts in links.items():
        yield heading, parts, all(len(part.text) < _BRIEF for part in parts)


def _lines(text: str) -> str:
    """Return a text with single spaces between words and without empty lines."""
    return "\n".join(" ".join(line.split()) for line in text.splitlines() if line.strip())


def _is_clinical(term: Term) -> bool:
    return f"{CK}ClinicalEntity" in term.kinds
