"""Replace a file as a whole: whoever reads it sees the old or the new, never half."""

from __future__ import annotations

import errno
import os
import stat

_WRITABLE = stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH


def replace_file(path: str, content: bytes) -> None:
    """Make `content` all that the file `path` holds: written beside its place, then moved there.

    A symbolic link stays one, and a file keeps its permissions. Raises OSError when it cannot be
    written, or is marked read-only; the file is then as it was.
    """
    target = os.path.realpath(path)
    try:
        mode = os.stat(target).st_mode
    except FileNotFoundError:
        mode = None
    if mode is not None and not stat.S_ISREG(mode):  # a device or a named pipe has no "beside"
        with open(target, "wb") as file:
            file.write(content)
        return
    for place in (target, os.path.dirname(target)) if mode is not None else ():
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


def _remove(path: str) -> None:
    try:
        os.unlink(path)
    except OSError:
        pass
