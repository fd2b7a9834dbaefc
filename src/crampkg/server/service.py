"""A request's job to a response: validators, cache, workers, and a client that goes away."""

from __future__ import annotations

import asyncio
import hashlib
import json
import re
import time
import weakref
from collections import Counter
from typing import TYPE_CHECKING, Any

from cachetools import LRUCache
from starlette.responses import Response
from werkzeug.http import parse_etags

from crampkg import __version__
from crampkg.server import media, quoting
from crampkg.server.drawing import Drawing
from crampkg.server.metrics import Metrics
from crampkg.server.piecewise import PiecewiseResponse
from crampkg.server.pool import Done, Pool
from crampkg.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.limits import Limits

#: Functions whose value is another one each time, so that an answer cannot be kept. Where one of
#: the words is in a string the answer is not kept either, which does no harm.
_FRESH = re.compile(r"\b(?:BNODE|NOW|RAND|STRUUID|UUID)\b", re.IGNORECASE)

#: The reader may keep what it got, and asks whether it still holds: a server that is started again
#: may have another graph.
_CACHING = "no-cache"


_OK = 200

#: The pages that ask nothing of the graph: they do not wait for the first worker.
_AT_ONCE = ("home",)

#: nginx's number for a client that did not wait.
GONE = 499


class GoneError(Exception):
    """The client went away before it had its answer."""


class Service:
    """What all routes share: the graph, the workers, the cache and the numbers."""

    def __init__(self, graph: KnowledgeGraph, limits: Limits) -> None:
        self.graph = graph
        self.limits = limits
        self.metrics = Metrics()
        self.queries = Pool(limits.workers, graph.digest, limits, self.metrics)
        # What explains reads many modules and files, so it is not born before it is wanted.
        self.explainer = Pool(1, graph.digest, limits, self.metrics, confined=False)
        self._drawing = Drawing(limits)
        # The bytes of answers that are being sent and are not in the cache, by address.
        self._unkept: Counter[str] = Counter()
        self._cache: LRUCache[str, Done] = LRUCache(limits.cache, getsizeof=_size)
        # What an answer depends on, beside the job.
        self._sources = f"{graph.digest} {quoting.digest(graph)} {__version__}"
        self.metrics.graph.info({"digest": graph.digest, "version": __version__})

    async def answer(
        self, request: Request, job: dict[str, Any], headers: Mapping[str, str] | None = None
    ) -> Response:
        """Return the response to a request for a job, whole, or as "not modified".

        Raises `Problem` as `Pool.run` does.
        """
        key = hashlib.sha256(
            f"{self._sources} {json.dumps(job, sort_keys=True)}".encode()
        ).hexdigest()
        note: dict[str, Any] = request.scope.setdefault("crampkg", {})
        note |= {"job": job["do"], "key": key[:12]}
        told = {
            "vary": "Accept, Accept-Encoding",
            "x-content-type-options": "nosniff",
            "link": '</api/status>; rel="describedby"',
            **(headers or {}),
        }
        is_lasting = not _FRESH.search(job.get("text", ""))
        known = parse_etags(request.headers.get("if-none-match"))
        is_asked = is_lasting and request.method in ("GET", "HEAD")
        if is_lasting:
            told |= {"etag": f'W/"{key[:32]}"', "cache-control": _CACHING}
            if is_asked and not known.star_tag and known.contains_weak(key[:32]):
                return Response(None, 304, told)
        else:
            told["cache-control"] = "no-store"
        client = request.client.host if request.client else ""
        encoding = media.encoding(request.headers.get("accept-encoding", ""))
        place = f"{key} {encoding}"
        done = self._cache.get(place)
        if done is None:
            try:
                done = await self._run(request, {**job, "encoding": encoding}, client)
            except GoneError:
                self.metrics.stopped("gone")
                return Response(None, GONE)  # to nobody
            note |= {"waited_ms": round(done.waited, 3), "worker_ms": done.took}
            is_kept = is_lasting and _size(done) <= self.limits.cache // 4
            if is_kept:
                self._cache[place] = done
            else:
                self._make_room(client, len(done.body))
        else:
            is_kept = note["cached"] = True
            self.metrics.cached()
        if done.status != _OK:  # what was asked wrongly is no version of anything
            told.pop("etag", None)
        elif is_asked and known.star_tag:  # any would do, and now it is known that there is one
            return Response(None, 304, told)
        if done.encoding is not None:
            told["content-encoding"] = done.encoding
        told["content-type"] = media.content_type(done.type)
        limits = self.limits
        response = PiecewiseResponse(
            done.body, done.status, told, grace=limits.grace, pace=limits.pace
        )
        if not is_kept:  # one is held for each of its readers
            self._unkept[client] += len(done.body)
            weakref.finalize(response, self._forget, client, len(done.body))
        return response

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

    def _render(self, job: dict[str, Any]) -> Done:
        """Render a page here and now."""
        from crampkg.server import jobs

        started = time.perf_counter()
        reply = jobs.run(job, self.graph, self.limits)
        took = round((time.perf_counter() - started) * 1000, 3)
        return Done(reply.body, reply.type, reply.encoding, reply.status, 0.0, took)

    def observe(self) -> None:
        """Bring the gauges up to date."""
        idle = self.queries.idle
        self.metrics.workers.labels("idle").set(idle)
        self.metrics.workers.labels("busy").set(self.queries.alive - idle)
        self.metrics.waiting.set(self.queries.waiting)

    async def _run(self, request: Request, job: dict[str, Any], client: str) -> Done:
        """Let a worker do the job, and kill it when the client has gone away meanwhile."""
        if job.get("view") in _AT_ONCE:
            return await asyncio.to_thread(self._render, job)
        doing = asyncio.ensure_future(self._do(job, client))
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

    async def _do(self, job: dict[str, Any], client: str) -> Done:
        if "picture" in job:
            return await self._drawing.fulfil(
                job, lambda part: self.queries.run(part, client), client
            )
        pool = self.explainer if "why" in (job["do"], job.get("view")) else self.queries
        return await pool.run(job, client)


async def _until_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


def _size(done: Done) -> int:
    return len(done.body) + 512
