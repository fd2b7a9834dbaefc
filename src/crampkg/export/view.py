"""Additions to exported graphs: headers, names for OWL tools, claims on facts.

The sources have one label a term, `skos:prefLabel`, and one definition, `skos:definition`. Tools of
the OBO Foundry read `rdfs:label` and IAO:0000115, OWL tools require each individual to be declared
(https://www.w3.org/TR/owl2-syntax/#Entity_Declarations), and SKOS tools a concept and its scheme.
Each document is self-contained, so it names and declares all its terms.

In RDF 1.2 a claim is a reifier of the triple that it states
(https://www.w3.org/TR/rdf12-concepts/#section-triple-terms-reification). Reifying a triple does not
assert it: a denied claim reifies the triple that it denies, and only facts are asserted as well.
"""

from __future__ import annotations

from itertools import chain

from pyoxigraph import Literal, NamedNode
from pyoxigraph import Triple as TripleTerm

from crampkg.rdf import sort_key
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from crampkg.rdf import Graphs, RdfTerm, Triple


_TYPE, _LABEL, _DEFINITION, _DEFINED_BY = map(
    NamedNode, (RDF + "type", RDFS + "label", DEFINITION, RDFS + "isDefinedBy")
)
_IN_SCHEME, _TOP_OF, _HAS_TOP, _CONCEPT, _SCHEME = map(
    NamedNode,
    (
        *(SKOS + "inScheme", SKOS + "topConceptOf", SKOS + "hasTopConcept"),
        *(SKOS + "Concept", SKOS + "ConceptScheme"),
    ),
)
_ENTITY, _ARTICLE = NamedNode(CK + "ClinicalEntity"), NamedNode(CK + "Article")
_SOURCE, _DERIVED = NamedNode(DCT + "source"), NamedNode(PREFIXES["prov"] + "wasDerivedFrom")
_OWL_ONTOLOGY, _INDIVIDUAL = NamedNode(OWL + "Ontology"), NamedNode(OWL + "NamedIndividual")
#: Properties that name a thing, the best first.
_GIVEN = (RDFS + "label", SKOS + "prefLabel", DCT + "title")
#: The axiom of a mapping has the name of the mapped term in its own vocabulary, without a language,
#: as there. In English it would be a second label, an error in ROBOT.
_TARGET, _OBJECT_LABEL = OWL + "annotatedTarget", PREFIXES["sssom"] + "object_label"
_REIFIES = NamedNode(RDF + "reifies")
_PARTS = tuple(CK + name for name in ("claimSubject", "claimPredicate", "claimObject"))
#: Properties of a claim exported with a fact if claims are not: hedges and stance.
_WITH_A_FACT = frozenset(CK + name for name in ("hedge", "hedgeText", "stance", "statedFor"))
#: The kinds of terms that each document declares for the terms it uses.
_KINDS = {
    OWL + name
    for name in (
        *("Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"),
        "NamedIndividual",
    )
}
#: Properties of the ontology's header that apply to each graph: they are released together.
_SHARED = (OWL + "versionInfo", DCT + "modified")


def header(graph: str, whole: Graphs) -> list[Triple]:
    """Return the header of a graph, about its IRI.

    Title, description, licence and source graphs are recorded in the ontology; version and date are
    those of the ontology. Claims are derived from the articles, and a graph is derived from the
    sources that it names. Without such data there is no header.
    """
    ontology = whole.get(GRAPHS["ontology"], [])
    triples = [triple for triple in ontology if triple[0].value == graph]
    if not triples:
        return []
    triples += [
        (triples[0][0], predicate, value)
        for subject, predicate, value in ontology
        if subject.value == ONTOLOGY and predicate.value in _SHARED
    ]
    sources = {
        subject if predicate == _TYPE else value
        for subject, predicate, value in whole.get(graph, [])
        if predicate == _SOURCE or (predicate, value) == (_TYPE, _ARTICLE)
    }
    triples += [(triples[0][0], _DERIVED, source) for source in sources]
    return triples


def document(chosen: Sequence[str], triples: list[Triple], whole: Graphs) -> list[Triple]:
    """Return `triples`, the merge of the graphs `chosen`, as a self-contained document.

    It is one ontology (https://www.w3.org/TR/owl2-syntax/#Ontology_Documents), with the IRI of the
    first graph unless the triples have one. That IRI has no other type: OWL tools refuse a header
    with a second type. The header lists the sources of all the graphs.
    """
    if not triples:
        return []
    ontologies = (triple[0] for triple in triples if triple[1:] == (_TYPE, _OWL_ONTOLOGY))
    itself = next(ontologies, None)
    if itself is None:
        itself = NamedNode(chosen[0])
        triples = [triple for triple in triples if triple[:2] != (itself, _TYPE)]
        triples.append((itself, _TYPE, _OWL_ONTOLOGY))
    inside = {itself, *map(NamedNode, chosen)}
    derived = [
        (itself, predicate, value)
        for graph in chosen
        for _, predicate, value in header(graph, whole)
        if predicate == _DERIVED and value not in inside
    ]
    triples = [*triples, *derived]
    return [*triples, *_names(itself, triples, _Names(whole))]


