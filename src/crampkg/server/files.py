"""Files served unchanged from memory: the static files and the sources of the graph.

The sources are read once, when the server starts, and served one by one and as an archive.
"""

from __future__ import annotations

import functools
import hashlib
import io
import mimetypes
import os
import zipfile

from starlette.exceptions import HTTPException
from starlette.responses import Response
from werkzeug.http import parse_etags

from crampkg.server import media
from crampkg.server.connection import PiecewiseResponse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from crampkg.server.service import Service
    from crampkg.sources import Sources

#: For addresses whose query string changes with the content (`layout.static`).
_LASTING = "public, max-age=31536000, immutable"


#: The media types of source files by extension; the system's table lacks most of them.
TYPES = {
    ".jsonld": "application/ld+json",
    ".rq": "application/sparql-query",
    ".ttl": "text/turtle",
    ".tsv": "text/tab-separated-values",
    ".toml": "application/toml",
    ".yaml": "application/yaml",
}
for _extension, _type in TYPES.items():
    mimetypes.add_type(_type, _extension)

#: The name of the archive of all source files.
ARCHIVE = "sources.zip"

#: The date of every entry, so that the same files always make the same archive.
_MADE = (1980, 1, 1, 0, 0, 0)


class Files:
    """Files by name; with `lasting`, browsers keep a file whose address has a query string."""

    def __init__(self, contents: Mapping[str, bytes], *, lasting: bool = False) -> None:
        self._contents = contents
        self._is_lasting = lasting
        self._tags = {
            name: hashlib.sha256(content).hexdigest()[:32] for name, content in contents.items()
        }

    async def respond(self, request: Request, service: Service) -> Response:
        """Return the file that the rest of the path names, or 304 if the client has it."""
        return self.response(request, service, request.path_params["path"])

    def response(
        self,
        request: Request,
        service: Service,
        name: str,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return a file by its name. Raises `HTTPException` (404) for an unknown name."""
        if name not in self._contents:
            raise HTTPException(404)
        tag = self._tags[name]
        lasts = self._is_lasting and request.url.query
        fields = {
            "cache-control": _LASTING if lasts else "no-cache",
            "etag": f'"{tag}"',
            "x-content-type-options": "nosniff",
            **(headers or {}),
        }
        if parse_etags(request.headers.get("if-none-match")).contains_weak(tag):
            return Response(None, 304, fields)
        type = mimetypes.guess_type(name)[0] or "text/plain"
        fields["content-type"] = media.content_type(type)
        limits = service.limits
        return PiecewiseResponse(
            self._contents[name], 200, fields, grace=limits.grace, pace=limits.pace
        )


@functools.cache
def names(sources: Sources) -> tuple[str, ...]:
    """Return the names of the source files that are published, sorted."""
    return tuple(
        name
        for name in sources.files()
        if os.path.splitext(name)[1] in TYPES and _is_inside(sources, name)
    )


def source_files(sources: Sources) -> Files:
    """Return the source files by name, and the archive of all of them as `ARCHIVE`.

    Raises OSError when one cannot be read.
    """
    contents = {}
    for name in names(sources):
        with open(sources.path(name), "rb") as file:
            contents[name] = file.read()
    return Files({**contents, ARCHIVE: _archive(contents)})


def _is_inside(sources: Sources, name: str) -> bool:
    """Return whether a source file lies in the folder of the sources, with links resolved."""
    root = os.path.realpath(sources.root)
    return os.path.realpath(sources.path(name)).startswith(os.path.join(root, ""))


def _archive(contents: dict[str, bytes]) -> bytes:
    """Return files as a ZIP archive, by their paths."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as made:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, _MADE)
            entry.external_attr = 0o644 << 16
            made.writestr(entry, content, zipfile.ZIP_DEFLATED)
    return file.getvalue()
