"""Each limit at its value and beside it: what is just allowed passes, and the next does not.

Limits that need a running server, or that stand with the other tests of their module, are there.
"""

from __future__ import annotations

import asyncio
import io
import itertools
import json
import os
import time
from argparse import ArgumentTypeError
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode, Triple
from starlette.requests import Request

from crampkg.cli import parser, serve
from crampkg.engine import guard, remote, transport
from crampkg.errors import EndpointError, QueryError, UsageError
from crampkg.explain import justify
from crampkg.explain.justify import Clause, Horn
from crampkg.export import to_bytes
from crampkg.graph import KnowledgeGraph
from crampkg.model import Parameter
from crampkg.name_index import spell
from crampkg.names import _slips
from crampkg.picture.scene import Edge, Scene, shortened
from crampkg.pipeline import snapshot
from crampkg.push import target
from crampkg.server import api, confined, media, problems, scenes, sparql
from crampkg.server.limits import Limits
from crampkg.server.media import Reply
from crampkg.server.pages import editor, fields
from crampkg.server.problems import Problem
from crampkg.server.sandbox import Done
from crampkg.server.service import Service

# Numbers that somebody types


@pytest.mark.parametrize(
    ("read", "fits", "does_not"),
    [
        (parser._seconds, ["0.001", "86399", "86400"], ["0", "-1", "86400.1", "nan", "inf", "x"]),
        (
            parser.number(0, 65535, "is not a port"),
            ["0", "1", "65534", "65535"],
            ["-1", "65536", "1.5"],
        ),
        (parser.number(1), ["1", "2", "999999999", "1000000000"], ["0", "1000000001", "-1"]),
        (parser.number(1, serve._MOST_WORKERS), ["1", "999", "1000"], ["0", "1001"]),
    ],
)
def test_a_number_of_the_command_line(
    read: Callable[[str], float], fits: list[str], does_not: list[str]
) -> None:
    assert [read(text) for text in fits] == [float(text) for text in fits]
    for text in does_not:
        with pytest.raises(ArgumentTypeError, match=text):
            read(text)


def test_a_number_of_an_address() -> None:
    fits = ["1", "2", "999", "1000", "000001000"]
    assert [api._number("limit", text, 1000) for text in fits] == [1, 2, 999, 1000, 1000]
    for text in ("0", "-1", "1001", "0000001000", "1.0", "\u0663"):
        with pytest.raises(Problem, match="limit is a number from 1 to 1,000, and not"):
            api._number("limit", text, 1000)


def test_a_timeout_is_more_than_nothing() -> None:
    assert transport.Transport("http://127.0.0.1/", timeout=0.001).timeout == 0.001
    for seconds in (0, -0.001, float("nan")):
        with pytest.raises(UsageError, match="more than 0 seconds"):
            transport.Transport("http://127.0.0.1/", timeout=seconds)


# Lengths of what is sent to the server


def test_a_header_that_is_too_long_is_passed_over() -> None:
    for length, coding, type in ((1999, "gzip", "b/b"), (2000, "gzip", "b/b"), (2001, None, "a/a")):
        assert media.encoding("gzip".ljust(length)) == coding
        assert media.best_of("b/b".ljust(length), ("a/a", "b/b")) == type


def test_the_detail_of_a_problem_is_cut() -> None:
    for length in (1999, 2000):
        assert Problem("bad-request", "x" * length).detail == "x" * length
    assert Problem("bad-request", "x" * 2001).detail == "x" * 2000 + "..."
    assert problems._MOST_DETAIL == 2000


def posted(body: bytes, declared: int | None = None) -> Request:
    """Return a request with a body in parts of ten bytes."""
    pieces = [body[at : at + 10] for at in range(0, len(body), 10)] or [b""]
    arriving = iter(pieces)

    async def receive() -> dict[str, Any]:
        piece = next(arriving)
        return {"type": "http.request", "body": piece, "more_body": piece is not pieces[-1]}

    length = str(len(body) if declared is None else declared).encode()
    return Request({"type": "http", "headers": [(b"content-length", length)]}, receive)


@pytest.mark.parametrize(("length", "fits"), [(99, True), (100, True), (101, False)])
def test_a_body_is_as_long_as_allowed(length: int, fits: bool) -> None:
    body = bytes(range(length))
    if fits:
        assert asyncio.run(sparql.body_of(posted(body), 60, 100)) == body
    else:
        with pytest.raises(Problem, match="The body is longer than the 100 bytes"):
            asyncio.run(sparql.body_of(posted(body), 60, 100))


