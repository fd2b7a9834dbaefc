"""The ontology file: it begins with the ideas, and every term has a place and what it needs."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, parse

from crampkg import turtle
from crampkg.vocabulary import CK, KG, OWL, RDF, RDFS, SKOS

FOLDER = Path(__file__).parents[1] / "ontology"
FILE = FOLDER / "crampkg.ttl"
#: What is of one subject: kinds of its own, and an example for each term.
SUBJECT = FOLDER / "subject.ttl"


@pytest.fixture(scope="module")
def text() -> str:
    """Return the text of the ontology."""
    return FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def quads(text: str) -> list[Quad]:
    """Return what the ontology says."""
    of_subject = SUBJECT.read_text(encoding="utf-8")
    texts = (text, of_subject)
    return [quad for each in texts for quad in parse(each, format=RdfFormat.TURTLE)]


def blocks(text: str) -> dict[str, list[str]]:
    """Return the subjects under each heading, in the order of the file."""
    found: dict[str, list[str]] = {}
    heading = ""
    for line in text.splitlines():
        if line.startswith("# "):
            heading = line[2:]
        elif re.match(r"[a-z]+:|<|\[", line):
            found.setdefault(heading, []).append(line)
    return found


def test_the_file_begins_with_the_ideas(text: str) -> None:
    assert list(blocks(text)) == [
        *("", "Text", "Claims", "Citations", "Things", "Relations", "Terms"),
        *("Annotation properties", "Classes", "Object properties"),
        "General axioms",
    ]


def test_relations_stand_strongest_first(text: str) -> None:
    theme, *relations = blocks(text)["Relations"]
    assert theme == "ck:relationTheme"
    assert relations[:9] == [
        *("ck:primarilyCauses", "ck:causes", "ck:leadsTo", "ck:triggers", "ck:contributesTo"),
        *("ck:predisposesTo", "ck:associatedWith", "ck:relatedTo", "ck:atLeastRelatedTo"),
    ]


@pytest.mark.parametrize(
    ("above", "below"),
    [("Document", "Article"), ("TextSpan", "Heading"), ("BloodVessel", "Vein")],
)
def test_parents_stand_before_children(text: str, above: str, below: str) -> None:
    order = [subject for part in blocks(text).values() for subject in part]
    assert order.index(f"ck:{above}") < order.index(f"ck:{below}")


def test_hedges_stand_by_rank(text: str) -> None:
    claims = blocks(text)["Claims"]
    stances = ["ck:affirmed", "ck:mixed", "ck:reportedBelief", "ck:denied"]
    assert [each for each in claims if each in stances] == stances


def test_every_term_of_ours_has_a_theme(text: str) -> None:
    """It inherits one, so that a new term seldom names it."""
    without = ("Annotation properties", "Classes", "Object properties", "General axioms")
    found = blocks(text)
    assert [each for part in without for each in found[part] if each.startswith("ck:")] == []


def test_the_order_is_that_of_the_data(text: str) -> None:
    """Another rank moves a chapter, another label renames its heading, and both survive `fmt`."""
    changed = re.sub(r"(ck:thingTheme\n.*?ck:rank) \d", r"\1 0", text, flags=re.DOTALL)
    changed = changed.replace('skos:prefLabel "things"', 'skos:prefLabel "patients and\\tparts"')
    changed = changed.replace("# Things\n\n", "")
    written = turtle.format_text(changed, "changed.ttl")
    assert list(blocks(written))[:3] == ["", "Patients and parts", "Text"]
    assert turtle.format_text(written, "changed.ttl") == written


def test_a_circle_of_terms_ends(text: str) -> None:
    """What is above itself has no first; nothing is lost and nothing loops."""
    odd = text + "\nck:A a owl:Class ; rdfs:subClassOf ck:B . ck:B a owl:Class ; "
    odd += "rdfs:subClassOf ck:A ; ck:theme ck:textTheme .\n"
    found = blocks(turtle.format_text(odd, "odd.ttl"))
    assert {"ck:A", "ck:B"} <= set(found["Text"])


def test_disjointness_is_said_in_few_axioms(quads: list[Quad]) -> None:
    lists = [quad for quad in quads if quad.object == NamedNode(OWL + "AllDisjointClasses")]
    pairs = [quad for quad in quads if quad.predicate.value == OWL + "disjointWith"]
    assert 0 < len(lists) + len(pairs) <= 20


def members(quads: list[Quad], kind: str, property: str) -> list[set[str]]:
    """Return the members of each list that an axiom of some kind has."""
    value = {(quad.subject, quad.predicate.value): quad.object for quad in quads}
    found = []
    for quad in quads:
        if quad.object == NamedNode(kind):
            cell, names = value[quad.subject, property], set()
            while isinstance(cell, BlankNode):
                names.add(str(value[cell, RDF + "first"]).strip("<>"))
                cell = value[cell, RDF + "rest"]
            found.append(names)
    return found


def of_kind(quads: list[Quad], kind: str) -> set[str]:
    """Return the named subjects that are directly of a class."""
    return {
        quad.subject.value
        for quad in quads
        if isinstance(quad.subject, NamedNode)
        and quad.predicate.value == RDF + "type"
        and quad.object == NamedNode(kind)
    }


def test_the_values_of_every_scale_are_different(quads: list[Quad]) -> None:
    """Of every class that has values here, ranked or not: by a list, or by classes that exclude."""
    above: dict[str, set[str]] = {}
    values: dict[str, set[str]] = {}
    for quad in quads:
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode):
            kind, subject = quad.object.value, quad.subject.value
            if quad.predicate.value == RDFS + "subClassOf":
                above.setdefault(subject, set()).add(kind)
            elif quad.predicate.value == RDF + "type" and kind.startswith(CK):
                values.setdefault(subject, set()).add(kind)
    for kinds in values.values():
        while more := {each for kind in kinds for each in above.get(kind, ())} - kinds:
            kinds.update(more)
    scales = {"Basis", "Confidence", "Hedge", "HedgeKind", "Hedging", "ReviewStage", "Stance"}
    scales |= {"Gradation", "Theme"}
    assert {CK + scale for scale in scales} <= {kind for kinds in values.values() for kind in kinds}
    different = members(quads, OWL + "AllDifferent", OWL + "distinctMembers")
    disjoint = members(quads, OWL + "AllDisjointClasses", OWL + "members")

    def excluded(one: set[str], other: set[str]) -> bool:
        return any(
            each & one and each & other and len(each & (one | other)) > 1 for each in disjoint
        )

    assert [
        (one, other)
        for one, other in combinations(values, 2)
        if values[one] & values[other]
        and not any({one, other} <= each for each in different)
        and not excluded(values[one], values[other])
    ] == []


def test_every_individual_is_declared(quads: list[Quad]) -> None:
    """Whatever the axioms name of our own has a type in the same file."""
    typed = {quad.subject for quad in quads if quad.predicate.value == RDF + "type"}
    named = {
        term
        for quad in quads
        for term in (quad.predicate, quad.object)
        if isinstance(term, NamedNode) and term.value.startswith((CK, KG, SKOS))
    }
    assert named - typed == set()
    individuals = {
        quad.object
        for quad in quads
        if quad.predicate.value in (OWL + "hasValue", RDF + "first")
        and isinstance(quad.object, NamedNode)
    }
    declared = of_kind(quads, OWL + "NamedIndividual")
    kinds = of_kind(quads, OWL + "Class") | of_kind(quads, OWL + "ObjectProperty")
    assert {each.value for each in individuals} <= declared | kinds


def test_every_defined_class_names_its_genus(quads: list[Quad]) -> None:
    """ROBOT warns of a class that is equivalent to a restriction alone."""
    said = {(quad.subject, quad.predicate.value) for quad in quads}
    defined = [quad for quad in quads if quad.predicate.value == OWL + "equivalentClass"]
    assert len(defined) > 10
    for quad in defined:
        assert isinstance(quad.object, BlankNode)
        assert (quad.object, OWL + "intersectionOf") in said, quad.subject


def test_every_term_of_others_has_a_label(quads: list[Quad]) -> None:
    """ROBOT's report counts an error for each that has none."""
    labelled = {quad.subject for quad in quads if quad.predicate.value == RDFS + "label"}
    declared = {
        quad.subject
        for quad in quads
        if quad.predicate.value == RDF + "type"
        and isinstance(quad.subject, NamedNode)
        and not quad.subject.value.startswith((CK, KG))
        and quad.object != NamedNode(OWL + "Ontology")
    }
    assert len(declared) > 30
    assert declared == labelled


