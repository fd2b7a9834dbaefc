"""A toy format: one entry, and the function that it names; and every place that then offers it."""

from __future__ import annotations

import tempfile
from pathlib import Path

from crampkg import export

ENTRY = export.Format(
    "toy", "Toy", "text/x-toy", ".toy", "toy_format:write", iri="https://example.org/toy"
)

#: The words of commands that write a graph.
COMMANDS = (
    ("export", "--graph", "claims"),
    ("query", "-q", "CONSTRUCT WHERE { ?a skos:broader ?b }"),
    ("ask", "claim-graph"),
    ("describe", "claudication"),
    ("why", "PAD", "causes", "claudication"),
)

#: Addresses that answer in the format, by their end or for who accepts it.
ADDRESSES = (
    ("/graph/claims.toy", ""),
    ("/graph/claims", "text/x-toy"),
    ("/store?default", "text/x-toy"),
    ("/id/claudication.toy", ""),
    ("/id/claudication", "text/x-toy"),
    ("/ontology.toy", ""),
    ("/.well-known/void", "text/x-toy"),
    ("/sparql", "text/x-toy"),
    ("/api/questions/claim-graph?format=toy", ""),
    ("/api/describe?term=claudication&format=toy", ""),
    ("/api/why?subject=PAD&predicate=causes&object=claudication&format=toy", ""),
)

#: Texts that name it: pages by a link or button, documents by its media type or IRI.
TEXTS = (
    ("/id/claudication", "/id/claudication.toy"),
    ("/about", "/graph/claims.toy"),
    ("/questions/claim-graph", "format=toy"),
    ("/why?subject=PAD&predicate=causes&object=claudication", "format=toy"),
    ("/editor?query=CONSTRUCT+WHERE+{+?a+skos:broader+?b+}", "format=toy"),
    ("/api/openapi.json", "text/x-toy"),
    ("/sparql", "https://example.org/toy"),
)


def write(graphs: object, _sources: object) -> bytes:
    """Return a graph in the toy format: how many triples there are."""
    assert isinstance(graphs, dict)
    return b"%d toys\n" % sum(map(len, graphs.values()))


def offered() -> dict[str, list[str]]:
    """Register the format, and return what each command, address and text has of it."""
    export.register(ENTRY)
    from crampkg.cli import main
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.limits import Limits
    from web import Web

    said: dict[str, list[str]] = {"commands": [], "addresses": [], "texts": []}
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x")
        for words in COMMANDS:
            assert main([*words, "-f", "toy", "-o", str(path)]) == 0, words
            said["commands"].append(path.read_text())
    web = Web(KnowledgeGraph.open(), Limits())
    for address, accept in ADDRESSES:
        answer = web.get(address, headers={"accept": accept} if accept else {})
        said["addresses"].append(f"{answer.headers['content-type']} {answer.text[-6:]}")
    for address, word in TEXTS:
        text = web.get(address, headers={"accept": "text/html, */*;q=0.1"}).text
        said["texts"].append("offered" if word in text else f"{address}: {text[:300]}")
    web.stop()
    return said
