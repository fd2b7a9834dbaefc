"""The order of terms in an ontology file: by theme, parents before children, strongest first.

A theme is data: an individual of `ck:Theme` with a rank and a label, which becomes the heading of
its chapter. A term belongs to the theme that its `ck:theme` names, else to that of its superclass,
superproperty, domain, inverse or class. Terms without a theme follow, by kind.
"""

from __future__ import annotations

import re

from pyoxigraph import NamedNode

from crampkg.rdf import sort_key
from crampkg.text import natural
from crampkg.vocabulary import CK, OWL, RDF, RDFS, SKOS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    from crampkg.rdf import RdfTerm, Triple

    #: The properties of each subject of a graph.
    About = Mapping[RdfTerm, Mapping[RdfTerm, list[RdfTerm]]]

_TYPE, _ABOVE, _ABOVE_PROPERTY, _DOMAIN, _INVERSE, _THEME, _RANK, _SCALE, _STRENGTH, _LABEL = (
    NamedNode(iri)
    for iri in (
        RDF + "type",
        RDFS + "subClassOf",
        RDFS + "subPropertyOf",
        RDFS + "domain",
        OWL + "inverseOf",
        CK + "theme",
        CK + "rank",
        CK + "hedgeKind",
        CK + "strength",
        SKOS + "prefLabel",
    )
)
_IS_THEME = NamedNode(CK + "Theme")
_TYPED_THEME = (_TYPE, _IS_THEME)
_ONTOLOGY = OWL + "Ontology"
#: The properties along which a term inherits a theme, by precedence.
_INHERITED = (_ABOVE, _ABOVE_PROPERTY, _DOMAIN, _INVERSE, _TYPE)
#: Kinds of terms in reading order: the heading for those without a theme, and their types.
_KINDS = (
    ("Annotation properties", {OWL + "AnnotationProperty"}),
    ("Classes", {OWL + "Class", RDFS + "Class"}),
    ("Object properties", {OWL + "ObjectProperty"}),
    ("Datatype properties", {OWL + "DatatypeProperty", RDFS + "Datatype"}),
)
_INDIVIDUALS = "Individuals"
#: In a chapter the ideas come first, and what only describes them last but for individuals.
_IN_CHAPTER = ("Classes", "Object properties", "Datatype properties", "Annotation properties")
GENERAL_AXIOMS = "General axioms"
_FIXED = frozenset({*(heading for heading, _ in _KINDS), _INDIVIDUALS, GENERAL_AXIOMS})
_INTEGER = re.compile(r"[+-]?[0-9]{1,18}", re.ASCII)


def chapters(about: About) -> list[tuple[str, list[RdfTerm]]] | None:
    """Return the named subjects of an ontology in order, each chapter with its heading.

    The heading of the first part, the ontology itself, is empty. Returns None for a graph that
    declares no owl:Ontology.
    """
    subjects: list[RdfTerm] = [term for term in about if isinstance(term, NamedNode)]
    subjects.sort(key=_by_name)
    kinds = {term: _kind(about[term]) for term in subjects}
    if _ONTOLOGY not in kinds.values():
        return None
    themes = _Themes(about)
    members: dict[RdfTerm | None, list[RdfTerm]] = {}
    for term in subjects:
        if kinds[term] != _ONTOLOGY:
            members.setdefault(themes.of(term), []).append(term)
    ordered = [("", [term for term in subjects if kinds[term] == _ONTOLOGY])]
    for theme in sorted((theme for theme in members if theme), key=themes.place):
        # Terms are sorted within their chapter: parents in another chapter do not count.
        parts = [[theme] if theme in members[theme] else []]
        rest = [term for term in members[theme] if term != theme]
        for kind in (*_IN_CHAPTER, _INDIVIDUALS):
            part = [term for term in rest if kinds[term] == kind]
            parts.append(_ordered(part, about, kind))
        ordered.append((themes.heading(theme), [term for part in parts for term in part]))
    others = members.get(None, [])
    ordered += [
        (kind, [term for term in others if kinds[term] == kind])
        for kind in (*(heading for heading, _ in _KINDS), _INDIVIDUALS)
    ]
    return [(heading, terms) for heading, terms in ordered if terms]


