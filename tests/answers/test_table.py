"""Tables, cards and matrices of a few cells, at the widths where they change."""

from __future__ import annotations

import io
import re

import pytest
from pyoxigraph import BlankNode, Literal, NamedNode
from rich.console import Console

from crampkg.answers import document, table, terminal
from crampkg.answers.table import Table
from crampkg.answers.terminal import _card, _gathered, _widths
from crampkg.rdf import RdfTerm
from crampkg.vocabulary import CK, KG, XSD

PROSE = " ".join(["word"] * 20)  # 99 cells


def text(value: str) -> RdfTerm:
    return Literal(value)


def number(value: int, kind: str = "integer") -> RdfTerm:
    return Literal(str(value), datatype=NamedNode(XSD + kind))


def printed(content: Table[str], width: int) -> list[str]:
    """Return the lines of a sheet on a terminal of so many cells."""
    console = Console(width=width, file=io.StringIO(), force_terminal=False, color_system=None)
    with console.capture() as capture:
        terminal.show(console, content)
    return [line.rstrip() for line in capture.get().splitlines()]


@pytest.mark.parametrize(
    ("cells", "width", "widths"),
    [
        (("1",), 1, [1]),
        (("1",), 0, []),
        (("xxxxx", PROSE), 106, [5, 99]),
        (("xxxxx", PROSE), 105, [5, 98]),
        (("xxxxx", PROSE), 80, [5, 73]),
        (("xxxxx", PROSE), 47, [5, 40]),  # of prose at least 40 cells
        (("xxxxx", PROSE), 46, []),
        (("x" * 30, "x"), 33, [30, 1]),  # a word is not broken
        (("x" * 30, "x"), 32, []),
        (("aa bb cc dd ee ff", "x"), 20, [17, 1]),
        (("aa bb cc dd ee ff", "x"), 19, [16, 1]),  # of a few words at least 16
        (("aa bb cc dd ee ff", "x"), 18, []),
        (("\u6f22\u5b57", "x"), 7, [4, 1]),  # each of these takes two cells
        (("\u6f22\u5b57", "x"), 6, []),
    ],
)
def test_columns_share_the_width_evenly_or_have_no_room(
    cells: tuple[str, ...], width: int, widths: list[int]
) -> None:
    headings = tuple("abcdef"[: len(cells)])
    assert _widths(Table(headings, (cells,)), width) == widths


def test_columns_of_a_grid_may_be_narrower() -> None:
    grid = Table(("a", "b"), (("xxxxx", PROSE),))
    assert _widths(grid, 35, 10, lines=4) == [5, 28]
    assert _widths(grid, 34, 10, lines=4) == []


def test_a_heading_takes_room_too() -> None:
    assert _widths(Table(("marker status",), (("x",),)), 13) == [13]
    assert _widths(Table(("marker-status",), (("x",),)), 12) == []


ROWS = Table(
    ("artery", "stance", "hedge", "note", "section", "claim", "number"),
    (
        ("iliac", "affirmed", "often", "", "causes", "kg:claim-1", "7"),
        ("femoral", "affirmed", "", "", "causes", "kg:claim-2", "12"),
    ),
    frozenset({"number"}),
)


def test_a_table_leaves_out_what_is_empty_and_says_once_what_is_the_same() -> None:
    assert printed(ROWS, 80) == [
        "artery   stance    hedge  claim       number",
        "────────────────────────────────────────────",
        "iliac    affirmed  often  kg:claim-1       7",
        "femoral  affirmed         kg:claim-2      12",
        "",
        "The same in every row: section: causes.",
    ]


def test_handles_give_way_before_the_table_does() -> None:
    assert printed(ROWS, 44)[0] == "artery   stance    hedge  claim       number"
    assert printed(ROWS, 43) == [
        "artery   stance    hedge  number",
        "────────────────────────────────",
        "iliac    affirmed  often       7",
        "femoral  affirmed             12",
        "",
        "The same in every row: section: causes.",
        "",
        "Left out for want of room: claim (see -f",
        "csv).",
    ]
    assert printed(ROWS, 32)[0] == "artery   stance    hedge  number"
    assert printed(ROWS, 31)[:6] == [
        "1  artery  iliac",
        "   stance  affirmed",
        "   hedge   often",
        "   number  7",
        "   claim   kg:claim-1",
        "",
    ]


