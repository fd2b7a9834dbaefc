"""The recorded spans of an article, and their comparison with its text."""

from __future__ import annotations

import re
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from crampkg import claims
from crampkg.check.rules import Breach
from crampkg.engine.embedded import EmbeddedEngine
from crampkg.vocabulary import CK, GRAPHS, RDF, SKOS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyoxigraph import Store

    from crampkg.check.rules import TruthRule
    from crampkg.model import Claim
    from crampkg.sources import Article

    Properties = Mapping[str, tuple[str, ...]]  # the values of a subject by predicate

_CLAIMS = NamedNode(GRAPHS["claims"])
_KINDS = frozenset(("Heading", "LeadIn", "ListItem", "Statement"))
_WORD = re.compile(r"[^\W_]+(?:['\u2019-][^\W_]+)*")


class Stretch(NamedTuple):
    """A stretch of an article: code point offsets from 0, the end exclusive."""

    start: int
    end: int


class Recorded(NamedTuple):
    """A resource with its recorded span and digest."""

    iri: str
    span: Stretch
    sha256: str


class Statement(NamedTuple):
    """A statement; `kind` is the local name of its class."""

    iri: str
    kind: str
    span: Stretch
    section: str | None
    parent: str | None
    markers: tuple[str, ...]
    note: str | None


class MarkerUse(NamedTuple):
    """A marker use, with the text of its marker."""

    iri: str
    span: Stretch
    text: str


class ArticleRecord(NamedTuple):
    """An article as recorded in the graph, without resources lacking a complete span."""

    iri: str
    recorded: tuple[Recorded, ...]
    statements: dict[str, Statement]
    claims: tuple[Claim, ...]
    uses: tuple[MarkerUse, ...]
    headings: dict[str, str]  # of sections, by IRI
    parts: dict[str, list[Statement]]  # of statements, by IRI, in printed order

    def items(self, statement: str) -> list[Statement]:
        """Return the items and the lead-in of a statement, in printed order."""
        return self.parts.get(statement, [])

    def introduction(self, statement: Statement) -> Stretch:
        """Return the words of a statement before the first item of its list, if any."""
        items = [item for item in self.items(statement.iri) if item.kind == "ListItem"]
        end = items[0].span.start if items else statement.span.end
        return Stretch(statement.span.start, end)


def read_articles(store: Store) -> list[ArticleRecord]:
    """Return the articles of the graph, sorted by IRI.

    Resources in an article's namespace, its IRI up to the last slash, belong to it.
    """
    subjects: dict[str, dict[str, tuple[str, ...]]] = {}
    for quad in store.quads_for_pattern(None, None, None, _CLAIMS):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            properties = subjects.setdefault(quad.subject.value, {})
            key = quad.predicate.value
            properties[key] = tuple(sorted({*properties.get(key, ()), quad.object.value}))
    articles = sorted(
        iri for iri, properties in subjects.items() if "Article" in _kinds(properties)
    )
    all_claims = claims.find(EmbeddedEngine.over(store))
    return [
        _article(iri, subjects, tuple(claim for claim in all_claims if claim.article == iri))
        for iri in articles
    ]


def article_of(articles: Sequence[ArticleRecord], text: Article) -> ArticleRecord | None:
    """Return the article with this text: the one with most matching spans; None without any."""
    if len(articles) == 1:
        return articles[0]
    fitting = [(_fitting_spans(article, text), article) for article in articles]
    best = max(fitting, key=lambda pair: pair[0], default=None)
    return best[1] if best and best[0] else None


def check_digests(article: ArticleRecord, text: Article) -> Iterator[Breach]:
    """Yield a breach for each span whose digest differs from the recorded one."""
    for recorded in article.recorded:
        start, end = recorded.span
        if text.quote(start, end, recorded.sha256) is None:
            yield Breach("digest", recorded.iri, {"start": start, "end": end})


