"""Error responses: a page for a browser, else problem details."""

from __future__ import annotations

import logging
import re
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Match

from crampkg.server import media
from crampkg.server.pages import layout
from crampkg.server.problems import MEDIA_TYPE, Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from crampkg.graph import KnowledgeGraph

#: The value of a Host header: a name or an address, and a port (RFC 9110, 7.2).
_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]*)(:[0-9]*)?")


class HostCheck:
    """ASGI middleware that refuses requests without exactly one Host header (RFC 9112, 3.2).

    It also closes the connection, since later requests on it may be meant for another server.
    HTTP/1.0 has no such header.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or refuse its Host header."""
        if scope["type"] == "http":
            hosts = [value for name, value in scope["headers"] if name == b"host"]
            detail = ""
            if len(hosts) > 1:
                detail = f"The request has {len(hosts)} Host headers. Send one."
            elif not hosts and scope["http_version"] != "1.0":
                detail = "The request has no Host header. Send one."
            elif hosts and not _HOST.fullmatch(hosts[0]):
                host = hosts[0][:100].decode("latin-1")
                detail = f"The Host header {host!r} is no name of a host."
            if detail:
                closing = {"connection": "close"}
                response = respond(Request(scope), Problem("bad-request", detail), closing)
                await response(scope, receive, send)
                return
        await self._app(scope, receive, send)


def respond(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a problem as `application/problem+json`, or as a page for a client that prefers it."""
    request.scope.setdefault("crampkg", {})["problem"] = problem.kind  # for the log
    fields = {**(headers or {}), "vary": "Accept", "x-content-type-options": "nosniff"}
    if problem.kind in ("too-slow", "too-long", "update"):  # more of the body may still arrive
        fields["connection"] = "close"
    if problem.retry is not None:
        fields["retry-after"] = str(problem.retry)
    if not _is_browser(request.headers.get("accept", "")):
        return Response(problem.body(), problem.status, fields, MEDIA_TYPE)
    return page(request.app.state.service.graph, problem, fields)


def page(
    graph: KnowledgeGraph, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a problem as a page."""
    text = layout.render("problem.html", graph, problem=problem.document())
    return HTMLResponse(text, problem.status, {**(headers or {}), **layout.HEADERS})


def _is_browser(accept: str) -> bool:
    return media.best_of(accept, (MEDIA_TYPE, "text/html")) == "text/html"


async def refused(request: Request, error: Exception) -> Response:
    """Answer a request that Starlette refuses: an unknown path, or a method that is not allowed."""
    if not isinstance(error, HTTPException):
        raise error
    if error.status_code == 405:  # noqa: PLR2004 - method not allowed
        allowed = (error.headers or {}).get("Allow", "")
        if request.url.path.startswith(("/store", "/graph/")):  # their routes refuse every write
            allowed = "GET, HEAD"
        detail = f"{request.method} is not for this address. It takes {allowed}."
        return respond(request, Problem("method", detail), {"Allow": allowed})
    shorter = request.url.path.rstrip("/")
    is_lost = "endpoint" not in request.scope  # no route, rather than a missing file of one
    if is_lost and shorter != request.url.path and _is_address(request, shorter):
        query = f"?{request.url.query}" if request.url.query else ""
        return Response(None, 307, {"location": f"{quote(shorter)}{query}"})
    detail = f"There is nothing at {request.url.path}."
    problem = Problem("not-found", detail, aside="/api says what there is.")
    return respond(request, problem)


def _is_address(request: Request, path: str) -> bool:
    """Return whether a route answers this request at another path."""
    scope = {**request.scope, "path": path}
    return any(route.matches(scope)[0] == Match.FULL for route in request.app.routes)


async def mistaken(request: Request, error: Exception) -> Response:
    """Answer a request that caused an internal error, and log the error."""
    logging.getLogger("crampkg").error("A mistake at %s", request.url.path, exc_info=error)
    return respond(request, Problem("mistake", "The server made a mistake, which is in its log."))
