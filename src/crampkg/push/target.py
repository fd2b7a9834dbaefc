"""A writable store: by SPARQL Update, and by the Graph Store Protocol if it has one."""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, urlsplit, urlunsplit
from urllib.request import Request

from pyoxigraph import BlankNode, NamedNode, RdfFormat, parse

from crampkg.engine.remote import RemoteEngine
from crampkg.engine.transport import TIMEOUT, Transport
from crampkg.vocabulary import DCT, GRAPHS, LOADING, SNAPSHOT, VOID, XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from pyoxigraph import Triple

    from crampkg.rdf import RdfTerm


#: The answer to an update is not used, and some stores demand a type.
_ACCEPT = "application/sparql-results+json, application/json, */*;q=0.1"


class GraphPart(NamedTuple):
    """Some triples of one graph; it shares no blank node with other parts."""

    name: str  # the IRI of its side graph, determined by the content of the graph
    graph: str  # the IRI of its graph
    triples: tuple[str, ...]  # in the syntax of N-Triples, without the stop
    has_blanks: bool


class Summary(NamedTuple):
    """The expected content of a store: the SHA-256 of the N-Quads, and triple counts."""

    identifier: str
    triples: dict[str, int]  # by the IRI of the graph


class State(NamedTuple):
    """The actual content of a store."""

    identifier: str  # as recorded by the last push; empty without one
    triples: dict[str, int]  # by the IRI of the graph; 0 for a missing graph
    loading: dict[str, int]  # triples in the side graphs of unfinished pushes
    is_served: bool = False  # by our own server, which describes its content

    def is_current(self, wanted: Summary) -> bool:
        """Return whether identifier and counts are the expected ones."""
        return (self.identifier, self.triples) == (wanted.identifier, wanted.triples)


class Comparison(NamedTuple):
    """The actual content of a store beside the expected content."""

    endpoint: str
    wanted: Summary
    state: State

    @property
    def is_current(self) -> bool:
        """Whether the store holds this very graph."""
        return self.state.is_current(self.wanted)


def summary(nquads: bytes) -> Summary:
    """Return the expected content of a store after a push of these canonical N-Quads."""
    import hashlib

    triples = dict.fromkeys(GRAPHS.values(), 0)
    for line in nquads.splitlines():
        triples[line[line.rindex(b"<") + 1 : line.rindex(b">")].decode()] += 1
    return Summary(hashlib.sha256(nquads).hexdigest(), triples)


class Target:
    """A store, by its addresses for queries and for updates."""

    def __init__(
        self,
        endpoint: str,
        *,
        update: str | None = None,
        graph_store: str | None = None,
        user: str | None = None,
        timeout: float = TIMEOUT,
    ) -> None:
        self.endpoint = endpoint
        self.update_url = update or update_url(endpoint)
        self.graph_store = graph_store
        self._engine = RemoteEngine(endpoint, user=user, timeout=timeout)
        self._update = Transport(self.update_url, user=user, timeout=timeout)
        self._store: Transport | None = None
        if graph_store:
            # The token is for the endpoint's own server alone.
            own = urlsplit(graph_store).netloc == urlsplit(endpoint).netloc
            self._store = Transport(graph_store, user=user, timeout=timeout, with_token=own)

    def state(self) -> State:
        """Return the content of the store. Raises `EndpointError`."""
        # One at a time: Virtuoso takes a minute to count by a VALUES of all five.
        triples = {iri: self._engine.size(iri, union=False) for iri in GRAPHS.values()}
        loading = self._loading()
        text = f"SELECT ?it WHERE {{ GRAPH <{SNAPSHOT}> {{ <{SNAPSHOT}> <{DCT}identifier> ?it }} }}"
        identifiers = [row[0].value for row in self._rows(text) if row[0] is not None]
        if identifiers or not any(triples.values()):
            return State(identifiers[0] if len(identifiers) == 1 else "", triples, loading)
        served = self._engine.served()
        return State(served, triples, loading, bool(served))

    def greet(self) -> None:
        """Let the store demand credentials before a large request is sent."""
        for transport in filter(None, (self._update, self._store)):
            transport.greet()

    def put(self, part: GraphPart) -> None:
        """Make a part the whole content of its side graph. Raises as `state`."""
        if self._store:
            body = "".join(f"{triple} .\n" for triple in part.triples).encode()
            joined = "&" if urlsplit(self._store.url).query else "?"
            url = f"{self._store.url}{joined}graph={quote(part.name, safe='')}"
            headers = {"Content-Type": "application/n-triples"}
            self._store.send(Request(url, body, headers, method="PUT"))  # noqa: S310 - http only
            return
        triples = " .\n".join(part.triples)
        graph = f"{{ GRAPH <{part.name}> {{\n{triples} .\n}} }}"
        # The standard allows blank nodes in INSERT DATA, and Virtuoso does not.
        insert = f"INSERT {graph} WHERE {{ }}" if part.has_blanks else f"INSERT DATA {graph}"
        self.update(f"DROP SILENT GRAPH <{part.name}>", insert)

    def swap(self, parts: Sequence[GraphPart], wanted: Summary) -> None:
        """Replace the graphs by the content of the side graphs, in one request. Raises as `state`.

        A store that runs a request as one transaction, as the standard recommends, shows its
        readers either the old graphs or the new. A late swap, after another one has used up the
        side graphs, finds the first of them gone and changes nothing.
        """
        there = f"{{ SELECT * {{ GRAPH <{parts[0].name}> {{ ?a ?b ?c }} }} LIMIT 1 }}"
        counts = "".join(
            f"<{SNAPSHOT}> <{VOID}subset> <{iri}> . "
            f'<{iri}> <{VOID}triples> "{count}"^^<{XSD}integer> . '
            for iri, count in wanted.triples.items()
        )
        named = f'<{SNAPSHOT}> <{DCT}identifier> "{wanted.identifier}" . {counts}'
        operations = [
            f"DELETE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }} "
            f"WHERE {{ {there} GRAPH <{iri}> {{ ?s ?p ?o }} }}"
            for iri in (*GRAPHS.values(), SNAPSHOT)
        ]
        operations.append(f"INSERT {{ GRAPH <{SNAPSHOT}> {{ {named}}} }} WHERE {{ {there} }}")
        operations += [
            f"INSERT {{ GRAPH <{part.graph}> {{ ?s ?p ?o }} }} "
            f"WHERE {{ {there} GRAPH <{part.name}> {{ ?s ?p ?o }} }}"
            for part in parts
        ]
        operations += [f"DROP SILENT GRAPH <{part.name}>" for part in parts]
        self.update(*operations)

    def drop(self, graphs: Iterable[str]) -> None:
        """Drop side graphs. Raises as `state`."""
        self.update(*(f"DROP SILENT GRAPH <{iri}>" for iri in graphs))

    def update(self, *operations: str) -> None:
        """Run operations of SPARQL Update as one request. Raises as `state`."""
        self._update.post([("update", " ;\n".join(operations))], _ACCEPT)

    def _loading(self) -> dict[str, int]:
        """Return the number of triples in each side graph."""
        text = (
            "SELECT ?graph (COUNT(*) AS ?n) WHERE { GRAPH ?graph { ?s ?p ?o } "
            f'FILTER (STRSTARTS(STR(?graph), "{LOADING}")) }} GROUP BY ?graph'
        )
        return {
            graph.value: self._engine.number(count)
            for graph, count in self._rows(text)
            # Graphs that were not asked for are ignored, so that they are never dropped.
            if isinstance(graph, NamedNode) and graph.value.startswith(LOADING)
        }

    def _rows(self, text: str) -> list[tuple[RdfTerm | None, ...]]:
        return list(self._engine.query(text, union=False).bindings())


