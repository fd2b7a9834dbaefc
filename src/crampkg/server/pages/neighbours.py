"""The things beside one that the article does make a claim about."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crampkg.library import own_query
from crampkg.server.pages.grid import Part, linked

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.graph import KnowledgeGraph

#: Read at once, since a process that answers cannot open a file.


def neighbours(iri: str, graph: KnowledgeGraph) -> Iterator[Part]:
    """Yield what is tied to a thing by background or inference, and is named by some claim."""
    for row in graph.query(own_query("server/pages/neighbours", concept=[iri])):
        other = row.text("other")
        yield linked(graph.terms.name_of(other), other)
