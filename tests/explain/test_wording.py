"""Axioms and class expressions in words, each from a few lines of Turtle."""

from __future__ import annotations

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Store, Triple

from crampkg.explain.wording import Wording, _joined
from crampkg.names import indefinite
from crampkg.vocabulary import CK, KG, OWL, PREFIXES, RDFS

LABELS = {
    f"{CK}Artery": "artery",
    f"{CK}Vein": "vein",
    f"{CK}Nerve": "nerve",
    f"{CK}affects": "affects",
    f"{CK}causes": "causes",
    f"{KG}iliac": "iliac artery",
    f"{KG}tibial": "tibial artery",
    f"{KG}ache/claim-1": "denied: it hurts",
    f"{KG}ache/claim-2": "denial",
}


def wording(turtle: str = "") -> Wording:
    store = Store()
    prefixes = "".join(f"@prefix {name}: <{iri}> .\n" for name, iri in PREFIXES.items())
    store.load(f"{prefixes}{turtle}", RdfFormat.TURTLE)
    return Wording(store, LABELS.get)


@pytest.mark.parametrize(
    ("turtle", "sentence"),
    [
        ("kg:iliac rdf:type ck:Artery .", "iliac artery is an artery"),
        ("ck:Artery rdfs:subClassOf ck:Vein .", "whatever is an artery is a vein"),
        ("ck:causes rdfs:subPropertyOf ck:affects .", "“causes” is a special case of “affects”"),
        ("ck:causes rdfs:domain ck:Vein .", "whatever “causes” something is a vein"),
        ("ck:causes rdfs:range ck:Artery .", "whatever something “causes” is an artery"),
        ("ck:Vein owl:equivalentClass ck:Artery .", "a vein is defined as an artery"),
        (
            "ck:causes owl:equivalentProperty ck:affects .",
            "“causes” and “affects” mean the same",
        ),
        ("ck:causes owl:inverseOf ck:affects .", "“causes” is the inverse of “affects”"),
        ("ck:Artery owl:disjointWith ck:Vein .", "nothing is both an artery and a vein"),
        (
            "ck:causes owl:propertyDisjointWith ck:affects .",
            "“causes” and “affects” never relate the same two",
        ),
        (
            "kg:iliac owl:differentFrom kg:tibial .",
            "iliac artery and tibial artery are different things",
        ),
        ("ck:causes a owl:AsymmetricProperty .", "“causes” never holds both ways"),
        ("ck:causes a owl:FunctionalProperty .", "“causes” has one value at most"),
        ("ck:causes a owl:IrreflexiveProperty .", "nothing “causes” itself"),
        ("ck:causes a owl:SymmetricProperty .", "“causes” holds both ways (it is symmetric)"),
        ("ck:causes a owl:TransitiveProperty .", "“causes” reaches on (it is transitive)"),
        ("kg:iliac a owl:Nothing .", "iliac artery is impossible"),
        (
            "[] a owl:AllDisjointClasses ; owl:members ( ck:Artery ck:Vein ) .",
            "nothing is two of these: artery, vein",
        ),
        (
            "[] a owl:AllDifferent ; owl:distinctMembers ( kg:iliac kg:tibial ) .",
            "these are different things: iliac artery, tibial artery",
        ),
        (
            "ck:causes owl:propertyChainAxiom ( ck:affects ck:causes ) .",
            "“affects” then “causes” makes “causes”",
        ),
        ("kg:iliac ck:causes kg:tibial .", "iliac artery causes tibial artery"),
        ('kg:iliac ck:causes "words" .', "iliac artery causes “words”"),
        ("kg:iliac ck:causes kg:other .", "iliac artery causes kg:other"),
        ("kg:iliac rdf:type owl:Thing .", "iliac artery is a thing"),
        (
            "kg:iliac rdf:type [ owl:unionOf ( ck:Artery ck:Vein ) ] .",
            "iliac artery is an artery or a vein",
        ),
        (
            "kg:iliac rdf:type [ owl:oneOf ( kg:tibial ) ] .",
            "iliac artery is a tibial artery",
        ),
        (
            "kg:iliac rdf:type [ owl:complementOf ck:Artery ] .",
            "iliac artery is something that is not an artery",
        ),
        (
            "kg:iliac rdf:type [ owl:intersectionOf ( ck:Artery ck:Vein ) ] .",
            "iliac artery is an artery and a vein",
        ),
        (
            "kg:iliac rdf:type [ owl:intersectionOf ( ck:Artery "
            "[ owl:onProperty ck:affects ; owl:someValuesFrom ck:Vein ] "
            "[ owl:onProperty ck:causes ; owl:hasValue kg:tibial ] ) ] .",
            "iliac artery is an artery that “affects” some vein and “causes” tibial artery",
        ),
        (
            "kg:iliac rdf:type [ owl:intersectionOf "
            "( [ owl:onProperty ck:affects ; owl:allValuesFrom ck:Vein ] ) ] .",
            "iliac artery is something that “affects” only vein",
        ),
        (
            "kg:iliac rdf:type [ owl:onProperty ck:affects ; owl:allValuesFrom ck:Vein ] .",
            "iliac artery is something that “affects” only vein",
        ),
        (
            "kg:iliac rdf:type [ owl:someValuesFrom ck:Vein ] .",
            "iliac artery is something without a name",
        ),
    ],
)
def test_an_axiom_in_words(turtle: str, sentence: str) -> None:
    words = wording(turtle)
    sentences = {
        words.sentence(quad.triple)
        for quad in words._store
        if quad.predicate.value not in (f"{OWL}members", f"{OWL}distinctMembers")
    }
    assert sentence in sentences


