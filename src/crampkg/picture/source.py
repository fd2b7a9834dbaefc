"""The source of a picture, in DOT: columns for the layers, lines by whose word they are."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import graphviz

from crampkg.picture.scene import LAYERS, place_of
from crampkg.picture.words import on_edge, on_node, style_of
from crampkg.vocabulary import SKOS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from crampkg.picture.scene import Layer, Node, Scene

    #: Its id, the thing, and the lines in its box.
    _Thing = tuple[str, Node, list[str]]

#: Of the same widths as Arimo, Liberation Sans and Helvetica; the margins leave room for others.
FONT = "Arial"

#: Links that point nowhere.
_BOTH_WAYS = (f"{SKOS}related",)

_FILLS = {
    "causes": "#fdf1d8",
    "arteries": "#fbe1df",
    "conditions": "#e3eefb",
    "symptoms": "#fdeadb",
    "sites": "#e4f3e6",
    "structures": "#eaf1e0",
    "tests": "#e0f3f3",
    "treatments": "#efe8f8",
    "circumstances": "#f2efe9",
    "evidence": "#f1f3f5",
    "others": "#f1f3f5",
}

_HEADING = "#55616d"

#: Titles of layers and words on lines are laid out so much larger than they are shown: without the
#: font that was measured, a page takes another, which may be wider. Boxes have margins for that.
ROOM = 1.15


def dot(scene: Scene, caption: Sequence[str] = ()) -> str:
    """Return the DOT source of a scene, with lines of a caption below it.

    Things and links have the ids `n0`, `n1`, … and `e0`, `e1`, …, in the order of the scene. Each
    layer has a box; in a dense scene it is one column under a heading, since no line that does not
    belong to a box may cross it, and all would go round.
    """
    graph = graphviz.Digraph(
        graph_attr={
            "rankdir": "LR",
            "newrank": "true",
            "nodesep": "0.12" if scene.is_dense else "0.18",
            "ranksep": "0.6" if scene.is_dense else "0.3",
            "pad": "0.2",
            "fontname": FONT,
            "fontsize": "12",
            "bgcolor": "white",
            "outputorder": "edgesfirst",
        },
        node_attr={
            "fontname": FONT,
            "fontsize": "12",
            "shape": "box",
            "style": "rounded,filled",
            "color": "#7d8a95",
            "fontcolor": "#1b232c",
            "height": "0.3",
            "margin": "0.16,0.05",
        },
        edge_attr={
            "fontname": FONT,
            "fontsize": str(11 * ROOM),
            "fontcolor": "#3d4852",
            "arrowsize": "0.7",
        },
    )
    if caption:
        text = "".join(f"{_escaped(line)}\\l" for line in caption)
        graph.attr(label=_text(text), labelloc="b", labeljust="l")
    ids = {node.iri: f"n{number}" for number, node in enumerate(scene.nodes)}
    layer_of = {node.iri: node.layer for node in scene.nodes}
    numbers = scene.numbers
    used = [layer for layer in LAYERS if layer.key in layer_of.values()]
    for layer in used:
        things = [
            (ids[node.iri], node, on_node(node.label, numbers.get(node.iri, ())))
            for node in scene.nodes
            if node.layer == layer.key
        ]
        (_put_column if scene.is_dense else _put_box)(graph, layer, things)
    if scene.is_dense:
        _order_columns(graph, [layer.key for layer in used])
    else:
        _order_boxes(graph, scene, [layer.key for layer in used], ids)
    for number, edge in enumerate(scene.edges):
        if scene.is_numbered(edge):
            continue
        style = style_of(edge)
        is_bare = scene.is_dense and not edge.is_contested
        start, end = edge.start, edge.end
        # Lines run from left to right, whichever way the arrow points: so columns stay columns,
        # and markers stand between the sources and what they are printed at.
        places = place_of(layer_of[start]), place_of(layer_of[end])
        # Within a column a line with a weight orders the things, which costs five times as many
        # crossings of the lines between columns. Markers alone stand beside their sources.
        is_free = scene.is_dense and places[0] == places[1] != place_of("evidence")
        back = places[0] > places[1] or layer_of[start] == layer_of[end] == "evidence"
        head = "none" if edge.relation in _BOTH_WAYS else style.head
        graph.edge(
            ids[end if back else start],
            ids[start if back else end],
            "" if is_bare or style.key == "cites" else _joined(on_edge(edge)),
            _attributes={
                "id": f"e{number}",
                "class": style.key,
                "style": style.line,
                "color": style.colour,
                "penwidth": style.width,
                "arrowhead": head,
                "arrowtail": head,
                "dir": "back" if back else "forward",
                "weight": "0" if is_free else "1",
            },
        )
    return str(graph.source)


def _put_box(graph: graphviz.Digraph, layer: Layer, things: Sequence[_Thing]) -> None:
    with graph.subgraph(name=f"cluster_{layer.key}") as box:
        box.attr(
            label=layer.title,
            labeljust="l",
            labelloc="t",
            color="#d3dae0",
            fontcolor=_HEADING,
            fontsize=str(12 * ROOM),
            style="rounded",
            margin="10",
        )
        box.attr("graph", **{"class": f"layer {layer.key}"})
        for thing in things:
            _put(box, *thing)


def _put_column(graph: graphviz.Digraph, layer: Layer, things: Sequence[_Thing]) -> None:
    with graph.subgraph() as column:
        column.attr(rank="same")
        column.node(
            f"heading_{layer.key}",
            layer.title,
            _attributes={
                "class": "heading",
                "shape": "plaintext",
                "style": "",
                "fontcolor": _HEADING,
                "fontsize": str(12 * ROOM),
            },
        )
        for thing in things:
            _put(column, *thing)
            # Graphviz puts the start of a line within a column above its end, if it has a weight.
            column.edge(f"heading_{layer.key}", thing[0], style="invis", weight="1")


def _put(column: graphviz.Digraph, id: str, node: Node, lines: Sequence[str]) -> None:
    column.node(
        id,
        _joined(lines),
        _attributes={
            "id": id,
            "class": f"{node.layer} focus" if node.focus else node.layer,
            "fillcolor": _FILLS[node.layer],
            "penwidth": "2.6" if node.focus else "1",
        },
    )


def _order_columns(graph: graphviz.Digraph, layers: Sequence[str]) -> None:
    for left, right in itertools.pairwise(layers):
        graph.edge(f"heading_{left}", f"heading_{right}", style="invis", weight="100")


def _order_boxes(
    graph: graphviz.Digraph, scene: Scene, layers: Sequence[str], ids: dict[str, str]
) -> None:
    """Put invisible walls between the boxes, so that each stands where its layer does."""
    for number in range(len(layers) + 1):
        graph.node(
            f"wall{number}",
            "",
            _attributes={
                "style": "invis",
                "shape": "point",
                "width": "0",
                "height": "0",
                "class": "wall",
            },
        )
    walls = {layer: (f"wall{place}", f"wall{place + 1}") for place, layer in enumerate(layers)}
    for node in scene.nodes:
        before, after = walls[node.layer]
        for tail, head in ((before, ids[node.iri]), (ids[node.iri], after)):
            graph.edge(tail, head, style="invis", weight="0")


def _joined(lines: Sequence[str]) -> str:
    """Return lines as one label in DOT, in which nothing is markup, an entity or an escape."""
    return _text("\\n".join(_escaped(line) for line in lines))


def _escaped(line: str) -> str:
    return str(graphviz.escape(line.replace("&", "&amp;")))


def _text(label: str) -> str:
    made: str = graphviz.nohtml(label)  # or what stands in angle brackets would be HTML
    return made
