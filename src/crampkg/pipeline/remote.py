"""The content of a snapshot, read from an endpoint instead: graphs, names and status."""

from __future__ import annotations

from pyoxigraph import BlankNode, NamedNode, Quad, Store

from crampkg.engine.transport import shown
from crampkg.errors import EndpointError
from crampkg.pipeline.snapshot import Snapshot
from crampkg.vocabulary import CK, GRAPHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.engine.remote import RemoteEngine
    from crampkg.library import Library
    from crampkg.model import Status
    from crampkg.name_index import NameIndex
    from crampkg.pipeline.instances import Instances
    from crampkg.sources import Sources

_ARTICLES = f"""\
CONSTRUCT {{ ?article ?property ?value }}
WHERE {{ GRAPH <{GRAPHS["claims"]}> {{ ?article a <{CK}Article> ; ?property ?value }} }}
"""

_NAMES = """\
CONSTRUCT {{ ?thing ?property ?value }}
WHERE {{
  GRAPH ?graph {{ ?thing ?property ?value }}
  FILTER (?property IN ({}))
}}
"""


class RemoteSnapshot(Snapshot):
    """The graph of an endpoint with the question library of a local snapshot.

    Each part is fetched when first used, then kept.
    """

    def __init__(self, engine: RemoteEngine, local: Snapshot, sources: Sources) -> None:
        super().__init__(local.read, local.notices)
        self._engine = engine
        self._local = local
        self._sources = sources
        self._nquads: bytes | None = None
        self._terms: NameIndex | None = None
        self._statuses: tuple[Status, ...] | None = None

    @property
    def questions(self) -> Library:
        """The question library of the package."""
        return self._local.questions

    @property
    def nquads(self) -> bytes:
        """All graphs of the endpoint as canonical N-Quads. Raises `EndpointError` if cut off."""
        if self._nquads is None:
            from crampkg.blank_nodes import relabelled

            quads = {quad for iri in GRAPHS.values() for quad in self._graph(iri)}
            if not quads:
                raise self._absent()
            self._nquads = "".join(sorted(f"{quad} .\n" for quad in relabelled(quads))).encode()
        return self._nquads

    @property
    def instances(self) -> Instances:
        """The rule instances behind the endpoint's inferences, by the rules of the package."""
        from crampkg.pipeline.instances import Instances

        return Instances.of_graph(self.nquads, self._sources)

    @property
    def terms(self) -> NameIndex:
        """All resources with a label at the endpoint, sorted by IRI."""
        if self._terms is None:
            from crampkg.name_index import NameIndex
            from crampkg.pipeline.index import INDEXED, index

            store = self._store(_NAMES.format(", ".join(map(str, INDEXED))))
            self._terms = NameIndex.of(index(store))
        return self._terms

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The status of each article at the endpoint. Raises `EndpointError` without any."""
        if self._statuses is None:
            from crampkg.model import Status
            from crampkg.pipeline.index import statuses

            rows = statuses(self._store(_ARTICLES))
            if not rows:
                raise self._absent()
            self._statuses = tuple(Status(*fields) for fields in rows)
        return self._statuses

    def _absent(self) -> EndpointError:
        url = shown(self._engine.url)
        return EndpointError(
            f"{url} holds no article of crampkg. `crampkg push --endpoint {url}` puts them there."
        )

    def _store(self, text: str) -> Store:

        store = Store()
        store.extend(Quad(*triple) for triple in self._engine.query(text).triples())
        return store

    def _graph(self, iri: str) -> list[Quad]:
        """Return the quads of one graph, with blank nodes distinct from those of other graphs."""
        name = NamedNode(iri)
        fresh: dict[BlankNode, BlankNode] = {}
        quads = []
        where = f"WHERE {{ GRAPH <{iri}> {{ ?s ?p ?o }} }}"
        for triple in self._engine.query(f"CONSTRUCT {{ ?s ?p ?o }} {where}").triples():
            subject, predicate, object_ = (
                fresh.setdefault(term, BlankNode()) if isinstance(term, BlankNode) else term
                for term in triple
            )
            quads.append(Quad(subject, predicate, object_, name))  # type: ignore[arg-type]
        counted = self._engine.size(iri)
        if len(set(quads)) != counted:
            message = (
                f"{shown(self._engine.url)} gave {len(set(quads))} of the {counted} triples of "
                f"<{iri}>. Raise its limit on the size of answers."
            )
            raise EndpointError(message)
        return quads
