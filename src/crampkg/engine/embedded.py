"""The embedded engine: Oxigraph in memory, loaded from the N-Quads of a snapshot."""

from __future__ import annotations

from pyoxigraph import (
    DefaultGraph,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
    parse,
)

from crampkg.errors import QueryError
from crampkg.rdf import of_rdf_1_1, parts
from crampkg.vocabulary import PREFIXES, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO, Any

    from crampkg.engine.base import Binding
    from crampkg.rdf import Triple

_FORMATS = {
    "csv": QueryResultsFormat.CSV,
    "json": QueryResultsFormat.JSON,
    "tsv": QueryResultsFormat.TSV,
    "xml": QueryResultsFormat.XML,
}


class EmbeddedEngine:
    """Oxigraph over one dataset that never changes.

    A pattern outside GRAPH sees the union of all named graphs, and `prefixes` need no declaration.
    """

    def __init__(
        self, nquads: bytes, prefixes: Mapping[str, str] = PREFIXES, *, keeps_labels: bool = False
    ) -> None:
        """Load the graphs; `keeps_labels` of blank nodes takes a fifth longer."""
        self.store = Store()
        self._prefixes = dict(prefixes)
        # The snapshot was validated when it was built: lenient skips that.
        if keeps_labels:
            quads = parse(nquads, format=RdfFormat.N_QUADS, lenient=True, rename_blank_nodes=False)
            self.store.extend(quads)
        else:
            self.store.load(nquads, format=RdfFormat.N_QUADS, lenient=True)

    @classmethod
    def over(cls, store: Store) -> EmbeddedEngine:
        """Return an engine over an existing store that does not change any more."""
        engine = cls(b"")
        engine.store = store
        return engine

    def query(
        self,
        text: str,
        *,
        union: bool = True,
        dataset: tuple[Sequence[str], Sequence[str]] | None = None,
        order: Sequence[str] = (),
        base: str | None = None,
    ) -> EmbeddedResult:
        """Run a query; `union` is False for a query whose FROM chooses its graphs.

        `dataset` gives the graphs of the default graph and the named graphs, and overrides FROM.
        `order` gives the order of columns by name, and `base` resolves relative IRIs. Raises
        `QueryError` with line and column for a text that does not parse.
        """
        chosen: dict[str, Any] = {"use_default_graph_as_union": union, "base_iri": base}
        if dataset is not None:
            default, named = dataset
            chosen = {
                "base_iri": base,
                # Without any graph Oxigraph would use the whole store.
                "default_graph": [NamedNode(iri) for iri in default] or [DefaultGraph()],
                "named_graphs": [NamedNode(iri) for iri in named],
            }
        try:
            result = self._run(text, **chosen)
        except SyntaxError as error:
            from crampkg.engine.faults import located

            raise located(error, text, lambda again: self._run(again, **chosen)) from None
        except (ValueError, RuntimeError, OSError) as error:
            raise _stopped(error) from None
        return EmbeddedResult(result, order)

    def _run(self, text: str, **dataset: Any) -> QuerySolutions | QueryBoolean | QueryTriples:
        return self.store.query(text, prefixes=self._prefixes, **dataset)


class EmbeddedResult:
    """A result of Oxigraph, computed as it is read."""

    def __init__(
        self, result: QuerySolutions | QueryBoolean | QueryTriples, order: Sequence[str] = ()
    ) -> None:
        self._result: Any = result  # one of three kinds, as `form` says
        self._places: list[int] = []  # of the columns in the engine's rows, if they are reordered
        self.variables: tuple[str, ...] = ()
        self.boolean: bool | None = None
        if isinstance(result, QuerySolutions):
            self.form = "select"
            names = tuple(variable.value for variable in result.variables)
            self.variables = names
            if set(names).issubset(order):
                self.variables = tuple(sorted(names, key=order.index))
            if self.variables != names:
                self._places = [names.index(name) for name in self.variables]
        elif isinstance(result, QueryBoolean):
            self.form = "ask"
            self.boolean = bool(result)
        else:
            self.form = "graph"

    def bindings(self) -> Iterator[Binding]:
        """Iterate over the rows of a SELECT."""
        rows = self._result
        if self._places:
            rows = ([solution[place] for place in self._places] for solution in rows)
        return _read(
            tuple(term if term is None else of_rdf_1_1(term) for term in row) for row in rows
        )

    def triples(self) -> Iterator[Triple]:
        """Iterate over the triples of a CONSTRUCT or DESCRIBE."""
        return _read(map(parts, self._result))

    def serialize(self, format: str, sink: IO[bytes] | None = None) -> bytes | None:
        """Return the result as csv, json, tsv or xml; None for others, graphs, reordered rows.

        With a `sink` it is written there, and the return value is empty. Errors of the sink are
        passed on.
        """
        if format not in _FORMATS or self.form == "graph":
            return None
        if self._places and format != "json":  # in JSON the order is that of the head alone
            return None
        if self.form == "ask" and format not in ("json", "xml"):
            return None
        try:
            if sink is not None:
                self._result.serialize(sink, _FORMATS[format])
                return b""
            written: bytes = self._result.serialize(format=_FORMATS[format])
        except (ValueError, RuntimeError, OSError) as error:
            raise _stopped(error) from None
        return written


def _read(terms: Iterator[Any]) -> Iterator[Any]:
    """Iterate over a result; errors on the way become errors of the query."""
    try:
        yield from terms
    except (ValueError, RuntimeError, OSError) as error:
        raise _stopped(error) from None
    except TypeError as error:  # by `of_rdf_1_1`
        message = f"The answer cannot be shown: {error}"
        raise QueryError(message) from None


def _stopped(error: Exception) -> QueryError:
    """Return the error for a query that parses but cannot be run."""
    import re

    function = re.search(r"custom function <([^>]*)> is not supported", str(error))
    if function:
        return QueryError(
            f"The query calls {compress(function[1])}, and there is no such function here. Use "
            "one of SPARQL 1.1, or a cast such as xsd:integer."
        )
    return QueryError(f"The query cannot be run: {str(error).rstrip('.')}.")
