"""Graphs out, in the RDF formats that others read: nothing lost, the same bytes every time."""

from __future__ import annotations

from crampkg.export.formats import EXPORTS, FORMATS, Format, export, to_bytes

__all__ = ["EXPORTS", "FORMATS", "Format", "export", "to_bytes"]
