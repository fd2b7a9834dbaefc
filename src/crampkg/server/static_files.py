"""The files that pages load: kept by browsers, since the address of each tells its content."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starlette.staticfiles import StaticFiles

if TYPE_CHECKING:
    import os

    from starlette.responses import Response
    from starlette.types import Scope

#: What follows the question mark of an address changes with the content (`layout.static`).
_LASTING = "public, max-age=31536000, immutable"


class Files(StaticFiles):
    """The folder `static/` of this package."""

    def __init__(self) -> None:
        super().__init__(packages=[("crampkg.server", "static")])

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """Return a file, or that it is what the browser has."""
        response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["cache-control"] = _LASTING if scope["query_string"] else "no-cache"
        response.headers["x-content-type-options"] = "nosniff"
        return response
