"""The rules as logic: what each concludes from which premises, read from its SPARQL."""

from __future__ import annotations

import re
from functools import cache
from typing import NamedTuple, cast

import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Store, Variable
from rdflib.paths import Path
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from crampkg.errors import SourceError
from crampkg.library import read_header
from crampkg.pipeline.rules import rule_texts

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyoxigraph import QuerySolutions

    from crampkg.sources import Sources

    Part = NamedNode | BlankNode | Literal | Variable
    Pattern = tuple[Part, Part, Part]

_HEAD = re.compile(r"^CONSTRUCT \{\n.*?^\}\nWHERE ", re.MULTILINE | re.DOTALL)
_ANOTHER = ("LeftJoin", "Minus", "Union")


class Rule(NamedTuple):
    """A rule of the folders `facts`, `owl`, `inferred` or `inconsistent`.

    It concludes each of `heads` from all of `premises`. `query` selects its instances: the
    variables that its own text leaves visible are `visible`, and where several rows agree on
    those, as for the words of a text, they are together one instance. `head` and `where` are its
    text up to WHERE and from there on.
    """

    id: str
    name: str
    summary: str
    heads: tuple[Pattern, ...]
    premises: tuple[Pattern, ...]
    visible: frozenset[Variable]
    query: str
    head: str
    where: str


def rulebook(sources: Sources, *folders: str) -> tuple[Rule, ...]:
    """Return the rules of some folders of `rules/`. Raises `SourceError` for what is no rule."""
    return tuple(
        _rule(name, text) for folder in folders for name, text in rule_texts(sources, folder)
    )


@cache
def _rule(name: str, text: str) -> Rule:
    header = read_header(name, text)
    head = _HEAD.search(text)
    try:
        algebra = prepareQuery(text).algebra
    except Exception as error:  # noqa: BLE001 - pyparsing and rdflib raise what they like
        raise _unreadable(name, f"does not parse: {error}") from None
    if head is None or algebra.name != "ConstructQuery":
        raise _unreadable(name, "is no CONSTRUCT { ... } WHERE { ... } in the form of the others")
    premises = list(dict.fromkeys(_premises(algebra.p, name)))
    prologue, where = text[: head.start()], text[head.end() :]
    solutions = cast("QuerySolutions", Store().query(f"{prologue}SELECT * WHERE {where}"))
    shown = frozenset(solutions.variables)
    del solutions  # which may end in no other thread, and this frame may be garbage there
    hidden = [
        premise
        for premise in premises
        if any(isinstance(part, Variable) and part not in shown for part in premise)
    ]
    extra = "".join(f"{' '.join(map(str, premise))} .\n" for premise in hidden)
    return Rule(
        header["id"],
        name,
        header["summary"],
        tuple(_pattern(triple) for triple in algebra.template),
        tuple(premises),
        shown,
        f"{prologue}SELECT DISTINCT * WHERE {{\n{where}{extra}}}\n",
        text[: head.end()].removesuffix("WHERE "),
        where,
    )


def _premises(part: object, name: str) -> Iterator[Pattern]:
    """Yield the triple patterns that must hold; those in filters are conditions, not premises.

    A path is the way along a list, which belongs to the axiom that it stands in.
    """
    if not isinstance(part, CompValue):
        return
    if part.name in _ANOTHER:
        raise _unreadable(name, "has alternatives or options: make a rule of each")
    if part.name == "BGP":
        for triple in part.triples:
            if not isinstance(triple[1], Path):
                yield _pattern(triple)
        return
    for key, value in part.items():
        if key != "expr":
            yield from _premises(value, name)


def _pattern(triple: tuple[object, object, object]) -> Pattern:
    subject, predicate, object_ = map(_part, triple)
    return subject, predicate, object_


def _part(term: object) -> Part:
    if isinstance(term, rdflib.URIRef):
        return NamedNode(str(term))
    if isinstance(term, rdflib.Literal):
        return Literal(
            str(term),
            language=term.language,
            datatype=None if term.language or not term.datatype else NamedNode(str(term.datatype)),
        )
    return Variable(str(term))


def _unreadable(name: str, problem: str) -> SourceError:
    return SourceError(f"{name}: the rule {problem}. Mend it.", path=name)
