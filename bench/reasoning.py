"""Time to work out what follows, beside owlrl, HermiT and Pellet, on growing graphs.

    python bench/reasoning.py [--sizes N ...] [--only NAME ...] [--limit SECONDS] [--plot FILE]

The first size is that of the real graph. A graph of a size is the ontology with as many copies of
the article and of the background as it takes, each copy with things of its own. Each reasoner has a
process of its own and is stopped at the limit. "one more" is `crampkg.pipeline.increment` with one
further copy on a graph that is worked out already. owlrl, HermiT and Pellet get the same asserted
triples and our facts, and work out what OWL makes of them; our time is that of the facts, the OWL
rules and all others. Prints a table, and with --plot draws the growth (needs matplotlib).
"""

from __future__ import annotations

import argparse
import multiprocessing
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

from pyoxigraph import BlankNode, NamedNode, Quad, RdfFormat, Store, Triple, parse

from crampkg.graph import KnowledgeGraph
from crampkg.pipeline.increment import extend
from crampkg.pipeline.rules import derive, rulebook, saturate
from crampkg.vocabulary import GRAPHS, KG

if TYPE_CHECKING:
    from collections.abc import Callable
    from multiprocessing.queues import Queue

ROOT = Path(__file__).resolve().parents[1]
SIZES = (1, 10_000, 100_000, 1_000_000)


def main() -> None:
    """Measure, print and plot."""
    parser = argparse.ArgumentParser(description="time to work out what follows")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--only", nargs="+", choices=CONTENDERS, default=list(CONTENDERS))
    parser.add_argument("--limit", type=float, default=300, help="seconds for each measurement")
    parser.add_argument("--plot", metavar="FILE", help="an SVG or PNG of the growth")
    arguments = parser.parse_args()
    print("triples", *arguments.only, sep="\t")
    measured: dict[str, list[tuple[int, float]]] = {name: [] for name in CONTENDERS}
    for size in arguments.sizes:
        triples = len(quads_of(copies(size)))
        cells = []
        for name in arguments.only:
            spent = measure(name, size, arguments.limit)
            cells.append(f"> {arguments.limit:.0f} s" if spent is None else f"{spent:.2f} s")
            if spent is not None:
                measured[name].append((triples, spent))
        print(triples, *cells, sep="\t", flush=True)
    if arguments.plot:
        plot(measured, arguments.plot)


def copies(size: int) -> int:
    """Return how many copies of the article make a graph of at least `size` triples."""
    ontology, rest = parts()
    return max(1, -(-(size - len(ontology)) // len(rest)))


def parts() -> tuple[list[Quad], list[Quad]]:
    """Return the asserted quads of the ontology, and those of the background and the article."""
    graph = KnowledgeGraph.open(ROOT)
    kept: dict[str, list[Quad]] = {"ontology": [], "background": [], "claims": []}
    names = {NamedNode(GRAPHS[name]): name for name in kept}
    for quad in parse(graph.nquads, format=RdfFormat.N_QUADS, rename_blank_nodes=False):
        if quad.graph_name in names:
            kept[names[quad.graph_name]].append(quad)
    return kept["ontology"], kept["background"] + kept["claims"]


def copy(quads: list[Quad], number: int) -> list[Quad]:
    """Return quads about other things that say the same."""

    def name(term: NamedNode | BlankNode) -> NamedNode | BlankNode:
        if isinstance(term, BlankNode):
            return BlankNode(f"{term.value}x{number}")
        return NamedNode(term.value.replace(KG, f"{KG}copy-{number}/"))

    return [
        Quad(
            name(quad.subject),  # type: ignore[arg-type]  # no triples about triples
            quad.predicate,
            name(quad.object) if isinstance(quad.object, (NamedNode, BlankNode)) else quad.object,
            quad.graph_name,
        )
        for quad in quads
    ]


def quads_of(number: int) -> list[Quad]:
    """Return the ontology and `number` copies of the rest."""
    ontology, rest = parts()
    return [*ontology, *(quad for each in range(number) for quad in copy(rest, each))]


def store_of(number: int) -> Store:
    """Return a store with the ontology and `number` copies of the rest."""
    store = Store()
    store.extend(quads_of(number))
    return store


def ours(number: int) -> float:
    """Return the seconds that our rules take from nothing."""
    sources, store = KnowledgeGraph.open(ROOT).sources, store_of(number)
    began = time.perf_counter()
    derive(store, sources)
    saturate(store, sources)
    return time.perf_counter() - began


def one_more(number: int) -> float:
    """Return the seconds that our rules take for one further copy."""
    sources, store = KnowledgeGraph.open(ROOT).sources, store_of(number)
    derive(store, sources)
    saturate(store, sources)
    more = copy(parts()[1], number)
    rulebook(sources, "facts", "owl", "inferred")  # read once in a process
    began = time.perf_counter()
    extend(store, sources, more)
    return time.perf_counter() - began


def theirs(name: str) -> Callable[[int], float]:
    """Return what measures a reasoner of `tests/reasoners.py`."""

    def run(number: int) -> float:
        sys.path.insert(0, str(ROOT / "tests"))
        import reasoners

        sources, store = KnowledgeGraph.open(ROOT).sources, store_of(number)
        derive(store, sources)
        given = [Triple(quad.subject, quad.predicate, quad.object) for quad in store]
        began = time.perf_counter()
        getattr(reasoners, name)(given)
        return time.perf_counter() - began

    return run


CONTENDERS: dict[str, Callable[[int], float]] = {
    "crampkg": ours,
    "one more": one_more,
    "owlrl": theirs("by_owlrl"),
    "HermiT": theirs("by_hermit"),
    "Pellet": theirs("by_pellet"),
}


def measure(name: str, size: int, limit: float) -> float | None:
    """Return the seconds that a contender takes in a process of its own, None if over `limit`."""
    context = multiprocessing.get_context("fork")
    answers: Queue[float] = context.Queue()
    process = context.Process(target=lambda: answers.put(CONTENDERS[name](copies(size))))
    process.start()
    process.join(limit)
    if process.is_alive():
        process.kill()
        process.join()
        return None
    return answers.get() if process.exitcode == 0 else None


def plot(measured: dict[str, list[tuple[int, float]]], path: str) -> None:
    """Draw seconds over triples, both axes logarithmic."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(6, 4), layout="constrained")
    axes = figure.add_subplot()
    for name, points in measured.items():
        if points:
            sizes, seconds = zip(*points, strict=True)
            axes.loglog(sizes, seconds, marker="o", label=name)
    axes.set_xlabel("asserted triples")
    axes.set_ylabel("seconds")
    axes.set_title("Time to work out what follows")
    axes.grid(visible=True, which="major", alpha=0.3)
    axes.legend()
    figure.savefig(path, metadata={"Date": None})


if __name__ == "__main__":
    main()
