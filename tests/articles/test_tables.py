"""The tables of an article: what they stand for, how they are written, and what is wrong in one."""

from __future__ import annotations

import csv
import io
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampkg.articles.tables import COLUMNS, format_table, rows
from crampkg.articles.triples import load_tables
from crampkg.errors import SourceError
from crampkg.pipeline.load import load
from crampkg.rdf import parts
from crampkg.sources import Sources
from crampkg.turtle import parse_turtle
from crampkg.vocabulary import CK, SKOS

HOME = Path(__file__).parents[2] / "data/articles/what-causes-leg-cramps"
ARTICLE = "https://w3id.org/crampkg/id/a/"

#: An ontology and concepts of a few terms.
TERMS = """
@prefix ck: <https://w3id.org/crampkg/ontology#> .
@prefix kg: <https://w3id.org/crampkg/id/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
ck:causes a owl:ObjectProperty ; skos:prefLabel "causes"@en ;
    ck:phrase "{subject} causes|cause {object}"@en ;
    ck:phraseObjectFirst "{object} is|are caused by {subject}"@en .
ck:occursDuring a owl:ObjectProperty ; skos:prefLabel "occurs during"@en ;
    ck:phrase "{subject} occurs|occur during {object}"@en .
ck:listedWith a owl:ObjectProperty ; skos:prefLabel "is listed with"@en .
ck:can a ck:Hedge ; skos:prefLabel "can"@en .
ck:often a ck:Hedge ; skos:prefLabel "often"@en .
ck:affirmed a ck:Stance ; skos:prefLabel "affirmed"@en .
ck:denied a ck:Stance ; skos:prefLabel "denied"@en .
ck:sentence a ck:Basis ; skos:prefLabel "sentence"@en .
ck:heading a ck:Basis ; skos:prefLabel "heading"@en .
kg:damp a ck:Cause ; skos:prefLabel "damp"@en ; skos:altLabel "moisture"@en .
kg:warm-spells a ck:Cause ; skos:prefLabel "warm spells"@en ; ck:plural true .
kg:mould a ck:Finding ; skos:prefLabel "mould on bread"@en .
kg:during-storage a ck:Circumstance ; skos:prefLabel "during storage"@en .
<https://w3id.org/crampkg/id/a/section-1> a ck:Section ; skos:prefLabel "section on bread"@en .
"""
STATEMENTS = [
    {"statement": "heading-1", "kind": "heading", "section": "section-1", "no claim": "A title."},
    {
        "statement": "statement-1",
        "kind": "statement",
        "section": "section-1",
        "markers": "1; 3 (list)",
        "label": "statement on mould",
    },
    {"statement": "statement-1-lead-in", "kind": "lead-in", "of": "statement-1"},
]
CLAIM = {
    "statement": "statement-1",
    "subject": "damp",
    "relation": "causes",
    "object": "mould",
    "words": "leads to",
}


def table(name: str, lines: list[dict[str, str]]) -> str:
    """Return a table of some rows, with empty values where a row names none."""
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS[name], "", dialect="excel-tab", lineterminator="\n")
    writer.writeheader()
    writer.writerows(lines)
    return out.getvalue()


def held(*claims: dict[str, str], statements: list[dict[str, str]] = STATEMENTS) -> dict[str, str]:
    """Return the tables of an article with some claims."""
    return {
        "data/articles/a/claims.tsv": table("claims.tsv", list(claims)),
        "data/articles/a/statements.tsv": table("statements.tsv", statements),
    }


def triples(texts: dict[str, str]) -> tuple[set[tuple[str, ...]], list[str]]:
    """Return the triples of some tables with short names, and the mistakes."""
    found = load_tables(texts, parse_turtle(TERMS, "terms")[0])

    def short(iri: str) -> str:
        for prefix in (ARTICLE, "https://w3id.org/crampkg/id/", CK, SKOS):
            iri = iri.removeprefix(prefix)
        return iri.rpartition("#")[2]

    spelt = {
        tuple(short(term.value) for term in parts(quad))
        for quads in found.quads.values()
        for quad in quads
    }
    return spelt, [str(fault) for fault in found.faults]


def test_a_row_of_the_least_is_a_claim() -> None:
    found, faults = triples(held(CLAIM))
    assert faults == []
    assert {each[1:] for each in found if each[0] == "claim-damp-causes-mould"} == {
        ("type", "Claim"),
        ("prefLabel", "damp causes mould on bread"),
        ("claimSubject", "damp"),
        ("claimPredicate", "causes"),
        ("claimObject", "mould"),
        ("wording", "leads to"),
        ("stance", "affirmed"),
        ("basis", "sentence"),
        ("readFrom", "statement-1"),
    }


