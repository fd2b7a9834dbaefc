"""The command as its users run it: a process of its own, on a terminal or not."""

from __future__ import annotations

import fcntl
import os
import pty
import struct
import subprocess
import termios
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest
from forks import Forks
from processes import COMMAND, Ended
from tiny import written

from crampkg.cli import main
from crampkg.graph import KnowledgeGraph

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="session")
def forks(cache: Path, graph: KnowledgeGraph) -> Iterator[Forks]:
    """Return what runs the command in a process of its own without starting Python anew."""
    assert graph is not None  # its snapshot is in the cache already
    running = Forks(_variables(cache))
    yield running
    running.stop()


def _variables(cache: Path) -> dict[str, str]:
    return {
        "CRAMPKG_CACHE": str(cache),
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "src"),
        "TERM": "xterm-256color",
    }


@pytest.fixture
def environment(cache: Path, graph: KnowledgeGraph, tmp_path: Path) -> dict[str, str]:
    """Return an environment without the developer's settings, with the cache of this test run."""
    assert graph is not None  # its snapshot is in the cache already
    return {**_variables(cache), "HOME": str(tmp_path)}


@pytest.fixture
def run(forks: Forks, environment: dict[str, str]) -> Callable[..., Ended]:
    """Return a function that runs the command to its end, its output going to pipes."""

    def run(*words: str, stdin: str | bytes = "", **variables: str) -> Ended:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        if any(name.startswith("PYTHON") for name in variables):  # which Python reads at its start
            ended = subprocess.run(
                [*COMMAND, *words],
                input=given,
                capture_output=True,
                env={**environment, **variables},
                timeout=120,
                check=False,
            )
            return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())
        (read, in_), (out, write_out), (err, write_err) = os.pipe(), os.pipe(), os.pipe()
        with ThreadPoolExecutor(3) as pool:
            pool.submit(_write, in_, given)
            printed = [pool.submit(_read, each) for each in (out, err)]
            streams = [read, write_out, write_err]
            try:
                code = forks.run(words, {**environment, **variables}, streams)
            finally:
                for each in streams:
                    os.close(each)
            return Ended(code, *(each.result().decode() for each in printed))

    return run


def _write(pipe: int, content: bytes) -> None:
    with open(pipe, "wb") as file, suppress(BrokenPipeError):  # not all is read
        file.write(content)


def _read(pipe: int) -> bytes:
    with open(pipe, "rb") as file:
        return file.read()


@pytest.fixture
def called(graph: KnowledgeGraph, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Return a function that runs the command in this process, which saves its start."""
    assert graph is not None

    def called(*words: str) -> Ended:
        code = main(words)
        printed = capsys.readouterr()
        return Ended(code, printed.out, printed.err)

    return called


@pytest.fixture
def on_terminal(forks: Forks, environment: dict[str, str]) -> Callable[..., Ended]:
    """Return a function that runs the command to its end on a terminal of `columns`."""

    def on_terminal(*words: str, columns: int = 100, **variables: str) -> Ended:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        with ThreadPoolExecutor(1) as pool, open(os.devnull) as nothing:
            printed = pool.submit(_read_terminal, ours)
            try:
                streams = [nothing.fileno(), theirs, theirs]
                code = forks.run(words, {**environment, **variables}, streams)
            finally:
                os.close(theirs)
            return Ended(code, printed.result().decode().replace("\r\n", "\n"))

    return on_terminal


def _read_terminal(terminal: int) -> bytes:
    printed = b""
    with open(terminal, "rb", buffering=0) as file, suppress(OSError):  # the last writer has gone
        while chunk := file.read(65536):
            printed += chunk
    return printed


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return sources with the real ontology and rules, some questions, and a tiny article."""
    return written(tmp_path / "tiny")
