"""The page that walks a reviewer through the evidence, by questions of the library."""

from __future__ import annotations

from typing import NamedTuple

from crampkg.answers import quotes, remarks
from crampkg.server.article_copy import quoted
from crampkg.server.pages import addresses
from crampkg.server.pages.grid import CellPart, grid, linked
from crampkg.server.pages.layout import page
from crampkg.text import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.answers.answer import Answer
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.media import Reply
    from crampkg.server.pages.grid import Grid
    from crampkg.server.pages.layout import Visit


class WalkStep(NamedTuple):
    """A step of the walk: a question of the library with its answer."""

    id: str
    heading: str
    lead: list[CellPart]
    question: str  # in words
    link: str
    total: str  # the size of the answer in words
    grid: Grid | None
    silence: str
    note: str


#: The noun for a step's rows, where they are no claims.
_ROWS = {
    "review-conflict": "conflict",
    "sources-by-kind": "source",
    "marker-counts": "marker",
    "hedge-counts": "hedge",
    "statements-without-claims": "statement",
    "unnamed-things": "thing",
}

_STATUS, _UNLISTED, _MARKERS = "article-status", "claims-without-listed-source", "marker-counts"

#: The value of `stageReached` for a stage that the article does not mark as reached.
_UNREACHED = "not shown"

#: The steps: a question of the library, a heading, and a lead.
_STEPS = (
    (
        _STATUS,
        "The article",
        "What everything here is read from, and how far it has been reviewed.",
    ),
    (
        "review-conflict",
        "Where, in our reading, it contradicts itself about its review",
        "Two notices of the article that do not go together.",
    ),
    (
        "sources-by-kind",
        "The sources that it lists",
        "The references at its end, unnumbered. Follow one to see what rests on it.",
    ),
    (
        _MARKERS,
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
        _UNLISTED,
        "What is uncited, or has no listed source",
        "Claims none of whose markers leads to a listed source, and claims that carry no marker.",
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


def view(graph: KnowledgeGraph, _: Visit) -> Reply:
    """Return the page at `/evidence`."""
    return page("evidence.html", graph, "/evidence", steps=list(_walk(graph)))


def _walk(graph: KnowledgeGraph) -> Iterator[WalkStep]:
    """Yield the steps whose question is in the library; other sources may lack some."""
    library = {question.id: question for question in graph.questions()}
    for id, heading, lead in _STEPS:
        if id not in library:
            continue
        question, answer = library[id], graph.ask(id)
        table = None
        if len(answer):
            words = quoted(quotes.handles(answer), graph)
            table = grid(graph, remarks.columns(answer), answer.rows, words)
        leading = [CellPart(lead)]
        if id == _STATUS and table:
            table = _status(table, answer)
        elif id == _UNLISTED and _MARKERS in library:
            leading += _unlisted(graph)
        yield WalkStep(
            id,
            heading,
            leading,
            question.question,
            addresses.question(id),
            _total(id, table),
            table,
            question.silence,
            "" if id == _STATUS else question.note,
        )


def _total(id: str, table: Grid | None) -> str:
    """Return the size of a step's answer in words."""
    if id == _STATUS:  # the article is named instead
        return ""
    number = len(table.lines) if table else 0
    if id in _ROWS or not table:
        return plural(number, _ROWS.get(id, "claim"))
    return table.total


def _status(table: Grid, answer: Answer) -> Grid:
    """Return the status of a single article as facts, with the stages of its review in one line.

    As rows, the stages would read like stages that were reached. Several articles stay rows.
    """
    stages = [row.text("processStageLabel") for row in answer]
    is_one = len({row.text("article") for row in answer}) == 1 < len(stages)
    if not is_one or any(row.text("stageReached") != _UNREACHED for row in answer):
        return table
    words = f"{', '.join(stages)}; none is marked as reached"
    same = [pair for pair in table.same if pair[0] != "stage reached"]
    facts = (
        ("article", table.lines[0].cells[0]),
        *same,
        ("stages that the article prints", (CellPart(words),)),
    )
    return table._replace(headings=(), lines=(), same=facts)


def _unlisted(graph: KnowledgeGraph) -> Iterator[CellPart]:
    """Yield the sentence on claims that have other markers too, with links to these."""
    answer = graph.ask(_MARKERS)
    markers = [row for row in answer if row.text("possibleSources") == "0"]
    if not markers:
        return
    yield CellPart(
        " Claims that also carry another marker are on the pages of markers without one: "
    )
    for place, row in enumerate(markers):
        yield linked(f"marker {row.text('markerText')}", row.text("marker"))
        yield CellPart(", " if place + 1 < len(markers) else ".")
