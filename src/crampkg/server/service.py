"""A request's work to a response: validators, cache, threads, and a client that goes away."""

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
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

from cachetools import LRUCache
from starlette.responses import Response
from werkzeug.http import parse_etags

from crampkg import __version__
from crampkg.errors import CrampkgError
from crampkg.server import media, quoting
from crampkg.server.connection import PiecewiseResponse
from crampkg.server.drawing import Drawing
from crampkg.server.fair_queue import FairQueue
from crampkg.server.media import Reply
from crampkg.server.metrics import Metrics
from crampkg.server.problems import Problem, problem_of, too_large
from crampkg.server.sandbox import ConfinedEngine, Done, Sandbox

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.limits import Limits

    T = TypeVar("T")

#: Non-deterministic functions: answers to queries that call them are not cached. Where one of the
#: words is in a string the answer is not cached either, which does no harm.
_FRESH = re.compile(r"\b(?:BNODE|NOW|RAND|STRUUID|UUID)\b", re.IGNORECASE)

#: The reader may keep what it got, and asks whether it still holds: a server that is started again
#: may have another graph.
_CACHING = "no-cache"

#: Work of our own that takes longer than so many seconds is counted and logged as slow.
SLOW = 1.0

_OK = 200
#: From here on an answer tells of the server, and another time there may be another one.
_TRANSIENT = 500

#: nginx's number for a client that did not wait.
GONE = 499

_LOGGER = logging.getLogger("crampkg")


class GoneError(Exception):
    """The client went away before it had its answer."""


class Caller(NamedTuple):
    """Who waits for an answer: its address, the content coding that it takes, its line of log."""

    client: str
    encoding: str | None
    note: dict[str, Any]


class Work(NamedTuple):
    """What a request asks for."""

    name: str  # what kind of work it is, for the log and the metrics
    given: Any  # all that the answer depends on beside the graph, as JSON
    run: Callable[[Caller], Awaitable[Reply]]
    query: str = ""  # a stranger's SPARQL in it: what is random there is not cached


