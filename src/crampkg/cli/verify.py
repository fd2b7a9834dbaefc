"""`crampkg verify`: the recorded spans against a copy of the article."""

from __future__ import annotations

from crampkg.cli.opening import find_sources
from crampkg.cli.parser import ArgumentParser, add_format, add_globals, add_output, filled
from crampkg.cli.report import FORMATS, show_report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.cli.parser import Arguments

DESCRIPTION = """\
Compare every recorded span with a copy of the article's text: the characters from its start to
its end must have the recorded SHA-256.

The exit code is 0 when all spans fit and 1 when some do not."""

EXAMPLES = """\
examples:
  crampkg verify article.txt
  crampkg verify article.txt -f json"""


def parser() -> ArgumentParser:
    """Return the parser of the words after `verify`."""
    words = ArgumentParser("crampkg verify", DESCRIPTION, EXAMPLES)
    words.add_argument(
        "article", metavar="ARTICLE", type=filled, help="the article as a UTF-8 text file"
    )
    add_format(words, FORMATS, "table")
    add_output(words)
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Compare; 1 when a span does not fit."""
    from crampkg.check import verify

    return show_report(verify(find_sources(arguments), arguments.article), arguments)
