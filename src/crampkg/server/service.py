"""From a request to its response: validators, cache, threads, and clients that leave early."""

from __future__ import annotations

import asyncio
import contextlib
import functools
import hashlib
import json
import logging
import re
import time
import traceback
import weakref
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from typing import Any, NamedTuple, TypeVar

from cachetools import LRUCache
from starlette.responses import Response
from werkzeug.http import parse_etags

from crampkg import __version__
from crampkg.errors import CrampkgError
from crampkg.server import article_copy, media
from crampkg.server.connection import PiecewiseResponse
from crampkg.server.drawing import Drawing
from crampkg.server.fair_queue import FairQueue
from crampkg.server.media import Reply
from crampkg.server.metrics import Metrics
from crampkg.server.problems import Problem, problem_of, too_large
from crampkg.server.sandbox import ConfinedEngine, Done, Sandbox

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.limits import Limits

    T = TypeVar("T")

#: Non-deterministic functions: answers to queries that call them are not cached. A string with one
#: of the words prevents caching too, which does no harm.
_FRESH = re.compile(r"\b(?:BNODE|NOW|RAND|STRUUID|UUID)\b", re.IGNORECASE)

#: Clients may keep an answer but must revalidate it: a restarted server may have another graph.
_CACHING = "no-cache"

#: Work in a thread that takes more seconds is counted and logged as slow.
SLOW = 1.0

_OK = 200
#: Status codes from here on depend on the server's state, so their answers are not cached.
_TRANSIENT = 500

#: nginx's status code for a client that closed the connection early.
GONE = 499

_LOGGER = logging.getLogger("crampkg")


class GoneError(Exception):
    """The client left before its answer was ready."""


class Caller(NamedTuple):
    """The client of a request: its address, its content coding, and the fields of its log line."""

    client: str
    encoding: str | None
    note: dict[str, Any]


class Work(NamedTuple):
    """The computation of an answer."""

    name: str  # for the log and the metrics
    given: Any  # all input beside the graph, serializable as JSON
    run: Callable[[Caller], Awaitable[Reply]]
    query: str = ""  # a stranger's SPARQL: its answer is not cached if it calls RAND and the like


