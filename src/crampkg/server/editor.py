"""The routes of the editor and of pictures, both of which may take a stranger's query."""

from __future__ import annotations

import json
from typing import Any

from crampkg.export import OFFERED
from crampkg.server import scenes
from crampkg.server.media import Reply
from crampkg.server.pages import editor, layout
from crampkg.server.pages import picture as pictures
from crampkg.server.problems import Problem, refuse_empty
from crampkg.server.service import Work
from crampkg.server.sparql import base_of, posted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from crampkg.server.service import Caller, Service

    Pairs = Sequence[tuple[str, str]]

#: A saved picture carries its own styles, and may run no script.
_HEADERS = {
    **layout.HEADERS,
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox",
}


async def page(request: Request, service: Service) -> Response:
    """Show the editor and the result of its query, sent by POST if too long for an address.

    The page shows an error beside the query.
    """
    visit = layout.Visit.of(request)
    try:
        visit = visit._replace(asked=await _asked(request, service))
    except Problem as problem:
        if "live" not in request.query_params:
            raise
        # The form could not be read, so neither could its query.
        visit = visit._replace(asked=[("live", "1")])
        work = service.trusted(editor.view, visit, None, None, problem.document())
        # The rest of a body that is too long may be on its way.
        return await service.answer(request, work, {**layout.HEADERS, "connection": "close"})
    asked = {name: value for name, value in visit.asked if value.strip()}
    show, query = editor.shown_as(asked), asked.get("query", "").replace("\r\n", "\n")
    if not query:
        work = service.trusted(editor.view, visit)
        return await service.answer(request, work, layout.HEADERS)

    async def run(caller: Caller) -> Reply:
        # Relative IRIs resolve as at the endpoint.
        job = {"do": "show", "text": query, "base": f"{visit.base}/sparql", **editor.MOST[show]}
        reply = await service.in_sandbox(caller, job)
        if len(reply.body) > editor.MOST_BYTES:
            size = f"{len(reply.body) >> 20:,} MiB, and {editor.MOST_BYTES >> 20:,} can be shown"
            raise Problem("result-limit", f"The result has {size}. Ask for less, or a file of it.")
        made = [json.loads(reply.body)]
        if show == "picture":
            made.append(await _drawn(service, caller, [("query", query)]))
        return await service.in_thread(caller, editor.view, service.graph, visit, *made)

    try:
        return await service.answer(request, Work("editor", visit, run, query), layout.HEADERS)
    except Problem as problem:
        work = service.trusted(editor.view, visit, None, None, problem.document())
        return await service.answer(request, work._replace(query=query), layout.HEADERS)


async def vocabulary(request: Request, service: Service) -> Response:
    """Return the prefixes and terms that a query may name, for completion."""
    return await service.answer(request, service.trusted(editor.vocabulary))


async def result(request: Request, service: Service) -> Response:
    """Return the result of a query as a file. Raises `Problem`."""
    asked = dict(await _asked(request, service))
    format = asked.get("format", "")
    chosen = editor.formats_of(format)
    if not asked.get("query") or chosen is None:
        known = sorted({name for formats in editor.DOWNLOADS.values() for name, _ in formats})
        detail = f"Send a query, and a format: {', '.join(known)}."
        raise Problem("bad-request", detail)
    job: dict[str, Any] = {"do": "query", "text": asked["query"], "formats": chosen}
    if "<" in asked["query"]:  # a relative IRI resolves as at the endpoint
        job["base"] = f"{base_of(request)}/sparql"
    name = f"crampkg-result{OFFERED[format].extension if format in OFFERED else f'.{format}'}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    try:
        return await service.answer(request, service.untrusted(job), headers)
    except Problem as problem:
        if problem.kind != "not-acceptable":
            raise
        # The address names the format here, not an Accept header.
        forms = {"select": "rows", "ask": "yes or no", "graph": "a graph"}
        offers = (
            f"{words} as {', '.join(name for name, _ in editor.DOWNLOADS[form])}"
            for form, words in forms.items()
        )
        detail = f"What the query gives cannot be had as {format}: {'; '.join(offers)}."
        raise Problem("bad-request", detail) from None


async def picture(request: Request, service: Service) -> Response:
    """Show the page of a picture, with a table of its links."""
    visit = layout.Visit.of(request)

    async def run(caller: Caller) -> Reply:
        shown = await _drawn(service, caller, visit.asked)
        return await service.in_thread(caller, pictures.view, service.graph, visit, shown)

    work = Work("picture", visit, run, " ".join(_queries(visit.asked)))
    return await service.answer(request, work, layout.HEADERS)


async def svg(request: Request, service: Service) -> Response:
    """Return a picture as SVG; a query that is too long for an address comes by POST.

    Raises `Problem`, also for an empty parameter.
    """
    pairs, base = await _given(request, service), base_of(request)

    async def run(caller: Caller) -> Reply:
        scene = await _scene(service, caller, pairs, is_alone=True)
        image = await service.drawing.draw(scene["source"], "svg", caller.client)
        whole = {"scene": scene["scene"], "svg": image.decode()}
        return await service.in_thread(caller, pictures.alone, whole, base)

    work = Work("svg", [pairs, base], run, " ".join(_queries(pairs)))
    return await service.answer(request, work, _headers(pairs, "svg"))


async def png(request: Request, service: Service) -> Response:
    """Return a picture as PNG, as `svg` does."""
    pairs = await _given(request, service)

    async def run(caller: Caller) -> Reply:
        scene = await _scene(service, caller, pairs, is_alone=True)
        image = await service.drawing.draw(scene["source"], "png", caller.client)
        return Reply(image, "image/png")

    work = Work("png", pairs, run, " ".join(_queries(pairs)))
    return await service.answer(request, work, _headers(pairs, "png"))


async def _drawn(service: Service, caller: Caller, pairs: Pairs) -> dict[str, Any]:
    """Return the scene that parameters ask for, with its SVG or the problem with it."""
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
    """Return a scene and its source for Graphviz; a scene of a query comes from the sandbox."""
    if _queries(pairs):
        job = {"do": "scene", "asked": pairs, "alone": is_alone}
        reply = await service.in_sandbox(caller, job)
        scene: dict[str, Any] = json.loads(reply.body)
        return scene
    return await service.in_thread(
        caller, scenes.described, service.graph, pairs, is_alone=is_alone
    )


def _headers(pairs: Pairs, suffix: str) -> dict[str, str]:
    """Return the headers of a picture as a file, named after its subject."""
    name = next((value for name, value in pairs if name in ("concept", "question")), "picture")
    safe = "".join(letter if letter.isascii() and letter.isalnum() else "-" for letter in name)
    place = f'inline; filename="crampkg-{safe[:60]}.{suffix}"'
    return {**_HEADERS, "content-disposition": place}


def _queries(pairs: Pairs) -> list[str]:
    return [value for name, value in pairs if name == "query" and value.strip()]


async def _given(request: Request, service: Service) -> Pairs:
    """Return the parameters of a picture as a file. Raises `Problem` for an empty one."""
    pairs = await _asked(request, service)
    for name, value in pairs:
        refuse_empty(name, value)
    return pairs


async def _asked(request: Request, service: Service) -> Pairs:
    """Return the parameters of the address, or of a posted form."""
    if request.method == "POST":
        return await posted(request, service.limits.query)
    return request.query_params.multi_items()
