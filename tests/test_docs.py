"""What the pages of the repository point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md")])
_LINK = re.compile(r"\]\(([^)#\s:]+)(?:#[\w-]*)?\)")
_PATH = re.compile(
    r"`((?:data|docs|ontology|queries|rules|src|tests|w3id)/[\w./-]+|\.[a-z][\w.-]*[.-][\w.-]+)`"
)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = _LINK.findall(page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_paths_are_there(page: Path) -> None:
    """But in the changelog, which tells of files that are gone; ID stands for any name."""
    paths = _PATH.findall(page.read_text(encoding="utf-8"))
    gone = [path for path in paths if not (ROOT / path).exists() and "ID" not in path]
    assert gone == [] or page.name == "CHANGELOG.md"
