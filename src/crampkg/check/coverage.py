"""Which spans of the clinical text no claim reads from."""

from __future__ import annotations

import re

from crampkg.check.reading import Span
from crampkg.check.spans import found

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crampkg.article import Article
    from crampkg.check.material import Material
    from crampkg.check.reading import ArticleRecord
    from crampkg.check.rules import Rule
    from crampkg.records import Finding

_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


def check_coverage(
    material: Material, article: ArticleRecord, text: Article | None, rules: Mapping[str, Rule]
) -> Iterator[Finding]:
    """Yield a finding for each span of the clinical text that nothing accounts for.

    With the text at hand, a gap may hold white space, punctuation and words that only join what
    is said; without it, as many characters as these commonly take.
    """
    rule = rules["unread-text"]
    spans = [statement.span for statement in article.statements.values()]
    if not spans:
        return
    start = min(span.start for span in spans)
    end = max(span.end for span in spans)
    if text is not None:
        end = max(end, _end(article, text, end))
    covered = [*_covered(article), *(_markers(text, rules) if text else ())]
    for gap in _gaps(sorted(covered), Span(start, end)):
        if text is not None:
            rest = _unexplained(gap, text, rule)
        else:
            rest = gap if gap.end - gap.start > rule.settings["longest_gap"] else None
        if rest is None:
            continue
        values = {"start": rest.start, "end": rest.end}
        yield from found(material, rule, _around(article, rest), values)


def _end(article: ArticleRecord, text: Article, last: int) -> int:
    """Return where the clinical text ends, from `last`, the end of the last statement, onwards.

    The first reference or notice after it has a heading above it, a line that is not recorded.
    """
    uses = {use.iri for use in article.uses}
    others = [
        each.span.start
        for each in article.recorded
        if each.span.start >= last and each.iri not in uses
    ]
    return text.text.rfind("\n", 0, len(text.text[: min(others)].rstrip())) if others else last


def _covered(article: ArticleRecord) -> Iterator[Span]:
    """Yield the spans that are accounted for.

    A statement that no claim reads from counts as accounted for: it has a reason for that, or is
    reported for having none.
    """
    read: dict[str, list[Span | None]] = {}
    for claim in article.claims:
        read.setdefault(claim.statement, []).append(claim.own)
    for statement in article.statements.values():
        spans = read.get(statement.iri, [None])
        if None in spans:
            yield statement.span
        yield from (span for span in spans if span)
        parent = article.statements.get(statement.parent or "")
        if statement.kind == "ListItem" and statement.iri in read and parent:
            # An item is read with the words right before its list.
            introduction = article.introduction(parent)
            ends = [span.end for span in read.get(parent.iri, ()) if span]
            ends += [item.span.end for item in article.items(parent.iri) if item.kind == "LeadIn"]
            before = [end for end in ends if end <= introduction.end]
            yield Span(max([introduction.start, *before]), introduction.end)
    for use in article.uses:
        yield use.span


def _markers(text: Article, rules: Mapping[str, Rule]) -> Iterator[Span]:
    """Yield what looks like a printed marker: another check tells whether it is recorded."""
    pattern = rules["printed-marker-without-use"].settings["pattern"]
    for printed in re.finditer(pattern, text.text, re.MULTILINE):
        yield Span(*printed.span())


def _gaps(covered: list[Span], whole: Span) -> Iterator[Span]:
    reached = whole.start
    for span in covered:
        if reached < span.start:
            yield Span(reached, min(span.start, whole.end))
        reached = max(reached, span.end)
        if reached >= whole.end:
            return
    if reached < whole.end:
        yield Span(reached, whole.end)


def _unexplained(gap: Span, text: Article, rule: Rule) -> Span | None:
    joining = rule.settings["joining"]
    words = [
        word
        for word in _WORD.finditer(text.text, gap.start, gap.end)
        if word[0].lower() not in joining
    ]
    return Span(words[0].start(), words[-1].end()) if words else None


def _around(article: ArticleRecord, span: Span) -> str:
    """Return the smallest statement in which `span` begins, else the article."""
    holding = [
        statement
        for statement in article.statements.values()
        if statement.span.start <= span.start < statement.span.end
    ]
    smallest = min(holding, key=lambda item: item.span.end - item.span.start, default=None)
    return smallest.iri if smallest else article.iri
