"""Mapping sets in SSSOM/TSV: a block of YAML behind `#`, and a row for each mapping.

After https://mapping-commons.github.io/sssom/spec-formats-tsv/.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from pyoxigraph import NamedNode

from crampkg.errors import SourceError
from crampkg.vocabulary import OWL, PREFIXES, RDF, RDFS, SKOS, XSD

if TYPE_CHECKING:
    from collections.abc import Iterator

#: The prefixes that a mapping set need not declare, and declares as nothing else.
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

#: The one column here whose value may stand in the metadata instead, for all mappings.
_PROPAGATED = "object_source_version"


class Mapping(NamedTuple):
    """A row of a mapping set as written, and the line on which it begins."""

    subject_id: str
    subject_label: str
    predicate_id: str
    object_id: str
    object_label: str
    mapping_justification: str
    object_source_version: str
    comment: str
    line: int = 0


#: The columns of a file, in whatever order.
COLUMNS = Mapping._fields[:-1]
_IDENTIFIERS = ("subject_id", "predicate_id", "object_id", "mapping_justification")


def read(name: str, text: str) -> Iterator[tuple[Mapping, tuple[NamedNode, ...]]]:
    """Yield the mappings of a file called `name`, each with the IRIs of its identifiers.

    These are its subject, predicate, object and justification. Raises `SourceError` with the line
    of what is no SSSOM, or has other columns than are kept here.
    """
    import csv
    import io

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


def _metadata(name: str, lines: list[str]) -> dict[str, Any]:
    """Return the metadata in the lines at the top, behind their `#`, however they are indented."""
    import yaml

    from crampkg.library import load_yaml

    line: int | None = None
    try:
        metadata = load_yaml("\n".join(each[1:].rstrip("\r") for each in lines))
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
        isinstance(each, str) for pair in declared.items() for each in pair
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
