"""RDF/XML, through pyoxigraph, with the cases refused that XML cannot say.

After https://www.w3.org/TR/rdf-syntax-grammar/ and https://www.w3.org/TR/xml/.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyoxigraph import RdfFormat, Triple, serialize

from crampkg.convert import from_value
from crampkg.errors import UsageError
from crampkg.vocabulary import PREFIXES, RDF

if TYPE_CHECKING:
    from crampkg.records import Value

#: The end of a predicate's IRI must be a name: XML writes predicates as elements.
_NAME = re.compile(r"[^\W\d][\w.-]*\Z")
#: What no XML 1.0 document can hold, not even escaped (section 2.2).
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
#: Names of the grammar that are no predicates (section 5.1 of RDF/XML).
_SYNTAX = frozenset(
    RDF + name
    for name in (
        *("RDF", "ID", "about", "bagID", "parseType", "resource", "nodeID", "datatype", "li"),
        *("Description", "aboutEach", "aboutEachPrefix"),
    )
)


def write(graphs: dict[str | None, list[tuple[Value, Value, Value]]]) -> bytes:
    """Return the merge of `graphs`, sorted by subject, predicate and object.

    Raises `UsageError` for a predicate that XML cannot name and for a control character.
    """
    triples = {triple for found in graphs.values() for triple in found}
    for _, predicate, value in triples:
        if predicate.text in _SYNTAX or not _NAME.search(predicate.text):
            message = (
                f"RDF/XML cannot name the predicate {predicate.text}: an XML name must end it. "
                "Choose another format, such as turtle."
            )
            raise UsageError(message)
        impossible = _IMPOSSIBLE.search(value.text)
        if impossible:
            message = (
                f"RDF/XML cannot hold the character U+{ord(impossible.group()):04X} of a value of "
                f"{predicate.text}. Choose another format, such as turtle."
            )
            raise UsageError(message)
    ordered = (
        Triple(*map(from_value, triple))  # type: ignore[arg-type]
        for triple in sorted(triples, key=_sortable)
    )
    used = {
        prefix: namespace
        for prefix, namespace in PREFIXES.items()
        if prefix != "rdf"
        and any(predicate.text.startswith(namespace) for _, predicate, _ in triples)
    }
    written = serialize(ordered, format=RdfFormat.RDF_XML, prefixes=used) or b""
    # A parser turns a bare carriage return into a line feed (XML, section 2.11).
    return written.replace(b"\r", b"&#xD;") + b"\n"


def _sortable(triple: tuple[Value, Value, Value]) -> tuple[tuple[bool, str, str, str], ...]:
    """Return a sort key: IRIs first, so that the named things stand before the blank nodes."""
    return tuple(
        (value.kind != "uri", value.text, value.datatype or "", value.language or "")
        for value in triple
    )
