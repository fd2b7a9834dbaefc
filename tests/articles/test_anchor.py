"""Spans in a revised text: all that is as it was is found, and nothing is anchored wrongly."""

from __future__ import annotations

import random
import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampkg.articles.anchor import Anchored, anchor, digest
from crampkg.articles.tables import Span, rows
from crampkg.sources import Article

SPANS = Path(__file__).parents[2] / "data/articles/what-causes-leg-cramps/spans.tsv"

#: A text with what is hard: markers of one figure, phrases that stand twice, an accent.
TEXT = """\
Why bread goes mouldy

Mould on bread is mainly caused by damp and by warmth, though it can also result from dirt. 1, 2

Main causes

  • Damp: Bags without holes can lead to damp bread, especially in summer 1
  • Warmth: Warm spells often make mould grow, whereas a cold larder slows it 2
  • Spores: Spores in the air can settle on bread 3

What looks like mould

  • Flour: White flour may be taken for mould 3
  • Other causes of stains: Stains can result from:
    • Damp paper
    • A dirty board
    • Rosé and other wine 2

What to do

  • Storage: Keep bread dry; a clay pot, a dirty board or damp paper decide little 1, 3
    • Damp paper
    • A dry cloth
"""


def recorded(text: str) -> list[Span]:
    """Return spans of the text: lines, what stands before a colon, clauses, markers."""
    places = [(0, len(text))]
    for line in re.finditer(r"[^\n•]*[^\s•]", text):
        whole = re.match(r"(.*?)((?: ?\d,?)*)$", line[0].lstrip())
        assert whole is not None
        begin = line.end() - len(line[0].lstrip())
        end = begin + len(whole[1].rstrip())
        places.append((begin, end))
        places += [(begin + each.end(), end) for each in re.finditer(r"^[\w ]+: ", whole[1])]
        places += [(begin, begin + each.start()) for each in re.finditer(r"(?<=\w): |, ", whole[1])]
        marks = re.finditer(r"\d", whole[2])
        places += [
            (begin + len(whole[1]) + m.start(), begin + len(whole[1]) + m.end()) for m in marks
        ]
    kept = sorted(set(places), key=lambda place: (place[0], -place[1]))
    return [Span(f"span-{n}", *place, digest(text[slice(*place)])) for n, place in enumerate(kept)]


#: Characters of a text under revision, each with where it stood; None for one that is new.
Draft = list[tuple[str, int | None]]


def revised(draft: Draft, choose: random.Random) -> Draft:
    """Return a draft after one revision by chance."""
    at = choose.randrange(len(draft))
    kind = choose.choice(("insert", "delete", "replace", "swap", "wrap", "form", "renumber"))
    if kind == "insert":
        new = choose.choice(("very ", " 1, 2", " (2019)", "\n  • Damp paper 3", "é", "Damp paper "))
        return draft[:at] + [(each, None) for each in new] + draft[at:]
    if kind == "delete":
        return draft[:at] + draft[at + choose.randrange(1, 120) :]
    if kind == "replace":
        return [*draft[:at], ("X", None), ("Y", None), *draft[at + choose.randrange(1, 12) :]]
    if kind == "wrap":
        cut = [("\n", None) if each == " " else (each, old) for each, old in draft[at : at + 60]]
        return draft[:at] + cut + draft[at + 60 :]
    if kind == "form":  # an accent as a character of its own
        return [
            (part, old if part == each else None)
            for each, old in draft
            for part in unicodedata.normalize("NFD", each)
        ]
    if kind == "renumber":
        return [
            (str((int(each) + 1) % 10), None)
            if each.isdigit() and choose.random() < 0.4
            else (each, old)
            for each, old in draft
        ]
    ends = [0, *(n for n, (each, _) in enumerate(draft, 1) if each == "\n"), len(draft)]
    first, second = sorted(choose.sample(range(len(ends) - 1), 2)) if len(ends) > 2 else (0, 0)
    a, b, c, d = ends[first], ends[first + 1], ends[second], ends[second + 1]
    return draft[:a] + draft[c:d] + draft[b:c] + draft[a:b] + draft[d:] if first < second else draft


