"""A worker process of the sandbox: it runs a stranger's SPARQL, one query at a time.

It can open no file and no socket, leaves no core dump, and has a memory limit. `sandbox` kills it
when a query takes too long; without the server, a limit on processor time ends it. Jobs come from
the server as pickles; answers go back as JSON and bytes.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import math
import os
import pickle
import resource
import threading
import time
import traceback
from typing import IO, Any, cast

from pyoxigraph import Triple

from crampkg.answers import formats
from crampkg.errors import CrampkgError
from crampkg.export import to_bytes
from crampkg.rdf import sort_key
from crampkg.server import media, scenes
from crampkg.server.media import Reply
from crampkg.server.problems import Problem, problem_of, too_hungry, too_large

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket
    from collections.abc import Callable, Sequence

    from crampkg.answers.answer import Answer
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.limits import Limits

    Job = dict[str, Any]

#: The stack, in bytes, for the deepest nesting that the guard of queries admits. Deeper recursion
#: would end the process, not the server.
_STACK = 256 << 20

#: A body of fewer bytes is sent together with its head.
_TOGETHER = 65_536


class _Sink(io.RawIOBase):
    """A stream that keeps up to `limit` bytes. Raises `Problem` beyond."""

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
            raise too_large(f"more than {self._limit:,} bytes")
        self.parts.append(bytes(data))
        return len(data)


def run(job: Job, graph: KnowledgeGraph, limits: Limits) -> Reply:
    """Do `job` and return its answer, in the content coding that it names.

    Raises `CrampkgError` for a mistake in the query, `Problem` for an answer beyond the limits.
    """
    reply = JOBS[job["do"]](job, graph, limits)
    if len(reply.body) > limits.result:
        raise too_large(f"{len(reply.body):,} bytes, and {limits.result:,} are allowed")
    return reply.encoded(job.get("encoding"))


def _query(job: Job, graph: KnowledgeGraph, limits: Limits) -> Reply:
    """Run a query; the job's `formats` give the accepted format for each form of answer."""
    answer = _answer(job, graph)
    chosen = job["formats"][answer.form]
    if chosen is None:
        tables = {"select": media.RESULTS, "ask": media.TRUTHS, "graph": media.GRAPHS}
        raise media.not_acceptable(tables[answer.form])
    name, type = chosen
    if answer.form == "graph":
        if len(answer.triples) > limits.rows:
            raise too_large(f"more than {limits.rows:,} triples")
        return Reply(to_bytes(answer.triples, name, graph.sources), type)
    sink = _Sink(limits.result)
    written = answer.engine_bytes(name, cast("IO[bytes]", sink))
    body = None if written is None else formats.as_standard(answer, name, b"".join(sink.parts))
    if body is None:
        if answer.form == "select" and len(answer.rows) > limits.rows:
            raise too_large(f"more than {limits.rows:,} rows")
        return Reply(formats.serialize(answer, name), type)
    if name == "json" and answer.form == "select":
        body = _headed(body, answer.variables)
    if answer.form == "select" and _has_more(body, name, limits.rows):
        raise too_large(f"more than {limits.rows:,} rows")
    return Reply(body, type)


