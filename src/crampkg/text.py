"""Text for people: safe to print, in natural order, counted; and numbers typed by people."""

from __future__ import annotations

import re
from functools import lru_cache

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
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


def whole_number(text: str, least: int = -(2**63), most: int = 2**63 - 1) -> int | None:
    """Return the number in ASCII digits, or None if it is not from `least` to `most`.

    The defaults are the numbers that query engines have, of 64 bits.

    >>> whole_number("007"), whole_number("-7"), whole_number("-7", 0), whole_number("²")
    (7, -7, None, None)
    """
    digits = text.removeprefix("-") if least < 0 else text
    if not (digits.isascii() and digits.isdecimal()):
        return None
    is_short = len(digits.lstrip("0")) <= len(str(2**64))  # int() refuses thousands of digits
    return int(text) if is_short and least <= int(text) <= most else None


def similar(name: str, known: Iterable[str], most: int = 3, cutoff: float = 0.6) -> list[str]:
    """Return up to `most` of the `known` names that resemble `name`, best first, in any case.

    The dashes before options do not count. `cutoff` is the least similarity, from 0 to 1.
    """
    import difflib  # only mistakes need it

    bare = {each.lstrip("-"): each for each in known}
    near = difflib.get_close_matches(name.lstrip("-").casefold(), bare, most, cutoff)
    return [bare[each] for each in near]


def json_bytes(value: Any, indent: int | None = None, *, compact: bool = False) -> bytes:
    """Return `value` as JSON (RFC 8259) in UTF-8 with a final line feed; no spaces if `compact`."""
    import json  # CSV output does not need it

    separators = (",", ":") if compact else None
    written = json.dumps(value, ensure_ascii=False, indent=indent, separators=separators)
    return written.encode() + b"\n"
