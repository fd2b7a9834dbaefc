"""Stock clients of others, used as their documentation has it, against our endpoint."""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import rdflib
from rdflib.plugins.stores.sparqlstore import SPARQLStore
from serving import Server
from SPARQLWrapper import CSV, JSON, POST, SPARQLWrapper
from SPARQLWrapper.SPARQLExceptions import QueryBadFormed
from tiny import BASE

from crampkg import KnowledgeGraph, cli
from crampkg.vocabulary import CK, GRAPHS

SELECT = "SELECT ?artery WHERE { ?artery a ck:Artery } ORDER BY ?artery"
#: Clients that parse the query themselves want its prefixes declared.
DECLARED = f"PREFIX ck: <https://w3id.org/crampkg/ontology#> {SELECT}"
ROOT = Path(__file__).parents[2]
MODULES = ROOT / "tests" / "engines" / "node_modules"
FETCH = """
import {{ SparqlEndpointFetcher }} from "{module}";
const fetcher = new SparqlEndpointFetcher();
const stream = await fetcher.fetchBindings("{endpoint}", {query});
const found = [];
stream.on("data", (row) => found.push(row.artery.value));
stream.on("end", () => console.log(JSON.stringify(found)));
"""


@pytest.fixture(scope="module")
def arteries(graph: KnowledgeGraph) -> list[str]:
    return [row.text("artery") for row in graph.query(SELECT)]


@pytest.mark.parametrize("method", ["GET", POST])
def test_sparqlwrapper(server: Server, arteries: list[str], method: str) -> None:
    client = SPARQLWrapper(f"{server.url}/sparql")
    client.setMethod(method)
    client.setQuery(SELECT)
    client.setReturnFormat(JSON)
    found: Any = client.queryAndConvert()
    assert [row["artery"]["value"] for row in found["results"]["bindings"]] == arteries
    client.setReturnFormat(CSV)
    found = client.queryAndConvert()
    assert found.decode().split() == ["artery", *arteries]
    client.setQuery("CONSTRUCT WHERE { kg:calf ?p ?o }")
    client.setReturnFormat("turtle")
    found = client.queryAndConvert()
    assert len(rdflib.Graph().parse(data=found, format="turtle")) > 1
    client.setReturnFormat(JSON)
    client.setQuery("SELECT nothing")
    with pytest.raises(QueryBadFormed, match="line 1, column 8"):
        client.query()


def test_rdflib(server: Server, arteries: list[str]) -> None:
    store = SPARQLStore(f"{server.url}/sparql")
    found = rdflib.Graph(store, bind_namespaces="none").query(DECLARED)
    assert [str(row[0]) for row in found] == arteries  # type: ignore[index]


def test_rdflib_reads_a_graph_by_its_address(server: Server, graph: KnowledgeGraph) -> None:
    found = rdflib.Graph().parse(f"{server.url}/graph/facts-without-hedges")
    bare = rdflib.Graph()
    for line in graph.export("nquads", "facts-without-hedges").decode().splitlines():
        bare.parse(data=f"{line.rpartition(' <')[0]} .", format="nt")
    # A document says of itself that it is an ontology, and not what else its graph is.
    home = rdflib.URIRef(GRAPHS["facts-without-hedges"])
    bare.remove((home, rdflib.RDF.type, None))
    assert set(bare) <= set(found)
    relation = rdflib.URIRef(f"{CK}associatedWith")
    assert set(found[:relation:]) == set(bare[:relation:]) != set()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed (.ci/run does it)")
def test_curl(server: Server, arteries: list[str]) -> None:
    def curl(*words: str) -> str:
        ended = subprocess.run(
            ["curl", "--silent", "--show-error", "--fail-with-body", *words],
            capture_output=True,
            text=True,
            check=True,
        )
        return ended.stdout

    endpoint = f"{server.url}/sparql"
    csv = ("--header", "Accept: text/csv")
    assert curl(*csv, "--data-urlencode", f"query={SELECT}", endpoint).split()[1:] == arteries
    by_get = curl(*csv, "--get", "--data-urlencode", f"query={SELECT}", endpoint)
    assert by_get.split()[1:] == arteries
    type = ("--header", "Content-Type: application/sparql-query")
    assert curl(*csv, *type, "--data-binary", SELECT, endpoint).split()[1:] == arteries
    answer = json.loads(curl("--compressed", f"{server.url}/api/questions/electrolytes"))
    assert answer["results"]["bindings"]


@pytest.mark.skipif(
    not (MODULES / "fetch-sparql-endpoint").is_dir(),
    reason="fetch-sparql-endpoint is not installed (.ci/run does it)",
)
def test_fetch_sparql_endpoint(server: Server, arteries: list[str], tmp_path: Path) -> None:
    script = tmp_path / "fetch.mjs"
    module = MODULES / "fetch-sparql-endpoint" / "index.js"
    script.write_text(
        FETCH.format(module=module, endpoint=f"{server.url}/sparql", query=json.dumps(DECLARED)),
        encoding="utf-8",
    )
    ended = subprocess.run(
        ["node", str(script)], capture_output=True, text=True, timeout=120, check=False
    )
    assert ended.returncode == 0, ended.stderr
    assert json.loads(ended.stdout) == arteries


def test_a_server_of_ours_tells_whether_it_is_current(
    server: Server, graph: KnowledgeGraph, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    endpoint = f"{server.url}/sparql"
    found = graph.compare(endpoint)
    assert found.is_current
    assert found.state.is_served
    assert found.state.identifier == hashlib.sha256(graph.nquads).hexdigest()
    assert cli.main(["status", "--endpoint", endpoint]) == 0
    assert "holds this very graph" in capsys.readouterr().out
    for name in ("ontology", "queries", "rules"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copytree(BASE / "data", tmp_path / "data")
    assert cli.main(["status", "--endpoint", endpoint, "--sources", str(tmp_path)]) == 1
    assert "takes no push. Start `crampkg serve` anew" in capsys.readouterr().out
