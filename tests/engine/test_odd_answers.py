"""What an endpoint may say instead of an answer: each a sentence, or rows that can be written."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode

from crampkg.answers import formats
from crampkg.answers.answer import Answer
from crampkg.engine import guard
from crampkg.engine.remote import RemoteEngine, RemoteResult
from crampkg.engine.transport import EndpointReply, Transport
from crampkg.errors import CrampkgError, EndpointError
from crampkg.graph import KnowledgeGraph
from crampkg.vocabulary import RDF, XSD

RESULTS = "application/sparql-results+json"
TRANSPORT = Transport("http://127.0.0.1:9/sparql")


def result(body: object, form: str = "select", type: str = RESULTS) -> RemoteResult:
    """Return the result of an answer as it comes over the wire."""
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    return RemoteResult(EndpointReply(sent, type, {}), form, TRANSPORT)


def rows(*terms: object, names: object = ("x",)) -> dict[str, Any]:
    return {"head": {"vars": names}, "results": {"bindings": [{"x": term} for term in terms]}}


def literal(**more: object) -> dict[str, object]:
    return {"type": "literal", "value": "a", **more}


@pytest.mark.parametrize(
    ("term", "reason"),
    [
        ({"type": "uri", "value": "http://example.org/a b"}, "Invalid IRI code point ' '"),
        ({"type": "uri", "value": "calf"}, "No scheme found"),
        ({"type": "literal", "value": "\ud800"}, ": it holds half a character"),
        ({"type": "bnode", "value": "\ud800"}, ": it holds half a character"),
        (literal(**{"xml:lang": "not a tag"}), "is no term of RDF"),
        (literal(datatype="not an IRI"), "is no term of RDF"),
        (literal(datatype=f"{RDF}langString"), "lacks its language"),
        (literal(**{"xml:lang": "en", "its:dir": "ltr"}), "RDF 1.2"),
        ({"type": "triple", "value": {"subject": {}}}, "RDF 1.2"),
        ({"type": "literal", "value": 5}, "a row of its results"),
        ({"type": "number", "value": "5"}, "a row of its results"),
        ({"value": "5"}, "a row of its results"),
        (None, "a row of its results"),
        ("calf", "a row of its results"),
        (literal(datatype=["x"]), "a row of its results"),
    ],
)
def test_what_is_no_term_is_told_in_a_sentence(term: object, reason: str) -> None:
    with pytest.raises(EndpointError, match="an answer that cannot be used") as raised:
        result(rows(term))
    assert reason in str(raised.value)
    assert str(raised.value).isprintable()
    assert "{" not in str(raised.value)  # no dict of Python
    assert len(str(raised.value)) < 500


@pytest.mark.parametrize(
    ("document", "reason"),
    [
        (rows(names=("x", "x")), "two of its columns have one name"),
        (rows(names=("a b",)), "'a b' is no name of a column"),
        (rows(names=(["x"],)), "what is no text is no name of a column"),
        (rows(names="x"), "of another kind"),
        ({"head": {"vars": ["x"]}, "results": {"bindings": {"x": {}}}}, "of another kind"),
        ({"head": {"vars": ["x"]}, "results": {"bindings": ["x"]}}, "a row of its results"),
        (b"[" * 100_000, "of another kind"),
        (b"\xff\xfe\xfd", "of another kind"),
        (b"null", "of another kind"),
    ],
)
def test_what_is_no_document_is_told_in_a_sentence(document: object, reason: str) -> None:
    with pytest.raises(EndpointError) as raised:
        result(document)
    assert reason in str(raised.value)


@pytest.mark.parametrize("boolean", ["false", "true", 0, 1, None, []])
def test_a_yes_or_no_is_one(boolean: object) -> None:
    """A "false" in quotes was taken for yes."""
    with pytest.raises(EndpointError, match="of another kind"):
        result({"head": {}, "boolean": boolean}, "ask")


def test_what_is_unusual_and_right_is_read() -> None:
    read = result(
        rows(
            {"type": "bnode", "value": "nodeID://b1 \\"},
            literal(**{"xml:lang": "de-AT"}),
            literal(datatype="", more="is ignored"),
            literal(**{"xml:lang": ""}),
        )
    )
    assert [value for (value,) in read.bindings()] == [
        BlankNode("x" + b"nodeID://b1 \\".hex()),
        Literal("a", language="de-AT"),
        Literal("a"),
        Literal("a"),
    ]


@pytest.mark.parametrize(
    "body",
    [
        b"<urn:a> <urn:b> <<( <urn:a> <urn:b> <urn:c> )>> .",
        b'<urn:a> <urn:b> "c"@en--ltr .',
        b"<urn:a> <urn:b> <urn:c d> .",
        b'<urn:a> <urn:b> "c"@waytoolongatag .',
        b"<urn:a> <urn:b> <c> .",
        b"{",
    ],
)
def test_a_graph_with_what_we_do_not_hold_is_told_in_a_sentence(body: bytes) -> None:
    with pytest.raises(EndpointError, match="an answer that cannot be used"):
        list(result(body, "graph", "application/n-triples").triples())


@pytest.mark.parametrize(
    ("names", "shown"), [([], "''"), (["y"], "'y'"), (["x", "y", "z"], "'x, y, z'")]
)
def test_other_columns_than_were_asked_for_are_told_in_a_sentence(
    names: list[str], shown: str
) -> None:
    """What reads a row of our own queries by its places stumbled over them."""
    body = json.dumps(rows(names=names)).encode()
    asked = guard.projection("SELECT ?y (COUNT(*) AS ?x) { ?y ?p ?o }")
    with pytest.raises(EndpointError, match=f"its columns are {shown}, not y, x"):
        RemoteResult(EndpointReply(body, RESULTS, {}), "select", TRANSPORT, asked, asked)


def test_columns_come_in_the_order_in_which_they_were_asked_for() -> None:
    body = json.dumps(rows({"type": "uri", "value": "urn:a"}, names=["x", "y"])).encode()
    read = RemoteResult(
        EndpointReply(body, RESULTS, {}), "select", TRANSPORT, ["y", "x"], ["y", "x"]
    )
    assert read.variables == ("y", "x")
    assert list(read.bindings()) == [(None, NamedNode("urn:a"))]


@pytest.mark.parametrize(
    ("text", "columns"),
    [
        ("SELECT ?x $y WHERE { ?x ?z $y }", ["x", "y"]),
        ("# SELECT ?n\nPREFIX a: <urn:SELECT> select distinct ?x{ ?x ?z ?y }", ["x"]),
        ("SELECT (COUNT(DISTINCT ?a) AS ?n) ?x FROM <urn:g> WHERE {} GROUP BY ?x", ["n", "x"]),
        ("SELECT (EXISTS { SELECT (1 AS ?q) {} } AS ?x) {}", ["x"]),
        ('SELECT ("(" AS ?x) (IF(?a, ?b, (?c)) AS ?y) {}', ["x", "y"]),
        ("SELECT * { { SELECT ?x {} } }", []),
        ("SELECT REDUCED * {}", []),
        ("ASK { SELECT ?x {} }", []),
        ("CONSTRUCT { ?x ?y ?z } WHERE { SELECT ?x {} }", []),
        ("DESCRIBE ?x { ?x ?y ?z }", []),
    ],
)
def test_the_columns_of_a_query_are_known(text: str, columns: list[str]) -> None:
    assert guard.projection(text) == columns


@pytest.mark.parametrize("text", ["abc", "-1", "", "1.0", "\u0665", "9" * 30])
def test_a_count_that_is_none_is_told_in_a_sentence(text: str) -> None:
    engine = RemoteEngine("http://127.0.0.1:9/sparql")
    assert engine.number(Literal("07", datatype=NamedNode(f"{XSD}integer"))) == 7
    for value in (Literal(text, datatype=NamedNode(f"{XSD}integer")), None):
        with pytest.raises(EndpointError, match=r"it counts .* triples"):
            engine.number(value)


#: Pieces of which documents are made that are almost right, and some that are not.
TEXTS = st.sampled_from(
    [
        *("uri", "bnode", "literal", "typed-literal", "triple", "x", "y", "", " ", "a b", "\ud800"),
        *("http://example.org/a", "http://example.org/a b", "en", "e n", "true", "1_000", "\0"),
        *(f"{XSD}integer", f"{XSD}boolean", f"{XSD}string", f"{RDF}langString", "\x1b[31m", "<a>"),
    ]
)
KEYS = st.sampled_from(
    ["type", "value", "xml:lang", "datatype", "its:dir", "x", "y", "vars", "head", "bindings"]
)
SCALARS = st.one_of(st.none(), st.booleans(), st.integers(-2, 2), st.just(1e400), TEXTS)
ANYTHING = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3)
)
TERMS = st.fixed_dictionaries(
    {"type": TEXTS, "value": TEXTS},
    optional={"xml:lang": TEXTS, "datatype": TEXTS, "its:dir": TEXTS},
)
ROWS = st.dictionaries(st.sampled_from(["x", "y"]), TERMS, max_size=2)


@st.composite
def documents(draw: st.DrawFn) -> object:
    """Draw a document of the format, at times with anything in one of its places."""
    odd = draw(st.sampled_from(["", "", "", "vars", "bindings", "row", "term", "head", "all"]))
    anything = draw(ANYTHING)
    bindings: list[Any] = draw(st.lists(ROWS, max_size=3))
    if odd in ("row", "term"):
        bindings.append(anything if odd == "row" else {"x": anything})
    names = draw(st.sampled_from([["x"], ["x", "y"], ["y", "x"], ["x", "x"], []]))
    whole = {
        "head": anything if odd == "head" else {"vars": anything if odd == "vars" else names},
        "results": {"bindings": anything if odd == "bindings" else bindings},
    }
    return anything if odd == "all" else whole


@settings(max_examples=200)
@given(document=documents(), form=st.sampled_from(["select", "select", "select", "ask"]))
def test_any_answer_is_an_error_of_ours_or_can_be_written(document: object, form: str) -> None:
    statuses = KnowledgeGraph.open().statuses
    try:
        read = result(document, form)
    except EndpointError as error:
        assert str(error).isprintable()
        return
    answer = Answer(lambda: read, "", statuses)
    for name in formats.names(form):
        try:
            assert answer.serialize(name).decode()
        except CrampkgError as error:
            assert str(error).isprintable()
    if form == "select":
        assert len(answer.to_pandas()) == len(answer)
    assert "<" in (answer._repr_html_() or "")
