"""Reads of whole graphs: SPARQL 1.1 Graph Store HTTP Protocol, without its writing half.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from crampkg.server import media
from crampkg.server.media import Reply
from crampkg.server.problems import Problem
from crampkg.vocabulary import GRAPHS

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.service import Service

_NAMES = {iri: name for name, iri in GRAPHS.items()}
#: RDF goes first where a page is as welcome.
_WITH_PAGE = {**media.GRAPHS, "html": media.PAGES["html"]}


async def respond(request: Request, service: Service) -> Response:
    """Return a graph: `/store?default`, `/store?graph=IRI` or `/graph/NAME`. Raises `Problem`.

    `/graph/all` is the union of all, as the default graph is, and a suffix such as `.ttl` names a
    format. Who would rather have a page than RDF is led from the IRI of a graph to what tells of
    it.
    """
    if request.method not in ("GET", "HEAD"):
        raise Problem("update", "The graphs can be read here, and not be changed.")
    graphs, suffix = _wanted(request)
    accept = request.headers.get("accept", "")
    if "name" in request.path_params and suffix is None:
        best = media.choose(accept, table=_WITH_PAGE)
        if best is not None and best[0] == "html":
            place = f"/about#graph-{graphs[0]}"
            return Response(None, 303, {"location": place, "vary": "Accept"})
    format, type = media.chosen(accept, suffix, media.GRAPHS)
    return await service.answer(request, service.ours(exported, graphs, format, type))


def exported(graph: KnowledgeGraph, graphs: Sequence[str], format: str, type: str) -> Reply:
    """Return one or more of the graphs in an RDF format."""
    return Reply(graph.export(format, graphs), type)


def _wanted(request: Request) -> tuple[list[str], str | None]:
    """Return the short names of the graphs that are asked for, and the format of a suffix."""
    path = request.path_params.get("name")
    if path is not None:
        name, format = media.without_suffix(path)
        if name not in (*GRAPHS, "all"):
            detail = f"There is no graph {name!r}. There are {', '.join(GRAPHS)}, all."
            raise Problem("not-found", detail)
        return [name], format
    asked = request.query_params
    if "default" in asked and "graph" not in asked:
        return ["all"], None
    if len(asked.getlist("graph")) == 1 and "default" not in asked:
        iri = asked["graph"]
        if iri not in _NAMES:
            detail = (
                f"There is no graph <{iri}>. There are {', '.join(map('<{}>'.format, _NAMES))}."
            )
            raise Problem("not-found", detail)
        return [_NAMES[iri]], None
    raise Problem("bad-request", "Name one graph: ?default, or ?graph= and its IRI.")
