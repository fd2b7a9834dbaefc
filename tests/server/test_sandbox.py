"""The sandbox by itself: what its workers can do, and what is said when one ends."""

from __future__ import annotations

import asyncio
import os
import pickle
import shutil
import signal
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from tiny import written

from crampkg.engine.embedded import EmbeddedEngine, EmbeddedResult
from crampkg.graph import KnowledgeGraph
from crampkg.server import media, service
from crampkg.server.limits import Limits
from crampkg.server.metrics import Metrics
from crampkg.server.problems import Problem
from crampkg.server.sandbox import ConfinedEngine, Done, Sandbox
from web import Web

CROSS = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
ROWS = "SELECT * { ?s ?p ?o } LIMIT 2"
TRIPLES = "CONSTRUCT WHERE { ?s ?p ?o } LIMIT 2"


def within(
    graph: KnowledgeGraph, work: Callable[[Sandbox], Awaitable[None]], **limits: Any
) -> None:
    """Do some work with a running sandbox of one worker."""

    async def run() -> None:
        sandbox = Sandbox(graph, Limits(workers=1, **limits), Metrics())
        try:
            await sandbox.prove()
            await work(sandbox)
        finally:
            await sandbox.close()

    asyncio.run(run())


def query(text: str, format: str) -> dict[str, Any]:
    """Return the job of a query whose answer is to be in a format."""
    formats = dict.fromkeys(("select", "ask", "graph"), (format, "x/y"))
    return {"do": "query", "text": text, "formats": formats}


async def kind_of(running: Awaitable[object]) -> str:
    """Return the kind of the problem that a job comes to."""
    with pytest.raises(Problem) as raised:
        await running
    return raised.value.kind


def test_a_worker_imports_and_opens_nothing_when_it_answers(graph: KnowledgeGraph) -> None:
    """It cannot any more: whatever is asked first must not need to."""
    rows = [*media.RESULTS, "jsonld"]
    jobs = [query(ROWS, name) for name in rows]
    jobs += [
        query("SELECT ?y ?x { BIND(<urn:a,b> AS ?x) BIND('a,\"b' AS ?y) }", name) for name in rows
    ]
    jobs += [query("ASK {}", name) for name in media.TRUTHS]
    jobs += [query(f"{TRIPLES}", name) for name in media.GRAPHS]
    jobs += [query("CONSTRUCT { [] kg:b (1 'a'@en '\\u0001x') } {}", name) for name in media.GRAPHS]
    jobs += [
        {"do": "scene", "asked": [["query", text]], "alone": is_alone}
        for text in ("DESCRIBE kg:calf", "CONSTRUCT WHERE { ?c a ck:Claim ; ?p ?o } LIMIT 99")
        for is_alone in (True, False)
    ]
    jobs += [
        {"do": "show", "text": text, **most}
        for text in (ROWS, TRIPLES, "ASK {}")
        for most in ({"rows": 1}, {"characters": 9}, {})
    ]
    wrong = [query(text, "json") for text in ("SELECT", "ASK { ?x <urn:a> }", "SELECT * { ?s", "{")]
    wrong += [
        query(f"ASK {{ {said} }}", "json") for said in ("SERVICE <urn:a> {}", "FILTER(<a:b>())")
    ]
    wrong += [query("ASK FROM <urn:a> {}", "json"), query("SELECT (1/0 AS ?x) {}", "pdf")]

    async def ask(sandbox: Sandbox) -> None:
        for job in jobs:
            try:
                assert (await sandbox.run(job, "")).body
            except Problem as problem:  # some formats cannot hold what is asked for
                assert problem.kind == "bad-request", (job, problem.detail)
        for job in wrong:
            assert await kind_of(sandbox.run(job, "")) != "mistake", job
        assert sandbox.alive == 1

    within(graph, ask)


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (signal.SIGABRT, "memory-limit"),  # as an engine ends that is refused memory
        (signal.SIGSEGV, "engine"),
        (signal.SIGXCPU, "time-limit"),
        (signal.SIGKILL, "lost"),
    ],
)
def test_how_a_worker_ends_is_told_apart(
    number: signal.Signals, kind: str, graph: KnowledgeGraph
) -> None:
    async def end(sandbox: Sandbox) -> None:
        (worker,) = sandbox.processes
        asked = asyncio.ensure_future(kind_of(sandbox.run(query(CROSS, "json"), "")))
        while sandbox.idle:  # noqa: ASYNC110 - until the worker is taken
            await asyncio.sleep(0.01)
        os.kill(worker, number)
        assert await asked == kind
        assert (await sandbox.run(query("ASK {}", "json"), "")).body
        assert sandbox.processes != {worker}

    within(graph, end, seconds=600)


def test_a_signal_to_the_whole_group_leaves_a_query_running(graph: KnowledgeGraph) -> None:
    """A terminal sends SIGINT to all, systemd SIGTERM: the server lets queries finish."""

    async def signal_all(sandbox: Sandbox) -> None:
        (worker,) = sandbox.processes
        asked = asyncio.ensure_future(kind_of(sandbox.run(query(CROSS, "json"), "")))
        while sandbox.idle:  # noqa: ASYNC110 - until the worker is taken
            await asyncio.sleep(0.01)
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            os.kill(worker, number)
        assert await asked == "time-limit"

    within(graph, signal_all, seconds=1)


