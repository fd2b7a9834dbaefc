"""The index of names: what it leads to is what a look at every name would find."""

from __future__ import annotations

import random

import pytest

from crampkg.graph import KnowledgeGraph
from crampkg.model import Term
from crampkg.name_index import FINDING, NameIndex, distance, spell, ways
from crampkg.names import Terms
from crampkg.vocabulary import KG


def slipped(word: str, chosen: random.Random) -> str:
    """Return a word with a letter changed, put in, left out, or swapped with the next one."""
    at = chosen.randrange(len(word) - 1)
    return chosen.choice(
        (
            word[:at] + "x" + word[at + 1 :],
            word[:at] + "x" + word[at:],
            word[:at] + word[at + 1 :],
            word[:at] + word[at + 1] + word[at] + word[at + 2 :],
        )
    )


def test_no_near_word_is_missed(graph: KnowledgeGraph) -> None:
    index = NameIndex.of(graph.terms)
    forms: dict[str, set[str]] = {}
    for term in index:
        for way, name in ways(term):
            whole, words = spell(name)
            for form in (whole[0], *words) if way in FINDING else ():
                forms.setdefault(form, set()).add(term.iri)
    chosen = random.Random(3)
    for form in chosen.sample([form for form in sorted(forms) if len(form) > 3], 60):
        slips = len(form) // 4
        typed = form
        for _ in range(chosen.randint(1, slips)):
            typed = slipped(typed, chosen)
        near = {index.term(at).iri for at in index.alike(typed, slips, 10_000)}
        for other, iris in forms.items():
            if abs(len(other) - len(typed)) <= slips and distance(typed, other) <= slips:
                assert iris <= near, (typed, other)


def test_a_distance_that_is_too_long_is_seen_early() -> None:
    chosen = random.Random(4)
    words = ["".join(chosen.choices("abc", k=chosen.randint(0, 9))) for _ in range(60)]
    for one in words:
        for other in words:
            whole, early = distance(one, other), distance(one, other, 2)
            assert early == whole if whole <= 2 else early > 2


@pytest.mark.parametrize("number", [50, 5_000])
def test_a_name_is_found_without_a_look_at_the_others(number: int) -> None:
    index = NameIndex.of(
        Term(f"{KG}thing-{each}", f"thing {each:05}", (f"item {each}",), (f"{KG}kind",), "")
        for each in range(number)
    )
    terms = Terms(NameIndex(index.terms, index.names))  # as it is read
    assert terms.find("Thing 00042").iri == f"{KG}thing-42"
    assert terms.find("item-42", f"{KG}kind").iri == f"{KG}thing-42"
    assert terms.find(f"{KG}thing-42").label == "thing 00042"
    assert [term.label for term in terms.search("00042")] == ["thing 00042"]
    assert len(terms._index._read) < 10
    assert sum(1 for _ in terms) == number


def test_what_is_sought_by_its_beginning_is_in_order_of_bytes() -> None:
    """A name that begins as another one, or has letters beyond ASCII, is told apart from it."""
    labels = ["calf", "calf pain", "calf-pain", "calfs", "çalf", "ca", "calf!", "\u00c7alf pain"]
    index = NameIndex.of(
        Term(f"{KG}thing-{number}!{number}", label, (), (), "")
        for number, label in enumerate(labels)
    )
    for number, label in enumerate(labels):
        assert index.get(f"{KG}thing-{number}!{number}") is not None
        assert label in {term.label for term in index.called(label, "")["label"]}
    assert index.get(f"{KG}thing-1") is None
    assert index.called("cal", "") == {}
