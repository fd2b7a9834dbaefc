"""N-Triples and N-Quads: one statement a line, sorted.

After https://www.w3.org/TR/n-triples/ and https://www.w3.org/TR/n-quads/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pyoxigraph import DefaultGraph, NamedNode, Quad, RdfFormat, serialize

from crampkg.convert import from_value

if TYPE_CHECKING:
    from crampkg.records import Value


def write(graphs: dict[str | None, list[tuple[Value, Value, Value]]]) -> bytes:
    """Return a line for each triple, with the name of its graph unless that is the default one."""
    quads = (
        Quad(*map(from_value, triple), NamedNode(name) if name else DefaultGraph())  # type: ignore[call-arg,arg-type]
        for name, triples in graphs.items()
        for triple in triples
    )
    written = serialize(quads, format=RdfFormat.N_QUADS) or b""
    return b"".join(line + b"\n" for line in sorted(set(written.split(b"\n"))) if line)
