"""`crampkg push`: the graph on a store of the user's."""

from __future__ import annotations

import time
from contextlib import ExitStack

from crampkg.cli import output
from crampkg.cli.opening import open_sources
from crampkg.cli.parser import ArgumentParser, add_endpoint, add_globals, filled, number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Self

    from rich.progress import Progress

    from crampkg.cli.parser import Arguments

DESCRIPTION = """\
Put the five named graphs on a store that you run, by SPARQL Update or the Graph Store Protocol.

They are loaded beside the graphs that are there and swapped in at the end by one request, so that
readers see the old or the new. A store that holds this very graph is left alone. A push that was
ended by whatever is taken up where it was by the next."""

EXAMPLES = """\
examples:
  crampkg push --endpoint http://127.0.0.1:7878/query
  crampkg push --endpoint http://127.0.0.1:7878/query --graph-store http://127.0.0.1:7878/store
  CRAMPKG_PASSWORD=... crampkg push --endpoint http://127.0.0.1:8890/sparql-auth --user dba"""

#: A push that takes no longer than this, in seconds, needs no word about how far it is; nor does
#: a log more often.
_PATIENCE = 1.0


def parser() -> ArgumentParser:
    """Return the parser of the words after `push`."""
    words = ArgumentParser("crampkg push", DESCRIPTION, EXAMPLES)
    add_endpoint(words, required=True)
    words.add_argument(
        "--update",
        metavar="URL",
        type=filled,
        help="where the store takes SPARQL Update (default: .../update for an endpoint .../query, "
        "else the endpoint)",
    )
    words.add_argument(
        "--graph-store",
        metavar="URL",
        type=filled,
        help="load by the Graph Store Protocol, at this address, instead of INSERT",
    )
    words.add_argument("--force", action="store_true", help="push even what is there already")
    words.add_argument(
        "--chunk",
        metavar="N",
        type=number,
        help="about how many triples to send at once (default: 1000, by graph store 50000)",
    )
    words.add_argument(
        "--retries",
        metavar="N",
        type=number,
        default=5,
        help="how often to send again what may go well later (default: 5)",
    )
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Push."""
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
    """Tells how far a push is that takes its time: a bar on a terminal, else a line at times."""

    def __init__(self) -> None:
        self._told = time.monotonic()
        self._stack = ExitStack()
        self._bar: Progress | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def __call__(self, done: int, total: int) -> None:
        if self._bar is None and time.monotonic() - self._told < _PATIENCE:
            return
        self._told = time.monotonic()
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
