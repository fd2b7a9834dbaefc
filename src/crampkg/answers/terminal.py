"""Tables, cards, matrices and graphs on a terminal, fitted to its width."""

from __future__ import annotations

from typing import Any

from rich import box
from rich.cells import cell_len
from rich.console import Group
from rich.padding import Padding
from rich.table import Table as Grid
from rich.text import Text
from rich.tree import Tree as RichTree

from crampkg.answers.document import (
    Facts,
    Findings,
    Graph,
    Heading,
    Lines,
    Overview,
    Paragraph,
    Tight,
    Tree,
    place_of,
    same_words,
)
from crampkg.answers.table import EVIDENCE, QUOTE, Table, text_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

    from rich.console import Console, JustifyMethod, RenderableType

    from crampkg.answers.document import Block, Line
    from crampkg.answers.table import Matrix, Statement
    from crampkg.rdf import Triple

    #: Texts of a card by heading.
    Card = dict[str, str]

#: The colour of a stance. The word is always shown too.
_STANCES = {"affirmed": "green", "denied": "red", "mixed": "yellow", "reported belief": "magenta"}

#: Cells of a column before its text wraps: for a word or two, and for prose. Cards are better than
#: narrower columns.
_COMFORT, _PROSE = 16, 40

#: Cells of a column of a matrix, whose texts are brief.
_LEAST = 10

#: Cells between two columns.
_GAP = 2

#: Cells of a text beside others on a card; a text that wraps often is placed below.
_BRIEF = 32

#: The text between the spans of a quote.
_ELLIPSIS = " … "

#: Headings of handles, which are dropped first for want of room.
_HANDLES = {"claim", "statement"}

#: Headings of citations: all of one claim are on one card.
_CITED = {"marker", "source"}


def draw(console: Console, blocks: Iterable[Block]) -> None:
    """Print a document."""
    is_first = True
    for block in blocks:
        is_tight = isinstance(block, Tight) and "terminal" in block.faces
        if not is_first and not is_tight:
            console.print()
        is_first = False
        _draw(console, block.block if isinstance(block, Tight) else block)


def _draw(console: Console, block: Block) -> None:
    match block:
        case Heading(text, level):
            console.print(Text(text, "bold underline" if level > 1 else "bold"))
        case Paragraph(text, style):
            console.print(Text(text, style))
        case Lines(lines, is_aside):
            for line in lines:
                console.print(Text(line, "dim" if is_aside else ""))
        case Facts(pairs, style, width):
            console.print(facts(pairs, style=style, least=width))
        case Tree(branches):
            console.print(_tree(branches))
        case Findings(findings):
            for finding in findings:
                head = Text(place_of(finding) or "everywhere", "bold")
                head.append(f"  {finding.term}" if finding.term else "", "cyan")
                console.print(head.append(f"  {finding.check}", "dim"))
                console.print(Padding(Text(finding.problem), (0, 0, 0, 2)))
                console.print(Padding(Text(finding.remedy, "green"), (0, 0, 1, 2)))
        case Overview(matrix, remarks):
            show_matrix(console, matrix)
            for lines in remarks:
                console.print(Text("\n" + "\n".join(lines)))
            rows = "The rows, with all that stands behind each: -f csv or -f md."
            console.print(Text(f"\n{rows}", "dim"))
        case Graph(triples):
            show_graph(console, triples)
        case Table():
            show(console, block)


def _tree(lines: Iterable[Line]) -> RichTree:
    root = RichTree("", hide_root=True, guide_style="dim")
    above = [root]
    for line in lines:
        text = Text(line.text)
        if line.aside:
            text.append(f" [{line.aside}]", "dim")
        del above[line.depth + 1 :]
        above.append(above[-1].add(text))
    return root


def show(console: Console, table: Table[str]) -> None:
    """Print a folded table where its columns have room, else cards; then the shared values.

    For want of room a shared origin is moved below too; then handles are left out. A user's own
    query keeps all columns.
    """
    content = table._replace(kept=table.kept - {"origin"}).folded()
    narrow = content if content.own else content.without(_HANDLES)
    choices = (table.folded(), content, narrow)
    tables = ((choice, _widths(choice, console.width)) for choice in choices)
    shown, widths = next((pair for pair in tables if pair[1]), (content, []))
    console.print(_grid(shown, widths) if widths else _cards(shown, console.width))
    if shown.same:
        console.print(Text(f"\n{same_words(shown)}", "dim"))
    if shown is narrow and narrow is not content:
        left = ", ".join(name for name in content.headings if name not in shown.headings)
        console.print(Text(f"\nLeft out for want of room: {left} (see -f csv).", "dim"))


