"""The addresses of pictures: the page, and the same picture alone as SVG and as PNG."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crampkg.server import scenes
from crampkg.server.media import Reply
from crampkg.server.pages import layout, picture
from crampkg.server.problems import Problem, refuse_empty
from crampkg.server.service import Work
from crampkg.server.sparql import base_of, posted

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from crampkg.server.service import Caller, Service

    Pairs = Sequence[tuple[str, str]]

#: A picture may be saved, and opened from the disk: it brings its colours, and runs nothing.
_HEADERS = {
    **layout.HEADERS,
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}


async def page(request: Request, service: Service) -> Response:
    """Show a picture, with the same in words."""
    visit = layout.Visit.of(request)

    async def run(caller: Caller) -> Reply:
        shown = await drawn(service, caller, visit.asked)
        return await service.in_thread(caller, picture.view, service.graph, visit, shown)

    work = Work("picture", visit, run, " ".join(_queries(visit.asked)))
    return await service.answer(request, work, layout.HEADERS)


async def svg(request: Request, service: Service) -> Response:
    """Return a picture as SVG, by POST of a query that is too long for an address.

    Raises `Problem`, also for a parameter that is empty.
    """
    pairs, base = await _asked(request, service), base_of(request)

    async def run(caller: Caller) -> Reply:
        scene = await _scene(service, caller, pairs, is_alone=True)
        image = await service.drawing.draw(scene["source"], "svg", caller.client)
        whole = {"scene": scene["scene"], "svg": image.decode()}
        return await service.in_thread(caller, picture.alone, whole, base)

    work = Work("svg", [pairs, base], run, " ".join(_queries(pairs)))
    return await service.answer(request, work, _headers(pairs, "svg"))


async def png(request: Request, service: Service) -> Response:
    """Return a picture as PNG, in the same way."""
    pairs = await _asked(request, service)

    async def run(caller: Caller) -> Reply:
        scene = await _scene(service, caller, pairs, is_alone=True)
        image = await service.drawing.draw(scene["source"], "png", caller.client)
        return Reply(image, "image/png")

    work = Work("png", pairs, run, " ".join(_queries(pairs)))
    return await service.answer(request, work, _headers(pairs, "png"))


async def drawn(service: Service, caller: Caller, pairs: Pairs) -> dict[str, Any]:
    """Return the scene that parameters wish for with its SVG, or with what is wrong with it."""
    scene: dict[str, Any] = {}
    try:
        scene = await _scene(service, caller, pairs, is_alone=False)
        image = await service.drawing.draw(scene.pop("source"), "svg", caller.client)
    except Problem as problem:
        return {**scene, "problem": problem.document()}
    return {**scene, "svg": image.decode()}


async def _scene(
    service: Service, caller: Caller, pairs: Pairs, *, is_alone: bool
) -> dict[str, Any]:
    """Return a scene and its source for Graphviz, from the sandbox where it is of a query."""
    if _queries(pairs):
        job = {"do": "scene", "asked": pairs, "alone": is_alone}
        reply = await service.in_sandbox(caller, job)
        scene: dict[str, Any] = json.loads(reply.body)
        return scene
    return await service.in_thread(
        caller, scenes.described, service.graph, pairs, is_alone=is_alone
    )


async def _asked(request: Request, service: Service) -> Pairs:
    """Return the parameters of a picture as a file. Raises `Problem` for one that is empty."""
    asked = request.query_params.multi_items()
    if request.method == "POST":
        asked = await posted(request, service.limits.query)
    for name, value in asked:
        refuse_empty(name, value)
    return asked


def _headers(pairs: Pairs, suffix: str) -> dict[str, str]:
    """Return the headers of a file, which has a name by what is in it."""
    name = next((value for name, value in pairs if name in ("concept", "question")), "picture")
    safe = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)
    place = f'inline; filename="crampkg-{safe[:60]}.{suffix}"'
    return {**_HEADERS, "content-disposition": place}


def _queries(pairs: Pairs) -> list[str]:
    return [value for name, value in pairs if name == "query" and value.strip()]
