"""The graph in owlready2: isolated worlds, closed properly, one for each thread."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator

import owlready2
import pytest

from crampkg import KnowledgeGraph
from crampkg.errors import UsageError
from crampkg.vocabulary import KG


@pytest.fixture(scope="module")
def opened() -> Iterator[KnowledgeGraph]:
    with KnowledgeGraph.open() as graph:
        yield graph


def test_classes_and_individuals_are_python_s(opened: KnowledgeGraph) -> None:
    ontology = opened.ontology
    world = ontology.world
    arterial = ontology.ArterialCondition
    femoral = world[f"{KG}femoral-artery-disease"]
    assert femoral in arterial.instances()
    assert arterial in femoral.is_a
    assert femoral.affects == [world[f"{KG}femoral-artery"]]
    assert [str(label) for label in femoral.prefLabel] == ["femoral artery disease"]
    (definition,) = arterial.equivalent_to
    assert ontology.Condition in definition.Classes


def test_every_individual_is_listed(opened: KnowledgeGraph) -> None:
    listed = {each.iri for each in opened.ontology.individuals()}
    clinical = "https://w3id.org/crampkg/ontology#ClinicalEntity"
    things = {term.iri for term in opened.terms if clinical in term.kinds}
    assert things <= listed
    assert len(things) > 100


def test_nothing_reaches_the_default_world(opened: KnowledgeGraph) -> None:
    before = len(owlready2.default_world.graph)
    assert opened.ontology.world is not owlready2.default_world
    assert len(owlready2.default_world.graph) == before
    assert owlready2.default_world[f"{KG}calf"] is None


def test_two_graphs_have_nothing_in_common(opened: KnowledgeGraph) -> None:
    with KnowledgeGraph.open() as other:
        made = other.ontology.Artery("made-up")
        assert other.ontology.world[made.iri] is made
        assert opened.ontology.world[made.iri] is None


def test_a_thread_has_its_own(opened: KnowledgeGraph) -> None:
    found: list[tuple[object, int]] = []
    failed: list[BaseException] = []

    def look() -> None:
        try:
            for _ in range(20):
                arteries = list(opened.ontology.Artery.instances())
            found.append((opened.ontology.world, len(arteries)))
        except BaseException as error:  # noqa: BLE001 - whatever it is, the test must see it
            failed.append(error)

    threads = [threading.Thread(target=look) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failed == []
    assert len({id(world) for world, _ in found}) == 4
    assert {number for _, number in found} == {len(list(opened.ontology.Artery.instances()))}


def test_it_is_opened_once_and_closed_for_good() -> None:
    graph = KnowledgeGraph.open()
    ontology = graph.ontology
    assert graph.ontology is ontology
    graph.close()
    with pytest.raises(UsageError, match="has been closed"):
        _ = graph.ontology
    graph.close()
    assert graph.ask("denied-claims")  # what is no world of owlready2 works on


def test_without_owlready2_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "owlready2", None)
    with KnowledgeGraph.open() as graph, pytest.raises(UsageError, match=r"crampkg\[owl\]"):
        _ = graph.ontology
