"""docs/commands.md is the help of every command as it is.

`CRAMPKG_UPDATE=1 pytest tests/test_commands_page.py` writes it anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crampkg.cli.parser import SUMMARIES, command, overview

pytestmark = pytest.mark.conformance

PAGE = Path(__file__).parents[1] / "docs" / "commands.md"
HEAD = """\
# The commands

What `crampkg COMMAND --help` prints. This page is written by `tests/test_commands_page.py`; `ask ID
--help` says more of each question, which are listed in [questions.md](questions.md).

Exit codes: 0 yes; 1 a check failed, the answer of `ask` is empty, or what `why` asks for does not
hold (a `query` of your own that matches nothing is no failure); 2 wrong usage or bad input; 3 an
endpoint that cannot be reached, or gives no answer that can be used; 130 interrupted. What programs
read goes to standard output alone, messages to standard error.
"""


def page() -> str:
    """Return the page: the overview, then each command under its name."""
    helps = {f"## crampkg {name}": command(name).parser().format_help() for name in SUMMARIES}
    parts = [f"{heading}\n\n```text\n{text}```\n" for heading, text in helps.items()]
    return "\n".join([HEAD, f"```text\n{overview().format_help()}```\n", *parts])


def test_the_page_is_the_help(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "100")
    if os.environ.get("CRAMPKG_UPDATE"):
        PAGE.write_text(page(), encoding="utf-8")
    else:
        assert PAGE.read_text(encoding="utf-8") == page()


@pytest.mark.parametrize("columns", ["²", "٣", "-1", "9" * 5000])
def test_a_width_that_is_no_number_is_ignored(
    columns: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COLUMNS", raising=False)
    usual = overview().format_help()
    monkeypatch.setenv("COLUMNS", columns)
    assert overview().format_help() == usual
