"""What a worker can be asked to do: each job is a JSON object, each answer bytes of one type."""

from __future__ import annotations

import contextlib
import functools
import io
import json
from typing import IO, TYPE_CHECKING, Any, NamedTuple, cast

from crampkg.answers import formats, quotes
from crampkg.errors import CrampkgError
from crampkg.explain import describe
from crampkg.export import export, to_bytes
from crampkg.picture import scene, svg
from crampkg.server import descriptions, media, openapi, pages, scenes
from crampkg.server.pages import editor
from crampkg.server.pages.addresses import address, is_ours
from crampkg.server.problems import Problem
from crampkg.server.quoting import quoted
from crampkg.text import json_bytes
from crampkg.vocabulary import CK, KG

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.limits import Limits

    Job = dict[str, Any]

#: Smaller bodies are sent as they are: compressed they would hardly be shorter.
_SMALL = 1024


class Reply(NamedTuple):
    """The body of an answer, its media type, its content coding and its status code."""

    body: bytes
    type: str
    encoding: str | None = None
    status: int = 200


class _Sink(io.RawIOBase):
    """Takes bytes up to a limit. Raises `Problem` beyond."""

    def __init__(self, limit: int) -> None:
        super().__init__()
        self.parts: list[bytes] = []
        self._left = limit
        self._limit = limit

    def writable(self) -> bool:
        return True

    def write(self, data: Any) -> int:
        self._left -= len(data)
        if self._left < 0:
            raise _too_large(f"more than {self._limit:,} bytes")
        self.parts.append(bytes(data))
        return len(data)


def run(job: Job, graph: KnowledgeGraph, limits: Limits) -> Reply:
    """Do `job` and return its answer, compressed as it asks for.

    Raises `CrampkgError` for what was asked wrongly, `Problem` for what cannot be answered.
    """
    reply = _JOBS[job["do"]](job, graph, limits)
    if len(reply.body) > limits.result:
        raise _too_large(f"{len(reply.body):,} bytes, and {limits.result:,} are allowed")
    return _encoded(reply, job.get("encoding"))


def warm(graph: KnowledgeGraph, limits: Limits) -> None:
    """Do one job of each kind, so that all is read and imported that any of them needs."""
    query = "{ kg:calf ?p ?o } LIMIT 1"
    each: dict[str, Any] = dict.fromkeys(("select", "ask"), ("json", "application/json"))
    for name in media.GRAPHS:
        each["graph"] = (name, "text/plain")
        run({"do": "query", "text": f"CONSTRUCT WHERE {query}", "formats": each}, graph, limits)
    for name in media.RESULTS:
        each["select"] = (name, "text/plain")
        run({"do": "query", "text": f"SELECT * {query}", "formats": each}, graph, limits)
    for wrong in ("SELECT", "SERVICE", "SELECT * FROM <a> {}"):
        try:
            run({"do": "query", "text": wrong, "formats": each}, graph, limits)
        except CrampkgError:
            continue
    with contextlib.suppress(CrampkgError):  # what finds names that are near
        graph.question("nothing-here")
    for wrong in ("zz", "calfs", "quinine"):
        try:
            run({"do": "terms", "words": "", "kind": wrong, "limit": 1}, graph, limits)
        except CrampkgError:
            continue
    question = graph.questions()[0]
    for name in media.QUESTIONS["select"]:
        job = {"do": "ask", "id": question.id, "params": {}, "format": name, "type": ""}
        run({**job, "encoding": "br"}, graph, limits)
    # Sources of one's own may hold nothing of ours: what is there is asked for.
    known = {f"{CK}ClinicalEntity" in term.kinds: term for term in graph.terms}
    shown = [known[is_clinical] for is_clinical in (True, False) if is_clinical in known]
    for name, term in zip(("json", "turtle"), shown, strict=False):
        job = {"do": "describe", "term": term.iri, "format": name, "type": ""}
        run({**job, "encoding": "gzip"}, graph, limits)
    run({"do": "library", "base": "", "tag": "", "encoding": "br"}, graph, limits)
    for view in ("about", "api", "concept", "question"):  # what these need, the others do
        job = {"do": "page", "view": view, "asked": [], "base": "", "id": question.id}
        try:
            run({**job, "path": shown[0].iri.removeprefix(KG)}, graph, limits)
        except (CrampkgError, Problem):
            continue
    search = {"do": "page", "view": "questions", "asked": [["q", "calf"]], "base": ""}
    run(search, graph, limits)
    asked = [["query", f"DESCRIBE kg:calf {query}"], ["show", "raw"]]
    run({"do": "page", "view": "editor", "asked": asked, "base": ""}, graph, limits)
    for term in shown[:1]:
        run({"do": "scene", "asked": [["concept", term.iri]], "alone": True}, graph, limits)
    _nquads(graph)
    run({"do": "terms", "words": "calf", "kind": None, "limit": 1}, graph, limits)


