"""Golden answers: reading the files under `tests/golden`, and proposing the rows of a new one.

`claims.tsv` says what each claim of the article says, and `markers.tsv` where each citation marker
leads; both are written by hand from the text. `columns.tsv` has the columns of each question in
their order. Every other file holds one answer: `ID.tsv` with the default parameters of the
question, `ID@NAME=VALUE.tsv` with another value. It names claims by id, in the order of the answer,
beside the columns that are the question's own. A claim with several markers stands once; its rows
follow from the two tables. An answer without claims, or a graph, stands there whole.

    python tests/goldens.py ID [ID@NAME=VALUE ...]

writes rows as the question answers them today, for a person to compare with the article. It never
writes what a claim says, and refuses in CI.
"""

from __future__ import annotations

import csv
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from pyoxigraph import NamedNode

from crampkg.answers.answer import Answer
from crampkg.graph import KnowledgeGraph
from crampkg.model import Term
from crampkg.rdf import RdfTerm
from crampkg.vocabulary import compress

FOLDER = Path(__file__).parent / "golden"
TABLES = ("claims", "markers", "columns")
CLAIM = "claim"
#: The columns that follow from the claim of a row, by `claims.tsv`.
OF_CLAIM = (
    *("subject", "subjectLabel", "relation", "relationLabel", "object", "objectLabel"),
    *("stance", "hedge", "wording", "evidence", "condition", "basis", "section", "note", "origin"),
)
#: The columns that follow from the parameters, where one value is asked about.
OF_QUESTION = ("asked", "askedLabel")
#: The columns that follow from a marker of the claim, by `markers.tsv`.
OF_MARKER = ("marker", "source", "sourceLabel", "markerStatus")
TODO = "# TODO: say where in the article these rows are from."

Cells = tuple[str, ...]
Parameters = Mapping[str, tuple[Term | str, ...]]


class Golden(NamedTuple):
    """One answer as it should be."""

    comment: str
    columns: Cells
    rows: list[Cells]


def answers() -> list[Path]:
    """Return the files that hold an answer, sorted."""
    return sorted(path for path in FOLDER.glob("*.tsv") if path.stem not in TABLES)


def read(path: Path) -> Golden:
    """Return what a golden file holds."""
    comment, header, *lines = path.read_text(encoding="utf-8").splitlines()
    return Golden(comment, tuple(header.split("\t")), [tuple(line.split("\t")) for line in lines])


def table(name: str) -> list[dict[str, str]]:
    """Return the rows of one of the three tables."""
    golden = read(FOLDER / f"{name}.tsv")
    return [dict(zip(golden.columns, cells, strict=True)) for cells in golden.rows]


def asked(path: Path) -> tuple[str, dict[str, str]]:
    """Return the question and the parameters that the name of a golden file stands for."""
    id, *bindings = path.stem.split("@")
    return id, dict(binding.split("=", 1) for binding in bindings)


def shown(answer: Answer) -> list[Cells]:
    """Return the rows of an answer as text, in their order; IRIs as CURIEs."""
    return [tuple(map(_text, row.values())) for row in answer]


def _text(value: RdfTerm | None) -> str:
    if value is None:
        return ""
    return compress(value.value) if isinstance(value, NamedNode) else value.value


