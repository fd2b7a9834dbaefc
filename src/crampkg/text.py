"""Text for people: safe to print, in natural order, counted; and the numbers that they write."""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

#: What can steer a terminal: control characters but line feeds and tabs, and those that turn the
#: direction of the text after them (Unicode Standard Annex 9, sections 2.1, 2.2 and 2.4).
_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_DIGITS = re.compile(r"([0-9]+)")

#: What `natural` returns: texts and numbers by turns, and the text itself where those are equal.
Key = tuple[tuple[str | tuple[int, str], ...], str]


def printable(text: str) -> str:
    """Return `text` with U+FFFD in the place of each character that could steer a terminal.

    Joiners, soft hyphens and characters that Python does not know yet are parts of words and stay.
    """
    return _STEERS.sub("\ufffd", text)


@lru_cache(maxsize=1 << 14)  # a graph is sorted by the same few thousand names again and again
def natural(text: str) -> Key:
    """Return a sort key by which marker-2 comes before marker-10, and case matters last."""
    parts = _DIGITS.split(text.casefold())
    numbers = (number.lstrip("0") for number in parts[1::2])
    keyed: list[str | tuple[int, str]] = list(parts)
    keyed[1::2] = [(len(number), number) for number in numbers]
    return tuple(keyed), text


def capitalized(text: str) -> str:
    """Return `text` as it begins a sentence, with the rest of its letters as they are."""
    return f"{text[:1].upper()}{text[1:]}"


def plural(number: int, noun: str) -> str:
    """Return a number with its noun: "1 claim", "3 claims"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def whole_number(text: str, least: int, most: int) -> int | None:
    """Return the number that ASCII digits write, or None if it is none from `least` to `most`."""
    is_short = len(text.lstrip("0")) <= len(str(most))  # int() refuses thousands of digits
    number = int(text) if text.isascii() and text.isdecimal() and is_short else -1
    return number if least <= number <= most else None


def json_bytes(value: Any, indent: int | None = None) -> bytes:
    """Return `value` as JSON (RFC 8259) in UTF-8 that ends with a line feed."""
    import json  # programs that read CSV need none of it

    return json.dumps(value, ensure_ascii=False, indent=indent).encode() + b"\n"