def _query(job: Job, graph: KnowledgeGraph, limits: Limits) -> Reply:
    """Run a SPARQL query; `formats` says what is accepted for each form of answer."""
    answer = graph.query(
        job["text"],
        default_graphs=job.get("default"),
        named_graphs=job.get("named"),
        base=job.get("base"),
    )
    chosen = job["formats"][answer.form]
    if chosen is None:
        tables = {"select": media.RESULTS, "ask": media.TRUTHS, "graph": media.GRAPHS}
        raise media.not_acceptable(tables[answer.form])
    name, type = chosen
    if answer.form == "graph":
        if len(answer.triples) > limits.rows:
            raise _too_large(f"more than {limits.rows:,} triples")
        return Reply(to_bytes(answer.triples, name, graph.sources), type)
    sink = _Sink(limits.result)
    written = answer.engine_bytes(name, cast("IO[bytes]", sink))
    body = None if written is None else formats.as_standard(answer, name, b"".join(sink.parts))
    if body is None:
        sink = _Sink(limits.result)
        if answer.form == "select" and len(answer.rows) > limits.rows:
            raise _too_large(f"more than {limits.rows:,} rows")
        sink.write(formats.serialize(answer, name))
        return Reply(b"".join(sink.parts), type)
    if name == "json" and answer.form == "select":
        body = _headed(body, answer.variables)
    if answer.form == "select" and _has_more(body, name, limits.rows):
        raise _too_large(f"more than {limits.rows:,} rows")
    return Reply(body, type)


