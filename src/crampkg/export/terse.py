"""The Turtle family: Turtle, TriG, N-Triples and N-Quads, with the triple terms of RDF 1.2.

After https://www.w3.org/TR/n-triples/ and https://www.w3.org/TR/n-quads/, and the recommendations
named in `crampkg.turtle`.
"""

from __future__ import annotations

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, serialize

from crampkg.turtle import write, write_dataset

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.rdf import Graphs
    from crampkg.sources import Sources


def turtle(graphs: Graphs, _sources: Sources | None = None) -> bytes:
    """Return the merge of `graphs` in canonical Turtle."""
    return write(triple for triples in graphs.values() for triple in triples).encode()


def trig(graphs: Graphs, _sources: Sources | None = None) -> bytes:
    """Return `graphs` in canonical TriG."""
    return write_dataset(graphs).encode()


def lines(graphs: Graphs, _sources: Sources | None = None) -> bytes:
    """Return a line for each triple, sorted, with the name of its graph if any."""
    quads = (
        Quad(*triple, NamedNode(name) if name else DefaultGraph())
        for name, triples in graphs.items()
        for triple in triples
    )
    written = serialize(quads, format=RdfFormat.N_QUADS) or b""
    return b"".join(line + b"\n" for line in sorted(set(written.split(b"\n"))) if line)
