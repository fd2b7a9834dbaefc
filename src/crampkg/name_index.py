"""The index of names: built once, then searched by bisection, however many names there are.

It is two texts of sorted lines. A line of `terms` is a term, as JSON; a line of `names` is a key, a
tab, and the offsets of its terms in `terms`. The first letter of a key gives its kind:

| letter | key | beside an offset |
|---|---|---|
| C | the IRI of a term of another vocabulary | its closeness |
| F | a name or a word of a name, folded | |
| G | a length and two adjacent letters of a form under F; its values are those forms | |
| K | the IRI of a class; its members by label | |
| N | a name, folded | the kind of name |
| S | a class, and the label of a member without the words that all its labels begin with | |
| T | a word of a name, singular | |
| V | a name from a word on, folded | |
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections import Counter, defaultdict
from itertools import takewhile

from crampkg import plain
from crampkg.model import Mapped, Term
from crampkg.vocabulary import KG

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    Spelt = tuple[tuple[str, ...], tuple[str, ...]]

#: The kinds of names of a term, the firmest first: its own, then those of its mapped terms. The
#: names of wider or narrower terms do not find it.
OWN = ("label", "synonym", "hidden", "slug")
FINDING = (*OWN, "exactly", "closely")
BESIDE = ("wider", "narrower")
_WAYS = (*FINDING, *BESIDE)

#: Characters that do not distinguish names: hyphens and dashes, full stops, apostrophes, joiners.
_JOINTS = dict.fromkeys(
    map(
        ord,
        "-_.\u2010\u2011\u2012\u2013\u2014\u2212"
        "'`\xb4\u02b9\u02bc\u2018\u2019\u201b\u2032\uff07"
        "\xad\u200b\u200c\u200d\u2060\ufeff",
    )
)

#: British spellings of words from Greek: "hypokalaemia", "orthopaedic", "oedema".
_BRITISH = re.compile("ae(?=[cdmst])|oe(?=[ad])")


class NameIndex:
    """The terms of a graph, and the keys that lead to them."""

    def __init__(self, terms: bytes, names: bytes) -> None:
        self.terms = terms
        self.names = names
        self._read: dict[int, Term] = {}

    @classmethod
    def of(cls, terms: Iterable[Term]) -> NameIndex:
        """Return the index of some terms."""
        rows = sorted(
            (f"{json.dumps(term, ensure_ascii=False)}\n".encode(), term) for term in terms
        )
        places: list[tuple[int, Term]] = []
        at = 0
        for row, term in rows:
            places.append((at, term))
            at += len(row)
        lines = sorted(
            f"{key}\t{' '.join(dict.fromkeys(values))}\n".encode()
            for key, values in _keys(places).items()
        )
        return cls(b"".join(row for row, _ in rows), b"".join(lines))

    def __iter__(self) -> Iterator[Term]:
        at = 0
        while at < len(self.terms):
            yield self.term(at)
            at = self.terms.index(b"\n", at) + 1

    def get(self, iri: str) -> Term | None:
        """Return the term with this IRI, or None."""
        start = f"[{json.dumps(iri, ensure_ascii=False)},".encode()
        at = _first(self.terms, start)
        return self.term(at) if self.terms.startswith(start, at) else None

    def term(self, at: int) -> Term:
        """Return the term whose line begins at an offset."""
        if at not in self._read:
            row = json.loads(self.terms[at : self.terms.index(b"\n", at)])
            iri, label, synonyms, kinds, definition, hidden, mapped = row
            lists = tuple(synonyms), tuple(kinds), definition, tuple(hidden)
            self._read[at] = Term(iri, label, *lists, tuple(Mapped(*fields) for fields in mapped))
        return self._read[at]

    def called(self, name: str, code: str) -> dict[str, list[Term]]:
        """Return the terms with a name, or with a code if given, by the kind of name."""
        terms: dict[str, list[Term]] = {}
        for value in self._values(f"C{code}" if code else f"N{fold(name)}"):
            terms.setdefault(_WAYS[int(value[0])], []).append(self.term(int(value[1:])))
        return terms

    def of_kind(self, kind: str, most: int | None = None) -> list[Term]:
        """Return the members of a class by label, at most `most`."""
        return self._terms(f"K{kind}", most)

    def size(self, kind: str) -> int:
        """Return the number of members of a class."""
        return self._line(f"K{kind}").count(b" ") + 1 if self._line(f"K{kind}") else 0

    def shortened(self, name: str, kind: str) -> list[Term]:
        """Return the members of a class with a name, once the common beginning is dropped."""
        return self._terms(f"S{kind} {fold(name)}")

    def with_words(self, sought: Sequence[Sequence[str]]) -> list[Term]:
        """Return the terms whose names have, for each word sought, one of its alternatives."""
        places: set[int] | None = None
        for words in sought:
            offsets: set[int] = set()
            for word in words:
                if len(word) > plain.SHORT:
                    for line in self._under(f"T{word}"):
                        offsets.update(map(int, line.partition(b"\t")[2].split()))
                else:
                    offsets.update(map(int, self._values(f"T{word}")))
            places = offsets if places is None else places & offsets
        return [self.term(at) for at in sorted(places or ())]

    def beginning(self, folded: str, most: int) -> set[int]:
        """Return the offsets of terms with a name that begins so, from any word on."""
        offsets: set[int] = set()
        for line in self._under(f"V{folded}"):
            offsets.update(map(int, line.partition(b"\t")[2].split()))
            if len(offsets) >= most:
                break
        return offsets

    def holding(self, folded: str) -> set[int]:
        """Return the offsets of terms with a name that contains a text."""
        offsets: set[int] = set()
        wanted = folded.encode()
        start, end = (_first(self.names, letter) for letter in (b"N", b"O"))
        at = self.names.find(wanted, start, end)
        while 0 <= at < end:
            line = self.names.rfind(b"\n", 0, at) + 1
            after = self.names.index(b"\n", at) + 1
            key, _, values = self.names[line : after - 1].partition(b"\t")
            if at - line < len(key):
                offsets.update(int(value[1:]) for value in values.split())
            at = self.names.find(wanted, after, end)
        return offsets

    def alike(self, folded: str, slips: int, most: int) -> set[int]:
        """Return the offsets of terms with a name, or a word of one, within some slips.

        A slip changes at most three pairs of letters: forms that share too few are skipped. Of a
        form with very many terms, `most` are returned.
        """
        if not slips:
            return {*map(int, self._values(f"F{folded}", most))}
        counts: Counter[str] = Counter()
        pairs = _pairs(folded)
        for length in range(len(folded) - slips, len(folded) + slips + 1):
            for pair in pairs:
                counts.update(self._values(f"G{length} {pair}"))
        fewest = max(1, len(pairs) - 3 * slips)
        offsets: set[int] = set()
        for form in [form for form, count in counts.items() if count >= fewest]:
            if distance(folded, form, slips) <= slips:
                offsets.update(map(int, self._values(f"F{form}", most)))
        return offsets

    def _terms(self, key: str, most: int | None = None) -> list[Term]:
        return [self.term(int(value)) for value in self._values(key, most)]

    def _values(self, key: str, most: int | None = None) -> list[str]:
        line = self._line(key).decode()
        return line.split(" ", -1 if most is None else most)[:most] if line else []

    def _line(self, key: str) -> bytes:
        """Return the values of a key, empty for an unknown key."""
        start = f"{key}\t".encode()
        at = _first(self.names, start)
        if not self.names.startswith(start, at):
            return b""
        return self.names[at + len(start) : self.names.index(b"\n", at)]

    def _under(self, start: str) -> Iterator[bytes]:
        """Yield the lines that begin with `start`."""
        sought = start.encode()
        at = _first(self.names, sought)
        while self.names.startswith(sought, at):
            end = self.names.index(b"\n", at)
            yield self.names[at:end]
            at = end + 1


def _first(lines: bytes, start: bytes) -> int:
    """Return the offset of the first of some sorted lines that is not less than `start`."""
    low, high = 0, len(lines)
    while low < high:
        line = lines.rfind(b"\n", 0, (low + high) // 2) + 1
        if lines[line : line + len(start)] < start:
            low = lines.index(b"\n", (low + high) // 2) + 1
        else:
            high = line
    return low


def _keys(places: list[tuple[int, Term]]) -> dict[str, list[str]]:
    """Return the keys of some terms, given with their offsets, and the values of each key."""
    keys: dict[str, list[str]] = defaultdict(list)

    def add(key: str, value: object) -> None:
        keys[key].append(str(value))

    members: dict[str, list[tuple[str, str, int]]] = {}
    for at, term in places:
        for kind in term.kinds:
            members.setdefault(kind, []).append((term.label.casefold(), term.iri, at))
        for mapped in term.mapped:
            add(f"C{mapped.term}", f"{_WAYS.index(mapped.closeness)}{at}")
        for way, name in ways(term):
            spelt = spell(name)
            add(f"N{spelt[0][0]}", f"{_WAYS.index(way)}{at}")
            if way in FINDING:
                for tail in spelt[0]:
                    add(f"V{tail}", at)
                for form in (spelt[0][0], *spelt[1]):
                    add(f"F{form}", at)
        for name in (term.label, *term.synonyms, *term.hidden):
            for word in plain.telling(name):
                add(f"T{word}", at)
    for form in [key[1:] for key in keys if key[0] == "F"]:
        start = f"G{len(form)} "
        for pair in _pairs(form):
            keys[start + pair].append(form)
    labels = {at: term.label.partition(" (")[0].split() for at, term in places}
    for kind, sorted_members in members.items():
        offsets = [at for _, _, at in sorted(sorted_members)]
        keys[f"K{kind}"] = [*map(str, offsets)]
        alike = takewhile(
            lambda words: len(set(words)) == 1, zip(*(labels[at] for at in offsets), strict=False)
        )
        common = len(list(alike)) if len(offsets) > 1 else 0
        for at in offsets if common else ():
            if rest := fold(" ".join(labels[at][common:])):
                add(f"S{kind} {rest}", at)
    return keys


def _pairs(form: str) -> set[str]:
    """Return the pairs of adjacent letters, the edges included."""
    edged = f"<{form}>"
    return {edged[at : at + 2] for at in range(len(edged) - 1)}


def spell(name: str) -> Spelt:
    """Return a name, folded: from each word on, then word by word."""
    words = name.replace("-", " ").replace("_", " ").split() or [""]
    tails = (name, *(" ".join(words[at:]) for at in range(1, len(words))))
    return tuple(map(fold, tails)), tuple(map(fold, words))


def fold(name: str) -> str:
    """Return a name as it is compared, without the changes of phones and word processors.

    They replace apostrophes and hyphens, insert blanks and invisible marks, and decompose accents.
    """
    if not name.isascii():
        name = unicodedata.normalize("NFKC", name.translate(_JOINTS))
    spelt = name.casefold()
    if "ae" in spelt or "oe" in spelt:  # faster than the pattern
        spelt = _BRITISH.sub("e", spelt)
    return "".join(spelt.translate(_JOINTS).split())


def ways(term: Term) -> Iterator[tuple[str, str]]:
    """Yield each name of a term, after its kind."""
    yield "label", term.label
    yield from (("synonym", name) for name in term.synonyms)
    yield from (("hidden", name) for name in term.hidden)
    yield "slug", slug(term.iri)
    yield from ((mapped.closeness, mapped.name) for mapped in term.mapped)


def slug(iri: str) -> str:
    """Return the last part of an IRI, which also serves as a name."""
    return iri.removeprefix(KG).rpartition("/")[2].rpartition("#")[2]


def distance(one: str, other: str, most: int | None = None) -> int:
    """Return the number of letters to change, insert, delete or swap with the next one.

    This is Damerau's distance, with no letter changed twice (optimal string alignment). Above
    `most` the result is only known to be greater than `most`, which is faster.

    >>> distance("migraine", "imgrane")
    2
    """
    table = [list(range(len(other) + 1))]
    for row, letter in enumerate(one, 1):
        above = table[-1]
        now = [row]
        left = row
        for column, its in enumerate(other, 1):
            least = above[column - 1] + (letter != its)
            if above[column] < least:
                least = above[column] + 1
            if left < least:
                least = left + 1
            if row > 1 and column > 1 and letter == other[column - 2] and its == one[row - 2]:
                least = min(least, table[-2][column - 2] + 1)
            now.append(least)
            left = least
        if most is not None and min(now) > most and min(above) > most:
            return most + 1
        table.append(now)
    return table[-1][-1]
