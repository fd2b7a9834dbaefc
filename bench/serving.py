"""Requests a second of `crampkg serve` beside Oxigraph's own server and rdflib-endpoint.

    python bench/serving.py [--seconds N] [--rdflib-endpoint PROGRAM] [--write FILE]

`make bench-serving` installs rdflib-endpoint beside and writes bench/serving.md. Needs wrk (Debian:
wrk). The same graph in each, on loopback, in turn in one run; wrk keeps eight connections busy from
the same two cores. Each server has to give our rows before it is measured. "again" sends one query
all the time, which our server answers from its cache; "anew" never the same twice. rdflib-endpoint
is measured when its program is named: it is not among our dependencies.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import quote

from crampkg.answers import formats
from crampkg.graph import KnowledgeGraph

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from crampkg.answers.answer import Answer

BIN = Path(sys.executable).parent
CONNECTIONS = 8
_MANY = 1000
#: Unions are asked for with GRAPH, so that each server reads the same quads.
QUERIES = {
    "one fact": "ASK { GRAPH ?g { <https://w3id.org/crampkg/id/calf> ?p ?o } }",
    "a question": "",
    "1,000 rows": "SELECT * { GRAPH ?g { ?s ?p ?o } } LIMIT 1000",
}
LUA = """
local n = 0
request = function()
  n = n + 1
  local tail = ANEW and "%23" .. n .. "-" .. os.time() or ""
  return wrk.format("GET", PATH .. tail, {["Accept"] = "application/sparql-results+json"})
end
"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description="requests a second, beside other servers")
    parser.add_argument("--seconds", type=int, default=5)
    parser.add_argument("--rdflib-endpoint", metavar="PROGRAM")
    parser.add_argument("--write", type=Path, metavar="FILE", help="a table in Markdown")
    arguments = parser.parse_args()
    if shutil.which("wrk") is None:
        sys.exit("This needs wrk: apt-get install wrk.")
    graph = KnowledgeGraph.open()
    QUERIES["a question"] = graph.ask("arteries-explaining-pain", site="calf").query
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "graph.nq").write_bytes(graph.nquads)
        rows = {name: told_by(graph.query(query)) for name, query in QUERIES.items()}
        found = {
            server: measure(words, path, folder, arguments.seconds, rows)
            for server, (words, path) in servers(folder, arguments.rdflib_endpoint).items()
        }
    told = table(found, arguments.seconds)
    print(told, end="")
    if arguments.write:
        arguments.write.write_text(told, "utf-8")


def table(found: dict[str, dict[str, float]], seconds: int) -> str:
    """Return what was found, and ours as a multiple of each other, in Markdown."""
    ours, *others = found
    head = ["", f"`{ours}`", *(f"ours / {other}" for other in others)]
    rows = [
        [case, f"{own:,.0f}", *(f"{own / found[other][case]:,.2f}" for other in others)]
        for case, own in found[ours].items()
    ]
    lines = [head, ["---"] * len(head), *rows]
    cores = len(os.sched_getaffinity(0))
    return (
        "# Requests a second, in one run\n\n"
        f"By `make bench-serving` on {dt.datetime.now(dt.UTC):%Y-%m-%d}: {cores} cores, which wrk "
        f"takes its part of, {CONNECTIONS} connections,\n{seconds} seconds a case, all "
        "answers 2xx; each server gave our rows before. Ours as a number, and as a\n"
        'multiple of each other server\'s. "Anew" is never the same query twice, "again" one query '
        "all the\ntime.\n\n" + "".join(f"| {' | '.join(line)} |\n" for line in lines)
    )


def servers(folder: Path, rdflib_endpoint: str | None) -> dict[str, tuple[list[str], str]]:
    """Return the words that start each server, `PORT` for its port, and its endpoint's path."""
    quads = str(folder / "graph.nq")
    store = str(folder / "oxigraph")
    subprocess.run(
        [str(BIN / "oxigraph"), "load", "-l", store, "-f", quads], check=True, capture_output=True
    )
    found = {
        "crampkg serve": (
            [sys.executable, "-m", "crampkg", "serve", "--port", "PORT", "--log", "none"],
            "/sparql",
        ),
        "oxigraph serve-read-only": (
            [str(BIN / "oxigraph"), "serve-read-only", "-l", store, "-b", "127.0.0.1:PORT"],
            "/query",
        ),
    }
    if rdflib_endpoint:
        words = [rdflib_endpoint, "serve", "--host", "127.0.0.1", "--port", "PORT", quads]
        found["rdflib-endpoint"] = (words, "/")
    return found


def told_by(answer: Answer) -> object:
    """Return what an answer says, to compare: whether, how many rows, and a question's rows."""
    return shown(json.loads(formats.serialize(answer, "json")))


def shown(document: dict[str, Any]) -> object:
    """Return the same of SPARQL JSON; which 1,000 of all rows come is the engine's choice."""
    if "boolean" in document:
        return document["boolean"]
    rows = document["results"]["bindings"]
    if len(rows) == _MANY:
        return len(rows)
    return sorted(
        str(sorted((name, value["value"]) for name, value in row.items())) for row in rows
    )


def asked(port: int, target: str) -> object:
    """Return what a server answers."""
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}{target}", headers={"accept": "application/sparql-results+json"}
    )
    with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310 - the same
        return shown(json.load(response))


def measure(
    words: list[str], path: str, folder: Path, seconds: int, rows: Mapping[str, object]
) -> dict[str, float]:
    """Return the requests a second of one server by case. Exits where it has other rows."""
    found = {}
    with running(words) as port:
        for name, query in QUERIES.items():
            if asked(port, f"{path}?query={quote(query)}") != rows[name]:
                sys.exit(f"{words[0]} answers {name!r} with other rows than ours.")
            for mode in ("anew", "again"):
                target = f"{path}?query={quote(query)}"
                script = folder / "requests.lua"
                script.write_text(
                    f'PATH = "{target}"\nANEW = {str(mode == "anew").lower()}\n{LUA}', "utf-8"
                )
                found[f"{name}, {mode}"] = run(port, script, seconds)
    return found


@contextlib.contextmanager
def running(words: list[str]) -> Iterator[int]:
    """Start a server on a free port, wait until it answers, and end it."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    process = subprocess.Popen(
        [word.replace("PORT", str(port)) for word in words],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/", timeout=5).close()
            except URLError as error:
                if not isinstance(error.reason, OSError):
                    break  # it answers, if only that there is nothing
                time.sleep(0.1)
            else:
                break
        time.sleep(1)
        yield port
    finally:
        process.terminate()
        process.wait()


def run(port: int, script: Path, seconds: int) -> float:
    """Return the requests a second that wrk counts. Exits where one was refused or lost."""
    told = subprocess.run(
        [
            "wrk",
            *("-t", "1", "-c", str(CONNECTIONS), "-d", f"{seconds}s", "-s", str(script)),
            f"http://127.0.0.1:{port}",
        ],
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    if "Non-2xx" in told or "Socket errors" in told:
        sys.exit(f"Not every request was answered:\n{told}")
    number = re.search(r"Requests/sec:\s+([\d.]+)", told)
    assert number is not None  # noqa: S101 - wrk says so
    return float(number[1])


if __name__ == "__main__":
    main()
