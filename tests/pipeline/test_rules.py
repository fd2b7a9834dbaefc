"""The truth rules of derivation and reasoning, on the real graph and on mutated claims."""

from __future__ import annotations

from pathlib import Path

import pytest
from pyoxigraph import Literal, NamedNode, Quad, Store
from rdflib.paths import Path as PropertyPath
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue
from tiny import HOME, added

from crampkg.errors import SourceError
from crampkg.graph import KnowledgeGraph
from crampkg.pipeline.load import load
from crampkg.pipeline.rules import RuleLogic, derive, reason, rulebook
from crampkg.pipeline.snapshot import build
from crampkg.sources import Sources
from crampkg.vocabulary import CK, GRAPHS, KG, PREFIXES, XSD

#: What else is said of a claim, and whether it makes a fact.
CLAIMS = [
    ("ck:stance ck:affirmed ; ck:basis ck:sentence .", True),
    ("ck:stance ck:affirmed ; ck:basis ck:listItem ; ck:hedge ck:can .", True),
    ("ck:stance ck:affirmed ; ck:basis ck:listItem ; ck:hedge ck:may .", False),
    ("ck:stance ck:affirmed ; ck:basis ck:listItem ; ck:hedge ck:can, ck:most .", False),
    ("ck:stance ck:affirmed ; ck:basis ck:heading .", False),
    ("ck:stance ck:affirmed ; ck:basis ck:implicature .", False),
    ("ck:stance ck:affirmed ; ck:basis ck:implicature ; ck:hedge ck:can .", False),
    ("ck:stance ck:affirmed ; ck:basis ck:implicature ; ck:hedge ck:can, ck:most .", False),
    ("ck:stance ck:affirmed ; ck:basis ck:implicature ; ck:statedFor kg:rest .", False),
    ("ck:stance ck:affirmed, ck:denied ; ck:basis ck:implicature .", False),
    ("ck:stance ck:denied ; ck:basis ck:implicature .", False),
    ("ck:stance ck:denied ; ck:basis ck:sentence .", False),
    ("ck:stance ck:mixed ; ck:basis ck:sentence .", False),
    ("ck:stance ck:reportedBelief ; ck:basis ck:sentence .", False),
    ("ck:stance ck:affirmed, ck:denied ; ck:basis ck:sentence .", False),
    ("ck:stance ck:affirmed ; ck:basis ck:sentence ; ck:statedFor kg:rest .", False),
    ("ck:stance ck:affirmed ; ck:basis ck:sentence ; ck:especiallyWhen kg:rest .", True),
]
#: What makes no fact and yet ties a body part to a problem: the part in `CLAIMS` that is implied.
IMPLIED = {
    "ck:stance ck:affirmed ; ck:basis ck:implicature .",
    "ck:stance ck:affirmed ; ck:basis ck:implicature ; ck:hedge ck:can .",
}
CLAIM = """
art:claim-test-{number} a ck:Claim ;
    ck:claimSubject kg:cause-{number} ; ck:claimPredicate ck:causes ; ck:claimObject kg:pain ;
    ck:wording "causes"@en ; ck:readFrom art:statement-salt ; {rest}
art:claim-step-{number} a ck:Claim ;
    ck:claimSubject kg:pain ; ck:claimPredicate ck:presentsAs ; ck:claimObject kg:sign-{number} ;
    ck:wording "presents as"@en ; ck:readFrom art:statement-salt ; {rest}
"""


@pytest.fixture(scope="module")
def claimed(tmp_path_factory: pytest.TempPathFactory) -> Store:
    """Return the tiny graph with each of the claims, and what follows."""
    names = {**PREFIXES, "art": f"{KG}calf-ache/"}
    text = "".join(f"@prefix {name}: <{names[name]}> .\n" for name in ("art", "ck", "kg", "skos"))
    for number, (rest, _) in enumerate(CLAIMS):
        text += CLAIM.format(number=number, rest=rest)
    sources = added(tmp_path_factory.mktemp("claims"), f"{HOME}/claims/test.ttl", text)
    store = Store()
    store.extend(load(sources))
    affects, background = NamedNode(CK + "affects"), NamedNode(GRAPHS["background"])
    for number in range(len(CLAIMS)):
        cause, part = NamedNode(f"{KG}cause-{number}"), NamedNode(f"{KG}part-{number}")
        store.add(Quad(cause, affects, part, background))
    derive(store, sources)
    reason(store, sources)
    return store


