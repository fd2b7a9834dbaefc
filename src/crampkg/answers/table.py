"""An answer as people read it: labels in columns, on a terminal, in a pipe or in Markdown."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

from pyoxigraph import BlankNode, NamedNode

from crampkg.answers.sentences import HEADING, title_of
from crampkg.rdf import datatype_of
from crampkg.text import printable
from crampkg.vocabulary import XSD, readable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from rich.console import Console, JustifyMethod, RenderableType
    from rich.text import Text

    from crampkg.rdf import RdfTerm, Triple


#: Headings that the name of the variable does not give.
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

#: How a stance looks where there is colour. The word is always there too.
_STANCES = {"affirmed": "green", "denied": "red", "mixed": "yellow", "reported belief": "magenta"}

_NUMBERS = {XSD + name for name in ("integer", "decimal", "double", "float")}

#: Cells that a column is given before its text wraps: this many for a word or two, that many for
#: prose. Cards are better than narrower columns.
_COMFORT, _PROSE = 16, 40

#: Cells that a column of a grid is given, whose texts are brief.
_LEAST = 10

#: Cells between two columns.
_GAP = 2

#: Cells for a text that stands beside others on a card; one that wraps often stands below.
_BRIEF = 32

_QUOTE = "quote"

#: What stands between the spans of a quote.
_ELLIPSIS = " … "

#: Headings of what an answer may not leave out of any row, and of what leads further.
_EVIDENCE = {"as worded", "relation", "stance", "hedge", "condition", "marker", "marker status"}
_HANDLES = {"claim", "statement"}

#: Headings of what a claim cites: several of one claim stand on one card.
_CITED = {"marker", "source"}

#: What Markdown would read as its own: GitHub's has ~~strikes~~ and $formulas$ too, and & may
#: begin a character's name.
_MARKDOWN = re.compile(r"[\\`*_\[\]<>|#~&$]")


class Sheet(NamedTuple):
    """Rows of text under headings.

    Headings that are `own` are the names of a query's variables, which stay as they are. A matrix
    also has the `statements` that each cell behind the first joins: for each row, for each
    of these cells, the texts of each statement; and the `tallies` of each row, such as "rank 1".
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    numbers: frozenset[str] = frozenset()  # the headings above nothing but numbers
    own: bool = False
    statements: tuple[tuple[tuple[tuple[str, ...], ...], ...], ...] = ()
    tallies: tuple[tuple[str, ...], ...] = ()

    @property
    def told(self) -> Iterator[tuple[str, Iterator[tuple[str, list[tuple[str, tuple[str, ...]]]]]]]:
        """The rows of a matrix as a page shows them: the first cell, then headings and statements.

        What a statement says first stands apart from the rest.
        """
        for (first, *_), cells in zip(self.rows, self.statements, strict=True):
            several = ([(said[0], said[1:]) for said in cell if said] for cell in cells)
            yield first, zip(self.headings[1:], several, strict=True)


def sheet(
    variables: Sequence[str],
    rows: Sequence[Mapping[str, RdfTerm | None]],
    quotes: Mapping[str, str] | None = None,
    titles: Mapping[str, str] | None = None,
) -> Sheet:
    """Return `rows` as text: `?x` and `?xLabel` are one column, which shows the label.

    `titles` are those of several articles, as `whose` gives them; a column then names that of each
    row. `quotes` are spans of the article by the IRI of their statement or claim; a last column
    then holds the one that a row leads to.
    """
    labels = {name: label for name in variables if (label := label_of(name, variables))}
    names = [name for name in variables if name not in labels.values()]
    headings = [heading_of(name) for name in names]
    if len(set(headings)) < len(headings):
        headings = list(names)
    numbers = {
        heading
        for name, heading in zip(names, headings, strict=True)
        if are_numbers(row[name] for row in rows)
    }
    lines = [[cell(row[labels.get(name, name)] or row[name]) for name in names] for row in rows]
    whence = [title_of(row, titles) for row in rows] if titles else []
    if any(whence) and HEADING not in headings:
        headings.append(HEADING)
        for title, line in zip(whence, lines, strict=True):
            line.append(title)
    if quotes:
        headings.append(_QUOTE)
        for row, line in zip(rows, lines, strict=True):
            line.append(quote(row, quotes))
    return Sheet(tuple(headings), tuple(map(tuple, lines)), frozenset(numbers))


