"""RDF 1.2, in which a triple carries its claims: a claim is a reifier of what it states.

After https://www.w3.org/TR/rdf12-concepts/#section-triple-terms-reification. To reify a triple
asserts nothing: a denied claim reifies what it denies, and only facts stand bare as well.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, Triple, serialize

from crampkg.convert import from_value
from crampkg.vocabulary import CK, GRAPHS, PREFIXES, RDF

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crampkg.records import Value

    Values = tuple[Value, Value, Value]
    Graphs = dict[str | None, list[Values]]

_REIFIES = NamedNode(RDF + "reifies")
_PARTS = tuple(CK + name for name in ("claimSubject", "claimPredicate", "claimObject"))
#: What of a claim goes with a fact where the claims are not exported: how firmly it is said.
_WITH_A_FACT = frozenset(CK + name for name in ("hedge", "hedgeText", "stance", "statedFor"))


def claims_on(chosen: Graphs, whole: Mapping[str | None, list[Values]]) -> list[Triple]:
    """Return what ties claims to the triples that they state, for the graphs `chosen`.

    All claims are tied where theirs is chosen. With the facts alone it is those behind the facts,
    and with each how firmly it is said.
    """
    said: dict[Value, dict[str, list[Value]]] = {}
    for graph in (GRAPHS["claims"], GRAPHS["inferred"]):  # the hedges in words are inferred
        for subject, predicate, value in whole.get(graph, []):
            said.setdefault(subject, {}).setdefault(predicate.text, []).append(value)
    facts = set(chosen.get(GRAPHS["facts"], ()))
    found = []
    for claim, properties in said.items():
        try:
            stated = tuple(properties[part][0] for part in _PARTS)
        except KeyError:
            continue
        is_fact = stated in facts and _affirmed(properties)
        if is_fact or GRAPHS["claims"] in chosen:
            found.append(Triple(from_value(claim), _REIFIES, Triple(*map(from_value, stated))))  # type: ignore[arg-type]
        if is_fact:
            found += [
                Triple(*map(from_value, (claim, predicate, value)))  # type: ignore[arg-type]
                for predicate, value in _firmness(claim, properties)
            ]
    return found


def _affirmed(properties: Mapping[str, list[Value]]) -> bool:
    return [value.text for value in properties.get(CK + "stance", ())] == [CK + "affirmed"]


def _firmness(claim: Value, properties: Mapping[str, list[Value]]) -> Iterator[tuple[Value, Value]]:
    for predicate in _WITH_A_FACT & properties.keys():
        for value in properties[predicate]:
            yield claim._replace(text=predicate), value


def writer(syntax: RdfFormat) -> Callable[[Graphs, list[Triple]], bytes]:
    """Return what writes graphs, merged, and the triples of `claims_on` in a syntax of RDF 1.2."""
    return partial(_write, syntax)


def _write(syntax: RdfFormat, graphs: Graphs, claims: list[Triple]) -> bytes:
    triples = {
        Triple(*map(from_value, triple))  # type: ignore[arg-type]
        for found in graphs.values()
        for triple in found
    }
    in_order = sorted(triples | set(claims), key=str)
    if syntax == RdfFormat.N_TRIPLES:
        return serialize(in_order, format=syntax) or b""
    used = {
        prefix: namespace
        for prefix, namespace in PREFIXES.items()
        if any(f"<{namespace}" in str(triple) for triple in in_order)
    }
    return serialize(in_order, format=syntax, prefixes=used) or b""
