"""The source files that the graph is made of, as downloads: one by one, and all in an archive."""

from __future__ import annotations

import functools
import io
import mimetypes
import os
import zipfile
from typing import TYPE_CHECKING

from crampkg.server.static_files import Files

if TYPE_CHECKING:
    from crampkg.sources import Sources

#: The media types of source files by their extension, which no table of the system knows well.
TYPES = {
    ".jsonld": "application/ld+json",
    ".rq": "application/sparql-query",
    ".ttl": "text/turtle",
    ".tsv": "text/tab-separated-values",
    ".yaml": "application/yaml",
}
for _extension, _type in TYPES.items():
    mimetypes.add_type(_type, _extension)

#: An archive of the same files is the same, whenever it is made.
_MADE = (1980, 1, 1, 0, 0, 0)


@functools.cache  # also because a process that answers cannot read a folder
def names(sources: Sources) -> tuple[str, ...]:
    """Return the names of the source files that are shown to others, sorted."""
    return tuple(name for name in sources.files() if os.path.splitext(name)[1] in TYPES)


class SourceFiles(Files):
    """The source files below one address, and nothing else of their folder."""

    def __init__(self, sources: Sources) -> None:
        super().__init__(directory=sources.root)
        self._sources = sources

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """Return where a source file is, or that there is none."""
        if path.replace(os.sep, "/") not in names(self._sources):
            return "", None
        return super().lookup_path(path)


def archive(sources: Sources) -> bytes:
    """Return all source files in a ZIP archive, at their places in the folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name in names(sources):
            entry = zipfile.ZipInfo(name, _MADE)
            entry.external_attr = 0o644 << 16
            with open(sources.path(name), "rb") as content:
                made.writestr(entry, content.read(), zipfile.ZIP_DEFLATED)
    return file.getvalue()
