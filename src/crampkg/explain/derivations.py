"""Everything that a triple is derived from: the instances of rules, back to what is asserted."""

from __future__ import annotations

from typing import NamedTuple, cast

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, Triple, Variable, parse

from crampkg.engine.embedded import EmbeddedEngine
from crampkg.pipeline.rulebook import rulebook
from crampkg.pipeline.rules import saturate
from crampkg.vocabulary import CK, GRAPHS, RDF, RDFS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from typing import Any

    from pyoxigraph import Quad, QuerySolutions

    from crampkg.pipeline.rulebook import Pattern, Rule
    from crampkg.sources import Sources

    Subject = NamedNode | BlankNode | Triple
    Term = Subject | Literal

_TYPE = NamedNode(RDF + "type")
_SUBPROPERTY = NamedNode(RDFS + "subPropertyOf")
_CLAIM = NamedNode(CK + "Claim")
_ASSERTED = {str(NamedNode(GRAPHS[name])): name for name in ("ontology", "background", "claims")}


class Axiom(NamedTuple):
    """What is asserted as one: an axiom of the ontology, a background link, or a whole claim.

    An axiom of several triples is called by the one that its blank nodes hang from; a claim by
    its IRI alone.
    """

    graph: str  # "ontology", "background" or "claims"
    subject: Subject
    predicate: NamedNode | None = None
    object: Term | None = None

    @property
    def name(self) -> str:
        """The IRI of what the axiom is about; empty for an anonymous class or list."""
        return self.subject.value if isinstance(self.subject, NamedNode) else ""


class Step(NamedTuple):
    """One instance of a rule, its premises sorted as they are written."""

    rule: Rule
    premises: tuple[Triple, ...]


class Derivation(NamedTuple):
    """All that bears on a conclusion: how each triple follows, and which ones are asserted."""

    steps: Mapping[Triple, tuple[Step, ...]]
    axioms: Mapping[Triple, Axiom]


class Derivations:
    """The graph with all its entailments, walked backwards. Nothing is written to it."""

    def __init__(self, store: Store, rules: Iterable[Rule]) -> None:
        self.store = store
        self.engine = EmbeddedEngine.over(store)
        self._heads = [(rule, head) for rule in rules for head in rule.heads]

    @classmethod
    def of_graph(cls, nquads: bytes, sources: Sources) -> Derivations:
        """Return the derivations in a graph that `sources` were built into."""
        store = Store()
        # Blank nodes keep their canonical names, and so answers their order.
        store.extend(parse(nquads, format=RdfFormat.N_QUADS, rename_blank_nodes=False))
        saturate(store, sources)
        return cls(store, rulebook(sources, "facts", "owl", "inferred"))

    def is_in(self, triple: Triple) -> bool:
        """Tell whether a triple is in any graph."""
        return next(iter(self._quads(triple)), None) is not None

    def between(self, subject: Subject, object: Term) -> list[Triple]:
        """Return the triples that hold between two things."""
        quads = self.store.quads_for_pattern(subject, None, object, None)
        return list({quad.triple: None for quad in quads})

    def above(self, predicate: NamedNode) -> list[NamedNode]:
        """Return the relations that hold wherever `predicate` does."""
        quads = self.store.quads_for_pattern(predicate, _SUBPROPERTY, None, None)
        return list({quad.object: None for quad in quads if isinstance(quad.object, NamedNode)})

    def behind(self, goal: Triple) -> Derivation:
        """Return all that bears on `goal`."""
        steps: dict[Triple, tuple[Step, ...]] = {}
        axioms: dict[Triple, Axiom] = {}
        agenda = [goal]
        while agenda:
            triple = agenda.pop()
            if triple in steps:
                continue
            axiom = self.axiom(triple)
            if axiom is not None:
                axioms[triple] = axiom
            steps[triple] = tuple(self._steps(triple))
            for step in steps[triple]:
                agenda.extend(step.premises)
        return Derivation(steps, axioms)

    def axiom(self, triple: Triple) -> Axiom | None:
        """Return the axiom that asserts `triple`, or None when it is only derived."""
        for quad in self._quads(triple):
            graph = _ASSERTED.get(str(quad.graph_name))
            if graph:
                return self._whole(quad, graph)
        return None

    def quad(self, axiom: Axiom) -> Quad:
        """Return the quad that `axiom` is called by, or one of its claim, list or class."""
        graph = NamedNode(GRAPHS[axiom.graph])
        found = self.store.quads_for_pattern(axiom.subject, axiom.predicate, axiom.object, graph)
        return next(iter(found))

    def _quads(self, triple: Triple) -> Iterable[Quad]:
        return self.store.quads_for_pattern(triple.subject, triple.predicate, triple.object)

    def _whole(self, quad: Quad, graph: str) -> Axiom:
        while isinstance(quad.subject, BlankNode):
            above = self.store.quads_for_pattern(None, None, quad.subject, quad.graph_name)
            parent = next(iter(above), None)
            if parent is None:
                return Axiom(graph, quad.subject)
            quad = parent
        if graph == "claims" and next(
            iter(self.store.quads_for_pattern(quad.subject, _TYPE, _CLAIM, quad.graph_name)), None
        ):
            return Axiom(graph, quad.subject)
        return Axiom(graph, quad.subject, quad.predicate, quad.object)

    def _may_hold(self, premise: Pattern, binding: Mapping[Variable, Term]) -> bool:
        """Tell whether anything fits a premise by itself, which is far sooner seen than all."""
        parts: list[Any] = [
            binding.get(part) if isinstance(part, Variable) else part for part in premise
        ]
        subject, predicate, _ = parts
        if isinstance(subject, Literal) or isinstance(predicate, (BlankNode, Literal)):
            return False
        return next(iter(self.store.quads_for_pattern(*parts)), None) is not None

    def _steps(self, conclusion: Triple) -> list[Step]:
        found: dict[Step, None] = {}
        for rule, head in self._heads:
            binding = _match(head, conclusion)
            if binding is None:
                continue
            if not all(self._may_hold(premise, binding) for premise in rule.premises):
                continue
            instances: dict[tuple[Term | None, ...], dict[Triple, None]] = {}
            stated = {part for premise in rule.premises for part in premise}
            result = self.store.query(
                rule.query,
                use_default_graph_as_union=True,
                # A variable that is computed would be overwritten instead of compared.
                substitutions={name: term for name, term in binding.items() if name in stated},
            )
            rows = cast("QuerySolutions", result)  # of a SELECT
            visible = [name for name in rows.variables if name in rule.visible]
            for row in rows:
                if any(row[name] != term for name, term in binding.items()):
                    continue
                premises = instances.setdefault(tuple(row[name] for name in visible), {})
                for premise in rule.premises:
                    parts: list[Any] = [
                        row[part] if isinstance(part, Variable) else part for part in premise
                    ]
                    premises[Triple(*parts)] = None
            for premises in instances.values():
                if conclusion not in premises:
                    found[Step(rule, tuple(sorted(premises, key=str)))] = None
        return sorted(found, key=lambda step: (step.rule.id, [*map(str, step.premises)]))


def _match(head: Pattern, triple: Triple) -> dict[Variable, Term] | None:
    """Return the terms that make `head` into `triple`, or None."""
    binding: dict[Variable, Term] = {}
    for part, term in zip(head, triple, strict=True):
        if isinstance(part, Variable):
            if binding.setdefault(part, term) != term:
                return None
        elif part != term:
            return None
    return binding