def _ask(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """Answer a question of the library."""
    answer = graph.ask(job["id"], **job["params"])
    found = _quoted(quotes.handles(answer) if answer.form == "select" else (), graph, job)
    return Reply(formats.serialize(answer, job["format"], found), job["type"])


def _describe(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """Tell all about one concept."""
    card = graph.describe(job["term"])
    if job["format"] != "json":
        return Reply(to_bytes(card.triples, job["format"], graph.sources), job["type"])
    told = describe.document(card, _quoted(describe.resources(card), graph, job))
    return _json({**told, "status": _statuses(graph)})


def _terms(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """Find what has a name like some words."""
    kind = None if job["kind"] is None else graph.find(job["kind"]).iri
    found = graph.terms.search(job["words"], kind)
    shown = [term._asdict() for term in found[: job["limit"]]]
    return _json({"total": len(found), "terms": shown})


def _export(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """Write one or more of the graphs."""
    return Reply(export(_nquads(graph), job["format"], job["graphs"], graph.sources), job["type"])


def _why(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """Explain a triple."""
    from crampkg.explain import prov, story

    explanation = graph.why(job["subject"], job["predicate"], job["object"], limit=job["limit"])
    if job["format"] != "json":
        return Reply(
            to_bytes(prov.provenance(explanation), job["format"], graph.sources), job["type"]
        )
    found = _quoted(story.resources(explanation), graph, job)
    return _json({**story.document(explanation, found), "status": _statuses(graph)})


def _information(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """Describe the service or the dataset as RDF."""
    about = descriptions.DESCRIPTIONS[job["what"]]
    tag = job.get("tag")
    triples = (
        about(graph, job["base"]) if tag is None else descriptions.examples(graph, job["base"], tag)
    )
    return Reply(to_bytes(triples, job["format"], graph.sources), job["type"])


def _library(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """List the questions, or those of a tag, each with the URL that answers it."""
    listed = [
        {
            "id": each.id,
            "question": each.question,
            "summary": each.summary,
            "tags": list(each.tags),
            "params": [parameter._asdict() for parameter in each.params],
            "form": each.form,
            "url": f"{job['base']}/api/questions/{each.id}",
            "query": each.text,
        }
        for each in graph.questions()
        if job["tag"] is None or job["tag"] in each.tags
    ]
    return _json({"questions": listed, "status": _statuses(graph)})


def _status(_: Job, graph: KnowledgeGraph, __: Limits) -> Reply:
    """Tell what is served."""
    digests = {"digest": graph.digest, "identifier": graph.identifier}
    return _json({"status": _statuses(graph), "triples": graph.counts, **digests})


def _openapi(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """Describe the API."""
    return _json(openapi.document(graph, job["base"]))


def _page(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """Render a page."""
    page = pages.VIEWS[job["view"]](job, graph)
    return Reply(page.html.encode(), "text/html", None, page.status)


def _scene(job: Job, graph: KnowledgeGraph, limits: Limits) -> Reply:
    """Say what a picture shows."""
    return Reply(scenes.run(job, graph, limits), "application/json")


def _svg(job: Job, _: KnowledgeGraph, __: Limits) -> Reply:
    """Finish a picture that was laid out."""
    drawn = job["drawn"]
    base = job["base"]

    def whole(iri: str) -> str:
        found = address(iri)
        return f"{base}{found}" if is_ours(found) else found

    made = svg.finished(drawn["svg"].encode(), scene.of_document(drawn["scene"]), whole)
    return Reply(made.encode(), "image/svg+xml")


def _vocabulary(_: Job, graph: KnowledgeGraph, __: Limits) -> Reply:
    """List what a query may name."""
    return Reply(editor.vocabulary(graph), "application/json")


_JOBS: dict[str, Callable[[Job, KnowledgeGraph, Limits], Reply]] = {
    "ask": _ask,
    "describe": _describe,
    "export": _export,
    "information": _information,
    "library": _library,
    "openapi": _openapi,
    "page": _page,
    "query": _query,
    "scene": _scene,
    "status": _status,
    "svg": _svg,
    "terms": _terms,
    "vocabulary": _vocabulary,
    "why": _why,
}


def _quoted(resources: Iterable[str], graph: KnowledgeGraph, job: Job) -> dict[str, str]:
    """Return the article's words for some claims and statements, where the format has room."""
    return quoted(resources, graph) if job["format"] in ("json", "md") else {}


@functools.cache
def _nquads(graph: KnowledgeGraph) -> bytes:
    return graph.nquads


def _statuses(graph: KnowledgeGraph) -> list[dict[str, str]]:
    return [status._asdict() for status in graph.statuses]


def _json(told: object) -> Reply:
    return Reply(json_bytes(told), "application/json")


def _headed(body: bytes, variables: Sequence[str]) -> bytes:
    """Return SPARQL results JSON with the variables in the order of the query, not the engine's."""
    head = json.dumps({"vars": list(variables)}, separators=(",", ":")).encode()
    _, results, rows = body.partition(b'"results"')
    return b'{"head":' + head + b"," + results + rows


def _has_more(body: bytes, format: str, rows: int) -> bool:
    """Tell whether SPARQL results have more than `rows` rows; counts exactly only where needed."""
    if format == "xml":  # texts in it have &lt; instead
        return body.count(b"<result>") > rows
    if format == "json":
        return body.count(b"{") > rows and len(json.loads(body)["results"]["bindings"]) > rows
    lines = body.count(b"\n") - 1
    if format == "tsv" or lines <= rows:
        return lines > rows
    import csv

    return sum(1 for _ in csv.reader(io.StringIO(body.decode(), newline=""))) - 1 > rows


def _too_large(what: str) -> Problem:
    return Problem("result-limit", f"The answer has {what}. Ask for less, or add LIMIT and OFFSET.")


def _encoded(reply: Reply, encoding: str | None) -> Reply:
    if encoding is None or len(reply.body) < _SMALL:
        return reply
    if encoding == "br":
        import brotli

        return reply._replace(body=brotli.compress(reply.body, quality=5), encoding="br")
    import gzip

    body = gzip.compress(reply.body, 6, mtime=0)
    return reply._replace(body=body, encoding="gzip")
