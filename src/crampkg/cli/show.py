"""How an answer leaves: for a terminal, for a pipe, for a program, with its status."""

from __future__ import annotations

from crampkg.answers import formats
from crampkg.cli import output

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from rich.console import Console

    from crampkg.answers.rows import Answer
    from crampkg.cli.parser import Arguments


def show_answer(
    answer: Answer, arguments: Arguments, quotes: Mapping[str, str], silence: str = ""
) -> None:
    """Write `answer` in the format and to the place that `arguments` name.

    A format for programs has standard output for itself: the status, and the sentence `silence`
    that explains an empty answer, go to standard error.
    """
    status = formats.status_lines(answer.status)
    if arguments.format == "table" and arguments.output is None and output.is_terminal():
        on_terminal(arguments, lambda console: _print(console, answer, quotes, silence))
        return
    if silence and arguments.format in ("table", "md"):
        lines = (formats.asked(answer), silence, *status)
        output.write_text("\n\n".join(filter(None, lines)) + "\n", arguments.output)
        return
    output.write(formats.serialize(answer, arguments.format, quotes), arguments.output)
    if arguments.format not in ("table", "md"):
        for line in (silence, *status):
            if line:
                output.say(line)


def on_terminal(arguments: Arguments, draw: Callable[[Console], None]) -> None:
    """Let `draw` print for a terminal; `NO_COLOR`, `COLUMNS` and `TERM=dumb` are heeded."""
    from rich.console import Console

    console = Console(
        file=output.stdout(),
        force_terminal=True,
        no_color=arguments.no_color or None,
        highlight=False,
        markup=False,
        emoji=False,
    )
    with console.capture() as capture:  # rich would end the process at a closed pipe
        draw(console)
    output.write_text(capture.get())


def _print(console: Console, answer: Answer, quotes: Mapping[str, str], silence: str) -> None:
    from rich.text import Text

    from crampkg.answers import table

    question = formats.asked(answer)
    if question:
        console.print(Text(question, "bold"), end="\n\n")
    if silence:
        console.print(Text(silence))
    else:
        table.show(console, formats.sheet(answer, quotes))
    for line in formats.status_lines(answer.status):
        console.print(Text(line, "dim"))
