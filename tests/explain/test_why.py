"""Why: answers written by hand from the article and the ontology, and what makes them right."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator

import pyoxigraph
import pytest
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, Triple

from crampkg.errors import UnknownTermError, WrongKindError
from crampkg.explain.derivations import Axiom, Derivations
from crampkg.explain.justify import Clause, Horn
from crampkg.explain.prov import provenance
from crampkg.explain.story import document, lines, verdict
from crampkg.explain.why import Explanation, Reason
from crampkg.export import to_bytes
from crampkg.graph import KnowledgeGraph
from crampkg.pipeline.rulebook import rulebook
from crampkg.pipeline.rules import derive, saturate
from crampkg.vocabulary import CK, GRAPHS, KG, PREFIXES

ARTICLE = f"{KG}what-causes-leg-cramps/"
#: Text for display, which some rules make where something is absent.
DISPLAY = {f"{CK}{name}" for name in ("hedgeText", "markerStatus")}


@pytest.fixture(scope="module")
def derivations(graph: KnowledgeGraph) -> Derivations:
    """Return the derivations in the real graph."""
    return Derivations.of_graph(graph.nquads, graph.sources)


def inferred(derivations: Derivations) -> list[Triple]:
    """Return what is derived or inferred in the real graph, in order."""
    return sorted(
        (
            quad.triple
            for name in ("facts", "inferred")
            for quad in derivations.store.quads_for_pattern(
                None, None, None, NamedNode(GRAPHS[name])
            )
            if not isinstance(quad.subject, BlankNode) and not isinstance(quad.object, BlankNode)
        ),
        key=str,
    )


def walk(reason: Reason) -> Iterator[Reason]:
    yield reason
    for each in reason.because:
        yield from walk(each)


def claims(explanation: Explanation) -> list[set[str]]:
    """Return the claims that each justification rests on, without what their IRIs begin with."""
    return [
        {
            reason.evidence.claim.removeprefix(ARTICLE)
            for reason in walk(tree)
            if reason.evidence is not None
        }
        for tree in explanation.justifications
    ]


def test_an_artery_explains_a_site_through_its_disease(graph: KnowledgeGraph) -> None:
    explanation = graph.why("femoral artery", "is implicated in", "calf pain")
    assert explanation.origin == "inferred"
    assert explanation.complete
    assert claims(explanation) == [{"claim-femoral-artery-disease-associated-with-calf-pain"}]
    (tree,) = explanation.justifications
    leaves = {(reason.kind, reason.text) for reason in walk(tree) if reason.rule is None}
    assert leaves == {
        ("axiom", "“is affected by” is the inverse of “affects structure”"),
        ("axiom", "“is affected by” then “is at least related to” makes “is implicated in”"),
        ("axiom", "“is associated with” is a special case of “is related to”"),
        ("axiom", "“is related to” is a special case of “is at least related to”"),
        ("background", "femoral artery disease affects structure femoral artery"),
        ("claim", "femoral artery disease is associated with calf pain"),
    }
    (told,) = [reason.evidence for reason in walk(tree) if reason.evidence]
    assert (told.stance, told.hedge, told.start, told.end) == ("affirmed", "typically", 2636, 2709)
    assert told.statement == f"{ARTICLE}statement-calf"
    ((marker, status),) = [(each.text, each.status) for each in told.citations]
    assert (marker, status) == ("3", "link inferred, confidence high")


def test_a_defined_class_is_explained_by_its_definition(graph: KnowledgeGraph) -> None:
    explanation = graph.why("iliac artery disease", "a", "arterial condition")
    texts = [[line.text for line in lines(tree, {})] for tree in explanation.justifications]
    definition = (
        "an arterial condition is defined as a condition that “affects structure” some artery"
    )
    assert all(definition in each for each in texts)
    assert "iliac artery disease affects structure iliac artery" in texts[0]
    assert claims(explanation)[0] == set()


def test_an_intervention_is_contested_by_two_claims(graph: KnowledgeGraph) -> None:
    explanation = graph.why("quinine sulfate", "a", "contested intervention")
    assert claims(explanation) == [
        {
            "claim-quinine-sulfate-effective-for-unnamed-target-of-quinine",
            "claim-quinine-sulfate-has-concerning-side-effect-quinine-side-effects",
        }
    ]


def test_what_a_denial_speaks_against_does_not_hold_and_the_denial_is_named(
    graph: KnowledgeGraph,
) -> None:
    explanation = graph.why("mild hypohydration", "predisposes to", "cramp")
    assert not explanation.holds
    assert [(near.claim.removeprefix(ARTICLE), near.stance) for near in explanation.nearest] == [
        ("claim-mild-hypohydration-predisposes-to-cramp", "denied"),
        ("claim-dehydration-primarily-causes-cramp", "reported belief"),
    ]


def test_a_weaker_claim_does_not_make_a_stronger_relation(graph: KnowledgeGraph) -> None:
    explanation = graph.why("femoral artery disease", "causes", "calf pain")
    assert not explanation.holds
    assert "femoral artery disease is associated with calf pain" in explanation.instead
    nearest = explanation.nearest[0].claim.removeprefix(ARTICLE)
    assert nearest == "claim-femoral-artery-disease-associated-with-calf-pain"


def test_a_belief_is_named_where_dehydration_is_asked_for(graph: KnowledgeGraph) -> None:
    explanation = graph.why("dehydration", "primarily causes", "leg cramp")
    assert not explanation.holds
    assert "reported belief" in {near.stance for near in explanation.nearest}


def test_a_name_is_that_of_a_thing_before_that_of_a_class(graph: KnowledgeGraph) -> None:
    assert graph.why("inadequate fluid intake", "contributes to", "cramp").holds
    assert graph.why("leg cramp", "a", "cramp").triple.object == NamedNode(f"{CK}Cramp")
    assert graph.find("cramp").iri == f"{KG}cramp"
    assert graph.find("artery").iri == f"{CK}Artery"


def test_what_is_stated_is_its_own_justification(graph: KnowledgeGraph) -> None:
    explanation = graph.why("femoral artery disease", "affects structure", "femoral artery")
    assert explanation.origin == "background"
    (tree,) = explanation.justifications
    assert (tree.kind, tree.source, tree.because) == (
        *("background", "crampkg editorial knowledge"),
        (),
    )


@pytest.mark.parametrize(
    ("words", "error"),
    [
        (("femoral artery", "is implicated in", "no such pain"), UnknownTermError),
        (("femoral artery", "calf", "calf pain"), WrongKindError),
        (("femoral artery", "no such relation", "calf pain"), UnknownTermError),
    ],
)
def test_unknown_words_are_refused(
    graph: KnowledgeGraph, words: tuple[str, str, str], error: type[Exception]
) -> None:
    with pytest.raises(error):
        graph.why(*words)


def test_a_literal_is_named_by_its_text(graph: KnowledgeGraph) -> None:
    claim = "art:claim-femoral-artery-disease-associated-with-calf-pain"
    explanation = graph.why(claim, "ck:hedgeText", "typically")
    assert explanation.origin == "inferred"
    assert "hedge-text" in {tree.rule.id for tree in explanation.justifications if tree.rule}


def test_what_the_rules_conclude_forwards_is_found_backwards(derivations: Derivations) -> None:
    rules = rulebook(KnowledgeGraph.open().sources, "facts", "owl", "inferred")
    for triple in random.Random(3).sample(inferred(derivations), 20):
        derivation = derivations.behind(triple)
        assert derivation.steps[triple] or triple in derivation.axioms, triple
        for steps in derivation.steps.values():
            for step in steps:
                assert step.rule in rules
                assert all(derivations.is_in(premise) for premise in step.premises)


def entails(quads: list[Quad], goal: Triple, derivations: Derivations, graph: object) -> bool:
    """Tell whether `goal` follows from `quads` alone, by running the rules forwards."""
    assert isinstance(graph, KnowledgeGraph)
    store = Store()
    store.extend(quads)
    derive(store, graph.sources)
    saturate(store, graph.sources)
    return Derivations(store, ()).is_in(goal)


def test_a_justification_is_enough_and_nothing_in_it_is_too_much(
    graph: KnowledgeGraph, derivations: Derivations
) -> None:
    """Its axioms alone entail the conclusion; without any one of them they do not."""
    chosen = [each for each in inferred(derivations) if each.predicate.value not in DISPLAY]
    for goal in random.Random(7).sample(chosen, 12):
        for axioms in found(derivations, goal, 2):
            parts = {axiom: derivations.quads(axiom) for axiom in axioms}
            whole = [quad for quads in parts.values() for quad in quads]
            assert entails(whole, goal, derivations, graph), goal
            for axiom in axioms:
                rest = [quad for quad in whole if quad not in parts[axiom]]
                assert not entails(rest, goal, derivations, graph), (goal, axiom)


def test_without_a_leaf_of_each_justification_the_conclusion_is_gone(
    graph: KnowledgeGraph, derivations: Derivations
) -> None:
    given = [
        quad
        for quad in pyoxigraph.parse(graph.nquads, format=RdfFormat.N_QUADS)
        if quad.graph_name
        in [NamedNode(GRAPHS[name]) for name in ("ontology", "background", "claims")]
    ]
    chosen = [each for each in inferred(derivations) if each.predicate.value not in DISPLAY]
    picked = random.Random(11)
    tried = 0
    for goal in picked.sample(chosen, 30):
        every = found(derivations, goal, 40)
        if len(every) == 40 or tried == 5:
            continue
        tried += 1
        gone = {picked.choice(sorted(axioms, key=str)) for axioms in every}
        taken = {quad for axiom in gone for quad in derivations.quads(axiom)}
        rest = [quad for quad in given if quad not in taken]
        assert not entails(rest, goal, derivations, graph), goal
    assert tried == 5


def found(derivations: Derivations, goal: Triple, limit: int) -> list[frozenset[Axiom]]:
    derivation = derivations.behind(goal)
    clauses = [
        Clause(conclusion, frozenset(step.premises))
        for conclusion, steps in derivation.steps.items()
        for step in steps
    ]
    horn: Horn[Triple, Axiom] = Horn(clauses, derivation.axioms)
    return horn.justifications(goal, limit)[0]


def test_the_tree_rests_on_the_justification_and_no_more(graph: KnowledgeGraph) -> None:
    for words in (
        ("magnesium deficiency", "a", "electrolyte disturbance"),
        ("iliac artery disease", "a", "vascular condition"),
        ("foot pain", "is located in", "leg"),
    ):
        explanation = graph.why(*words, limit=3)
        for tree in explanation.justifications:
            for reason in walk(tree):
                assert (reason.rule is None) == (reason.kind not in ("fact", "inferred"))
                assert bool(reason.because) == (reason.rule is not None and not reason.again)


def test_as_json(graph: KnowledgeGraph) -> None:
    explanation = graph.why("femoral artery", "is implicated in", "calf pain")
    told = json.loads(json.dumps(document(explanation, {f"{ARTICLE}statement-calf": "words"})))
    assert (told["holds"], told["complete"], told["origin"]) == (True, True, "inferred")
    assert "“words”" in [
        line.text
        for line in lines(explanation.justifications[0], {f"{ARTICLE}statement-calf": "words"})
    ]
    assert '"quote": "words"' in json.dumps(told)


def test_as_prov(graph: KnowledgeGraph) -> None:
    """The conclusion leads back to the statement by prov:wasDerivedFrom alone."""
    explanation = graph.why("femoral artery", "is implicated in", "calf pain")
    store = Store()
    store.load(to_bytes(provenance(explanation), "turtle"), RdfFormat.TURTLE)
    reached = store.query(
        "ASK { ?conclusion rdf:subject kg:femoral-artery ; rdf:predicate ck:implicatedIn ; "
        "rdf:object kg:calf-pain ; prov:wasDerivedFrom+/prov:hadPrimarySource ?claim . "
        "?claim prov:wasDerivedFrom art:statement-calf ; ck:citesMarker art:marker-3 . "
        "?conclusion prov:wasGeneratedBy/prov:qualifiedAssociation/prov:hadPlan "
        "<https://w3id.org/crampkg/rule/prp-spo2-2> }",
        prefixes=PREFIXES,
    )
    assert reached
    assert not store.query("ASK { kg:femoral-artery ck:implicatedIn ?x }", prefixes=PREFIXES)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("femoral artery", "is at least related to", "calf pain"),
            "The graph does not say so, and it does not follow from what it says. "
            "What does hold: femoral artery is implicated in calf pain.",
        ),
        (
            ("mild hypohydration", "predisposes to", "cramp"),
            "The article denies it. "
            "The graph does not say so, and it does not follow from what it says.",
        ),
        (
            ("dehydration", "primarily causes", "cramp"),
            "The article reports it as a belief. "
            "The graph does not say so, and it does not follow from what it says.",
        ),
        (
            ("femoral artery disease", "affects structure", "femoral artery"),
            "It is background, which the article does not state. There is one justification.",
        ),
    ],
)
def test_the_verdict(graph: KnowledgeGraph, words: tuple[str, str, str], sentence: str) -> None:
    assert verdict(graph.why(*words)) == sentence


def test_a_limit_is_heeded_and_told(graph: KnowledgeGraph) -> None:
    explanation = graph.why("magnesium deficiency", "a", "electrolyte disturbance", limit=1)
    assert len(explanation.justifications) == 1
    assert not explanation.complete
    assert verdict(explanation).endswith(
        "Shown: one minimal justification; there are more (--limit)."
    )


def test_the_name_of_a_claim_stands_in_quotation_marks(graph: KnowledgeGraph) -> None:
    claim = "claim-mild-hypohydration-predisposes-to-cramp"
    told = graph.why(f"kg:what-causes-leg-cramps/{claim}", "claim subject", "mild hypohydration")
    assert told.text.startswith("“denied: mild hypohydration predisposes to cramp")
    assert told.text.endswith("” claim subject mild hypohydration")


def test_a_word_that_relation_and_object_share_is_said_once(graph: KnowledgeGraph) -> None:
    explanation = graph.why("reproducible leg pain", "occurs during", "during exercise")
    assert explanation.text == "reproducible leg pain occurs during exercise"
    assert [each.text for each in explanation.justifications] == [explanation.text]
    marked = graph.why("statement on vascular causes", "cites marker", "marker 3")
    assert marked.text == "statement on vascular causes cites marker 3"
