"""The sources of a tiny article that was made up for the tests, and files laid over them."""

from __future__ import annotations

import shutil
from pathlib import Path

from crampkg.sources import Sources

CASES = Path(__file__).parent / "cases"
BASE = CASES / "check-base"
ARTICLE = BASE / "article.txt"
HOME = "data/articles/calf-ache"
ROOT = Path(__file__).parents[1]

#: Those that are asked of the tiny article: to check all of them takes seconds.
QUESTIONS = ("arteries-explaining-pain", "concept-card", "denied-claims")


class TinySources(Sources):
    """The real ontology and rules, and the tiny data with some folders over it; the last wins."""

    def __init__(self, *folders: Path) -> None:
        real = Sources.find()
        super().__init__(real.root)
        self._paths = {
            name: real.path(name)
            for name in real.files()
            if name.startswith(("ontology/", "rules/"))
        }
        for folder in (BASE, *folders):
            for path in sorted(folder.rglob("*")):
                if path.is_file() and path.parent != folder:
                    self._paths[path.relative_to(folder).as_posix()] = str(path)

    def files(self) -> list[str]:
        return sorted(self._paths)

    def path(self, name: str) -> str:
        return self._paths.get(name, str(BASE / name))


def changed(folder: Path, name: str, *replacements: tuple[str, str]) -> TinySources:
    """Return the tiny sources with texts replaced in the file `name`, kept below `folder`."""
    text = Path(TinySources(folder).path(name)).read_text(encoding="utf-8")
    for old, new in replacements:
        assert text.count(old) == 1
        text = text.replace(old, new)
    return added(folder, name, text)


def added(folder: Path, name: str, text: str) -> TinySources:
    """Return the tiny sources with a file, kept below `folder`."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return TinySources(folder)


def written(folder: Path) -> Path:
    """Write the tiny sources with some questions into a new folder, and return it."""
    for name in ("ontology", "rules"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(ROOT / "queries" / "shared", folder / "queries" / "shared")
    for name in QUESTIONS:
        shutil.copy(ROOT / "queries" / f"{name}.rq", folder / "queries")
    shutil.copytree(BASE / "data", folder / "data")
    return folder
