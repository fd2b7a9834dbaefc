"""The graph cut into parts that can be sent alone, each a side graph at the store."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import BlankNode, RdfFormat, parse

from crampkg.vocabulary import GRAPHS, LOADING

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import Triple


class Part(NamedTuple):
    """Some triples of one graph; no other part shares a blank node with it."""

    name: str  # the IRI of its side graph, the same whenever the same graph is cut
    graph: str  # the IRI of the graph that it belongs to
    triples: tuple[str, ...]  # in the syntax of N-Triples, without the stop
    has_blanks: bool


def cut(nquads: bytes, identifier: str, size: int) -> list[Part]:
    """Return the parts of the five graphs, of about `size` triples each.

    A blank node means something within one request alone, so triples that are tied by blank nodes
    stay together, and parts with them are apart from those without.
    """
    graphs: dict[str, list[Triple]] = {iri: [] for iri in GRAPHS.values()}
    for quad in parse(nquads, format=RdfFormat.N_QUADS, rename_blank_nodes=False):
        graphs[quad.graph_name.value].append(quad.triple)
    parts = []
    for short, iri in GRAPHS.items():
        plain, tied = _tied(graphs[iri])
        chunks = [(chunk, False) for chunk in _chunks([[each] for each in plain], size)]
        chunks += [(chunk, True) for chunk in _chunks(tied, size)]
        for number, (chunk, has_blanks) in enumerate(chunks):
            name = f"{LOADING}{identifier[:16]}/{size}/{short}/{number}"
            parts.append(Part(name, iri, tuple(map(str, chunk)), has_blanks))
    return parts


def _tied(triples: list[Triple]) -> tuple[list[Triple], list[list[Triple]]]:
    """Return the triples without blank nodes, and the others in groups that share none."""
    above: dict[BlankNode, BlankNode] = {}

    def top(node: BlankNode) -> BlankNode:
        while above.setdefault(node, node) != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    plain, others = [], []
    for triple in triples:
        blanks = [each for each in (triple.subject, triple.object) if isinstance(each, BlankNode)]
        if not blanks:
            plain.append(triple)
            continue
        above[top(blanks[0])] = top(blanks[-1])
        others.append((blanks[0], triple))
    groups: dict[BlankNode, list[Triple]] = {}
    for blank, triple in others:
        groups.setdefault(top(blank), []).append(triple)
    return plain, list(groups.values())


def _chunks(groups: list[list[Triple]], size: int) -> Iterator[list[Triple]]:
    chunk: list[Triple] = []
    for group in groups:
        if chunk and len(chunk) + len(group) > size:
            yield chunk
            chunk = []
        chunk += group
    if chunk:
        yield chunk
