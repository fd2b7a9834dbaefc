"""`crampkg status` on each of its faces, without a store."""

from __future__ import annotations

import io
import json
import re
import sys
from collections.abc import Callable

import pytest
from processes import Ended

from crampkg.cli import main
from crampkg.graph import KnowledgeGraph
from crampkg.push.target import Comparison, State, Summary
from crampkg.vocabulary import GRAPHS

ENDPOINT = "http://127.0.0.1:1/query"
VERDICT = f"{ENDPOINT} holds none of the graphs. `crampkg push` puts them there."


class Terminal(io.StringIO):
    """A terminal in memory."""

    def isatty(self) -> bool:
        """Tell that it is a terminal."""
        return True


@pytest.fixture(autouse=True)
def store(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the store be empty, where there should be 5 triples a graph."""
    wanted = Summary("f" * 64, dict.fromkeys(GRAPHS.values(), 5))
    state = State("", dict.fromkeys(GRAPHS.values(), 0), {})
    compared = Comparison(ENDPOINT, wanted, state)
    monkeypatch.setattr(KnowledgeGraph, "compare", lambda *_, **__: compared)


def test_the_status_in_a_pipe(called: Callable[..., Ended]) -> None:
    ended = called("status", "--endpoint", ENDPOINT)
    width = max(map(len, GRAPHS))
    rows = [f"{name:<{width}}  0      5" for name in GRAPHS]
    head, last = f"{'GRAPH':<{width}}  THERE  HERE", f"{'snapshot':<{width}}  none   {'f' * 16}"
    assert ended.out.splitlines() == [head, *rows, last, "", VERDICT]
    assert ended.code == 1


def test_the_status_in_markdown_and_json(called: Callable[..., Ended]) -> None:
    lines = called("status", "--endpoint", ENDPOINT, "-f", "md").out.splitlines()
    assert lines[0] == "| graph | there | here |"
    assert lines[2] == f"| {next(iter(GRAPHS))} | 0 | 5 |"
    assert lines[-1] == VERDICT.replace("`", "\\`")
    document = json.loads(called("status", "--endpoint", ENDPOINT, "-f", "json").out)
    assert document["snapshot"] == {"there": None, "here": "f" * 64}
    assert [row["name"] for row in document["graphs"]] == [*GRAPHS]


def test_the_status_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setenv("NO_COLOR", "1")
    terminal = Terminal()
    with monkeypatch.context() as streams:
        streams.setattr(sys, "stdout", terminal)
        assert main(["status", "--endpoint", ENDPOINT, "--no-color"]) == 1
    shown = re.sub("\x1b.*?m", "", terminal.getvalue())
    lines = [line.split() for line in shown.splitlines()]
    assert lines[0] == ["graph", "there", "here"]
    assert lines[2] == [next(iter(GRAPHS)), "0", "5"]
    assert " ".join(shown.split()).endswith(VERDICT)
