"""Rows as an HTML table with links; related columns share a cell, in words."""

from __future__ import annotations

import itertools
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode

from crampkg.answers import remarks
from crampkg.answers.remarks import HEADING, namespace_of, title_of
from crampkg.answers.table import (
    EVIDENCE,
    Table,
    are_numbers,
    heading_of,
    label_of,
    tally,
    words_of,
)
from crampkg.graph import cached_on_graph
from crampkg.library import serialize
from crampkg.server.pages.addresses import address
from crampkg.text import plural
from crampkg.vocabulary import CK, ORIGINS, readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.rdf import RdfTerm, Triple

    Row = Mapping[str, RdfTerm | None]
    Cell = tuple["CellPart", ...]
    _Cell = tuple[str, bool, Cell]

#: Columns that share a cell: the citation, the firmness of a claim, and its place in the article.
_EVIDENCE = ("marker", "markerStatus", "source", "sourceLabel")
_FIRMNESS = ("stance", "hedge", "condition", "evidence")
_PLACE = ("basis", "section", "claim")

#: A longer word, such as a digest, may be broken anywhere.
_LONGEST_WORD = 40

#: Headings that differ from the names of their variables.
_HEADINGS = {"condition": "circumstance"}

#: Templates for the text of some columns, with the CSS class.
_WORDS = {
    "wording": ("“{}”", "worded"),
    "evidence": ("evidence: “{}”", "condition"),
    "condition": ("circumstance: {}", "condition"),
}

#: The noun for the groups of a column, where they are counted.
_COUNTED = {"topic": "matter"}


class CellPart(NamedTuple):
    """A piece of a cell: its text, its link, and its CSS class.

    `context` completes the link for a screen reader that lists links alone.
    """

    text: str
    link: str = ""
    look: str = ""
    context: str = ""


class GridRow(NamedTuple):
    """A row: a cell for each heading, a quotation of the article, and our note on the claim.

    Rows of one `group` stand together below its name.
    """

    cells: tuple[tuple[CellPart, ...], ...]
    quote: str = ""
    note: str = ""
    group: tuple[CellPart, ...] = ()


class Grid(NamedTuple):
    """A table: its headings, those of numeric columns, and the cells common to all rows.

    `total` is its size in words, in claims if its rows are claims.
    """

    headings: tuple[str, ...]
    lines: tuple[GridRow, ...]
    numbers: frozenset[str] = frozenset()
    same: tuple[tuple[str, tuple[CellPart, ...]], ...] = ()
    total: str = ""

    @property
    def rows(self) -> Iterator[tuple[Cell, _Cell, Iterator[_Cell], str, str]]:
        """The lines for a template: group, first cell, other cells, note, quotation.

        The group is empty unless it begins with the line. The first cell names its row. A cell
        comes with its heading, and with whether its column is numeric.
        """
        numeric = [heading in self.numbers for heading in self.headings]
        last: Cell = ()
        for line in self.lines:
            begins = line.group if line.group != last else ()
            cells = zip(self.headings, numeric, line.cells, strict=True)
            yield begins, next(cells), cells, line.note, line.quote
            last = line.group


def grid(
    graph: KnowledgeGraph,
    variables: Sequence[str],
    rows: Sequence[Row],
    quotes: Mapping[str, str] | None = None,
    group: str = "",
    apart: str = "",
) -> Grid:
    """Return rows of a question's answer as a table without empty columns.

    `quotes` are spans of the article by the IRI of their claim or statement. The column `group`
    becomes headings between the rows, which must be sorted by it, with the numbers that all rows of
    a group share; without it, claims may be grouped by their first column. The rows of a claim with
    several markers become one line. The column `apart` moves above the rows if all of them have
    the same value in it; other columns of evidence never do.
    """
    bundles = _bundles(variables, rows)
    rows = [bundle[0] for bundle in bundles]
    total = _total(variables, rows)
    group = group or _group(variables, rows)
    if not group:
        return _grid(graph, variables, bundles, quotes or {}, apart)._replace(total=total)
    tallies = [name for name in variables if name != group and _is_tally(name, group, rows)]
    outer = (group, label_of(group, variables), *tallies)
    inner = [name for name in variables if name not in outer]
    content = _grid(graph, inner, bundles, quotes or {}, apart)
    lines = []
    for line, row in zip(content.lines, rows, strict=True):
        numbers = ", ".join(tally(name, value) for name in tallies if (value := row[name]))
        tallied = [CellPart(numbers, look="tally")] if numbers else []
        name = _cell("", (group,), row, variables, graph)
        lines.append(line._replace(group=(*name, *tallied)))
    if group in _COUNTED:
        total = f"{plural(len({row[group] for row in rows}), _COUNTED[group])}, {total}"
    return content._replace(lines=tuple(lines), total=total)


def _group(variables: Sequence[str], rows: Sequence[Row]) -> str:
    """Return the first column of claims if it has few values, each in one run of rows, else ""."""
    if "claim" not in variables:
        return ""
    values = [row[variables[0]] for row in rows]
    runs = [value for value, _ in itertools.groupby(values)]
    is_group = len(runs) == len(set(values)) and 1 < len(runs) < len(rows) / 2
    return variables[0] if is_group and None not in values else ""


