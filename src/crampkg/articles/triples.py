"""The triples behind the tables of an article.

A cell names a thing or term by its slug, CURIE, label or a synonym. The rest is derived: types,
labels, markers and their uses, the IRI of a claim, the default stance and basis.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from pyoxigraph import Literal, NamedNode, Quad, Triple

from crampkg.articles.sentences import Phrases
from crampkg.articles.tables import WHOLE, Span, rows
from crampkg.errors import SourceError
from crampkg.rdf import parts
from crampkg.text import similar
from crampkg.vocabulary import CK, GRAPHS, KG, OWL, RDF, SKOS, XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from crampkg.articles.tables import Row

#: The sort of a name in a cell, by class; anything else with an IRI of `kg:` is a thing.
_SORTS = {
    OWL + "ObjectProperty": "relation",
    CK + "Hedge": "hedge",
    CK + "Stance": "stance",
    CK + "Basis": "basis",
}
#: By kind of statement: its class, and the default basis of its claims.
_KINDS = {
    "statement": ("Statement", "sentence"),
    "list item": ("ListItem", "listItem"),
    "lead-in": ("LeadIn", "heading"),
    "heading": ("Heading", "heading"),
}
#: What there is a handful of, so that a sentence can list it.
_SCALES = ("hedge", "stance", "basis")
_NAME = re.compile(r"[A-Za-z0-9][\w.-]*")
_WHEN = {"especially": "especiallyWhen", "only": "statedFor"}
_WHOLE_LIST = " (list)"
_LIST_NOTE = "Printed after the last item and read as covering the whole list."
_AFFIRMED = CK + "affirmed"
_INTEGER, _BOOLEAN = NamedNode(XSD + "integer"), NamedNode(XSD + "boolean")
_TYPE, _LABEL, _NOTE = (
    NamedNode(i) for i in (RDF + "type", SKOS + "prefLabel", SKOS + "scopeNote")
)


class Names:
    """The names that tables may use: those of the ontology's terms and the concepts."""

    def __init__(self, quads: Iterable[Quad]) -> None:
        """Read names and phrases from the triples of the Turtle files."""
        quads = list(quads)
        self.phrases = Phrases(quads)
        self._iris: dict[str, dict[str, str]] = {}
        sorts: dict[str, str] = {}
        names: list[tuple[str, str]] = []
        for quad in quads:
            iri, predicate, value = (term.value for term in parts(quad))
            if predicate == RDF + "type" and isinstance(quad.subject, NamedNode):
                sort = _SORTS.get(value) or ("thing" if iri.startswith(KG) else "")
                sorts[iri] = sort or sorts.get(iri, "")
            elif predicate in (SKOS + "prefLabel", SKOS + "altLabel"):
                names.append((value, iri))
        for iri in sorts:
            prefix, local = ("kg", iri[len(KG) :]) if iri.startswith(KG) else ("ck", iri[len(CK) :])
            names += [(f"{prefix}:{local}", iri), (slug(iri), iri)]
        self._described = sorts.keys()
        for name, iri in names:
            self._iris.setdefault(sorts.get(iri, ""), {})[name.casefold()] = iri

    def iri(self, sort: str, name: str) -> str | None:
        """Return the IRI of a thing, relation, hedge, stance or basis, or None."""
        return self._iris.get(sort, {}).get(name.casefold())

    def describes(self, iri: str) -> bool:
        """Return whether a Turtle file says what class the thing is of."""
        return iri in self._described

    def slugs(self, sort: str) -> list[str]:
        """Return the slugs of all hedges, stances or bases."""
        return sorted({slug(iri) for iri in self._iris.get(sort, {}).values()})

    def near(self, sort: str, name: str) -> list[str]:
        """Return the slugs of up to three names close to a misspelt one, the nearest first."""
        iris = self._iris.get(sort, {})
        return [*dict.fromkeys(slug(iris[near]) for near in similar(name, iris, 9))][:3]


class Tables(NamedTuple):
    """The content of the tables of articles."""

    quads: dict[str, list[Quad]]  # by file
    lines: dict[str, dict[str, int]]  # by file, the line that describes each IRI
    faults: list[SourceError]


def load_tables(texts: Mapping[str, str], asserted: Iterable[Quad]) -> Tables:
    """Return the content of the tables, by file, given the quads of the Turtle files.

    The folder of an article names its things: those of `data/articles/a` begin with `kg:a/`. A row
    with a mistake gives an error in `faults` and no quads, and so does an unreadable table.
    """
    tables = Tables({}, {}, [])
    if not texts:
        return tables
    names = Names(asserted)
    for folder in sorted({file.rpartition("/")[0] for file in texts}):
        reader = _Reader(f"{KG}{folder.rpartition('/')[2]}/", names)
        for name in ("statements.tsv", "claims.tsv", "spans.tsv"):
            file = f"{folder}/{name}"
            if file in texts:
                try:
                    reader.read(file, texts[file])
                except SourceError as error:
                    reader.faults.append(error)
        for file, triples in reader.triples.items():
            graph = NamedNode(GRAPHS["claims"])
            tables.quads[file] = [Quad(*parts(triple), graph) for triple in triples]
        tables.lines.update(reader.lines)
        tables.faults.extend(reader.faults)
    return tables