def test_a_body_that_is_much_too_long_is_not_read() -> None:
    """Up to 16 times as long it is read to its end, so that the client reads the answer."""
    for length, read in ((1600, 1600), (1601, 0)):
        request = posted(b"x" * 1601, declared=length)
        with pytest.raises(Problem, match="longer than the 100 bytes"):
            asyncio.run(sparql.body_of(request, 60, 100))
        assert request._stream_consumed == bool(read)


def test_a_parameter_is_as_long_as_allowed() -> None:
    assert sparql._pairs(b"query=" + b"x" * 100, 100) == [("query", "x" * 100)]
    assert sparql._pairs(b"query=" + b"%C3%A9" * 50, 100) == [("query", "\u00e9" * 50)]
    for value in (b"x" * 101, b"%C3%A9" * 50 + b"x"):
        with pytest.raises(Problem, match="The query is longer than the 100 bytes"):
            sparql._pairs(b"query=" + value, 100)


def test_a_request_has_a_hundred_parameters() -> None:
    assert len(sparql._pairs(b"&".join([b"a=b"] * 100), 100)) == 100
    with pytest.raises(Problem, match="more than 100 parameters"):
        sparql._pairs(b"&".join([b"a=b"] * 101), 100)


def test_a_name_in_a_form_is_three_hundred_characters(graph: KnowledgeGraph) -> None:
    parameter = Parameter("text", "string", None, "", "a text")
    for length in (299, 300):
        assert fields._entry(parameter, "x" * length, graph).value == "x" * length
    entry = fields._entry(parameter, "x" * 301, graph)
    assert (entry.value, entry.typed) == ("", "x" * 300 + "\u2026")
    assert entry.mistake == "A name has at most 300 characters."


def test_a_page_takes_thirty_values_of_a_parameter(graph: KnowledgeGraph) -> None:
    """A thread that looks for names near to thousands of others cannot be interrupted."""
    question = graph.question("arteries-explaining-pain")
    for count in (29, 30):
        asked = [("site", f"x{number}") for number in range(count)]
        assert len(fields.fields(question, asked, graph)[0].entries) == count
    with pytest.raises(Problem, match="31 values of 'site' are more than the 30 that a page"):
        fields.fields(question, [("site", f"x{number}") for number in range(31)], graph)


# Sizes of what the server sends


def test_a_short_answer_is_not_compressed() -> None:
    for length, encoding in ((1023, None), (1024, "gzip"), (1025, "gzip")):
        assert Reply(b"x" * length, "text/plain").encoded("gzip").encoding == encoding


def test_what_the_engine_writes_has_its_bytes() -> None:
    sink = confined._Sink(10)
    sink.write(b"123456789")
    sink.write(b"0")
    with pytest.raises(Problem, match="more than 10 bytes"):
        sink.write(b"1")


