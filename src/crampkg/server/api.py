"""The question library, names, cards and derivations over HTTP, as JSON and what else fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crampkg.errors import CrampkgError
from crampkg.server import limits, media
from crampkg.server.problems import Problem, problem_of, refuse_empty
from crampkg.server.sparql import base_of
from crampkg.text import whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from crampkg.server.service import Service


#: Parameters that choose among what there is, or choose nothing.
_CHOICES = ("format", "kind", "tag")


async def questions(request: Request, service: Service) -> Response:
    """List the library, or those of a tag; as RDF, in the terms of SHACL, for other editors."""
    asked = _asked(request, ("tag", "format"))
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), media.CARDS)
    tag = asked.get("tag")
    known = sorted({tag for each in service.graph.questions() for tag in each.tags})
    if tag is not None and tag not in known:
        detail = f"No question has the tag {tag!r}. There are {', '.join(known)}."
        raise Problem("not-found", detail)
    about = {"base": base_of(request), "tag": tag, "format": format, "type": type}
    if format == "json":
        return await service.answer(request, {"do": "library", **about})
    return await service.answer(request, {"do": "information", "what": "examples", **about})


async def question(request: Request, service: Service) -> Response:
    """Answer a question, its parameters taken from the URL: `/api/questions/ID?site=calf`."""
    try:
        known = service.graph.question(request.path_params["id"])
    except CrampkgError as error:
        raise problem_of(error) from None
    names = [parameter.name for parameter in known.params]
    asked = _asked(request, (*names, "format"), several=names)
    table = media.QUESTIONS[known.form]
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), table)
    job = {
        "do": "ask",
        "id": known.id,
        "params": {name: asked[name] for name in names if name in asked},
        "format": format,
        "type": type,
    }
    return await service.answer(request, job)


async def terms(request: Request, service: Service) -> Response:
    """Find what has a name like `q`, of the class `kind` if one is given."""
    asked = _asked(request, ("q", "kind", "limit"), needs=("q",))
    job = {
        "do": "terms",
        "words": asked["q"],
        "kind": asked.get("kind"),
        "limit": _number("limit", asked.get("limit", "20"), limits.MOST_TERMS),
    }
    return await service.answer(request, job)


async def describe(request: Request, service: Service) -> Response:
    """Tell all about the concept called `term`."""
    asked = _asked(request, ("term", "format"), needs=("term",))
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), media.CARDS)
    job = {"do": "describe", "term": asked["term"], "format": format, "type": type}
    return await service.answer(request, job)


async def why(request: Request, service: Service) -> Response:
    """Explain why the triple `subject`, `predicate`, `object` holds, or that it does not."""
    parts = ("subject", "predicate", "object")
    asked = _asked(request, (*parts, "limit", "format"), needs=parts)
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), media.CARDS)
    limit = _number("limit", asked.get("limit", "5"), limits.MOST_JUSTIFICATIONS)
    job = {"do": "why", "format": format, "type": type, "limit": limit}
    return await service.answer(request, {**job, **{part: asked[part] for part in parts}})


async def status(request: Request, service: Service) -> Response:
    """Tell what is served: the articles' status, the size and the digests of the graph."""
    _asked(request, ())
    return await service.answer(request, {"do": "status"})


async def description(request: Request, service: Service) -> Response:
    """Describe the API (OpenAPI 3.1)."""
    return await service.answer(request, {"do": "openapi", "base": base_of(request)})


def _asked(
    request: Request,
    known: Sequence[str],
    *,
    needs: Iterable[str] = (),
    several: Iterable[str] = (),
) -> Mapping[str, Any]:
    """Return the parameters of a URL: a list for those of which there may be `several`.

    Raises `Problem` for one that is not known, empty, not there though needed, or there twice.
    """
    asked: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            what = f"It takes {', '.join(known)}." if known else "It takes none."
            raise Problem("bad-request", f"There is no parameter {name!r} here. {what}")
        # The forms of /api send what was left empty: nothing is chosen then.
        if name in _CHOICES and name not in several and not value.strip():
            continue
        refuse_empty(name, value)
        if name in several:
            asked.setdefault(name, []).append(value)
        elif name in asked:
            raise Problem("bad-request", f"The parameter {name!r} is there twice. Send one.")
        else:
            asked[name] = value
    for name in needs:
        if name not in asked:
            raise Problem("bad-request", f"The parameter {name!r} is missing. Send it.")
    return asked


def _number(name: str, text: str, most: int) -> int:
    number = whole_number(text, 1, most)
    if number is None:
        raise Problem("bad-request", f"{name} is a number from 1 to {most:,}, and not {text!r}.")
    return number
