"""An engine over HTTP: any endpoint of the SPARQL 1.1 Protocol, by way of SPARQLWrapper."""

from __future__ import annotations

import json
from http import HTTPStatus
from urllib.request import Request

from SPARQLWrapper import JSON, POST, TURTLE, SPARQLWrapper

from crampkg.engine import guard
from crampkg.engine.transport import TIMEOUT, Transport
from crampkg.errors import EndpointError, QueryError
from crampkg.records import Value
from crampkg.turtle import beyond_rdf_1_1
from crampkg.vocabulary import DCT, GRAPHS, PREFIXES, XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import IO, Any

    from pyoxigraph import RdfFormat

    from crampkg.engine.base import Binding, Triple
    from crampkg.engine.transport import Reply

_FORMS = {"SELECT": "select", "ASK": "ask", "CONSTRUCT": "graph", "DESCRIBE": "graph"}

#: What is asked for: one plain type each, since Comunica 5 gives up on several.
_ACCEPT = {
    "select": "application/sparql-results+json",
    "ask": "application/sparql-results+json",
    "graph": "application/n-triples",
}

#: Types of RDF that pyoxigraph does not know by that name.
_ALSO = {
    "text/ntriples": "application/n-triples",
    "text/plain": "application/n-triples",
    "application/x-turtle": "text/turtle",
}


#: No RDF that people write nests deeper.
_DEEPEST = 1000

#: How a service names its dataset (https://www.w3.org/TR/sparql11-service-description/).
_DATASET = f"{PREFIXES['sd']}defaultDataset"


class RemoteEngine:
    """A SPARQL endpoint that holds the five named graphs, among others or not.

    Outside of GRAPH a query sees the union of the five, whatever the store's own default graph is,
    and inside of GRAPH no others: both are asked for through the protocol.
    """

    def __init__(self, url: str, *, user: str | None = None, timeout: float = TIMEOUT) -> None:
        self.url = url
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
        """Run a query; `union` is False for one that is to see the graphs as the store has them.

        `dataset`, `order` and `base` are as `EmbeddedEngine.query` has them. Raises `QueryError`
        where the endpoint says that the query is at fault, `EndpointError` when there is no
        answer, or none that can be read.
        """
        form = _form(text)
        wrapper = _Wrapper(self.url, self._transport)
        # Set past `setQuery`, which guesses the form and would take a word of a comment for it.
        wrapper.queryString, wrapper.queryType = declared(text), form
        if base is not None:
            wrapper.queryString = f"BASE <{base}> {wrapper.queryString}"
        wrapper.setReturnFormat(TURTLE if _FORMS[form] == "graph" else JSON)
        wrapper.setOnlyConneg(True)
        wrapper.setMethod(POST)
        wrapper.addCustomHttpHeader("Accept", _ACCEPT[_FORMS[form]])
        if dataset is None and union:
            dataset = (tuple(GRAPHS.values()),) * 2
        for name, graphs in zip(
            ("default-graph-uri", "named-graph-uri"), dataset or (), strict=False
        ):
            for graph in graphs:
                wrapper.addParameter(name, graph)
        try:
            reply = wrapper.reply()
        except EndpointError as error:
            if error.status == HTTPStatus.BAD_REQUEST:
                raise _at_fault(text, error) from None
            raise
        return RemoteResult(reply, _FORMS[form], self._transport, order)

    def served(self) -> str:
        """Return the identifier of the graphs by the endpoint's description of itself, or nothing.

        SPARQL 1.1 Service Description, which a server of ours gives.
        """
        request = Request(self.url, headers={"Accept": _ACCEPT["graph"]})  # noqa: S310 - http only
        try:
            reply = self._transport.send(request)
            triples = [*RemoteResult(reply, "graph", self._transport).triples()]
        except EndpointError:  # most have none, and some say so with an error
            return ""
        datasets = [object for _, predicate, object in triples if predicate.text == _DATASET]
        found = [
            object.text
            for subject, predicate, object in triples
            if predicate.text == f"{DCT}identifier" and subject in datasets
        ]
        return found[0] if len(found) == 1 else ""


class _Wrapper(SPARQLWrapper):
    """SPARQLWrapper, which makes the request, over our transport, which sends it.

    Its own way of sending knows no limit of size, follows redirects with the credentials, and for
    digest authentication changes the opener of the whole process.
    """

    def __init__(self, url: str, transport: Transport) -> None:
        super().__init__(url)
        self._transport = transport

    def reply(self) -> Reply:
        """Send the request and return the answer."""
        return self._transport.send(self._createRequest())


