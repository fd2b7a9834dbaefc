"""The server's application in this process: each request goes to it, and over no network."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx

from crampkg.graph import KnowledgeGraph
from crampkg.server.app import create_app
from crampkg.server.limits import Limits

T = TypeVar("T")


class _Transport(httpx.BaseTransport):
    """httpx's own ASGI transport for clients that do not await, on the loop of a thread."""

    def __init__(self, web: Web) -> None:
        self._web = web
        self._inner = httpx.ASGITransport(web.app, raise_app_exceptions=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        return self._web.wait_for(self._answer(request))

    async def _answer(self, request: httpx.Request) -> httpx.Response:
        answer = await self._inner.handle_async_request(request)
        body = b"".join([part async for part in answer.stream])  # type: ignore[union-attr]
        return httpx.Response(
            answer.status_code, headers=answer.headers, stream=httpx.ByteStream(body)
        )


class Web:
    """The application on a graph: its URL and a client. Clients of `Server` may ask it as well."""

    def __init__(self, graph: KnowledgeGraph, limits: Limits) -> None:
        self.app = create_app(graph, limits)
        self.url = "http://crampkg.example"
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()
        self._life = self.app.router.lifespan_context(self.app)
        self.wait_for(self._life.__aenter__())
        self.client = httpx.Client(transport=_Transport(self), base_url=self.url)

    def get(self, path: str, **options: Any) -> httpx.Response:
        """GET a path."""
        return self.client.get(path, **options)

    def query(self, text: str, accept: str = "*/*") -> httpx.Response:
        """POST a query as a form."""
        return self.client.post("/sparql", data={"query": text}, headers={"accept": accept})

    def wait_for(self, coroutine: Coroutine[Any, Any, T]) -> T:
        """Return what becomes of a coroutine in the application's loop."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def stop(self) -> None:
        """End the application with all that it has started."""
        self.client.close()
        self.wait_for(self._life.__aexit__(None, None, None))
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
