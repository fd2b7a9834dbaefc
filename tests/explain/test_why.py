"""Why: answers written by hand from the article and the ontology, and what makes them right."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from typing import Any

import pyoxigraph
import pytest
from goldens import table
from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, Triple

from crampkg.engine.embedded import EmbeddedEngine
from crampkg.errors import UnknownTermError, WrongKindError
from crampkg.explain import story
from crampkg.explain.derivations import Axiom, Derivations
from crampkg.explain.justify import Clause, Horn
from crampkg.explain.nearest import _number
from crampkg.explain.prov import provenance
from crampkg.explain.story import (
    aside,
    details,
    document,
    further,
    lines,
    statement,
    verdict,
    weakest,
)
from crampkg.explain.why import Explanation, Reason, _Tree
from crampkg.export import to_bytes
from crampkg.graph import KnowledgeGraph
from crampkg.model import Hedge
from crampkg.pipeline.instances import Instances
from crampkg.pipeline.rules import derive, rulebook, saturate
from crampkg.vocabulary import CK, GRAPHS, KG, compress

ARTICLE = f"{KG}what-causes-leg-cramps/"
#: Text for display, which some rules make where something is absent.
DISPLAY = {f"{CK}{name}" for name in ("hedgeText", "markerStatus")}


@pytest.fixture(scope="module")
def derivations(graph: KnowledgeGraph) -> Derivations:
    """Return the derivations in the real graph."""
    return graph._open_derivations()


def inferred(derivations: Derivations) -> list[Triple]:
    """Return what is derived or inferred in the real graph, in order."""
    return sorted(
        (
            quad.triple
            for name in ("facts-without-hedges", "inferred")
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
            reason.claim.iri.removeprefix(ARTICLE)
            for reason in walk(tree)
            if reason.claim is not None
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
    (told,) = [reason.claim for reason in walk(tree) if reason.claim]
    assert (told.stance, told.hedge, told.start, told.end) == ("affirmed", "typically", 2636, 2709)
    assert told.statement == f"{ARTICLE}statement-calf"
    ((marker, status),) = [(each.text, each.status) for each in told.citations]
    assert (marker, status) == ("3", "link inferred, confidence high")


def test_an_artery_is_implicated_by_what_the_article_implies_or_says_one_step_on(
    graph: KnowledgeGraph,
) -> None:
    implied = graph.why("peripheral arteries", "is implicated in", "leg pain")
    assert claims(implied) == [{"claim-peripheral-arterial-disease-causes-leg-pain"}]
    (told,) = [each.claim for tree in implied.justifications for each in walk(tree) if each.claim]
    assert (told.basis, told.stance, told.hedge) == ("implicature", "affirmed", "none printed")
    further = graph.why("peripheral arteries", "is implicated in", "reproducible leg pain")
    assert claims(further) == [
        {
            "claim-peripheral-arterial-disease-causes-claudication",
            "claim-claudication-presents-as-reproducible-leg-pain",
        }
    ]
    fact = "GRAPH g:facts-without-hedges { kg:peripheral-arterial-disease ?relation kg:leg-pain }"
    assert not graph.query(f"ASK {{ {fact} }}").boolean


def test_a_defined_class_is_explained_by_its_definition(graph: KnowledgeGraph) -> None:
    explanation = graph.why("iliac artery disease", "a", "arterial condition")
    texts = [[line.text for line in lines(tree, {}, {})] for tree in explanation.justifications]
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
    assert (explanation.justifications, explanation.complete) == ((), True)
    (denial,) = explanation.stated
    assert denial.iri == f"{ARTICLE}claim-mild-hypohydration-predisposes-to-cramp"
    assert (denial.stance, denial.evidence) == ("denied", "research shows")
    assert [(hedge.word, hedge.kind) for hedge in denial.hedges] == [
        ("not necessarily", "scope of negation")
    ]
    assert denial.iri not in {near.claim.iri for near in explanation.nearest.claims}


def test_a_weaker_claim_does_not_make_a_stronger_relation(graph: KnowledgeGraph) -> None:
    explanation = graph.why("femoral artery disease", "causes", "calf pain")
    assert not explanation.holds
    assert explanation.instead == ()  # what follows between the two follows from the nearest claim
    nearest = explanation.nearest.claims[0].claim.iri.removeprefix(ARTICLE)
    assert nearest == "claim-femoral-artery-disease-associated-with-calf-pain"


def test_a_belief_is_named_where_dehydration_is_asked_for(graph: KnowledgeGraph) -> None:
    explanation = graph.why("dehydration", "primarily causes", "leg cramp")
    assert not explanation.holds
    assert "reported belief" in {near.claim.stance for near in explanation.nearest.claims}


def test_nearness_goes_by_what_stands_between_and_not_by_the_alphabet(
    graph: KnowledgeGraph,
) -> None:
    """What the article classes with the thing comes first, then what is two steps away."""
    explanation = graph.why("critical limb ischemia", "is associated with", "leg cramp")
    assert not explanation.holds
    near = [each.claim.iri.removeprefix(ARTICLE) for each in explanation.nearest.claims]
    assert near[:2] == [
        "claim-vascular-disorder-listed-as-associated",
        "claim-vascular-cause-listed-as-primary-cause",
    ]
    assert explanation.nearest.claims[0].links == (
        "critical limb ischemia is classed as vascular disorder (article)",
    )
    assert explanation.nearest.claims[1].links == (
        "critical limb ischemia is a narrower kind of peripheral arterial disease (background)",
        "peripheral arterial disease is classed as vascular cause (article)",
    )
    # Six claims share the problem and the relation, as near as each other: all are shown, the four
    # of a sentence before the two that a heading lists, which stands above it.
    assert near[2:] == [
        "claim-lumbar-canal-stenosis-associated-with-leg-cramp",
        "claim-parkinson-disease-associated-with-leg-cramp",
        "claim-peripheral-neuropathy-associated-with-leg-cramp",
        "claim-radiculopathy-associated-with-leg-cramp",
        "claim-medication-side-effect-listed-as-associated",
        "claim-neurological-condition-listed-as-associated",
    ]
    assert further(explanation) == ""


def test_what_reads_both_ways_is_told_so_by_data_and_makes_no_inference(
    graph: KnowledgeGraph, derivations: Derivations
) -> None:
    """A relation below says more: of one direction only, though it makes the wider one true."""
    both = {row.text("r") for row in graph.query("SELECT ?r { ?r ck:readsBothWays true }")}
    assert both == {f"{CK}associatedWith", f"{CK}relatedTo"}
    explanation = graph.why("calf pain", "is associated with", "femoral artery disease")
    assert (explanation.holds, explanation.origin) == (True, "article")
    assert explanation.turned == "femoral artery disease is associated with calf pain"
    assert not derivations.is_in(explanation.triple)
    assert graph.why("femoral artery disease", "is associated with", "calf pain").turned == ""
    for words in (
        ("claudication", "causes", "PAD"),
        ("leg cramp", "contributes to", "muscle fatigue"),
        ("calf pain", "is associated with", "iliac artery disease"),
    ):
        assert not graph.why(*words).holds
    note = (
        "our note: One of two joined by 'and': whether each or both together is not said. "
        "The hedge applies to the pain: it is typically associated with the disease."
    )
    assert note in details(explanation.stated[0], {}, {})


def test_a_label_of_the_article_comes_before_a_class_of_ours(graph: KnowledgeGraph) -> None:
    """The four conditions under the label, and none of ours that stands elsewhere."""
    kind = f"{CK}NeurologicalCondition"
    ours = {term.label for term in graph.terms.of_kind(kind)}
    grouped = {
        *("peripheral neuropathy", "radiculopathy", "lumbar canal stenosis", "Parkinson's disease"),
    }
    assert ours - grouped
    for name in sorted(ours | grouped):
        told = graph.why(name, "a", "neurological condition")
        assert told.holds
        assert bool(told.stated) == (name in grouped)
        assert (told.origin == "article") == (name in grouped)
        assert ("It is inferred" in verdict(told)) == (name not in grouped)
    # An article's label makes no statement that a thing is of our class.
    assert provenance(graph.why("lumbar canal stenosis", "a", "neurological condition")) == []


def test_a_thing_of_the_article_that_is_no_class_leads_to_its_label(graph: KnowledgeGraph) -> None:
    with pytest.raises(WrongKindError) as caught:
        graph.why("PAD", "a", "vascular cause")
    assert str(caught.value) == (
        "'vascular cause' is no class, but a label under which an article puts things: "
        "ask by the relation 'is classed as'."
    )
    with pytest.raises(WrongKindError) as caught:  # nothing is put under it
        graph.why("PAD", "a", "muscle fatigue")
    assert str(caught.value) == (
        "'muscle fatigue' is a causal factor, and no class. `crampkg` completes names by TAB."
    )


@pytest.mark.parametrize(
    ("order", "number"),
    [
        ([], 0),
        ([(10, 0)] * 4, 4),
        ([(10, 0)] * 5 + [(10, 1)], 5),  # the sixth is less near
        ([(10, 0)] * 8, 8),  # a tie is not cut
        ([(10, 0)] * 10, 10),
        ([(10, 0)] * 11, 10),  # unless it is too long
        ([(1, 0)] * 7 + [(10, 0)], 7),
        ([(1, 0)] * 12, 10),
    ],
)
def test_a_tie_is_not_cut(order: list[tuple[int, int]], number: int) -> None:
    assert _number(order) == min(number, len(order))


def test_what_is_left_out_is_told_with_how_near_it_is(graph: KnowledgeGraph) -> None:
    explanation = graph.why("critical limb ischemia", "is associated with", "leg cramp")

    def told(left: int, as_near: int) -> str:
        nearest = explanation.nearest._replace(further=left, as_near=as_near)
        return further(explanation._replace(nearest=nearest))

    assert told(3, 3) == "3 more, as near"
    assert told(3, 0) == "3 more, not as near"
    assert told(3, 2) == "3 more, 2 of them as near"


def test_those_as_near_as_the_last_are_counted(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[tuple[int, int]] = []

    def one(places: list[tuple[int, int]]) -> int:
        order[:] = places
        return 1

    monkeypatch.setattr("crampkg.explain.nearest._number", one)
    near = graph.why("PAD", "is related to", "leg pain").nearest
    assert (len(near.claims), near.further) == (1, len(order) - 1)
    assert near.as_near == order[1:].count(order[0])
    assert 2 * near.as_near != near.further


def test_a_sibling_does_not_come_near(graph: KnowledgeGraph) -> None:
    """The popliteal artery's disease is another thing, though both are of one wider kind."""
    explanation = graph.why("femoral artery disease", "causes", "calf pain")
    near = {each.claim.subject.removeprefix(KG) for each in explanation.nearest.claims}
    assert near == {"femoral-artery-disease", "peripheral-arterial-disease", "calf-pain"}


