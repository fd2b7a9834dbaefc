"""What each format of an answer holds, read back by parsers that are not ours."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import IO, Any, cast
from xml.etree import ElementTree as ET

import pyoxigraph
import pytest
import rdflib.query
from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from pyld import jsonld
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    RdfFormat,
    parse,
)
from rich.console import Console

from crampkg import KnowledgeGraph, export
from crampkg.answers import formats, remarks, table, terminal
from crampkg.answers.answer import Answer
from crampkg.answers.terminal import show
from crampkg.engine.embedded import EmbeddedEngine
from crampkg.errors import UsageError
from crampkg.model import Question, Status, Term
from crampkg.rdf import RdfTerm, Triple
from crampkg.vocabulary import CK, KG, RDF, SKOS, XSD

STATUS = Status("A title", "2025-10-24", "pending human review", "clinicians", "Not advice.")
SITE = Term(KG + "calf", "calf", (), (CK + "AnatomicalSite",), "")
QUESTION = Question(
    "pain-at", "What hurts at {site}?", "Pain.", ("pain",), (), "Nothing at {site}.", "select", ""
)


class Found:
    """What an engine that writes no format itself has found."""

    def __init__(
        self,
        variables: tuple[str, ...] = (),
        rows: list[dict[str, RdfTerm | None]] | None = None,
        boolean: bool | None = None,
    ) -> None:
        self.form = "select" if boolean is None else "ask"
        self.variables = variables
        self.boolean = boolean
        self._rows = rows or []

    def bindings(self) -> Iterator[tuple[RdfTerm | None, ...]]:
        """Iterate over the rows."""
        return (tuple(row[name] for name in self.variables) for row in self._rows)

    def triples(self) -> Iterator[Triple]:
        """Iterate over no triples."""
        return iter(())

    def serialize(self, format: str, sink: IO[bytes] | None = None) -> None:
        """Write nothing."""


def answer_of(*found: Any, asked: bool = False) -> Answer:
    """Return the answer that an engine with such a result makes."""
    question = QUESTION if asked else None
    return Answer(
        lambda: Found(*found), "", (STATUS,), question, {"site": (SITE,)} if asked else {}
    )


FORMAT_OF = {
    "turtle": pyoxigraph.RdfFormat.TURTLE,
    "jsonld": pyoxigraph.RdfFormat.JSON_LD,
    "ntriples": pyoxigraph.RdfFormat.N_TRIPLES,
    "nquads": pyoxigraph.RdfFormat.N_QUADS,
    "trig": pyoxigraph.RdfFormat.TRIG,
    "rdfxml": pyoxigraph.RdfFormat.RDF_XML,
}

ROWS: list[dict[str, RdfTerm | None]] = [
    {"thing": NamedNode(KG + "calf"), "name": Literal("calf", language="en")},
    {"thing": BlankNode("x7"), "name": None},
    {"thing": BlankNode("x7"), "name": Literal('007 "|"\n*', datatype=NamedNode(XSD + "integer"))},
]
ANSWER = answer_of(("thing", "name"), ROWS)
ASKED = answer_of(("thing", "name"), ROWS, asked=True)


def read_by_oxigraph(data: bytes, format: pyoxigraph.QueryResultsFormat) -> list[list[str | None]]:
    """Return the terms that pyoxigraph reads, in N-Triples."""
    solutions = pyoxigraph.parse_query_results(data, format=format)
    assert isinstance(solutions, pyoxigraph.QuerySolutions)
    return [[None if term is None else str(term) for term in row] for row in solutions]


def expected(
    rows: list[dict[str, RdfTerm | None]], names: tuple[str, ...]
) -> list[list[str | None]]:
    """Return `rows` in N-Triples, blank nodes numbered as they come."""
    numbers: dict[str, str] = {}
    return [[_term(row[name], numbers) for name in names] for row in rows]


def _term(value: RdfTerm | None, numbers: dict[str, str]) -> str | None:
    if value is None:
        return None
    if isinstance(value, BlankNode):
        return "_:" + numbers.setdefault(value.value, f"b{len(numbers)}")
    return str(value)


def test_json_is_read_by_oxigraph_and_rdflib_alike() -> None:
    """The additional member does not stand in the way of either parser."""
    data = formats.serialize(ASKED, "json", {KG + "statement": "some words"})
    known = expected(ROWS, ANSWER.variables)
    assert read_by_oxigraph(data, pyoxigraph.QueryResultsFormat.JSON) == known
    read = rdflib.query.Result.parse(io.BytesIO(data), format="json")
    rows = [
        [None if term is None else str(term) for term in cast("tuple[Any]", row)] for row in read
    ]
    assert rows == [
        [None if value is None else value.value.replace("x7", "b0") for value in row.values()]
        for row in ROWS
    ]


def test_json_tells_the_question_the_status_and_the_quotes() -> None:
    """A program that reads JSON gets what a person reads around the table."""
    told = json.loads(formats.serialize(ASKED, "json", {KG + "s": "some words"}))["crampkg"]
    assert told == {
        "question": "pain-at",
        "asked": "What hurts at calf?",
        "parameters": {"site": [KG + "calf"]},
        "status": [STATUS._asdict()],
        "quotes": {KG + "s": "some words"},
    }


@pytest.mark.parametrize("extension", ["tsv", "srx"])
def test_w3c_formats_round_trip(extension: str) -> None:
    """TSV and XML keep every term."""
    data = formats.serialize(ANSWER, {"srx": "xml"}.get(extension, extension))
    format = pyoxigraph.QueryResultsFormat.from_extension(extension)
    assert format is not None
    assert read_by_oxigraph(data, format) == expected(ROWS, ANSWER.variables)


def test_csv_is_rfc_4180_with_plain_texts() -> None:
    """CSV quotes what needs it, and says nothing of datatypes (SPARQL 1.1 CSV, section 3.2)."""
    data = formats.serialize(ANSWER, "csv").decode()
    assert data.count("\r\n") == 4
    assert list(csv.reader(io.StringIO(data, newline=""))) == [
        ["thing", "name"],
        [KG + "calf", "calf"],
        ["_:b0", ""],
        ["_:b0", '007 "|"\n*'],
    ]


@pytest.mark.parametrize("name", ["csv", "tsv", "xml"])
def test_rows_are_written_as_the_engine_writes_them(name: str) -> None:
    """An engine that writes no formats gives the same bytes as the embedded one."""
    engine = EmbeddedEngine(b"")
    text = 'SELECT * { VALUES (?a ?b) { (kg:calf "x, y"@en) (UNDEF 1.50) ("\\n" true) } }'
    answer = Answer(lambda: engine.query(text), text, (STATUS,))
    rows = [dict(row) for row in answer]
    assert answer.engine_bytes(name) is not None
    assert formats.serialize(answer_of(answer.variables, rows), name) == formats.serialize(
        answer, name
    )


def test_csv_of_an_engine_is_taken_where_no_iri_has_a_comma() -> None:
    for rows in (b"", b"urn:a,1\r\n", b'"urn:a,b","1,2"\r\nurn:a,\r\n'):
        written = b"x,y\r\n" + rows
        assert formats.as_standard(answer_of(("x", "y"), []), "csv", written) == written
    bare = b"x,y\r\nurn:a,b,1\r\n"
    assert formats.as_standard(answer_of(("x", "y"), []), "csv", bare) is None


def test_a_graph_is_a_sheet_of_its_triples() -> None:
    engine = EmbeddedEngine(b"")
    text = "CONSTRUCT { kg:calf skos:prefLabel 'calf' } {}"
    sheet = table.table_of(Answer(lambda: engine.query(text), text, (STATUS,)))
    assert sheet.headings == ("subject", "predicate", "object")
    assert sheet.rows == (("kg:calf", "skos:prefLabel", "calf"),)


@pytest.mark.parametrize("name", formats.names("select"))
def test_blank_nodes_are_numbered_in_every_format(name: str) -> None:
    """An engine names them anew each time; the bytes stay the same."""
    engine = EmbeddedEngine(b"")
    text = "SELECT ?x ?y { BIND (BNODE() AS ?x) BIND (BNODE() AS ?y) }"
    written = {
        formats.serialize(Answer(lambda: engine.query(text), text, (STATUS,)), name)
        for _ in range(3)
    }
    assert len(written) == 1


def typed(datatype: str) -> Callable[[str], Literal]:
    return lambda text: Literal(text, datatype=NamedNode(datatype))


TERMS = st.one_of(
    st.none(),
    st.text(st.characters(codec="utf-8")).map(Literal),
    st.sampled_from(["a", "b"]).map(BlankNode),
    st.sampled_from([KG + "calf", "urn:x:é", XSD + "integer", "http://e/a,b"]).map(NamedNode),
    # None of these is a CURIE: JSON-LD must not read them as such.
    st.sampled_from(["kg:calf", "xsd:integer", "rs:value", "value:x", "sh:calf"]).map(NamedNode),
    st.just("x").map(typed("kg:calf")),
    st.text("0123456789", min_size=1).map(typed(XSD + "integer")),
    st.text("aé|").map(lambda text: Literal(text, language="en")),
)


@given(rows=st.lists(st.fixed_dictionaries({"a": TERMS, "b": TERMS}), max_size=4))
def test_any_row_survives_json(rows: list[dict[str, RdfTerm | None]]) -> None:
    """Whatever a row holds, a parser reads the same terms back."""
    data = formats.serialize(answer_of(("a", "b"), rows), "json")
    read = read_by_oxigraph(data, pyoxigraph.QueryResultsFormat.JSON)
    assert read == expected(rows, ("a", "b"))


@given(rows=st.lists(st.fixed_dictionaries({"a": TERMS, "b": TERMS}), max_size=4))
def test_any_row_survives_jsonld(rows: list[dict[str, RdfTerm | None]]) -> None:
    """The result set in JSON-LD is the same graph as the one that its vocabulary demands."""
    whole = BlankNode()
    wanted: list[tuple[Any, Any, Any]] = [(whole, rdf("type"), rs("ResultSet"))]
    wanted += [(whole, rs("resultVariable"), Literal(name)) for name in ("a", "b")]
    for index, row in enumerate(rows, 1):
        solution = BlankNode()
        wanted += [(whole, rs("solution"), solution), (solution, rs("index"), Literal(index))]
        for name, value in row.items():
            if value is not None:
                binding = BlankNode()
                wanted.append((solution, rs("binding"), binding))
                wanted.append((binding, rs("variable"), Literal(name)))
                wanted.append((binding, rs("value"), value))
    data = formats.serialize(answer_of(("a", "b"), rows), "jsonld")
    read = parse(data, format=RdfFormat.JSON_LD)
    assert canonical(Quad(*each.triple) for each in read) == canonical(
        Quad(*triple) for triple in wanted
    )


@given(rows=st.lists(st.fixed_dictionaries({"a": TERMS, "b": TERMS}), max_size=4))
def test_any_row_survives_csv_and_tsv(rows: list[dict[str, RdfTerm | None]]) -> None:
    """CSV keeps the texts, TSV the terms, with the engine's own writing and without."""
    answer = answer_of(("a", "b"), rows)
    written = formats.serialize(answer, "csv").decode()
    read = list(csv.reader(io.StringIO(written, newline="")))
    numbers: dict[str, str] = {}
    assert read[1:] == [[plain(row[name], numbers) for name in "ab"] for row in rows]
    tsv = pyoxigraph.QueryResultsFormat.TSV
    assert read_by_oxigraph(formats.serialize(answer, "tsv"), tsv) == expected(rows, ("a", "b"))


