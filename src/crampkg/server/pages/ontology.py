"""The page of the ontology, and the numbers of things by class."""

from __future__ import annotations

from typing import NamedTuple

from crampkg.graph import cached_on_graph
from crampkg.library import own_query
from crampkg.server.pages import addresses
from crampkg.server.pages.grid import CellPart, linked
from crampkg.server.pages.layout import page
from crampkg.vocabulary import CK, OWL, RDFS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Term
    from crampkg.server.media import Reply
    from crampkg.server.pages.layout import Visit

#: The parts of the page: a heading, and the classes of OWL whose members stand there.
_SECTIONS = (
    ("Classes", (f"{OWL}Class",)),
    ("Relations", (f"{OWL}ObjectProperty",)),
    ("Properties", (f"{OWL}DatatypeProperty", f"{OWL}AnnotationProperty")),
)

#: The relations between terms, in words.
_RELATIONS = (
    (f"{RDFS}subClassOf", "is a kind of"),
    (f"{RDFS}subPropertyOf", "is a special case of"),
    (f"{OWL}inverseOf", "is the inverse of"),
    (f"{RDFS}domain", "holds of"),
    (f"{RDFS}range", "leads to"),
    (f"{OWL}disjointWith", "has nothing in common with"),
)


#: What each graph holds.
HOLDS = {
    "ontology": "the kinds of thing and the relations",
    "background": "what we add: anatomy, hierarchy, mappings, the links from markers to sources",
    "claims": "what the article says: claims, statements, markers, references",
    "facts-without-hedges": "bare triples of affirmed claims, whose hedges stand on the claims",
    "inferred": "what rules derive from the others",
}


@cached_on_graph()
def placed(graph: KnowledgeGraph) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the values that relate terms of the ontology, by term and property."""
    values: dict[tuple[str, str], list[str]] = {}
    for row in graph.query(own_query("server/pages/classes")):
        key = row.text("term"), row.text("property")
        values.setdefault(key, []).append(row.text("value"))
    return {key: tuple(values) for key, values in values.items()}


@cached_on_graph()
def below(graph: KnowledgeGraph, kind: str) -> tuple[Term, ...]:
    """Return the direct subclasses of a class, by label."""
    under = (
        graph.terms.get(term)
        for (term, name), above in placed(graph).items()
        if name == f"{RDFS}subClassOf" and kind in above
    )
    return tuple(sorted((term for term in under if term), key=lambda term: term.label.casefold()))


@cached_on_graph()
def counts(graph: KnowledgeGraph) -> dict[str, int]:
    """Return the number of things in each of our classes."""
    known: dict[str, int] = {}
    for term in graph.terms:
        for kind in term.kinds:
            known[kind] = known.get(kind, 0) + 1
    return {kind: count for kind, count in known.items() if kind.startswith(CK)}


@cached_on_graph()
def stated(graph: KnowledgeGraph) -> frozenset[str]:
    """Return the classes with a member that is stated, not only inferred."""
    return frozenset(
        row.text("kind") for row in graph.query(own_query("server/pages/stated_classes"))
    )


def narrow_first(kinds: Iterable[str], graph: KnowledgeGraph) -> list[tuple[Term, int]]:
    """Return our classes among `kinds` with their numbers of things, the smallest first."""
    known = counts(graph)
    counted = [
        (term, known[kind]) for kind in kinds if kind in known and (term := graph.terms.get(kind))
    ]
    return sorted(counted, key=lambda pair: (pair[1], pair[0].label))


class ListedTerm(NamedTuple):
    """A term of the ontology, related to others."""

    term: Term
    fragment: str
    places: tuple[tuple[str, tuple[CellPart, ...]], ...]
    things: int
    listed: str  # the address of the list of its things


def view(graph: KnowledgeGraph, _: Visit) -> Reply:
    """Return the page at `/ontology`."""
    ours = [term for term in graph.terms if term.iri.startswith(CK)]
    sections = []
    seen: set[str] = set()
    for heading, classes in _SECTIONS:
        chosen = [term for term in ours if set(classes) & set(term.kinds)]
        seen.update(term.iri for term in chosen)
        sections.append((heading, list(_entries(chosen, graph))))
    rest = [term for term in ours if term.iri not in seen]
    sections.append(("Fixed values", list(_entries(rest, graph))))
    return page("ontology.html", graph, "/concepts", sections=sections)


def _entries(terms: list[Term], graph: KnowledgeGraph) -> Iterator[ListedTerm]:
    known, places = counts(graph), placed(graph)
    for term in sorted(terms, key=lambda term: term.label.casefold()):
        statements = tuple(
            (name, tuple(linked(graph.terms.name_of(iri), iri) for iri in values))
            for property, name in _RELATIONS
            if (values := places.get((term.iri, property)))
        )
        if not statements:
            statements = tuple(
                ("is a", (linked(kind.label, kind.iri),))
                for kind, _ in narrow_first(term.kinds, graph)[:1]
            )
        things = known.get(term.iri, 0)
        fragment = term.iri.removeprefix(CK)
        yield ListedTerm(term, fragment, statements, things, addresses.of_kind(term.iri))
