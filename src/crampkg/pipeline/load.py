"""Source files to quads, every lexical form as written."""

from __future__ import annotations

from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from crampkg.errors import SourceError
from crampkg.sources import graph_of, read_text
from crampkg.turtle import parse_turtle
from crampkg.vocabulary import PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.sources import Sources

_COLUMNS = (
    "subject_id",
    "subject_label",
    "predicate_id",
    "object_id",
    "object_label",
    "mapping_justification",
    "object_source_version",
    "comment",
)


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
    import csv

    import yaml

    lines = text.splitlines()
    header = [line for line in lines if line.startswith("#")]
    try:
        metadata = yaml.safe_load("\n".join(line.removeprefix("#")[1:] for line in header)) or {}
    except yaml.YAMLError:
        message = f"{name}: the comment lines at its top are not the YAML of an SSSOM mapping set."
        raise SourceError(message, path=name) from None
    curies: dict[str, str] = metadata.get("curie_map") or {}
    rows = csv.reader(lines[len(header) :], delimiter="\t", quoting=csv.QUOTE_NONE)
    if tuple(next(rows, ())) != _COLUMNS:
        message = (
            f"{name}, line {len(header) + 1}: the columns must be {', '.join(_COLUMNS)}, "
            "in this order and separated by tabs."
        )
        raise SourceError(message, path=name, line=len(header) + 1)
    for number, row in enumerate(rows, len(header) + 2):
        if len(row) != len(_COLUMNS):
            message = f"{name}, line {number}: {len(row)} columns, where {len(_COLUMNS)} belong."
            raise SourceError(message, path=name, line=number)
        subject, _, predicate, target, label, justification, source, comment = row
        iris = []
        for curie in (subject, predicate, target, justification):
            prefix, _, local = curie.partition(":")
            if prefix not in curies:
                message = (
                    f"{name}, line {number}: the prefix of {curie} is not in the curie_map. "
                    "Add it there."
                )
                raise SourceError(message, path=name, line=number)
            iris.append(NamedNode(curies[prefix] + local))
        about, relation, term, why = iris
        yield Quad(about, relation, term, graph)
        axiom = BlankNode()
        for prop, value in (
            ("rdf:type", _term("owl:Axiom")),
            ("owl:annotatedSource", about),
            ("owl:annotatedProperty", relation),
            ("owl:annotatedTarget", term),
            ("sssom:mapping_justification", why),
            ("sssom:object_label", Literal(label)),
            ("dct:source", Literal(source)),
            ("rdfs:comment", Literal(comment, language="en")),
        ):
            yield Quad(axiom, _term(prop), value, graph)


def _term(curie: str) -> NamedNode:
    prefix, _, local = curie.partition(":")
    return NamedNode(PREFIXES[prefix] + local)
