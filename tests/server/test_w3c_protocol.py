"""The W3C's cases of SPARQL 1.1 Protocol, Service Description and Graph Store Protocol.

`w3c-protocol.tsv` lists every case of these suites. The graphs that a case names are renamed to
ours, in its requests and its data alike, for the server has no others. Written by
`CRAMPKG_UPDATE=1 pytest tests/server/test_w3c_protocol.py` where a case passes that did not.
"""

from __future__ import annotations

import csv
import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import rdflib
from pyoxigraph import QueryBoolean, QueryResultsFormat, QuerySolutions, parse_query_results
from rdflib.namespace import RDF, Namespace
from serving import Server
from tiny import BASE

from crampkg.vocabulary import GRAPHS, PREFIXES

pytestmark = pytest.mark.conformance

ROOT = Path(__file__).parents[2]
TABLE = Path(__file__).with_name("w3c-protocol.tsv")
with TABLE.open(encoding="utf-8", newline="") as file:
    ROWS = {(row["suite"], row["case"]): row for row in csv.DictReader(file, delimiter="\t")}

MF = Namespace("http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#")
HT = Namespace("http://www.w3.org/2011/http#")
CNT = Namespace("http://www.w3.org/2011/content#")
SD = Namespace(PREFIXES["sd"])

#: The suite's documents and the graphs of ours that stand for them. `data0.rdf` has no content.
DOCUMENTS = {
    "http://kasei.us/2009/09/sparql/data/data0.rdf": GRAPHS["facts-without-hedges"],
    "http://kasei.us/2009/09/sparql/data/data1.rdf": GRAPHS["background"],
    "http://kasei.us/2009/09/sparql/data/data2.rdf": GRAPHS["ontology"],
    "http://kasei.us/2009/09/sparql/data/data3.rdf": GRAPHS["claims"],
}
FILES = {
    "data1.rdf": "data/concepts/document.ttl",
    "data2.rdf": "ontology/document.ttl",
    "data3.rdf": "data/articles/calf-ache/document.ttl",
}


def manifests(w3c: Path) -> dict[str, rdflib.Graph]:
    """Return the manifest of each suite."""
    folder = w3c / "sparql" / "sparql11"
    return {
        suite: rdflib.Graph().parse(folder / name, format="turtle")
        for suite, name in {
            "protocol": "protocol/manifest.ttl",
            "service-description": "service-description/manifest.ttl",
            "graph-store-protocol": "graph-store-protocol/manifest-indirect.ttl",
            "graph-store-protocol-direct": "graph-store-protocol/manifest-direct.ttl",
        }.items()
    }


