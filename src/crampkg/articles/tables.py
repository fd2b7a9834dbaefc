"""The tables of an article as text: columns, rows, and canonical form.

`statements.tsv` has a row for each statement, `claims.tsv` one for each claim, both in the order of
the article; `spans.tsv` has offsets and digests. Values are separated by tabs; a value with a
quotation mark is quoted, as spreadsheets do (the dialect `excel-tab` of Python's csv).
"""

from __future__ import annotations

import csv
import io
from typing import NamedTuple

from crampkg.errors import SourceError
from crampkg.text import whole_number

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

#: The name of an article's record, whose span is the whole text.
WHOLE = "article"

SPANS = ("of", "start", "end", "sha256")

#: Characters of the longest text. A source file is far shorter.
_LONGEST_TEXT = 10**9

#: The columns of each table, by the name of its file.
COLUMNS = {
    "statements.tsv": ("statement", "kind", "of", "section", "markers", "no claim", "label"),
    "claims.tsv": (
        *("statement", "item", "subject", "relation", "object", "first", "words"),
        *("hedge", "hedge of another", "stance", "when", "when words", "via", "evidence words"),
        *("basis", "note", "claim"),
    ),
    "spans.tsv": SPANS,
}


class Row(NamedTuple):
    """A row of a table: its cells by column, its file, and its line, from 1."""

    cells: Mapping[str, str]
    file: str
    line: int

    def list(self, column: str) -> list[str]:
        """Return the items of a cell, separated by `; `; none for an empty cell."""
        return [item for item in self.cells[column].split("; ") if item]

    def offset(self, column: str) -> int:
        """Return the offset in a cell. Raises `SourceError` for a cell that holds none."""
        offset = whole_number(self.cells[column], 0, _LONGEST_TEXT)
        if offset is None:
            raise self.fault(column, "is no offset. Write a whole number, counted from 0.")
        return offset

    def fault(self, column: str, problem: str) -> SourceError:
        """Return an error with the file, line, column and value of a cell."""
        value = f" {self.cells[column]!r}" if self.cells[column] else ""
        message = f"{self.file}, line {self.line}: {column}{value} {problem}"
        return SourceError(message, path=self.file, line=self.line)


class Span(NamedTuple):
    """A stretch of a text: offsets in Unicode code points, the end exclusive, and its digest."""

    of: str
    start: int
    end: int
    sha256: str

    @classmethod
    def of_row(cls, row: Row) -> Span:
        """Return the span of a row of `spans.tsv`. Raises `SourceError` for an invalid offset."""
        start, end = row.offset("start"), row.offset("end")
        return cls(row.cells["of"], start, end, row.cells["sha256"])


def rows(file: str, text: str) -> Iterator[Row]:
    """Yield the rows of a table, whose columns may be in any order. Blank rows are left out.

    Raises `SourceError` with the line for a missing or unknown column, a row of another width, and
    a value with a line end.
    """
    columns = COLUMNS[_base(file)]
    head, *lines = _cells(file, text, "\t")
    if problem := _problem(head, columns):
        message = f"{file}, line 1: {problem}. Its columns are {', '.join(columns)}."
        raise SourceError(message, path=file, line=1)
    for number, cells in enumerate(lines, start=2):
        if not any(map(str.strip, cells)):
            continue
        if len(cells) != len(head):
            problem = f"{len(cells)} values where the first line has {len(head)} columns"
            message = f"{file}, line {number}: {problem}. Mend the row."
            raise SourceError(message, path=file, line=number)
        yield Row(dict(zip(head, map(str.strip, cells), strict=True)), file, number)


def is_table(file: str) -> bool:
    """Return whether a file is a table of an article, by its name."""
    return _base(file) in COLUMNS


def beside(file: str) -> str:
    """Return the name of the table of statements beside another table."""
    return file.removesuffix(_base(file)) + "statements.tsv"


def format_table(text: str, file: str, statements: str = "") -> str:
    """Return a table in canonical form: columns in order, tabs, LF, quotes where needed.

    The separator may be a tab, a comma or a semicolon. Claims follow the order of `statements`, the
    text of the table beside, and spans that of the article. Raises `SourceError` as `rows`.
    """
    columns = COLUMNS[_base(file)]
    head = text.partition("\n")[0]
    table = list(rows(file, written(_cells(file, text, max("\t,;", key=head.count)))))
    if statements and "statement" in columns and "claim" in columns:
        order = {row.cells["statement"]: row.line for row in rows("statements.tsv", statements)}
        table.sort(key=lambda row: order.get(row.cells["statement"], len(order) + 2))
    elif "sha256" in columns:
        table.sort(key=_place)
    return written([columns, *([row.cells[column] for column in columns] for row in table)])


def _place(row: Row) -> tuple[int, int, str]:
    """Return a sort key of spans: the order of the text, outer spans first."""
    try:
        span = Span.of_row(row)
    except SourceError:  # `check` names it
        return 0, 0, row.cells["of"]
    return span.start, -span.end, span.of


def written(lines: Iterable[Sequence[object]]) -> str:
    """Return lines of values as tab-separated text."""
    out = io.StringIO()
    csv.writer(out, "excel-tab", lineterminator="\n").writerows(lines)
    return out.getvalue()


def _cells(file: str, text: str, separator: str) -> list[list[str]]:
    """Return the values of each line of a table. Raises `SourceError` for a line end in a value."""
    lines: list[list[str]] = []
    reader = csv.reader(
        io.StringIO(text, newline=""), "excel-tab", delimiter=separator, strict=True
    )
    try:
        for cells in reader:
            lines.append(cells)
            if reader.line_num != len(lines):
                message = (
                    f"{file}, line {len(lines)}: a value has a line end. Write it as one line."
                )
                raise SourceError(message, path=file, line=len(lines))
    except csv.Error as error:
        message = f"{file}, line {reader.line_num}: {error}. Mend the quotation marks."
        raise SourceError(message, path=file, line=reader.line_num) from None
    return lines or [[]]


def _problem(head: list[str], columns: tuple[str, ...]) -> str:
    if len(head) == 1 and head[0].count(",") + head[0].count(";") >= len(columns) - 1:
        return "the values are not separated by tabs. Run crampkg fmt on the file"
    missing = [f"{name!r} is missing" for name in columns if name not in head]
    unknown = [f"{name!r} is no column" for name in head if name not in columns]
    twice = [f"{name!r} stands twice" for name in columns if head.count(name) > 1]
    return ", ".join(missing + unknown + twice)


def _base(file: str) -> str:
    return file.rpartition("/")[2]
