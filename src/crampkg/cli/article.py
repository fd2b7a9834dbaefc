"""`crampkg article`: commands for curators of an article's tables."""

from __future__ import annotations

import os

from crampkg.answers.document import Facts, Heading, Paragraph
from crampkg.articles.anchor import Anchored, anchor
from crampkg.articles.tables import SPANS, WHOLE, Span, format_table, rows, written
from crampkg.cli import output
from crampkg.cli.parser import (
    ArgumentParser,
    Command,
    add_format,
    add_globals,
    add_output,
    nonempty,
    one_of,
)
from crampkg.cli.shared import find_sources, show_document
from crampkg.errors import UsageError
from crampkg.sources import Article, inside, read_text, replace_source

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.answers.document import Block
    from crampkg.cli.parser import Arguments

DESCRIPTION = """\
Find the recorded spans of an article in a revised copy of its text, and write their new offsets to
its spans.tsv.

Each span is found by its digest. What has moved gets new offsets. What has changed, is gone, or may
be in more than one place is listed, and its row stays as it was: nothing is guessed.

The exit code is 0 when all spans were found and 1 when some were not, or with --check when offsets
would be written."""

EXAMPLES = """\
examples:
  crampkg article anchor SLUG revised.txt
  crampkg article anchor SLUG revised.txt --check"""

ACTIONS = ("anchor",)


def parser() -> ArgumentParser:
    """Return the parser of the arguments after `article`."""
    words = ArgumentParser("crampkg article", DESCRIPTION, EXAMPLES)
    words.add_argument(
        "action",
        metavar="ACTION",
        type=lambda text: one_of("action", text, ACTIONS),
        help=", ".join(ACTIONS),
    )
    words.add_argument("slug", metavar="SLUG", type=nonempty, help="a folder of data/articles")
    words.add_argument("text", metavar="TEXT", type=nonempty, help="the article as UTF-8 text")
    words.add_argument("--check", action="store_true", help="write nothing")
    add_format(words, ("table", "json", "md"), "table")
    add_output(words)
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Anchor the spans; return 1 when one was not found."""
    sources = find_sources(arguments)
    name = f"data/articles/{arguments.slug}/spans.tsv"
    if name not in sources.files():
        there = sorted(
            file.split("/")[2] for file in sources.files() if file.endswith("/spans.tsv")
        )
        message = f"There is no {name}. Articles with spans are: {', '.join(there) or 'none'}."
        raise UsageError(message)
    if sources.carried_snapshot is not None:
        message = "The built-in sources are not yours to write to. Name yours with --sources."
        raise UsageError(message)
    path = sources.path(name)
    before = read_text(path, name)
    spans = _spans(name, before)
    text = Article.read(arguments.text).text
    anchored = anchor(spans, text)
    after = format_table(written([SPANS, *anchored.all()]), name)
    if after != before and not arguments.check:
        replace_source(path, after.encode())
        near = inside(path, os.getcwd())
        output.say(f"{path if near is None else near} is written.")
    show_document(arguments, lambda: _blocks(anchored), anchored.as_data)
    return 1 if anchored.lost or (arguments.check and after != before) else 0


def _spans(name: str, text: str) -> list[Span]:
    """Return the spans of a table. Raises `SourceError` for two of one thing."""
    spans: dict[str, Span] = {}
    for row in rows(name, text):
        span = Span.of_row(row)
        if span.of in spans:
            column, problem = "of", "stands twice. Remove one of the two rows."
            raise row.fault(column, problem)
        spans[span.of] = span
    return list(spans.values())


def _blocks(anchored: Anchored) -> Iterator[Block]:
    if anchored.lost:
        yield Heading("Not found: changed, gone, or in more than one place")
        yield Facts(tuple((span.of, f"{span.start} to {span.end}") for span in anchored.lost))
    if any(span.of == WHOLE for span in anchored.moved):
        yield Paragraph("The text is not the one that was recorded.")
    kept, moved, lost = map(len, anchored)
    yield Paragraph(f"{kept} spans where they were, {moved} moved, {lost} not found.")


COMMANDS = {"article": Command(parser, run)}
