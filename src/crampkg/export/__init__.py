"""Exports of graphs in RDF formats: nothing lost, the same bytes every time.

A new format is one entry below, and the function that it names: commands, the API, pages, OpenAPI,
the Graph Store and the service descriptions read this registry.
"""

from __future__ import annotations

from pyoxigraph import NamedNode, RdfFormat, parse

from crampkg.errors import UsageError
from crampkg.model import NamedTuple
from crampkg.rdf import parts
from crampkg.vocabulary import GRAPHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crampkg.rdf import Graphs, Triple
    from crampkg.sources import Sources


class Format(NamedTuple):
    """A format of RDF.

    `writer` is an object reference (https://packaging.python.org/specifications/entry-points/): a
    function of `Graphs` and of `Sources` or None that returns bytes. It is imported when the format
    is first written, which keeps it out of the start of every command.
    """

    name: str
    label: str  # "N-Triples"
    media_type: str
    extension: str  # ".nt"
    writer: str  # "crampkg.export.terse:lines"
    also: tuple[str, ...] = ()  # further media types in requests
    iri: str = ""  # in the service description; http://www.w3.org/ns/formats/ lists those of W3C
    holds_one: bool = True  # whether it supports a graph without a name
    holds_several: bool = False  # whether it keeps the names of graphs
    is_for_owl: bool = True  # whether OWL tools read it, and need their own names
    rdf: str = "1.1"  # formats of RDF 1.2 are for `crampkg export` alone


_W3C = "http://www.w3.org/ns/formats/"

#: All formats by name, as `crampkg export` offers them.
FORMATS: dict[str, Format] = {}
#: The formats in which answers are written and the server offers graphs: those of RDF 1.1.
OFFERED: dict[str, Format] = {}
#: Those of them for one graph without a name, such as a card, an explanation or a result.
OF_ONE_GRAPH: dict[str, Format] = {}


def register(format: Format) -> None:
    """Register a format in all tables; modules imported later, such as the server, see it too."""
    FORMATS[format.name] = format
    if format.rdf == "1.1":
        OFFERED[format.name] = format
        if format.holds_one:
            OF_ONE_GRAPH[format.name] = format


for _each in (
    Format(
        *("turtle", "Turtle", "text/turtle", ".ttl", "crampkg.export.terse:turtle"),
        also=("application/x-turtle",),
        iri=f"{_W3C}Turtle",
    ),
    Format(
        *("jsonld", "JSON-LD", "application/ld+json", ".jsonld", "crampkg.export.jsonld:write"),
        also=("application/json",),
        iri=f"{_W3C}JSON-LD",
        holds_several=True,
        is_for_owl=False,
    ),
    Format(
        *("ntriples", "N-Triples", "application/n-triples", ".nt"),
        "crampkg.export.terse:lines",
        also=("text/plain",),  # the type of N-Triples before RDF 1.1
        iri=f"{_W3C}N-Triples",
    ),
    Format(
        *("nquads", "N-Quads", "application/n-quads", ".nq", "crampkg.export.terse:lines"),
        iri=f"{_W3C}N-Quads",
        holds_one=False,
        holds_several=True,
        is_for_owl=False,
    ),
    Format(
        *("trig", "TriG", "application/trig", ".trig", "crampkg.export.terse:trig"),
        iri=f"{_W3C}TriG",
        holds_one=False,
        holds_several=True,
        is_for_owl=False,
    ),
    Format(
        *("rdfxml", "RDF/XML", "application/rdf+xml", ".rdf", "crampkg.export.rdfxml:write"),
        also=("application/xml", "text/xml"),
        iri=f"{_W3C}RDF_XML",
    ),
    Format(
        *("turtle-1.2", "Turtle 1.2", "text/turtle; version=1.2", ".ttl"),
        "crampkg.export.terse:turtle",
        rdf="1.2",
    ),
    Format(
        *("ntriples-1.2", "N-Triples 1.2", "application/n-triples; version=1.2", ".nt"),
        "crampkg.export.terse:lines",
        rdf="1.2",
    ),
):
    register(_each)


