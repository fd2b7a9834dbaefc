"""Push and questions on stores over HTTP beside the embedded engine, on growing graphs.

    python bench/stores.py [--triples N ...] [--stores NAME ...]

The graph is padded with made-up background links, which no question asks for, to the numbers of
triples that are given. Each store starts empty, is pushed to by the Graph Store Protocol where it
has one, and answers every question with rows: the time is the median over
questions, of the second run of each.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from engines.stores import BY_NAME, Running  # noqa: E402 - it is found there

from crampkg.engine.embedded import EmbeddedEngine  # noqa: E402
from crampkg.engine.remote import RemoteEngine  # noqa: E402
from crampkg.graph import KnowledgeGraph  # noqa: E402
from crampkg.push import Target, push  # noqa: E402
from crampkg.vocabulary import GRAPHS, KG, SKOS  # noqa: E402

#: A question that a slow store spends seconds on planning is asked once, not twice.
_SLOW = 3.0


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="stores over HTTP beside the embedded engine")
    parser.add_argument("--triples", type=int, nargs="+", default=[0, 100_000])
    parser.add_argument("--stores", nargs="+", default=["Oxigraph", "Virtuoso"])
    arguments = parser.parse_args()
    graph = KnowledgeGraph.open(ROOT)
    texts = [question.text for question in graph.questions() if question.form == "select"]
    print(f"{'triples':>10} {'where':<10} {'load s':>8} {'ms a question':>14} {'all s':>8}")
    for triples in arguments.triples:
        nquads = padded(graph.nquads, triples)
        count = nquads.count(b"\n")
        start = time.perf_counter()
        engine = EmbeddedEngine(nquads)
        show(count, "embedded", time.perf_counter() - start, asked(engine, texts))
        for name in arguments.stores:
            kind = BY_NAME[name]
            if reason := kind.missing():
                print(f"{count:>10} {name:<10} not run: {reason}")
                continue
            with (
                tempfile.TemporaryDirectory() as folder,
                kind.running(Path(folder), Path(folder)) as running,
            ):
                show(count, name, *on_store(running, nquads, texts))


def padded(nquads: bytes, triples: int) -> bytes:
    """Return N-Quads with made-up links to bring them to a number of triples."""
    lines = nquads.splitlines(keepends=True)
    link = f"<{SKOS}related>"
    for number in range(max(0, triples - len(lines))):
        one, other = f"<{KG}made-up-{number}>", f"<{KG}made-up-{number * 7 % 99_991}>"
        lines.append(f"{one} {link} {other} <{GRAPHS['background']}> .\n".encode())
    return b"".join(sorted(lines))


def on_store(running: Running, nquads: bytes, texts: list[str]) -> tuple[float, list[float]]:
    """Return the seconds of a push, and of each question."""
    os.environ["CRAMPKG_PASSWORD"] = running.password
    target = Target(
        running.endpoint,
        update=running.update,
        graph_store=running.graph_store,
        user=running.user or None,
        timeout=600,
    )
    start = time.perf_counter()
    push(target, nquads)
    spent = time.perf_counter() - start
    return spent, asked(RemoteEngine(running.endpoint, timeout=600), texts)


def asked(engine: EmbeddedEngine | RemoteEngine, texts: list[str]) -> list[float]:
    """Return the seconds of each question, of its second run if the first was no slow one."""
    found = []
    for text in texts:
        for _ in range(2):
            start = time.perf_counter()
            list(engine.query(text).bindings())
            spent = time.perf_counter() - start
            if spent > _SLOW:
                break
        found.append(spent)
    return found


def show(triples: int, where: str, load: float, times: list[float]) -> None:
    """Print one line."""
    median = statistics.median(times) * 1000
    print(f"{triples:>10} {where:<10} {load:>8.2f} {median:>14.1f} {sum(times):>8.1f}", flush=True)


if __name__ == "__main__":
    main()
