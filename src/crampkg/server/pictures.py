"""The addresses of pictures: the page, and the same picture alone as SVG and as PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crampkg.server import site
from crampkg.server.pages import layout
from crampkg.server.problems import refuse_empty
from crampkg.server.sparql import base_of, posted

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from crampkg.server.service import Service

#: A picture may be saved, and opened from the disk: it brings its colours, and runs nothing.
_HEADERS = {
    **layout.HEADERS,
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}


async def page(request: Request, service: Service) -> Response:
    """Show a picture, with the same in words."""
    job = site.job("picture", request)
    job["picture"] = {"asked": job["asked"], "alone": False}
    return await service.answer(request, _with_text(job), layout.HEADERS)


async def svg(request: Request, service: Service) -> Response:
    """Return a picture as SVG."""
    job = {"do": "svg", "base": base_of(request)}
    return await _alone(request, service, job, "svg")


async def png(request: Request, service: Service) -> Response:
    """Return a picture as PNG."""
    return await _alone(request, service, {"do": "png", "format": "png"}, "png")


async def _alone(request: Request, service: Service, job: dict[str, Any], suffix: str) -> Response:
    """Return a picture as a file. By POST, of a query that is too long for an address.

    Raises `Problem` for a parameter that is empty.
    """
    asked = request.query_params.multi_items()
    if request.method == "POST":
        asked = await posted(request, service.limits.query)
    for name, value in asked:
        refuse_empty(name, value)
    work = {**job, "picture": {"asked": asked, "alone": True}}
    name = next((value for name, value in asked if name in ("concept", "question")), "picture")
    safe = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)
    told = {"content-disposition": f'inline; filename="crampkg-{safe[:60]}.{suffix}"'}
    return await service.answer(request, _with_text(work), {**_HEADERS, **told})


def _with_text(job: dict[str, Any]) -> dict[str, Any]:
    """Return a job that tells its query, for what asks for another value each time."""
    queries = [value for name, value in job["picture"]["asked"] if name == "query"]
    return {**job, "text": " ".join(queries)} if queries else job
