"""The source files that the graph is made of, as downloads: one by one, and all in an archive.

They are read once, when the server starts, and sent as they were then: what the graph is made of.
"""

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

#: The name of the archive of all source files.
ARCHIVE = "sources.zip"

#: An archive of the same files is the same, whenever it is made.
_MADE = (1980, 1, 1, 0, 0, 0)


@functools.cache  # also because a process that answers cannot read a folder
def names(sources: Sources) -> tuple[str, ...]:
    """Return the names of the source files that are shown to others, sorted."""
    return tuple(
        name
        for name in sources.files()
        if os.path.splitext(name)[1] in TYPES and _is_inside(sources, name)
    )


def files(sources: Sources) -> Files:
    """Return the source files by name, and the archive of all of them as `ARCHIVE`.

    Raises OSError when one cannot be read.
    """
    contents = {}
    for name in names(sources):
        with open(sources.path(name), "rb") as file:
            contents[name] = file.read()
    return Files({**contents, ARCHIVE: _archive(contents)})


def _is_inside(sources: Sources, name: str) -> bool:
    """Tell whether a source file is in its folder, and no link leads out of it."""
    root = os.path.realpath(sources.root)
    return os.path.realpath(sources.path(name)).startswith(os.path.join(root, ""))


def _archive(contents: dict[str, bytes]) -> bytes:
    """Return files in a ZIP archive, at their places in the folder."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, _MADE)
            entry.external_attr = 0o644 << 16
            made.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
