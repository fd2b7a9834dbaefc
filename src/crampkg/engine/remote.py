"""An engine over HTTP: any endpoint of the SPARQL 1.1 Protocol."""

from __future__ import annotations

import json
import re
from http import HTTPStatus
from urllib.request import Request

from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, Variable, parse

from crampkg.engine import guard
from crampkg.engine.transport import TIMEOUT, Transport
from crampkg.errors import EndpointError, QueryError
from crampkg.rdf import parts
from crampkg.turtle import beyond_rdf_1_1
from crampkg.vocabulary import DCT, GRAPHS, PREFIXES, XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import IO, Any

    from crampkg.engine.base import Binding
    from crampkg.engine.transport import EndpointReply
    from crampkg.rdf import RdfTerm, Triple

_FORMS = {"SELECT": "select", "ASK": "ask", "CONSTRUCT": "graph", "DESCRIBE": "graph"}

#: One plain media type for each form, since Comunica 5 fails on several.
_ACCEPT = {
    "select": "application/sparql-results+json",
    "ask": "application/sparql-results+json",
    "graph": "application/n-triples",
}

#: Media types of RDF that pyoxigraph does not know.
_ALSO = {
    "text/ntriples": "application/n-triples",
    "text/plain": "application/n-triples",
    "application/x-turtle": "text/turtle",
}


#: Deeper nesting than in any RDF that people write.
_DEEPEST = 1000

_LANG_STRING, _STRING = PREFIXES["rdf"] + "langString", XSD + "string"

#: The number of characters shown of a faulty term.
_MOST_SHOWN = 160

#: How a service names its dataset (https://www.w3.org/TR/sparql11-service-description/).
_DATASET = f"{PREFIXES['sd']}defaultDataset"


class RemoteEngine:
    """A SPARQL endpoint that holds the five named graphs, perhaps among others.

    Outside GRAPH a query sees the union of the five, whatever the store's own default graph; inside
    GRAPH it sees only these. Both are requested through the protocol.
    """

    def __init__(
        self,
        url: str,
        *,
        user: str | None = None,
        timeout: float = TIMEOUT,
        prefixes: Mapping[str, str] = PREFIXES,
    ) -> None:
        self.url = url
        self._prefixes = prefixes
        self._transport = Transport(url, user=user, timeout=timeout)

    def query(
        self,
        text: str,
        *,
        union: bool = True,
        dataset: tuple[Sequence[str], Sequence[str]] | None = None,
        order: Sequence[str] = (),
        base: str | None = None,
    ) -> RemoteResult:
        """Run a query; with `union` False it sees the store's own dataset.

        `dataset`, `order` and `base` are as in `EmbeddedEngine.query`. Raises `QueryError` when the
        endpoint reports a fault of the query, `EndpointError` without an answer, or with an
        unreadable one.
        """
        form = _form(text)
        query = declared(text, self._prefixes)
        if base is not None:
            query = f"BASE <{base}> {query}"
        if dataset is None:
            dataset = (tuple(GRAPHS.values()),) * 2 if union else ((), ())
        default, named = dataset
        parameters = [
            ("query", query),
            *(("default-graph-uri", graph) for graph in default),
            *(("named-graph-uri", graph) for graph in named),
        ]
        try:
            reply = self._transport.post(parameters, _ACCEPT[_FORMS[form]])
        except EndpointError as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                raise _at_fault(text, error, self._prefixes) from None
            raise
        columns = guard.projection(text)
        return RemoteResult(reply, _FORMS[form], self._transport, order or columns, columns)

    def size(self, graph: str, *, union: bool = True) -> int:
        """Return the number of triples in a named graph. `union` and errors are as in `query`."""
        text = f"SELECT (COUNT(*) AS ?n) WHERE {{ GRAPH <{graph}> {{ ?s ?p ?o }} }}"
        return self.number(next((row[0] for row in self.query(text, union=union).bindings()), None))

    def number(self, value: RdfTerm | None) -> int:
        """Return a count from the endpoint. Raises `EndpointError` for anything else."""
        text = "" if value is None else value.value
        if not re.fullmatch("[0-9]{1,18}", text):
            raise self._transport.unreadable(f"it counts {_shown(text)} triples")
        return int(text)

    def served(self) -> str:
        """Return the identifier of the graphs in the endpoint's description of itself, or "".

        Our own server gives such a SPARQL 1.1 Service Description.
        """
        request = Request(self.url, headers={"Accept": _ACCEPT["graph"]})  # noqa: S310 - http only
        try:
            reply = self._transport.send(request)
            triples = [*RemoteResult(reply, "graph", self._transport).triples()]
        except EndpointError:  # most have none, and some answer with an error
            return ""
        datasets = [object for _, predicate, object in triples if predicate.value == _DATASET]
        identifiers = [
            object.value
            for subject, predicate, object in triples
            if predicate.value == f"{DCT}identifier" and subject in datasets
        ]
        return identifiers[0] if len(identifiers) == 1 else ""


