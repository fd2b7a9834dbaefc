"""Mutants of the code, written by mutmut: each breaks one place, and a test must notice.

    python tests/mutants/code.py --seed 14 --most 300

Tries a seeded sample of the mutants of what `[tool.mutmut]` in pyproject.toml names, in a copy of
the checkout. First all tests run once without a mutant: they must pass, and it is seen which
functions each runs and how long it takes. Then each mutant runs in a fork of the process that has
collected the tests, against those that run its function, cheap ones first, until one fails.
(mutmut's own runner collects the tests anew for each mutant, and runs them in no order.)

A survivor that no test can tell from the original, or whose difference nobody is owed, stands in
`survivors.tsv` with its reason; any other one fails the run. `make mutants` installs mutmut.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import json
import os
import pkgutil
import random
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import tomllib
from collections import Counter, defaultdict
from collections.abc import Callable, Generator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

ROOT = Path(__file__).parents[2]
SURVIVORS = Path(__file__).with_name("survivors.tsv")
#: Bytes that a mutant may take, since some build without end.
MEMORY = 4 << 30
#: Seconds of the processor that the tests of one mutant may take without it: the cheapest are kept.
ENOUGH = 60.0
#: How many times as long they may take with it, some seconds more, and seconds of the clock for
#: those that wait for ever.
PATIENCE, SLACK, CLOCK = 2, 5, 900
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
    """Make this process one that runs the tests on the mutants."""
    article = os.environ.get("CRAMPKG_ARTICLE") or ROOT.parent / "shared" / "article.txt"
    (folder / "cache").mkdir()
    os.environ["CRAMPKG_ARTICLE"] = str(Path(article).resolve())
    os.environ["CRAMPKG_TEST_CACHE"] = str(folder / "cache")
    os.environ["MUTANT_UNDER_TEST"] = ""
    os.chdir(folder / "mutants")
    sys.path[:0] = [str(folder / "mutants" / "src"), str(folder / "mutants" / "tests")]
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))


class Trace:
    """What the tests do without a mutant: the functions that each runs, and its seconds."""

    def __init__(self) -> None:
        self.functions: dict[str, list[str]] = {}
        self.seconds: dict[str, float] = {}
        self._seen: set[str] = set()
        self._by_fixture: defaultdict[object, set[str]] = defaultdict(set)

    def see(self, function: str, **_: object) -> None:
        """Note that a function was called; mutmut's `record_trampoline_hit`."""
        self._seen.add(function)

    @pytest.hookimpl(wrapper=True)
    def pytest_fixture_setup(
        self, fixturedef: pytest.FixtureDef[Any]
    ) -> Generator[None, object, object]:
        """Keep apart what a fixture calls: every test that has it depends on that."""
        before, self._seen = self._seen, set()
        try:
            return (yield)
        finally:
            self._by_fixture[fixturedef] |= self._seen
            self._seen |= before

    def run(self, item: pytest.Item, following: pytest.Item | None) -> None:
        """Run a test, and keep what it does."""
        self._seen = set()
        start = time.process_time()
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        self.seconds[item.nodeid] = time.process_time() - start
        known: dict[str, Any] = getattr(item, "_fixtureinfo").name2fixturedefs  # noqa: B009
        for fixtures in known.values():
            for fixture in fixtures:
                self._seen |= self._by_fixture[fixture]
        self.functions[item.nodeid] = sorted(self._seen)


