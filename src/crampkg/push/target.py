"""A store that can be written to: by SPARQL Update, and the Graph Store Protocol if it has one."""

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


#: What an update is answered with does not matter, and some stores refuse to choose.
_ACCEPT = "application/sparql-results+json, application/json, */*;q=0.1"


class Part(NamedTuple):
    """Some triples of one graph; no other part shares a blank node with it."""

    name: str  # the IRI of its side graph, the same whenever the same graph is cut
    graph: str  # the IRI of the graph that it belongs to
    triples: tuple[str, ...]  # in the syntax of N-Triples, without the stop
    has_blanks: bool


class Summary(NamedTuple):
    """What there should be at a store: the SHA-256 of the N-Quads, and how many triples."""

    identifier: str
    triples: dict[str, int]  # by the IRI of the graph


class State(NamedTuple):
    """What there is at a store."""

    identifier: str  # as recorded by the push that put the graphs there; empty when none did
    triples: dict[str, int]  # by the IRI of the graph; 0 for one that is not there
    loading: dict[str, int]  # the side graphs of pushes that have not ended
    is_served: bool = False  # by a server of ours, which says itself what it holds

    def is_current(self, wanted: Summary) -> bool:
        """Tell whether the store holds what it should, as far as counting tells."""
        return (self.identifier, self.triples) == (wanted.identifier, wanted.triples)


class Comparison(NamedTuple):
    """What there is at a store beside what there should be."""

    endpoint: str
    wanted: Summary
    state: State

    @property
    def is_current(self) -> bool:
        """Whether the store holds this very graph."""
        return self.state.is_current(self.wanted)


def summary(nquads: bytes) -> Summary:
    """Return what a store should hold after a push of these canonical N-Quads."""
    import hashlib

    triples = dict.fromkeys(GRAPHS.values(), 0)
    for line in nquads.splitlines():
        triples[line[line.rindex(b"<") + 1 : line.rindex(b">")].decode()] += 1
    return Summary(hashlib.sha256(nquads).hexdigest(), triples)


class Target:
    """A store, by the addresses where it is asked and changed."""

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
        """Return what the store holds. Raises `EndpointError`."""
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
        """Let the store ask for credentials before much is sent."""
        for transport in filter(None, (self._update, self._store)):
            transport.greet()

    def put(self, part: Part) -> None:
        """Make a side graph hold a part and nothing else, whatever it held. Raises as `state`."""
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

    def swap(self, parts: Sequence[Part], wanted: Summary) -> None:
        """Replace the graphs by what is in the side graphs, in one request. Raises as `state`.

        A store that makes a request one transaction, as the standard says that it should, shows
        its readers either the old graphs or the new. A swap that comes late, when another one has
        used the side graphs up, finds the first of them gone and changes nothing.
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
        """Return how many triples each side graph has."""
        text = (
            "SELECT ?graph (COUNT(*) AS ?n) WHERE { GRAPH ?graph { ?s ?p ?o } "
            f'FILTER (STRSTARTS(STR(?graph), "{LOADING}")) }} GROUP BY ?graph'
        )
        return {
            graph.value: self._engine.number(count)
            for graph, count in self._rows(text)
            # What an endpoint says that it was not asked for is never dropped.
            if isinstance(graph, NamedNode) and graph.value.startswith(LOADING)
        }

    def _rows(self, text: str) -> list[tuple[RdfTerm | None, ...]]:
        return list(self._engine.query(text, union=False).bindings())


def update_url(endpoint: str) -> str:
    """Return where a store is changed that is asked at `endpoint`, by the usual names.

    `.../query` and `.../update` belong together (Oxigraph, Fuseki); elsewhere both are one.
    """
    split = urlsplit(endpoint)
    head, slash, last = split.path.rpartition("/")
    if last != "query":
        return endpoint
    return urlunsplit(split._replace(path=f"{head}{slash}update", query=""))


def cut(nquads: bytes, identifier: str, size: int) -> list[Part]:
    """Return the parts of the five graphs, of about `size` triples each.

    A blank node means something within one request alone, so triples that are tied by blank nodes
    stay together, and parts with them are apart from those without.
    """
    graphs: dict[str, list[Triple]] = {iri: [] for iri in GRAPHS.values()}
    for quad in parse(nquads, format=RdfFormat.N_QUADS, rename_blank_nodes=False):
        graphs[quad.graph_name.value].append(quad.triple)
    parts = []
    for short, iri in GRAPHS.items():
        plain, tied = _tied(graphs[iri])
        chunks = [(chunk, False) for chunk in _chunks([[each] for each in plain], size)]
        chunks += [(chunk, True) for chunk in _chunks(tied, size)]
        for number, (chunk, has_blanks) in enumerate(chunks):
            name = f"{LOADING}{identifier[:16]}/{size}/{short}/{number}"
            parts.append(Part(name, iri, tuple(map(str, chunk)), has_blanks))
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
        blanks = [each for each in (triple.subject, triple.object) if isinstance(each, BlankNode)]
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
