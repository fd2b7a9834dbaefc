"""How fast pages come: from the start of the server to the first, and then each kind of page.

    python bench/pages.py

Starts `crampkg serve` on a free port. Server time is what its own log says: from the request to
the last byte. "anew" is asked for by another name of the host each time, which makes it another
page that a worker has to render; "again" is the same page.
"""

from __future__ import annotations

import contextlib
import json
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
    from collections.abc import Iterator

COMMAND = [str(Path(sys.executable).with_name("crampkg")), "serve", "--log", "json", "--port"]

PAGES = {
    "home": "/",
    "questions": "/questions",
    "question, 3 rows": "/questions/arteries-explaining-pain?site=kg:calf",
    "question, 15 rows": "/questions/differential",
    "concept": "/id/dehydration",
    "marker": "/id/what-causes-leg-cramps/marker-7",
    "concepts": "/concepts",
    "ontology": "/ontology",
    "evidence": "/evidence",
    "picture of the whole graph": "/picture",
    "editor with a result": "/editor?query=SELECT+*+%7B+kg:calf+%3Fp+%3Fo+%7D",
    "why": "/why?subject=kg:femoral-artery&predicate=ck:implicatedIn&object=kg:calf-pain",
    "about": "/about",
}
ROUNDS = 20


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


def main() -> None:
    """Print the figures."""
    print("From the start of the server to its first page, ms (best and median of 5):")
    for name in ("home", "question, 3 rows"):
        times = [first_page(PAGES[name]) for _ in range(5)]
        print(f"  {name:20} {min(times):6.0f} {statistics.median(times):6.0f}")
    library = {
        question.id: f"/questions/{question.id}" for question in KnowledgeGraph.open().questions()
    }
    anew: dict[str, list[float]] = {}
    again: dict[str, list[float]] = {}
    with serving() as (client, _, log):
        for path in [*PAGES.values(), *library.values()]:
            for number in range(ROUNDS):
                client.get(path)
                client.get(path, headers={"host": f"anew-{number}.example"})
        time.sleep(0.2)
        for line in log.read_text(encoding="utf-8").splitlines():
            if line.startswith("{"):
                told = json.loads(line)
                known = again if told.get("cached") else anew
                known.setdefault(told["path"], []).append(told["ms"])
    print("\nServer time of a page, ms (median):   anew   again")
    for name, path in PAGES.items():
        shown = path.partition("?")[0]
        first, then = statistics.median(anew[shown]), statistics.median(again[shown])
        print(f"  {name:34} {first:6.1f} {then:7.1f}")
    medians = {id: statistics.median(anew[path]) for id, path in library.items()}
    print(
        f"\nThe {len(library)} questions of their defaults, anew, the slowest (all: median "
        f"{statistics.median(medians.values()):.1f}):"
    )
    for id in sorted(medians, key=medians.__getitem__, reverse=True)[:6]:
        print(f"  {id:34} {medians[id]:6.1f}")


if __name__ == "__main__":
    main()
