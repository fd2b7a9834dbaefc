"""Find a term by what people call it: label, synonym, CURIE, IRI or slug, in any case."""

from __future__ import annotations

import functools
import re
import unicodedata
from itertools import takewhile

from crampkg.errors import (
    AmbiguousTermError,
    UnknownTermError,
    WrongKindError,
    suggest,
)
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

    Spelt = tuple[tuple[str, ...], tuple[str, ...]]

#: How many near or fitting names an error message offers.
OFFERED = 6

#: From so many letters on, what begins a name is offered for it.
_TELLING = 3

#: How much of an unknown name is looked at: more than any name has.
_MOST_WORDS = 12
_MOST_LETTERS = 300

#: What stands between letters and tells no names apart: hyphens and dashes, full stops,
#: apostrophes, joiners.
_JOINTS = dict.fromkeys(
    map(
        ord,
        "-_.\u2010\u2011\u2012\u2013\u2014\u2212"
        "'`\xb4\u02b9\u02bc\u2018\u2019\u201b\u2032\uff07"
        "\xad\u200b\u200c\u200d\u2060\ufeff",
    )
)

#: British spellings of what comes from Greek: "hypokalaemia", "orthopaedic", "oedema".
_BRITISH = re.compile("ae(?=[cdmst])|oe(?=[ad])")

#: How a name belongs to its term, the firmest way first: the term is called so, or another
#: vocabulary calls so what the term is mapped to. What is wider or narrower does not find it.
_OWN = ("label", "synonym", "hidden", "slug")
_FINDING = (*_OWN, "exactly", "closely")
_BESIDE = ("wider", "narrower")

#: What has a sentence for a label: found by its name, and offered for no other.
_SENTENCES = {CK + name for name in ("Article", "Claim", "Resolution", "Statement")}

