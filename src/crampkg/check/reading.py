"""Articles, statements and claims with their spans, as the checks on text need them."""

from __future__ import annotations

from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from crampkg.vocabulary import CK, GRAPHS, RDF, SKOS, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyoxigraph import Store

_TYPE = RDF + "type"
_CLAIMS = NamedNode(GRAPHS["claims"])
_ONTOLOGY = NamedNode(GRAPHS["ontology"])


class Span(NamedTuple):
    """A stretch of an article: code point offsets from 0, the end exclusive."""

    start: int
    end: int


class Recorded(NamedTuple):
    """A resource with a span and the digest that was recorded of it."""

    iri: str
    span: Span
    sha256: str


class Statement(NamedTuple):
    """A statement; `kind` is the local name of its class."""

    iri: str
    kind: str
    span: Span
    section: str | None
    parent: str | None
    markers: tuple[str, ...]
    reason: str | None
    note: str | None


class Claim(NamedTuple):
    """A claim; `own` is its own span, if it has one, and `properties` all that is said of it."""

    iri: str
    statement: str
    own: Span | None
    properties: dict[str, tuple[str, ...]]

    def of(self, curie: str) -> tuple[str, ...]:
        """Return the values of a property: IRIs and texts."""
        return self.properties.get(expand(curie) or curie, ())


class MarkerUse(NamedTuple):
    """A marker use, with the text of its marker."""

    iri: str
    span: Span
    text: str


class ArticleRecord(NamedTuple):
    """What the graph holds of one article. What has no span, or half of one, is left out."""

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

    def introduction(self, statement: Statement) -> Span:
        """Return the words of a statement before the first item of its list; all if it has none."""
        items = [item for item in self.items(statement.iri) if item.kind == "ListItem"]
        end = items[0].span.start if items else statement.span.end
        return Span(statement.span.start, end)


def read_articles(store: Store) -> list[ArticleRecord]:
    """Return the articles of the graph, sorted by IRI.

    Whatever has the article's namespace, the part of its IRI before the last slash, is of it.
    """
    subjects: dict[str, dict[str, tuple[str, ...]]] = {}
    for quad in store.quads_for_pattern(None, None, None, _CLAIMS):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, NamedNode | Literal):
            properties = subjects.setdefault(quad.subject.value, {})
            key = quad.predicate.value
            properties[key] = tuple(sorted({*properties.get(key, ()), quad.object.value}))
    articles = sorted(
        iri for iri, properties in subjects.items() if CK + "Article" in properties.get(_TYPE, ())
    )
    return [_article(iri, subjects) for iri in articles]


def hedge_words(store: Store) -> dict[str, tuple[str, ...]]:
    """Return the printed words of each hedge, by its IRI, in the order of the IRIs."""
    words: dict[str, tuple[str, ...]] = {}
    for quad in store.quads_for_pattern(None, NamedNode(CK + "hedgeWord"), None, _ONTOLOGY):
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal):
            iri = quad.subject.value
            words[iri] = tuple(sorted({*words.get(iri, ()), quad.object.value}))
    return dict(sorted(words.items()))


def _article(iri: str, subjects: dict[str, dict[str, tuple[str, ...]]]) -> ArticleRecord:
    home = iri.rpartition("/")[0] + "/"
    own = {name: subjects[name] for name in sorted(subjects) if name.startswith(home)}
    recorded, statements, claims, uses, headings = [], {}, [], [], {}
    for name, properties in own.items():
        span, digest = _span(properties), _first(properties, "sha256")
        if span and digest:
            recorded.append(Recorded(name, span, digest))
        kinds = {kind.removeprefix(CK) for kind in properties.get(_TYPE, ())}
        kind = next(iter(sorted(kinds & {"Heading", "LeadIn", "ListItem", "Statement"})), None)
        read_from = _first(properties, "readFrom")
        marker = _first(properties, "useOf")
        if kind and span:
            statements[name] = Statement(
                name,
                kind,
                span,
                _first(properties, "inSection"),
                _first(properties, "itemOf"),
                properties.get(CK + "marker", ()),
                _first(properties, "noClaimReason"),
                next(iter(properties.get(SKOS + "scopeNote", ())), None),
            )
        elif "Claim" in kinds and read_from:
            claims.append(Claim(name, read_from, span, properties))
        elif marker and span:
            text = _first(subjects.get(marker, {}), "markerText")
            uses.append(MarkerUse(name, span, text or ""))
        elif "Section" in kinds and (heading := _first(properties, "hasHeading")):
            headings[name] = heading
    parts: dict[str, list[Statement]] = {}
    for statement in sorted(statements.values(), key=lambda statement: statement.span):
        if statement.parent is not None:
            parts.setdefault(statement.parent, []).append(statement)
    return ArticleRecord(
        iri, tuple(recorded), statements, tuple(claims), tuple(uses), headings, parts
    )


def _first(properties: dict[str, tuple[str, ...]], local: str) -> str | None:
    return next(iter(properties.get(CK + local, ())), None)


def _span(properties: dict[str, tuple[str, ...]]) -> Span | None:
    start, end = _first(properties, "start"), _first(properties, "end")
    if start is None or end is None or not (start.isdecimal() and end.isdecimal()):
        return None
    return Span(int(start), int(end)) if int(start) < int(end) else None
