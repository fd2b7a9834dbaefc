"""The HTTP API: questions, names, cards and derivations, as JSON or in another format."""

from __future__ import annotations

from typing import Any

from crampkg.answers import formats, quotes
from crampkg.errors import CrampkgError
from crampkg.explain import describe as cards
from crampkg.explain import prov, story
from crampkg.export import to_bytes
from crampkg.server import descriptions, limits, media, openapi
from crampkg.server.article_copy import quoted
from crampkg.server.media import Reply
from crampkg.server.problems import Problem, problem_of, refuse_empty
from crampkg.server.sparql import base_of
from crampkg.text import json_bytes, whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from starlette.requests import Request
    from starlette.responses import Response

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.service import Service


#: Optional choices: an empty value counts as absent.
_CHOICES = ("format", "kind", "tag")


async def questions(request: Request, service: Service) -> Response:
    """List the questions, or those with a tag; as RDF, they are SHACL executables."""
    asked = _asked(request, ("tag", "format"))
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), media.CARDS)
    tag = asked.get("tag")
    known = sorted({tag for known in service.graph.questions() for tag in known.tags})
    if tag is not None and tag not in known:
        detail = f"No question has the tag {tag!r}. There are {', '.join(known)}."
        raise Problem("not-found", detail)
    return await service.answer(
        request, service.trusted(library, base_of(request), tag, format, type)
    )


async def question(request: Request, service: Service) -> Response:
    """Answer a question with parameters from the URL: `/api/questions/ID?site=NAME`."""
    try:
        known = service.graph.question(request.path_params["id"])
    except CrampkgError as error:
        raise problem_of(error) from None
    names = [parameter.name for parameter in known.params]
    asked = _asked(request, (*names, "format"), several=names)
    table = media.QUESTIONS[known.form]
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), table)
    given = {name: asked[name] for name in names if name in asked}
    work = service.trusted(answer, known.id, given, format, type, question=known.id)
    return await service.answer(request, work)


async def terms(request: Request, service: Service) -> Response:
    """Search for terms with a name like `q`, of the class `kind` if one is given."""
    asked = _asked(request, ("q", "kind", "limit"), needs=("q",))
    most = _number("limit", asked.get("limit", "20"), limits.MOST_TERMS)
    return await service.answer(
        request, service.trusted(names, asked["q"], asked.get("kind"), most)
    )


async def describe(request: Request, service: Service) -> Response:
    """Return the card of the concept called `term`."""
    asked = _asked(request, ("term", "format"), needs=("term",))
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), media.CARDS)
    return await service.answer(request, service.trusted(card, asked["term"], format, type))


async def why(request: Request, service: Service) -> Response:
    """Explain why the triple `subject`, `predicate`, `object` holds, or that it does not."""
    parts = ("subject", "predicate", "object")
    asked = _asked(request, (*parts, "limit", "format"), needs=parts)
    format, type = media.chosen(request.headers.get("accept", ""), asked.get("format"), media.CARDS)
    limit = _number("limit", asked.get("limit", "5"), limits.MOST_JUSTIFICATIONS)
    triple = [asked[part] for part in parts]
    return await service.answer(request, service.trusted(explanation, triple, limit, format, type))


async def status(request: Request, service: Service) -> Response:
    """Return the articles' status and the size and digests of the graph."""
    _asked(request, ())
    return await service.answer(request, service.trusted(served))


async def description(request: Request, service: Service) -> Response:
    """Describe the API (OpenAPI 3.1)."""
    return await service.answer(request, service.trusted(openapi_document, base_of(request)))


def library(graph: KnowledgeGraph, base: str, tag: str | None, format: str, type: str) -> Reply:
    """Return the questions, or those with a tag, each with the URL that answers it."""
    if format != "json":
        triples = descriptions.examples(graph, base, tag)
        return Reply(to_bytes(triples, format, graph.sources), type)
    listed = [
        {
            "id": question.id,
            "question": question.question,
            "summary": question.summary,
            "tags": list(question.tags),
            "params": [parameter._asdict() for parameter in question.params],
            "form": question.form,
            "url": f"{base}/api/questions/{question.id}",
            "query": question.text,
        }
        for question in graph.questions()
        if tag is None or tag in question.tags
    ]
    return _json({"questions": listed, "status": _statuses(graph)})


def answer(
    graph: KnowledgeGraph, id: str, params: Mapping[str, Sequence[str]], format: str, type: str
) -> Reply:
    """Return the answer to a question, with quotations of the article in JSON and Markdown."""
    answer = graph.ask(id, **params)
    has_room = answer.form == "select" and format in ("json", "md")
    words = quoted(quotes.handles(answer), graph) if has_room else {}
    return Reply(formats.serialize(answer, format, words), type)


def names(graph: KnowledgeGraph, words: str, kind: str | None, most: int) -> Reply:
    """Return at most `most` terms with a name like `words`, of the class `kind` if given."""
    fitting = graph.terms.search(words, None if kind is None else graph.find(kind).iri)
    return _json({"total": len(fitting), "terms": [term._asdict() for term in fitting[:most]]})


def card(graph: KnowledgeGraph, name: str, format: str, type: str) -> Reply:
    """Return the card of a concept."""
    if format != "json":
        return Reply(to_bytes(graph.card_triples(name), format, graph.sources), type)
    card = graph.describe(name)
    return _json(cards.document(card, quoted(cards.resources(card), graph), graph.statuses))


def explanation(
    graph: KnowledgeGraph, triple: Sequence[str], limit: int, format: str, type: str
) -> Reply:
    """Return why a triple holds, as JSON or as provenance in RDF."""
    explanation = graph.why(*triple, limit=limit)
    if format != "json":
        return Reply(to_bytes(prov.provenance(explanation), format, graph.sources), type)
    words = quoted(story.resources(explanation), graph)
    return _json(story.document(explanation, words, graph.statuses))


def served(graph: KnowledgeGraph) -> Reply:
    """Return the status of the articles, and the size and digests of the graph."""
    digests = {"digest": graph.digest, "identifier": graph.identifier}
    return _json({"status": _statuses(graph), "triples": graph.counts, **digests})


def openapi_document(graph: KnowledgeGraph, base: str) -> Reply:
    """Return the description of the API below the URL `base`."""
    return _json(openapi.document(graph, base))


def _statuses(graph: KnowledgeGraph) -> list[dict[str, str]]:
    return [status._asdict() for status in graph.statuses]


def _json(document: object) -> Reply:
    return Reply(json_bytes(document), "application/json")


def _asked(
    request: Request,
    known: Sequence[str],
    *,
    needs: Iterable[str] = (),
    several: Iterable[str] = (),
) -> Mapping[str, Any]:
    """Return the parameters of a URL; a name in `several` maps to a list of its values.

    Raises `Problem` for a parameter that is unknown, empty, missing though in `needs`, or repeated.
    """
    asked: dict[str, Any] = {}
    for name, value in request.query_params.multi_items():
        if name not in known:
            what = f"It takes {', '.join(known)}." if known else "It takes none."
            raise Problem("bad-request", f"There is no parameter {name!r} here. {what}")
        # The forms of /api also send the fields that were left empty.
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
    number = whole_number(text, 1, most) if len(text) < 10 else None  # noqa: PLR2004 - digits
    if number is None:
        raise Problem("bad-request", f"{name} is a number from 1 to {most:,}, and not {text!r}.")
    return number
