"""Functions that commands share: opening the graph, and showing answers and documents."""

from __future__ import annotations

import os

from crampkg.answers import formats, remarks
from crampkg.cli import output
from crampkg.errors import UsageError
from crampkg.text import json_bytes, printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    from crampkg.answers.answer import Answer
    from crampkg.answers.document import Block
    from crampkg.cli.parser import Arguments
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Status
    from crampkg.sources import Sources

#: Formats for people, which contain the status and the quotations.
FOR_PEOPLE = ("table", "md")


def open_graph(arguments: argparse.Namespace) -> KnowledgeGraph:
    """Return the graph of `--endpoint`, else of `--sources`, with the article of `--article`.

    Shell completion never asks an endpoint.
    """
    endpoint = getattr(arguments, "endpoint", None)
    user = getattr(arguments, "user", None)
    if endpoint is None and user is not None:
        message = "--user is for an endpoint. Name one with --endpoint, or leave --user out."
        raise UsageError(message)
    if endpoint is None or "_ARGCOMPLETE" in os.environ:
        return open_sources(arguments)
    from crampkg.graph import KnowledgeGraph

    graph = KnowledgeGraph.connect(
        endpoint, user=user, timeout=arguments.timeout, **_options(arguments)
    )
    return _with_notices(graph)


def open_sources(arguments: argparse.Namespace) -> KnowledgeGraph:
    """Return the graph of `--sources`, with the article of `--article`, if given."""
    from crampkg.graph import KnowledgeGraph

    return _with_notices(KnowledgeGraph.open(**_options(arguments)))


def _options(arguments: argparse.Namespace) -> dict[str, Any]:
    return {
        "sources": getattr(arguments, "sources", None),
        "article": getattr(arguments, "article", None),
        "announce": output.say if output.is_watched() else None,
    }


def _with_notices(graph: KnowledgeGraph) -> KnowledgeGraph:
    """Report the notices of a graph on standard error, and return the graph."""
    for notice in graph.notices:
        output.say(notice)
    return graph


def find_sources(arguments: argparse.Namespace) -> Sources:
    """Return the sources of `--sources`, without building a graph since they may be invalid."""
    from crampkg.sources import Sources

    return Sources.find(getattr(arguments, "sources", None))


def show_answer(
    answer: Answer, arguments: Arguments, quotes: Mapping[str, str] | None = None
) -> bool:
    """Write `answer` as `arguments` say; return whether it has content.

    In a format for programs, the status and the notes below an answer go to standard error.
    """
    if arguments.format not in FOR_PEOPLE:
        written = formats.serialize(answer, arguments.format, quotes)
        output.write(written, arguments.output)
        has_content = not remarks.is_empty(answer, arguments.format, written)
        # The rows are scanned for partial silence only if the question had several values.
        missing = () if has_content and not answer.several else remarks.silences(answer)
        rows = written if has_content and arguments.format in ("csv", "tsv") else b""
        _say(*missing, *remarks.beside_lines(answer, rows), *remarks.closing_lines(answer))
        return has_content
    from crampkg.answers.document import of_answer

    show_document(arguments, lambda: of_answer(answer, quotes))
    return not remarks.is_empty(answer)


def show_document(
    arguments: Arguments,
    blocks: Callable[[], Iterable[Block]],
    data: Callable[[], object] = dict,
) -> None:
    """Write a document as `arguments` say; `data` returns its JSON."""
    if arguments.format == "json":
        output.write(json_bytes(data(), indent=2), arguments.output)
        return
    from crampkg.answers import document

    if arguments.format == "md":
        output.write_text(document.markdown(blocks()), arguments.output)
    elif arguments.output is None and output.is_terminal():
        from crampkg.answers.terminal import draw

        on_terminal(arguments, lambda console: draw(console, blocks()))
    else:
        output.write_text(document.plain(blocks()), arguments.output)


def say_status(statuses: tuple[Status, ...], *before: str) -> None:
    """Write the sentences of `before` and the status of the articles to standard error."""
    _say(*before, *remarks.status_lines(statuses))


def _say(*lines: str) -> None:
    for line in filter(None, lines):
        output.say(line)


def quoted(
    graph: KnowledgeGraph, resources: Callable[[], Iterable[str]], format: str
) -> dict[str, str]:
    """Return the quotations of `resources` from the graph's article, by IRI.

    Reports spans that do not fit on standard error. Formats without quotations get none.
    """
    if graph.article is None or format not in (*FOR_PEOPLE, "json"):
        return {}
    from crampkg.answers.quotes import quotes
    from crampkg.sources import Article

    words, misfits = quotes(resources(), Article.read(graph.article), graph.engine)
    if misfits:
        output.say(
            f"{graph.article} does not fit the graph in {len(misfits)} of the "
            f"{len(misfits) + len(words)} spans asked for, which are not quoted. "
            "`crampkg verify` names them."
        )
    return words


def on_terminal(arguments: Arguments, draw: Callable[[Console], None]) -> None:
    """Call `draw` with a console for the terminal; it obeys `NO_COLOR`, `COLUMNS`, `TERM=dumb`."""
    from rich.console import Console

    class Safe(Console):
        """A console that removes control characters from printed text."""

        def render(
            self, renderable: RenderableType, options: ConsoleOptions | None = None
        ) -> Iterator[Segment]:
            for segment in super().render(renderable, options):
                yield segment if segment.control else segment._replace(text=printable(segment.text))

    console = Safe(
        file=output.stdout(),
        force_terminal=True,
        no_color=arguments.no_color or None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:  # rich would end the process at a closed pipe
        draw(console)
    lines = capture.get().split("\n")
    output.write_drawn("\n".join(line.rstrip(" ") for line in lines))
