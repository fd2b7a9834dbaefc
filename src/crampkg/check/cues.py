"""Whether a claim keeps the words that it is read from: hedges, negations, circumstances."""

from __future__ import annotations

import re

from crampkg.check.reading import Span
from crampkg.check.spans import found
from crampkg.vocabulary import compress, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from typing import Any

    from crampkg.article import Article
    from crampkg.check.material import Material
    from crampkg.check.reading import ArticleRecord, Claim
    from crampkg.check.rules import Rule
    from crampkg.records import Finding


def check_cues(
    material: Material,
    article: ArticleRecord,
    text: Article,
    rules: Mapping[str, Rule],
    hedges: Mapping[str, Iterable[str]],
) -> Iterator[Finding]:
    """Yield a finding for each claim that does not keep its words.

    `rules` are those of `rules/text/`. The `words` of one are cues that need something of the
    claim in whose words they are printed; one with `words_of` another wants one of its cues
    printed. `hedges` gives the printed words of each hedge.
    """
    for claim in article.claims:
        if claim.statement not in article.statements:
            continue
        spans = words_of(article, claim)
        yield from _wordings(material, article, text, rules, claim, spans)
        yield from _hedges(material, text, rules, claim, spans, hedges)
        for rule in rules.values():
            if "words" in rule.settings:
                yield from _cues(material, article, text, rule, claim, spans)
            elif "words_of" in rule.settings:
                cues = _patterns(rules[rule.settings["words_of"]])
                yield from _missing(material, text, rule, claim, spans, cues)


def words_of(article: ArticleRecord, claim: Claim) -> list[Span]:
    """Return the spans that a claim is read from.

    They are its own or its statement's, and for a list item the words that introduce the list.
    """
    statement = article.statements[claim.statement]
    spans = [claim.own or statement.span]
    parent = article.statements.get(statement.parent or "")
    if statement.kind == "ListItem" and parent:
        spans.append(_after_lead_in(article, parent.iri, article.introduction(parent)))
    return spans


def labels_above(article: ArticleRecord, claim: Claim, *, heading: bool = True) -> list[Span]:
    """Return the lead-in, and the `heading`, under which the statement of a claim stands."""
    statement = article.statements[claim.statement]
    whole = statement.parent or statement.iri
    spans = [item.span for item in article.items(whole) if item.kind == "LeadIn"]
    above = article.statements.get(article.headings.get(statement.section or "", ""))
    return [*spans, above.span] if above and heading else spans


def _after_lead_in(article: ArticleRecord, statement: str, introduction: Span) -> Span:
    ends = [item.span.end for item in article.items(statement) if item.kind == "LeadIn"]
    return Span(max([introduction.start, *ends]), introduction.end)


def _wordings(
    material: Material,
    article: ArticleRecord,
    text: Article,
    rules: Mapping[str, Rule],
    claim: Claim,
    spans: list[Span],
) -> Iterator[Finding]:
    around = list(spans)
    if expand("ck:sentence") not in claim.of("ck:basis"):
        around += labels_above(article, claim)
    for property_, name, where in (
        ("ck:wording", "wording-not-printed", around),
        ("ck:evidenceWording", "evidence-not-printed", spans),
        ("ck:conditionWording", "condition-not-printed", spans),
    ):
        for wording in claim.of(property_):
            if not any(_printed(wording, text, span) for span in where):
                yield from found(material, rules[name], claim.iri, {"wording": wording})


def _hedges(
    material: Material,
    text: Article,
    rules: Mapping[str, Rule],
    claim: Claim,
    spans: list[Span],
    hedges: Mapping[str, Iterable[str]],
) -> Iterator[Finding]:
    own = [place for wording in claim.of("ck:wording") for place in _all(wording, text, spans)]
    has = {*claim.of("ck:hedge"), *claim.of("ck:hedgeOfAnother")}
    for hedge, words in hedges.items():
        places = {word: _all(word, text, spans) for word in words}
        if hedge in has and not any(places.values()):
            yield from found(
                material, rules["hedge-not-printed"], claim.iri, {"hedge": compress(hedge)}
            )
        for word, printed in places.items():
            if hedge not in has and any(not _inside(place, own) for place in printed):
                values = {"word": word, "hedge": compress(hedge)}
                yield from found(material, rules["hedge-cue-without-hedge"], claim.iri, values)


def _cues(
    material: Material,
    article: ArticleRecord,
    text: Article,
    rule: Rule,
    claim: Claim,
    spans: list[Span],
) -> Iterator[Finding]:
    if _has(claim, rule.settings["needs"]):
        return
    # A cue that is the relation of another claim from the same statement is that claim's.
    statement = article.statements[claim.statement]
    others = [
        place
        for other in article.claims
        if other.statement == claim.statement
        for wording in other.of("ck:wording")
        for place in _all(wording, text, [statement.span])
    ]
    for word, pattern in _patterns(rule).items():
        if any(not _inside(place, others) for place in _matches(pattern, text, spans)):
            yield from found(material, rule, claim.iri, {"word": word})


def _missing(
    material: Material,
    text: Article,
    rule: Rule,
    claim: Claim,
    spans: list[Span],
    cues: Mapping[str, str],
) -> Iterator[Finding]:
    if not _has(claim, rule.settings["when"]):
        return
    if not any(_matches(pattern, text, spans) for pattern in cues.values()):
        yield from found(material, rule, claim.iri, {})


def _has(claim: Claim, wanted: Mapping[str, Any]) -> bool:
    """Tell whether a claim has a property, with one of the values when there are some."""
    values = claim.of(wanted["property"])
    allowed = {expand(value) for value in wanted.get("values", ())}
    return bool(allowed.intersection(values) if allowed else values)


def _patterns(rule: Rule) -> dict[str, str]:
    """Return the pattern of each cue of a rule: a whole word or words, or the end of a word."""
    words: dict[str, str] = {word: rf"\b{_spaced(word)}\b" for word in rule.settings["words"]}
    endings = {end: rf"\w{re.escape(end)}\b" for end in rule.settings.get("endings", ())}
    return words | endings


def _printed(words: str, text: Article, span: Span) -> bool:
    return bool(_all(words, text, [span]))


def _all(words: str, text: Article, spans: Iterable[Span]) -> list[Span]:
    """Return where the whole words `words` are printed in `spans`, letter case aside."""
    return _matches(rf"(?<!\w){_spaced(words)}(?!\w)", text, spans)


def _spaced(words: str) -> str:
    """Return a pattern for words with any white space between them."""
    return re.escape(words).replace(r"\ ", r"\s+")


def _matches(pattern: str, text: Article, spans: Iterable[Span]) -> list[Span]:
    compiled = re.compile(pattern, re.IGNORECASE)
    return [
        Span(*match.span())
        for span in spans
        for match in compiled.finditer(text.text, span.start, span.end)
    ]


def _inside(place: Span, others: Iterable[Span]) -> bool:
    return any(other.start <= place.start and place.end <= other.end for other in others)
