"""The IRIs of this project that have no page of their own, each answered at its own path.

Their paths here are those below `https://w3id.org/crampkg/`, so that one rule there leads to all of
them (`w3id/.htaccess`). Things, classes and graphs are answered by `site` and `graph_store`.
"""

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from pyoxigraph import NamedNode, RdfFormat, parse
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from crampkg.graph import cached_on_graph
from crampkg.server import files, media
from crampkg.server.pages import layout
from crampkg.server.problems import KINDS
from crampkg.text import json_bytes
from crampkg.vocabulary import PREFIXES, PROBLEM

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.service import Service

    Handler = Callable[[Request, Service], Awaitable[Response]]

_CONTEXT = "ontology/context.jsonld"
_SHAPES = "ontology/shapes.ttl"

#: Where is answered what no file is about: namespaces, with a slash at their end or without, and
#: the graph by which a store tells which snapshot was pushed to it.
_PLACES = {
    "/graph": "/.well-known/void",
    "/graph/snapshot": "/.well-known/void",
    "/id": "/concepts",
    "/mappings": "/about#sources",
    "/rule": "/about#sources",
}


def routes(graph: KnowledgeGraph, sources: files.Files) -> list[tuple[str, Handler]]:
    """Return the paths of the identifiers, each with what answers it."""

    def in_file(find: Callable[[KnowledgeGraph, str], str | None]) -> Handler:
        async def respond(request: Request, service: Service) -> Response:
            name = find(graph, request.path_params.get("name", ""))
            if name is None:
                raise HTTPException(404)
            place = {"content-location": f"/sources/{name}"}
            return sources.response(request, service, name, place)

        return respond

    return [
        ("/context.jsonld", in_file(lambda *_: _CONTEXT)),
        ("/mappings/{name}", in_file(_mappings)),
        ("/rule/{name}", in_file(_rule)),
        ("/shape/{name}", in_file(_shape)),
        ("/problem/{name}", _problem),
        *((f"/shape{slash}", in_file(lambda *_: _SHAPES)) for slash in ("", "/")),
        *((f"/problem{slash}", _problem) for slash in ("", "/")),
        *((f"{path}{slash}", _elsewhere) for path in _PLACES for slash in ("", "/")),
    ]


def _mappings(graph: KnowledgeGraph, name: str) -> str | None:
    """Return the source file that holds a set of mappings."""
    return _first(graph, lambda file: file.endswith(f"/mappings/{name}"))


def _rule(graph: KnowledgeGraph, name: str) -> str | None:
    """Return the source file of a rule."""
    return _first(
        graph,
        lambda file: file.startswith("rules/") and posixpath.basename(file) == f"{name}.rq",
    )


def _shape(graph: KnowledgeGraph, name: str) -> str | None:
    """Return the source file of a shape."""
    return _SHAPES if PREFIXES["shape"] + name in _shapes(graph) else None


def _first(graph: KnowledgeGraph, fits: Callable[[str], bool]) -> str | None:
    return next(filter(fits, files.names(graph.sources)), None)


@cached_on_graph()
def _shapes(graph: KnowledgeGraph) -> frozenset[str]:
    """Return the IRIs of the shapes."""
    quads = parse(path=graph.sources.path(_SHAPES), format=RdfFormat.TURTLE)
    return frozenset(quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode))


async def _problem(request: Request, service: Service) -> Response:
    """Return what a kind of problem means, or all of them: a page, or JSON for programs."""
    name = request.path_params.get("name")
    if name is not None and name not in KINDS:
        raise HTTPException(404)
    kinds = [
        {"type": PROBLEM + kind, **KINDS[kind]._asdict()}
        for kind in (KINDS if name is None else (name,))
    ]
    headers = {"vary": "Accept", "cache-control": "no-cache", **layout.HEADERS}
    accepted = media.best_of(request.headers.get("accept", ""), ("application/json", "text/html"))
    if accepted == "text/html":
        return HTMLResponse(
            layout.render("problems.html", service.graph, kinds=kinds), 200, headers
        )
    told = kinds if name is None else kinds[0]
    return Response(json_bytes(told), 200, headers, "application/json")


async def _elsewhere(request: Request, _: Service) -> Response:
    """Lead to what tells of a namespace or of the snapshot."""
    return Response(None, 303, {"location": _PLACES[request.url.path.rstrip("/")]})
