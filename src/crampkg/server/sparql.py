"""The SPARQL Protocol and the Graph Store HTTP Protocol, both read-only.

https://www.w3.org/TR/sparql11-protocol/ and https://www.w3.org/TR/sparql11-http-rdf-update/
"""

from __future__ import annotations

import asyncio
from typing import Any
from urllib.parse import parse_qsl

from starlette.responses import Response
from werkzeug.http import parse_options_header

from crampkg.export import to_bytes
from crampkg.server import descriptions, media
from crampkg.server.media import Reply
from crampkg.server.problems import Problem
from crampkg.vocabulary import GRAPHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.service import Service

_FORM = "application/x-www-form-urlencoded"
_QUERY = "application/sparql-query"
_UPDATE = "application/sparql-update"
_READ_ONLY = "This endpoint answers queries. It takes no update, from nobody."
#: A body of up to this many times its limit is read to its end before it is refused: a client that
#: is refused while it sends may never read the answer.
_LINGER = 16
_DATASET = {"default-graph-uri": "default", "named-graph-uri": "named"}

_NAMES = {iri: name for name, iri in GRAPHS.items()}
#: Where the Accept header has RDF and HTML as equals, RDF comes first.
_WITH_PAGE = {**media.GRAPHS, "html": media.PAGES["html"]}


async def query(request: Request, service: Service) -> Response:
    """Answer a query sent by GET, by POST of a form or by POST of its text (section 2.1).

    GET without a query describes the service. Raises `Problem`.
    """
    accept = request.headers.get("accept", "")
    if request.method == "POST":
        parameters = await posted(request, service.limits.query)
    else:
        parameters = _pairs(request.scope["query_string"], service.limits.query)
        if not parameters:
            format, type = media.chosen(accept, None, media.GRAPHS)
            about = service.trusted(described, "service", base_of(request), format, type)
            return await service.answer(request, about)
    queries = [value for name, value in parameters if name == "query"]
    if any(name == "update" for name, _ in parameters):
        raise Problem("update", _READ_ONLY)
    if len(queries) != 1:
        what = "no query" if not queries else f"{len(queries)} queries"
        raise Problem("bad-request", f"The request has {what}. Send one, as `query`.")
    job: dict[str, Any] = {"do": "query", "text": queries[0], "formats": media.choices(accept)}
    if "<" in queries[0]:  # a relative IRI resolves against the endpoint's (RFC 3986)
        job["base"] = f"{base_of(request)}/sparql"
    chosen = {short: [v for n, v in parameters if n == name] for name, short in _DATASET.items()}
    if any(chosen.values()):
        job |= chosen
    return await service.answer(request, service.untrusted(job))


async def graph(request: Request, service: Service) -> Response:
    """Return a graph: `/store?default`, `/store?graph=IRI` or `/graph/NAME`. Raises `Problem`.

    `/graph/all` is the union of all graphs, like the default graph, and a suffix such as `.ttl`
    names a format. A client that prefers HTML is redirected from the IRI of a graph to its page.
    """
    if request.method not in ("GET", "HEAD"):
        raise Problem("update", "The graphs can be read here, and not be changed.")
    graphs, suffix = _wanted(request)
    accept = request.headers.get("accept", "")
    if "name" in request.path_params and suffix is None:
        best = media.choose(accept, table=_WITH_PAGE)
        if best is not None and best[0] == "html":
            place = f"/about#graph-{graphs[0]}"
            return Response(None, 303, {"location": place, "vary": "Accept"})
    format, type = media.chosen(accept, suffix, media.GRAPHS)
    return await service.answer(request, service.trusted(exported, graphs, format, type))


def exported(whole: KnowledgeGraph, graphs: Sequence[str], format: str, type: str) -> Reply:
    """Return one or more of the named graphs in an RDF format."""
    return Reply(whole.export(format, graphs), type)


