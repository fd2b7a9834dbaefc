"""Blank nodes by their content: labels and an order that depend on the graph alone.

RDFC-1.0 (https://www.w3.org/TR/rdf-canon/) has the same aim, but one new triple renames all blank
nodes, and its time grows with the factorial of the number of nodes that look alike: ten nodes all
linked to each other never finish. Here each connected component is ordered by itself. Colour
refinement distinguishes nodes. Links between all nodes of two colours carry no information and are
dropped, so that the component falls apart. In each remaining part, each node in turn is put first,
and the order with the least written form is kept. Work is counted and bounded.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict, deque

from pyoxigraph import BlankNode, NamedNode

from crampkg.errors import UsageError
from crampkg.rdf import parts, sort_key

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from pyoxigraph import Quad

    from crampkg.rdf import Triple

    Colours = dict[int, int]
    Form = tuple[list[int], list[tuple[int, int, int]]]

#: The number of steps for any graph, about two seconds, and the further steps for each node and
#: link: far more than a graph takes whose nodes can be distinguished.
_MOST, _MOST_EACH = 1_000_000, 200
_DEEPEST = 100
#: Hexadecimal digits of a label.
_DIGITS = 12


def ordered(graphs: Mapping[str | None, Iterable[Triple]]) -> list[str]:
    """Return the labels of all blank nodes in `graphs`, in an order given by their content.

    None is the name of the default graph. Nodes that differ only in their labels come in any order:
    the written form is the same. Raises `UsageError` for so many nodes so alike that distinguishing
    them would take too long.
    """
    nodes = _Nodes(graphs)
    return [nodes.names[node].value for _, order in nodes.components() for node in order]


def labels(graphs: Mapping[str | None, Iterable[Triple]]) -> dict[Any, BlankNode]:
    """Return new blank nodes for those of `graphs`, with labels that depend on content alone.

    The content is that of the node's connected component, so a new triple changes the labels of one
    component. Components of equal content are numbered. Raises as `ordered`.
    """
    nodes = _Nodes(graphs)
    new: dict[Any, BlankNode] = {}
    alike: Counter[str] = Counter()
    for form, order in nodes.components():
        digest = hashlib.sha256(form.encode())
        for place, node in enumerate(order):
            placed = digest.copy()
            placed.update(b" %d" % place)
            label = f"b{placed.hexdigest()[:_DIGITS]}"
            alike[label] += 1
            number = f"-{alike[label]}" if alike[label] > 1 else ""
            new[nodes.names[node]] = BlankNode(label + number)
    return new


def relabelled(quads: Iterable[Quad]) -> list[Quad]:
    """Return `quads` with the labels given by `labels`. Raises as `ordered`."""
    from pyoxigraph import Quad as QuadOf

    distinct = list(dict.fromkeys(quads))
    linked = [quad for quad in distinct if _is_linked(quad)]
    graphs: dict[str | None, list[Triple]] = {}
    for quad in linked:
        name = quad.graph_name.value if isinstance(quad.graph_name, NamedNode) else None
        graphs.setdefault(name, []).append(parts(quad))
    new = labels(graphs)
    return [quad for quad in distinct if not _is_linked(quad)] + [
        QuadOf(
            new.get(quad.subject, quad.subject),
            quad.predicate,
            new.get(quad.object, quad.object),
            quad.graph_name,
        )
        for quad in linked
    ]


def _is_linked(quad: Quad) -> bool:
    """Return whether the subject or object of a quad is a blank node."""
    return isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode)


class _Nodes:
    """The blank nodes of some graphs as numbers, with the links between them."""

    def __init__(self, graphs: Mapping[str | None, Iterable[Triple]]) -> None:
        numbers: dict[BlankNode, int] = {}
        links: list[tuple[int, tuple[str, str], int]] = []
        content: defaultdict[int, list[tuple[str, ...]]] = defaultdict(list)
        for graph, triples in graphs.items():
            for subject, predicate, term in triples:
                kind = graph or "", predicate.value
                ends = [
                    numbers.setdefault(end, len(numbers))
                    for end in (subject, term)
                    if isinstance(end, BlankNode)
                ]
                if len(set(ends)) > 1:
                    links.append((ends[0], kind, ends[1]))
                elif len(ends) > 1:
                    content[ends[0]].append(("to itself", *kind))
                elif isinstance(subject, BlankNode):
                    content[ends[0]].append(("says", *kind, *sort_key(term)))
                elif ends:
                    content[ends[0]].append(("referred to", *kind, *sort_key(subject)))
        self.names = list(numbers)
        self._kinds = sorted({kind for _, kind, _ in links})
        kinds = {kind: 2 * rank for rank, kind in enumerate(self._kinds)}
        self._links: list[list[tuple[int, int]]] = [[] for _ in numbers]
        for start, kind, end in links:
            self._links[start].append((kinds[kind], end))
            self._links[end].append((kinds[kind] + 1, start))
        self._content = [tuple(sorted(content[node])) for node in range(len(numbers))]
        ranks = {key: rank for rank, key in enumerate(sorted(set(self._content)))}
        self._colours = {node: ranks[key] for node, key in enumerate(self._content)}
        self._left = _MOST + _MOST_EACH * (len(numbers) + len(links))

    def components(self) -> list[tuple[str, list[int]]]:
        """Return the written form and the ordered nodes of each component, sorted by the form.

        Neither depends on the other components.
        """
        components = []
        for component in _connected(
            {node: [other for _, other in links] for node, links in enumerate(self._links)}
        ):
            order = self._ordered(component, self._colours, 0)
            places = {node: place for place, node in enumerate(order)}
            written = [
                (
                    self._content[node],
                    sorted(
                        (self._kinds[kind // 2], places[other])
                        for kind, other in self._links[node]
                        if kind % 2 == 0
                    ),
                )
                for node in order
            ]
            components.append((repr(written), order))
        return sorted(components)

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
        """Return the order of least form among those that begin with a node of one colour.

        Two orders of the same form are a symmetry, and a node symmetric to one already tried is
        skipped.
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
        """Return finer colours: nodes of one colour have equal numbers of links to each colour.

        Links of different kinds are counted apart. A colour is the number of nodes of earlier
        colours. After Hopcroft, "An n log n algorithm for minimizing states in a finite automaton"
        (1971): when a cell splits, its largest part need not be examined again.
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
        """Return the connected parts after dropping links between all nodes of two colours."""
        sizes = Counter(colours.values())
        kept: dict[int, list[int]] = {}
        for node, colour in colours.items():
            links = [(kind, colours[other], other) for kind, other in self._within(node, colours)]
            counts = Counter((kind, to) for kind, to, _ in links)
            kept[node] = [
                other for kind, to, other in links if counts[kind, to] < sizes[to] - (to == colour)
            ]
        return list(_connected(kept))

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


def _connected(others: dict[int, list[int]]) -> Iterator[list[int]]:
    """Yield the connected parts of a graph, given as the neighbours of each node; empties it."""
    while others:
        node, reached = others.popitem()
        part = [node]
        while reached:
            node = reached.pop()
            if node in others:
                part.append(node)
                reached += others.pop(node)
        yield part


def _too_much_alike() -> UsageError:
    return UsageError(
        "There are so many blank nodes, and so much alike, that to tell them apart would take too "
        "long. Give IRIs to some of them."
    )