def test_two_classes_exclude_each_other() -> None:
    artery, vein = NamedNode(f"{CK}Artery"), NamedNode(f"{CK}Vein")
    assert wording().exclusive(artery, vein) == "nothing is both an artery and a vein"
    assert wording().exclusive(vein, artery) == "nothing is both a vein and an artery"


def test_the_name_of_a_claim_of_several_words_stands_in_quotation_marks() -> None:
    words = wording(f"<{KG}ache/claim-1> a ck:Claim . <{KG}ache/claim-2> a ck:Claim .")
    assert words.term(NamedNode(f"{KG}ache/claim-1")) == "“denied: it hurts”"
    assert words.term(NamedNode(f"{KG}ache/claim-2")) == "denial"
    assert words.term(NamedNode(f"{KG}iliac")) == "iliac artery"  # no claim
    assert words.term(NamedNode(f"{RDFS}subClassOf")) == "is a kind of"
    assert words.term(Literal("a b")) == "“a b”"
    quoted = Triple(NamedNode(f"{KG}a"), NamedNode(f"{KG}b"), Literal("c"))
    assert words.term(quoted) == str(quoted)


def test_a_cell_of_a_list_is_told_from_a_class() -> None:
    words = wording("ck:causes owl:propertyChainAxiom ( ck:affects ) ; rdfs:domain [ ] .")
    (chain,) = words._store.quads_for_pattern(
        None, NamedNode(f"{OWL}propertyChainAxiom"), None, None
    )
    assert words.is_list(chain.object)
    assert not words.is_list(NamedNode(f"{CK}causes"))
    assert not words.is_list(BlankNode())


@pytest.mark.parametrize("noun", ["artery", "Embolus", "injury", "ossification", "ulcer"])
def test_an_before_a_vowel(noun: str) -> None:
    assert indefinite(noun) == f"an {noun}"
    assert indefinite(f"x{noun}") == f"a x{noun}"


@pytest.mark.parametrize(
    ("relation", "object", "said"),
    [
        ("occurs during", "during exercise", "occurs during exercise"),
        ("occurs during", "duringexercise", "occurs during duringexercise"),
        ("occurs during", "exercise", "occurs during exercise"),
        ("cites marker", "marker 3", "cites marker 3"),
        ("marker", "marker 3", "marker 3"),
    ],
)
def test_a_word_that_ends_one_and_begins_the_other_is_said_once(
    relation: str, object: str, said: str
) -> None:
    assert _joined(relation, object) == said
