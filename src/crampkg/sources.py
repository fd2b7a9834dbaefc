"""Text files: finding those of a knowledge graph, reading files, and replacing one.

The sources are ontology/, data/, queries/ and rules/, in a checkout or in the wheel.
"""

from __future__ import annotations

import errno
import os
import stat
import sys
from functools import partial

from crampkg.errors import SourceError
from crampkg.model import Subject
from crampkg.vocabulary import GRAPHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import BinaryIO

_PACKAGE = os.path.dirname(os.path.abspath(__file__))
_FOLDERS = ("ontology", "data", "queries", "rules")

#: The largest source file, in bytes. Parsers hold a file and all its terms in memory, and that of
#: Turtle fails on a term of twice this size.
LARGEST = 8 * 2**20

#: The paths of open descriptors: of this process, and on Linux of any process.
_DESCRIPTOR = r"(/dev|/proc/(?P<process>[0-9]+)(/task/[0-9]+)?)/fd/(?P<number>[0-9]{1,9})"

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


#: The optional file on the subject of the sources.
SUBJECT = "data/subject.toml"


class Sources:
    """The text files of one knowledge graph, below one folder.

    `os.path` instead of `pathlib`: importing that would slow down every question.
    """

    def __init__(self, root: str) -> None:
        self.root = root

    @classmethod
    def find(cls, root: str | os.PathLike[str] | None = None) -> Sources:
        """Return the sources at `root`, else at `$CRAMPKG_SOURCES`, else those of the package.

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
        """The folder of the snapshot in the wheel, or None outside a wheel."""
        folder = os.path.join(self.root, "snapshot")
        carried = self.root == os.path.join(_PACKAGE, "kg") and os.path.isdir(folder)
        return folder if carried else None

    def files(self) -> list[str]:
        """Return the path of every source file relative to the root, sorted, with `/`.

        Raises `SourceError` for an invalid file (`prove`), and for a folder that contains itself.
        """
        start = len(os.path.join(self.root, ""))
        paths = (path for folder in _FOLDERS for path in _walk(os.path.join(self.root, folder), ()))
        return sorted(path[start:].replace(os.sep, "/") for path in paths)

    def path(self, name: str) -> str:
        """Return the path on disk of the source file `name`, one of `files`."""
        return os.path.join(self.root, *name.split("/"))

    def text(self, name: str) -> str:
        """Return the text of the source file `name`. Raises `SourceError` as `read_text` does."""
        return read_text(self.path(name), name)


class Article:
    """The text of an article; positions count Unicode code points from 0, the end exclusive."""

    def __init__(self, text: str, path: str = "") -> None:
        self.text = text
        self.path = path

    @classmethod
    def read(cls, path: str) -> Article:
        """Return the article in the file `path`, without byte order mark, with LF line ends.

        Raises `SourceError` when the file cannot be read or is not UTF-8.
        """
        return cls(read_text(path, f"The article {path}"), path)

    def quote(self, start: int, end: int, sha256: str) -> str | None:
        """Return the span from `start` to `end`, or None when its digest differs.

        `sha256` is the recorded digest, in hexadecimal, of the span in UTF-8.
        """
        import hashlib

        span = self.text[start:end]
        return span if hashlib.sha256(span.encode()).hexdigest() == sha256 else None


def enclosing_root(path: str) -> str | None:
    """Return the root of sources that `path` is or lies in, or None.

    Commands that rewrite files below a folder call this first, since a slip can name the whole
    disk.
    """
    place = os.path.abspath(path)
    while not all(os.path.isdir(os.path.join(place, folder)) for folder in _FOLDERS):
        above = os.path.dirname(place)
        if above == place:
            return None
        place = above
    return place


def inside(path: str, folder: str) -> str | None:
    """Return the path from `folder` to a file below it, with `/`; None for a file elsewhere.

    On Windows there is no path from one drive to another.
    """
    try:
        way = os.path.relpath(path, folder).split(os.sep)
    except ValueError:
        return None
    return None if way[0] == os.pardir else "/".join(way)


def listed_folders() -> str:
    """Return the names of the source folders, as words of a sentence."""
    return f"{', '.join(_FOLDERS[:-1])} and {_FOLDERS[-1]}"


def graph_of(name: str) -> str | None:
    """Return the IRI of the named graph of the source file `name`, or None.

    Resolutions lie beside their article but are background, our own (design, truth rule 5).
    """
    parts = name.split("/")
    if name.endswith(".sssom.tsv"):
        return GRAPHS["background"]
    if name.endswith(".tsv") and parts[:2] == ["data", "articles"]:
        return GRAPHS["claims"]
    if not name.endswith(".ttl") or name == "ontology/shapes.ttl":
        return None
    if parts[0] == "ontology":
        return GRAPHS["ontology"]
    if parts[:2] == ["data", "articles"] and parts[-1] != "resolutions.ttl":
        return GRAPHS["claims"]
    return GRAPHS["background"]


def read_subject(sources: Sources) -> Subject:
    """Return the subject of the sources from `data/subject.toml`, empty without that file.

    Raises `SourceError` for invalid content.
    """
    import tomllib

    path = sources.path(SUBJECT)
    if not os.path.lexists(path):
        return Subject()
    try:
        parts = tomllib.loads(read_text(path, SUBJECT))
    except tomllib.TOMLDecodeError as error:
        message = f"{SUBJECT}: this is not TOML: {error}. Mend it."
        raise SourceError(message, path=SUBJECT) from None
    for key, value in parts.items():
        if key not in _SUBJECT or not _SUBJECT[key](value):
            message = (
                f"{SUBJECT}: {key} does not belong here, or not so. Give topic (text), "
                "search (a list of words), inference (a list of three names), words (lists of "
                "words, by word), examples (text, by command)."
            )
            raise SourceError(message, path=SUBJECT)
    words = {word: tuple(meant) for word, meant in parts.get("words", {}).items()}
    return Subject(
        parts.get("topic", ""),
        tuple(parts.get("search", ())),
        tuple(parts.get("inference", ())),
        words,
        parts.get("examples", {}),
    )


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _are_texts(value: object) -> bool:
    return isinstance(value, list) and all(map(_is_text, value))


def _maps_to(fits: Callable[[object], bool], value: object) -> bool:
    return isinstance(value, dict) and all(map(fits, value.values()))


#: The keys of the file on the subject, with the check of their values.
_SUBJECT: dict[str, Callable[[object], bool]] = {
    "topic": _is_text,
    "search": _are_texts,
    "inference": _are_texts,
    "words": partial(_maps_to, _are_texts),
    "examples": partial(_maps_to, _is_text),
}


def prove(path: str, name: str) -> None:
    """Raise `SourceError` for an invalid source file: not a regular file, or too large.

    Reading a pipe or a device might never end. A missing file is left to its reader.
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
    """Return the content of a file, called `name` in messages. Raises as `read_text`."""
    try:
        with open(path, "rb") as file:
            return file.read()
    except OSError as error:
        message = f"{name} cannot be read: {error.strerror}. Check its name and permissions."
        raise SourceError(message, path=name) from None