def slug(iri: str) -> str:
    """Return the slug of a thing or term: `associated-with` for `ck:associatedWith`."""
    if iri.startswith(KG):
        return iri[len(KG) :]
    local = iri.removeprefix(CK)
    return "".join(
        f"-{c.lower()}" if c.isupper() and at else c.lower() for at, c in enumerate(local)
    )


class _Reader:
    """Reads the tables of one article, the statements first."""

    def __init__(self, prefix: str, names: Names) -> None:
        self.triples: dict[str, list[Triple]] = {}
        self.lines: dict[str, dict[str, int]] = {}
        self.faults: list[SourceError] = []
        self._prefix = prefix
        self._names = names
        self._kinds: dict[str, str] = {}
        self._sections: dict[str, str] = {}
        self._labels: dict[str, str] = {}
        self._uses = 0

    def read(self, file: str, text: str) -> None:
        """Add the triples of a table."""
        triples = self.triples[file] = []
        lines = self.lines[file] = {}
        read = {
            "statements.tsv": self._statement,
            "claims.tsv": self._claim,
            "spans.tsv": self._span,
        }
        of_row = read[file.rpartition("/")[2]]
        for row in rows(file, text):
            before = len(self.faults)
            made = list(of_row(row))
            if len(self.faults) > before:
                continue
            for triple in made:
                lines.setdefault(parts(triple)[0].value, row.line)
            triples += made

    def _statement(self, row: Row) -> Iterator[Triple]:
        name, kind, parent = (row.cells[column] for column in ("statement", "kind", "of"))
        if name in self._kinds:
            self._fault(row, "statement", "stands twice. Name each statement once.")
        if kind not in _KINDS:
            self._fault(row, "kind", f"is none of {', '.join(_KINDS)}.")
        if parent and parent not in self._kinds:
            self._fault(row, "of", "is no statement above. Write the statement before its parts.")
        section = row.cells["section"] or self._sections.get(parent, "")
        if not section:
            self._fault(row, "section", "is empty. Name the section of the statement.")
        self._kinds[name] = kind if kind in _KINDS else "statement"
        self._sections[name] = section
        above = self._labels.get(parent) or self._names.phrases.label(self._prefix + section)
        label = self._labels[name] = row.cells["label"] or f"{kind} of the {above}"
        about = self._own(row, "statement", name)
        yield from _typed(about, _KINDS[self._kinds[name]][0], label)
        yield Triple(about, _ck("inSection"), self._own(row, "section", section))
        if parent:
            yield Triple(about, _ck("itemOf"), self._own(row, "of", parent))
        if row.cells["no claim"]:
            yield Triple(about, _ck("noClaimReason"), _english(row.cells["no claim"]))
        for printed in row.list("markers"):
            yield from self._use(row, printed, about)

    def _use(self, row: Row, printed: str, about: NamedNode) -> Iterator[Triple]:
        """Yield a marker and its use after a statement; uses are numbered through the article."""
        self._uses += 1
        text = printed.removesuffix(_WHOLE_LIST)
        marker = self._own(row, "markers", f"marker-{text}")
        use = self._own(row, "markers", f"marker-use-{self._uses:02}")
        yield Triple(about, _ck("marker"), marker)
        yield from _typed(marker, "CitationMarker", f"marker {text}")
        yield Triple(marker, _ck("markerText"), Literal(text))
        yield from _typed(use, "MarkerUse", f"use {self._uses} of a marker: marker {text}")
        yield Triple(use, _ck("useOf"), marker)
        yield Triple(use, _ck("usedIn"), about)
        yield Triple(use, _ck("coverage"), Literal("sentence" if text == printed else "list"))
        if text != printed:
            yield Triple(use, _NOTE, _english(_LIST_NOTE))

    def _claim(self, row: Row) -> Iterator[Triple]:
        kind = self._kinds.get(row.cells["statement"], "statement")
        is_known = row.cells["statement"] in self._kinds
        if not is_known:
            self._fault(
                row, "statement", "is not in statements.tsv. Add it there, or name another."
            )
        subject, obj = (self._one(row, column, "thing") for column in ("subject", "object"))
        relation = self._one(row, "relation", "relation")
        stance = self._one(row, "stance", "stance", _AFFIRMED)
        basis = self._one(row, "basis", "basis", CK + _KINDS[kind][1])
        hedges = self._all(row, "hedge", "hedge")
        object_first = row.cells["first"] == "object"
        if row.cells["first"] not in ("", "object"):
            self._fault(row, "first", "is neither empty nor 'object'.")
        name = row.cells["claim"] or "-".join(map(slug, (CK + "claim", subject, relation, obj)))
        about = self._own(row, "claim", name)
        if about.value in self.lines[row.file]:
            self._fault(
                row, "claim", f"{name} stands twice. Give one of the two a name of its own."
            )
        phrases = self._names.phrases
        yield from _typed(
            about,
            "Claim",
            phrases.claim(subject, relation, obj, stance, hedges, basis, object_first=object_first),
        )
        for prop, iris in (
            ("claimSubject", [subject]),
            ("claimPredicate", [relation]),
            ("claimObject", [obj]),
            ("stance", [stance]),
            ("basis", [basis]),
            ("hedge", hedges),
            ("hedgeOfAnother", self._all(row, "hedge of another", "hedge")),
            ("viaMechanism", self._all(row, "via", "thing")),
            ("readFrom", [self._prefix + row.cells["statement"]] if is_known else []),
            ("listedItem", self._items(row)),
            *self._circumstances(row),
        ):
            for iri in iris:
                yield Triple(about, _ck(prop), NamedNode(iri))
        if object_first:
            yield Triple(about, _ck("objectFirst"), Literal("true", datatype=_BOOLEAN))
        for text, column in (
            (_ck("wording"), "words"),
            (_ck("conditionWording"), "when words"),
            (_ck("evidenceWording"), "evidence words"),
            (_NOTE, "note"),
        ):
            if row.cells[column]:
                yield Triple(about, text, _english(row.cells[column]))

    def _span(self, row: Row) -> Iterator[Triple]:
        try:
            span = Span.of_row(row)
        except SourceError as error:
            self.faults.append(error)
            return
        about = self._own(row, "of", span.of)
        if about.value in self.lines[row.file]:
            self._fault(row, "of", "stands twice. Remove one of the two rows.")
        if not self._describes(about.value):
            self._fault(row, "of", "is nothing of this article. Remove the row, or mend the name.")
        yield Triple(about, _ck("start"), Literal(str(span.start), datatype=_INTEGER))
        yield Triple(about, _ck("end"), Literal(str(span.end), datatype=_INTEGER))
        yield Triple(about, _ck("sha256"), Literal(span.sha256))
        if span.of == WHOLE:
            yield Triple(about, _ck("length"), Literal(str(span.end), datatype=_INTEGER))

    def _describes(self, iri: str) -> bool:
        """Return whether a table above or a Turtle file describes something of the article."""
        return self._names.describes(iri) or any(iri in lines for lines in self.lines.values())

    def _items(self, row: Row) -> Iterator[str]:
        for item in row.list("item"):
            if item not in self._kinds:
                which = _which(row, "item", item)
                self._fault(row, "item", f"is not in statements.tsv{which}. Add it there.")
            else:
                yield self._prefix + item

    def _circumstances(self, row: Row) -> Iterator[tuple[str, list[str]]]:
        for circumstance in row.list("when"):
            how, _, name = circumstance.partition(" ")
            if how not in _WHEN:
                self._fault(row, "when", f"begins with none of {', '.join(_WHEN)}.")
                continue
            yield _WHEN[how], [self._iri(row, "when", "thing", name)]

    def _one(self, row: Row, column: str, sort: str, usual: str = "") -> str:
        """Return the IRI of the one name in a cell, or the default for an empty cell."""
        name = row.cells[column]
        return usual if usual and not name else self._iri(row, column, sort, name)

    def _all(self, row: Row, column: str, sort: str) -> list[str]:
        return [self._iri(row, column, sort, name) for name in row.list(column)]

    def _iri(self, row: Row, column: str, sort: str, name: str) -> str:
        """Return the IRI of a name; for an unknown one, record a fault and return any IRI."""
        iri = self._names.iri(sort, name)
        if iri is None:
            near = self._names.near(sort, name)
            mend = f"Did you mean {' or '.join(near)}?" if near else f"Add the {sort}."
            if sort in _SCALES and not near:
                mend = f"There are: {', '.join(self._names.slugs(sort))}."
            self._fault(row, column, f"names no {sort}{_which(row, column, name)}. {mend}")
        return iri or KG

    def _fault(self, row: Row, column: str, problem: str) -> None:
        self.faults.append(row.fault(column, problem))

    def _own(self, row: Row, column: str, name: str) -> NamedNode:
        """Return the IRI of a thing of the article; note a name of which no IRI can be made."""
        if not _NAME.fullmatch(name):
            which = _which(row, column, name)
            self._fault(row, column, f"is no name{which}. Use letters, figures and hyphens.")
            name = "x"
        return NamedNode(self._prefix + name)


def _which(row: Row, column: str, name: str) -> str:
    """Return which of several items of a cell is meant; "" for its only one."""
    return "" if name == row.cells[column] else f", {name!r}"


def _typed(about: NamedNode, kind: str, label: str) -> Iterator[Triple]:
    yield Triple(about, _TYPE, _ck(kind))
    yield Triple(about, _LABEL, _english(label))


def _ck(local: str) -> NamedNode:
    return NamedNode(CK + local)


def _english(text: str) -> Literal:
    return Literal(text, language="en")
