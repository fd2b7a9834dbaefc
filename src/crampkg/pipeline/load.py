"""From source files to quads, every lexical form as written: Turtle and SSSOM/TSV mapping sets.

A mapping set is a block of YAML behind `#`, and a row for each mapping: see
https://mapping-commons.github.io/sssom/spec-formats-tsv/.
"""

from __future__ import annotations

import csv
import io
from typing import Any, NamedTuple

import yaml
from pyoxigraph import BlankNode, Literal, NamedNode, Quad

from crampkg.articles.tables import COLUMNS as TABLES
from crampkg.articles.tables import is_table
from crampkg.articles.triples import load_tables
from crampkg.errors import SourceError
from crampkg.library import load_yaml
from crampkg.sources import graph_of
from crampkg.turtle import parse_turtle
from crampkg.vocabulary import MAPPINGS, OWL, PREFIXES, RDF, RDFS, SKOS, XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from crampkg.sources import Sources

#: The prefixes built into SSSOM: a mapping set need not declare them, and must not redefine them.
_BUILT_IN = {
    "linkml": "https://w3id.org/linkml/",
    "owl": OWL,
    "rdf": RDF,
    "rdfs": RDFS,
    "semapv": "https://w3id.org/semapv/vocab/",
    "skos": SKOS,
    "sssom": PREFIXES["sssom"],
    "xsd": XSD,
}

#: The only column whose value may be given in the metadata instead, for all mappings.
_PROPAGATED = "object_source_version"


class Mapping(NamedTuple):
    """A row of a mapping set as written, and its first line."""

    subject_id: str
    subject_label: str
    predicate_id: str
    object_id: str
    object_label: str
    mapping_justification: str
    object_source_version: str
    comment: str
    line: int = 0


#: The columns of a file, in any order.
COLUMNS = Mapping._fields[:-1]
_IDENTIFIERS = ("subject_id", "predicate_id", "object_id", "mapping_justification")


def load(sources: Sources) -> Iterator[Quad]:
    """Yield the quads of all source files, each in the graph of its file.

    Raises `SourceError` with file and line for a file that cannot be read or parsed.
    """
    asserted: list[Quad] = []
    tables: dict[str, str] = {}
    for name in sources.files():
        if is_table(name):
            tables[name] = sources.text(name)
        elif graph_of(name):
            asserted += load_file(name, sources.text(name))
    yield from asserted
    held = load_tables(tables, asserted)
    for fault in held.faults:
        raise fault
    for quads in held.quads.values():
        yield from quads


def load_file(name: str, text: str) -> Iterator[Quad]:
    """Yield the quads of one source file, given its name and its text.

    Raises `SourceError` with file and line where the text does not parse.
    """
    graph = graph_of(name)
    if graph is None:
        message = f"{name} belongs to no graph: only .ttl and .sssom.tsv files hold data."
        raise SourceError(message, path=name)
    if name.endswith(".tsv") and not name.endswith(".sssom.tsv"):
        message = f"{name} is no table of an article. Call it {' or '.join(sorted(TABLES))}."
        raise SourceError(message, path=name)
    if name.endswith(".sssom.tsv"):
        yield from _mappings(name, text, NamedNode(graph))
        return
    for quad in parse_turtle(text, name)[0]:
        yield Quad(quad.subject, quad.predicate, quad.object, NamedNode(graph))


def read_mappings(name: str, text: str) -> Iterator[tuple[Mapping, tuple[NamedNode, ...]]]:
    """Yield the mappings of a file called `name`, each with the IRIs of its identifiers.

    These are its subject, predicate, object and justification. Raises `SourceError` with the line
    for invalid SSSOM, and for other columns than those used here.
    """
    lines = text.split("\n")
    top = next((place for place, line in enumerate(lines) if not line.startswith("#")), len(lines))
    metadata = _metadata(name, lines[:top])
    curies = _curies(name, metadata)
    block = io.StringIO("\n".join(lines[top:]), newline="")
    rows = csv.reader(block, delimiter="\t", strict=True)
    before = top
    try:
        columns = next(rows, [])
        shared = {_PROPAGATED: str(metadata[_PROPAGATED])} if metadata.get(_PROPAGATED) else {}
        given = [*columns, *(column for column in shared if column not in columns)]
        if sorted(given) != sorted(COLUMNS):
            what = f"the columns must be {', '.join(COLUMNS)}, separated by tabs"
            raise _fault(name, top + 1, f"{what}. Nothing else is kept")
        before += rows.line_num
        for row in rows:
            line, before = before + 1, top + rows.line_num
            if not row:
                continue
            if len(row) != len(columns):
                raise _fault(name, line, f"{len(row)} columns, where {len(columns)} belong")
            mapping = Mapping(**{**shared, **dict(zip(columns, row, strict=True))}, line=line)
            yield mapping, tuple(_iri(name, mapping, column, curies) for column in _IDENTIFIERS)
    except csv.Error as error:
        raise _fault(name, before + 1, f"these are no columns ({error}). Mend the quotes") from None


def _mappings(name: str, text: str, graph: NamedNode) -> Iterator[Quad]:
    """Yield a mapping as a triple, and its source as an OWL annotation of that triple (SSSOM)."""
    mapping_set = NamedNode(MAPPINGS + name.rpartition("/")[2])
    for mapping, (about, relation, term, why) in read_mappings(name, text):
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


def _metadata(name: str, lines: list[str]) -> dict[str, Any]:
    """Return the metadata in the lines at the top, behind their `#`, with any indentation."""
    line: int | None = None
    try:
        metadata = load_yaml("\n".join(line[1:].rstrip("\r") for line in lines))
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line, metadata = (min(mark.line + 1, len(lines)) if mark else None), ()
    if metadata is None:
        return {}
    if not isinstance(metadata, dict):
        what = "the lines behind # at the top are not the YAML of an SSSOM mapping set. Mend them"
        raise _fault(name, line, what)
    return metadata


def _curies(name: str, metadata: dict[str, Any]) -> dict[str, str]:
    declared = metadata.get("curie_map") or {}
    whole = isinstance(declared, dict) and all(
        isinstance(text, str) for pair in declared.items() for text in pair
    )
    if not whole:
        what = "the curie_map is not prefixes with their IRIs. Write `PREFIX: IRI` on each line"
        raise _fault(name, None, what)
    for prefix, namespace in _BUILT_IN.items():
        if declared.get(prefix, namespace) != namespace:
            what = (
                f"the prefix {prefix} is that of {namespace} in SSSOM. Use another, or leave it out"
            )
            raise _fault(name, None, what)
    return {**_BUILT_IN, **declared}


def _iri(name: str, mapping: Mapping, column: str, curies: dict[str, str]) -> NamedNode:
    curie: str = getattr(mapping, column)
    prefix, _, local = curie.partition(":")
    if not local or any(mark.isspace() for mark in curie):
        what = f"{curie!r} is no {column}. Write a prefix, a colon and a name, without blanks"
        raise _fault(name, mapping.line, what)
    if prefix not in curies:
        what = f"the prefix of {curie} is not in the curie_map. Add it there"
        raise _fault(name, mapping.line, what)
    iri = curies[prefix] + local
    try:
        return NamedNode(iri)
    except ValueError:
        what = f"{curie} stands for {iri}, which is no IRI. Mend it, or its prefix in the curie_map"
        raise _fault(name, mapping.line, what) from None


def _fault(name: str, line: int | None, what: str) -> SourceError:
    where = f"{name}, line {line}" if line else name
    return SourceError(f"{where}: {what}.", path=name, line=line)
