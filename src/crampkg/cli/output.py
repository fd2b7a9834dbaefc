"""Output: to standard output or to a file that is replaced whole; messages to standard error."""

from __future__ import annotations

import os
import sys

from crampkg.text import printable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import TextIO


def write(data: bytes, path: str | None = None) -> None:
    """Write `data` to the file `path`, or to standard output when it is None.

    A file appears whole or not at all: it is written beside its place and then moved there.
    Raises OSError when it cannot be written.
    """
    if path is not None:
        _to_file(path, data)
        return
    stream = stdout()
    if hasattr(stream, "buffer"):
        stream.flush()
        stream.buffer.write(data)
        stream.buffer.flush()
    else:
        stream.write(data.decode("utf-8"))


def write_text(text: str, path: str | None = None) -> None:
    """Write text for people: in UTF-8 to a file, to standard output in its own encoding.

    Control characters become U+FFFD, since names may come from strangers.
    """
    write_drawn(printable(text), path)


def write_drawn(text: str, path: str | None = None) -> None:
    """Write text that is safe already, and may have colours, as `write_text` does."""
    if path is not None:
        _to_file(path, text.encode("utf-8"))
        return
    stream = stdout()
    encoding = getattr(stream, "encoding", None) or "utf-8"
    stream.write(text.encode(encoding, "replace").decode(encoding))


def say(message: str) -> None:
    """Write a message to standard error; a closed standard error loses it."""
    try:
        sys.stderr.write(f"crampkg: {printable(message)}\n")
        sys.stderr.flush()
    except (OSError, ValueError, AttributeError):
        pass


def stdout() -> TextIO:
    """Return standard output. Raises OSError (EBADF) when the process was started without one."""
    if sys.stdout is None:
        import errno

        raise OSError(errno.EBADF, os.strerror(errno.EBADF))
    return sys.stdout


def is_terminal() -> bool:
    """Return whether standard output is a terminal."""
    return sys.stdout is not None and sys.stdout.isatty()


def is_watched() -> bool:
    """Return whether standard error is a terminal, where progress is worth showing."""
    return sys.stderr is not None and sys.stderr.isatty()


def flush() -> None:
    """Flush standard output now: at interpreter exit a failure could not be reported."""
    if sys.stdout is not None:
        sys.stdout.flush()


def silence() -> None:
    """Redirect standard output to the null device, so that the interpreter's flush succeeds."""
    try:
        descriptor = stdout().fileno()
    except (OSError, ValueError):  # closed, or not a real file, as under a test
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def abandon() -> None:
    """Flush standard output at the end; drop the rest silently if that fails."""
    try:
        flush()
    except (OSError, ValueError):
        silence()


def _to_file(path: str, data: bytes) -> None:
    from crampkg.sources import replace_file

    try:
        replace_file(path, data)
    except OSError as error:
        error.filename, error.filename2 = path, None  # the name that the user gave
        raise