def _show(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """Run a query for the editor, which shows the first `rows` rows or `characters` of text.

    The answer is JSON: `form`, `variables`, `boolean`, the `total` of rows or triples, and either
    `rows` of cells, where a cell is null or the `rdf.sort_key` of a term, or the text `raw` and the
    number `raw_left` of characters that were cut off.
    """
    answer = _answer(job, graph)
    shown: dict[str, Any] = {"form": answer.form, "variables": answer.variables}
    shown |= {"boolean": answer.boolean, "total": 0 if answer.form == "ask" else len(answer)}
    if "characters" in job:
        text = _text(answer)
        shown["raw"] = text[: job["characters"]]
        shown["raw_left"] = len(text) - len(shown["raw"])
    elif "rows" in job:
        shown["rows"] = [
            [None if term is None else sort_key(term) for term in row.values()]
            for row in answer.rows[: job["rows"]]
        ]
    return Reply(json.dumps(shown, ensure_ascii=False).encode(), "application/json")


def _scene(job: Job, graph: KnowledgeGraph, limits: Limits) -> Reply:
    """Run a query and return the scene of its picture."""
    del limits
    scene = scenes.described(graph, job["asked"], is_alone=job["alone"])
    return Reply(json.dumps(scene, ensure_ascii=False).encode(), "application/json")


def _evaluate(job: Job, graph: KnowledgeGraph, _: Limits) -> Reply:
    """Run one of our own queries on the engine, with the job's `options`."""
    result = graph.engine.query(job["text"], **job["options"])
    written = result.serialize("json")
    if written is None:
        lines = (f"{Triple(*terms)} .\n" for terms in result.triples())
        return Reply("".join(lines).encode(), media.GRAPHS["ntriples"][0])
    return Reply(written, media.RESULTS["json"][0])


JOBS: dict[str, Callable[[Job, KnowledgeGraph, Limits], Reply]] = {
    "evaluate": _evaluate,
    "query": _query,
    "scene": _scene,
    "show": _show,
}


def _answer(job: Job, graph: KnowledgeGraph) -> Answer:
    return graph.query(
        job["text"],
        default_graphs=job.get("default"),
        named_graphs=job.get("named"),
        base=job.get("base"),
    )


def _text(answer: Answer) -> str:
    """Return an answer as the editor shows it raw: indented JSON, or Turtle."""
    if answer.form == "graph":
        return to_bytes(answer.triples, "turtle", answer.sources).decode()
    document = json.loads(answer.engine_bytes("json") or formats.serialize(answer, "json"))
    if answer.variables:  # in the order of the query, as in the other formats
        document["head"]["vars"] = list(answer.variables)
    return json.dumps(document, indent=2, ensure_ascii=False)


def _headed(body: bytes, variables: Sequence[str]) -> bytes:
    """Return SPARQL results JSON with the variables in the order of the query, not the engine's."""
    head = json.dumps({"vars": list(variables)}, separators=(",", ":")).encode()
    _, results, rows = body.partition(b'"results"')
    return b'{"head":' + head + b"," + results + rows


def _has_more(body: bytes, format: str, rows: int) -> bool:
    """Return whether SPARQL results have more than `rows` rows, from a cheap count if possible."""
    if format == "xml":  # literals escape <
        return body.count(b"<result>") > rows
    if format == "json":
        return body.count(b"{") > rows and len(json.loads(body)["results"]["bindings"]) > rows
    lines = body.count(b"\n") - 1
    if format == "tsv" or lines <= rows:
        return lines > rows
    return sum(1 for _ in csv.reader(io.StringIO(body.decode(), newline=""))) - 1 > rows


def main(channel: socket.socket, graph: KnowledgeGraph, limits: Limits) -> None:
    """Report on `channel` whether this worker is ready, then answer jobs until it is closed."""
    _rehearse(graph, limits)
    threading.stack_size(_STACK)
    failure = None
    try:
        _confine(limits)
    except (OSError, OverflowError, ValueError):
        failure = (
            f"A query may not take {limits.memory >> 20:,} MiB here, where less is allowed to a "
            "process. Give less with --memory, or raise the limit (ulimit -v)."
        )
    with contextlib.suppress(EOFError, OSError):  # the server is gone
        _send(channel, {"failure": failure}, b"")
        if failure is None:
            serving = threading.Thread(target=_serve, args=(channel, graph, limits), daemon=True)
            serving.start()
            serving.join()
    # Nothing needs cleaning up, and the interpreter's own shutdown would want to open files.
    os._exit(0)


def _rehearse(graph: KnowledgeGraph, limits: Limits) -> None:
    """Run every kind of job once, to load modules and files before opening files is forbidden."""
    # Oxigraph's CSV breaks the standard where an IRI has a comma, so our own writer is loaded too.
    rows = "SELECT ?x ?y { BIND(<urn:a,b> AS ?x) BIND('c' AS ?y) }"
    triples = "CONSTRUCT { <urn:a> <urn:b> 'c' , [] } {}"
    names_of_rows = (*media.RESULTS, "jsonld")
    for text, names in (
        (rows, names_of_rows),
        ("ASK {}", media.TRUTHS),
        (triples, media.GRAPHS),
        ("SELECT", media.TRUTHS),
    ):
        for name in names:
            accepted = dict.fromkeys(("select", "ask", "graph"), (name, ""))
            _reply({"do": "query", "text": text, "formats": accepted}, graph, limits)
    for name in names_of_rows:
        formats.serialize(graph.query(rows), name)  # without the engine's own writers
    _reply({"do": "scene", "asked": [["query", triples]], "alone": True}, graph, limits)


def _confine(limits: Limits) -> None:
    """Limit this process for good. Raises OSError and others where the system allows less."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[0])
    size = pages * resource.getpagesize() + limits.memory + _STACK
    resource.setrlimit(resource.RLIMIT_AS, (size, size))
    # The last words of a dying engine would break the JSON log.
    with open(os.devnull, "wb") as nothing:
        os.dup2(nothing.fileno(), 2)
    resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))


def _serve(channel: socket.socket, graph: KnowledgeGraph, limits: Limits) -> None:
    jobs = channel.makefile("rb")
    with contextlib.suppress(EOFError, OSError):  # the server is gone
        while True:
            job = pickle.load(jobs)  # noqa: S301 - from the server
            _allow_seconds(limits.seconds)
            _send(channel, *_reply(job, graph, limits))


def _reply(job: Job, graph: KnowledgeGraph, limits: Limits) -> tuple[dict[str, Any], bytes]:
    """Return the head and the body of the answer to a job; a failure is a problem in the head."""
    began = time.perf_counter()
    trace = None
    try:
        reply = run(job, graph, limits)
    except CrampkgError as error:
        problem = problem_of(error)
    except Problem as error:
        problem = error
    except MemoryError:
        problem = too_hungry(limits.memory)
    except RecursionError:
        problem = Problem("complexity", "The query is nested too deeply. Ask in smaller parts.")
    except Exception:  # noqa: BLE001 - a client must get an answer
        problem = Problem("mistake", "The server made a mistake, which is in its log.")
        trace = traceback.format_exc()
    else:
        took = round((time.perf_counter() - began) * 1000, 3)
        return {"type": reply.type, "encoding": reply.encoding, "ms": took}, reply.body
    place = {"line": problem.line, "column": problem.column}
    about = {"kind": problem.kind, "detail": problem.detail, **place}
    return {"problem": about, "trace": trace}, b""


def _allow_seconds(seconds: float) -> None:
    """Let this process use a little more than `seconds` more of processor time."""
    used = time.process_time()
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used + seconds) + 1, hard))


def _send(channel: socket.socket, head: dict[str, Any], body: bytes) -> None:
    """Send the head as a line of JSON with the body's length, then the body."""
    start = json.dumps({**head, "length": len(body)}).encode() + b"\n"
    if len(body) < _TOGETHER:  # one system call instead of two
        channel.sendall(start + body)
    else:
        channel.sendall(start)
        channel.sendall(body)
