"""Pushing the graph to the user's store: complete, and swapped in at once."""

from __future__ import annotations

from crampkg.push.load import Pushed, push
from crampkg.push.target import Comparison, State, Summary, Target, summary

__all__ = ["Comparison", "Pushed", "State", "Summary", "Target", "push", "summary"]
