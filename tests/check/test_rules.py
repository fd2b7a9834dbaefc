"""Rules and shapes are themselves sound: they parse, name what there is, and say what to do."""

from __future__ import annotations

import re
from pathlib import Path
from string import Formatter

import pytest
import rdflib
from pyoxigraph import QuerySolutions, RdfFormat, Store
from rdflib.namespace import OWL, RDF, RDFS, SH, SKOS
from tiny import HOME, added

from crampkg.check import run
from crampkg.check.questions import Outline
from crampkg.check.rules import TruthRule, lint_rules, text_rules
from crampkg.engine import guard
from crampkg.sources import Sources, graph_of, read_text
from crampkg.vocabulary import CK, GRAPHS, KG, PREFIXES, expand

SOURCES = Sources.find()
LINT = lint_rules(SOURCES)
TEXT = text_rules(SOURCES)
SHAPES = rdflib.Graph().parse(SOURCES.path("ontology/shapes.ttl"))
ONTOLOGY = rdflib.Graph()
for _name in SOURCES.files():
    if graph_of(_name) == GRAPHS["ontology"]:
        ONTOLOGY.parse(SOURCES.path(_name))
TURTLE = "".join(f"@prefix {prefix}: <{PREFIXES[prefix]}> .\n" for prefix in ("ck", "skos"))
TERMS = {str(term) for term in ONTOLOGY.subjects(RDF.type, None)}


def names_of(rule: TruthRule) -> set[str]:
    """Return the IRIs in a query, by its tokens."""
    outline = Outline(rule.text)
    return {
        outline.expanded(said)
        for kind, said, _ in guard.tokens(rule.text)
        if kind in ("iri", "name")
    }.difference(prefix.iri for prefix in outline.prefixes)


@pytest.mark.parametrize("rule", LINT, ids=lambda rule: rule.id)
def test_a_rule_names_only_what_there_is(rule: TruthRule) -> None:
    """A rule on a term that does not exist can never fire."""
    for name in names_of(rule):
        if name.startswith(CK) and name != CK:
            assert name in TERMS
        if name.startswith(PREFIXES["g"]):
            assert name in GRAPHS.values()
        assert not name.startswith(KG) or name == KG


@pytest.mark.parametrize("rule", LINT, ids=lambda rule: rule.id)
def test_a_rule_is_written_in_the_style_of_queries(rule: TruthRule) -> None:
    head, _, body = rule.text.partition("\n\n")
    keys = [line.split(":")[0] for line in head.splitlines()]
    assert keys == ["#+ id", "#+ summary", "#+ problem", "#+ remedy"]
    declared = dict(re.findall(r"^PREFIX (\w+): <(.*)>$", body, re.MULTILINE))
    assert list(declared) == sorted(declared)
    for prefix, namespace in declared.items():
        assert PREFIXES[prefix] == namespace
        assert re.search(rf"(?<![\w:]){prefix}:", body.partition("\n\n")[2])
    assert "ORDER BY ?term" in body


@pytest.mark.parametrize("rule", LINT, ids=lambda rule: rule.id)
def test_the_gaps_in_the_messages_of_a_rule_are_its_variables(rule: TruthRule) -> None:
    result = Store().query(rule.text)
    assert isinstance(result, QuerySolutions)
    variables = {variable.value for variable in result.variables}
    for message in (rule.problem, rule.remedy):
        gaps = {name for _, name, _, _ in Formatter().parse(message) if name}
        assert gaps <= variables
    assert "term" in variables


@pytest.mark.parametrize("rule", [*LINT, *TEXT.values()], ids=lambda rule: rule.id)
def test_a_rule_says_what_is_wrong_and_what_to_do(rule: TruthRule) -> None:
    for sentence in (rule.summary, rule.problem, rule.remedy):
        assert sentence.endswith(".")
        assert sentence[0].isupper() or sentence[0] in '{"'


