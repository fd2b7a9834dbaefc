"""Blank nodes in an order that depends on the graph alone: not on labels, nor on the order read.

RDFC-1.0 (https://www.w3.org/TR/rdf-canon/) has the same aim and takes time that grows with the
factorial of the nodes that look alike: ten that are all linked to each other have no end. Here
nodes are told apart by colour refinement; links between all nodes of two colours say nothing more
and are dropped, so that the graph falls apart; and in each part that is left one node after
another is made the first, of which the least written form counts. Work is counted and bounded.
"""

from __future__ import annotations

from collections import Counter, defaultdict, deque

from pyoxigraph import BlankNode, NamedNode

from crampkg.errors import UsageError
from crampkg.rdf import parts, sort_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from pyoxigraph import Quad

    from crampkg.rdf import RdfTerm, Triple

    Colours = dict[int, int]
    Form = tuple[list[int], list[tuple[int, int, int]]]

#: Steps for a graph of any size, and more of them for each node and link: about two seconds for
#: the first, and far more of the second than any graph takes whose nodes can be told apart.
_MOST, _MOST_EACH = 1_000_000, 200
_DEEPEST = 100


def ordered(graphs: Mapping[str | None, Iterable[Triple]]) -> list[str]:
    """Return the labels of all blank nodes in `graphs`, in an order given by what is said of them.

    None is the name of the default graph. Nodes that only their labels tell apart stand in any
    order: whichever is first, the same is written. Raises `UsageError` for nodes so many and so
    much alike that telling them apart would take too long.
    """
    return _Nodes(graphs).ordered()


def relabelled(quads: Iterable[Quad]) -> list[Quad]:
    """Return `quads` with labels of blank nodes that depend on what is said of them alone.

    Raises `UsageError` as `ordered` does.
    """
    from pyoxigraph import Quad as QuadOf

    found = list(dict.fromkeys(quads))
    linked = [quad for quad in found if _is_linked(quad)]
    graphs: dict[str | None, list[Triple]] = {}
    for quad in linked:
        name = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else None
        graphs.setdefault(name, []).append(parts(quad))
    labels = {label: BlankNode(f"b{number}") for number, label in enumerate(ordered(graphs))}

    def renamed(term: Any) -> Any:
        return labels[term.value] if isinstance(term, BlankNode) else term

    return [quad for quad in found if not _is_linked(quad)] + [
        QuadOf(renamed(quad.subject), quad.predicate, renamed(quad.object), quad.graph_name)
        for quad in linked
    ]


def _is_linked(quad: Quad) -> bool:
    """Tell whether a blank node is an end of a quad."""
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


