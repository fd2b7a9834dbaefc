"""`crampkg export`, `push` and `status`: the graph in files and on the user's stores."""

from __future__ import annotations

import time
from contextlib import ExitStack

from crampkg.answers.document import Paragraph
from crampkg.answers.table import Table
from crampkg.cli import output
from crampkg.cli.parser import (
    ArgumentParser,
    Command,
    add_endpoint,
    add_format,
    add_globals,
    add_output,
    completes,
    nonempty,
    number,
    one_of,
)
from crampkg.cli.shared import open_graph, open_sources, show_document
from crampkg.export import FORMATS
from crampkg.vocabulary import GRAPHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Self

    from rich.progress import Progress

    from crampkg.answers.document import Block
    from crampkg.cli.parser import Arguments
    from crampkg.push import Comparison

_EXPORT = """\
Write the graph, or a part of it, in an RDF format: the same bytes every time.

The parts are the named graphs: the ontology, the background (ours), the claims (the article's),
the facts that rules derive from affirmed claims (without their hedges, which stand on the claims),
and what reasoning infers. Formats of RDF 1.2 have facts by default, with the claims on them."""

_EXPORT_EXAMPLES = """\
examples:
  crampkg export -o crampkg.ttl
  crampkg export -f jsonld --graph claims -o claims.jsonld
  crampkg export -f nquads --graph facts-without-hedges,inferred > derived.nq"""

_PUSH = """\
Put the five named graphs on a store that you run, by SPARQL Update or the Graph Store Protocol.

They are loaded beside the store's present graphs and swapped in at the end by one request, so that
readers see either the old or the new ones. A store that already holds this graph is left alone. An
interrupted push is resumed by the next."""

_PUSH_EXAMPLES = """\
examples:
  crampkg push --endpoint http://127.0.0.1:7878/query
  crampkg push --endpoint http://127.0.0.1:7878/query --graph-store http://127.0.0.1:7878/store
  CRAMPKG_PASSWORD=... crampkg push --endpoint http://127.0.0.1:8890/sparql-auth --user dba"""

_STATUS = """\
Show which of the five graphs a store holds, and whether its snapshot is the same as the local one.
The exit code is 0 when it is, 1 when it is not, and 3 when the store cannot be reached."""

_STATUS_EXAMPLES = """\
examples:
  crampkg status --endpoint http://127.0.0.1:7878/query
  crampkg status --endpoint http://127.0.0.1:7878/query -f json
  crampkg status --endpoint URL || crampkg push --endpoint URL"""

#: The parts of the graph that can be exported.
_PARTS = (*GRAPHS, "all")

#: The time in seconds before a push first reports its progress, and between lines in a log.
_PATIENCE = 1.0


def _export_parser() -> ArgumentParser:
    words = ArgumentParser("crampkg export", _EXPORT, _EXPORT_EXAMPLES)
    add_format(words, FORMATS, "turtle")
    graph = words.add_argument(
        "--graph",
        metavar="GRAPH",
        type=lambda text: [one_of("graph", name, _PARTS) for name in text.split(",")],
        help=f"one or more, with commas between: {', '.join(_PARTS)} (default: all where the "
        "format names graphs, else what is asserted: ontology, background, claims)",
    )
    completes(graph, lambda _: _PARTS, several=True)
    add_output(words)
    add_endpoint(words)
    add_globals(words)
    return words


def _export(arguments: Arguments) -> int:
    """Export the graph."""
    graph = open_graph(arguments)
    output.write(graph.export(arguments.format, arguments.graph), arguments.output)
    return 0


def _push_parser() -> ArgumentParser:
    words = ArgumentParser("crampkg push", _PUSH, _PUSH_EXAMPLES)
    add_endpoint(words, required=True)
    words.add_argument(
        "--update",
        metavar="URL",
        type=nonempty,
        help="where the store takes SPARQL Update (default: .../update for an endpoint .../query, "
        "else the endpoint)",
    )
    words.add_argument(
        "--graph-store",
        metavar="URL",
        type=nonempty,
        help="load by the Graph Store Protocol, at this address, instead of INSERT",
    )
    words.add_argument("--force", action="store_true", help="push even if the store is current")
    words.add_argument(
        "--chunk",
        metavar="N",
        type=number(wrong="is no whole number"),
        help="about how many triples to send at once (default: 1000, by graph store 50000)",
    )
    words.add_argument(
        "--retries",
        metavar="N",
        type=number(wrong="is no whole number"),
        default=5,
        help="how often to repeat a request after a temporary failure (default: 5)",
    )
    add_globals(words)
    return words


