"""Where output goes: standard output, a file that is replaced whole, and messages beside it."""

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

    What could steer a terminal is shown as U+FFFD: names may be anybody's.
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
    """Put one message for people on standard error; a closed standard error loses it."""
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
    """Tell whether a person reads standard output as it comes."""
    return sys.stdout is not None and sys.stdout.isatty()


def is_watched() -> bool:
    """Tell whether a person sees standard error, and wants to know what takes so long."""
    return sys.stderr is not None and sys.stderr.isatty()


def flush() -> None:
    """Flush standard output now, where a failure can still be told, not at interpreter exit."""
    if sys.stdout is not None:
        sys.stdout.flush()


def silence() -> None:
    """Send what is left in the buffer nowhere, so that the interpreter's own flush succeeds."""
    try:
        descriptor = stdout().fileno()
    except (OSError, ValueError):  # closed, or not a real file, as under a test
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, descriptor)
    os.close(nowhere)


def abandon() -> None:
    """After a failure: flush what can be flushed, drop the rest without another message."""
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
