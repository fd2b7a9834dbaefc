"""The graph as an `rdflib.Dataset`, for those who work with rdflib."""

from __future__ import annotations

import rdflib

from crampkg.vocabulary import PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


def parse_dataset(nquads: bytes, prefixes: Mapping[str, str] = PREFIXES) -> rdflib.Dataset:
    """Return N-Quads as an rdflib dataset that keeps every lexical form and knows `prefixes`."""
    normalize = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        dataset = rdflib.Dataset(default_union=True)
        dataset.parse(data=nquads, format="nquads")
    finally:
        rdflib.NORMALIZE_LITERALS = normalize
    for prefix, namespace in prefixes.items():
        dataset.bind(prefix, namespace, replace=True)
    return dataset