def _wanted(request: Request) -> tuple[list[str], str | None]:
    """Return the short names of the requested graphs, and the format that a suffix names."""
    path = request.path_params.get("name")
    if path is not None:
        name, format = media.without_suffix(path)
        if name not in (*GRAPHS, "all"):
            detail = f"There is no graph {name!r}. There are {', '.join(GRAPHS)}, all."
            raise Problem("not-found", detail)
        return [name], format
    asked = request.query_params
    if "default" in asked and "graph" not in asked:
        return ["all"], None
    if len(asked.getlist("graph")) == 1 and "default" not in asked:
        iri = asked["graph"]
        if iri not in _NAMES:
            detail = (
                f"There is no graph <{iri}>. There are {', '.join(map('<{}>'.format, _NAMES))}."
            )
            raise Problem("not-found", detail)
        return [_NAMES[iri]], None
    raise Problem("bad-request", "Name one graph: ?default, or ?graph= and its IRI.")


def described(graph: KnowledgeGraph, what: str, base: str, format: str, type: str) -> Reply:
    """Return the description of the service or the dataset below the URL `base`, in RDF."""
    triples = descriptions.DESCRIPTIONS[what](graph, base)
    return Reply(to_bytes(triples, format, graph.sources), type)


def base_of(request: Request) -> str:
    """Return the URL of the server's root as the client addressed it, without a final slash."""
    return str(request.base_url).rstrip("/")


async def body_of(request: Request, seconds: float, limit: int) -> bytes:
    """Return the body of a request. Raises `Problem` when it is too long, too slow or an update."""
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and int(declared) > _LINGER * limit:
        raise _too_long(limit)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(seconds):
            async for part in request.stream():
                if not size and part.startswith(b"update="):  # whatever its length
                    raise Problem("update", _READ_ONLY)
                size += len(part)
                if size > _LINGER * limit:
                    break
                if size <= limit:
                    parts.append(part)
    except TimeoutError:
        detail = f"The body did not arrive within {seconds:g} seconds. Send it at once."
        raise Problem("too-slow", detail) from None
    if size > limit:
        raise _too_long(limit)
    return b"".join(parts)


async def posted(request: Request, limit: int) -> list[tuple[str, str]]:
    """Return the parameters of a POST; a body that is a query is one. Raises `Problem`."""
    type, options = parse_options_header(request.headers.get("content-type"))
    if type == _UPDATE:
        raise Problem("update", _READ_ONLY)
    if type not in (_FORM, _QUERY):
        what = f"The body is {type!r}." if type else "The request does not say what its body is."
        raise Problem("media-type", f"{what} Send a query as {_QUERY}, or a form as {_FORM}.")
    charset = options.get("charset", "utf-8")
    if charset.lower() not in ("utf-8", "us-ascii"):
        raise Problem("media-type", f"The charset is {charset!r}. Send the query in UTF-8.")
    coding = request.headers.get("content-encoding", "identity")
    if coding.lower() != "identity":
        raise Problem("media-type", f"The body is coded as {coding!r}. Send it as it is.")
    # Percent-encoding can triple the length of a query.
    length = limit if type == _QUERY else 3 * limit + 4096
    seconds = request.app.state.service.limits.request
    body = await body_of(request, seconds, length)
    # A form has its parameters in the body (section 2.1.2), but a test of the W3C has one in the
    # address, which counts as well.
    asked = _pairs(request.scope["query_string"], limit)
    if type == _FORM:
        return [*_pairs(body, limit), *asked]
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        detail = f"The query is not UTF-8 at byte {error.start + 1}. Send it in UTF-8."
        raise Problem("bad-request", detail) from None
    return [("query", text), *asked]


def _pairs(encoded: bytes, limit: int) -> list[tuple[str, str]]:
    """Return the parameters of a query string or a form. Raises `Problem`."""
    try:
        pairs = parse_qsl(
            encoded.decode("utf-8"), keep_blank_values=True, errors="strict", max_num_fields=100
        )
    except UnicodeDecodeError:
        detail = "The parameters are not UTF-8, percent-encoded. Encode them so."
        raise Problem("bad-request", detail) from None
    except ValueError:
        raise Problem("bad-request", "The request has more than 100 parameters.") from None
    for name, value in pairs:
        if len(value.encode(errors="replace")) > limit:
            raise _too_long(limit, name)
    return pairs


def _too_long(limit: int, name: str = "body") -> Problem:
    return Problem("too-long", f"The {name} is longer than the {limit:,} bytes that are allowed.")
