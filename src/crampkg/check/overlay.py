"""Files from anywhere, laid over the sources as if they stood among them."""

from __future__ import annotations

import os

from crampkg.errors import SourceError
from crampkg.sources import Sources, inside, prove

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

#: What the name of a source file begins with.
_TOPS = (
    "data/articles/",
    "data/concepts/",
    "data/mappings/",
    "ontology/",
    "queries/",
    "rules/",
)
_ENDINGS = (".ttl", ".sssom.tsv", ".rq")


class Overlay(Sources):
    """The sources `base` with some files replaced or added.

    `placed` maps the names of these files to their paths on disk.
    """

    def __init__(self, base: Sources, placed: dict[str, str]) -> None:
        super().__init__(base.root)
        self._base = base
        self._placed = placed

    def files(self) -> list[str]:
        """Return the names of all files, those of `placed` included, sorted."""
        return sorted({*self._base.files(), *self._placed})

    def path(self, name: str) -> str:
        """Return the path on disk of the file `name`."""
        return self._placed.get(name) or self._base.path(name)


def place(base: Sources, paths: Sequence[str]) -> dict[str, str]:
    """Return the name that each file in or below `paths` takes among the sources, and its path.

    A file of the sources keeps its name. From elsewhere, a file in a folder with an `article.ttl`
    belongs to an article called like the folder; another takes the name that its path ends in
    (`draft/data/concepts/x.ttl`), else the place of the one source file that is called so, else
    one that suits its ending. Raises `SourceError` for a path that is not there or holds nothing.
    """
    known = base.files()
    placed: dict[str, str] = {}
    for path in paths:
        found = [path] if os.path.isfile(path) else sorted(_below(path))
        found = [file for file in found if _is_source(file)]
        if not found:
            problem = "holds nothing to check" if os.path.exists(path) else "is not there"
            message = f"{path} {problem}. Name a .ttl, .sssom.tsv, .rq or .yaml file or a folder."
            raise SourceError(message, path=path)
        for file in found:
            prove(file, file)
            placed[_name(base, known, file)] = file
    return placed


def _below(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(files):
            if not name.startswith((".", "_")):
                yield os.path.join(parent, name)


def _is_source(path: str) -> bool:
    """Tell whether a file can be a source: of YAML only the rules on text are."""
    if path.endswith(".yaml"):
        return os.path.abspath(path).replace(os.sep, "/").rpartition("/")[0].endswith("rules/text")
    return path.endswith(_ENDINGS)


def _name(base: Sources, known: list[str], path: str) -> str:
    full = os.path.abspath(path)
    name = inside(full, base.root)
    if name in known:
        return name
    folder, file = os.path.split(full)
    if file.endswith(".ttl") and os.path.exists(os.path.join(folder, "article.ttl")):
        return f"data/articles/{os.path.basename(folder)}/{file}"
    slashed = full.replace(os.sep, "/")
    tops = [slashed.rfind(f"/{top}") + 1 for top in _TOPS]
    if any(tops):
        return slashed[max(tops) :]
    same = [name for name in known if name.rpartition("/")[2] == file]
    if len(same) == 1:
        return same[0]
    if file.endswith(".rq"):
        return f"queries/{file}"
    return f"data/{'mappings' if file.endswith('.sssom.tsv') else 'concepts'}/{file}"
