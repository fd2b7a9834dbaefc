"""The concept card: claims with grading, links with origin, and all of it as a graph."""

from __future__ import annotations

import time
from typing import cast

import pytest
from pyoxigraph import Literal, NamedNode

from crampkg.engine.base import Engine
from crampkg.explain.describe import describe, document, is_unrelated
from crampkg.graph import KnowledgeGraph
from crampkg.model import Term
from crampkg.rdf import RdfTerm, Triple
from crampkg.vocabulary import CK, KG, RDF, SKOS, XSD

ART = KG + "what-causes-leg-cramps/"


def test_a_claim_has_its_wording_hedge_marker_and_its_status(graph: KnowledgeGraph) -> None:
    claims = {claim.iri.removeprefix(ART): claim for claim in graph.describe("claudication").claims}
    claim = claims["claim-peripheral-arterial-disease-causes-claudication"]
    assert claim.object_label == "claudication"
    assert (claim.relation, claim.wording) == (CK + "causes", "cause")
    assert claim.subject_label == "peripheral arterial disease"
    assert (claim.stance, claim.hedge, claim.basis) == ("affirmed", "can", "sentence")
    (citation,) = claim.citations
    assert (citation.text, citation.status) == ("3", "link inferred, confidence high")


def test_claims_are_sorted_by_side_then_stance(graph: KnowledgeGraph) -> None:
    for name in ("quinine sulfate", "dehydration", "leg cramp"):
        card = graph.describe(name)
        is_subject = [claim.subject == card.term.iri for claim in card.claims]
        assert is_subject == sorted(is_subject, reverse=True)
    stances = [claim.stance for claim in graph.describe("dehydration").claims]
    assert stances.index("reported belief") > stances.index("affirmed")


def test_a_link_is_shown_once_and_ours_has_a_source(graph: KnowledgeGraph) -> None:
    for name in ("claudication", "calf", "dehydration"):
        links = graph.describe(name).links
        pairs = [(frozenset((link.subject, link.object)), link.relation) for link in links]
        assert len(pairs) == len(set(pairs))
        assert links
        for link in links:
            assert (link.origin == "background") == (link.source != "")
            assert link.relation_label


def test_a_mapping_is_graded_and_says_what_it_was_read_in(graph: KnowledgeGraph) -> None:
    mappings = graph.describe("calf").mappings
    assert {mapping.match for mapping in mappings} <= {
        "exact",
        "close",
        "broader",
        "narrower",
        "related",
    }
    assert all(mapping.source and mapping.label for mapping in mappings)
    assert any(mapping.term.startswith("http://purl.obolibrary.org/obo/") for mapping in mappings)


def test_the_graph_of_a_card_leads_from_the_claim_to_the_resolution(graph: KnowledgeGraph) -> None:
    triples = {
        (subject.value, predicate.value, object_.value)
        for subject, predicate, object_ in graph.describe("claudication").triples
    }
    claim = ART + "claim-peripheral-arterial-disease-causes-claudication"
    statement = ART + "statement-vascular-causes"
    assert (claim, CK + "readFrom", statement) in triples
    assert (statement, CK + "marker", ART + "marker-3") in triples
    assert (ART + "marker-3", CK + "resolution", ART + "resolution-3") in triples
    assert (ART + "resolution-3", CK + "confidence", CK + "high") in triples
    assert (KG + "claudication", SKOS + "prefLabel", "claudication") in triples


def test_the_graph_of_a_card_states_no_claim_as_a_fact(graph: KnowledgeGraph) -> None:
    relations = {
        row.text("relation")
        for row in graph.query("SELECT ?relation { ?relation rdfs:subPropertyOf* ck:linkedTo }")
    }
    assert CK + "causes" in relations
    for name in ("dehydration", "quinine sulfate", "mild hypohydration"):
        triples = graph.describe(name).triples
        assert triples
        assert not relations & {predicate.value for _, predicate, _ in triples}