def test_a_row_of_everything_is_a_claim() -> None:
    full = CLAIM | {
        "subject": "Moisture",
        "relation": "ck:causes",
        "object": "mould on bread",
        "first": "object",
        "item": "statement-1-lead-in",
        "hedge": "can; often",
        "hedge of another": "often",
        "stance": "denied",
        "when": "especially during storage; only during-storage",
        "when words": "in a bag",
        "via": "warm-spells",
        "evidence words": "has been shown",
        "basis": "heading",
        "note": 'Called "wet".',
        "claim": "claim-1",
    }
    found, faults = triples(held(full))
    assert faults == []
    assert {each[1:] for each in found if each[0] == "claim-1"} == {
        ("type", "Claim"),
        ("prefLabel", "denied: mould on bread is caused by damp (hedge: can, often) (heading)"),
        ("claimSubject", "damp"),
        ("claimPredicate", "causes"),
        ("claimObject", "mould"),
        ("objectFirst", "true"),
        ("listedItem", "statement-1-lead-in"),
        ("wording", "leads to"),
        ("hedge", "can"),
        ("hedge", "often"),
        ("hedgeOfAnother", "often"),
        ("stance", "denied"),
        ("especiallyWhen", "during-storage"),
        ("statedFor", "during-storage"),
        ("conditionWording", "in a bag"),
        ("viaMechanism", "warm-spells"),
        ("evidenceWording", "has been shown"),
        ("basis", "heading"),
        ("readFrom", "statement-1"),
        ("scopeNote", 'Called "wet".'),
    }


def test_statements_and_their_markers() -> None:
    found, faults = triples(held())
    assert faults == []
    assert found == {
        ("heading-1", "type", "Heading"),
        ("heading-1", "prefLabel", "heading of the section on bread"),
        ("heading-1", "inSection", "section-1"),
        ("heading-1", "noClaimReason", "A title."),
        ("statement-1", "type", "Statement"),
        ("statement-1", "prefLabel", "statement on mould"),
        ("statement-1", "inSection", "section-1"),
        ("statement-1", "marker", "marker-1"),
        ("statement-1", "marker", "marker-3"),
        ("statement-1-lead-in", "type", "LeadIn"),
        ("statement-1-lead-in", "prefLabel", "lead-in of the statement on mould"),
        ("statement-1-lead-in", "inSection", "section-1"),
        ("statement-1-lead-in", "itemOf", "statement-1"),
        ("marker-1", "type", "CitationMarker"),
        ("marker-1", "prefLabel", "marker 1"),
        ("marker-1", "markerText", "1"),
        ("marker-3", "type", "CitationMarker"),
        ("marker-3", "prefLabel", "marker 3"),
        ("marker-3", "markerText", "3"),
        ("marker-use-01", "type", "MarkerUse"),
        ("marker-use-01", "prefLabel", "use 1 of a marker: marker 1"),
        ("marker-use-01", "useOf", "marker-1"),
        ("marker-use-01", "usedIn", "statement-1"),
        ("marker-use-01", "coverage", "sentence"),
        ("marker-use-02", "type", "MarkerUse"),
        ("marker-use-02", "prefLabel", "use 2 of a marker: marker 3"),
        ("marker-use-02", "useOf", "marker-3"),
        ("marker-use-02", "usedIn", "statement-1"),
        ("marker-use-02", "coverage", "list"),
        (
            "marker-use-02",
            "scopeNote",
            "Printed after the last item and read as covering the whole list.",
        ),
    }


