"""How fast pages come: from the start of the server to the first, and then each kind of page.

    python bench/pages.py [--write FILE]

Starts `crampkg serve` on a free port. Server time is what its own log says: from the request to
the last byte. "anew" is asked for by another name of the host each time, which makes it another
page that has to be rendered; "again" is the same page.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

from crampkg.graph import KnowledgeGraph

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

COMMAND = [str(Path(sys.executable).with_name("crampkg")), "serve", "--log", "json", "--port"]

PAGES = {
    "home": "/",
    "questions": "/questions",
    "questions found": "/questions?q=why+does+my+calf+hurt",
    "question without an answer": "/questions/arteries-explaining-pain?site=kg:ankle",
    "question, 3 rows": "/questions/arteries-explaining-pain?site=kg:calf",
    "question, 15 rows": "/questions/differential",
    "concept": "/id/dehydration",
    "marker": "/id/what-causes-leg-cramps/marker-7",
    "concepts": "/concepts",
    "ontology": "/ontology",
    "evidence": "/evidence",
    "picture, nothing chosen": "/picture",
    "editor with a result": "/editor?query=SELECT+*+%7B+kg:calf+%3Fp+%3Fo+%7D",
    "why": "/why?subject=kg:femoral-artery&predicate=ck:implicatedIn&object=kg:calf-pain",
    "about": "/about",
}
ROUNDS, STARTS = 20, 5


@contextlib.contextmanager
def serving() -> Iterator[tuple[httpx.Client, float, Path]]:
    """Run a server: what asks it, when it was started, and the file that its log goes to."""
    with (
        tempfile.TemporaryDirectory() as folder,
        socket.socket() as free,
        httpx.Client(timeout=60, trust_env=False) as client,
    ):
        log = Path(folder) / "log"
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        client.base_url = f"http://127.0.0.1:{port}"
        with log.open("wb") as file:
            begun = time.perf_counter()
            process = subprocess.Popen([*COMMAND, str(port)], stderr=file)
            while True:
                with contextlib.suppress(OSError):
                    socket.create_connection(("127.0.0.1", port), timeout=0.1).close()
                    break
                time.sleep(0.002)
            yield client, begun, log
            process.send_signal(signal.SIGTERM)
            process.wait()


def first_page(path: str) -> float:
    """Return the milliseconds from the start of a server to the whole of its first page."""
    with serving() as (client, begun, _):
        client.get(path).raise_for_status()
        return (time.perf_counter() - begun) * 1000


def started() -> list[list[str]]:
    """Return how long a server takes from its start to its first page, in ms."""
    found = []
    for name in ("home", "question, 3 rows"):
        times = [first_page(PAGES[name]) for _ in range(STARTS)]
        found.append([name, f"{min(times):.0f}", f"{statistics.median(times):.0f}"])
    return found


def rendered(paths: Iterable[str]) -> tuple[dict[str, float], dict[str, float]]:
    """Return the median server time of each page anew, and of the same again, in ms."""
    anew: dict[str, list[float]] = {}
    again: dict[str, list[float]] = {}
    with serving() as (client, _, log):
        for path in paths:
            for number in range(ROUNDS):
                client.get(path)
                client.get(path, headers={"host": f"anew-{number}.example"})
        time.sleep(0.2)
        for line in log.read_text(encoding="utf-8").splitlines():
            if line.startswith("{"):
                told = json.loads(line)
                known = again if told.get("cached") else anew
                known.setdefault(told["path"], []).append(told["ms"])
    first, then = (
        {path: statistics.median(times) for path, times in known.items()} for known in (anew, again)
    )
    return first, then


def table(head: list[str], rows: Iterable[list[str]]) -> str:
    """Return rows in Markdown, the first column words and the others numbers."""
    lines = [head, ["---", *["---:"] * (len(head) - 1)], *rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--write", type=Path, metavar="FILE")
    given = parser.parse_args()
    library = {
        question.id: f"/questions/{question.id}" for question in KnowledgeGraph.open().questions()
    }
    first = started()
    anew, again = rendered([*PAGES.values(), *library.values()])
    plain = {name: path.partition("?")[0] for name, path in PAGES.items()}
    slowest = sorted(library.values(), key=anew.__getitem__, reverse=True)
    middle = statistics.median(anew[path] for path in slowest)
    text = (
        f"# How fast pages come\n\nBy `python bench/pages.py` on "
        f"{dt.datetime.now(dt.UTC):%Y-%m-%d}, {len(os.sched_getaffinity(0))} cores, in ms. From "
        f"the start\nof the server to its first page, of {STARTS} starts:\n\n"
        + table(["first page", "best", "median"], first)
        + f"\nServer time of a page, from the request to the last byte, the median of {ROUNDS}: "
        "rendered anew,\nand again from memory:\n\n"
        + table(
            ["page", "anew", "again"],
            ([name, f"{anew[path]:.1f}", f"{again[path]:.1f}"] for name, path in plain.items()),
        )
        + f"\nThe pages of all {len(library)} questions, with their defaults: {middle:.1f} in the "
        "median. The slowest:\n\n"
        + table(
            ["question", "anew"],
            ([path.rpartition("/")[2], f"{anew[path]:.1f}"] for path in slowest[:6]),
        )
    )
    print(text, end="")
    if given.write:
        given.write.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
