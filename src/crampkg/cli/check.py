"""`crampkg check`, `verify` and `fmt`: validation and canonical form of sources."""

from __future__ import annotations

import gc
import os

from crampkg.answers.document import Findings, Lines, Paragraph, Tight
from crampkg.articles.tables import format_table, is_table
from crampkg.cli import output
from crampkg.cli.parser import (
    ArgumentParser,
    Command,
    add_article,
    add_format,
    add_globals,
    add_output,
    nonempty,
)
from crampkg.cli.shared import find_sources, show_document
from crampkg.errors import SourceError, UsageError
from crampkg.sources import Sources, enclosing_root, inside, listed_folders, prove, read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crampkg.answers.document import Block
    from crampkg.check import Report
    from crampkg.cli.parser import Arguments

_CHECK = """\
Check the sources, or files of your own beside them: syntax, SHACL shapes, consistency, and the
truth rules (no word made stronger, no hedge lost, no denied claim a fact, no span without a
claim). With a copy of the article its words and digests are compared too.

The exit code is 0 when nothing is wrong and 1 when something is."""

_CHECK_EXAMPLES = """\
examples:
  crampkg check
  crampkg check data/concepts/anatomy.ttl
  crampkg check --article article.txt
  crampkg check -f json"""

_VERIFY = """\
Compare every recorded span with a copy of the article's text: the characters from its start to
its end must have the recorded SHA-256.

The exit code is 0 when all spans fit and 1 when some do not."""

_VERIFY_EXAMPLES = """\
examples:
  crampkg verify article.txt
  crampkg verify article.txt -f json"""

_FMT = """\
Bring Turtle files and the tables of articles into the project's canonical form. Turtle has one
block a term, sorted, so that adding a line changes one line; a table has its columns in order, tabs
between them, and its rows in the order of the article. The graph in a file stays the same.

Of a folder, the Turtle files and tables of the sources in it are formatted (ontology, data,
queries, rules) and nothing else; a file from elsewhere has to be named. A link among them, and a
file of another kind that you name, is left as it is; a line says so, and the exit code is then 2.

With --check nothing is written, and the exit code is 1 when a file is not in that form."""

_FMT_EXAMPLES = """\
examples:
  crampkg fmt
  crampkg fmt data/concepts/anatomy.ttl
  crampkg fmt --check"""

_FORMATS = ("table", "json", "md")


def _check_parser() -> ArgumentParser:
    words = ArgumentParser("crampkg check", _CHECK, _CHECK_EXAMPLES)
    words.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        type=nonempty,
        help="a file or folder; none means all sources",
    )
    add_article(words, "a copy of the article to compare with")
    add_format(words, _FORMATS, "table")
    add_output(words)
    add_globals(words)
    return words


def _check(arguments: Arguments) -> int:
    """Check; return 1 when there are findings."""
    # A check makes a great many objects and hardly any circle of them: the collector would take a
    # twentieth of the time.
    gc.set_threshold(100_000, 20, 20)

    from crampkg.check import run

    article = arguments.article or os.environ.get("CRAMPKG_ARTICLE") or None
    return _show(run(find_sources(arguments), arguments.paths, article), arguments)


def _verify_parser() -> ArgumentParser:
    words = ArgumentParser("crampkg verify", _VERIFY, _VERIFY_EXAMPLES)
    words.add_argument(
        "article", metavar="ARTICLE", type=nonempty, help="the article as a UTF-8 text file"
    )
    add_format(words, _FORMATS, "table")
    add_output(words)
    add_globals(words)
    return words


def _verify(arguments: Arguments) -> int:
    """Compare the spans; return 1 when one does not fit."""
    from crampkg.check import verify

    return _show(verify(find_sources(arguments), arguments.article), arguments)


def _show(report: Report, arguments: Arguments) -> int:
    """Write `report` in the format of `arguments`; return 1 if it has findings, else 0."""
    show_document(arguments, lambda: _blocks(report), lambda: _data(report))
    return 1 if report.findings else 0


def _blocks(report: Report) -> Iterator[Block]:
    if report.findings:
        yield Findings(report.findings)
    if report.notes:
        yield Tight(Lines(report.notes, is_aside=True))
    yield Tight(Paragraph(f"{report.summary}.", "bold red" if report.findings else "bold green"))


def _data(report: Report) -> dict[str, Any]:
    return {
        "summary": report.summary,
        "checks": report.checks,
        "things": report.things,
        "notes": report.notes,
        "findings": [finding._asdict() for finding in report.findings],
    }


def _fmt_parser() -> ArgumentParser:
    words = ArgumentParser("crampkg fmt", _FMT, _FMT_EXAMPLES)
    words.add_argument(
        "paths",
        nargs="*",
        metavar="PATH",
        type=nonempty,
        help="a file, or a folder of sources; none means all",
    )
    words.add_argument("--check", action="store_true", help="only list the files that would change")
    add_globals(words)
    return words


def _fmt(arguments: Arguments) -> int:
    """Format; return 1 if `--check` finds a file to change, 2 if one cannot be formatted."""
    from crampkg.turtle import format_file, format_text

    paths = list(_files(arguments.paths) if arguments.paths else _sources(arguments))
    changed: list[str] = []
    refused = 0
    for path in paths:
        try:
            _prove(path)
            form = _format_table if is_table(_slashed(path)) else format_text
            if format_file(path, form, check=arguments.check):
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
    for path in _formatted(sources):
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
        files = [file for file in _formatted(Sources(root)) if file.startswith(above)]
        if not files:
            message = (
                f"{path} holds nothing to format. Name a file, or a folder that has some "
                f"below {listed_folders()}."
            )
            raise SourceError(message, path=path)
        yield from (os.path.join(path, file.removeprefix(above)) for file in files)


def _formatted(sources: Sources) -> list[str]:
    """Return the paths of the source files that have a canonical form."""
    return [sources.path(name) for name in sources.files() if _has_form(name)]


def _has_form(name: str) -> bool:
    return name.endswith(".ttl") or is_table(name)


def _format_table(text: str, path: str) -> str:
    """Return a table in canonical form, its rows in the order of the statements beside it."""
    statements = os.path.join(os.path.dirname(path), "statements.tsv")
    there = os.path.isfile(statements)
    return format_table(text, _slashed(path), read_text(statements, statements) if there else "")


def _slashed(path: str) -> str:
    return path.replace(os.sep, "/")


def _prove(path: str) -> None:
    """Raise `SourceError` for a file that cannot be formatted, or one behind a link."""
    if not os.path.lexists(path):
        return  # reading it will raise
    if not _has_form(_slashed(path)):
        message = (
            f"{path} is no Turtle file and no table of an article by its name, so it was not "
            "touched. Name such files."
        )
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


COMMANDS = {
    "check": Command(_check_parser, _check),
    "verify": Command(_verify_parser, _verify),
    "fmt": Command(_fmt_parser, _fmt),
}
