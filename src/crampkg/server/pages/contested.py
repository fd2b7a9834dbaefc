"""Which things the article has claims for and against, and where these are told together."""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

from crampkg.answers.sentences import CONTESTED
from crampkg.near import counted
from crampkg.server.pages import addresses
from crampkg.server.pages.grid import linked

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.records import NearTerm
    from crampkg.server.pages.grid import Part


def told_at(iris: Iterable[str], graph: KnowledgeGraph) -> str:
    """Return where all claims on contested matters stand, or nothing if none of the things has one.

    A thing has one if it is the matter, or if a claim about it or a narrower kind is not affirmed.
    """
    return "" if _things(graph).isdisjoint(iris) else addresses.question(CONTESTED)


def beside(
    terms: Sequence[NearTerm], graph: KnowledgeGraph
) -> tuple[list[tuple[Part, str]], str] | None:
    """Return what is told of things, is not affirmed and is not on a page, and where it stands."""
    told = [(linked(each.label, each.iri), counted(each)) for each in terms]
    return (told, told_at((each.iri for each in terms), graph)) if told else None


@functools.cache
def _things(graph: KnowledgeGraph) -> frozenset[str]:
    # Sources of one's own may lack the question.
    if not any(each.id == CONTESTED for each in graph.questions()):
        return frozenset()
    answer = graph.ask(CONTESTED)
    matters = {row.text("topic") for row in answer}
    return frozenset(matters | {term.iri for term in answer.contested()})
