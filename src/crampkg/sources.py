"""Where the text is: ontology/, data/, queries/ and rules/, in a checkout or in the wheel."""

from __future__ import annotations

import os
import stat

from crampkg.errors import SourceError
from crampkg.vocabulary import GRAPHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_FOLDERS = ("ontology", "data", "queries", "rules")

#: The largest source file, in bytes. Parsers hold a file and all its terms in memory, and that of
#: Turtle gives up on a term of twice as many.
LARGEST = 8 * 2**20


class Sources:
    """The text files of one knowledge graph, below one folder.

    `os.path` instead of `pathlib` because this is on the way of every question.
    """

    def __init__(self, root: str) -> None:
        self.root = root

    @classmethod
    def find(cls, root: str | os.PathLike[str] | None = None) -> Sources:
        """Return the sources at `root`, else `$CRAMPKG_SOURCES`, else those that we came with.

        Raises `SourceError` when the folder has no ontology, data, queries and rules.
        """
        chosen = os.fspath(root) if root else os.environ.get("CRAMPKG_SOURCES")
        if chosen:
            return cls(_proven(os.path.abspath(chosen), f"{chosen} is not a crampkg source folder"))
        carried = os.path.join(_PACKAGE, "kg")
        if os.path.isdir(carried):
            return cls(carried)
        checkout = os.path.dirname(os.path.dirname(_PACKAGE))
        return cls(_proven(checkout, f"Neither {carried} nor {checkout} holds the knowledge graph"))

    @property
    def carried_snapshot(self) -> str | None:
        """The folder of the snapshot that the wheel carries, or None outside a wheel."""
        folder = os.path.join(self.root, "snapshot")
        carried = self.root == os.path.join(_PACKAGE, "kg") and os.path.isdir(folder)
        return folder if carried else None

    def files(self) -> list[str]:
        """Return the path of every source file relative to the root, sorted, `/` between parts.

        Raises `SourceError` for what cannot be one (`prove`), and for a folder that holds itself.
        """
        start = len(os.path.join(self.root, ""))
        paths = (path for each in _FOLDERS for path in _walk(os.path.join(self.root, each), ()))
        return sorted(path[start:].replace(os.sep, "/") for path in paths)

    def path(self, name: str) -> str:
        """Return the path on disk of the source file `name` (as `files` gives it)."""
        return os.path.join(self.root, *name.split("/"))


def enclosing_root(path: str) -> str | None:
    """Return the folder with ontology, data, queries and rules that `path` is or lies in, or None.

    What rewrites files below a folder asks this first, since a slip can name the whole disk.
    """
    place = os.path.abspath(path)
    while not all(os.path.isdir(os.path.join(place, each)) for each in _FOLDERS):
        above = os.path.dirname(place)
        if above == place:
            return None
        place = above
    return place


def inside(path: str, folder: str) -> str | None:
    """Return the way from `folder` to what lies in it, `/` between parts; None for what does not.

    On Windows there is no way from one drive to another.
    """
    try:
        way = os.path.relpath(path, folder).split(os.sep)
    except ValueError:
        return None
    return None if way[0] == os.pardir else "/".join(way)


def listed_folders() -> str:
    """Return the names of the folders that sources are made of, as words of a sentence."""
    return f"{', '.join(_FOLDERS[:-1])} and {_FOLDERS[-1]}"


def graph_of(name: str) -> str | None:
    """Return the IRI of the named graph that the source file `name` loads into, or None.

    Resolutions lie beside the article that they are about and are ours (design, truth rule 5).
    """
    parts = name.split("/")
    if name.endswith(".sssom.tsv"):
        return GRAPHS["background"]
    if not name.endswith(".ttl") or name == "ontology/shapes.ttl":
        return None
    if parts[0] == "ontology":
        return GRAPHS["ontology"]
    if parts[:2] == ["data", "articles"] and parts[-1] != "resolutions.ttl":
        return GRAPHS["claims"]
    return GRAPHS["background"]


def prove(path: str, name: str) -> None:
    """Raise `SourceError` for what cannot be a source file: no regular file, or one too large.

    To read a pipe or a device might have no end. What is not there is left to its reader.
    """
    try:
        status = os.stat(path)
    except OSError:
        return
    if not stat.S_ISREG(status.st_mode):
        message = f"{name} is no regular file, so it is no source. Remove it."
        raise SourceError(message, path=name)
    if status.st_size > LARGEST:
        size = f"{status.st_size:,} bytes"
        message = f"{name} has {size}, and a source file may have {LARGEST:,}. Split it."
        raise SourceError(message, path=name)


def read_text(path: str, name: str) -> str:
    """Return the text of a file, called `name` in messages.

    Raises `SourceError` when the file cannot be read or is not UTF-8.
    """
    return decode(read_bytes(path, name), name)


def read_bytes(path: str, name: str) -> bytes:
    """Return what a file holds, called `name` in messages. Raises `SourceError` as `read_text`."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        message = f"{name} cannot be read: {error.strerror}. Check its name and permissions."
        raise SourceError(message, path=name) from None


def decode(content: bytes, name: str) -> str:
    """Return the UTF-8 text of something called `name` in messages, without a byte order mark.

    Line ends of Windows (CR LF) are read as LF, so that no offset depends on a checkout.
    Raises `SourceError` with the line that is not UTF-8.
    """
    try:
        return content.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"{name}, line {line}: this is not UTF-8. Save the file in UTF-8."
        raise SourceError(message, path=name, line=line) from None


def _proven(root: str, problem: str) -> str:
    missing = [name for name in _FOLDERS if not os.path.isdir(os.path.join(root, name))]
    if missing:
        message = f"{problem}: {', '.join(missing)} missing. Name a folder that has them."
        raise SourceError(message, path=root)
    return root


def _walk(folder: str, above: tuple[tuple[int, int], ...]) -> Iterator[str]:
    """Yield the files below a folder; `above` are the device and the number of those around it."""
    status = os.stat(folder)
    here = (status.st_dev, status.st_ino)
    if here in above:
        message = f"{folder} is a link to a folder that it lies in. Remove it."
        raise SourceError(message, path=folder)
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name.startswith((".", "_")) or entry.name.endswith("~"):
                continue
            if entry.is_dir():
                yield from _walk(entry.path, (*above, here))
            else:
                prove(entry.path, entry.path)
                yield entry.path
