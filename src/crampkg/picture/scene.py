"""The content of a picture: things in layers, links with their origins, styles and labels."""

from __future__ import annotations

import re
import textwrap
from typing import Any, NamedTuple

from crampkg.text import natural
from crampkg.vocabulary import CK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

#: The three origins, in the order in which forms and legends name them.
ORIGINS = ("article", "background", "inferred")


class Layer(NamedTuple):
    """A column of the picture, for things of some classes (local names in the ontology)."""

    key: str
    title: str
    fill: str  # the colour of its boxes
    kinds: tuple[str, ...] = ()


#: The hedge that rules/inferred/hedge-text-none.rq gives to a claim printed without one.
_UNHEDGED = "none printed"

#: The bases of claims that the article states in words.
_PLAIN = ("sentence", "list item")

#: With more links, most lose their labels: the lines would otherwise lie a page apart.
_DENSE = 90

#: In the order of the picture. A thing stands in the first layer that has one of its classes.
LAYERS = (
    Layer("evidence", "Evidence", "#f1f3f5", ("CitationMarker", "Document")),
    Layer(
        "causes",
        "Factors, mechanisms and electrolytes",
        "#fdf1d8",
        ("CausalFactor", "Mechanism", "Electrolyte", "PhysiologicalSignal", "Explanation"),
    ),
    Layer("arteries", "Arteries and veins", "#fbe1df", ("BloodVessel",)),
    Layer("conditions", "Conditions", "#e3eefb", ("Condition",)),
    Layer("symptoms", "Symptoms and findings", "#fdeadb", ("Finding",)),
    Layer("sites", "Sites", "#e4f3e6", ("AnatomicalSite",)),
    Layer("structures", "Muscles, nerves and other structures", "#eaf1e0", ("AnatomicalEntity",)),
    Layer("tests", "Tests and examinations", "#e0f3f3", ("Assessment",)),
    Layer("treatments", "Treatments and drugs", "#efe8f8", ("Intervention",)),
    Layer("circumstances", "Circumstances and people", "#f2efe9", ("ClinicalEntity",)),
    Layer("others", "Other things", "#f1f3f5"),
)

_PLACE = {layer.key: place for place, layer in enumerate(LAYERS)}


class Node(NamedTuple):
    """A thing in the picture. `focus` marks the subject of the picture."""

    iri: str
    label: str
    layer: str
    focus: bool = False


class Edge(NamedTuple):
    """A link in the picture, drawn from `start` to `end`; empty text for what is absent.

    `stance` is "affirmed", "denied", "mixed evidence" or "reported belief" for a claim of an
    article, and empty otherwise; `basis` is the basis of the claim.
    """

    start: str
    end: str
    relation: str
    label: str
    origin: str
    stance: str = ""
    hedge: str = ""
    condition: str = ""
    wording: str = ""
    basis: str = ""
    markers: tuple[str, ...] = ()
    claims: tuple[str, ...] = ()

    @property
    def is_citation(self) -> bool:
        """Whether the link stands for markers of claims on a thing."""
        return self.origin == "article" and not self.stance

    @property
    def is_contested(self) -> bool:
        """Whether the article denies it, finds mixed evidence, or reports it as a belief."""
        return self.stance not in ("", "affirmed")

    @property
    def is_read_in(self) -> bool:
        """Whether the claim rests on a heading or an implication: no sentence or item states it."""
        return self.basis not in ("", *_PLAIN)

    @property
    def is_hedged(self) -> bool:
        """Whether the article prints a hedge with it."""
        return self.hedge not in ("", _UNHEDGED)


def citation(thing: str, marker: str, numbers: tuple[str, ...], claims: Iterable[str]) -> Edge:
    """Return the link from a thing to a marker that claims on the thing have."""
    sorted_claims = tuple(sorted(claims))
    count = len(sorted_claims)
    return Edge(
        thing,
        marker,
        f"{CK}citesMarker",
        "1 claim has the marker" if count == 1 else f"{count} claims have the marker",
        "article",
        markers=numbers,
        claims=sorted_claims,
    )