def test_dehydration_never_comes_without_its_denial(graph: KnowledgeGraph) -> None:
    for relation, problem in (("contributes to", "cramp"), ("causes", "leg cramp")):
        explanation = graph.why("dehydration", relation, problem)
        (denial,) = [each for each in explanation.nearest.claims if each.claim.stance == "denied"]
        assert denial.claim.subject == f"{KG}mild-hypohydration"
        assert denial.links[0] == (
            "mild hypohydration is a narrower kind of dehydration (background)"
        )


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
    sources = KnowledgeGraph.open().sources
    rules = {logic.rule for logic in rulebook(sources, "facts", "owl", "inferred")}
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
    return Derivations(EmbeddedEngine.over(store), Instances.of(store, ())).is_in(goal)


def test_what_is_said_of_things_comes_before_what_holds_of_classes() -> None:
    """Whatever the alphabet says of their IRIs."""
    iri = NamedNode("urn:a")
    of_class, of_thing, derived = (Triple(iri, iri, NamedNode(f"urn:{name}")) for name in "bcd")
    axioms = {of_class: Axiom("ontology", iri), of_thing: Axiom("background", iri)}
    nothing: Any = None
    tree = _Tree(nothing, axioms, nothing, {}, {})
    assert sorted([of_class, of_thing, derived], key=tree._rank) == [of_thing, derived, of_class]


