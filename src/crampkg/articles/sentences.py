"""A claim in words, by the phrases of the ontology."""

from __future__ import annotations

import re

from crampkg.rdf import parts
from crampkg.vocabulary import CK, SKOS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pyoxigraph import Quad

_PHRASES = {CK + "phrase": False, CK + "phraseObjectFirst": True}
#: "occurs during" and "during exercise" become "occurs during exercise".
_DOUBLED = re.compile(r"\b(\w+) \1\b")
_AFFIRMED = CK + "affirmed"
_PLAIN_BASES = (CK + "sentence", CK + "listItem")


class Phrases:
    """Labels of things, and phrases of relations."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        """Read them from the triples of an ontology and of concepts."""
        self._labels: dict[str, str] = {}
        self._phrases: dict[tuple[str, bool], str] = {}
        self._plural: set[str] = set()
        for quad in quads:
            about, predicate, value = (term.value for term in parts(quad))
            if predicate == SKOS + "prefLabel":
                self._labels[about] = value
            elif predicate in _PHRASES:
                self._phrases[about, _PHRASES[predicate]] = value
            elif predicate == CK + "plural" and value == "true":
                self._plural.add(about)

    def label(self, iri: str) -> str:
        """Return the label of a thing, or "" for one without."""
        return self._labels.get(iri, "")

    def relation(self, subject: str, relation: str, obj: str, *, object_first: bool) -> str:
        """Return a relation of two things in words.

        Of the phrase "{subject} causes|cause {object}" the second form follows a plural. A relation
        without a phrase is rendered as its label between the two.
        """
        usual = f"{{subject}} {self.label(relation)} {{object}}"
        phrase = self._phrases.get((relation, object_first), usual)
        first = obj if phrase.startswith("{object}") else subject
        form = -1 if first in self._plural else 0
        words = " ".join(word.split("|")[form] for word in phrase.split())
        return _DOUBLED.sub(
            r"\1", words.format(subject=self.label(subject), object=self.label(obj))
        )

    def claim(
        self,
        subject: str,
        relation: str,
        obj: str,
        stance: str,
        hedges: Sequence[str],
        basis: str,
        *,
        object_first: bool,
    ) -> str:
        """Return the label of a claim: its content, with its limits."""
        text = self.relation(subject, relation, obj, object_first=object_first)
        if stance != _AFFIRMED:
            text = f"{self.label(stance)}: {text}"
        if hedges:
            text += f" (hedge: {', '.join(map(self.label, hedges))})"
        if basis not in _PLAIN_BASES:
            text += f" ({self.label(basis)})"
        return text
