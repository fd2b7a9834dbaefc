"""RDF terms are pyoxigraph's own: type aliases, one order, and RDF 1.1 alone."""

from __future__ import annotations

from collections.abc import Mapping

from pyoxigraph import BlankNode, Literal, NamedNode
from pyoxigraph import Triple as TripleTerm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyoxigraph import Quad

RdfTerm = NamedNode | BlankNode | Literal
Triple = tuple[NamedNode | BlankNode, NamedNode, RdfTerm]
#: Triples by the IRI of their graph; None is the default graph.
Graphs = Mapping[str | None, list[Triple]]

_STRING = "http://www.w3.org/2001/XMLSchema#string"
_SHOWN = 60  # characters of a term in a message


def of_rdf_1_1(term: RdfTerm | TripleTerm) -> RdfTerm:
    """Return `term`. Raises TypeError for a triple term or a text with a direction (RDF 1.2)."""
    if isinstance(term, TripleTerm) or (isinstance(term, Literal) and term.direction is not None):
        written = str(term) if len(str(term)) <= _SHOWN else f"{str(term)[:_SHOWN]}..."
        message = f"{written} is neither an IRI, a blank node nor a literal of RDF 1.1."
        raise TypeError(message)
    return term


def parts(triple: Quad | TripleTerm) -> Triple:
    """Return the three terms of a triple or quad. Raises TypeError as `of_rdf_1_1` does."""
    # Only objects can be triple terms, whatever the types of pyoxigraph say.
    return triple.subject, triple.predicate, of_rdf_1_1(triple.object)  # type: ignore[return-value]


def datatype_of(term: RdfTerm) -> str:
    """Return the IRI of a literal's datatype, or "" where none is written.

    None is written for xsd:string and for a text with a language
    (https://www.w3.org/TR/rdf11-concepts/#section-Graph-Literal). Other terms have none.
    """
    if not isinstance(term, Literal) or term.language:
        return ""
    datatype = term.datatype.value
    return "" if datatype == _STRING else datatype


def sort_key(term: RdfTerm) -> tuple[str, str, str, str]:
    """Return a key that sorts blank nodes, then literals, then IRIs, each by its text."""
    if isinstance(term, Literal):
        return "literal", term.value, datatype_of(term), term.language or ""
    return "bnode" if isinstance(term, BlankNode) else "uri", term.value, "", ""
