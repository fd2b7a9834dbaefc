"""Find a term by what people call it: label, synonym, CURIE, IRI or slug, in any case."""

from __future__ import annotations

from crampkg.errors import (
    AmbiguousTermError,
    UnknownTermError,
    WrongKindError,
    suggest,
)
from crampkg.vocabulary import KG, OWL, RDF, RDFS, compress, expand

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crampkg.records import Term

#: How many near or fitting names an error message offers.
OFFERED = 6

_PROPERTIES = (OWL + "ObjectProperty", OWL + "DatatypeProperty", OWL + "AnnotationProperty")

#: What people call the two relations that have no label of ours, folded.
_USUAL = {
    **dict.fromkeys(("a", "is", "isa", "isan", "type"), RDF + "type"),
    **dict.fromkeys(("isakindof", "subclassof"), RDFS + "subClassOf"),
}


class Terms:
    """The labelled things and vocabulary terms of one graph."""

    def __init__(self, terms: Iterable[Term]) -> None:
        self._by_iri = {term.iri: term for term in terms}

    def __iter__(self) -> Iterator[Term]:
        return iter(self._by_iri.values())

    def get(self, iri: str) -> Term | None:
        """Return the term with this IRI, or None."""
        return self._by_iri.get(iri)

    def of_kind(self, kind: str) -> list[Term]:
        """Return the terms of the class with IRI `kind`, by label."""
        fitting = [term for term in self._by_iri.values() if kind in term.kinds]
        return sorted(fitting, key=lambda term: (term.label.casefold(), term.iri))

    def find(self, name: str, kind: str | None = None) -> Term:
        """Return the term that `name` means, of the class with IRI `kind` if one is given.

        A preferred label wins over synonyms, and without a `kind` any name of a thing wins over
        those of classes and relations; case, hyphens, underscores and spaces do not matter.
        Raises `UnknownTermError`, `AmbiguousTermError` or `WrongKindError`, each with names that
        would have done.
        """
        exact = self._by_iri.get(name.strip("<>")) or self._by_iri.get(expand(name) or "")
        if exact is not None:
            return self._of_kind(exact, name, kind)
        fittings = self._fitting(name)
        if kind is None:
            things = [[term for term in each if term.iri.startswith(KG)] for each in fittings]
            fittings = [*things, *fittings]
        for fitting in fittings:
            of_kind = [term for term in fitting if kind is None or kind in term.kinds]
            if len(of_kind) > 1:
                options = ", ".join(f"{term.label} ({compress(term.iri)})" for term in of_kind)
                message = f"{name!r} can mean {options}. Say which."
                raise AmbiguousTermError(message)
            if of_kind:
                return of_kind[0]
        for fitting in fittings:
            if fitting:
                return self._of_kind(fitting[0], name, kind)
        raise UnknownTermError(self._unknown(name, kind))

    def search(self, words: str, kind: str | None = None) -> list[Term]:
        """Return the terms, of the class `kind` if one is given, with a name that has `words`.

        The best first: a whole name, the beginning of one, the beginning of a word, anywhere.
        """
        wanted = _fold(words)
        ranked = []
        for term in self._by_iri.values():
            if kind is not None and kind not in term.kinds:
                continue
            ranks = [_rank(wanted, name) for name in (term.label, *term.synonyms, _slug(term.iri))]
            best = min((rank for rank in ranks if rank is not None), default=None)
            if best is not None:
                ranked.append((best, len(term.label), term.label.casefold(), term.iri, term))
        return [each[-1] for each in sorted(ranked)]

    def relation(self, name: str) -> str:
        """Return the IRI of the property that `name` means, as `find` does; "a" is rdf:type.

        Any absolute IRI, and any CURIE with a known prefix, will do. Raises as `find` does.
        """
        iri = expand(name) or name.strip("<>")
        if "://" in iri and iri not in self._by_iri:
            return iri
        usual = _USUAL.get(_fold(name))
        if usual is not None:
            return usual
        for kind in _PROPERTIES[1:]:
            try:
                return self.find(name, kind).iri
            except (UnknownTermError, WrongKindError):
                continue
        return self.find(name, _PROPERTIES[0]).iri

    def _fitting(self, name: str) -> Sequence[list[Term]]:
        """Return the terms that `name` fits: by label, by synonym, by slug."""
        wanted = _fold(name)
        labels, synonyms, slugs = [], [], []
        for term in sorted(self._by_iri.values()):
            if _fold(term.label) == wanted:
                labels.append(term)
            elif any(_fold(synonym) == wanted for synonym in term.synonyms):
                synonyms.append(term)
            elif _fold(_slug(term.iri)) == wanted:
                slugs.append(term)
        return labels, synonyms, slugs

    def _of_kind(self, term: Term, name: str, kind: str | None) -> Term:
        if kind is None or kind in term.kinds:
            return term
        wanted = self._by_iri.get(kind)
        label = wanted.label if wanted else compress(kind)
        near = [other.label for other in self.of_kind(kind)][:OFFERED]
        message = f"{name!r} is {term.label}, and that is no {label}."
        if near:
            message += f" One of these would do: {', '.join(near)}."
        raise WrongKindError(message)

    def _unknown(self, name: str, kind: str | None) -> str:
        import difflib

        candidates: dict[str, str] = {}
        for term in self._by_iri.values():
            if kind is None or kind in term.kinds:
                for known in (term.label, *term.synonyms, _slug(term.iri)):
                    candidates.setdefault(_fold(known), term.label)
        iri = expand(name) or name.strip("<>")
        word = _fold(_slug(iri) if "://" in iri else name)
        near = difflib.get_close_matches(word, candidates, n=OFFERED, cutoff=0.6)
        near += sorted((known for known in candidates if word and word in known), key=len)[:OFFERED]
        labels = list(dict.fromkeys(candidates[each] for each in near))
        what = "thing"
        if kind is not None:
            wanted = self._by_iri.get(kind)
            what = wanted.label if wanted else compress(kind)
        if not labels and kind is not None:
            labels = [term.label for term in self.of_kind(kind)][:OFFERED]
            return f"No {what} is called {name!r}. Some that are known: {', '.join(labels)}."
        offer = suggest(labels[:OFFERED]) or " Words of it may do, or TAB where a shell completes."
        return f"No {what} is called {name!r}.{offer}"


def _rank(wanted: str, name: str) -> int | None:
    """Return how well a folded text fits a name, 0 the best, or None when it is not in it."""
    folded = _fold(name)
    if folded == wanted:
        return 0
    if folded.startswith(wanted):
        return 1
    parts = name.replace("-", " ").replace("_", " ").split()
    if any(_fold(" ".join(parts[at:])).startswith(wanted) for at in range(1, len(parts))):
        return 2
    return 3 if wanted in folded else None


def _fold(name: str) -> str:
    return "".join(name.casefold().replace("-", " ").replace("_", " ").split())


def _slug(iri: str) -> str:
    return iri.removeprefix(KG).rpartition("/")[2].rpartition("#")[2]
