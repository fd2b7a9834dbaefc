"""The ontology: its classes, relations and fixed values, each at the fragment of its IRI."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crampkg.server.pages import addresses, kinds
from crampkg.server.pages.grid import Part, linked
from crampkg.server.pages.layout import Page, render
from crampkg.vocabulary import CK, OWL, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.graph import KnowledgeGraph
    from crampkg.records import Term
    from crampkg.server.pages.layout import Job

#: The parts of the page: a heading, and the classes of OWL whose members stand there.
_SECTIONS = (
    ("Classes", (f"{OWL}Class",)),
    ("Relations", (f"{OWL}ObjectProperty",)),
    ("Properties", (f"{OWL}DatatypeProperty", f"{OWL}AnnotationProperty")),
)

_SAID = (
    (f"{RDFS}subClassOf", "is a kind of"),
    (f"{RDFS}subPropertyOf", "is a special case of"),
    (f"{OWL}inverseOf", "is the inverse of"),
    (f"{RDFS}domain", "holds of"),
    (f"{RDFS}range", "leads to"),
    (f"{OWL}disjointWith", "has nothing in common with"),
)


class Entry(NamedTuple):
    """A term of the ontology and its place."""

    term: Term
    fragment: str
    said: tuple[tuple[str, tuple[Part, ...]], ...]
    things: int
    listed: str  # where its things are listed


def view(_: Job, graph: KnowledgeGraph) -> Page:
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
    return Page(render("ontology.html", graph, "/concepts", sections=sections))


def _entries(terms: list[Term], graph: KnowledgeGraph) -> Iterator[Entry]:
    counts, said = kinds.counts(graph), kinds.said(graph)
    for term in sorted(terms, key=lambda term: term.label.casefold()):
        told = tuple(
            (name, tuple(linked(graph.terms.name_of(iri), iri) for iri in found))
            for property, name in _SAID
            if (found := said.get((term.iri, property)))
        )
        if not told:
            told = tuple(
                ("is a", (linked(kind.label, kind.iri),))
                for kind, _ in kinds.narrow_first(term.kinds, graph)[:1]
            )
        things = counts.get(term.iri, 0)
        fragment = term.iri.removeprefix(CK)
        yield Entry(term, fragment, told, things, addresses.of_kind(term.iri))
