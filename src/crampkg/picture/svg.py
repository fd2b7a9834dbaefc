"""Graphviz's SVG made fit for a page: things are links, and everything has a name."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from typing import TYPE_CHECKING

from crampkg.picture.scene import LAYERS
from crampkg.picture.source import ROOM
from crampkg.picture.words import numbered, plain, sentence

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from crampkg.picture.scene import Node, Scene

_SVG = "http://www.w3.org/2000/svg"
_NUMBERED = re.compile(r"([ne])(\d+)")
#: Between these widths, in pixels, a picture of few words may shrink to that of a page.
_SLIM = (900.0, 2000.0)
#: Fonts of the width that the picture was laid out for.
_FONTS = "Arial, Helvetica, Arimo, 'Liberation Sans', sans-serif"
#: Words on a line, and titles of boxes, which lines may cross.
_HALO = {"paint-order": "stroke", "stroke": "white", "stroke-width": "3"}
_TITLES = {layer.key: layer.title for layer in LAYERS}

ET.register_namespace("", _SVG)


def finished(drawn: bytes, scene: Scene, address: Callable[[str], str]) -> str:
    """Return the SVG element of a picture that Graphviz drew from a scene's source.

    Each thing is a link to what `address` gives for its IRI, unless that is empty. Lines say in a
    title all that they say, and are hidden from screen readers, whom a table serves better.
    """
    root = ET.fromstring(drawn)  # noqa: S314 - it is what Graphviz wrote, without entities
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
            if node.iri in near:  # by a number, and no line, which would tell its ends
                group.set("data-near", " ".join(map(str, near[node.iri])))
        elif kind == "edge" and match:
            edge = scene.edges[int(match[2])]
            said = sentence(edge, names[edge.start], names[edge.end])
            _drop_title(group)
            group.insert(0, _title(said))
            del group.attrib["id"]
            group.set("aria-hidden", "true")
            group.set("data-ends", f"{places[edge.start]} {places[edge.end]}")
            for text in group.iter(f"{{{_SVG}}}text"):
                text.attrib |= _HALO
            if edge.is_contested:  # above all others, which would strike out its words
                drawing.remove(group)
                drawing.append(group)
        elif kind in ("node", "edge"):  # a wall between columns, and the lines to it
            drawing.remove(group)
    drawing.extend(titles)
    return ET.tostring(root, encoding="unicode")


def _titles_of(box: ET.Element) -> Iterator[ET.Element]:
    """Take the title of a layer's box out of it, to be put above the lines that would cross it."""
    for text in box.findall(f"{{{_SVG}}}text"):
        box.remove(text)
        text.attrib |= _HALO
        title = ET.Element(f"{{{_SVG}}}g", {"class": box.attrib["class"]})
        title.append(text)
        yield title


def _name_node(
    group: ET.Element, node: Node, markers: Iterable[str], address: Callable[[str], str]
) -> None:
    """Make a link of a node, and give it a name."""
    _drop_title(group)
    del group.attrib["id"]
    link = address(node.iri)
    content = list(group)
    name = plain(node.label)
    spoken = f"{numbered(name, markers)}, {_TITLES[node.layer]}"
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
