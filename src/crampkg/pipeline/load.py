"""Source files to quads, every lexical form as written."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from crampkg.errors import SourceError
from crampkg.sources import graph_of, read_text
from crampkg.turtle import parse_turtle
from crampkg.vocabulary import MAPPINGS, PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.sources import Sources


def load(sources: Sources) -> Iterator[Quad]:
    """Yield the quads of all source files, each in the graph that its file belongs to.

    Raises `SourceError` with file and line for a file that cannot be read or parsed.
    """
    for name in sources.files():
        if graph_of(name):
            yield from load_file(name, read_text(sources.path(name), name))


def load_file(name: str, text: str) -> Iterator[Quad]:
    """Yield the quads of one source file, given its name and its text.

    Raises `SourceError` with file and line where the text does not parse.
    """
    graph = graph_of(name)
    if graph is None:
        message = f"{name} belongs to no graph: only .ttl and .sssom.tsv files hold data."
        raise SourceError(message, path=name)
    if name.endswith(".sssom.tsv"):
        yield from _mappings(name, text, NamedNode(graph))
        return
    for quad in parse_turtle(text, name)[0]:
        yield Quad(quad.subject, quad.predicate, quad.object, NamedNode(graph))


def _mappings(name: str, text: str, graph: NamedNode) -> Iterator[Quad]:
    """Yield a mapping as a triple, and its source as an OWL annotation of that triple (SSSOM)."""
    from crampkg.pipeline.sssom import read

    mapping_set = NamedNode(MAPPINGS + name.rpartition("/")[2])
    for mapping, (about, relation, term, why) in read(name, text):
        yield Quad(about, relation, term, graph)
        axiom = BlankNode()
        for prop, value in (
            ("rdf:type", _term("owl:Axiom")),
            ("owl:annotatedSource", about),
            ("owl:annotatedProperty", relation),
            ("owl:annotatedTarget", term),
            ("sssom:mapping_justification", why),
            ("sssom:object_label", Literal(mapping.object_label)),
            ("sssom:object_source_version", Literal(mapping.object_source_version)),
            ("dct:source", mapping_set),
            ("rdfs:comment", Literal(mapping.comment, language="en")),
        ):
            yield Quad(axiom, _term(prop), value, graph)


def _term(curie: str) -> NamedNode:
    prefix, _, local = curie.partition(":")
    return NamedNode(PREFIXES[prefix] + local)
