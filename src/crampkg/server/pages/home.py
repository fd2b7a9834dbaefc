"""The first page: what this is, and the ways in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crampkg.server.pages.layout import Page, render

if TYPE_CHECKING:
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.pages.layout import Job


def view(_: Job, graph: KnowledgeGraph) -> Page:
    """Return the page at `/`."""
    return Page(render("home.html", graph, "/", total=len(graph.questions())))
