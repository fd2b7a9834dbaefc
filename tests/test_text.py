"""One order of names for every format."""

from __future__ import annotations

import json

from crampkg import export
from crampkg.records import Value
from crampkg.text import natural
from crampkg.vocabulary import KG


def test_numbers_count_and_case_matters_last() -> None:
    names = ["b", "a10", "A2", "a2", "a02", "B1", ""]
    assert sorted(names, key=natural) == ["", "A2", "a02", "a2", "a10", "b", "B1"]


def test_turtle_and_json_ld_have_the_same_order() -> None:
    names = ["step-10", "Step-2", "step-1", "Zebra", "apple"]
    about = Value("uri", KG + "about")
    triples = [(Value("uri", KG + name), about, about) for name in names]
    turtle = export.to_bytes(triples, "turtle").decode()
    inside = json.loads(export.to_bytes(triples, "jsonld"))["@graph"]
    subjects = [line.removeprefix("kg:") for line in turtle.splitlines() if line[:3] == "kg:"]
    assert subjects == ["apple", "step-1", "Step-2", "step-10", "Zebra"]
    assert [node["id"].removeprefix("kg:") for node in inside] == subjects
