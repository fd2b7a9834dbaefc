"""CPU time of every question through the API, beside raw pyoxigraph and rdflib.

    python bench/questions.py [--rounds N] [--no-rdflib]

All in one warm process over the same snapshot, engines taking turns, medians. A run is the query
and the reading of every term in its rows or triples. Goal: 1.3 times raw pyoxigraph.
"""

from __future__ import annotations

import argparse
import statistics
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyoxigraph

from crampkg.answers.answer import Row
from crampkg.graph import KnowledgeGraph

if TYPE_CHECKING:
    from collections.abc import Callable

    from crampkg.model import Question

ROOT = Path(__file__).resolve().parents[1]
GOAL = 1.3
SAMPLE = 0.005
RDFLIB, RDFLIB_ROUNDS = 2, 3
HEAD = (
    f"{'ms of CPU':<30} {'pyoxigraph':>10} {'crampkg':>10} {'ratio':>6} {'rdflib':>10} {'ratio':>6}"
)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="CPU time of every question")
    parser.add_argument("--rounds", type=int, default=15)
    parser.add_argument("--no-rdflib", action="store_true", help="leave the slow one out")
    arguments = parser.parse_args()
    graph = KnowledgeGraph.open(ROOT)
    store = pyoxigraph.Store()
    store.load(graph.nquads, format=pyoxigraph.RdfFormat.N_QUADS)
    print(HEAD)
    totals = [0.0, 0.0, 0.0]
    ratios: dict[str, float] = {}
    for question in graph.questions():
        runs = contenders(graph, store, question, with_rdflib=not arguments.no_rdflib)
        times = measure(runs, arguments.rounds)
        totals = [total + spent for total, spent in zip(totals, times, strict=False)]
        ratios[question.id] = times[1] / times[0]
        print(line(question.id, times))
    print(line("all together", totals[: len(times)]))
    print(f"median of the ratios to raw pyoxigraph: {statistics.median(ratios.values()):.2f}")
    print(f"goal: at most {GOAL} times raw pyoxigraph")
    print(verdict(ratios))


def contenders(
    graph: KnowledgeGraph, store: pyoxigraph.Store, question: Question, *, with_rdflib: bool
) -> list[Callable[[], int]]:
    """Return what answers `question`, each giving the length of all texts that it read."""

    def raw() -> int:
        found: Any = store.query(question.text)
        return sum(len(term.value) for row in found for term in row if term is not None)

    def api() -> int:
        answer = graph.ask(question.id)
        found = answer.triples if answer.form == "graph" else map(Row.values, answer)
        return sum(len(value.value) for row in found for value in row if value is not None)

    def rdflib() -> int:
        found: Any = graph.dataset.query(question.text)
        return sum(len(term) for row in found for term in row if term is not None)

    return [raw, api, rdflib] if with_rdflib else [raw, api]


def measure(runs: list[Callable[[], int]], rounds: int) -> list[float]:
    """Return the median CPU seconds of each of `runs`; rdflib, the third, gets three rounds.

    A sample is as many runs as fill some milliseconds, so that a cold cache does not decide.
    """
    spent: list[list[float]] = [[] for _ in runs]
    repeats = [max(1, round(SAMPLE / seconds(run, 1))) for run in runs]
    for number in range(rounds):
        for index, run in enumerate(runs):
            if index < RDFLIB or number < RDFLIB_ROUNDS:
                spent[index].append(seconds(run, repeats[index]))
    return [statistics.median(samples) for samples in spent]


def seconds(run: Callable[[], int], repeats: int) -> float:
    """Return the CPU seconds of one run, over `repeats` of them."""
    begin = time.process_time()
    for _ in range(repeats):
        run()
    return (time.process_time() - begin) / repeats


def verdict(ratios: dict[str, float]) -> str:
    """Return how many questions miss the goal singly, and by how much, the worst first."""
    missing = sorted((item for item in ratios.items() if item[1] > GOAL), key=lambda item: -item[1])
    told = "".join(f"\n  {id:<28} {ratio:.2f}, {ratio - GOAL:.2f} over" for id, ratio in missing)
    return f"questions that miss it singly: {len(missing)} of {len(ratios)}{told}"


def line(name: str, times: list[float]) -> str:
    """Return one line of the table."""
    cells = [f"{1000 * times[0]:10.3f}"]
    cells += [f"{1000 * spent:10.3f} {spent / times[0]:6.2f}" for spent in times[1:]]
    return f"{name:<30} {' '.join(cells)}"


if __name__ == "__main__":
    main()
