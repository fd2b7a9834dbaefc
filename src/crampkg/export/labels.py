"""Labels of blank nodes that depend on what is said of them, and on nothing else.

RDFC-1.0 numbers the blank nodes of a whole graph, so that one new triple renames all of them. Here
a label is a digest of the triples around the node, refined through the blank nodes next to it
until no two are told apart that were not before, and of the blank nodes that hang together with
it. Nodes that stay alike are numbered in the order of `crampkg.blank_nodes`.
"""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from pyoxigraph import BlankNode

from crampkg.blank_nodes import ordered
from crampkg.rdf import sort_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crampkg.rdf import Graphs, RdfTerm, Triple

    #: For each blank node the triples that it is in: its place, the predicate, the other end.
    _Around = dict[str, list[tuple[str, str, RdfTerm]]]


#: After so many rounds nodes that are still alike are numbered: the bound of work for long lists.
_ROUNDS = 32
_DIGITS = 12


def by_content(graphs: Graphs) -> Graphs:
    """Return `graphs` with new labels.

    Raises `UsageError` for nodes so many and so much alike that no order of them can be found.
    """
    around = _around(triple for triples in graphs.values() for triple in triples)
    if not around:
        return graphs
    colours: dict[str, str] = {}
    for component in _components(around):
        colours.update(_colours(component, around))
    labels: dict[str, str] = {}
    alike: dict[str, int] = {}
    told_apart = len({colour[:_DIGITS] for colour in colours.values()}) == len(around)
    for node in around if told_apart else ordered(graphs):
        label = f"b{colours[node][:_DIGITS]}"
        number = alike[label] = alike.get(label, 0) + 1
        labels[node] = label if number == 1 else f"{label}-{number}"

    def renamed(term: RdfTerm) -> Any:
        return BlankNode(labels[term.value]) if isinstance(term, BlankNode) else term

    return {
        name: [(renamed(subject), predicate, renamed(value)) for subject, predicate, value in found]
        for name, found in graphs.items()
    }


def _around(triples: Iterable[Triple]) -> _Around:
    around: _Around = {}
    for subject, predicate, value in triples:
        if isinstance(subject, BlankNode):
            around.setdefault(subject.value, []).append(("subject", predicate.value, value))
        if isinstance(value, BlankNode):
            around.setdefault(value.value, []).append(("object", predicate.value, subject))
    return around


def _components(around: _Around) -> Iterable[list[str]]:
    """Yield the blank nodes that hang together."""
    met: set[str] = set()
    for start in around:
        if start in met:
            continue
        met.add(start)
        component = [start]
        for node in component:  # grows while it is walked
            for _, _, other in around[node]:
                if isinstance(other, BlankNode) and other.value not in met:
                    met.add(other.value)
                    component.append(other.value)
        yield component


def _colours(component: list[str], around: _Around) -> Mapping[str, str]:
    """Return a digest for each node of a component, told apart as far as its surroundings are."""
    colours = dict.fromkeys(component, "")
    classes = 0
    for _ in range(_ROUNDS):
        refined = {}
        for node in component:
            edges = sorted(
                (place, predicate, *_seen(other, node, colours))
                for place, predicate, other in around[node]
            )
            refined[node] = hashlib.sha256(repr((colours[node], edges)).encode()).hexdigest()
        colours = refined
        found = len(set(colours.values()))
        if found in (classes, len(component)):
            break
        classes = found
    whole = repr(sorted(colours.values()))
    return {
        node: hashlib.sha256((colour + whole).encode()).hexdigest()
        for node, colour in colours.items()
    }


def _seen(term: RdfTerm, node: str, colours: Mapping[str, str]) -> tuple[str, ...]:
    if isinstance(term, BlankNode):
        return ("bnode", "itself" if term.value == node else colours[term.value])
    return sort_key(term)
