"""A push, whatever happens to the server, to the client or on the way: nothing is lost."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import pytest
import rdf_strategies
from engines.stores import BY_NAME, DURABLE, Running
from faulty import Asked, Handler, Server, serving
from processes import COMMAND
from pyoxigraph import RdfFormat, parse
from tenacity import wait_fixed, wait_random

from crampkg import cli
from crampkg.engine.remote import RemoteEngine
from crampkg.errors import EndpointError
from crampkg.graph import KnowledgeGraph
from crampkg.push import Pushed, Target, load, push, summary
from crampkg.push.target import GraphPart, cut
from crampkg.vocabulary import GRAPHS, KG, LOADING

pytestmark = pytest.mark.usefixtures("nobody")

OXIGRAPH = BY_NAME["Oxigraph"]

VIRTUOSO = BY_NAME["Virtuoso"]


class Way(NamedTuple):
    """The way to a store by a server that fails: the store as it is seen there, and the server."""

    store: Running
    server: Server


Fault = Callable[[Handler, Asked], None]
When = Callable[[int, Asked], bool]


@pytest.fixture(autouse=True)
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait for a part of a second where a push would wait a second or more."""
    monkeypatch.setattr(load, "_BACK_OFF", wait_fixed(0.05))
    monkeypatch.setattr(load, "_PAUSE", wait_random(0, 0.5))