def quads_of(axiom: Axiom, derivations: Derivations) -> list[Quad]:
    """Return the quads that an axiom consists of, what hangs from its blank nodes among them."""
    graph = NamedNode(GRAPHS[axiom.graph])
    quads = derivations.store.quads_for_pattern
    found = list(quads(axiom.subject, axiom.predicate, axiom.object, graph))
    for quad in found:  # grows while it is walked
        if isinstance(quad.object, BlankNode):
            found += quads(quad.object, None, None, graph)
    return found


def test_a_justification_is_enough_and_nothing_in_it_is_too_much(
    graph: KnowledgeGraph, derivations: Derivations
) -> None:
    """Its axioms alone entail the conclusion; without any one of them they do not.

    Which hedges let a fact through a rule asks by an absence, which is no premise: it is given.
    """
    given = list(derivations.store.quads_for_pattern(None, NamedNode(f"{CK}allowsFact"), None))
    assert given
    chosen = [each for each in inferred(derivations) if each.predicate.value not in DISPLAY]
    for goal in random.Random(7).sample(chosen, 12):
        for axioms in found(derivations, goal, 2):
            parts = {axiom: quads_of(axiom, derivations) for axiom in axioms}
            whole = [quad for quads in parts.values() for quad in quads]
            assert entails(whole + given, goal, derivations, graph), goal
            for axiom in axioms:
                rest = [quad for quad in whole if quad not in parts[axiom]] + given
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
        taken = {quad for axiom in gone for quad in quads_of(axiom, derivations)}
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


