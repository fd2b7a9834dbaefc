"""The table of all faces: cells under headings, and the rules that fold it."""

from __future__ import annotations

import re
from typing import Generic, NamedTuple, TypeVar

from pyoxigraph import BlankNode, Literal, NamedNode

from crampkg.answers.remarks import HEADING, columns, title_of, titles
from crampkg.claims import citations_or_none
from crampkg.rdf import RdfTerm, datatype_of
from crampkg.text import natural, printable
from crampkg.vocabulary import XSD, readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from crampkg.answers.answer import Answer, Row
    from crampkg.model import Claim

    #: Makes a cell of a thing and its label, if it has one.
    Show = Callable[[RdfTerm | None, RdfTerm | None], str]
    #: The texts of a statement, the main one first.
    Statement = tuple[str, ...]

#: Headings that do not follow from the name of the variable.
_HEADINGS = {
    "wording": "as worded",
    "hedgeText": "hedge",
    "conditionWording": "condition",
    "markerText": "marker",
    "markers": "markers (as we link them)",
    "possibleMarkers": "markers that may mean it",
    "possibleSources": "sources it may mean",
    "publisherAsWeTakeIt": "publisher (as we take it)",
    "unsaid": "not said",
    "way": "by way of",
    "bearer": "said of",
    "asked": "asked about",
    "strength": "strength (ours)",
    "matching": "matches",
    "wider": "wider region",
    "sharing": "others of that rank",
}

_NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float")}

#: Headings that every row must keep: whose word it is, and how firm.
EVIDENCE = frozenset(
    {"as worded", "relation", "stance", "hedge", "condition", "marker", "marker status", "origin"}
)

#: Columns named like the fields of a claim, and columns of IRIs.
_OF_CLAIM = (
    *("wording", "stance", "hedge", "evidence", "condition"),
    *("basis", "section", "note", "statement"),
)
_IRIS = {"subject", "relation", "object", "claim", "statement"}

#: The heading of the quoted words.
QUOTE = "quote"

#: The variables of the triples of a graph.
TRIPLE = ("subject", "predicate", "object")

Cell = TypeVar("Cell")