#: The classes of relations.
PROPERTIES = (OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty")

#: What the words of OWL, RDF and XML Schema are called, which have no label of ours.
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

#: What people call the relations that have no label of ours, folded.
_USUAL = {
    **dict.fromkeys(("a", "is", "isa", "isan", "type"), RDF + "type"),
    **dict.fromkeys(("isakindof", "subclassof"), RDFS + "subClassOf"),
    **{name: SKOS + name for name in ("broader", "narrower", "related")},
}


class Terms:
    """The labelled things and vocabulary terms of one graph."""

    def __init__(
        self,
        terms: Iterable[Term],
        prefixes: Mapping[str, str] = PREFIXES,
        everyday: Callable[[], Mapping[str, tuple[str, ...]]] = dict,
    ) -> None:
        self._by_iri = {term.iri: term for term in terms}
        self._prefixes = prefixes  # with those of articles
        self._everyday = everyday

    @functools.cached_property
    def everyday(self) -> Mapping[str, tuple[str, ...]]:
        """What people type, and the words that it leads to. Raises `SourceError` as its file."""
        return self._everyday()

    def __iter__(self) -> Iterator[Term]:
        return iter(self._by_iri.values())

    def get(self, iri: str) -> Term | None:
        """Return the term with this IRI, or None."""
        return self._by_iri.get(iri)

    def expand(self, name: str) -> str:
        """Return the IRI that a CURIE stands for in this graph; what is no CURIE is left alone."""
        return expand(name, self._prefixes) or name.strip("<>")

    def name_of(self, iri: str) -> str:
        """Return what the term with this IRI is called: its label, else a usual name or CURIE."""
        term = self._by_iri.get(iri)
        return term.label if term else FOREIGN.get(iri) or compress(iri)

    def of_kind(self, kind: str) -> list[Term]:
        """Return the terms of the class with IRI `kind`, by label."""
        fitting = [term for term in self._by_iri.values() if kind in term.kinds]
        return sorted(fitting, key=lambda term: (term.label.casefold(), term.iri))

    def relations(self) -> list[Term]:
        """Return the relations, which `relation` finds."""
        return [term for term in self._by_iri.values() if _is_one_of(term, PROPERTIES)]

    def find(self, name: str, kind: str | None = None) -> Term:
        """Return the term that `name` means, of the class with IRI `kind` if one is given.

        A preferred label wins over synonyms, these over titles and other hidden names, and these
        over names of terms that a thing is mapped to exactly or closely; without a `kind` any name
        of a thing wins over those of classes and relations. Case, hyphens, underscores, spaces,
        full stops, apostrophes of whatever form and British spelling do not matter.
        Raises `UnknownTermError`, `AmbiguousTermError` or `WrongKindError`, each with names that
        would have done.
        """
        return self._find(name, (kind,) if kind else ())

    def _find(self, name: str, kinds: tuple[str, ...]) -> Term:
        """Return the term that `name` means, of one of `kinds` unless that is empty."""
        exact = self._by_iri.get(self.expand(name))
        if exact is not None:
            return self._of_kind(exact, name, kinds)
        fittings = self._fitting(name)
        if not kinds:
            things = [[term for term in each if term.iri.startswith(KG)] for each in fittings]
            own = len(_OWN)  # of a class or relation these win over what is lent
            fittings = [*things[:own], *fittings[:own], *things[own:], *fittings[own:]]
        elif len(kinds) == 1:
            fittings = [*fittings, self._shortened(name, kinds[0])]
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
        """Return the terms, of the class `kind` if one is given, with a name that has `words`.

        The best first: a whole name, the beginning of one, the beginning of a word, anywhere. Where
        no name has them so, one that has each word will do.
        """
        if _code(words):
            found = (term for each in self._fitting(words) for term in each)
            return [term for term in found if kind is None or kind in term.kinds]
        wanted = _fold(words)
        best: dict[Term, tuple[bool, int]] = {}
        for term, way, spelt in self._spelt:
            rank = None if kind and kind not in term.kinds else _rank(wanted, spelt)
            if rank is not None:
                place = way not in _OWN, rank
                best[term] = min(place, best.get(term, place))
        ranked = [(best[term], len(term.label), term.label.casefold(), term) for term in best]
        return [each[-1] for each in sorted(ranked)] or self._with_words(words, kind)

    def _with_words(self, words: str, kind: str | None) -> list[Term]:
        """Return the terms with a name that has all the words that tell something, in any order.

        Everyday words lead to those of the graph: "ache" to pain.
        """
        from crampkg import plain  # what completes a name by TAB has no need of it

        sought = plain.wanted(words, self.everyday)
        ranked = []
        for term, names in self.in_words if sought else ():
            if kind is None or kind in term.kinds:
                whole = [name for name in names if len(plain.hits(sought, name)) == len(sought)]
                if whole:
                    lacking = min(plain.missing(sought, name) for name in whole)
                    ranked.append((lacking, len(term.label), term.label.casefold(), term.iri, term))
        return [each[-1] for each in sorted(ranked)]

    @functools.cached_property
    def in_words(self) -> tuple[tuple[Term, tuple[frozenset[str], ...]], ...]:
        """Each term with the telling words of each of its names."""
        from crampkg import plain

        return tuple(
            (
                term,
                tuple(
                    dict.fromkeys(map(plain.telling, (term.label, *term.synonyms, *term.hidden)))
                ),
            )
            for term in self._by_iri.values()
        )

    def relation(self, name: str) -> str:
        """Return the IRI of the property that `name` means, as `find` does; "a" is rdf:type.

        Any absolute IRI, and any CURIE with a known prefix, will do. Raises as `find` does.
        """
        iri = self.expand(name)
        if "://" in iri and iri not in self._by_iri:
            return iri
        usual = _USUAL.get(_fold(name))
        if usual is not None:
            return usual
        return self._find(name, PROPERTIES).iri

    def lent(self, name: str, kind: str | None = None) -> str:
        """Return the sentence on a name that is no name or synonym of what it finds, or "".

        Another vocabulary has it, or it only leads there, as a hidden label does.

        Raises as `find` does.
        """
        return self.lent_to(self.find(name, kind).iri, name)

    def lent_to(self, iri: str, name: str) -> str:
        """Return the sentence on a name by which the term with this IRI was found, as `lent`."""
        term = self._by_iri.get(iri)
        if term is None:
            return ""
        wanted, code = _fold(name), _code(name)
        ways = {way for way, known in _ways(term) if _fold(known) == wanted and not code}
        if ways.intersection(_OWN) - {"hidden"}:
            return ""
        for mapped in term.mapped:
            if mapped.closeness in _FINDING and (
                mapped.term == code or _fold(mapped.name) == wanted
            ):
                by = shorten(code) if code else f"{name!r}, a name of {shorten(mapped.term)}"
                return f"{term.label!r} is found by {by}, to which it is mapped {mapped.closeness}."
        if "hidden" in ways and CK + "Document" not in term.kinds:  # which have titles
            return f"{term.label!r} is found by {name!r}, which is no synonym of it."
        return ""

    @functools.cached_property
    def _by_name(self) -> dict[str, dict[str, list[Term]]]:
        """The terms of each folded name, by how the name belongs to them."""
        by_name: dict[str, dict[str, list[Term]]] = {}
        for term in sorted(self._by_iri.values()):
            for way, name in _ways(term):
                terms = by_name.setdefault(_fold(name), {}).setdefault(way, [])
                if term not in terms[-1:]:
                    terms.append(term)
        return by_name

    @functools.cached_property
    def _spelt(self) -> tuple[tuple[Term, str, Spelt], ...]:
        """Each name that finds a term, with how it belongs to the term and how it is spelt."""
        return tuple(
            (term, way, _spell(name))
            for term in self._by_iri.values()
            for way, name in _ways(term)
            if way in _FINDING
        )

    def _called(self, name: str) -> dict[str, list[Term]]:
        """Return the terms that have a name, or are mapped to the term of a code, by how."""
        code = _code(name)
        if not code:
            return self._by_name.get(_fold(name), {})
        coded: dict[str, list[Term]] = {}
        for term in sorted(self._by_iri.values()):
            for closeness in {each.closeness for each in term.mapped if each.term == code}:
                coded.setdefault(closeness, []).append(term)
        return coded

    def _fitting(self, name: str) -> list[list[Term]]:
        """Return the terms that `name` finds, those that it finds most firmly first."""
        called = self._called(name)
        return [called.get(way, []) for way in _FINDING]

    def _shortened(self, name: str, kind: str) -> list[Term]:
        """Return the terms of a kind that `name` means without the words that begin all its labels.

        "4" is "marker 4" where a marker is wanted, "primary causes" the section on these; brackets
        at the end may be left out too.
        """
        terms = self.of_kind(kind)
        labels = [term.label.partition(" (")[0].split() for term in terms]
        alike = takewhile(lambda words: len(set(words)) == 1, zip(*labels, strict=False))
        common = len(list(alike)) if len(labels) > 1 else 0
        wanted = _fold(name)
        return [
            term
            for term, words in zip(terms, labels, strict=True)
            if common and wanted and _fold(" ".join(words[common:])) == wanted
        ]

    def _of_kind(self, term: Term, name: str, kinds: tuple[str, ...]) -> Term:
        if _is_one_of(term, kinds):
            return term
        what = self.kind_in_words(term)
        if _fold(term.label) != _fold(name):
            what = f"{term.label}, {what}" if what else term.label
        sentence = f"{name!r} is {what or 'known'}, and no {self.name_of(kinds[0])}."
        offer = self._fit(name, kinds)
        raise WrongKindError(sentence + offer, "" if offer else self._all_of(kinds))

    def kind_in_words(self, term: Term) -> str:
        """Return the narrowest class of a term as a noun with its article; "" if it has no name.

        The narrowest is the one with the fewest members: a causal factor, not a clinical entity.
        """
        sizes = self._sizes
        kinds = [kind for kind in term.kinds if kind in self._by_iri or kind in FOREIGN]
        if not kinds:
            return ""
        return indefinite(self.name_of(min(kinds, key=lambda kind: (sizes[kind], kind))))

    @functools.cached_property
    def _sizes(self) -> dict[str, int]:
        """How many terms each class has."""
        sizes: dict[str, int] = {}
        for term in self._by_iri.values():
            for kind in term.kinds:
                sizes[kind] = sizes.get(kind, 0) + 1
        return sizes

    def _fit(self, name: str, kinds: tuple[str, ...]) -> str:
        """Return the sentence on what would do: names that are near, else all of a few, else ""."""
        near = list(dict.fromkeys(term.label for term in self._near(name, kinds)))
        if near or len(kinds) != 1:
            return suggest(near[:OFFERED])
        labels = [term.label for term in self.of_kind(kinds[0])]
        return f" One of these would do: {', '.join(labels)}." if 0 < len(labels) <= OFFERED else ""

    def _all_of(self, kinds: tuple[str, ...]) -> str:
        """Return the sentence on how to list, at a command line, what is of one of `kinds`."""
        slugs = [term.iri.removeprefix(KG) for term in self.of_kind(kinds[0])]
        if slugs and not any("/" in slug for slug in slugs):  # else they are an article's
            return f"`crampkg ask conditions-of-kind --kind {compress(kinds[0])}` lists those."
        return _hint(kinds)

    def near(self, name: str, kind: str | None = None) -> list[Term]:
        """Return the terms, of the class with IRI `kind` if one is given, that `name` may mean.

        What it fits comes first, then what is spelt like it or begins with it. Where there is
        nothing so, what has all its words follows, else what it holds.
        """
        return self._near(name, (kind,) if kind else ())[:OFFERED]

    def _near(self, name: str, kinds: tuple[str, ...]) -> list[Term]:
        iri = self.expand(name)
        is_iri = "://" in iri
        typed = _spell((_slug(iri) if is_iri else name)[:_MOST_LETTERS])
        wanted = typed[0][0]
        passed = () if kinds or is_iri else _SENTENCES

        def fits(term: Term) -> bool:
            return _is_one_of(term, kinds) and set(passed).isdisjoint(term.kinds)

        known = [term for each in self._fitting(name) for term in each]
        fitting = [term for term in known if _is_one_of(term, kinds)]
        if _code(name):
            return fitting
        ranked = []
        for term, way, spelt in self._spelt if wanted else ():
            if fits(term) and (way == "slug" or not is_iri):
                # A name that is known is no slip, and one letter is enough of another vocabulary's.
                most = 0 if known else len(wanted) if way in _OWN else 1
                slips = _slips(typed, spelt, most)
                begins = len(wanted) >= _TELLING and _rank(wanted, spelt) in (0, 1, 2)
                if slips is not None or begins:
                    is_word = not term.iri.startswith(KG)  # of our vocabulary: after things
                    ranked.append((slips is None, slips or 0, is_word, len(spelt[0][0]), term))
        near = [*fitting, *(each[-1] for each in sorted(ranked))]
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
        """Return the error for a name that fits nothing, with what would do."""
        labels = list(dict.fromkeys(term.label for term in self._near(name, kinds)))
        what = f"No {self.name_of(kinds[0])}" if kinds else "Nothing here"
        beside = self._beside(name, kinds)
        known = self._known(kinds)
        offer = beside or suggest(labels[:OFFERED]) or (known and f" Some that are known: {known}.")
        hint = "" if offer else _hint(kinds)
        return UnknownTermError(f"{what} is called {name!r}.{offer}", hint, beside)

    def _beside(self, name: str, kinds: tuple[str, ...]) -> str:
        """Return the sentence on what another vocabulary calls so: a wider or narrower thing."""
        called = self._called(name)
        for way in _BESIDE:
            labels = [term.label for term in called.get(way, []) if _is_one_of(term, kinds)]
            if labels:
                return f" It names something {way} than {', '.join(labels[:OFFERED])}."
        return ""

    def _known(self, kinds: tuple[str, ...]) -> str:
        """Return a few labels of one kind; none of several, whose first ones say too little."""
        if len(kinds) != 1:
            return ""
        return ", ".join(term.label for term in self.of_kind(kinds[0])[:OFFERED])


def _is_one_of(term: Term, kinds: tuple[str, ...]) -> bool:
    """Tell whether `term` is of one of `kinds`, or none is asked for."""
    return not kinds or not set(kinds).isdisjoint(term.kinds)


def indefinite(noun: str) -> str:
    """Return a noun with its article."""
    return f"{'an' if noun[:1].lower() in 'aeiou' else 'a'} {noun}"


def _hint(kinds: tuple[str, ...]) -> str:
    """Return the sentence that says, at a command line, where names are to be found."""
    if kinds == PROPERTIES:
        return "`crampkg ask vocabulary-used` lists those that the article uses."
    return "`crampkg` completes names by TAB."


def _spell(name: str) -> Spelt:
    """Return a name, folded: whole and from each further word on; then word by word."""
    words = name.replace("-", " ").replace("_", " ").split() or [""]
    tails = (name, *(" ".join(words[at:]) for at in range(1, len(words))))
    return tuple(map(_fold, tails)), tuple(map(_fold, words))


def _rank(wanted: str, spelt: Spelt) -> int | None:
    """Return how well a folded text fits a name, 0 the best, or None when it is not in it."""
    whole, *tails = spelt[0]
    if whole == wanted:
        return 0
    if whole.startswith(wanted):
        return 1
    if any(tail.startswith(wanted) for tail in tails):
        return 2
    return 3 if wanted in whole else None


def _slips(typed: Spelt, known: Spelt, most: int) -> int | None:
    """Return how many letters of a name are wrong for another or for a word of it, if few.

    A letter in four may be, and `most` at most: "statin" is another word than "start", however
    alike, and of three letters each counts: "PVD" is no slip for "PD". Of several words each is
    compared with its own, the quarter rounded up, so that "wrist pain" is not "waist pain"; "hyper"
    is no slip for "hypo".
    """
    wanted, words = typed[0][0], typed[1]
    most = min(most, len(wanted) // 4)
    whole = known[0][0]
    if len(words) == len(known[1]) > 1 and any(
        _distance(one, other) > -(-len(one) // 4)
        for one, other in zip(words, known[1], strict=True)
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
    fewest = min((_distance(wanted, name) for name in alike), default=most + 1)
    return fewest if fewest <= most else None


def _distance(one: str, other: str) -> int:
    """Return how many letters must be changed, put in, left out or swapped with the next one.

    It is Damerau's distance, of no letter that is changed twice (optimal string alignment).
    """
    table = [list(range(len(other) + 1))]
    for row, letter in enumerate(one, 1):
        now = [row]
        for column, its in enumerate(other, 1):
            above = table[-1]
            least = min(above[column] + 1, now[-1] + 1, above[column - 1] + (letter != its))
            if row > 1 and column > 1 and (letter, its) == (other[column - 2], one[row - 2]):
                least = min(least, table[-2][column - 2] + 1)
            now.append(least)
        table.append(now)
    return table[-1][-1]


def _fold(name: str) -> str:
    """Return a name as it is compared: what phones and word processors change does not count.

    They turn apostrophes and hyphens, insert blanks and marks that nobody sees, and write accents
    as characters of their own.
    """
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name.translate(_JOINTS))
    spelt = name.casefold()
    if "ae" in spelt or "oe" in spelt:  # the search is quicker than the pattern
        spelt = _BRITISH.sub("e", spelt)
    return "".join(spelt.translate(_JOINTS).split())


def _ways(term: Term) -> Iterator[tuple[str, str]]:
    """Yield each name of a term, after how it belongs to the term."""
    yield "label", term.label
    yield from (("synonym", name) for name in term.synonyms)
    yield from (("hidden", name) for name in term.hidden)
    yield "slug", _slug(term.iri)
    yield from ((each.closeness, each.name) for each in term.mapped)


def names(term: Term) -> list[str]:
    """Return the names that find a term, its own before those that others lend it."""
    return [name for way, name in _ways(term) if way in _FINDING]


def _code(name: str) -> str:
    """Return the IRI of a term of another vocabulary that a code or an address means, or ""."""
    iri = lengthen(name.strip()) or name.strip("<> ")
    return iri if "://" in iri and not iri.startswith((KG, CK)) else ""


def _slug(iri: str) -> str:
    return iri.removeprefix(KG).rpartition("/")[2].rpartition("#")[2]
