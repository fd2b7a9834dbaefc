"""What there is: the kinds of thing, how many each kind has, and what each graph holds."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from crampkg.library import own_query
from crampkg.vocabulary import CK, RDFS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.graph import KnowledgeGraph
    from crampkg.records import Term


#: What each graph holds.
HOLDS = {
    "ontology": "the kinds of thing and the relations",
    "background": "what we add: anatomy, hierarchy, mappings, the links from markers to sources",
    "claims": "what the article says: claims, statements, markers, references",
    "facts-without-hedges": "bare triples of affirmed claims, whose hedges stand on the claims",
    "inferred": "what rules derive from the others",
}


@functools.cache
def said(graph: KnowledgeGraph) -> dict[tuple[str, str], tuple[str, ...]]:
    """Return the values of each term and property of the ontology that place it."""
    found: dict[tuple[str, str], list[str]] = {}
    for row in graph.query(own_query("server/pages/classes")):
        key = row.text("term"), row.text("property")
        found.setdefault(key, []).append(row.text("value"))
    return {key: tuple(values) for key, values in found.items()}


@functools.cache
def below(graph: KnowledgeGraph, kind: str) -> tuple[Term, ...]:
    """Return the classes right below one, by label."""
    under = (
        graph.terms.get(term)
        for (term, name), above in said(graph).items()
        if name == f"{RDFS}subClassOf" and kind in above
    )
    return tuple(sorted((term for term in under if term), key=lambda term: term.label.casefold()))


@functools.cache
def counts(graph: KnowledgeGraph) -> dict[str, int]:
    """Return how many things each class of ours has."""
    found: dict[str, int] = {}
    for term in graph.terms:
        for kind in term.kinds:
            found[kind] = found.get(kind, 0) + 1
    return {kind: count for kind, count in found.items() if kind.startswith(CK)}


@functools.cache
def stated(graph: KnowledgeGraph) -> frozenset[str]:
    """Return the classes that have a thing of which it is stated, and not only inferred."""
    return frozenset(
        row.text("kind") for row in graph.query(own_query("server/pages/stated_classes"))
    )


def narrow_first(kinds: Iterable[str], graph: KnowledgeGraph) -> list[tuple[Term, int]]:
    """Return classes of ours with how many things they have, the narrowest first."""
    known = counts(graph)
    found = [
        (term, known[kind]) for kind in kinds if kind in known and (term := graph.terms.get(kind))
    ]
    return sorted(found, key=lambda pair: (pair[1], pair[0].label))