@pytest.mark.parametrize(
    ("changed", "label"),
    [
        ({"subject": "warm-spells"}, "warm spells cause mould on bread"),
        ({"subject": "warm-spells", "first": "object"}, "mould on bread is caused by warm spells"),
        ({"relation": "listed-with"}, "damp is listed with mould on bread"),
        (
            {"subject": "mould", "relation": "occurs-during", "object": "during-storage"},
            "mould on bread occurs during storage",
        ),
    ],
)
def test_the_label_of_a_claim(changed: dict[str, str], label: str) -> None:
    found, faults = triples(held(CLAIM | changed))
    assert faults == []
    assert [each[2] for each in found if each[1] == "prefLabel" and each[0][:5] == "claim"] == [
        label
    ]


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"subject": "dam"}, "subject 'dam' names no thing. Did you mean damp?"),
        ({"subject": ""}, "subject names no thing. Add the thing."),
        ({"subject": "causes"}, "subject 'causes' names no thing."),
        ({"relation": "cause"}, "relation 'cause' names no relation. Did you mean causes?"),
        ({"relation": "damp"}, "relation 'damp' names no relation."),
        ({"hedge": "can, often"}, "hedge 'can, often' names no hedge."),
        ({"hedge": "can; oft"}, "hedge 'can; oft' names no hedge, 'oft'. Did you mean often?"),
        ({"hedge": "canned"}, "hedge 'canned' names no hedge. Did you mean can?"),
        (
            {"stance": "affirmed; denied"},
            "stance 'affirmed; denied' names no stance. Did you mean affirmed?",
        ),
        ({"statement": "statement 1"}, "statement 'statement 1' is not in statements.tsv."),
        ({"stance": "x"}, "stance 'x' names no stance. There are: affirmed, denied."),
        ({"first": "subject"}, "first 'subject' is neither empty nor 'object'."),
        ({"when": "during-storage"}, "when 'during-storage' begins with none of especially, only."),
        ({"when": "only storage"}, "when 'only storage' names no thing, 'storage'."),
        ({"item": "b"}, "item 'b' is not in statements.tsv. Add it there."),
        (
            {"statement": "b"},
            "statement 'b' is not in statements.tsv. Add it there, or name another.",
        ),
    ],
)
def test_a_mistake_in_a_claim(changed: dict[str, str], sentence: str) -> None:
    found, (fault, *others) = triples(
        held(CLAIM | {"object": "mould"}, CLAIM | changed | {"claim": "b"})
    )
    assert fault.startswith(f"data/articles/a/claims.tsv, line 3: {sentence}")
    assert others == []
    assert "b" not in {each[0] for each in found}, "nothing of the row is loaded"


def test_a_name_of_a_claim_that_is_none() -> None:
    _, (fault,) = triples(held(CLAIM | {"claim": "a b"}))
    assert "line 2: claim 'a b' is no name. Use letters, figures and hyphens." in fault


def test_two_claims_of_one_name() -> None:
    _, faults = triples(held(CLAIM, CLAIM))
    (fault,) = faults
    assert "line 3: claim claim-damp-causes-mould stands twice." in fault


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"statement": "statement-1"}, "statement 'statement-1' stands twice."),
        ({"kind": "bullet"}, "kind 'bullet' is none of statement, list item, lead-in, heading."),
        ({"of": "statement-9"}, "of 'statement-9' is no statement above."),
        ({"section": ""}, "section is empty. Name the section of the statement."),
        ({"section": "section 1"}, "section 'section 1' is no name. Use letters, figures"),
        ({"statement": "a\u00a0b"}, "statement 'a\\xa0b' is no name. Use letters, figures"),
        ({"markers": "1, 2"}, "markers '1, 2' is no name, 'marker-1, 2'. Use letters, figures"),
    ],
)
def test_a_mistake_in_a_statement(changed: dict[str, str], sentence: str) -> None:
    row = {"statement": "statement-2", "kind": "statement", "section": "section-1", "label": "x"}
    _, (fault, *_) = triples(held(statements=[*STATEMENTS, row | changed]))
    assert fault.startswith(f"data/articles/a/statements.tsv, line 5: {sentence}")


SPANS = "of\tstart\tend\tsha256\n"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: 'of' is missing, 'start' is missing, 'end' is missing, 'sha256' is missing."),
        (
            "of\tstart\tsha256\n",
            "line 1: 'end' is missing. Its columns are of, start, end, sha256.",
        ),
        ("of\tstart\tstop\tsha256\n", "line 1: 'end' is missing, 'stop' is no column."),
        ("of\tstart\tend\tsha256\tof\n", "line 1: 'of' stands twice."),
        ("of;start;end;sha256\n", "line 1: the values are not separated by tabs. Run crampkg fmt"),
        (f"{SPANS}a\t1\t2\n", "line 2: 3 values where the first line has 4 columns. Mend the row."),
        (f"{SPANS}a\t1\t2\t3\t4\n", "line 2: 5 values where the first line has 4 columns."),
        (f'{SPANS}"a\nb"\t1\t2\t3\n', "line 2: a value has a line end. Write it as one line."),
        (f'{SPANS}"a\t1\t2\t3\n', "line 2: unexpected end of data. Mend the quotation marks."),
    ],
)
def test_a_table_that_does_not_read(text: str, sentence: str) -> None:
    with pytest.raises(SourceError) as raised:
        list(rows("data/articles/a/spans.tsv", text))
    assert str(raised.value).startswith(f"data/articles/a/spans.tsv, {sentence}")
    assert raised.value.line == int(sentence[5])


def test_a_row_of_a_kind_that_is_none_is_no_statement_of_claims() -> None:
    """A claim that is read from it is read all the same: one mistake is named once."""
    _, faults = triples(held(CLAIM, statements=[{**STATEMENTS[1], "kind": "para"}]))
    assert [fault.partition(": ")[2][:11] for fault in faults] == ["kind 'para'"]


