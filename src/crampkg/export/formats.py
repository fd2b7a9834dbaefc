"""The table of RDF formats, and the choice of the graphs that go into one."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from pyoxigraph import (
    NamedNode,
    RdfFormat,
    parse,
)

from crampkg import turtle
from crampkg.errors import UsageError
from crampkg.export import jsonld, labels, lines, rdf12, rdfxml, view
from crampkg.rdf import parts
from crampkg.vocabulary import GRAPHS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from crampkg.rdf import Graphs, Triple
    from crampkg.sources import Sources

    #: Triples by the IRI of their graph; None is the default graph.


class Format(NamedTuple):
    """A format of RDF: its registered media type, its usual extension, and what writes it."""

    name: str
    media_type: str
    extension: str
    write: Callable[[Graphs], bytes]
    keeps_graphs: bool = False  # whether it can say which graph a triple is in
    names: bool = False  # whether tools of OWL read it, and look for names of their own


def export(
    nquads: str | bytes,
    format: str,
    graphs: Sequence[str] | None = None,
    sources: Sources | None = None,
) -> bytes:
    """Return the chosen graphs of `nquads` in the format called `format`.

    `nquads` is the canonical text of a snapshot, whose lexical forms are kept. Blank nodes are
    labelled by what is said of them, so that one new triple changes a few lines. `graphs` are
    short names of `crampkg.vocabulary.GRAPHS`, or "all"; by default those of `usual`. Formats
    without named graphs hold the merge of those chosen (RDF 1.1 Semantics, section 4.1). The
    context of JSON-LD is that of `sources`, or else of the usual ones. Each graph has its header;
    formats for tools of OWL have labels, definitions and declarations where those tools look for
    them (`crampkg.export.view`). Formats of RDF 1.2 have the claims on the triples that they state
    (`crampkg.export.rdf12`). Raises `UsageError` for a format or graph that there is not, and when
    the format cannot hold the graphs.
    """
    known = _format(format, EXPORTS)
    whole: Graphs = {iri: [] for iri in GRAPHS.values()}
    for quad in parse(nquads, format=RdfFormat.N_QUADS):
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value in whole:
            whole[quad.graph_name.value].append(parts(quad))
    chosen = _chosen(usual(format) if graphs is None else graphs)
    found: Graphs = {iri: [*whole[iri], *view.header(iri, whole)] for iri in chosen}
    # One graph alone is a plain graph in JSON-LD; TriG and N-Quads name it still.
    if not known.keeps_graphs or (known.name == "jsonld" and len(found) == 1):
        merged = [triple for triples in found.values() for triple in triples]
        if known.names:
            merged = view.document(chosen, merged, whole)
        if known.name in RDF_12:
            merged += rdf12.claims_on(found, whole)
        found = {None: list(dict.fromkeys(merged))}
    return _write(known, found, sources)


def usual(format: str) -> tuple[str, ...]:
    """Return the short names of the graphs that an export in a format has unless others are named.

    All where the format says which graph a triple is in. Where it does not, what is asserted, by
    us or as the claim of an article, so that nobody takes an inference for it; formats of RDF 1.2
    have facts too, since these bear their claims.
    """
    known = _format(format, EXPORTS)
    facts = ("facts-without-hedges",) if known.name in RDF_12 else ()
    return ("all",) if known.keeps_graphs else ("ontology", "background", "claims", *facts)


def to_bytes(triples: Iterable[Triple], format: str, sources: Sources | None = None) -> bytes:
    """Return one graph, such as the answer of a CONSTRUCT, in the format called `format`.

    Blank nodes are labelled by what is said of them, so that equal graphs become equal bytes.
    `sources` are as for `export`, which this raises as.
    """
    return _write(_format(format), {None: list(dict.fromkeys(triples))}, sources)


def _write(known: Format, graphs: Graphs, sources: Sources | None) -> bytes:
    graphs = labels.by_content(graphs)
    return jsonld.write(graphs, sources) if known.name == "jsonld" else known.write(graphs)


def _turtle(graphs: Graphs) -> bytes:
    return turtle.write(triple for triples in graphs.values() for triple in triples).encode()


def _trig(graphs: Graphs) -> bytes:
    return turtle.write_dataset(graphs).encode()


FORMATS: dict[str, Format] = {
    known.name: known
    for known in (
        Format("turtle", "text/turtle", ".ttl", _turtle, names=True),
        Format("jsonld", "application/ld+json", ".jsonld", jsonld.write, keeps_graphs=True),
        Format("ntriples", "application/n-triples", ".nt", lines.write, names=True),
        Format("nquads", "application/n-quads", ".nq", lines.write, keeps_graphs=True),
        Format("trig", "application/trig", ".trig", _trig, keeps_graphs=True),
        Format("rdfxml", "application/rdf+xml", ".rdf", rdfxml.write, names=True),
    )
}


#: Formats of RDF 1.2, for exports alone: there claims are on the triples that they state.
RDF_12: dict[str, Format] = {
    f"{name}-1.2": FORMATS[name]._replace(
        name=f"{name}-1.2", media_type=f"{FORMATS[name].media_type}; version=1.2"
    )
    for name in ("turtle", "ntriples")
}

#: All formats that `export` knows, by name.
EXPORTS: dict[str, Format] = {**FORMATS, **RDF_12}


def _format(name: str, formats: dict[str, Format] = FORMATS) -> Format:
    if name not in formats:
        raise UsageError(f"There is no RDF format {name!r}. Choose from {', '.join(formats)}.")
    return formats[name]


def _chosen(names: Sequence[str]) -> list[str]:
    """Return the IRIs of the graphs called `names`, in the order in which they are built."""
    wanted = {name.strip() for name in names}
    for name in sorted(wanted - {"all"}):
        if name not in GRAPHS:
            message = f"There is no graph {name!r}. Choose from {', '.join(GRAPHS)} or all."
            raise UsageError(message)
    if not wanted:
        raise UsageError(f"No graph is named. Choose from {', '.join(GRAPHS)} or all.")
    return [iri for name, iri in GRAPHS.items() if name in wanted or "all" in wanted]
