"""Checks of the sources: files, shapes, truth rules, and the text of the article."""

from __future__ import annotations

import os
from typing import NamedTuple

from crampkg.check.consistency import CONSISTENCY_CHECKS, check_consistency
from crampkg.check.files import FILE_CHECKS, check_files
from crampkg.check.material import Material, Overlay, place
from crampkg.check.questions import QUESTION_CHECKS
from crampkg.check.rules import check_rules, lint_rules, rules_of, text_rules
from crampkg.check.shapes import check_shapes, described_shapes
from crampkg.check.spans import (
    article_of,
    check_coverage,
    check_digests,
    check_markers,
    read_articles,
)
from crampkg.check.words import check_cues, check_things, hedge_words
from crampkg.errors import SourceError
from crampkg.sources import Article, read_text
from crampkg.text import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crampkg.check.rules import Breach
    from crampkg.model import Finding
    from crampkg.sources import Sources

__all__ = ["Report", "catalogue", "run", "to_markdown", "verify"]

#: The beginning of `docs/checking.md`.
_INTRODUCTION = "checking.md"


class Report(NamedTuple):
    """The outcome of `run` or `verify`.

    `findings` are sorted by file, line, term and check; `checks` is the number of checks that ran
    on `things` things; `summary` is one line; `notes` list what could not be checked.
    """

    findings: tuple[Finding, ...]
    checks: int
    things: int
    summary: str
    notes: tuple[str, ...] = ()


def run(sources: Sources, paths: Sequence[str] = (), article: str | None = None) -> Report:
    """Check the sources, or the files in `paths` with the rest of the sources as their context.

    A file in `paths` replaces the source file of the same name. `article` is the path of a copy of
    an article's text, used to check spans, markers, hedges and wordings. Raises `SourceError` for a
    path or an article that cannot be read.
    """
    placed = place(sources, paths)
    material = Material(Overlay(sources, placed), placed)
    findings, checks = check_files(material)
    notes: list[str] = []
    if material.broken:
        notes.append("Only single files were checked: the graph waits until all of them parse.")
    else:
        for check in (check_rules, check_consistency, check_shapes):
            more, count = check(material)
            findings += more
            checks += count
        more, count = _check_text(material, article, notes)
        findings += more
        checks += count
    things = len(material.terms())
    return _report(findings, checks, things, notes)


def verify(sources: Sources, article: str) -> Report:
    """Compare every recorded span with the text in the file `article`.

    Raises `SourceError` when that file or the sources cannot be read, or when the text belongs to
    none of several articles.
    """
    material = Material(Overlay(sources, {}))
    if material.broken:
        finding = material.broken[0]
        message = f"{finding.file}: {finding.problem} Run crampkg check."
        raise SourceError(message, path=finding.file, line=finding.line)
    text = Article.read(article)
    record = article_of(read_articles(material.store), text)
    if record is None:
        message = f"{article} is the text of none of the articles. Name the right file."
        raise SourceError(message, path=article)
    findings = _sorted(material.findings(text_rules(material.sources), check_digests(record, text)))
    spans = len(record.recorded)
    summary = f"{spans - len(findings)} of {spans} spans fit {article}"
    return Report(findings, 1, spans, summary)


def catalogue(sources: Sources) -> dict[str, dict[str, str]]:
    """Return one line on each check by its name, in groups by heading."""
    return {
        "Files": FILE_CHECKS,
        "Question files": QUESTION_CHECKS,
        "Shapes": described_shapes(sources),
        "Truth rules": {rule.id: rule.summary for rule in lint_rules(sources)},
        "Consistency": {
            **{rule.id: rule.summary for rule in rules_of(sources, "inconsistent")},
            **CONSISTENCY_CHECKS,
        },
        "Words of the article": {rule.id: rule.summary for rule in text_rules(sources).values()},
    }


def to_markdown(sources: Sources) -> str:
    """Return the catalogue as the text of `docs/checking.md`."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), _INTRODUCTION)
    parts = [read_text(path, _INTRODUCTION).rstrip()]
    for heading, checks in catalogue(sources).items():
        lines = [f"- `{name}`: {summary}" for name, summary in checks.items()]
        parts.append(f"## {heading} ({len(checks)})\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"


def _check_text(
    material: Material, path: str | None, notes: list[str]
) -> tuple[list[Finding], int]:
    rules = text_rules(material.sources)
    articles = read_articles(material.store)
    text = Article.read(path) if path else None
    record = article_of(articles, text) if text else None
    breaches: list[Breach] = []
    for article in articles:
        breaches += check_coverage(article, text if article is record else None, rules)
    if text is None or record is None:
        notes.append(
            f"{path} is the text of none of the articles: digests and words were not compared."
            if path
            else "No copy of the article is at hand (--article, CRAMPKG_ARTICLE): digests and "
            "words were not compared."
        )
        return material.findings(rules, breaches), 1
    breaches += check_digests(record, text)
    breaches += check_markers(record, text, rules)
    breaches += check_cues(record, text, rules, hedge_words(material.store))
    breaches += check_things(record, text, rules, material.store)
    return material.findings(rules, breaches), len(rules)


def _report(findings: list[Finding], checks: int, things: int, notes: list[str]) -> Report:
    reported = _sorted(findings)
    failures = plural(len(reported), "failure")
    summary = f"{checks} checks on {plural(things, 'thing')}, {failures}"
    return Report(reported, checks, things, summary, tuple(notes))


def _sorted(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    def position(finding: Finding) -> tuple[str, int, str, str, str]:
        return finding.file, finding.line or 0, finding.term, finding.check, finding.problem

    return tuple(sorted(set(findings), key=position))
