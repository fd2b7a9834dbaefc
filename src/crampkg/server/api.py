"""The question library, names, cards and derivations over HTTP, as JSON and what else fits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.responses import JSONResponse

from crampkg.errors import CrampkgError
from crampkg.server import media
from crampkg.server.problems import Problem, problem_of
from crampkg.server.sparql import base_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from crampkg.records import Question
    from crampkg.server.service import Service

#: How many justifications `why` may look for, and how many names a search may return.
MOST_JUSTIFICATIONS = 20
MOST_TERMS = 1000

CARDS: dict[str, tuple[str, ...]] = {"json": ("application/json",), **media.GRAPHS}
LIBRARY = CARDS


async def questions(request: Request, service: Service) -> Response:
    """List the library, or those of a tag; as RDF, in the terms of SHACL, for other editors."""
    asked = _asked(request, ("tag", "format"))
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), LIBRARY)
    tag = asked.get("tag")
    listed = [each for each in service.graph.questions() if tag is None or tag in each.tags]
    if tag is not None and not listed:
        known = sorted({tag for each in service.graph.questions() for tag in each.tags})
        detail = f"No question has the tag {tag!r}. There are {', '.join(known)}."
        raise Problem("not-found", detail)
    if format != "json":
        about = {"do": "information", "what": "examples", "base": base_of(request), "tag": tag}
        return await service.answer(request, {**about, "format": format, "type": type})
    return JSONResponse(
        {
            "questions": [described(each, base_of(request)) for each in listed],
            "status": statuses(service),
        }
    )


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
        "limit": _number("limit", asked.get("limit", "20"), MOST_TERMS),
    }
    return await service.answer(request, job)


async def describe(request: Request, service: Service) -> Response:
    """Tell all about the concept called `term`."""
    asked = _asked(request, ("term", "format"), needs=("term",))
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), CARDS)
    job = {"do": "describe", "term": asked["term"], "format": format, "type": type}
    return await service.answer(request, job)


async def why(request: Request, service: Service) -> Response:
    """Explain why the triple `subject`, `predicate`, `object` holds, or that it does not."""
    parts = ("subject", "predicate", "object")
    asked = _asked(request, (*parts, "limit", "format"), needs=parts)
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), CARDS)
    limit = _number("limit", asked.get("limit", "5"), MOST_JUSTIFICATIONS)
    job = {"do": "why", "format": format, "type": type, "limit": limit}
    return await service.answer(request, {**job, **{part: asked[part] for part in parts}})


async def status(request: Request, service: Service) -> Response:
    """Tell what is served: the articles' status, the size and the digest of the graph."""
    _asked(request, ())
    counts = service.graph.counts
    told = {"status": statuses(service), "triples": counts, "digest": service.graph.digest}
    return JSONResponse(told)


def described(question: Question, base: str) -> dict[str, Any]:
    """Return a question as a JSON object, with the URL that answers it."""
    return {
        "id": question.id,
        "question": question.question,
        "summary": question.summary,
        "tags": list(question.tags),
        "params": [parameter._asdict() for parameter in question.params],
        "form": question.form,
        "url": f"{base}/api/questions/{question.id}",
        "query": question.text,
    }


def statuses(service: Service) -> list[dict[str, str]]:
    """Return what must travel with every answer."""
    return [each._asdict() for each in service.graph.statuses]


def _asked(
    request: Request,
    known: Sequence[str],
    *,
    needs: Iterable[str] = (),
    several: Iterable[str] = (),
) -> Mapping[str, Any]:
    """Return the parameters of a URL: a list for those of which there may be `several`.

    Raises `Problem` for one that is not known, not there though needed, or there twice.
    """
    asked: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            what = f"It takes {', '.join(known)}." if known else "It takes none."
            raise Problem("bad-request", f"There is no parameter {name!r} here. {what}")
        if not value:  # a field of a form that was left empty
            continue
        if name in several:
            asked.setdefault(name, []).append(value)
        elif name in asked:
            raise Problem("bad-request", f"The parameter {name!r} is there twice. Send one.")
        else:
            asked[name] = value
    for name in needs:
        if not asked.get(name, "").strip():
            raise Problem("bad-request", f"The parameter {name!r} is missing. Send it.")
    return asked


def _number(name: str, text: str, most: int) -> int:
    if text.isascii() and text.isdecimal() and len(text) < 10 and 1 <= int(text) <= most:  # noqa: PLR2004 - digits
        return int(text)
    raise Problem("bad-request", f"{name} is a number from 1 to {most:,}, and not {text!r}.")
