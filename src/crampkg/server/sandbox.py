"""The sandbox: processes that run strangers' SPARQL, and are killed when a query takes too long."""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import pickle
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from multiprocessing import forkserver, resource_tracker
from typing import Any, NamedTuple

from pyoxigraph import QueryResultsFormat, RdfFormat, parse, parse_query_results

from crampkg.engine.embedded import EmbeddedEngine, EmbeddedResult
from crampkg.errors import UsageError
from crampkg.server.fair_queue import FairQueue
from crampkg.server.problems import Problem, too_hungry

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.context import ForkServerProcess

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.limits import Limits
    from crampkg.server.metrics import Metrics

#: Workers are forked from a process that has already imported their modules, which takes longest;
#: the list includes modules that are imported only at their first use.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "crampkg.server.confined",
        "crampkg.engine.faults",
        "crampkg.export.jsonld",
        "crampkg.export.rdfxml",
        "crampkg.export.terse",
        "pyld.jsonld",
    ]
)

#: The signals that end the server.
_ENDING = (signal.SIGHUP, signal.SIGINT, signal.SIGTERM)

#: How many seconds a worker may take to start.
_START = 60

#: How many bytes of an answer the event loop reads ahead.
_BUFFER = 1 << 20

_LOGGER = logging.getLogger("crampkg")


class Done(NamedTuple):
    """The answer to a job."""

    body: bytes
    type: str
    waited: float  # milliseconds until a worker was free
    took: float  # milliseconds in the worker
    encoding: str | None = None


class ConfinedEngine(EmbeddedEngine):
    """An engine for use in threads whose queries run in the sandbox, within its time limit.

    `run` returns the answer to a job; `query` lets its exceptions through.
    """

    def __init__(self, run: Callable[[dict[str, Any]], Done]) -> None:
        self._run_job = run

    def query(self, text: str, **options: Any) -> EmbeddedResult:
        """Run a query, as `EmbeddedEngine` does."""
        done = self._run_job({"do": "evaluate", "text": text, "options": options})
        result: Any = (
            parse_query_results(done.body, format=QueryResultsFormat.JSON)
            if done.type.endswith("json")
            else parse(done.body, format=RdfFormat.N_TRIPLES)
        )
        return EmbeddedResult(result, options.get("order", ()))


