"""How long `crampkg check` takes: `python bench/check.py [--before REV] [--sizes 1000 5000 ...]`.

First for all sources, the least of several runs; then for files of growing size, which hold made-up
concepts of five triples each and stand among the sources. With `--before` the same is measured with
the code and the sources of a revision in git, unpacked into a temporary folder, in turn with the
code here. Times are the processor's, of the whole process; only the limit is of the clock.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from math import inf
from pathlib import Path

ROOT = Path(__file__).parents[1]
SIZES = (1_000, 5_000, 20_000)
RUNS = 5
HEAD = """\
@prefix ck: <https://w3id.org/crampkg/ontology#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix kg: <https://w3id.org/crampkg/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
CONCEPT = """
kg:made-up-{number:06}
    a ck:Condition ;
    skos:prefLabel "made up {number:06}"@en ;
    skos:definition "What is made up for a measurement, number {number:06}."@en ;
    skos:broader kg:made-up-{wider:06} ;
    dct:source kg:source-crampkg-editorial ;
.
"""


def concepts(triples: int) -> str:
    """Return Turtle of about so many triples."""
    numbers = range(1, triples // 5 + 1)
    return HEAD + "".join(CONCEPT.format(number=each, wider=each // 2) for each in numbers)


def seconds(checkout: Path, limit: float, *files: Path) -> float:
    """Return the processor's time for a check with the code and sources of a checkout.

    It is a check of `files`, or of all sources; infinite for one that takes longer than `limit`.
    """
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    for name in ("CRAMPKG_ARTICLE", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    words = [sys.executable, "-m", "crampkg", "check", "--sources", str(checkout)]
    words += map(str, files)
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        subprocess.run(
            words, env=environment, check=not files, stdout=subprocess.DEVNULL, timeout=limit
        )
    except subprocess.TimeoutExpired:
        return inf
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--before", metavar="REV", help="a revision in git to compare with")
    words.add_argument("--sizes", nargs="*", type=int, default=SIZES, help="in triples")
    words.add_argument("--limit", type=float, default=300, help="seconds for one check")
    asked = words.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        checkouts = {"now": ROOT}
        if asked.before:
            checkouts = {asked.before: Path(folder) / "before", "now": ROOT}
            checkouts[asked.before].mkdir()
            packed = subprocess.run(
                ["git", "archive", asked.before, "src", "ontology", "data", "queries", "rules"],
                cwd=ROOT,
                check=True,
                capture_output=True,
            ).stdout
            subprocess.run(["tar", "-x", "-C", checkouts[asked.before]], input=packed, check=True)
        print(f"{'triples':>11}", *(f"{name:>12}" for name in checkouts))
        rounds = [
            [seconds(checkout, asked.limit) for checkout in checkouts.values()] for _ in range(RUNS)
        ]
        show("all sources", [min(times) for times in zip(*rounds, strict=True)])
        for size in asked.sizes:
            file = Path(folder) / "made-up.ttl"
            file.write_text(concepts(size), encoding="utf-8")
            times = [seconds(checkout, asked.limit, file) for checkout in checkouts.values()]
            show(f"{size:,}", times)


def show(name: str, times: list[float]) -> None:
    """Print the times of one row, and the last as a share of the first."""
    share = f"{times[-1] / times[0]:8.0%}" if len(times) > 1 else ""
    print(f"{name:>11}", *(f"{each:10.2f} s" for each in times), share, flush=True)


if __name__ == "__main__":
    main()