def test_what_is_the_same_stays_in_the_first_column_in_one_row_and_as_evidence() -> None:
    content = Table(("a", "b", "stance"), (("1", "2", "3"), ("1", "2", "3")))
    shown = Table(("a", "stance"), (("1", "3"), ("1", "3")), same=(("b", "2"),))
    assert content.folded() == shown
    one = Table(("a", "b"), (("1", "2"),))
    assert one.folded() == one
    empty = Table(("a", "b"), (("", "2"), ("", "3")))
    assert empty.folded() == Table(("b",), (("2",), ("3",)))
    numbers = content._replace(numbers=frozenset({"b"}))
    assert numbers.folded() == numbers


def test_columns_of_ones_own_query_all_stay() -> None:
    own = Table(("claim", "b"), (("1", "2"), ("1", "2")), own=True)
    assert printed(own, 80) == ["claim  b", "────────", "1      2", "1      2"]
    assert document.plain([own]) == "claim  b\n1      2\n1      2\n"
    assert document.plain([own._replace(own=False)]) == "CLAIM  B\n1      2\n1      2\n"


def test_rows_that_wrap_stand_apart() -> None:
    content = Table(("a", "b"), (("x", PROSE), ("y", "word")))
    assert printed(content, 63) == [
        "a  b",
        "─" * 63,
        "x  " + " ".join(["word"] * 12),
        "   " + " ".join(["word"] * 8),
        "",
        "y  word",
    ]


def test_a_card_says_the_status_of_a_marker_behind_it() -> None:
    headings = ("marker", "marker status", "note")
    assert _card(headings, ("3", "sure", "")) == {"marker": "3 (sure)"}
    assert _card(headings, ("3", "", "n")) == {"marker": "3", "note": "n"}
    assert _card(headings, ("", "none", "n")) == {"marker status": "none", "note": "n"}


def test_cards_have_brief_columns_abreast_and_prose_below() -> None:
    prose = " ".join(["uno"] * 25), " ".join(["due"] * 25)
    content = Table(("a", "b", "c", "quote"), (("1", "2", "3", prose[0]), ("4", "", "6", prose[1])))
    assert printed(content, 30) == [
        "1  a      1  c      3",
        "   b      2",
        "   quote  uno uno uno uno uno",
        *["          uno uno uno uno uno"] * 4,
        "",
        "2  a      4  c      6",
        "   quote  due due due due due",
        *["          due due due due due"] * 4,
    ]
    assert printed(content, 23)[:2] == ["1  a      1  c      3", "   b      2"]
    assert printed(content, 22)[:3] == ["1  a      1", "   b      2", "   c      3"]


def cards(headings: str, *rows: str) -> list[str]:
    content = Table(tuple(headings.split()), tuple(tuple(row.split("|")) for row in rows))
    with (console := Console(width=60, file=io.StringIO(), color_system=None)).capture() as shown:
        console.print(terminal._cards(content, 60))
    return [line.rstrip() for line in shown.get().splitlines()]


def test_cards_that_differ_in_one_thing_are_one_with_each_of_its_values() -> None:
    """The handle of each row stays beside its value; a hedge is never one of several."""
    headings = "subject object hedge claim"
    quiet = cards(headings, "ache|RLS|can|c1", "edema|RLS|can|c2", "stasis|RLS|can|c3")
    assert quiet == [
        "1-3  subject  ache    object   RLS     hedge    can",
        "              edema",
        "              stasis",
        "     claim    c1",
        "              c2",
        "              c3",
    ]
    hedged = cards(headings, "ache|RLS|can|c1", "ache|RLS|often|c2", "edema|RLS|often|c3")
    assert [line.split()[0] for line in hedged if line[:3].strip()] == ["1", "2-3"]
    turned = cards(headings, "ache|RLS|can|c1", "edema|RLS|can|c2", "edema|PAD|can|c3")
    assert [line.split()[0] for line in turned if line[:3].strip()] == ["1-2", "3"]
    two = cards(headings, "ache|RLS|can|c1", "edema|PAD|can|c2")
    assert [line.split()[0] for line in two if line[:3].strip()] == ["1", "2"]