class _Worker:
    """A process with its input and output streams; `code` is set to its exit code at its end."""

    def __init__(
        self,
        process: ForkServerProcess,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
    ) -> None:
        self.process = process
        self.reader = reader
        self.writer = writer
        self.is_discarded = asyncio.Event()
        self.code: asyncio.Future[int | None] = asyncio.get_running_loop().create_future()

    async def answer(self, job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
        """Return head and body of the answer to a job.

        Raises EOFError or OSError when the process has ended.
        """
        self.writer.write(pickle.dumps(job, pickle.HIGHEST_PROTOCOL))
        await self.writer.drain()
        return await self.read()

    async def read(self) -> tuple[dict[str, Any], bytes]:
        """Return head and body of the next message.

        Raises EOFError or OSError when the process has ended.
        """
        line = await self.reader.readline()
        if not line.endswith(b"\n"):
            raise EOFError
        head: dict[str, Any] = json.loads(line)
        return head, await self.reader.readexactly(head["length"])


class Sandbox:
    """A pool of `limits.workers` processes that answer from a graph. Use from one event loop.

    A worker receives the graph from the server when it starts, so that a later change of the
    sources has no effect. It sends back JSON and bytes, never a pickle: a worker that a query has
    taken over cannot take over the server.
    """

    def __init__(self, graph: KnowledgeGraph, limits: Limits, metrics: Metrics) -> None:
        self._graph = graph
        self._limits = limits
        self._metrics = metrics
        self._free: FairQueue[_Worker] = FairQueue(limits.queue, limits.per_client, limits.patience)
        self._workers: set[_Worker] = set()
        self._starting = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._failure: str | None = None
        self._is_closed = False
        # One thread, because multiprocessing keeps its state in globals.
        self._launcher = ThreadPoolExecutor(1, thread_name_prefix="crampkg-launcher")

    @property
    def alive(self) -> int:
        """How many workers there are."""
        return len(self._workers)

    @property
    def processes(self) -> set[int]:
        """The process ids of the workers."""
        return {number for worker in self._workers if (number := worker.process.pid)}

    @property
    def idle(self) -> int:
        """How many workers are idle."""
        return self._free.idle

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return self._free.waiting

    def start(self) -> None:
        """Begin to start missing workers; jobs wait until the first is ready."""
        while len(self._workers) + self._starting < self._limits.workers and not self._is_closed:
            self._starting += 1
            task = asyncio.get_running_loop().create_task(self._live())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def prove(self) -> None:
        """Wait until a worker has answered a query. Raises `UsageError` when none can."""
        self.start()
        while not self._workers and self._failure is None:
            await asyncio.wait(self._tasks, timeout=0.01)
        job = {"do": "show", "text": "ASK {}"}
        try:
            await self.run(job, "")
        except Problem as problem:
            message = f"Nothing can be served. {problem.detail}"
            raise UsageError(message) from None

    async def run(self, job: dict[str, Any], client: str) -> Done:
        """Return the answer to `job`, whose "do" is in `confined.JOBS`, for a client's address.

        Raises `Problem`: the worker's own, "busy" when too many wait, or "time-limit" after a job
        that took too long, whose worker is killed. Cancelling the task kills the worker too.
        """
        self.start()  # also retries after an earlier failure to start a worker
        if not self._workers and self._failure is not None:
            raise Problem("unready", self._failure, retry=5)
        try:
            return await self._run(job, client)
        except Problem as problem:
            self._metrics.stopped(problem.kind)
            raise

    async def close(self) -> None:
        """End all workers."""
        self._is_closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._launcher.shutdown()

    async def _run(self, job: dict[str, Any], client: str) -> Done:
        began = time.perf_counter()
        worker = await self._free.take(client)
        waited = (time.perf_counter() - began) * 1000
        is_whole = False
        try:
            async with asyncio.timeout(self._limits.seconds):
                head, body = await worker.answer(job)
            is_whole = True
        except TimeoutError:
            seconds = f"{self._limits.seconds:g} seconds"
            detail = f"The query was stopped after {seconds}. Ask for less, or in smaller parts."
            raise Problem("time-limit", detail) from None
        except (EOFError, OSError):
            raise await self._end_of(worker) from None
        finally:
            if is_whole:
                self._free.put(worker)
            else:
                self._discard(worker)
        if "problem" in head:
            if head["trace"] is not None:
                _LOGGER.error("A mistake in the job %r: %s", job["do"], head["trace"])
            raise Problem(**head["problem"])
        return Done(body, head["type"], waited, head["ms"], head["encoding"])

    async def _live(self) -> None:
        """Start a worker, add it to the pool and reap it at its end; or record why none started."""
        try:
            worker = await self._started()
        finally:
            self._starting -= 1
        if worker is None:
            return
        loop = asyncio.get_running_loop()
        end = worker.process.sentinel

        def ended() -> None:
            loop.remove_reader(end)
            if worker in self._free:  # a busy worker's end is handled by `_run`
                self._metrics.stopped("lost")
                self._discard(worker)

        loop.add_reader(end, ended)
        self._failure = None
        self._workers.add(worker)
        self._free.put(worker)
        try:
            await worker.is_discarded.wait()
        finally:
            self._discard(worker)
            loop.remove_reader(end)
            worker.writer.transport.abort()
            worker.code.set_result(await loop.run_in_executor(self._launcher, _end, worker.process))

    async def _started(self) -> _Worker | None:
        """Return a worker that is ready, or None after setting `_failure` to the reason."""
        loop = asyncio.get_running_loop()
        try:
            process, ours = await loop.run_in_executor(self._launcher, self._fork)
        except (OSError, EOFError, RuntimeError) as error:
            self._failure = f"No worker can be started: {error}."
            return None
        failure: str | None = "A worker ended as soon as it was started; the log may say why."
        worker = None
        try:
            reader, writer = await asyncio.open_connection(sock=ours, limit=_BUFFER)
            worker = _Worker(process, reader, writer)
            async with asyncio.timeout(_START):
                head, _ = await worker.read()
            failure = head["failure"]
        except (OSError, EOFError, TimeoutError):
            pass
        finally:
            if failure is not None:
                self._failure = failure
                if worker is not None:  # else the writer warns at its collection
                    worker.writer.transport.abort()
                ours.close()
                await loop.run_in_executor(self._launcher, _end, process)
        return worker if failure is None else None

    def _fork(self) -> tuple[ForkServerProcess, socket.socket]:
        # Imported here, so that the fork server and the server import at the same time.
        from crampkg.server import confined

        ours, theirs = socket.socketpair()
        process = _CONTEXT.Process(
            target=confined.main, args=(theirs, self._graph, self._limits), daemon=True
        )
        try:
            begin()
            process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        if self._is_closed:  # the pool was closed meanwhile
            ours.close()
            _end(process)
            raise EOFError
        return process, ours

    def _discard(self, worker: _Worker) -> None:
        """Kill a worker, forget it, and begin to start another."""
        if worker in self._workers:
            worker.process.kill()  # not in the launcher's thread, which may be busy
            self._workers.discard(worker)
            self._free.drop(worker)
            worker.is_discarded.set()
            self.start()

    async def _end_of(self, worker: _Worker) -> Problem:
        """Return the problem of a job whose worker has ended, by the worker's exit code."""
        self._discard(worker)
        code = await worker.code
        if code == -signal.SIGABRT:
            problem = too_hungry(self._limits.memory)
        elif code == -signal.SIGXCPU:
            problem = Problem("time-limit", "The query took too much of the processor.")
        elif code in (-signal.SIGKILL, -signal.SIGTERM):
            detail = "The process that ran the query was ended from outside. Ask again."
            problem = Problem("lost", detail, retry=1)
        else:
            problem = Problem("engine", "The query ended the engine. Ask in another way.")
        _LOGGER.warning("A worker ended with code %s: %s", code, problem.detail)
        return problem


def begin() -> None:
    """Start the fork server, which then imports the workers' modules in the background.

    It and the workers ignore the signals that a terminal or systemd sends to the whole process
    group: the server lets queries finish, and they end with the server.
    """
    resource_tracker.ensure_running()  # else the fork server would start it and unblock signals
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDING)
    try:
        forkserver.ensure_running()
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(process: ForkServerProcess) -> int | None:
    """Kill a process unless it has ended, wait for its end, and return its exit code."""
    process.kill()
    process.join()
    code = process.exitcode
    process.close()
    return code
