"""rdflib as a second engine: slower, and an independent check of every answer."""

from __future__ import annotations

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode
from pyparsing.exceptions import ParseException
from rdflib.plugins.sparql.algebra import translateQuery
from rdflib.plugins.sparql.parser import parseQuery

from crampkg.engine import guard
from crampkg.engine.dataset import parse_dataset
from crampkg.errors import QueryError
from crampkg.vocabulary import PREFIXES, XSD

_STRING = XSD + "string"

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import IO

    from rdflib.query import Result as RdflibAnswer
    from rdflib.term import Node

    from crampkg.engine.base import Binding
    from crampkg.rdf import RdfTerm, Triple


class RdflibEngine:
    """An `rdflib.Dataset` whose default graph is the union of its named graphs."""

    def __init__(self, nquads: bytes, prefixes: Mapping[str, str] = PREFIXES) -> None:
        self.dataset = parse_dataset(nquads, prefixes)
        self._prefixes = dict(prefixes)

    def query(self, text: str) -> RdflibResult:
        """Run a query. Raises `QueryError` for a query that does not parse or is refused.

        The guard is called here, since SERVICE and FROM in rdflib read the network and files.
        """
        guard.check(text)
        try:
            parsed = parseQuery(text)
            query = translateQuery(parsed, initNs=self._prefixes)
        except ParseException as error:
            message = f"The query does not parse at line {error.lineno}, column {error.column}."
            raise QueryError(message, error.lineno, error.column) from None
        except Exception as error:  # noqa: BLE001 - what rdflib raises for an unknown prefix
            message = f"The query cannot be run: {error}."
            raise QueryError(message) from None
        if parsed[1].datasetClause is not None:
            message = "FROM would read a file or a web page. Use GRAPH in the pattern."
            raise QueryError(message)
        return RdflibResult(self.dataset.query(query))


class RdflibResult:
    """A result of rdflib, its terms converted to pyoxigraph's on reading."""

    def __init__(self, result: RdflibAnswer) -> None:
        self._result = result
        self.form = {"SELECT": "select", "ASK": "ask"}.get(result.type, "graph")
        self.variables = tuple(str(name) for name in result.vars or ())
        self.boolean = bool(result.askAnswer) if self.form == "ask" else None

    def bindings(self) -> Iterator[Binding]:
        """Iterate over the rows of a SELECT."""
        for row in self._result:
            terms: tuple[Node | None, ...] = tuple(row)  # type: ignore[arg-type]  # no boolean
            yield tuple(None if term is None else _term(term) for term in terms)

    def triples(self) -> Iterator[Triple]:
        """Iterate over the triples of a CONSTRUCT or DESCRIBE."""
        for triple in self._result.graph or ():
            yield tuple(map(_term, triple))  # type: ignore[misc]

    def serialize(
        self,
        format: str,  # noqa: ARG002 - as the protocol has it
        sink: IO[bytes] | None = None,  # noqa: ARG002 - the same
    ) -> bytes | None:
        """Return None: answers are written from their rows, alike for all engines."""
        return None


def _term(term: Node) -> RdfTerm:
    if isinstance(term, rdflib.URIRef):
        return NamedNode(str(term))
    if isinstance(term, rdflib.BNode):
        return BlankNode(str(term))
    if isinstance(term, rdflib.Literal):
        if term.language:
            return Literal(str(term), language=term.language)
        return Literal(str(term), datatype=NamedNode(str(term.datatype or _STRING)))
    message = f"A result holds {term!r}, which is neither an IRI, a literal nor a blank node."
    raise TypeError(message)
