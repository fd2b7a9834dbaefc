"""Whether a claim is about the things that are printed, and whether all that are have a claim."""

from __future__ import annotations

import re
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from crampkg.check.cues import labels_above, words_of
from crampkg.check.spans import found
from crampkg.vocabulary import GRAPHS, KG, SKOS, compress, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crampkg.article import Article
    from crampkg.check.material import Material
    from crampkg.check.reading import ArticleRecord, Claim, Span, Statement
    from crampkg.check.rules import Rule
    from crampkg.records import Finding

    Name = tuple[frozenset[str], ...]  # the forms of each word of a label

_PARTS = ("claimObject", "claimSubject", "especiallyWhen", "statedFor", "viaMechanism")
_WORD = re.compile(r"[^\W_]+(?:['\u2019][^\W_]+)?")
_ASIDE = re.compile(r" \(.*\)$")


class _Word(NamedTuple):
    """A printed word: its place, and the forms that it may be one of."""

    start: int
    end: int
    forms: frozenset[str]


def check_things(
    material: Material, article: ArticleRecord, text: Article, rules: Mapping[str, Rule]
) -> Iterator[Finding]:
    """Yield a finding for each thing of a claim that is not printed, and each one without a claim.

    A name is printed when all its words are, in the singular or the plural. A claim or statement
    with a note says itself how it is read.
    """
    names = _names(material)
    ignored = frozenset(rules["thing-not-printed"].settings["ignored"])
    for claim in article.claims:
        if claim.statement in article.statements and not claim.properties.get(f"{SKOS}scopeNote"):
            printed = _forms(text, _around(article, claim))
            for role in ("object", "subject"):
                for thing in claim.of(f"ck:claim{role.title()}"):
                    if not _is_named(names.get(thing, ()), printed, ignored):
                        values = {"role": role, "thing": compress(thing)}
                        yield from found(
                            material, rules["thing-not-printed"], claim.iri, values, [thing]
                        )
    for statement in article.statements.values():
        if statement.kind == "Statement" and not statement.note and statement.parent is None:
            rule = rules["printed-thing-unclaimed"]
            yield from _unclaimed(material, article, text, rule, statement, names)


def _names(material: Material) -> dict[str, list[Name]]:
    """Return the names of each concept, by its IRI: label and synonyms, without asides."""
    names: dict[str, list[Name]] = {}
    background = NamedNode(GRAPHS["background"])
    for local in ("prefLabel", "altLabel", "hiddenLabel"):
        label = NamedNode(SKOS + local)
        for quad in material.store.quads_for_pattern(None, label, None, background):
            if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
                iri = quad.subject.value
                words = _WORD.findall(_ASIDE.sub("", quad.object.value))
                if iri.startswith(KG) and "/" not in iri.removeprefix(KG) and words:
                    names.setdefault(iri, []).append(tuple(map(_singular, words)))
    return names


def _around(article: ArticleRecord, claim: Claim) -> list[Span]:
    """Return the spans in which the things of a claim may be named.

    They are those that it is read from and the label of the bullet; for a claim from a heading
    or label also what stands under it.
    """
    statement = article.statements[claim.statement]
    whole = article.statements.get(statement.parent or statement.iri, statement)
    spans = [*words_of(article, claim), *labels_above(article, claim, heading=False)]
    if expand("ck:heading") in claim.of("ck:basis"):
        items = [article.statements.get(item) for item in claim.of("ck:listedItem")]
        spans += [whole.span, *(item.span for item in items if item)]
    return spans


def _is_named(names: Sequence[Name], printed: frozenset[str], ignored: frozenset[str]) -> bool:
    return any(all(forms & printed for forms in name if not forms & ignored) for name in names)


def _unclaimed(
    material: Material,
    article: ArticleRecord,
    text: Article,
    rule: Rule,
    statement: Statement,
    names: Mapping[str, Sequence[Name]],
) -> Iterator[Finding]:
    family = {statement.iri, *(item.iri for item in article.items(statement.iri))}
    claimed = {
        thing
        for claim in article.claims
        if family.intersection((claim.statement, *claim.of("ck:listedItem")))
        for part in _PARTS
        for thing in claim.of(f"ck:{part}")
    }
    if not claimed:
        return
    explained = [frozenset().union(*name) for thing in claimed for name in names.get(thing, ())]
    words = _words(text, statement.span)
    bearers: dict[Name, list[str]] = {}
    for thing, known in sorted(names.items()):
        for name in known:
            bearers.setdefault(name, []).append(thing)
    taken: set[int] = set()
    for name in sorted(bearers, key=lambda name: (-len(name), bearers[name])):
        for place in _places(name, words):
            indexes = range(place, place + len(name))
            if taken.issuperset(indexes):  # part of a longer name
                continue
            taken.update(indexes)
            part = any(all(forms & known for forms in name) for known in explained)
            if not part and claimed.isdisjoint(bearers[name]):
                printed = text.text[words[place].start : words[indexes[-1]].end]
                thing = " or ".join(map(compress, bearers[name]))
                values = {"printed": printed, "thing": thing}
                yield from found(material, rule, statement.iri, values)
                break


def _places(name: Name, words: Sequence[_Word]) -> list[int]:
    """Return where in `words` the name begins."""
    return [
        index
        for index in range(len(words) - len(name) + 1)
        if all(forms & words[index + step].forms for step, forms in enumerate(name))
    ]


def _forms(text: Article, spans: Sequence[Span]) -> frozenset[str]:
    return frozenset().union(*(word.forms for span in spans for word in _words(text, span)))


def _words(text: Article, span: Span) -> list[_Word]:
    return [
        _Word(*match.span(), _singular(match[0]))
        for match in _WORD.finditer(text.text, span.start, span.end)
    ]


def _singular(word: str) -> frozenset[str]:
    """Return a word in lower case, and what it may be the plural of."""
    word = word.lower().removesuffix("'s").removesuffix("\u2019s")
    forms = {word}
    for ending, singular in (("ies", "y"), ("es", ""), ("s", "")):
        if word.endswith(ending):
            forms.add(word.removesuffix(ending) + singular)
    return frozenset(forms)
