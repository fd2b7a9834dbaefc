"""Reading the text that a user names, with a sentence for whatever stands in the way."""

from __future__ import annotations

import sys

from crampkg.errors import SourceError


def read_text(path: str) -> str:
    """Return the text of the file `path`, or of standard input for `-`.

    A byte order mark is dropped. Raises `SourceError` when the file cannot be read or is not UTF-8.
    """
    name = "standard input" if path == "-" else path
    try:
        if path == "-":
            data = sys.stdin.buffer.read() if sys.stdin is not None else b""
        else:
            with open(path, "rb") as file:
                data = file.read()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise SourceError(f"{name} cannot be read: {reason}.", path=path) from None
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise SourceError(
            f"{name} is not UTF-8: line {line} has the byte 0x{data[error.start]:02x}. "
            "Save it as UTF-8.",
            path=path,
            line=line,
        ) from None
