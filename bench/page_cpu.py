"""What each kind of page costs the processor, beside another checkout.

    python bench/page_cpu.py [--before FOLDER] [--rounds N]

Starts `crampkg serve` of this checkout, and with `--before` that of another one, and asks them in
turns. No page comes from memory: each time the host has another name, and a name in the address is
spelled otherwise. The figures are milliseconds of the processor that the server and all that it
has started spend on a page: the mean of eight requests, the best of some rounds.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
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
    "answer as JSON": "/api/questions/arteries-explaining-pain?site={buttock}&format=json",
    "thing": "/id/dehydration",
    "card as JSON": "/api/describe?term={dehydration}",
    "card as Turtle": "/api/describe?term={dehydration}&format=turtle",
    "names found": "/api/terms?q={dehydration}",
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


def spent(process: int) -> float:
    """Return the seconds of the processor that a process has had, with all that it has started."""
    seconds = 0.0
    family = [process]
    for each in family:
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                family += map(int, (task / "children").read_text(encoding="ascii").split())
                seconds += int((task / "schedstat").read_text(encoding="ascii").split()[0]) / 1e9
            ended = Path(f"/proc/{each}/stat").read_text(encoding="ascii").rpartition(")")[2]
            seconds += sum(map(int, ended.split()[13:15])) / _TICK  # of its children that are gone
    return seconds


class Server:
    """A running server of a checkout."""

    def __init__(self, folder: Path, log: Path) -> None:
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "crampkg", "serve", "--port", "0", "--log", "none"],
                env={**os.environ, "PYTHONPATH": str(folder.resolve() / "src")},
                stderr=file,
            )
        while not (ready := re.search(r"at (http://\S+)/", log.read_text(encoding="utf-8"))):
            time.sleep(0.05)
        self.client = httpx.Client(base_url=ready[1], timeout=120, trust_env=False)
        self._number = 0

    def _spelled(self, name: re.Match[str]) -> str:
        """Return a name with capital letters where the number of the request has ones."""
        return "".join(
            letter.upper() if self._number >> place & 1 else letter
            for place, letter in enumerate(name[1])
        )

    def cost(self, path: str, requests: int = REQUESTS) -> float:
        """Return the milliseconds of the processor that a page takes, each time another one."""
        before = spent(self.process.pid)
        for _ in range(requests):
            self._number += 1
            host = {"host": f"anew-{self._number}.example"}
            address = re.sub(r"\{(\w+)\}", self._spelled, path)
            self.client.get(address, headers=host).raise_for_status()
        return (spent(self.process.pid) - before) * 1000 / requests


@contextlib.contextmanager
def running(folder: Path) -> Iterator[Server]:
    """Run a server of a checkout."""
    with tempfile.TemporaryDirectory() as logs:
        server = Server(folder, Path(logs) / "log")
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
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(running(folder)) for folder in folders]
        names = ["before", "now"][-len(folders) :]
        print(f"| page | {' | '.join(names)} |\n|---|{'---:|' * len(names)}")
        for page, path in PAGES.items():
            for server in servers:
                server.cost(path, 3)
            rounds = [[server.cost(path) for server in servers] for _ in range(given.rounds)]
            best = map(min, zip(*rounds, strict=True))
            print(f"| {page} | {' | '.join(f'{each:.1f}' for each in best)} |", flush=True)


if __name__ == "__main__":
    main()