def _push(arguments: Arguments) -> int:
    """Push the graph."""
    graph = open_sources(arguments)
    with _Progress() as progress:
        pushed = graph.push(
            arguments.endpoint,
            update=arguments.update,
            graph_store=arguments.graph_store,
            user=arguments.user,
            timeout=arguments.timeout,
            force=arguments.force,
            size=arguments.chunk or None,
            retries=arguments.retries,
            progress=progress,
            say=output.say,
        )
    from crampkg.engine.transport import shown

    url = shown(arguments.endpoint)
    name = f"snapshot {pushed.wanted.identifier[:16]}"
    if pushed.was_current:
        output.write_text(f"{url} holds {name} already: nothing was done.\n")
        return 0
    kept = f", and took over {pushed.kept} that were sent before" if pushed.kept else ""
    output.write_text(f"{url} now holds {name}: sent {pushed.sent} triples{kept}.\n")
    return 0


class _Progress:
    """Reports the progress of a long push: a bar on a terminal, else a line now and then."""

    def __init__(self) -> None:
        self._reported = time.monotonic()
        self._stack = ExitStack()
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None and time.monotonic() - self._reported < _PATIENCE:
            return
        self._reported = time.monotonic()
        if not output.is_watched():
            output.say(f"{done} of {total} triples are there.")
            return
        if self._bar is None:
            from rich.console import Console
            from rich.progress import Progress

            self._bar = Progress(console=Console(stderr=True), transient=True)
            self._stack.enter_context(self._bar)
            self._bar.add_task("triples", total=total)
        self._bar.update(self._bar.task_ids[0], completed=done)


def _status_parser() -> ArgumentParser:
    words = ArgumentParser("crampkg status", _STATUS, _STATUS_EXAMPLES)
    add_endpoint(words, required=True)
    add_format(words, ("table", "json", "md"), "table")
    add_output(words)
    add_globals(words)
    return words


def _status(arguments: Arguments) -> int:
    """Compare the store; return 1 when it is not current."""
    graph = open_sources(arguments)
    compared = graph.compare(arguments.endpoint, user=arguments.user, timeout=arguments.timeout)
    show_document(arguments, lambda: _blocks(compared), lambda: _data(compared))
    return 0 if compared.is_current else 1


def _blocks(compared: Comparison) -> list[Block]:
    there, here = compared.state, compared.wanted
    rows = [(name, str(there.triples[iri]), str(here.triples[iri])) for name, iri in GRAPHS.items()]
    rows.append(("snapshot", there.identifier[:16] or "none", here.identifier[:16]))
    numbers = frozenset({"there", "here"})
    return [Table(("graph", "there", "here"), tuple(rows), numbers), Paragraph(_verdict(compared))]


def _verdict(compared: Comparison) -> str:
    """Return the result of the comparison in one or two sentences, with what to do."""
    from crampkg.engine.transport import shown

    url = shown(compared.endpoint)
    sentence = f"{url} holds this very graph."
    if compared.state.is_served and not compared.is_current:
        return (
            f"{url} is a server of crampkg with another graph, and takes no push. Start "
            "`crampkg serve` anew with these sources."
        )
    if not any(compared.state.triples.values()):
        sentence = f"{url} holds none of the graphs. `crampkg push` puts them there."
    elif not compared.state.identifier:
        sentence = f"{url} does not tell what it holds. `crampkg push` replaces it."
    elif compared.state.identifier != compared.wanted.identifier:
        sentence = f"{url} holds another graph. `crampkg push` replaces it."
    elif not compared.is_current:
        sentence = f"{url} has changed since the push. `crampkg push` mends it."
    if compared.state.loading:
        sentence += " A push to it has not ended: push again, and it goes on."
    return sentence


def _data(compared: Comparison) -> dict[str, Any]:
    from crampkg.engine.transport import shown

    there, here = compared.state, compared.wanted
    return {
        "endpoint": shown(compared.endpoint),
        "current": compared.is_current,
        "snapshot": {"there": there.identifier or None, "here": here.identifier},
        "graphs": [
            {"name": name, "iri": iri, "there": there.triples[iri], "here": here.triples[iri]}
            for name, iri in GRAPHS.items()
        ],
        "loading": sum(there.loading.values()),
    }


COMMANDS = {
    "export": Command(_export_parser, _export),
    "push": Command(_push_parser, _push),
    "status": Command(_status_parser, _status),
}
