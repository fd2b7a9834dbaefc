"""`crampkg ask`: a question of the library, answered or listed."""

from __future__ import annotations

import argparse

from crampkg.answers import formats
from crampkg.answers.sentences import filled
from crampkg.cli import output
from crampkg.cli.opening import open_graph
from crampkg.cli.parser import (
    ArgumentParser,
    add_article,
    add_endpoint,
    add_format,
    add_globals,
    add_output,
    completes,
    completes_names,
    one_of,
    slug,
)
from crampkg.cli.show import on_terminal, quoted, show_answer
from crampkg.errors import SourceError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import Any

    from rich.console import Console

    from crampkg.answers.answer import Answer
    from crampkg.cli.parser import Arguments
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Parameter, Question, Term

DESCRIPTION = "Answer a question of the library. Without a question, list them all."

EXAMPLES = """\
examples:
  crampkg ask
  crampkg ask --tag anatomy
  crampkg ask arteries-explaining-pain
  crampkg ask arteries-explaining-pain --site calf --site foot
  crampkg ask arteries-explaining-pain --site thigh -f csv > thigh.csv
  crampkg ask arteries-explaining-pain --show-query | crampkg query -

Each question has its own help: crampkg ask arteries-explaining-pain --help"""

LIST_FORMATS = ("table", "json")

#: How many values a parameter's help names.
_NAMED = 8


class AskParser(ArgumentParser):
    """The parser of `ask`: of the command alone, or with the options of one question.

    With a graph, the help of those options names values that they take.
    """

    def __init__(
        self, question: Question | None = None, graph: KnowledgeGraph | None = None
    ) -> None:
        prog = f"crampkg ask {question.id}" if question else "crampkg ask"
        about = f"{_gapped(question)}\n\n{question.summary}" if question else DESCRIPTION
        super().__init__(prog, about, EXAMPLES, add_help=False)
        word = self.add_argument(
            "id",
            nargs="?",
            metavar="ID",
            help=argparse.SUPPRESS if question else "the question; without one they are listed",
        )
        completes(word, lambda typed: [each.id for each in open_graph(typed).questions()])
        if question is not None:
            self.usage = f"{prog} [options]"
            self.epilog = _examples(question, graph)
            if question.params:
                self._add_parameters(question, graph)
        of_rows, of_graph = formats.names("select"), formats.names("graph")
        shown = (
            f"{', '.join(LIST_FORMATS)} for the list; {', '.join(of_rows)} for rows; "
            f"{', '.join(of_graph)} for a graph"
        )
        if question is not None:
            shown = ", ".join(of_rows if question.form == "select" else of_graph)
        add_format(self, (*of_rows, *of_graph), "table", shown=shown)
        add_output(self)
        tag = self.add_argument(
            "--tag",
            metavar="TAG",
            help=argparse.SUPPRESS if question else "list only the questions with this tag",
        )
        completes(tag, lambda typed: _tags(open_graph(typed).questions()))
        self.add_argument(
            "--show-query", action="store_true", help="print the SPARQL that answers, and no more"
        )
        add_article(self, "a copy of the article to quote from")
        add_endpoint(self)
        self.add_argument("-h", "--help", action="store_true", help="show this help")
        add_globals(self)

    def parse_whole(self, words: Sequence[str], into: Arguments) -> None:
        """Parse `words`; when they name a question, with its parameters as options."""
        _, left = self.parse_known_args(words, into)
        if into.id is None:
            if left:
                self.refuse(left[0])
            return
        into.graph = open_graph(into)
        known = {question.id for question in into.graph.questions()}
        # The value of an option that is not known yet may stand where the question was expected.
        named = next((word for word in (into.id, *left) if word in known), None)
        if named is None and left and words.index(left[0]) < words.index(into.id):
            self.refuse(left[0])
        into.question = into.graph.question(named or into.id)
        whole = AskParser(into.question, into.graph if into.help else None)
        super(AskParser, whole).parse_whole(words, into)
        into.parser = whole

    def _add_parameters(self, question: Question, graph: KnowledgeGraph | None) -> None:
        group = self.add_argument_group("parameters (each may be given several times)")
        for parameter in question.params:
            try:
                option = group.add_argument(
                    f"--{parameter.name}",
                    action="append",
                    default=argparse.SUPPRESS,
                    metavar=parameter.name.upper(),
                    help=_hint(parameter, graph).replace("%", "%%"),
                )
            except argparse.ArgumentError:
                raise SourceError(
                    f"The question {question.id} calls a parameter {parameter.name!r}, which is an "
                    "option of the command already. Rename it in the question's header."
                ) from None
            if parameter.kind is not None:
                completes_names(option, _of_kind(parameter.kind))


def parser() -> ArgumentParser:
    """Return the parser of the words after `ask`."""
    return AskParser()


