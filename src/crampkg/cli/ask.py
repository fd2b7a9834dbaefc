"""`crampkg ask` and `query`: questions of the library, and the user's own SPARQL queries."""

from __future__ import annotations

import argparse
import sys

from crampkg.answers import formats
from crampkg.answers.remarks import filled
from crampkg.cli import output
from crampkg.cli.parser import (
    ArgumentParser,
    Command,
    add_article,
    add_endpoint,
    add_format,
    add_globals,
    add_output,
    completes,
    completes_names,
    nonempty,
    one_of,
    slug,
)
from crampkg.cli.shared import open_graph, quoted, show_answer, show_document
from crampkg.errors import SourceError, UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence
    from typing import Any

    from crampkg.answers.answer import Answer
    from crampkg.answers.document import Block
    from crampkg.cli.parser import Arguments
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Parameter, Question, Term

_ASK = "Answer a question of the library. Without a question, list them all."

_ASK_EXAMPLES = """\
examples:
  crampkg ask
  crampkg ask --tag evidence
  crampkg ask claims-about --concept NAME --concept ANOTHER
  crampkg ask claims-about --concept NAME -f csv > claims.csv
  crampkg ask claims-about --show-query | crampkg query -

Each question has its own help: crampkg ask claims-about --help"""

_QUERY = """\
Run a SPARQL 1.1 query over the whole graph: SELECT, ASK, CONSTRUCT or DESCRIBE.
The project's prefixes (ck: g: kg: skos: and so on, and those of articles) need no declaration."""

_QUERY_EXAMPLES = """\
examples:
  crampkg query -q 'SELECT ?condition WHERE { ?condition a ck:Condition }'
  crampkg query causes.rq -f csv > causes.csv
  crampkg query -q 'DESCRIBE kg:NAME' -f turtle
  crampkg ask denied-claims --show-query | crampkg query -"""

LIST_FORMATS = ("table", "json")

#: The most values that the help of a parameter lists.
_NAMED = 8


class AskParser(ArgumentParser):
    """The parser of `ask`, alone or with the parameters of a question as options.

    With a graph, the help of these options lists possible values.
    """

    def __init__(
        self, question: Question | None = None, graph: KnowledgeGraph | None = None
    ) -> None:
        prog = f"crampkg ask {question.id}" if question else "crampkg ask"
        about = f"{_gapped(question)}\n\n{question.summary}" if question else _ASK
        super().__init__(prog, about, _ASK_EXAMPLES, add_help=False)
        word = self.add_argument(
            "id",
            nargs="?",
            metavar="ID",
            help=argparse.SUPPRESS if question else "the question; without one they are listed",
        )
        completes(word, lambda typed: [question.id for question in open_graph(typed).questions()])
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
        """Parse `words`; if they name a question, its parameters are options."""
        _, left = self.parse_known_args(words, into)
        if into.id is None:
            if left:
                self.refuse(left[0])
            return
        into.graph = open_graph(into)
        known = {question.id for question in into.graph.questions()}
        # The value of a parameter, not known yet as an option, may have been taken for the id.
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


def _ask(arguments: Arguments) -> int:
    """Answer a question or list them all; return 1 when the answer is empty."""
    if arguments.help:
        (arguments.parser if arguments.id else AskParser()).print_help(sources=arguments.sources)
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
        questions = tuple(question for question in questions if arguments.tag in question.tags)
    groups: dict[str, list[Question]] = {}
    for question in questions:
        groups.setdefault(arguments.tag or question.tags[0], []).append(question)
    is_drawn = arguments.output is None and output.is_terminal()
    blocks = _list_blocks if is_drawn else _list_table
    data = [*map(_entry, questions)]
    show_document(arguments, lambda: blocks(sorted(groups.items())), lambda: data)


def _tags(questions: Iterable[Question]) -> list[str]:
    return sorted({tag for question in questions for tag in question.tags})


def _list_table(groups: Sequence[tuple[str, list[Question]]]) -> list[Block]:
    from crampkg.answers.table import Table

    rows = [
        (tag, question.id, _gapped(question)) for tag, questions in groups for question in questions
    ]
    return [Table(("tag", "id", "question"), tuple(rows))]


def _list_blocks(groups: Sequence[tuple[str, list[Question]]]) -> Iterator[Block]:
    from crampkg.answers.document import Facts, Heading, Paragraph, Tight

    width = max(len(question.id) for _, questions in groups for question in questions) + 2
    for tag, questions in groups:
        yield Heading(tag, 1)
        pairs = tuple((f"  {question.id}", _gapped(question)) for question in questions)
        yield Tight(Facts(pairs, "cyan", width))
    yield Paragraph("Ask one with `crampkg ask ID`; `crampkg ask ID --help` says what it takes.")


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
    """Return a function from arguments to the terms of the class `kind` in their graph."""
    return lambda typed: open_graph(typed).terms.of_kind(kind)


def _gapped(question: Question) -> str:
    """Return the wording of a question with the names of its parameters: `pain at SITE`."""
    gaps = {parameter.name: [parameter.name.upper()] for parameter in question.params}
    return filled(question.question, gaps)


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


def _query_parser() -> ArgumentParser:
    words = ArgumentParser("crampkg query", _QUERY, _QUERY_EXAMPLES)
    words.add_argument(
        "file", nargs="?", metavar="FILE", type=nonempty, help="a .rq file; - is standard input"
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


def _query(arguments: Arguments) -> int:
    """Run the query; return 0, even for an empty result."""
    if (arguments.file is None) == (arguments.query is None):
        message = (
            "Name one query: a file, - for standard input, or -q with its text. "
            "See crampkg query --help."
        )
        raise UsageError(message)
    text = arguments.query if arguments.file is None else _read(arguments.file)
    answer = open_graph(arguments).query(text)
    if arguments.format is None:
        arguments.format = "turtle" if answer.form == "graph" else "table"
    show_answer(answer, arguments)
    return 0


def _read(path: str) -> str:
    """Return the text of the file `path`, or of standard input for `-`, without a BOM.

    Raises `SourceError` when it cannot be read or is not UTF-8.
    """
    from crampkg.sources import decode, read_text

    if path != "-":
        return read_text(path, path)
    content = sys.stdin.buffer.read() if sys.stdin is not None else b""
    return decode(content, "The standard input")


COMMANDS = {"ask": Command(AskParser, _ask), "query": Command(_query_parser, _query)}
