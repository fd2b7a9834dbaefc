"""Triples and axioms in plain English, class expressions much as in OWL's Manchester syntax."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Triple

from crampkg.names import FOREIGN, indefinite
from crampkg.vocabulary import CK, OWL, RDF, RDFS, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    from pyoxigraph import Store

    Term = NamedNode | BlankNode | Literal

_TYPE, _CLAIM = NamedNode(f"{RDF}type"), NamedNode(f"{CK}Claim")

_SENTENCES = {
    RDF + "type": "{subject} is {a_object}",
    RDFS + "subClassOf": "whatever is {a_subject} is {a_object}",
    RDFS + "subPropertyOf": "“{subject}” is a special case of “{object}”",
    RDFS + "domain": "whatever “{subject}” something is {a_object}",
    RDFS + "range": "whatever something “{subject}” is {a_object}",
    OWL + "equivalentClass": "{a_subject} is defined as {a_object}",
    OWL + "equivalentProperty": "“{subject}” and “{object}” mean the same",
    OWL + "inverseOf": "“{subject}” is the inverse of “{object}”",
    OWL + "disjointWith": "nothing is both {a_subject} and {a_object}",
    OWL + "propertyDisjointWith": "“{subject}” and “{object}” never relate the same two",
    OWL + "differentFrom": "{subject} and {object} are different things",
}
_CHARACTERS = {
    OWL + "AsymmetricProperty": "“{subject}” never holds both ways",
    OWL + "FunctionalProperty": "“{subject}” has one value at most",
    OWL + "IrreflexiveProperty": "nothing “{subject}” itself",
    OWL + "SymmetricProperty": "“{subject}” holds both ways (it is symmetric)",
    OWL + "TransitiveProperty": "“{subject}” reaches on (it is transitive)",
    OWL + "Nothing": "{subject} is impossible",
    OWL + "AllDisjointClasses": "nothing is two of these: {subject}",
    OWL + "AllDifferent": "these are different things: {subject}",
}


class Wording:
    """Puts triples of one graph into words; `label` gives the label of an IRI, or None."""

    def __init__(self, store: Store, label: Callable[[str], str | None]) -> None:
        self._store = store
        self._label = label

    def sentence(self, triple: Triple) -> str:
        """Return a triple as a clause without a full stop."""
        predicate = triple.predicate.value
        pattern = _SENTENCES.get(predicate)
        if predicate == RDF + "type" and isinstance(triple.object, NamedNode):
            pattern = _CHARACTERS.get(triple.object.value, pattern)
        if predicate == OWL + "propertyChainAxiom":
            chain = " then ".join(f"“{self.term(link)}”" for link in self._list(triple.object))
            return f"{chain} makes “{self.term(triple.subject)}”"
        if pattern is None:
            clause = _joined(self.term(triple.predicate), self.term(triple.object))
            return f"{self.term(triple.subject)} {clause}"
        return pattern.format(
            subject=self.term(triple.subject),
            object=self.term(triple.object),
            a_subject=self._one(triple.subject),
            a_object=self._one(triple.object),
        )

    def exclusive(self, one: object, other: object) -> str:
        """Return a clause saying that two classes exclude each other."""
        return _SENTENCES[OWL + "disjointWith"].format(
            a_subject=self._one(one), a_object=self._one(other)
        )

    def term(self, term: object) -> str:
        """Return a term in words: its label, its text, or the description of an anonymous class."""
        if isinstance(term, NamedNode):
            label = self._label(term.value)
            if label and " " in label and self._is_claim(term):  # a sentence within one
                return f"“{label}”"
            return label or FOREIGN.get(term.value) or compress(term.value)
        if isinstance(term, Literal):
            return f"“{term.value}”"
        if isinstance(term, BlankNode):
            return self._expression(term)
        return str(term)

    def is_list(self, term: object) -> bool:
        """Return whether a term is a node of an RDF list."""
        return isinstance(term, BlankNode) and bool(self._value(term, RDF + "first"))

    def _is_claim(self, term: NamedNode) -> bool:
        return any(self._store.quads_for_pattern(term, _TYPE, _CLAIM))

    def _expression(self, node: BlankNode) -> str:
        """Return the description of an anonymous class, a noun with its article."""
        members = self._value(node, OWL + "intersectionOf")
        if members is not None or self.is_list(node):
            return self._intersection(self._list(members or node))
        for name in ("unionOf", "oneOf"):
            members = self._value(node, OWL + name)
            if members is not None:
                return " or ".join(self._one(member) for member in self._list(members))
        complement = self._value(node, OWL + "complementOf")
        if complement is not None:
            return f"something that is not {self._one(complement)}"
        for name in ("members", "distinctMembers"):
            members = self._value(node, OWL + name)
            if members is not None:
                return ", ".join(self.term(member) for member in self._list(members))
        restriction = self._restriction(node)
        return f"something that {restriction}" if restriction else "something without a name"

    def _intersection(self, members: list[object]) -> str:
        nouns, clauses = [], []
        for member in members:
            clause = self._restriction(member) if isinstance(member, BlankNode) else ""
            if clause:
                clauses.append(clause)
            else:
                nouns.append(self._one(member))
        return f"{' and '.join(nouns) or 'something'} that {' and '.join(clauses)}".removesuffix(
            " that "
        )

    def _restriction(self, node: BlankNode) -> str:
        """Return a restriction as a verb with its object; empty for other nodes."""
        on = self._value(node, OWL + "onProperty")
        for name, quantity in (
            ("someValuesFrom", "some "),
            ("allValuesFrom", "only "),
            ("hasValue", ""),
        ):
            filler = self._value(node, OWL + name)
            if on is not None and filler is not None:
                return f"“{self.term(on)}” {quantity}{self.term(filler)}"
        return ""

    def _one(self, term: object) -> str:
        """Return a class as a noun with its article."""
        noun = self.term(term)
        if isinstance(term, BlankNode):
            return noun
        return indefinite(noun)

    def _list(self, node: object) -> list[object]:
        members: list[object] = []
        while isinstance(node, BlankNode):
            members.append(self._value(node, RDF + "first"))
            node = self._value(node, RDF + "rest")
        return members

    def _value(self, node: BlankNode, predicate: str) -> Term | None:
        quads = self._store.quads_for_pattern(node, NamedNode(predicate), None, None)
        quad = next(iter(quads), None)
        return quad.object if quad is not None and not isinstance(quad.object, Triple) else None


def _joined(relation: str, object: str) -> str:
    """Return a relation and its object; a word that ends one and begins the other appears once.

    "occurs during" and "during exercise" are names that read well alone.
    """
    last = relation.rpartition(" ")[2]
    rest = object.removeprefix(last) if object.startswith(f"{last} ") else f" {object}"
    return relation + rest
