"""Files that are sent as they are: kept by browsers where the address tells the content."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    import os

    from starlette.responses import Response
    from starlette.types import Scope

#: What follows the question mark of an address changes with the content (`layout.static`).
_LASTING = "public, max-age=31536000, immutable"


class Files(StaticFiles):
    """The files of a folder; `lasting` are those asked for with a question mark."""

    def __init__(self, *, lasting: bool = False, **folder: Any) -> None:
        super().__init__(**folder)
        self._is_lasting = lasting

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file, or that it is what the client has."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        lasts = self._is_lasting and scope["query_string"]
        response.headers["cache-control"] = _LASTING if lasts else "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response