def test_the_words_and_markers_of_several_claims_are_said_once(graph: KnowledgeGraph) -> None:
    """Four conditions of one sentence share its words and its marker; items of a heading do not."""
    explanation = graph.why("critical limb ischemia", "is associated with", "leg cramp")
    places: dict[story.Place, str] = {}
    said = {
        each.claim.iri.rpartition("/")[2]: [
            line.text for line in story.claim(each.claim, {}, "", places, each.links)
        ]
        for each in explanation.nearest.claims
    }
    names = ("lumbar-canal-stenosis", "parkinson-disease", "peripheral-neuropathy", "radiculopathy")
    first, *others = (f"claim-{name}-associated-with-leg-cramp" for name in names)
    assert said[first][-1].startswith("marker 3: link inferred")
    for name in others:
        assert said[name][1:] == [
            f"art:{name}, read from the same words as art:{first}, with the same markers"
        ]
    for name in ("vascular-disorder", "medication-side-effect", "neurological-condition"):
        lines_of = said[f"claim-{name}-listed-as-associated"]
        assert lines_of[-2:] == [
            "our note: Listed under the heading.",
            "no marker: the article cites nothing for it",
        ]
    denial = graph.why("mild hypohydration", "predisposes to", "cramp").stated[0]
    again = [line.text for line in story.claim(denial, {}, "", places)]
    assert again == [line.text for line in story.claim(denial, {}, "", places)]  # its own words


