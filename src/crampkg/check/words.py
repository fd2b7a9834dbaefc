"""The words of each claim against the article: hedges, negations, circumstances and things."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from crampkg.check.rules import Breach
from crampkg.check.spans import Stretch
from crampkg.vocabulary import CK, GRAPHS, KG, SKOS, compress, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from pyoxigraph import Store

    from crampkg.check.rules import TruthRule
    from crampkg.check.spans import ArticleRecord, Statement
    from crampkg.model import Claim
    from crampkg.sources import Article

    Name = tuple[frozenset[str], ...]  # the forms of each word of a label

_ONTOLOGY, _BACKGROUND = (NamedNode(GRAPHS[name]) for name in ("ontology", "background"))
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_ASIDE = re.compile(r" \(.*\)$")


class _Word(NamedTuple):
    """A printed word: its place, and the forms that it may be one of."""

    start: int
    end: int
    forms: frozenset[str]


def check_cues(
    article: ArticleRecord,
    text: Article,
    rules: Mapping[str, TruthRule],
    hedges: Mapping[str, Collection[str]],
) -> Iterator[Breach]:
    """Yield a breach for each claim that drops words of the article.

    `rules` are those of `rules/text/`. The `words` of a rule are cues: printed in the words of a
    claim, they require something of it. A rule with `words_of` another rule requires that one of
    its cues is printed. `hedges` has the printed words of each hedge.
    """
    cues = {rule.id: _patterns(rule) for rule in rules.values() if "words" in rule.settings}
    #: By statement, the places of the relations of its claims.
    relations: defaultdict[str, list[Stretch]] = defaultdict(list)
    for claim in article.claims:
        if statement := article.statements.get(claim.statement):
            relations[claim.statement] += _places(claim.wording, text, [statement.span])
    for claim in article.claims:
        if claim.statement not in article.statements:
            continue
        spans = words_of(article, claim)
        yield from _wordings(article, text, claim, spans)
        yield from _hedges(text, claim, spans, hedges)
        for rule in rules.values():
            settings = rule.settings
            if "words" in settings and not _has(claim, settings["needs"]):
                for word, pattern in cues[rule.id].items():
                    # The relation of another claim of the statement is no cue here.
                    own = relations[claim.statement]
                    if any(not _inside(place, own) for place in _matches(pattern, text, spans)):
                        yield Breach(rule.id, claim.iri, {"word": word})
            elif "words_of" in settings and _has(claim, settings["when"]):
                wanted = cues[settings["words_of"]].values()
                if not any(_matches(pattern, text, spans) for pattern in wanted):
                    yield Breach(rule.id, claim.iri)


def check_things(
    article: ArticleRecord, text: Article, rules: Mapping[str, TruthRule], store: Store
) -> Iterator[Breach]:
    """Yield a breach for each thing of a claim that is not printed, and each without a claim.

    A name is printed when all its words are, in the singular or the plural. A claim or statement
    with a note says itself how it is read.
    """
    names = _names(store)
    ignored = frozenset(rules["thing-not-printed"].settings["ignored"])
    for claim in article.claims:
        if claim.statement in article.statements and not claim.note:
            printed = _forms(text, _around(article, claim))
            for role, thing in (("object", claim.object), ("subject", claim.subject)):
                if not _is_named(names.get(thing, ()), printed, ignored):
                    values = {"role": role, "thing": compress(thing)}
                    yield Breach("thing-not-printed", claim.iri, values, [thing])
    for statement in article.statements.values():
        if statement.kind == "Statement" and not statement.note and statement.parent is None:
            yield from _unclaimed(article, text, statement, names)


def hedge_words(store: Store) -> dict[str, tuple[str, ...]]:
    """Return the printed words of each hedge, by its IRI, in the order of the IRIs."""
    words: dict[str, tuple[str, ...]] = {}
    for quad in store.quads_for_pattern(None, NamedNode(CK + "hedgeWord"), None, _ONTOLOGY):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            iri = quad.subject.value
            words[iri] = tuple(sorted({*words.get(iri, ()), quad.object.value}))
    return dict(sorted(words.items()))


def words_of(article: ArticleRecord, claim: Claim) -> list[Stretch]:
    """Return the spans of a claim.

    They are its own or its statement's; for a list item also those of the words that introduce the
    list.
    """
    statement = article.statements[claim.statement]
    spans = [Stretch(claim.start, claim.end)]
    parent = article.statements.get(statement.parent or "")
    if statement.kind == "ListItem" and parent:
        introduction = article.introduction(parent)
        ends = [item.span.end for item in article.items(parent.iri) if item.kind == "LeadIn"]
        spans.append(Stretch(max([introduction.start, *ends]), introduction.end))
    return spans


def labels_above(article: ArticleRecord, claim: Claim, *, heading: bool = True) -> list[Stretch]:
    """Return the lead-in, and the `heading`, above the statement of a claim."""
    statement = article.statements[claim.statement]
    whole = statement.parent or statement.iri
    spans = [item.span for item in article.items(whole) if item.kind == "LeadIn"]
    above = article.statements.get(article.headings.get(statement.section or "", ""))
    return [*spans, above.span] if above and heading else spans


def _wordings(
    article: ArticleRecord, text: Article, claim: Claim, spans: list[Stretch]
) -> Iterator[Breach]:
    around = list(spans)
    if claim.basis != "sentence":
        around += labels_above(article, claim)
    for rule, wording, places in (
        ("wording-not-printed", claim.wording, around),
        ("evidence-not-printed", claim.evidence, spans),
        ("condition-not-printed", claim.condition, spans),
    ):
        if wording and not _places(wording, text, places):
            yield Breach(rule, claim.iri, {"wording": wording})


def _hedges(
    text: Article, claim: Claim, spans: list[Stretch], hedges: Mapping[str, Collection[str]]
) -> Iterator[Breach]:
    own = _places(claim.wording, text, spans)
    has = {hedge.word for hedge in (*claim.hedges, *claim.hedges_of_others)}
    for iri, words in hedges.items():
        hedge = compress(iri)
        places = {word: _places(word, text, spans) for word in words}
        if has.intersection(words):
            if not any(places.values()):
                yield Breach("hedge-not-printed", claim.iri, {"hedge": hedge})
            continue
        for word, printed in places.items():
            if any(not _inside(place, own) for place in printed):
                values = {"word": word, "hedge": hedge}
                yield Breach("hedge-cue-without-hedge", claim.iri, values)


def _has(claim: Claim, wanted: Mapping[str, Any]) -> bool:
    """Return whether a claim has one of some stances, or a circumstance with some relation."""
    if "stance" in wanted:
        return claim.stance in wanted["stance"]
    relation = expand(wanted["circumstance"])
    return any(circumstance.relation == relation for circumstance in claim.circumstances)


def _patterns(rule: TruthRule) -> dict[str, re.Pattern[str]]:
    """Return the pattern of each cue of a rule: a whole word or words, or the end of a word."""
    patterns = {word: rf"\b{_spaced(word)}\b" for word in rule.settings["words"]}
    patterns |= {end: rf"\w{re.escape(end)}\b" for end in rule.settings.get("endings", ())}
    return {cue: re.compile(pattern, re.IGNORECASE) for cue, pattern in patterns.items()}


def _places(words: str, text: Article, spans: Iterable[Stretch]) -> list[Stretch]:
    """Return the positions in `spans` of the whole words `words`, ignoring case."""
    pattern = re.compile(rf"(?<!\w){_spaced(words)}(?!\w)", re.IGNORECASE)
    return _matches(pattern, text, spans)


def _spaced(words: str) -> str:
    """Return a pattern for words with any white space between them."""
    return re.escape(words).replace(r"\ ", r"\s+")


def _matches(pattern: re.Pattern[str], text: Article, spans: Iterable[Stretch]) -> list[Stretch]:
    return [
        Stretch(*match.span())
        for span in spans
        for match in pattern.finditer(text.text, span.start, span.end)
    ]


def _inside(place: Stretch, others: Iterable[Stretch]) -> bool:
    return any(other.start <= place.start and place.end <= other.end for other in others)


def _names(store: Store) -> dict[str, list[Name]]:
    """Return the names of each concept, by its IRI: label and synonyms, without asides."""
    names: dict[str, list[Name]] = {}
    for local in ("prefLabel", "altLabel", "hiddenLabel"):
        label = NamedNode(SKOS + local)
        for quad in store.quads_for_pattern(None, label, None, _BACKGROUND):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                iri = quad.subject.value
                words = _WORD.findall(_ASIDE.sub("", quad.object.value))
                if iri.startswith(KG) and "/" not in iri.removeprefix(KG) and words:
                    names.setdefault(iri, []).append(tuple(map(_singular, words)))
    return names


def _around(article: ArticleRecord, claim: Claim) -> list[Stretch]:
    """Return the spans in which the things of a claim may be named.

    They are the spans of the claim and the label of its bullet; for a claim from a heading or label
    also the text under it.
    """
    statement = article.statements[claim.statement]
    whole = article.statements.get(statement.parent or statement.iri, statement)
    spans = [*words_of(article, claim), *labels_above(article, claim, heading=False)]
    if claim.basis == "heading":
        items = [article.statements.get(item) for item in claim.listed_items]
        spans += [whole.span, *(item.span for item in items if item)]
    return spans


def _is_named(names: Sequence[Name], printed: frozenset[str], ignored: frozenset[str]) -> bool:
    return any(all(forms & printed for forms in name if not forms & ignored) for name in names)


def _unclaimed(
    article: ArticleRecord,
    text: Article,
    statement: Statement,
    names: Mapping[str, Sequence[Name]],
) -> Iterator[Breach]:
    family = {statement.iri, *(item.iri for item in article.items(statement.iri))}
    claimed = {
        thing
        for claim in article.claims
        if family.intersection((claim.statement, *claim.listed_items))
        for thing in (
            claim.subject,
            claim.object,
            *(circumstance.thing for circumstance in claim.circumstances),
        )
    }
    if not claimed:
        return
    explained = [frozenset().union(*name) for thing in claimed for name in names.get(thing, ())]
    words = _words(text, statement.span)
    printed_forms = frozenset().union(*(word.forms for word in words))
    bearers: dict[Name, list[str]] = {}
    for thing, known in sorted(names.items()):
        for name in known:
            if all(forms & printed_forms for forms in name):
                bearers.setdefault(name, []).append(thing)
    taken: set[int] = set()
    for name in sorted(bearers, key=lambda name: (-len(name), bearers[name])):
        for place in _beginnings(name, words):
            indexes = range(place, place + len(name))
            if taken.issuperset(indexes):  # part of a longer name
                continue
            taken.update(indexes)
            part = any(all(forms & known for forms in name) for known in explained)
            if not part and claimed.isdisjoint(bearers[name]):
                printed = text.text[words[place].start : words[indexes[-1]].end]
                thing = " or ".join(map(compress, bearers[name]))
                values = {"printed": printed, "thing": thing}
                yield Breach("printed-thing-unclaimed", statement.iri, values)
                break


def _beginnings(name: Name, words: Sequence[_Word]) -> list[int]:
    """Return the positions in `words` at which the name begins."""
    return [
        index
        for index in range(len(words) - len(name) + 1)
        if all(forms & words[index + step].forms for step, forms in enumerate(name))
    ]


def _forms(text: Article, spans: Sequence[Stretch]) -> frozenset[str]:
    return frozenset().union(*(word.forms for span in spans for word in _words(text, span)))


def _words(text: Article, span: Stretch) -> list[_Word]:
    return [
        _Word(*match.span(), _singular(match[0]))
        for match in _WORD.finditer(text.text, span.start, span.end)
    ]


def _singular(word: str) -> frozenset[str]:
    """Return a word in lower case, and its possible singulars."""
    word = word.lower().removesuffix("'s").removesuffix("\u2019s")
    forms = {word}
    for ending, singular in (("ies", "y"), ("es", ""), ("s", "")):
        if word.endswith(ending):
            forms.add(word.removesuffix(ending) + singular)
    return frozenset(forms)
