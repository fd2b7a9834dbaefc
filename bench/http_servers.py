"""What a request costs on uvicorn, behind our limits and without, and on Granian.

    python bench/http_servers.py [--seconds N] [--rounds N] [--write FILE]

`make bench-http` installs Granian beside and writes bench/http_servers.md. Needs wrk (Debian: wrk).
The same application on each server, on loopback, in turn and in several rounds of one run; the
medians are shown: requests a second, and the processor time of the server for a request, which a
busy machine changes less. wrk keeps eight connections busy from the same cores. Granian runs in the
process of the application (`granian.server.embed`), as uvicorn does.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import datetime as dt
import os
import re
import shutil
import signal
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from crampkg.graph import KnowledgeGraph

if TYPE_CHECKING:
    from collections.abc import Iterator

SERVERS = ("crampkg serve", "uvicorn", "granian")
CONNECTIONS = 8
ROWS = quote("SELECT * { ?s ?p ?o } LIMIT 1000")
CASES = {
    "/health": "/health",
    "a question, from memory": "",
    "1,000 rows, from memory": f"/sparql?query={ROWS}",
}


def main() -> None:
    """Measure and print, or be one of the servers."""
    parser = argparse.ArgumentParser(description="the cost of a request, by HTTP server")
    parser.add_argument("--seconds", type=int, default=3, help="of each case (default: 3)")
    parser.add_argument("--rounds", type=int, default=3, help="over all servers (default: 3)")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a table in Markdown")
    parser.add_argument("--serve", choices=SERVERS[1:], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.serve:
        asyncio.run(serve(arguments.serve, arguments.port))
        return
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk: apt-get install wrk.")
    first = KnowledgeGraph.open().questions()[0]
    CASES["a question, from memory"] = f"/api/questions/{first.id}"
    rates: dict[tuple[str, str], list[tuple[float, float]]] = {}
    sizes: dict[str, list[tuple[float, float]]] = {}
    for _ in range(arguments.rounds):
        for server in SERVERS:
            with running(server) as (port, seconds, process):
                for case, path in CASES.items():
                    url = f"http://127.0.0.1:{port}{path}"
                    urllib.request.urlopen(url, timeout=60).close()
                    rates.setdefault((case, server), []).append(
                        cost(url, arguments.seconds, process)
                    )
                sizes.setdefault(server, []).append((seconds, memory(process)))
    text = table(rates, sizes, arguments.seconds, arguments.rounds)
    print(text, end="")
    if arguments.write:
        arguments.write.write_text(text, "utf-8")


async def serve(name: str, port: int) -> None:
    """Serve our application by a server alone, until SIGTERM."""
    from crampkg.server import sandbox
    from crampkg.server.app import create_app
    from crampkg.server.limits import Limits

    sandbox.begin()
    app = create_app(KnowledgeGraph.open(), Limits())
    server: Any
    if name == "granian":
        from granian.constants import HTTPModes, Interfaces
        from granian.server.embed import Server

        server = Server(
            app,
            port=port,
            interface=Interfaces.ASGI,
            http=HTTPModes.http1,
            websockets=False,
            log_enabled=False,
        )
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, server.stop)
    else:
        import uvicorn

        server = uvicorn.Server(
            uvicorn.Config(app, port=port, http="httptools", ws="none", access_log=False)
        )
    await server.serve()


@contextlib.contextmanager
def running(name: str) -> Iterator[tuple[int, float, int]]:
    """Run a server; give its port, the seconds until it answered, and its process."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    words = [__file__, "--serve", name]
    if name == "crampkg serve":
        words = ["-m", "crampkg", "serve", "--log", "none"]
    began = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, *words, "--port", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/health", timeout=5).close()
                break
            except OSError:
                if process.poll() is not None or time.monotonic() - began > 60:  # noqa: PLR2004 - seconds
                    sys.exit(f"{name} does not answer.")
                time.sleep(0.01)
        yield port, time.monotonic() - began, process.pid
    finally:
        process.terminate()
        process.wait()


def cost(url: str, seconds: int, process: int) -> tuple[float, float]:
    """Return requests a second, and the microseconds of a process for one. Exits at a refusal."""
    words = ["wrk", "-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", url]
    before = processor(process)
    text = subprocess.run(words, check=True, capture_output=True, text=True).stdout
    used = processor(process) - before
    rate = re.search(r"Requests/sec:\s+([\d.]+)", text)
    count = re.search(r"(\d+) requests in", text)
    if rate is None or count is None or "Non-2xx" in text or "Socket errors" in text:
        sys.exit(f"Not every request was answered:\n{text}")
    return float(rate[1]), used / int(count[1]) * 1e6


def processor(process: int) -> float:
    """Return the seconds of processor time that a process has used."""
    fields = Path(f"/proc/{process}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory(process: int) -> float:
    """Return the MiB of a process in memory."""
    pages = Path(f"/proc/{process}/statm").read_text("ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE") / (1 << 20)


def table(
    rates: dict[tuple[str, str], list[tuple[float, float]]],
    sizes: dict[str, list[tuple[float, float]]],
    seconds: int,
    rounds: int,
) -> str:
    """Return the medians in Markdown."""
    rows = [
        [
            f"{case}: {what}",
            *(f"{statistics.median(pair[n] for pair in rates[case, s]):,.0f}" for s in SERVERS),
        ]
        for n, what in enumerate(("requests a second", "µs of the server"))
        for case in CASES
    ]
    for n, what in enumerate(("seconds to the first answer", "MiB in memory afterwards")):
        medians = [statistics.median(pair[n] for pair in sizes[each]) for each in SERVERS]
        rows.append([what, *(f"{median:,.1f}" for median in medians)])
    lines = [["", *SERVERS], ["---", *["---:"] * len(SERVERS)], *rows]
    cores = len(os.sched_getaffinity(0))
    return (
        "# Our application on two HTTP servers, in one run\n\n"
        f"By `make bench-http` on {dt.datetime.now(dt.UTC):%Y-%m-%d}: {cores} cores, which wrk "
        f"takes its part of, {CONNECTIONS} connections,\n{seconds} seconds a case, the median of "
        f"{rounds} rounds; load average {os.getloadavg()[2]:.0f}. `crampkg serve` is uvicorn "
        "behind our limits.\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
    )


if __name__ == "__main__":
    main()