def headings(triples: Iterable[Triple]) -> frozenset[str]:
    """Return the possible headings of a file of `triples`: the only comments that are kept."""
    triples = list(triples)
    themes = {subject for subject, predicate, term in triples if (predicate, term) == _TYPED_THEME}
    labels = {
        _as_heading(term.value)
        for subject, predicate, term in triples
        if subject in themes and predicate == _LABEL
    }
    return _FIXED | labels


class _Themes:
    """The theme of each term of one graph."""

    def __init__(self, about: About) -> None:
        self._about = about
        self._known: dict[RdfTerm, RdfTerm | None] = {}

    def of(self, term: RdfTerm) -> RdfTerm | None:
        """Return the theme of a term, or None.

        The search upwards is breadth-first, so that the nearest theme wins and cycles end.
        """
        if term not in self._known:
            self._known[term] = next(self._above(term), None)
        return self._known[term]

    def place(self, theme: RdfTerm) -> tuple[int, object]:
        return _number(self._about.get(theme, {}), _RANK), natural(theme.value)

    def heading(self, theme: RdfTerm) -> str:
        labels = self._about.get(theme, {}).get(_LABEL, ())
        return _as_heading(min((label.value for label in labels), default="") or theme.value)

    def _above(self, term: RdfTerm) -> Iterator[RdfTerm]:
        seen = {term: None}
        waiting = [term]
        for node in waiting:  # the loop appends to it
            properties = self._about.get(node, {})
            if _IS_THEME in properties.get(_TYPE, ()):
                yield node
            yield from sorted(properties.get(_THEME, ()), key=_by_name)
            for way in _INHERITED:
                for above in sorted(properties.get(way, ()), key=_by_name):
                    if above not in seen and isinstance(above, NamedNode):
                        seen[above] = None
                        waiting.append(above)


def _as_heading(label: str) -> str:
    """Return the label of a theme on one line, capitalised."""
    label = " ".join(label.split())
    return label[:1].upper() + label[1:]


def _kind(properties: Mapping[RdfTerm, list[RdfTerm]]) -> str:
    types = {term.value for term in properties.get(_TYPE, ())}
    if _ONTOLOGY in types:
        return _ONTOLOGY
    return next((heading for heading, kinds in _KINDS if kinds & types), _INDIVIDUALS)


def _ordered(terms: list[RdfTerm], about: About, kind: str) -> list[RdfTerm]:
    """Return terms of a kind in reading order: individuals by scale and rank, others as a tree."""
    if kind == _INDIVIDUALS:

        def place(term: RdfTerm) -> tuple[list[object], int, object]:
            scale = [
                natural(value.value)
                for way in (_TYPE, _SCALE)
                for value in about[term].get(way, ())
            ]
            return [*sorted(scale)], _number(about[term], _RANK), _by_name(term)

        return sorted(terms, key=place)
    ladder = [term for term in terms if _STRENGTH in about[term]]
    ladder.sort(key=lambda term: (-_number(about[term], _STRENGTH), _by_name(term)))
    rest = [term for term in terms if _STRENGTH not in about[term]]
    return ladder + _tree(rest, about)


def _tree(terms: Collection[RdfTerm], about: About) -> list[RdfTerm]:
    """Return terms each after all its parents, children directly below the last of them.

    Terms on a cycle have no first parent and come last.
    """
    inside = dict.fromkeys(terms)
    children: dict[RdfTerm, list[RdfTerm]] = {}
    missing: dict[RdfTerm, int] = {}
    for term in terms:
        parents = {
            above
            for way in (_ABOVE, _ABOVE_PROPERTY)
            for above in about[term].get(way, ())
            if above in inside and above != term
        }
        missing[term] = len(parents)
        for parent in parents:
            children.setdefault(parent, []).append(term)
    waiting = [term for term in terms if not missing[term]][::-1]
    order: list[RdfTerm] = []
    while waiting:
        term = waiting.pop()
        order.append(term)
        del inside[term]
        for child in children.get(term, ())[::-1]:
            missing[child] -= 1
            if not missing[child]:
                waiting.append(child)
    return order + list(inside)


def _number(properties: Mapping[RdfTerm, list[RdfTerm]], predicate: RdfTerm) -> int:
    """Return a rank or strength; a large number for a term without one."""
    texts = (term.value for term in properties.get(predicate, ()))
    return min((int(text) for text in texts if _INTEGER.fullmatch(text)), default=10**18)


def _by_name(term: RdfTerm) -> tuple[str, object]:
    return sort_key(term)[0], natural(term.value)