class Expected:
    """The rows that a golden file stands for, by the tables of claims and markers."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._claims = {row[CLAIM]: row for row in table("claims")}
        self._markers: dict[str, list[dict[str, str]]] = {}
        for row in table("markers"):
            self._markers.setdefault(row["marker"], []).append(row)
        self._iris = _iris_by_label(graph)
        self.columns = {row["question"]: tuple(row["columns"].split()) for row in table("columns")}

    def rows(
        self, golden: Golden, variables: Sequence[str], parameters: Parameters | None = None
    ) -> list[Cells]:
        """Return every row with every column of the answer that `golden` holds."""
        values = [value for several in (parameters or {}).values() for value in several]
        told = {}
        if len(values) == 1 and not isinstance(values[0], str):
            told = dict(zip(OF_QUESTION, (compress(values[0].iri), values[0].label), strict=True))
        return [
            tuple((told | full)[name] for name in variables)
            for cells in golden.rows
            for full in self._full(dict(zip(golden.columns, cells, strict=True)))
        ]

    def own(self, variables: Iterable[str]) -> Cells:
        """Return the columns that a golden file must hold: all, where rows are of no claim."""
        names = tuple(variables)
        names = names[2:] if names[:2] == OF_QUESTION else names  # else it is asked about several
        if CLAIM not in names:
            return names
        held = (CLAIM, *OF_CLAIM, *OF_MARKER)
        return (CLAIM, *(name for name in names if name not in held))

    def _full(self, cells: dict[str, str]) -> Iterator[dict[str, str]]:
        if not cells.get(CLAIM):  # a row of no claim has none of these columns, unless it is here
            yield dict.fromkeys((*OF_CLAIM, *OF_MARKER), "") | cells
            return
        claim = self._claims[cells[CLAIM]]
        said = {name: claim[name] for name in OF_CLAIM if name in claim} | {"origin": "article"}
        for part in ("subject", "relation", "object"):
            said[part + "Label"] = claim[part]
            said[part] = self._iris[claim[part]]
        markers = claim["markers"].split()
        for marker in [row for text in markers for row in self._markers[text]] or [{}]:
            full = said | {name: marker.get(name, "") for name in OF_MARKER}
            # A column that the file holds itself picks among the markers of the claim.
            if all(full[name] == cells[name] for name in OF_MARKER if name in cells):
                yield full | cells


def _iris_by_label(graph: KnowledgeGraph) -> dict[str, str]:
    query = """
        SELECT ?label ?iri WHERE {
          { GRAPH g:background { ?iri skos:prefLabel ?label } }
          UNION { GRAPH g:ontology { ?iri skos:prefLabel ?label . ?iri a owl:ObjectProperty } }
        }"""
    return {row.text("label"): compress(row.text("iri")) for row in graph.query(query)}


def write(path: Path, golden: Golden) -> None:
    """Write a golden file."""
    with path.open("w", encoding="utf-8", newline="") as file:
        file.write(golden.comment + "\n")
        out = csv.writer(file, delimiter="\t", quoting=csv.QUOTE_NONE, lineterminator="\n")
        out.writerows([golden.columns, *golden.rows])


def proposed(answer: Answer, columns: Cells, comment: str) -> Golden:
    """Return an answer as a golden file holds it: rows that differ in a marker alone stand once."""
    names = answer.variables or ("subject", "predicate", "object")
    rows = (dict(zip(names, cells, strict=True)) for cells in shown(answer))
    held = [tuple(row[name] for name in columns) for row in rows]
    once = [row for before, row in zip([(), *held], held, strict=False) if row != before]
    return Golden(comment, columns, once if CLAIM in columns else held)


def is_in_ci() -> bool:
    """Tell whether this runs in CI."""
    return any(os.environ.get(name) for name in ("CI", "GITHUB_ACTIONS"))


def main(names: Sequence[str]) -> int:
    """Propose the rows of golden files by name; the columns that a file has are kept."""
    if is_in_ci():
        sys.stderr.write("Golden answers are compared in CI, never written.\n")
        return 2
    graph = KnowledgeGraph.open()
    expected = Expected(graph)
    for name in names:
        path = FOLDER / f"{name}.tsv"
        id, parameters = asked(path)
        answer = graph.ask(id, **parameters)
        own = expected.own(answer.variables or ("subject", "predicate", "object"))
        before = read(path) if path.exists() else None
        if before is not None:
            # A person may have put a column of the claim there: it is compared row by row.
            kept = (name for name in before.columns if name in {*OF_CLAIM, *OF_MARKER})
            own = (*own, *(name for name in kept if name in answer.variables and name not in own))
        golden = proposed(answer, own, TODO)
        if before is not None and golden[1:] == before[1:]:
            golden = before  # a person has read these rows
        write(path, golden)
        sys.stderr.write(f"Proposed {path.name}: compare it with the article.\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
