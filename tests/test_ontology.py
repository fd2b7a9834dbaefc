"""The ontology file: it begins with the ideas, and every term has a place and what it needs."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from pyoxigraph import NamedNode, Quad, RdfFormat, parse

from crampkg import turtle
from crampkg.vocabulary import OWL

FILE = Path(__file__).parents[1] / "ontology" / "crampkg.ttl"


@pytest.fixture(scope="module")
def text() -> str:
    """Return the text of the ontology."""
    return FILE.read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def quads(text: str) -> list[Quad]:
    """Return what the ontology says."""
    return list(parse(text, format=RdfFormat.TURTLE))


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
        *("Annotation properties", "Object properties", "General axioms"),
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
    without = ("Annotation properties", "Object properties", "General axioms")
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
