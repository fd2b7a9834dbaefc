"""How long `crampkg check` takes for files of growing size: `python bench/check.py [--before REV]`.

Each file holds concepts that are made up, with five triples each, and stands among the sources of
a checkout. With `--before` the same is measured with the code and the rules of a revision in git,
unpacked into a temporary folder, so that one run shows both. Times are the
processor's, which other work on the machine does not lengthen; only the limit is of the clock.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[1]
SIZES = (1_000, 5_000, 20_000)
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
RUN = """\
import sys
from crampkg.check import run
from crampkg.sources import Sources
print(run(Sources.find(sys.argv[1]), sys.argv[2:]).summary)
"""


def concepts(triples: int) -> str:
    """Return Turtle of about so many triples."""
    numbers = range(1, triples // 5 + 1)
    return HEAD + "".join(CONCEPT.format(number=each, wider=each // 2) for each in numbers)


def seconds(checkout: Path, file: Path, limit: float) -> str:
    """Return the processor's time for a check of `file` with the code and sources of a checkout."""
    environment = {**os.environ, "PYTHONPATH": str(checkout / "src")}
    words = [sys.executable, "-c", RUN, str(checkout), str(file)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        subprocess.run(words, env=environment, check=True, stdout=subprocess.DEVNULL, timeout=limit)
    except subprocess.TimeoutExpired:
        return f"over {limit:.0f} s"
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return f"{after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime:.1f} s"


def main() -> None:
    """Measure and print."""
    words = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    words.add_argument("--before", metavar="REV", help="a revision in git to compare with")
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
        print(f"{'triples':>8}", *(f"{name:>12}" for name in checkouts))
        for size in SIZES:
            file = Path(folder) / "made-up.ttl"
            file.write_text(concepts(size), encoding="utf-8")
            taken = [seconds(checkout, file, asked.limit) for checkout in checkouts.values()]
            print(f"{size:8}", *(f"{each:>12}" for each in taken), flush=True)


if __name__ == "__main__":
    main()
