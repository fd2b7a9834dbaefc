"""The article's words for an answer, where the server was started with a copy of the article."""

from __future__ import annotations

import functools
import hashlib
from typing import TYPE_CHECKING

from crampkg.answers import quotes
from crampkg.errors import UsageError
from crampkg.sources import Article

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.graph import KnowledgeGraph


def quoted(resources: Iterable[str], graph: KnowledgeGraph) -> dict[str, str]:
    """Return the article's words for some claims and statements, where they can be shown."""
    if graph.article is None:
        return {}
    words, _ = quotes.quotes(resources, _article(graph.article), graph.engine)
    return words


def check(graph: KnowledgeGraph) -> None:
    """Raise `UsageError` where the copy of the article has other words than were recorded.

    Raises `SourceError` where it cannot be read.
    """
    if graph.article is None:
        return
    fitting, every = quotes.fit(_article(graph.article), graph.engine)
    if fitting < every:
        message = (
            f"{graph.article} is not the text that was read: of {every} recorded spans {fitting} "
            f"fit. `crampkg verify {graph.article}` names the others."
        )
        raise UsageError(message)


def digest(graph: KnowledgeGraph) -> str:
    """Return a digest of the article's text, or "" without an article."""
    if graph.article is None:
        return ""
    return hashlib.sha256(_article(graph.article).text.encode()).hexdigest()


@functools.cache
def _article(path: str) -> Article:
    return Article.read(path)
