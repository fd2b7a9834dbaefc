"""The grammar of the command line: global options, and a parser for every command."""

from __future__ import annotations

import argparse
import contextlib
import importlib
import os

from crampkg.cli import output
from crampkg.errors import SourceError, UsageError, suggest
from crampkg.model import Subject
from crampkg.sources import Sources, read_subject
from crampkg.text import capitalized, similar, whole_number
from crampkg.vocabulary import KG, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import NoReturn

    from _typeshed import SupportsWrite

    from crampkg.model import Term


class Command:
    """A command: a function that makes its parser, and one that runs it."""

    def __init__(
        self, parser: Callable[[], ArgumentParser], run: Callable[[Arguments], int]
    ) -> None:
        self.parser = parser
        self.run = run


#: The commands in the order of the overview, with summaries.
SUMMARIES = {
    "ask": "answer a question of the library, or list them all",
    "query": "run a SPARQL query of your own",
    "describe": "show one concept: definition, claims for and against, evidence",
    "why": "explain how a triple follows, down to the article's words",
    "export": "write the graph, or a part of it, as RDF",
    "serve": "serve the graph over HTTP: SPARQL, questions, concepts",
    "push": "put the graph on a store of your own",
    "status": "show what a store holds, and whether it is current",
    "check": "check syntax, shapes, consistency and the truth rules",
    "verify": "compare the recorded spans with a copy of the article",
    "fmt": "bring Turtle files and tables into the canonical form",
    "article": "anchor the spans of an article in a revised text",
    "completion": "print the completion script for a shell",
}

#: The modules of `crampkg.cli` for commands that have no module of their own name.
_MODULES = {
    "query": "ask",
    "describe": "explain",
    "why": "explain",
    "export": "stores",
    "push": "stores",
    "status": "stores",
    "verify": "check",
    "fmt": "check",
}

DESCRIPTION = """\
{topic}: the claims of articles as a knowledge graph, each with how firmly it is made and the
citation that it stands on."""

EXAMPLES = """\
examples:
  crampkg ask
      the questions that it can answer
  crampkg ask claims-about --help
      one of them, with what it takes
  crampkg describe NAME
      one concept, with what is claimed for and against it

Each command has its own help: crampkg ask --help"""

#: The longest timeout, in seconds.
_MOST_SECONDS = 24 * 3600


class Arguments(argparse.Namespace):
    """The parsed command line. Commands add attributes of their own."""

    command: str | None
    words: list[str]  # after the command
    sources: str | None = None
    no_color: bool = False
    version: bool = False


class HelpFormatter(argparse.RawDescriptionHelpFormatter):
    """Help as wide as the terminal, up to 100 columns.

    argparse itself would import shutil to measure the width, which takes longer than importing
    argparse.
    """

    def __init__(self, prog: str) -> None:
        super().__init__(prog, max_help_position=26, width=_help_width())

    def _fill_text(self, text: str, width: int, indent: str) -> str:
        """Return a text with rewrapped paragraphs; indented examples are left as they are."""
        import itertools
        import textwrap

        lines: list[str] = []
        for is_prose, block in itertools.groupby(
            text.splitlines(), lambda line: bool(line) and line[0] != " "
        ):
            if is_prose:
                lines += textwrap.wrap(" ".join(block), width)
            else:
                lines += block
        return "\n".join(f"{indent}{line}" for line in lines)


class _Help(argparse.Action):
    """Shows the help, with the examples of the sources named before it."""

    def __call__(
        self, parser: argparse.ArgumentParser, namespace: argparse.Namespace, *_: object
    ) -> None:
        if isinstance(parser, ArgumentParser):
            parser.print_help(sources=getattr(namespace, "sources", None))
        parser.exit()


