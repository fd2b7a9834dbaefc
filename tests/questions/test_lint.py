"""The lint of question files: every check has a case that it catches, and the library passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampkg.questions.lint import QUESTION_CHECKS, lint

ROOT = Path(__file__).parents[2]
GOOD = """\
#+ id: pain
#+ question: Where does {site} hurt?
#+ summary: Pain at a site.
#+ tags: [pain]
#+ params:
#+   site: {type: iri, class: ck:AnatomicalSite, default: kg:calf, help: where it hurts}
#+ silence: Nothing is said of {site}.

PREFIX ck: <https://w3id.org/crampkg/ontology#>
PREFIX g: <https://w3id.org/crampkg/graph/>
PREFIX kg: <https://w3id.org/crampkg/id/>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>

SELECT ?asked ?askedLabel ?pain ?wordings
WHERE {
  VALUES ?site { kg:calf } # param: site
  GRAPH g:background { ?pain ck:locatedIn ?site }
  FILTER (isIRI(?pain) && xsd:integer("1") = 1)
  {
    SELECT ?pain (GROUP_CONCAT(?word) AS ?wordings)
    WHERE {
      { SELECT ?pain ?word WHERE { GRAPH g:claims { ?pain ck:wording ?word } } ORDER BY ?word }
    }
    GROUP BY ?pain
  }
}
ORDER BY ?pain
"""
PATTERN = "GRAPH g:background { ?pain ck:locatedIn ?site }"
MARKED = "  VALUES ?site { kg:calf } # param: site\n"
#: Check, what is replaced, by what, and the line that the finding names.
CASES = [
    ("header", "#+ id: pain", "#+ id: ache", 1),
    ("header", "#+ id: pain\n", "", None),
    (
        "header",
        "#+ summary: Pain at a site.\n#+ tags: [pain]\n",
        "#+ tags: [pain]\n#+ summary: Pain at a site.\n",
        1,
    ),
    ("header", "tags: [pain]", "tags: [pain", 5),
    ("gap", "does {site} hurt", "does {place} hurt", 1),
    ("gap", "Where does {site} hurt", "Where does it hurt", 1),
    ("gap", "said of {site}", "said of {place}", 1),
    ("overview", "{site}.\n\n", "{site}.\n#+ overview: [pain, place, wordings]\n\n", 1),
    ("header", "{site}.\n\n", "{site}.\n#+ overview: [pain]\n\n", None),
    ("layout", "{site}.\n\nPREFIX", "{site}.\nPREFIX", 8),
    ("layout", "{site}.\n\nPREFIX", "{site}.\n\n\nPREFIX", 8),
    ("layout", "WHERE {\n  VALUES", "WHERE { \n  VALUES", 15),
    ("layout", "\n  VALUES ?site", "\n\tVALUES ?site", 16),
    ("layout", "Pain at a site.", "Pain at a site" + " and so on" * 12 + ".", 3),
    ("layout", " ?pain ?wordings\nWHERE", " ?pain # " + "so it goes on " * 7 + ".\nWHERE", 14),
    ("syntax", " ?pain ?wordings\nWHERE {", " ?pain {{", 26),
    ("syntax", PATTERN, "LATERAL { " + PATTERN + " }", 17),
    ("syntax", PATTERN, "SERVICE <http://example.org/> { " + PATTERN + " }", 17),
    ("syntax", "isIRI(?pain)", "ADJUST(?pain)", 18),
    ("keyword", "ORDER BY ?pain", "order BY ?pain", 27),
    ("prefix", "PREFIX xsd:", "PREFIX owl: <http://www.w3.org/2002/07/owl#>\nPREFIX xsd:", 12),
    ("prefix", "PREFIX ck: <https://w3id.org/crampkg/ontology#>\n", "", None),
    ("prefix", "g: <https://w3id.org/crampkg/graph/>", "g: <https://w3id.org/crampkg/g/>", 10),
    ("prefix", "PREFIX ck:", "BASE <http://example.org/>\nPREFIX ck:", 9),
    ("order", "}\nORDER BY ?pain\n", "}\n", None),
    ("graph", PATTERN, "?pain ck:locatedIn ?site .", 17),
    ("graph", PATTERN, "GRAPH ?any { ?pain ck:locatedIn ?site }", 17),
    ("graph", PATTERN, "GRAPH g:backdrop { ?pain ck:locatedIn ?site }", 17),
    ("graph", PATTERN, "FILTER EXISTS { ?pain ck:locatedIn ?site }", 17),
    ("graph", "\nWHERE {\n  V", "\nFROM g:claims\nWHERE {\n  V", 15),
    ("parameter", "?askedLabel ", "", None),
    ("parameter", "{ kg:calf } # param", "{ kg:foot } # param", 16),
    ("parameter", "{ kg:calf } # param", "{ kg:calf kg:foot } # param", 16),
    ("parameter", "VALUES ?site { kg:calf } #", "VALUES (?site) { (kg:calf) } #", 16),
    ("parameter", MARKED, MARKED + MARKED.replace("calf", "foot"), 16),
    ("parameter", PATTERN, "{ SELECT ?pain WHERE { " + PATTERN + " } }", 16),
    ("concat", " ORDER BY ?word }", " }", None),
    ("graph", PATTERN, "{ { GRAPH g:claims { ?pain ck:hedge ?site } } ?pain ck:hedge ?site }", 17),
    ("graph", PATTERN, "[] ck:locatedIn kg:calf .", 17),
    ("order", "}\nORDER BY ?pain\n", "}\nLIMIT 5\n", None),
    ("parameter", '"1") = 1)', '"1") = 1 && EXISTS { SELECT ?site WHERE { } })', 16),
    ("extension", "isIRI(?pain)", "kg:nearness(?pain)", 18),
]  # fmt: skip


@pytest.mark.parametrize(
    "path", sorted((ROOT / "queries").glob("*.rq")), ids=lambda path: path.stem
)
def test_the_library_passes(path: Path) -> None:
    assert lint(f"queries/{path.name}", path.read_text(encoding="utf-8")) == []


def test_a_good_file_passes() -> None:
    assert lint("queries/pain.rq", GOOD) == []


@pytest.mark.parametrize(("check", "old", "new", "line"), CASES)
def test_each_check_finds_its_fault(check: str, old: str, new: str, line: int | None) -> None:
    assert GOOD.count(old) == 1
    findings = lint("queries/pain.rq", GOOD.replace(old, new))
    assert (f"question-{check}", line) in [(finding.check, finding.line) for finding in findings]
    for finding in findings:
        assert finding.file == "queries/pain.rq"
        assert finding.problem.endswith(".")
        assert finding.remedy.endswith(".")


def test_every_check_has_a_case() -> None:
    assert {f"question-{check}" for check, *_ in CASES} == set(QUESTION_CHECKS)


def test_a_sub_select_may_mark_a_line_of_its_own() -> None:
    inner = f"{{\n    SELECT ?pain\n    WHERE {{\n  {MARKED}      {PATTERN}\n    }}\n  }}"
    assert lint("queries/pain.rq", GOOD.replace(PATTERN, inner)) == []


def test_a_note_is_optional_and_its_gaps_are_parameters() -> None:
    noted = GOOD.replace("\n\nPREFIX", "\n#+ note: Of the {site} alone.\n\nPREFIX", 1)
    assert lint("queries/pain.rq", noted) == []
    wrong = noted.replace("Of the {site}", "Of the {place}")
    assert [finding.check for finding in lint("queries/pain.rq", wrong)] == ["question-gap"]
