"""Look up terms by the names that people use: label, synonym, CURIE, IRI or slug, in any case."""

from __future__ import annotations

import functools

from crampkg import plain
from crampkg.errors import (
    AmbiguousTermError,
    UnknownTermError,
    UsageError,
    WrongKindError,
    suggest,
)
from crampkg.name_index import BESIDE, FINDING, OWN, NameIndex, distance, fold, slug, spell, ways
from crampkg.vocabulary import (
    CK,
    KG,
    OWL,
    PREFIXES,
    RDF,
    RDFS,
    SKOS,
    XSD,
    compress,
    expand,
    lengthen,
    shorten,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from crampkg.model import Term
    from crampkg.name_index import Spelt

#: The number of names offered in an error message.
OFFERED = 6

#: The least number of letters for which names with that beginning are offered.
_TELLING = 3

#: The greatest number of near terms, or terms with the same beginning, that are compared.
_MOST = 2_000

#: The part of an unknown name that is examined: longer than any name.
_MOST_WORDS = 12
_MOST_LETTERS = 300

#: Classes whose members have sentences for labels: found by name, and never offered.
_SENTENCES = {CK + name for name in ("Article", "Claim", "Resolution", "Statement")}

#: The classes of relations.
PROPERTIES = (OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty")

#: Names for terms of OWL, RDF and XML Schema, which have no label of ours.
FOREIGN = {
    OWL + "AnnotationProperty": "annotation property",
    OWL + "Class": "class",
    OWL + "DatatypeProperty": "data property",
    OWL + "ObjectProperty": "relation",
    OWL + "Thing": "thing",
    RDF + "type": "is",
    RDFS + "subClassOf": "is a kind of",
    RDFS + "subPropertyOf": "is a special case of",
    XSD + "nonNegativeInteger": "whole number",
    XSD + "positiveInteger": "whole number above 0",
    XSD + "string": "text",
}

#: Usual names of relations without a label of ours, folded.
_USUAL = {
    **dict.fromkeys(("a", "is", "isa", "isan", "type"), RDF + "type"),
    **dict.fromkeys(("isakindof", "subclassof"), RDFS + "subClassOf"),
    **{name: SKOS + name for name in ("broader", "narrower", "related")},
}


class Terms:
    """The labelled things and vocabulary terms of one graph."""

    def __init__(
        self,
        terms: Iterable[Term] | NameIndex,
        prefixes: Mapping[str, str] = PREFIXES,
        everyday: Callable[[], Mapping[str, tuple[str, ...]]] = dict,
    ) -> None:
        self._index = terms if isinstance(terms, NameIndex) else NameIndex.of(terms)
        self._prefixes = prefixes  # with those of articles
        self._everyday = everyday

    @functools.cached_property
    def everyday(self) -> Mapping[str, tuple[str, ...]]:
        """Everyday words, and the words they lead to. Raises `SourceError` as their file does."""
        return self._everyday()

    def __iter__(self) -> Iterator[Term]:
        return iter(self._index)

    def get(self, iri: str) -> Term | None:
        """Return the term with this IRI, or None."""
        return self._index.get(iri)

    def expand(self, name: str) -> str:
        """Return the IRI that a CURIE stands for in this graph; other names are unchanged."""
        return expand(name, self._prefixes) or name.strip("<>")

    def name_of(self, iri: str) -> str:
        """Return a name of the term with this IRI: its label, else a usual name or CURIE."""
        term = self.get(iri)
        return term.label if term else FOREIGN.get(iri) or compress(iri)

    def of_kind(self, kind: str) -> list[Term]:
        """Return the terms of the class with IRI `kind`, by label."""
        return self._index.of_kind(kind)

    def relations(self) -> list[Term]:
        """Return the relations, which `relation` finds."""
        return sorted({term for kind in PROPERTIES for term in self.of_kind(kind)})

    def find(self, name: str | int, kind: str | None = None) -> Term:
        """Return the term that `name` means, of the class with IRI `kind` if one is given.

        A preferred label wins over synonyms, these over titles and other hidden names, and these
        over names of terms that a thing is mapped to exactly or closely; without a `kind` any name
        of a thing wins over those of classes and relations. Case, hyphens, underscores, spaces,
        full stops, apostrophes of whatever form and British spelling do not matter.

        >>> terms.find("Ischaemic-Rest pain").label
        'chronic ischemic rest pain'

        Raises `UnknownTermError`, `AmbiguousTermError` or `WrongKindError`, each with names that
        would have done, and `UsageError` for what is neither a text nor a whole number.
        """
        return self._find(name, (kind,) if kind else ())

    def _find(self, name: str | int, kinds: tuple[str, ...]) -> Term:
        """Return the term that `name` means, of any of `kinds` if given."""
        name = _checked(name)
        exact = self.get(self.expand(name))
        if exact is not None:
            return self._of_kind(exact, name, kinds)
        fittings = self._fitting(name)
        if not kinds:
            things = [[term for term in terms if term.iri.startswith(KG)] for terms in fittings]
            own = len(OWN)  # own names of a class or relation win over lent names
            fittings = [*things[:own], *fittings[:own], *things[own:], *fittings[own:]]
        elif len(kinds) == 1:  # "4" is "marker 4" where a marker is wanted
            fittings = [*fittings, self._index.shortened(name, kinds[0])]
        for fitting in fittings:
            of_kind = [term for term in fitting if _is_one_of(term, kinds)]
            if len(of_kind) > 1:
                options = ", ".join(f"{term.label} ({compress(term.iri)})" for term in of_kind)
                message = f"{name!r} can mean {options}. Say which."
                raise AmbiguousTermError(message)
            if of_kind:
                return of_kind[0]
        for fitting in fittings:
            if fitting:
                return self._of_kind(fitting[0], name, kinds)
        raise self._unknown(name, kinds)

    def search(self, words: str, kind: str | None = None) -> list[Term]:
        """Return the terms, of the class `kind` if given, with a name that has `words`.

        The best match first: a whole name, the beginning of a name, the beginning of a word, any
        part. If no name contains them so, names with all the words match.
        """
        if _code(words):
            fitting = (term for terms in self._fitting(words) for term in terms)
            return [term for term in fitting if kind is None or kind in term.kinds]
        wanted = fold(words)
        best: dict[Term, tuple[bool, int]] = {}
        for term in map(self._index.term, self._index.holding(wanted)):
            if kind is None or kind in term.kinds:
                ranks = [
                    (way not in OWN, rank)
                    for way, name in ways(term)
                    if way in FINDING and (rank := _rank(wanted, spell(name))) is not None
                ]
                if ranks:
                    best[term] = min(ranks)
        ranked = [(best[term], len(term.label), term.label.casefold(), term) for term in best]
        return [rank[-1] for rank in sorted(ranked)] or self._with_words(words, kind)

    def _with_words(self, words: str, kind: str | None) -> list[Term]:
        """Return the terms with a name that has all the significant words, in any order.

        Everyday words lead to those of the graph: "ache" to pain.
        """
        sought = plain.wanted(words, self.everyday)
        ranked = []
        for term in self._index.with_words(sought):
            names = _in_words(term)
            if kind is None or kind in term.kinds:
                whole = [name for name in names if len(plain.hits(sought, name)) == len(sought)]
                if whole:
                    lacking = min(plain.missing(sought, name) for name in whole)
                    ranked.append((lacking, len(term.label), term.label.casefold(), term.iri, term))
        return [rank[-1] for rank in sorted(ranked)]

    @functools.cached_property
    def in_words(self) -> tuple[tuple[Term, tuple[frozenset[str], ...]], ...]:
        """Each term with the significant words of each of its names."""
        return tuple((term, _in_words(term)) for term in self)

    def relation(self, name: str) -> str:
        """Return the IRI of the property that `name` means, as `find` does; "a" is rdf:type.

        Any absolute IRI, and any CURIE with a known prefix, is accepted. Raises as `find` does.
        """
        name = _checked(name)
        iri = self.expand(name)
        if "://" in iri and self.get(iri) is None:
            return iri
        usual = _USUAL.get(fold(name))
        if usual is not None:
            return usual
        return self._find(name, PROPERTIES).iri

    def lent(self, name: str, kind: str | None = None) -> str:
        """Return a sentence on a name that is neither label nor synonym of its term, or "".

        It comes from another vocabulary, or only leads to the term, as a hidden label does. Raises
        as `find` does.
        """
        return self.lent_to(self.find(name, kind).iri, name)

    def lent_to(self, iri: str, name: str) -> str:
        """Return the sentence of `lent` on a name that led to the term with this IRI."""
        term = self.get(iri)
        if term is None:
            return ""
        wanted, code = fold(name), _code(name)
        called = {way for way, known in ways(term) if fold(known) == wanted and not code}
        if called.intersection(OWN) - {"hidden"}:
            return ""
        for mapped in term.mapped:
            if mapped.closeness in FINDING and (mapped.term == code or fold(mapped.name) == wanted):
                by = shorten(code) if code else f"{name!r}, a name of {shorten(mapped.term)}"
                return f"{term.label!r} is found by {by}, to which it is mapped {mapped.closeness}."
        if "hidden" in called and CK + "Document" not in term.kinds:  # which have titles
            return f"{term.label!r} is found by {name!r}, which is no synonym of it."
        return ""

    def _fitting(self, name: str) -> list[list[Term]]:
        """Return the terms with this name, in a list for each kind of name, the firmest first."""
        called = self._index.called(name, _code(name))
        return [called.get(way, []) for way in FINDING]

    def _of_kind(self, term: Term, name: str, kinds: tuple[str, ...]) -> Term:
        if _is_one_of(term, kinds):
            return term
        what = self.kind_in_words(term)
        if fold(term.label) != fold(name):
            what = f"{term.label}, {what}" if what else term.label
        sentence = f"{name!r} is {what or 'known'}, and no {self.name_of(kinds[0])}."
        offer = self._fit(name, kinds)
        raise WrongKindError(sentence + offer, "" if offer else self._all_of(kinds))

    def kind_in_words(self, term: Term) -> str:
        """Return the narrowest class of a term as a noun with its article; "" if it has no name.

        The narrowest is the one with the fewest members: a causal factor, not a clinical entity.
        """
        kinds = [kind for kind in term.kinds if kind in FOREIGN or self.get(kind)]
        if not kinds:
            return ""
        return indefinite(self.name_of(min(kinds, key=lambda kind: (self._index.size(kind), kind))))

    def _fit(self, name: str, kinds: tuple[str, ...]) -> str:
        """Return a sentence with names that would fit: near ones, else all of a few, else ""."""
        near = list(dict.fromkeys(term.label for term in self._near(name, kinds)))
        if near or len(kinds) != 1:
            return suggest(near[:OFFERED])
        labels = [term.label for term in self._index.of_kind(kinds[0], OFFERED + 1)]
        return f" One of these would do: {', '.join(labels)}." if 0 < len(labels) <= OFFERED else ""

    def _all_of(self, kinds: tuple[str, ...]) -> str:
        """Return a sentence on the command that lists the members of one of `kinds`."""
        slugs = [term.iri.removeprefix(KG) for term in self._index.of_kind(kinds[0], _MOST)]
        if slugs and not any("/" in slug for slug in slugs):  # else they are an article's
            return f"`crampkg ask conditions-of-kind --kind {compress(kinds[0])}` lists those."
        return _hint(kinds)

    def near(self, name: str, kind: str | None = None) -> list[Term]:
        """Return the terms, of the class with IRI `kind` if given, that `name` may mean.

        Exact matches come first, then similar spellings and beginnings. Without any of these: terms
        with all its words, else terms named by some of its words.
        """
        return self._near(name, (kind,) if kind else ())[:OFFERED]

    def _near(self, name: str, kinds: tuple[str, ...]) -> list[Term]:
        iri = self.expand(name)
        is_iri = "://" in iri
        typed = spell((slug(iri) if is_iri else name)[:_MOST_LETTERS])
        wanted = typed[0][0]
        passed = () if kinds or is_iri else _SENTENCES

        def fits(term: Term) -> bool:
            return _is_one_of(term, kinds) and set(passed).isdisjoint(term.kinds)

        known = [term for terms in self._fitting(name) for term in terms]
        fitting = [term for term in known if _is_one_of(term, kinds)]
        if _code(name):
            return fitting
        # A known name is not a slip.
        places = self._index.alike(wanted, 0 if known else len(wanted) // 4, _MOST)
        if len(wanted) >= _TELLING:
            places |= self._index.beginning(wanted, _MOST)
        ranked = []
        for term in filter(fits, map(self._index.term, places if wanted else ())):
            for way, known_name in ways(term):
                if way in FINDING and (way == "slug" or not is_iri):
                    spelt = spell(known_name)
                    # One slip at most for names of other vocabularies.
                    most = 0 if known else len(wanted) if way in OWN else 1
                    slips = _slips(typed, spelt, most)
                    begins = len(wanted) >= _TELLING and _rank(wanted, spelt) in (0, 1, 2)
                    if slips is not None or begins:
                        is_word = not term.iri.startswith(
                            KG
                        )  # a term of our vocabulary comes after things
                        ranked.append((slips is None, slips or 0, is_word, len(spelt[0][0]), term))
        near = [*fitting, *(rank[-1] for rank in sorted(ranked))]
        near = near or list(filter(fits, self._with_words(name, None)))
        return list(dict.fromkeys(near or filter(fits, self._held(name))))

    def _held(self, name: str) -> Iterator[Term]:
        """Yield the things whose names are some of the words of `name` together, longest first."""
        words = name.split()[:_MOST_WORDS]
        for length in range(len(words) - 1, 0, -1):
            for start in range(len(words) - length + 1):
                for terms in self._fitting(" ".join(words[start : start + length])):
                    yield from (term for term in terms if term.iri.startswith(KG))

    def _unknown(self, name: str, kinds: tuple[str, ...]) -> UnknownTermError:
        """Return the error for an unknown name, with names that would fit."""
        labels = list(dict.fromkeys(term.label for term in self._near(name, kinds)))
        what = f"No {self.name_of(kinds[0])}" if kinds else "Nothing here"
        beside = self._beside(name, kinds)
        known = self._known(kinds)
        offer = beside or suggest(labels[:OFFERED]) or (known and f" Some that are known: {known}.")
        hint = "" if offer else _hint(kinds)
        return UnknownTermError(f"{what} is called {name!r}.{offer}", hint, beside)

    def _beside(self, name: str, kinds: tuple[str, ...]) -> str:
        """Return a sentence on a wider or narrower thing with this name, or ""."""
        called = self._index.called(name, _code(name))
        for way in BESIDE:
            labels = [term.label for term in called.get(way, []) if _is_one_of(term, kinds)]
            if labels:
                return f" It names something {way} than {', '.join(labels[:OFFERED])}."
        return ""

    def _known(self, kinds: tuple[str, ...]) -> str:
        """Return a few labels of a single kind; none for several, which would mislead."""
        if len(kinds) != 1:
            return ""
        return ", ".join(term.label for term in self._index.of_kind(kinds[0], OFFERED))


def _checked(name: object) -> str:
    """Return a name as a text, which the number of a marker becomes.

    Raises `UnknownTermError` for an empty text, `UsageError` for what is neither.
    """
    if isinstance(name, int) and not isinstance(name, bool):
        return str(name)
    wanted = "Give a label, synonym, CURIE or IRI."
    if not isinstance(name, str):
        message = f"A name is a text, and {name!r} is none. {wanted}"
        raise UsageError(message)
    if not fold(name.strip("<> ")):
        message = "The name is empty."
        raise UnknownTermError(message, wanted)
    return name


def _in_words(term: Term) -> tuple[frozenset[str], ...]:
    """Return the significant words of each name of a term."""
    return tuple(dict.fromkeys(map(plain.telling, (term.label, *term.synonyms, *term.hidden))))


def _is_one_of(term: Term, kinds: tuple[str, ...]) -> bool:
    """Return whether `term` is of one of `kinds`, if any are given."""
    return not kinds or not set(kinds).isdisjoint(term.kinds)


def indefinite(noun: str) -> str:
    """Return a noun with its article."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def _hint(kinds: tuple[str, ...]) -> str:
    """Return a sentence on the command that lists the names."""
    if kinds == PROPERTIES:
        return "`crampkg ask vocabulary-used` lists those that the article uses."
    return "`crampkg` completes names by TAB."


def _rank(wanted: str, spelt: Spelt) -> int | None:
    """Return how well a folded text matches a name, 0 the best, or None without a match."""
    whole, *tails = spelt[0]
    if whole == wanted:
        return 0
    if whole.startswith(wanted):
        return 1
    if any(tail.startswith(wanted) for tail in tails):
        return 2
    return 3 if wanted in whole else None


def _slips(typed: Spelt, known: Spelt, most: int) -> int | None:
    """Return the number of wrong letters of a name, against another or a word of it, if few.

    A quarter of the letters may be wrong, and at most `most`: "statin" is not "start", however
    similar, and of three letters none may be: "PVD" is no slip for "PD". With several words each is
    compared with its counterpart, the quarter rounded up, so that "wrist pain" is not "waist pain";
    "hyper" is no slip for "hypo".
    """
    wanted, words = typed[0][0], typed[1]
    most = min(most, len(wanted) // 4)
    whole = known[0][0]
    if len(words) == len(known[1]) > 1 and any(
        distance(one, other) > -(-len(one) // 4) for one, other in zip(words, known[1], strict=True)
    ):
        whole = ""
    letters = set(wanted)
    alike = (
        name
        for name in (whole, *known[1])
        if abs(len(name) - len(wanted)) <= most
        and len(letters.difference(name)) <= most
        and {name[:4], wanted[:4]} != {"hype", "hypo"}
    )
    fewest = min((distance(wanted, name) for name in alike), default=most + 1)
    return fewest if fewest <= most else None


def names(term: Term) -> list[str]:
    """Return the names that find a term, its own before those from other vocabularies."""
    return [name for way, name in ways(term) if way in FINDING]


def _code(name: str) -> str:
    """Return the IRI of a term of another vocabulary, given its code or address, or ""."""
    iri = lengthen(name.strip()) or name.strip("<> ")
    return iri if "://" in iri and not iri.startswith((KG, CK)) else ""
