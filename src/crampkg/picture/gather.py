"""Scenes from a graph: the whole graph, a neighbourhood, an answer, or RDF triples."""

from __future__ import annotations

from typing import Any

from pyoxigraph import Literal, NamedNode

from crampkg.answers import remarks
from crampkg.library import own_query
from crampkg.picture.scene import Edge, Node, Scene, citation, layer_of
from crampkg.text import natural
from crampkg.vocabulary import CK, RDFS, SKOS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from crampkg.answers.answer import Answer
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Citation, Claim, Term
    from crampkg.rdf import Triple

_CLINICAL = f"{CK}ClinicalEntity"
_CLAIM = f"{CK}Claim"
_BROADER = f"{SKOS}broader"
#: The classes of evidence that are drawn as nodes.
_EVIDENCE = frozenset((f"{CK}CitationMarker", f"{CK}EvidenceSource"))
#: Properties with names, which label a node and are not drawn.
_NAMES = (f"{SKOS}prefLabel", f"{RDFS}label")


def whole(graph: KnowledgeGraph) -> Scene:
    """Return all clinical things with all claims and all background and inferred links."""
    view = _View(graph)
    things = [term.iri for term in graph.terms if _CLINICAL in term.kinds]
    things += sorted({iri for claim in view.read() for iri in (claim.subject, claim.object)})
    known = dict.fromkeys(things)
    edges = [edge for edge in view.touching(known) if edge.start in known and edge.end in known]
    return view.scene("The whole graph", known, edges)


def neighbourhood(graph: KnowledgeGraph, term: Term, depth: int) -> Scene:
    """Return the neighbourhood of a thing: everything within `depth` links.

    From a piece of evidence, such as a marker, the first step leads to the ends of its claims.
    Claims on narrower kinds that are not affirmed are included at any distance.
    """
    view = _View(graph)
    is_clinical = _CLINICAL in term.kinds
    edges = [] if is_clinical else view.resting_on(term.iri)
    is_node = is_clinical or not edges or not _EVIDENCE.isdisjoint(term.kinds)
    reached = [term.iri] if is_node else []
    reached += _ends(edges)
    expanded = {term.iri} if edges else set[str]()
    for _ in range(depth - 1 if edges else depth):
        new = [iri for iri in reached if iri not in expanded]
        expanded.update(new)
        edges += view.touching(new)
        reached = list(dict.fromkeys([*reached, *_ends(edges)]))
    beyond = view.contested_of_narrower(term.iri, edges) if is_clinical else []
    steps = "one step" if depth == 1 else f"{depth} steps"
    title = f"What is within {steps} of {term.label}"
    whole = list(dict.fromkeys([*edges, *beyond]))
    scene = view.scene(title, dict.fromkeys([*reached, *_ends(beyond)]), whole, {term.iri})
    if beyond:
        scene = scene._replace(remarks=("What is not affirmed of a narrower kind is shown, too.",))
    return scene


def answer(graph: KnowledgeGraph, answer: Answer) -> Scene:
    """Return the things and claims that an answer names, with the background between the things.

    An inferred link is drawn only if a row of the answer names both things and the relation.
    """
    title = remarks.asked(answer) or "What the query made"
    if answer.form == "graph":
        return triples(graph, answer.triples, title)
    view = _View(graph)
    rows = [{cell.value for cell in row.values() if isinstance(cell, NamedNode)} for row in answer]
    named = list(dict.fromkeys(iri for row in rows for iri in sorted(row)))
    terms = [term for iri in named if (term := graph.terms.get(iri))]
    claims = {term.iri for term in terms if _CLAIM in term.kinds}
    asked = {
        value.iri
        for values in answer.parameters.values()
        for value in values
        if not isinstance(value, str)
    }
    things = [term.iri for term in terms if _CLINICAL in term.kinds]
    things += [iri for iri in asked if iri not in things and _is_clinical(graph, iri)]
    known = set(things)

    def is_named(edge: Edge) -> bool:
        if edge.origin == "article":
            return not claims.isdisjoint(edge.claims)
        if edge.origin == "background":
            return edge.start in known and edge.end in known
        return any({edge.start, edge.end, edge.relation} <= row for row in rows)

    edges = [edge for edge in view.touching(things) if is_named(edge)]
    linked = _ends(edges)
    things = list(dict.fromkeys([*things, *linked]))
    return view.scene(title, things, edges, asked & set(things))


