"""The addresses of pictures: the page, and the same picture alone as SVG and as PNG."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crampkg.server import site
from crampkg.server.pages import layout
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
    """Return a picture as SVG. By POST, of a query that is too long for an address.

    With `inline` it is for a page of ours: nothing below it, and links without the server's name.
    """
    asked = request.query_params.multi_items()
    if request.method == "POST":
        asked = await posted(request, service.limits.query)
    is_inline = ("inline", "1") in asked
    asked = [(name, value) for name, value in asked if name != "inline"]
    job = {
        "do": "svg",
        "base": "" if is_inline else base_of(request),
        "picture": {"asked": asked, "alone": not is_inline},
    }
    return await service.answer(
        request, _with_text(job), _headers(request, "svg", is_inline=is_inline)
    )


async def png(request: Request, service: Service) -> Response:
    """Return a picture as PNG."""
    asked = request.query_params.multi_items()
    job = {"do": "png", "format": "png", "picture": {"asked": asked, "alone": True}}
    return await service.answer(request, _with_text(job), _headers(request, "png"))


def _with_text(job: dict[str, Any]) -> dict[str, Any]:
    """Return a job that tells its query, for what asks for another value each time."""
    queries = [value for name, value in job["picture"]["asked"] if name == "query"]
    return {**job, "text": " ".join(queries)} if queries else job


def _headers(request: Request, kind: str, *, is_inline: bool = False) -> dict[str, str]:
    asked = request.query_params
    name = asked.get("concept") or asked.get("question") or "picture"
    safe = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)
    told = {**_HEADERS, "content-disposition": f'inline; filename="crampkg-{safe[:60]}.{kind}"'}
    return layout.HEADERS if is_inline else told