def update_url(endpoint: str) -> str:
    """Return the update address of the store with the query address `endpoint`, by convention.

    `.../query` and `.../update` belong together (Oxigraph, Fuseki); elsewhere both are the same.
    """
    split = urlsplit(endpoint)
    head, slash, last = split.path.rpartition("/")
    if last != "query":
        return endpoint
    return urlunsplit(split._replace(path=f"{head}{slash}update", query=""))


def cut(nquads: bytes, identifier: str, size: int) -> list[GraphPart]:
    """Return the parts of the five graphs, of about `size` triples each.

    A blank node is local to one request, so triples linked by blank nodes stay together, in parts
    separate from triples without any.
    """
    graphs: dict[str, list[Triple]] = {iri: [] for iri in GRAPHS.values()}
    for quad in parse(nquads, format=RdfFormat.N_QUADS, rename_blank_nodes=False):
        graphs[quad.graph_name.value].append(quad.triple)
    parts = []
    for short, iri in GRAPHS.items():
        plain, tied = _tied(graphs[iri])
        chunks = [(chunk, False) for chunk in _chunks([[triple] for triple in plain], size)]
        chunks += [(chunk, True) for chunk in _chunks(tied, size)]
        for number, (chunk, has_blanks) in enumerate(chunks):
            name = f"{LOADING}{identifier[:16]}/{size}/{short}/{number}"
            parts.append(GraphPart(name, iri, tuple(map(str, chunk)), has_blanks))
    return parts


def _tied(triples: list[Triple]) -> tuple[list[Triple], list[list[Triple]]]:
    """Return the triples without blank nodes, and the others in groups that share none."""
    above: dict[BlankNode, BlankNode] = {}

    def top(node: BlankNode) -> BlankNode:
        while above.setdefault(node, node) != node:
            above[node] = above[above[node]]
            node = above[node]
        return node

    plain, others = [], []
    for triple in triples:
        blanks = [end for end in (triple.subject, triple.object) if isinstance(end, BlankNode)]
        if not blanks:
            plain.append(triple)
            continue
        above[top(blanks[0])] = top(blanks[-1])
        others.append((blanks[0], triple))
    groups: dict[BlankNode, list[Triple]] = {}
    for blank, triple in others:
        groups.setdefault(top(blank), []).append(triple)
    return plain, list(groups.values())


def _chunks(groups: list[list[Triple]], size: int) -> Iterator[list[Triple]]:
    chunk: list[Triple] = []
    for group in groups:
        if chunk and len(chunk) + len(group) > size:
            yield chunk
            chunk = []
        chunk += group
    if chunk:
        yield chunk
