"""What an export adds to the graphs: a header for each, and names where tools of OWL look for them.

The sources have one label a term, `skos:prefLabel`, and one definition, `skos:definition`. Tools
of the OBO Foundry read `rdfs:label` and IAO:0000115, OWL's own need each individual declared
(https://www.w3.org/TR/owl2-syntax/#Entity_Declarations), those of SKOS a concept and its scheme.
Each document is read alone, so it names and declares all that it mentions.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crampkg.records import Value
from crampkg.vocabulary import (
    CK,
    DCT,
    DEFINITION,
    GRAPHS,
    ONTOLOGY,
    OWL,
    PREFIXES,
    RDF,
    RDFS,
    SKOS,
)

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    Triple = tuple[Value, Value, Value]
    Graphs = Mapping[str | None, list[Triple]]


def _iri(iri: str) -> Value:
    return Value("uri", iri)


_TYPE, _LABEL, _DEFINITION, _DEFINED_BY = map(
    _iri, (RDF + "type", RDFS + "label", DEFINITION, RDFS + "isDefinedBy")
)
_IN_SCHEME, _TOP_OF, _HAS_TOP, _CONCEPT, _SCHEME = map(
    _iri,
    (
        *(SKOS + "inScheme", SKOS + "topConceptOf", SKOS + "hasTopConcept"),
        *(SKOS + "Concept", SKOS + "ConceptScheme"),
    ),
)
_ENTITY, _ARTICLE = _iri(CK + "ClinicalEntity"), _iri(CK + "Article")
_SOURCE, _DERIVED = _iri(DCT + "source"), _iri(PREFIXES["prov"] + "wasDerivedFrom")
_OWL_ONTOLOGY, _INDIVIDUAL = _iri(OWL + "Ontology"), _iri(OWL + "NamedIndividual")
#: What names a thing, the best first.
_GIVEN = (RDFS + "label", SKOS + "prefLabel", DCT + "title")
#: A mapping's axiom has the name that the term which it leads to has in its own vocabulary: without
#: a language, as there. With ours it would be a second "artery"@en, an error to ROBOT.
_TARGET, _OBJECT_LABEL = OWL + "annotatedTarget", PREFIXES["sssom"] + "object_label"
#: The kinds of a term that each document which uses it declares.
_KINDS = {
    OWL + name
    for name in (
        *("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"),
        "NamedIndividual",
    )
}
#: What of the ontology's own header goes for each graph: they are released together.
_SHARED = (OWL + "versionInfo", DCT + "modified")


def header(graph: str, whole: Graphs) -> list[Triple]:
    """Return what is known of one graph as a dataset, about its IRI.

    Title, description and licence stand in the ontology, and from which graphs it is derived; the
    version and date are those of the ontology; claims are derived from the articles, and a graph
    is from the sources that it names. Without such data there is no header.
    """
    ontology = whole.get(GRAPHS["ontology"], [])
    said = [triple for triple in ontology if triple[0].text == graph]
    if not said:
        return []
    said += [
        (said[0][0], predicate, value)
        for subject, predicate, value in ontology
        if subject.text == ONTOLOGY and predicate.text in _SHARED
    ]
    sources = {
        subject if predicate == _TYPE else value
        for subject, predicate, value in whole.get(graph, [])
        if predicate == _SOURCE or (predicate, value) == (_TYPE, _ARTICLE)
    }
    said += [(said[0][0], _DERIVED, source) for source in sources]
    return said


def document(chosen: Sequence[str], triples: list[Triple], whole: Graphs) -> list[Triple]:
    """Return `triples`, the merge of the graphs `chosen`, with what they lack to be read alone.

    It is one ontology (https://www.w3.org/TR/owl2-syntax/#Ontology_Documents), whose IRI is that
    of the first graph unless the triples have one. That IRI is of no other kind: readers of OWL
    refuse a header with a second type. The header says what all the graphs are derived from.
    """
    if not triples:
        return []
    ontologies = (triple[0] for triple in triples if triple[1:] == (_TYPE, _OWL_ONTOLOGY))
    itself = next(ontologies, None)
    if itself is None:
        itself = _iri(chosen[0])
        triples = [triple for triple in triples if triple[:2] != (itself, _TYPE)]
        triples.append((itself, _TYPE, _OWL_ONTOLOGY))
    inside = {itself, *map(_iri, chosen)}
    derived = [
        (itself, predicate, value)
        for graph in chosen
        for _, predicate, value in header(graph, whole)
        if predicate == _DERIVED and value not in inside
    ]
    triples = [*triples, *derived]
    return [*triples, *_names(itself, triples, _Said(whole))]


def _names(itself: Value, triples: list[Triple], said: _Said) -> Iterator[Triple]:
    """Yield label, definition and kinds of all that a document about `itself` mentions."""
    mentioned = {term for triple in triples for term in triple if term.kind == "uri"}
    if said.scheme and mentioned & said.concepts:
        mentioned |= {said.scheme, _SCHEME, _CONCEPT, _IN_SCHEME, _TOP_OF, _HAS_TOP}
    for term in mentioned:
        for label in said.labels(term):
            yield term, _LABEL, label
        for definition in said.definitions.get(term, ()):
            yield term, _DEFINITION, definition
        for kind in said.kinds.get(term, ()) if term != itself else ():
            yield term, _TYPE, kind
            if term.text.startswith(CK):
                yield term, _DEFINED_BY, _iri(ONTOLOGY)
        if term in said.concepts and said.scheme:
            yield term, _TYPE, _CONCEPT
            yield term, _IN_SCHEME, said.scheme
            yield term, _DEFINED_BY, said.scheme
            if term not in said.narrower:
                yield term, _TOP_OF, said.scheme
                yield said.scheme, _HAS_TOP, term
    if mentioned & said.definitions.keys():
        yield _DEFINITION, _TYPE, _iri(OWL + "AnnotationProperty")
        yield _DEFINITION, _LABEL, Value("literal", "textual definition", None, "en")


class _Said:
    """What all graphs together say of names, kinds and concepts."""

    def __init__(self, whole: Graphs) -> None:
        self.kinds: dict[Value, set[Value]] = {}
        self.definitions: dict[Value, set[Value]] = {}
        self.concepts: set[Value] = set()
        self.narrower: set[Value] = set()
        self.scheme: Value | None = None
        self._labels: dict[str, dict[Value, set[Value]]] = {name: {} for name in _GIVEN}
        described: set[Value] = set()
        targets: dict[Value, Value] = {}
        theirs: dict[Value, Value] = {}
        schemes = set()
        for subject, predicate, value in (each for found in whole.values() for each in found):
            if predicate == _TYPE and value.text in _KINDS:
                self.kinds.setdefault(subject, set()).add(value)
            elif predicate == _TYPE and value.text.startswith(CK):
                self.kinds.setdefault(subject, set()).add(_INDIVIDUAL)
                if value == _ENTITY:
                    self.concepts.add(subject)
            elif (predicate, value) == (_TYPE, _SCHEME):
                schemes.add(subject)
            elif predicate.text in self._labels and value.kind == "literal":
                self._labels[predicate.text].setdefault(subject, set()).add(value)
            elif predicate.text == SKOS + "definition" and value.kind == "literal":
                self.definitions.setdefault(subject, set()).add(value)
            elif predicate.text == SKOS + "broader":
                self.narrower.add(subject)
            elif predicate.text == SKOS + "altLabel":
                described.add(subject)
            elif predicate.text == _TARGET:
                targets[subject] = value
            elif predicate.text == _OBJECT_LABEL:
                theirs[subject] = value
        self.scheme = min(schemes, default=None)
        for axiom, label in theirs.items():
            if targets.get(axiom) in described:
                self._labels[_GIVEN[-1]].setdefault(targets[axiom], {label})

    def labels(self, term: Value) -> set[Value]:
        """Return the label of a term, or the labels where several are as good."""
        if term.kind != "uri":
            return set()
        return next((found[term] for found in self._labels.values() if term in found), set())