@pytest.mark.parametrize(
    ("of", "sentence"),
    [
        ("heading-1", "line 3: of 'heading-1' stands twice. Remove one of the two rows."),
        ("heading-9", "line 3: of 'heading-9' is nothing of this article. Remove the row"),
        ("a b", "line 3: of 'a b' is no name. Use letters, figures and hyphens."),
    ],
)
def test_a_span_of_nothing(of: str, sentence: str) -> None:
    lines = [{"of": name, "start": "0", "end": "9", "sha256": "f"} for name in ("heading-1", of)]
    _, (fault, *_) = triples(held() | {"data/articles/a/spans.tsv": table("spans.tsv", lines)})
    assert fault.startswith(f"data/articles/a/spans.tsv, {sentence}")


def test_blank_rows_are_left_out() -> None:
    text = f"{SPANS}\t\t\t\n\na\t1\t2\tf\n \n"
    assert [(row.line, row.cells["of"]) for row in rows("spans.tsv", text)] == [(4, "a")]
    assert format_table(text, "spans.tsv") == f"{SPANS}a\t1\t2\tf\n"


@pytest.mark.parametrize("offset", ["", "-1", "1.5", "²", "1e3", "Jan 1", "1" * 5000])
def test_an_offset_is_a_whole_number(offset: str) -> None:
    spans = table("spans.tsv", [{"of": "heading-1", "start": offset, "end": "9", "sha256": "f"}])
    _, (fault,) = triples(held() | {"data/articles/a/spans.tsv": spans})
    assert "data/articles/a/spans.tsv, line 2: start" in fault
    assert "is no offset" in fault


def test_a_mistake_stops_a_build(tmp_path: Path) -> None:
    """The error names the file, the line, the column and the value; nothing is built."""
    for folder in ("ontology", "data", "queries", "rules"):
        (tmp_path / folder).symlink_to(HOME.parents[2] / folder)
    (tmp_path / "data").unlink()
    (tmp_path / "data/articles/a").mkdir(parents=True)
    for name, text in held(CLAIM).items():
        (tmp_path / name).write_text(text)
    with pytest.raises(SourceError, match=r"a/claims\.tsv, line 2: subject 'damp' names no thing"):
        list(load(Sources(str(tmp_path))))


def test_a_file_that_is_no_table(tmp_path: Path) -> None:
    for folder in ("ontology", "data/articles/a", "queries", "rules"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "data/articles/a/claim.tsv").write_text("")
    with pytest.raises(SourceError, match=r"Call it claims\.tsv or spans\.tsv or statements\.tsv"):
        list(load(Sources(str(tmp_path))))


@pytest.mark.parametrize("name", COLUMNS)
def test_what_a_spreadsheet_saves(name: str) -> None:
    """Columns in another order, another separator, all quoted, CRLF: one written form."""
    text = (HOME / name).read_text(encoding="utf-8")
    statements = (HOME / "statements.tsv").read_text(encoding="utf-8")
    assert format_table(text, name, statements) == text
    table = list(csv.reader(io.StringIO(text), "excel-tab"))
    moved = random.Random(16).sample(range(len(table[0])), len(table[0]))
    for separator in "\t,;":
        for quoting in (csv.QUOTE_ALL, csv.QUOTE_MINIMAL):
            out = io.StringIO()
            writer = csv.writer(out, "excel", delimiter=separator, quoting=quoting)
            writer.writerows([row[place] for place in moved] for row in table)
            saved = out.getvalue().replace("\r\n", "\n")  # as `sources.decode` does
            assert format_table(saved, name, statements) == text


@given(
    st.lists(
        st.lists(st.text("ab\"',; é", max_size=4), min_size=4, max_size=4).filter(any), max_size=5
    )
)
def test_the_written_form_is_one(lines: list[list[str]]) -> None:
    out = io.StringIO()
    csv.writer(out, "excel-tab", lineterminator="\n").writerows([COLUMNS["spans.tsv"], *lines])
    written = format_table(out.getvalue(), "spans.tsv")
    assert format_table(written, "spans.tsv") == written
    values = sorted([value.strip() for value in line] for line in lines)
    assert sorted(list(row.cells.values()) for row in rows("spans.tsv", written)) == values


def test_claims_stand_in_the_order_of_statements() -> None:
    late = CLAIM | {"statement": "statement-1-lead-in", "claim": "late"}
    text = table("claims.tsv", [late, CLAIM, CLAIM | {"claim": "second"}])
    ordered = format_table(text, "claims.tsv", table("statements.tsv", STATEMENTS))
    assert [row.cells["claim"] for row in rows("claims.tsv", ordered)] == ["", "second", "late"]
