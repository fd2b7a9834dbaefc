"""The ASGI application: routes, error handling, and start and end of the workers."""

from __future__ import annotations

import asyncio
import contextlib

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import ClientDisconnect
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from crampkg import __version__
from crampkg.server import (
    api,
    editor,
    files,
    identifiers,
    media,
    metrics,
    refusals,
    sparql,
)
from crampkg.server.access_log import AccessLog
from crampkg.server.pages import about, evidence, layout, library, question, why
from crampkg.server.problems import Problem
from crampkg.server.service import GONE, Service

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.limits import Limits
    from crampkg.server.media import Reply

    Handler = Callable[[Request, Service], Awaitable[Response]]
    View = Callable[[KnowledgeGraph, layout.Visit], Reply]


def create_app(graph: KnowledgeGraph, limits: Limits) -> Starlette:
    """Return the application that answers from `graph` within `limits`."""
    service = Service(graph, limits)
    sources = files.source_files(graph.sources)
    static = files.Files(layout.static_contents(), lasting=True)

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        await asyncio.to_thread(graph.query, "ASK {}")  # load it before any two threads do
        yield
        service.close()
        await service.sandbox.close()

    read = ["GET"]
    write = ["GET", "PUT", "POST", "DELETE", "PATCH"]
    routes: list[tuple[str, Handler, list[str]]] = [
        *((path, handler, read) for path, handler in identifiers.routes(graph, sources)),
        ("/", _page(about.home), read),
        ("/questions", _page(library.view), read),
        ("/questions/{id}", _page(question.view), read),
        ("/why", _page(why.view), read),
        ("/evidence", _page(evidence.view), read),
        ("/about", _page(about.about), read),
        ("/editor", editor.page, ["GET", "POST"]),
        ("/editor/vocabulary", editor.vocabulary, read),
        ("/editor/result", editor.result, ["GET", "POST"]),
        ("/picture", editor.picture, read),
        ("/picture.svg", editor.svg, ["GET", "POST"]),
        ("/picture.png", editor.png, ["GET", "POST"]),
        ("/sparql", sparql.query, ["GET", "POST"]),
        ("/store", sparql.graph, write),
        ("/graph/{name}", sparql.graph, write),
        (f"/{files.ARCHIVE}", _archive(sources), read),
        ("/sources/{path:path}", sources.respond, read),
        ("/static/{path:path}", static.respond, read),
        ("/.well-known/void", _void, read),
        ("/api", _page(about.api), read),
        ("/api/openapi.json", api.description, read),
        ("/api/questions", api.questions, read),
        ("/api/questions/{id}", api.question, read),
        ("/api/terms", api.terms, read),
        ("/api/describe", api.describe, read),
        ("/api/why", api.why, read),
        ("/api/status", api.status, read),
        ("/health", _health, read),
        ("/metrics", _metrics, read),
    ]
    app = Starlette(
        routes=[
            Route(path, _endpoint(handler, service), methods=methods)
            for path, handler, methods in routes
        ],
        middleware=[
            Middleware(AccessLog, metrics=service.metrics),
            Middleware(
                CORSMiddleware,
                allow_origins=["*"],
                allow_methods=["GET", "HEAD", "POST", "OPTIONS"],
                allow_headers=["*"],
                expose_headers=["ETag", "Link", "Retry-After"],
                max_age=86400,
            ),
            Middleware(refusals.HostCheck),
        ],
        exception_handlers={HTTPException: refusals.refused, Exception: refusals.mistaken},
        lifespan=lifespan,
    )
    app.router.redirect_slashes = False  # Starlette's redirect would trust the Host header
    app.state.service = service
    return app


def _endpoint(handler: Handler, service: Service) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        try:
            return await handler(request, service)
        except Problem as problem:
            return refusals.respond(request, problem)
        except ClientDisconnect:  # before the whole request arrived
            return Response(None, GONE)

    return endpoint


def _page(view: View) -> Handler:
    """Return the handler for a page, which is HTML whatever the Accept header says."""

    async def respond(request: Request, service: Service) -> Response:
        question = request.path_params.get("id", "")
        work = service.trusted(view, layout.Visit.of(request, question), question=question)
        return await service.answer(request, work, layout.HEADERS)

    return respond


async def _void(request: Request, service: Service) -> Response:
    format, type = media.chosen(request.headers.get("accept", ""), None, media.GRAPHS)
    work = service.trusted(sparql.described, "dataset", sparql.base_of(request), format, type)
    return await service.answer(request, work)


def _archive(sources: files.Files) -> Handler:
    async def respond(request: Request, service: Service) -> Response:
        return sources.response(request, service, files.ARCHIVE)

    return respond


async def _health(_: Request, service: Service) -> Response:
    """Report the state of the sandbox: 200 with a worker, 503 without."""
    pool = service.sandbox
    pool.start()
    health = {
        "status": "ok" if pool.alive else "starting",
        "workers": pool.alive,
        "idle": pool.idle,
        "waiting": pool.waiting,
        "digest": service.graph.digest,
        "version": __version__,
    }
    return JSONResponse(health, 200 if pool.alive else 503, {"cache-control": "no-store"})


async def _metrics(_: Request, service: Service) -> Response:
    service.observe()
    headers = {"content-type": metrics.CONTENT_TYPE, "cache-control": "no-store"}
    return Response(service.metrics.text(), 200, headers)
