"""The page on what is checked says what is checked."""

from __future__ import annotations

from pathlib import Path

from tiny import TinySources

from crampkg.check import catalogue, run, to_markdown
from crampkg.sources import Sources

DOCS = Path(__file__).parents[2] / "docs"


def test_the_page_is_written_from_the_rules() -> None:
    assert (DOCS / "checking.md").read_text(encoding="utf-8") == to_markdown(Sources.find())


def test_a_summary_is_a_sentence() -> None:
    for checks in catalogue(Sources.find()).values():
        for summary in checks.values():
            assert summary[0].isupper() or summary.startswith("`")
            assert summary.endswith(".")


def test_the_report_counts_the_checks_of_the_catalogue() -> None:
    checks = sum(len(checks) for checks in catalogue(Sources.find()).values())
    words = len(catalogue(Sources.find())["Words of the article"])
    report = run(TinySources())
    assert report.checks == checks - words + 1
    assert report.summary == f"{report.checks} checks on {report.things} things, 0 failures"
