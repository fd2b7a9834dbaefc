"""How long a worker takes to render every question's page anew, and how much of it is the query.

    python bench/question_pages.py [--before FOLDER] [--rounds N]

Each page has its question's defaults; the pages of the evidence and of a derivation are among them.
"query" is the time in the engine, "page" the whole with it, both in milliseconds of the processor,
which others on the machine lengthen least: the best, and the median of all rounds. With `--before`
the same is asked of another checkout, round by round in turns.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent

_WHY = {"subject": "kg:femoral-artery", "predicate": "ck:implicatedIn", "object": "kg:calf-pain"}

#: What a page may take.
_MOST = 20.0


def render() -> None:
    """Render all pages once for each line that is read, as a worker does, and tell the times."""
    from crampkg.engine.embedded import EmbeddedEngine
    from crampkg.server import jobs
    from crampkg.server.limits import Limits
    from crampkg.server.preload import GRAPH

    inside = 0.0
    ask = EmbeddedEngine.query

    def timed(*given: Any, **named: Any) -> Any:
        nonlocal inside
        begun = time.process_time()
        try:
            return ask(*given, **named)
        finally:
            inside += time.process_time() - begun

    EmbeddedEngine.query = timed  # type: ignore[method-assign] # to look inside
    pages: dict[str, dict[str, Any]] = {
        each.id: {"view": "question", "id": each.id} for each in GRAPH.questions()
    }
    pages["(evidence)"] = {"view": "evidence"}
    pages["(why)"] = {"view": "why", "asked": list(_WHY.items())}
    limits = Limits()
    for _ in sys.stdin:
        times = {}
        for name, page in pages.items():
            job = {"do": "page", "asked": [], "base": "http://localhost", "encoding": "br", **page}
            inside = 0.0
            begun = time.process_time()
            jobs.run(job, GRAPH, limits)
            times[name] = (time.process_time() - begun) * 1000, inside * 1000
        print(json.dumps(times), flush=True)


def worker(folder: Path) -> subprocess.Popen[str]:
    """Start a process that renders with the package in a checkout."""
    return subprocess.Popen(
        [sys.executable, __file__, "--render"],
        env={**os.environ, "PYTHONPATH": str(folder.resolve() / "src")},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def round_of(process: subprocess.Popen[str]) -> dict[str, tuple[float, float]]:
    """Return what each page took, whole and in the engine."""
    if process.stdin is None or process.stdout is None:
        raise AssertionError
    print(file=process.stdin, flush=True)
    told: dict[str, tuple[float, float]] = json.loads(process.stdout.readline())
    return told


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, allow_abbrev=False)
    parser.add_argument("--before", type=Path)
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--render", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.render:
        render()
        return
    folders = [*([given.before] if given.before else []), ROOT]
    workers = [worker(folder) for folder in folders]
    rounds: list[list[dict[str, tuple[float, float]]]] = [[] for _ in workers]
    for number in range(given.rounds + 1):
        for process, found in zip(workers, rounds, strict=True):
            told = round_of(process)
            if number:  # the first one reads what is kept
                found.append(told)
    for process in workers:
        process.communicate()
    names = ["before", "now"][-len(workers) :]
    print(" " * 30 + "".join(f"{each + ':':>12} query    page  median" for each in names))
    slow = 0
    for page in sorted(rounds[-1][0], key=lambda page: -_best(rounds[-1], page, 0)):
        line = f"{page:30}"
        for found in rounds:
            median = statistics.median(told[page][0] for told in found)
            line += f"{_best(found, page, 1):18.1f}{_best(found, page, 0):8.1f}{median:8.1f}"
        print(line)
        slow += _best(rounds[-1], page, 0) >= _MOST
    total = len(rounds[-1][0])
    print(f"{total - slow} of {total} pages take less than {_MOST:g} ms at best.")


def _best(found: list[dict[str, tuple[float, float]]], page: str, part: int) -> float:
    return min(told[page][part] for told in found)


if __name__ == "__main__":
    main()