def is_drawable(graph: KnowledgeGraph, answer: Answer) -> bool:
    """Return whether an answer can be drawn with links, without building its scene.

    It can if the answer names a claim, or two clinical things in a row.
    """
    if answer.form == "graph":
        return any(not isinstance(object, Literal) for _, _, object in answer.triples)
    for row in answer:
        iris = {cell.value for cell in row.values() if isinstance(cell, NamedNode)}
        kinds = [term.kinds for iri in iris if (term := graph.terms.get(iri))]
        clinical = sum(_CLINICAL in classes for classes in kinds)
        if clinical > 1 or any(_CLAIM in classes for classes in kinds):
            return True
    return False


def triples(graph: KnowledgeGraph, rows: Sequence[Triple], title: str) -> Scene:
    """Return the triples of a CONSTRUCT that link two resources; the others are counted."""
    drawn = [
        (subject.value, predicate.value, object.value)
        for subject, predicate, object in rows
        if not isinstance(object, Literal)
    ]
    things = list(dict.fromkeys(iri for start, _, end in drawn for iri in (start, end)))
    names = {
        subject.value: object.value
        for subject, predicate, object in rows
        if predicate.value in _NAMES and isinstance(object, Literal)
    }
    nodes = tuple(_node(graph, iri, names) for iri in things)
    edges = tuple(
        Edge(start, end, relation, graph.terms.name_of(relation), "triple")
        for start, relation, end in drawn
    )
    left = len(rows) - len(drawn)
    remark = f"{left:,} triples have texts or numbers and are not drawn."
    if left == 1:
        remark = "1 triple has a text or number and is not drawn."
    return Scene(title, nodes, edges, (remark,) if left else ())