def export(
    nquads: str | bytes,
    format: str,
    graphs: Sequence[str] | None = None,
    sources: Sources | None = None,
) -> bytes:
    """Return the chosen graphs of `nquads` in the format called `format`.

    `nquads` is the canonical text of a snapshot, whose lexical forms are kept. Blank nodes have
    labels by their content, so that one new triple changes a few lines. `graphs` are short names of
    `crampkg.vocabulary.GRAPHS`, or "all"; by default those of `usual`. Formats without named graphs
    hold the merge of the chosen ones (RDF 1.1 Semantics, section 4.1). The context of JSON-LD is
    that of `sources`, or else of the usual ones. `crampkg.export.view` adds a header to each graph,
    labels, definitions and declarations for tools of OWL, and in RDF 1.2 the claims on the triples
    that they state. Raises `UsageError` for an unknown format or graph, and when the format cannot
    hold the graphs.
    """
    from crampkg.export import view

    chosen_format = _format(format, FORMATS)
    whole: Graphs = {iri: [] for iri in GRAPHS.values()}
    for quad in parse(nquads, format=RdfFormat.N_QUADS):
        if isinstance(quad.graph_name, NamedNode) and quad.graph_name.value in whole:
            whole[quad.graph_name.value].append(parts(quad))
    chosen = _chosen(usual(format) if graphs is None else graphs)
    held: Graphs = {iri: [*whole[iri], *view.header(iri, whole)] for iri in chosen}
    # A single graph has no name in JSON-LD, but keeps it in TriG and N-Quads.
    if not chosen_format.holds_several or (chosen_format.holds_one and len(held) == 1):
        merged = [triple for triples in held.values() for triple in triples]
        if chosen_format.is_for_owl:
            merged = view.document(chosen, merged, whole)
        if chosen_format.rdf == "1.2":
            merged += view.claims_on(held, whole)
        held = {None: list(dict.fromkeys(merged))}
    return _write(chosen_format, held, sources)


def usual(format: str) -> tuple[str, ...]:
    """Return the short names of the graphs that a format exports by default.

    All graphs if the format keeps their names. Otherwise the asserted ones, our own and the claims
    of articles, so that nobody mistakes an inference for these; RDF 1.2 formats have facts too,
    with their claims.
    """
    chosen_format = _format(format, FORMATS)
    facts = ("facts-without-hedges",) if chosen_format.rdf == "1.2" else ()
    asserted = ("ontology", "background", "claims", *facts)
    return ("all",) if chosen_format.holds_several else asserted


def to_bytes(triples: Iterable[Triple], format: str, sources: Sources | None = None) -> bytes:
    """Return one graph, such as the answer to a CONSTRUCT, in the format called `format`.

    Blank nodes have labels by their content, so that equal graphs become equal bytes. `sources` and
    errors are as for `export`.
    """
    return _write(_format(format, OFFERED), {None: list(dict.fromkeys(triples))}, sources)


def _write(format: Format, graphs: Graphs, sources: Sources | None) -> bytes:
    from importlib import import_module

    from crampkg.blank_nodes import labels

    new = labels(graphs)
    graphs = {
        name: [
            (new.get(subject, subject), predicate, new.get(value, value))
            for subject, predicate, value in triples
        ]
        for name, triples in graphs.items()
    }
    module, _, name = format.writer.partition(":")
    written: bytes = getattr(import_module(module), name)(graphs, sources)
    return written


def _format(name: str, formats: dict[str, Format]) -> Format:
    if name not in formats:
        raise UsageError(f"There is no RDF format {name!r}. Choose from {', '.join(formats)}.")
    return formats[name]


def _chosen(names: Sequence[str]) -> list[str]:
    """Return the IRIs of the graphs called `names`, in the order of building."""
    wanted = {name.strip() for name in names}
    for name in sorted(wanted - {"all"}):
        if name not in GRAPHS:
            message = f"There is no graph {name!r}. Choose from {', '.join(GRAPHS)} or all."
            raise UsageError(message)
    if not wanted:
        raise UsageError(f"No graph is named. Choose from {', '.join(GRAPHS)} or all.")
    return [iri for name, iri in GRAPHS.items() if name in wanted or "all" in wanted]
