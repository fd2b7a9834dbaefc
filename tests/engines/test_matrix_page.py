"""docs/engines.md has every question, and no store that answers one otherwise."""

from __future__ import annotations

import re
from pathlib import Path

from engines.stores import STORES

ROOT = Path(__file__).parents[2]


def test_the_matrix_has_every_question_and_store() -> None:
    page = (ROOT / "docs" / "engines.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| ([a-z-]+) \| \d+ \| (.*) \|$", page, re.MULTILINE))
    assert set(rows) == {path.stem for path in ROOT.glob("queries/*.rq")}
    names = [kind.name for kind in STORES]
    assert f"| question | asked | {' | '.join(names)} |" in page
    assert set(rows.values()) == {" | ".join(["same"] * len(names))}
