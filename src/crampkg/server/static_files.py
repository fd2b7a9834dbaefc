"""Files that are sent as they are, from memory: who reads slowly holds a connection and no more."""

from __future__ import annotations

import hashlib
import mimetypes
from typing import TYPE_CHECKING

from starlette.exceptions import HTTPException
from starlette.responses import Response
from werkzeug.http import parse_etags

from crampkg.server import media
from crampkg.server.piecewise import PiecewiseResponse

if TYPE_CHECKING:
    from collections.abc import Mapping

    from starlette.requests import Request

    from crampkg.server.service import Service

#: What follows the question mark of an address changes with the content (`layout.static`).
_LASTING = "public, max-age=31536000, immutable"


class Files:
    """Files by name; browsers keep `lasting` ones that are asked for with a question mark."""

    def __init__(self, contents: Mapping[str, bytes], *, lasting: bool = False) -> None:
        self._contents = contents
        self._is_lasting = lasting
        self._tags = {
            name: hashlib.sha256(content).hexdigest()[:32] for name, content in contents.items()
        }

    async def respond(self, request: Request, service: Service) -> Response:
        """Return the file that the rest of the path names, or that it is what the client has."""
        return self.response(request, service, request.path_params["path"])

    def response(
        self,
        request: Request,
        service: Service,
        name: str,
        headers: Mapping[str, str] | None = None,
    ) -> Response:
        """Return a file by its name. Raises `HTTPException` (404) when there is none."""
        if name not in self._contents:
            raise HTTPException(404)
        tag = self._tags[name]
        lasts = self._is_lasting and request.url.query
        told = {
            "cache-control": _LASTING if lasts else "no-cache",
            "etag": f'"{tag}"',
            "x-content-type-options": "nosniff",
            **(headers or {}),
        }
        if parse_etags(request.headers.get("if-none-match")).contains_weak(tag):
            return Response(None, 304, told)
        type = mimetypes.guess_type(name)[0] or "text/plain"
        told["content-type"] = media.content_type(type)
        limits = service.limits
        return PiecewiseResponse(
            self._contents[name], 200, told, grace=limits.grace, pace=limits.pace
        )
