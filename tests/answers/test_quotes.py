"""Quotes hold what a claim is read from: the sentence, or what leads in to an item and the item."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampkg.answers.quotes import fit, quotes
from crampkg.graph import KnowledgeGraph
from crampkg.sources import Article
from crampkg.vocabulary import KG

CLAIM = f"{KG}what-causes-leg-cramps/claim-"


@pytest.fixture(scope="module")
def quoted(graph: KnowledgeGraph, article: Path) -> dict[str, str]:
    """Return the quotes of all claims, by the last part of their IRIs."""
    claims = [row.text("claim") for row in graph.query("SELECT ?claim { ?claim a ck:Claim }")]
    found, misfits = quotes(claims, Article.read(str(article)), graph.engine)
    assert misfits == []
    assert set(found) == set(claims)
    return {claim.removeprefix(CLAIM): " ".join(quote.split()) for claim, quote in found.items()}


@pytest.mark.parametrize(
    ("claim", "begins", "ends"),
    [
        (
            "osteoarthritis-leads-to-pseudoclaudication",
            "Claudication vs.",
            "from: … Osteoarthritis",
        ),
        (
            "hip-arthritis-causes-leg-pain",
            "Differential diagnosis",
            "including: … Hip/ankle arthritis",
        ),
        (
            "unpleasant-sensations-begins-during-rest",
            "Restless Leg",
            "that: … Begin or worsen during rest",
        ),
        ("dehydration-listed-as-primary-cause", "Primary Causes", "Causes … Dehydration"),
        ("calf-pain-symptom-of-vascular-disease", "Location", "… Calf pain … Calf or foot pain"),
        ("inadequate-fluid-intake-classed-as-dehydration", "Dehydration:", "hot environments"),
        ("vascular-insufficiency-causes-true-claudication", "True claudication", "insufficiency"),
    ],
)
def test_a_quote_has_what_the_claim_is_read_from(
    quoted: dict[str, str], claim: str, begins: str, ends: str
) -> None:
    """By hand from the article."""
    assert quoted[claim].startswith(begins)
    assert quoted[claim].endswith(ends)
    assert "•" not in quoted[claim]


def test_quotes_stand_in_one_order(quoted: dict[str, str]) -> None:
    """That of the graph, or an answer in JSON would be another one in each run."""
    assert list(quoted) == sorted(quoted)


def test_what_a_claim_says_stands_in_its_quote(
    graph: KnowledgeGraph, quoted: dict[str, str]
) -> None:
    """The relation as worded, but for a mark that the wording adds."""
    rows = graph.query("SELECT ?claim ?wording { ?claim a ck:Claim ; ck:wording ?wording }")
    words = {row.text("claim").removeprefix(CLAIM): row.text("wording") for row in rows}
    missing = {
        claim: (word, quoted[claim])
        for claim, word in words.items()
        if word.casefold() not in quoted[claim].casefold()
    }
    assert missing == {}


def test_another_text_is_not_quoted(graph: KnowledgeGraph, article: Path) -> None:
    """One letter more at the start moves all; one changed in the middle costs what stands there."""
    text = article.read_text(encoding="utf-8")
    moved = Article(f"x{text}")
    assert fit(moved, graph.engine)[0] == 0
    changed = Article(text.replace("Osteoarthritis", "0steoarthritis"))
    claim = f"{CLAIM}osteoarthritis-leads-to-pseudoclaudication"
    assert quotes([claim], changed, graph.engine) == ({}, [claim])
    other = f"{CLAIM}vascular-insufficiency-causes-true-claudication"
    found, misfits = quotes([claim, other], changed, graph.engine)
    assert (set(found), misfits) == ({other}, [claim])
