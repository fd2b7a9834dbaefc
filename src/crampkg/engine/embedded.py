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

#: A longer word in Oxigraph's list of what it expects is no keyword.
_LONGEST_WORD = 40

_NO_FORM = "a query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, after its prefixes."


class EmbeddedEngine:
    """Oxigraph over one dataset that never changes.

    A pattern outside GRAPH sees the union of all named graphs, and the prefixes of
    `vocabulary.PREFIXES` need no declaration.
    """

    def __init__(self, nquads: bytes) -> None:
        self.store = Store()
        # The snapshot was validated when it was built: lenient leaves out doing so again.
        self.store.load(nquads, format=RdfFormat.N_QUADS, lenient=True)

    def query(self, text: str) -> EmbeddedResult:
        """Run a query. Raises `QueryError` with line and column where it does not parse."""
        try:
            result = self.store.query(text, prefixes=PREFIXES, use_default_graph_as_union=True)
        except SyntaxError as error:
            raise _located(str(error), text) from None
        except (ValueError, RuntimeError, OSError) as error:
            message = f"The query cannot be run: {error}"
            raise QueryError(message) from None
        return EmbeddedResult(result)


class EmbeddedResult:
    """What Oxigraph found, converted as it is read."""

    def __init__(self, result: QuerySolutions | QueryBoolean | QueryTriples) -> None:
        self._result = result
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

        for solution in _read(self._result):
            yield tuple(term if term is None else to_value(term) for term in solution)

    def triples(self) -> Iterator[Triple]:
        """Iterate over the triples of a CONSTRUCT or DESCRIBE."""
        from crampkg.convert import to_value

        for triple in _read(self._result):
            yield (
                to_value(triple.subject),
                to_value(triple.predicate),
                to_value(triple.object),
            )

    def serialize(self, format: str) -> bytes | None:
        """Return the result as csv, tsv or xml; None for another format or a graph."""
        if format not in _FORMATS or isinstance(self._result, QueryTriples):
            return None
        if self.form == "ask" and format != "xml":
            return None
        try:
            return self._result.serialize(format=_FORMATS[format])
        except (ValueError, RuntimeError, OSError) as error:
            message = f"The query cannot be run: {error}"
            raise QueryError(message) from None


def _read(result: Any) -> Iterator[Any]:
    """Iterate over any kind of result; what fails while it is computed fails as a query."""
    try:
        yield from result
    except (ValueError, RuntimeError, OSError) as error:
        message = f"The query cannot be run: {error}"
        raise QueryError(message) from None


def _located(message: str, text: str) -> QueryError:
    """Turn Oxigraph's `error at 2:9: expected one of ...` into our sentence."""
    import re

    found = re.match(r"error at (\d+):(\d+): (?:expected )?(.*)", message, re.DOTALL)
    if not found:
        return QueryError(f"The query does not parse: {message}")
    line, column = int(found[1]), int(found[2])
    has_form = re.search(r"\b(SELECT|ASK|CONSTRUCT|DESCRIBE)\b", text, re.IGNORECASE)
    reason = _reason(found[3]) if has_form else _NO_FORM
    lines = text.splitlines() or [""]
    shown = lines[min(line, len(lines)) - 1].expandtabs(1)
    pointer = " " * (column - 1) + "^"
    return QueryError(
        f"The query does not parse at line {line}, column {column}: {reason}\n"
        f"  {shown}\n  {pointer}",
        line,
        column,
    )


def _reason(expected: str) -> str:
    if "Prefix not found" in expected:
        return "the prefix is not declared. Declare it with PREFIX, or write the IRI in <>."
    if "unbound" in expected:
        return (
            "the SELECT names a variable that GROUP BY does not. Group by it, or put it in an "
            "aggregate."
        )
    # Oxigraph lists whole character classes; the words among them are what a person can use.
    words = [word for word in expected.removeprefix("one of ").split(", ") if word.isascii()]
    words = [word for word in words if word[:1].isalpha() and len(word) < _LONGEST_WORD]
    # Neither can be the way out: the one is no SPARQL 1.1, the other is refused here.
    words = [word for word in words if word not in ("LATERAL", "SERVICE")]
    return f"expected {' or '.join(words)}." if words else "something else is expected here."
