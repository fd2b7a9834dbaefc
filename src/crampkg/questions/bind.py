"""Bind a parameter: replace the one VALUES line that is marked for it."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def bind(text: str, values: Mapping[str, Sequence[str]]) -> str:
    """Return `text` with the marked line of each parameter in `values` holding these terms.

    The terms are in SPARQL's syntax already, as `serialize` gives them.
    """
    if not values:
        return text
    lines = text.split("\n")
    for number, line in enumerate(lines):
        body, mark, name = line.partition(" # param: ")
        if mark and name in values:
            # The variable may be called otherwise where an answer has a column of that name.
            opening = body.partition("{")[0]
            lines[number] = f"{opening}{{ {' '.join(values[name])} }} # param: {name}"
    return "\n".join(lines)


def serialize(text: str, type: str) -> str:
    """Return a value as a SPARQL term, escaped by pyoxigraph; `type` is iri, string or integer.

    Raises ValueError when `text` is no absolute IRI, or no integer, where one is wanted.
    """
    from pyoxigraph import Literal, NamedNode

    if type == "iri":
        return str(NamedNode(text))
    return str(Literal(int(text)) if type == "integer" else Literal(text))
