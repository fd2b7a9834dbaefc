"""A problem as the client can read it: a page for a browser, problem details for programs."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.responses import HTMLResponse, Response

from crampkg.server import media
from crampkg.server.pages import layout
from crampkg.server.problems import MEDIA_TYPE, Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph


def respond(
    request: Request, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a problem as `application/problem+json`, or as a page where that is liked better."""
    request.scope.setdefault("crampkg", {})["problem"] = problem.kind  # for the log
    told = {**(headers or {}), "vary": "Accept", "x-content-type-options": "nosniff"}
    if problem.kind in ("too-slow", "too-long", "update"):  # the rest of the body may be on its way
        told["connection"] = "close"
    if problem.retry is not None:
        told["retry-after"] = str(problem.retry)
    if not _is_browser(request.headers.get("accept", "")):
        return Response(problem.body(), problem.status, told, MEDIA_TYPE)
    return page(request.app.state.service.graph, problem, told)


def page(
    graph: KnowledgeGraph, problem: Problem, headers: Mapping[str, str] | None = None
) -> Response:
    """Return a problem as a page."""
    text = layout.render("problem.html", graph, problem=problem.document())
    return HTMLResponse(text, problem.status, {**(headers or {}), **layout.HEADERS})


def _is_browser(accept: str) -> bool:
    return media.best_of(accept, (MEDIA_TYPE, "text/html")) == "text/html"
