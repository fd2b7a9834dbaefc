"""Claims, by IRI or by subject matter, with everything that shows how firm they are."""

from __future__ import annotations

from collections import defaultdict

from crampkg.library import own_rows
from crampkg.model import Circumstance, Citation, Claim, Hedge
from crampkg.vocabulary import CK, RDF

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from typing import Any

    from crampkg.engine.base import Engine

#: The number of leading fields of a claim that are columns of the query.
_TEXTS = Claim._fields.index("start")
#: The properties by which a claim names a thing.
_PLACES = [
    CK + place
    for place in ("claimSubject", "claimObject", "especiallyWhen", "statedFor", "viaMechanism")
]


def read(iris: Iterable[str], engine: Engine) -> dict[str, Claim]:
    """Return the claims with these IRIs, by IRI, in the articles' order; ignore other IRIs."""
    wanted = sorted(set(iris))
    if not wanted:
        return {}
    hedges: dict[str, list[Hedge]] = defaultdict(list)
    hedges_of_others: dict[str, list[Hedge]] = defaultdict(list)
    circumstances: dict[str, list[Circumstance]] = defaultdict(list)
    listed_items: dict[str, list[str]] = defaultdict(list)
    citations: dict[str, list[Citation]] = defaultdict(list)
    for iri, role, word, kind, rank in own_rows("claims/hedges", engine, claim=wanted):
        of_role = hedges if role == f"{CK}hedge" else hedges_of_others
        of_role[iri].append(Hedge(word, kind, int(rank)))
    for iri, relation, thing, label in own_rows("claims/circumstances", engine, claim=wanted):
        if relation == f"{CK}listedItem":
            listed_items[iri].append(thing)
        else:
            circumstances[iri].append(Circumstance(relation, thing, label))
    for iri, *citation in own_rows("claims/citations", engine, claim=wanted):
        citations[iri].append(Citation(*citation))
    claims = {}
    for row in own_rows("claims/claims", engine, claim=wanted):
        iri = row[0]
        texts = dict(zip(Claim._fields, row[:_TEXTS], strict=False))
        heading, own_start, own_end, start, end = row[_TEXTS:]
        claims[iri] = Claim(
            **texts,
            start=int(own_start or start),
            end=int(own_end or end),
            is_under_label=texts["basis"] == "heading" and not heading,
            hedges=tuple(hedges[iri]),
            hedges_of_others=tuple(hedges_of_others[iri]),
            circumstances=tuple(circumstances[iri]),
            citations=tuple(citations[iri]),
            listed_items=tuple(listed_items[iri]),
        )
    return claims


def find(
    engine: Engine,
    *,
    iris: Iterable[str] | None = None,
    about: Collection[str] | None = None,
    relation: str | None = None,
    marker: str | None = None,
    article: str | None = None,
) -> tuple[Claim, ...]:
    """Return the claims that fit all the IRIs given, all claims without one, down the articles.

    No claim is about one of no things.

    Claims about a thing include those about its narrower kinds, so that no denial goes unsaid.
    """
    chosen = [set(iris)] if iris is not None else [_linked(engine, [f"{RDF}type"], [f"{CK}Claim"])]
    if about is not None and not about:
        return ()
    if about is not None:
        chosen.append(_linked(engine, _PLACES, [*about, *narrower(about, engine)]))
    if relation is not None:
        chosen.append(_linked(engine, [f"{CK}claimPredicate"], [relation]))
    if marker is not None:
        chosen.append(_linked(engine, [f"{CK}citesMarker"], [marker]))
    claims = read(set.intersection(*chosen), engine).values()
    return tuple(claim for claim in claims if article in (None, claim.article))


def narrower(things: Iterable[str], engine: Engine) -> list[str]:
    """Return the narrower kinds of some things, as background has them."""
    return [iri for (iri,) in own_rows("claims/narrower", engine, concept=things)]


def document(claim: Claim) -> dict[str, Any]:
    """Return a claim as a JSON object."""
    fields = claim._asdict()
    for key in ("hedges", "hedges_of_others", "circumstances", "citations"):
        fields[key] = [record._asdict() for record in fields[key]]
    fields["listed_items"] = list(claim.listed_items)
    return fields


def citations_or_none(claim: Claim) -> tuple[Citation, ...]:
    """Return the citations of a claim, or one empty citation, for tables with a row for each."""
    return claim.citations or (Citation("", "", "", "", ""),)


def hedge_words(hedge: Hedge) -> str:
    """Return a hedge in words: the printed word in quotation marks, and its kind."""
    return f"“{hedge.word}” ({hedge.kind})"


def _linked(engine: Engine, properties: Iterable[str], values: Iterable[str]) -> set[str]:
    return {iri for (iri,) in own_rows("claims/linked", engine, property=properties, value=values)}
