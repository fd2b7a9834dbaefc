"""The IRIs of this project, which resolve at their own paths to a page, RDF or a file.

The paths equal those below `https://w3id.org/crampkg/`, so that one rule redirects all of them
(`w3id/.htaccess`). `sparql` answers for the graphs.
"""

from __future__ import annotations

import posixpath

from pyoxigraph import NamedNode, RdfFormat, parse
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from crampkg.graph import cached_on_graph
from crampkg.server import api, files, media, sparql
from crampkg.server.pages import addresses, layout
from crampkg.server.pages import concepts as pages
from crampkg.server.pages import ontology as ontology_page
from crampkg.server.problems import KINDS, Problem
from crampkg.text import json_bytes
from crampkg.vocabulary import KG, ONTOLOGY, OWL, PREFIXES, PROBLEM

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.service import Service

    Handler = Callable[[Request, Service], Awaitable[Response]]

_CONTEXT = "ontology/context.jsonld"
_SHAPES = "ontology/shapes.ttl"

#: Redirects for namespaces, with or without a final slash, and for the graph in which a store
#: records the snapshot that was pushed to it.
_PLACES = {
    "/graph": "/.well-known/void",
    "/graph/snapshot": "/.well-known/void",
    "/id": "/concepts",
    "/mappings": "/about#sources",
    "/rule": "/about#sources",
}


def routes(graph: KnowledgeGraph, sources: files.Files) -> list[tuple[str, Handler]]:
    """Return the paths of the identifiers with their handlers."""

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
        ("/concepts", concepts),
        ("/id/{path:path}", concept),
        ("/ontology", ontology),
        *((f"/ontology{suffix}", ontology) for suffix in media.SUFFIXES),
        ("/ontology/{version}", ontology),
    ]


async def concepts(request: Request, service: Service) -> Response:
    """Return the page of all concepts, at the IRI of their scheme.

    A client that prefers RDF is redirected to the background graph, which holds them.
    """
    chosen = media.choose(request.headers.get("accept", ""), table=media.PAGES)
    if chosen is not None and chosen[0] != "html" and not request.url.query:
        return Response(None, 303, {"location": "/graph/background", "vary": "Accept"})
    work = service.trusted(pages.listing, layout.Visit.of(request))
    return await service.answer(request, work, layout.HEADERS)


async def concept(request: Request, service: Service) -> Response:
    """Return the card of the thing whose IRI has this path, as a page or RDF.

    A suffix of the path, else the Accept header, chooses the format. Raises `Problem`.
    """
    path, suffix = media.without_suffix(request.path_params["path"], media.PAGES)
    iri = KG + path
    if iri.endswith("/"):  # the namespace of an article
        articles = (status.article for status in service.graph.statuses)
        article = next((article for article in articles if article.startswith(iri)), None)
        if article is not None:
            return Response(None, 303, {"location": addresses.address(article)})
    format, type = media.chosen(request.headers.get("accept", ""), suffix, media.PAGES)
    headers = _linked(iri, addresses.address(iri), format)
    if format == "html":
        work = service.trusted(pages.concept, layout.Visit.of(request, path))
        return await service.answer(request, work, {**layout.HEADERS, **headers})
    if service.graph.terms.get(iri) is None:
        raise Problem("not-found", f"Nothing here has the IRI {iri}.")
    return await service.answer(request, service.trusted(api.card, iri, format, type), headers)


async def ontology(request: Request, service: Service) -> Response:
    """Return the ontology, as a page with an anchor for each of its terms, or as RDF.

    The IRI of its version gives the same. Raises `Problem` for any other version.
    """
    path, suffix = media.without_suffix(request.url.path, media.PAGES)
    iri = ONTOLOGY + path.removeprefix("/ontology")
    if iri != ONTOLOGY and iri not in _versions(service.graph):
        raise Problem("not-found", f"Nothing here has the IRI {iri}.")
    format, type = media.chosen(request.headers.get("accept", ""), suffix, media.PAGES)
    headers = _linked(iri, path, format)
    if format == "html":
        work = service.trusted(ontology_page.view, layout.Visit.of(request))
        return await service.answer(request, work, {**layout.HEADERS, **headers})
    work = service.trusted(sparql.exported, ["ontology"], format, type)
    return await service.answer(request, work, headers)


@cached_on_graph()
def _versions(graph: KnowledgeGraph) -> frozenset[str]:
    """Return the version IRIs of the ontology."""
    # Read from the canonical N-Quads, without loading an engine.
    start = f"<{ONTOLOGY}> <{OWL}versionIRI> <".encode()
    lines = graph.nquads.splitlines()
    versions = (line.removeprefix(start) for line in lines if line.startswith(start))
    return frozenset(line.partition(b">")[0].decode() for line in versions)


def _linked(iri: str, path: str, format: str) -> dict[str, str]:
    """Return the headers that link a representation to its resource and to the other formats."""
    suffixes = {name: suffix for suffix, name in media.SUFFIXES.items()}
    links = [
        f'<{iri}>; rel="canonical"',
        '</.well-known/void>; rel="describedby"; type="text/turtle"',
        *(
            f'<{path}{suffixes[name]}>; rel="alternate"; type="{types[0]}"'
            for name, types in media.PAGES.items()
            if name != format
        ),
    ]
    return {"link": ", ".join(links), "content-location": f"{path}{suffixes[format]}"}


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
    """Return the source file of the shapes if one of them has this name."""
    return _SHAPES if PREFIXES["shape"] + name in _shapes(graph) else None


def _first(graph: KnowledgeGraph, fits: Callable[[str], bool]) -> str | None:
    return next(filter(fits, files.names(graph.sources)), None)


@cached_on_graph()
def _shapes(graph: KnowledgeGraph) -> frozenset[str]:
    """Return the IRIs of the shapes."""
    quads = parse(path=graph.sources.path(_SHAPES), format=RdfFormat.TURTLE)
    return frozenset(quad.subject.value for quad in quads if isinstance(quad.subject, NamedNode))


async def _problem(request: Request, service: Service) -> Response:
    """Describe a kind of problem, or all of them, as a page or as JSON."""
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
    document = kinds if name is None else kinds[0]
    return Response(json_bytes(document), 200, headers, "application/json")


async def _elsewhere(request: Request, _: Service) -> Response:
    """Redirect to the description of a namespace or of the snapshot."""
    return Response(None, 303, {"location": _PLACES[request.url.path.rstrip("/")]})