def judged(text: str, spans: list[Span], seed: int) -> tuple[Anchored, dict[str, int], str]:
    """Return the spans in a text revised by chance, where each really stands, and that text."""
    choose = random.Random(seed)
    draft: Draft = [(each, place) for place, each in enumerate(text)]
    for _ in range(choose.randrange(1, 6)):
        draft = revised(draft, choose) or draft
    at = {old: new for new, (_, old) in enumerate(draft) if old is not None}
    truth = {}
    for span in spans:
        stands = [at.get(place) for place in range(span.start, span.end)]
        first = stands[0]
        if first is not None and stands == list(range(first, first + len(stands))):
            truth[span.of] = first
    new = "".join(each for each, _ in draft)
    return anchor(spans, new), truth, new


def wrong(anchored: Anchored, truth: dict[str, int], old: str, new: str) -> list[Span]:
    """Return the spans that were anchored elsewhere than where they stand.

    Of the same words in two places each is right that has the same beside it, on one side at least:
    nobody could tell them apart.
    """
    places = {span.of: span.start for span in recorded(old)}
    elsewhere = []
    for span in anchored.kept + anchored.moved:
        if span.start != truth.get(span.of, span.start):
            was, long = places[span.of], span.end - span.start
            before = old[max(was - 8, 0) : was] == new[max(span.start - 8, 0) : span.start]
            after = old[was + long : was + long + 8] == new[span.end : span.end + 8]
            if not (before or after):
                elsewhere.append(span)
    return elsewhere


@given(st.integers(0, 10**9))
def test_nothing_is_anchored_wrongly_and_what_is_as_it_was_is_found(seed: int) -> None:
    """A span is given up only if its words stand twice, or are too few to stand for themselves."""
    spans = recorded(TEXT)
    anchored, truth, new = judged(TEXT, spans, seed)
    assert wrong(anchored, truth, TEXT, new) == []
    assert {span.of for span in anchored.all()} == {span.of for span in spans}
    given_up = {TEXT[span.start : span.end] for span in anchored.lost if span.of in truth}
    assert {words for words in given_up if len(words) >= 12 and TEXT.count(words) == 1} <= {
        words for words in given_up if new.count(words) > 1
    }


@pytest.mark.parametrize("seed", range(4))
def test_in_the_article(article: Path, seed: int) -> None:
    text = Article.read(str(article)).text
    table = rows("spans.tsv", SPANS.read_text(encoding="utf-8"))
    spans = [span for row in table if (span := Span.of_row(row)).of != "article"]
    anchored, truth, _ = judged(text, spans, seed)
    assert {s.of for s in anchored.kept + anchored.moved if s.start != truth.get(s.of)} == set()
    assert len(anchored.lost) < len(spans) / 5


def test_what_is_as_it_was_is_kept() -> None:
    spans = recorded(TEXT)
    assert anchor(spans, TEXT) == Anchored(spans, [], [])


def test_a_text_without_the_spans_loses_all() -> None:
    spans = recorded(TEXT)
    for text in ("", "Nothing of it."):
        assert anchor(spans, text) == Anchored([], [], spans)


def test_a_phrase_that_stands_twice_goes_with_its_neighbour() -> None:
    """The second list loses its first item, and the first list its last one."""
    text = "Stains of:\n- damp paper\n- wine\n\nUse for storage:\n- damp paper\n- cloth of flax\n"
    parts = ["Stains of:", "damp paper", "wine", "Use for storage:", "cloth of flax"]
    spans = [Span(p, text.index(p), text.index(p) + len(p), digest(p)) for p in parts]
    second = text.rindex("damp paper")
    spans.append(Span("second", second, second + 10, digest("damp paper")))
    shorter = "Stains of:\n- damp paper\n- wine\n\nUse for storage:\n- cloth of flax\n"
    anchored = anchor(spans, shorter)
    assert [span.of for span in anchored.lost] == ["second"]
    assert {span.of: span.start for span in anchored.moved} == {"cloth of flax": second}
