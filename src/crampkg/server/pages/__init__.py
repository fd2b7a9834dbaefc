"""The pages: what a worker renders from a graph, one module for each kind of page.

A view takes a job and the graph. The job has `asked`, the parameters of the address as pairs of
name and value, and `base`, the URL of the server's root; some have more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crampkg.server.pages import (
    about,
    api,
    concepts,
    editor,
    evidence,
    home,
    ontology,
    picture,
    questions,
    search,
    why,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.pages.layout import Job, Page

VIEWS: dict[str, Callable[[Job, KnowledgeGraph], Page]] = {
    "about": about.view,
    "api": api.view,
    "concept": concepts.concept,
    "concepts": concepts.library,
    "editor": editor.view,
    "evidence": evidence.view,
    "home": home.view,
    "ontology": ontology.view,
    "picture": picture.view,
    "question": questions.question,
    "questions": search.library,
    "why": why.view,
}
