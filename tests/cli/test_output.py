"""What is printed cannot steer the terminal, whoever wrote it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from processes import Ended
from rich.text import Text

from crampkg.cli import output, shared
from crampkg.cli.parser import Arguments
from crampkg.text import printable

NAME = "odd \x1b[31mred\x07 \u202ename\x9b"
SHOWN = "odd \ufffd[31mred\ufffd \ufffdname\ufffd"


def test_text_in_a_pipe_is_printable(capsys: pytest.CaptureFixture[str]) -> None:
    output.write_text(f"{NAME}\tand\n")
    output.say(NAME)
    assert capsys.readouterr() == (f"{SHOWN}\tand\n", f"crampkg: {SHOWN}\n")


def test_text_on_a_terminal_is_printable_and_keeps_its_own_colours(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.delenv("NO_COLOR", raising=False)
    shared.on_terminal(Arguments(), lambda console: console.print(Text(NAME, "red")))
    # rich leaves a bell out by itself.
    shown = SHOWN.replace("red\ufffd", "red")
    assert capsys.readouterr().out == f"\x1b[31m{shown}\x1b[0m\n"


@pytest.mark.parametrize(
    "word", ["a\u200cb", "a\u200db", "co\u00adoperate", "\U0001fae8", "a\n\tb"]
)
def test_words_stay_as_they_are(word: str) -> None:
    assert printable(word) == word


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "xml", "jsonld"])
def test_what_more_is_said_is_on_standard_error_of_every_format_for_programs(
    called: Callable[..., Ended], format: str
) -> None:
    ended = called("ask", "causes-by-strength", "--problem", "leg cramp", "-f", format)
    near, contested, *_ = ended.err.splitlines()
    assert near.startswith("crampkg: More is said of terms narrower or wider than leg cramp: cramp")
    assert contested.startswith("crampkg: Not affirmed, and not shown here: of dehydration ")
    assert "More is said" not in ended.out
