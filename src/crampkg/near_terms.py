"""Remarks beside an answer: narrower or wider terms, and claims that are not affirmed."""

from __future__ import annotations

from collections import Counter

from crampkg.library import own_rows
from crampkg.model import NearTerm
from crampkg.text import plural

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from collections.abc import Set as AbstractSet

    from crampkg.engine.base import Engine

#: The words for one claim and for several claims of a stance; the default is its label.
_STANCES = {
    "mixed evidence": ("with mixed evidence", "with mixed evidence"),
    "reported belief": ("a reported belief", "reported beliefs"),
}


def counted(term: NearTerm) -> str:
    """Return the number of claims on a term, and of those not affirmed: "3 claims, 1 of them…"."""
    stances = Counter(term.stances[claim] for claim in term.claims if claim in term.stances)
    counts: list[str] = []
    for stance, number in sorted(stances.items()):
        one, several = _STANCES.get(stance, (stance, stance))
        if len(term.claims) == 1:
            return f"1 claim, {one}"
        counts.append(f"{number}{'' if counts else ' of them'} {one if number == 1 else several}")
    *first, last = counts or [""]
    more = f"{', '.join(first)} and {last}" if first else last
    claims = plural(len(term.claims), "claim")
    return f"{claims}, {more}" if more else claims


def near_terms(things: Iterable[str], engine: Engine) -> tuple[NearTerm, ...]:
    """Return the terms narrower or wider than some things, given by IRI, that claims name."""
    asked = list(dict.fromkeys(things))
    return _terms(own_rows("claims/near", engine, thing=asked)) if asked else ()


def contested_terms(engine: Engine) -> tuple[NearTerm, ...]:
    """Return the things with claims, on them or a narrower kind, that are not affirmed."""
    rows = own_rows("claims/contested", engine)
    return _terms([iri, label, "contested", iri, label, *claim] for iri, label, *claim in rows)


def beyond(terms: Iterable[NearTerm], shown: AbstractSet[str]) -> Iterator[NearTerm]:
    """Yield the terms with claims that are not `shown`, with these claims alone."""
    for term in terms:
        if claims := term.claims - shown:
            yield term._replace(claims=claims)


def _terms(rows: Iterable[list[str]]) -> tuple[NearTerm, ...]:
    """Return the terms of some rows, which end with a claim and its stance.

    They are sorted here, because stores order capital letters differently.
    """
    claims_by_term: dict[tuple[str, str, str, str, str], dict[str, str]] = {}
    for asked, asked_label, step, iri, label, claim, stance in rows:
        claims_by_term.setdefault((asked, asked_label, step, iri, label), {})[claim] = stance
    return tuple(
        NearTerm(
            *term, frozenset(claims), {claim: stance for claim, stance in claims.items() if stance}
        )
        for term, claims in sorted(claims_by_term.items(), key=lambda item: item[0])
    )