def _total(variables: Sequence[str], rows: Sequence[Row]) -> str:
    """Return the number of claims in words, with that of rows if it differs."""
    claims = {row["claim"] for row in rows} - {None} if "claim" in variables else set()
    if len(claims) in (0, len(rows)):
        return plural(len(rows), "claim" if claims else "row")
    return f"{plural(len(claims), 'claim')} in {plural(len(rows), 'row')}"


def _grid(
    graph: KnowledgeGraph,
    variables: Sequence[str],
    bundles: Sequence[Sequence[Row]],
    quotes: Mapping[str, str],
    apart: str,
) -> Grid:
    """Return a table with a line for each bundle of rows, folded like other faces' tables."""
    rows = [bundle[0] for bundle in bundles]
    columns = _columns(variables)
    titles = {} if HEADING in variables else remarks.titles(graph.statuses)
    cells = []
    for bundle in bundles:
        line = [
            tuple(
                part
                for row in (bundle if heading == "cited" else bundle[:1])
                for part in _cell(heading, parts, row, variables, graph)
            )
            for parts, heading in columns.items()
        ]
        cells.append((*line, *([(CellPart(title_of(bundle[0], titles)),)] if titles else [])))
    numbers = frozenset(
        heading
        for parts, heading in columns.items()
        if len(parts) == 1 and are_numbers(row[parts[0]] for row in rows)
    )
    joint = {heading for parts, heading in columns.items() if len(parts) > 1}
    headings = (*columns.values(), *([HEADING] if titles else []))
    table = Table(headings, tuple(cells), numbers, kept=(EVIDENCE | joint) - {apart}).folded()
    lines = (
        GridRow(line, words_of(row, quotes), _note(row))
        for line, row in zip(table.rows, rows, strict=True)
    )
    return Grid(table.headings, tuple(lines), numbers, table.same)


def triples(graph: KnowledgeGraph, rows: Iterable[Triple]) -> Grid:
    """Return triples as a table of names, with the origin of every triple.

    A triple that no graph holds was made by the query.
    """
    rows = list(rows)
    known = _origins(
        graph, {subject.value for subject, _, _ in rows if isinstance(subject, NamedNode)}
    )
    lines = []
    for row in rows:
        origin = known.get(row, "made by the query")
        badge = CellPart(origin, look="origin " + origin.replace(" ", "-"))
        lines.append(GridRow((*((_named(value, graph),) for value in row), (badge,))))
    return Grid(
        ("subject", "relation", "object", "origin"),
        tuple(lines),
        total=plural(len(lines), "triple"),
    )


def _origins(graph: KnowledgeGraph, subjects: set[str]) -> dict[tuple[RdfTerm | None, ...], str]:
    """Return the origins of the triples about some subjects; a stated origin goes first."""
    if not subjects:
        return {}
    values = " ".join(serialize(iri, "iri") for iri in sorted(subjects))
    text = f"SELECT ?s ?p ?o ?g {{ VALUES ?s {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
    origins: dict[tuple[RdfTerm | None, ...], str] = {}
    for row in graph.query(text):
        triple, origin = (row["s"], row["p"], row["o"]), ORIGINS[row.text("g")]
        if origins.get(triple, "inferred") == "inferred":
            origins[triple] = origin
    return origins


def widened(content: Grid, heading: str, parts: Sequence[CellPart]) -> Grid:
    """Return a table with one more column, which has one part for each row."""
    lines = (
        line._replace(cells=(*line.cells, (part,)))
        for line, part in zip(content.lines, parts, strict=True)
    )
    return content._replace(headings=(*content.headings, heading), lines=tuple(lines))


def linked(text: str, iri: str, look: str = "") -> CellPart:
    """Return a part that links to the page of an IRI."""
    return CellPart(text or readable(iri), address(iri), look)


def _bundles(variables: Sequence[str], rows: Sequence[Row]) -> list[list[Row]]:
    """Group rows that differ only in the marker of the same claim."""
    if not {"claim", "marker", "markerStatus"}.issubset(variables):
        return [[row] for row in rows]
    kept = [name for name in variables if name not in (*_EVIDENCE, "markerText")]
    bundles: dict[tuple[RdfTerm | None, ...], list[Row]] = {}
    for row in rows:
        bundles.setdefault(tuple(row[name] for name in kept), []).append(row)
    return list(bundles.values())


def _is_tally(name: str, group: str, rows: Sequence[Row]) -> bool:
    """Return whether a column holds a number that is the same in all rows of a group."""
    values: dict[RdfTerm | None, set[RdfTerm | None]] = {}
    for row in rows:
        values.setdefault(row[group], set()).add(row[name])
    is_common = all(len(known) == 1 for known in values.values())
    return is_common and are_numbers(row[name] for row in rows)