class Scene(NamedTuple):
    """The content of a picture, with remarks to be shown beside it."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    remarks: tuple[str, ...] = ()

    @property
    def is_dense(self) -> bool:
        """Whether there are so many links that only contested ones have labels."""
        return len(self.edges) > _DENSE

    @property
    def is_of_triples(self) -> bool:
        """Whether it shows triples made by a query, and no claims."""
        return any(edge.origin == "triple" for edge in self.edges)

    @property
    def size(self) -> str:
        """The numbers of things and links, in words."""
        counts = {"thing": len(self.nodes), "link": len(self.edges)}
        return ", ".join(f"{count} {what}{'s' * (count != 1)}" for what, count in counts.items())

    @property
    def markers(self) -> set[str]:
        """The numbers of the markers that claims here have."""
        return {marker for edge in self.edges if edge.is_citation for marker in edge.markers}

    def is_numbered(self, edge: Edge) -> bool:
        """Return whether a link is drawn as a number behind a name, as markers in dense scenes."""
        return self.is_dense and edge.is_citation

    @property
    def numbers(self) -> dict[str, list[str]]:
        """The markers that are shown as numbers behind the names of things, by IRI."""
        numbers: dict[str, list[str]] = {}
        for edge in self.edges:
            if self.is_numbered(edge):
                numbers.setdefault(edge.start, []).extend(edge.markers)
        return {iri: sorted(markers, key=natural) for iri, markers in numbers.items()}

    def only(self, layers: Container[str], origins: Container[str]) -> Scene:
        """Return the scene without things of other layers and links of other origins.

        A thing that loses all its links is dropped too, unless it is in focus.
        """
        linked = {iri for edge in self.edges for iri in (edge.start, edge.end)}
        nodes = {node.iri: node for node in self.nodes if node.layer in layers}
        edges = tuple(
            edge
            for edge in self.edges
            if edge.origin in origins and edge.start in nodes and edge.end in nodes
        )
        # A marker stays while one of its claims does.
        if "article" in origins:
            drawn = {claim for edge in edges if not edge.is_citation for claim in edge.claims}
            edges = tuple(
                citation(edge.start, edge.end, edge.markers, drawn.intersection(edge.claims))
                if edge.is_citation
                else edge
                for edge in edges
                if not edge.is_citation or not drawn.isdisjoint(edge.claims)
            )
            cited = {edge.end for edge in edges if edge.is_citation}
            bare = {edge.end for edge in self.edges if edge.is_citation} - cited
            edges = tuple(edge for edge in edges if edge.start not in bare)
        left = {iri for edge in edges for iri in (edge.start, edge.end)}
        kept = tuple(
            node
            for node in nodes.values()
            if node.iri in left or node.focus or node.iri not in linked
        )
        return self._replace(nodes=kept, edges=edges)

    def document(self) -> dict[str, Any]:
        """Return the scene as a JSON object."""
        return {
            **self._asdict(),
            "nodes": [node._asdict() for node in self.nodes],
            "edges": [edge._asdict() for edge in self.edges],
        }


def of_document(document: Mapping[str, Any]) -> Scene:
    """Return the scene that `Scene.document` wrote."""
    return Scene(
        document["title"],
        tuple(Node(**node) for node in document["nodes"]),
        tuple(
            Edge(**{**edge, "markers": tuple(edge["markers"]), "claims": tuple(edge["claims"])})
            for edge in document["edges"]
        ),
        tuple(document["remarks"]),
    )


def layer_of(kinds: Iterable[str]) -> str:
    """Return the key of the layer for a thing of these classes."""
    local = {kind.removeprefix(CK) for kind in kinds}
    fitting = (layer.key for layer in LAYERS if not local.isdisjoint(layer.kinds))
    return next(fitting, LAYERS[-1].key)


def place_of(layer: str) -> int:
    """Return the position of a layer, counted from the left."""
    return _PLACE[layer]


#: A longer name is shortened in the picture; the title and the table have the whole name.
LONGEST = 80

#: Characters that XML forbids, and those that change the direction of surrounding text.
_UNWRITABLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff"
    "\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]"
)


class Style(NamedTuple):
    """The style of a kind of link, and its entry in the legend."""

    key: str  # the class of the SVG element
    line: str  # Graphviz: style
    head: str  # Graphviz: arrowhead
    colour: str
    width: str
    words: str  # its look
    legend: str  # its meaning


_STYLES = (
    Style(
        *("affirmed", "solid", "normal", "#24566b", "1.4"),
        *("solid line, filled arrow", "an article says so"),
    ),
    Style(
        *("read-in", "solid", "empty", "#24566b", "1.4"),
        "solid line, hollow arrow",
        "an article says it by a heading and what stands under it, or takes it for granted",
    ),
    Style(
        *("denied", "dashed", "tee", "#a3261c", "2"),
        *("dashed line that ends in a bar, with the word DENIED", "an article denies it"),
    ),
    Style(
        *("contested", "dashed", "odiamond", "#8a4b00", "1.6"),
        "dashed line that ends in a diamond, with the stance in words",
        "an article finds mixed evidence, or reports it as a belief",
    ),
    Style(
        *("background", "solid", "vee", "#77699a", "1"),
        *("thin line, open arrow", "background: ours, not an article's"),
    ),
    Style(
        *("inferred", "dotted", "vee", "#7a5a1e", "1.4"),
        *("dotted line, open arrow", "inferred by rules: nobody states it"),
    ),
    Style(
        *("cites", "solid", "none", "#8b97a1", "0.8"),
        *("thin line, no arrow", "claims of articles on the thing have the printed marker"),
    ),
    Style(
        *("numbered", "", "", "#3d4852", "0"),
        *(
            "number in brackets behind a name",
            "claims of articles on the thing have that marker",
        ),
    ),
    Style(
        *("triple", "solid", "odot", "#4b5560", "1.2"),
        *("line that ends in a circle", "a triple that the query made, whoever says it"),
    ),
)

STYLES = {style.key: style for style in _STYLES}


def style_of(edge: Edge) -> Style:
    """Return the style of a link."""
    if edge.origin != "article":
        return STYLES[edge.origin]
    if edge.is_citation:
        return STYLES["cites"]
    if edge.stance == "affirmed" and edge.is_read_in:
        return STYLES["read-in"]
    return STYLES[edge.stance if edge.stance in ("affirmed", "denied") else "contested"]


def styles_of(scene: Scene) -> list[Style]:
    """Return the styles of a scene's links, in the order of the legend."""
    keys = {"numbered" if scene.is_numbered(edge) else style_of(edge).key for edge in scene.edges}
    return [style for style in _STYLES if style.key in keys]


