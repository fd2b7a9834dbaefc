"""The stores that the graph is tried on, each started on loopback and ended after use.

Another store joins by one more entry in `STORES`.
"""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, NamedTuple

from crampkg.answers.answer import Answer
from crampkg.graph import KnowledgeGraph
from crampkg.push import Pushed
from crampkg.rdf import RdfTerm

HERE = Path(__file__).parent

#: Seconds that a store has to be ready, and to answer, on a machine that does much else.
_PATIENCE = 300


class Running(NamedTuple):
    """A store that runs: where it is asked, and where and as whom it is changed."""

    endpoint: str
    update: str = ""  # empty when it cannot be changed
    graph_store: str = ""  # empty when it has no Graph Store Protocol
    user: str = ""
    password: str = ""
    stop: Callable[[], None] = lambda: None  # ends it at once, as a crash would

    def graph(self) -> KnowledgeGraph:
        """Return the graph that is in the store."""
        return KnowledgeGraph.connect(self.endpoint, timeout=_PATIENCE)


class Kind(NamedTuple):
    """A store that can be started: where it comes from, what it lacks here, and how it starts.

    `start` is given a folder of its own and N-Quads, which it loads itself where `loads` is set.
    """

    name: str
    source: str
    missing: Callable[[], str]  # the reason why it cannot be started, or nothing
    start: Callable[[Path, Path], Iterator[Running]]
    loads: bool = False

    @contextmanager
    def running(self, folder: Path, nquads: Path) -> Iterator[Running]:
        """Run the store in `folder` until the `with` statement ends."""
        yield from self.start(folder, nquads)


def fill(graph: KnowledgeGraph, running: Running) -> Pushed:
    """Push the graph to a store. Its password must be in the environment."""
    return graph.push(
        running.endpoint,
        update=running.update,
        graph_store=running.graph_store or None,
        user=running.user or None,
        timeout=_PATIENCE,
    )


def content(answer: Answer) -> list[tuple[RdfTerm | None, ...]]:
    """Return all that an answer says, its rows in their order."""
    if answer.form == "graph":
        return [tuple(triple) for triple in answer.triples]
    assert len(answer.variables) == len(set(answer.variables))
    return [tuple(row.values()) for row in answer]


def free_port() -> int:
    """Return a port of loopback that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def process(words: list[str], ready: str, folder: Path, **variables: str) -> Iterator[Running]:
    """Run a program until the `with` statement ends; begin when it has printed `ready`."""
    started = subprocess.Popen(
        words,
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        env={**os.environ, **variables},
    )
    assert started.stdout is not None
    too_late = threading.Timer(_PATIENCE, started.kill)
    too_late.start()
    printed = []
    for line in started.stdout:
        printed.append(line)
        if ready in line:
            break
    too_late.cancel()
    if not printed or ready not in printed[-1]:
        started.kill()
        started.wait()
        message = f"{words[0]} did not become ready:\n{''.join(printed)}"
        raise RuntimeError(message)
    drain = threading.Thread(target=_drain, args=(started.stdout,))
    drain.start()
    try:
        yield Running("", stop=started.kill)
    finally:
        started.kill()
        started.wait()
        drain.join()
        started.stdout.close()


def _await(port: int) -> None:
    """Return when somebody listens at a port of loopback."""
    pause = threading.Event()
    end = time.monotonic() + _PATIENCE
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        if time.monotonic() > end:
            message = f"nobody listens at port {port}"
            raise RuntimeError(message)
        pause.wait(0.05)


def _drain(stream: IO[str]) -> None:
    """Read to the end, so that the program never waits for a reader."""
    for _ in stream:
        pass


def _oxigraph() -> str:
    return str(Path(sys.executable).with_name("oxigraph"))


def _start_oxigraph(folder: Path, _: Path) -> Iterator[Running]:
    return _oxigraph_with([], folder)


def _start_durable_oxigraph(folder: Path, _: Path) -> Iterator[Running]:
    return _oxigraph_with(["--location", str(folder / "store")], folder)


def _oxigraph_with(options: list[str], folder: Path) -> Iterator[Running]:
    base = f"http://127.0.0.1:{free_port()}"
    words = [_oxigraph(), "serve", "--bind", base.removeprefix("http://"), *options]
    with process(words, "Listening for requests", folder) as running:
        yield running._replace(
            endpoint=f"{base}/query", update=f"{base}/update", graph_store=f"{base}/store"
        )


def _start_virtuoso(folder: Path, _: Path) -> Iterator[Running]:
    port = free_port()
    settings = (HERE / "virtuoso.ini").read_text(encoding="utf-8")
    settings = settings.replace("{PORT}", str(free_port())).replace("{HTTP_PORT}", str(port))
    (folder / "virtuoso.ini").write_text(settings, encoding="utf-8")
    words = ["virtuoso-t", "+foreground", "+configfile", "virtuoso.ini"]
    with process(words, "Server online", folder) as running:
        base = f"http://127.0.0.1:{port}"
        yield running._replace(
            endpoint=f"{base}/sparql",
            update=f"{base}/sparql-auth",
            graph_store=f"{base}/sparql-graph-crud-auth",
            user="dba",
            password="dba",  # noqa: S106 - what every new Virtuoso has
        )


_COMUNICA = HERE / "node_modules" / ".bin" / "comunica-sparql-file-http"


def _start_comunica(folder: Path, nquads: Path) -> Iterator[Running]:
    base = f"http://127.0.0.1:{free_port()}"
    # Without the union, an alternative path inside of GRAPH finds nothing.
    words = [str(_COMUNICA), "--port", base.rpartition(":")[2], "--unionDefaultGraph"]
    words.append(f"file@{nquads}")
    with process(words, "Server worker", folder) as running:
        _await(int(base.rpartition(":")[2]))  # it says so before it listens
        yield running._replace(endpoint=f"{base}/sparql")


def _start_ours(folder: Path, _: Path) -> Iterator[Running]:
    port = free_port()
    words = [sys.executable, "-m", "crampkg", "serve", "--port", str(port), "--log", "none"]
    with process(words, "Serving at", folder) as running:
        yield running._replace(endpoint=f"http://127.0.0.1:{port}/sparql")


STORES = (
    Kind(
        "Oxigraph",
        "`oxigraph serve` of PyPI's oxigraph",
        lambda: "" if os.path.exists(_oxigraph()) else "the package oxigraph is not installed",
        _start_oxigraph,
    ),
    Kind(
        "Virtuoso",
        "`virtuoso-t` of Debian's virtuoso-opensource-7-bin",
        lambda: "" if shutil.which("virtuoso-t") else "Virtuoso is not installed (.ci/run does it)",
        _start_virtuoso,
    ),
    Kind(
        "Comunica",
        "`comunica-sparql-file-http` of npm's @comunica/query-sparql-file",
        lambda: "" if _COMUNICA.exists() else "Comunica is not installed (.ci/run does it)",
        _start_comunica,
        loads=True,
    ),
    Kind("crampkg", "our own `crampkg serve`", lambda: "", _start_ours, loads=True),
)
#: Oxigraph again, whose folder outlives the process.
DURABLE = STORES[0]._replace(start=_start_durable_oxigraph)

BY_NAME = {kind.name: kind for kind in STORES}