def test_a_query_that_is_cancelled_is_killed(graph: KnowledgeGraph) -> None:
    async def cancel(sandbox: Sandbox) -> None:
        before = sandbox.processes
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await sandbox.run(query(CROSS, "json"), "")
        assert (await sandbox.run(query("ASK {}", "json"), "")).body
        assert not before & sandbox.processes

    within(graph, cancel, seconds=600)


def test_workers_have_the_graph_that_is_served(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even when its sources have changed since, or are no more."""
    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "cache"))
    folder = written(tmp_path / "sources")
    graph = KnowledgeGraph.open(folder)
    count = f"SELECT (COUNT(*) AS ?n) {{ GRAPH ?g {{ ?s ?p ?o }} }} # {time.time()}"
    shutil.rmtree(folder)
    shutil.rmtree(tmp_path / "cache")

    async def ask(sandbox: Sandbox) -> None:
        body = (await sandbox.run(query(count, "csv"), "")).body
        assert int(body.split()[1]) == sum(graph.counts.values())

    within(graph, ask)


def test_every_question_has_the_same_answer_from_the_sandbox(graph: KnowledgeGraph) -> None:
    """Some questions are asked there, for they took long before."""

    async def ask(sandbox: Sandbox) -> None:
        loop = asyncio.get_running_loop()

        def run(job: dict[str, Any]) -> Done:
            return asyncio.run_coroutine_threadsafe(sandbox.run(job, ""), loop).result()

        def compare() -> None:
            confined = graph.through(ConfinedEngine(run))
            for question in graph.questions():
                here, there = graph.ask(question.id), confined.ask(question.id)
                assert (there.form, there.variables) == (here.form, here.variables)
                assert there.rows == here.rows, question.id
                assert there.near() == here.near()

        await asyncio.to_thread(compare)

    within(graph, ask)


def test_a_question_that_took_long_is_asked_in_the_sandbox(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    web = Web(graph, Limits(workers=1))
    try:
        sandbox = web.app.state.service.sandbox
        jobs: list[str] = []
        inner = sandbox.run

        async def run(job: dict[str, Any], client: str) -> Done:
            jobs.append(job["do"])
            done: Done = await inner(job, client)
            return done

        monkeypatch.setattr(sandbox, "run", run)
        address = "/api/questions/arteries-explaining-pain"
        quick = web.get(f"{address}?site=calf&format=tsv").text
        assert jobs == []
        monkeypatch.setattr(service, "SLOW", 0.0)
        rows = web.get(f"{address}?site=calf&format=csv").text
        assert jobs == []
        assert (
            web.get(f"{address}?site=calf&format=xml").text.count("<result>")
            == rows.count("\n") - 1
        )
        assert jobs == ["evaluate"]
        assert web.get("/questions/arteries-explaining-pain?site=calf").status_code == 200
        assert set(jobs) == {"evaluate"}
        assert quick.count("\n") == rows.count("\n")
        before = len(jobs)
        assert web.get("/api/questions/differential").status_code == 200
        assert len(jobs) == before, "another question"
    finally:
        web.stop()


#: Every address that takes a stranger's SPARQL.
ADDRESSES = (
    "/sparql?query=",
    "/editor?show=table&query=",
    "/editor?show=raw&query=",
    "/editor?show=picture&query=",
    "/editor/result?format=turtle&query=",
    "/picture?query=",
    "/picture.svg?query=",
    "/picture.png?query=",
)


@pytest.mark.parametrize("address", ADDRESSES)
def test_what_a_stranger_wrote_runs_in_the_sandbox_alone(
    address: str, graph: KnowledgeGraph, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []
    inner = EmbeddedEngine.query

    def query(engine: EmbeddedEngine, text: str, **options: Any) -> EmbeddedResult:
        asked.append(text)
        return inner(engine, text, **options)

    monkeypatch.setattr(EmbeddedEngine, "query", query)
    text = f"CONSTRUCT {{ kg:calf kg:is kg:{address.count('e')} }} {{ ?s ?p ?o }} # of a stranger"
    response = web.get(f"{address}{quote(text)}")
    assert response.status_code == 200
    assert not [text for text in asked if "of a stranger" in text]


def test_a_graph_can_be_pickled(graph: KnowledgeGraph) -> None:
    copy = pickle.loads(pickle.dumps(graph))  # noqa: S301 - our own
    assert (copy.digest, copy.nquads) == (graph.digest, graph.nquads)
    text = "SELECT * { kg:calf ?p ?o } ORDER BY ?p ?o"
    assert copy.query(text).rows == graph.query(text).rows


def test_a_graph_at_an_endpoint_cannot_be_pickled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CRAMPKG_TOKEN", "secret")
    with pytest.raises(TypeError, match="at an endpoint"):
        pickle.dumps(KnowledgeGraph.connect("http://127.0.0.1:9/sparql"))
