"""The whole program beside an older one: `python bench/house.py CHECKOUT [--write FILE]`.

CHECKOUT is a clone of another commit with a `.venv` of its own (`make .venv/.ready` in it). In one
run, both in turn: files and lines by room; the files of ours that a command or a page enters; the
processor's time of commands and of each kind of page; requests a second. Processor's time counts
all processes of the server, and other work on the machine hardly lengthens it; requests a second
are of the clock. "anew" is a request that no cache has seen, "again" the same one each time.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import http.client
import itertools
import mmap
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).parents[1]
COMMANDS = {
    "ask -f csv": ["ask", "arteries-explaining-pain", "-f", "csv"],
    "why": ["why", "PAD", "causes", "claudication"],
    "describe": ["describe", "PAD"],
    "check": ["check"],
}
ROUNDS = {"check": 3}
PAGES = {
    "home": "/",
    "questions": "/questions",
    "a question": "/questions/arteries-explaining-pain?site=kg:calf",
    "a long answer": "/questions/differential",
    "a thing": "/id/dehydration",
    "concepts": "/concepts",
    "evidence": "/evidence",
    "a picture": "/picture?concept=kg:calf",
    "why": "/why?subject=kg:femoral-artery&predicate=ck:implicatedIn&object=kg:calf-pain",
    "a query": "/editor?query=" + quote("SELECT * { kg:calf ?p ?o }"),
}
QUERY = "SELECT * { GRAPH ?g { <https://w3id.org/crampkg/id/calf> ?p ?o } }"
REQUESTS = {
    "a query": "/sparql?query=" + quote(QUERY),
    "a question": "/api/questions/arteries-explaining-pain?site=kg:calf",
}
CLIENTS = 4
#: Run by each Python process of a traced command: sets a byte for each file of ours in which a
#: function is entered. The bytes are shared, since a confined worker cannot open a file.
TRACER = """\
import mmap, os, sys, threading
with open(os.environ["TRACE_BYTES"], "r+b") as file:
    entered = mmap.mmap(file.fileno(), 0)
with open(os.environ["TRACE_NAMES"]) as file:
    numbers = {name: number for number, name in enumerate(file.read().splitlines())}
def note(frame, event, argument):
    number = numbers.get(frame.f_code.co_filename)
    if number is not None:
        entered[number] = 1
