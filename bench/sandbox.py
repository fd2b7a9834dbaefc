"""What the sandbox costs: requests a second of /sparql, memory, and time until it answers again.

    python bench/sandbox.py [--before FOLDER] [--rounds N] [--seconds N]

Starts `crampkg serve`, and with `--before` that of another checkout, in turns in one run. "Anew" is
never the same query twice, "again" one query all the time, each on eight connections from the same
cores. "After a kill" is from the answer that the query was stopped to the answer of the next, with
one worker. Memory is the proportional set size (PSS) of the server and all that it has started, and
"processor" the time that they all took. The best of all rounds; others on the machine lengthen the
times of the processor least.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Self
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
CONNECTIONS, KILLS = 8, 10
CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
HIGHEST = ("anew, requests a second", "again, requests a second")


@contextlib.contextmanager
def serving(folder: Path, *options: str) -> Iterator[tuple[int, int]]:
    """Run the server of a checkout; give its process and its port."""
    process = subprocess.Popen(
        [sys.executable, "-m", "crampkg", "serve", "--port", "0", "--log", "none", *options],
        env={**os.environ, "PYTHONPATH": str(folder.resolve() / "src")},
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None  # noqa: S101 - a pipe, as asked for
    try:
        port = re.search(r"http://127.0.0.1:(\d+)/", process.stderr.readline())
        assert port is not None  # noqa: S101 - what the server says first
        yield process.pid, int(port[1])
    finally:
        process.terminate()
        process.wait()
        process.stderr.close()


def family(server: int) -> list[int]:
    """Return the numbers of a server and all its processes."""
    processes = [server]
    for process in processes:
        lists = Path(f"/proc/{process}/task").glob("*/children")
        processes += [int(child) for found in lists for child in found.read_text("ascii").split()]
    return processes


def processor(server: int) -> float:
    """Return the milliseconds that a server and all its processes took, also those that ended."""
    stats = (Path(f"/proc/{process}/stat").read_text("ascii") for process in family(server))
    ticks = sum(sum(map(int, stat.rpartition(")")[2].split()[11:15])) for stat in stats)
    return ticks / os.sysconf("SC_CLK_TCK") * 1000


def memory(server: int) -> float:
    """Return the MiB of a server and all its processes."""
    sizes = (Path(f"/proc/{process}/smaps_rollup").read_text("ascii") for process in family(server))
    found = (re.search(r"^Pss:\s+(\d+) kB", size, re.MULTILINE) for size in sizes)
    return sum(int(size[1]) for size in found if size) / 1024


class Client:
    """A connection that is kept open."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Self:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(self, query: str) -> int:
        """Send a query and return the status of its answer."""
        path = f"/sparql?query={quote(query)}"
        self._writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n".encode())
        head = await self._reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        await self._reader.readexactly(int(length[1]) if length else 0)
        return int(head[9:12])


async def ask(port: int, number: int) -> int:
    """Ask a query on a connection of its own, and return the status."""
    async with Client(port) as client:
        return await client.ask(f"ASK {{ ?s ?o {number} }}")


async def throughput(port: int, seconds: float, *, anew: bool) -> tuple[int, float]:
    """Return how many requests are answered, and in how many seconds."""

    async def keep_asking(number: int) -> int:
        count = 0
        async with Client(port) as client:
            while time.perf_counter() < end:
                text = f"ASK {{ <urn:{number}> ?p {count} }}" if anew else "ASK { kg:calf ?p ?o }"
                if await client.ask(text) != 200:  # noqa: PLR2004 - OK
                    sys.exit("Not every request was answered.")
                count += 1
        return count

    start = time.perf_counter()
    end = start + seconds
    counts = await asyncio.gather(*map(keep_asking, range(CONNECTIONS)))
    return sum(counts), time.perf_counter() - start


async def after_kill(port: int, number: int) -> float:
    """Return the milliseconds from the end of a query that is stopped to the next answer."""
    async with Client(port) as client:
        if await client.ask(f"{CROSS} #{number}") != 422:  # noqa: PLR2004 - stopped
            sys.exit("The query was not stopped.")
        began = time.perf_counter()
        await client.ask(f"ASK {{ ?s ?p {number} }}")
        return (time.perf_counter() - began) * 1000


def measure(folder: Path, seconds: float) -> dict[str, float]:
    """Return the figures of one round."""
    began = time.perf_counter()
    with serving(folder, "--workers", "2") as (process, port):
        asyncio.run(ask(port, 0))
        figures = {"until it answers, ms": (time.perf_counter() - began) * 1000}
        figures["its processor, ms"] = processor(process)
        for mode in ("anew", "again"):
            before = processor(process)
            count, took = asyncio.run(throughput(port, seconds, anew=mode == "anew"))
            figures[f"{mode}, requests a second"] = count / took
            figures[f"{mode}, processor, ms each"] = (processor(process) - before) / count
        figures["memory, MiB"] = memory(process)
    with serving(folder, "--workers", "1", "--seconds", "1") as (process, port):
        asyncio.run(ask(port, 0))
        figures["after a kill, ms"] = min(asyncio.run(after_kill(port, n)) for n in range(3))
        before = processor(process)
        for number in range(KILLS):
            os.kill(family(process)[-1], signal.SIGKILL)
            while asyncio.run(ask(port, number)) != 200:  # noqa: PLR2004 - OK
                time.sleep(0.01)
        figures["a new worker, processor, ms"] = (processor(process) - before) / KILLS
    return figures


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=3)
    given = parser.parse_args()
    folders = {**({"before": given.before} if given.before else {}), "now": ROOT}
    rounds: dict[str, list[dict[str, float]]] = {name: [] for name in folders}
    for _ in range(given.rounds):
        for name, folder in folders.items():
            rounds[name].append(measure(folder, given.seconds))
    print(" " * 28 + "".join(f"{name:>10}" for name in folders))
    for figure in rounds["now"][0]:
        best = max if figure in HIGHEST else min
        values = (best(each[figure] for each in found) for found in rounds.values())
        print(f"{figure:28}" + "".join(f"{value:10,.{2 * (value < 10)}f}" for value in values))  # noqa: PLR2004


if __name__ == "__main__":
    main()
