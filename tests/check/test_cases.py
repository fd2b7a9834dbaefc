"""Each check fires on its own case, with just these findings; no check is without a case."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from tiny import ARTICLE, CASES, TinySources

from crampkg.check import catalogue, run
from crampkg.check.questions import QUESTION_CHECKS
from crampkg.sources import Sources

FOLDERS = sorted((CASES / "check").iterdir())


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_case(folder: Path) -> None:
    """A case is named after its check, and a dot and more where there are several.

    The remedy is there where the check is not a rule, which has it in its own file.
    """
    expected = yaml.safe_load((folder / "expected.yaml").read_text(encoding="utf-8"))
    report = run(TinySources(folder), (), str(ARTICLE) if expected["article"] else None)
    found = [finding._asdict() for finding in report.findings]
    for finding in found:  # a line of the real ontology is not the case's
        finding["problem"] = re.sub(r"(ontology/crampkg\.ttl), line \d+", r"\1", finding["problem"])
        if finding["file"] == "ontology/crampkg.ttl":
            finding["line"] = None
    assert all(finding["remedy"].endswith(".") for finding in found)
    assert len(found) == len(expected["findings"])
    for finding, wanted in zip(found, expected["findings"], strict=True):
        assert finding == {"remedy": finding["remedy"], **wanted}
    assert folder.name.partition(".")[0] in {finding["check"] for finding in found}


@pytest.mark.parametrize("article", [None, str(ARTICLE)], ids=["alone", "with the article"])
def test_the_tiny_data_has_no_findings_of_its_own(article: str | None) -> None:
    assert run(TinySources(), (), article).findings == ()


def test_every_check_has_a_case_and_every_case_a_check() -> None:
    names = [name for checks in catalogue(Sources.find()).values() for name in checks]
    assert len(names) == len(set(names))
    cased = {folder.name.partition(".")[0] for folder in FOLDERS}
    assert cased == set(names) - set(QUESTION_CHECKS)
