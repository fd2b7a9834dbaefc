"""Mutants of the code, by mutmut: each breaks one place, and a test that covers it must notice.

    python tests/mutants/code.py --seed 14 --most 300

Tries a seeded sample of the mutants of what `[tool.mutmut]` in pyproject.toml names, in a copy of
the checkout, each against the tests that cover it. A survivor that no test can tell from the
original, or whose difference nobody is owed, stands in `survivors.tsv` with its reason; any other
one fails the run. Needs mutmut (`tests/mutants/requirements.txt`), which `make mutants` installs.
"""

from __future__ import annotations

import argparse
import csv
import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
SURVIVORS = Path(__file__).with_name("survivors.tsv")
#: Memory of one mutant: some build without end.
MEMORY = 4 << 30
#: What mutmut calls the ends of a mutant, by its exit code. A mutant that runs out of time or
#: memory, or ends the process, is noticed.
SURVIVED, UNTESTED = 0, 33


class Survivor(NamedTuple):
    """A mutant that no test noticed: its function, and its line before and after."""

    function: str
    before: str
    after: str


def run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """Run mutmut in `folder`, with bounded memory."""
    return subprocess.run(
        [sys.executable, "-m", "mutmut", *words],
        cwd=folder,
        env={**os.environ, "CRAMPKG_TEST_CACHE": str(folder / "cache"), "PYTHONPATH": ""},
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY)),
        capture_output=True,
        text=True,
        check=False,
    )


def copy(folder: Path) -> None:
    """Copy what git tracks in the working tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    for name in filter(None, listed.stdout.split("\0")):
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if (ROOT / name).is_file():
            shutil.copy(ROOT / name, target)


def ends(folder: Path) -> dict[str, int | None]:
    """Return the exit code of each mutant by its name; None for one that was not tried."""
    return {
        name: code
        for path in sorted((folder / "mutants" / "src").rglob("*.meta"))
        for name, code in json.loads(path.read_text())["exit_code_by_key"].items()
    }


def survivor(folder: Path, name: str) -> Survivor:
    """Return what a mutant changes."""
    lines = run(folder, "show", name).stdout.splitlines()
    before = " / ".join(line[1:].strip() for line in lines if line[:1] == "-" != line[1:2])
    after = " / ".join(line[1:].strip() for line in lines if line[:1] == "+" != line[1:2])
    return Survivor(name.rpartition("__mutmut_")[0], before, after)


def reasons() -> dict[Survivor, str]:
    """Return why each known survivor is left alive."""
    with SURVIVORS.open(encoding="utf-8", newline="") as file:
        rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
        next(rows)
        return {Survivor(*row[:3]): row[3] for row in rows}


def main() -> int:
    """Try a sample of mutants; print the survivors without a reason, and the figure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--most", type=int, default=300, help="how many mutants are tried")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy(folder)
        sys.stderr.write("mutmut writes the mutants and sees which tests cover them.\n")
        prepared = run(folder, "run", "--max-children", "1", "nothing matches this")
        names = sorted(ends(folder))
        if not names:
            sys.stderr.write(prepared.stdout[-2000:] + prepared.stderr[-2000:])
            return 2
        sample = random.Random(options.seed).sample(names, min(options.most, len(names)))
        sys.stderr.write(f"{len(names)} mutants, of which {len(sample)} are tried.\n")
        run(folder, "run", "--max-children", "2", *sample)
        codes = ends(folder)
        lived = [name for name in sample if codes[name] in (SURVIVED, UNTESTED)]
        untried = [name for name in sample if codes[name] is None]
        found = Counter(survivor(folder, name) for name in lived)
    known = reasons()
    for each in sorted(found):
        reason = known.get(each, "no reason is given")
        sys.stdout.write("\t".join((*each, reason)) + "\n")
    killed = len(sample) - len(lived) - len(untried)
    unexplained = sum(number for each, number in found.items() if each not in known)
    sys.stdout.write(
        f"Seed {options.seed}: {len(sample)} of {len(names)} mutants tried, {killed} killed "
        f"({killed / len(sample):.1%}), {len(lived)} survived, of which {unexplained} without a "
        f"reason; {len(untried)} could not be tried.\n"
    )
    return int(unexplained > 0 or len(untried) > 0)


if __name__ == "__main__":
    sys.exit(main())
