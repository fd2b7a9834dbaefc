"""The named terms and the status of the articles, read from the finished graph."""

from __future__ import annotations

import re

from pyoxigraph import Literal, NamedNode, Store, Triple

from crampkg.errors import SourceError
from crampkg.model import Mapped, Term
from crampkg.vocabulary import CK, DCT, KG, MAPPED, OWL, PREFIXES, RDF, SKOS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

_TYPE = NamedNode(RDF + "type")
_LABEL = NamedNode(SKOS + "prefLabel")
_SYNONYM = NamedNode(SKOS + "altLabel")
_HIDDEN = NamedNode(SKOS + "hiddenLabel")
_TITLE = NamedNode(DCT + "title")
_DEFINITION = NamedNode(SKOS + "definition")
_TARGET = NamedNode(OWL + "annotatedTarget")
_PREFIX = NamedNode(PREFIXES["vann"] + "preferredNamespacePrefix")
_PREFIX_NAME = re.compile(r"[A-Za-z][A-Za-z0-9-]*", re.ASCII)
_TERM_LABEL = NamedNode(PREFIXES["sssom"] + "object_label")

#: Closeness of a term of another vocabulary, by match property. A related term lends no name.
_MATCHES = {
    "exactly": NamedNode(SKOS + "exactMatch"),
    "closely": NamedNode(SKOS + "closeMatch"),
    "wider": NamedNode(SKOS + "broadMatch"),
    "narrower": NamedNode(SKOS + "narrowMatch"),
}

#: All properties that `index` reads.
INDEXED = (
    *(_TYPE, _LABEL, _SYNONYM, _HIDDEN, _TITLE, _DEFINITION, _TARGET, _TERM_LABEL),
    *_MATCHES.values(),
)


def index(store: Store) -> list[Term]:
    """Return all resources with a label, sorted by IRI."""
    labels = {
        quad.subject: quad.object.value
        for quad in store.quads_for_pattern(None, _LABEL, None, None)
        if isinstance(quad.subject, NamedNode) and isinstance(quad.object, Literal)
    }
    labels_there = _term_labels(store)
    terms: list[Term] = []
    for subject in sorted(labels, key=lambda node: node.value):
        kinds = [kind for kind in _values(store, subject, _TYPE) if kind != OWL + "NamedIndividual"]
        definition = next(iter(_values(store, subject, _DEFINITION)), "")
        synonyms = _values(store, subject, _SYNONYM)
        hidden = [*_values(store, subject, _HIDDEN), *_values(store, subject, _TITLE)]
        if CK + "Article" in kinds and (
            folder := subject.value.removeprefix(KG).rpartition("/")[0]
        ):
            hidden.append(folder)
        mapped = (
            Mapped(name, term, closeness)
            for closeness, match in _MATCHES.items()
            for term in _matches(store, subject, match)
            for name in (*labels_there.get(term, ()), *_values(store, NamedNode(term), _SYNONYM))
        )
        lists = tuple(synonyms), tuple(kinds), definition, tuple(hidden)
        terms.append(Term(subject.value, labels[subject], *lists, tuple(mapped)))
    return terms


def of_kinds(terms: Iterable[Term]) -> dict[str, list[str]]:
    """Return the IRIs of the members of each class, by the IRI of the class."""
    members: dict[str, list[str]] = {}
    for term in terms:
        for kind in term.kinds:
            members.setdefault(kind, []).append(term.iri)
    return members


def _term_labels(store: Store) -> dict[str, list[str]]:
    """Return the labels that mappings record for terms of other vocabularies, by their IRIs."""
    labels: dict[str, set[str]] = {}
    for quad in store.quads_for_pattern(None, _TERM_LABEL, None, None):
        if not isinstance(quad.subject, Triple):
            for target in store.quads_for_pattern(quad.subject, _TARGET, None, None):
                if isinstance(target.object, NamedNode) and isinstance(quad.object, Literal):
                    labels.setdefault(target.object.value, set()).add(quad.object.value)
    return {term: sorted(names) for term, names in labels.items()}


def statuses(store: Store) -> list[list[str]]:
    """Return title, date, review status, audience, disclaimer and IRI of each article, by IRI."""
    article = NamedNode(CK + "Article")
    articles = store.quads_for_pattern(None, _TYPE, article, None)
    subjects = {quad.subject for quad in articles if isinstance(quad.subject, NamedNode)}
    properties = [
        DCT + "title",
        DCT + "modified",
        CK + "reviewStatus",
        CK + "audience",
        CK + "disclaimer",
    ]
    rows = []
    for subject in sorted(subjects, key=str):
        values = [next(iter(_values(store, subject, NamedNode(name))), "") for name in properties]
        rows.append([*values, subject.value])
    return rows


def article_prefixes(store: Store) -> dict[str, str]:
    """Return the namespace of each article by its prefix, articles by IRI.

    The record of an article may choose the prefix by vann:preferredNamespacePrefix; the default is
    the last part of the namespace. Raises `SourceError` for a choice that is invalid or taken.
    """
    prefixes: dict[str, str] = {}
    for *_, article in statuses(store):
        namespace = article.rpartition("/")[0] + "/"
        slug = namespace.removesuffix("/").rpartition("/")[2]
        chosen = _values(store, NamedNode(article), _PREFIX)
        for prefix in chosen or [slug]:
            problem = ""
            if not _PREFIX_NAME.fullmatch(prefix):
                problem = "is no prefix: letters, digits and hyphens, a letter first"
            elif prefix in PREFIXES or prefix in MAPPED or prefix in prefixes:
                problem = "stands for something else"
            if problem and chosen:
                message = f"The article <{article}> chooses the prefix {prefix!r}, which {problem}."
                raise SourceError(f"{message} Choose another.")
            if not problem:
                prefixes[prefix] = namespace
    return prefixes


def _matches(store: Store, subject: NamedNode, match: NamedNode) -> list[str]:
    """Return the IRIs of the terms that a thing is mapped to, without literals."""
    quads = store.quads_for_pattern(subject, match, None, None)
    return sorted({quad.object.value for quad in quads if isinstance(quad.object, NamedNode)})


def _values(store: Store, subject: NamedNode, predicate: NamedNode) -> list[str]:
    objects = {quad.object for quad in store.quads_for_pattern(subject, predicate, None, None)}
    return sorted({term.value for term in objects if isinstance(term, (Literal, NamedNode))})
