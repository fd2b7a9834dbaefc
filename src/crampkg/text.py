"""Text for people: safe to print, in natural order, counted; and numbers typed by people."""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: Characters that can steer a terminal: control characters but line feeds and tabs, and those that
#: change the direction of text (Unicode Standard Annex 9, sections 2.1, 2.2 and 2.4).
_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_DIGITS = re.compile(r"([0-9]+)")

#: A key of `natural`: texts and numbers in turn, then the text itself.
Key = tuple[tuple[str | tuple[int, str], ...], str]


def printable(text: str) -> str:
    """Return `text` with U+FFFD for each character that could steer a terminal.

    Joiners, soft hyphens and characters unknown to Python are parts of words and stay.
    """
    return _STEERS.sub("\ufffd", text)


@lru_cache(maxsize=1 << 14)  # a graph is sorted many times by the same few thousand names
def natural(text: str) -> Key:
    """Return a sort key that puts marker-2 before marker-10 and ignores case at first."""
    parts = _DIGITS.split(text.casefold())
    numbers = (number.lstrip("0") for number in parts[1::2])
    keyed: list[str | tuple[int, str]] = list(parts)
    keyed[1::2] = [(len(number), number) for number in numbers]
    return tuple(keyed), text


def capitalized(text: str) -> str:
    """Return `text` with a capital first letter, its other letters unchanged."""
    return f"{text[:1].upper()}{text[1:]}"


def plural(number: int, noun: str) -> str:
    """Return a number with its noun: "1 claim", "3 claims"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def whole_number(text: str, least: int, most: int) -> int | None:
    """Return the number in ASCII digits, or None if it is not from `least` to `most`."""
    is_short = len(text.lstrip("0")) <= len(str(most))  # int() refuses thousands of digits
    number = int(text) if text.isascii() and text.isdecimal() and is_short else -1
    return number if least <= number <= most else None


def json_bytes(value: Any, indent: int | None = None) -> bytes:
    """Return `value` as JSON (RFC 8259) in UTF-8 with a final line feed."""
    import json  # CSV output does not need it

    return json.dumps(value, ensure_ascii=False, indent=indent).encode() + b"\n"