@pytest.mark.parametrize("number", range(len(CLAIMS)), ids=[rest for rest, _ in CLAIMS])
def test_a_body_part_is_implicated_by_what_makes_a_fact_or_is_implied_without_restriction(
    claimed: Store, number: int
) -> None:
    """One step on as well, by whatever claims: the step is asked for the same as the first."""
    implicated, inferred = NamedNode(CK + "implicatedIn"), NamedNode(GRAPHS["inferred"])
    ties = [rest in IMPLIED or fact for rest, fact in CLAIMS]
    part = NamedNode(f"{KG}part-{number}")
    assert (Quad(part, implicated, NamedNode(f"{KG}pain"), inferred) in claimed) is ties[number]
    for step, passes in enumerate(ties):
        sign = NamedNode(f"{KG}sign-{step}")
        assert (Quad(part, implicated, sign, inferred) in claimed) is (ties[number] and passes)


@pytest.mark.parametrize("number", range(len(CLAIMS)), ids=[rest for rest, _ in CLAIMS])
def test_a_fact_needs_an_affirmed_unrestricted_claim_from_text(claimed: Store, number: int) -> None:
    cause, pain = NamedNode(f"{KG}cause-{number}"), NamedNode(f"{KG}pain")
    facts, causes = NamedNode(GRAPHS["facts-without-hedges"]), NamedNode(CK + "causes")
    weakest = NamedNode(CK + "atLeastRelatedTo")
    fact = CLAIMS[number][1]
    assert (Quad(cause, causes, pain, facts) in claimed) is fact
    assert any(claimed.quads_for_pattern(cause, weakest, pain, None)) is fact


@pytest.mark.parametrize(
    "pattern",
    [
        "kg:mild-hypohydration ck:predisposesTo kg:cramp",
        "kg:dehydration ck:primarilyCauses kg:cramp",
        "kg:dehydration ck:primarilyCauses kg:leg-cramp",
        "kg:dehydration ck:atLeastRelatedTo ?problem",
        "kg:maintaining-hydration ck:helps kg:some-individuals",
        "kg:femoral-artery-disease ck:causes ?problem",
        "kg:femoral-artery-disease ck:contributesTo ?problem",
        "kg:tibial-artery-disease ck:associatedWith ?problem",
        "kg:peripheral-neuropathy ck:causes kg:leg-cramp",
        "kg:venous-disease ck:atLeastRelatedTo kg:true-claudication",
        "kg:critical-limb-ischemia ck:atLeastRelatedTo kg:leg-cramp",
        "kg:quinine-sulfate a ck:ElectrolyteDisturbance",
    ],
)
def test_nothing_says_more_than_the_article(graph: KnowledgeGraph, pattern: str) -> None:
    assert graph.query(f"ASK {{ {pattern} }}").boolean is False


@pytest.mark.parametrize(
    "pattern",
    [
        "kg:femoral-artery-disease a ck:ArterialCondition",
        "kg:venous-stasis a ck:VenousCondition",
        "kg:radiculopathy a ck:NeurologicalCondition",
        "kg:hip-arthritis a ck:MusculoskeletalCondition",
        "kg:sodium-deficiency a ck:ElectrolyteDeficiency",
        "kg:calf-pain ck:locatedIn kg:leg-and-hip-region",
        "kg:femoral-artery ck:implicatedAt kg:calf",
        "kg:iliac-artery-disease ck:atLeastRelatedTo kg:thigh-pain",
        "kg:restless-legs-syndrome ck:confusedWith kg:leg-cramp",
        "kg:quinine-sulfate a ck:ContestedIntervention",
        "kg:maintaining-hydration a ck:ContestedIntervention",
        'art:marker-7 ck:markerStatus "may be any of 3 listed sources, confidence low"',
        "art:claim-mild-hypohydration-predisposes-to-cramp a ck:DeniedClaim",
        "art:statement-table-popliteal-cyst ck:citesMarker art:marker-4",
        "art:claim-iliac-artery-disease-causes-hip-pain ck:restsOn art:reference-2",
    ],
)
def test_what_the_axioms_and_rules_give(graph: KnowledgeGraph, pattern: str) -> None:
    assert graph.query(f"ASK {{ GRAPH g:inferred {{ {pattern} }} }}").boolean is True


