"""Documents: lists of blocks that a command shows, and their text faces.

The terminal face is `crampkg.answers.terminal`.
"""

from __future__ import annotations

import re
from html import escape as html_escape
from typing import NamedTuple

from pyoxigraph import NamedNode
from rich.cells import cell_len

from crampkg.answers import remarks, table
from crampkg.answers.table import Table

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from crampkg.answers.answer import Answer
    from crampkg.answers.table import Matrix, Show
    from crampkg.model import Finding, Status
    from crampkg.rdf import RdfTerm, Triple

#: Characters with a meaning in Markdown, including GitHub's ~~strikes~~ and $formulas$; & may begin
#: a character reference.
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|#~&$]")


class Heading(NamedTuple):
    """A heading of the document (level 1) or of a part (2); level 0 is a question as asked."""

    text: str
    level: int = 2


class Paragraph(NamedTuple):
    """A paragraph, in a style of rich."""

    text: str
    style: str = ""


class Lines(NamedTuple):
    """Sentences, one a line; `is_aside` makes them dim or small."""

    lines: tuple[str, ...]
    is_aside: bool = False


class Facts(NamedTuple):
    """Names, in a style of rich and a width, each followed by its text."""

    pairs: tuple[tuple[str, str], ...]
    style: str = "dim"
    width: int | None = None


class Line(NamedTuple):
    """A line of a tree: its depth, its text, and the kind of thing it is."""

    depth: int
    text: str
    aside: str  # shown in brackets after the text, if any

    @property
    def words(self) -> str:
        """The text and the aside."""
        return f"{self.text} [{self.aside}]" if self.aside else self.text


class Tree(NamedTuple):
    """Lines, each below the nearest earlier line of less depth."""

    lines: tuple[Line, ...]


class Findings(NamedTuple):
    """The findings of a check."""

    findings: tuple[Finding, ...]


class Overview(NamedTuple):
    """The rows of an answer as a matrix with its remarks, and as a table."""

    matrix: Matrix
    remarks: tuple[tuple[str, ...], ...]
    table: Table[str]


class Graph(NamedTuple):
    """The triples of a graph, and the same as a table."""

    triples: Sequence[Triple]
    table: Table[str]


class Tight(NamedTuple):
    """A block without a blank line above it, on some faces."""

    block: Block
    faces: tuple[str, ...] = ("plain", "terminal")


Block = (
    Heading | Paragraph | Lines | Facts | Tree | Findings | Overview | Graph | Table[str] | Tight
)


def of_answer(
    answer: Answer, quotes: Mapping[str, str] | None = None, show: Show | None = None
) -> list[Block]:
    """Return an answer as a document: its question, rows, remarks and status.

    `quotes` are spans of the article by the IRI of their statement or claim; `show` makes a cell.
    """
    blocks: list[Block] = []
    if question := remarks.asked(answer):
        blocks.append(Heading(question, 0))
    if answer.form == "ask":
        blocks.append(Paragraph(remarks.verdict(answer), "bold"))
    elif len(answer):
        rows = table.table_of(answer, quotes, show)
        matrix = table.overview(answer)
        if answer.form == "graph":
            blocks.append(Graph(answer.triples, rows))
        elif matrix is None:
            blocks.append(rows)
        else:
            notes = (table.overview_markers(answer), table.overview_notes(answer, quotes))
            blocks.append(Overview(matrix, tuple(map(tuple, filter(None, notes))), rows))
    if below := remarks.lines_below(answer):
        blocks.append(Lines(tuple(below)))
    return [*blocks, Lines(remarks.closing_lines(answer), is_aside=True)]


def status(statuses: Iterable[Status]) -> Lines:
    """Return the status lines, which must stand below everything read from articles."""
    return Lines(remarks.status_lines(statuses), is_aside=True)


def plain(blocks: Iterable[Block]) -> str:
    """Return a document for a pipe: a row or finding a line, no ornament, all columns."""
    return _framed(blocks, "plain", _plain)


def markdown(blocks: Iterable[Block]) -> str:
    """Return a document in GitHub Flavored Markdown, its tables folded (section 4.10)."""
    return _framed(blocks, "markdown", _markdown)


def html(answer: Answer) -> str:
    """Return an answer as HTML for a notebook, things as links, its table folded."""
    return "".join(map(_html, of_answer(answer, show=_link)))


def _framed(blocks: Iterable[Block], face: str, write: Callable[[Block], str]) -> str:
    text = ""
    for block in blocks:
        is_tight = isinstance(block, Tight) and face in block.faces
        shown = write(block.block if isinstance(block, Tight) else block).strip("\n")
        if shown:
            text += f"{chr(10) if text and not is_tight else ''}{shown}\n"
    return text


