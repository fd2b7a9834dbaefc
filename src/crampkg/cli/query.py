"""`crampkg query`: a SPARQL query of the user's own."""

from __future__ import annotations

from crampkg.answers import formats
from crampkg.cli.opening import open_graph
from crampkg.cli.parser import (
    ArgumentParser,
    add_endpoint,
    add_format,
    add_globals,
    add_output,
    filled,
)
from crampkg.cli.reading import read_named
from crampkg.cli.show import show_answer
from crampkg.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.cli.parser import Arguments

DESCRIPTION = """\
Run a SPARQL 1.1 query over the whole graph: SELECT, ASK, CONSTRUCT or DESCRIBE.
The project's prefixes (art: ck: g: kg: skos: and so on) need no declaration."""

EXAMPLES = """\
examples:
  crampkg query -q 'SELECT ?artery WHERE { ?artery a ck:Artery }'
  crampkg query causes.rq -f csv > causes.csv
  crampkg query -q 'DESCRIBE kg:claudication' -f turtle
  crampkg ask arteries-explaining-pain --show-query | crampkg query -"""


def parser() -> ArgumentParser:
    """Return the parser of the words after `query`."""
    words = ArgumentParser("crampkg query", DESCRIPTION, EXAMPLES)
    words.add_argument(
        "file", nargs="?", metavar="FILE", type=filled, help="a .rq file; - is standard input"
    )
    words.add_argument("-q", "--query", metavar="TEXT", help="the query itself")
    of_rows, of_graph = formats.names("select"), formats.names("graph")
    shown = f"{', '.join(of_rows)} for rows; {', '.join(of_graph)} for a graph"
    usual = "table for rows, turtle for a graph"
    add_format(words, (*of_rows, *of_graph), None, usual, shown)
    add_output(words)
    add_endpoint(words)
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Run the query; 0 even when nothing matches it."""
    if (arguments.file is None) == (arguments.query is None):
        message = (
            "Name one query: a file, - for standard input, or -q with its text. "
            "See crampkg query --help."
        )
        raise UsageError(message)
    text = arguments.query if arguments.file is None else read_named(arguments.file)
    answer = open_graph(arguments).query(text)
    if arguments.format is None:
        arguments.format = "turtle" if answer.form == "graph" else "table"
    show_answer(answer, arguments)
    return 0
