"""SPARQL 1.1 Query by the embedded engine, behind our guard, on the W3C's cases.

`query.tsv` lists every case of evaluation, syntax and result formats. A case that passed must not
fail, and one that passes by now must be noted as such:
`CRAMPKG_UPDATE=1 pytest tests/w3c` does it; the reasons are written by hand.
"""

from __future__ import annotations

import csv
import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pyoxigraph
import pytest
import rdflib
from pyoxigraph import (
    CanonicalizationAlgorithm,
    Dataset,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    RdfFormat,
    Store,
    parse_query_results,
)
from rdflib.namespace import RDF, Namespace
from solutions import as_dataset

from crampkg.answers import formats
from crampkg.answers.answer import Answer
from crampkg.engine import guard
from crampkg.engine.embedded import EmbeddedEngine
from crampkg.errors import CrampkgError, RefusedQueryError

pytestmark = pytest.mark.conformance

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
QT = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-query#")
RS = Namespace(formats.RESULT_SET)

TABLE = Path(__file__).with_name("query.tsv")
COLUMNS = ["group", "case", "kind", "result", "whose", "reason"]
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = {(row["group"], row["case"]): row for row in csv.DictReader(file, delimiter="\t")}

MANIFESTS = ("manifest-sparql11-query.ttl", "manifest-sparql11-results.ttl")
KINDS = {
    MF.QueryEvaluationTest: "evaluation",
    MF.CSVResultFormatTest: "evaluation",
    MF.PositiveSyntaxTest11: "syntax",
    MF.NegativeSyntaxTest11: "no syntax",
}


class Case(NamedTuple):
    """A case: what is asked of which files, and the file with what is to come of it."""

    kind: str
    query: Path
    data: list[Path]
    named: list[Path]
    result: Path | None


@pytest.fixture(scope="module")
def cases(w3c: Path) -> dict[tuple[str, str], Case]:
    """Return the cases by group and name, in the order of the manifests."""
    folder = w3c / "sparql" / "sparql11"
    found: dict[tuple[str, str], Case] = {}
    for name in MANIFESTS:
        top = read(folder / name)
        for include in top.objects(None, MF["include"]):
            for path in map(path_of, top.items(include)):
                found.update(cases_of(path))
    return found