class ArgumentParser(argparse.ArgumentParser):
    """A parser whose errors are `UsageError` in sentences, and that never abbreviates."""

    def __init__(
        self, prog: str, description: str, epilog: str = "", *, add_help: bool = True
    ) -> None:
        super().__init__(
            prog=prog,
            description=description,
            epilog=epilog,
            formatter_class=HelpFormatter,
            add_help=False,
            allow_abbrev=False,
        )
        if add_help:
            self.add_argument(
                "-h", "--help", action=_Help, nargs=0, help="show this help message and exit"
            )

    def print_help(
        self, file: SupportsWrite[str] | None = None, sources: str | None = None
    ) -> None:
        """Write the help to `file`, else to standard output, with the examples of `sources`."""
        text = self.format_help(sources)
        if file is None:
            output.write_text(text)
        else:
            file.write(text)

    def format_help(self, sources: str | None = None) -> str:
        """Return the help, with the topic and the examples of `sources` where they have some."""
        subject = Subject()
        with contextlib.suppress(SourceError):  # the command will report it
            subject = read_subject(Sources.find(sources))
        topic = subject.topic or "articles"
        about, usual = self.description or "", self.epilog or ""
        _, _, closing = usual.partition("\n\n")
        shown = subject.examples.get(self.prog.rpartition(" ")[2], "").strip("\n")
        self.description = about.replace("{topic}", capitalized(topic))
        if shown:
            self.epilog = f"examples:\n{shown}" + (f"\n\n{closing}" if closing else "")
        try:
            return super().format_help()
        finally:
            self.description, self.epilog = about, usual

    def error(self, message: str) -> NoReturn:
        """Raise `UsageError` with argparse's message as a sentence that names the help."""
        sentence = message.removeprefix("argument ")
        raise UsageError(f"{sentence[0].upper()}{sentence[1:]}. See {self.prog} --help.")

    def parse_whole(self, words: Sequence[str], into: Arguments) -> None:
        """Parse `words` into `into`. Raises `UsageError` with suggestions for an unknown word."""
        _, left = self.parse_known_args(words, into)
        if left:
            self.refuse(left[0])

    def refuse(self, word: str) -> NoReturn:
        """Raise `UsageError` for a word that no argument takes."""
        if not word.startswith("-"):
            self.error(f"there is a word too many: {word!r}")
        option = word.partition("=")[0]
        known = [name for name in self._option_string_actions if name.startswith("--")]
        offer = suggest(similar(option, known)) or f" See {self.prog} --help."
        raise UsageError(f"{self.prog} has no option {option}.{offer}")


def parse(argv: Sequence[str]) -> tuple[Command, Arguments] | None:
    """Return the command that `argv` names, and its arguments.

    Without a command, or with --version, shows the overview or the version and returns None.
    Raises `UsageError` for invalid arguments, SystemExit after a command's help.
    """
    arguments = Arguments()
    top = overview()
    top.parse_whole(argv, arguments)
    if arguments.version:
        from crampkg import __version__

        output.write_text(f"crampkg {__version__}\n")
        return None
    if arguments.command is None:
        top.print_help(sources=arguments.sources)
        return None
    chosen = command(arguments.command)
    chosen.parser().parse_whole(arguments.words, arguments)
    return chosen, arguments


def overview() -> ArgumentParser:
    """Return the parser of the arguments up to the command; its help is the overview."""
    width = max(map(len, SUMMARIES))
    commands = "\n".join(f"  {name:<{width}}  {summary}" for name, summary in SUMMARIES.items())
    parser = ArgumentParser("crampkg", f"{DESCRIPTION}\n\ncommands:\n{commands}", EXAMPLES)
    parser.usage = "crampkg [options] COMMAND ..."
    add_globals(parser)
    parser.add_argument("--version", action="store_true", help="show the version")
    parser.add_argument("command", nargs="?", help=argparse.SUPPRESS)
    parser.add_argument("words", nargs=argparse.REMAINDER, help=argparse.SUPPRESS)
    return parser


def command(name: str) -> Command:
    """Return the command `name`. Raises `UsageError` with suggestions if there is none."""
    if name not in SUMMARIES:
        offer = suggest(similar(name, SUMMARIES)) or f" There are: {', '.join(SUMMARIES)}."
        raise UsageError(f"crampkg has no command {name!r}.{offer}")
    module = importlib.import_module(f"crampkg.cli.{_MODULES.get(name, name)}")
    chosen: Command = module.COMMANDS[name]
    return chosen


def add_globals(parser: argparse.ArgumentParser) -> None:
    """Add the options that every command has, before or after its name."""
    group = parser.add_argument_group("everywhere")
    group.add_argument(
        "--sources",
        metavar="DIR",
        type=nonempty,
        default=argparse.SUPPRESS,
        help="a folder with ontology, data, queries and rules, instead of the built-in ones"
        " (or set CRAMPKG_SOURCES)",
    )
    group.add_argument(
        "--no-color",
        action="store_true",
        default=argparse.SUPPRESS,
        help="no colours on a terminal (or set NO_COLOR)",
    )


def add_format(
    parser: argparse.ArgumentParser,
    names: Iterable[str],
    default: str | None,
    usual: str = "",
    shown: str = "",
) -> None:
    """Add `-f`, one of `names`; `usual` describes the default in words.

    `shown` replaces the list of names in the help, where some names fit only some answers.
    """
    known = tuple(dict.fromkeys(names))
    option = parser.add_argument(
        "-f",
        "--format",
        metavar="FORMAT",
        type=lambda text: one_of("format", text, known),
        default=default,
        help=f"{shown or ', '.join(known)} (default: {usual or default})",
    )
    completes(option, lambda _: known)


def add_article(parser: argparse.ArgumentParser, purpose: str) -> None:
    """Add `--article`; its help begins with `purpose`."""
    parser.add_argument(
        "--article", metavar="FILE", type=nonempty, help=f"{purpose} (or set CRAMPKG_ARTICLE)"
    )


def add_output(parser: argparse.ArgumentParser) -> None:
    """Add `-o`."""
    parser.add_argument(
        "-o",
        "--output",
        metavar="FILE",
        type=_place,
        help="write to FILE, whole or not at all; - is standard output",
    )


