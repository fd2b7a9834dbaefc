"""What the service and the dataset are, as RDF: SPARQL 1.1 Service Description, VoID, SHACL."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode

from crampkg import __version__
from crampkg.export import OFFERED
from crampkg.vocabulary import GRAPHS, KG, ONTOLOGY, PREFIXES, RDF, RDFS, XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from crampkg.graph import KnowledgeGraph
    from crampkg.rdf import RdfTerm, Triple

    Object = RdfTerm | list[tuple[str, "Object"]]

#: https://www.w3.org/TR/sparql11-service-description/ and https://www.w3.org/TR/void/
SD, VOID = PREFIXES["sd"], PREFIXES["void"]
#: The unique URIs of file formats at the W3C, as the Service Description asks for.
_FORMATS = "http://www.w3.org/ns/formats/"
_RESULTS = ("SPARQL_Results_JSON", "SPARQL_Results_XML", "SPARQL_Results_CSV", "SPARQL_Results_TSV")
_DCT, _SH = PREFIXES["dct"], PREFIXES["sh"]


def service(graph: KnowledgeGraph, base: str) -> list[Triple]:
    """Return the description of the endpoint below the URL `base`."""
    named: list[tuple[str, Object]] = [
        (
            f"{SD}namedGraph",
            [
                (f"{RDF}type", _iri(f"{SD}NamedGraph")),
                (f"{SD}name", _iri(GRAPHS[name])),
                (f"{SD}graph", [(f"{RDF}type", _iri(f"{SD}Graph")), _count(count)]),
            ],
        )
        for name, count in graph.counts.items()
    ]
    dataset: list[tuple[str, Object]] = [
        (f"{RDF}type", _iri(f"{SD}Dataset")),
        (f"{RDF}type", _iri(f"{VOID}Dataset")),
        (f"{_DCT}identifier", Literal(graph.identifier)),
        (f"{SD}defaultGraph", [(f"{RDF}type", _iri(f"{SD}Graph")), _count(_total(graph))]),
        *named,
    ]
    told: list[tuple[str, Object]] = [
        (f"{RDF}type", _iri(f"{SD}Service")),
        (f"{RDFS}label", _text("SPARQL endpoint of crampkg, read-only")),
        (f"{RDFS}comment", _text(_notice(graph))),
        (f"{SD}endpoint", _iri(f"{base}/sparql")),
        (f"{SD}supportedLanguage", _iri(f"{SD}SPARQL11Query")),
        (f"{SD}feature", _iri(f"{SD}UnionDefaultGraph")),
        *((f"{SD}resultFormat", _iri(f"{_FORMATS}{name}")) for name in _RESULTS),
        *((f"{SD}resultFormat", _iri(format.iri)) for format in OFFERED.values() if format.iri),
        (f"{SD}defaultDataset", dataset),
    ]
    return list(_triples(_iri(f"{base}/sparql"), told, iter(range(1, 1000))))


def dataset(graph: KnowledgeGraph, base: str) -> list[Triple]:
    """Return the description of the dataset that the endpoint below the URL `base` answers from."""
    parts: list[tuple[str, Object]] = [
        (
            f"{VOID}subset",
            [
                (f"{RDF}type", _iri(f"{VOID}Dataset")),
                (f"{_DCT}title", _text(f"The graph of {name}")),
                (f"{SD}name", _iri(GRAPHS[name])),
                (f"{VOID}dataDump", _iri(f"{base}/graph/{name}")),
                _count(count),
            ],
        )
        for name, count in graph.counts.items()
    ]
    told: list[tuple[str, Object]] = [
        (f"{RDF}type", _iri(f"{VOID}Dataset")),
        (f"{_DCT}title", _text(f"crampkg: a knowledge graph of {graph.topic}")),
        (f"{_DCT}description", _text(_notice(graph))),
        (f"{_DCT}license", _iri("https://creativecommons.org/licenses/by/4.0/")),
        (f"{_DCT}identifier", Literal(graph.identifier)),
        (f"{PREFIXES['owl']}versionInfo", Literal(__version__)),
        (f"{VOID}sparqlEndpoint", _iri(f"{base}/sparql")),
        (f"{VOID}uriSpace", Literal(KG)),
        (f"{VOID}vocabulary", _iri(ONTOLOGY)),
        (f"{VOID}exampleResource", _iri(f"{KG}calf-pain")),
        (f"{VOID}triples", _integer(_total(graph))),
        *parts,
    ]
    return list(_triples(_iri(f"{base}/.well-known/void#dataset"), told, iter(range(1, 1000))))


def examples(graph: KnowledgeGraph, base: str, tag: str | None = None) -> list[Triple]:
    """Return the question library as SHACL executables, which editors of other endpoints read.

    With a `tag`, only the questions that have it.
    """
    found: list[Triple] = []
    numbers = iter(range(1, 100_000))
    for question in graph.questions():
        if tag is not None and tag not in question.tags:
            continue
        form = "Select" if question.form == "select" else "Construct"
        told: list[tuple[str, Object]] = [
            (f"{RDF}type", _iri(f"{_SH}SPARQLExecutable")),
            (f"{RDF}type", _iri(f"{_SH}SPARQL{form}Executable")),
            (f"{RDFS}label", _text(question.summary)),
            (f"{RDFS}comment", _text(question.question)),
            (f"{_SH}{form.lower()}", Literal(question.text)),
            (f"{PREFIXES['dct']}identifier", Literal(question.id)),
            *((_KEYWORDS, _text(tag)) for tag in question.tags),
            (_TARGET, _iri(f"{base}/sparql")),
        ]
        subject = _iri(f"{base}/api/questions/{question.id}")
        found += _triples(subject, told, numbers)
    return found


DESCRIPTIONS: dict[str, Callable[[KnowledgeGraph, str], list[Triple]]] = {
    "dataset": dataset,
    "examples": examples,
    "service": service,
}

_KEYWORDS = "https://schema.org/keywords"
_TARGET = "https://schema.org/target"


def _triples(
    subject: NamedNode | BlankNode, told: Iterable[tuple[str, Object]], numbers: Iterator[int]
) -> Iterator[Triple]:
    """Yield what is told of `subject`; what is told of a list is told of a blank node."""
    for predicate, object in told:
        if not isinstance(object, list):
            yield subject, _iri(predicate), object
        else:
            inner = BlankNode(f"b{next(numbers)}")
            yield subject, _iri(predicate), inner
            yield from _triples(inner, object, numbers)


def _notice(graph: KnowledgeGraph) -> str:
    from crampkg.answers.sentences import status_lines

    return " ".join(status_lines(graph.statuses))


def _total(graph: KnowledgeGraph) -> int:
    """Return the size of the union of the graphs: no two have a triple in common (checked)."""
    return sum(graph.counts.values())


def _count(triples: int) -> tuple[str, RdfTerm]:
    return f"{VOID}triples", _integer(triples)


def _integer(number: int) -> RdfTerm:
    return Literal(str(number), datatype=NamedNode(f"{XSD}integer"))


def _iri(iri: str) -> NamedNode:
    return NamedNode(iri)


def _text(text: str) -> RdfTerm:
    return Literal(text, language="en")