def show_matrix(console: Console, matrix: Matrix) -> None:
    """Print a matrix: as a grid where it has room, upright or turned, else in groups.

    A group is the rows with equal cells and tallies: their names, the tallies, then the headings,
    those with equal cells together.
    """
    upright = matrix.table
    if all(cell_len(cell) <= _PROSE for row in upright.rows for cell in row):
        first, *columns = zip(upright.headings, *upright.rows, strict=True)
        for side in (upright, Table(("", *first[1:]), tuple(columns))):
            widths = _widths(side, console.width, _LEAST, lines=4)
            if widths:
                console.print(_grid(side, widths))
                return
    groups: dict[tuple[Any, ...], list[str]] = {}
    for name, *alike in zip(matrix.names, matrix.statements, matrix.tallies, strict=True):
        groups.setdefault(tuple(alike), []).append(name)
    for number, ((cells, tallies), names) in enumerate(groups.items()):
        console.print(Text("\n" * bool(number) + "; ".join(names), "bold"))
        if tallies:
            console.print(Text(f"  {', '.join(tallies)}", "dim"))
        headings: dict[tuple[Statement, ...], list[str]] = {}
        for heading, statements in zip(matrix.headings[1:], cells, strict=True):
            headings.setdefault(statements, []).append(heading)
        pairs = (
            (f"  {', '.join(several)}", ", ".join(statement))
            for statements, several in headings.items()
            for statement in statements
        )
        console.print(facts(pairs, least=_COMFORT, most=console.width // 3))


def show_graph(console: Console, triples: Iterable[Triple]) -> None:
    """Print a graph: each subject once, its properties below."""
    about: dict[str, list[tuple[str, str]]] = {}
    for subject, predicate, value in triples:
        about.setdefault(text_of(subject), []).append((f"  {text_of(predicate)}", text_of(value)))
    width = max((len(name) for pairs in about.values() for name, _ in pairs), default=0)
    for number, (resource, pairs) in enumerate(about.items()):
        console.print(Text("\n" * bool(number) + resource, "bold"))
        console.print(facts(pairs, least=width))


def facts(
    pairs: Iterable[tuple[str, str]],
    *,
    style: str = "dim",
    least: int | None = None,
    most: int | None = None,
    width: int | None = None,
    lead: bool = False,
) -> RenderableType:
    """Return names and texts below each other; a repeated name is shown once.

    Names have from `least` to `most` cells, texts `width`; the name that leads a card is bold.
    """
    grid = Grid.grid(padding=(0, _GAP, 0, 0))
    grid.add_column(style=style, min_width=least, max_width=most, no_wrap=most is None)
    grid.add_column(min_width=width, max_width=width, overflow="fold")
    last = None
    for name, text in pairs:
        look = "bold" if lead and last is None else _style(name, text)
        grid.add_row(Text("" if name == last else name), Text(text, look))
        last = name
    return grid


def _style(heading: str, text: str) -> str:
    if heading == "stance":
        return _STANCES.get(text, "")
    return "italic" if heading == QUOTE else ""


def _widths(
    content: Table[str], width: int, comfort: int = _COMFORT, *, lines: int = 2
) -> list[int]:
    """Return the cells of each column, the most even that fit into `width`; empty if too few."""
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


def _grid(content: Table[str], widths: list[int]) -> RenderableType:
    wraps = any(
        cell_len(text) > width
        for row in content.rows
        for text, width in zip(row, widths, strict=True)
    )
    grid = Grid(
        box=box.SIMPLE_HEAD,
        header_style="bold",
        pad_edge=False,
        show_edge=False,
        padding=(0, _GAP - 1, 0, 0),  # the box has one more cell between columns
        leading=1 if wraps else 0,
    )
    for heading, width in zip(content.headings, widths, strict=True):
        side: JustifyMethod = "right" if heading in content.numbers else "left"
        grid.add_column(Text(heading), justify=side, width=width, overflow="fold")
    for row in content.rows:
        cells = zip(content.headings, row, strict=True)
        grid.add_row(*(Text(text, _style(heading, text)) for heading, text in cells))
    return grid


def _cards(content: Table[str], width: int) -> RenderableType:
    """Return a block for each row: its number, brief columns side by side, the others below.

    Consecutive rows that differ in one thing alone share a block, with the differing values one a
    line. A long text that an earlier block shows is not repeated.
    """
    labels, cards = _gathered([_card(content.headings, row) for row in content.rows])
    prose = {name for card in cards for name, text in card.items() if _wide(text) > 3 * _BRIEF}
    prose |= {*_HANDLES, QUOTE}
    cards = _without_repeats(labels, cards, prose - _HANDLES)
    digits = max(map(len, labels), default=1)
    name = max((len(heading) for card in cards for heading in card), default=0)
    brief = [[pair for pair in card.items() if pair[0] not in prose] for card in cards]
    text = max((_wide(text) for pairs in brief for _, text in pairs), default=0)
    room = width - digits - _GAP
    abreast = max(1, room // (name + min(text, _BRIEF) + 2 * _GAP))
    text = min(text, room // abreast - name - 2 * _GAP)
    blocks: list[RenderableType] = []
    for label, short, card in zip(labels, brief, cards, strict=True):
        if blocks:
            blocks.append(Text(""))
        height = -(-len(short) // abreast)
        beside = Grid.grid(padding=(0, _GAP, 0, 0))
        beside.add_column(justify="right", min_width=digits, style="dim")
        parts = [short[start : start + height] for start in range(0, len(short), height or 1)]
        pairs = [facts(part, least=name, width=text, lead=part is parts[0]) for part in parts]
        beside.add_row(Text(label), *pairs)
        blocks.append(beside)
        rest = [pair for pair in card.items() if pair[0] in prose]
        if rest:
            below = Grid.grid(padding=(0, _GAP, 0, 0))
            below.add_column(min_width=digits)
            below.add_row("", facts(rest, least=name))
            blocks.append(below)
    return Group(*blocks)


def _card(headings: Sequence[str], row: Sequence[str]) -> Card:
    """Return the non-empty cells of a card, with the status of a marker behind the marker."""
    card = dict(zip(headings, row, strict=True))
    if card.get("marker") and card.get("marker status"):
        card["marker"] += f" ({card.pop('marker status')})"
    return {heading: text for heading, text in card.items() if text}


def _wide(text: str) -> int:
    """Return the number of cells of the longest line."""
    return max(map(cell_len, text.split("\n")))


def _without_repeats(
    labels: Sequence[str], cards: Iterable[Card], prose: AbstractSet[str]
) -> list[Card]:
    """Return cards in which a repeated `prose` text refers to the first card with it."""
    first: dict[tuple[str, str], str] = {}
    return [
        {
            heading: f"as in {where}"
            if (where := first.setdefault((heading, text), label)) != label
            and heading in prose
            and _wide(text) > _PROSE
            else text
            for heading, text in card.items()
        }
        for label, card in zip(labels, cards, strict=True)
    ]


def _gathered(cards: Iterable[Card]) -> tuple[list[str], list[Card]]:
    """Return the numbers of cards and the cards, rows that differ in one thing alone as one.

    What a claim cites is one thing: markers, each with its source. They are not counted.
    """
    claims = [card for _, card in _runs(cards, _apart_in_citation, _cited)]
    labels: list[str] = []
    gathered: list[Card] = []
    number = 1
    for count, card in _runs(claims, _apart_in, _line_by_line):
        last = number + count - 1
        labels.append(str(number) if count == 1 else f"{number}-{last}")
        gathered.append(card)
        number = last + 1
    return labels, gathered


def _runs(
    cards: Iterable[Card],
    apart: Callable[[Card, Card], str],
    joined: Callable[[list[Card]], Card],
) -> list[tuple[int, Card]]:
    """Return `cards` with runs that differ in the same one thing joined, and their lengths.

    `apart` names the one thing in which two cards differ, or "".
    """
    runs: list[tuple[str, list[Card]]] = []
    for card in cards:
        thing, run = runs[-1] if runs else ("", [])
        differing = apart(run[0], card) if run else ""
        if differing and thing in ("", differing):
            runs[-1] = differing, [*run, card]
        else:
            runs.append(("", [card]))
    return [(len(run), joined(run) if thing else run[0]) for thing, run in runs]


def _unlike(first: Card, card: Card) -> set[str]:
    return {name for name in first.keys() | card.keys() if first.get(name) != card.get(name)}


def _apart_in_citation(first: Card, card: Card) -> str:
    """Return "marker" for two cards of one claim that differ in their citation, else ""."""
    unlike = _unlike(first, card)
    return "marker" if unlike and unlike <= _CITED else ""


def _cited(cards: list[Card]) -> Card:
    """Return the cards of a claim as one, with a line for each marker, or for each source."""
    heading = "marker" if any("marker" in card for card in cards) else "source"
    cited = [[card[name] for name in ("marker", "source") if name in card] for card in cards]
    whole = {name: text for name, text in cards[0].items() if name != "source"}
    return whole | {heading: "\n".join(map(": ".join, cited))}


def _apart_in(first: Card, card: Card) -> str:
    """Return the heading of the one thing in which two cards differ, unless it is evidence, or "".

    Handles may differ too, and so may quotes that begin with the same words.
    """
    unlike = _unlike(first, card)
    leads = {one.get(QUOTE, "").partition(_ELLIPSIS)[:2] for one in (first, card)}
    things = unlike - _HANDLES - ({QUOTE} if len(leads) == 1 else set())
    pairs = {
        (first.get(name), card.get(name)) for name in things
    }  # one pair, even under two headings
    is_one = len(pairs) == 1 and not unlike & EVIDENCE and first.keys() == card.keys()
    return min(things) if is_one else ""


def _line_by_line(cards: list[Card]) -> Card:
    """Return cards as one, with the differing values one a line."""
    return {
        name: "\n".join(_onward(name, cards)) if len({card[name] for card in cards}) > 1 else text
        for name, text in cards[0].items()
    }


def _onward(name: str, cards: Sequence[Mapping[str, str]]) -> Iterator[str]:
    """Yield a text of each card; the common beginning of quotes is shown on the first alone."""
    for number, card in enumerate(cards):
        lead, gap, rest = card[name].partition(_ELLIPSIS)
        yield f"“{gap.lstrip()}{rest}" if number and gap and name == QUOTE else lead + gap + rest
