"""What stands beside a thing on a page: contested matters, and neighbours that have claims."""

from __future__ import annotations

from typing import TYPE_CHECKING

from crampkg.answers.sentences import CONTESTED
from crampkg.graph import cached_on_graph
from crampkg.library import own_query
from crampkg.near import counted
from crampkg.server.pages import addresses
from crampkg.server.pages.grid import linked

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.model import NearTerm
    from crampkg.server.pages.grid import Part


def neighbours(iri: str, graph: KnowledgeGraph) -> Iterator[Part]:
    """Yield what is tied to a thing by background or inference, and is named by some claim."""
    for row in graph.query(own_query("server/pages/neighbours", concept=[iri])):
        other = row.text("other")
        yield linked(graph.terms.name_of(other), other)


def contested_link(iris: Iterable[str], graph: KnowledgeGraph) -> str:
    """Return the address of all claims on contested matters; "" if none of the things has one.

    A thing has one if it is the matter, or if a claim about it or a narrower kind is not affirmed.
    """
    return "" if _contested(graph).isdisjoint(iris) else addresses.question(CONTESTED)


def not_affirmed(
    terms: Sequence[NearTerm], graph: KnowledgeGraph
) -> tuple[list[tuple[Part, str]], str] | None:
    """Return what is claimed of things, not affirmed and not on a page, and its address."""
    claimed = [(linked(each.label, each.iri), counted(each)) for each in terms]
    return (claimed, contested_link((each.iri for each in terms), graph)) if claimed else None


@cached_on_graph()
def _contested(graph: KnowledgeGraph) -> frozenset[str]:
    # Sources of one's own may lack the question.
    if not any(each.id == CONTESTED for each in graph.questions()):
        return frozenset()
    answer = graph.ask(CONTESTED)
    matters = {row.text("topic") for row in answer}
    return frozenset(matters | {term.iri for term in answer.contested()})
