"""What reasoning gives and what it must not: answers by hand, and upgrades that must not happen."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, QuerySolutions, RdfFormat, Store

from crampkg.graph import KnowledgeGraph
from crampkg.vocabulary import GRAPHS, KG, PREFIXES


def store(graph: KnowledgeGraph) -> Store:
    """Return the whole graph."""
    found = Store()
    found.bulk_load(graph.nquads, RdfFormat.N_QUADS)
    return found


def rows(graph: KnowledgeGraph, query: str) -> list[tuple[str, ...]]:
    """Return the rows of a query over all graphs together, IRIs without their namespace."""
    result = store(graph).query(query, prefixes=PREFIXES, use_default_graph_as_union=True)
    assert isinstance(result, QuerySolutions)
    return [
        tuple(
            (value.value if isinstance(value, (Literal, NamedNode)) else str(value))
            .rpartition("/")[2]
            .rpartition("#")[2]
            for value in row
        )
        for row in result
    ]


def test_candidates_are_compared_by_what_is_said_of_each_feature(graph: KnowledgeGraph) -> None:
    """PAD by way of its claudication; arteries by site alone; restless legs the other way round."""
    answer = graph.ask("differential", site="calf", feature=["during-exercise", "relieved-by-rest"])
    names = ("rank", "sharing", "matching", "wider", "contrary", "unsaid")
    numbers = {
        row.text("candidateLabel"): tuple(int(row.text(name)) for name in names) for row in answer
    }
    one_match = dict.fromkeys(
        (
            *("femoral artery disease", "popliteal artery disease", "tibial artery disease"),
            *("magnesium deficiency", "potassium deficiency", "sodium deficiency"),
        ),
        (2, 5, 1, 0, 0, 2),
    )
    # What is said to cause leg pain, to be associated with or to lead to leg cramp.
    whole_leg = dict.fromkeys(
        (
            *("ankle arthritis", "hip arthritis", "nerve root compression", "spinal stenosis"),
            *("popliteal cyst", "venous claudication", "chronic compartment syndrome"),
            *("lumbar canal stenosis", "Parkinson's disease", "peripheral neuropathy"),
            *("radiculopathy", "electrolyte imbalance"),
        ),
        (8, 12, 0, 1, 0, 2),
    )
    assert numbers == one_match | whole_leg | {
        "peripheral arterial disease": (1, 0, 2, 1, 0, 0),
        "restless legs syndrome": (8, 12, 0, 1, 1, 1),
        "critical limb ischemia": (21, 0, 0, 0, 1, 2),
    }
    for row in answer:
        assert bool(row.text("claim")) == (row.text("verdict") != "no sentence or list says so")
    said = [(row.text("candidateLabel"), row.text("askedLabel")) for row in answer]
    assert set(said) == {(name, asked) for name in numbers for asked in ASKED}
    assert (said[0][0], said[-1][0]) == ("peripheral arterial disease", "critical limb ischemia")
    assert "share a rank" in graph.question("differential").note


def test_a_symptom_elsewhere_in_the_leg_names_no_wider_region(graph: KnowledgeGraph) -> None:
    """Thigh and foot lie in the leg, and so does the calf; pain there says nothing of it."""
    answer = graph.ask("differential", site="calf")
    wider = {row.text("object") for row in answer if row.text("verdict") == "names a wider region"}
    assert {iri.rpartition("/")[2] for iri in wider} == {
        *("leg-cramp", "leg-pain", "reproducible-leg-pain", "urge-to-move-legs")
    }


def test_what_the_article_does_not_name_is_no_candidate(graph: KnowledgeGraph) -> None:
    answer = graph.ask("differential", site="leg")
    labels = {row.text("candidateLabel") for row in answer}
    assert "electrolyte imbalance" in labels
    assert not {"vascular issue", "various medical conditions"} & labels


def test_dehydration_is_a_candidate_in_a_hot_environment(graph: KnowledgeGraph) -> None:
    answer = graph.ask("differential", feature="hot-environment")
    matches = [
        (row.text("candidateLabel"), row.text("basis"))
        for row in answer
        if (row.text("askedLabel"), row.text("verdict")) == ("hot environment", "matches")
    ]
    assert matches == [("dehydration", "heading")]


ASKED = ("calf", "during exercise", "relief by rest")


def test_pain_at_rest_leads_to_critical_limb_ischemia(graph: KnowledgeGraph) -> None:
    """By the name of its pain; what only stands under a heading is a candidate for nothing."""
    answer = graph.ask("differential", site="leg", feature=["rest"])
    matched = {
        (row.text("candidateLabel"), row.text("askedLabel"))
        for row in answer
        if row.text("verdict") == "matches"
    }
    assert ("critical limb ischemia", "rest") in matched
    assert ("restless legs syndrome", "rest") in matched
    assert not {name for name, _ in matched} & {
        "dehydration",
        "medication side effect",
        "neurological condition (as the article groups them)",
        "vascular cause",
    }


def test_the_comparison_says_that_it_is_no_diagnosis(graph: KnowledgeGraph) -> None:
    assert "no diagnosis" in graph.question("differential").note


def test_a_feature_rests_on_affirmed_claims_alone(graph: KnowledgeGraph) -> None:
    assert rows(
        graph,
        "SELECT DISTINCT ?stance { ?claim ck:showsFeature|ck:showsContraryFeature ?feature ; "
        "ck:stance ?stance }",
    ) == [("affirmed",)]


def test_no_vein_is_implicated_in_true_claudication(graph: KnowledgeGraph) -> None:
    """Venous disease is vascular all the same."""
    kinds = rows(graph, "SELECT ?kind { kg:venous-disease a ?kind }")
    assert ("VascularCondition",) in kinds
    implicated = rows(graph, "SELECT ?vessel { ?vessel ck:implicatedIn kg:claudication }")
    assert implicated == [("peripheral-arteries",)]


def test_no_relation_is_stronger_than_what_is_claimed(graph: KnowledgeGraph) -> None:
    """Wherever a relation of explanation holds, a claim states it or a special case of it."""
    unclaimed = rows(
        graph,
        "SELECT ?a ?relation ?b { ?a ?relation ?b . "
        "?relation rdfs:subPropertyOf ck:atLeastRelatedTo . "
        "FILTER NOT EXISTS { ?claim ck:claimSubject ?a ; ck:claimObject ?b ; "
        "ck:stance ck:affirmed ; ck:claimPredicate ?said . "
        "?said rdfs:subPropertyOf* ?relation } }",
    )
    assert unclaimed == []


def test_pain_in_a_part_does_not_become_pain_of_the_whole_condition(graph: KnowledgeGraph) -> None:
    """What is located in the calf is in the leg; what explains calf pain explains no leg pain."""
    assert ("calf-pain",) in rows(graph, "SELECT ?pain { ?pain ck:locatedIn kg:leg }")
    explaining = rows(graph, "SELECT ?cause { ?cause ck:atLeastRelatedTo kg:leg-pain }")
    assert not {"femoral-artery-disease", "tibial-artery-disease"} & {
        each for (each,) in explaining
    }


def test_members_of_a_drug_class_are_those_that_are_named(graph: KnowledgeGraph) -> None:
    assert set(rows(graph, "SELECT ?drug ?class { ?drug ck:memberOfDrugClass ?class }")) == {
        ("hydrochlorothiazide", "diuretic")
    }


def test_telling_apart_works_both_ways(graph: KnowledgeGraph) -> None:
    one_way = rows(
        graph,
        "SELECT ?a ?b { ?a ck:differentiatedFrom ?b "
        "FILTER NOT EXISTS { ?b ck:differentiatedFrom ?a } }",
    )
    assert one_way == []


def test_each_inferred_triple_is_new(graph: KnowledgeGraph) -> None:
    whole = store(graph)
    inferred = NamedNode(GRAPHS["inferred"])
    for quad in whole.quads_for_pattern(None, None, None, inferred):
        found = whole.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        assert [each.graph_name for each in found] == [inferred]


def test_a_marker_of_one_candidate_keeps_the_order_of_the_list(graph: KnowledgeGraph) -> None:
    """Eight markers, six references without numbers: the order is an argument, read by hand."""
    linked = """
        SELECT ?text ?position ?status WHERE {
          ?marker ck:markerText ?text ; ck:markerStatus ?status .
          OPTIONAL { ?marker ck:resolution/ck:candidateSource/ck:position ?position }
        } ORDER BY ?text"""
    said = [tuple(row.text(name) for name in row) for row in graph.query(linked)]
    assert said == [
        ("1", "1", "link inferred, confidence medium"),
        ("2", "", "may be any of 3 listed sources, confidence low"),
        ("3", "2", "link inferred, confidence high"),
        ("4", "3", "link inferred, confidence low"),
        ("5", "", "may be any of 3 listed sources, confidence low"),
        ("6", "5", "link inferred, confidence medium"),
        ("7", "", "may be any of 3 listed sources, confidence low"),
        ("8", "6", "link inferred, confidence low"),
    ]


def test_a_concept_answers_for_its_wider_one_and_the_silence_is_told(graph: KnowledgeGraph) -> None:
    """Three deficiencies trigger muscle cramps; the article says of leg cramps nothing such."""
    found = {
        (row.text("subjectLabel"), row.text("about"))
        for row in graph.ask("claims-about", concept="leg cramp")
        if row.text("relationLabel") == "triggers"
    }
    assert found == {
        (f"{salt} deficiency", "wider term") for salt in ("sodium", "potassium", "magnesium")
    }
    (link,) = (
        each
        for each in graph.describe("leg cramp").links
        if (each.subject_label, each.object_label) == ("leg cramp", "muscle cramp")
    )
    assert link.origin == "background"
    assert "does not say how they relate" in link.comment


def test_each_body_part_but_the_unnamed_muscles_has_its_place(graph: KnowledgeGraph) -> None:
    alone = graph.query("""
        SELECT ?part WHERE {
          ?part a ck:AnatomicalEntity .
          FILTER NOT EXISTS {
            GRAPH g:background {
              VALUES ?link { ck:partOf ck:memberOfGroup ck:supplies ck:drains ck:innervates }
              { ?part ?link ?other } UNION { ?other ?link ?part }
            }
          }
        }""")
    assert [row.text("part") for row in alone] == [f"{KG}affected-muscle-groups"]


def test_anatomy_stays_in_the_background_and_moves_no_finding(graph: KnowledgeGraph) -> None:
    """Sites lie where they lay, so that no symptom is located elsewhere by way of a new part."""
    elsewhere = graph.query("""
        ASK {
          GRAPH ?graph { ?structure ck:supplies|ck:drains|ck:innervates ?part }
          FILTER (?graph != g:background)
        }""")
    assert elsewhere.boolean is False
    sites = graph.query("""
        SELECT DISTINCT ?site ?whole WHERE { ?site a ck:AnatomicalSite ; ck:partOf ?whole }""")
    pairs = {(row.text("site")[len(KG) :], row.text("whole")[len(KG) :]) for row in sites}
    parts = ("ankle", "calf", "foot", "thigh")
    region = "leg-and-hip-region"
    assert pairs == {
        *((part, "leg") for part in parts),
        *((part, region) for part in (*parts, "leg", "hip", "buttock")),
    }


def test_a_group_is_no_whole(graph: KnowledgeGraph) -> None:
    """Arteries belong to a group; they are no parts of it, nor of what it might be part of."""
    rows = graph.query("SELECT ?member ?group { ?member ck:memberOfGroup ?group }")
    pairs = {tuple(row.text(name)[len(KG) :] for name in row) for row in rows}
    assert pairs == {
        *((f"{name}-artery", "peripheral-arteries") for name in NAMED_ARTERIES),
        *((f"{name}-joint", "joints") for name in ("ankle", "hip", "knee")),
        *(("peripheral-arteries", "blood-vessels"), ("veins", "blood-vessels")),
        ("leg-veins", "veins"),
    }
    wholes = graph.query("SELECT DISTINCT ?whole { ?part ck:partOf ?whole }")
    assert {row.text("whole")[len(KG) :] for row in wholes}.isdisjoint(group for _, group in pairs)
    told = graph.ask("vessels-and-nerves-of", part="joints")
    assert {(row.text("structureLabel"), row.text("placeLabel")) for row in told} == {
        ("popliteal artery", "knee joint"),
        ("tibial artery", "ankle joint"),
    }


NAMED_ARTERIES = ("femoral", "iliac", "popliteal", "tibial")


def test_a_part_by_uberon_names_it_as_its_source(graph: KnowledgeGraph) -> None:
    """As `tools/from_ontologies.py parts` tells; the rest of the anatomy is ours."""
    rows = graph.query("""
        SELECT ?part ?link ?whole WHERE {
          GRAPH g:background {
            ?axiom owl:annotatedSource ?part ; owl:annotatedProperty ?link ;
              owl:annotatedTarget ?whole ; dct:source kg:source-uberon .
          }
        }""")
    found = {tuple(row.text(name).rpartition("/")[2] for name in row) for row in rows}
    assert found == {
        (part, "ontology#partOf", whole)
        for part, whole in (
            ("brain", "nervous-system"),
            ("calf", "leg"),
            ("hip-joint", "hip"),
            ("knee-joint", "leg"),
            ("spinal-nerve-root", "nervous-system"),
            ("thigh", "leg"),
        )
    }
