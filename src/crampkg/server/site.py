"""The addresses of the pages, and of the things and the ontology, which are RDF as well."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import Response

from crampkg.graph import cached_on_graph
from crampkg.server import api, graph_store, media
from crampkg.server.pages import addresses, layout
from crampkg.server.pages import concepts as pages
from crampkg.server.pages import ontology as ontology_page
from crampkg.server.problems import Problem
from crampkg.vocabulary import KG, ONTOLOGY, OWL

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.media import Reply
    from crampkg.server.service import Service

    Handler = Callable[[Request, Service], Awaitable[Response]]
    View = Callable[[KnowledgeGraph, layout.Visit], Reply]


def page(view: View) -> Handler:
    """Return what answers with the page of a view, in HTML whatever is accepted."""

    async def respond(request: Request, service: Service) -> Response:
        question = request.path_params.get("id", "")
        work = service.ours(view, layout.Visit.of(request, question), question=question)
        return await service.answer(request, work, layout.HEADERS)

    return respond


async def concepts(request: Request, service: Service) -> Response:
    """Return the page of all things, whose address is the IRI of their scheme as well.

    Who would rather have RDF is led to the graph that the things are in.
    """
    chosen = media.choose(request.headers.get("accept", ""), table=media.PAGES)
    if chosen is not None and chosen[0] != "html" and not request.url.query:
        return Response(None, 303, {"location": "/graph/background", "vary": "Accept"})
    return await page(pages.listing)(request, service)


async def concept(request: Request, service: Service) -> Response:
    """Return what is known of the thing whose IRI has this path: a page, or RDF.

    A suffix of the path, else the Accept header, chooses. Raises `Problem`.
    """
    path, suffix = media.without_suffix(request.path_params["path"], media.PAGES)
    iri = KG + path
    if iri.endswith("/"):  # what the IRIs of an article's things begin with
        articles = (status.article for status in service.graph.statuses)
        article = next((each for each in articles if each.startswith(iri)), None)
        if article is not None:
            return Response(None, 303, {"location": addresses.address(article)})
    format, type = media.chosen(request.headers.get("accept", ""), suffix, media.PAGES)
    headers = _linked(iri, addresses.address(iri), format)
    if format == "html":
        work = service.ours(pages.concept, layout.Visit.of(request, path))
        return await service.answer(request, work, {**layout.HEADERS, **headers})
    if service.graph.terms.get(iri) is None:
        raise Problem("not-found", f"Nothing here has the IRI {iri}.")
    return await service.answer(request, service.ours(api.card, iri, format, type), headers)


async def ontology(request: Request, service: Service) -> Response:
    """Return the ontology: a page with a place for each of its terms, or RDF. Raises `Problem`.

    The IRI of its version leads to the same; those of others lead nowhere, since only this is here.
    """
    path, suffix = media.without_suffix(request.url.path, media.PAGES)
    iri = ONTOLOGY + path.removeprefix("/ontology")
    if iri != ONTOLOGY and iri not in _versions(service.graph):
        raise Problem("not-found", f"Nothing here has the IRI {iri}.")
    format, type = media.chosen(request.headers.get("accept", ""), suffix, media.PAGES)
    headers = _linked(iri, path, format)
    if format == "html":
        work = service.ours(ontology_page.view, layout.Visit.of(request))
        return await service.answer(request, work, {**layout.HEADERS, **headers})
    work = service.ours(graph_store.exported, ["ontology"], format, type)
    return await service.answer(request, work, headers)


@cached_on_graph()
def _versions(graph: KnowledgeGraph) -> frozenset[str]:
    """Return the IRIs of the versions that the ontology says it is."""
    # One line of the canonical N-Quads: this process has no engine, and needs none.
    start = f"<{ONTOLOGY}> <{OWL}versionIRI> <".encode()
    lines = graph.nquads.splitlines()
    found = (line.removeprefix(start) for line in lines if line.startswith(start))
    return frozenset(line.partition(b">")[0].decode() for line in found)


def _linked(iri: str, path: str, format: str) -> dict[str, str]:
    """Return the headers that tell what a representation is of, and where the others are."""
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
