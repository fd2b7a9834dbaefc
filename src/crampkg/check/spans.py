"""Whether the recorded spans are those of a copy of the article."""

from __future__ import annotations

import re

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from crampkg.article import Article
    from crampkg.check.material import Material
    from crampkg.check.reading import ArticleRecord
    from crampkg.check.rules import Rule
    from crampkg.records import Finding


def article_of(articles: Sequence[ArticleRecord], text: Article) -> ArticleRecord | None:
    """Return the article whose text `text` is: the one of which most spans fit; None for none."""
    if len(articles) == 1:
        return articles[0]
    fitting = [(_fits(article, text), article) for article in articles]
    best = max(fitting, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] else None


def check_digests(
    material: Material, article: ArticleRecord, text: Article, rule: Rule
) -> Iterator[Finding]:
    """Yield a finding for each span with another digest than the recorded one."""
    for recorded in article.recorded:
        start, end = recorded.span
        if text.quote(start, end, recorded.sha256) is None:
            values = {"start": start, "end": end}
            yield from found(material, rule, recorded.iri, values)


def check_markers(
    material: Material, article: ArticleRecord, text: Article, rules: Mapping[str, Rule]
) -> Iterator[Finding]:
    """Yield a finding for each marker that is not printed as recorded, or not recorded."""
    for use in article.uses:
        printed = text.text[use.span.start : use.span.end]
        if printed != use.text:
            values = {"printed": printed, "text": use.text}
            yield from found(material, rules["marker-not-as-printed"], use.iri, values)
    yield from _unrecorded(material, article, text, rules["printed-marker-without-use"])
    rule = rules["marker-inside-statement"]
    pattern = re.compile(rule.settings["pattern"])
    for statement in article.statements.values():
        if statement.kind != "Statement" or statement.markers or statement.note:
            continue
        printed = text.text[statement.span.start : statement.span.end]
        if inside := pattern.search(printed):
            yield from found(material, rule, statement.iri, {"printed": inside[0].strip()})


def found(
    material: Material,
    rule: Rule,
    iri: str,
    values: Mapping[str, str | int],
    about: Iterable[str] = (),
) -> Iterator[Finding]:
    """Yield what `rule` finds about `iri`, if findings about its file are wanted."""
    problem, remedy = rule.problem.format(**values), rule.remedy.format(**values)
    finding = material.finding(rule.id, iri, problem, remedy, about)
    if finding is not None:
        yield finding


def _unrecorded(
    material: Material, article: ArticleRecord, text: Article, rule: Rule
) -> Iterator[Finding]:
    if not article.statements:
        return
    spans = [statement.span for statement in article.statements.values()]
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    # The markers of the last statement stand after its end, on the same line.
    line_end = text.text.find("\n", last)
    last = len(text.text) if line_end < 0 else line_end
    uses = {use.span for use in article.uses}
    for printed in re.compile(rule.settings["pattern"], re.MULTILINE).finditer(
        text.text, first, last
    ):
        start, end = printed.span()
        inside = any(span.start <= start and end <= span.end for span in spans)
        if not inside and (start, end) not in uses:
            values = dict[str, str | int](printed=printed[0], start=start, end=end)
            yield from found(material, rule, _before(article, start), values)


def _before(article: ArticleRecord, position: int) -> str:
    """Return the statement that a marker printed at `position` belongs to."""
    whole = [item for item in article.statements.values() if item.parent is None]
    ended = [item for item in whole if item.span.end <= position]
    return max(ended, key=lambda item: item.span.end).iri if ended else article.iri


def _fits(article: ArticleRecord, text: Article) -> int:
    return sum(
        text.quote(recorded.span.start, recorded.span.end, recorded.sha256) is not None
        for recorded in article.recorded
    )
