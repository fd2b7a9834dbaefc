"""The pages: what a worker renders from a graph, one module for each kind of page.

A view takes a job and the graph. The job has `asked`, the parameters of the address as pairs of
name and value, and `base`, the URL of the server's root; some have more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from crampkg.server.pages import home, picture

if TYPE_CHECKING:
    from collections.abc import Callable

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.pages.layout import Job, Page

VIEWS: dict[str, Callable[[Job, KnowledgeGraph], Page]] = {
    "home": home.view,
    "picture": picture.view,
}