def _plain(block: Block) -> str:
    match block:
        case Heading(text) | Paragraph(text):
            return text
        case Lines(lines):
            return "\n".join(lines)
        case Facts(pairs):
            return "\n".join(f"{name}: {text}" for name, text in pairs)
        case Tree(branches):
            return "\n".join(f"{'  ' * line.depth}{line.words}" for line in branches)
        case Findings(findings):
            return "\n".join(map(finding_line, findings))
        case Table():
            return _aligned(block)
        case Overview() | Graph():
            return _aligned(block.table)
        case Tight():
            return _plain(block.block)


def _aligned(content: Table[str]) -> str:
    """Return a table with aligned columns, at its full width."""
    headings = content.headings if content.own else map(str.upper, content.headings)
    lines = [[" ".join(text.split("\n")) for text in row] for row in (headings, *content.rows)]
    widths = [max(map(cell_len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(
            text + " " * (width - cell_len(text)) for text, width in zip(line, widths, strict=True)
        ).rstrip()
        for line in lines
    )


def _markdown(block: Block) -> str:
    match block:
        case Heading(text, level) if level:
            return f"{'#' * level} {escape(text)}"
        case Heading(text):
            return f"**{escape(text)}**"
        case Paragraph(text, style):
            return f"**{escape(text)}**" if "bold" in style else escape(text)
        case Lines(lines):
            return "  \n".join(map(escape, lines))
        case Facts(pairs):
            return "\n".join(f"- {name}: {escape(text)}" for name, text in pairs)
        case Tree(branches):
            return "\n".join(f"{'  ' * line.depth}- {escape(line.words)}" for line in branches)
        case Findings(findings):
            return "\n".join(f"- {escape(finding_line(finding))}" for finding in findings)
        case Table():
            return _pipes(block)
        case Overview():
            return f"{_pipes(block.matrix.table)}\n\n{_pipes(block.table)}"
        case Graph():
            return _pipes(block.table)
        case Tight():
            return _markdown(block.block)


def _pipes(content: Table[str]) -> str:
    content = content.folded()
    lines = [tuple(map(escape, content.headings)), ("---",) * len(content.headings)]
    lines += [tuple(map(escape, row)) for row in content.rows]
    same = f"\n\n{escape(same_words(content))}" if content.same else ""
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + same


def escape(text: str) -> str:
    """Return `text` with Markdown's characters escaped."""
    return _MARKDOWN.sub(r"\\\g<0>", text)


def same_words(content: Table[str]) -> str:
    """Return a sentence with the values shared by all rows of a folded table."""
    words = "; ".join(f"{name}: {text.removesuffix('.')}" for name, text in content.same)
    return f"The same in every row: {words}."


def finding_line(finding: Finding) -> str:
    """Return a finding on one line, in the form that editors can jump to: `file:line: ...`."""
    words = f"{finding.problem} {finding.remedy} [{finding.check}]"
    parts = filter(None, (place_of(finding), finding.term, words))
    return ": ".join(" ".join(part.split()) for part in parts)


def place_of(finding: Finding) -> str:
    """Return the file of a finding, and its line if that is known."""
    return f"{finding.file}:{finding.line}" if finding.line else finding.file


def _html(block: Block) -> str:
    """Return a block of an answer as HTML; the cells of its tables are HTML already."""
    match block:
        case Heading(text):
            return f"<p><strong>{html_escape(text)}</strong></p>"
        case Paragraph(text):
            return f"<p>{html_escape(text)}</p>"
        case Lines(lines, is_aside=True):
            return f"<p><small>{'<br>'.join(map(html_escape, lines))}</small></p>"
        case Lines(lines):
            return "".join(f"<p>{html_escape(line)}</p>" for line in lines)
        case Overview() | Graph():
            return _html(block.table)
        case Table():
            content = block.folded()
            heads = "".join(
                f'<th scope="col">{html_escape(heading)}</th>' for heading in content.headings
            )
            rows = "".join(
                f"<tr>{''.join(f'<td>{cell}</td>' for cell in row)}</tr>" for row in content.rows
            )
            same = f"<p>{same_words(content)}</p>" if content.same else ""
            return f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table>{same}"
    raise TypeError(block)


def _link(label: RdfTerm | None, thing: RdfTerm | None) -> str:
    """Return a cell of HTML: the label or text of a thing, linked to the thing."""
    shown = html_escape(table.text_of(label or thing))
    if isinstance(thing, NamedNode) and thing.value.startswith(("http://", "https://")):
        return f'<a href="{html_escape(thing.value)}">{shown}</a>'
    return shown
