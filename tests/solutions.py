"""Solutions of queries as RDF, so that blank nodes may have any name when they are compared."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pyoxigraph import BlankNode, CanonicalizationAlgorithm, Dataset, Literal, NamedNode, Quad


def as_dataset(
    variables: Iterable[str], rows: Iterable[Iterable[Any]], *, ordered: bool = False
) -> Dataset:
    """Return rows of terms, None where there is none, as a dataset to be compared with another.

    Each row is a blank node; `ordered` makes its number part of it.
    """
    names = list(variables)
    found = Dataset()
    for number, values in enumerate(rows):
        row = BlankNode()
        for name, value in zip(names, values, strict=True):
            if value is not None:
                found.add(Quad(row, NamedNode(f"urn:variable:{name}"), value))
        index = Literal(number) if ordered else NamedNode("urn:row")
        found.add(Quad(row, NamedNode("urn:is"), index))
    found.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return found
