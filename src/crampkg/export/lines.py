"""N-Triples and N-Quads: one statement a line, sorted.

After https://www.w3.org/TR/n-triples/ and https://www.w3.org/TR/n-quads/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, serialize

if TYPE_CHECKING:
    from crampkg.rdf import Graphs


def write(graphs: Graphs) -> bytes:
    """Return a line for each triple, with the name of its graph unless that is the default one."""
    quads = (
        Quad(*triple, NamedNode(name) if name else DefaultGraph())
        for name, triples in graphs.items()
        for triple in triples
    )
    written = serialize(quads, format=RdfFormat.N_QUADS) or b""
    return b"".join(line + b"\n" for line in sorted(set(written.split(b"\n"))) if line)
