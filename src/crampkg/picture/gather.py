"""Scenes from a graph: all of it, what is around a thing, an answer, and any RDF triples."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import Literal, NamedNode

from crampkg.answers import sentences
from crampkg.library import own_query
from crampkg.picture.scene import Edge, Node, Scene, citation, layer_of
from crampkg.vocabulary import CK, RDFS, SKOS

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from crampkg.answers.answer import Answer
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Claim, Term
    from crampkg.rdf import Triple

_CLINICAL = f"{CK}ClinicalEntity"
_CLAIM = f"{CK}Claim"
#: What stands in the picture beside the claims that rest on it.
_EVIDENCE = frozenset((f"{CK}CitationMarker", f"{CK}EvidenceSource"))
#: Names and notes, which are read at a thing and not drawn as links of it.
_NAMES = (f"{SKOS}prefLabel", f"{RDFS}label")


def whole(graph: KnowledgeGraph) -> Scene:
    """Return all clinical things, with every claim, and background and inferred links."""
    things = [term.iri for term in graph.terms if _CLINICAL in term.kinds]
    things += [row.text("thing") for row in graph.query(own_query("picture/claimed"))]
    known = dict.fromkeys(things)
    kept = [edge for edge in _touching(graph, known) if edge.start in known and edge.end in known]
    return _scene(graph, "The whole graph", known, kept)


def neighbourhood(graph: KnowledgeGraph, term: Term, depth: int) -> Scene:
    """Return what is within `depth` links of a thing.

    One step from what claims rest on, such as a marker, are the ends of these claims.
    """
    edges = [] if _CLINICAL in term.kinds else _resting(graph, term.iri)
    is_node = _CLINICAL in term.kinds or not edges or not _EVIDENCE.isdisjoint(term.kinds)
    reached = [term.iri] if is_node else []
    reached += [iri for edge in edges for iri in (edge.start, edge.end)]
    edge_of = {term.iri} if edges else set[str]()
    for _ in range(depth - 1 if edges else depth):
        new = [iri for iri in reached if iri not in edge_of]
        edge_of.update(new)
        edges += _touching(graph, new)
        reached += [iri for edge in edges for iri in (edge.start, edge.end)]
        reached = list(dict.fromkeys(reached))
    steps = "one step" if depth == 1 else f"{depth} steps"
    title = f"What is within {steps} of {term.label}"
    return _scene(graph, title, reached, _without_repeats(edges), {term.iri})


def answer(graph: KnowledgeGraph, answer: Answer) -> Scene:
    """Return the things and claims that an answer names, and the background between the things.

    Of what is inferred there is what a row of the answer says: both things and the relation.
    """
    title = sentences.asked(answer) or "What the query made"
    if answer.form == "graph":
        return triples(graph, answer.triples, title)
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
    edges = []
    known = set(things)
    for edge in _touching(graph, things):
        said = any({edge.start, edge.end, edge.relation} <= row for row in rows)
        within = edge.start in known and edge.end in known
        if (
            (edge.origin == "article" and not claims.isdisjoint(edge.claims))
            or (edge.origin == "background" and within)
            or (edge.origin == "inferred" and said)
        ):
            edges.append(edge)
            things += [iri for iri in (edge.start, edge.end) if iri not in things]
    linked = {iri for edge in edges for iri in (edge.start, edge.end)}
    # A class or a circumstance that stands in every row links nothing: what was asked about stays.
    kept = [iri for iri in things if iri in linked or iri in known]
    return _scene(graph, title, kept, edges, asked & set(kept))


def is_drawable(graph: KnowledgeGraph, answer: Answer) -> bool:
    """Tell, without gathering it, whether the scene of an answer has links.

    It has where the answer names a claim, or two clinical things in a row.
    """
    if answer.form == "graph":
        return any(not isinstance(object, Literal) for _, _, object in answer.triples)
    if "claim" in answer.variables and any(row["claim"] for row in answer):
        return True
    for row in answer:
        iris = {cell.value for cell in row.values() if isinstance(cell, NamedNode)}
        terms = [term for iri in iris if (term := graph.terms.get(iri))]
        if any(_CLAIM in term.kinds for term in terms):
            return True
        if sum(_CLINICAL in term.kinds for term in terms) > 1:
            return True
    return False


def triples(graph: KnowledgeGraph, found: Sequence[Triple], title: str) -> Scene:
    """Return the triples of a CONSTRUCT whose ends are both resources; the rest is counted."""
    drawn = [
        (subject.value, predicate.value, object.value)
        for subject, predicate, object in found
        if not isinstance(object, Literal)
    ]
    things = list(dict.fromkeys(iri for start, _, end in drawn for iri in (start, end)))
    names = {
        subject.value: object.value
        for subject, predicate, object in found
        if predicate.value in _NAMES and isinstance(object, Literal)
    }
    nodes = tuple(_node(graph, iri, names) for iri in things)
    edges = tuple(
        Edge(start, end, relation, graph.terms.name_of(relation), "triple")
        for start, relation, end in drawn
    )
    left = len(found) - len(drawn)
    what = "1 triple has a text or number and is" if left == 1 else f"{left:,} triples have texts"
    told = what if left == 1 else f"{what} or numbers and are"
    return Scene(title, nodes, edges, (f"{told} not drawn.",) if left else ())


def _is_clinical(graph: KnowledgeGraph, iri: str) -> bool:
    term = graph.terms.get(iri)
    return term is not None and _CLINICAL in term.kinds


def _touching(graph: KnowledgeGraph, iris: Collection[str]) -> list[Edge]:
    """Return the claims and links with one of these things at an end, each once."""
    if not iris:
        return []
    known = set(iris)
    claims = _said(graph.claims(about=[*known]))
    claims = [edge for edge in claims if edge.start in known or edge.end in known]
    links = [
        Edge(
            row.text("subject"),
            row.text("object"),
            row.text("relation"),
            row.text("relationLabel"),
            row.text("origin"),
        )
        for row in graph.query(own_query("explain/card-links", concept=iris))
    ]
    return _without_repeats([*claims, *_without_inverses(graph, links)])


def _resting(graph: KnowledgeGraph, iri: str) -> list[Edge]:
    """Return the claims that rest on a marker, source, statement or section; or a claim itself."""
    rows = graph.query(own_query("picture/resting", concept=[iri]))
    return _said(graph.claims(iris=[row.text("claim") for row in rows]))


def _said(claims: Iterable[Claim]) -> list[Edge]:
    """Return what claims say: those that say the same of the same are one."""
    same: dict[Edge, tuple[dict[str, None], list[str]]] = {}
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
        markers, iris = same.setdefault(edge, ({}, []))
        iris.append(claim.iri)
        markers.update(dict.fromkeys(citation.text for citation in claim.citations))
    return [
        edge._replace(markers=tuple(markers), claims=tuple(iris))
        for edge, (markers, iris) in same.items()
    ]


def _without_inverses(graph: KnowledgeGraph, links: Sequence[Edge]) -> list[Edge]:
    """Return the links without inferred ones that say the other way round what another says."""
    inverse: dict[str, set[str]] = {}
    for row in graph.query(own_query("picture/inverses")):
        inverse.setdefault(row.text("one"), set()).add(row.text("other"))
        inverse.setdefault(row.text("other"), set()).add(row.text("one"))
    kept: dict[tuple[str, str, str], Edge] = {}
    # Background first, and of two inferred ones the relation that others are the inverse of.
    order = sorted(links, key=lambda edge: (edge.origin != "background", edge.relation))
    for edge in order:
        mirrored = (
            (edge.end, other, edge.start) in kept for other in inverse.get(edge.relation, ())
        )
        if edge.origin == "background" or not any(mirrored):
            kept[edge.start, edge.relation, edge.end] = edge
    return [edge for edge in links if kept.get((edge.start, edge.relation, edge.end)) == edge]


def _without_repeats(edges: Iterable[Edge]) -> list[Edge]:
    return list(dict.fromkeys(edges))


def _scene(
    graph: KnowledgeGraph,
    title: str,
    things: Iterable[str],
    edges: Sequence[Edge],
    focus: Collection[str] = (),
) -> Scene:
    """Return the scene of some things and links, with the evidence of the claims among them."""
    nodes = {iri: _node(graph, iri, {}, is_focus=iri in focus) for iri in things}
    links = list(edges)
    subjects = {claim: edge.start for edge in edges for claim in edge.claims}
    cited: dict[tuple[str, str, str], set[str]] = {}
    for row in graph.query(_evidence(subjects)) if subjects else ():
        marker, status = row.text("marker"), row.text("markerStatus")
        key = subjects[row.text("claim")], marker, row.text("markerText")
        cited.setdefault(key, set()).add(row.text("claim"))
        source = row.text("source")
        label = row.text("markerLabel")
        if source:
            nodes.setdefault(source, Node(source, row.text("sourceLabel"), "evidence"))
            links.append(Edge(marker, source, f"{CK}resolution", status, "background"))
        else:
            label = f"{label}: {status}"
        nodes.setdefault(marker, Node(marker, label, "evidence"))
    for (subject, marker, number), claims in cited.items():
        links.append(citation(subject, marker, (number,), claims))
    return Scene(title, tuple(nodes.values()), tuple(_without_repeats(links)))


def _node(
    graph: KnowledgeGraph, iri: str, names: Mapping[str, str], *, is_focus: bool = False
) -> Node:
    term = graph.terms.get(iri)
    if term is None:
        return Node(iri, names.get(iri) or graph.terms.name_of(iri), "others", is_focus)
    return Node(iri, term.label, layer_of(term.kinds), is_focus)


def _evidence(claims: Iterable[str]) -> str:
    return own_query("picture/evidence", claim=claims)
