"""From pyoxigraph's terms to ours: total, and loud about what it does not know."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from crampkg.records import Value
from crampkg.vocabulary import RDF, XSD

_STRING = XSD + "string"
_LANGUAGE_STRING = RDF + "langString"


def to_value(term: NamedNode | BlankNode | Literal | Triple) -> Value:
    """Return `term` as a `Value`. Raises TypeError for a term of RDF 1.2 that we do not hold."""
    if isinstance(term, NamedNode):
        return Value("uri", term.value)
    if isinstance(term, Literal):
        if term.language:
            return Value("literal", term.value, language=term.language)
        datatype = term.datatype.value
        return Value("literal", term.value, None if datatype == _STRING else datatype)
    if isinstance(term, BlankNode):
        return Value("bnode", term.value)
    message = f"A result holds {term}, which is neither an IRI, a literal nor a blank node."
    raise TypeError(message)
