"""Proof of correctness: HermiT and Pellet entail what is materialised, and nothing else.

The few differences stand in `differences.tsv`, each with its reason.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path

import owlready2
import pytest
import reasoners
from pyoxigraph import Dataset, NamedNode, RdfFormat, Store, Triple, parse
from reasoners import Entailed, by_hermit, by_pellet, entailed

from crampkg.pipeline.load import load
from crampkg.pipeline.rules import conclusions, derive, reason, rule_texts
from crampkg.sources import Sources
from crampkg.vocabulary import GRAPHS, PREFIXES, RDF, RDFS

pytestmark = pytest.mark.conformance

Tableau = Callable[[list[Triple]], tuple[Entailed, list[str]]]
tableaux = pytest.mark.parametrize("tableau", [by_hermit, by_pellet])
MISTAKES = """
    @prefix : <https://w3id.org/crampkg/ontology#> .
    @prefix owl: <http://www.w3.org/2002/07/owl#> .
    @prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""


@pytest.fixture(scope="module")
def store() -> Store:
    """Return the real graph, with what is inferred."""
    sources = Sources.find(reasoners.ROOT)
    store = Store()
    store.extend(Dataset(load(sources)))
    derive(store, sources)
    reason(store, sources)
    return store


def triples(store: Store, *graphs: str) -> list[Triple]:
    return [
        Triple(quad.subject, quad.predicate, quad.object)
        for graph in graphs
        for quad in store.quads_for_pattern(None, None, None, NamedNode(GRAPHS[graph]))
    ]


def given(store: Store) -> list[Triple]:
    """Return what the tableau reasoners start from: all but what OWL entails.

    What our own rules conclude is part of it, since OWL compares no claims.
    """
    concluded = {
        triple
        for name, text in rule_texts(Sources.find(reasoners.ROOT), "inferred")
        for triple in conclusions(store, name, text)
    }
    return triples(store, "ontology", "background", "claims", "facts-without-hedges") + sorted(
        concluded, key=str
    )


def differences() -> dict[tuple[str, str, str, str], str]:
    """Return the reason of each difference, by who entails it, and the triple."""
    path = Path(__file__).with_name("differences.tsv")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    return {
        (row["entailed by"], row["subject"], row["predicate"], row["object"]): row["reason"]
        for row in rows
    }


def curie(iri: str) -> str:
    """Return an IRI shortened, a literal as it is."""
    if iri.startswith('"'):
        return iri
    fitting = [(each, base) for each, base in PREFIXES.items() if iri.startswith(base)]
    if not fitting:
        return iri
    prefix, base = max(fitting, key=lambda pair: len(pair[1]))
    return f"{prefix}:{iri.removeprefix(base)}"


def flat(all_: Entailed) -> set[tuple[str, str, str]]:
    """Return what is entailed as triples of CURIEs."""
    return {
        (curie(subject), curie(predicate), curie(object_))
        for subject, predicate, object_ in [
            *((subject, RDF + "type", kind) for subject, kind in all_.types),
            *all_.relations,
            *all_.values,
            *((subject, RDFS + "subClassOf", above) for subject, above in all_.subclasses),
            *((subject, RDFS + "subPropertyOf", above) for subject, above in all_.subproperties),
        ]
    }


@tableaux
def test_what_is_materialised_is_what_is_entailed(tableau: Tableau, store: Store) -> None:
    theirs, unsatisfiable = tableau(given(store))  # raises if the graph is inconsistent
    assert unsatisfiable == []
    ours = entailed(triples(store, *GRAPHS))
    explained = {key for key in differences() if key[0] != "us, no OWL"}
    if tableau is by_pellet:  # it lists no subproperties
        ours = ours._replace(subproperties=frozenset())
        explained = {key for key in explained if key[2] != "rdfs:subPropertyOf"}
    found = {("us alone", *triple) for triple in flat(ours) - flat(theirs)}
    found |= {("them alone", *triple) for triple in flat(theirs) - flat(ours)}
    assert sorted(found - explained) == [], "not in differences.tsv"
    assert sorted(explained - found) == [], "in differences.tsv and no difference any more"
    assert len(theirs.types) > 1500
    assert len(theirs.relations) > 2000
    assert len(theirs.values) > 500


def test_nothing_else_is_materialised(store: Store) -> None:
    """Each inferred triple was compared, or has a predicate that no OWL reasoner knows."""
    compared = flat(entailed(triples(store, *GRAPHS)))
    others = {
        curie(each.predicate.value)
        for each in triples(store, "inferred")
        if not (isinstance(each.subject, NamedNode) and isinstance(each.object, NamedNode))
        or tuple(curie(term.value) for term in (each.subject, each.predicate, each.object))
        not in compared
    }
    explained = {key[2] for key in differences() if key[0] == "us, no OWL"}
    assert others == explained


def test_every_difference_has_a_reason() -> None:
    assert all(len(reason.split()) > 5 for reason in differences().values())


@tableaux
@pytest.mark.parametrize("kinds", [":Artery, :Vein", ":Symptom, :DiagnosticTest"])
def test_two_kinds_that_exclude_each_other_would_be_noticed(
    tableau: Tableau, kinds: str, store: Store
) -> None:
    """The first two by a pair, the others by a list of kinds."""
    text = f"{MISTAKES} :x a {kinds} ."
    mistake = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]
    with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
        tableau(triples(store, "ontology") + mistake)


@tableaux
def test_an_unsatisfiable_class_would_be_noticed(tableau: Tableau, store: Store) -> None:
    text = MISTAKES + ":Odd a owl:Class ; rdfs:subClassOf :Artery, :Vein ."
    mistake = [quad.triple for quad in parse(text, format=RdfFormat.TURTLE)]
    _, unsatisfiable = tableau(triples(store, "ontology") + mistake)
    assert unsatisfiable == ["https://w3id.org/crampkg/ontology#Odd"]


def test_two_values_of_a_scale_are_not_one(store: Store) -> None:
    """Two confidences are a contradiction; without more said, "medium" and "low" would be one."""
    for text in (
        ":x a :Resolution ; :confidence :medium , :low .",
        ":x a :Claim ; :basis :sentence , :heading .",
        ":may owl:sameAs :can .",
        ":submitted owl:sameAs :approved .",
    ):
        mistake = [quad.triple for quad in parse(MISTAKES + text, format=RdfFormat.TURTLE)]
        with pytest.raises(owlready2.OwlReadyInconsistentOntologyError):
            by_hermit(triples(store, "ontology") + mistake)