def test_what_stands_under_two_headings_is_one_thing() -> None:
    rows = [
        {"narrower kind": name, "subject": name, "object": "calf pain"}
        for name in ("femoral", "popliteal")
    ]
    both = "femoral\npopliteal"
    assert _gathered(rows) == (
        ["1-2"],
        [{"narrower kind": both, "subject": both, "object": "calf pain"}],
    )
    rows[1]["subject"] = "another"
    assert _gathered(rows)[0] == ["1", "2"]


def test_a_claim_with_several_markers_is_one_card_with_a_line_for_each() -> None:
    rows = [
        {"subject": "ache", "marker": "1 (high)", "source": "A book", "claim": "c1"},
        {"subject": "ache", "marker": "2 (any of 3)", "claim": "c1"},
    ]
    assert _gathered(rows) == (
        ["1"],
        [{"subject": "ache", "marker": "1 (high): A book\n2 (any of 3)", "claim": "c1"}],
    )
    rows[1]["claim"] = "c2"
    assert _gathered(rows)[0] == ["1", "2"]
    bare = [{"subject": "ache", "source": name} for name in ("A book", "A table")]
    assert _gathered(bare) == (["1"], [{"subject": "ache", "source": "A book\nA table"}])


def test_claims_that_cite_the_same_markers_are_one_card() -> None:
    rows = [
        {"subject": subject, "marker": marker, "claim": claim}
        for subject, claim in (("ache", "c1"), ("edema", "c2"))
        for marker in ("1", "2")
    ]
    assert _gathered(rows) == (
        ["1-2"],
        [{"subject": "ache\nedema", "marker": "1\n2", "claim": "c1\nc2"}],
    )


def test_a_long_text_is_said_once_and_a_list_goes_on_from_its_first_words() -> None:
    lead = "Causes of leg pain other than disease of arteries are many"
    shown = cards(
        "object hedge quote",
        f"arthritis|none|“{lead}: … Hip arthritis”",
        f"cyst|none|“{lead}: … Cysts”",
        f"arthritis|can|“{lead}”",
        f"stenosis|often|“{lead}”",
    )
    joined = " ".join(" ".join(shown).split())
    assert f"1-2 object arthritis hedge none cyst quote “{lead}: … Hip arthritis” “… Cysts”" in (
        joined
    )
    assert joined.endswith(
        f"3 object arthritis hedge can quote “{lead}” 4 object stenosis hedge often quote as in 3"
    )


def test_a_sheet_shows_labels_and_knows_its_numbers() -> None:
    rows: list[dict[str, RdfTerm | None]] = [
        {
            "site": NamedNode(f"{KG}calf"),
            "siteLabel": text("calf"),
            "marker": NamedNode(f"{KG}marker-1"),
            "markerText": None,
            "rank": number(1),
            "claim": NamedNode(f"{KG}claim-1"),
        },
        {
            "site": NamedNode(f"{KG}foot"),
            "siteLabel": None,
            "marker": None,
            "markerText": None,
            "rank": None,
            "claim": NamedNode(f"{KG}claim-2"),
        },
    ]
    content = table.table_of_rows(tuple(rows[0]), rows, {f"{KG}claim-2": "two\n words"})
    assert content == Table(
        ("site", "marker", "rank", "claim", "quote"),
        (
            ("calf", "kg:marker-1", "1", "kg:claim-1", ""),
            ("kg:foot", "", "", "kg:claim-2", "“two words”"),
        ),
        frozenset({"rank"}),
    )
    assert table.table_of_rows(("siteLabel", "rank"), rows, own=True) == Table(
        ("siteLabel", "rank"), (("calf", "1"), ("", "")), frozenset({"rank"}), own=True
    )


def test_headings_that_would_be_alike_are_the_names() -> None:
    rows: list[dict[str, RdfTerm | None]] = [{"hedgeText": text("a"), "hedge": text("b")}]
    assert table.table_of_rows(("hedgeText",), rows).headings == ("hedge",)
    rows = [{"markerText": text("a"), "Marker": text("b")}]
    assert table.table_of_rows(("markerText", "Marker"), rows).headings == ("markerText", "Marker")


