"""Reads of whole graphs: SPARQL 1.1 Graph Store HTTP Protocol, without its writing half.

https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crampkg.server import media
from crampkg.server.problems import Problem
from crampkg.vocabulary import GRAPHS

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from crampkg.server.service import Service

_NAMES = {iri: name for name, iri in GRAPHS.items()}


async def respond(request: Request, service: Service) -> Response:
    """Return a graph: `/store?default`, `/store?graph=IRI` or `/graph/NAME`. Raises `Problem`.

    The default graph is the union of all, as in queries.
    """
    if request.method not in ("GET", "HEAD"):
        raise Problem("update", "The graphs can be read here, and not be changed.")
    graphs = _wanted(request)
    format, type = media.chosen(request.headers.get("accept", ""), None, media.GRAPHS)
    job = {"do": "export", "graphs": graphs, "format": format, "type": type}
    return await service.answer(request, job)


def _wanted(request: Request) -> list[str]:
    """Return the short names of the graphs that are asked for."""
    name = request.path_params.get("name")
    if name is not None:
        if name not in GRAPHS:
            detail = f"There is no graph {name!r}. There are {', '.join(GRAPHS)}."
            raise Problem("not-found", detail)
        return [name]
    asked = request.query_params
    if "default" in asked and "graph" not in asked:
        return ["all"]
    if len(asked.getlist("graph")) == 1 and "default" not in asked:
        iri = asked["graph"]
        if iri not in _NAMES:
            detail = (
                f"There is no graph <{iri}>. There are {', '.join(map('<{}>'.format, _NAMES))}."
            )
            raise Problem("not-found", detail)
        return [_NAMES[iri]]
    raise Problem("bad-request", "Name one graph: ?default, or ?graph= and its IRI.")