class Table(NamedTuple, Generic[Cell]):
    """Rows of cells under headings. Cells are texts or objects of a face; empty cells are false.

    With `own` the headings are the variables of a user's query, which stay unchanged.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    numbers: frozenset[str] = frozenset()  # headings of numeric columns
    own: bool = False
    kept: frozenset[str] = EVIDENCE  # headings of columns that are never folded
    same: tuple[tuple[str, Cell], ...] = ()  # values shared by all rows, shown apart

    def folded(self) -> Table[Cell]:
        """Return the table without empty columns, and with values shared by all rows set apart.

        The first column, numbers and the headings in `kept` stay in the rows.
        """
        if self.own:
            return self
        empty, same, kept = set(), [], self.kept | self.numbers
        for index, heading in enumerate(self.headings):
            cells = {row[index] for row in self.rows}
            if not any(cells):
                empty.add(heading)
            elif index and len(cells) == 1 < len(self.rows) and heading not in kept:
                same.append((heading, cells.pop()))
        return self.without(empty | {heading for heading, _ in same})._replace(same=tuple(same))

    def without(self, headings: Collection[str]) -> Table[Cell]:
        """Return the table without the columns under some headings."""
        kept = [index for index, name in enumerate(self.headings) if name not in headings]
        return self._replace(
            headings=tuple(self.headings[index] for index in kept),
            rows=tuple(tuple(row[index] for index in kept) for row in self.rows),
        )


class Matrix(NamedTuple):
    """Statements by a value down and a value across, several in a cell."""

    headings: tuple[str, ...]  # of the values down, then the values across
    names: tuple[str, ...]  # the values down
    statements: tuple[tuple[tuple[Statement, ...], ...], ...]  # by row and column
    tallies: tuple[tuple[str, ...], ...] = ()  # numbers shared by a whole row, such as "rank 1"

    @property
    def table(self) -> Table[str]:
        """The matrix as a table of texts."""
        rows = (
            (name, *("; ".join(map(", ".join, cell)) for cell in cells))
            for name, cells in zip(self.names, self.statements, strict=True)
        )
        return Table(self.headings, tuple(rows))

    @property
    def rows(self) -> Iterator[tuple[str, Iterator[tuple[str, list[tuple[str, Statement]]]]]]:
        """The rows: name, and headings with statements, the main text of each apart."""
        for name, cells in zip(self.names, self.statements, strict=True):
            parted = ([(texts[0], texts[1:]) for texts in cell] for cell in cells)
            yield name, zip(self.headings[1:], parted, strict=True)


def table_of(
    answer: Answer, quotes: Mapping[str, str] | None = None, show: Show | None = None
) -> Table[str]:
    """Return the rows of an answer, or the triples of its graph, as a table.

    `quotes` are spans of the article by the IRI of their statement or claim; `show` makes a cell.
    """
    if answer.form == "graph":
        triples = table_of_rows(TRIPLE, answer.rows, show=show)
        return triples._replace(kept=frozenset(TRIPLE))
    rows = list(answer.numbered())
    if answer.question is None:
        return table_of_rows(answer.variables, rows, show=show, own=True)
    return table_of_rows(columns(answer), rows, quotes, titles(answer.statuses), show)


def table_of_rows(
    variables: Sequence[str],
    rows: Sequence[Mapping[str, RdfTerm | None]],
    quotes: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
    show: Show | None = None,
    *,
    own: bool = False,
) -> Table[str]:
    """Return `rows` as a table: `?x` and `?xLabel` are one column, which shows the label.

    `titles` are the titles of several articles by namespace; they add a column with the article of
    a row. `quotes` add a column with the quoted words. For a user's `own` query each variable is a
    column of the same name.
    """
    labels = {
        name: label
        for name in variables
        if not own and (label := label_of(name, variables)) is not None
    }
    names = [name for name in variables if name not in labels.values()]
    headings = names if own else [heading_of(name) for name in names]
    if len(set(headings)) < len(headings):
        headings = names
    numbers = frozenset(
        heading
        for name, heading in zip(names, headings, strict=True)
        if are_numbers(row[name] for row in rows)
    )
    show = show or (lambda label, thing: text_of(label or thing))
    lines = [[show(row[labels.get(name, name)], row[name]) for name in names] for row in rows]
    articles = [title_of(row, titles) for row in rows] if titles else []
    if any(articles) and HEADING not in headings:
        headings = [*headings, HEADING]
        cells = (show(Literal(title), None) for title in articles)
        lines = [[*line, cell] for line, cell in zip(lines, cells, strict=True)]
    if quotes:
        headings = [*headings, QUOTE]
        lines = [[*line, quote_of(row, quotes)] for line, row in zip(lines, rows, strict=True)]
    return Table(tuple(headings), tuple(map(tuple, lines)), numbers, own)


def rows_of(claim: Claim) -> Iterator[dict[str, RdfTerm | None]]:
    """Yield a claim as rows of questions: one for each citation, one without any."""
    texts = {name: getattr(claim, name) for name in _OF_CLAIM}
    for citation in citations_or_none(claim):
        cited = {"marker": citation.text, "markerStatus": citation.status}
        cited |= {"sourceLabel": citation.source_label, "claim": claim.iri}
        yield row_of(claim, **texts, **cited)


def row_of(link: Any, **others: str) -> dict[str, RdfTerm | None]:
    """Return a claim or link as a row: its ends and relation, labelled, and `others`."""
    texts = dict(others)
    for name in ("subject", "relation", "object"):
        texts |= {name: getattr(link, name), f"{name}Label": getattr(link, f"{name}_label")}
    return {
        name: (NamedNode(text) if name in _IRIS else Literal(text)) if text else None
        for name, text in texts.items()
    }


def overview(answer: Answer) -> Matrix | None:
    """Return the rows as the matrix that the question's header declares, or None."""
    if answer.question is None or not answer.question.overview or not len(answer):
        return None
    down, across, *inside = answer.question.overview
    shown = {name + end for name in answer.question.overview for end in ("", "Label")}
    chosen = table_of_rows([name for name in answer.variables if name in shown], answer.rows)
    groups: dict[RdfTerm | None, list[Row]] = {}
    for row in answer:
        groups.setdefault(row[down], []).append(row)
    tallies = (tuple(_tallies(rows, answer.variables)) for rows in groups.values())
    return matrix(chosen, down, across, inside)._replace(tallies=tuple(tallies))


def matrix(content: Table[str], down: str, across: str, inside: Sequence[str]) -> Matrix:
    """Return the texts of the columns `inside` for each value `down` and each `across`.

    Values keep the order of their first row; a text appears once in a cell. Texts that differ only
    in the last column, or only in their marker, are joined. A relation and its object form a
    phrase.
    """
    row_of, column_of, *places = (
        content.headings.index(heading_of(name)) for name in (down, across, *inside)
    )
    names = [content.headings[place] for place in places]
    cells: dict[str, dict[str, list[tuple[str, ...]]]] = {}
    for row in content.rows:
        across_of = cells.setdefault(row[row_of], {})
        across_of.setdefault(row[column_of], []).append(tuple(row[place] for place in places))
    headings = tuple(dict.fromkeys(row[column_of] for row in content.rows))

    def statements(texts: list[tuple[str, ...]]) -> Iterator[Statement]:
        texts = _joined(texts, len(names) - 1, ", and ")
        if "marker" in names[:-1]:
            texts = _joined(texts, names.index("marker"), " and ")
        for values in texts:
            words: list[str] = []
            for name, text in zip(names, values, strict=True):
                if name == "object" and text and words:
                    words[-1] += f": {text}"  # a circumstance begins as its relation ends
                elif text:
                    words.append(f"{name} {text}" if words and name != "relation" else text)
            if words:
                yield tuple(words)

    return Matrix(
        (heading_of(down), *headings),
        tuple(cells),
        tuple(
            tuple(tuple(statements(row.get(heading, []))) for heading in headings)
            for row in cells.values()
        ),
    )