class _View:
    """Finds links in a graph, and remembers the claims that it has read."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._claims: dict[str, Claim] = {}

    def read(self, **wanted: Any) -> tuple[Claim, ...]:
        """Return claims as `KnowledgeGraph.claims` does."""
        claims = self._graph.claims(**wanted)
        self._claims |= {claim.iri: claim for claim in claims}
        return claims

    def touching(self, iris: Collection[str]) -> list[Edge]:
        """Return the distinct claims and links with one of these things at an end."""
        if not iris:
            return []
        known = set(iris)
        claims = _edges(self.read(about=[*known]))
        claims = [edge for edge in claims if edge.start in known or edge.end in known]
        return list(dict.fromkeys([*claims, *self._links(iris)]))

    def resting_on(self, iri: str) -> list[Edge]:
        """Return the claims that rest on a marker, source, statement or section, or the claim."""
        rows = self._graph.query(own_query("picture/resting", concept=[iri]))
        return _edges(self.read(iris=[row.text("claim") for row in rows]))

    def contested_of_narrower(self, iri: str, edges: Iterable[Edge]) -> list[Edge]:
        """Return the contested claims on kinds narrower than a thing, with links to these kinds.

        Claims among `edges` are left out.
        """
        known = set(edges)
        contested = [
            edge
            for edge in _edges(self.read(about=[iri]))
            if edge.is_contested and edge not in known
        ]
        ends = set(_ends(contested))
        ways: list[Edge] = []
        kinds = [iri]
        for kind in kinds if contested else ():
            for link in self._links([kind]):
                if link.relation == _BROADER and link.end == kind and link.start not in kinds:
                    kinds.append(link.start)
                    ways.append(link)
        claims = [edge for edge in contested if {edge.start, edge.end} & set(kinds[1:])]
        return [*claims, *(way for way in ways if way.start in ends)] if claims else []

    def scene(
        self,
        title: str,
        things: Iterable[str],
        edges: Sequence[Edge],
        focus: Collection[str] = (),
    ) -> Scene:
        """Return the scene of things and links, with the evidence of the claims among the links."""
        nodes = {iri: _node(self._graph, iri, {}, is_focus=iri in focus) for iri in things}
        links = list(edges)
        cited: dict[tuple[str, str], list[str]] = {}
        markers: dict[str, Citation] = {}
        for edge in edges:
            for claim in edge.claims:
                for used in self._claims[claim].citations:
                    markers[used.marker] = used
                    cited.setdefault((edge.start, used.marker), []).append(claim)
        sources = self._sources(markers) if markers else {}
        for iri, marker in sorted(markers.items(), key=lambda pair: natural(pair[0])):
            label = self._graph.terms.name_of(iri)
            lacking = "" if iri in sources else f": {marker.status}"
            nodes.setdefault(iri, Node(iri, f"{label}{lacking}", "evidence"))
            for source, name in sources.get(iri, ()):
                nodes.setdefault(source, Node(source, name, "evidence"))
                links.append(Edge(iri, source, f"{CK}resolution", marker.status, "background"))
        for (thing, iri), claims in cited.items():
            links.append(citation(thing, iri, (markers[iri].text,), set(claims)))
        return Scene(title, tuple(nodes.values()), tuple(dict.fromkeys(links)))

    def _sources(self, markers: Iterable[str]) -> dict[str, list[tuple[str, str]]]:
        """Return the listed sources that markers lead or may lead to, with their labels."""
        sources: dict[str, list[tuple[str, str]]] = {}
        for row in self._graph.query(own_query("picture/sources", marker=markers)):
            source = row.text("source"), row.text("label")
            sources.setdefault(row.text("marker"), []).append(source)
        return sources

    def _links(self, iris: Iterable[str]) -> list[Edge]:
        """Return background and inferred links, without the inverses of others."""
        rows = self._graph.query(own_query("explain/card-links", concept=iris))
        links = [
            Edge(
                row.text("subject"),
                row.text("object"),
                row.text("relation"),
                row.text("relationLabel"),
                row.text("origin"),
            )
            for row in rows
        ]
        inverse: dict[str, set[str]] = {}
        for row in self._graph.query(own_query("picture/inverses")):
            inverse.setdefault(row.text("one"), set()).add(row.text("other"))
            inverse.setdefault(row.text("other"), set()).add(row.text("one"))
        kept: dict[tuple[str, str, str], Edge] = {}
        # Background first; of two inferred links, the one whose relation comes first by IRI.
        order = sorted(links, key=lambda edge: (edge.origin != "background", edge.relation))
        for edge in order:
            mirrored = (
                (edge.end, other, edge.start) in kept for other in inverse.get(edge.relation, ())
            )
            if edge.origin == "background" or not any(mirrored):
                kept[edge.start, edge.relation, edge.end] = edge
        return [edge for edge in links if kept.get((edge.start, edge.relation, edge.end)) == edge]


def _edges(claims: Iterable[Claim]) -> list[Edge]:
    """Return claims as links; claims that differ only in evidence become one link."""
    same: dict[Edge, list[Claim]] = {}
    for claim in claims:
        edge = Edge(
            claim.subject,
            claim.object,
            claim.relation,
            claim.relation_label,
            claim.origin,
            claim.stance,
            claim.hedge,
            claim.condition,
            claim.wording,
            claim.basis,
        )
        same.setdefault(edge, []).append(claim)
    return [
        edge._replace(
            markers=tuple(dict.fromkeys(used.text for claim in alike for used in claim.citations)),
            claims=tuple(claim.iri for claim in alike),
        )
        for edge, alike in same.items()
    ]


def _ends(edges: Iterable[Edge]) -> list[str]:
    return list(dict.fromkeys(iri for edge in edges for iri in (edge.start, edge.end)))


def _is_clinical(graph: KnowledgeGraph, iri: str) -> bool:
    term = graph.terms.get(iri)
    return term is not None and _CLINICAL in term.kinds


def _node(
    graph: KnowledgeGraph, iri: str, names: Mapping[str, str], *, is_focus: bool = False
) -> Node:
    term = graph.terms.get(iri)
    if term is None:
        return Node(iri, names.get(iri) or graph.terms.name_of(iri), "others", is_focus)
    return Node(iri, term.label, layer_of(term.kinds), is_focus)
