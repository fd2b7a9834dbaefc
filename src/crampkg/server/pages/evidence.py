"""The evidence as a reviewer walks through it, told by the questions of the library."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crampkg.answers import quotes
from crampkg.server.pages import addresses
from crampkg.server.pages.grid import grid
from crampkg.server.pages.layout import Page, render
from crampkg.server.quoting import quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.answers.rows import Row
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.pages.grid import Grid
    from crampkg.server.pages.layout import Job


class Step(NamedTuple):
    """A step of the walk: what is looked at, why, and what there is."""

    id: str
    heading: str
    lead: str
    question: str  # its words
    link: str
    rows: int
    grid: Grid | None
    silence: str
    note: str


#: The column that groups the rows of some steps.
_GROUPS = {"contested-matters": "topic", "claims-without-listed-source": "reason"}

#: The steps: a question of the library, a heading, and what a reviewer looks at there.
_STEPS = (
    (
        "article-status",
        "The article",
        "What everything here is read from, and how far it has been reviewed.",
    ),
    (
        "review-conflict",
        "Where it contradicts itself about its review",
        "Two notices of the article that do not go together.",
    ),
    (
        "sources-by-kind",
        "The sources that it lists",
        "The references at its end, unnumbered. Follow one to see what rests on it.",
    ),
    (
        "marker-counts",
        "The markers that it prints",
        "That a marker means one of the listed sources is our inference, with a confidence.",
    ),
    (
        "contested-matters",
        "What is contested",
        "Matters with claims for and against, or with mixed evidence.",
    ),
    ("denied-claims", "What is denied", "Each denial as narrow as it is worded."),
    (
        "claims-without-listed-source",
        "What is uncited, or has no listed source",
        "Claims whose marker leads to no listed source, and claims that carry no marker at all.",
    ),
    ("hedge-counts", "How it hedges", "How many claims stand behind each hedge word."),
    (
        "statements-without-claims",
        "Statements that hold no claim",
        "What of the text was read and made no claim of, and why.",
    ),
    (
        "unnamed-things",
        "What it mentions without naming",
        "Things that a claim needs and the article leaves open.",
    ),
)


def view(_: Job, graph: KnowledgeGraph) -> Page:
    """Return the page at `/evidence`."""
    return Page(render("evidence.html", graph, "/evidence", steps=list(_walk(graph))))


def _rank(row: Row, group: str | None) -> str:
    """Return what keeps the rows of a group together, in the order of the answer otherwise."""
    return row.text(group) if group else ""


def _walk(graph: KnowledgeGraph) -> Iterator[Step]:
    """Yield the steps whose question is in the library: one of another folder may lack some."""
    library = {each.id: each for each in graph.questions()}
    for id, heading, lead in _STEPS:
        if id not in library:
            continue
        question, answer = library[id], graph.ask(id)
        table = None
        if len(answer):
            found = quoted(quotes.handles(answer), graph)
            rows = sorted(answer.rows, key=lambda row: _rank(row, _GROUPS.get(id)))
            table = grid(graph, answer.variables, rows, found, _GROUPS.get(id, ""))
        yield Step(
            id,
            heading,
            lead,
            question.question,
            addresses.question(id),
            len(answer),
            table,
            question.silence,
            question.note,
        )