def test_no_inferred_triple_repeats_another_graph_or_says_nothing(graph: KnowledgeGraph) -> None:
    repeated = graph.query(
        "SELECT * { GRAPH g:inferred { ?s ?p ?o } GRAPH ?g { ?s ?p ?o } FILTER (?g != g:inferred) }"
    )
    assert len(repeated) == 0
    assert not graph.query("ASK { GRAPH g:inferred { ?s a owl:Thing } }").boolean
    assert not graph.query("ASK { GRAPH g:inferred { ?s ?p ?s } }").boolean


def test_headings_have_no_marker_and_items_have_their_bullets(graph: KnowledgeGraph) -> None:
    assert not graph.query("ASK { ?h a ck:Heading ; ck:citesMarker ?m }").boolean
    assert not graph.query(
        "ASK { { ?s a ck:ListItem } UNION { ?s a ck:LeadIn } "
        "FILTER NOT EXISTS { ?s ck:citesMarker ?m } }"
    ).boolean


def test_a_hedge_lets_facts_through_by_its_data(sources: Sources) -> None:
    """Take a hedge's word back, and claims with it make no fact: the rule names no hedge."""
    hedge, allows = NamedNode(CK + "can"), NamedNode(CK + "allowsFact")
    counts = []
    for answer in ("true", "false"):
        store = Store()
        store.extend(load(sources))
        for quad in list(store.quads_for_pattern(hedge, allows, None, None)):
            store.remove(quad)
            value = Literal(answer, datatype=NamedNode(XSD + "boolean"))
            store.add(Quad(hedge, allows, value, quad.graph_name))
        derive(store, sources)
        facts = store.quads_for_pattern(None, None, None, NamedNode(GRAPHS["facts-without-hedges"]))
        counts.append(len(list(facts)))
    with_can, without = counts
    assert with_can - without >= 20
    rule = (Path(__file__).parents[2] / "rules" / "facts" / "facts-from-claims.rq").read_text()
    assert "ck:may" not in rule
    assert "ck:most" not in rule


@pytest.mark.parametrize(
    ("said", "named"),
    [
        (
            "ck:associatedWith rdfs:subPropertyOf ck:causes",
            "rdfs:subPropertyOf of ck:associatedWith",
        ),
        ("ck:associatedWith a owl:SymmetricProperty", "rdf:type of ck:associatedWith"),
        ("kg:mist rdfs:subClassOf ck:Artery", "rdfs:subClassOf of kg:mist"),
        ("[] owl:onProperty ck:causes", "owl:onProperty of owl:onProperty"),
        ("[] owl:members ( ck:Artery kg:mist )", "owl:members of owl:members"),
        ("kg:mist a ck:Hedge", "rdf:type of kg:mist"),
    ],
)
def test_nothing_is_inferred_from_axioms_in_data(said: str, named: str, tmp_path: Path) -> None:
    """One line of data made each printed "associated with" a cause."""
    prefixes = "".join(
        f"@prefix {name}: <{PREFIXES[name]}> .\n" for name in ("ck", "kg", "owl", "rdfs")
    )
    sources = added(tmp_path, "data/concepts/x.ttl", f"{prefixes}{said} .\n")
    with pytest.raises(SourceError, match=f"^Data says {named}, which changes what words"):
        build(sources, "x")


def premises_by_rdflib(part: object) -> set[tuple[str, ...]]:
    """Return the triple patterns of a group by rdflib's grammar, without paths and conditions."""
    if not isinstance(part, CompValue):
        return set()
    if part.name == "BGP":
        return {
            tuple(term.n3() for term in triple)
            for triple in part.triples
            if not isinstance(triple[1], PropertyPath)
        }
    parts = (premises_by_rdflib(value) for key, value in part.items() if key != "expr")
    return set().union(*parts)


