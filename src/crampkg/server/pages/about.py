"""Pages about the project: the home page, the page with every download, and the API's."""

from __future__ import annotations

import platform
from typing import Any

import pyoxigraph

from crampkg.export import OF_ONE_GRAPH, OFFERED
from crampkg.library import own_query
from crampkg.server import files, openapi
from crampkg.server.pages import editor, ontology
from crampkg.server.pages.layout import page
from crampkg.server.pages.question import entry
from crampkg.vocabulary import CK, GRAPHS, ONTOLOGY, ORIGINS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.media import Reply
    from crampkg.server.pages.layout import Visit

#: Groups of readers on the home page: heading, lead, and ids of questions or links to pages.
_WAYS: tuple[tuple[str, str, tuple[str | tuple[str, str], ...]], ...] = (
    (
        "Clinicians and educators",
        "What may be behind it, and how firmly is that said?",
        ("arteries-explaining-pain", "differential", "causes-by-strength", "intervention-verdict"),
    ),
    (
        "Evidence reviewers",
        "What does each claim rest on?",
        (
            ("Walk through the evidence", "/evidence"),
            "claims-by-marker",
            "contested-matters",
            "claims-without-listed-source",
        ),
    ),
    (
        "Knowledge engineers",
        "How is it made, and how can it be used?",
        (
            ("Write SPARQL in the editor", "/editor"),
            ("See the graph as a picture", "/picture"),
            ("Read the ontology", "/ontology"),
            ("Use the HTTP API", "/api"),
        ),
    ),
)


#: The source files that are useful alone: name and description.
_FILES = (
    ("ontology/crampkg.ttl", "the ontology as it is written"),
    ("ontology/shapes.ttl", "SHACL shapes that data must conform to"),
    ("ontology/context.jsonld", "the JSON-LD context of our exports"),
    ("data/mappings/terms.sssom.tsv", "mappings to other vocabularies, in SSSOM"),
)

#: The folders of source files, with descriptions.
_FOLDERS = {
    "ontology": "ontology, shapes and context",
    "data": "articles, concepts and mappings",
    "queries": "the questions, as SPARQL with a header",
    "rules": "the rules that derive facts and inferences, and those that check",
}


def home(graph: KnowledgeGraph, _: Visit) -> Reply:
    """Return the page at `/`."""
    library = {known.id: entry(known, graph) for known in graph.questions()}
    ways = [
        (
            heading,
            lead,
            [
                (library[way].words, library[way].link) if isinstance(way, str) else way
                for way in listed
                if not isinstance(way, str) or way in library
            ],
        )
        for heading, lead, listed in _WAYS
    ]
    statuses = graph.statuses
    articles = f"an article for {statuses[0].audience} says"
    if len(statuses) > 1:
        articles = f"{len(statuses)} articles say"
    search = graph.subject.search
    return page("home.html", graph, "/", ways=ways, articles=articles, search=search)


def about(graph: KnowledgeGraph, _: Visit) -> Reply:
    """Return the page at `/about`."""
    counts = ontology.counts(graph)
    names = files.names(graph.sources)
    version, released = next(
        (
            (row.text("version"), row.text("released"))
            for row in graph.query(own_query("server/pages/version"))
        ),
        ("", ""),
    )
    context: dict[str, Any] = {
        "graphs": [
            (name, ontology.HOLDS[name], ORIGINS[iri], graph.counts[name])
            for name, iri in GRAPHS.items()
            if name in graph.counts
        ],
        "formats": [(format.extension, format.label) for format in OF_ONE_GRAPH.values()],
        "datasets": [
            (format.extension, format.label)
            for name, format in OFFERED.items()
            if name not in OF_ONE_GRAPH
        ],
        "counts": [
            (label, counts.get(f"{CK}{kind}", 0), f"/concepts?kind=ck:{kind}")
            for label, kind in (
                ("claims", "Claim"),
                ("statements, list items, lead-ins and headings", "Statement"),
                ("citation markers", "CitationMarker"),
                ("listed sources", "EvidenceSource"),
                ("clinical things", "ClinicalEntity"),
            )
        ],
        "questions": len(graph.questions()),
        "identifier": graph.identifier,
        "articles": graph.statuses,
        "has_article": graph.article is not None,
        "ontology": version,
        "ontology_iri": ONTOLOGY,
        "released": released,
        "files": [pair for pair in _FILES if pair[0] in names],
        "folders": [
            (name, description, [file for file in names if file.startswith(f"{name}/")])
            for name, description in _FOLDERS.items()
        ],
        "has_editor": editor.is_built(),
        "python": platform.python_version(),
        "engine": pyoxigraph.__version__,
    }
    return page("about.html", graph, "/about", **context)


def api(graph: KnowledgeGraph, visit: Visit) -> Reply:
    """Return the page at `/api`: each route with its parameters and an example."""
    document = openapi.document(graph, visit.base)
    return page("api.html", graph, "/api", document=document, base=visit.base)
