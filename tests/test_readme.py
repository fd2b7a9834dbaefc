"""The examples of the README are real: run again, each prints what stands there.

`CRAMPKG_UPDATE=1 pytest tests/test_readme.py` writes what they print now.
"""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from pathlib import Path

import pytest

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).parents[1]
README = ROOT / "README.md"
COLUMNS = 100
CONSOLE = re.compile(r"```console\n\$ (?P<command>.+?)\n(?P<output>.*?)```\n", re.DOTALL)
PYTHON = re.compile(r"```python\n(?P<code>.+?)```\n\n```text\n(?P<output>.*?)```\n", re.DOTALL)
EXAMPLES = list(CONSOLE.finditer(README.read_text(encoding="utf-8")))


def on_terminal(command: str, environment: dict[str, str]) -> str:
    """Return what a command prints on a terminal of 100 columns, without the styling."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 50, COLUMNS, 0, 0))
    process = subprocess.Popen(
        ["bash", "-c", command],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=theirs,
        env=environment,
        cwd=ROOT,
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
    process.wait(timeout=60)
    text = re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", printed.decode())
    return "".join(f"{line.rstrip()}\n" for line in text.replace("\r", "").splitlines())


@pytest.fixture(scope="module")
def environment(graph: object, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Return an environment in which `crampkg` is this tree's, its snapshot built already."""
    assert graph is not None
    folder = tmp_path_factory.mktemp("bin")
    script = folder / "crampkg"
    script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m crampkg "$@"\n', encoding="utf-8")
    script.chmod(0o755)
    return {
        "CRAMPKG_CACHE": os.environ["CRAMPKG_CACHE"],
        "HOME": str(folder),
        "LANG": "C.UTF-8",
        "PATH": f"{folder}:{os.environ['PATH']}",
        "PYTHONPATH": str(ROOT / "src"),
        "TERM": "xterm",
    }


def test_there_are_ten() -> None:
    assert len(EXAMPLES) >= 10
    assert len({example["command"] for example in EXAMPLES}) == len(EXAMPLES)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: example["command"][:40])
def test_an_example_prints_what_stands_there(
    example: re.Match[str], environment: dict[str, str]
) -> None:
    command = example["command"]
    if "article.txt" in command:
        pytest.skip("needs the article's text: verified by test_verify instead")
    printed = on_terminal(command, environment)
    if os.environ.get("CRAMPKG_UPDATE"):
        old = README.read_text(encoding="utf-8")
        new = old.replace(example[0], f"```console\n$ {command}\n{printed}```\n")
        README.write_text(new, encoding="utf-8")
    else:
        assert printed == example["output"]


def test_the_python_examples_print_what_stands_there(environment: dict[str, str]) -> None:
    """They run one after the other, as a reader would type them."""
    examples = list(PYTHON.finditer(README.read_text(encoding="utf-8")))
    assert len(examples) == 2
    ran = subprocess.run(
        [sys.executable, "-c", "".join(example["code"] for example in examples)],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout == "".join(example["output"] for example in examples)
    assert all(len(example["code"].splitlines()) <= 5 for example in examples)