class RemoteResult:
    """The answer of an endpoint, read completely and checked."""

    def __init__(
        self,
        reply: EndpointReply,
        form: str,
        transport: Transport,
        order: Sequence[str] = (),
        columns: Sequence[str] = (),  # the requested columns, unless all were requested
    ) -> None:
        self.form = form
        self.variables: tuple[str, ...] = ()
        self.boolean: bool | None = None
        self._reply = reply
        self._transport = transport
        self._rows: list[Binding] = []
        if form != "graph":
            self._read_json(order)
        if columns and sorted(columns) != sorted(self.variables):
            given = _shown(", ".join(self.variables))
            message = f"its columns are {given}, not {', '.join(columns)}"
            raise transport.unreadable(message)

    def bindings(self) -> Iterator[Binding]:
        """Iterate over the rows of a SELECT."""
        return iter(self._rows)

    def triples(self) -> Iterator[Triple]:
        """Iterate over the triples of a CONSTRUCT or DESCRIBE."""
        media_type = self._reply.media_type
        format = RdfFormat.from_media_type(_ALSO.get(media_type, media_type))
        if format is None:
            message = f"its type is {media_type}, where RDF was asked for"
            raise self._transport.unreadable(message)
        try:
            _prove(self._reply.body, format)
            yield from map(
                parts, parse(self._reply.body, format=format, base_iri=self._transport.url)
            )
        except (SyntaxError, ValueError, TypeError, RecursionError) as error:
            message = f"it is no {format.name}: {error}"
            raise self._transport.unreadable(message) from None

    def serialize(
        self,
        format: str,  # noqa: ARG002 - as the protocol has it
        sink: IO[bytes] | None = None,  # noqa: ARG002 - the same
    ) -> bytes | None:
        """Return None: answers are written from their rows, alike for all engines."""
        return None

    def _read_json(self, order: Sequence[str]) -> None:
        """Read the SPARQL 1.1 Query Results JSON Format; Virtuoso answers an ASK with one row.

        Everything is checked now, so that the result can be written in every format.
        """
        try:
            document = json.loads(self._reply.body)
            if self.form == "ask" and isinstance(document.get("boolean"), bool):
                self.boolean = document["boolean"]
                return
            variables = tuple(_list(document["head"]["vars"]))
            rows = _list(document["results"]["bindings"])
        except (ValueError, LookupError, TypeError, AttributeError, RecursionError):
            what = f"SPARQL results in JSON were asked for, and this is {self._reply.media_type}"
            raise self._transport.unreadable(f"{what}, broken or of another kind") from None
        try:
            if self.form == "ask" and variables == ("__ASK_RETVAL",):
                self.boolean = bool(rows) and rows[0]["__ASK_RETVAL"]["value"] in ("1", "true")
                return
            self._rows = [
                tuple(_term(row[name]) if name in row else None for name in variables)
                for row in rows
            ]
            _prove_columns(variables)
        except ValueError as error:
            raise self._transport.unreadable(str(error)) from None
        except (LookupError, TypeError, AttributeError):
            message = "a row of its results is not as the standard has it"
            raise self._transport.unreadable(message) from None
        if self.form == "ask":
            message = "it has rows, where yes or no was asked for"
            raise self._transport.unreadable(message)
        self.variables = variables
        if sorted(order) == sorted(variables):
            self.variables = tuple(order)
            places = [variables.index(name) for name in order]
            self._rows = [tuple(row[place] for place in places) for row in self._rows]
        most = self._reply.headers.get("x-sparql-maxrows")
        if most is not None and most.isdecimal() and len(self._rows) >= int(most):
            message = (
                f"{self._transport.shown} cuts an answer off at {most} rows. Let it give more "
                "(ResultSetMaxRows in virtuoso.ini), or ask for less with LIMIT."
            )
            raise EndpointError(message)

    @property
    def url(self) -> str:
        """The address of the endpoint."""
        return self._transport.url


