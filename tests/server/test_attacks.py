"""What hostile clients do; afterwards the server still answers, and nothing has leaked."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import socket
import time
from collections.abc import Callable, Iterable, Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import quote

import httpx
import pytest
from server.test_protocol import told
from serving import Server, eventually

from crampkg.server import media

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
LIMITS = ("--seconds", "1", "--memory", "256", "--rows", "5000", "--result", "2")


@pytest.fixture(scope="module")
def small(cache: Path) -> Iterator[Server]:
    """Return a server with small limits, which all attacks of this module share."""
    running = Server(*LIMITS, "--client-seconds", "2", "--queue", "4", "--per-client", "3")
    yield running
    assert running.get("/sparql", params={"query": "ASK {}"}).json()["boolean"] is True
    assert running.stop() == 0


@pytest.fixture(scope="module")
def patient(cache: Path) -> Iterator[Server]:
    """Return a server whose small limits of memory and of results are met before that of time."""
    running = Server(*LIMITS, "--seconds", "60")
    yield running
    assert running.stop() == 0


def doubled(times: int) -> str:
    """Return a query whose one value has so many times doubled its length."""
    steps = "".join(f" BIND(CONCAT(?x{n}, ?x{n}) AS ?x{n + 1})" for n in range(times))
    return f"SELECT (STRLEN(?x{times}) AS ?n) {{ BIND('0123456789' AS ?x0){steps} }}"


@pytest.mark.parametrize(
    ("query", "kind"),
    [
        (CROSS, "time-limit"),
        (
            "SELECT * {" + " . ".join(f"?a{n} ?b{n} ?a{n + 1}" for n in range(900)) + "}",
            "time-limit",
        ),
        ("SELECT * { ?s ?p ?o FILTER(REGEX(?p, '((a{1,999}){1,999}){1,99}')) }", "time-limit"),
        ("SELECT * { ?a ?b ?c . ?d ?e ?f } ORDER BY ?a ?d", "memory-limit"),
        (doubled(30), "memory-limit"),
        ("SELECT * { ?s ?p ?o }", "result-limit"),
        ("SELECT ?x { BIND('" + "a" * 900 + "' AS ?x) ?s ?p ?o } LIMIT 4000", "result-limit"),
    ],
    ids=str.split("cross-product patterns regex order doubled rows bytes"),
)
def test_a_query_that_takes_too_much_is_stopped(
    small: Server, patient: Server, query: str, kind: str
) -> None:
    server = small if kind == "time-limit" else patient
    began = time.monotonic()
    told(server.query(query), 422, kind)
    assert time.monotonic() - began < 50
    assert server.query("ASK {}").json()["boolean"] is True


@pytest.mark.parametrize(
    "path", ["/editor?show=table&", "/editor/result?format=turtle&", "/picture.svg?", "/picture?"]
)
def test_a_query_is_stopped_wherever_it_is_asked(small: Server, path: str) -> None:
    slow = f"CONSTRUCT {{ ?a kg:has ?n }} {{ {{ {CROSS} }} ?a ?b ?c }}"
    response = small.get(f"{path}query={quote(slow)}")
    assert response.status_code == 422
    assert "stopped after 1 seconds" in response.text
    refused = small.get(f"{path}query={quote('CONSTRUCT {} { SERVICE <urn:a> {} }')}")
    assert refused.status_code == 403
    assert "never leave this machine" in refused.text


@pytest.mark.parametrize("type", ["text/csv", "text/tab-separated-values", "application/xml"])
def test_rows_beyond_the_limit_are_never_cut_silently(small: Server, type: str) -> None:
    problem = told(small.query("SELECT ?o { ?s ?p ?o }", type), 422, "result-limit")
    assert "LIMIT" in problem["detail"]
    exactly = small.query("SELECT ?s { ?s ?p ?o } LIMIT 5000", type)
    assert exactly.status_code == 200
    told(small.query("SELECT ?s { ?s ?p ?o } LIMIT 5001", type), 422, "result-limit")


def test_triples_beyond_the_limit_are_never_cut_silently(patient: Server) -> None:
    told(patient.query("CONSTRUCT WHERE { ?s ?p ?o }"), 422, "result-limit")


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * { ?a (!<urn:x>)* ?b . ?b (!<urn:y>)* ?c }",
        "SELECT * { ?a (<urn:x>|!<urn:x>)+ ?b . ?b (!<urn:y>)* ?c } ORDER BY ?c",
    ],
)
def test_a_path_over_everything_is_stopped(small: Server, query: str) -> None:
    response = small.query(query)
    kind = response.json()["type"].rpartition("/")[2]
    told(response, 422, kind)
    assert kind in ("time-limit", "memory-limit", "result-limit")


def test_a_regex_that_backtracks_elsewhere_is_answered(small: Server) -> None:
    query = f"ASK {{ FILTER(REGEX('{'a' * 10_000}b', '^(a+)+$')) }}"
    assert small.query(query).json()["boolean"] is False


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize(
    "query",
    [
        "SELECT * {{ SERVICE <{}> {{ ?s ?p ?o }} }}",
        "SELECT * {{ service silent <{}> {{ ?s ?p ?o }} }}",
        "PREFIX ex: <{}> SELECT * {{ SERVICE ex:a {{ ?s ?p ?o }} }}",
        "ASK {{ FILTER EXISTS {{ SERVICE <{}> {{ ?s ?p ?o }} }} }}",
        "SELECT * {{ BIND(<{}> AS ?x) SERVICE ?x {{ ?s ?p ?o }} }}",
        "LOAD <{}>",
        "SELECT * FROM <{}> {{ ?s ?p ?o }}",
        "SELECT * FROM NAMED <{}> {{ GRAPH ?g {{ ?s ?p ?o }} }}",
    ],
)
def test_no_request_leaves_the_machine(small: Server, query: str, scheme: str) -> None:
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(0.1)
        url = f"{scheme}://127.0.0.1:{elsewhere.getsockname()[1]}/"
        assert small.query(query.format(url)).status_code in (400, 403)
        with pytest.raises(TimeoutError):
            elsewhere.accept()


def test_a_worker_can_open_nothing(small: Server) -> None:
    assert eventually(lambda: small.get("/health").json()["idle"] == 2)
    assert len(small.workers()) == 2
    for worker in small.workers():
        limits = Path(f"/proc/{worker}/limits").read_text(encoding="ascii").splitlines()
        (files,) = (line.split() for line in limits if line.startswith("Max open files"))
        (dumps,) = (line.split() for line in limits if line.startswith("Max core file size"))
        assert files[3:5] == ["0", "0"]
        assert dumps[4] == "0"


@pytest.mark.parametrize("declared", [True, False])
def test_a_body_of_50_megabytes_is_not_read(small: Server, declared: bool) -> None:
    def parts() -> Iterator[bytes]:
        yield from (b"#" * 1_000_000 for _ in range(50))

    before = memory(small)
    headers = {"content-type": "application/sparql-query"}
    if declared:
        headers["content-length"] = "50000000"
    try:
        response = small.client.post("/sparql", content=parts(), headers=headers)
    except httpx.TransportError:
        pass  # cut off while it sent
    else:
        told(response, 413, "too-long")
    assert memory(small) - before < 20_000_000


def test_a_head_without_end_is_refused(small: Server) -> None:
    with socket.create_connection((small.host, small.port), timeout=120) as client:
        client.sendall(b"GET /health HTTP/1.1\r\n")
        answer = b""
        try:
            for number in range(10_000):
                client.sendall(b"x-header-%d: %s\r\n" % (number, b"a" * 1000))
        except OSError:
            pass
        try:
            answer = client.recv(1000)
        except ConnectionResetError:
            return
        assert answer.startswith(b"HTTP/1.1 431 ")


@pytest.mark.parametrize(
    "sent",
    [
        b"",
        b"GET /sparql?query=ASK%7B%7D HTTP/1.1\r\nHost: x\r\n",
        b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
        b"Content-Length: 1000\r\n\r\nASK",
    ],
    ids=["nothing", "half a head", "half a body"],
)
def test_a_slow_writer_is_cut_off(small: Server, sent: bytes) -> None:
    with socket.create_connection((small.host, small.port), timeout=120) as client:
        client.sendall(sent)
        answer = b"".join(iter(lambda: client.recv(1000), b""))
    assert not answer or answer.startswith(b"HTTP/1.1 408 ")


def test_a_slow_reader_is_cut_off(small: Server) -> None:
    """The answer is larger than what the kernel holds for a socket that nobody reads."""
    assert small.query("ASK {}").status_code == 200  # our own connection, which is kept
    before = small.descriptors()
    clients = []
    for _ in range(3):  # as many as may wait
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((small.host, small.port))
        request = b"GET /graph/background HTTP/1.1\r\nHost: x\r\nAccept: application/n-triples\r\n"
        client.sendall((request + b"\r\n") * 20)
        clients.append(client)
    assert eventually(lambda: small.descriptors() > before)
    assert small.query("ASK {}").status_code == 200
    assert eventually(lambda: small.descriptors() <= before)
    for client in clients:
        client.close()


def test_what_is_stopped_is_counted_and_logged(start: Callable[..., Server]) -> None:
    server = start("--seconds", "1", "--log", "json")
    told(server.query(CROSS), 422, "time-limit")
    assert 'crampkg_stopped_queries_total{kind="time-limit"} 1.0' in server.get("/metrics").text
    assert eventually(lambda: any('"problem": "time-limit"' in line for line in server.log))


def test_readers_that_leave_early_cost_no_memory(start: Callable[..., Server]) -> None:
    """Each reads a little of a long answer, which the server copies for none of them."""
    server = start()
    query = "SELECT ?a ?b ?c (?a AS ?d) (?c AS ?e) (?c AS ?f) { ?a ?b ?c }"
    answer = server.query(query)
    assert len(answer.content) > 5 << 20  # more than the kernel takes
    request = server.client.build_request(
        "GET", "/sparql", params={"query": query}, headers={"accept": "application/json"}
    )
    path = request.url.raw_path.decode()
    line = f"GET {path} HTTP/1.1\r\nHost: x\r\nAccept: application/json\r\n\r\n"
    clients = []
    before = memory(server)
    for _ in range(40):
        client = socket.socket()
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        client.connect((server.host, server.port))
        client.sendall(line.encode())
        assert client.recv(2_000)
        clients.append(client)
    time.sleep(0.5)
    grown = memory(server) - before
    for client in clients:
        client.close()
    assert server.query("ASK {}").status_code == 200
    assert grown < 5 * len(answer.content)  # not 40 times


def test_long_negotiation_headers_hold_nobody_up(small: Server) -> None:
    accept = ",".join(f"a{number}/b;q=0.5" for number in range(4_000))
    for header in ("accept", "accept-encoding"):
        started = time.monotonic()
        answer = small.client.get("/sparql", params={"query": "ASK {}"}, headers={header: accept})
        assert answer.status_code == 200
        assert time.monotonic() - started < 30
    assert media.choose(accept, table=media.RESULTS) == media.choose("", table=media.RESULTS)


def test_half_closed_connections_leave_nothing(small: Server) -> None:
    before = small.descriptors()
    request = f"GET /sparql?query={CROSS.replace(' ', '%20')} HTTP/1.1\r\nHost: x\r\n\r\n"
    clients = []
    for _ in range(20):
        client = socket.create_connection((small.host, small.port), timeout=120)
        client.sendall(request.replace("{", "%7B").replace("}", "%7D").encode())
        client.shutdown(socket.SHUT_WR)
        clients.append(client)
    for client in clients:
        while client.recv(10_000):
            pass
        client.close()
    assert small.query("ASK {}").status_code == 200
    assert eventually(lambda: small.descriptors() <= before)


def test_a_query_whose_client_leaves_is_stopped(start: Callable[..., Server]) -> None:
    """The time limit is far away: were the query to go on, its worker would not be replaced."""
    server = start("--seconds", "600", "--workers", "1")
    (worker,) = server.workers()
    with pytest.raises(httpx.ReadTimeout):
        server.query(CROSS, timeout=2)
    assert eventually(lambda: worker not in server.workers() and len(server.workers()) == 1)
    assert server.query("ASK {}").status_code == 200
    assert 'crampkg_stopped_queries_total{kind="gone"} 1.0' in server.get("/metrics").text


POST = b"POST /sparql HTTP/1.1\r\nHost: x\r\nContent-Type: application/sparql-query\r\n"
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"
SLOW = f"GET /sparql?query={quote(CROSS)} HTTP/1.1\r\nHost: x\r\n\r\n".encode()


@pytest.mark.parametrize(
    "begun",
    [
        CHUNKED + b"0\r\n",  # lines after the last chunk
        CHUNKED + b"1;",  # an extension of a chunk
        SLOW + b"GET / HTTP/1.1\r\nHost: x\r\n",  # lines of the next request
        SLOW + b"GET /",  # its path
    ],
    ids=["trailers", "extension", "next head", "next path"],
)
@pytest.mark.parametrize("line", [b"X-1: y\r\n", b"x"], ids=["lines", "a line"])
def test_what_stands_around_a_body_has_an_end(begun: bytes, line: bytes, small: Server) -> None:
    before = memory(small)
    more = (line * 65_536)[:65_536]
    with socket.create_connection((small.host, small.port), 120) as client:
        client.sendall(begun)
        sent = 0
        with contextlib.suppress(OSError):  # reset, or a broken pipe
            while sent < 64 * 1024 * 1024:
                client.sendall(more)
                sent += len(more)
    assert sent < 16 * 1024 * 1024, "what the kernel holds on the way"
    assert memory(small) - before < 20_000_000
    assert small.query("ASK {}").status_code == 200


def test_a_body_may_come_in_chunks_of_one_byte(small: Server) -> None:
    query = b"ASK {} # " + b"x" * 20_000
    chunks = b"".join(b"1\r\n%c\r\n" % byte for byte in query)
    with socket.create_connection((small.host, small.port), 120) as client:
        client.sendall(CHUNKED + chunks + b"0\r\nX-Trailer: y\r\n\r\n")
        assert client.recv(100).startswith(b"HTTP/1.1 200 ")


def test_requests_may_follow_each_other_without_waiting(small: Server) -> None:
    length = b"Content-Length: %d\r\n\r\n"
    query = b"ASK {} # " + b"x" * 60_000
    with socket.create_connection((small.host, small.port), 120) as client:
        client.sendall((POST + length % len(query) + query) * 8)
        seen = b""
        while seen.count(b"HTTP/1.1 200 ") < 8:
            part = client.recv(65_536)
            assert part, seen[-300:]
            seen += part


@pytest.mark.parametrize(
    "request_line",
    [b"GET /health HTTP/1.1\r\nHost: x\r\n\r\n", b"GET / HTTP/1.0\r\n\r\n", SLOW],
    ids=["health", "shortest", "slow query"],
)
def test_requests_sent_without_waiting_are_read_as_fast_as_they_are_answered(
    request_line: bytes, small: Server
) -> None:
    """Six megabytes of them took 400 MB of memory, which was never given back."""
    before = memory(small)
    pieces = [request_line * (65_536 // len(request_line) + 1)] * 100
    sent = 0
    with socket.create_connection((small.host, small.port), 2) as client:
        with contextlib.suppress(OSError):  # the server does not take more, or has cut it off
            for piece in pieces:
                client.sendall(piece)
                sent += len(piece)
        assert memory(small) - before < 20_000_000
        assert small.query("ASK {}").status_code == 200
    assert memory(small) - before < 20_000_000
    assert sent < 6_000_000


def test_every_request_of_many_that_follow_each_other_is_answered(small: Server) -> None:
    """More than wait at once, of all lengths, so that they begin and end anywhere in a part."""
    paths = [b"/health?" + b"x" * number for number in range(500)]
    requests = [b"GET %s HTTP/1.1\r\nHost: x\r\n\r\n" % path for path in paths]
    last = b"GET /nowhere HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    # Without a worker, which a test before may have ended, /health is answered with 503.
    assert eventually(lambda: small.get("/health").json()["idle"] == 2)
    with socket.create_connection((small.host, small.port), 120) as client:
        client.sendall(b"".join(requests) + last)
        answer = b"".join(iter(lambda: client.recv(65_536), b""))
    assert answer.count(b"HTTP/1.1 200 ") == len(paths)
    assert answer.count(b"HTTP/1.1 404 ") == 1


def test_a_client_that_leaves_in_the_middle_of_its_request_is_no_mistake(
    start: Callable[..., Server],
) -> None:
    server = start()
    with socket.create_connection((server.host, server.port), 120) as client:
        client.sendall(POST + b"Content-Length: 100\r\n\r\nASK")
        assert eventually(lambda: server.get("/health").status_code == 200)
    assert eventually(lambda: any('"status": 499' in line for line in server.log))
    assert not [line for line in server.log if "error" in line or "traceback" in line.casefold()]


def answers(clients: list[HTTPConnection], queries: Iterable[str]) -> list[HTTPResponse]:
    """Return what each connection is answered when all ask at once; each is read whole."""
    for client, query in zip(clients, queries, strict=True):
        client.request("GET", f"/sparql?query={quote(query)}")
    responses = [client.getresponse() for client in clients]
    for response in responses:
        response.read()
    return responses


def test_a_thousand_connections(start: Callable[..., Server]) -> None:
    """Each is answered: from memory, or by a worker, or that there are too many before it."""
    server = start("--workers", "2")
    before = server.descriptors()
    clients = [HTTPConnection(server.host, server.port, timeout=120) for _ in range(1000)]
    try:
        for client in clients:
            client.connect()
        assert eventually(lambda: server.descriptors() >= before + 1000)
        assert server.query("ASK { ?s ?p 1000 }").status_code == 200, "with all of them open"
        (first,) = answers(clients[:1], ["ASK {}"])
        assert first.status == 200
        assert {each.status for each in answers(clients, ["ASK {}"] * 1000)} == {200}
        anew = answers(clients, [f"ASK {{ ?s ?p {number} }}" for number in range(1000)])
        assert {each.status for each in anew} == {200, 503}
        assert sum(each.status == 200 for each in anew) >= 16, "as many as one may have waiting"
        assert all(each.getheader("retry-after") for each in anew if each.status == 503)
        assert server.get("/health").json()["workers"] == 2
    finally:
        for client in clients:
            client.close()
    assert eventually(lambda: server.descriptors() <= before + 2)
    assert server.query("ASK { ?s ?p 2000 }").status_code == 200


def test_a_worker_that_is_killed_in_the_middle_is_replaced(small: Server) -> None:
    async def attack() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=small.url, timeout=120, trust_env=False) as client:
            asked = [
                asyncio.create_task(client.post("/sparql", data={"query": CROSS}))
                for _ in small.workers()
            ]
            while (await client.get("/health")).json()["idle"]:  # noqa: ASYNC110 - not ours
                await asyncio.sleep(0.01)
            for worker in small.workers():
                os.kill(worker, signal.SIGKILL)
            return await asyncio.gather(*asked)

    assert eventually(lambda: small.get("/health").json()["idle"] == 2)
    assert len(small.workers()) == 2
    for response in asyncio.run(attack()):
        told(response, 503, "lost")
        assert int(response.headers["retry-after"]) > 0
    assert small.query("ASK {}").json()["boolean"] is True
    assert eventually(lambda: small.get("/health").json()["idle"] == 2)


def test_an_idle_worker_that_is_killed_is_replaced(small: Server) -> None:
    assert eventually(lambda: small.get("/health").json()["idle"] == 2)
    before = small.workers()
    for worker in before:
        os.kill(worker, signal.SIGKILL)
    assert eventually(lambda: not set(before) & set(small.workers()))
    assert eventually(lambda: small.get("/health").json()["idle"] == 2)
    assert small.query("ASK {}").status_code == 200


def test_the_fork_server_may_be_killed_too(start: Callable[..., Server]) -> None:
    server = start(*LIMITS)
    for process in server.family()[1:]:
        if process not in server.workers():
            os.kill(process, signal.SIGKILL)
    for worker in server.workers():
        os.kill(worker, signal.SIGKILL)
    assert eventually(lambda: server.query("ASK {}").status_code == 200)


def test_too_many_queries_are_told_to_come_again(small: Server) -> None:
    """Two workers, and of one client three may wait."""

    async def ask() -> list[httpx.Response]:
        async with httpx.AsyncClient(base_url=small.url, timeout=120, trust_env=False) as client:
            asked = [client.post("/sparql", data={"query": f"{CROSS}#{n}"}) for n in range(12)]
            return await asyncio.gather(*asked)

    # A worker that a test before killed may not have its successor yet.
    assert eventually(lambda: small.get("/health").json()["idle"] == 2)
    responses = asyncio.run(ask())
    busy = [each for each in responses if each.status_code == 503]
    assert len(busy) == 12 - 2 - 3
    for each in busy:
        told(each, 503, "busy")
        assert int(each.headers["retry-after"]) > 0


def test_nothing_has_leaked_after_many_attacks(patient: Server) -> None:
    """Descriptors, processes and memory are after seven of each attack as after three."""

    def attack(times: int) -> None:
        for number in range(times):
            pairs = f"{{ ?a ?b ?c . ?d ?e ?f }} ORDER BY ?a ?d #{number} of {times}"
            told(patient.query(f"SELECT * {pairs}"), 422, "memory-limit")
            with pytest.raises(httpx.ReadTimeout):  # a client that leaves its query
                patient.query(f"{CROSS} #{number} of {times}", timeout=0.1)
            half = POST + b"Content-Length: 100\r\n\r\nASK"
            for begun in (b"GET", half, CHUNKED + b"0\r\n", SLOW):
                with socket.create_connection((patient.host, patient.port), 120) as client:
                    client.sendall(begun)
            with contextlib.suppress(OSError, httpx.HTTPError):
                patient.client.post("/sparql", content=b"x" * 40_000_000)
            assert eventually(lambda: patient.get("/health").json()["idle"] == 2)
            worker = patient.workers()[0]
            os.kill(worker, signal.SIGKILL)
            assert eventually(lambda: worker not in patient.workers())  # noqa: B023 - at once
            assert eventually(lambda: patient.get("/health").json()["idle"] == 2)

    attack(3)
    assert eventually(lambda: patient.get("/health").json()["idle"] == 2)
    before = (patient.descriptors(), len(patient.family()), memory(patient))
    attack(7)
    assert eventually(lambda: patient.get("/health").json()["idle"] == 2)
    assert patient.descriptors() <= before[0]
    assert len(patient.family()) <= before[1]
    assert memory(patient) - before[2] < 5_000_000


@pytest.mark.parametrize(
    ("number", "is_for_all"),
    [(signal.SIGTERM, True), (signal.SIGINT, True), (signal.SIGHUP, False)],
    ids=["of systemd", "of a terminal", "of one process"],
)
def test_a_signal_stops_it_after_what_is_in_progress(
    start: Callable[..., Server], number: signal.Signals, is_for_all: bool
) -> None:
    server = start("--seconds", "2")
    assert eventually(lambda: server.get("/health").json()["idle"] == 2)
    family = server.family()

    async def ask_and_stop() -> httpx.Response:
        async with httpx.AsyncClient(base_url=server.url, timeout=120, trust_env=False) as client:
            asked = asyncio.create_task(client.post("/sparql", data={"query": CROSS}))
            while (await client.get("/health")).json()["idle"] == 2:  # noqa: ASYNC110 - not ours
                await asyncio.sleep(0.05)
            for process in family if is_for_all else family[:1]:
                os.kill(process, number)
            return await asked

    told(asyncio.run(ask_and_stop()), 422, "time-limit")
    assert server.process.wait(120) == 0
    assert eventually(lambda: not any(map(runs, family)))
    assert not any("Traceback" in line for line in server.log)


def test_when_the_server_is_killed_its_processes_end(start: Callable[..., Server]) -> None:
    server = start("--seconds", "1")
    family = server.family()
    with pytest.raises(httpx.ReadTimeout):
        server.query(CROSS, timeout=0.3)
    server.process.kill()
    server.process.wait()
    assert eventually(lambda: not any(map(runs, family)))


def runs(process: int) -> bool:
    """Tell whether there is such a process; one that only waits to be buried has ended."""
    try:
        told = Path(f"/proc/{process}/stat").read_text(encoding="ascii")
    except (FileNotFoundError, ProcessLookupError):
        return False
    return told.rpartition(")")[2].split()[0] != "Z"


def memory(server: Server) -> int:
    """Return how many bytes of memory the server itself uses."""
    pages = Path(f"/proc/{server.process.pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")