def test_a_denial_that_comes_near_is_named_however_many_come_nearer(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crampkg.explain.nearest._MOST", 1)
    near = graph.why("dehydration", "is associated with", "leg cramp").nearest
    names = [each.claim.iri.rpartition("/")[2] for each in near.claims]
    assert names == [
        "claim-dehydration-listed-as-primary-cause",
        "claim-dehydration-primarily-causes-cramp",
        "claim-mild-hypohydration-predisposes-to-cramp",
    ]
    assert near.further > 0


def test_as_json(graph: KnowledgeGraph) -> None:
    explanation = graph.why("femoral artery", "is implicated in", "calf pain")
    told = json.loads(json.dumps(document(explanation, {f"{ARTICLE}statement-calf": "words"})))
    assert (told["holds"], told["complete"], told["origin"]) == (True, True, "inferred")
    assert "“words”" in [
        line.text
        for line in lines(explanation.justifications[0], {f"{ARTICLE}statement-calf": "words"}, {})
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
        prefixes=graph.prefixes,
    )
    assert reached
    assert not store.query("ASK { kg:femoral-artery ck:implicatedIn ?x }", prefixes=graph.prefixes)


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (
            ("PAD", "causes", "claudication"),
            "“What causes leg cramps?” states it in a sentence: hedged “can” (possibility); "
            "section on primary causes; marker 3. "
            "A fact is derived from it, which has no hedge: that stands on the claim.",
        ),
        (
            ("bruit", "is a sign of", "PAD"),
            "“What causes leg cramps?” states it by implication: no hedge; "
            "section on diagnostic approach; marker 3. No fact is derived from it.",
        ),
        (
            ("dehydration", "contributes to", "cramp"),
            "“What causes leg cramps?” states it by a label: hedged “can” (possibility); "
            "particularly in hot environments; section on primary causes; marker 1. "
            "No fact is derived from it.",
        ),
        (
            ("hip pain", "is caused by", "iliac artery disease"),  # as it is printed
            "“What causes leg cramps?” states it in a sentence: hedged “often” (frequency); "
            "section on symptoms of vascular disease by location; marker 3. "
            "A fact is derived from it, which has no hedge: that stands on the claim.",
        ),
        (
            ("RLS", "is confused with", "leg cramp"),  # whichever of the two comes first
            "“What causes leg cramps?” states it in a sentence: hedged “can” (possibility); "
            "section on differential diagnosis; marker 4. "
            "A fact is derived from it, which has no hedge: that stands on the claim.",
        ),
        (
            ("calf pain", "is associated with", "femoral artery disease"),  # of either side
            "“What causes leg cramps?” states it in a sentence: hedged “typically” (frequency); "
            "section on symptoms of vascular disease by location; marker 3. "
            "A fact is derived from it, recorded as “femoral artery disease is associated with "
            "calf pain”, which has no hedge: that stands on the claim.",
        ),
        (
            ("calf pain", "is related to", "tibial artery disease"),
            "“What causes leg cramps?” states it in a sentence: hedged “often” (frequency); "
            "section on symptoms of vascular disease by location; marker 3. "
            "A fact is derived from it, recorded as “tibial artery disease is related to "
            "calf pain”, which has no hedge: that stands on the claim.",
        ),
        (
            ("leg cramp", "is associated with", "Parkinson's disease"),
            "“What causes leg cramps?” states it in a sentence: hedged “can” (possibility); "
            "section on medical conditions associated with leg cramps; marker 3. "
            "A fact is derived from it, recorded as “Parkinson's disease is associated with "
            "leg cramp”, which has no hedge: that stands on the claim.",
        ),
        (
            ("leg cramp", "is associated with", "vascular disorder"),  # makes no fact
            "“What causes leg cramps?” states it by a heading: no hedge; "
            "section on medical conditions associated with leg cramps; no marker. "
            "No fact is derived from it.",
        ),
        (
            ("leg cramp", "is related to", "muscle fatigue"),
            "The relation reads both ways: “muscle fatigue is related to leg cramp” is inferred "
            "from what “What causes leg cramps?” states in a firmer relation, "
            "“primarily caused by”, in a sentence: no hedge; section on causes of leg cramps "
            "(opening); markers 1 and 2. There is one justification.",
        ),
        (
            ("Parkinson's disease", "a", "neurological condition"),
            "“What causes leg cramps?” states it, in a grouping of its own, by a label: no hedge; "
            "section on medical conditions associated with leg cramps; marker 3. "
            "It is of our own class too, by inference, which nobody states. "
            "There are 2 minimal justifications.",
        ),
        (
            ("lumbar canal stenosis", "a", "neurological condition"),  # ours differs
            "“What causes leg cramps?” states it, in a grouping of its own, by a label: no hedge; "
            "section on medical conditions associated with leg cramps; marker 3. "
            "Our own class of that kind does not have it.",
        ),
        (
            ("pseudoclaudication", "a", "neurological condition"),  # no label puts it there
            "No claim states it, and it does not follow from what is stated.",
        ),
        (
            ("muscle fatigue", "causes", "leg cramp"),
            "It is inferred from what “What causes leg cramps?” states in a firmer relation, "
            "“primarily caused by”, in a sentence: no hedge; section on causes of leg cramps "
            "(opening); markers 1 and 2. There is one justification.",
        ),
        (
            ("femoral artery disease", "is related to", "calf pain"),
            "It is inferred from what “What causes leg cramps?” states in a firmer relation, "
            "“associated with”, in a sentence: hedged “typically” (frequency); section on symptoms "
            "of vascular disease by location; marker 3. There is one justification.",
        ),
        (
            ("femoral artery", "is implicated in", "calf pain"),
            "It is inferred: nobody states it, and it follows from what is stated. "
            "There is one justification. Weakest on the way: “typically” (frequency).",
        ),
        (
            ("peripheral arteries", "is implicated in", "leg pain"),
            "It is inferred: nobody states it, and it follows from what is stated or implied. "
            "There is one justification. No claim on the way is hedged.",
        ),
        (
            ("peripheral arteries", "is implicated in", "reproducible leg pain"),
            "It is inferred: nobody states it, and it follows from what is stated. "
            "There is one justification. Weakest on the way: “can” (possibility).",
        ),
        (
            ("femoral artery", "is at least related to", "calf pain"),
            "No claim states it, and it does not follow from what is stated. "
            "What follows between the two: femoral artery is implicated in calf pain.",
        ),
        (
            ("mild hypohydration", "predisposes to", "cramp"),
            "“What causes leg cramps?” denies it in a sentence: "
            "hedged “not necessarily” (scope of negation); with minimal neuromuscular fatigue; "
            "with the appeal to evidence “research shows”; section on important considerations; "
            "marker 7. No fact is derived from it, and it does not follow from what is affirmed.",
        ),
        (
            ("dehydration", "primarily causes", "cramp"),
            "“What causes leg cramps?” reports it as a belief, in a sentence: no hedge; "
            "section on important considerations; marker 7. "
            "No fact is derived from it, and it does not follow from what is affirmed.",
        ),
        (
            ("femoral artery disease", "affects structure", "femoral artery"),
            "It is background, which the article does not state. There is one justification.",
        ),
    ],
)
def test_the_verdict(graph: KnowledgeGraph, words: tuple[str, str, str], sentence: str) -> None:
    assert verdict(graph.why(*words)) == sentence