def plain(value: RdfTerm | None, numbers: dict[str, str]) -> str:
    """Return a term as CSV has it, blank nodes numbered as they come."""
    if value is None or not isinstance(value, BlankNode):
        return "" if value is None else value.value
    return "_:" + numbers.setdefault(value.value, f"b{len(numbers)}")


@pytest.mark.parametrize("name", ["csv", "xml"])
def test_what_the_engine_writes_is_as_the_standards_say(name: str) -> None:
    """Oxigraph has no IRI of CSV in quotes (RFC 4180), and bare carriage returns in XML."""
    engine = EmbeddedEngine(b"")
    text = 'SELECT ?x ?y { VALUES (?x ?y) { (<urn:a,b> "c,\\"\\r") (<urn:c> 2) } }'
    answer = Answer(lambda: engine.query(text), text, (STATUS,))
    written = formats.serialize(answer, name)
    if name == "csv":
        assert written == b'x,y\r\n"urn:a,b","c,""\r"\r\nurn:c,2\r\n'
    else:
        texts = [text for text in texts_of(written) if text]
        assert texts == ["urn:a,b", 'c,"\r', "urn:c", "2"]
    rows = [dict(row) for row in answer]
    assert formats.serialize(answer_of(answer.variables, rows), name) == written


@pytest.mark.parametrize("mark", ["\x00", "\x01", "\x08", "\x0b", "\x1f", "\ufffe", "\uffff"])
def test_xml_refuses_what_it_cannot_hold(mark: str) -> None:
    """Not even escaped (XML 1.0, section 2.2); its neighbours are held."""
    answer = answer_of(("x",), [{"x": Literal(f"a{mark}b")}])
    code = f"U\\+{ord(mark):04X}"
    with pytest.raises(UsageError, match=f"cannot hold the character {code}.*such as json"):
        formats.serialize(answer, "xml")
    kept = "\t\n\x20\x7f\ufffd\U00010000"
    written = formats.serialize(answer_of(("x",), [{"x": Literal(kept)}]), "xml")
    assert kept in texts_of(written)


