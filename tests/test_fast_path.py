"""The way from `crampkg ask` to its answer imports little, parses no Turtle, does no reasoning."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from crampkg.graph import KnowledgeGraph

ROOT = Path(__file__).parents[1]

#: Not on the way of a question: each would cost it more than its own answer does.
HEAVY = {
    "SPARQLWrapper",
    "argcomplete",
    "asyncio",
    "dataclasses",
    "difflib",
    "importlib.metadata",
    "importlib.resources",
    "inspect",
    "owlready2",
    "pandas",
    "pathlib",
    "platformdirs",
    "pyld",
    "pyshacl",
    "rdflib",
    "rich",
    "tempfile",
    "typing",
    "yaml",
}

#: All that is ours on that way; what joins it must be here, so that it is joined on purpose.
OURS = {
    "crampkg",
    "crampkg.__main__",
    "crampkg.answers",
    "crampkg.answers.answer",
    "crampkg.answers.formats",
    "crampkg.answers.remarks",
    "crampkg.cli",
    "crampkg.cli.ask",
    "crampkg.cli.output",
    "crampkg.cli.parser",
    "crampkg.cli.shared",
    "crampkg.rdf",
    "crampkg.engine",
    "crampkg.engine.embedded",
    "crampkg.errors",
    "crampkg.export",
    "crampkg.graph",
    "crampkg.library",
    "crampkg.near_terms",  # what is told beside the answer, a denial above all
    "crampkg.pipeline",
    "crampkg.pipeline.snapshot",
    "crampkg.model",
    "crampkg.sources",
    "crampkg.text",
    "crampkg.vocabulary",
}


def imported(*words: str) -> set[str]:
    """Return the modules that a run of Python imports, by the interpreter's own account."""
    ran = subprocess.run(
        [sys.executable, "-X", "importtime", *words],
        env={**os.environ, "PYTHONPATH": str(ROOT / "src")},
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line for line in ran.stderr.splitlines() if line.startswith("import time:")]
    assert len(lines) > 20
    return {line.rpartition("|")[2].strip() for line in lines}


@pytest.fixture(scope="module")
def modules(graph: KnowledgeGraph) -> set[str]:
    assert graph.questions()  # the snapshot is built by now
    return imported("-m", "crampkg", "ask", "arteries-explaining-pain", "-f", "csv")


def test_imports_nothing_heavy(modules: set[str]) -> None:
    tops = {name.partition(".")[0] for name in modules} | modules
    assert tops & HEAVY == set()


def test_imports_of_ours_only_what_it_needs(modules: set[str]) -> None:
    ours = {name for name in modules if name.partition(".")[0] == "crampkg"}
    assert ours - OURS == set()
    assert "crampkg.engine.embedded" in ours


def test_parses_no_turtle_and_runs_no_rule(modules: set[str]) -> None:
    assert not modules & {"crampkg.pipeline.load", "crampkg.pipeline.rules", "crampkg.turtle"}


@pytest.mark.usefixtures("graph")
def test_heavy_modules_are_found_where_they_are_used() -> None:
    """The list is no list of misspelt names: other ways do import from it."""
    code = "from crampkg import KnowledgeGraph; KnowledgeGraph.open().dataset"
    assert "rdflib" in {name.partition(".")[0] for name in imported("-c", code)}
