"""What a picture shows: things in layers, and links that tell whose word they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from crampkg.text import natural
from crampkg.vocabulary import CK

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Mapping

#: The three origins, in the order in which forms and legends name them.
ORIGINS = ("article", "background", "inferred")


class Layer(NamedTuple):
    """A column of the picture, for things of some classes (local names in the ontology)."""

    key: str
    title: str
    kinds: tuple[str, ...] = ()


#: What rules/inferred/hedge-text-none.rq says of a claim that is printed without a hedge.
_UNHEDGED = "none printed"

#: The bases on which the article says a thing in so many words.
_PLAIN = ("sentence", "list item")

#: More links than this cannot all carry their words: the lines would lie a page apart.
_DENSE = 90

#: In the order of the picture. A thing stands in the first layer that has one of its classes.
LAYERS = (
    Layer("evidence", "Evidence", ("CitationMarker", "Document")),
    Layer(
        "causes",
        "Factors, mechanisms and electrolytes",
        ("CausalFactor", "Mechanism", "Electrolyte", "PhysiologicalSignal", "Explanation"),
    ),
    Layer("arteries", "Arteries and veins", ("BloodVessel",)),
    Layer("conditions", "Conditions", ("Condition",)),
    Layer("symptoms", "Symptoms and findings", ("Finding",)),
    Layer("sites", "Sites", ("AnatomicalSite",)),
    Layer("structures", "Muscles, nerves and other structures", ("AnatomicalEntity",)),
    Layer("tests", "Tests and examinations", ("Assessment",)),
    Layer("treatments", "Treatments and drugs", ("Intervention",)),
    Layer("circumstances", "Circumstances and people", ("ClinicalEntity",)),
    Layer("others", "Other things"),
)

_PLACE = {layer.key: place for place, layer in enumerate(LAYERS)}


class Node(NamedTuple):
    """A thing in the picture. `focus` marks what was asked about."""

    iri: str
    label: str
    layer: str
    focus: bool = False


class Edge(NamedTuple):
    """A link in the picture, drawn from `start` to `end`; empty text for what is absent.

    `stance` is one of "affirmed", "denied", "mixed evidence", "reported belief" for what the
    article claims, and empty for what it does not; `basis` is what such a claim was read from.
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
        """Tell whether it says that claims on a thing have a marker."""
        return self.origin == "article" and not self.stance

    @property
    def is_contested(self) -> bool:
        """Tell whether the article denies it, finds mixed evidence, or reports it as a belief."""
        return self.stance not in ("", "affirmed")

    @property
    def is_read_in(self) -> bool:
        """Tell whether no sentence and no item of a list says it: a heading does, or it follows."""
        return self.basis not in ("", *_PLAIN)

    @property
    def is_hedged(self) -> bool:
        """Tell whether the article prints a hedge with it."""
        return self.hedge not in ("", _UNHEDGED)


def citation(thing: str, marker: str, numbers: tuple[str, ...], claims: Iterable[str]) -> Edge:
    """Return the link which says that these claims on a thing have a marker."""
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
    """All that one picture shows, and in `remarks` what must be said with it."""

    title: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    remarks: tuple[str, ...] = ()

    @property
    def is_dense(self) -> bool:
        """Tell whether there are so many links that only contested ones can carry their words."""
        return len(self.edges) > _DENSE

    @property
    def is_of_triples(self) -> bool:
        """Tell whether it shows what a query made, and no claims."""
        return any(edge.origin == "triple" for edge in self.edges)

    @property
    def size(self) -> str:
        """How many things and links there are, in words."""
        counts = {"thing": len(self.nodes), "link": len(self.edges)}
        return ", ".join(f"{count} {what}{'s' * (count != 1)}" for what, count in counts.items())

    @property
    def markers(self) -> set[str]:
        """The numbers of the markers that claims here have."""
        return {marker for edge in self.edges if edge.is_citation for marker in edge.markers}

    def is_numbered(self, edge: Edge) -> bool:
        """Tell whether a link is no line: in a dense scene markers are numbers behind names."""
        return self.is_dense and edge.is_citation

    @property
    def numbers(self) -> dict[str, list[str]]:
        """The markers that stand behind the names of things, by the things' IRIs."""
        found: dict[str, list[str]] = {}
        for edge in self.edges:
            if self.is_numbered(edge):
                found.setdefault(edge.start, []).extend(edge.markers)
        return {iri: sorted(markers, key=natural) for iri, markers in found.items()}

    def only(self, layers: Container[str], origins: Container[str]) -> Scene:
        """Return the scene without things of other layers and links of other origins.

        A thing that has no link left goes too, unless it is what was asked about, or had none.
        """
        linked = {iri for edge in self.edges for iri in (edge.start, edge.end)}
        nodes = {node.iri: node for node in self.nodes if node.layer in layers}
        edges = tuple(
            edge
            for edge in self.edges
            if edge.origin in origins and edge.start in nodes and edge.end in nodes
        )
        # A marker speaks for the claims that are left; without any it says nothing of them.
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


def of_document(told: Mapping[str, Any]) -> Scene:
    """Return the scene that a JSON object tells of."""
    return Scene(
        told["title"],
        tuple(Node(**node) for node in told["nodes"]),
        tuple(
            Edge(**{**edge, "markers": tuple(edge["markers"]), "claims": tuple(edge["claims"])})
            for edge in told["edges"]
        ),
        tuple(told["remarks"]),
    )


def layer_of(kinds: Iterable[str]) -> str:
    """Return the key of the layer for a thing of these classes."""
    local = {kind.removeprefix(CK) for kind in kinds}
    found = (layer.key for layer in LAYERS if not local.isdisjoint(layer.kinds))
    return next(found, LAYERS[-1].key)


def place_of(layer: str) -> int:
    """Return which column, counted from the left, a layer is."""
    return _PLACE[layer]
