"""From a scene to its source for Graphviz, and from Graphviz's drawing to an SVG for a page."""

from __future__ import annotations

import itertools
import re
import xml.etree.ElementTree as ET

import graphviz

from crampkg.picture.scene import (
    LAYERS,
    numbered,
    on_edge,
    on_node,
    place_of,
    plain,
    sentence,
    style_of,
)
from crampkg.vocabulary import SKOS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from crampkg.picture.scene import Layer, Node, Scene

    #: A node's id, the node, and the lines in its box.
    _Thing = tuple[str, Node, list[str]]

#: It has the widths of Arimo, Liberation Sans and Helvetica; the margins leave room for others.
FONT = "Arial"

#: Symmetric relations, drawn without an arrow.
_BOTH_WAYS = (f"{SKOS}related",)

_HEADING = "#55616d"

#: Titles of layers and labels of links are laid out larger than shown by this factor, since a
#: browser without the measured font may use a wider one. Boxes have margins instead.
ROOM = 1.15

_SVG = "http://www.w3.org/2000/svg"
_NUMBERED = re.compile(r"([ne])(\d+)")
#: A dense picture whose width is between these, in pixels, may shrink to the width of the page.
_SLIM = (900.0, 2000.0)
#: Fonts with the widths of `FONT`.
_FONTS = "Arial, Helvetica, Arimo, 'Liberation Sans', sans-serif"
#: A white outline for labels that lines may cross.
_HALO = {"paint-order": "stroke", "stroke": "white", "stroke-width": "3"}

ET.register_namespace("", _SVG)