class RemoteResult:
    """What an endpoint answered, read whole, converted as it is asked for."""

    def __init__(
        self, reply: Reply, form: str, transport: Transport, order: Sequence[str] = ()
    ) -> None:
        self.form = form
        self.variables: tuple[str, ...] = ()
        self.boolean: bool | None = None
        self._reply = reply
        self._transport = transport
        self._rows: list[dict[str, Any]] = []
        if form != "graph":
            self._read_json()
        if sorted(order) == sorted(self.variables):
            self.variables = tuple(order)

    def bindings(self) -> Iterator[Binding]:
        """Iterate over the rows of a SELECT."""
        for row in self._rows:
            try:
                yield tuple(
                    _to_value(row[name]) if name in row else None for name in self.variables
                )
            except (KeyError, TypeError, AttributeError):
                message = "a row of its results is not as the standard has it"
                raise self._transport.unreadable(message) from None

    def triples(self) -> Iterator[Triple]:
        """Iterate over the triples of a CONSTRUCT or DESCRIBE."""
        from pyoxigraph import RdfFormat, parse

        from crampkg.convert import to_value

        media_type = self._reply.media_type
        format = RdfFormat.from_media_type(_ALSO.get(media_type, media_type))
        if format is None:
            message = f"its type is {media_type}, where RDF was asked for"
            raise self._transport.unreadable(message)
        try:
            _prove(self._reply.body, format)
            for quad in parse(self._reply.body, format=format, base_iri=self._transport.url):
                yield to_value(quad.subject), to_value(quad.predicate), to_value(quad.object)
        except (SyntaxError, ValueError, TypeError, RecursionError) as error:
            message = f"it is no {format.name}: {error}"
            raise self._transport.unreadable(message) from None

    def serialize(
        self,
        format: str,  # noqa: ARG002 - as the protocol has it
        sink: IO[bytes] | None = None,  # noqa: ARG002 - the same
    ) -> bytes | None:
        """Return None: answers are written from their rows, alike for every engine."""
        return None

    def _read_json(self) -> None:
        """Read the SPARQL 1.1 Query Results JSON Format; an ASK of Virtuoso's is one row."""
        try:
            told = json.loads(self._reply.body)
            if self.form == "ask" and "boolean" in told:
                self.boolean = bool(told["boolean"])
                return
            variables = tuple(told["head"]["vars"])
            self._rows = told["results"]["bindings"]
            if self.form == "ask" and variables == ("__ASK_RETVAL",):
                said = self._rows[0]["__ASK_RETVAL"]["value"] if self._rows else "0"
                self.boolean = said in ("1", "true")
                self._rows = []
                return
        except (ValueError, KeyError, TypeError, IndexError, RecursionError):
            what = f"SPARQL results in JSON were asked for, and this is {self._reply.media_type}"
            raise self._transport.unreadable(f"{what}, broken or of another kind") from None
        if self.form == "ask":
            message = "it has rows, where yes or no was asked for"
            raise self._transport.unreadable(message)
        self.variables = variables
        most = self._reply.headers.get("x-sparql-maxrows")
        if most is not None and most.isdecimal() and len(self._rows) >= int(most):
            message = (
                f"{self.url} cuts an answer off at {most} rows. Let it give more (ResultSetMaxRows "
                "in virtuoso.ini), or ask for less with LIMIT."
            )
            raise EndpointError(message)

    @property
    def url(self) -> str:
        """The address of the endpoint."""
        return self._transport.url


def declared(text: str) -> str:
    """Return a query with those of our prefixes declared that it uses and does not declare.

    They are put in front of the first line, so that the lines keep their numbers.
    """
    used: dict[str, None] = {}
    known: set[str] = set()
    before = ""
    for kind, said, _ in guard.tokens(text):
        if kind == "comment":
            continue
        if kind == "name":
            prefix = said.partition(":")[0]
            if before == "PREFIX":
                known.add(prefix)
            else:
                used.setdefault(prefix)
        before = said.upper()
    missing = [prefix for prefix in used if prefix in PREFIXES and prefix not in known]
    return "".join(f"PREFIX {prefix}: <{PREFIXES[prefix]}> " for prefix in missing) + text


def _prove(body: bytes, format: RdfFormat) -> None:
    """Raise ValueError or RecursionError for RDF so deep that to parse it might end the process.

    pyoxigraph follows nested triple terms by recursion (10,000 are too many), and takes time that
    grows with the square of the depth for elements of XML and objects of JSON.
    """
    from pyoxigraph import RdfFormat

    if format == RdfFormat.JSON_LD:
        json.loads(body)  # which knows a bound
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
    """Return the word that says what a query wants. Raises `QueryError` when there is none."""
    for word, _ in guard.words(text):
        if word.upper() in _FORMS:
            return word.upper()
    message = "A query begins with SELECT, ASK, CONSTRUCT or DESCRIBE, after its prefixes."
    raise QueryError(message)


def _at_fault(text: str, error: EndpointError) -> QueryError:
    """Return the error for a query that an endpoint refused: where it is wrong, if we see it."""
    from crampkg.engine.embedded import EmbeddedEngine

    try:
        EmbeddedEngine(b"").query(text)
    except QueryError as fault:
        return fault
    return QueryError(f"The query was refused. {error}")


def _to_value(term: dict[str, str]) -> Value:
    """Return a term of the JSON format; `typed-literal` is what Virtuoso says for literal."""
    kind, text = term["type"], term["value"]
    if kind in ("uri", "bnode"):
        return Value(kind, text)
    if kind not in ("literal", "typed-literal"):
        raise TypeError(kind)
    language = term.get("xml:lang")
    if language:
        return Value("literal", text, language=language)
    datatype = term.get("datatype")
    return Value("literal", text, None if datatype == XSD + "string" else datatype)
