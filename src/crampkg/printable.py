"""Text that is safe to print, whoever wrote it."""

from __future__ import annotations

import re

#: What can steer a terminal: control characters but line feeds and tabs, and those that turn the
#: direction of the text after them (Unicode Standard Annex 9, sections 2.1, 2.2 and 2.4).
_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")


def printable(text: str) -> str:
    """Return `text` with U+FFFD in the place of each character that could steer a terminal.

    Joiners, soft hyphens and characters that Python does not know yet are parts of words and stay.
    """
    return _STEERS.sub("\ufffd", text)
