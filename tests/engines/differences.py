"""Where a store is known to answer otherwise than the embedded engine, and why."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from crampkg.answers.rows import Answer
from crampkg.records import Value

FILE = Path(__file__).with_name("differences.tsv")


class Known(NamedTuple):
    """One store's fault with one question."""

    store: str
    question: str
    why: str


def known() -> dict[tuple[str, str], str]:
    """Return the reasons of the known differences, by store and question."""
    _, *lines = FILE.read_text(encoding="utf-8").splitlines()
    rows = [Known(*line.split("\t")) for line in lines]
    return {(row.store, row.question): row.why for row in rows}


def content(answer: Answer) -> list[tuple[Value | None, ...]]:
    """Return all that an answer says, its rows in their order."""
    if answer.form == "graph":
        return [tuple(triple) for triple in answer.triples]
    assert len(answer.variables) == len(set(answer.variables))
    return [tuple(row.values()) for row in answer]