#: How a claim of each basis is said, and of each stance.
FORMS = {
    "sentence": "in a sentence",
    "list item": "in a list item",
    "implicature": "by implication",
    "heading": "by a ",  # label or heading: by what it is read from
}
STANCES = {
    "affirmed": "states it",
    "denied": "denies it",
    "mixed evidence": "calls the evidence for it mixed,",
    "reported belief": "reports it as a belief,",
}


def test_every_claim_is_told_as_what_it_is(graph: KnowledgeGraph) -> None:
    """Of each of the claims by the table written by hand, and so of each fact."""
    given = {
        row.text("claim"): (row.text("subject"), row.text("relation"), row.text("object"))
        for row in graph.query(
            "SELECT * { GRAPH g:claims { ?claim ck:claimSubject ?subject ; "
            "ck:claimPredicate ?relation ; ck:claimObject ?object } }"
        )
    }
    facts = {
        tuple(row.text(name) for name in ("s", "p", "o"))
        for row in graph.query("SELECT * { GRAPH g:facts-without-hedges { ?s ?p ?o } }")
    }
    assert facts <= set(given.values())
    by_hand = {row["claim"]: row for row in table("claims")}
    assert {compress(claim) for claim in given} == set(by_hand)
    for claim, triple in given.items():
        row = by_hand[compress(claim)]
        explanation = graph.why(*triple, limit=1)
        told = {each.iri: statement(each) for each in explanation.stated}
        begins = f"“What causes leg cramps?” {STANCES[row['stance']]} {FORMS[row['basis']]}"
        assert told[claim].startswith(begins), claim
        assert row["section"] in told[claim]
        assert f"“{row['hedge'].split(', ')[0]}”" in told[claim] or row["hedge"] == "none printed"
        assert row["condition"] in told[claim]
        assert row["evidence"] in told[claim]
        said = verdict(explanation)
        assert said.startswith(next(iter(told.values())))
        assert ("A fact is derived from it" in said) == (triple in facts)
        assert explanation.holds == any(each.stance == "affirmed" for each in explanation.stated)
        assert "nobody states it" not in said


