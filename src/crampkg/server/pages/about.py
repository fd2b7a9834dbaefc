"""About: what this is and for whom, counts, versions, licences, how to cite, every download."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING, Any

import pyoxigraph

from crampkg.library import own_query
from crampkg.server import source_files
from crampkg.server.pages import editor, kinds
from crampkg.server.pages.layout import Page, render
from crampkg.vocabulary import CK, GRAPHS, ONTOLOGY, ORIGINS

if TYPE_CHECKING:
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.pages.layout import Job

#: Read at once, since a process that answers cannot open a file.

#: The source files that serve by themselves: name, what it is.
_FILES = (
    ("ontology/crampkg.ttl", "the ontology as it is written"),
    ("ontology/shapes.ttl", "SHACL shapes that data must conform to"),
    ("ontology/context.jsonld", "the JSON-LD context of our exports"),
    ("data/mappings/terms.sssom.tsv", "mappings to other vocabularies, in SSSOM"),
)

#: The folders of source files, and what is in each.
_FOLDERS = {
    "ontology": "ontology, shapes and context",
    "data": "articles, concepts and mappings",
    "queries": "the questions, as SPARQL with a header",
    "rules": "the rules that derive facts and inferences, and those that check",
}

_FORMATS = ((".ttl", "Turtle"), (".jsonld", "JSON-LD"), (".nt", "N-Triples"), (".rdf", "RDF/XML"))


def view(_: Job, graph: KnowledgeGraph) -> Page:
    """Return the page at `/about`."""
    counts = kinds.counts(graph)
    files = source_files.names(graph.sources)
    version, released = next(
        (
            (row.text("version"), row.text("released"))
            for row in graph.query(own_query("server/pages/version"))
        ),
        ("", ""),
    )
    context: dict[str, Any] = {
        "graphs": [
            (name, kinds.HOLDS[name], ORIGINS[iri], graph.counts[name])
            for name, iri in GRAPHS.items()
            if name in graph.counts
        ],
        "formats": _FORMATS,
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
        "files": [pair for pair in _FILES if pair[0] in files],
        "folders": [
            (name, what, [file for file in files if file.startswith(f"{name}/")])
            for name, what in _FOLDERS.items()
        ],
        "has_editor": editor.is_built(),
        "python": platform.python_version(),
        "engine": pyoxigraph.__version__,
    }
    return Page(render("about.html", graph, "/about", **context))
