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
        ("crampkg describe hypokal", ["Hypokalemia "]),  # of what it is mapped to
        ("crampkg describe PA", ["parkinson-disease", "PAD", "PAOD"]),
        ("crampkg ask claims-about --concept rl", ["RLS "]),
        ("crampkg ask claims-by-source --source 'Muscle c", ["Muscle cramps (2005)"]),
        ("crampkg why calf pre", ["predisposesTo", "presentsAs"]),
        ("crampkg why calf 'predisposes t", ["predisposes to"]),
        ("crampkg why calf in", ["influences", "innervates"]),  # not of texts: inSection
        ("crampkg why calf 'is a m", ["is a member of drug class"]),
        ("crampkg why calf partOf prem", ["premature-fatigue "]),
        ("crampkg why PAD a art", ["ArterialCondition", "Artery", "Article"]),
        (
            "crampkg describe in",
            ["inadequate-fluid-intake", "inflammatory-muscle-disease", "inhibitory-signals"],
        ),
        ("crampkg describe ck:Inf", ["ck:InformationEntity", "ck:influences"]),
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


@pytest.mark.parametrize("line", ["crampkg why ", "crampkg why calf ", "crampkg why calf causes "])
def test_names_come_before_options_and_are_not_of_the_model(
    completed: Callable[[str], list[str]], line: str
) -> None:
    values = completed(line)
    assert {"causes", "implicatedIn", "type"} <= set(values) or "claudication" in values
    unwanted = {"inSection", "claimSubject", "candidateSource", "InformationEntity", "marker-4"}
    assert unwanted.isdisjoint(values)
    assert not any(value.startswith(("-", "claim-")) for value in values)


def test_options_come_where_nothing_else_does_or_they_are_begun(
    completed: Callable[[str], list[str]],
) -> None:
    assert {"--site", "--format"} <= set(completed("crampkg ask arteries-explaining-pain "))
    assert completed("crampkg why --li") == ["--limit "]