def texts_of(written: bytes) -> list[str | None]:
    """Return the texts of an XML document, one for each element."""
    return [each.text for each in ET.fromstring(written).iter()]  # noqa: S314 - written here


def test_jsonld_is_read_alike_by_another_processor() -> None:
    iris = ["kg:calf", KG + "calf", "rs:value", "value:x", XSD + "integer", "xsd:integer"]
    answer = answer_of(("x",), [{"x": NamedNode(iri)} for iri in iris])
    (whole,) = jsonld.expand(json.loads(formats.serialize(answer, "jsonld")))
    bindings = [
        each[formats.RESULT_SET + "binding"] for each in whole[formats.RESULT_SET + "solution"]
    ]
    values = [each[0][formats.RESULT_SET + "value"][0]["@id"] for each in bindings]
    assert values == iris


def rs(name: str) -> NamedNode:
    return NamedNode(formats.RESULT_SET + name)


def rdf(name: str) -> NamedNode:
    return NamedNode(RDF + name)


def canonical(quads: Iterable[Quad]) -> set[Quad]:
    dataset = Dataset(quads)
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return set(dataset)


def test_jsonld_is_compact() -> None:
    """Terms are CURIEs, and the context declares the prefixes in use and no others."""
    document = json.loads(formats.serialize(ANSWER, "jsonld"))
    assert {"kg", "xsd"} <= set(document["@context"])
    assert "skos" not in document["@context"]
    first = document["solution"][0]["binding"]
    assert first[0] == {"variable": "thing", "value": {"@id": "kg:calf"}}
    assert first[1] == {"variable": "name", "value": {"@value": "calf", "@language": "en"}}


