"""The lint of question files: every check has a case that it catches, and the library passes."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampkg.check.questions import QUESTION_CHECKS, Outline, Prefix, Values, lint
from crampkg.model import Finding
from crampkg.vocabulary import GRAPHS

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
NAME_ONE = "Name one of " + ", ".join(f"g:{name}" for name in GRAPHS) + "."
#: What is replaced, by what, and the findings: check, line, problem and remedy.
CASES: list[tuple[str, str, list[tuple[str, int | None, str, str]]]] = [
    (
        "#+ id: pain",
        "#+ id: ache",
        [
            ("header", 1, "The id is ache.", "Name the file ache.rq."),
        ],
    ),
    (
        "#+ id: pain\n",
        "",
        [
            ("header", None, "The header has no id.", "Add it."),
        ],
    ),
    (
        "#+ summary: Pain at a site.\n#+ tags: [pain]\n",
        "#+ tags: [pain]\n#+ summary: Pain at a site.\n",
        [
            (
                "header",
                1,
                "The keys stand in the order id, question, tags, summary, params, silence.",
                "Put them in the order id, question, summary, tags, params, silence.",
            ),
        ],
    ),
    (
        "tags: [pain]",
        "tags: [pain",
        [
            ("header", 5, "The header is not YAML.", "Mind quotes, colons and indents."),
        ],
    ),
    (
        "does {site} hurt",
        "does {place} hurt",
        [
            (
                "gap",
                1,
                "There is a gap {place}, and no such parameter.",
                "Use one of the parameters: site.",
            ),
            (
                "gap",
                1,
                "The question does not say where its parameter site enters.",
                "Put {site} into it.",
            ),
        ],
    ),
    (
        "Where does {site} hurt",
        "Where does it hurt",
        [
            (
                "gap",
                1,
                "The question does not say where its parameter site enters.",
                "Put {site} into it.",
            ),
        ],
    ),
    (
        "said of {site}",
        "said of {place}",
        [
            (
                "gap",
                1,
                "There is a gap {place}, and no such parameter.",
                "Use one of the parameters: site.",
            ),
        ],
    ),
    (
        "{site}.\n\n",
        "{site}.\n#+ overview: [pain, place, wordings]\n\n",
        [
            (
                "overview",
                1,
                "The overview has the column place, which the query does not select.",
                "Name one that stands after SELECT, without its question mark.",
            ),
        ],
    ),
    (
        "{site}.\n\n",
        "{site}.\n#+ overview: [pain]\n\n",
        [
            (
                "header",
                None,
                "Overview must be a list of the column that stands down, the one across, and "
                "those in the cells.",
                "Mend the file.",
            ),
        ],
    ),
    (
        "{site}.\n\nPREFIX",
        "{site}.\nPREFIX",
        [
            (
                "layout",
                8,
                "The header does not end with one blank line.",
                "Put one blank line after it.",
            ),
        ],
    ),
    (
        "{site}.\n\nPREFIX",
        "{site}.\n\n\nPREFIX",
        [
            (
                "layout",
                8,
                "The header does not end with one blank line.",
                "Put one blank line after it.",
            ),
        ],
    ),
    (
        "WHERE {\n  VALUES",
        "WHERE { \n  VALUES",
        [
            (
                "layout",
                15,
                "The line has a tab or ends in blanks.",
                "Indent by two spaces, end in none.",
            ),
        ],
    ),
    (
        "\n  VALUES ?site",
        "\n\tVALUES ?site",
        [
            (
                "layout",
                16,
                "The line has a tab or ends in blanks.",
                "Indent by two spaces, end in none.",
            ),
        ],
    ),
    (
        "Pain at a site.",
        "Pain at a site" + " and so on" * 12 + ".",
        [
            ("layout", 3, "The line has 147 characters.", "Break it: 120 are the most."),
        ],
    ),
    (
        " ?pain ?wordings\nWHERE",
        " ?pain # " + "so it goes on " * 7 + ".\nWHERE",
        [
            ("layout", 14, "The line has 133 characters.", "Break it: 100 are the most."),
        ],
    ),
    (
        " ?pain ?wordings\nWHERE {",
        " ?pain {{",
        [
            (
                "syntax",
                26,
                "The query does not parse at line 26, column 1: ORDER cannot stand here.\n"
                "  ORDER BY ?pain\n  ^.",
                "Mend the file.",
            ),
        ],
    ),
    (
        PATTERN,
        "LATERAL { " + PATTERN + " }",
        [
            (
                "syntax",
                17,
                "LATERAL is no word of SPARQL 1.1.",
                "Mend it; what one engine adds to SPARQL does not run on another.",
            ),
        ],
    ),
    (
        PATTERN,
        "SERVICE <http://example.org/> { " + PATTERN + " }",
        [
            (
                "syntax",
                17,
                "The query, at line 17, column 3, has SERVICE, which asks another server.",
                "Queries here never leave this machine; take SERVICE out.",
            ),
        ],
    ),
    (
        "isIRI(?pain)",
        "ADJUST(?pain)",
        [
            (
                "syntax",
                18,
                "The query does not parse at line 18, column 23: ) cannot stand here.\n"
                '    FILTER (ADJUST(?pain) && xsd:integer("1") = 1)\n'
                "                        ^.",
                "Mend the file.",
            ),
        ],
    ),
    (
        "ORDER BY ?pain",
        "order BY ?pain",
        [
            ("keyword", 27, "The keyword order is not in upper case.", "Write ORDER."),
        ],
    ),
    (
        "PREFIX xsd:",
        "PREFIX owl: <http://www.w3.org/2002/07/owl#>\nPREFIX xsd:",
        [
            ("prefix", 12, "The prefix owl is declared and not used.", "Take the line out."),
        ],
    ),
    (
        "PREFIX ck: <https://w3id.org/crampkg/ontology#>\n",
        "",
        [
            (
                "prefix",
                None,
                "The prefix ck is used and not declared.",
                "Declare it, so that the file runs anywhere.",
            ),
        ],
    ),
    (
        "g: <https://w3id.org/crampkg/graph/>",
        "g: <https://w3id.org/crampkg/g/>",
        [
            (
                "prefix",
                10,
                "The prefix g is not declared as in all other files.",
                "Declare it as <https://w3id.org/crampkg/graph/>.",
            ),
            (
                "graph",
                17,
                "GRAPH <https://w3id.org/crampkg/g/background> is none of ours.",
                NAME_ONE,
            ),
            (
                "graph",
                22,
                "GRAPH <https://w3id.org/crampkg/g/claims> is none of ours.",
                NAME_ONE,
            ),
        ],
    ),
    (
        "PREFIX ck:",
        "BASE <http://example.org/>\nPREFIX ck:",
        [
            ("prefix", 9, "There is a BASE.", "Write IRIs in full, or with a prefix."),
        ],
    ),
    (
        "}\nORDER BY ?pain\n",
        "}\n",
        [
            (
                "order",
                None,
                "The rows come in no order of their own, so each engine gives them in another.",
                "Add an ORDER BY that settles every row.",
            ),
        ],
    ),
    (
        PATTERN,
        "?pain ck:locatedIn ?site .",
        [
            (
                "graph",
                17,
                "A pattern stands outside of GRAPH, where each engine sees another graph.",
                "Put it inside GRAPH g:claims { } or another of the five.",
            ),
        ],
    ),
    (
        PATTERN,
        "GRAPH ?any { ?pain ck:locatedIn ?site }",
        [
            (
                "graph",
                17,
                "GRAPH has a variable.",
                NAME_ONE,
            ),
        ],
    ),
    (
        PATTERN,
        "GRAPH g:backdrop { ?pain ck:locatedIn ?site }",
        [
            (
                "graph",
                17,
                "GRAPH <https://w3id.org/crampkg/graph/backdrop> is none of ours.",
                NAME_ONE,
            ),
        ],
    ),
    (
        PATTERN,
        "FILTER EXISTS { ?pain ck:locatedIn ?site }",
        [
            (
                "graph",
                17,
                "A pattern stands outside of GRAPH, where each engine sees another graph.",
                "Put it inside GRAPH g:claims { } or another of the five.",
            ),
        ],
    ),
    (
        "\nWHERE {\n  V",
        "\nFROM g:claims\nWHERE {\n  V",
        [
            (
                "graph",
                15,
                "FROM makes another dataset, which each engine reads in another way.",
                "Use GRAPH in the pattern.",
            ),
        ],
    ),
    (
        "?askedLabel ",
        "",
        [
            (
                "parameter",
                None,
                "The rows do not say which value of a parameter each of them answers.",
                "Select ?asked, the value, and ?askedLabel.",
            ),
        ],
    ),
    (
        "{ kg:calf } # param",
        "{ kg:foot } # param",
        [
            (
                "parameter",
                16,
                "The values of site in the query are not its default in the header.",
                "Write the same value in both, UNDEF for no default.",
            ),
        ],
    ),
    (
        "{ kg:calf } # param",
        "{ kg:calf kg:foot } # param",
        [
            (
                "parameter",
                16,
                "The values of site in the query are not its default in the header.",
                "Write the same value in both, UNDEF for no default.",
            ),
        ],
    ),
    (
        "VALUES ?site { kg:calf } #",
        "VALUES (?site) { (kg:calf) } #",
        [
            (
                "parameter",
                16,
                "Site has a line that is not `VALUES ?x { ... } # param: site`.",
                "Write the line so.",
            ),
        ],
    ),
    (
        MARKED,
        MARKED + MARKED.replace("calf", "foot"),
        [
            (
                "parameter",
                16,
                "The values of site in the query are not its default in the header.",
                "Write the same value in both, UNDEF for no default.",
            ),
        ],
    ),
    (
        PATTERN,
        "{ SELECT ?pain WHERE { " + PATTERN + " } }",
        [
            (
                "parameter",
                16,
                "?site, the parameter site, is used in a sub-SELECT.",
                "A sub-SELECT knows no outer value: use it outside, or mark a line inside.",
            ),
        ],
    ),
    (
        " ORDER BY ?word }",
        " }",
        [
            (
                "concat",
                None,
                "GROUP_CONCAT joins in any order.",
                "Let it read from a sub-SELECT with an ORDER BY.",
            ),
        ],
    ),
    (
        PATTERN,
        "{ { GRAPH g:claims { ?pain ck:hedge ?site } } ?pain ck:hedge ?site }",
        [
            (
                "graph",
                17,
                "A pattern stands outside of GRAPH, where each engine sees another graph.",
                "Put it inside GRAPH g:claims { } or another of the five.",
            ),
        ],
    ),
    (
        PATTERN,
        "[] ck:locatedIn kg:calf .",
        [
            (
                "graph",
                17,
                "A pattern stands outside of GRAPH, where each engine sees another graph.",
                "Put it inside GRAPH g:claims { } or another of the five.",
            ),
        ],
    ),
    (
        "}\nORDER BY ?pain\n",
        "}\nLIMIT 5\n",
        [
            (
                "order",
                None,
                "The rows come in no order of their own, so each engine gives them in another.",
                "Add an ORDER BY that settles every row.",
            ),
        ],
    ),
    (
        '"1") = 1)',
        '"1") = 1 && EXISTS { SELECT ?site WHERE { } })',
        [
            (
                "parameter",
                16,
                "?site, the parameter site, is used in a sub-SELECT.",
                "A sub-SELECT knows no outer value: use it outside, or mark a line inside.",
            ),
        ],
    ),
    (
        "isIRI(?pain)",
        "kg:nearness(?pain)",
        [
            (
                "extension",
                18,
                "<https://w3id.org/crampkg/id/nearness> is no function of SPARQL 1.1.",
                "Say it with a built-in function or an XSD cast.",
            ),
        ],
    ),
    (
        "PREFIX g: <https://w3id.org/crampkg/graph/>\nPREFIX kg: <https://w3id.org/crampkg/id/>\n",
        "PREFIX kg: <https://w3id.org/crampkg/id/>\nPREFIX g: <https://w3id.org/crampkg/graph/>\n",
        [("prefix", 11, "The prefix g stands after kg.", "Sort the prefixes, each once.")],
    ),
    (
        "PREFIX g: <https://w3id.org/crampkg/graph/>\n",
        "PREFIX g: <https://w3id.org/crampkg/graph/>\n" * 2,
        [("prefix", 11, "The prefix g stands after g.", "Sort the prefixes, each once.")],
    ),
    (
        MARKED,
        f"{MARKED}  # shared: nothing\n",
        [
            (
                "shared",
                17,
                "There is no queries/shared/nothing.rq.",
                "Share one of these: none.",
            ),
        ],
    ),
    (
        "isIRI(?pain)",
        "STRLEN(\"it (costs), '?more'\") > 2",
        [],
    ),
]


TEXTS = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for path in sorted((ROOT / "queries").rglob("*.rq"))
}


@pytest.mark.parametrize("name", TEXTS)
def test_the_library_passes(name: str) -> None:
    assert lint(name, TEXTS[name], TEXTS) == []


def test_a_broken_file_of_shared_columns_is_found() -> None:
    name = "queries/shared/claim.rq"
    (finding,) = lint(name, TEXTS[name].replace("\nWHERE {\n", "\n{\n"))
    assert finding.check == "question-shared"


def test_a_good_file_passes() -> None:
    assert lint("queries/pain.rq", GOOD) == []


@pytest.mark.parametrize(("old", "new", "expected"), CASES)
def test_each_check_finds_its_fault(
    old: str, new: str, expected: list[tuple[str, int | None, str, str]]
) -> None:
    assert GOOD.count(old) == 1
    assert lint("queries/pain.rq", GOOD.replace(old, new)) == [
        Finding(f"question-{check}", "queries/pain.rq", line, "", problem, remedy)
        for check, line, problem, remedy in expected
    ]


def test_every_check_has_a_case() -> None:
    cased = {f"question-{check}" for *_, expected in CASES for check, *_ in expected}
    assert cased == set(QUESTION_CHECKS)


@pytest.mark.parametrize(
    ("old", "new", "width", "number"),
    [
        ("Pain at a site.", "Pain at a site. {}", 120, 3),
        (" ?pain ?wordings\nWHERE", " ?pain ?wordings # {}\nWHERE", 100, 14),
    ],
)
def test_a_line_may_be_as_long_as_it_may_be(old: str, new: str, width: int, number: int) -> None:
    bare = GOOD.replace(old, new).split("\n")[number - 1]
    for length in (width, width + 1):
        text = GOOD.replace(old, new.format("x" * (length - len(bare) + 2)))
        assert len(text.split("\n")[number - 1]) == length
        findings = lint("queries/pain.rq", text)
        assert [finding.line for finding in findings] == [number] * (length - width)


def test_a_sub_select_may_mark_a_line_of_its_own() -> None:
    inner = f"{{\n    SELECT ?pain\n    WHERE {{\n  {MARKED}      {PATTERN}\n    }}\n  }}"
    assert lint("queries/pain.rq", GOOD.replace(PATTERN, inner)) == []


def test_a_note_is_optional_and_its_gaps_are_parameters() -> None:
    noted = GOOD.replace("\n\nPREFIX", "\n#+ note: Of the {site} alone.\n\nPREFIX", 1)
    assert lint("queries/pain.rq", noted) == []
    wrong = noted.replace("Of the {site}", "Of the {place}")
    assert [finding.check for finding in lint("queries/pain.rq", wrong)] == ["question-gap"]


@pytest.mark.parametrize(
    ("query", "columns"),
    [
        ("SELECT ?a (COUNT(?b) AS ?n) ?c", ["a", "n", "c"]),
        ("SELECT ?a WHERE { BIND (1 AS ?b) } ORDER BY ?c", ["a"]),
        ("SELECT ?a { ?a ?b ?c } GROUP BY ?d (STR(?e) AS ?f) HAVING (?g > 1)", ["a"]),
        ("SELECT ?a { { SELECT ?b (1 AS ?c) { ?b ?c ?d } ORDER BY ?e } }", ["a"]),
        ("SELECT ?a { { SELECT ?b { } LIMIT 1 } } ORDER BY ?e", ["a"]),
        ("SELECT ?a FROM <x:y> { } VALUES ?b { 1 }", ["a"]),
        ("CONSTRUCT { ?a ?b ?c } WHERE { ?a ?b ?c } ORDER BY ?d", []),
    ],
)
def test_the_columns_are_those_of_the_outer_select(query: str, columns: list[str]) -> None:
    assert Outline(query).query.columns == columns


def test_an_outline_has_all_that_a_query_names_with_its_line() -> None:
    outline = Outline(
        "BASE <http://example.org/>\n"
        "PREFIX ck: <x:ck/>\n"
        "PREFIX : <x:none/>\n"
        "SELECT ?a\n"
        "FROM <x:one>\n"
        "WHERE {\n"
        "  VALUES ?a { ck:b <x:c> 'd' }\n"
        "  GRAPH ck:g { ?a :p ?b }\n"
        "  ?a ck:q [ ck:r 5 ] .\n"
        "  FILTER (ck:f(?b) && <x:h>(?a))\n"
        "  FILTER :k(?a)\n"
        "}\n"
        "ORDER BY ?a\n"
    )
    assert outline.form == "SELECT"
    assert outline.prefixes == [
        Prefix(None, "http://example.org/", 1),
        Prefix("ck", "x:ck/", 2),
        Prefix("", "x:none/", 3),
    ]
    assert outline.names == {"ck", ""}
    assert outline.datasets == [5]
    assert outline.graphs == [("ck:g", 8)]
    assert set(outline.bare) == {9}
    assert outline.functions == [("ck:f", 10), ("<x:h>", 10), (":k", 11)]
    assert outline.query.ordered
    assert outline.query.values == [Values(["a"], ["ck:b", "<x:c>", "'d'"])]
    assert outline.query.variables == {"a", "b"}
    terms = {"ck:b": "x:ck/b", "<x:c>": "x:c", "'d'": "d", ":p": "x:none/p", "5": "5", "no:b": "b"}
    assert {term: outline.expanded(term) for term in terms} == terms