class Service:
    """What all routes share: the graph, threads, the sandbox, the cache and the numbers.

    Our own code on our own queries runs in threads of this process, as many at once as there are
    workers, clients in turn; pyoxigraph releases the interpreter while it evaluates. A thread
    cannot be interrupted. SPARQL that a stranger wrote runs in `sandbox`, which can.
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
        # The bytes of answers that are being sent and are not in the cache, by address.
        self._unkept: Counter[str] = Counter()
        self._cache: LRUCache[str, Reply] = LRUCache(limits.cache, getsizeof=_size)
        # What an answer depends on, beside the work.
        self._sources = f"{graph.digest} {quoting.digest(graph)} {__version__}"
        self.metrics.graph.info({"digest": graph.digest, "version": __version__})

    def ours(self, make: Callable[..., Reply], *given: Any, question: str = "") -> Work:
        """Return the work of a function of ours on the graph and what it is given, in a thread.

        A thread cannot be interrupted: where a `question` has taken long, its queries run in the
        sandbox from then on, with the limits of a stranger's.
        """

        def timed(graph: KnowledgeGraph) -> Reply:
            began = time.thread_time()  # of the processor: others may keep the machine busy
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

    def strangers(self, job: dict[str, Any]) -> Work:
        """Return the work of a job with a stranger's SPARQL, in the sandbox."""

        async def run(caller: Caller) -> Reply:
            return await self.in_sandbox(caller, {**job, "encoding": caller.encoding})

        return Work(job["do"], job, run, job.get("text", ""))

    async def answer(
        self, request: Request, work: Work, headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return the response to a request for some work, whole, or as "not modified".

        Raises `Problem` as the work does.
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
                return Response(None, GONE)  # to nobody
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
        if reply.status != _OK:  # what was asked wrongly is no version of anything
            fields.pop("etag", None)
        elif is_asked and known.star_tag:  # any would do, and now it is known that there is one
            return Response(None, 304, fields)
        if reply.encoding is not None:
            fields["content-encoding"] = reply.encoding
        fields["content-type"] = media.content_type(reply.type)
        limits = self.limits
        response = PiecewiseResponse(
            reply.body, reply.status, fields, grace=limits.grace, pace=limits.pace
        )
        if not is_kept:  # one is held for each of its readers
            self._unkept[client] += len(reply.body)
            weakref.finalize(response, self._forget, client, len(reply.body))
        return response

    async def in_thread(
        self, caller: Caller, make: Callable[..., T], *given: Any, **named: Any
    ) -> T:
        """Return what a function of ours returns, which runs in a thread in the client's turn.

        Raises `Problem`: "busy" where too many wait, "result-limit" for too long a reply, or what
        the function says. When the task is cancelled the thread goes on to its end, and no other
        takes its turn before.
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
                # Without its traceback: rows of pyoxigraph that an error left unread may end in no
                # other thread.
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
        """Return what becomes of a job with a stranger's SPARQL. Raises `Problem`."""
        done = await self.sandbox.run(job, caller.client)
        _add(caller.note, done.waited, done.took)
        return Reply(done.body, done.type, encoding=done.encoding)

    @functools.cached_property
    def _confined(self) -> KnowledgeGraph:
        """The graph with an engine that asks the sandbox; first wanted in the event loop."""
        loop = asyncio.get_running_loop()

        def run(job: dict[str, Any]) -> Done:
            # All questions of ours together take turns as one client.
            return asyncio.run_coroutine_threadsafe(self.sandbox.run(job, ""), loop).result()

        return self.graph.through(ConfinedEngine(run))

    def close(self) -> None:
        """Let go of the threads, once they have nothing to do."""
        self._threads.shutdown(wait=False)

    async def _turn(self, caller: Caller) -> tuple[int, float]:
        """Return a turn when it is the client's, and how many milliseconds it waited."""
        began = time.perf_counter()
        turn = await self._turns.take(caller.client)
        return turn, (time.perf_counter() - began) * 1000

    def _make_room(self, client: str, size: int) -> None:
        """Raise `Problem` where answers on their way, in all or to one address, are too large."""
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
        """Bring the gauges up to date."""
        idle = self.sandbox.idle
        self.metrics.workers.labels("idle").set(idle)
        self.metrics.workers.labels("busy").set(self.sandbox.alive - idle)
        self.metrics.threads.labels("idle").set(self._turns.idle)
        self.metrics.threads.labels("busy").set(self.limits.workers - self._turns.idle)
        self.metrics.waiting.set(self.sandbox.waiting + self._turns.waiting)


def _problem_of(error: Exception, name: str) -> Problem:
    """Return what an error is to the client; one that nobody foresaw is in the log."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, CrampkgError):
        return problem_of(error)
    _LOGGER.error("A mistake in %s: %s", name, "".join(traceback.format_exception(error)))
    return Problem("mistake", "The server made a mistake, which is in its log.")


async def _while_there(request: Request, answering: Awaitable[Reply]) -> Reply:
    """Return an answer, or cancel it and raise `GoneError` when the client has gone meanwhile."""
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
    """Call something in the loop, from a thread; a loop that has ended needs it no more."""
    with contextlib.suppress(RuntimeError):
        loop.call_soon_threadsafe(call, turn)


def _add(note: dict[str, Any], waited: float, took: float) -> None:
    """Add the milliseconds of a part of the work to the log's line."""
    note["waited_ms"] = round(note.get("waited_ms", 0.0) + waited, 3)
    note["worker_ms"] = round(note.get("worker_ms", 0.0) + took, 3)


def _name(function: Callable[..., Any]) -> str:
    """Return the name of a function with its module's: "concepts.concept"."""
    return f"{function.__module__.rpartition('.')[2]}.{function.__qualname__}"


def _size(reply: Reply) -> int:
    return len(reply.body) + 512