def _place(text: str) -> str | None:
    """Return the file that `-o` names, or None for standard output."""
    if not text:
        message = "-o needs the name of a file, or - for standard output."
        raise UsageError(message)
    return None if text == "-" else text


def nonempty(text: str) -> str:
    """Return a text unless it is empty.

    An unset variable in a script would otherwise silently mean the default.
    """
    if not text.strip():
        message = "it is empty: give it a value, or leave it out"
        raise argparse.ArgumentTypeError(message)
    return text


def add_endpoint(parser: argparse.ArgumentParser, *, required: bool = False) -> None:
    """Add the options for a SPARQL endpoint: address, user and timeout."""
    group = parser.add_argument_group("a store elsewhere")
    group.add_argument(
        "--endpoint",
        metavar="URL",
        required=required,
        help="a SPARQL endpoint (http or https)"
        + ("" if required else ", instead of the built-in engine"),
    )
    group.add_argument(
        "--user",
        metavar="NAME",
        type=nonempty,
        help="whose password is in CRAMPKG_PASSWORD or netrc; a token is read from CRAMPKG_TOKEN",
    )
    group.add_argument(
        "--timeout",
        metavar="SECONDS",
        type=_seconds,
        default=60.0,
        help="for each request to the endpoint (default: 60)",
    )


def completes(
    action: argparse.Action,
    values: Callable[[argparse.Namespace], Iterable[str]],
    *,
    several: bool = False,
) -> None:
    """Let the shell complete the value of `action` from `values`, given the arguments so far.

    With `several`, a value may follow others and a comma.
    """

    def completer(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
        before = prefix[: prefix.rfind(",") + 1] if several else ""
        return [before + value for value in values(parsed_args)]

    action.completer = completer  # type: ignore[attr-defined]  # argcomplete's interface


def is_concept(term: Term) -> bool:
    """Return whether a term is a concept, not a class and not a part of an article."""
    return term.iri.startswith(KG) and "/" not in term.iri.removeprefix(KG)


def completes_names(
    action: argparse.Action,
    terms: Callable[[argparse.Namespace], Iterable[Term]],
    *,
    briefly: Callable[[Term], bool] = lambda _: True,
) -> None:
    """Let the shell complete the value of `action` by a name of one of `terms`.

    The kind of name follows from the typed text: a CURIE if it has a colon, a label if it has a
    blank, else the short name or a synonym of one word, of a term that `briefly` admits. If none of
    these begins with the text, all names are offered.
    """

    def completer(prefix: str, parsed_args: argparse.Namespace, **_: object) -> list[str]:
        from crampkg.names import names

        known = list(terms(parsed_args))
        if ":" in prefix:
            return [compress(term.iri) for term in known]
        brief = [term for term in known if briefly(term)]
        if " " in prefix:
            shown = [term.label for term in known]
        else:
            shown = [slug(term.iri) for term in brief]
            if prefix:
                shown += [name for term in brief for name in term.synonyms if " " not in name]
        if not any(begins(name, prefix) for name in shown):
            shown = [name for term in brief for name in names(term)]
        unique: dict[str, str] = {}
        for name in shown:
            unique.setdefault(name.casefold(), name)
        return list(unique.values())

    action.completer = completer  # type: ignore[attr-defined]  # as above


def begins(value: str, typed: str) -> bool:
    """Return whether a value begins with the typed text, ignoring case."""
    return value.casefold().startswith(typed.casefold())


def one_of(what: str, text: str, names: Sequence[str]) -> str:
    """Return `text` if it is one of `names`. Raises `UsageError` with suggestions if not."""
    if text in names:
        return text
    offer = suggest(similar(text, names))
    raise UsageError(f"There is no {what} {text!r} here.{offer} Choose from {', '.join(names)}.")


def slug(iri: str) -> str:
    """Return the local name, which needs no quotes in a shell: `rest` for kg:rest."""
    return compress(iri).rpartition(":")[2]


def number(least: int = 0, most: int = 10**9, wrong: str = "") -> Callable[[str], int]:
    """Return an argparse type for a whole number; `wrong` ends the error for another text."""

    def read(text: str) -> int:
        value = whole_number(text, least, most)
        if value is None:
            reason = wrong or f"is not a number from {least} to {most:,}"
            message = f"{text[:20]!r} {reason}"
            raise argparse.ArgumentTypeError(message)
        return value

    return read


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _MOST_SECONDS:
        message = f"{text!r} is no number of seconds: give more than 0, and a day at most"
        raise argparse.ArgumentTypeError(message)
    return seconds


def _help_width() -> int:
    width = whole_number(os.environ.get("COLUMNS", ""), 0)
    if width is None:
        try:
            width = os.get_terminal_size().columns
        except OSError:  # not a terminal
            width = 80
    return min(max(width, 40), 100) - 2
