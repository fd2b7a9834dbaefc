"""Mapping sets as the SSSOM standard lets them be written, and what it does not let."""

from __future__ import annotations

import pytest

from crampkg.errors import SourceError
from crampkg.pipeline.load import COLUMNS, Mapping, load_file, read_mappings

NAME = "data/mappings/m.sssom.tsv"
HEADER = (
    "curie_map:",
    "  EX: https://example.org/terms/",
    "  kg: https://w3id.org/crampkg/id/",
    "mapping_set_id: https://example.org/m.sssom.tsv",
)
ROW = (
    "kg:calf",
    "calf",
    "skos:exactMatch",
    "EX:1",
    "a calf",
    "semapv:ManualMappingCuration",
    "made up",
    "for the tests",
)


def text(
    header: tuple[str, ...] = HEADER,
    row: tuple[str, ...] = ROW,
    columns: tuple[str, ...] = COLUMNS,
    mark: str = "# ",
    end: str = "\n",
) -> str:
    """Return the text of a mapping set of one row."""
    lines = [*(mark + line for line in header), "\t".join(columns), "\t".join(row)]
    return end.join([*lines, ""])


@pytest.mark.parametrize("mark", ["#", "# ", "#   "])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_the_metadata_may_be_indented_by_any_number_of_blanks(mark: str, end: str) -> None:
    ((mapping, iris),) = read_mappings(NAME, text(mark=mark, end=end))
    assert mapping == Mapping(*ROW, line=6)
    assert [iri.value for iri in iris] == [
        "https://w3id.org/crampkg/id/calf",
        "http://www.w3.org/2004/02/skos/core#exactMatch",
        "https://example.org/terms/1",
        "https://w3id.org/semapv/vocab/ManualMappingCuration",
    ]


def test_prefixes_of_the_standard_may_be_declared_too() -> None:
    header = (*HEADER[:3], "  skos: http://www.w3.org/2004/02/skos/core#", *HEADER[3:])
    assert len(list(read_mappings(NAME, text(header)))) == 1


def test_columns_stand_in_any_order_and_values_in_quotes() -> None:
    row = (*ROW[:-1], '"for ""the"" tests"')
    written = text(row=row[::-1], columns=COLUMNS[::-1])
    ((mapping, _),) = read_mappings(NAME, written)
    assert mapping == Mapping(*ROW[:-1], 'for "the" tests', line=6)


def test_a_value_in_quotes_may_have_several_lines_and_the_next_row_its_own_line() -> None:
    written = text(row=(*ROW[:-1], '"for\nthe tests"')) + "\t".join(ROW) + "\n"
    assert [mapping.line for mapping, _ in read_mappings(NAME, written)] == [6, 8]


def test_a_release_may_be_that_of_all_mappings() -> None:
    place = COLUMNS.index("object_source_version")
    header = (*HEADER, "object_source_version: made up")
    columns, row = ([*each] for each in (COLUMNS, ROW))
    del columns[place], row[place]
    ((mapping, _),) = read_mappings(NAME, text(header, tuple(row), tuple(columns)))
    assert mapping.object_source_version == "made up"


def changed(column: str, value: str) -> str:
    """Return a mapping set with another value in its row."""
    return text(
        row=tuple(value if name == column else old for name, old in zip(COLUMNS, ROW, strict=True))
    )


@pytest.mark.parametrize(
    ("written", "line", "words"),
    [
        (changed("object_id", "EX: 1"), 6, "'EX: 1' is no object_id.*without blanks"),
        (changed("object_id", "EX:\u00a01"), 6, "is no object_id.*without blanks"),
        (changed("subject_id", "kg:"), 6, "'kg:' is no subject_id"),
        (changed("subject_id", ""), 6, "'' is no subject_id"),
        (changed("predicate_id", "exactMatch"), 6, "'exactMatch' is no predicate_id"),
        (changed("object_id", "XX:1"), 6, "prefix of XX:1 is not in the curie_map"),
        (changed("object_id", "https://example.org/1"), 6, "is not in the curie_map"),
        (changed("object_id", "EX:<1>"), 6, "EX:<1> stands for .* which is no IRI"),
        (changed("comment", '"open'), 6, "Mend the quotes"),
        (text(row=ROW[:-1]), 6, "7 columns, where 8 belong"),
        (text(columns=(*COLUMNS[:-1], "confidence")), 5, "Nothing else is kept"),
        (text(columns=(*COLUMNS[:-1], "subject_id")), 5, "the columns must be"),
        ("", 1, "the columns must be"),
        (text(("curie_map: [",)), 1, "not the YAML of an SSSOM mapping set"),
        (text(("[" * 200_000 + "]" * 200_000,)), None, "not the YAML of an SSSOM mapping set"),
        (text(("just words",)), None, "not the YAML of an SSSOM mapping set"),
        (text(("curie_map: kg",)), None, "not prefixes with their IRIs"),
        (text(("curie_map:", "  kg: [1]")), None, "not prefixes with their IRIs"),
        (text(("curie_map:", "  skos: https://example.org/")), None, "prefix skos is that of"),
        (text(("curie_map:", "  kg: calf", "  EX: urn:x/")), 5, "stands for calfcalf.* no IRI"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(written: str, line: int | None, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        list(load_file(NAME, written))
    assert (caught.value.path, caught.value.line) == (NAME, line)
    assert str(caught.value).startswith(f"{NAME}, line {line}: " if line else f"{NAME}: ")
