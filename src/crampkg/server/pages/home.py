"""The first page: what this is, and the ways in."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crampkg.server.pages import questions
from crampkg.server.pages.layout import Page, render

if TYPE_CHECKING:
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.pages.layout import Job

#: For whom, what for, and some questions of the library or pages with their names.
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


def view(_: Job, graph: KnowledgeGraph) -> Page:
    """Return the page at `/`."""
    library = {each.id: questions.entry(each, graph) for each in graph.questions()}
    ways = [
        (
            heading,
            lead,
            [
                (library[each].words, library[each].link) if isinstance(each, str) else each
                for each in listed
                if not isinstance(each, str) or each in library
            ],
        )
        for heading, lead, listed in _WAYS
    ]
    return Page(render("home.html", graph, "/", ways=ways))