def test_every_thing_has_a_card_and_its_claims_are_all_on_it(graph: KnowledgeGraph) -> None:
    counted = {
        row.text("thing"): int(row.text("claims"))
        for row in graph.query(
            "SELECT ?thing (COUNT(DISTINCT ?claim) AS ?claims) "
            "{ ?claim ck:claimSubject|ck:claimObject|ck:especiallyWhen|ck:statedFor"
            "|ck:viaMechanism ?thing } GROUP BY ?thing"
        )
    }
    things = [term for term in graph.terms if CK + "ClinicalEntity" in term.kinds]
    assert len(things) > 100
    for thing in things[::3]:
        card = graph.describe(thing.iri)
        assert len({claim.iri for claim in card.claims}) == counted.get(thing.iri, 0)
        assert card.triples


def test_a_card_is_dealt_at_once(graph: KnowledgeGraph) -> None:
    graph.describe("calf")
    began = time.process_time()
    for name in ("during exercise", "systemic illness", "spinal stenosis"):
        graph.describe(name)
    assert time.process_time() - began < 0.3  # 15 ms each; half a second before labels came last


@pytest.mark.parametrize("name", ["arterial condition", "causes"])
def test_a_term_of_the_vocabulary_has_a_card_too(graph: KnowledgeGraph, name: str) -> None:
    card = graph.describe(name)
    assert card.term.definition
    assert card.claims == ()
    predicates = {predicate.value for _, predicate, _ in card.triples}
    assert {RDF + "type", SKOS + "definition"} <= predicates
    assert card.term.iri.startswith(CK)


def test_a_circumstance_stands_in_the_claims_that_name_it(graph: KnowledgeGraph) -> None:
    card = graph.describe("hot environment")
    assert {(claim.subject_label, claim.object_label) for claim in card.claims} == {
        ("dehydration", "cramp (unqualified)"),
        ("inadequate fluid intake", "cramp (unqualified)"),
    }
    assert card.properties == ()


def test_what_is_no_clinical_thing_shows_its_properties(graph: KnowledgeGraph) -> None:
    def properties(name: str) -> set[tuple[str, str]]:
        card = graph.describe(name)
        return {(each.property_label, each.value_label or each.value) for each in card.properties}

    denial = "art:claim-mild-hypohydration-predisposes-to-cramp"
    assert {("has stance", "denied"), ("claim object", "cramp (unqualified)")} < properties(denial)
    assert ("subPropertyOf", "leads to") in properties("ck:causes")
    assert ("issued", "2025") in properties("Vascular Causes of Leg Cramps (2025)")
    assert ("has resolution", "resolution of marker 3") in properties("art:marker-3")


def test_the_source_behind_a_marker_is_named(graph: KnowledgeGraph) -> None:
    card = graph.describe("femoral artery disease")
    (claim,) = card.claims
    (citation,) = claim.citations
    assert citation.source_label == "Vascular Causes of Leg Cramps (2025)"
    assert citation.status == "link inferred, confidence high"


@pytest.mark.parametrize("name", ["American College of Cardiology", "ACC", "ACC table"])
def test_an_organisation_shows_the_claim_that_it_provides_a_table(
    graph: KnowledgeGraph, name: str
) -> None:
    said = {(claim.subject_label, claim.relation_label) for claim in graph.describe(name).claims}
    assert ("American College of Cardiology", "provides") in said


@pytest.mark.parametrize(
    ("name", "claim", "appeal"),
    [
        ("mild hypohydration", "mild-hypohydration-predisposes-to-cramp", "research shows"),
        (
            "quinine sulfate",
            "quinine-sulfate-effective-for-unnamed-target-of-quinine",
            "has been shown",
        ),
        (
            "maintaining proper hydration",
            "maintaining-hydration-helps-some-individuals",
            "the evidence is mixed",
        ),
    ],
)
def test_an_appeal_to_evidence_is_shown(
    graph: KnowledgeGraph, name: str, claim: str, appeal: str
) -> None:
    claims = {each.iri: each.evidence for each in graph.describe(name).claims}
    assert claims[f"{ART}claim-{claim}"] == appeal


