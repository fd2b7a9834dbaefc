"""What a claim leads back to: statement, section, span, markers and their sources."""

from __future__ import annotations

from typing import NamedTuple

from crampkg.questions.own import own_query

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.engine.base import Engine


class Citation(NamedTuple):
    """A marker that covers a claim; `source` is empty when it leads to no listed reference."""

    marker: str
    text: str
    status: str
    source: str
    source_label: str


class Hedge(NamedTuple):
    """A hedge word, and its rank among the hedges of its kind: higher takes back more."""

    word: str
    kind: str  # "frequency", "possibility", "quantity" or "scope of negation"
    rank: int


class Evidence(NamedTuple):
    """A claim with all that shows how firm it is and where it stands; empty text for absent."""

    claim: str
    subject: str
    relation: str
    object: str
    wording: str
    stance: str
    hedge: str
    condition: str
    appeal: str  # to evidence, as worded: "research shows"
    basis: str  # "sentence", "list item", "implicature", "heading", or "label" of a bullet
    article: str  # its title
    statement: str
    section: str
    note: str  # ours, on how it is read
    start: int  # where its words begin and end in the article, in Unicode code points
    end: int
    citations: tuple[Citation, ...]
    hedges: tuple[Hedge, ...]


def evidence(claims: Iterable[str], engine: Engine) -> dict[str, Evidence]:
    """Return the evidence of each of `claims`, by IRI, asked of `engine`."""
    wanted = sorted(set(claims))
    if not wanted:
        return {}
    hedges: dict[str, list[Hedge]] = {}
    for row in engine.query(own_query("explain/hedges", claim=wanted)).bindings():
        claim, word, kind, rank = ("" if value is None else value.text for value in row)
        hedges.setdefault(claim, []).append(Hedge(word, kind, int(rank)))
    found: dict[str, Evidence] = {}
    for row in engine.query(own_query("explain/evidence", claim=wanted)).bindings():
        values = ["" if value is None else value.text for value in row]
        heading, own_start, own_end, start, end = values[14:19]
        citation = Citation(*values[19:24])
        known = found.get(values[0])
        citations = (*(known.citations if known else ()), *([citation] if citation.marker else ()))
        said = dict(zip(Evidence._fields, values[:14], strict=False))
        if said["basis"] == "heading" and not heading:
            said["basis"] = "label"
        found[values[0]] = Evidence(
            **said,
            start=int(own_start or start),
            end=int(own_end or end),
            citations=citations,
            hedges=tuple(hedges.get(values[0], ())),
        )
    return found


def hedge_words(hedge: Hedge) -> str:
    """Return a hedge as it is told: the word in quotation marks, and its kind."""
    return f"“{hedge.word}” ({hedge.kind})"
