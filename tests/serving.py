"""The server as a process of its own, on a free port of the loopback."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import threading
import time
from collections.abc import Callable
from pathlib import Path

import httpx
from processes import COMMAND

_READY = re.compile(r"Serving at (http://\S+)/")


class Server:
    """A running `crampkg serve`: its URL, its log so far, and a client."""

    def __init__(self, *options: str, variables: dict[str, str] | None = None) -> None:
        words = [*COMMAND, "serve", "--port", "0", "--log", "json", *options]
        environment = {**os.environ, **(variables or {})}
        environment.pop("CRAMPKG_ARTICLE", None)  # which the tests may have, for themselves
        self.process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=environment)
        self.log: list[str] = []
        self._is_ready = threading.Event()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()
        assert self._is_ready.wait(180), "the server did not get ready"
        found = next((each for line in self.log if (each := _READY.search(line))), None)
        assert found is not None, "\n".join(self.log)
        self.url = found[1]
        host, port = self.url.removeprefix("http://").split(":")
        self.host: str = host
        self.port = int(port)
        self.client = httpx.Client(base_url=self.url, timeout=120, trust_env=False)
        self.get("/sparql", params={"query": "ASK {}"})  # a worker is there

    def _read(self) -> None:
        assert self.process.stderr is not None
        for line in self.process.stderr:
            self.log.append(line)
            if _READY.search(line):
                self._is_ready.set()
        self._is_ready.set()

    def get(self, path: str, **options: object) -> httpx.Response:
        """GET a path."""
        return self.client.get(path, **options)  # type: ignore[arg-type]

    def query(self, text: str, accept: str = "*/*", **options: object) -> httpx.Response:
        """POST a query as a form."""
        headers = {"accept": accept}
        return self.client.post("/sparql", data={"query": text}, headers=headers, **options)  # type: ignore[arg-type]

    def family(self) -> list[int]:
        """Return the process ids of the server and all that it has started, itself first."""
        found = [self.process.pid]
        for parent in found:
            found += children(parent)
        return found

    def workers(self) -> list[int]:
        """Return the process ids of the workers: the children of the fork server."""
        return [below for child in children(self.process.pid) for below in children(child)]

    def descriptors(self) -> int:
        """Return how many files and sockets the server has open."""
        return len(os.listdir(f"/proc/{self.process.pid}/fd"))

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Send a signal and return the exit code."""
        self.client.close()
        if self.process.poll() is None:
            self.process.send_signal(number)
        code = self.process.wait(120)
        self._reader.join(60)
        assert self.process.stderr is not None
        self.process.stderr.close()
        return code


def eventually(holds: Callable[[], bool], seconds: float = 120) -> bool:
    """Tell whether something comes to hold within some time."""
    until = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(0.05)
    return True


def children(process: int) -> list[int]:
    """Return the process ids of what a process, in whatever thread, has started."""
    lists = Path(f"/proc/{process}/task").glob("*/children")
    return [int(each) for found in lists for each in found.read_text(encoding="ascii").split()]