@pytest.mark.parametrize(
    ("name", "heading"),
    [
        ("siteLabel", "site"),
        ("markerStatus", "marker status"),
        ("wording", "as worded"),
        ("statedBy2Names", "stated by2 names"),
        ("body_part", "body part"),
        ("Label", "label"),
        ("conditionWording", "condition"),
    ],
)
def test_a_heading_is_the_name_in_words(name: str, heading: str) -> None:
    assert table.heading_of(name) == heading


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (None, ""),
        (NamedNode(f"{CK}causes"), "ck:causes"),
        (NamedNode("http://example.org/x"), "http://example.org/x"),
        (BlankNode("b1"), "_:b1"),
        (text("two\n\twords "), "two words"),
        (text("a\u202eb\x1b"), "a\ufffdb\ufffd"),
    ],
)
def test_a_cell_is_read_by_people(value: RdfTerm | None, shown: str) -> None:
    assert table.text_of(value) == shown


def test_numbers_are_what_has_their_datatypes_alone() -> None:
    kinds = ("integer", "decimal", "double", "float")
    assert table.are_numbers([None, *(number(1, kind) for kind in kinds)])
    assert not table.are_numbers([number(1), text("1")])
    assert not table.are_numbers([number(1), number(1, "string")])
    assert not table.are_numbers([None])
    assert not table.are_numbers([])
    assert table.tally("not said", number(3)) == "not said 3"
    assert table.tally("matching", number(3)) == "matches 3"


def test_a_label_is_that_of_its_column() -> None:
    assert table.label_of("site", ("site", "siteLabel", "siteText")) == "siteLabel"
    assert table.label_of("marker", ("markerText",)) == "markerText"
    assert table.label_of("site", ("site", "sites")) is None


def test_markdown_escapes_each_of_its_marks() -> None:
    assert document.escape("\\`*_[]<>|#~&$ a.") == r"\\\`\*\_\[\]\<\>\|\#\~\&\$ a."
    assert document.markdown([Table(("a", "b|"), (("1", "*"),))]) == (
        "| a | b\\| |\n| --- | --- |\n| 1 | \\* |\n"
    )


def test_a_matrix_joins_what_a_cell_says() -> None:
    content = Table(
        ("artery", "site", "relation", "object", "hedge", "marker"),
        (
            ("iliac", "hip", "causes", "pain", "often", "3"),
            ("iliac", "hip", "causes", "pain", "often", "4"),
            ("iliac", "hip", "causes", "pain", "often", "3"),
            ("iliac", "hip", "eases", "", "", "5"),
            ("tibial", "calf", "", "", "can", ""),
        ),
    )
    made = table.matrix(content, "artery", "site", ("relation", "object", "hedge", "marker"))
    assert made.headings == ("artery", "hip", "calf")
    first = ("causes: pain", "hedge often", "marker 3, and 4")
    assert made.statements == (
        ((first, ("eases", "marker 5")), ()),
        ((), (("can",),)),
    )
    assert made.table.rows == (
        ("iliac", "causes: pain, hedge often, marker 3, and 4; eases, marker 5", ""),
        ("tibial", "", "can"),
    )
    told = [(name, [(heading, said) for heading, said in cells]) for name, cells in made.rows]
    assert told[0] == (
        "iliac",
        [("hip", [("causes: pain", first[1:]), ("eases", ("marker 5",))]), ("calf", [])],
    )


def test_a_matrix_joins_what_differs_in_its_marker_or_its_way_alone() -> None:
    content = Table(
        ("artery", "site", "hedge", "marker", "by way of"),
        (
            ("iliac", "hip", "often", "3", "a"),
            ("iliac", "hip", "often", "3", "b"),
            ("iliac", "hip", "often", "4", "a"),
            ("iliac", "hip", "often", "4", "b"),
            ("iliac", "hip", "can", "5", "a"),
        ),
    )
    made = table.matrix(content, "artery", "site", ("hedge", "marker", "way"))
    both = ("often", "marker 3 and 4", "by way of a, and b")
    assert made.statements == (((both, ("can", "marker 5", "by way of a")),),)