@pytest.mark.parametrize("truth", [True, False])
def test_an_ask_in_each_format_that_holds_it(truth: bool) -> None:
    """A yes or no reads back as what it was."""
    answer = answer_of((), [], truth)
    for name, format in (
        ("json", pyoxigraph.QueryResultsFormat.JSON),
        ("xml", pyoxigraph.QueryResultsFormat.XML),
    ):
        read = pyoxigraph.parse_query_results(formats.serialize(answer, name), format=format)
        assert bool(read) is truth
    assert json.loads(formats.serialize(answer, "jsonld"))["boolean"] is truth
    word = "yes" if truth else "no"
    assert formats.serialize(answer, "table").decode().splitlines()[0] == word
    assert formats.serialize(answer, "md").decode().splitlines()[0] == f"**{word}**"


def test_a_format_that_cannot_hold_the_answer_is_refused_with_those_that_can() -> None:
    """CSV has no yes or no (SPARQL 1.1 CSV and TSV, section 2)."""
    answer = Answer(lambda: Found(boolean=True), "", (STATUS,))
    with pytest.raises(UsageError, match=r"yes or no, which csv cannot hold.*json.*jsonld"):
        formats.serialize(answer, "csv")


def test_table_and_markdown_stand_between_question_and_status() -> None:
    """What must travel with an answer is in what people read."""
    for name in ("table", "md"):
        text = formats.serialize(ASKED, name).decode()
        assert text.index("What hurts at calf?") < text.index("007") < text.index("2025-10-24")
        assert "pending human review" in text
        assert "Not advice." in text


