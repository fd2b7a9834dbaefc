"""Quotations of the article, for a server that was started with a copy of it."""

from __future__ import annotations

import functools
import hashlib

from crampkg.answers import quotes
from crampkg.errors import UsageError
from crampkg.sources import Article

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.graph import KnowledgeGraph


def quoted(resources: Iterable[str], graph: KnowledgeGraph) -> dict[str, str]:
    """Return the quotations of claims and statements by IRI; none without a fitting article."""
    if graph.article is None:
        return {}
    words, _ = quotes.quotes(resources, _article(graph.article), graph.engine)
    return words


def check(graph: KnowledgeGraph) -> None:
    """Raise `UsageError` if the copy of the article differs from the recorded spans.

    Raises `SourceError` if it cannot be read.
    """
    if graph.article is None:
        return
    fitting, total = quotes.fit(_article(graph.article), graph.engine)
    if fitting < total:
        message = (
            f"{graph.article} is not the text that was read: of {total} recorded spans {fitting} "
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
