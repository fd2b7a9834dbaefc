"""Engines agree on what was made up: small ontologies, and things said in terms of our ontology.

Starting Java takes a second, so that many ontologies go to a tableau reasoner at once, each in a
namespace of its own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from random import Random

import pytest
import reasoners
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from owl_strategies import Schema, made_up, ontologies, triples_of
from pyoxigraph import Dataset, NamedNode, Store, Triple
from reasoners import Entailed, by_hermit, by_owlrl, by_pellet, by_rules, entailed, rules_only

from crampkg.pipeline.load import load
from crampkg.sources import Sources
from crampkg.vocabulary import GRAPHS, OWL

pytestmark = pytest.mark.conformance

Engine = Callable[[Sequence[Triple]], Entailed]
#: Nothing is made smaller, at a second a step; the first example is the smallest that there is.
few = partial(settings, phases=[Phase.generate])


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    """Return our rules as an engine."""
    return partial(by_rules, sources=rules_only(tmp_path_factory.mktemp("sources")))


@pytest.fixture(scope="module")
def ontology() -> list[Triple]:
    """Return the axioms of the real ontology, and the individuals that it names."""
    store = Store()
    store.extend(Dataset(load(Sources.find(reasoners.ROOT))))
    graph = NamedNode(GRAPHS["ontology"])
    return reasoners.logical(
        Triple(quad.subject, quad.predicate, quad.object)
        for quad in store.quads_for_pattern(None, None, None, graph)
    )


@pytest.fixture(scope="module")
def schema(ontology: list[Triple], rules: Engine) -> Schema:
    """Return what the real ontology lets one say."""
    return Schema(ontology, rules)


def individuals(all_: Entailed) -> set[tuple[str, ...]]:
    """Return what is entailed of individuals."""
    return {*all_.types, *all_.relations}


def without_chains(triples: Sequence[Triple]) -> list[Triple]:
    """Return an ontology that Pellet can be trusted with."""
    return [each for each in triples if each.predicate.value != OWL + "propertyChainAxiom"]


def fitting(abox: list[Triple], ontology: list[Triple], rules: Engine) -> list[Triple]:
    """Return an ABox without what contradicts the ontology or makes two names one."""
    disjoint = {
        (each.subject.value, each.object.value)
        for each in ontology
        if each.predicate.value == OWL + "disjointWith"
        and isinstance(each.subject, NamedNode)
        and isinstance(each.object, NamedNode)
    } | reasoners.exclusive(ontology)
    functional = {
        each.subject.value
        for each in ontology
        if each.object == NamedNode(OWL + "FunctionalProperty")
        and isinstance(each.subject, NamedNode)
    }
    while True:
        found = rules(ontology + abox)
        kinds: dict[str, set[str]] = {}
        for thing, kind in found.types:
            kinds.setdefault(thing, set()).add(kind)
        values: dict[tuple[str, str], set[str]] = {}
        for subject, relation, object_ in found.relations:
            if relation in functional:
                values.setdefault((subject, relation), set()).add(object_)
        wrong = {
            NamedNode(thing)
            for thing, all_ in kinds.items()
            if any({one, other} <= all_ for one, other in disjoint)
        }
        wrong |= {NamedNode(subject) for (subject, _), all_ in values.items() if len(all_) > 1}
        if not wrong:
            return abox
        kept = [each for each in abox if not {each.subject, each.object} & wrong]
        assert len(kept) < len(abox), wrong  # what is wrong is made up, or said of what is not
        abox = kept


@few(max_examples=2)
@given(made=st.lists(ontologies, min_size=20, max_size=20))
def test_engines_agree_on_small_ontologies(made: list[str], rules: Engine) -> None:
    each = [triples_of(text, number) for number, text in enumerate(made)]
    together = [triple for triples in each for triple in triples]
    ours = rules(together)
    owlrls = [by_owlrl(triples) for triples in each]
    assert individuals(ours) == set().union(*(individuals(owlrl) for owlrl in owlrls))
    assert ours.subproperties == frozenset().union(*(owlrl.subproperties for owlrl in owlrls))
    hermit, _ = by_hermit(together)
    assert individuals(ours) == individuals(hermit)
    # Of classes and properties OWL 2 RL says less, and nothing that is wrong.
    assert ours.subclasses <= hermit.subclasses
    assert ours.subproperties <= hermit.subproperties
    together = without_chains(together)
    pellet, _ = by_pellet(together)
    assert individuals(rules(together)) == individuals(pellet)
    assert ours.subclasses <= pellet.subclasses


@few(max_examples=2)
@given(random=st.randoms(use_true_random=True))
def test_engines_agree_on_things_made_up(
    random: Random, ontology: list[Triple], schema: Schema, rules: Engine
) -> None:
    abox = fitting(made_up(schema, random, size=40), ontology, rules)
    triples = ontology + abox
    ours = individuals(rules(triples))
    assert len(ours) > len(individuals(entailed(triples))) + 20
    assert individuals(by_owlrl(triples)) == ours
    assert individuals(by_hermit(triples)[0]) == ours
    triples = without_chains(triples)
    assert individuals(by_pellet(triples)[0]) == individuals(rules(triples))


def test_why_pellet_is_asked_without_chains(rules: Engine) -> None:
    """It takes a chain of a property for one of the property above it."""
    triples = triples_of(
        """
        :p1 owl:propertyChainAxiom ( :p0 :p1 ) ; rdfs:subPropertyOf :p4 .
        :d :p0 :b . :b :p4 :c .
        """
    )
    invented = ("urn:t0:d", "urn:t0:p4", "urn:t0:c")
    pellet, _ = by_pellet(triples)
    assert individuals(pellet) - individuals(rules(triples)) == {invented}
    hermit, _ = by_hermit(triples)
    assert individuals(hermit) == individuals(rules(triples)) == individuals(by_owlrl(triples))
