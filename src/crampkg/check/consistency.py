"""Logical consistency: contradictions, each with a smallest set of axioms behind it."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Quad, Store, Triple

from crampkg.check.rules import rules_of
from crampkg.engine.embedded import EmbeddedEngine
from crampkg.explain.derivations import Derivations
from crampkg.explain.justify import Clause, Horn
from crampkg.explain.wording import Wording
from crampkg.pipeline.instances import FOLDERS, Instances
from crampkg.pipeline.rules import conclusions, rulebook, saturate
from crampkg.vocabulary import CK, GRAPHS, OWL, RDF, RDFS, SKOS, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crampkg.check.material import Material
    from crampkg.explain.derivations import Axiom
    from crampkg.model import Finding
    from crampkg.sources import Sources

#: The checks here besides the rules of `rules/inconsistent/`.
CONSISTENCY_CHECKS = {
    "unsatisfiable-class": "Something can be of each class: no axioms contradict each other.",
}

_TYPE = NamedNode(RDF + "type")
_CLASS = NamedNode(OWL + "Class")
_NOTHING = NamedNode(OWL + "Nothing")
_ONTOLOGY = NamedNode(GRAPHS["ontology"])
_BACKGROUND = NamedNode(GRAPHS["background"])
_FIRST = NamedNode(RDF + "first")
_LABEL = NamedNode(SKOS + "prefLabel")

#: The prefix, before the IRI of a class, of an invented member that has no other class.
_ANY = "urn:crampkg:any:"

#: The number of minimal sets of axioms from which the smallest is chosen.
_COMPARED = 10


def check_consistency(material: Material) -> tuple[list[Finding], int]:
    """Run the rules of `rules/inconsistent/`; return the findings and the number of checks."""
    rules = {rule.id: rule for rule in rules_of(material.sources, "inconsistent")}
    impossible = sorted(
        {
            triple.subject.value
            for rule in rules.values()
            for triple in conclusions(material.store, rule.name, rule.text)
            if isinstance(triple.subject, NamedNode)
        }
    )
    findings: list[Finding | None] = []
    if impossible:
        reasons = _Reasons(material, material.store)
        reported: set[str] = set()
        for iri in impossible:
            rule_id, axioms = reasons.of(iri)
            rule = rules[rule_id]
            problem = rule.problem.format(because=reasons.in_words(axioms))
            about = [axiom.name for axiom in axioms]
            finding = material.finding(rule_id, iri, problem, rule.remedy, about)
            if finding is not None and problem not in reported:  # a cycle is reported once
                reported.add(problem)
                findings.append(finding)
    findings += _unsatisfiable(material)
    found = [finding for finding in findings if finding is not None]
    return found, len(rules) + len(CONSISTENCY_CHECKS)


def _unsatisfiable(material: Material) -> Iterator[Finding | None]:
    """Yield a finding for each unsatisfiable class, for the superclass alone if several are.

    Contradictions that need a thing which axioms only require to exist are not found here; the
    tableau reasoners of the tests find them.
    """
    ontology = material.store.quads_for_pattern(None, None, None, _ONTOLOGY)
    empty, store = empty_classes(frozenset(ontology), material.sources)
    if not empty:
        return
    reasons = _Reasons(material, store)
    above = NamedNode(RDFS + "subClassOf")
    for iri in sorted(empty):
        supers = store.quads_for_pattern(NamedNode(iri), above, None, None)
        if any(
            isinstance(quad.object, NamedNode) and quad.object.value in empty - {iri}
            for quad in supers
        ):
            continue
        _, found = reasons.of(_ANY + iri)
        axioms = {axiom: by for axiom, by in found.items() if not axiom.name.startswith(_ANY)}
        problem = f"Nothing can be of this class, because {reasons.in_words(axioms)}."
        remedy = "Take one of these axioms back."
        about = [axiom.name for axiom in axioms]
        yield material.finding("unsatisfiable-class", iri, problem, remedy, about)


def empty_classes(ontology: frozenset[Quad], sources: Sources) -> tuple[set[str], Store]:
    """Return the IRIs of the classes of an ontology that nothing can be of, by its rules.

    The store with them holds a thing of each class, and what follows.
    """
    store = Store()
    store.extend(ontology)
    for quad in ontology:
        if (
            quad.predicate == _TYPE
            and quad.object == _CLASS
            and isinstance(quad.subject, NamedNode)
        ):
            thing = NamedNode(_ANY + quad.subject.value)
            store.add(Quad(thing, _TYPE, quad.subject, _BACKGROUND))
    saturate(store, sources, "inconsistent")
    empty = {
        quad.subject.value.removeprefix(_ANY)
        for quad in store.quads_for_pattern(None, _TYPE, _NOTHING, None)
        if isinstance(quad.subject, NamedNode)
    }
    return empty, store


class _Reasons:
    """Finds the axioms behind contradictions in `store`, and words them."""

    def __init__(self, material: Material, store: Store) -> None:
        self._material = material
        whole = Store()
        whole.extend(store)
        saturate(whole, material.sources, "inconsistent")
        rules = rulebook(material.sources, *FOLDERS, "inconsistent")
        self._derivations = Derivations(EmbeddedEngine.over(whole), Instances.of(whole, rules))
        self._labels = {
            quad.subject.value: quad.object.value
            for quad in material.store.quads_for_pattern(None, _LABEL, None, None)
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
        }
        self._wording = Wording(whole, self._label)

    def of(self, iri: str) -> tuple[str, dict[Axiom, list[Triple]]]:
        """Return the rule that matches the contradiction, and the smallest set of axioms behind it.

        Each axiom comes with those of its triples that take part.
        """
        goal = Triple(NamedNode(iri), _TYPE, _NOTHING)
        derivation = self._derivations.behind(goal)
        steps = [
            (Clause(conclusion, frozenset(step.premises)), step)
            for conclusion, found in derivation.steps.items()
            for step in found
        ]
        horn: Horn[Triple, Axiom] = Horn([clause for clause, _ in steps], derivation.axioms)
        smallest = horn.justifications(goal, _COMPARED)[0][0]
        proof = horn.proof(goal, smallest)
        taking: dict[Axiom, list[Triple]] = {}
        for axiom in sorted(smallest, key=lambda axiom: (axiom.graph == "ontology", str(axiom))):
            taking[axiom] = [
                triple
                for triple, number in proof.items()
                if number is None and derivation.axioms[triple] == axiom
            ]
        return steps[proof[goal] or 0][1].rule.id, taking

    def in_words(self, axioms: Mapping[Axiom, list[Triple]]) -> str:
        """Return axioms in words, each with its file and line."""
        return "; ".join(self._located(axiom, triples) for axiom, triples in axioms.items())

    def _located(self, axiom: Axiom, triples: list[Triple]) -> str:
        quad = self._derivations.quad(axiom)
        kinds = [triple.object for triple in triples if triple.predicate == _FIRST]
        if axiom.predicate is not None:
            words = self._wording.sentence(quad.triple)
        elif kinds:  # of the mutually exclusive classes, the two that take part
            words = self._wording.exclusive(*sorted(kinds, key=str))
        else:
            words = self._claim(axiom, triples)
        file = self._material.file_of(quad)
        if file is None:
            return words
        line = self._material.line(file, axiom.name)
        return f"{words} ({self._material.show(file)}{f', line {line}' if line else ''})"

    def _claim(self, axiom: Axiom, triples: list[Triple]) -> str:
        """Return a claim in words, or the triples about it that take part."""
        parts = {
            triple.predicate.value.removeprefix(CK): self._wording.term(triple.object)
            for triple in triples
        }
        try:
            claimed = [parts[f"claim{role}"] for role in ("Subject", "Predicate", "Object")]
        except KeyError:
            recorded = {triple for triple in triples if triple.predicate != _TYPE}
            return " and ".join(sorted(map(self._wording.sentence, recorded)))
        return f"{compress(axiom.name)} claims that {' '.join(claimed)}"

    def _label(self, iri: str) -> str | None:
        if iri.startswith(_ANY):
            iri = iri.removeprefix(_ANY)
        if iri.startswith(CK):
            return self._labels.get(iri)
        return compress(iri)