class Trial:
    """Runs mutants in place of the tests that pytest has collected."""

    def __init__(self, sample: list[str], report: Path) -> None:
        self.sample = sample
        self.lived: list[str] = []
        self.failed: list[str] = []
        self._report = report
        self._trace = Trace()

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Trace the tests, and try each mutant against those that run its function."""
        for module in pkgutil.walk_packages(
            importlib.import_module("crampkg").__path__, "crampkg."
        ):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)
        self.failed = self._baseline(session)
        if self.failed:
            return True
        for number, mutant in enumerate(self.sample, 1):
            start = time.monotonic()
            tests = self._tests(session, mutant)
            limit = PATIENCE * sum(self._trace.seconds[test.nodeid] for test in tests) + SLACK
            lives = _fork(lambda tests=tests: _pass(session, tests), mutant, limit)  # type: ignore[misc]
            if lives:
                self.lived.append(mutant)
            sys.stderr.write(
                f"{number}\t{'LIVES' if lives else 'killed'}\t{time.monotonic() - start:.1f} s\t"
                f"{len(tests)} tests\t{mutant}\n"
            )
        return True

    def _baseline(self, session: pytest.Session) -> list[str]:
        """Run all tests without a mutant, in a fork too, and return the names of what fails."""

        def run() -> bool:
            trampoline = importlib.import_module("mutmut.mutation.trampoline")
            vars(trampoline)["record_trampoline_hit"] = self._trace.see
            session.config.pluginmanager.register(self._trace)
            failed = []
            for item, following in zip(session.items, [*session.items[1:], None], strict=True):
                before = session.testsfailed
                self._trace.run(item, following)
                if session.testsfailed > before:
                    failed.append(item.nodeid)
            told = [self._trace.functions, self._trace.seconds, failed]
            self._report.write_text(json.dumps(told), encoding="utf-8")
            return True

        if not _fork(run, "stats", 3600):
            return ["the tests did not end"]
        told = json.loads(self._report.read_text(encoding="utf-8"))
        self._trace.functions, self._trace.seconds = told[:2]
        failed: list[str] = told[2]
        sys.stderr.write(
            f"Without a mutant {len(session.items)} tests take "
            f"{sum(self._trace.seconds.values()):.0f} s of the processor; {len(failed)} fail.\n"
        )
        return failed

    def _tests(self, session: pytest.Session, mutant: str) -> list[pytest.Item]:
        """Return the cheapest tests of a mutant's function, a file at a time, cheap ones first."""
        function = mutant.rpartition("__mutmut_")[0]
        seconds = self._trace.seconds
        left = ENOUGH
        files: dict[Path, list[pytest.Item]] = {}
        for test in sorted(session.items, key=lambda test: seconds[test.nodeid]):
            if function in self._trace.functions[test.nodeid]:
                left -= seconds[test.nodeid]
                if left < 0:
                    break
                files.setdefault(test.path, []).append(test)
        cost = {
            path: statistics.median(seconds[test.nodeid] for test in tests)
            for path, tests in files.items()
        }
        return [test for path in sorted(files, key=lambda path: cost[path]) for test in files[path]]


def _pass(session: pytest.Session, tests: list[pytest.Item]) -> bool:
    """Tell whether all tests pass, up to the first that does not."""
    for test, following in zip(tests, [*tests[1:], None], strict=False):
        test.config.hook.pytest_runtest_protocol(item=test, nextitem=following)
        if session.testsfailed:
            return False
    return True


def _fork(run: Callable[[], bool], mutant: str, seconds: float) -> bool:
    """Return what a function gives in a process of its own, with a mutant, without output.

    That is False if it runs out of time or memory, or ends the process.
    """
    sys.stdout.flush()
    sys.stderr.flush()
    child = os.fork()
    if child == 0:
        os.setpgrp()
        quiet = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(quiet, stream)
        resource.setrlimit(resource.RLIMIT_CPU, (int(seconds) + 1, int(seconds) + 2))
        os.environ["MUTANT_UNDER_TEST"] = mutant
        code = 1
        try:
            code = 0 if run() else 1
        finally:
            os._exit(code)
    status: int | None = None
    end = time.monotonic() + max(CLOCK, seconds)
    while status is None and time.monotonic() < end:
        time.sleep(0.02)
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
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"][
        "mutmut"
    ]
    known = reasons()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        copy(folder)
        names = generate(folder)
        sample = random.Random(options.seed).sample(names, min(options.most, len(names)))
        sys.stderr.write(f"{len(names)} mutants, of which {len(sample)} are tried.\n")
        enter(folder)
        trial = Trial(sample, folder / "trace.json")
        pytest.main(
            [
                *("-qq", "-s", "--rootdir=.", f"--basetemp={folder / 'tests'}"),
                *settings["pytest_add_cli_args"],
                *settings["pytest_add_cli_args_test_selection"],
            ],
            [trial],
        )
        if trial.failed:
            sys.stderr.write(f"Without any mutant these fail: {' '.join(trial.failed)}\n")
            return 2
        lived = [survivor(folder, mutant) for mutant in trial.lived]
        os.chdir(ROOT)
    for each in lived:
        sys.stdout.write("\t".join((*each, known.get(each, "no reason is given"))) + "\n")
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