sys.settrace(note)
threading.settrace(note)
"""


class Table:
    """Rows of a figure in the older checkout, the same in this one, and their ratio."""

    def __init__(self, title: str, unit: str) -> None:
        """Start an empty table of figures in one unit."""
        self._lines = [
            f"\n## {title}\n",
            f"| {unit} | before | now | now / before |",
            "|---|--:|--:|--:|",
        ]

    def add(self, name: str, before: float | None, now: float | None) -> None:
        """Add a row; None is a thing that a checkout does not have."""
        shown = ["-" if each is None else f"{each:,.4g}" for each in (before, now)]
        ratio = f"{now / before:.2f}" if before and now is not None else "-"
        self._lines.append(f"| {name} | {shown[0]} | {shown[1]} | {ratio} |")

    def __str__(self) -> str:
        """Return the table as Markdown."""
        return "\n".join(self._lines)


def main() -> None:
    """Measure, print, and write where asked."""
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("before", type=Path, help="the other checkout, with its .venv")
    words.add_argument("--rounds", type=int, default=9, help="runs of each command")
    words.add_argument("--write", type=Path, metavar="FILE", help="write the tables there too")
    given = words.parse_args()
    both = (given.before.resolve(), ROOT)
    tables: list[Table] = []
    for table in itertools.chain(
        sizes(both), entered(both), commands(both, given.rounds), pages(both), throughput(both)
    ):
        print(table, flush=True)
        tables.append(table)
    if given.write:
        names, today = [_commit(each) for each in both], dt.datetime.now(dt.UTC).date()
        head = f"Commit {names[0]} beside {names[1]}, {today}, {os.cpu_count()} cores.\n"
        given.write.write_text(head + "\n".join(map(str, tables)) + "\n")


def sizes(both: tuple[Path, Path]) -> Iterator[Table]:
    """Files and lines of Python, by room, and the lines of queries."""
    counts = [_rooms(each / "src/crampkg") for each in both]
    for title, which in (("Files", 0), ("Lines of Python", 1)):
        table = Table(f"{title} by room", "room")
        for room in sorted(counts[0].keys() | counts[1].keys()):
            table.add(room, *(each.get(room, (None, None))[which] for each in counts))
        table.add("all", *(sum(pair[which] for pair in each.values()) for each in counts))
        yield table
    table = Table("Lines of questions", "folder")
    table.add("queries/", *(sum(map(_lines, (each / "queries").rglob("*.rq"))) for each in both))
    yield table


def _rooms(source: Path) -> dict[str, tuple[int, int]]:
    """Return files and lines of each folder directly below `source`, and of the files there."""
    rooms: dict[str, tuple[int, int]] = {}
    for file in source.rglob("*.py"):
        inside = file.relative_to(source).parts
        room = inside[0] + "/" if len(inside) > 1 else "(files)"
        files, lines = rooms.get(room, (0, 0))
        rooms[room] = files + 1, lines + _lines(file)
    return rooms


def _lines(file: Path) -> int:
    return len(file.read_text(encoding="utf-8").splitlines())


def entered(both: tuple[Path, Path]) -> Iterator[Table]:
    """The files of ours in which functions are entered by a cold command and by a warm page."""
    table = Table("Files of ours that are entered", "by")
    for name, command in COMMANDS.items():
        table.add(f"`{name}`", *(_entered_by_command(each, command) for each in both))
    for name in ("a question", "a thing", "why"):
        table.add(f"the page of {name}", *(_entered_by_page(each, PAGES[name]) for each in both))
    yield table


def _entered_by_command(checkout: Path, command: list[str]) -> int:
    with _tracing(checkout) as (environment, entered):
        _run(checkout, command, environment)
        return entered[:].count(1)


def _entered_by_page(checkout: Path, page: str) -> int:
    """Return the number of files for a page that is anew, of a server that gave one like it."""
    with _tracing(checkout) as (environment, entered), serving(checkout, environment) as server:
        for _ in range(4):  # each worker once
            server.get(page, anew=True, patience=9)
        entered[:] = bytes(len(entered))
        server.get(page, anew=True, patience=9)
        return entered[:].count(1)


@contextlib.contextmanager
def _tracing(checkout: Path) -> Iterator[tuple[dict[str, str], mmap.mmap]]:
    """Give the environment of a traced process, and a byte for each file of ours."""
    with tempfile.TemporaryDirectory() as folder:
        names = sorted(map(str, (checkout / "src/crampkg").rglob("*.py")))
        Path(folder, "names").write_text("\n".join(names))
        Path(folder, "bytes").write_bytes(bytes(len(names)))
        Path(folder, "sitecustomize.py").write_text(TRACER)
        environment = {
            "PYTHONPATH": folder,
            "TRACE_NAMES": f"{folder}/names",
            "TRACE_BYTES": f"{folder}/bytes",
        }
        with Path(folder, "bytes").open("r+b") as file, mmap.mmap(file.fileno(), 0) as entered:
            yield environment, entered


def commands(both: tuple[Path, Path], rounds: int) -> Iterator[Table]:
    """The processor's time of a process for each command, the least of some runs in turn."""
    table = Table("Processor's time of a command, cold", "milliseconds")
    for name, command in COMMANDS.items():
        for checkout in both:
            _run(checkout, command)  # builds the snapshot, and compiles
        times: list[list[float]] = [[], []]
        for _ in range(ROUNDS.get(name, rounds)):
            for which, checkout in enumerate(both):
                times[which].append(_run(checkout, command))
        table.add(f"`{name}`", *(1000 * min(each) for each in times))
    yield table


