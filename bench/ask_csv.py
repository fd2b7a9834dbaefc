"""CPU time of `crampkg ask ID -f csv` beside a bare Python process that does the same.

    python bench/ask_csv.py [QUESTION] [--rounds N]

Whole processes, run in turn in one session, user and system time. "installed" is the package as a
wheel lays it out, with its snapshot; "checkout" finds out first whether the sources have changed.
The bare process parses the same snapshot and runs the same query with pyoxigraph (`bare_ask.py`).
Goal: 1.5 times the bare process. A last line says what of it is spent on verifying the snapshot.
"""

from __future__ import annotations

import argparse
import os
import resource
import shutil
import statistics
import subprocess
import sys
import tempfile
import timeit
from pathlib import Path

from crampkg.graph import KnowledgeGraph
from crampkg.pipeline import snapshot as snapshots
from crampkg.pipeline.snapshot import FILES, build_into

ROOT = Path(__file__).resolve().parents[1]
GOAL = 1.5
MAIN = "import sys; from crampkg.cli import main; sys.exit(main())"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU time of `crampkg ask ID -f csv`")
    parser.add_argument("question", nargs="?", default="arteries-explaining-pain")
    parser.add_argument("--rounds", type=int, default=30)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        medians = measure(Path(folder), arguments.question, arguments.rounds)
        verifying = verification(Path(folder))
    bare = medians["bare pyoxigraph"]
    print(f"crampkg ask {arguments.question} -f csv: CPU of whole processes, medians")
    for name, seconds in medians.items():
        print(f"  {name:<18} {1000 * seconds:6.1f} ms   {seconds / bare:5.2f}")
    print(f"goal: at most {GOAL} times bare pyoxigraph")
    print(f"verifying the snapshot takes {1000 * verifying:.1f} ms of it")


def measure(folder: Path, question: str, rounds: int) -> dict[str, float]:
    """Return the median CPU seconds of each contender; `folder` is for their files."""
    graph = KnowledgeGraph.open(ROOT)
    installed = folder / "installed"
    shutil.copytree(ROOT / "src" / "crampkg", installed / "crampkg")
    for name in ("ontology", "data", "queries", "rules"):
        shutil.copytree(ROOT / name, installed / "crampkg" / "kg" / name)
    snapshot = installed / "crampkg" / "kg" / "snapshot"
    snapshot.mkdir()
    build_into(graph.sources, str(snapshot))
    query = folder / "query.rq"
    query.write_text(graph.ask(question).query, encoding="utf-8")
    bare = [str(ROOT / "bench" / "bare_ask.py"), str(snapshot / "graph.nq"), str(query)]
    ask = ["-c", MAIN, "ask", question, "-f", "csv"]
    contenders = {
        "bare Python": (["-c", "pass"], installed),
        "bare pyoxigraph": (bare, installed),
        "crampkg, installed": (ask, installed),
        "crampkg, checkout": (ask, ROOT / "src"),
    }
    spent: dict[str, list[float]] = {name: [] for name in contenders}
    outputs = set()
    for number in range(rounds + 1):
        for name, (words, path) in contenders.items():
            seconds, output = cpu_time(words, path, folder)
            if number:  # the first round writes the byte code and the snapshot
                spent[name].append(seconds)
            outputs.add(output)
    assert len(outputs) == 2, "the contenders do not write the same rows"  # noqa: PLR2004, S101 - with the empty one
    return {name: statistics.median(seconds) for name, seconds in spent.items()}


def verification(folder: Path) -> float:
    """Return the seconds that it takes longer to read the installed snapshot and verify it."""
    where = folder / "installed" / "crampkg" / "kg" / "snapshot"

    def read() -> None:
        for name in FILES:
            (where / name).read_bytes()

    verified, plain = (
        min(timeit.repeat(way, number=1, repeat=50))
        for way in (lambda: snapshots._verified(str(where)), read)  # noqa: SLF001 - what is timed
    )
    return verified - plain


def cpu_time(words: list[str], path: Path, folder: Path) -> tuple[float, bytes]:
    """Return the CPU seconds of Python run with `words`, modules from `path`, and its output."""
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(path),
        "PYTHONPYCACHEPREFIX": str(folder / "byte-code"),
        "CRAMPKG_CACHE": str(folder / "cache"),
        "HOME": str(folder),
    }
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(
        [sys.executable, *words], env=environment, capture_output=True, check=True
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return used, ended.stdout


if __name__ == "__main__":
    main()
