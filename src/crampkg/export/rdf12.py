"""RDF 1.2, in which a triple carries its claims: a claim is a reifier of what it states.

After https://www.w3.org/TR/rdf12-concepts/#section-triple-terms-reification. To reify a triple
asserts nothing: a denied claim reifies what it denies, and only facts stand bare as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import NamedNode
from pyoxigraph import Triple as TripleTerm

from crampkg.vocabulary import CK, GRAPHS, RDF

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crampkg.rdf import Graphs, RdfTerm, Triple


_REIFIES = NamedNode(RDF + "reifies")
_PARTS = tuple(CK + name for name in ("claimSubject", "claimPredicate", "claimObject"))
#: What of a claim goes with a fact where the claims are not exported: how firmly it is said.
_WITH_A_FACT = frozenset(CK + name for name in ("hedge", "hedgeText", "stance", "statedFor"))


def claims_on(chosen: Graphs, whole: Graphs) -> Iterator[Triple]:
    """Yield what ties claims to the triples that they state, for the graphs `chosen` of `whole`.

    All claims of named things are tied where theirs is chosen. With the facts alone it is those
    behind the facts, and with each how firmly it is said.
    """
    said: dict[RdfTerm, dict[str, list[RdfTerm]]] = {}
    for graph in (GRAPHS["claims"], GRAPHS["inferred"]):  # the hedges in words are inferred
        for subject, predicate, value in whole.get(graph, []):
            said.setdefault(subject, {}).setdefault(predicate.value, []).append(value)
    facts = set(chosen.get(GRAPHS["facts-without-hedges"], ()))
    for claim, properties in said.items():
        values = (value for part in _PARTS for value in properties.get(part, ())[:1])
        stated = tuple(value for value in values if isinstance(value, NamedNode))
        if len(stated) < len(_PARTS) or not isinstance(claim, NamedNode):
            continue
        is_fact = stated in facts and _affirmed(properties)
        if is_fact or GRAPHS["claims"] in chosen:
            yield claim, _REIFIES, TripleTerm(*stated)  # type: ignore[misc]
        if is_fact:
            for name in _WITH_A_FACT & properties.keys():
                for value in properties[name]:
                    yield claim, NamedNode(name), value


def _affirmed(properties: Mapping[str, list[RdfTerm]]) -> bool:
    return [value.value for value in properties.get(CK + "stance", ())] == [CK + "affirmed"]