def dot(scene: Scene, caption: Sequence[str] = ()) -> str:
    """Return the DOT source of a scene, with the lines of a caption below it.

    Things and links have the ids `n0`, `n1`, … and `e0`, `e1`, …, in the order of the scene. A
    layer is a box, or in a dense scene a column under a heading: Graphviz leads lines around the
    boxes that they do not belong to, which would be nearly all.
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
        # Lines run from left to right, whichever way the arrow points: this keeps the columns, and
        # puts markers between the sources and the things that carry them.
        places = place_of(layer_of[start]), place_of(layer_of[end])
        # Within a column, lines with a weight order the things, which makes five times as many
        # lines between columns cross. Only markers are ordered, beside their sources.
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
            # Graphviz puts the start of a weighted line within a column above its end.
            column.edge(f"heading_{layer.key}", thing[0], style="invis", weight="1")


def _put(column: graphviz.Digraph, id: str, node: Node, lines: Sequence[str]) -> None:
    column.node(
        id,
        _joined(lines),
        _attributes={
            "id": id,
            "class": f"{node.layer} focus" if node.focus else node.layer,
            "fillcolor": LAYERS[place_of(node.layer)].fill,
            "penwidth": "2.6" if node.focus else "1",
        },
    )


def _order_columns(graph: graphviz.Digraph, layers: Sequence[str]) -> None:
    for left, right in itertools.pairwise(layers):
        graph.edge(f"heading_{left}", f"heading_{right}", style="invis", weight="100")


def _order_boxes(
    graph: graphviz.Digraph, scene: Scene, layers: Sequence[str], ids: dict[str, str]
) -> None:
    """Put invisible walls between the boxes, which keeps them in the order of the layers."""
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
    """Return lines as one DOT label, with markup, entities and escapes taken literally."""
    return _text("\\n".join(_escaped(line) for line in lines))


def _escaped(line: str) -> str:
    return str(graphviz.escape(line.replace("&", "&amp;")))


def _text(label: str) -> str:
    escaped: str = graphviz.nohtml(label)  # else a label in angle brackets would be HTML
    return escaped


def finished(drawn: bytes, scene: Scene, address: Callable[[str], str]) -> str:
    """Return Graphviz's drawing of a scene as an SVG element for a page.

    A thing links to `address(iri)`, unless that is empty. Lines have their full sentence as a
    title, and are hidden from screen readers, which read the table of links instead.
    """
    root = ET.fromstring(drawn)  # noqa: S314 - Graphviz writes no entities
    width, height = root.attrib["viewBox"].split()[2:]
    is_slim = scene.is_dense and _SLIM[0] < float(width) < _SLIM[1]
    root.attrib |= {
        "width": width,
        "height": height,
        "class": "picture slim" if is_slim else "picture",
        "role": "group",
        "aria-label": f"Picture: {plain(scene.title)}",
    }
    for text in root.iter(f"{{{_SVG}}}text"):
        text.set("font-family", _FONTS)
    names = {node.iri: node.label for node in scene.nodes}
    places = {node.iri: place for place, node in enumerate(scene.nodes)}
    numbers = scene.numbers
    near: dict[str, list[int]] = {}
    for edge in filter(scene.is_numbered, scene.edges):
        near.setdefault(edge.start, []).append(places[edge.end])
        near.setdefault(edge.end, []).append(places[edge.start])
    drawing = root.find(f"{{{_SVG}}}g")
    if drawing is None:
        message = "Graphviz drew nothing."
        raise ValueError(message)
    del drawing.attrib["id"]
    titles: list[ET.Element] = []
    _drop_title(drawing)
    for group in list(drawing):
        kind, _, rest = group.get("class", "").partition(" ")
        match = _NUMBERED.fullmatch(group.get("id", ""))
        is_heading = kind == "cluster" or rest == "heading"
        if is_heading or kind == "edge":
            for text in group.iter(f"{{{_SVG}}}text"):
                text.set("font-size", f"{float(text.attrib['font-size']) / ROOM:.2f}")
        if is_heading:
            del group.attrib["id"]
            _drop_title(group)
            if kind == "cluster":
                titles += _titles_of(group)
        elif kind == "node" and match:
            node = scene.nodes[int(match[2])]
            _name_node(group, node, numbers.get(node.iri, ()), address)
            group.set("data-thing", match[2])
            if node.iri in near:  # linked by a number instead of a line with `data-ends`
                group.set("data-near", " ".join(map(str, near[node.iri])))
        elif kind == "edge" and match:
            edge = scene.edges[int(match[2])]
            words = sentence(edge, names[edge.start], names[edge.end])
            _drop_title(group)
            group.insert(0, _title(words))
            del group.attrib["id"]
            group.set("aria-hidden", "true")
            group.set("data-ends", f"{places[edge.start]} {places[edge.end]}")
            for text in group.iter(f"{{{_SVG}}}text"):
                text.attrib |= _HALO
            if edge.is_contested:  # on top, so that no other line strikes out its label
                drawing.remove(group)
                drawing.append(group)
        elif kind in ("node", "edge"):  # a wall between columns, and the lines to it
            drawing.remove(group)
    drawing.extend(titles)
    return ET.tostring(root, encoding="unicode")


def _titles_of(box: ET.Element) -> Iterator[ET.Element]:
    """Remove the title of a layer's box and yield it, to be put on top of the lines."""
    for text in box.findall(f"{{{_SVG}}}text"):
        box.remove(text)
        text.attrib |= _HALO
        title = ET.Element(f"{{{_SVG}}}g", {"class": box.attrib["class"]})
        title.append(text)
        yield title


def _name_node(
    group: ET.Element, node: Node, markers: Iterable[str], address: Callable[[str], str]
) -> None:
    """Make a node a link with an accessible name."""
    _drop_title(group)
    del group.attrib["id"]
    link = address(node.iri)
    content = list(group)
    name = plain(node.label)
    spoken = f"{numbered(name, markers)}, {LAYERS[place_of(node.layer)].title}"
    if not link:
        group.set("role", "img")
        group.set("aria-label", spoken)
        group.insert(0, _title(name))
        return
    for child in content:
        group.remove(child)
    anchor = ET.SubElement(group, f"{{{_SVG}}}a")
    anchor.set("href", link)
    anchor.set("aria-label", spoken)
    anchor.append(_title(name))
    anchor.extend(content)


def _title(text: str) -> ET.Element:
    title = ET.Element(f"{{{_SVG}}}title")
    title.text = text
    return title


def _drop_title(group: ET.Element) -> None:
    title = group.find(f"{{{_SVG}}}title")
    if title is not None:
        group.remove(title)
