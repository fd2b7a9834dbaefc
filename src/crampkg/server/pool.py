"""Workers that answer jobs: each with a time limit that really ends it, and soon replaced."""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import signal
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any, NamedTuple

from crampkg.errors import UsageError
from crampkg.server import worker
from crampkg.server.fair_queue import FairQueue
from crampkg.server.forking import CONTEXT
from crampkg.server.problems import Problem

if TYPE_CHECKING:
    from multiprocessing.context import ForkServerProcess

    from crampkg.server.limits import Limits
    from crampkg.server.metrics import Metrics

#: A worker that says nothing for so many seconds after its birth is given up.
_BIRTH = 60

_LOGGER = logging.getLogger("crampkg")


class Done(NamedTuple):
    """What came of a job."""

    body: bytes
    type: str
    encoding: str | None
    status: int
    waited: float  # milliseconds until a worker was free
    took: float  # milliseconds in the worker


class _Worker(NamedTuple):
    process: ForkServerProcess
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


class Pool:
    """`size` workers on the graph with a digest. Use from one event loop, after `start`."""

    def __init__(
        self, size: int, digest: str, limits: Limits, metrics: Metrics, *, confined: bool = True
    ) -> None:
        self.size = size
        self._digest = digest
        self._limits = limits
        self._metrics = metrics
        self._confined = confined
        self._free: FairQueue[_Worker] = FairQueue(limits.queue, limits.per_client, limits.patience)
        self._workers: set[_Worker] = set()
        self._born = 0  # alive, or on their way
        self._tasks: set[asyncio.Task[None]] = set()
        # One thread, because multiprocessing keeps its books in globals.
        self._nurse = ThreadPoolExecutor(1, thread_name_prefix="crampkg-nurse")
        self._failure: str | None = None
        self._closed = False

    @property
    def alive(self) -> int:
        """How many workers there are."""
        return len(self._workers)

    @property
    def idle(self) -> int:
        """How many of them have nothing to do."""
        return self._free.idle

    @property
    def waiting(self) -> int:
        """How many jobs wait for a worker."""
        return self._free.waiting

    def start(self) -> None:
        """Begin to fork workers; jobs wait until the first is there."""
        while self._born < self.size and not self._closed:
            self._born += 1
            task = asyncio.get_running_loop().create_task(self._bear())
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def prove(self) -> None:
        """Wait until a worker has answered something. Raises `UsageError` when none can."""
        self.start()
        while not self._workers and self._failure is None:
            await asyncio.wait(self._tasks, return_when=asyncio.FIRST_COMPLETED)
        try:
            await self.run({"do": "status"}, "")
        except Problem as problem:
            message = f"Nothing can be served. {problem.detail}"
            raise UsageError(message) from None

    async def run(self, job: dict[str, Any], client: str) -> Done:
        """Return the answer to `job` for the client at an address.

        Raises `Problem`: what the worker says of the job, "busy" where too many wait, "time-limit"
        for one that took too long and was killed. When the task is cancelled, the worker is killed.
        """
        self.start()  # one that could not be born before is tried again
        if not self._workers and self._failure is not None:
            raise Problem("unready", self._failure, retry=5)
        started = time.perf_counter()
        try:
            taken = await self._free.take(client)
        except Problem as problem:
            self._metrics.stopped(problem.kind)
            raise
        waited = (time.perf_counter() - started) * 1000
        is_whole = False
        try:
            async with asyncio.timeout(self._limits.seconds):
                head, body = await _exchange(taken, job)
            is_whole = True
        except TimeoutError:
            seconds = f"{self._limits.seconds:g} seconds"
            detail = f"The query was stopped after {seconds}. Ask for less, or in smaller parts."
            self._metrics.stopped("time-limit")
            raise Problem("time-limit", detail) from None
        except (EOFError, OSError):
            raise await self._lost(taken) from None
        finally:
            if is_whole:
                self._free.put(taken)
            else:
                self._bury(taken)
        if "problem" in head:
            if head["trace"] is not None:
                _LOGGER.error("A mistake in the job %r: %s", job["do"], head["trace"])
            self._metrics.stopped(head["problem"]["kind"])
            raise Problem(**head["problem"])
        return Done(body, head["type"], head["encoding"], head["status"], waited, head["ms"])

    async def close(self) -> None:
        """End all workers."""
        self._closed = True
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        for each in list(self._workers):
            self._bury(each)
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._nurse.shutdown()

    async def _bear(self) -> None:
        """Fork a worker and hand it out, or note why there is none."""
        loop = asyncio.get_running_loop()
        try:
            born = await loop.run_in_executor(self._nurse, self._fork)
        except (OSError, EOFError, RuntimeError) as error:
            self._failure = f"No worker can be started: {error}."
            self._born -= 1
            return
        process, ours = born
        try:
            reader, writer = await asyncio.open_connection(sock=ours)
            made = _Worker(process, reader, writer)
            async with asyncio.timeout(_BIRTH):
                head, _ = await _read(made)
        except (OSError, EOFError, TimeoutError, asyncio.CancelledError) as error:
            self._failure = "A worker ended as soon as it was started; the log may say why."
            self._born -= 1
            ours.close()
            await asyncio.shield(loop.run_in_executor(self._nurse, _end, process))
            if isinstance(error, asyncio.CancelledError):
                raise
            return
        if head["ready"] != self._digest:
            self._failure = head.get("failure") or (
                "The graph's sources have changed since the server was started. Restart it."
            )
            self._born -= 1
            writer.close()
            await loop.run_in_executor(self._nurse, _end, process)
            return
        self._failure = None
        self._workers.add(made)
        self._watch(made)
        self._free.put(made)

    def _fork(self) -> tuple[ForkServerProcess, socket.socket]:
        ours, theirs = socket.socketpair()
        process = CONTEXT.Process(
            target=worker.run,
            args=(theirs, self._digest, self._limits),
            kwargs={"confined": self._confined},
            daemon=True,
        )
        try:
            process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        ours.setblocking(False)  # noqa: FBT003 - as sockets have it
        return process, ours

    def _watch(self, made: _Worker) -> None:
        """Replace a worker that dies while it has nothing to do."""
        loop = asyncio.get_running_loop()
        sentinel = made.process.sentinel

        def ended() -> None:
            loop.remove_reader(sentinel)
            if made in self._workers and made in self._free:
                self._metrics.stopped("lost")
                self._bury(made)

        loop.add_reader(sentinel, ended)

    def _bury(self, dead: _Worker) -> None:
        """Kill a worker, forget it, and begin to replace it."""
        if dead not in self._workers:
            return
        self._workers.discard(dead)
        self._free.drop(dead)
        self._born -= 1
        loop = asyncio.get_running_loop()
        loop.remove_reader(dead.process.sentinel)
        dead.writer.transport.abort()

        async def end() -> None:
            await loop.run_in_executor(self._nurse, _end, dead.process)

        task = loop.create_task(end())
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        self.start()

    async def _lost(self, dead: _Worker) -> Problem:
        """Return the problem of a job whose worker died of it, or was killed by somebody."""
        loop = asyncio.get_running_loop()
        code = await loop.run_in_executor(self._nurse, _exit_code, dead.process)
        if code in (-signal.SIGABRT, None):
            problem = worker.memory_problem(self._limits)
        elif code == -signal.SIGXCPU:
            problem = Problem("time-limit", "The query took too much of the processor.")
        elif code in (-signal.SIGKILL, -signal.SIGTERM):
            detail = "The process that ran the query was ended from outside. Ask again."
            problem = Problem("lost", detail, retry=1)
        else:
            problem = Problem("engine", "The query ended the engine. Ask in another way.")
        self._metrics.stopped(problem.kind)
        _LOGGER.warning("A worker ended with code %s: %s", code, problem.detail)
        return problem


async def _exchange(taken: _Worker, job: dict[str, Any]) -> tuple[dict[str, Any], bytes]:
    text = json.dumps(job).encode()
    taken.writer.write(worker.LENGTHS.pack(len(text), 0) + text)
    await taken.writer.drain()
    return await _read(taken)


async def _read(taken: _Worker) -> tuple[dict[str, Any], bytes]:
    head, body = worker.LENGTHS.unpack(await taken.reader.readexactly(worker.LENGTHS.size))
    told: dict[str, Any] = json.loads(await taken.reader.readexactly(head))
    return told, await taken.reader.readexactly(body)


def _end(process: ForkServerProcess) -> None:
    process.kill()
    process.join()
    with contextlib.suppress(ValueError):  # it was closed before
        process.close()


def _exit_code(process: ForkServerProcess) -> int | None:
    process.join(timeout=5)
    return process.exitcode