class _Nodes:
    """The blank nodes of some graphs as numbers, with the links between them."""

    def __init__(self, graphs: Mapping[str | None, Iterable[Triple]]) -> None:
        self._labels: dict[str, int] = {}
        links: list[tuple[int, tuple[str, str], int]] = []
        said: defaultdict[int, list[tuple[str, ...]]] = defaultdict(list)
        for graph, triples in graphs.items():
            for subject, predicate, term in triples:
                kind = graph or "", predicate.value
                ends = [self._number(end) for end in (subject, term) if isinstance(end, BlankNode)]
                if len(set(ends)) > 1:
                    links.append((ends[0], kind, ends[1]))
                elif len(ends) > 1:
                    said[ends[0]].append(("to itself", *kind))
                elif isinstance(subject, BlankNode):
                    said[ends[0]].append(("says", *kind, *sort_key(term)))
                elif ends:
                    said[ends[0]].append(("referred to", *kind, *sort_key(subject)))
        kinds = {kind: 2 * rank for rank, kind in enumerate(sorted({kind for _, kind, _ in links}))}
        self._links: list[list[tuple[int, int]]] = [[] for _ in self._labels]
        for start, kind, end in links:
            self._links[start].append((kinds[kind], end))
            self._links[end].append((kinds[kind] + 1, start))
        alike: defaultdict[tuple[tuple[str, ...], ...], list[int]] = defaultdict(list)
        for node in range(len(self._labels)):
            alike[tuple(sorted(said[node]))].append(node)
        self._colours = {
            node: colour for colour, key in enumerate(sorted(alike)) for node in alike[key]
        }
        self._left = _MOST + _MOST_EACH * (len(self._labels) + len(links))

    def ordered(self) -> list[str]:
        names = list(self._labels)
        return [names[node] for node in self._ordered(list(self._colours), self._colours, 0)]

    def _number(self, term: RdfTerm) -> int:
        return self._labels.setdefault(term.value, len(self._labels))

    def _ordered(self, nodes: list[int], given: Colours, depth: int) -> list[int]:
        if len(nodes) == 1:
            return nodes
        if depth > _DEEPEST:
            raise _too_much_alike()
        colours = self._refined(nodes, given)
        parts = self._parts(colours)
        if len(parts) == 1:
            return self._least(nodes, colours, depth)
        orders = [self._ordered(part, colours, depth + 1) for part in parts]
        by_form = sorted((self._form(order, colours), order) for order in orders)
        return [node for _, order in by_form for node in order]

    def _least(self, nodes: list[int], colours: Colours, depth: int) -> list[int]:
        """Return the order of least form among those in which a node of one colour is the first.

        Orders of the same form are a symmetry: a node that one leads to a node that was tried need
        not be tried.
        """
        cells: defaultdict[int, list[int]] = defaultdict(list)
        for node in nodes:
            cells[colours[node]].append(node)
        cell = min(cells.values(), key=lambda cell: (len(cell) == 1, len(cell), colours[cell[0]]))
        same = {node: node for node in nodes}

        def root(node: int) -> int:
            while same[node] != node:
                same[node] = node = same[same[node]]
            return node

        best: list[int] = []
        least: Form | None = None
        tried: list[int] = []
        for node in cell:
            if root(node) in map(root, tried):
                continue
            tried.append(node)
            order = self._ordered(nodes, {**colours, node: -1}, depth + 1)
            form = self._form(order, colours)
            if least is None or form < least:
                best, least = order, form
            elif form == least:
                for one, other in zip(best, order, strict=True):
                    same[root(one)] = root(other)
        return best

    def _refined(self, nodes: list[int], given: Colours) -> Colours:
        """Return finer colours: nodes of one colour have as many links of a kind to each colour.

        A colour is the number of nodes of colours before it. After Hopcroft, "An n log n algorithm
        for minimizing states in a finite automaton" (1971): of a cell that falls apart, the largest
        part needs not be looked at again.
        """
        by_colour: defaultdict[int, set[int]] = defaultdict(set)
        for node in nodes:
            by_colour[given[node]].add(node)
        cells: dict[int, set[int]] = {}
        colours: Colours = {}
        for colour in sorted(by_colour):
            cells[len(colours)] = by_colour[colour]
            colours |= dict.fromkeys(by_colour[colour], len(colours))
        queue = deque(cells)
        waiting = set(cells)
        while queue and len(cells) < len(nodes):
            seen: defaultdict[int, list[int]] = defaultdict(list)
            splitter = queue.popleft()
            waiting.remove(splitter)
            for node in cells[splitter]:
                for kind, other in self._within(node, colours):
                    seen[other].append(kind)
            touched: defaultdict[int, defaultdict[tuple[int, ...], set[int]]] = defaultdict(
                lambda: defaultdict(set)
            )
            for node, kinds in seen.items():
                touched[colours[node]][tuple(sorted(kinds))].add(node)
            for colour in sorted(touched):
                parts = [touched[colour][kinds] for kinds in sorted(touched[colour])]
                untouched = len(cells[colour]) - sum(map(len, parts))
                if untouched:
                    cells[colour] -= set().union(*parts)
                    parts.insert(0, cells[colour])
                elif len(parts) == 1:
                    continue
                all_wait = colour in waiting
                largest = max(parts, key=len)
                place = colour
                for part in parts:
                    cells[place] = part
                    if place != colour:
                        colours |= dict.fromkeys(part, place)
                    if place not in waiting and (all_wait or part is not largest):
                        queue.append(place)
                        waiting.add(place)
                    place += len(part)
        return colours

    def _parts(self, colours: Colours) -> list[list[int]]:
        """Return the connected parts of the graph without links of all nodes of two colours."""
        sizes = Counter(colours.values())
        kept: dict[int, list[int]] = {}
        for node, colour in colours.items():
            links = [(kind, colours[other], other) for kind, other in self._within(node, colours)]
            counts = Counter((kind, to) for kind, to, _ in links)
            kept[node] = [
                other for kind, to, other in links if counts[kind, to] < sizes[to] - (to == colour)
            ]
        parts = []
        while kept:
            node, others = kept.popitem()
            part, reached = [node], others
            while reached:
                other = reached.pop()
                if other in kept:
                    part.append(other)
                    reached += kept.pop(other)
            parts.append(part)
        return parts

    def _form(self, order: list[int], colours: Colours) -> Form:
        places = {node: place for place, node in enumerate(order)}
        links = [
            (place, kind, places[other])
            for node, place in places.items()
            for kind, other in self._within(node, places)
        ]
        return [colours[node] for node in order], sorted(links)

    def _within(self, node: int, known: Mapping[int, int]) -> Iterator[tuple[int, int]]:
        self._left -= 1 + len(self._links[node])
        if self._left < 0:
            raise _too_much_alike()
        return ((kind, other) for kind, other in self._links[node] if other in known)


def _too_much_alike() -> UsageError:
    return UsageError(
        "There are so many blank nodes, and so much alike, that to tell them apart would take too "
        "long. Give IRIs to some of them."
    )