def _columns(variables: Sequence[str]) -> dict[tuple[str, ...], str]:
    """Return the headings of columns by the variables that share their cells."""
    skipped = {label for name in variables if (label := label_of(name, variables))}
    joint: dict[str, tuple[str, ...]] = {}
    if "relation" in variables:
        joint["relation"] = ("relation", "wording")
    if "markerStatus" in variables:
        joint["cited"] = (*_EVIDENCE, "alsoMarker")
        skipped.add("alsoMarker")
    if "claim" in variables:
        firmness = [_HEADINGS.get(name, name) for name in _FIRMNESS if name in variables]
        joint[" and ".join(firmness[:2])] = _FIRMNESS
        joint["read from"] = _PLACE
        skipped.add("note")  # stands below the row
    columns: dict[tuple[str, ...], str] = {}
    for name in variables:
        if name not in skipped:
            alone = heading_of(name), (name,)
            heading, parts = next((pair for pair in joint.items() if name in pair[1]), alone)
            columns.setdefault(tuple(part for part in parts if part in variables), heading)
    return columns


def _cell(
    heading: str,
    parts: Sequence[str],
    row: Row,
    variables: Sequence[str],
    graph: KnowledgeGraph,
) -> Iterator[CellPart]:
    if heading in _JOINT:
        yield from _JOINT[heading](row, graph)
        return
    for name in parts:
        value = row[name]
        if value is None:
            continue
        label = row[label] if (label := label_of(name, variables)) else None
        text = label.value if label is not None else value.value
        if name in _WORDS:
            words, look = _WORDS[name]
            yield CellPart(words.format(text), look=look)
        elif name in ("stance", "origin"):
            yield CellPart(text, look=f"{name} {text.replace(' ', '-')}")
        elif name == "hedge" and isinstance(value, Literal):
            is_printed = text != "none printed"
            words = f"hedge: {text}" if is_printed else "no hedge printed"
            yield CellPart(words, look="hedge" if is_printed else "hedge none")
        elif isinstance(value, NamedNode):
            yield linked(
                text if label is not None else graph.terms.name_of(value.value), value.value
            )
        else:
            yield CellPart(text)


def _citation(row: Row, graph: KnowledgeGraph) -> Iterator[CellPart]:
    """Yield a marker, the status of its link, and the source that it most likely means."""
    marker, claim = row.get("marker"), row.get("claim")
    if marker is None:
        if claim is not None:
            yield CellPart("no marker", look="none")
            yield CellPart("the article cites nothing for it", look="status")
        return
    text = row.get("markerText") or marker
    if isinstance(marker, NamedNode):
        yield linked(f"marker {text.value}", marker.value)
    else:
        yield CellPart(
            f"marker {marker.value}", _address(graph, "CitationMarker", claim, marker.value)
        )
    status = row.get("markerStatus")
    if status is not None:
        yield CellPart(status.value, look="status")
    source, label = row.get("source"), row.get("sourceLabel")
    if source is not None:
        yield linked(label.value if label else "", source.value, "source")
    elif label is not None:
        address = _address(graph, "EvidenceSource", claim, label.value)
        yield CellPart(label.value, address, "source")
    others = row.get("alsoMarker")
    for other in others.value.split(", ") if others is not None else ():
        yield CellPart(
            f"also marker {other}", _address(graph, "CitationMarker", claim, other), "source"
        )


def _place(row: Row, graph: KnowledgeGraph) -> Iterator[CellPart]:
    """Yield the basis and the section that a claim is read from, and a link to the claim."""
    claim, basis, section = row.get("claim"), row.get("basis"), row.get("section")
    if basis is not None:
        yield CellPart(basis.value, look="basis")
    if isinstance(section, NamedNode):
        yield linked(graph.terms.name_of(section.value), section.value, "section")
    elif section is not None:
        yield CellPart(section.value, _address(graph, "Section", claim, section.value), "section")
    if claim is not None:
        name = graph.terms.name_of(claim.value)
        yield linked("the claim", claim.value, "claim")._replace(context=f": {name}")


#: The functions that make the cells of some joint columns, by heading.
_JOINT = {"cited": _citation, "read from": _place}


def _named(value: RdfTerm, graph: KnowledgeGraph) -> CellPart:
    if isinstance(value, NamedNode):
        return linked(graph.terms.name_of(value.value), value.value)
    is_token = max(map(len, value.value.split()), default=0) > _LONGEST_WORD
    return CellPart(value.value, look="token" if is_token else "")


def _note(row: Row) -> str:
    """Return our note on the claim of a row, which is shown below the row."""
    note = row.get("note") if "claim" in row else None
    return note.value if note is not None else ""


def _address(graph: KnowledgeGraph, kind: str, claim: RdfTerm | None, name: str) -> str:
    """Return the address of a marker, section or source of a claim's article, by its name."""
    article = namespace_of(claim.value) if claim else ""
    return address(_named_in_articles(graph).get((kind, article, name), ""))


@cached_on_graph()
def _named_in_articles(graph: KnowledgeGraph) -> dict[tuple[str, str, str], str]:
    """Return the IRI of each marker, section and source, by kind, article and name."""
    return {
        (kind, namespace_of(term.iri), term.label.removeprefix("marker ")): term.iri
        for kind in ("CitationMarker", "EvidenceSource", "Section")
        for term in graph.terms.of_kind(f"{CK}{kind}")
    }