@pytest.mark.parametrize(
    ("things", "links", "fits"),
    [(400, 900, True), (401, 900, False), (400, 901, False), (399, 899, True)],
)
def test_a_picture_has_so_many_things_and_links(
    things: int, links: int, fits: bool, graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    def scene_of(*_: object) -> Any:
        return SimpleNamespace(
            nodes=("x",) * things, edges=("x",) * links, is_of_triples=False, document=dict
        )

    monkeypatch.setattr(scenes, "options_of", lambda *_: None)
    monkeypatch.setattr(scenes, "scene_of", scene_of)
    monkeypatch.setattr(scenes, "svg", SimpleNamespace(dot=lambda *_: ""))
    if fits:
        assert scenes.described(graph, [], is_alone=False) == {"scene": {}, "source": ""}
    else:
        with pytest.raises(Problem, match=f"have {things} things and {links} links; 400 and 900"):
            scenes.described(graph, [], is_alone=False)


def test_a_picture_has_so_many_bytes(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = SimpleNamespace(nodes=("x",), edges=(), document=dict)
    monkeypatch.setattr(scenes, "options_of", lambda *_: None)
    monkeypatch.setattr(scenes, "scene_of", lambda *_: scene)
    monkeypatch.setattr(scenes, "svg", SimpleNamespace(dot=lambda *_: ""))
    monkeypatch.setattr(scenes, "MOST_BYTES", len(b'{"scene": {}, "source": ""}'))
    assert scenes.described(graph, [], is_alone=False)
    monkeypatch.setattr(scenes, "MOST_BYTES", len(b'{"scene": {}, "source": ""}') - 1)
    with pytest.raises(Problem, match="Ask for less"):
        scenes.described(graph, [], is_alone=False)


@pytest.mark.parametrize(("length", "is_long"), [(49_151, False), (49_152, False), (49_153, True)])
def test_an_address_of_the_editor(length: int, is_long: bool, graph: KnowledgeGraph) -> None:
    query = "x" * (length - len("query="))
    found = {"form": "ask", "total": 0}
    assert editor._result(found, query, "table", {}, graph)["is_long"] is is_long


def test_a_page_of_the_editor_shows_so_many_rows_and_characters(graph: KnowledgeGraph) -> None:
    assert editor.MOST == {"table": {"rows": 1000}, "raw": {"characters": 200_000}, "picture": {}}
    job = {"do": "show", "text": "SELECT ?x { VALUES ?x { 1 2 3 } }"}

    def shown(**most: int) -> Any:
        return json.loads(confined.run({**job, **most}, graph, Limits()).body)

    text = shown(characters=10_000)["raw"]
    for most in (2, 3, 4):
        table, raw = shown(rows=most), shown(characters=len(text) + most - 3)
        assert (table["total"], len(table["rows"])) == (3, min(most, 3))
        assert raw["raw"] == (text[:-1] if most == 2 else text)
        assert raw["raw_left"] == (most == 2)


def test_a_quarter_of_the_cache_is_the_most_for_one_answer(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An answer counts half a kibibyte for what is kept beside its body."""
    service = Service(graph, Limits(cache=4 * (100 + 512)))
    asked: list[int] = []

    async def run(job: dict[str, Any], _: str) -> Done:
        asked.append(job["length"])
        return Done(b"x" * job["length"], "text/plain", 0.0, 0.0)

    async def receive() -> dict[str, Any]:
        await asyncio.Event().wait()
        return {}

    monkeypatch.setattr(service.sandbox, "run", run)
    scope = {"type": "http", "method": "GET", "headers": [], "query_string": b"", "path": "/"}

    async def twice() -> None:
        for length in (99, 100, 101):
            for _ in range(2):
                work = service.untrusted({"do": "query", "length": length})
                await service.answer(Request(scope, receive), work)

    asyncio.run(twice())
    assert asked == [99, 100, 101, 101]


# What other servers send


class Arriving(io.BytesIO):
    """An answer of which nothing is missing."""

    length = 0


@pytest.mark.parametrize(("length", "fits"), [(99, True), (100, True), (101, False)])
def test_an_answer_of_an_endpoint_has_its_bytes(
    length: int, fits: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(transport, "LARGEST", 100)
    sender = transport.Transport("http://127.0.0.1/")
    response: Any = Arriving(b"x" * length)
    if fits:
        assert len(sender._read(response, time.monotonic() + 60)) == length
    else:
        with pytest.raises(EndpointError, match="gives an answer of more than"):
            sender._read(response, time.monotonic() + 60)


def test_rdf_xml_of_an_endpoint_nests_a_thousand_elements() -> None:
    for depth in (999, 1000):
        remote._prove_elements(b"<a>" * depth + b"</a>" * depth)
    with pytest.raises(ValueError, match="nests more than 1000 elements"):
        remote._prove_elements(b"<a>" * 1001 + b"</a>" * 1001)


@pytest.mark.parametrize(("rows", "fits"), [(1, True), (2, False), (3, False)])
def test_an_endpoint_that_gives_as_many_rows_as_it_may_has_cut_them_off(
    rows: int, fits: bool
) -> None:
    each = {"x": {"type": "literal", "value": "a"}}
    body = json.dumps({"head": {"vars": ["x"]}, "results": {"bindings": [each] * rows}}).encode()
    reply = transport.EndpointReply(
        body, "application/sparql-results+json", {"x-sparql-maxrows": "2"}
    )
    sender = transport.Transport("http://127.0.0.1/")
    if fits:
        assert len(list(remote.RemoteResult(reply, "select", sender, ["x"]).bindings())) == rows
    else:
        with pytest.raises(EndpointError, match="cuts an answer off at 2 rows"):
            remote.RemoteResult(reply, "select", sender, ["x"])


@pytest.mark.parametrize(
    ("show", "longest"),
    [
        (transport.Transport("http://127.0.0.1/")._shown, transport._SHOWN),
        (lambda text: remote._shown(text)[1:], remote._MOST_SHOWN - 2),
    ],
    ids=["transport", "remote"],
)
def test_what_an_endpoint_says_is_cut(show: Callable[[str], str], longest: int) -> None:
    for length in (longest - 1, longest):
        assert show("x" * length).rstrip("'") == "x" * length
    assert show("x" * (longest + 1)).endswith("...")


# Depth, number and time


def test_a_query_nests_two_hundred_brackets() -> None:
    for depth in (199, 200):
        guard.check(f"SELECT * {'{' * depth}{'}' * depth}")
    with pytest.raises(QueryError, match="nests more than 200 brackets deep"):
        guard.check(f"SELECT * {'{' * 201}{'}' * 201}")


def test_a_query_has_a_thousand_groups() -> None:
    for groups in (999, 1000):
        guard.check("ASK {" + "{}" * (groups - 1) + "}")
    with pytest.raises(QueryError, match="has more than 1000 operators and groups"):
        guard.check("ASK {" + "{}" * 1000 + "}")


@pytest.mark.parametrize(
    ("digest", "name", "age"),
    [
        ("a" * 64, "a" * 64, snapshot.UNUSED),
        ("a" * 64, f".building-{'a' * 64}-x", snapshot.STALE),
    ],
)
def test_a_snapshot_is_kept_so_long(
    digest: str, name: str, age: int, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / name
    folder.mkdir()
    (folder / "manifest.json").write_text(f'{{"digest": "{digest}"}}', encoding="utf-8")
    written = os.stat(folder).st_mtime
    for seconds, kept in ((age - 1, True), (age, True), (age + 1, False)):
        monkeypatch.setattr(time, "time", lambda seconds=seconds: written + seconds)
        snapshot._clear(str(tmp_path))
        assert folder.exists() is kept


def test_justifications_are_looked_for_so_long(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each of two leaves is enough, which is seen without either and without both: two removals."""
    horn = Horn([Clause(0, frozenset({1})), Clause(0, frozenset({2}))], {1: "a", 2: "b"})
    both = [frozenset("a"), frozenset("b")]
    for patience, complete in ((3, True), (2, True), (1, False)):
        monkeypatch.setattr(justify, "PATIENCE", patience)
        found, all = horn.justifications(0, limit=2)
        assert (sorted(found, key=str), all) == (both, complete)
    assert horn.justifications(0, limit=1)[1] is False


@pytest.mark.parametrize(
    ("digits", "is_number"), [("9" * 14, True), ("9" * 15, True), ("9" * 16, False)]
)
def test_a_number_of_json_is_exact(digits: str, is_number: bool) -> None:
    integer = Literal(digits, datatype=NamedNode("http://www.w3.org/2001/XMLSchema#integer"))
    triple = (NamedNode("urn:a"), NamedNode("urn:b"), integer)
    text = to_bytes([triple], "jsonld").decode()
    assert (f'"{digits}"' not in text) is is_number


@pytest.mark.parametrize(("format", "deepest"), [("turtle", 25), ("jsonld", 12)])
def test_blank_nodes_are_nested_so_deep(format: str, deepest: int) -> None:
    """A deeper one stands apart, with a label."""
    for depth in (deepest, deepest + 1):
        chain = [NamedNode("urn:a"), *(BlankNode(f"n{each}") for each in range(depth))]
        triples: list[Any] = [
            (start, NamedNode("urn:p"), end) for start, end in itertools.pairwise(chain)
        ]
        triples.append((chain[-1], NamedNode("urn:p"), Literal("end")))
        assert ("_:" in to_bytes(triples, format).decode()) is (depth > deepest)


def test_many_links_are_more_than_ninety() -> None:
    edge = Edge("a", "b", "", "", "")
    assert [Scene("", (), (edge,) * many).is_dense for many in (89, 90, 91)] == [False, False, True]


def test_parts_of_a_push_have_their_size() -> None:
    group = [Triple(NamedNode("urn:a"), NamedNode("urn:b"), Literal("x"))] * 3
    sizes = [[len(part) for part in target._chunks([group, group], size)] for size in (5, 6, 7)]
    assert sizes == [[3, 3], [6], [6]]


@pytest.mark.parametrize(
    ("typed", "known", "wrong"),
    [
        ("cal", "caf", None),  # of three letters none may be wrong
        ("calx", "calf", 1),  # of four one
        ("caxx", "calf", None),
        ("crampax", "crampit", None),  # of seven still one
        ("crampixx", "crampiss", 2),  # of eight two
        ("crampxxx", "crampiss", None),
    ],
)
def test_a_letter_in_four_may_be_a_slip(typed: str, known: str, wrong: int | None) -> None:
    assert _slips(spell(typed), spell(known), 9) == wrong
    if wrong is not None:
        assert _slips(spell(typed), spell(known), wrong) == wrong
        assert _slips(spell(typed), spell(known), wrong - 1) is None


def test_a_text_in_a_picture_is_cut() -> None:
    assert [shortened("a" * length, 5) for length in (4, 5, 6)] == [
        "aaaa",
        "aaaaa",
        "aaaa\u2026",
    ]