class Service:
    """The state that all routes share: the graph, threads, the sandbox, the cache, the metrics.

    Our own queries run in threads of this process, as many at once as there are workers, with
    clients in turn; pyoxigraph releases the interpreter lock during evaluation. A thread cannot be
    interrupted, so strangers' SPARQL runs in `sandbox`, whose processes can be killed.
    """

    def __init__(self, graph: KnowledgeGraph, limits: Limits) -> None:
        self.graph = graph
        self.limits = limits
        self.metrics = Metrics()
        self.sandbox = Sandbox(graph, limits, self.metrics)
        self.drawing = Drawing(limits)
        self._threads = ThreadPoolExecutor(limits.workers, thread_name_prefix="crampkg-answers")
        self._turns: FairQueue[int] = FairQueue(limits.queue, limits.per_client, limits.patience)
        for turn in range(limits.workers):
            self._turns.put(turn)
        self._slow: set[str] = set()  # the ids of questions that took long in a thread
        # The bytes of uncached answers that are being sent, by client address.
        self._unkept: Counter[str] = Counter()
        self._cache: LRUCache[str, Reply] = LRUCache(limits.cache, getsizeof=_size)
        # The part of every cache key that does not depend on the request.
        self._sources = f"{graph.digest} {article_copy.digest(graph)} {__version__}"
        self.metrics.graph.info({"digest": graph.digest, "version": __version__})

    def trusted(self, make: Callable[..., Reply], *given: Any, question: str = "") -> Work:
        """Return the work of calling `make` with the graph and `given` in a thread.

        A thread cannot be interrupted, so the queries of a `question` that has once taken over
        `SLOW` seconds run in the sandbox from then on, within the limits for strangers' queries.
        """

        def timed(graph: KnowledgeGraph) -> Reply:
            began = time.thread_time()  # processor time, independent of other load
            try:
                return make(graph, *given)
            finally:
                if question and time.thread_time() - began > SLOW:
                    self._slow.add(question)

        timed.__module__, timed.__qualname__ = make.__module__, make.__qualname__

        async def run(caller: Caller) -> Reply:
            graph = self._confined if question in self._slow else self.graph
            return await self.in_thread(caller, timed, graph)

        return Work(_name(make), given, run)

    def untrusted(self, job: dict[str, Any]) -> Work:
        """Return the work of running a job with a stranger's SPARQL in the sandbox."""

        async def run(caller: Caller) -> Reply:
            return await self.in_sandbox(caller, {**job, "encoding": caller.encoding})

        return Work(job["do"], job, run, job.get("text", ""))

    async def answer(
        self, request: Request, work: Work, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return the response to a request: the result of its work, cached or new, or a 304.

        Raises the `Problem` of the work.
        """
        described = json.dumps([work.name, work.given], sort_keys=True)
        key = hashlib.sha256(f"{self._sources} {described}".encode()).hexdigest()
        note: dict[str, Any] = request.scope.setdefault("crampkg", {})
        note |= {"job": work.name, "key": key[:12]}
        fields = {
            "vary": "Accept, Accept-Encoding",
            "x-content-type-options": "nosniff",
            "link": '</api/status>; rel="describedby"',
            **(headers or {}),
        }
        is_lasting = not _FRESH.search(work.query)
        known = parse_etags(request.headers.get("if-none-match"))
        is_asked = is_lasting and request.method in ("GET", "HEAD")
        if is_lasting:
            fields |= {"etag": f'W/"{key[:32]}"', "cache-control": _CACHING}
            if is_asked and not known.star_tag and known.contains_weak(key[:32]):
                return Response(None, 304, fields)
        else:
            fields["cache-control"] = "no-store"
        client = request.client.host if request.client else ""
        encoding = media.encoding(request.headers.get("accept-encoding", ""))
        place = f"{key} {encoding}"
        reply = self._cache.get(place)
        if reply is None:
            try:
                reply = await _while_there(request, work.run(Caller(client, encoding, note)))
            except GoneError:
                self.metrics.stopped("gone")
                return Response(None, GONE)  # for the log: the client has left
            is_kept = (
                is_lasting and reply.status < _TRANSIENT and _size(reply) <= self.limits.cache // 4
            )
            if is_kept:
                self._cache[place] = reply
            else:
                self._make_room(client, len(reply.body))
        else:
            is_kept = note["cached"] = True
            self.metrics.cached()
        if reply.status != _OK:  # an error is no version of the resource
            fields.pop("etag", None)
        elif is_asked and known.star_tag:  # * matches any version, once one is known to exist
            return Response(None, 304, fields)
        if reply.encoding is not None:
            fields["content-encoding"] = reply.encoding
        fields["content-type"] = media.content_type(reply.type)
        limits = self.limits
        response = PiecewiseResponse(
            reply.body, reply.status, fields, grace=limits.grace, pace=limits.pace
        )
        if not is_kept:  # not shared: every client has a copy of its own
            self._unkept[client] += len(reply.body)
            weakref.finalize(response, self._forget, client, len(reply.body))
        return response

    async def in_thread(
        self, caller: Caller, make: Callable[..., T], *given: Any, **named: Any
    ) -> T:
        """Run `make` in a thread when it is the client's turn, and return its result.

        Raises `Problem`: "busy" when too many wait, "result-limit" for too long a reply, or the
        function's own. When the task is cancelled, the thread keeps its turn until it has finished.
        """

        def run() -> tuple[T | Problem, float]:
            began = time.perf_counter()
            try:
                made: Any = make(*given, **named)
                if isinstance(made, Reply):
                    size, most = len(made.body), self.limits.result
                    made = (
                        made.encoded(caller.encoding)
                        if size <= most
                        else too_large(f"{size:,} bytes, and {most:,} are allowed")
                    )
            except Exception as error:  # noqa: BLE001 - a client must get an answer
                # Without its traceback, which could hold unread rows of pyoxigraph: these must be
                # freed in the thread that made them.
                made = _problem_of(error, _name(make)).with_traceback(None)
                made.__context__ = None
            return made, time.perf_counter() - began

        try:
            turn, waited = await self._turn(caller)
            loop = asyncio.get_running_loop()
            running = self._threads.submit(run)
            running.add_done_callback(lambda _: _later(loop, self._turns.put, turn))
            made, took = await asyncio.wrap_future(running)
            if isinstance(made, Problem):
                raise made
        except Problem as problem:
            self.metrics.stopped(problem.kind)
            raise
        _add(caller.note, waited, took * 1000)
        if took > SLOW:
            self.metrics.slow(_name(make))
            _LOGGER.warning("An answer took %.1f s in a thread: %s", took, _name(make))
        return made

    async def in_sandbox(self, caller: Caller, job: dict[str, Any]) -> Reply:
        """Run a job with a stranger's SPARQL in the sandbox. Raises `Problem`."""
        done = await self.sandbox.run(job, caller.client)
        _add(caller.note, done.waited, done.took)
        return Reply(done.body, done.type, encoding=done.encoding)

    @functools.cached_property
    def _confined(self) -> KnowledgeGraph:
        """The graph with an engine that asks the sandbox; first accessed in the event loop."""
        loop = asyncio.get_running_loop()

        def run(job: dict[str, Any]) -> Done:
            # All slow questions together count as one client.
            return asyncio.run_coroutine_threadsafe(self.sandbox.run(job, ""), loop).result()

        return self.graph.through(ConfinedEngine(run))

    def close(self) -> None:
        """End the threads once they are idle."""
        self._threads.shutdown(wait=False)

    async def _turn(self, caller: Caller) -> tuple[int, float]:
        """Return a turn and the milliseconds that the client waited for it."""
        began = time.perf_counter()
        turn = await self._turns.take(caller.client)
        return turn, (time.perf_counter() - began) * 1000

    def _make_room(self, client: str, size: int) -> None:
        """Raise `Problem` if the answers being sent, in all or to one address, are too large."""
        most = self.limits.unkept
        if self._unkept[client] and self._unkept[client] + size > most // 4:
            whose = " by you"
        elif self._unkept.total() + size > most:
            whose = ""
        else:
            return
        detail = f"Too many long answers are being read{whose}. Ask again in a moment."
        raise Problem("busy", detail, retry=int(self.limits.request))

    def _forget(self, client: str, size: int) -> None:
        self._unkept[client] -= size
        if not self._unkept[client]:
            del self._unkept[client]

    def observe(self) -> None:
        """Update the gauges."""
        idle = self.sandbox.idle
        self.metrics.workers.labels("idle").set(idle)
        self.metrics.workers.labels("busy").set(self.sandbox.alive - idle)
        self.metrics.threads.labels("idle").set(self._turns.idle)
        self.metrics.threads.labels("busy").set(self.limits.workers - self._turns.idle)
        self.metrics.waiting.set(self.sandbox.waiting + self._turns.waiting)


def _problem_of(error: Exception, name: str) -> Problem:
    """Return an error as a problem for the client; an unexpected error is logged."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, CrampkgError):
        return problem_of(error)
    _LOGGER.error("A mistake in %s: %s", name, "".join(traceback.format_exception(error)))
    return Problem("mistake", "The server made a mistake, which is in its log.")


async def _while_there(request: Request, answering: Awaitable[Reply]) -> Reply:
    """Return an answer, or cancel it and raise `GoneError` when the client leaves first."""
    doing = asyncio.ensure_future(answering)
    leaving = asyncio.ensure_future(_until_gone(request))
    try:
        await asyncio.wait((doing, leaving), return_when=asyncio.FIRST_COMPLETED)
        if doing.done():
            return doing.result()
        raise GoneError
    finally:
        for task in (doing, leaving):
            task.cancel()
        await asyncio.gather(doing, leaving, return_exceptions=True)


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _later(loop: asyncio.AbstractEventLoop, call: Callable[[int], None], turn: int) -> None:
    """Call a function in the event loop from a thread, unless the loop is closed."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, turn)


def _add(note: dict[str, Any], waited: float, took: float) -> None:
    """Add the milliseconds of a part of the work to the fields of the log line."""
    note["waited_ms"] = round(note.get("waited_ms", 0.0) + waited, 3)
    note["worker_ms"] = round(note.get("worker_ms", 0.0) + took, 3)


def _name(function: Callable[..., Any]) -> str:
    """Return the name of a function with that of its module: "concepts.concept"."""
    return f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}"


def _size(reply: Reply) -> int:
    return len(reply.body) + 512
