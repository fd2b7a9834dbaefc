"""From pyoxigraph's terms to ours and back: total, and loud about what we do not hold."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from crampkg.records import Value
from crampkg.vocabulary import XSD

_STRING = XSD + "string"
_SHOWN = 60  # characters of a term in a message


def to_value(term: NamedNode | BlankNode | Literal | Triple) -> Value:
    """Return `term` as a `Value`. Raises TypeError for a term of RDF 1.2 that we do not hold."""
    if isinstance(term, NamedNode):
        return Value("uri", term.value)
    if isinstance(term, Literal) and term.direction is None:
        if term.language:
            return Value("literal", term.value, language=term.language)
        datatype = term.datatype.value
        return Value("literal", term.value, None if datatype == _STRING else datatype)
    if isinstance(term, BlankNode):
        return Value("bnode", term.value)
    said = str(term) if len(str(term)) <= _SHOWN else f"{str(term)[:_SHOWN]}..."
    message = f"{said} is neither an IRI, a blank node nor a literal of RDF 1.1."
    raise TypeError(message)


def from_value(value: Value) -> NamedNode | BlankNode | Literal | Triple:
    """Return `value` as a term of pyoxigraph, its lexical form unchanged."""
    if value.kind == "uri":
        return NamedNode(value.text)
    if value.kind == "triple":
        return Triple(*map(NamedNode, value.text.split(" ")))
    if value.kind == "bnode":
        return BlankNode(value.text)
    if value.language:
        return Literal(value.text, language=value.language)
    return Literal(value.text, datatype=NamedNode(value.datatype or _STRING))
