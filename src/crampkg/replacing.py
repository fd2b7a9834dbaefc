"""Replace a file as a whole: whoever reads it sees the old or the new, never half."""

from __future__ import annotations

import errno
import os
import re
import stat
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import BinaryIO

#: Where descriptors have names: those of this process, and on Linux those of each.
_DESCRIPTOR = re.compile(
    r"(/dev|/proc/(?P<process>[0-9]+)(/task/[0-9]+)?)/fd/(?P<number>[0-9]{1,9})"
)

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def replace_file(path: str, content: bytes) -> None:
    """Make `content` all that the file `path` holds: written beside its place, then moved there.

    A symbolic link stays one, and a file keeps its permissions. A pipe, a device and an open
    descriptor (`/dev/stdout`, `/dev/fd/3`) have no place beside them: they are written to. Raises
    OSError when it cannot be written, or is marked read-only; the file is then as it was.
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
    folders = [] if sys.platform == "win32" else [os.path.dirname(target)]  # there it marks nothing
    for place in (target, *folders) if mode is not None else ():
        # The administrator may write all the same: a mark that says "not this" holds for them too.
        if not os.stat(place).st_mode & _WRITABLE:
            raise PermissionError(errno.EACCES, f"{place} is marked read-only", path)
    # Not by tempfile, which takes long to import and lets nobody else read what it makes.
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


def _stream(path: str) -> BinaryIO | None:
    """Open `path` if it names a pipe, a device or a descriptor, and return None for a file.

    A descriptor is duplicated or appended to: opened anew to be written to, it would cut off the
    log that a shell has put behind it.
    """
    place = os.path.abspath(path)
    for _ in range(40):  # links in a row, as many as Linux follows
        folder, name = os.path.split(place)
        place = os.path.join(os.path.realpath(folder), name)
        there = _DESCRIPTOR.fullmatch(place)
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
