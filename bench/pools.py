"""Process pools that the sandbox could be: what a query costs in each, and what a kill does.

    python bench/pools.py

One worker each, on the packaged graph. "Round trip" is a tiny query, "after a kill" from the end
of a query that was killed to the next answer, each the best of several. "Told apart" is whether the
pool says how a worker ended: memory, a crash and a kill are different answers to a client. "Idle"
is whether the pool survives a worker that ends with nothing to do.
pebble is measured where it is installed; it is not among our dependencies.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import importlib.util
import multiprocessing
import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from anyio import to_process

from crampkg.graph import KnowledgeGraph
from crampkg.server.limits import Limits
from crampkg.server.metrics import Metrics
from crampkg.server.problems import Problem
from crampkg.server.sandbox import Sandbox

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
TRIPS = 50
GRAPHS: list[KnowledgeGraph] = []  # in a worker


def begin() -> None:
    """Open the graph in a worker."""
    GRAPHS.append(KnowledgeGraph.open())
    ask("ASK {}")


def ask(text: str) -> tuple[int, bytes | None]:
    """Answer a query in a worker, and say which process that is."""
    if not GRAPHS:
        begin()
    return os.getpid(), GRAPHS[0].query(text).engine_bytes("json")


class Anyio:
    """anyio.to_process."""

    async def run(self, text: str) -> int:
        """Return the process that has answered."""
        return (await to_process.run_sync(ask, text, cancellable=True))[0]


class Futures:
    """concurrent.futures: an executor a worker, since a kill breaks the whole of one."""

    def __init__(self) -> None:
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(["crampkg.server.confined"])
        self._executor = self._new()
        self._process: Any = None

    def _new(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(1, mp_context=self._context, initializer=begin)

    async def run(self, text: str) -> int:
        """Return the process that has answered."""
        loop = asyncio.get_running_loop()
        try:
            number, _ = await loop.run_in_executor(self._executor, ask, text)
        except asyncio.CancelledError:
            self._process.kill()
            self._executor.shutdown(wait=False)
            self._executor = self._new()
            raise
        children = multiprocessing.active_children()
        self._process = next(child for child in children if child.pid == number)
        return number


class Pebble:
    """pebble."""

    def __init__(self) -> None:
        import pebble  # type: ignore[import-not-found]

        context = multiprocessing.get_context("forkserver")
        self._pool: Any = pebble.ProcessPool(1, initializer=begin, context=context)

    async def run(self, text: str) -> int:
        """Return the process that has answered."""
        number, _ = await asyncio.wrap_future(self._pool.schedule(ask, args=(text,)))
        return int(number)


class Ours:
    """The sandbox."""

    def __init__(self) -> None:
        limits = Limits(workers=1, seconds=600)
        self._sandbox = Sandbox(KnowledgeGraph.open(), limits, Metrics())

    async def run(self, text: str) -> int:
        """Return the process that has answered."""
        accepted = dict.fromkeys(("ask", "select"), ("json", "application/json"))
        await self._sandbox.run({"do": "query", "text": text, "formats": accepted}, "")
        (process,) = self._sandbox.processes
        return process


POOLS = (Anyio, Futures, Pebble, Ours)


async def measure(pool: Any) -> list[str]:
    """Return what is printed of a pool."""
    await pool.run("ASK {}")
    trips, kills = [], []
    for batch in range(10):
        began = time.perf_counter()
        for number in range(TRIPS):
            await pool.run(f"ASK {{ ?s ?p {batch * TRIPS + number} }}")
        trips.append((time.perf_counter() - began) / TRIPS * 1000)
    for _ in range(5):
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(pool.run(CROSS), 1)
        began = time.perf_counter()
        process = await pool.run("ASK {}")
        kills.append((time.perf_counter() - began) * 1000)
    busy = asyncio.ensure_future(pool.run(CROSS))
    await asyncio.sleep(0.5)
    os.kill(process, signal.SIGSEGV)
    error = (await asyncio.gather(busy, return_exceptions=True))[0]
    is_told = isinstance(error, Problem) or "exitcode" in vars(error)
    idle = "yes"
    try:
        process = await asyncio.wait_for(pool.run("ASK {}"), 10)
        os.kill(process, signal.SIGKILL)
        await asyncio.sleep(1)
        await asyncio.wait_for(pool.run("ASK {}"), 10)
    except Exception:  # noqa: BLE001 - whatever a pool says
        idle = "no"
    return [f"{min(trips):.2f} ms", f"{min(kills):,.0f} ms", "yes" if is_told else "no", idle]


def main() -> None:
    """Print a table, a line by a process of its own: what a pool leaves behind slows the next."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("pool", nargs="?", choices=[pool.__name__ for pool in POOLS])
    given = parser.parse_args()
    if given.pool is None:
        print(
            f"{'':10}{'round trip':>12}{'after a kill':>14}{'told apart':>12}{'idle':>6}",
            flush=True,
        )
        for pool in POOLS:
            if pool is not Pebble or importlib.util.find_spec("pebble"):
                words = [sys.executable, __file__, pool.__name__]
                subprocess.run(words, stderr=subprocess.DEVNULL, check=False)
        return
    pool = next(pool for pool in POOLS if pool.__name__ == given.pool)
    trip, kill, told, idle = asyncio.run(measure(pool()))
    print(f"{pool.__name__:10}{trip:>12}{kill:>14}{told:>12}{idle:>6}", flush=True)
    os._exit(0)  # pools that are broken wait for what will not come


if __name__ == "__main__":
    main()
