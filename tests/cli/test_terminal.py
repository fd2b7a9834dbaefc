"""What a person sees: colour on a terminal alone, lines that fit it, word of what takes long."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import Ended

QUESTION = "arteries-explaining-pain"
ESCAPE = "\x1b"
COLOUR = re.compile(r"\x1b\[(?:\d+;)*(?:3[0-7]|38|9[0-7])[;m]")


def bare(text: str) -> str:
    """Return `text` without its styling."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_there_is_colour_on_a_terminal(on_terminal: Callable[..., Ended]) -> None:
    ended = on_terminal("ask", QUESTION)
    assert ended.code == 0
    assert COLOUR.search(ended.out)


def test_there_is_no_styling_in_a_pipe(run: Callable[..., Ended]) -> None:
    for words in (["ask"], ["ask", QUESTION], ["describe", "claudication"], ["ask", "claim-graph"]):
        ended = run(*words)
        assert ended.code == 0
        assert ESCAPE not in ended.out
        assert not re.search("[─│╭━┃]", ended.out)


def test_forced_colour_does_not_reach_a_pipe(run: Callable[..., Ended]) -> None:
    assert ESCAPE not in run("ask", QUESTION, FORCE_COLOR="1", CLICOLOR_FORCE="1").out


@pytest.mark.parametrize("words", [["--no-color", "ask"], ["ask", "--no-color"]], ids=" ".join)
def test_no_color_is_heeded_before_and_after_the_command(
    on_terminal: Callable[..., Ended], words: list[str]
) -> None:
    assert COLOUR.search(on_terminal("ask", QUESTION).out)
    assert not COLOUR.search(on_terminal(*words, QUESTION).out)


def test_the_variable_no_color_is_heeded(on_terminal: Callable[..., Ended]) -> None:
    assert not COLOUR.search(on_terminal("ask", QUESTION, NO_COLOR="1").out)


def test_a_dumb_terminal_gets_no_styling(on_terminal: Callable[..., Ended]) -> None:
    ended = on_terminal("ask", QUESTION, TERM="dumb")
    assert ended.code == 0
    assert "tibial artery" in ended.out
    assert ESCAPE not in ended.out


@pytest.mark.parametrize("columns", [40, 80, 100, 120, 160])
@pytest.mark.parametrize(
    "words",
    [
        ["ask"],
        ["ask", QUESTION],
        ["ask", "contested-matters"],
        ["ask", "claim-graph"],
        ["describe", "critical limb ischemia"],
        ["why", "quinine sulfate", "a", "contested intervention"],
    ],
    ids=" ".join,
)
def test_nothing_is_wider_than_the_terminal(
    on_terminal: Callable[..., Ended], words: list[str], columns: int
) -> None:
    ended = on_terminal(*words, columns=columns)
    assert ended.code == 0
    assert max(map(len, bare(ended.out).splitlines())) <= columns


@pytest.mark.parametrize("columns", [60, 120, 200])
def test_each_row_has_its_evidence_at_any_width(
    on_terminal: Callable[..., Ended], columns: int
) -> None:
    told = " ".join(bare(on_terminal("ask", QUESTION, columns=columns).out).split())
    for artery in ("femoral artery", "popliteal artery", "tibial artery"):
        assert artery in told
    for evidence in ("associated with", "related to", "typically", "often", "link inferred"):
        assert evidence in told
    assert "pending human review" in told
    assert "Not medical advice" in told


def test_the_pipe_has_one_line_for_a_row_however_long(run: Callable[..., Ended]) -> None:
    lines = run("ask", QUESTION, COLUMNS="80").out.splitlines()
    rows = [line for line in lines if "link inferred" in line]
    assert len(rows) == 3
    assert all(len(row) > 160 for row in rows)
    assert lines[0] == lines[0].strip()
    assert all(line == line.rstrip() for line in lines)


def test_a_build_is_announced_to_whoever_watches(
    on_terminal: Callable[..., Ended], run: Callable[..., Ended], tiny: Path, tmp_path: Path
) -> None:
    words = ("ask", "denied-claims", "--sources", str(tiny), "-f", "csv")
    seen = on_terminal(*words, CRAMPKG_CACHE=str(tmp_path / "one"))
    again = on_terminal(*words, CRAMPKG_CACHE=str(tmp_path / "one"))
    unseen = run(*words, CRAMPKG_CACHE=str(tmp_path / "two"))
    assert "crampkg: The sources are new or have changed" in seen.out
    assert "new or have changed" not in again.out
    assert "new or have changed" not in unseen.err


def test_an_unprintable_encoding_costs_only_the_marks_that_it_lacks(
    run: Callable[..., Ended],
) -> None:
    ended = run("ask", QUESTION, PYTHONIOENCODING="ascii")
    assert ended.code == 0
    assert "?What causes leg cramps??" in ended.out


def test_the_overview_of_a_differential_keeps_circumstances_and_the_status_of_markers(
    on_terminal: Callable[..., Ended],
) -> None:
    """The article says "particularly in hot environments" of what dehydration contributes to."""
    words = ("ask", "differential", "--site", "leg", "--feature", "hot environment")
    printed = on_terminal(*words, columns=200).out
    assert "hedge can, condition particularly in hot environments" in printed
    for marker, status in (
        ("1", "link inferred, confidence medium"),
        ("2", "may be any of 3 listed sources, confidence low"),
        ("3", "link inferred, confidence high"),
        ("4", "link inferred, confidence low"),
    ):
        assert printed.count(f"\nMarker {marker}: {status}.\n") == 1
