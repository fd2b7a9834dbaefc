"""The claim: what an article says of two things, how firmly, where, and on which citations."""

from __future__ import annotations

from typing import NamedTuple


class Hedge(NamedTuple):
    """A hedge word, and its rank among the hedges of its kind: higher takes back more."""

    word: str
    kind: str  # "frequency", "possibility", "quantity" or "scope of negation"
    rank: int


class Circumstance(NamedTuple):
    """A circumstance, a population or a mechanism that stands in a claim beside its two things."""

    relation: str  # `ck:especiallyWhen`, `ck:statedFor` or `ck:viaMechanism`
    thing: str
    label: str


class Citation(NamedTuple):
    """A marker that covers a claim; `source` is empty where it leads to no listed reference."""

    marker: str
    text: str  # as printed: "3"
    status: str
    source: str
    source_label: str


class Claim(NamedTuple):
    """A claim of an article, whatever its stance; empty text for what is absent.

    `start` and `end` are offsets into the article's text, in Unicode code points: of the claim's
    own words where these are recorded, else of its statement.
    """

    iri: str
    article: str
    article_title: str
    subject: str
    subject_label: str
    relation: str
    relation_label: str
    object: str
    object_label: str
    wording: str  # of the relation, as printed
    stance: str  # "affirmed", "denied", "mixed evidence" or "reported belief"
    hedge: str  # all of its hedges in words, or "none printed"
    evidence: str  # the words that appeal to it: "research shows"
    condition: str  # the words of its circumstances: "particularly in hot environments"
    basis: str  # what it is read from: "sentence", "list item", "implicature" or "heading"
    statement: str
    section: str
    note: str  # ours, on how it is read
    start: int
    end: int
    is_under_label: bool  # whether the heading that it is read from is the label of a bullet
    hedges: tuple[Hedge, ...]
    hedges_of_others: tuple[Hedge, ...]  # in its words, and weakening another claim only
    circumstances: tuple[Circumstance, ...]
    citations: tuple[Citation, ...]
    listed_items: tuple[str, ...]  # the list items whose heading it is read from
    origin: str = "article"
