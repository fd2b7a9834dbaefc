"""What our terms are to those of open ontologies, where it is easily taken for more."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from crampkg.graph import KnowledgeGraph

FILE = Path(__file__).parents[1] / "data" / "mappings" / "terms.sssom.tsv"


@pytest.fixture(scope="module")
def rows() -> list[dict[str, str]]:
    lines = FILE.read_text(encoding="utf-8").splitlines()
    table = [line for line in lines if not line.startswith("#")]
    return list(csv.DictReader(table, delimiter="\t", quoting=csv.QUOTE_NONE))


@pytest.mark.parametrize(
    ("ours", "theirs", "match"),
    [
        ("kg:leg-cramp", "SCTID:449918009", "narrow"),  # cramp in lower leg
        ("kg:calf-pain", "ICD10CM:M79.66", "broad"),  # pain in lower leg
        ("kg:calf-pain", "HP:0031921", "narrow"),  # gastrocnemius myalgia
        # Nontraumatic, but not chronic; of the leg, where ours may be of the arm.
        ("kg:chronic-compartment-syndrome", "ICD10CM:M79.A2", "related"),
        # Two terms of other vocabularies that have the name of ours.
        ("kg:potassium-deficiency", "MONDO:0006919", "close"),
        ("kg:potassium-deficiency", "mesh:D011191", "close"),
        ("kg:leg-and-hip-region", "UBERON:0000978", "narrow"),  # leg
    ],
)
def test_a_part_is_narrower_and_a_whole_is_broader(
    rows: list[dict[str, str]], ours: str, theirs: str, match: str
) -> None:
    (row,) = (row for row in rows if (row["subject_id"], row["object_id"]) == (ours, theirs))
    assert row["predicate_id"] == f"skos:{match}Match"
    assert row["comment"] == "as in the term table" or "hence" in row["comment"]


def test_each_synonym_has_a_source_with_its_licence(graph: KnowledgeGraph) -> None:
    query = """
        SELECT ?term (MIN(STR(?licence)) AS ?of) WHERE {
          GRAPH g:background {
            ?term skos:altLabel ?synonym .
            OPTIONAL { ?term dct:source/dct:license ?licence }
          }
          FILTER (STRSTARTS(STR(?term), "http://purl.obolibrary.org/obo/"))
        } GROUP BY ?term"""
    licences = {row.text("term").rpartition("/")[2]: row.text("of") for row in graph.query(query)}
    assert len(licences) > 20
    assert licences["MONDO_0003019"] == "https://creativecommons.org/licenses/by/4.0/"
    assert licences["UBERON_8480048"] == "https://creativecommons.org/licenses/by/3.0/"
    assert set(licences.values()) == {licences["MONDO_0003019"], licences["UBERON_8480048"]}
