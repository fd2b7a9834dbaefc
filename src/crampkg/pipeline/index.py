"""What names resolve to, and the status of the articles, read off the finished graph."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Store

from crampkg.vocabulary import CK, DCT, OWL, RDF, SKOS

_LABEL = NamedNode(SKOS + "prefLabel")
_SYNONYM = NamedNode(SKOS + "altLabel")
_HIDDEN = NamedNode(SKOS + "hiddenLabel")
_DEFINITION = NamedNode(SKOS + "definition")
_TYPE = NamedNode(RDF + "type")
_INDIVIDUAL = OWL + "NamedIndividual"


def index(store: Store) -> list[list[object]]:
    """Return the fields of a `Term` for everything labelled, sorted by IRI."""
    labels = {
        quad.subject: quad.object.value
        for quad in store.quads_for_pattern(None, _LABEL, None, None)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
    }
    rows: list[list[object]] = []
    for subject in sorted(labels, key=lambda node: node.value):
        kinds = [kind for kind in _values(store, subject, _TYPE) if kind != _INDIVIDUAL]
        definition = next(iter(_values(store, subject, _DEFINITION)), "")
        synonyms = _values(store, subject, _SYNONYM)
        hidden = _values(store, subject, _HIDDEN)
        rows.append([subject.value, labels[subject], synonyms, kinds, definition, hidden])
    return rows


def statuses(store: Store) -> list[list[str]]:
    """Return title, date, review status, audience, disclaimer and IRI of each article, by IRI."""
    article = NamedNode(CK + "Article")
    articles = store.quads_for_pattern(None, _TYPE, article, None)
    found = {quad.subject for quad in articles if isinstance(quad.subject, NamedNode)}
    properties = [
        DCT + "title",
        DCT + "modified",
        CK + "reviewStatus",
        CK + "audience",
        CK + "disclaimer",
    ]
    rows = []
    for subject in sorted(found, key=str):
        told = [next(iter(_values(store, subject, NamedNode(name))), "") for name in properties]
        rows.append([*told, subject.value])
    return rows


def _values(store: Store, subject: NamedNode, predicate: NamedNode) -> list[str]:
    objects = {quad.object for quad in store.quads_for_pattern(subject, predicate, None, None)}
    return sorted({term.value for term in objects if isinstance(term, (Literal, NamedNode))})
