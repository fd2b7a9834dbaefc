"""The command as a process: its words, and how it ended."""

from __future__ import annotations

import sys
from typing import NamedTuple

COMMAND = [sys.executable, "-m", "crampkg"]


class Ended(NamedTuple):
    """How a process ended; on a terminal both streams are in `out`."""

    code: int
    out: str
    err: str = ""
