"""Connections beyond the limits, and bytes that are no request, are refused with problems."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from importlib import import_module
from inspect import isclass
from pkgutil import iter_modules
from urllib.parse import urlencode

import pytest
from server.test_protocol import told
from serving import Server, eventually

import crampkg.server
from crampkg.server.connection import Connection

ASKED = b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"


@contextmanager
def connected(server: Server, *, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    """Connect from an address of the loopback, all of which belong to this machine."""
    where = (server.host, server.port)
    with socket.create_connection(where, timeout=120, source_address=(source, 0)) as client:
        yield client


def whole(client: socket.socket) -> tuple[str, dict[str, str], bytes]:
    """Return the status line, the headers and the body of an answer that ends the connection."""
    head, _, body = b"".join(iter(lambda: client.recv(65_536), b"")).partition(b"\r\n\r\n")
    status, *lines = head.decode().split("\r\n")
    return status, dict(line.lower().split(": ", 1) for line in lines), body


def problem(client: socket.socket, status: str, kind: str) -> dict[str, str]:
    """Return the headers of an answer that is such a problem."""
    line, headers, body = whole(client)
    assert line.startswith(f"HTTP/1.1 {status} ")
    assert headers["content-type"] == "application/problem+json"
    assert headers["connection"] == "close"
    assert json.loads(body)["type"].endswith(f"/problem/{kind}")
    return headers


@pytest.fixture
def few(start: Callable[..., Server]) -> Server:
    """Return a server that takes six connections, four of them from one address."""
    server = start("--connections", "6", "--per-address", "4")
    server.client.close()  # its own connection
    return server


def test_one_address_cannot_take_all_connections(few: Server) -> None:
    with ExitStack() as stack:
        first = [stack.enter_context(connected(few)) for _ in range(4)]
        with connected(few) as fifth:
            fifth.sendall(ASKED)
            assert int(problem(fifth, "503", "busy")["retry-after"]) > 0
        with connected(few, source="127.0.0.2") as other:
            other.sendall(ASKED)
            assert whole(other)[0] == "HTTP/1.1 200 OK"
        first[0].sendall(ASKED)
        assert whole(first[0])[0] == "HTTP/1.1 200 OK"
    with connected(few) as again:
        again.sendall(ASKED)
        assert whole(again)[0] == "HTTP/1.1 200 OK"
    assert eventually(lambda: any('"problem": "busy"' in line for line in few.log))


def test_a_connection_beyond_the_limit_is_refused_with_a_problem(few: Server) -> None:
    with ExitStack() as stack:
        for source in ("127.0.0.1", "127.0.0.2"):
            for _ in range(3):
                stack.enter_context(connected(few, source=source))
        with connected(few, source="127.0.0.3") as seventh:  # and it asks nothing
            problem(seventh, "503", "busy")


def test_the_connections_of_a_proxy_are_those_of_many(start: Callable[..., Server]) -> None:
    server = start("--connections", "6", "--per-address", "1", "--behind-proxy")
    with ExitStack() as stack:
        for _ in range(3):
            client = stack.enter_context(connected(server))
            client.sendall(ASKED)
            assert whole(client)[0] == "HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    ("sent", "status", "kind"),
    [
        (b"\x16\x03\x01 this is TLS\r\n\r\n", "400", "bad-request"),
        (b"GET / HTTP/1.1\r\nX: " + b"a" * 70_000, "431", "long-head"),
    ],
)
def test_what_is_no_request_is_a_problem(
    server: Server, sent: bytes, status: str, kind: str
) -> None:
    with connected(server) as client:
        client.sendall(sent)
        problem(client, status, kind)


@pytest.mark.parametrize(("length", "fits"), [(65_535, True), (65_536, True), (65_537, False)])
def test_a_head_has_sixty_four_kibibytes(server: Server, length: int, fits: bool) -> None:
    with connected(server) as client:
        client.sendall(ASKED.replace(b"\r\n\r\n", b"\r\nX: ").ljust(length - 4, b"a") + b"\r\n\r\n")
        if fits:
            assert whole(client)[0] == "HTTP/1.1 200 OK"
        else:
            problem(client, "431", "long-head")


@pytest.mark.parametrize("first", [60_000, 65_000])
def test_a_head_that_comes_in_parts_is_too_long_all_the_same(server: Server, first: int) -> None:
    sent = b"GET /sparql?query=" + b"a" * 66_000 + b" HTTP/1.1\r\nHost: x\r\n\r\n"
    with connected(server) as client:
        client.sendall(sent[:first])
        time.sleep(0.1)
        client.sendall(sent[first:])
        problem(client, "431", "long-head")


def test_the_end_of_a_head_may_come_in_parts_and_a_long_body_behind_it(server: Server) -> None:
    body = urlencode({"query": f"ASK {{}} #{'x' * 100_000}"}).encode()
    head = b"POST /sparql HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
    head += b"Content-Type: application/x-www-form-urlencoded\r\n"
    head += b"Content-Length: %d\r\n\r\n" % len(body)
    with connected(server) as client:
        client.sendall(head[:-1])
        time.sleep(0.1)
        client.sendall(head[-1:] + body)
        assert whole(client)[0] == "HTTP/1.1 200 OK"


def test_a_client_that_leaves_with_a_request_behind_its_query_stops_it(
    start: Callable[..., Server],
) -> None:
    """What stands behind the query is not read yet, and yet it is seen that the client is gone."""
    server = start("--seconds", "600", "--workers", "1")
    everything = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    address = f"/sparql?{urlencode({'query': everything})}"
    with connected(server) as client:
        client.sendall(f"GET {address} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        assert eventually(lambda: server.get("/health").json()["idle"] == 0)
        client.sendall(ASKED)
    gone = 'crampkg_stopped_queries_total{kind="gone"} 1.0'
    assert eventually(lambda: gone in server.get("/metrics").text)


def test_no_class_of_the_http_server_is_subclassed() -> None:
    """Its classes are its own matter: they change as it likes."""
    names = [each.name for each in iter_modules(crampkg.server.__path__)]
    modules = [import_module(f"crampkg.server.{name}") for name in names]
    classes = {each for module in modules for each in vars(module).values() if isclass(each)}
    ours = [each for each in classes if each.__module__.startswith("crampkg.")]
    assert Connection in ours
    bases = {base.__module__.partition(".")[0] for each in ours for base in each.__mro__}
    assert not bases & {"h11", "httptools", "uvicorn"}


def test_a_form_too_long_for_an_address_is_refused_with_a_page(server: Server) -> None:
    with connected(server) as client:
        client.sendall(b"GET /editor?query=" + b"a" * 70_000)
        line, headers, body = whole(client)
    assert line.startswith("HTTP/1.1 431 ")
    assert headers["content-type"] == "text/html; charset=utf-8"
    assert headers["connection"] == "close"
    assert "default-src 'none'" in headers["content-security-policy"]
    assert int(headers["content-length"]) == len(body)
    assert b"too long for an address" in body


def test_a_body_in_another_code_is_refused(server: Server) -> None:
    query = "application/sparql-query"
    for headers in (
        {"content-type": f"{query}; charset=iso-8859-1"},
        {"content-type": query, "content-encoding": "gzip"},
    ):
        told(server.client.post("/sparql", content=b"ASK {}", headers=headers), 415, "media-type")
    quoted = {"content-type": f'{query}; charset="UTF-8"'}
    assert server.client.post("/sparql", content=b"ASK {}", headers=quoted).status_code == 200


def test_a_dataset_in_the_address_of_a_form_counts(server: Server) -> None:
    nowhere = {"default-graph-uri": "http://example.org/nowhere"}
    answer = server.client.post("/sparql", params=nowhere, data={"query": "ASK {}"})
    told(answer, 400, "dataset")


def test_a_long_mistake_is_not_sent_back_whole(server: Server) -> None:
    query = f"SELECT * {{ ?s ?p {'?o , ' * 20_000} }} nonsense"
    answer = told(server.query(query), 400, "syntax")
    assert len(answer["detail"]) < 500
    assert "^" in answer["detail"]
    assert len(server.get(f"/api/questions/{'a' * 30_000}").content) < 5_000


@pytest.mark.parametrize(
    "path", ["/api/questions", "/api/questions?tag=arteries", "/api/openapi.json", "/api/status"]
)
def test_descriptions_of_the_api_have_validators_and_are_compressed(
    server: Server, path: str
) -> None:
    first = server.get(path, headers={"accept-encoding": "gzip"})
    assert first.status_code == 200
    assert first.headers["vary"].startswith("Accept, Accept-Encoding")
    is_long = len(first.content) > 1024
    assert first.headers.get("content-encoding") == ("gzip" if is_long else None)
    again = server.get(path, headers={"if-none-match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    ("hosts", "status", "says"),
    [
        ([], "400", "no Host header"),
        (["x", "x"], "400", "2 Host headers"),
        (["x", "y"], "400", "2 Host headers"),
        (["a b"], "400", "is no name of a host"),
        ([""], "200", ""),
        (["x"], "200", ""),
    ],
)
@pytest.mark.parametrize("path", ["/health", "/sources.zip", "/api/status"])
def test_a_request_names_one_host(
    path: str, hosts: list[str], status: str, says: str, server: Server
) -> None:
    lines = [f"GET {path} HTTP/1.1", *(f"Host: {host}" for host in hosts), "Connection: close"]
    with connected(server) as client:
        client.sendall("".join(f"{line}\r\n" for line in [*lines, ""]).encode())
        line, _, body = whole(client)
    assert line.startswith(f"HTTP/1.1 {status} ")
    if says:
        assert says in json.loads(body)["detail"]


@pytest.mark.parametrize("hosts", [b"", b"Host: x\r\nHost: x\r\n", b"Host: a b\r\n"])
def test_a_connection_without_one_host_is_closed(hosts: bytes, server: Server) -> None:
    """What follows on it may be meant for another server."""
    with connected(server) as client:
        client.sendall(b"GET /health HTTP/1.1\r\n" + hosts + b"\r\n" + ASKED)
        answer = b"".join(iter(lambda: client.recv(65_536), b""))
    assert answer.count(b"HTTP/1.1 ") == answer.count(b"HTTP/1.1 400 ") == 1
    assert b"\r\nconnection: close\r\n" in answer.lower()


def test_a_client_of_http_1_0_need_name_no_host(server: Server) -> None:
    with connected(server) as client:
        client.sendall(b"GET /health HTTP/1.0\r\n\r\n")
        assert whole(client)[0] == "HTTP/1.1 200 OK"


@pytest.mark.parametrize(
    ("path", "location"),
    [
        ("/questions/", "/questions"),
        ("/questions/?q=calf%20pain", "/questions?q=calf%20pain"),
        ("/sparql/", "/sparql"),
        ("/id/", "/concepts"),
        ("/graph/", "/.well-known/void"),
    ],
)
def test_a_redirect_does_not_take_its_host_from_the_client(
    path: str, location: str, server: Server
) -> None:
    answer = server.get(path, headers={"host": "evil.example"})
    assert answer.status_code in (303, 307)
    assert answer.headers["location"] == location


@pytest.mark.parametrize("path", ["//evil.example/", "//evil.example/questions/", "/nothing/"])
def test_no_redirect_leaves_the_server(path: str, server: Server) -> None:
    with connected(server) as client:
        client.sendall(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert whole(client)[0].startswith("HTTP/1.1 404 ")