def test_a_graph_says_each_subject_once() -> None:
    def iri(name: str) -> NamedNode:
        return NamedNode(KG + name)

    console = Console(width=30, file=io.StringIO(), color_system=None)
    with console.capture() as capture:
        terminal.show_graph(
            console,
            [
                (iri("calf"), iri("in"), iri("leg")),
                (iri("calf"), iri("in"), text("body")),
                (iri("calf"), iri("with"), text("tail")),
                (iri("leg"), iri("in"), iri("body")),
            ],
        )
    assert [line.rstrip() for line in capture.get().splitlines()] == [
        "kg:calf",
        "  kg:in    kg:leg",
        "           body",
        "  kg:with  tail",
        "",
        "kg:leg",
        "  kg:in    kg:body",
    ]


def coloured(width: int) -> Console:
    return Console(
        width=width,
        file=io.StringIO(),
        force_terminal=True,
        color_system="standard",
        no_color=False,
    )


def bold(said: str) -> str:
    return f"\x1b[1m{said}\x1b[0m"


def dim(said: str) -> str:
    return f"\x1b[2m{said}\x1b[0m"


def test_a_group_of_a_matrix_has_its_name_in_bold_and_the_rest_dim() -> None:
    content = Table(
        ("disease", "site", "relation", "hedge"),
        (
            ("iliac", "hip", PROSE, "often"),
            ("iliac", "calf", PROSE, "often"),
            ("vein", "hip", "no", ""),
        ),
    )
    made = table.matrix(content, "disease", "site", ("relation", "hedge"))
    made = made._replace(tallies=(("rank 1", "matches 2"), ()))
    console = coloured(60)
    with console.capture() as capture:
        terminal.show_matrix(console, made)
    shown = capture.get()
    assert bold("iliac") in shown
    assert dim("  rank 1, matches 2") in shown
    lines = [re.sub("\x1b.*?m", "", line).rstrip() for line in shown.splitlines()]
    assert lines == [
        "iliac",
        "  rank 1, matches 2",
        "  hip, calf       " + " ".join(["word"] * 8),
        "                  " + " ".join(["word"] * 8),
        "                  " + " ".join(["word"] * 4) + ", hedge often",
        "",
        "vein",
        "  hip             no",
    ]
    assert "\x1b[2m  hip, calf" in shown


def test_a_table_has_bold_headings_and_stances_in_colour() -> None:
    console = coloured(80)
    with console.capture() as capture:
        terminal.show(console, Table(("a", "stance"), (("x", "denied"), ("y", "affirmed"))))
        terminal.show(console, Table(("a", "quote"), (("x", "“y”"), ("z", "“w”"))))
        terminal.show(console, Table(("a", "b"), (("x", "y"), ("z", "y"))))
    shown = capture.get()
    assert bold("stance  ") in shown
    assert "\x1b[31mdenied" in shown
    assert "\x1b[32maffirmed\x1b[0m" in shown
    assert "\x1b[3m“y”" in shown
    assert dim("The same in every row: b: y.") in shown
    assert terminal._style("stance", "mixed") == "yellow"
    assert terminal._style("stance", "reported belief") == "magenta"
    assert terminal._style("hedge", "denied") == terminal._style("stance", "odd") == ""


def test_a_card_begins_in_bold_with_its_number_dim() -> None:
    content = Table(("a", "stance"), (("x" * 30, "denied"), ("y" * 30, "mixed")))
    console = coloured(30)
    with console.capture() as capture:
        terminal.show(console, content)
    shown = capture.get()
    assert bold("x" * 17) in shown
    assert "\x1b[2mstance" in shown
    assert "\x1b[2m1\x1b[0m" in shown
    assert "\x1b[31mdenied" in shown
    console = coloured(30)
    with console.capture() as capture:
        iri = NamedNode(f"{KG}calf")
        terminal.show_graph(console, [(iri, NamedNode(f"{KG}in"), iri)])
    assert bold("kg:calf") in capture.get()
    assert "\x1b[2m  kg:in" in capture.get()