def test_markdown_escapes_its_own_marks() -> None:
    """A bar in a value does not end the cell."""
    line = formats.serialize(ANSWER, "md").decode().splitlines()[4]
    assert line == r'| \_:b0 | 007 "\|" \* |'


MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])


@given(text=st.text(st.sampled_from("ab ~&;lt#*_`|<>[]()\\\\$!-+1.:/\n"), min_size=1))
@example("~~old~~ dose")
@example("5 &lt; 6")
@example("a|b")
@example("<b>bold</b>")
def test_markdown_shows_any_text_as_it_is(text: str) -> None:
    """Rendered by another program, a cell holds the text and no element."""
    written = formats.serialize(answer_of(("x",), [{"x": Literal(text)}]), "md").decode()
    (table, *_) = re.findall(r"<tbody>(.*?)</tbody>", MARKDOWN.render(written), re.DOTALL)
    cells = re.findall(r"<td>(.*?)</td>", table, re.DOTALL)
    assert [html.unescape(cell) for cell in cells] == [" ".join(text.split())]
    assert "<" not in "".join(cells)


def test_an_empty_answer_is_of_its_format() -> None:
    label = "<b>odd</b> *thing*"
    site = (Term(KG + "odd", label, (), (CK + "AnatomicalSite",), ""),)
    found = Answer(lambda: Found(("x",), []), "", (STATUS,), QUESTION, {"site": site})
    lines = formats.serialize(found, "md").decode().splitlines()
    assert lines[0] == r"**What hurts at \<b\>odd\</b\> \*thing\*?**"
    assert lines[2] == r"Nothing at \<b\>odd\</b\> \*thing\*."
    assert lines[4].startswith("From “A title”")
    lines = formats.serialize(found, "table").decode().splitlines()
    assert lines[0] == f"What hurts at {label}?"
    assert lines[2] == f"Nothing at {label}."
    assert "<p>Nothing at &lt;b&gt;odd&lt;/b&gt; *thing*.</p>" in found._repr_html_()
    own = formats.serialize(answer_of(("x",), []), "md").decode()
    assert own.startswith("Nothing matches the query.\n")


WORDS = (
    "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645",  # Persian: a non-joiner between letters
    "\u0915\u094d\u200d\u0937",  # Hindi: a joiner
    "\U0001f468\u200d\U0001f469\u200d\U0001f467",  # a family of three emoji
    "\U0001fae8",  # an emoji that Python 3.11 does not know
    "co\u00adoperate",
    "\u200f\u05d0",  # a mark that keeps a word in its direction
    "\ue000",  # of private use
)


@pytest.mark.parametrize("name", ["table", "md"])
@pytest.mark.parametrize("word", WORDS)
def test_words_of_all_scripts_stay_as_they_are(word: str, name: str) -> None:
    written = formats.serialize(answer_of(("x",), [{"x": Literal(word)}]), name)
    assert word in written.decode()


@pytest.mark.parametrize(
    "mark", ["\x00", "\x1b", "\x7f", "\x80", "\x9b", "\u202a", "\u202e", "\u2066", "\u2069"]
)
def test_what_steers_a_terminal_does_not_reach_it(mark: str) -> None:
    value = Literal(f"a{mark}b")
    assert "a\ufffdb" in formats.serialize(answer_of(("x",), [{"x": value}]), "table").decode()


