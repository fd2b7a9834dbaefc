"""Mutants of the code, written by mutmut: each breaks one place, and a test must notice.

    python tests/mutants/code.py --seed 14 --most 300

Tries a seeded sample of the mutants of what `[tool.mutmut]` in pyproject.toml names, in a copy of
the checkout. Each runs in a process of its own, a fork of one that has collected the tests, against
the tests that `tests.tsv` names for its module, the cheapest first, until one fails. (mutmut's own
runner first traces which tests cover what, which takes long, and runs them in no order.) A survivor
that no test can tell from the original, or whose difference nobody is owed, stands in
`survivors.tsv` with its reason; any other one fails the run. `make mutants` installs mutmut.
"""

from __future__ import annotations

import argparse
import csv
import fnmatch
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
SURVIVORS, TESTS = (Path(__file__).with_name(f"{name}.tsv") for name in ("survivors", "tests"))
#: Of one mutant, since some build without end and some never end: bytes, seconds of the processor,
#: and seconds of the clock.
MEMORY, SECONDS, PATIENCE = 4 << 30, 120, 900
#: Writes the mutants, without mutmut's own run of the tests.
GENERATE = """
import mutmut.__main__ as mutmut
mutmut.set_mutant_under_test("mutant_generation")
mutmut.copy_src_dir()
mutmut.copy_also_copy_files()
mutmut.setup_source_paths()
mutmut.store_lines_covered_by_tests()
mutmut.create_mutants(2)
"""
ARGUMENTS = ("-x", "-q", "--rootdir=.", "-p", "no:randomly", "-p", "no:cacheprovider")


class Survivor(NamedTuple):
    """A mutant that no test noticed: its function, and its line before and after."""

    function: str
    before: str
    after: str


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


def generate(folder: Path) -> list[str]:
    """Write the mutants below `folder`, and return their names, sorted."""
    subprocess.run(
        [sys.executable, "-c", GENERATE], cwd=folder, stdout=subprocess.DEVNULL, check=True
    )
    return sorted(
        name
        for path in (folder / "mutants" / "src").rglob("*.meta")
        for name in json.loads(path.read_text())["exit_code_by_key"]
    )


def enter(folder: Path) -> None:
    """Make this process one that runs the tests on the mutants, and collect the tests."""
    article = os.environ.get("CRAMPKG_ARTICLE") or ROOT.parent / "shared" / "article.txt"
    (folder / "cache").mkdir()
    os.environ["CRAMPKG_ARTICLE"] = str(Path(article).resolve())
    os.environ["CRAMPKG_TEST_CACHE"] = str(folder / "cache")
    os.environ["MUTANT_UNDER_TEST"] = ""
    os.chdir(folder / "mutants")
    sys.path[:0] = [str(folder / "mutants" / "src"), str(folder / "mutants" / "tests")]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    quiet = os.open(os.devnull, os.O_RDWR)
    shown = os.dup(1)
    os.dup2(quiet, 1)
    folders = sorted(
        {test.rpartition("[")[0] or test for tests in table().values() for test in tests}
    )
    pytest.main([*ARGUMENTS, "--collect-only", *(name for name in folders if name)])
    os.dup2(shown, 1)


def table() -> dict[str, list[str]]:
    """Return the tests of each module, or of all the others of a room, as the file has them."""
    with TESTS.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file, delimiter="\t"))[1:]
    return {module: [f"tests/{test}" for test in tests.split(" ")] for module, tests in rows}


def tests_of(mutant: str) -> list[str]:
    """Return the tests of a mutant's module for pytest; `[a*,b]` are cases of a check."""
    module = mutant.removeprefix("crampkg.").partition(".x")[0]
    known = table()
    chosen: list[str] = []
    for test in known.get(module) or known[module.partition(".")[0]]:
        name, bracket, patterns = test.rstrip("]").partition("[")
        if not bracket:
            chosen.append(name)
            continue
        chosen += [
            f"{name}::test_case[{case}]"
            for case in sorted(os.listdir("tests/cases/check"))
            if any(fnmatch.fnmatch(case, pattern) for pattern in patterns.split(","))
        ]
    return chosen


def survives(mutant: str, tests: list[str]) -> bool:
    """Tell whether all `tests` pass with a mutant; with none they pass if all is well.

    A mutant that runs out of time or memory, or ends the process, is noticed.
    """
    child = os.fork()
    if child == 0:
        os.setpgrp()
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
        os.environ["MUTANT_UNDER_TEST"] = mutant
        code = 1
        try:
            code = int(pytest.main([*ARGUMENTS, *tests]))
        finally:
            os._exit(code)
    status: int | None = None
    end = time.monotonic() + PATIENCE
    while status is None and time.monotonic() < end:
        time.sleep(0.05)
        done, ended = os.waitpid(child, os.WNOHANG)
        status = ended if done else None
    try:  # with whatever it has started
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:
        pass
    if status is None:
        os.waitpid(child, 0)
        return False
    return os.waitstatus_to_exitcode(status) == 0


def survivor(folder: Path, mutant: str) -> Survivor:
    """Return what a mutant changes."""
    shown = subprocess.run(
        [sys.executable, "-m", "mutmut", "show", mutant],
        cwd=folder,
        env={**os.environ, "MUTANT_UNDER_TEST": "", "PYTHONPATH": ""},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = shown.stdout.splitlines()
    before = " / ".join(line[1:].strip() for line in lines if line[:1] == "-" != line[1:2])
    after = " / ".join(line[1:].strip() for line in lines if line[:1] == "+" != line[1:2])
    return Survivor(mutant.rpartition("__mutmut_")[0], before, after)


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
    known = reasons()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy(folder)
        names = generate(folder)
        sample = random.Random(options.seed).sample(names, min(options.most, len(names)))
        sys.stderr.write(f"{len(names)} mutants, of which {len(sample)} are tried.\n")
        enter(folder)
        lived = []
        sound: set[str] = set()
        for mutant in sample:
            tests = tests_of(mutant)
            if not sound.issuperset(tests) and not survives("", tests):
                sys.stderr.write(f"Without any mutant a test fails among: {' '.join(tests)}\n")
                return 2
            sound.update(tests)
            if survives(mutant, tests):
                lived.append(survivor(folder, mutant))
                reason = known.get(lived[-1], "no reason is given")
                sys.stdout.write("\t".join((*lived[-1], reason)) + "\n")
        os.chdir(ROOT)
    killed = len(sample) - len(lived)
    unexplained = sum(number for each, number in Counter(lived).items() if each not in known)
    sys.stdout.write(
        f"Seed {options.seed}: {len(sample)} of {len(names)} mutants tried, {killed} killed "
        f"({killed / len(sample):.1%}), {len(lived)} survived, of which {unexplained} without a "
        "reason.\n"
    )
    return int(unexplained > 0)


if __name__ == "__main__":
    sys.exit(main())
