"""Which things the article has claims for and against, and where these are told together."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from crampkg.server.pages import addresses

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.graph import KnowledgeGraph

#: The question that tells which matters are contested.
QUESTION = "contested-matters"


def told_at(iris: Iterable[str], graph: KnowledgeGraph) -> str:
    """Return where all claims on contested matters stand, or nothing if none of the things has one.

    A thing has one if it is the matter, or the subject of a claim that the article does not affirm.
    """
    return "" if _things(graph).isdisjoint(iris) else addresses.question(QUESTION)


@functools.cache
def _things(graph: KnowledgeGraph) -> frozenset[str]:
    # Sources of one's own may lack the question.
    if not any(each.id == QUESTION for each in graph.questions()):
        return frozenset()
    rows = list(graph.ask(QUESTION))
    matters = {row.text("topic") for row in rows}
    denied = {row.text("subject") for row in rows if row.text("stance") != "affirmed"}
    return frozenset(matters | denied)