def declared(text: str, prefixes: Mapping[str, str] = PREFIXES) -> str:
    """Return a query that declares those of `prefixes` that it uses without declaring them.

    The declarations are put in front of the first line, so that line numbers stay the same.
    """
    used: dict[str, None] = {}
    known: set[str] = set()
    before = ""
    for kind, token, _ in guard.tokens(text):
        if kind == "comment":
            continue
        if kind == "name":
            prefix = token.partition(":")[0]
            if before == "PREFIX":
                known.add(prefix)
            else:
                used.setdefault(prefix)
        before = token.upper()
    missing = [prefix for prefix in used if prefix in prefixes and prefix not in known]
    return "".join(f"PREFIX {prefix}: <{prefixes[prefix]}> " for prefix in missing) + text


def _prove(body: bytes, format: RdfFormat) -> None:
    """Raise ValueError or RecursionError for RDF nested so deeply that parsing might crash.

    pyoxigraph follows nested triple terms by recursion (10,000 are too many), and its time grows
    with the square of the depth of XML elements and JSON objects.
    """
    if format == RdfFormat.JSON_LD:
        json.loads(body)  # which has a limit of its own
    elif format == RdfFormat.RDF_XML:
        _prove_elements(body)
    elif b"<<" in body and (beyond := beyond_rdf_1_1(body.decode())):
        message = f"{beyond[1]} in line {beyond[0]} goes beyond RDF 1.1"
        raise ValueError(message)


def _prove_elements(body: bytes) -> None:
    from xml.parsers import expat

    depth = 0

    def start(*_: object) -> None:
        nonlocal depth
        depth += 1
        if depth > _DEEPEST:
            message = f"it nests more than {_DEEPEST} elements"
            raise ValueError(message)

    def end(_: str) -> None:
        nonlocal depth
        depth -= 1

    reader = expat.ParserCreate()
    reader.StartElementHandler, reader.EndElementHandler = start, end
    try:
        reader.Parse(body, True)  # noqa: FBT003 - a function of C
    except expat.ExpatError as error:
        raise ValueError(str(error)) from None


def _form(text: str) -> str:
    """Return the keyword of the form of a query. Raises `QueryError` without one."""
    for word, _ in guard.words(text):
        if word.upper() in _FORMS:
            return word.upper()
    message = "A query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, after its prefixes."
    raise QueryError(message)


def _at_fault(text: str, error: EndpointError, prefixes: Mapping[str, str]) -> QueryError:
    """Return the error for a query refused by an endpoint, located if we can."""
    from crampkg.engine.embedded import EmbeddedEngine

    try:
        EmbeddedEngine(b"", prefixes).query(text)
    except QueryError as fault:
        return fault
    return QueryError(f"The query was refused. {error}")


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError(value)
    return value


def _prove_columns(names: tuple[Any, ...]) -> None:
    """Raise ValueError unless these are distinct names of variables."""
    for name in names:
        try:
            Variable(name)
        except (ValueError, TypeError):
            shown = _shown(name) if isinstance(name, str) else "what is no text"
            message = f"{shown} is no name of a column"
            raise ValueError(message) from None
    if len(set(names)) < len(names):
        message = "two of its columns have one name"
        raise ValueError(message)


def _term(term: dict[str, Any]) -> RdfTerm:
    """Return a term of the JSON format; `typed-literal` is Virtuoso's name for literal.

    Raises ValueError with the fault, or KeyError or TypeError.
    """
    kind, text = term["type"], term["value"]
    if kind == "triple" or "its:dir" in term:
        what = "a triple" if kind == "triple" else "a text with a direction"
        message = f"{what} is a term of RDF 1.2 alone, which crampkg does not hold"
        raise ValueError(message)
    if not isinstance(text, str) or kind not in ("uri", "bnode", "literal", "typed-literal"):
        raise TypeError(kind)
    language, datatype = term.get("xml:lang") or None, term.get("datatype") or None
    try:
        text.encode()
        if kind == "uri":
            return NamedNode(text)
        if kind == "bnode":
            return _blank(text)
        if language is not None:
            return Literal(text, language=language)
        if datatype != _LANG_STRING:
            return Literal(text, datatype=NamedNode(datatype or _STRING))
        reason = "it lacks its language"
    except UnicodeEncodeError:
        reason = "it holds half a character"
    except ValueError as error:
        reason = str(error)
    message = f"{_shown(text)} is no term of RDF: {reason}"
    raise ValueError(message)


def _blank(label: str) -> BlankNode:
    """Return a blank node; a label invalid in RDF, such as Virtuoso's nodeID://b1, is encoded."""
    try:
        return BlankNode(label)
    except ValueError:
        return BlankNode(f"x{label.encode().hex()}")


def _shown(text: str) -> str:
    """Return a part of an answer for display: short and printable."""
    text = ascii(text)
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."
