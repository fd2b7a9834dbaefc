"""The page of a picture: a form, the picture, its legend, and a table of its links."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from crampkg.errors import CrampkgError
from crampkg.picture import svg
from crampkg.picture.scene import (
    LAYERS,
    ORIGINS,
    of_document,
    plain,
    shortened,
    style_of,
    styles_of,
)
from crampkg.server import scenes
from crampkg.server.media import Reply
from crampkg.server.pages import addresses
from crampkg.server.pages.addresses import address
from crampkg.server.pages.fields import LONGEST, mistake
from crampkg.server.pages.layout import environment, page
from crampkg.vocabulary import CK, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from crampkg.graph import KnowledgeGraph
    from crampkg.picture.scene import Edge, Scene
    from crampkg.server.pages.layout import Visit
    from crampkg.server.scenes import Options

#: The dash patterns of lines in the legend, as in the picture (SVG stroke-dasharray).
_DASHES = {"dashed": "5 2", "dotted": "1 5"}


def view(graph: KnowledgeGraph, visit: Visit, drawn: Mapping[str, Any]) -> Reply:
    """Return the page at `/picture`; `drawn` is the scene with its SVG, or a problem."""
    problem = drawn.get("problem")
    context: dict[str, Any] = {"scene": None}
    if problem is None or "scene" in drawn:
        options = scenes.options_of(visit.asked, graph)
        context = shown(drawn)
    else:  # the form keeps the rejected values
        asked = dict(visit.asked)
        options = scenes.Options(concept=asked.get("concept", ""), query=asked.get("query", ""))
    return page(
        "picture.html",
        graph,
        "/picture",
        problem["status"] if problem else 200,
        options=_named(options, graph),
        problem=_offering(problem, options, graph) if problem else None,
        downloads=urlencode(options.pairs),
        unreduced=urlencode(options.unreduced.pairs) if options.is_reduced else "",
        layers=LAYERS,
        origins=ORIGINS,
        depths=scenes.DEPTHS,
        concepts=sorted(
            (term.label for term in graph.terms if f"{CK}ClinicalEntity" in term.kinds),
            key=str.casefold,
        ),
        title=context["scene"].title if context["scene"] else "Picture",
        **context,
    )


def alone(drawn: Mapping[str, Any], base: str) -> Reply:
    """Return a standalone picture as SVG, with links to the server at `base`."""

    def whole(iri: str) -> str:
        link = address(iri)
        return f"{base}{link}" if addresses.is_ours(link) else link

    made = svg.finished(drawn["svg"].encode(), of_document(drawn["scene"]), whole)
    return Reply(made.encode(), "image/svg+xml")


def _named(options: Options, graph: KnowledgeGraph) -> Options:
    """Return the options with the concept's label, unless that label is ambiguous."""
    try:
        term = graph.find(options.concept)
        is_meant = graph.find(term.label) == term
    except CrampkgError:
        return options
    return options._replace(concept=term.label) if is_meant else options


def _offering(
    problem: Mapping[str, Any], options: Options, graph: KnowledgeGraph
) -> Mapping[str, Any]:
    """Return a problem; for an unknown concept its detail links to similar names."""
    if not options.concept:
        return problem
    typed = shortened(options.concept, LONGEST)
    try:
        graph.find(typed)
    except CrampkgError as error:
        offers = [
            (term.label, addresses.link("/picture", [("concept", compress(term.iri))]))
            for term in graph.terms.near(typed)
        ]
        macros: Any = environment().get_template("macros.html").module
        return {**problem, "detail": macros.mistaken(mistake(error, typed, "thing"), offers)}
    return problem


def shown(drawn: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables of `_picture.html` for a scene; `svg` is None if drawing failed."""
    scene = of_document(drawn["scene"])
    return {
        "scene": scene,
        "svg": svg.finished(drawn["svg"].encode(), scene, address) if "svg" in drawn else None,
        "legend": [
            {**style._asdict(), "dashes": _DASHES.get(style.line)} for style in styles_of(scene)
        ],
        "remarks": scenes.remarks_of(scene),
        "rows": _rows(scene),
    }


def _rows(scene: Scene) -> list[dict[str, Any]]:
    """Return the links as rows of a table, sorted by origin, claims first, then by name."""
    nodes = {node.iri: node for node in scene.nodes}
    order = {origin: place for place, origin in enumerate((*ORIGINS, "triple"))}

    def key(edge: Edge) -> tuple[object, ...]:
        names = nodes[edge.start].label.casefold(), nodes[edge.end].label.casefold()
        return order[edge.origin], not edge.stance, *names, edge.label

    return [
        {
            "edge": edge,
            "style": style_of(edge).key,
            "start": _end(nodes[edge.start].label, edge.start),
            "end": _end(nodes[edge.end].label, edge.end),
        }
        for edge in sorted(scene.edges, key=key)
    ]


def _end(label: str, iri: str) -> dict[str, str]:
    return {"label": plain(label), "address": address(iri)}