def test_a_hedge_says_whether_it_lets_a_fact_through(quads: list[Quad]) -> None:
    said = {
        str(quad.subject).strip("<>").removeprefix(CK): str(quad.object).split('"')[1]
        for quad in quads
        if quad.predicate.value == CK + "allowsFact"
    }
    expected = {
        **dict.fromkeys(("can", "typically", "often", "occasionally"), "true"),
        **dict.fromkeys(("most", "some", "may", "notNecessarily"), "false"),
    }
    assert {name: said[name] for name in expected} == expected


def test_every_relation_and_every_class_has_an_example(text: str) -> None:
    """Of all chapters of ours, and the properties of numbers and texts with them."""
    found = blocks(text)
    wanted = [
        term
        for chapter in ("Text", "Claims", "Citations", "Things", "Relations", "Terms")
        for term in found[chapter]
    ]
    described = re.findall(r"^(\S+)\n    a(.*?)^\.$", text, re.MULTILINE | re.DOTALL)
    examples = set(re.findall(r"^(\S+)\n    skos:example ", SUBJECT.read_text(), re.MULTILINE))
    examples |= {
        subject
        for subject, said in described
        if "skos:example" in said
        or not re.search(r"owl:(Class|ObjectProperty|DatatypeProperty)\b", said)
    }
    assert [term for term in wanted if term not in examples] == []