def sheet_of_query(variables: Sequence[str], rows: Sequence[Mapping[str, RdfTerm | None]]) -> Sheet:
    """Return the rows of somebody's own query as text: a column for each variable, called so."""
    numbers = {name for name in variables if are_numbers(row[name] for row in rows)}
    lines = tuple(tuple(cell(row[name]) for name in variables) for row in rows)
    return Sheet(tuple(variables), lines, frozenset(numbers), own=True)


def matrix(content: Sheet, down: str, across: str, inside: Sequence[str]) -> Sheet:
    """Return what the columns `inside` say, for each value `down` and each `across`.

    Values stand in the order in which they first come; what a cell says twice it says once, and
    what differs in the last column alone, or in its marker alone, is said together. A relation and
    its object are a phrase.
    """
    row_of, column_of, *places = (
        content.headings.index(heading_of(name)) for name in (down, across, *inside)
    )
    cells: dict[tuple[str, str], list[tuple[str, ...]]] = {}
    for row in content.rows:
        said = tuple(row[place] for place in places)
        cells.setdefault((row[row_of], row[column_of]), []).append(said)
    rows = dict.fromkeys(row for row, _ in cells)
    columns = tuple(dict.fromkeys(column for _, column in cells))
    names = [content.headings[place] for place in places]
    joined = {len(names) - 1: ", and "}
    joined |= {at: " and " for at, name in enumerate(names[:-1]) if name == "marker"}

    def told(row: str, column: str) -> Iterator[tuple[str, ...]]:
        texts = cells.get((row, column), [])
        for at, between in joined.items():
            texts = _joined(texts, at, between)
        for each in texts:
            said: list[str] = []
            for name, text in zip(names, each, strict=True):
                if name == "object" and text and said:
                    said[-1] += f": {text}"  # a circumstance begins as its relation ends
                elif text:
                    said.append(f"{name} {text}" if said and name != "relation" else text)
            yield tuple(said)

    statements = tuple(tuple(tuple(told(row, column)) for column in columns) for row in rows)
    lines = (
        (row, *("; ".join(map(", ".join, cell)) for cell in said))
        for row, said in zip(rows, statements, strict=True)
    )
    return Sheet((heading_of(down), *columns), tuple(lines), statements=statements)


def _joined(rows: Iterable[tuple[str, ...]], at: int, between: str) -> list[tuple[str, ...]]:
    """Return `rows` with those that differ in the column `at` alone as one, and these joined."""
    alike: dict[tuple[tuple[str, ...], tuple[str, ...]], dict[str, None]] = {}
    for row in rows:
        alike.setdefault((row[:at], row[at + 1 :]), {})[row[at]] = None
    return [
        (*before, between.join(filter(None, texts)), *after)
        for (before, after), texts in alike.items()
    ]


def plain(content: Sheet) -> str:
    """Return `content` for a pipe: one row a line, aligned, as wide as it is, no ornament."""
    from rich.console import Console
    from rich.table import Table

    table = Table(box=None, padding=(0, 2, 0, 0), pad_edge=False)
    for heading in content.headings:
        name = heading if content.own else heading.upper()
        table.add_column(_verbatim(name), no_wrap=True)
    for row in content.rows:
        table.add_row(*map(_verbatim, row))
    console = Console(width=1_000_000, color_system=None, force_terminal=False)
    with console.capture() as capture:
        console.print(table)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def markdown(content: Sheet) -> str:
    """Return `content` as a table of GitHub Flavored Markdown (section 4.10)."""
    lines = [tuple(map(escape, content.headings)), ("---",) * len(content.headings)]
    lines += [tuple(map(escape, row)) for row in content.rows]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def escape(text: str) -> str:
    """Return `text` so that Markdown shows it as it is."""
    return _MARKDOWN.sub(r"\\\g<0>", text)


