"""`crampkg export`: the graph, or a part of it, in an RDF format."""

from __future__ import annotations

from crampkg.cli import output
from crampkg.cli.opening import open_graph
from crampkg.cli.parser import (
    ArgumentParser,
    add_endpoint,
    add_format,
    add_globals,
    add_output,
    completes,
    one_of,
)
from crampkg.vocabulary import GRAPHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.cli.parser import Arguments

DESCRIPTION = """\
Write the graph, or a part of it, in an RDF format: the same bytes every time.

The parts are the named graphs: the ontology, the background (ours), the claims (the article's),
the facts that rules derive from affirmed claims (without their hedges, which stand on the claims),
and what reasoning infers. Formats of RDF 1.2 have facts by default, with the claims on them."""

EXAMPLES = """\
examples:
  crampkg export -o crampkg.ttl
  crampkg export -f jsonld --graph claims -o claims.jsonld
  crampkg export -f nquads --graph facts-without-hedges,inferred > derived.nq"""

PARTS = (*GRAPHS, "all")


def parser() -> ArgumentParser:
    """Return the parser of the words after `export`."""
    from crampkg.export import EXPORTS

    words = ArgumentParser("crampkg export", DESCRIPTION, EXAMPLES)
    add_format(words, EXPORTS, "turtle")
    graph = words.add_argument(
        "--graph",
        metavar="GRAPH",
        type=lambda text: [one_of("graph", name, PARTS) for name in text.split(",")],
        help=f"one or more, with commas between: {', '.join(PARTS)} (default: all where the format "
        "names graphs, else what is asserted: ontology, background, claims)",
    )
    completes(graph, lambda _: PARTS, several=True)
    add_output(words)
    add_endpoint(words)
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Write the graph."""
    graph = open_graph(arguments)
    output.write(graph.export(arguments.format, arguments.graph), arguments.output)
    return 0
