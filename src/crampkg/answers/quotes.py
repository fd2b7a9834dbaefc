"""The words of the article that claims and statements were read from."""

from __future__ import annotations

import functools
import os

from crampkg.answers.whose import home

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crampkg.answers.rows import Answer
    from crampkg.article import Article


def quotes(
    resources: Iterable[str], article: Article, query: Callable[[str], Answer]
) -> tuple[dict[str, str], list[str]]:
    """Return what `article` says in the span of each resource, by IRI, and the misfits.

    `resources` are IRIs, of which those of claims and statements have a span; `query` answers
    SPARQL. A misfit is the IRI of a resource whose span in `article` has another digest than the
    recorded one: it is not quoted. What is of another article than those that fit is no misfit.
    """
    wanted = set(resources)
    found: dict[str, str] = {}
    misfits: list[str] = []
    for row in query(_query()):
        resource = row.text("resource")
        if resource in wanted:
            start, end = int(row.text("start")), int(row.text("end"))
            quote = article.quote(start, end, row.text("sha256"))
            if quote is None:
                misfits.append(resource)
            else:
                found[resource] = quote
    homes = {home(resource) for resource in found}
    if homes:
        misfits = [resource for resource in misfits if home(resource) in homes]
    return found, misfits


def fit(article: Article, query: Callable[[str], Answer]) -> tuple[int, int]:
    """Return how many recorded spans fit `article`, and of how many, by the articles that do."""
    every = {row.text("resource") for row in query(_query())}
    found, misfits = quotes(every, article, query)
    return len(found), len(found) + len(misfits)


def handles(answer: Answer) -> set[str]:
    """Return the IRIs in the columns `claim` and `statement` of `answer`."""
    names = {"claim", "statement"}.intersection(answer.variables)
    values = (row[name] for row in answer for name in names)
    return {value.text for value in values if value is not None and value.kind == "uri"}


@functools.cache  # also because a server's process that answers cannot open a file
def _query() -> str:
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), "spans.rq")
    with open(path, encoding="utf-8") as file:
        return file.read()
