"""The derivation of a triple: the rule instances behind it, back to assertions."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from crampkg.vocabulary import CK, GRAPHS, RDF, RDFS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from pyoxigraph import Quad

    from crampkg.engine.embedded import EmbeddedEngine
    from crampkg.pipeline.instances import Instances, Step

    Subject = NamedNode | BlankNode | Triple
    Term = Subject | Literal

_TYPE = NamedNode(RDF + "type")
_SUBPROPERTY = NamedNode(RDFS + "subPropertyOf")
_CLAIM = NamedNode(CK + "Claim")
_ASSERTED = {str(NamedNode(GRAPHS[name])): name for name in ("ontology", "background", "claims")}


class Axiom(NamedTuple):
    """One assertion: an axiom of the ontology, a background link, or a whole claim.

    An axiom of several triples is identified by the triple at its root, above its blank nodes; a
    claim by its IRI alone.
    """

    graph: str  # "ontology", "background" or "claims"
    subject: Subject
    predicate: NamedNode | None = None
    object: Term | None = None

    @property
    def name(self) -> str:
        """The IRI of the axiom's subject; empty for an anonymous class or list."""
        return self.subject.value if isinstance(self.subject, NamedNode) else ""


class Derivation(NamedTuple):
    """Everything that bears on a conclusion: the steps to each triple, and the assertions."""

    steps: Mapping[Triple, tuple[Step, ...]]
    axioms: Mapping[Triple, Axiom]


class Derivations:
    """The graph and its rule instances, walked backwards. Read-only."""

    def __init__(self, engine: EmbeddedEngine, instances: Instances) -> None:
        self.engine = engine
        self.store = engine.store
        self._instances = instances

    def is_in(self, triple: Triple) -> bool:
        """Return whether a triple is in any graph, or was left out as an anonymous type."""
        return any(True for _ in self._quads(triple)) or triple in self._instances

    def between(self, subject: Subject, object: Term) -> list[Triple]:
        """Return the triples that hold between two things."""
        quads = self.store.quads_for_pattern(subject, None, object, None)
        return list({quad.triple: None for quad in quads})

    def above(self, predicate: NamedNode) -> list[NamedNode]:
        """Return the superproperties of `predicate`."""
        quads = self.store.quads_for_pattern(predicate, _SUBPROPERTY, None, None)
        return list({quad.object: None for quad in quads if isinstance(quad.object, NamedNode)})

    def behind(self, goal: Triple) -> Derivation:
        """Return the derivation of `goal`."""
        steps = self._instances.behind(goal)
        axioms = {triple: self.axiom(triple) for triple in steps}
        return Derivation(steps, {triple: axiom for triple, axiom in axioms.items() if axiom})

    def axiom(self, triple: Triple) -> Axiom | None:
        """Return the axiom that asserts `triple`, or None for a derived triple."""
        for quad in self._quads(triple):
            graph = _ASSERTED.get(str(quad.graph_name))
            if graph:
                return self._whole(quad, graph)
        return None

    def quad(self, axiom: Axiom) -> Quad:
        """Return the quad that identifies `axiom`, or one quad of its claim, list or class."""
        graph = NamedNode(GRAPHS[axiom.graph])
        quads = self.store.quads_for_pattern(axiom.subject, axiom.predicate, axiom.object, graph)
        return next(iter(quads))

    def _quads(self, triple: Triple) -> Iterable[Quad]:
        return self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object)

    def _whole(self, quad: Quad, graph: str) -> Axiom:
        while isinstance(quad.subject, BlankNode):
            parents = self.store.quads_for_pattern(None, None, quad.subject, quad.graph_name)
            parent = next(iter(parents), None)
            if parent is None:
                return Axiom(graph, quad.subject)
            quad = parent
        if graph == "claims" and next(
            iter(self.store.quads_for_pattern(quad.subject, _TYPE, _CLAIM, quad.graph_name)), None
        ):
            return Axiom(graph, quad.subject)
        return Axiom(graph, quad.subject, quad.predicate, quad.object)
