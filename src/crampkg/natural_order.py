"""The order in which people expect names: marker-2 before marker-10, case last."""

from __future__ import annotations

import re
from functools import lru_cache

_DIGITS = re.compile(r"([0-9]+)")

#: What `natural` returns: texts and numbers by turns, and the text itself where those are equal.
Key = tuple[tuple[str | tuple[int, str], ...], str]


@lru_cache(maxsize=1 << 14)  # a graph is sorted by the same few thousand names again and again
def natural(text: str) -> Key:
    """Return a sort key by which marker-2 comes before marker-10, and case matters last."""
    parts = _DIGITS.split(text.casefold())
    numbers = (number.lstrip("0") for number in parts[1::2])
    keyed: list[str | tuple[int, str]] = list(parts)
    keyed[1::2] = [(len(number), number) for number in numbers]
    return tuple(keyed), text