def test_columns_of_ones_own_query_are_as_in_the_query() -> None:
    """A label beside its thing, and headings of ours, are for the library alone."""
    row = {
        "x": NamedNode(KG + "calf"),
        "xLabel": Literal("another"),
        "strength": Literal("1", datatype=NamedNode(XSD + "integer")),
        "X": NamedNode("kg:calf"),
        "none": None,
    }
    answer = answer_of(tuple(row), [row, row])
    lines = formats.serialize(answer, "table").decode().splitlines()
    assert lines[0].split() == ["x", "xLabel", "strength", "X", "none"]
    assert lines[1].split() == ["kg:calf", "another", "1", "<kg:calf>"]
    markdown = formats.serialize(answer, "md").decode().splitlines()
    assert markdown[0] == "| x | xLabel | strength | X | none |"
    assert markdown[2] == r"| kg:calf | another | 1 | \<kg:calf\> |  |"
    console = Console(file=io.StringIO(), width=80)
    show(console, table.table_of(answer))
    assert cast("io.StringIO", console.file).getvalue().split()[:5] == [*row]


def test_a_graph_goes_out_in_every_format_of_export() -> None:
    assert set(formats.names("graph")) == {*export.OFFERED, "table", "md"}


@pytest.mark.parametrize("name", sorted(export.OFFERED))
def test_a_graph_is_the_same_in_every_format(name: str) -> None:
    engine = EmbeddedEngine(b"")
    text = 'CONSTRUCT { kg:calf skos:prefLabel "calf"@en ; ck:partOf [] } WHERE {}'
    answer = Answer(lambda: engine.query(text), text, (STATUS,))
    written = formats.serialize(answer, name)
    read = pyoxigraph.parse(written, format=FORMAT_OF[name])
    triples = {quad.triple for quad in read}
    assert {str(triple.predicate) for triple in triples} == {
        f"<{SKOS}prefLabel>",
        f"<{CK}partOf>",
    }
    assert written == formats.serialize(answer, name)


#: By hand from the article: which artery's disease pain at which site is said to go with, and how.
ARTERIES = ["femoral", "iliac", "popliteal", "tibial"]
SITES = ["calf", "buttock", "hip", "thigh", "foot"]
SAID = {
    **{(artery, "calf"): "typically associated with, marker 3" for artery in ARTERIES[::2]},
    **{("iliac", site): "often caused by, marker 3" for site in ("buttock", "hip", "thigh")},
    **{("tibial", site): "often related to, marker 3" for site in ("calf", "foot")},
}


def test_an_overview_is_a_matrix_of_what_the_rows_say(graph: KnowledgeGraph) -> None:
    """By hand from the article: what eases and what brings on the pain of two conditions."""
    features = ["during-exercise", "relieved-by-rest"]
    answer = graph.ask("differential", site="calf", feature=features)
    matrix = table.overview(answer)
    assert matrix is not None
    assert matrix.headings == ("candidate", "calf", "during exercise", "relief by rest")
    rows = {row[0]: row[1:] for row in matrix.table.rows}
    by_way = "by way of peripheral arterial disease causes claudication (hedge: can)"
    shown = "by way of claudication presents as reproducible leg pain"
    said = "hedge none printed, basis sentence, marker 3, origin inferred"
    assert rows["peripheral arterial disease"] == (
        f"names a wider region, presents as: reproducible leg pain, {said}, "
        f"{by_way}; names a wider region, causes: leg pain, hedge none printed, "
        "basis implicature, marker 4, origin article",
        f"matches, occurs during: during exercise, {said}, "
        f"{shown}, and {by_way.removeprefix('by way of ')}",
        f"matches, resolves with: rest, {said}, {shown}, and {by_way.removeprefix('by way of ')}",
    )
    listed = "hedge none printed, basis list item, marker 4, origin inferred"
    characterized = "by way of restless legs syndrome is characterized by unpleasant sensations"
    assert rows["restless legs syndrome"] == (
        "names a wider region, is characterized by: urge to move the legs, "
        "hedge none printed, basis sentence, marker 4, origin article",
        "no sentence or list says so",
        f"shows the contrary, begins during: rest, {listed}, {characterized}; "
        f"shows the contrary, worsens during: rest, {listed}, {characterized}",
    )
    assert "| candidate | calf | during exercise |" in formats.serialize(answer, "md").decode()
    assert table.overview(graph.ask("electrolytes")) is None


def on_terminal(matrix: table.Matrix, width: int) -> list[str]:
    written = io.StringIO()
    terminal.show_matrix(Console(width=width, file=written), matrix)
    return [line.rstrip() for line in written.getvalue().splitlines()]


