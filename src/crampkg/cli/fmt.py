"""`crampkg fmt`: Turtle files in the canonical form."""

from __future__ import annotations

import os

from crampkg.cli import output
from crampkg.cli.opening import find_sources
from crampkg.cli.parser import ArgumentParser, add_globals, filled
from crampkg.errors import SourceError, UsageError
from crampkg.sources import Sources, enclosing_root, inside, listed_folders, prove

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.cli.parser import Arguments

DESCRIPTION = """\
Bring Turtle files into the project's canonical form: one block a term, sorted, so that adding a
line changes one line. The graph in a file stays the same.

Of a folder, the .ttl files of the sources in it are formatted (ontology, data, queries, rules) and
nothing else; a file from elsewhere has to be named. A link among them, and a file that you name and
that is no .ttl file, is left as it is; a line says so, and the exit code is then 2.

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
        "paths",
        nargs="*",
        metavar="PATH",
        type=filled,
        help="a file, or a folder of sources; none means all",
    )
    words.add_argument("--check", action="store_true", help="only tell which files would change")
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Format; 1 when `--check` finds a file that would change, 2 when one cannot be formatted."""
    from crampkg.turtle import format_file

    paths = list(_files(arguments.paths) if arguments.paths else _sources(arguments))
    changed: list[str] = []
    refused = 0
    for path in paths:
        try:
            _prove(path)
            if format_file(path, check=arguments.check):
                changed.append(path)
                output.write_text(f"{path}\n")
                output.flush()
        except SourceError as error:
            output.say(str(error))
            refused += 1
    did = "would change" if arguments.check else "changed"
    output.say(f"{len(changed)} of {len(paths)} files {did}.")
    if refused:
        return SourceError.exit_code
    return 1 if arguments.check and changed else 0


def _sources(arguments: Arguments) -> Iterator[str]:
    sources = find_sources(arguments)
    if sources.carried_snapshot is not None:
        message = "The built-in sources are not yours to format. Name your files."
        raise UsageError(message)
    here = os.getcwd()
    for path in _turtle(sources):
        near = inside(path, here)
        yield path if near is None else os.path.normpath(near)


def _files(paths: list[str]) -> Iterator[str]:
    for path in paths:
        if not os.path.isdir(path):
            yield path
            continue
        root = enclosing_root(path)
        if root is None or os.path.islink(path):
            problem = "is a link" if root else f"is no part of a folder with {listed_folders()}"
            message = (
                f"{path} {problem}, so nothing below it was touched. Name the files to format."
            )
            raise UsageError(message)
        above = os.path.join(os.path.abspath(path), "")
        found = [file for file in _turtle(Sources(root)) if file.startswith(above)]
        if not found:
            message = (
                f"{path} holds nothing to format. Name a .ttl file, or a folder that has some "
                f"below {listed_folders()}."
            )
            raise SourceError(message, path=path)
        yield from (os.path.join(path, file.removeprefix(above)) for file in found)


def _turtle(sources: Sources) -> list[str]:
    return [sources.path(name) for name in sources.files() if name.endswith(".ttl")]


def _prove(path: str) -> None:
    """Raise `SourceError` for what is no Turtle file by its name, or stands behind a link."""
    if not os.path.lexists(path):
        return  # reading it says so
    if not path.endswith(".ttl"):
        message = f"{path} is no Turtle file by its name, so it was not touched. Name .ttl files."
        raise SourceError(message, path=path)
    prove(path, path)
    root = enclosing_root(path) or os.path.dirname(os.path.abspath(path))
    way = os.path.relpath(os.path.abspath(path), root)
    straight = os.path.join(os.path.realpath(root), way)
    if os.path.normcase(os.path.realpath(path)) != os.path.normcase(straight):
        message = (
            f"{path} is a link, or stands behind one, so it was not touched. Name the file that "
            "it leads to."
        )
        raise SourceError(message, path=path)
