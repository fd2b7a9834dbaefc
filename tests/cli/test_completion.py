"""What the shell is told when the tabulator key is pressed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from processes import Ended


@pytest.fixture
def completed(run: Callable[..., Ended], tmp_path: Path) -> Callable[[str], list[str]]:
    """Return a function that gives what may stand in place of the last word of a line."""

    def completed(line: str) -> list[str]:
        answer = tmp_path / "answer"
        variables = {
            "_ARGCOMPLETE": "1",
            "_ARGCOMPLETE_IFS": "\n",
            "_ARGCOMPLETE_STDOUT_FILENAME": str(answer),
            "COMP_LINE": line,
            "COMP_POINT": str(len(line)),
        }
        assert run(**variables).err == ""
        return answer.read_text(encoding="utf-8").split("\n")

    return completed


@pytest.mark.parametrize(
    ("line", "values"),
    [
        ("crampkg de", ["describe "]),
        ("crampkg ask --tag an", ["anatomy "]),
        ("crampkg ask side", ["side-effects "]),
        ("crampkg ask arteries-explaining-pain --site ca", ["calf "]),
        ("crampkg ask -f ts", ["tsv "]),
        ("crampkg describe claudi", ["claudication "]),
        ("crampkg describe Park", ["parkinson-disease "]),
        ("crampkg describe kg:cal", ["kg:calf", "kg:calf-pain"]),
        ("crampkg describe KG:Calf-", ["kg:calf-pain "]),
        ("crampkg describe 'iliac art", ["iliac artery", "iliac artery disease"]),
        ("crampkg why calf pre", ["predisposesTo", "presentsAs"]),
        ("crampkg why calf 'predisposes t", ["predisposes to"]),
        ("crampkg why calf partOf prem", ["premature-fatigue "]),
        ("crampkg ask arteries-explaining-pain --site kg:Ca", ["kg:calf "]),
        ("crampkg export --graph c", ["claims "]),
        ("crampkg export --graph facts-without-hedges,c", ["facts-without-hedges,claims "]),
        (
            "crampkg export --graph facts-without-hedges,claims,i",
            ["facts-without-hedges,claims,inferred "],
        ),
    ],
)
def test_a_word_is_completed(
    completed: Callable[[str], list[str]], line: str, values: list[str]
) -> None:
    assert completed(line) == values
