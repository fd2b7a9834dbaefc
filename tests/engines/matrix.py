"""Starts every store, pushes, asks every question of each, and writes the matrix.

`make engines`, or `python tests/engines/matrix.py`, which ends with 1 where a store answers
otherwise, or is not there.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from pathlib import Path
from typing import NamedTuple

from engines.stores import STORES, Kind, Running, content, fill
from goldens import answers, asked

from crampkg.errors import CrampkgError
from crampkg.graph import KnowledgeGraph

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "engines.md"

HEAD = """\
# The same questions on other stores

Every question, with its default parameters and with every other value that an answer was written by
hand for, is asked of the embedded engine and of each store, which must give the same rows in the
same order. rdflib is held to the same by `tests/test_questions_engines.py`. `make engines` writes
this page; `tests/engines/` asks the defaults, and compares names, status, graphs, cards and
explanations besides.
"""

TAIL = """
## What a store needs

- *Oxigraph*: nothing.
- *Virtuoso* 7.2.5: ResultSetMaxRows in `virtuoso.ini` at least as large as the largest graph (an
  answer that was cut off is an error here, never an answer). Its INSERT takes about 1,000 triples,
  and INSERT DATA no blank nodes: `push` heeds both. What it does with some
  queries is not what the standard says, so that ours are written otherwise: a path with `?`, `*` or
  `+` can lose rows, find more or stop a query where other joins bind both of its ends; an IRI of
  VALUES inside of a UNION comes back as a string; an `IF` over an unbound variable loses the other
  branch. Planning a question with many joins takes it seconds, and on a busy machine longer than
  the minute that `MaxQueryExecutionTime` and `--timeout` often are.
- *Comunica* 5.3: `--unionDefaultGraph`, since an alternative path (`a|b`) inside of GRAPH looks at
  the default graph; one plain type in the Accept header. Its endpoint over files takes no updates
  here, so that it is started with the graph in a file.
- *crampkg*: nothing. It serves the graph that it came with, and takes no pushes.
"""


class Cell(NamedTuple):
    """How one store did with one question."""

    right: int
    asked: int
    seconds: float
    problem: str = ""


def try_store(running: Running, graph: KnowledgeGraph) -> dict[str, Cell]:
    """Ask everything of a store, and return how it did by question."""
    remote = running.graph()
    cells: dict[str, Cell] = {}
    for id, parameters in map(asked, answers()):
        expected = content(graph.ask(id, **parameters))
        cell = cells.get(id, Cell(0, 0, 0.0))
        start = time.perf_counter()
        problem = ""
        try:
            right = content(remote.ask(id, **parameters)) == expected
        except CrampkgError as error:
            right, problem = False, str(error)
        spent = time.perf_counter() - start
        cells[id] = Cell(
            cell.right + right, cell.asked + 1, cell.seconds + spent, problem or cell.problem
        )
    return cells


def column(kind: Kind, graph: KnowledgeGraph) -> tuple[dict[str, Cell], float]:
    """Start a store, fill it, ask it; return its column, and the seconds of the push."""
    with tempfile.TemporaryDirectory() as folder:
        nquads = Path(folder, "graph.nq")
        nquads.write_bytes(graph.nquads)
        with kind.running(Path(folder), nquads) as running:
            start = time.perf_counter()
            if not kind.loads:
                os.environ["CRAMPKG_PASSWORD"] = running.password
                fill(graph, running)
            return try_store(running, graph), time.perf_counter() - start


def page(columns: dict[str, dict[str, Cell]], missing: dict[str, str]) -> str:
    """Return the page: no times, so that it changes only when an answer does."""
    names = list(columns)
    lines = [
        HEAD,
        f"| question | asked | {' | '.join(names)} |",
        f"|---|{'---|' * (len(names) + 1)}",
    ]
    for id in sorted({id for cells in columns.values() for id in cells}):
        cells = [columns[name][id] for name in names]
        marks = [
            "same" if cell.right == cell.asked else f"{cell.right} of {cell.asked}"
            for cell in cells
        ]
        lines.append(f"| {id} | {cells[0].asked} | {' | '.join(marks)} |")
    lines += ["", "Started from:", ""]
    lines += [f"- {kind.name}: {kind.source}" for kind in STORES if kind.name in names]
    lines += [f"- {name}: not run, {reason}" for name, reason in missing.items()]
    return "\n".join(lines) + "\n" + TAIL


def main() -> int:
    """Run the matrix, print and write it."""
    graph = KnowledgeGraph.open()
    columns: dict[str, dict[str, Cell]] = {}
    missing: dict[str, str] = {}
    code = 0
    for kind in STORES:
        if reason := kind.missing():
            missing[kind.name] = reason
            code = 1
            continue
        cells, pushed = column(kind, graph)
        columns[kind.name] = cells
        right = sum(cell.right for cell in cells.values())
        total = sum(cell.asked for cell in cells.values())
        spent = sum(cell.seconds for cell in cells.values())
        print(f"{kind.name}: {right} of {total} the same in {spent:.1f} s", file=sys.stderr)
        if not kind.loads:
            print(f"{kind.name}: pushed in {pushed - spent:.1f} s", file=sys.stderr)
        for id, cell in cells.items():
            if cell.right != cell.asked:
                print(f"{kind.name}: {id} is answered otherwise. {cell.problem}", file=sys.stderr)
                code = 1
    text = page(columns, missing)
    print(text)
    if not missing:
        PAGE.write_text(text, encoding="utf-8")
    return code


if __name__ == "__main__":
    sys.exit(main())