def _joined(rows: Iterable[tuple[str, ...]], at: int, between: str) -> list[tuple[str, ...]]:
    """Return `rows` with those that differ only in column `at` merged, their values joined."""
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, None]] = {}
    for row in rows:
        alike.setdefault((row[:at], row[at + 1 :]), {})[row[at]] = None
    return [
        (*before, between.join(filter(None, texts)), *after)
        for (before, after), texts in alike.items()
    ]


def overview_notes(answer: Answer, quotes: Mapping[str, str] | None = None) -> list[str]:
    """Return the words of the claims of an overview, and the notes on them, after their cells.

    `quotes` are spans of the article by the IRI of their claim. Texts of the same cells stand
    together.
    """
    if answer.question is None or not answer.question.overview:
        return []
    down, over = (label_of(name, answer.variables) or name for name in answer.question.overview[:2])
    places: dict[
        str, dict[str, dict[str, None]]
    ] = {}  # by text: the names down, each with those across
    for row in answer:
        note = text_of(row.get("note"))
        for text in filter(None, (quote_of(row, quotes or {}), note and f"Our note: {note}")):
            names = places.setdefault(text, {})
            names.setdefault(text_of(row[down]), {})[text_of(row[over])] = None
    texts: dict[str, list[str]] = {}
    for text, rows in places.items():
        alike: dict[str, list[str]] = {}
        for name, across in rows.items():
            alike.setdefault(", ".join(across), []).append(name)
        cells = "; ".join(f"{', '.join(names)} ({across})" for across, names in alike.items())
        texts.setdefault(cells, []).append(text)
    return [f"{cells}: {' '.join(several)}" for cells, several in texts.items()]


def overview_markers(answer: Answer) -> list[str]:
    """Return the status of each marker of an overview that has markers, one a line."""
    names = () if answer.question is None else answer.question.overview
    if "marker" not in names or "markerStatus" not in answer.variables:
        return []
    marker = label_of("marker", answer.variables) or "marker"
    articles = titles(answer.statuses)
    lines = set()
    for row in answer:
        name, status = text_of(row[marker]), text_of(row["markerStatus"])
        if name and status:
            title = title_of(row, articles)
            lines.add(f"Marker {name}{f' of “{title}”' if title else ''}: {status}.")
    return sorted(lines, key=natural)


def _tallies(rows: Sequence[Row], names: Iterable[str]) -> Iterator[str]:
    """Yield in words the numbers, other than 0, that all rows of a group share."""
    for name in names:
        values = {row[name] for row in rows}
        if len(values) == 1 and are_numbers(values):
            yield from (tally(name, value) for value in values if value and value.value != "0")


def tally(name: str, value: RdfTerm) -> str:
    """Return a number of a group in words: the value of column `name`."""
    return f"{heading_of(name)} {value.value}"


def text_of(value: RdfTerm | None) -> str:
    """Return a value as text for people: a literal's text, an IRI as CURIE, nothing for None.

    Line breaks and tabs become spaces, and characters that could steer a terminal become U+FFFD.
    """
    if value is None:
        return ""
    if isinstance(value, NamedNode):
        return readable(value.value)
    text = f"_:{value.value}" if isinstance(value, BlankNode) else " ".join(value.value.split())
    return printable(text)


def words_of(row: Mapping[str, RdfTerm | None], quotes: Mapping[str, str]) -> str:
    """Return the quoted words of a row, from `quotes` by IRI."""
    for name in ("claim", "statement"):  # a claim's own span is the narrower one
        value = row.get(name)
        if value is not None and value.value in quotes:
            return " ".join(quotes[value.value].split())
    return ""


def quote_of(row: Mapping[str, RdfTerm | None], quotes: Mapping[str, str]) -> str:
    """Return the quoted words of a row in quotation marks, if any."""
    words = words_of(row, quotes)
    return words and f"“{words}”"


def label_of(name: str, variables: Sequence[str]) -> str | None:
    """Return the variable with the label of `name`, by the convention of the queries."""
    for suffix in ("Label", "Text"):
        if name + suffix in variables:
            return name + suffix
    return None


def are_numbers(values: Iterable[RdfTerm | None]) -> bool:
    """Return whether all bound values are numbers."""
    kinds = {datatype_of(value) for value in values if value is not None}
    return bool(kinds) and kinds <= _NUMBERS


def heading_of(name: str) -> str:
    """Return the heading above the column of a variable."""
    if name in _HEADINGS:
        return _HEADINGS[name]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.removesuffix("Label") or name)
    return words.replace("_", " ").lower()
