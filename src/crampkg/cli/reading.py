"""Reading the text that a user names."""

from __future__ import annotations

import sys

from crampkg.sources import decode, read_text


def read_named(path: str) -> str:
    """Return the text of the file `path`, or of standard input for `-`; no byte order mark.

    Raises `SourceError` when it cannot be read or is not UTF-8.
    """
    if path != "-":
        return read_text(path, path)
    content = sys.stdin.buffer.read() if sys.stdin is not None else b""
    return decode(content, "The standard input")