@pytest.mark.parametrize(
    "logic",
    rulebook(Sources.find(), "facts", "owl", "inferred", "inconsistent"),
    ids=lambda logic: logic.rule.id,
)
def test_a_rule_is_read_as_the_grammar_of_sparql_reads_it(logic: RuleLogic) -> None:
    algebra = prepareQuery(logic.text).algebra
    assert logic.text.startswith(f"#+ id: {logic.rule.id}\n")
    assert {tuple(map(str, head)) for head in logic.heads} == {
        tuple(term.n3() for term in triple) for triple in algebra.template
    }
    premises = {tuple(map(str, premise)) for premise in logic.premises}
    assert premises == premises_by_rdflib(algebra.p)
    assert len(premises) == len(logic.premises) > 0


RULE = """\
#+ id: trial
#+ summary: A rule on trial.

PREFIX ck: <https://w3id.org/crampkg/ontology#>

CONSTRUCT {
  ?x ck:helps ?y .
}
WHERE {
  BODY
}
"""


@pytest.mark.parametrize(
    ("body", "premises", "is_opaque"),
    [
        ("?x ck:a ck:b.", ["?x ck:a ck:b"], False),
        ("?x ck:a ck:b , 'c'@en; ck:d 5, true ;.", ["?x ck:a ck:b", "?x ck:a 'c'@en"], False),
        ("?x ck:a ?y . FILTER (?x != ?y && !isLiteral(?y))", ["?x ck:a ?y"], False),
        ("?x ck:a ?y FILTER regex(?y, '}') ?y ck:b ?x", ["?x ck:a ?y", "?y ck:b ?x"], False),
        ("?x ck:a ?y . FILTER EXISTS { ?y ck:b ?z }", ["?x ck:a ?y"], True),
        ("?x ck:a ?y . FILTER NOT EXISTS { ?y ck:b ?z }", ["?x ck:a ?y"], False),
        ("?x ck:a/^ck:b* ?y ; ck:c ?z .", ["?x ck:c ?z"], True),
        ("?x ^ck:a ?y . ?y (ck:a|ck:b)+ ?z . ?z ck:c ?x", ["?z ck:c ?x"], True),
        ("VALUES (?x ?y) { (ck:a ck:b) } GRAPH ?g { ?x ?y ck:c }", ["?x ?y ck:c"], False),
        ("?x ck:a 'a  b' ; ck:b*/ck:c ?y", ["?x ck:a 'a  b'"], True),
        ("# ?x ck:no ?y\n ?x ck:a ?y BIND (STR(?y) AS ?z)", ["?x ck:a ?y"], False),
    ],
)
def test_what_the_premises_of_a_rule_are(
    tmp_path: Path, body: str, premises: list[str], is_opaque: bool
) -> None:
    sources = added(tmp_path, "rules/inferred/trial.rq", RULE.replace("BODY", body))
    (logic,) = (each for each in rulebook(sources, "inferred") if each.rule.id == "trial")
    prefix = "PREFIX ck: <https://w3id.org/crampkg/ontology#>\n"
    wanted = {
        tuple(term.n3() for term in triple)
        for premise in premises
        for triple in prepareQuery(f"{prefix}SELECT * {{ {premise} }}").algebra.p.p.triples
    }
    assert wanted <= {tuple(map(str, premise)) for premise in logic.premises}
    assert len(premises) <= len(logic.premises) <= len(premises) + 2 * body.count(" 5,")
    assert logic.is_opaque is is_opaque


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (RULE.replace("BODY", "OPTIONAL { ?x ck:a ?y }"), "has alternatives or options"),
        (RULE.replace("BODY", "{ ?x ck:a ?y } UNION { ?y ck:a ?x }"), "has alternatives"),
        (RULE.replace("BODY", "?x ck:a (?x ?y)"), "has a list in brackets"),
        (RULE.replace("BODY", "?x ck:a"), "does not parse: "),
        (RULE.replace("CONSTRUCT {\n", "CONSTRUCT{").replace("BODY", "?x ck:a ?y"), "is no CON"),
    ],
)
def test_what_is_no_rule_is_refused(tmp_path: Path, text: str, sentence: str) -> None:
    sources = added(tmp_path, "rules/inferred/trial.rq", text)
    with pytest.raises(SourceError, match=f"^rules/inferred/trial.rq: the rule {sentence}"):
        rulebook(sources, "inferred")
