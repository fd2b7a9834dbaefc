"""Descriptions of the service, the dataset and the questions: SPARQL 1.1 SD, VoID, SHACL."""

from __future__ import annotations

from typing import Any

from pyoxigraph import Literal, NamedNode, RdfFormat, parse

from crampkg import __version__
from crampkg.answers.remarks import status_lines
from crampkg.export import OFFERED
from crampkg.vocabulary import GRAPHS, KG, ONTOLOGY, PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Claim
    from crampkg.rdf import Triple

#: The formats of results by their unique URIs at the W3C (http://www.w3.org/ns/formats/).
_RESULTS = tuple(
    f"http://www.w3.org/ns/formats/SPARQL_Results_{name}" for name in ("JSON", "XML", "CSV", "TSV")
)


def service(graph: KnowledgeGraph, base: str) -> list[Triple]:
    """Describe the endpoint below the URL `base` (w3.org/TR/sparql11-service-description)."""
    of_graphs = (format.iri for format in OFFERED.values() if format.iri)
    formats = ", ".join(f"<{iri}>" for iri in (*_RESULTS, *of_graphs))
    named = "".join(
        f"""
        _:dataset sd:namedGraph _:named{number} .
        _:named{number} a sd:NamedGraph ; sd:name <{GRAPHS[name]}> ; sd:graph _:graph{number} .
        _:graph{number} a sd:Graph ; void:triples {count} .
        """
        for number, (name, count) in enumerate(graph.counts.items())
    )
    endpoint = NamedNode(f"{base}/sparql")
    return _triples(
        f"""
        {endpoint} a sd:Service ;
            rdfs:label "SPARQL endpoint of crampkg, read-only"@en ;
            rdfs:comment {_text(_notice(graph))} ;
            sd:endpoint {endpoint} ;
            sd:supportedLanguage sd:SPARQL11Query ;
            sd:feature sd:UnionDefaultGraph ;
            sd:resultFormat {formats} ;
            sd:defaultDataset _:dataset .
        _:dataset a sd:Dataset, void:Dataset ;
            dct:identifier {Literal(graph.identifier)} ;
            sd:defaultGraph _:union .
        _:union a sd:Graph ; void:triples {_total(graph)} .
        {named}
        """
    )


def dataset(graph: KnowledgeGraph, base: str) -> list[Triple]:
    """Describe the dataset behind the endpoint below the URL `base` (w3.org/TR/void)."""
    about = NamedNode(f"{base}/.well-known/void#dataset")
    parts = "".join(
        f"""
        {about} void:subset _:part{number} .
        _:part{number} a void:Dataset ;
            dct:title {_text(f"The graph of {name}")} ;
            sd:name <{GRAPHS[name]}> ;
            void:dataDump {NamedNode(f"{base}/graph/{name}")} ;
            void:triples {count} .
        """
        for number, (name, count) in enumerate(graph.counts.items())
    )
    claim = example(graph)
    thing = f"{about} void:exampleResource <{claim.subject}> ." if claim else ""
    return _triples(
        f"""
        {about} a void:Dataset ;
            dct:title {_text(f"crampkg: a knowledge graph of {graph.topic}")} ;
            dct:description {_text(_notice(graph))} ;
            dct:license <https://creativecommons.org/licenses/by/4.0/> ;
            dct:identifier {Literal(graph.identifier)} ;
            owl:versionInfo {Literal(__version__)} ;
            void:sparqlEndpoint {NamedNode(f"{base}/sparql")} ;
            void:uriSpace {Literal(KG)} ;
            void:vocabulary <{ONTOLOGY}> ;
            void:triples {_total(graph)} .
        {thing}
        {parts}
        """
    )


def examples(graph: KnowledgeGraph, base: str, tag: str | None = None) -> list[Triple]:
    """Describe the questions as SHACL executables, which editors of other endpoints read.

    With a `tag`, only the questions that have it.
    """
    executables = [
        f"""
        {NamedNode(f"{base}/api/questions/{question.id}")}
            a sh:SPARQLExecutable, sh:SPARQL{question.form.capitalize()}Executable ;
            rdfs:label {_text(question.summary)} ;
            rdfs:comment {_text(question.question)} ;
            sh:{question.form} {Literal(question.text)} ;
            dct:identifier {Literal(question.id)} ;
            <https://schema.org/keywords> {", ".join(map(_text, question.tags))} ;
            <https://schema.org/target> {NamedNode(f"{base}/sparql")} .
        """
        for question in graph.questions()
        if tag is None or tag in question.tags
    ]
    return _triples("".join(executables))


def example(graph: KnowledgeGraph) -> Claim | None:
    """Return the first claim of the graph by IRI, as an example, or None."""
    rows = graph.query("SELECT ?claim { ?claim a ck:Claim } ORDER BY ?claim LIMIT 1")
    return next(iter(graph.claims(iris=[row.text("claim") for row in rows])), None)


DESCRIPTIONS: dict[str, Callable[[KnowledgeGraph, str], list[Triple]]] = {
    "dataset": dataset,
    "service": service,
}


def _triples(turtle: str) -> list[Triple]:
    prefixes = "".join(f"@prefix {prefix}: <{iri}> .\n" for prefix, iri in PREFIXES.items())
    quads: Any = parse(prefixes + turtle, RdfFormat.TURTLE)
    return [(quad.subject, quad.predicate, quad.object) for quad in quads]


def _notice(graph: KnowledgeGraph) -> str:
    return " ".join(status_lines(graph.statuses))


def _total(graph: KnowledgeGraph) -> int:
    """Return the size of the union of the graphs: `check` proves that no two share a triple."""
    return sum(graph.counts.values())


def _text(text: str) -> str:
    return str(Literal(text, language="en"))