@pytest.fixture(scope="module")
def documents(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server whose graphs hold the suite's documents, one each, beside a tiny article."""
    folder = tmp_path_factory.mktemp("documents") / "sources"
    for name in ("ontology", "queries", "rules"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(BASE / "data", folder / "data")
    for document, path in FILES.items():
        iri = DOCUMENTS[f"http://kasei.us/2009/09/sparql/data/{document}"]
        text = f"<{iri}> a <http://xmlns.com/foaf/0.1/Document> .\n"
        (folder / path).write_text(text, encoding="utf-8")
    running = Server("--sources", str(folder))
    yield running
    running.stop()


def test_the_table_lists_every_case(w3c: Path) -> None:
    listed = {
        (suite, name(case)) for suite, found in manifests(w3c).items() for case in cases(found)
    }
    assert listed == set(ROWS)
    for row in ROWS.values():
        assert row["result"] in ("pass", "fail", "left out")
        assert bool(row["reason"]) is (row["result"] != "pass"), row


@pytest.mark.parametrize("case", [case for suite, case in ROWS if suite == "protocol"])
def test_protocol(w3c: Path, documents: Server, case: str) -> None:
    manifest = manifests(w3c)["protocol"]
    (subject,) = (each for each in cases(manifest) if name(each) == case)
    row = ROWS["protocol", case]
    problems = list(run(manifest, subject, documents))
    if row["result"] == "left out":
        return  # an update: test_updates_are_refused_as_such
    if os.environ.get("CRAMPKG_UPDATE") and not problems and row["result"] != "pass":
        row.update(result="pass", reason="")
        write()
    assert (row["result"] == "pass") is not bool(problems), problems


def test_updates_are_refused_as_such(w3c: Path, documents: Server) -> None:
    manifest = manifests(w3c)["protocol"]
    found = [
        case for case in cases(manifest) if ROWS["protocol", name(case)]["result"] == "left out"
    ]
    assert len(found) == 7
    for case in found:
        request = next(iter(requests(manifest, case)))
        assert send(manifest, request, documents).status_code == 403, case


@pytest.mark.parametrize("suite", ["graph-store-protocol", "graph-store-protocol-direct"])
def test_graph_store_protocol(w3c: Path, documents: Server, suite: str) -> None:
    """What only reads passes; what writes first is refused."""
    manifest = manifests(w3c)[suite]
    for case in cases(manifest):
        if ROWS[suite, name(case)]["result"] == "pass":
            assert not list(run(manifest, case, documents)), case
        else:
            first = next(iter(requests(manifest, case)))
            assert send(manifest, first, documents).status_code in (403, 404), case


def test_service_description(w3c: Path, documents: Server) -> None:
    """The three cases: RDF is returned, names the endpoint, and is in the terms of the schema."""
    response = documents.get("/sparql", headers={"accept": "application/rdf+xml"})
    described = rdflib.Graph().parse(data=response.text, format="xml")
    assert (None, SD.endpoint, rdflib.URIRef(f"{documents.url}/sparql")) in described
    for type, needed in (
        (SD.Service, SD.endpoint),
        (SD.NamedGraph, SD.name),
        (SD.Dataset, SD.defaultGraph),
    ):
        subjects = set(described.subjects(RDF.type, type))
        assert subjects
        assert subjects == set(described.subjects(needed, None))
    for subject in described.objects(None, SD.defaultGraph):
        assert (subject, RDF.type, SD.Graph) in described


def cases(manifest: rdflib.Graph) -> list[Any]:
    """Return the cases of a manifest, in its order."""
    (head,) = manifest.objects(None, MF.entries)
    return list(manifest.items(head))


def name(case: Any) -> str:
    return str(case).rpartition("#")[2]


def requests(manifest: rdflib.Graph, case: Any) -> Iterator[Any]:
    for action in manifest.objects(case, MF.action):
        for head in manifest.objects(action, HT.requests):
            yield from manifest.items(head)


def renamed(text: str) -> str:
    """Return a text with our graphs in the places of the suite's, plain or percent-encoded."""
    for theirs, ours in DOCUMENTS.items():
        text = text.replace(theirs, ours)
        quote = httpx.QueryParams({"x": theirs}), httpx.QueryParams({"x": ours})
        text = text.replace(str(quote[0])[2:], str(quote[1])[2:])
    return text


def send(manifest: rdflib.Graph, request: Any, server: Server) -> httpx.Response:
    path = renamed(str(manifest.value(request, HT.absolutePath)))
    path = path.replace("/sparql/", "/sparql", 1).replace("/gsp", "/store", 1)
    headers = {
        str(manifest.value(field, HT.fieldName)): str(manifest.value(field, HT.fieldValue))
        for head in manifest.objects(request, HT.headers)
        for field in manifest.items(head)
    }
    content = None
    body = manifest.value(request, HT.body)
    if body is not None:
        encoding = str(manifest.value(body, CNT.characterEncoding))
        content = renamed(str(manifest.value(body, CNT.chars))).encode(encoding)
    method = str(manifest.value(request, HT.methodName))
    return server.client.request(method, path, headers=headers, content=content)


def run(manifest: rdflib.Graph, case: Any, server: Server) -> Iterator[str]:
    """Send the requests of a case; yield what is not as expected."""
    for request in requests(manifest, case):
        response = send(manifest, request, server)
        expected = manifest.value(request, HT.resp)
        # StatusCode2xx and the like, or NotFound.
        statuses = [name(each) for each in manifest.objects(expected, MF.expectedStatus)]
        allowed = {"4" if each == "NotFound" else each[-3] for each in statuses}
        if allowed and str(response.status_code)[0] not in allowed:
            yield f"{response.status_code} {response.text[:200]}"
            continue
        boolean = manifest.value(expected, MF.expectedBoolean)
        format = str(manifest.value(expected, MF.expectedFormat) or "")
        if boolean is not None or format in ("boolean", "tabular"):
            type = response.headers["content-type"]
            known = QueryResultsFormat.from_media_type(type)
            if known is None:
                yield f"{type} is no format of results"
                continue
            found = parse_query_results(response.content, format=known)
            wanted = QuerySolutions if format == "tabular" else QueryBoolean
            if not isinstance(found, wanted):
                yield f"{format} expected, not {found!r}"
            elif boolean is not None and bool(found) is not boolean.toPython():
                yield f"{found!r}"
        elif format == "RDF":
            rdflib.Graph().parse(
                data=response.text, format=response.headers["content-type"].partition(";")[0]
            )


def write() -> None:
    with TABLE.open("w", encoding="utf-8", newline="") as file:
        columns = ["suite", "case", "result", "reason"]
        writer = csv.DictWriter(file, columns, delimiter="\t", lineterminator="\n")
        writer.writeheader()
        writer.writerows(ROWS.values())