def classes(text: str) -> dict[str, tuple[str, str, list[str]]]:
    """Return label, definition and the classes above of each class."""
    found = {}
    block = re.compile(r"^(ck:\w+)\n    a owl:Class ;\n(.*?)^\.$", re.MULTILINE | re.DOTALL)
    for subject, said in block.findall(text):
        label, definition = (
            re.findall(rf'skos:{name} "(.*)"@en', said)[0] for name in ("prefLabel", "definition")
        )
        _, _, above = said.partition("rdfs:subClassOf")
        found[subject] = (label, definition, re.findall(r"ck:\w+", above.split(" ;")[0]))
    return found


def test_a_definition_has_a_genus_and_goes_round_in_no_circle(text: str) -> None:
    """It says what sort of thing is meant, and does not use the words that it explains.

    A kind may share the noun of the kind above it: an open resolution is a resolution.
    """
    found = classes(text)
    assert len(found) > 80
    for subject, (label, definition, above) in found.items():
        assert re.match(r"(An?|One|Something|Anything) ", definition), subject
        words = set(re.findall(r"\w+", definition.lower()))
        nouns = {found[each][0].split()[-1] for each in above}
        if nouns.isdisjoint(label.split()):
            assert not set(label.lower().split()) <= words, subject
        for other, (name, explained, over) in found.items():
            if subject not in (other, *over) and other not in above:
                both = name in definition.lower() and label in explained.lower()
                assert not both, (subject, other)


def test_a_label_of_a_class_is_a_noun_in_the_singular(text: str) -> None:
    for subject, (label, _, _) in classes(text).items():
        head = re.split(r" (?:of|with) ", label)[0].split()[-1]
        assert not re.search(r"[^sui]s$", head), subject


def test_an_example_is_short_and_names_what_is_there(quads: list[Quad]) -> None:
    """In our own words: a sentence of a few words, in English."""
    for quad in quads:
        if quad.predicate.value == SKOS + "example" and isinstance(quad.object, Literal):
            example = quad.object
            assert example.language == "en"
            assert example.value.endswith(".")
            assert example.value[0].isupper()
            assert len(example.value.split()) <= 20


def test_a_definition_of_an_inverse_says_what_it_means(quads: list[Quad]) -> None:
    """That it is an inverse stands in the axiom; the definition is to be read alone."""
    definitions = [
        quad.object.value
        for quad in quads
        if quad.predicate.value == SKOS + "definition" and isinstance(quad.object, Literal)
    ]
    assert len(definitions) > 200
    assert [each for each in definitions if re.search(r"\b[Ii]nverse\b", each)] == []
