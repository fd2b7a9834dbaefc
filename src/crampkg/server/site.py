"""The addresses of the pages: a request to the job of a worker that renders it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crampkg.server.pages import layout
from crampkg.server.sparql import base_of

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.requests import Request
    from starlette.responses import Response

    from crampkg.server.service import Service


def page(view: str) -> Callable[[Request, Service], Awaitable[Response]]:
    """Return what answers with the page of a view, in HTML whatever is accepted."""

    async def respond(request: Request, service: Service) -> Response:
        return await service.answer(request, job(view, request), layout.HEADERS)

    return respond


def job(view: str, request: Request) -> dict[str, Any]:
    """Return the job that renders a view for a request."""
    asked = request.query_params.multi_items()
    told = {"do": "page", "view": view, "asked": asked, "base": base_of(request)}
    told["look"] = layout.digest()  # so that what a browser has kept is not taken for the same
    return {**told, **request.path_params}