def _run(checkout: Path, command: list[str], more: dict[str, str] | None = None) -> float:
    """Return the processor's seconds of a command; stop with its words if it fails."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(
        [checkout / ".venv/bin/crampkg", *command],
        env=_environment(more),
        cwd=checkout,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        sys.exit(f"{checkout}: {command[0]} ended with {done.returncode}: {done.stderr}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _environment(more: dict[str, str] | None) -> dict[str, str]:
    """Return the environment with `more`; compiled modules are written, as for any user."""
    ours = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    return ours | (more or {})


class Server:
    """A server of ours, asked over one connection a client."""

    _numbers = itertools.count(int(time.time()))

    def __init__(self, process: subprocess.Popen[str], port: int) -> None:
        """Wrap a process that serves at `port`."""
        self._process = process
        self._port = port

    def get(
        self,
        path: str,
        *,
        anew: bool,
        client: http.client.HTTPConnection | None = None,
        patience: int = 0,
    ) -> None:
        """Ask for a path. Another host name makes a page anew, a remark makes a query so."""
        client = client or http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
        headers = {}
        if anew:
            number = next(self._numbers)
            headers["Host"] = f"h{number}.localhost:{self._port}"
            path += f"%23{number}" if path.startswith("/sparql") else ""
        client.request("GET", path, headers=headers)
        response = client.getresponse()
        text = response.read()
        if response.status == http.client.SERVICE_UNAVAILABLE and patience:
            self.get(path, anew=anew, patience=patience - 1)
        elif response.status != http.client.OK:
            sys.exit(f"{path}: {response.status} {text[:300]!r}")

    def seconds(self) -> float:
        """Return the processor's time of the server and all its processes so far."""
        ticks = 0
        for entry in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                fields = entry.read_text().rpartition(")")[2].split()
                if int(fields[2]) == self._process.pid:  # its process group
                    ticks += sum(map(int, fields[11:15]))
        return ticks / os.sysconf("SC_CLK_TCK")

    def load(self, path: str, seconds: float, *, anew: bool) -> tuple[float, float]:
        """Return requests a second and milliseconds of the processor each, of some clients."""
        end, begun, used = time.monotonic() + seconds, time.monotonic(), self.seconds()
        counts = [0] * CLIENTS

        def ask(which: int) -> None:
            client = http.client.HTTPConnection("127.0.0.1", self._port, timeout=60)
            while time.monotonic() < end:
                self.get(path, anew=anew, client=client)
                counts[which] += 1

        threads = [threading.Thread(target=ask, args=(each,)) for each in range(CLIENTS)]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        total = sum(counts)
        return total / (time.monotonic() - begun), 1000 * (self.seconds() - used) / total


@contextlib.contextmanager
def serving(checkout: Path, more: dict[str, str] | None = None) -> Iterator[Server]:
    """Run the server of a checkout."""
    process = subprocess.Popen(
        [checkout / ".venv/bin/crampkg", "serve", "--port", "0", "--log", "json"],
        env=_environment(more),
        cwd=checkout,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        yield Server(process, _port(process))
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait(60)


def _port(process: subprocess.Popen[str]) -> int:
    """Return the port of the address that the server prints."""
    for line in process.stdout or ():
        for word in line.replace('"', " ").split():
            if word.startswith("http://"):
                threading.Thread(target=lambda: [None for _ in process.stdout or ()]).start()
                return int(word.rstrip("/.,").rpartition(":")[2])
    sys.exit("The server did not say where it serves.")


def pages(both: tuple[Path, Path]) -> Iterator[Table]:
    """The processor's time of a page anew, in all processes of the server."""
    table = Table("Processor's time of a page, anew", "milliseconds")
    with serving(both[0]) as before, serving(both[1]) as now:
        for name, path in PAGES.items():
            loads = [[s.load(path, 1, anew=True)[1] for s in (before, now)] for _ in range(3)]
            table.add(name, *map(min, zip(*loads, strict=True)))
    yield table


def throughput(both: tuple[Path, Path]) -> Iterator[Table]:
    """Requests a second of some clients, the most of some runs in turn."""
    table = Table(f"Requests a second, {CLIENTS} clients", "of")
    with serving(both[0]) as before, serving(both[1]) as now:
        for (name, path), anew in itertools.product(REQUESTS.items(), (True, False)):
            loads = [[s.load(path, 3, anew=anew)[0] for s in (before, now)] for _ in range(3)]
            table.add(f"{name}, {'anew' if anew else 'again'}", *map(max, zip(*loads, strict=True)))
    yield table


def _commit(checkout: Path) -> str:
    words = ["git", "-C", str(checkout), "rev-parse", "--short=7", "HEAD"]
    return subprocess.run(words, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