def show(console: Console, content: Sheet) -> None:
    """Print `content` on a terminal: as a table where its columns have room, else as cards.

    What is the same in every row, evidence apart, is said once below. A column of handles, the
    IRIs of claims and statements, gives way before the table does. All columns of somebody's own
    query stay.
    """
    same: list[tuple[str, str]] = []
    if not content.own:
        content, same = _folded(content)
    narrow = content if content.own else _without(content, _HANDLES)
    for candidate in (content, narrow):
        widths = _fitted(candidate, console.width)
        if widths:
            console.print(_table(candidate, widths))
            break
    else:
        candidate = content
        console.print(_cards(content, console.width))
    if same:
        told = "; ".join(f"{heading}: {text}" for heading, text in same)
        console.print(_verbatim(f"\nThe same in every row: {told}.", "dim"))
    if candidate is not content:
        left = ", ".join(name for name in content.headings if name not in candidate.headings)
        console.print(_verbatim(f"\nLeft out for want of room: {left} (see -f csv).", "dim"))


def show_matrix(console: Console, content: Sheet) -> None:
    """Print a matrix on a terminal: as a grid where it has room, upright or turned, else in groups.

    A group is the rows with the same cells and tallies: their names, the tallies, then each
    heading; headings with the same cell stand together.
    """
    from rich.cells import cell_len
    from rich.table import Table

    if all(cell_len(cell) <= _PROSE for row in content.rows for cell in row):
        for side in (content, _turned(content)):
            widths = _fitted(side, console.width, _LEAST, lines=4)
            if widths:
                console.print(_table(side, widths))
                return
    groups: dict[tuple[Any, ...], list[str]] = {}
    for row, *same in zip(content.rows, content.statements, content.tallies, strict=True):
        groups.setdefault(tuple(same), []).append(row[0])
    for number, ((cells, tallies), names) in enumerate(groups.items()):
        if number:
            console.print()
        console.print(_verbatim("; ".join(names), "bold"))
        if tallies:
            console.print(_verbatim(f"  {', '.join(tallies)}", "dim"))
        alike: dict[tuple[tuple[str, ...], ...], list[str]] = {}
        for heading, statements in zip(content.headings[1:], cells, strict=True):
            alike.setdefault(statements, []).append(heading)
        grid = Table.grid(padding=(0, _GAP, 0, 0))
        grid.add_column(min_width=_COMFORT, max_width=console.width // 3, style="dim")
        grid.add_column(overflow="fold")
        for statements, headings in alike.items():
            for index, said in enumerate(statements):
                name = "" if index else f"  {', '.join(headings)}"
                grid.add_row(_verbatim(name), _verbatim(", ".join(said)))
        console.print(grid)


def _turned(content: Sheet) -> Sheet:
    """Return a matrix with its columns as rows."""
    first, *columns = zip(content.headings, *content.rows, strict=True)
    return Sheet(("", *first[1:]), tuple(columns))


def tally(name: str, value: RdfTerm) -> str:
    """Return a number of a group in words: that of the column `name`."""
    return f"{heading_of(name)} {value.value}"


def show_graph(console: Console, triples: Sequence[Triple]) -> None:
    """Print a graph on a terminal: each subject once, with what is said of it below."""
    from rich.table import Table

    about: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, object_ in triples:
        about.setdefault(cell(subject), []).append((cell(predicate), cell(object_)))
    width = max((len(name) for said in about.values() for name, _ in said), default=0)
    for number, (resource, said) in enumerate(about.items()):
        if number:
            console.print()
        console.print(_verbatim(resource, "bold"))
        grid = Table.grid(padding=(0, _GAP, 0, 0))
        grid.add_column(min_width=width + _GAP, no_wrap=True, style="dim")
        grid.add_column(overflow="fold")
        for index, (name, text) in enumerate(said):
            same = index and said[index - 1][0] == name
            grid.add_row(_verbatim("" if same else f"  {name}"), _verbatim(text))
        console.print(grid)


def cell(value: RdfTerm | None) -> str:
    """Return one value as people read it: a literal's text, an IRI as CURIE, nothing for None.

    Line breaks and tabs become spaces, and what could steer a terminal becomes U+FFFD.
    """
    if value is None:
        return ""
    if isinstance(value, NamedNode):
        return readable(value.value)
    text = f"_:{value.value}" if isinstance(value, BlankNode) else " ".join(value.value.split())
    return printable(text)


def quote(row: Mapping[str, RdfTerm | None], quotes: Mapping[str, str]) -> str:
    """Return what a row was read from, in quotation marks: of `quotes`, by IRI, its own."""
    for name in ("claim", "statement"):  # a claim's own span is the narrower one
        value = row.get(name)
        if value is not None and value.value in quotes:
            return f"“{' '.join(quotes[value.value].split())}”"
    return ""


def label_of(name: str, variables: Sequence[str]) -> str | None:
    """Return the variable that holds what to show for `name`, by the habit of the queries."""
    for suffix in ("Label", "Text"):
        if name + suffix in variables:
            return name + suffix
    return None


def are_numbers(values: Iterable[RdfTerm | None]) -> bool:
    """Tell whether all that is there of some values are numbers."""
    kinds = {datatype_of(value) for value in values if value is not None}
    return bool(kinds) and kinds <= _NUMBERS


def heading_of(name: str) -> str:
    """Return the heading above the column of a variable."""
    if name in _HEADINGS:
        return _HEADINGS[name]
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name.removesuffix("Label") or name)
    return words.replace("_", " ").lower()


