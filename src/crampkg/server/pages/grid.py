"""Rows as a table with links: what belongs together stands in one cell, said in words."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import Literal, NamedNode

from crampkg.answers import sentences
from crampkg.answers.sentences import HEADING, home
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

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.rdf import RdfTerm, Triple

    Row = Mapping[str, RdfTerm | None]
    Cell = tuple["Part", ...]
    _Cell = tuple[str, bool, Cell]

#: Columns that stand in the cell of another one.
_EVIDENCE = ("marker", "markerStatus", "source", "sourceLabel")
_FIRMNESS = ("stance", "hedge", "condition", "evidence")
_PLACE = ("basis", "section", "claim")

#: Longer ones are digests and the like, which may be broken anywhere.
_LONGEST_WORD = 40

#: What the headings of a page call something otherwise than the variables do.
_CALLED = {"condition": "circumstance"}

#: What the groups of a column are called, where they are counted.
_COUNTED = {"topic": "matter"}


class Part(NamedTuple):
    """A piece of a cell: what it says, where it leads, and how it looks (a class of CSS).

    `of` goes on for who hears a link without the row that it stands in.
    """

    text: str
    link: str = ""
    look: str = ""
    of: str = ""


class Line(NamedTuple):
    """A row: a cell for each heading, our note on its claim, and the article's words, if shown.

    Rows of one `group` stand together below its name.
    """

    cells: tuple[tuple[Part, ...], ...]
    quote: str = ""
    note: str = ""
    group: tuple[Part, ...] = ()


class Grid(NamedTuple):
    """A table: its headings, those above numbers, and what is the same in every row.

    `total` tells in words how much it holds: claims where its rows are claims.
    """

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    numbers: frozenset[str] = frozenset()
    same: tuple[tuple[str, tuple[Part, ...]], ...] = ()
    total: str = ""

    @property
    def rows(self) -> Iterator[tuple[Cell, _Cell, Iterator[_Cell], str, str]]:
        """The lines as a template goes through them: the group that begins, cells, note, quote.

        The first cell, which names its row, is apart. Each comes with its heading, and with whether
        that stands above numbers.
        """
        numeric = [heading in self.numbers for heading in self.headings]
        last: Cell = ()
        for line in self.lines:
            begins = line.group if line.group != last else ()
            cells = zip(self.headings, numeric, line.cells, strict=True)
            yield begins, next(cells), cells, line.note, line.quote
            last = line.group


class _Column(NamedTuple):
    heading: str
    parts: tuple[str, ...]  # the variables that its cells are made of


def grid(
    graph: KnowledgeGraph,
    variables: Sequence[str],
    rows: Sequence[Row],
    quotes: Mapping[str, str] | None = None,
    group: str = "",
) -> Grid:
    """Return rows of a question's answer as a table; columns that are empty are left out.

    `quotes` are spans of the article by the IRI of their claim or statement. The column `group`
    becomes headings between the rows, which have to be sorted by it, with the numbers that all rows
    of a group have in common; claims whose first column says little more than that are grouped by
    it anyway. What is the same in every row is told once, unless the rows are claims or links: of
    those each is whole. Rows that tell of the same claim with one of its markers each are one line
    with all of them.
    """
    bundles = _bundles(variables, rows)
    rows = [bundle[0] for bundle in bundles]
    group = group or _group(variables, rows)
    if not group:
        content = _grid(graph, variables, bundles, quotes or {})
        return content._replace(total=_total(variables, rows))
    tallies = [name for name in variables if name != group and _is_tally(name, group, rows)]
    outer = (group, label_of(group, variables), *tallies)
    content = _grid(graph, [name for name in variables if name not in outer], bundles, quotes or {})
    lines = []
    for line, row in zip(content.lines, rows, strict=True):
        name = tuple(_cell(_Column("", (group,)), row, variables, graph))
        told = ", ".join(tally(each, value) for each in tallies if (value := row[each]))
        lines.append(line._replace(group=(*name, *([Part(told, look="tally")] if told else []))))
    total = _total(variables, rows)
    if group in _COUNTED:
        total = f"{plural(len({row[group] for row in rows}), _COUNTED[group])}, {total}"
    return content._replace(lines=tuple(lines), total=total)


def _group(variables: Sequence[str], rows: Sequence[Row]) -> str:
    """Return the first column of claims, if each of its few values stands in one run of rows."""
    if "claim" not in variables:
        return ""
    values = [row[variables[0]] for row in rows]
    runs = [value for value, _ in itertools.groupby(values)]
    is_group = len(runs) == len(set(values)) and 1 < len(runs) < len(rows) / 2
    return variables[0] if is_group and None not in values else ""


def _total(variables: Sequence[str], rows: Sequence[Row]) -> str:
    """Return how many claims there are, and how many rows if these are more, or not claims."""
    claims = {row["claim"] for row in rows} - {None} if "claim" in variables else set()
    if not claims:
        return plural(len(rows), "row")
    told = plural(len(claims), "claim")
    return told if len(claims) == len(rows) else f"{told} in {plural(len(rows), 'row')}"


def _grid(
    graph: KnowledgeGraph,
    variables: Sequence[str],
    bundles: Sequence[Sequence[Row]],
    quotes: Mapping[str, str],
) -> Grid:
    """Return a table with a line for each bundle of rows, folded as on every face."""
    rows = [bundle[0] for bundle in bundles]
    columns = list(_columns(variables))
    headings = [column.heading for column in columns]
    titles = {} if HEADING in variables else sentences.titles(graph.statuses)
    cells = []
    for bundle in bundles:
        line = [
            tuple(
                part
                for row in (bundle if column.heading == "cited" else bundle[:1])
                for part in _cell(column, row, variables, graph)
            )
            for column in columns
        ]
        if titles:
            line.append((Part(sentences.title_of(bundle[0], titles)),))
        cells.append(tuple(line))
    numbers = frozenset(
        column.heading
        for column in columns
        if len(column.parts) == 1 and are_numbers(row[column.parts[0]] for row in rows)
    )
    joint = {column.heading for column in columns if len(column.parts) > 1}
    table = Table(
        (*headings, *([HEADING] if titles else [])), tuple(cells), numbers, kept=EVIDENCE | joint
    ).folded()
    lines = (
        Line(line, words_of(row, quotes), _note(row))
        for line, row in zip(table.rows, rows, strict=True)
    )
    return Grid(table.headings, tuple(lines), numbers, table.same)


def triples(graph: KnowledgeGraph, rows: Iterable[Triple]) -> Grid:
    """Return the triples of a graph as a table, everything by its name, with whose word each is.

    A triple that no graph holds was made by the query.
    """
    rows = list(rows)
    known = _origins(
        graph, {subject.value for subject, _, _ in rows if isinstance(subject, NamedNode)}
    )
    lines = []
    for row in rows:
        origin = known.get(row, "made by the query")
        whose = Part(origin, look="origin " + origin.replace(" ", "-"))
        lines.append(Line((*((_named(value, graph),) for value in row), (whose,))))
    return Grid(
        ("subject", "relation", "object", "origin"),
        tuple(lines),
        total=plural(len(lines), "triple"),
    )


def _origins(graph: KnowledgeGraph, subjects: set[str]) -> dict[tuple[RdfTerm | None, ...], str]:
    """Return the origin of each triple with one of some subjects; of several, what is stated."""
    if not subjects:
        return {}
    values = " ".join(serialize(iri, "iri") for iri in sorted(subjects))
    text = f"SELECT ?s ?p ?o ?g {{ VALUES ?s {{ {values} }} GRAPH ?g {{ ?s ?p ?o }} }}"
    found: dict[tuple[RdfTerm | None, ...], str] = {}
    for row in graph.query(text):
        triple, origin = (row["s"], row["p"], row["o"]), ORIGINS[row.text("g")]
        if found.get(triple, "inferred") == "inferred":
            found[triple] = origin
    return found


def widened(content: Grid, heading: str, parts: Sequence[Part]) -> Grid:
    """Return a table with one more column, one part for each row."""
    lines = (
        line._replace(cells=(*line.cells, (part,)))
        for line, part in zip(content.lines, parts, strict=True)
    )
    return content._replace(headings=(*content.headings, heading), lines=tuple(lines))


def folded(content: Grid, heading: str) -> Grid:
    """Return a table that tells a column once above it, if that is the same in every row."""
    place = content.headings.index(heading) if heading in content.headings else 0
    cells = {line.cells[place] for line in content.lines}
    if not place or len(cells) != 1 or len(content.lines) == 1:
        return content
    lines = (
        line._replace(cells=(*line.cells[:place], *line.cells[place + 1 :]))
        for line in content.lines
    )
    return content._replace(
        headings=(*content.headings[:place], *content.headings[place + 1 :]),
        lines=tuple(lines),
        same=(*content.same, (heading, cells.pop())),
    )


def linked(text: str, iri: str, look: str = "") -> Part:
    """Return a part that leads to the thing with an IRI."""
    return Part(text or readable(iri), address(iri), look)


def _bundles(variables: Sequence[str], rows: Sequence[Row]) -> list[list[Row]]:
    """Return rows together that differ in the marker of the same claim alone."""
    if not {"claim", "marker", "markerStatus"}.issubset(variables):
        return [[row] for row in rows]
    kept = [name for name in variables if name not in (*_EVIDENCE, "markerText")]
    found: dict[tuple[RdfTerm | None, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(tuple(row[name] for name in kept), []).append(row)
    return list(found.values())


def _is_tally(name: str, group: str, rows: Sequence[Row]) -> bool:
    """Tell whether a column holds a number that is the same in all rows of a group."""
    found: dict[RdfTerm | None, set[RdfTerm | None]] = {}
    for row in rows:
        found.setdefault(row[group], set()).add(row[name])
    return are_numbers(row[name] for row in rows) and all(len(each) == 1 for each in found.values())


def _columns(variables: Sequence[str]) -> Iterator[_Column]:
    """Yield the columns in the order of the variables."""
    labels = {label for name in variables if (label := label_of(name, variables))}
    has_status = "markerStatus" in variables
    has_relation = "relation" in variables
    has_claim = "claim" in variables
    for name in variables:
        if name in labels or (has_status and name == "alsoMarker"):
            continue
        if name == "relation":
            yield _Column(
                "relation", ("relation", *(["wording"] if "wording" in variables else []))
            )
        elif name == "wording":
            if not has_relation:
                yield _Column("as worded", ("wording",))
        elif has_claim and name in _FIRMNESS:
            if name == next(each for each in variables if each in _FIRMNESS):
                parts = tuple(each for each in _FIRMNESS if each in variables)
                yield _Column(" and ".join(_CALLED.get(each, each) for each in parts[:2]), parts)
        elif has_claim and name == "note":
            continue
        elif has_status and name in _EVIDENCE:
            if name == next(each for each in variables if each in _EVIDENCE):
                cited = (*_EVIDENCE, "alsoMarker")
                yield _Column("cited", tuple(each for each in cited if each in variables))
        elif has_claim and name in _PLACE:
            if name == next(each for each in variables if each in _PLACE):
                yield _Column("read from", tuple(each for each in _PLACE if each in variables))
        else:
            yield _Column(heading_of(name), (name,))


def _cell(
    column: _Column, row: Row, variables: Sequence[str], graph: KnowledgeGraph
) -> Iterator[Part]:
    if column.heading == "cited" and "markerStatus" in column.parts:
        yield from _citation(row, graph)
        return
    if column.heading == "read from":
        yield from _place(row, graph)
        return
    for name in column.parts:
        value = row[name]
        if value is None:
            continue
        label = row[label] if (label := label_of(name, variables)) else None
        text = label.value if label is not None else value.value
        if name == "wording":
            yield Part(f"“{text}”", look="worded")
        elif name in ("stance", "origin"):
            yield Part(text, look=f"{name} {text.replace(' ', '-')}")
        elif name == "evidence":
            yield Part(f"evidence: “{text}”", look="condition")
        elif name == "condition":
            yield Part(f"circumstance: {text}", look="condition")
        elif name == "hedge" and isinstance(value, Literal):
            is_printed = text != "none printed"
            said = f"hedge: {text}" if is_printed else "no hedge printed"
            yield Part(said, look="hedge" if is_printed else "hedge none")
        elif isinstance(value, NamedNode):
            yield linked(
                text if label is not None else graph.terms.name_of(value.value), value.value
            )
        else:
            yield Part(text)


def _citation(row: Row, graph: KnowledgeGraph) -> Iterator[Part]:
    """Yield the marker, what is known of its link, and the source that it most likely means."""
    marker, claim = row.get("marker"), row.get("claim")
    if marker is None:
        if claim is not None:
            yield Part("no marker", look="none")
            yield Part("the article cites nothing for it", look="status")
        return
    text = row.get("markerText") or marker
    if isinstance(marker, NamedNode):
        yield linked(f"marker {text.value}", marker.value)
    else:
        known = _markers(graph).get((home(claim.value) if claim else "", marker.value), "")
        yield Part(f"marker {marker.value}", address(known))
    status = row.get("markerStatus")
    if status is not None:
        yield Part(status.value, look="status")
    source, label = row.get("source"), row.get("sourceLabel")
    if source is not None:
        yield linked(label.value if label else "", source.value, "source")
    elif label is not None:
        known = _sources(graph).get((home(claim.value) if claim else "", label.value), "")
        yield Part(label.value, address(known), "source")
    others = row.get("alsoMarker")
    for other in others.value.split(", ") if others is not None else ():
        known = _markers(graph).get((home(claim.value) if claim else "", other), "")
        yield Part(f"also marker {other}", address(known), "source")


def _place(row: Row, graph: KnowledgeGraph) -> Iterator[Part]:
    """Yield where a claim is read from: the sort of text, the section, the claim itself."""
    claim, basis, section = row.get("claim"), row.get("basis"), row.get("section")
    if basis is not None:
        yield Part(basis.value, look="basis")
    if section is not None:
        known = _sections(graph).get((home(claim.value) if claim else "", section.value), "")
        if isinstance(section, NamedNode):
            yield linked(graph.terms.name_of(section.value), section.value, "section")
        else:
            yield Part(section.value, address(known), "section")
    if claim is not None:
        name = graph.terms.name_of(claim.value)
        yield linked("the claim", claim.value, "claim")._replace(of=f": {name}")


def _named(value: RdfTerm, graph: KnowledgeGraph) -> Part:
    if isinstance(value, NamedNode):
        return linked(graph.terms.name_of(value.value), value.value)
    is_token = max(map(len, value.value.split()), default=0) > _LONGEST_WORD
    return Part(value.value, look="token" if is_token else "")


def _note(row: Row) -> str:
    """Return our note on the claim of a row: prose, which stands below it and is no column."""
    note = row.get("note") if "claim" in row else None
    return note.value if note is not None else ""


@cached_on_graph()
def _markers(graph: KnowledgeGraph) -> dict[tuple[str, str], str]:
    """Return the IRI of each marker by the home of its article and its text."""
    return _by_home(graph, f"{CK}CitationMarker", "marker ")


@cached_on_graph()
def _sections(graph: KnowledgeGraph) -> dict[tuple[str, str], str]:
    """Return the IRI of each section by the home of its article and its label."""
    return _by_home(graph, f"{CK}Section", "")


@cached_on_graph()
def _sources(graph: KnowledgeGraph) -> dict[tuple[str, str], str]:
    """Return the IRI of each listed source by the home of its article and its label."""
    return _by_home(graph, f"{CK}EvidenceSource", "")


def _by_home(graph: KnowledgeGraph, kind: str, prefix: str) -> dict[tuple[str, str], str]:
    return {
        (home(term.iri), term.label.removeprefix(prefix)): term.iri
        for term in graph.terms.of_kind(kind)
    }
