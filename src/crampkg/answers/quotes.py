"""Quotes: the words of the article behind claims and statements."""

from __future__ import annotations

from pyoxigraph import NamedNode

from crampkg.answers.remarks import namespace_of
from crampkg.library import own_rows

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.answers.answer import Answer
    from crampkg.engine.base import Engine
    from crampkg.sources import Article

    #: Where a text stands, by characters, as far as where it is quoted, and its digest.
    _Span = tuple[int, int, int, str]

#: What stands between the words that lead in to a list and its first item.
_BULLET = " \n\t•"


def quotes(
    resources: Iterable[str], article: Article, engine: Engine
) -> tuple[dict[str, str], list[str]]:
    """Return what `article` says in the spans of each resource, by IRI, and the misfits.

    `resources` are IRIs, of which those of claims and statements have spans. An ellipsis stands
    between spans. A misfit is the IRI of a resource of which a span in `article` has another digest
    than the recorded one: it is not quoted. What is of another article than those that fit is no
    misfit.
    """
    wanted = set(resources)
    spans: dict[str, list[_Span]] = {}
    for resource, start, end, digest, until in own_rows("answers/spans", engine):
        if resource in wanted:
            span = int(start), int(end), int(until or end), digest
            spans.setdefault(resource, []).append(span)
    quoted: dict[str, str] = {}
    misfits: list[str] = []
    for resource, several in spans.items():  # in the order of the query
        pieces = [
            quote and quote[: until - start].rstrip(_BULLET)
            for start, end, until, digest in _outermost(several)
            for quote in [article.quote(start, end, digest)]
        ]
        if None in pieces:
            misfits.append(resource)
        else:
            quoted[resource] = " … ".join(filter(None, pieces))
    namespaces = {namespace_of(resource) for resource in quoted}
    if namespaces:
        misfits = [resource for resource in misfits if namespace_of(resource) in namespaces]
    return quoted, misfits


def fit(article: Article, engine: Engine) -> tuple[int, int]:
    """Return how many recorded spans fit `article`, of how many, in the articles that fit."""
    every = [row[0] for row in own_rows("answers/spans", engine)]
    quoted, misfits = quotes(every, article, engine)
    return len(quoted), len(quoted) + len(misfits)


def handles(answer: Answer) -> set[str]:
    """Return the IRIs in the columns `claim` and `statement` of `answer`."""
    names = {"claim", "statement"}.intersection(answer.variables)
    values = (row[name] for row in answer for name in names)
    return {value.value for value in values if isinstance(value, NamedNode)}


def _outermost(spans: Iterable[_Span]) -> list[_Span]:
    """Return the spans that lie in no other, in the order of the text."""
    kept: list[_Span] = []
    for start, end, until, digest in sorted(spans, key=lambda span: (span[0], -span[2])):
        if not kept or until > kept[-1][2]:
            kept.append((start, end, until, digest))
    return kept
