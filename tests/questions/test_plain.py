"""Words as people type them."""

from __future__ import annotations

import pytest

from crampkg import plain


@pytest.mark.parametrize(
    ("word", "singular"),
    [
        ("arteries", "artery"),
        ("flies", "fly"),  # of five letters, the shortest that may end so
        ("ties", "tie"),  # of four
        ("legs", "leg"),
        ("gas", "gas"),  # of three letters none is taken
        ("veins", "vein"),
        ("basis", "basis"),
        ("weakness", "weakness"),
        ("virus", "virus"),
    ],
)
def test_a_word_in_the_plural_is_the_word(word: str, singular: str) -> None:
    assert plain.telling(word) == {singular}
    assert plain.wanted(word) == ((singular,),)


@pytest.mark.parametrize("apostrophe", "'\u2019\u2018\u02bc\u2032\u00b4`\uff07")
def test_what_an_apostrophe_adds_is_no_word(apostrophe: str) -> None:
    assert plain.telling(f"Parkinson{apostrophe}s disease") == {"parkinson", "disease"}
