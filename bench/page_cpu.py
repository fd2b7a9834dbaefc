"""What each kind of page costs the processor, and how many files it enters, beside a checkout.

    python bench/page_cpu.py [--before FOLDER] [--rounds N]

Starts `crampkg serve` of this checkout, and with `--before` that of another one, and asks them in
turns. A page is asked for by another name of the host each time, so that none comes from memory.
"CPU" is what the server and all that it has started spend on a page, in ms: the best round's mean
of eight requests, after one that reads what is kept. "Files" are the modules of ours whose
functions are called for a page by then.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(__file__).resolve().parent.parent
PAGES = {
    "home": "/",
    "questions": "/questions",
    "questions found": "/questions?q=why+does+my+calf+hurt",
    "question without an answer": "/questions/arteries-explaining-pain?site=kg:ankle",
    "question, 3 rows": "/questions/arteries-explaining-pain?site=kg:calf",
    "question, 15 rows": "/questions/differential",
    "answer as JSON": "/api/questions/differential?format=json",
    "thing": "/id/dehydration",
    "thing as Turtle": "/id/dehydration.ttl",
    "card": "/api/describe?term=dehydration",
    "names": "/api/terms?q=calf",
    "marker": "/id/what-causes-leg-cramps/marker-7",
    "things": "/concepts",
    "ontology": "/ontology",
    "evidence": "/evidence",
    "picture of a thing": "/picture?concept=calf",
    "editor with a result": "/editor?query=SELECT+*+%7B+kg:calf+%3Fp+%3Fo+%7D",
    "why": "/why?subject=kg:femoral-artery&predicate=ck:implicatedIn&object=kg:calf-pain",
    "about": "/about",
}
REQUESTS = 8
_TICK = os.sysconf("SC_CLK_TCK")


def family(process: int) -> list[int]:
    """Return a process and all that it has started, and they."""
    found = [process]
    for parent in found:
        for children in Path(f"/proc/{parent}/task").glob("*/children"):
            found += map(int, children.read_text(encoding="ascii").split())
    return found


def spent(process: int) -> float:
    """Return the seconds of the processor that a server has had, with its children that ended."""
    seconds = 0.0
    for each in family(process):
        with contextlib.suppress(OSError):
            file = Path(f"/proc/{each}/schedstat")
            seconds += (
                sum(
                    int((task / "schedstat").read_text(encoding="ascii").split()[0])
                    for task in Path(f"/proc/{each}/task").iterdir()
                )
                / 1e9
                if file.exists()
                else 0
            )
            ended = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2]
            seconds += sum(map(int, ended.split()[13:15])) / _TICK  # of the children that ended
    return seconds


class Server:
    """A running server of a checkout."""

    def __init__(self, folder: Path) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", "crampkg", "serve", "--port", "0", "--log", "json"],
            env={**os.environ, "PYTHONPATH": str(folder.resolve() / "src")},
            stderr=subprocess.PIPE,
            text=True,
        )
        if self.process.stderr is None:
            raise AssertionError
        ready = (re.search(r"at (http://\S+)/", line) for line in self.process.stderr)
        url = next(filter(None, ready))[1]
        self.client = httpx.Client(base_url=url, timeout=120, trust_env=False)
        subprocess_reader(self.process)
        self._number = 0

    def cost(self, path: str, requests: int = REQUESTS) -> float:
        """Return the milliseconds of the processor that a page takes, each time another one."""
        before = spent(self.process.pid)
        for _ in range(requests):
            self._number += 1
            host = {"host": f"anew-{self._number}.example"}
            self.client.get(path, headers=host).raise_for_status()
        return (spent(self.process.pid) - before) * 1000 / requests


def subprocess_reader(process: subprocess.Popen[str]) -> None:
    """Read a log so that nobody waits for a reader."""
    import threading

    def read() -> None:
        for _ in process.stderr or ():
            pass

    threading.Thread(target=read, daemon=True).start()


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Run a server of a checkout."""
    server = Server(folder)
    try:
        yield server
    finally:
        server.process.terminate()
        server.process.wait()


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    folders = [*([given.before] if given.before else []), ROOT]
    names = ["before", "now"][-len(folders) :]
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(running(folder)) for folder in folders]
        print(f"| page | {' | '.join(f'CPU {name}' for name in names)} |")
        print(f"|---|{'---:|' * len(names)}")
        for page, path in PAGES.items():
            for server in servers:
                server.cost(path, 3)
            rounds = [[server.cost(path) for server in servers] for _ in range(given.rounds)]
            best = [min(times) for times in zip(*rounds, strict=True)]
            print(f"| {page} | {' | '.join(f'{each:.1f}' for each in best)} |", flush=True)


if __name__ == "__main__":
    main()