def on_edge(edge: Edge) -> list[str]:
    """Return the label of a link in lines: stance, relation, hedge, circumstance, markers."""
    text = plain(edge.label)
    if edge.is_contested:
        stance = edge.stance.upper() if edge.stance == "denied" else edge.stance
        text = f"{stance}: {text}"
    if edge.is_hedged:
        text += f", “{plain(edge.hedge)}”"
        # A hedge belongs to the printed wording: "often caused by" does not mean "often causes".
        if edge.wording.casefold() not in text.casefold():
            text += f" “{plain(edge.wording)}”"
    if edge.condition:
        text += f", {plain(edge.condition)}"
    lines = _wrapped(shortened(text, 160), 20)
    if edge.markers:
        lines.append(_bracketed(edge.markers))
    return lines


def sentence(edge: Edge, start: str, end: str) -> str:
    """Return a link in a sentence, with the names of its ends and all details."""
    text = f"{plain(start)}: {plain(edge.label)}: {plain(end)}"
    if edge.origin == "triple":
        return f"{text}."
    details = [edge.stance] if edge.stance else []
    if edge.hedge:
        details.append(f"hedged “{plain(edge.hedge)}”" if edge.is_hedged else "no hedge printed")
    if edge.condition:
        details.append(plain(edge.condition))
    if edge.wording:
        details.append(f"worded “{plain(edge.wording)}”")
    if edge.is_read_in:
        details.append(f"read from: {plain(edge.basis)}")
    if edge.markers and not edge.is_citation:
        markers = ", ".join(plain(marker) for marker in edge.markers)
        details.append(f"{'marker' if len(edge.markers) == 1 else 'markers'} {markers}")
    return f"{text}. {edge.origin.capitalize()}{': ' if details else ''}{', '.join(details)}."


def on_node(label: str, markers: Iterable[str] = ()) -> list[str]:
    """Return the label of a thing in lines: its name, shortened if long, and its markers."""
    return _wrapped(numbered(shortened(plain(label), LONGEST), markers), 20)


def numbered(name: str, markers: Iterable[str]) -> str:
    """Return a name with markers in brackets behind it."""
    return f"{name} {_bracketed(markers)}".rstrip()


def _bracketed(markers: Iterable[str]) -> str:
    return " ".join(f"[{plain(marker)}]" for marker in markers)


def plain(text: str) -> str:
    """Return a text on one line, without the characters that a picture cannot hold."""
    return " ".join(_UNWRITABLE.sub("", text).split()) or "(no name)"


def shortened(text: str, longest: int) -> str:
    """Return a text of at most `longest` characters; a longer one ends in an ellipsis."""
    return text if len(text) <= longest else f"{text[: longest - 1].rstrip()}…"


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, break_on_hyphens=True) or [""]
