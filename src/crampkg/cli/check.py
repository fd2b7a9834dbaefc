"""`crampkg check`: the sources against syntax, shapes, consistency and the truth rules."""

from __future__ import annotations

import os

from crampkg.cli.opening import find_sources
from crampkg.cli.parser import (
    ArgumentParser,
    add_article,
    add_format,
    add_globals,
    add_output,
    filled,
)
from crampkg.cli.report import FORMATS, show_report

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.cli.parser import Arguments

DESCRIPTION = """\
Check the sources, or files of your own beside them: syntax, SHACL shapes, consistency, and the
truth rules (no word made stronger, no hedge lost, no denied claim a fact, no span without a
claim). With a copy of the article its words and digests are compared too.

The exit code is 0 when nothing is wrong and 1 when something is."""

EXAMPLES = """\
examples:
  crampkg check
  crampkg check data/concepts/anatomy.ttl
  crampkg check --article article.txt
  crampkg check -f json"""


def parser() -> ArgumentParser:
    """Return the parser of the words after `check`."""
    words = ArgumentParser("crampkg check", DESCRIPTION, EXAMPLES)
    words.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        type=filled,
        help="a file or folder; none means all sources",
    )
    add_article(words, "a copy of the article to compare with")
    add_format(words, FORMATS, "table")
    add_output(words)
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Check; 1 when something is wrong."""
    from crampkg.check import run

    article = arguments.article or os.environ.get("CRAMPKG_ARTICLE") or None
    return show_report(run(find_sources(arguments), arguments.paths, article), arguments)