def decode(content: bytes, name: str) -> str:
    """Return the UTF-8 text of a file, called `name` in messages, without byte order mark.

    CR LF is read as LF, so that no offset depends on a checkout. Raises `SourceError` with the line
    that is not UTF-8.
    """
    try:
        return content.decode("utf-8").removeprefix("\ufeff").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        message = f"{name}, line {line}: this is not UTF-8. Save the file in UTF-8."
        raise SourceError(message, path=name, line=line) from None


def replace_source(path: str, content: bytes) -> None:
    """Replace the content of a source file by `replace_file`, raising `SourceError` for OSError."""
    try:
        replace_file(path, content)
    except OSError as error:
        message = f"{path} cannot be written: {error.strerror}. It is as it was."
        raise SourceError(message, path=path) from None


def replace_file(path: str, content: bytes) -> None:
    """Replace the content of the file `path`: write a new file beside it, then rename.

    A symbolic link stays one, and a file keeps its permissions. A pipe, a device and an open
    descriptor (`/dev/stdout`, `/dev/fd/3`) are written to directly. Raises OSError when the file
    cannot be written, or is marked read-only; it is then unchanged.
    """
    stream = _stream(path)
    if stream is not None:
        with stream:
            stream.write(content)
        return
    target = os.path.realpath(path)
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        mode = None
    # On Windows read-only means nothing for a folder.
    folders = [] if sys.platform == "win32" else [os.path.dirname(target)]
    for place in (target, *folders) if mode is not None else ():
        # root may write in spite of it, but a read-only mark is meant for root too.
        if not os.stat(place).st_mode & _WRITABLE:
            raise PermissionError(errno.EACCES, f"{place} is marked read-only", path)
    # Not by tempfile: it is slow to import, and its files are unreadable for others.
    beside = os.path.join(os.path.dirname(target), f".crampkg-{os.urandom(8).hex()}.part")
    try:
        with open(beside, "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        if mode is not None:
            os.chmod(beside, stat.S_IMODE(mode))
        os.replace(beside, target)
    except BaseException:
        _remove(beside)
        raise


def _proven(root: str, problem: str) -> str:
    missing = [name for name in _FOLDERS if not os.path.isdir(os.path.join(root, name))]
    if missing:
        message = f"{problem}: {', '.join(missing)} missing. Name a folder that has them."
        raise SourceError(message, path=root)
    return root


def _walk(folder: str, above: tuple[tuple[int, int], ...]) -> Iterator[str]:
    """Yield the files below a folder; `above` has device and inode of the folders around it."""
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


def _stream(path: str) -> BinaryIO | None:
    """Open `path` if it names a pipe, a device or a descriptor; return None for a file.

    A descriptor is duplicated or appended to: opening it anew for writing would truncate a log that
    a shell has redirected to.
    """
    import re

    place = os.path.abspath(path)
    for _ in range(40):  # as many links as Linux follows
        folder, name = os.path.split(place)
        place = os.path.join(os.path.realpath(folder), name)
        there = re.fullmatch(_DESCRIPTOR, place)
        if there is not None:
            is_own = there["process"] in (None, str(os.getpid()))
            return open(os.dup(int(there["number"])), "wb") if is_own else open(place, "ab")
        if not os.path.islink(place):
            break
        place = os.path.join(os.path.dirname(place), os.readlink(place))
    try:
        is_file = stat.S_ISREG(os.stat(path).st_mode)
    except FileNotFoundError:
        is_file = True
    return None if is_file else open(path, "wb")


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
