"""The addresses of the editor: its page, the words that it completes, and results as files."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from crampkg.export import OFFERED
from crampkg.server import pictures
from crampkg.server.pages import editor, layout
from crampkg.server.problems import Problem
from crampkg.server.service import Work
from crampkg.server.sparql import base_of, posted

if TYPE_CHECKING:
    from starlette.requests import Request
    from starlette.responses import Response

    from crampkg.server.media import Reply
    from crampkg.server.service import Caller, Service


async def page(request: Request, service: Service) -> Response:
    """Show the editor, and run the query that it holds; by POST if it is too long for an address.

    What goes wrong with the query is told on the page, with the query still in the editor.
    """
    visit = layout.Visit.of(request)
    try:
        visit = visit._replace(asked=await _asked(request, service))
    except Problem as problem:
        if "live" not in request.query_params:
            raise
        # What was sent, and how its result is to be shown, has not been read.
        visit = visit._replace(asked=[("live", "1")])
        work = service.ours(editor.view, visit, None, None, problem.document())
        # The rest of a body that is too long may be on its way.
        return await service.answer(request, work, {**layout.HEADERS, "connection": "close"})
    asked = {name: value for name, value in visit.asked if value.strip()}
    show, query = editor.shown_as(asked), asked.get("query", "").replace("\r\n", "\n")
    if not query:
        work = service.ours(editor.view, visit)
        return await service.answer(request, work, layout.HEADERS)

    async def run(caller: Caller) -> Reply:
        # Relative IRIs are what they are at the endpoint.
        job = {"do": "show", "text": query, "base": f"{visit.base}/sparql", **editor.MOST[show]}
        found = await service.in_sandbox(caller, job)
        if len(found.body) > editor.MOST_BYTES:
            size = f"{len(found.body) >> 20:,} MiB, and {editor.MOST_BYTES >> 20:,} can be shown"
            raise Problem("result-limit", f"The result has {size}. Ask for less, or a file of it.")
        made = [json.loads(found.body)]
        if show == "picture":
            made.append(await pictures.drawn(service, caller, [("query", query)]))
        return await service.in_thread(caller, editor.view, service.graph, visit, *made)

    try:
        return await service.answer(request, Work("editor", visit, run, query), layout.HEADERS)
    except Problem as problem:
        work = service.ours(editor.view, visit, None, None, problem.document())
        return await service.answer(request, work._replace(query=query), layout.HEADERS)


async def vocabulary(request: Request, service: Service) -> Response:
    """Return the prefixes and terms that a query may name, for completion."""
    return await service.answer(request, service.ours(editor.vocabulary))


async def result(request: Request, service: Service) -> Response:
    """Return the result of a query as a file. Raises `Problem`."""
    asked = dict(await _asked(request, service))
    format = asked.get("format", "")
    chosen = editor.formats_of(format)
    if not asked.get("query") or chosen is None:
        known = sorted({name for each in editor.DOWNLOADS.values() for name, _ in each})
        detail = f"Send a query, and a format: {', '.join(known)}."
        raise Problem("bad-request", detail)
    job: dict[str, Any] = {"do": "query", "text": asked["query"], "formats": chosen}
    if "<" in asked["query"]:  # an IRI, which may be relative: as at the endpoint
        job["base"] = f"{base_of(request)}/sparql"
    name = f"crampkg-result{OFFERED[format].extension if format in OFFERED else f'.{format}'}"
    headers = {"content-disposition": f'attachment; filename="{name}"'}
    try:
        return await service.answer(request, service.strangers(job), headers)
    except Problem as problem:
        if problem.kind != "not-acceptable":
            raise
        # Nothing was accepted or not: the address itself names the format.
        forms = {"select": "rows", "ask": "yes or no", "graph": "a graph"}
        offers = (
            f"{said} as {', '.join(name for name, _ in editor.DOWNLOADS[form])}"
            for form, said in forms.items()
        )
        detail = f"What the query gives cannot be had as {format}: {'; '.join(offers)}."
        raise Problem("bad-request", detail) from None


async def _asked(request: Request, service: Service) -> list[tuple[str, str]]:
    if request.method == "POST":
        return await posted(request, service.limits.query)
    return request.query_params.multi_items()
