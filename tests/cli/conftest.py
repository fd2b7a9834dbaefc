"""The command as its users run it: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).parents[2]


class Ended(NamedTuple):
    """How a process ended."""

    code: int
    out: str
    err: str


@pytest.fixture(scope="session")
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment without the developer's settings, with a cache that is shared."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    base = tmp_path_factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    return {
        **kept,
        "CRAMPKG_CACHE": str(shared / "crampkg-cache"),
        "PYTHONPATH": str(ROOT / "src"),
        "PYTHONWARNINGS": "error",
    }


@pytest.fixture
def command() -> list[str]:
    """Return the words that start the command."""
    return [sys.executable, "-m", "crampkg"]


@pytest.fixture
def run(command: list[str], environment: dict[str, str]) -> Callable[..., Ended]:
    """Return a function that runs the command to its end."""

    def run(*words: str, stdin: str | bytes = "", **variables: str) -> Ended:
        given = stdin.encode() if isinstance(stdin, str) else stdin
        ended = subprocess.run(
            [*command, *words],
            input=given,
            capture_output=True,
            env={**environment, **variables},
            timeout=120,
            check=False,
        )
        return Ended(ended.returncode, ended.stdout.decode(), ended.stderr.decode())

    return run