def read(path: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(path, format="turtle", publicID=path.as_uri())


def path_of(iri: Any) -> Path:
    return Path(str(iri).removeprefix("file://"))


def cases_of(path: Path) -> Iterator[tuple[tuple[str, str], Case]]:
    manifest = read(path)
    (head,) = manifest.objects(None, MF.entries)
    for entry in manifest.items(head):
        kind = KINDS[rdflib.URIRef(str(manifest.value(entry, RDF.type)))]
        action = manifest.value(entry, MF.action)
        assert action is not None
        query = action if kind.endswith("syntax") else manifest.value(action, QT.query)
        result = manifest.value(entry, MF.result)
        yield (
            (path.parent.name, str(entry).rpartition("#")[2]),
            Case(
                kind,
                path_of(query),
                [path_of(each) for each in manifest.objects(action, QT.data)],
                [path_of(each) for each in manifest.objects(action, QT.graphData)],
                None if result is None else path_of(result),
            ),
        )


def outcome(case: Case) -> str:
    """Return "pass", "by value", or what went otherwise than it should.

    By value is right but for the lexical forms of literals, which Oxigraph normalises when it
    reads them: `"1.50"^^xsd:decimal` becomes 1.5.
    """
    text = case.query.read_text(encoding="utf-8")
    engine = EmbeddedEngine(b"")
    for path in case.data:
        load(engine, path, None)
    for path in case.named:
        load(engine, path, NamedNode(path.as_uri()))
    # A case names its data by FROM or beside its query; what a query sees is that and no union.
    chosen: dict[str, Any] = {"union": False, "base": case.query.as_uri()}
    try:
        guard.check(text)
        chosen["order"] = guard.order_of_star(text)
        answer = Answer(lambda: engine.query(text, **chosen), text, ())
        if case.kind != "evaluation":
            return "pass" if case.kind == "syntax" else "it was taken for a query"
        assert case.result is not None
        found = written(answer, case.result)
        wanted = expected(case.result, ordered=False)
        if isinstance(wanted, Dataset) and is_ordered(case.result):
            found = written(answer, case.result, ordered=True)
            wanted = expected(case.result, ordered=True)
    except CrampkgError as error:
        told = str(error).partition("\n")[0]
        is_refused = "does not parse" in told or isinstance(error, RefusedQueryError)
        return "pass" if (case.kind == "no syntax") is is_refused else told
    if found == wanted:
        return "pass"
    return "by value" if normalised(found) == normalised(wanted) else "another result"


def normalised(result: object) -> object:
    """Return a result with its literals as Oxigraph keeps them, if it has any."""
    if isinstance(result, tuple):
        names, rows = result
        return names, normalised(rows)
    if not isinstance(result, Dataset):
        return result
    store = Store()
    store.extend(result)
    found = Dataset(store)
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


def load(engine: EmbeddedEngine, path: Path, graph: NamedNode | None) -> None:
    format = RdfFormat.from_extension(path.suffix[1:])
    assert format is not None
    if graph is None:
        engine.store.load(path=str(path), format=format, base_iri=path.as_uri())
    else:
        engine.store.load(path=str(path), format=format, base_iri=path.as_uri(), to_graph=graph)


def written(answer: Answer, result: Path, *, ordered: bool = False) -> object:
    """Return an answer as we write it in the format of the file `result`, read back."""
    if answer.form == "graph":
        found = Dataset(pyoxigraph.Quad(*triple) for triple in answer.triples)
        found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
        return found
    if result.suffix == ".csv":
        return unnamed(formats.serialize(answer, "csv").decode())
    name = {".srx": "xml", ".srj": "json", ".tsv": "tsv"}.get(result.suffix, "json")
    format = QueryResultsFormat.from_extension({"xml": "srx", "json": "srj"}.get(name, name))
    return solutions(formats.serialize(answer, name), format, ordered=ordered)


def expected(result: Path, *, ordered: bool) -> object:
    """Return what a result file holds, comparable with `written`."""
    if result.suffix == ".csv":
        return unnamed(result.read_text(encoding="utf-8"))
    if result.suffix in (".srx", ".srj", ".tsv"):
        format = QueryResultsFormat.from_extension(result.suffix[1:])
        return solutions(result.read_bytes(), format, ordered=ordered)
    graph = read(result)
    if (None, RDF.type, RS.ResultSet) in graph:
        return result_set(graph, ordered=ordered)
    base, format_ = result.as_uri(), RdfFormat.from_extension(result.suffix[1:])
    found = Dataset(pyoxigraph.parse(result.read_bytes(), format=format_, base_iri=base))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found


def unnamed(text: str) -> list[str]:
    """Return the sorted lines of a CSV, in which blank nodes may have any name."""
    return sorted(re.sub(r"_:\w+", "_:", text).splitlines())


def is_ordered(result: Path) -> bool:
    return result.suffix == ".ttl" and (None, RS["index"], None) in read(result)


def solutions(content: bytes, format: QueryResultsFormat | None, *, ordered: bool) -> object:
    assert format is not None
    found = parse_query_results(content, format=format)
    if isinstance(found, QueryBoolean):
        return bool(found)
    names = [variable.value for variable in found.variables]
    return sorted(names), as_dataset(names, found, ordered=ordered)


def result_set(graph: rdflib.Graph, *, ordered: bool) -> object:
    """Return a result set in RDF (https://www.w3.org/2001/sw/DataAccess/tests/result-set#)."""
    boolean = graph.value(None, RS.boolean)
    if boolean is not None:
        return str(boolean) == "true"
    names = sorted(str(name) for name in graph.objects(None, RS.resultVariable))
    found = list(graph.objects(None, RS.solution))
    if ordered:
        found.sort(key=lambda solution: int(str(graph.value(solution, RS["index"]))))
    rows = []
    for solution in found:
        row = dict.fromkeys(names)
        for binding in graph.objects(solution, RS.binding):
            row[str(graph.value(binding, RS.variable))] = term(graph.value(binding, RS.value))
        rows.append(list(row.values()))
    return names, as_dataset(names, rows, ordered=ordered)


def term(node: Any) -> Any:
    """Return an rdflib term as one of pyoxigraph."""
    if isinstance(node, rdflib.URIRef):
        return NamedNode(str(node))
    if isinstance(node, rdflib.BNode):
        return pyoxigraph.BlankNode(str(node))
    if node.language:
        return pyoxigraph.Literal(str(node), language=node.language)
    datatype = None if node.datatype is None else NamedNode(str(node.datatype))
    return pyoxigraph.Literal(str(node), datatype=datatype)


def write() -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, COLUMNS, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(ROWS.values())


def test_the_table_lists_every_case_with_a_reason_for_each_failure(
    cases: dict[tuple[str, str], Case],
) -> None:
    assert list(ROWS) == list(cases)
    for key, row in ROWS.items():
        assert row["kind"] == cases[key].kind
        assert row["result"] in ("pass", "by value", "fail")
        failed = row["result"] == "fail"
        assert (row["whose"] in ("engine", "ours")) is failed, key
        assert row["reason"].endswith(".") is failed, key


@pytest.mark.parametrize("group", sorted({group for group, _ in ROWS}))
def test_cases(group: str, cases: dict[tuple[str, str], Case]) -> None:
    changed = {}
    for key, row in ROWS.items():
        if key[0] == group:
            told = outcome(cases[key])
            result = told if told in ("pass", "by value") else "fail"
            if result != row["result"]:
                changed[key[1]] = told
                if result != "fail" and os.environ.get("CRAMPKG_UPDATE"):
                    row.update(result=result, whose="", reason="")
                    write()
    assert changed == {}
