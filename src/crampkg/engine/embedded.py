"""The embedded engine: Oxigraph in memory, loaded from the N-Quads of a snapshot."""

from __future__ import annotations

from pyoxigraph import (
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    QueryTriples,
    RdfFormat,
    Store,
)

from crampkg.errors import QueryError
from crampkg.vocabulary import PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import Any

    from crampkg.engine.base import Binding, Triple

_FORMATS = {
    "csv": QueryResultsFormat.CSV,
    "tsv": QueryResultsFormat.TSV,
    "xml": QueryResultsFormat.XML,
}


class EmbeddedEngine:
    """Oxigraph over one dataset that never changes.

    A pattern outside GRAPH sees the union of all named graphs, and the prefixes of
    `vocabulary.PREFIXES` need no declaration.
    """

    def __init__(self, nquads: bytes) -> None:
        self.store = Store()
        # The snapshot was validated when it was built: lenient leaves out doing so again.
        self.store.load(nquads, format=RdfFormat.N_QUADS, lenient=True)

    def query(self, text: str, *, union: bool = True) -> EmbeddedResult:
        """Run a query; `union` is False for one whose FROM names the graphs that it is to see.

        Raises `QueryError` with line and column where it does not parse.
        """
        try:
            result = self._run(text, union=union)
        except SyntaxError as error:
            from crampkg.engine.faults import located

            raise located(error, text, self._run) from None
        except (ValueError, RuntimeError, OSError) as error:
            message = f"The query cannot be run: {error}"
            raise QueryError(message) from None
        return EmbeddedResult(result)

    def _run(
        self, text: str, *, union: bool = True
    ) -> QuerySolutions | QueryBoolean | QueryTriples:
        return self.store.query(text, prefixes=PREFIXES, use_default_graph_as_union=union)


class EmbeddedResult:
    """What Oxigraph found, converted as it is read."""

    def __init__(self, result: QuerySolutions | QueryBoolean | QueryTriples) -> None:
        self._result: Any = result  # one of three kinds, as `form` says
        self.variables: tuple[str, ...] = ()
        self.boolean: bool | None = None
        if isinstance(result, QuerySolutions):
            self.form = "select"
            self.variables = tuple(variable.value for variable in result.variables)
        elif isinstance(result, QueryBoolean):
            self.form = "ask"
            self.boolean = bool(result)
        else:
            self.form = "graph"

    def bindings(self) -> Iterator[Binding]:
        """Iterate over the rows of a SELECT."""
        from crampkg.convert import to_value

        return _read(
            tuple(term if term is None else to_value(term) for term in solution)
            for solution in self._result
        )

    def triples(self) -> Iterator[Triple]:
        """Iterate over the triples of a CONSTRUCT or DESCRIBE."""
        from crampkg.convert import to_value

        return _read(
            (to_value(triple.subject), to_value(triple.predicate), to_value(triple.object))
            for triple in self._result
        )

    def serialize(self, format: str) -> bytes | None:
        """Return the result as csv, tsv or xml; None for another format or a graph."""
        if format not in _FORMATS or isinstance(self._result, QueryTriples):
            return None
        if self.form == "ask" and format != "xml":
            return None
        try:
            written: bytes = self._result.serialize(format=_FORMATS[format])
        except (ValueError, RuntimeError, OSError) as error:
            message = f"The query cannot be run: {error}"
            raise QueryError(message) from None
        return written


def _read(converted: Iterator[Any]) -> Iterator[Any]:
    """Iterate over a result; what fails while it is computed or converted fails as a query."""
    try:
        yield from converted
    except (ValueError, RuntimeError, OSError) as error:
        message = f"The query cannot be run: {error}"
        raise QueryError(message) from None
    except TypeError as error:  # by `to_value`
        message = f"The answer cannot be shown: {error}"
        raise QueryError(message) from None