def test_what_is_said_of_a_narrower_kind_stands_on_the_card_of_the_wider(
    graph: KnowledgeGraph,
) -> None:
    """Dehydration never comes without its denial, which is one for mild hypohydration."""
    card = graph.describe("dehydration")
    (denial,) = card.narrower
    assert denial.claim.iri == f"{ART}claim-mild-hypohydration-predisposes-to-cramp"
    assert (denial.kind_label, denial.claim.stance) == ("mild hypohydration", "denied")
    assert denial.claim not in card.claims
    subjects = {subject.value for subject, _, _ in card.triples}
    assert denial.claim.iri in subjects
    assert f"{KG}mild-hypohydration" in subjects  # with the link that makes it narrower
    assert graph.describe("mild hypohydration").narrower == ()


def test_a_card_tells_what_is_claimed_of_the_wider_and_whether_a_claim_relates_them(
    graph: KnowledgeGraph,
) -> None:
    card = graph.describe("leg cramp")
    muscle = f"{ART}claim-potassium-deficiency-triggers-muscle-cramp"
    found = {each.label: each for each in card.wider}
    assert set(found) == {"cramp (unqualified)", "muscle cramp"}
    assert muscle in found["muscle cramp"].claims
    assert muscle not in {claim.iri for claim in card.claims}
    assert muscle not in {each.claim.iri for each in card.narrower}
    assert is_unrelated(card)  # the article never says that leg cramps are muscle cramps
    assert document(card, {})["wider"][1] == {
        "iri": f"{KG}muscle-cramp",
        "label": "muscle cramp",
        "claims": sorted(found["muscle cramp"].claims),
    }
    said = graph.describe("other membrane-stabilizing drugs")  # which the article classes so
    assert [each.label for each in said.wider] == ["membrane-stabilizing drug"]
    assert not is_unrelated(said)
    assert graph.describe("muscle fatigue").wider == ()


@pytest.mark.parametrize("name", ["inadequate fluid intake", "hot environment", "leg cramp"])
def test_a_card_tells_what_is_not_affirmed_of_what_its_claims_name(
    graph: KnowledgeGraph, name: str
) -> None:
    card = graph.describe(name)
    (term,) = card.contested
    claims = [
        f"{ART}claim-dehydration-primarily-causes-cramp",
        f"{ART}claim-mild-hypohydration-predisposes-to-cramp",
    ]
    told = {"iri": f"{KG}dehydration", "label": "dehydration", "claims": claims}
    assert document(card, {})["contested"] == [told]
    assert sorted(term.stances.values()) == ["denied", "reported belief"]


def test_a_card_with_all_that_is_not_affirmed_points_nowhere(graph: KnowledgeGraph) -> None:
    for name in ("dehydration", "claudication"):
        assert graph.describe(name).contested == ()


def test_narrower_goes_through_as_many_steps_as_it_takes(graph: KnowledgeGraph) -> None:
    """A disease of an artery is a narrower kind of PAD, and this of vascular disease."""
    kinds = {each.kind_label for each in graph.describe("vascular disease").narrower}
    assert {"femoral artery disease", "peripheral arterial disease"} <= kinds
    assert not {each.kind_label for each in graph.describe("femoral artery disease").narrower}


def test_the_graph_of_a_card_is_sorted_whatever_its_literals_are() -> None:
    """A text with a language and one with a datatype have no order of their own."""
    thing, note = NamedNode(f"{KG}calf"), NamedNode(f"{SKOS}note")
    texts = (
        Literal("a", datatype=NamedNode(f"{XSD}token")),
        Literal("a", language="en"),
        Literal("b"),
    )
    triples = [(thing, note, text) for text in texts]

    class Says:
        """An engine that finds no rows, and these triples each time twice."""

        def query(self, _: str) -> Says:
            return self

        def bindings(self) -> list[tuple[RdfTerm, ...]]:
            return []

        def triples(self) -> list[Triple]:
            return [*reversed(triples), *triples]

    term = Term(f"{KG}calf", "calf", (), (f"{CK}ClinicalEntity",), "")
    card = describe(term, cast("Engine", Says()))
    assert card.triples == tuple(sorted(triples, key=str))
    assert len(card.triples) == 3