def _names(itself: RdfTerm, triples: list[Triple], names: _Names) -> Iterator[Triple]:
    """Yield label, definition and kinds of all terms in a document about `itself`."""
    mentioned = {term for triple in triples for term in triple if isinstance(term, NamedNode)}
    if names.scheme and mentioned & names.concepts:
        mentioned |= {names.scheme, _SCHEME, _CONCEPT, _IN_SCHEME, _TOP_OF, _HAS_TOP}
    for term in mentioned:
        for label in names.labels(term):
            yield term, _LABEL, label
        for definition in names.definitions.get(term, ()):
            yield term, _DEFINITION, definition
        for kind in names.kinds.get(term, ()) if term != itself else ():
            yield term, _TYPE, kind
            if term.value.startswith(CK):
                yield term, _DEFINED_BY, NamedNode(ONTOLOGY)
        if term in names.concepts and names.scheme:
            yield term, _TYPE, _CONCEPT
            yield term, _IN_SCHEME, names.scheme
            yield term, _DEFINED_BY, names.scheme
            if term not in names.narrower:
                yield term, _TOP_OF, names.scheme
                yield names.scheme, _HAS_TOP, term
    if mentioned & names.definitions.keys():
        yield _DEFINITION, _TYPE, NamedNode(OWL + "AnnotationProperty")
        yield _DEFINITION, _LABEL, Literal("textual definition", language="en")


def claims_on(chosen: Graphs, whole: Graphs) -> Iterator[Triple]:
    """Yield the claims as reifiers of the triples that they state, for the graphs `chosen`.

    If the claims are chosen, these are all claims of named things. With the facts alone they are
    the claims behind the facts, with their hedges and stances.
    """
    claims: dict[RdfTerm, dict[str, list[RdfTerm]]] = {}
    for graph in (GRAPHS["claims"], GRAPHS["inferred"]):  # hedges in words are inferred
        for subject, predicate, value in whole.get(graph, []):
            claims.setdefault(subject, {}).setdefault(predicate.value, []).append(value)
    facts = set(chosen.get(GRAPHS["facts-without-hedges"], ()))
    for claim, properties in claims.items():
        values = (value for part in _PARTS for value in properties.get(part, ())[:1])
        stated = tuple(value for value in values if isinstance(value, NamedNode))
        if len(stated) < len(_PARTS) or not isinstance(claim, NamedNode):
            continue
        is_fact = stated in facts and _affirmed(properties)
        if is_fact or GRAPHS["claims"] in chosen:
            yield claim, _REIFIES, TripleTerm(*stated)  # type: ignore[misc]
        if is_fact:
            for name in _WITH_A_FACT & properties.keys():
                for value in properties[name]:
                    yield claim, NamedNode(name), value


def _affirmed(properties: Mapping[str, list[RdfTerm]]) -> bool:
    return [value.value for value in properties.get(CK + "stance", ())] == [CK + "affirmed"]


class _Names:
    """The names, kinds and concepts of all graphs together."""

    def __init__(self, whole: Graphs) -> None:
        self.kinds: dict[RdfTerm, set[RdfTerm]] = {}
        self.definitions: dict[RdfTerm, set[RdfTerm]] = {}
        self.concepts: set[RdfTerm] = set()
        self.narrower: set[RdfTerm] = set()
        self.scheme: NamedNode | None = None
        self._labels: dict[str, dict[RdfTerm, set[RdfTerm]]] = {name: {} for name in _GIVEN}
        described: set[RdfTerm] = set()
        targets: dict[RdfTerm, RdfTerm] = {}
        theirs: dict[RdfTerm, RdfTerm] = {}
        schemes = set()
        for subject, predicate, value in chain.from_iterable(whole.values()):
            if predicate == _TYPE and value.value in _KINDS:
                self.kinds.setdefault(subject, set()).add(value)
            elif predicate == _TYPE and value.value.startswith(CK):
                self.kinds.setdefault(subject, set()).add(_INDIVIDUAL)
                if value == _ENTITY:
                    self.concepts.add(subject)
            elif (predicate, value) == (_TYPE, _SCHEME) and isinstance(subject, NamedNode):
                schemes.add(subject)
            elif predicate.value in self._labels and isinstance(value, Literal):
                self._labels[predicate.value].setdefault(subject, set()).add(value)
            elif predicate.value == SKOS + "definition" and isinstance(value, Literal):
                self.definitions.setdefault(subject, set()).add(value)
            elif predicate.value == SKOS + "broader":
                self.narrower.add(subject)
            elif predicate.value == SKOS + "altLabel":
                described.add(subject)
            elif predicate.value == _TARGET:
                targets[subject] = value
            elif predicate.value == _OBJECT_LABEL:
                theirs[subject] = value
        self.scheme = min(schemes, key=sort_key, default=None)
        for axiom, label in theirs.items():
            if targets.get(axiom) in described:
                self._labels[_GIVEN[-1]].setdefault(targets[axiom], {label})

    def labels(self, term: RdfTerm) -> set[RdfTerm]:
        """Return the label of a term, or the labels where several are as good."""
        if not isinstance(term, NamedNode):
            return set()
        return next((labels[term] for labels in self._labels.values() if term in labels), set())
