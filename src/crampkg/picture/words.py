"""A picture's words: what stands on a link, and how its line looks to say whose word it is."""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.picture.scene import Edge, Scene

#: Longer names are shortened in the picture; the whole name is in the title and in the table.
LONGEST = 80

#: What XML cannot hold, and what would turn the direction of the text around it.
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class Style(NamedTuple):
    """How a kind of link is drawn, and what the legend says of it."""

    key: str  # the class of the SVG element
    line: str  # Graphviz: style
    head: str  # Graphviz: arrowhead
    colour: str
    width: str
    words: str  # what it looks like
    legend: str  # what it means


_STYLES = (
    Style(
        *("affirmed", "solid", "normal", "#24566b", "1.4"),
        *("solid line, filled arrow", "the article says so"),
    ),
    Style(
        *("read-in", "solid", "empty", "#24566b", "1.4"),
        "solid line, hollow arrow",
        "the article says it by a heading and what stands under it, or takes it for granted",
    ),
    Style(
        *("denied", "dashed", "tee", "#a3261c", "2"),
        *("dashed line that ends in a bar, with the word DENIED", "the article denies it"),
    ),
    Style(
        *("contested", "dashed", "odiamond", "#8a4b00", "1.6"),
        "dashed line that ends in a diamond, with the stance in words",
        "the article finds mixed evidence, or reports it as a belief",
    ),
    Style(
        *("background", "solid", "vee", "#77699a", "1"),
        *("thin line, open arrow", "background: ours, not the article's"),
    ),
    Style(
        *("inferred", "dotted", "vee", "#7a5a1e", "1.4"),
        *("dotted line, open arrow", "inferred by rules: nobody states it"),
    ),
    Style(
        *("cites", "solid", "none", "#8b97a1", "0.8"),
        *("thin line, no arrow", "claims of the article on the thing have the printed marker"),
    ),
    Style(
        *("numbered", "", "", "#3d4852", "0"),
        *(
            "number in brackets behind a name",
            "claims of the article on the thing have that marker",
        ),
    ),
    Style(
        *("triple", "solid", "odot", "#4b5560", "1.2"),
        *("line that ends in a circle", "a triple that the query made, whoever says it"),
    ),
)

STYLES = {style.key: style for style in _STYLES}


def style_of(edge: Edge) -> Style:
    """Return how a link is drawn."""
    if edge.origin != "article":
        return STYLES[edge.origin]
    if edge.is_citation:
        return STYLES["cites"]
    if edge.stance == "affirmed" and edge.is_read_in:
        return STYLES["read-in"]
    return STYLES[edge.stance if edge.stance in ("affirmed", "denied") else "contested"]


def used(scene: Scene) -> list[Style]:
    """Return the styles that a scene's links have, as the legend has them."""
    keys = {"numbered" if scene.is_numbered(edge) else style_of(edge).key for edge in scene.edges}
    return [style for style in _STYLES if style.key in keys]


def on_edge(edge: Edge) -> list[str]:
    """Return the lines that stand on a link: stance, relation, hedge, circumstance, markers."""
    said = plain(edge.label)
    if edge.is_contested:
        stance = edge.stance.upper() if edge.stance == "denied" else edge.stance
        said = f"{stance}: {said}"
    if edge.is_hedged:
        said += f", “{plain(edge.hedge)}”"
        # A hedge is of the words as printed: "often caused by" does not say "often causes".
        if edge.wording.casefold() not in said.casefold():
            said += f" “{plain(edge.wording)}”"
    if edge.condition:
        said += f", {plain(edge.condition)}"
    lines = _wrapped(shortened(said, 160), 20)
    if edge.markers:
        lines.append(_bracketed(edge.markers))
    return lines


def sentence(edge: Edge, start: str, end: str) -> str:
    """Return all that a link says of things with these names, in a line."""
    said = f"{plain(start)}: {plain(edge.label)}: {plain(end)}"
    if edge.origin == "triple":
        return f"{said}."
    told = [edge.stance] if edge.stance else []
    if edge.hedge:
        told.append(f"hedged “{plain(edge.hedge)}”" if edge.is_hedged else "no hedge printed")
    if edge.condition:
        told.append(plain(edge.condition))
    if edge.wording:
        told.append(f"worded “{plain(edge.wording)}”")
    if edge.is_read_in:
        told.append(f"read from: {plain(edge.basis)}")
    if edge.markers and not edge.is_citation:
        markers = ", ".join(plain(marker) for marker in edge.markers)
        told.append(f"{'marker' if len(edge.markers) == 1 else 'markers'} {markers}")
    return f"{said}. {edge.origin.capitalize()}{': ' if told else ''}{', '.join(told)}."


def on_node(label: str, markers: Iterable[str] = ()) -> list[str]:
    """Return the lines of a thing's name, shortened if it is long, with markers behind it."""
    return _wrapped(numbered(shortened(plain(label), LONGEST), markers), 20)


def numbered(name: str, markers: Iterable[str]) -> str:
    """Return a name with markers in brackets behind it."""
    return f"{name} {_bracketed(markers)}".rstrip()


def _bracketed(markers: Iterable[str]) -> str:
    return " ".join(f"[{plain(marker)}]" for marker in markers)


def plain(text: str) -> str:
    """Return a text on one line, without what XML cannot hold or would turn its neighbours."""
    return " ".join(_UNWRITABLE.sub("", text).split()) or "(no name)"


def shortened(text: str, longest: int) -> str:
    """Return a text of at most `longest` characters, cut where it is longer, with an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=True) or [""]
