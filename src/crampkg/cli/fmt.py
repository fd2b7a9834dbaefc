"""`crampkg fmt`: Turtle files in the canonical form."""

from __future__ import annotations

import os

from crampkg.cli import output
from crampkg.cli.opening import find_sources
from crampkg.cli.parser import ArgumentParser, add_globals
from crampkg.errors import SourceError, UsageError
from crampkg.sources import is_below_sources

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.cli.parser import Arguments

DESCRIPTION = """\
Bring Turtle files into the project's canonical form: one block a term, sorted, so that adding a
line changes one line. The graph in a file stays the same.

With --check nothing is written, and the exit code is 1 when a file is not in that form."""

EXAMPLES = """\
examples:
  crampkg fmt
  crampkg fmt data/concepts/anatomy.ttl
  crampkg fmt --check"""


def parser() -> ArgumentParser:
    """Return the parser of the words after `fmt`."""
    words = ArgumentParser("crampkg fmt", DESCRIPTION, EXAMPLES)
    words.add_argument(
        "paths", nargs="*", metavar="PATH", help="a file, or a folder of sources; none means all"
    )
    words.add_argument("--check", action="store_true", help="only tell which files would change")
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Format; 1 when `--check` finds a file that would change, 2 when one cannot be read."""
    from crampkg.turtle import format_file

    paths = list(
        _files(arguments.paths, rewrites=not arguments.check)
        if arguments.paths
        else _sources(arguments)
    )
    changed: list[str] = []
    broken = 0
    for path in paths:
        try:
            if format_file(path, check=arguments.check):
                changed.append(path)
                output.write_text(f"{path}\n")
                output.flush()
        except SourceError as error:
            output.say(str(error))
            broken += 1
    did = "would change" if arguments.check else "changed"
    output.say(f"{len(changed)} of {len(paths)} files {did}.")
    if broken:
        return SourceError.exit_code
    return 1 if arguments.check and changed else 0


def _sources(arguments: Arguments) -> Iterator[str]:
    sources = find_sources(arguments)
    if sources.carried_snapshot is not None:
        message = "The built-in sources are not yours to format. Name your files."
        raise UsageError(message)
    here = os.getcwd()
    for name in sources.files():
        if name.endswith(".ttl"):
            path = sources.path(name)
            near = os.path.relpath(path, here)
            yield path if near.startswith("..") else near


def _files(paths: list[str], *, rewrites: bool) -> Iterator[str]:
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        if rewrites and not is_below_sources(path):
            message = (
                f"{path} is no part of a folder with ontology, data, queries and rules, so nothing "
                "below it was touched. Name the files to format."
            )
            raise UsageError(message)
        found = list(_below(path))
        if not found:
            message = f"{path} holds nothing to format. Name a .ttl file, or a folder with some."
            raise SourceError(message, path=path)
        yield from found


def _below(folder: str) -> Iterator[str]:
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(names):
            if name.endswith(".ttl"):
                yield os.path.join(parent, name)