def test_a_claim_that_makes_no_fact_is_told_in_prov_too(graph: KnowledgeGraph) -> None:
    explanation = graph.why("bruit", "is a sign of", "PAD")
    store = Store()
    store.load(to_bytes(provenance(explanation), "turtle"), RdfFormat.TURTLE)
    assert store.query(
        "ASK { ?said a rdf:Statement ; rdf:subject kg:bruit ; rdf:predicate ck:signOf ; "
        "prov:hadPrimarySource art:claim-bruit-sign-of-peripheral-arterial-disease }",
        prefixes=graph.prefixes,
    )
    denial = graph.why("mild hypohydration", "predisposes to", "cramp")
    assert provenance(denial) == []


def test_the_weakest_hedge_of_each_kind_is_told(graph: KnowledgeGraph) -> None:
    def told(*words: str) -> str:
        return weakest(graph.why(*words, limit=1).justifications[0])

    assert told("femoral artery", "is implicated in", "calf pain") == (
        "Weakest on the way: “typically” (frequency)."
    )
    assert told("diuretic", "may be behind or show as", "leg cramp") == (
        "Weakest on the way: “can” (possibility)."
    )
    assert told("muscle fatigue", "causes", "leg cramp") == "No claim on the way is hedged."
    assert told("foot pain", "is located in", "leg") == ""  # background alone


def test_hedges_of_two_kinds_do_not_outrank_each_other(graph: KnowledgeGraph) -> None:
    """Of a kind the weaker stands for both; “occasionally” and “can” stand beside each other."""
    explanation = graph.why("PAD", "causes", "claudication")
    (claimed,) = explanation.stated
    often, rarely = Hedge("often", "frequency", 2), Hedge("occasionally", "frequency", 3)
    can = Hedge("can", "possibility", 1)
    twice = claimed._replace(hedges=(often, can))
    both = "hedged “often” (frequency) and “can” (possibility)"
    assert both in statement(twice)
    assert both in next(story.claim(twice, {}, "PAD causes claudication", {})).aside
    leaves = tuple(
        Reason("claim", "", explanation.triple, claim=claimed._replace(hedges=(hedge,)))
        for hedge in (rarely, can, often)
    )
    assert weakest(Reason("inferred", "", explanation.triple, because=leaves)) == (
        "Weakest on the way: “occasionally” (frequency) and “can” (possibility)."
    )


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


def test_a_background_link_has_our_reason_and_what_the_article_leaves_open(
    graph: KnowledgeGraph,
) -> None:
    """The article speaks of leg cramps and of muscle cramps, and never relates the two."""
    (link,) = graph.why("leg cramp", "broader", "muscle cramp").justifications
    assert "the article speaks of both and does not say how they relate" in link.note
    assert link.note in aside(link)