def _verbatim(text: str, style: str = "") -> Text:
    """Return `text` for rich as it is: no markup, no emoji names, no highlighting."""
    from rich.text import Text

    return Text(text, style)


def _style(heading: str, text: str) -> str:
    if heading == "stance":
        return _STANCES.get(text, "")
    return "italic" if heading == _QUOTE else ""


def _fitted(content: Sheet, width: int, comfort: int = _COMFORT, *, lines: int = 2) -> list[int]:
    """Return the cells of each column, the most even that fit into `width`; none if too few."""
    from rich.cells import cell_len

    words, wholes, enough = [], [], []
    for index, heading in enumerate(content.headings):
        texts = [heading, *(row[index] for row in content.rows)]
        words.append(max(cell_len(word) for text in texts for word in text.split() or [""]))
        wholes.append(max(map(cell_len, texts)))
        enough.append(max(comfort, min(wholes[-1] // lines + 4, _PROSE)))
    room = width - _GAP * (len(content.headings) - 1)
    for longest in range(max(wholes, default=0), -1, -1):
        widths = [
            max(word, min(whole, max(longest, least)))
            for word, whole, least in zip(words, wholes, enough, strict=True)
        ]
        if sum(widths) <= room:
            return widths
    return []


def _table(content: Sheet, widths: list[int]) -> RenderableType:
    from rich import box
    from rich.cells import cell_len
    from rich.table import Table

    wraps = any(
        cell_len(text) > width
        for row in content.rows
        for text, width in zip(row, widths, strict=True)
    )
    table = Table(
        box=box.SIMPLE_HEAD,
        header_style="bold",
        pad_edge=False,
        show_edge=False,
        padding=(0, _GAP - 1, 0, 0),  # the box has one more cell between columns
        leading=1 if wraps else 0,
    )
    for heading, width in zip(content.headings, widths, strict=True):
        side: JustifyMethod = "right" if heading in content.numbers else "left"
        table.add_column(_verbatim(heading), justify=side, width=width, overflow="fold")
    for row in content.rows:
        cells = zip(content.headings, row, strict=True)
        table.add_row(*(_verbatim(text, _style(heading, text)) for heading, text in cells))
    return table


def _cards(content: Sheet, width: int) -> RenderableType:
    """Return a block for each row: its number, brief columns side by side, the others below.

    Rows that follow each other and differ in one thing alone are one block, in which what differs
    stands line by line. A long text that an earlier block has too is not said again.
    """
    from rich.console import Group
    from rich.table import Table

    labels, told = _gathered([_told(content.headings, row) for row in content.rows])
    prose = {heading for pairs in told for heading, text in pairs if _wide(text) > 3 * _BRIEF}
    prose |= {*_HANDLES, _QUOTE}
    told = _said_once(labels, told, prose - _HANDLES)
    brief = [[pair for pair in pairs if pair[0] not in prose] for pairs in told]
    long = [[pair for pair in pairs if pair[0] in prose] for pairs in told]
    digits = max(map(len, labels), default=1)
    name = max((len(heading) for pairs in told for heading, _ in pairs), default=0)
    text = max((_wide(text) for pairs in brief for _, text in pairs), default=0)
    room = width - digits - _GAP
    abreast = max(1, room // (name + min(text, _BRIEF) + 2 * _GAP))
    text = min(text, room // abreast - name - 2 * _GAP)
    cards: list[RenderableType] = []
    for label, short, rest in zip(labels, brief, long, strict=True):
        if cards:
            cards.append(_verbatim(""))
        height = -(-len(short) // abreast)
        beside = Table.grid(padding=(0, _GAP, 0, 0))
        beside.add_column(justify="right", min_width=digits, style="dim")
        parts = [short[start : start + height] for start in range(0, len(short), height or 1)]
        pairs = [_pairs(part, name, text, lead=part is parts[0]) for part in parts]
        beside.add_row(_verbatim(label), *pairs)
        below = Table.grid(padding=(0, _GAP, 0, 0))
        below.add_column(min_width=digits)
        below.add_row("", _pairs(rest, name, None))
        cards += [beside, below] if rest else [beside]
    return Group(*cards)


def _wide(text: str) -> int:
    """Return the cells of the longest line."""
    from rich.cells import cell_len

    return max(map(cell_len, text.split("\n")))


def _said_once(
    labels: Sequence[str], told: Iterable[list[tuple[str, str]]], prose: AbstractSet[str]
) -> list[list[tuple[str, str]]]:
    """Return cards whose long texts under `prose` headings lead to the first card with them."""
    first: dict[tuple[str, str], str] = {}
    return [
        [
            (heading, f"as in {where}")
            if (where := first.setdefault((heading, text), label)) != label
            and heading in prose
            and _wide(text) > _PROSE
            else (heading, text)
            for heading, text in pairs
        ]
        for label, pairs in zip(labels, told, strict=True)
    ]


def _gathered(
    told: Iterable[list[tuple[str, str]]],
) -> tuple[list[str], list[list[tuple[str, str]]]]:
    """Return the numbers and the pairs of cards, rows that differ in one thing alone as one.

    What a claim cites is one thing: markers, each with its source. They are not counted.
    """
    claims = [row for _, row in _runs(map(dict, told), _apart_in_citation, _cited)]
    labels: list[str] = []
    cards: list[list[tuple[str, str]]] = []
    number = 1
    for count, row in _runs(claims, _apart_in, _line_by_line):
        last = number + count - 1
        labels.append(str(number) if count == 1 else f"{number}-{last}")
        cards.append([*row.items()])
        number = last + 1
    return labels, cards


def _runs(
    rows: Iterable[dict[str, str]],
    apart: Callable[[dict[str, str], dict[str, str]], str],
    joined: Callable[[list[dict[str, str]]], dict[str, str]],
) -> list[tuple[int, dict[str, str]]]:
    """Return `rows`, those that follow each other and differ alike as one, with their number.

    `apart` names what two rows differ in, if that is one thing.
    """
    runs: list[tuple[str, list[dict[str, str]]]] = []
    for row in rows:
        thing, run = runs[-1] if runs else ("", [])
        differing = apart(run[0], row) if run else ""
        if differing and thing in ("", differing):
            runs[-1] = differing, [*run, row]
        else:
            runs.append(("", [row]))
    return [(len(run), joined(run) if thing else run[0]) for thing, run in runs]


def _unlike(first: Mapping[str, str], row: Mapping[str, str]) -> set[str]:
    return {name for name in first.keys() | row.keys() if first.get(name) != row.get(name)}


def _apart_in_citation(first: dict[str, str], row: dict[str, str]) -> str:
    """Return "marker" for two rows of a claim with another marker and its source each, else ""."""
    unlike = _unlike(first, row)
    return "marker" if unlike and unlike <= _CITED else ""


def _cited(rows: list[dict[str, str]]) -> dict[str, str]:
    """Return a claim's rows as one, with a line for each marker, or each source without any."""
    heading = "marker" if any("marker" in row for row in rows) else "source"
    cited = [[row[name] for name in ("marker", "source") if name in row] for row in rows]
    card = {name: text for name, text in rows[0].items() if name != "source"}
    return card | {heading: "\n".join(map(": ".join, cited))}


def _apart_in(first: dict[str, str], row: dict[str, str]) -> str:
    """Return the heading of the one thing, none of the evidence, in which two rows differ, or "".

    The handles, and quotes that go on from the same words, may differ besides.
    """
    unlike = _unlike(first, row)
    leads = {each.get(_QUOTE, "").partition(_ELLIPSIS)[:2] for each in (first, row)}
    things = unlike - _HANDLES - ({_QUOTE} if len(leads) == 1 else set())
    pairs = {(first.get(name), row.get(name)) for name in things}  # one, if said under two headings
    one = len(pairs) == 1 and not unlike & _EVIDENCE and first.keys() == row.keys()
    return min(things) if one else ""


def _line_by_line(rows: list[dict[str, str]]) -> dict[str, str]:
    """Return rows as one, in which what differs stands line by line."""
    return {
        name: "\n".join(_onward(name, rows)) if len({row[name] for row in rows}) > 1 else text
        for name, text in rows[0].items()
    }


def _onward(name: str, rows: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield a column of `rows`; the words with which each quote begins stand in the first."""
    for number, row in enumerate(rows):
        lead, gap, rest = row[name].partition(_ELLIPSIS)
        yield f"“{gap.lstrip()}{rest}" if number and gap and name == _QUOTE else lead + gap + rest


def _pairs(
    told: Sequence[tuple[str, str]], name: int, text: int | None, *, lead: bool = False
) -> RenderableType:
    """Return headings and texts below each other, `name` and `text` cells wide."""
    from rich.table import Table

    grid = Table.grid(padding=(0, _GAP, 0, 0))
    grid.add_column(min_width=name, no_wrap=True, style="dim")
    grid.add_column(min_width=text, max_width=text, overflow="fold")
    for index, (heading, said) in enumerate(told):
        style = "bold" if lead and index == 0 else _style(heading, said)
        grid.add_row(_verbatim(heading), _verbatim(said, style))
    return grid


def _told(headings: Sequence[str], row: Sequence[str]) -> list[tuple[str, str]]:
    """Return what a card says: no empty cells, and a marker's status in the marker's own line."""
    pairs = dict(zip(headings, row, strict=True))
    if pairs.get("marker") and pairs.get("marker status"):
        pairs["marker"] += f" ({pairs.pop('marker status')})"
    return [(heading, text) for heading, text in pairs.items() if text]


def _folded(content: Sheet) -> tuple[Sheet, list[tuple[str, str]]]:
    """Return `content` without the columns that say nothing or the same in every row, and what
    those say. The first column and the evidence always stay.
    """
    empty: set[str] = set()
    same: list[tuple[str, str]] = []
    for index, heading in enumerate(content.headings):
        texts = {row[index] for row in content.rows}
        if texts == {""}:
            empty.add(heading)
        elif len(texts) == 1 and len(content.rows) > 1 and index and heading not in _EVIDENCE:
            same.append((heading, texts.pop()))
    return _without(content, empty | {heading for heading, _ in same}), same


def _without(content: Sheet, headings: AbstractSet[str]) -> Sheet:
    kept = [index for index, name in enumerate(content.headings) if name not in headings]
    return content._replace(
        headings=tuple(content.headings[index] for index in kept),
        rows=tuple(tuple(row[index] for index in kept) for row in content.rows),
    )