def run(arguments: Arguments) -> int:
    """Answer or list; 1 when the answer is empty."""
    if arguments.help:
        (arguments.parser if arguments.id else AskParser()).print_help()
        return 0
    if arguments.id is None:
        _list(arguments)
        return 0
    if arguments.tag is not None:
        message = "--tag lists questions. Leave it out, or leave the question out."
        raise UsageError(message)
    question: Question = arguments.question
    given = {
        parameter.name: getattr(arguments, parameter.name)
        for parameter in question.params
        if hasattr(arguments, parameter.name)
    }
    answer = arguments.graph.ask(question.id, **given)
    if arguments.show_query:
        query = answer.query.rstrip("\n")
        output.write(f"{query}\n".encode(), arguments.output)
        return 0
    quotes = quoted(arguments.graph, lambda: _handles(answer), arguments.format)
    return 0 if show_answer(answer, arguments, quotes) else 1


def _handles(answer: Answer) -> set[str]:
    from crampkg.answers.quotes import handles

    return handles(answer)


def _list(arguments: Arguments) -> None:
    one_of("format", arguments.format, LIST_FORMATS)
    questions = open_graph(arguments).questions()
    if arguments.tag is not None:
        one_of("tag", arguments.tag, _tags(questions))
        questions = tuple(each for each in questions if arguments.tag in each.tags)
    if arguments.format == "json":
        import json

        text = json.dumps([_entry(each) for each in questions], ensure_ascii=False, indent=2)
        output.write(f"{text}\n".encode(), arguments.output)
        return
    groups: dict[str, list[Question]] = {}
    for each in questions:
        groups.setdefault(arguments.tag or each.tags[0], []).append(each)
    if arguments.output is None and output.is_terminal():
        on_terminal(arguments, lambda console: _print_list(console, groups))
        return
    from crampkg.answers.table import Sheet, plain

    rows = [(tag, each.id, _gapped(each)) for tag in sorted(groups) for each in groups[tag]]
    output.write_text(plain(Sheet(("tag", "id", "question"), tuple(rows))), arguments.output)


def _tags(questions: Iterable[Question]) -> list[str]:
    return sorted({tag for each in questions for tag in each.tags})


def _print_list(console: Console, groups: dict[str, list[Question]]) -> None:
    from rich.table import Table
    from rich.text import Text

    width = max(len(each.id) for group in groups.values() for each in group)
    for tag in sorted(groups):
        console.print(Text(tag, "bold"))
        grid = Table.grid(padding=(0, 2, 0, 0))
        grid.add_column(no_wrap=True, min_width=width + 2, style="cyan")
        grid.add_column()
        for each in groups[tag]:
            grid.add_row(Text(f"  {each.id}"), Text(_gapped(each)))
        console.print(grid)
        console.print()
    console.print(
        Text("Ask one with `crampkg ask ID`; `crampkg ask ID --help` says what it takes.")
    )


def _entry(question: Question) -> dict[str, Any]:
    return {
        "id": question.id,
        "question": question.question,
        "summary": question.summary,
        "tags": list(question.tags),
        "parameters": [
            {
                "name": parameter.name,
                "type": parameter.type,
                "class": parameter.kind,
                "default": parameter.default,
                "help": parameter.help,
            }
            for parameter in question.params
        ],
    }


def _of_kind(kind: str) -> Callable[[argparse.Namespace], list[Term]]:
    """Return what finds the terms of the class `kind` in the graph of the arguments."""
    return lambda typed: open_graph(typed).terms.of_kind(kind)


def _gapped(question: Question) -> str:
    """Return the question in words with its parameters as gaps: `pain at SITE`."""
    return filled(question.question, {each.name: [each.name.upper()] for each in question.params})


def _hint(parameter: Parameter, graph: KnowledgeGraph | None) -> str:
    if graph is None:
        return parameter.help
    if parameter.kind is None:
        return f"{parameter.help} (default: {parameter.default})"
    default = graph.terms.get(parameter.default)
    labels = [term.label for term in graph.terms.of_kind(parameter.kind)]
    named = ", ".join(labels[:_NAMED])
    more = f" and {len(labels) - _NAMED} more" if len(labels) > _NAMED else ""
    usual = default.label if default else parameter.default
    return f"{parameter.help} (default: {usual}); one of: {named}{more}"


def _examples(question: Question, graph: KnowledgeGraph | None) -> str:
    lines = ["examples:", f"  crampkg ask {question.id}"]
    if graph is not None:
        for parameter in question.params:
            value = parameter.default
            if parameter.kind is not None:
                others = graph.terms.of_kind(parameter.kind)
                value = next((slug(term.iri) for term in others if term.iri != value), slug(value))
            lines.append(f"  crampkg ask {question.id} --{parameter.name} {value}")
    format = "csv" if question.form == "select" else "turtle"
    lines.append(f"  crampkg ask {question.id} -f {format}")
    return "\n".join(lines)
