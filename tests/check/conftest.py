"""The sources of a tiny article that was made up for the tests, and files laid over them."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from crampkg.sources import Sources

CASES = Path(__file__).parents[1] / "cases"
BASE = CASES / "check-base"
ARTICLE = BASE / "article.txt"

Tiny = Callable[..., Sources]


class TinySources(Sources):
    """The real ontology and rules, and the data of some folders; the last one wins."""

    def __init__(self, *folders: Path) -> None:
        real = Sources.find()
        super().__init__(real.root)
        self._paths = {
            name: real.path(name)
            for name in real.files()
            if name.startswith(("ontology/", "rules/"))
        }
        for folder in folders:
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.parent != folder:
                    self._paths[path.relative_to(folder).as_posix()] = str(path)

    def files(self) -> list[str]:
        return sorted(self._paths)

    def path(self, name: str) -> str:
        return self._paths[name]


@pytest.fixture
def tiny() -> Tiny:
    """Return a function that lays folders over the tiny data."""
    return lambda *folders: TinySources(BASE, *folders)


@pytest.fixture
def text() -> str:
    """Return the text of the tiny article."""
    return ARTICLE.read_text(encoding="utf-8")