def check_markers(
    article: ArticleRecord, text: Article, rules: Mapping[str, TruthRule]
) -> Iterator[Breach]:
    """Yield a breach for each marker not printed as recorded, or not recorded."""
    for use in article.uses:
        printed = text.text[use.span.start : use.span.end]
        if printed != use.text:
            values = {"printed": printed, "text": use.text}
            yield Breach("marker-not-as-printed", use.iri, values)
    yield from _unrecorded(article, text, rules)
    pattern = re.compile(rules["marker-inside-statement"].settings["pattern"])
    for statement in article.statements.values():
        if statement.kind != "Statement" or statement.markers or statement.note:
            continue
        inside = pattern.search(text.text[statement.span.start : statement.span.end])
        if inside:
            values = {"printed": inside[0].strip()}
            yield Breach("marker-inside-statement", statement.iri, values)


def check_coverage(
    article: ArticleRecord, text: Article | None, rules: Mapping[str, TruthRule]
) -> Iterator[Breach]:
    """Yield a breach for each stretch of the clinical text without a claim.

    With the text at hand, a gap may hold white space, punctuation and joining words; without it, as
    many characters as these commonly take.
    """
    settings = rules["unread-text"].settings
    spans = [statement.span for statement in article.statements.values()]
    if not spans:
        return
    start = min(span.start for span in spans)
    end = max(span.end for span in spans)
    covered = list(_covered(article))
    if text is not None:
        end = max(end, _end(article, text, end))
        # Another check covers unrecorded markers.
        covered += [Stretch(*printed.span()) for printed in _printed_markers(text, rules)]
    for gap in _gaps(sorted(covered), Stretch(start, end)):
        if text is not None:
            unread = _unread(gap, text, settings["joining"])
        else:
            unread = gap if gap.end - gap.start > settings["longest_gap"] else None
        if unread is not None:
            yield Breach("unread-text", _around(article, unread), unread._asdict())


def _article(
    iri: str, subjects: Mapping[str, Properties], claims: tuple[Claim, ...]
) -> ArticleRecord:
    home = iri.rpartition("/")[0] + "/"
    recorded, statements, uses, headings = [], {}, [], {}
    for name in sorted(subjects):
        if not name.startswith(home):
            continue
        properties = subjects[name]
        span, digest = _span(properties), _first(properties, CK + "sha256")
        if span and digest:
            recorded.append(Recorded(name, span, digest))
        kinds = _kinds(properties)
        kind = next(iter(sorted(kinds & _KINDS)), None)
        marker = _first(properties, CK + "useOf")
        if kind and span:
            statements[name] = Statement(
                name,
                kind,
                span,
                _first(properties, CK + "inSection"),
                _first(properties, CK + "itemOf"),
                properties.get(CK + "marker", ()),
                _first(properties, SKOS + "scopeNote"),
            )
        elif marker and span:
            text = _first(subjects.get(marker, {}), CK + "markerText")
            uses.append(MarkerUse(name, span, text or ""))
        elif "Section" in kinds and (heading := _first(properties, CK + "hasHeading")):
            headings[name] = heading
    parts: dict[str, list[Statement]] = {}
    for statement in sorted(statements.values(), key=lambda statement: statement.span):
        if statement.parent is not None:
            parts.setdefault(statement.parent, []).append(statement)
    return ArticleRecord(iri, tuple(recorded), statements, claims, tuple(uses), headings, parts)


def _kinds(properties: Properties) -> set[str]:
    """Return the local names of the classes of a subject."""
    return {kind.removeprefix(CK) for kind in properties.get(RDF + "type", ())}


def _first(properties: Properties, predicate: str) -> str | None:
    return next(iter(properties.get(predicate, ())), None)


def _span(properties: Properties) -> Stretch | None:
    start, end = _first(properties, CK + "start"), _first(properties, CK + "end")
    if start is None or end is None or not (start.isdecimal() and end.isdecimal()):
        return None
    return Stretch(int(start), int(end)) if int(start) < int(end) else None


def _fitting_spans(article: ArticleRecord, text: Article) -> int:
    return sum(
        text.quote(recorded.span.start, recorded.span.end, recorded.sha256) is not None
        for recorded in article.recorded
    )


