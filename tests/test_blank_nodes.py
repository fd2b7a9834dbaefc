"""An order of blank nodes that depends on the graph alone, found in bounded time."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest
from pyoxigraph import BlankNode, DefaultGraph, NamedNode, Quad
from tiny import added

from crampkg.blank_nodes import ordered, relabelled
from crampkg.errors import UsageError
from crampkg.export import to_bytes
from crampkg.pipeline import snapshot
from crampkg.rdf import Triple, parts

P = NamedNode("urn:p")
A, B = NamedNode("urn:a"), NamedNode("urn:b")
CLIQUE = [(f"n{a}", f"n{b}") for a in range(12) for b in range(12) if a != b]


def quads(pairs: list[tuple[str, str]], graph: NamedNode | None = None) -> list[Quad]:
    """Return links between blank nodes."""
    return [
        Quad(BlankNode(start), P, BlankNode(end), graph or DefaultGraph()) for start, end in pairs
    ]


def test_what_names_say_of_a_node_comes_first() -> None:
    """Then what it says itself, whatever the labels are."""
    x, y, z = map(BlankNode, "xyz")
    triples: list[Triple] = [(x, P, A), (A, P, y), (z, P, z)]
    assert ordered({None: triples}) == ["y", "x", "z"]


def test_a_graph_is_told_from_another() -> None:
    """The same link in two graphs is two links."""
    here, there = quads([("x", "y")], A), quads([("u", "v")], B)
    labels = {quad.subject: quad.graph_name for quad in relabelled(there + here)}
    assert len(labels) == 2
    assert set(relabelled(here + there)) == set(relabelled(there + here))


@pytest.mark.parametrize("seed", range(5))
def test_labels_and_order_as_read_do_not_matter(seed: int) -> None:
    """A symmetry of twelve nodes beside a cycle and a chain, shuffled and renamed."""
    rest = [(f"c{each}", f"c{(each + 1) % 9}") for each in range(9)]
    rest += [(f"d{each}", f"d{each + 1}") for each in range(9)] + [("d0", "n3")]
    chance = random.Random(seed)
    names = [f"other{number}" for number in range(100)]
    chance.shuffle(names)
    new: dict[str, str] = {}
    others = [tuple(new.setdefault(end, names[len(new)]) for end in pair) for pair in CLIQUE + rest]
    chance.shuffle(others)
    given = set(relabelled(quads(CLIQUE + rest)))
    assert set(relabelled(quads([(start, end) for start, end in others]))) == given


def test_a_chain_takes_time_in_proportion() -> None:
    """Its nodes are told apart from the ends, one after the other."""
    taken = []
    for length in (1000, 8000):
        links = quads([(f"n{each}", f"n{each + 1}") for each in range(length)])
        started = time.process_time()
        assert len(relabelled(links)) == length
        taken.append(time.process_time() - started)
    assert taken[1] < 24 * taken[0] + 1


def test_too_much_work_is_a_sentence() -> None:
    corners = range(1 << 8)
    cube = quads([(f"n{each}", f"n{each ^ 1 << bit}") for each in corners for bit in range(8)])
    with pytest.raises(UsageError, match="so much alike"):
        relabelled(cube)


def test_sources_and_answers_with_such_nodes_end(tmp_path: Path) -> None:
    """The snapshot is built, and a graph is written, in every format."""
    links = "".join(f"_:{start} <urn:p> _:{end} .\n" for start, end in CLIQUE)
    sources = added(tmp_path, "data/concepts/clique.ttl", links)
    built = snapshot.build(sources, "digest")
    assert built["graph.nq"].count(b" <urn:p> ") == len(CLIQUE)
    triples = [*map(parts, quads(CLIQUE))]
    for format in ("turtle", "ntriples", "rdfxml", "jsonld"):
        assert to_bytes(triples, format)
