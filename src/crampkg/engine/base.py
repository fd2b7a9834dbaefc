"""The interface of engines: a SPARQL text in, a result out."""

from __future__ import annotations

from typing import Protocol

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import IO

    from crampkg.rdf import RdfTerm, Triple

    Binding = tuple[RdfTerm | None, ...]


class Result(Protocol):
    """The result of one query, to be read once."""

    form: str
    """`select`, `ask` or `graph`."""

    variables: tuple[str, ...]
    """The projected variables of a SELECT, in their order; else empty."""

    boolean: bool | None
    """The answer of an ASK; else None."""

    def bindings(self) -> Iterator[Binding]:
        """Iterate over the rows of a SELECT, one value or None for each variable."""

    def triples(self) -> Iterator[Triple]:
        """Iterate over the triples of a CONSTRUCT or DESCRIBE."""

    def serialize(self, format: str, sink: IO[bytes] | None = None) -> bytes | None:
        """Return the result in the engine's own `csv`, `json`, `tsv` or `xml`; None if unsupported.

        With a `sink` it is written there, and the return value is empty.
        """


class Engine(Protocol):
    """Something that answers SPARQL 1.1 queries over the five named graphs."""

    def query(self, text: str) -> Result:
        """Run a SELECT, ASK, CONSTRUCT or DESCRIBE.

        Raises `QueryError` with line and column when the text does not parse or is refused.
        """
