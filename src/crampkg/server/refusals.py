"""A problem as the client can read it: a page for a browser, problem details for programs."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from crampkg.server import media
from crampkg.server.pages import layout
from crampkg.server.problems import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.types import ASGIApp, Receive, Scope, Send

    from crampkg.graph import KnowledgeGraph

#: The value of a Host header: a name or an address, and a port (RFC 9110, 7.2).
_HOST = re.compile(rb"(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._~-]*)(:[0-9]*)?")


class HostCheck:
    """ASGI middleware that refuses requests without exactly one Host header (RFC 9112, 3.2).

    The connection is closed then, since what follows may be meant for another server. HTTP/1.0 has
    no such header.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on, or answer what is wrong with its Host."""
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
    """Return a problem as `application/problem+json`, or as a page where that is liked better."""
    request.scope.setdefault("crampkg", {})["problem"] = problem.kind  # for the log
    fields = {**(headers or {}), "vary": "Accept", "x-content-type-options": "nosniff"}
    if problem.kind in ("too-slow", "too-long", "update"):  # the rest of the body may be on its way
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
