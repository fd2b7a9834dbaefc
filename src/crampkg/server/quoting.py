"""The article's words for an answer, where the server was started with a copy of the article."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from crampkg.answers import quotes
from crampkg.article import Article

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.graph import KnowledgeGraph


def quoted(resources: Iterable[str], graph: KnowledgeGraph) -> dict[str, str]:
    """Return the article's words for some claims and statements, where they can be shown."""
    if graph.article is None:
        return {}
    found, _ = quotes.quotes(resources, _article(graph.article), graph.query)
    return found


@functools.cache  # also because a process that answers cannot open a file
def _article(path: str) -> Article:
    return Article.read(path)
