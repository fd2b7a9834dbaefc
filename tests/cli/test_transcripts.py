"""What a person sees, whole: the commands of `transcripts/` print what stands there.

The first line of a file is the command, with the terminal's width before it where it is not 100,
and `| cat` after it where the output goes to a pipe; the last line is the exit code. The tiny
article is asked, so that no new claim of a real one changes a transcript. `CRAMPKG_UPDATE=1 pytest
tests/cli/test_transcripts.py` writes what the commands print now, to be read by a person; never in
CI.
"""

from __future__ import annotations

import io
import os
import re
import shutil
import sys
from pathlib import Path

import pytest
from goldens import is_in_ci
from tiny import BASE

from crampkg import cli
from crampkg.sources import Sources

ROOT = Path(__file__).parents[2]
FILES = sorted((Path(__file__).parent / "transcripts").glob("*.txt"))
COMMAND = re.compile(r"\$ (?:COLUMNS=(?P<columns>\d+) )?crampkg (?P<words>.+?)(?P<pipe> \| cat)?")


class _Screen(io.TextIOWrapper):
    """Standard output or a terminal, in memory."""

    def __init__(self, buffer: io.BytesIO, *, terminal: bool) -> None:
        super().__init__(buffer, encoding="utf-8", write_through=True)
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return sources with the real ontology, rules and questions, and the tiny article."""
    folder = tmp_path_factory.mktemp("tiny")
    for name in ("ontology", "rules", "queries"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(BASE / "data", folder / "data")
    assert Sources(str(folder)).files()
    return folder


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_command_prints_its_transcript(
    path: Path, tiny: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, _, expected = path.read_text(encoding="utf-8").partition("\n")
    asked = COMMAND.fullmatch(first)
    assert asked, f"{path.name} does not begin with a command"
    monkeypatch.setenv("CRAMPKG_SOURCES", str(tiny))
    monkeypatch.delenv("CRAMPKG_ARTICLE", raising=False)
    monkeypatch.setenv("COLUMNS", asked["columns"] or "100")
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.chdir(BASE)  # so that article.txt has a name without a folder
    printed = io.BytesIO()
    out, err = _Screen(printed, terminal=not asked["pipe"]), _Screen(printed, terminal=False)
    with monkeypatch.context() as streams:
        streams.setattr(sys, "stdout", out)
        streams.setattr(sys, "stderr", err)
        code = cli.main(_words(asked["words"]))
    text = re.sub(r"\x1b\[[0-9;]*m", "", printed.getvalue().decode())
    told = "".join(f"{line.rstrip()}\n" for line in [*text.splitlines(), f"[{code}]"])
    if os.environ.get("CRAMPKG_UPDATE") and not is_in_ci():
        path.write_text(f"{first}\n{told}", encoding="utf-8")
    assert told == expected


def _words(line: str) -> list[str]:
    return [word.strip('"') for word in re.findall(r'"[^"]*"|\S+', line)]