@pytest.mark.parametrize(
    ("width", "down", "across"),
    [(60, SITES, ARTERIES), (80, ARTERIES, SITES), (120, ARTERIES, SITES)],
)
def test_a_brief_overview_is_a_grid_on_a_terminal(
    graph: KnowledgeGraph, width: int, down: list[str], across: list[str]
) -> None:
    """Arteries down and sites across where there is room, else turned; a row of cells each."""
    matrix = table.overview(graph.ask("artery-site-matrix"))
    assert matrix is not None
    lines = on_terminal(matrix, width)
    assert max(map(len, lines)) <= width
    rule = next(at for at, line in enumerate(lines) if set(line) == {"─"})
    heads = [" ".join(line.split()) for line in lines[:rule]]
    assert [word for word in " ".join(heads).split() if word not in ("artery", "")] == across
    starts = [lines[0].index(name) for name in across]
    rows = "\n".join(lines[rule + 1 :]).split("\n\n")
    assert [row.split()[0] for row in rows] == down
    for name, row in zip(down, rows, strict=True):
        ends = [*starts[1:], width]
        cells = [
            " ".join(" ".join(line[a:b] for line in row.split("\n")).split())
            for a, b in zip(starts, ends, strict=True)
        ]
        for other, cell in zip(across, cells, strict=True):
            assert cell == SAID.get((name, other), SAID.get((other, name), ""))


def test_below_a_grid_stand_the_words_of_its_cells_and_our_notes(graph: KnowledgeGraph) -> None:
    """The tiny quotes stand for those of an article; what is of the same cells stands together."""
    answer = graph.ask("artery-site-matrix")
    quotes = {row.text("claim"): f"{row.text('hedge')} {row.text('wording')}" for row in answer}
    notes = table.overview_notes(answer, quotes)
    both = "One of two joined by 'and': whether each or both together is not said."
    assert notes[0].startswith(
        f"femoral artery, popliteal artery (calf): “typically associated with” Our note: {both}"
    )
    assert notes[1].startswith("iliac artery (buttock, hip, thigh): “often caused by” Our note: ")
    assert notes[2].startswith(
        "tibial artery (calf, foot): “often related to” Our note: One of several joined by 'or'."
    )
    assert len(notes) == 3
    assert table.overview_notes(answer)[2].startswith("tibial artery (calf, foot): Our note: ")


def test_an_overview_that_is_no_grid_has_rows_that_say_the_same_together(
    graph: KnowledgeGraph,
) -> None:
    """Each candidate once, with its rank and who shares it; what is silent stands together."""
    features = ["during-exercise", "relieved-by-rest"]
    matrix = table.overview(graph.ask("differential", site="calf", feature=features))
    assert matrix is not None
    written = "\n".join(on_terminal(matrix, 100))
    blocks = written.split("\n\n")
    names = [" ".join(re.split("\n  \\S", block)[0].split()).split("; ") for block in blocks]
    assert sorted(name for group in names for name in group) == sorted(
        row[0] for row in matrix.table.rows
    )
    assert names[:3] == [
        ["peripheral arterial disease"],
        ["femoral artery disease", "popliteal artery disease"],
        ["magnesium deficiency", "potassium deficiency", "sodium deficiency"],
    ]
    lines = [" ".join(line.split()) for line in blocks[1].splitlines()]
    assert lines[1] == "rank 2, others of that rank 5, matches 1, not said 2"
    assert lines[-1] == "during exercise, relief by rest no sentence or list says so"
    assert written.count("marker 1 and 2, origin article") == 1
    assert len(written.splitlines()) < 90


def test_a_note_names_the_value_that_was_asked_about() -> None:
    noted = Answer(
        lambda: Found(("thing",), []),
        "",
        (STATUS,),
        QUESTION._replace(note="Of {site} alone."),
        {"site": (SITE, SITE._replace(label="foot"))},
    )
    assert formats.about(noted, {})["note"] == "Of calf or foot alone."
    assert remarks.closing_lines(noted)[0] == "Of calf or foot alone."
    assert remarks.asked(noted) == "What hurts at calf or foot?"
    assert "note" not in formats.about(ASKED, {})