def _printed_markers(
    text: Article, rules: Mapping[str, TruthRule], first: int = 0, last: int | None = None
) -> Iterator[re.Match[str]]:
    """Yield the likely markers in the text from `first` to `last`."""
    pattern = re.compile(rules["printed-marker-without-use"].settings["pattern"], re.MULTILINE)
    return pattern.finditer(text.text, first, len(text.text) if last is None else last)


def _unrecorded(
    article: ArticleRecord, text: Article, rules: Mapping[str, TruthRule]
) -> Iterator[Breach]:
    if not article.statements:
        return
    spans = [statement.span for statement in article.statements.values()]
    first, last = min(span.start for span in spans), max(span.end for span in spans)
    # The markers of the last statement follow it on the same line.
    line_end = text.text.find("\n", last)
    last = len(text.text) if line_end < 0 else line_end
    uses = {use.span for use in article.uses}
    for printed in _printed_markers(text, rules, first, last):
        start, end = printed.span()
        inside = any(span.start <= start and end <= span.end for span in spans)
        if not inside and (start, end) not in uses:
            values: dict[str, str | int] = {"printed": printed[0], "start": start, "end": end}
            yield Breach("printed-marker-without-use", _before(article, start), values)


def _before(article: ArticleRecord, position: int) -> str:
    """Return the statement of a marker printed at `position`."""
    whole = [item for item in article.statements.values() if item.parent is None]
    ended = [item for item in whole if item.span.end <= position]
    return max(ended, key=lambda item: item.span.end).iri if ended else article.iri


def _end(article: ArticleRecord, text: Article, last: int) -> int:
    """Return the end of the clinical text, from `last`, the end of the last statement, onwards.

    The first reference or notice after it has a heading above it, a line that is not recorded.
    """
    uses = {use.iri for use in article.uses}
    others = [
        recorded.span.start
        for recorded in article.recorded
        if recorded.span.start >= last and recorded.iri not in uses
    ]
    return text.text.rfind("\n", 0, len(text.text[: min(others)].rstrip())) if others else last


def _covered(article: ArticleRecord) -> Iterator[Stretch]:
    """Yield the spans that are accounted for.

    A statement without claims counts too: it has a reason, or another check reports that none is
    given.
    """
    read: dict[str, list[Stretch]] = {}
    for claim in article.claims:
        read.setdefault(claim.statement, []).append(Stretch(claim.start, claim.end))
    for statement in article.statements.values():
        yield from read.get(statement.iri, [statement.span])
        parent = article.statements.get(statement.parent or "")
        if statement.kind == "ListItem" and statement.iri in read and parent:
            # An item is read with the words directly before its list.
            introduction = article.introduction(parent)
            ends = [span.end for span in read.get(parent.iri, ())]
            ends += [item.span.end for item in article.items(parent.iri) if item.kind == "LeadIn"]
            before = [end for end in ends if end <= introduction.end]
            yield Stretch(max([introduction.start, *before]), introduction.end)
    for use in article.uses:
        yield use.span


def _gaps(covered: list[Stretch], whole: Stretch) -> Iterator[Stretch]:
    reached = whole.start
    for span in covered:
        if reached < span.start:
            yield Stretch(reached, min(span.start, whole.end))
        reached = max(reached, span.end)
        if reached >= whole.end:
            return
    if reached < whole.end:
        yield Stretch(reached, whole.end)


def _unread(gap: Stretch, text: Article, joining: Sequence[str]) -> Stretch | None:
    """Return the stretch of significant words in a gap; None without any."""
    words = [
        word
        for word in _WORD.finditer(text.text, gap.start, gap.end)
        if word[0].lower() not in joining
    ]
    return Stretch(words[0].start(), words[-1].end()) if words else None


def _around(article: ArticleRecord, span: Stretch) -> str:
    """Return the smallest statement in which `span` begins, else the article."""
    holding = [
        statement
        for statement in article.statements.values()
        if statement.span.start <= span.start < statement.span.end
    ]
    smallest = min(holding, key=lambda item: item.span.end - item.span.start, default=None)
    return smallest.iri if smallest else article.iri
