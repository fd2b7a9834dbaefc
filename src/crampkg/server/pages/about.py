"""About: what this is and for whom, counts, versions, licences, how to cite, every download."""

from __future__ import annotations

import platform
from typing import TYPE_CHECKING

import pyoxigraph

from crampkg.server.pages import kinds
from crampkg.server.pages.layout import Page, render
from crampkg.vocabulary import CK, GRAPHS, ORIGINS

if TYPE_CHECKING:
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.pages.layout import Job

#: Read at once, since a process that answers cannot open a file.
_VERSION = kinds.text("version")

#: What each graph holds.
_GRAPHS = {
    "ontology": "the kinds of thing and the relations",
    "background": "what we add: anatomy, hierarchy, mappings, the links from markers to sources",
    "claims": "what the article says: claims, statements, markers, references",
    "facts": "what the affirmed claims say, as plain triples",
    "inferred": "what rules derive from the others",
}

_FORMATS = ((".ttl", "Turtle"), (".jsonld", "JSON-LD"), (".nt", "N-Triples"), (".rdf", "RDF/XML"))


def view(_: Job, graph: KnowledgeGraph) -> Page:
    """Return the page at `/about`."""
    counts = kinds.counts(graph)
    context = {
        "graphs": [
            (name, _GRAPHS[name], ORIGINS[iri], graph.counts[name])
            for name, iri in GRAPHS.items()
            if name in graph.counts
        ],
        "formats": _FORMATS,
        "counts": [
            (label, counts.get(f"{CK}{kind}", 0), f"/concepts?kind=ck:{kind}")
            for label, kind in (
                ("claims", "Claim"),
                ("statements", "Statement"),
                ("citation markers", "CitationMarker"),
                ("listed sources", "EvidenceSource"),
                ("clinical things", "ClinicalEntity"),
            )
        ],
        "questions": len(graph.questions()),
        "identifier": graph.identifier,
        "articles": graph.statuses,
        "has_article": graph.article is not None,
        "ontology": ", ".join(row.text("version") for row in graph.query(_VERSION)),
        "python": platform.python_version(),
        "engine": pyoxigraph.__version__,
    }
    return Page(render("about.html", graph, "/about", **context))
