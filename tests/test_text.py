"""Text for people: one order of names for every format, one plural, one reader of numbers."""

from __future__ import annotations

import json

import pytest
from pyoxigraph import NamedNode

from crampkg import export
from crampkg.text import json_bytes, natural, plural, whole_number
from crampkg.vocabulary import KG


def test_numbers_count_and_case_matters_last() -> None:
    names = ["b", "a10", "A2", "a2", "a02", "B1", ""]
    assert sorted(names, key=natural) == ["", "A2", "a02", "a2", "a10", "b", "B1"]


def test_turtle_and_json_ld_have_the_same_order() -> None:
    names = ["step-10", "Step-2", "step-1", "Zebra", "apple"]
    about = NamedNode(KG + "about")
    triples = [(NamedNode(KG + name), about, about) for name in names]
    turtle = export.to_bytes(triples, "turtle").decode()
    inside = json.loads(export.to_bytes(triples, "jsonld"))["@graph"]
    subjects = [line.removeprefix("kg:") for line in turtle.splitlines() if line[:3] == "kg:"]
    assert subjects == ["apple", "step-1", "Step-2", "step-10", "Zebra"]
    assert [node["id"].removeprefix("kg:") for node in inside] == subjects


def test_a_noun_is_in_the_plural_of_all_numbers_but_one() -> None:
    assert [plural(number, "claim") for number in (0, 1, 2)] == ["0 claims", "1 claim", "2 claims"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("1", 1), ("007", 7), ("100", 100)),
        *(("0", None), ("101", None), ("9" * 5000, None), ("", None)),
        *(("-1", None), ("+1", None), ("1.0", None), (" 1", None), ("²", None), ("٣", None)),
    ],
)
def test_a_whole_number_has_ascii_digits_and_bounds(text: str, number: int | None) -> None:
    assert whole_number(text, 1, 100) == number


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *(("-7", -7), ("-007", -7), ("9223372036854775807", 2**63 - 1), ("--7", None)),
        *(("-", None), ("9223372036854775808", None), ("-" + "9" * 5000, None), ("-²", None)),
    ],
)
def test_a_whole_number_has_64_bits_and_may_be_negative(text: str, number: int | None) -> None:
    assert whole_number(text) == number


def test_json_is_utf_8_and_ends_its_line() -> None:
    assert json_bytes({"a": "é"}) == b'{"a": "\xc3\xa9"}\n'
    assert json_bytes({"a": [1, 2]}, compact=True) == b'{"a":[1,2]}\n'
    assert json_bytes({"a": 1}, indent=2) == b'{\n  "a": 1\n}\n'
