"""The page of the API: each route with its parameters and an example."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crampkg.server import openapi
from crampkg.server.pages import layout

if TYPE_CHECKING:
    from crampkg.graph import KnowledgeGraph


def view(job: layout.Job, graph: KnowledgeGraph) -> layout.Page:
    """Return the page."""
    base = job["base"]
    document = openapi.document(graph, base)
    return layout.Page(layout.render("api.html", graph, "/api", document=document, base=base))
