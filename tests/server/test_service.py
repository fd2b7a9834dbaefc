"""What is held for readers has a bound; threads have turns; what took long is asked elsewhere."""

from __future__ import annotations

import asyncio
import gc
import threading
from collections.abc import Callable
from typing import Any

import pytest
from starlette.requests import Request

from crampkg.graph import KnowledgeGraph
from crampkg.server import confined, media
from crampkg.server.limits import Limits
from crampkg.server.media import Reply
from crampkg.server.problems import Problem
from crampkg.server.sandbox import Done
from crampkg.server.service import Service
from web import Web


def request(client: str = "192.0.2.1") -> Request:
    """Return a request of a client that stays."""

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    scope: dict[str, Any] = {
        "type": "http",
        "method": "GET",
        "headers": [],
        "query_string": b"",
        "path": "/",
    }
    scope["client"] = (client, 1)
    return Request(scope, receive)


def test_answers_too_long_to_keep_are_held_for_so_many_readers_alone(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(graph, Limits(cache=8_000, unkept=10_000))
    asked: list[str] = []

    async def run(job: dict[str, Any], _: str) -> Done:
        asked.append(job["do"])
        return Done(b"x" * job["length"], "text/plain", 0.0, 0.0)

    monkeypatch.setattr(service.sandbox, "run", run)

    async def answer(length: int, client: str = "192.0.2.1") -> Any:
        work = service.untrusted({"do": "query", "length": length})
        return await service.answer(request(client), work)

    async def readers() -> None:
        first = await answer(6_000)
        for client, told in (
            ("192.0.2.1", "are being read by you"),
            ("192.0.2.2", "are being read"),
        ):
            with pytest.raises(Problem, match=f"Too many long answers {told}\\.") as raised:
                await answer(6_001, client)
            assert raised.value.kind == "busy"
            assert raised.value.retry
        other = await answer(2_600, "192.0.2.2")  # beside what another reads there is room
        with pytest.raises(Problem, match="by you"):  # but a quarter of all is one address's share
            await answer(2_601, "192.0.2.2")
        short = await answer(100)  # kept, and once for all
        assert (await answer(100)).body == short.body
        del first, other  # they were read
        assert len((await answer(6_001)).body) == 6_001

    asyncio.run(readers())
    assert len(asked) == 7


def test_one_address_has_a_quarter_and_all_have_the_whole_to_the_byte(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    service = Service(graph, Limits(cache=0, unkept=10_000))

    async def run(job: dict[str, Any], _: str) -> Done:
        return Done(b"x" * job["length"], "text/plain", 0.0, 0.0)

    monkeypatch.setattr(service.sandbox, "run", run)

    async def answer(length: int, client: int) -> Any:
        work = service.untrusted({"do": "query", "length": length})
        return await service.answer(request(f"192.0.2.{client}"), work)

    async def readers() -> None:
        held = [await answer(1_000, 1), await answer(1_500, 1)]  # a quarter
        with pytest.raises(Problem, match="by you"):
            await answer(1, 1)
        held += [await answer(2_500, client) for client in (2, 3, 4)]  # all
        with pytest.raises(Problem, match=r"are being read\."):
            await answer(1, 5)
        del held[1]
        held.append(await answer(1_500, 5))
        with pytest.raises(Problem, match=r"are being read\."):
            await answer(1, 6)

    asyncio.run(readers())


#: Values with what stands between and around rows in one of the formats.
VALUES = ["'a{'", "'b\\nc'", "'<result>'", "'\"results\":{'", "'d,e'"]


@pytest.mark.parametrize("format", media.RESULTS)
def test_as_many_rows_as_are_allowed_and_no_more(graph: KnowledgeGraph, format: str) -> None:
    formats = {"select": (format, "")}
    for number in range(1, len(VALUES) + 1):
        text = f"SELECT ?x {{ VALUES ?x {{ {' '.join(VALUES[:number])} }} }}"
        job = {"do": "query", "text": text, "formats": formats}
        assert confined.run(job, graph, Limits(rows=number)).body
        if number > 1:
            with pytest.raises(Problem, match=f"more than {number - 1} rows"):
                confined.run(job, graph, Limits(rows=number - 1))


def test_as_many_triples_as_are_allowed_and_no_more(graph: KnowledgeGraph) -> None:
    text = f"CONSTRUCT {{ kg:a kg:b ?x }} {{ VALUES ?x {{ {' '.join(VALUES)} }} }}"
    job = {"do": "query", "text": text, "formats": {"graph": ("ntriples", "")}}
    assert confined.run(job, graph, Limits(rows=5)).body.count(b"\n") == 5
    with pytest.raises(Problem, match="more than 4 triples"):
        confined.run(job, graph, Limits(rows=4))


def test_as_many_bytes_as_are_allowed_and_no_more(graph: KnowledgeGraph) -> None:
    """Of rows while the engine writes them, and of any answer when it is there."""
    for text, form in (
        ("SELECT ?x { VALUES ?x { 'a' 'b' } }", "select"),
        ("CONSTRUCT WHERE { kg:calf a ?kind }", "graph"),
    ):
        format = "csv" if form == "select" else "ntriples"
        job = {"do": "query", "text": text, "formats": {form: (format, "")}}
        size = len(confined.run(job, graph, Limits()).body)
        assert confined.run(job, graph, Limits(result=size)).body
        with pytest.raises(Problem, match="bytes"):
            confined.run(job, graph, Limits(result=size - 1))


def test_what_took_long_is_counted(
    begin: Callable[..., Web], monkeypatch: pytest.MonkeyPatch
) -> None:
    web = begin()
    web.get("/api/describe?term=calf")
    assert "crampkg_slow_answers_total{" not in web.get("/metrics").text
    monkeypatch.setattr("crampkg.server.service.SLOW", 0)
    web.get("/api/describe?term=thigh")
    assert 'crampkg_slow_answers_total{work="api.card"} 1.0' in web.get("/metrics").text


def test_clients_have_threads_in_turn_and_are_told_when_too_many_wait(
    graph: KnowledgeGraph,
) -> None:
    """Two turns; one client may have one waiting; a thread keeps its turn when its client goes."""
    service = Service(graph, Limits(workers=2, per_client=1))
    ends = {name: threading.Event() for name in ("a1", "a2", "a3", "b1")}
    order: list[str] = []

    def work(_: KnowledgeGraph, name: str) -> Reply:
        ends[name].wait(60)
        order.append(name)
        return Reply(name.encode(), "text/plain")

    async def ask(name: str) -> Any:
        client = {"a": "192.0.2.1", "b": "192.0.2.2"}[name[0]]
        return await service.answer(request(client), service.trusted(work, name))

    async def clients() -> None:
        asked = {name: asyncio.ensure_future(ask(name)) for name in ("a1", "a2", "a3", "b1")}
        while service._turns.waiting < 2:  # noqa: ASYNC110 - not ours
            await asyncio.sleep(0.01)
        with pytest.raises(Problem, match="1 queries of yours wait already") as raised:
            await ask("a1")
        assert raised.value.retry
        asked["a1"].cancel()  # its thread goes on
        await asyncio.sleep(0.1)
        assert service._turns.waiting == 2
        assert not order
        ends["a1"].set()
        for name in ("a3", "b1", "a2"):
            ends[name].set()
            assert (await asked[name]).body == name.encode()

    asyncio.run(clients())
    assert order == ["a1", "a3", "b1", "a2"]
    service.close()


def test_what_an_error_leaves_unread_ends_in_its_thread(
    begin: Callable[..., Web], caplog: pytest.LogCaptureFixture
) -> None:
    """Rows of pyoxigraph that end in another thread are never freed, and write to standard error.

    pytest makes an error of what is written.
    """

    def leaves(graph: KnowledgeGraph, kind: str) -> Reply:
        answer = graph.query("SELECT * { ?s ?p ?o }")
        if kind == "ours":
            kind, detail = "term", f"{answer.form} is no term."
            raise Problem(kind, detail)
        raise ValueError(kind)

    web = begin()
    service = web.app.state.service

    async def answer(kind: str) -> Any:
        return await service.answer(request(), service.trusted(leaves, kind))

    for kind, says in (("ours", "select is no term"), ("unforeseen", "a mistake")):
        with pytest.raises(Problem, match=says):
            web.wait_for(answer(kind))
        gc.collect()
    assert "ValueError: unforeseen" in caplog.text
