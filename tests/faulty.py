"""A server on loopback that answers as a test tells it to, faults above all."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import NamedTuple


class Asked(NamedTuple):
    """A request as it came."""

    method: str
    path: str
    headers: dict[str, str]  # names in lower case
    body: bytes


class Handler(BaseHTTPRequestHandler):
    """Reads a request whole and leaves the answer to the test's function."""

    protocol_version = "HTTP/1.1"
    server: Server

    def _serve(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        asked = Asked(self.command, self.path, headers, body)
        self.server.asked.append(asked)
        self.server.answer(self, asked)

    do_GET = do_POST = do_PUT = do_DELETE = _serve  # noqa: N815 - as http.server calls them

    def reply(self, status: int, body: bytes, type: str = "text/plain", **headers: str) -> None:
        """Send a whole answer; `_` in the name of a header stands for `-`."""
        self.send_response(status)
        self.send_header("Content-Type", type)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *_: object) -> None:
        """Say nothing."""


class Server(ThreadingHTTPServer):
    """The server: what it was asked, and how it answers."""

    daemon_threads = True

    def __init__(self, answer: Callable[[Handler, Asked], None]) -> None:
        self.answer = answer
        self.asked: list[Asked] = []
        self.over = threading.Event()  # for answers that are to come too late
        super().__init__(("127.0.0.1", 0), Handler)

    @property
    def url(self) -> str:
        """Return the address of an endpoint on it."""
        return f"http://127.0.0.1:{self.server_address[1]}/sparql"

    def handle_error(self, *_: object) -> None:
        """Say nothing: the client may have gone."""


@contextmanager
def serving(answer: Callable[[Handler, Asked], None]) -> Iterator[Server]:
    """Run a server that answers with `answer` until the `with` statement ends."""
    server = Server(answer)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield server
    finally:
        server.over.set()
        server.shutdown()
        thread.join()
        server.server_close()
