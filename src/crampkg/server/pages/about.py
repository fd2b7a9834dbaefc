"""About: what this is and for whom, counts, versions, licences, how to cite, every download."""

from __future__ import annotations

import functools
import platform
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from crampkg.server.pages import kinds
from crampkg.server.pages.layout import Page, render
from crampkg.vocabulary import CK, GRAPHS, ORIGINS

if TYPE_CHECKING:
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.pages.layout import Job

#: The packages that answers come from, whose versions may explain a difference.
_PACKAGES = ("pyoxigraph", "rdflib", "starlette", "uvicorn", "jinja2")

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
        "digest": graph.digest,
        "articles": graph.statuses,
        "has_article": graph.article is not None,
        "python": platform.python_version(),
        "packages": _versions(),
    }
    return Page(render("about.html", graph, "/about", **context))


@functools.cache  # also because a process that answers cannot open a file
def _versions() -> tuple[tuple[str, str], ...]:
    found = []
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:
            continue
    return tuple(found)
