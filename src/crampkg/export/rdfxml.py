"""RDF/XML as OWL tools read it: types first, the ontology and each term an element of its own.

After https://www.w3.org/TR/rdf-syntax-grammar/ and https://www.w3.org/TR/xml/; content
that XML cannot represent is refused. Blank nodes with a single reference are nested where possible.
"""

from __future__ import annotations

import re
from xml.sax.saxutils import escape, quoteattr

from pyoxigraph import BlankNode, Literal, NamedNode

from crampkg.errors import UsageError
from crampkg.rdf import datatype_of, sort_key
from crampkg.text import Key, natural
from crampkg.turtle import nesting
from crampkg.vocabulary import OWL, RDF, written_prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from crampkg.rdf import Graphs, RdfTerm, Triple
    from crampkg.sources import Sources


_START = (
    "A-Z_a-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c\u200d"
    "\u2070-\u218f\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
#: The end of a predicate's IRI must be a name: XML writes predicates as elements.
_NAME = re.compile(f"[{_START}][{_START}0-9.\u00b7\u0300-\u036f\u203f\u2040-]*\\Z")
#: Characters forbidden in XML 1.0, even escaped (section 2.2).
_IMPOSSIBLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
#: Names of the grammar that are no predicates (section 5.1 of RDF/XML).
_SYNTAX = frozenset(
    RDF + name
    for name in (
        *("RDF", "ID", "about", "bagID", "parseType", "resource", "nodeID", "datatype", "li"),
        *("Description", "aboutEach", "aboutEachPrefix"),
    )
)
#: Namespaces for which we may not declare prefixes (Namespaces in XML, section 3).
_RESERVED = ("http://www.w3.org/XML/1998/namespace", "http://www.w3.org/2000/xmlns/")
#: Of several types the one that names the element; only types of OWL do.
_ELEMENTS = tuple(
    OWL + name
    for name in (
        *("Ontology", "Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty"),
        *("Restriction", "NamedIndividual"),
    )
)
_TYPE, _FIRST, _REST, _NIL = (RDF + name for name in ("type", "first", "rest", "nil"))
_INDENT = "  "
_ONTOLOGY = NamedNode(OWL + "Ontology")
_KINDS = (NamedNode, Literal, BlankNode)


def write(graphs: Graphs, _sources: Sources | None = None) -> bytes:
    """Return the merge of `graphs`, sorted.

    Raises `UsageError` for a predicate that XML cannot name and for a control character.
    """
    triples = {triple for triples in graphs.values() for triple in triples}
    for _, predicate, value in triples:
        name = _NAME.search(predicate.value)
        if predicate.value in _SYNTAX or not name or predicate.value[: name.start()] in _RESERVED:
            message = (
                f"RDF/XML cannot name the predicate {predicate.value}: an XML name must end it. "
                "Choose another format, such as turtle."
            )
            raise UsageError(message)
        impossible = _IMPOSSIBLE.search(value.value)
        if impossible:
            message = (
                f"RDF/XML cannot hold the character U+{ord(impossible.group()):04X} of a value of "
                f"{predicate.value}. Choose another format, such as turtle."
            )
            raise UsageError(message)
    return _Document(triples).text().encode()


class _Document:
    """An RDF/XML document under construction."""

    def __init__(self, triples: set[Triple]) -> None:
        self._about: dict[RdfTerm, dict[str, list[RdfTerm]]] = {}
        for subject, predicate, value in triples:
            self._about.setdefault(subject, {}).setdefault(predicate.value, []).append(value)
        nested = nesting({None: triples})
        self._labelled, self._cells = set(nested.labelled), nested.cells
        self._unfold_lists_of_literals()
        self._texts: dict[str, str] = {}
        self._referred = {value for _, _, value in triples if isinstance(value, BlankNode)}
        self._namespaces = _namespaces(
            {predicate.value for _, predicate, _ in triples}
            | {
                kind.value
                for properties in self._about.values()
                for kind in properties.get(_TYPE, ())
            }
        )

    def _unfold_lists_of_literals(self) -> None:
        """Write the nodes of a list with literals separately: a Collection has no literals."""
        cells = {subject for subject in self._about if subject.value in self._cells}
        followers = {self._about[cell][_REST][0] for cell in cells}
        for head in cells - followers:
            chain = [head]
            while (rest := self._about[chain[-1]][_REST][0]) in cells:
                chain.append(rest)
            if any(isinstance(self._about[cell][_FIRST][0], Literal) for cell in chain):
                self._labelled.update(cell.value for cell in chain)

    def text(self) -> str:
        head = "".join(
            f"\n{_INDENT}xmlns:{prefix}={quoteattr(namespace)}"
            for namespace, prefix in sorted(self._namespaces.items(), key=lambda pair: pair[1])
        )
        roots = [
            subject
            for subject in self._about
            if not isinstance(subject, BlankNode)
            or subject.value in self._labelled
            or subject not in self._referred
        ]
        body = "".join(
            line for subject in sorted(roots, key=self._place) for line in self._node(subject, 1)
        )
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF{head}>\n{body}</rdf:RDF>\n'

    def _place(self, subject: RdfTerm) -> tuple[int, str, Key]:
        """Return a sort key: the ontology, named things, nodes with a label, the others by text."""
        if isinstance(subject, BlankNode) and subject.value not in self._labelled:
            return 3, "".join(self._node(subject, 0)), natural("")
        is_ontology = _ONTOLOGY in self._about[subject].get(_TYPE, ())
        rank = 2 if isinstance(subject, BlankNode) else 0 if is_ontology else 1
        return rank, "", natural(subject.value)

    def _flat(self, node: RdfTerm) -> str:
        """Return the text of a nested node, its sort key."""
        if node.value not in self._texts:
            items = self._items(node)
            if items is None:
                text = "".join(self._node(node, 0))
            else:
                text = "".join(str(self._value_place(item)) for item in items)
            self._texts[node.value] = text
        return self._texts[node.value]

    def _node(self, subject: RdfTerm, level: int) -> Iterator[str]:
        """Yield the lines of a node element."""
        pad = _INDENT * level
        properties = self._about.get(subject, {})
        element = self._element(properties.get(_TYPE, ()))
        name = self._name(element.value) if element else "rdf:Description"
        if not isinstance(subject, BlankNode):
            name_with = f"{name} rdf:about={quoteattr(subject.value)}"
        elif subject.value in self._labelled:
            name_with = f"{name} rdf:nodeID={quoteattr(subject.value)}"
        else:
            name_with = name
        inside = [
            line
            for predicate in sorted(properties, key=lambda iri: (iri != _TYPE, self._name(iri)))
            for value in sorted(properties[predicate], key=self._value_place)
            if (predicate, value) != (_TYPE, element)
            for line in self._property(predicate, value, level + 1)
        ]
        if not inside:
            yield f"{pad}<{name_with}/>\n"
            return
        yield f"{pad}<{name_with}>\n"
        yield from inside
        yield f"{pad}</{name}>\n"

    def _element(self, types: Sequence[RdfTerm]) -> NamedNode | None:
        iris = {kind.value for kind in types if isinstance(kind, NamedNode)}
        iri = next((iri for iri in _ELEMENTS if iri in iris), "") or min(
            (iri for iri in iris if iri.startswith(OWL) and _NAME.fullmatch(iri, len(OWL))),
            default="",
        )
        return NamedNode(iri) if iri else None

    def _value_place(self, value: RdfTerm) -> tuple[int, Key, str, str]:
        """Return a sort key: IRIs, literals, then blank nodes, the nested ones by their text."""
        text = value.value
        if isinstance(value, BlankNode) and text not in self._labelled:
            text = self._flat(value)
        _, _, datatype, language = sort_key(value)
        return _KINDS.index(type(value)), natural(text), datatype, language

    def _property(self, predicate: str, value: RdfTerm, level: int) -> Iterator[str]:
        pad, name = _INDENT * level, self._name(predicate)
        if isinstance(value, NamedNode):
            yield f"{pad}<{name} rdf:resource={quoteattr(value.value)}/>\n"
        elif isinstance(value, Literal):
            kind = f" xml:lang={quoteattr(value.language)}" if value.language else ""
            if datatype := datatype_of(value):
                kind = f" rdf:datatype={quoteattr(datatype)}"
            # A parser turns a bare carriage return into a line feed (XML, section 2.11).
            text = escape(value.value, {"\r": "&#xD;"})
            yield f"{pad}<{name}{kind}>{text}</{name}>\n"
        elif value.value in self._labelled:
            yield f"{pad}<{name} rdf:nodeID={quoteattr(value.value)}/>\n"
        else:
            items = self._items(value)
            if items is None:
                yield f"{pad}<{name}>\n"
                yield from self._node(value, level + 1)
            else:
                yield f'{pad}<{name} rdf:parseType="Collection">\n'
                for item in items:
                    if isinstance(item, BlankNode) and item.value not in self._labelled:
                        yield from self._node(item, level + 1)
                    else:
                        attribute = "about" if isinstance(item, NamedNode) else "nodeID"
                        reference = f"rdf:{attribute}={quoteattr(item.value)}"
                        yield f"{pad}{_INDENT}<rdf:Description {reference}/>\n"
            yield f"{pad}</{name}>\n"

    def _items(self, cell: RdfTerm) -> list[RdfTerm] | None:
        """Return the items of a list, or None for anything else."""
        if cell.value not in self._cells:
            return None
        items = []
        while cell.value != _NIL:
            items += self._about[cell][_FIRST]
            cell = self._about[cell][_REST][0]
        return items

    def _name(self, iri: str) -> str:
        """Return a predicate, or a type that names an element, with its prefix."""
        match = _NAME.search(iri)
        start = match.start() if match else len(iri)
        while iri[:start] not in self._namespaces and start < len(iri):
            start += 1
        return f"{self._namespaces[iri[:start]]}:{iri[start:]}"


def _namespaces(names: set[str]) -> dict[str, str]:
    """Return the prefix of each namespace that the names need, those of the vocabulary first."""
    known = {namespace: prefix for prefix, namespace in written_prefixes().items()}
    needed = {RDF: "rdf"}
    own: set[str] = set()
    for iri in names:
        ours = [
            namespace
            for namespace in known
            if iri.startswith(namespace) and _NAME.fullmatch(iri, len(namespace))
        ]
        name = _NAME.search(iri)
        if ours:
            longest = max(ours, key=len)
            needed[longest] = known[longest]
        elif name:
            own.add(iri[: name.start()])
    return needed | {namespace: f"ns{number}" for number, namespace in enumerate(sorted(own), 1)}
