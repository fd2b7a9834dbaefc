"""How an answer leaves: for a terminal, for a pipe, for a program, with its status."""

from __future__ import annotations

from crampkg.answers import formats, sentences
from crampkg.cli import output
from crampkg.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from rich.console import Console, ConsoleOptions, RenderableType
    from rich.segment import Segment

    from crampkg.answers.answer import Answer
    from crampkg.cli.parser import Arguments
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Status

#: Formats for people: the status stands in them, and so do quotes.
FOR_PEOPLE = ("table", "md")


def show_answer(
    answer: Answer, arguments: Arguments, quotes: Mapping[str, str] | None = None
) -> bool:
    """Write `answer` in the format and to the place that `arguments` name; tell if it has content.

    A format for programs has standard output for itself. The status, and what stands below an
    answer for people, then go to standard error.
    """
    if arguments.format not in FOR_PEOPLE:
        written = formats.serialize(answer, arguments.format, quotes)
        output.write(written, arguments.output)
        filled = not sentences.is_empty(answer, arguments.format, written)
        # Rows that are there are read once more only for what a question needs.
        missing = () if filled and not answer.several else sentences.silences(answer)
        rows = written if filled and arguments.format in ("csv", "tsv") else b""
        _say(*missing, *sentences.beside_lines(answer, rows), *sentences.closing_lines(answer))
        return filled
    if arguments.format == "table" and arguments.output is None and output.is_terminal():
        on_terminal(arguments, lambda console: _print(console, answer, quotes or {}))
    else:
        written = formats.serialize(answer, arguments.format, quotes)
        output.write_text(written.decode("utf-8"), arguments.output)
    return not sentences.is_empty(answer)


def say_status(statuses: tuple[Status, ...], *before: str) -> None:
    """Put the sentences of `before`, and what must travel with every answer, on standard error."""
    _say(*before, *sentences.status_lines(statuses))


def _say(*lines: str) -> None:
    for line in filter(None, lines):
        output.say(line)


def quoted(
    graph: KnowledgeGraph, resources: Callable[[], Iterable[str]], format: str
) -> dict[str, str]:
    """Return the spans of `resources` in the article that the graph was opened with, by IRI.

    Says on standard error which spans do not fit; nothing for a format that has no place for them.
    """
    if graph.article is None or format not in (*FOR_PEOPLE, "json"):
        return {}
    from crampkg.answers.quotes import quotes
    from crampkg.sources import Article

    article = Article.read(graph.article)
    found, misfits = quotes(resources(), article, graph.query)
    if misfits:
        output.say(
            f"{graph.article} does not fit the graph in {len(misfits)} of the "
            f"{len(misfits) + len(found)} spans asked for, which are not quoted. "
            "`crampkg verify` names them."
        )
    return found


def on_terminal(arguments: Arguments, draw: Callable[[Console], None]) -> None:
    """Let `draw` print for a terminal; `NO_COLOR`, `COLUMNS` and `TERM=dumb` are heeded."""
    from rich.console import Console

    class Safe(Console):
        """A console on which no text that is printed can steer the terminal."""

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


def _print(console: Console, answer: Answer, quotes: Mapping[str, str]) -> None:
    from rich.text import Text

    from crampkg.answers import table

    question = sentences.asked(answer)
    if question:
        console.print(Text(question, "bold"), end="\n\n")
    below = sentences.lines_below(answer)
    if sentences.is_empty(answer):
        pass
    elif answer.form == "ask":
        console.print(Text(sentences.verdict(answer), "bold"))
    elif answer.form == "graph":
        table.show_graph(console, answer.triples)
    else:
        matrix = formats.overview(answer)
        if matrix:
            table.show_matrix(console, matrix)
            for lines in (formats.overview_markers(answer), formats.overview_notes(answer, quotes)):
                if lines:
                    console.print(Text("\n" + "\n".join(lines)))
            console.print(
                Text("\nThe rows, with all that stands behind each: -f csv or -f md.", "dim")
            )
        else:
            table.show(console, formats.sheet(answer, quotes))
    if below:
        if not sentences.is_empty(answer):
            console.print()
        console.print(Text("\n".join(below)))
    _print_below(console, sentences.closing_lines(answer))


def print_status(console: Console, statuses: tuple[Status, ...]) -> None:
    """Print what must travel with every answer, below it."""
    _print_below(console, sentences.status_lines(statuses))


def _print_below(console: Console, lines: Iterable[str]) -> None:
    from rich.text import Text

    console.print()
    for line in lines:
        console.print(Text(line, "dim"))