def test_cues_need_what_there_is() -> None:
    cued = [rule for rule in TEXT.values() if "words" in rule.settings]
    assert len(cued) >= 4
    stances = {
        str(ONTOLOGY.value(stance, SKOS.prefLabel))
        for stance in ONTOLOGY.subjects(RDF.type, rdflib.URIRef(f"{CK}Stance"))
    }
    for rule in TEXT.values():
        for condition in (rule.settings.get(key, {}) for key in ("needs", "when")):
            assert stances.issuperset(condition.get("stance", ()))
            assert "circumstance" not in condition or expand(condition["circumstance"]) in TERMS
    for rule in cued:
        assert rule.settings["needs"].keys() <= {"stance", "circumstance"}
        assert all(isinstance(word, str) for word in rule.settings["words"])


@pytest.mark.conformance
def test_the_shapes_are_shapes() -> None:
    """They hold against the SHACL shapes of SHACL itself, which ship with pyshacl."""
    import pyshacl

    conforms, _, said = pyshacl.validate(
        rdflib.Graph(), shacl_graph=SHAPES, meta_shacl=True, advanced=True
    )
    assert conforms, said


def test_a_shape_names_only_what_there_is() -> None:
    named = {str(term) for triple in SHAPES for term in triple if isinstance(term, rdflib.URIRef)}
    assert {name for name in named if name.startswith(CK)} <= TERMS


def test_every_property_shape_has_a_name_a_message_and_a_use() -> None:
    shapes = set(SHAPES.subjects(RDF.type, SH.PropertyShape))
    assert shapes == set(SHAPES.objects(None, SH.property))
    for shape in shapes:
        assert isinstance(shape, rdflib.URIRef)
        problem, stop, remedy = str(SHAPES.value(shape, SH.message)).partition(". ")
        assert problem
        assert stop
        assert remedy.endswith(".")


def test_every_functional_property_is_bounded() -> None:
    """Two values of one would make two names the same; of stances a rule says more."""
    bounded = {
        SHAPES.value(shape, SH.path) for shape in SHAPES.subjects(SH.maxCount, rdflib.Literal(1))
    }
    functional = set(ONTOLOGY.subjects(RDF.type, OWL.FunctionalProperty))
    assert functional - bounded == {rdflib.URIRef(CK + "stance")}


def test_every_kind_in_the_data_has_a_shape() -> None:
    """What is of a kind that no shape is about would pass whatever it lacks."""
    targets = {str(kind) for kind in SHAPES.objects(None, SH.targetClass)}
    store = Store()
    for name in SOURCES.files():
        if name.startswith("data/") and name.endswith(".ttl"):
            store.load(read_text(SOURCES.path(name), name), format=RdfFormat.TURTLE)
    rows = store.query("SELECT DISTINCT ?kind WHERE { ?x a ?kind FILTER isIRI(?x) }")
    assert isinstance(rows, QuerySolutions)
    kinds = {row["kind"].value for row in rows}
    assert len(kinds) > 30
    for kind in kinds:
        above = {
            str(term) for term in ONTOLOGY.transitive_objects(rdflib.URIRef(kind), RDFS.subClassOf)
        }
        assert above & targets


@pytest.mark.parametrize(
    ("name", "iri", "label", "shared"),
    [
        (f"{HOME}/x.ttl", "calf-ache/x", "GOUT", {"kg:gout", "calf-ache:x"}),
        (
            f"{HOME}/x.ttl",
            "calf-ache/x",
            "marker 1",
            {f"calf-ache:{x}" for x in ("x", "marker-1")},
        ),
        ("data/articles/other/x.ttl", "other/x", "marker 1", set()),
        ("data/articles/other/x.ttl", "other/x", "gout", {"kg:gout", f"{KG}other/x"}),
    ],
)
def test_a_label_is_compared_within_an_article_and_with_the_concepts(
    tmp_path: Path, name: str, iri: str, label: str, shared: set[str]
) -> None:
    """Each article has its own marker 1."""
    text = f'<{KG}{iri}> a ck:Condition ; skos:prefLabel "{label}"@en .'
    sources = added(tmp_path, name, TURTLE + text)
    findings = [each for each in run(sources).findings if each.check == "label-shared"]
    assert {finding.term for finding in findings} == shared
