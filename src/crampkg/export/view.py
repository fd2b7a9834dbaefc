"""What an export adds to the graphs: a header for each, and names where tools of OWL look for them.

The sources have one label a term, `skos:prefLabel`, and one definition, `skos:definition`. Tools
of the OBO Foundry read `rdfs:label` and IAO:0000115, OWL's own need each individual declared
(https://www.w3.org/TR/owl2-syntax/#Entity_Declarations), those of SKOS a concept and its scheme.
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
    from collections.abc import Iterator, Mapping

    Triple = tuple[Value, Value, Value]
    Graphs = Mapping[str | None, list[Triple]]


def _iri(iri: str) -> Value:
    return Value("uri", iri)


_TYPE, _LABEL, _DEFINITION, _DEFINED_BY = map(
    _iri, (RDF + "type", RDFS + "label", DEFINITION, RDFS + "isDefinedBy")
)
_TITLE, *_GIVEN = map(_iri, (DCT + "title", SKOS + "prefLabel", RDFS + "label"))
_NAMES = {SKOS + "prefLabel": _LABEL, SKOS + "definition": _DEFINITION}
_IN_SCHEME, _CONCEPT, _SCHEME, _INDIVIDUAL = map(
    _iri,
    (SKOS + "inScheme", SKOS + "Concept", SKOS + "ConceptScheme", OWL + "NamedIndividual"),
)
_ENTITY, _ARTICLE = _iri(CK + "ClinicalEntity"), _iri(CK + "Article")
_DERIVED = _iri(PREFIXES["prov"] + "wasDerivedFrom")
#: What of the ontology's own header goes for each graph: they are released together.
_SHARED = (OWL + "versionInfo", DCT + "modified")


def header(graph: str, whole: Graphs) -> list[Triple]:
    """Return what is known of one graph as a dataset, about its IRI.

    Title, description and licence stand in the ontology, and from which graphs it is derived; the
    version and date are those of the ontology; claims are derived from the articles. Without
    such data there is no header.
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
    if graph == GRAPHS["claims"]:
        said += [
            (said[0][0], _DERIVED, subject)
            for subject, predicate, value in whole.get(graph, [])
            if (predicate, value) == (_TYPE, _ARTICLE)
        ]
    return said


def names(graph: str, whole: Graphs) -> Iterator[Triple]:
    """Yield the labels, definitions and declarations of what one graph describes."""
    ontology = whole.get(GRAPHS["ontology"], [])
    schemes = sorted(
        subject for subject, predicate, value in ontology if (predicate, value) == (_TYPE, _SCHEME)
    )
    things = {
        subject
        for triples in whole.values()
        for subject, predicate, value in triples
        if (predicate, value) == (_TYPE, _ENTITY)
    }
    labelled = {subject for subject, predicate, _ in whole.get(graph, []) if predicate in _GIVEN}
    used = False
    for subject, predicate, value in whole.get(graph, []):
        if subject.kind != "uri":
            continue
        name = _NAMES.get(predicate.text)
        if predicate == _TITLE and subject not in labelled:
            name = _LABEL
        if name and value.kind == "literal":
            yield subject, name, value
            used = used or name == _DEFINITION
        elif predicate == _TYPE and value.text.startswith(CK):
            yield subject, _TYPE, _INDIVIDUAL
            if graph == GRAPHS["background"] and subject in things and schemes:
                yield subject, _TYPE, _CONCEPT
                yield subject, _IN_SCHEME, schemes[0]
                yield subject, _DEFINED_BY, schemes[0]
        if graph == GRAPHS["ontology"] and predicate == _TYPE and subject.text.startswith(CK):
            yield subject, _DEFINED_BY, _iri(ONTOLOGY)
    if used:
        yield _DEFINITION, _TYPE, _iri(OWL + "AnnotationProperty")
        yield _DEFINITION, _LABEL, Value("literal", "definition", None, "en")
