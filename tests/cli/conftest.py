"""The command as its users run it: a process of its own, on a terminal or not."""

from __future__ import annotations

import fcntl
import os
import pty
import shutil
import struct
import subprocess
import termios
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import COMMAND, Ended
from tiny import BASE

from crampkg.cli import main
from crampkg.graph import KnowledgeGraph

ROOT = Path(__file__).parents[2]

#: Those that are asked of the tiny article: to check all of them takes seconds.
QUESTIONS = ("arteries-explaining-pain", "concept-card", "denied-claims")


@pytest.fixture
def environment(cache: Path, graph: KnowledgeGraph, tmp_path: Path) -> dict[str, str]:
    """Return an environment without the developer's settings, with the cache of this test run."""
    assert graph is not None  # its snapshot is in the cache already
    return {
        "CRAMPKG_CACHE": str(cache),
        "HOME": str(tmp_path),
        "LANG": "C.UTF-8",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT / "src"),
        "TERM": "xterm-256color",
    }


@pytest.fixture
def run(environment: dict[str, str]) -> Callable[..., Ended]:
    """Return a function that runs the command to its end, its output going to pipes."""

    def run(*words: str, stdin: str | bytes = "", **variables: str) -> Ended:
        ended = subprocess.run(
            [*COMMAND, *words],
            input=stdin.encode() if isinstance(stdin, str) else stdin,
            capture_output=True,
            env={**environment, **variables},
            timeout=120,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    return run


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
def on_terminal(environment: dict[str, str]) -> Callable[..., Ended]:
    """Return a function that runs the command to its end on a terminal of `columns`."""

    def on_terminal(*words: str, columns: int = 100, **variables: str) -> Ended:
        ours, theirs = pty.openpty()
        fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, columns, 0, 0))
        process = subprocess.Popen(
            [*COMMAND, *words],
            stdin=subprocess.DEVNULL,
            stdout=theirs,
            stderr=theirs,
            env={**environment, **variables},
        )
        os.close(theirs)
        printed = b""
        while True:
            try:
                chunk = os.read(ours, 65536)
            except OSError:  # Linux says so when the last writer has gone
                break
            if not chunk:
                break
            printed += chunk
        os.close(ours)
        return Ended(process.wait(timeout=120), printed.decode().replace("\r\n", "\n"))

    return on_terminal


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """Return sources with the real ontology and rules, some questions, and a tiny article."""
    folder = tmp_path / "tiny"
    for name in ("ontology", "rules"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "queries" / "shared", folder / "queries" / "shared")
    for name in QUESTIONS:
        shutil.copy(ROOT / "queries" / f"{name}.rq", folder / "queries")
    shutil.copytree(BASE / "data", folder / "data")
    return folder
