"""Whether the sources say what they may: files, shapes, truth rules and the text itself."""

from __future__ import annotations

from crampkg.article import Article
from crampkg.check.consistency import check_consistency
from crampkg.check.coverage import check_coverage
from crampkg.check.cues import check_cues
from crampkg.check.files import check_files
from crampkg.check.lint import lint
from crampkg.check.material import Material
from crampkg.check.overlay import Overlay, place
from crampkg.check.reading import hedge_words, read_articles
from crampkg.check.report import Report, of_check, of_spans
from crampkg.check.rules import text_rules
from crampkg.check.shapes import validate
from crampkg.check.spans import article_of, check_digests, check_markers
from crampkg.check.things import check_things
from crampkg.errors import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

    from crampkg.records import Finding
    from crampkg.sources import Sources

__all__ = ["Report", "run", "verify"]


def run(sources: Sources, paths: Sequence[str] = (), article: str | None = None) -> Report:
    """Check the sources, or the files in `paths` with the rest of the sources as their context.

    A file in `paths` takes the place of the source file that is called so. `article` is the path
    of a copy of an article's text, with which spans, markers, hedges and wordings are checked.
    Raises `SourceError` for a path or an article that cannot be read.
    """
    placed = place(sources, paths)
    material = Material(Overlay(sources, placed) if placed else sources, placed)
    findings, checks = check_files(material)
    notes: list[str] = []
    if material.broken:
        notes.append("Only single files were checked: the graph waits until all of them parse.")
    else:
        for check in (lint, check_consistency, validate):
            more, count = check(material)
            findings += more
            checks += count
        more, count = _check_text(material, article, notes)
        findings += more
        checks += count
    return of_check(findings, checks, len(material.terms()), notes)


def verify(sources: Sources, article: str) -> Report:
    """Compare every recorded span with the text in the file `article`.

    Raises `SourceError` when that file or the sources cannot be read, or when there are several
    articles and the text is of none of them.
    """
    material = Material(sources)
    if material.broken:
        finding = material.broken[0]
        message = f"{finding.file}: {finding.problem} Run crampkg check."
        raise SourceError(message, path=finding.file, line=finding.line)
    text = Article.read(article)
    record = article_of(read_articles(material.store), text)
    if record is None:
        message = f"{article} is the text of none of the articles. Name the right file."
        raise SourceError(message, path=article)
    rule = text_rules(sources)["digest"]
    findings = list(check_digests(material, record, text, rule))
    return of_spans(findings, len(record.recorded), article)


def _check_text(
    material: Material, path: str | None, notes: list[str]
) -> tuple[list[Finding], int]:
    rules = text_rules(material.sources)
    articles = read_articles(material.store)
    text = Article.read(path) if path else None
    record = article_of(articles, text) if text else None
    findings: list[Finding] = []
    for article in articles:
        copy = text if article is record else None
        findings += check_coverage(material, article, copy, rules)
    if text is None or record is None:
        notes.append(
            f"{path} is the text of none of the articles: digests and words were not compared."
            if path
            else "No copy of the article is at hand (--article, CRAMPKG_ARTICLE): digests and "
            "words were not compared."
        )
        return findings, 1
    findings += check_digests(material, record, text, rules["digest"])
    findings += check_markers(material, record, text, rules)
    findings += check_cues(material, record, text, rules, hedge_words(material.store))
    findings += check_things(material, record, text, rules)
    return findings, len(rules)
