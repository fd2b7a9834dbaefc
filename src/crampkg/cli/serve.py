"""`crampkg serve`: the graph over HTTP."""

from __future__ import annotations

import gc
import os
import signal
import sys

from crampkg.cli import output
from crampkg.cli.parser import (
    ArgumentParser,
    Command,
    add_article,
    add_globals,
    nonempty,
    number,
)
from crampkg.cli.shared import open_graph
from crampkg.errors import UsageError

TYPE_CHECKING = False
if TYPE_CHECKING:
    import socket

    from crampkg.cli.parser import Arguments

DESCRIPTION = """\
Serve the graph over HTTP until Ctrl-C, SIGTERM or SIGHUP: a read-only SPARQL 1.1 endpoint at
/sparql; the question library and the concepts as an API under /api; whole graphs at /store and
/graph/NAME; /.well-known/void, /health and /metrics.

SPARQL that clients write runs in separate processes, which are killed when a query takes too long.
All else (questions, pages, the API) runs in threads of the server, which cannot be killed. Behind a
reverse proxy, use --behind-proxy, or all clients count as one."""

EXAMPLES = """\
examples:
  crampkg serve
  crampkg serve --port 8080 --seconds 30 --memory 2048
  curl 'http://127.0.0.1:7878/api/questions/denied-claims?format=csv'
  curl --data-urlencode 'query=SELECT * { ?claim a ck:Claim }' http://127.0.0.1:7878/sparql"""

#: Python's default thresholds of garbage collection; with those of short commands, a process that
#: runs for months would grow.
_COLLECTOR = (700, 10, 10)

#: The least memory, in MiB, with which all questions and pages are answered; half is too little.
_LEAST_MEMORY = 128

#: The most worker processes.
_MOST_WORKERS = 1_000


def parser() -> ArgumentParser:
    """Return the parser of the arguments after `serve`."""
    words = ArgumentParser("crampkg serve", DESCRIPTION, EXAMPLES)
    words.add_argument(
        "--host",
        type=nonempty,  # an empty host would mean every address
        default="127.0.0.1",
        help="address to listen on (default: %(default)s)",
    )
    words.add_argument(
        "--port",
        type=number(0, 65535, "is not a port: give a number from 0 to 65535"),
        default=7878,
        metavar="N",
        help="port; 0 takes a free one (default: %(default)s)",
    )
    limits = words.add_argument_group("limits")
    limits.add_argument(
        "--workers",
        type=number(1, _MOST_WORKERS),
        default=max(2, min(_MOST_WORKERS, os.cpu_count() or 1)),
        metavar="N",
        help="processes for clients' SPARQL, and as many threads for all else "
        "(default: one a core, at least 2)",
    )
    for name, default, help in (
        ("seconds", 10, "wall-clock time of a client's query, or of the layout of a picture"),
        ("memory", 1024, "MiB that a query may take"),
        ("rows", 100_000, "rows or triples in an answer"),
        ("result", 32, "MiB in an answer"),
        ("queue", 64, "requests that may wait"),
        ("per-client", 16, "of them, from one address"),
        ("connections", 2000, "connections that may be open"),
        ("per-address", 1200, "of them, from one address other than the proxy's"),
        ("client-seconds", 15, "for a client to send a request, or to read on"),
    ):
        limits.add_argument(
            f"--{name}",
            type=_memory if name == "memory" else number(1),
            default=default,
            metavar="N",
            help=f"{help} (default: %(default)s)",
        )
    words.add_argument(
        "--log",
        choices=("json", "text", "none"),
        help="log of requests on standard error (default: text on a terminal, else json)",
    )
    words.add_argument(
        "--behind-proxy",
        nargs="?",
        const="127.0.0.1",
        metavar="ADDRESS",
        help="trust X-Forwarded-For and X-Forwarded-Proto of this proxy (without an address: "
        "%(const)s)",
    )
    add_article(words, "a copy of the article to quote from")
    add_globals(words)
    return words


def run(arguments: Arguments) -> int:
    """Serve until a signal, and return 0."""
    if sys.platform != "linux":
        message = (
            "Serving needs Linux, whose limits keep hostile queries apart. Ask here with crampkg "
            "ask and query, or push the graph to a store of yours."
        )
        raise UsageError(message)
    # The server handles Ctrl-C, since it has requests to finish: undo `_watch_interrupts`.
    signal.set_wakeup_fd(-1)
    gc.set_threshold(*_COLLECTOR)
    graph = open_graph(arguments)
    try:
        from crampkg.server import article_copy, sandbox

        sandbox.begin()
        article_copy.check(graph)
        from crampkg.server.app import create_app
        from crampkg.server.limits import MEBIBYTE, Limits
        from crampkg.server.listening import fitting, serve
    except ImportError as error:
        message = f"Serving needs {error.name}: pip install 'crampkg[server]'."
        raise UsageError(message) from None
    limits = Limits(
        workers=arguments.workers,
        seconds=arguments.seconds,
        memory=arguments.memory * MEBIBYTE,
        rows=arguments.rows,
        result=arguments.result * MEBIBYTE,
        queue=arguments.queue,
        per_client=arguments.per_client,
        request=arguments.client_seconds,
        connections=arguments.connections,
        per_address=arguments.per_address,
    )
    limits = fitting(limits)
    if limits.connections < arguments.connections:
        output.say(
            f"{limits.connections:,} connections are taken instead of {arguments.connections:,}, "
            f"since no more files may be open. Raise that limit (ulimit -n) for more."
        )
    listener = _listen(arguments.host, arguments.port)
    host, port = listener.getsockname()[:2]
    shown = f"[{host}]" if ":" in host else host
    log = arguments.log or ("text" if output.is_watched() else "json")
    with listener:
        serve(
            create_app(graph, limits),
            listener,
            limits,
            log=log,
            proxy=arguments.behind_proxy,
            ready=lambda: output.say(f"Serving at http://{shown}:{port}/ (Ctrl-C stops)."),
        )
    return 0


def _listen(host: str, port: int) -> socket.socket:
    """Return a socket bound to an address. Raises `UsageError` if it cannot be bound."""
    import socket

    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except OSError as error:
        message = f"There is no address {host!r} here: {error.strerror}. Try --host 127.0.0.1."
        raise UsageError(message) from None
    # asyncio turns off Nagle's algorithm, 40 ms an answer, only if the protocol is given.
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        message = (
            f"{host}, port {port}, cannot be listened on: {error.strerror}. Try another --port."
        )
        raise UsageError(message) from None
    return listener


def _memory(text: str) -> int:
    """Parse the memory limit of a query in MiB, at most the machine's memory."""
    machine = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20
    return number(_LEAST_MEMORY, max(machine, _LEAST_MEMORY))(text)


COMMANDS = {"serve": Command(parser, run)}
