"""`crampkg completion`: shell completion of commands, questions, values and terms."""

from __future__ import annotations

import os

from crampkg.cli import output
from crampkg.cli.ask import AskParser
from crampkg.cli.parser import (
    SUMMARIES,
    ArgumentParser,
    Arguments,
    Command,
    add_globals,
    begins,
    command,
    completes,
    one_of,
    overview,
)
from crampkg.cli.shared import open_graph

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from argcomplete.finders import CompletionFinder

SHELLS = ("bash", "zsh", "fish")

DESCRIPTION = """\
Print the script that lets a shell complete commands, options, the ids of questions, the values
of their parameters, and the names of concepts."""

EXAMPLES = """\
examples:
  eval "$(crampkg completion bash)"                                   in ~/.bashrc
  eval "$(crampkg completion zsh)"                                    in ~/.zshrc, after compinit
  crampkg completion fish > ~/.config/fish/completions/crampkg.fish"""


def _parser() -> ArgumentParser:
    words = ArgumentParser("crampkg completion", DESCRIPTION, EXAMPLES)
    shell = words.add_argument(
        "shell",
        metavar="SHELL",
        type=lambda text: one_of("shell", text, SHELLS),
        help=", ".join(SHELLS),
    )
    completes(shell, lambda _: SHELLS)
    add_globals(words)
    return words


def _run(arguments: Arguments) -> int:
    """Print the script."""
    from argcomplete.shell_integration import shellcode

    output.write_text(shellcode(["crampkg"], shell=arguments.shell) + "\n")
    return 0


def answer_shell() -> None:
    """Answer a shell's request for completions, and end the process."""
    whole = ArgumentParser("crampkg", "")
    add_globals(whole)
    whole.add_argument("--version", action="store_true", help="show the version")
    commands = whole.add_subparsers(parser_class=_parser_of)  # type: ignore[call-overload]  # a function makes parsers too
    for name, summary in SUMMARIES.items():
        commands.add_parser(name, help=summary)
    _finder()(whole, validator=begins)


def _finder() -> CompletionFinder:
    """Return a finder that offers options only after a `-`, or where nothing else fits."""
    from argcomplete.finders import CompletionFinder

    class Finder(CompletionFinder):
        def collect_completions(self, *given: Any) -> list[str]:
            known = super().collect_completions(*given)
            return [word for word in known if not word.startswith("-")] or known

    return Finder()


def _parser_of(prog: str, **_: object) -> ArgumentParser:
    name = prog.rsplit(maxsplit=1)[-1]
    return _ask_parser() if name == "ask" else command(name).parser()


def _ask_parser() -> ArgumentParser:
    """Return the parser of `ask`, with the parameters of the question on the command line."""
    words = os.environ.get("COMP_LINE", "").split()
    arguments = Arguments()
    overview().parse_known_args(words[1:], arguments)
    questions = open_graph(arguments).questions()
    return AskParser(next((question for question in questions if question.id in words), None))


COMMANDS = {"completion": Command(_parser, _run)}