@pytest.fixture(scope="module")
def oxigraph(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("oxigraph")
    with OXIGRAPH.running(folder, folder) as running:
        yield running


@pytest.fixture
def empty(oxigraph: Running) -> Running:
    """A store with nothing in it."""
    Target(oxigraph.endpoint).update("DROP ALL")
    return oxigraph


@pytest.fixture(scope="module")
def virtuoso(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    if reason := VIRTUOSO.missing():
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("virtuoso")
    with VIRTUOSO.running(folder, folder) as running:
        yield running


@pytest.fixture(scope="module")
def durable(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """An Oxigraph on a disk, where two updates at once do not see each other."""
    folder = tmp_path_factory.mktemp("durable")
    with DURABLE.running(folder, folder) as running:
        yield running


@pytest.fixture(
    params=["oxigraph", pytest.param("virtuoso", marks=pytest.mark.conformance)],
)
def either(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Running:
    """Each store that takes a push, with nothing of ours in it."""
    store: Running = request.getfixturevalue(request.param)
    if store.password:
        monkeypatch.setenv("CRAMPKG_PASSWORD", store.password)
    clear(store)
    return store


@pytest.fixture(scope="session")
def newer(graph: KnowledgeGraph) -> bytes:
    """A part of the graph, which takes less time."""
    return b"".join(graph.nquads.splitlines(keepends=True)[::40])


@pytest.fixture(scope="session")
def older(newer: bytes) -> bytes:
    """An older graph, of some lines less."""
    return b"".join(newer.splitlines(keepends=True)[:-50])


def target(store: Running, timeout: float = 60) -> Target:
    """Return a store as a push sees it."""
    return Target(store.endpoint, update=store.update, user=store.user or None, timeout=timeout)


def clear(store: Running) -> None:
    """Drop all graphs of ours. Virtuoso's own are not to be dropped."""
    mine = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } FILTER (STRSTARTS(STR(?g), '%s')) }"
    engine = RemoteEngine(store.endpoint, user=store.user or None)
    for (graph,) in engine.query(mine % KG.removesuffix("id/"), union=False).bindings():
        assert graph is not None
        target(store).update(f"DROP SILENT GRAPH <{graph.value}>")


def send(store: Running, nquads: bytes, timeout: float = 60, **options: Any) -> Pushed:
    """Push in more parts than there are faults."""
    return push(target(store, timeout), nquads, size=25, **options)


def is_there(store: Running, nquads: bytes) -> bool:
    """Tell whether a store holds what was pushed, to the last triple."""
    counts = target(store).state().is_current(summary(nquads))
    user = store.user or None
    held = KnowledgeGraph.connect(store.endpoint, user=user).nquads
    return counts and rdf_strategies.canonical(
        parse(held, format=RdfFormat.N_QUADS)
    ) == rdf_strategies.canonical(parse(nquads, format=RdfFormat.N_QUADS))


@contextmanager
def before(store: Running, fault: Fault, when: When) -> Iterator[Way]:
    """Stand before a store: `fault` answers where `when` says so, of requests counted from 1."""

    def answer(handler: Handler, asked: Asked) -> None:
        assert isinstance(handler.server, Server)
        if when(len(handler.server.asked), asked):
            fault(handler, asked)
        else:
            forward(handler, asked, store)

    with serving(answer) as server:
        base, there = base_of(store), base_of(Running(server.url))
        way = store._replace(
            endpoint=store.endpoint.replace(base, there), update=store.update.replace(base, there)
        )
        yield Way(way, server)


def base_of(store: Running) -> str:
    """Return where the paths of a store's addresses begin."""
    parts = urlsplit(store.endpoint)
    return f"{parts.scheme}://{parts.netloc}"


def forward(handler: Handler, asked: Asked, store: Running) -> None:
    kept = ("accept", "content-type", "authorization")
    headers = {name: asked.headers[name] for name in kept if name in asked.headers}
    request = urllib.request.Request(  # noqa: S310 - the base is http
        base_of(store) + asked.path, asked.body, headers, method=asked.method
    )
    try:
        with urllib.request.urlopen(request) as response:  # noqa: S310 - the same
            type = response.headers.get("Content-Type") or "text/plain"
            handler.reply(response.status, response.read(), type)
    except urllib.error.HTTPError as error:
        asks = error.headers.get("WWW-Authenticate")
        with error:
            told = {"WWW_Authenticate": asks} if asks else {}
            handler.reply(error.code, error.read(), **told)


def is_update(asked: Asked) -> bool:
    """Tell whether a request changes something: an update, and no challenge for a password."""
    return asked.path in ("/update", "/sparql-auth") and bool(asked.body)


def once(what: str) -> When:
    """Return what tells the first swap of a push, or the third of the updates before it."""
    seen = [0]

    def when(_: int, asked: Asked) -> bool:
        seen[0] += b"void%23subset" in asked.body if what == "swap" else is_update(asked)
        is_it = seen[0] == (1 if what == "swap" else 3)
        seen[0] += is_it
        return is_it

    return when


def close(handler: Handler, _: Asked) -> None:
    handler.close_connection = True


def fails(status: int, **headers: str) -> Fault:
    return lambda handler, _: handler.reply(status, b"Out of luck.", **headers)


def hang(handler: Handler, _: Asked) -> None:
    assert isinstance(handler.server, Server)
    handler.server.over.wait(30)


def done_but_unanswered(store: Running) -> Fault:
    """Return the fault of a store that does what it is told, whose answer is lost."""

    class Deaf:
        server: Server

        def reply(self, *_: object, **__: object) -> None:
            """Lose the answer."""

    def fault(handler: Handler, asked: Asked) -> None:
        forward(Deaf(), asked, store)  # type: ignore[arg-type]  # all that is used of it
        handler.close_connection = True

    return fault


def test_parts_are_the_whole_and_share_no_blank_node(graph: KnowledgeGraph) -> None:
    parts = cut(graph.nquads, "0" * 64, 100)
    assert parts == cut(graph.nquads, "0" * 64, 100)
    quads = sorted(
        f"{triple} <{part.graph}> .\n".encode() for part in parts for triple in part.triples
    )
    assert b"".join(quads) == graph.nquads
    homes: dict[str, str] = {}
    for part in parts:
        ends = (word for triple in part.triples for word in (triple.split()[0], triple.split()[-1]))
        blanks = {word for word in ends if word.startswith("_:")}
        assert bool(blanks) == part.has_blanks
        assert all(homes.setdefault(blank, part.name) == part.name for blank in blanks)
    assert len({part.name for part in parts}) == len(parts) > 100


@pytest.mark.parametrize("by_graph_store", [False, True])
def test_a_second_push_does_nothing(
    by_graph_store: bool, empty: Running, graph: KnowledgeGraph
) -> None:
    store = empty.graph_store if by_graph_store else None
    assert not graph.compare(empty.endpoint).is_current
    first = graph.push(empty.endpoint, graph_store=store)
    again = graph.push(empty.endpoint, graph_store=store)
    forced = graph.push(empty.endpoint, graph_store=store, force=True)
    total = sum(first.wanted.triples.values())
    assert (first.was_current, first.sent, first.kept) == (False, total, 0)
    assert (again.was_current, again.sent) == (True, 0)
    assert (forced.was_current, forced.sent) == (False, total)
    assert graph.compare(empty.endpoint).is_current
    assert is_there(empty, graph.nquads)


def test_what_else_a_store_holds_stays(empty: Running, graph: KnowledgeGraph) -> None:
    target = Target(empty.endpoint)
    target.update("INSERT DATA { <urn:a> <urn:b> 1 . GRAPH <urn:g> { <urn:a> <urn:b> 2 } }")
    graph.push(empty.endpoint)
    text = "SELECT ?x WHERE { { ?s <urn:b> ?x } UNION { GRAPH <urn:g> { ?s ?p ?x } } } ORDER BY ?x"
    rows = RemoteEngine(empty.endpoint).query(text, union=False).bindings()
    assert [row[0].value for row in rows if row[0]] == ["1", "2"]
    assert len(KnowledgeGraph.connect(empty.endpoint).query("SELECT * { ?s <urn:b> ?x }")) == 0


def test_a_change_at_the_store_is_seen_and_mended(empty: Running, newer: bytes) -> None:
    send(empty, newer)
    Target(empty.endpoint).update(f"CLEAR GRAPH <{GRAPHS['facts-without-hedges']}>")
    assert not is_there(empty, newer)
    assert not send(empty, newer).was_current
    assert is_there(empty, newer)


@pytest.mark.parametrize(
    "fault",
    [close, fails(500), fails(503, Retry_After="0"), fails(502)],
    ids=["closed", "500", "503", "502"],
)
@pytest.mark.parametrize("what", ["part", "swap"])
def test_trouble_that_passes_is_tried_again(
    fault: Fault, what: str, either: Running, newer: bytes
) -> None:
    said: list[str] = []
    with before(either, fault, once(what)) as way:
        pushed = send(way.store, newer, say=said.append)
    assert pushed.sent == sum(pushed.wanted.triples.values())
    assert is_there(either, newer)
    assert len(said) == 1
    assert "Trying again in" in said[0]


@pytest.mark.parametrize("what", ["part", "swap"])
def test_a_lost_answer_does_no_harm(what: str, either: Running, newer: bytes) -> None:
    with before(either, done_but_unanswered(either), once(what)) as way:
        send(way.store, newer)
    assert is_there(either, newer)


def test_a_swap_that_lands_after_another_changes_nothing(either: Running, newer: bytes) -> None:
    """As when its client gave up waiting and sent it again, or when two push at once."""
    wanted = summary(newer)
    there = target(either)
    parts = cut(newer, wanted.identifier, 1000)
    for part in parts:
        there.put(part)
    there.swap(parts, wanted)
    assert is_there(either, newer)
    there.swap(parts, wanted)
    assert is_there(either, newer)


def test_two_pushes_at_once_leave_the_graph(either: Running, newer: bytes) -> None:
    ready = threading.Barrier(2)

    def one() -> None:
        ready.wait()
        with contextlib.suppress(EndpointError):  # one may find the parts of the other gone
            send(either, newer, retries=1)

    threads = [threading.Thread(target=one) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    state = target(either).state()
    whole = tuple(summary(newer).triples.values())
    assert tuple(state.triples.values()) in {whole, (0,) * len(whole)}
    send(either, newer)
    assert is_there(either, newer)


@pytest.mark.parametrize(
    "name", ["oxigraph", "durable", pytest.param("virtuoso", marks=pytest.mark.conformance)]
)
def test_two_graphs_pushed_at_once_end_in_one_of_them(
    name: str,
    graph: KnowledgeGraph,
    newer: bytes,
    request: pytest.FixtureRequest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    store: Running = request.getfixturevalue(name)
    monkeypatch.setenv("CRAMPKG_PASSWORD", store.password)
    other = b"".join(graph.nquads.splitlines(keepends=True)[1::40])
    swap = Target.swap
    for _ in range(3):
        clear(store)
        together = threading.Barrier(2)

        def swap_together(*words: Any, together: threading.Barrier = together) -> None:
            with contextlib.suppress(threading.BrokenBarrierError):  # from the second swap on
                together.wait(5)
            together.abort()
            swap(*words)

        monkeypatch.setattr(Target, "swap", swap_together)
        with ThreadPoolExecutor(2) as pool:
            list(pool.map(lambda nquads: send(store, nquads), (newer, other)))
        assert any(is_there(store, nquads) for nquads in (newer, other))
        assert target(store).state().loading == {}


def test_what_readers_see_after_the_swap_is_verified(
    either: Running, newer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    swap = Target.swap
    swaps = []

    def disturbed(there: Target, *words: Any) -> None:
        swap(there, *words)
        swaps.append(there)
        if len(swaps) < 3:
            facts = GRAPHS["facts-without-hedges"]
            text = f"INSERT DATA {{ GRAPH <{facts}> {{ <urn:a> <urn:b> <urn:c> }} }}"
            there.update(text)

    monkeypatch.setattr(Target, "swap", disturbed)
    said: list[str] = []
    send(either, newer, say=said.append)
    assert said == ["Somebody else seems to be pushing at the same time: pushing again."] * 2
    assert is_there(either, newer)
    clear(either)
    swaps.clear()
    count = summary(newer).triples[GRAPHS["facts-without-hedges"]]
    told = rf"holds {count + 1} of the {count} triples of .*/graph/facts-without-hedges>"
    with pytest.raises(EndpointError, match=told):
        send(either, newer, retries=1)


def test_parts_that_another_push_has_dropped_are_sent_again(
    either: Running, newer: bytes, monkeypatch: pytest.MonkeyPatch
) -> None:
    put = Target.put
    puts: list[str] = []

    def disturbed(there: Target, part: GraphPart) -> None:
        put(there, part)
        puts.append(part.name)
        if len(puts) == 5:
            there.drop(puts[:3])

    monkeypatch.setattr(Target, "put", disturbed)
    pushed = send(either, newer)
    assert puts[-3:] == puts[:3]
    assert pushed.kept + pushed.sent == sum(pushed.wanted.triples.values())
    assert is_there(either, newer)


def test_a_swap_without_its_first_part_changes_nothing(either: Running, newer: bytes) -> None:
    """As when another push has dropped the parts that it knew of."""
    send(either, newer)
    there = target(either)
    parts = [part._replace(name=f"{part.name}/x") for part in cut(newer, "0" * 64, 100)]
    for part in parts[1:]:
        there.put(part)
    there.swap(parts, summary(newer))
    assert is_there(either, newer)


def test_the_first_contact_is_tried_again_too(either: Running, newer: bytes) -> None:
    with before(either, fails(503), lambda number, _: number == 1) as way:
        send(way.store, newer, retries=2)
    assert is_there(either, newer)


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (close, "cannot be reached"),
        (hang, "has not answered within 2 seconds"),
        (fails(500), "500: Out of luck"),
        (fails(503, Retry_After="9"), "503: Out of luck. Try again in 9 seconds"),
        (fails(401), "refuses access with 401"),
        (fails(302, Location="file:///etc/passwd"), "on to file:///etc/passwd"),
        (fails(400), "an error, 400: Out of luck"),
    ],
)
@pytest.mark.parametrize("what", ["part", "swap"])
def test_a_push_that_fails_leaves_the_old_graph_and_is_taken_up(
    fault: Fault,
    sentence: str,
    what: str,
    either: Running,
    newer: bytes,
    older: bytes,
) -> None:
    send(either, older)
    behind = before(either, fault, once(what))
    with behind as way, pytest.raises(EndpointError, match=sentence) as raised:
        send(way.store, newer, retries=0, timeout=2 if fault is hang else 60)
    assert raised.value.exit_code == 3
    state = target(either).state()
    assert state.is_current(summary(older))
    assert state.loading
    pushed = send(either, newer)
    assert pushed.kept == sum(state.loading.values())
    assert pushed.sent + pushed.kept == sum(pushed.wanted.triples.values())
    assert target(either).state().loading == {}
    assert is_there(either, newer)


@pytest.mark.parametrize(
    "body", [b"garbage", b'{"head": {"vars": ["graph", "n"]}, "results": {"bindings": [{"gr']
)
def test_a_store_that_answers_nonsense_is_not_written_to(
    body: bytes, either: Running, newer: bytes
) -> None:
    fault = lambda handler, _: handler.reply(200, body, "application/sparql-results+json")  # noqa: E731
    behind = before(either, fault, lambda _, asked: not is_update(asked))
    with behind as way, pytest.raises(EndpointError, match="cannot be used"):
        send(way.store, newer, retries=0)
    assert not any(is_update(asked) for asked in way.server.asked)


def test_no_graph_is_dropped_but_side_graphs(empty: Running, newer: bytes) -> None:
    """Whatever a store says that push did not ask for."""
    mine = "urn:mine> ; DROP ALL ; DROP SILENT GRAPH <urn:mine"
    body = {
        "head": {"vars": ["graph", "n"]},
        "results": {
            "bindings": [
                {"graph": {"type": kind, "value": graph}, "n": {"type": "literal", "value": "1"}}
                for kind, graph in (("uri", "urn:mine"), ("literal", mine), ("literal", LOADING))
            ]
        },
    }

    def lie(handler: Handler, _: Asked) -> None:
        handler.reply(200, json.dumps(body).encode(), "application/sparql-results+json")

    with before(empty, lie, lambda _, asked: b"STRSTARTS" in asked.body) as way:
        assert target(way.store).state().loading == {}
    assert send(empty, newer).sent


def test_a_server_that_takes_everything_and_keeps_nothing_is_found_out(
    either: Running, newer: bytes, older: bytes
) -> None:
    send(either, older)
    fault = lambda handler, _: handler.reply(200, b"")  # noqa: E731
    behind = before(either, fault, lambda _, asked: is_update(asked))
    with behind as way, pytest.raises(EndpointError, match=r"0 of the .* as they were"):
        send(way.store, newer, retries=0)
    assert target(either).state().is_current(summary(older))


def test_what_an_older_push_left_is_cleared(either: Running, newer: bytes, older: bytes) -> None:
    with before(either, fails(401), once("part")) as way, pytest.raises(EndpointError):
        send(way.store, older)
    left = target(either).state().loading
    assert left
    assert all(name.startswith(LOADING) for name in left)
    assert send(either, newer).kept == 0
    assert target(either).state().loading == {}


def test_a_server_that_is_killed_in_the_middle_loses_nothing(
    tmp_path: Path, newer: bytes, older: bytes
) -> None:
    with DURABLE.running(tmp_path, tmp_path) as running:
        send(running, older)

        def kill(handler: Handler, _: Asked) -> None:
            running.stop()
            handler.close_connection = True

        with before(running, kill, once("part")) as way, pytest.raises(EndpointError):
            send(way.store, newer, retries=0)
    with DURABLE.running(tmp_path, tmp_path) as running:
        assert Target(running.endpoint).state().is_current(summary(older))
        assert send(running, newer).kept > 0
        assert is_there(running, newer)


def test_a_client_that_is_killed_in_the_middle_is_taken_up(
    empty: Running, graph: KnowledgeGraph, cache: Path
) -> None:
    reached = threading.Event()

    def stall(handler: Handler, asked: Asked) -> None:
        reached.set()
        hang(handler, asked)

    with before(empty, stall, once("part")) as way:
        client = subprocess.Popen(
            [*COMMAND, "push", "--endpoint", way.store.endpoint],
            env={**os.environ, "CRAMPKG_CACHE": str(cache)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        assert reached.wait(60)
        client.kill()
        assert client.wait() == -signal.SIGKILL
    assert graph.push(empty.endpoint).kept > 0
    assert is_there(empty, graph.nquads)


def test_readers_see_the_old_graph_or_the_new(empty: Running, newer: bytes, older: bytes) -> None:
    send(empty, older)
    seen: set[tuple[int, ...]] = set()
    over = threading.Event()
    engine = RemoteEngine(empty.endpoint)
    names = {name.replace("-", "_"): iri for name, iri in GRAPHS.items()}
    each = " ".join(f"(COUNT(?{name}) AS ?{name}s)" for name in names)
    patterns = " UNION ".join(
        f"{{ GRAPH <{iri}> {{ ?{name} ?p ?o }} }}" for name, iri in names.items()
    )

    def look() -> None:
        # In one query, for a reader has no right to more than one moment.
        (row,) = engine.query(f"SELECT {each} {{ {patterns} }}").bindings()
        seen.add(tuple(int(value.value) for value in row if value is not None))

    def watch() -> None:
        while not over.is_set():
            look()

    reader = threading.Thread(target=watch)
    reader.start()
    try:
        send(empty, newer)
    finally:
        over.set()
        reader.join()
    look()
    old, new = summary(older), summary(newer)
    assert seen <= {tuple(old.triples.values()), tuple(new.triples.values())}
    assert tuple(new.triples.values()) in seen


def test_the_commands(
    empty: Running, graph: KnowledgeGraph, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = ["--endpoint", empty.endpoint]
    assert cli.main(["ask", "people", *endpoint]) == 3
    assert "holds no article of crampkg. `crampkg push" in capsys.readouterr().err
    assert cli.main(["status", *endpoint]) == 1
    assert "holds none of the graphs" in capsys.readouterr().out
    assert cli.main(["push", *endpoint, "--chunk", "5000"]) == 0
    assert f"sent {sum(graph.counts.values())} triples" in capsys.readouterr().out
    assert cli.main(["push", *endpoint]) == 0
    assert "already: nothing was done" in capsys.readouterr().out
    assert cli.main(["status", *endpoint, "-f", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["current"] is True
    assert [each["name"] for each in told["graphs"]] == list(GRAPHS)
    assert all(each["there"] == each["here"] for each in told["graphs"])
    Target(empty.endpoint).update(f"CLEAR GRAPH <{GRAPHS['facts-without-hedges']}>")
    assert cli.main(["status", *endpoint]) == 1
    assert "has changed since the push" in capsys.readouterr().out
    assert cli.main(["status", "--endpoint", "http://127.0.0.1:9/query"]) == 3
    assert cli.main(["push", "--endpoint", "http://127.0.0.1:9/query", "--retries", "0"]) == 3
    assert cli.main(["push"]) == 2
    assert cli.main(["push", "--endpoint", "ftp://127.0.0.1/x"]) == 2
    assert cli.main(["push", *endpoint, "--chunk", "-1"]) == 2
    assert "Traceback" not in capsys.readouterr().err
