"""The terms narrower or wider than a thing, with the claims that name them."""

from __future__ import annotations

from crampkg.questions.own import own_query
from crampkg.records import NearTerm

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.engine.base import Engine


def counted(term: NearTerm) -> str:
    """Return how many claims name a term, in words: "3 claims"."""
    return f"{len(term.claims)} claim{'' if len(term.claims) == 1 else 's'}"


def near_terms(things: Iterable[str], engine: Engine) -> tuple[NearTerm, ...]:
    """Return the terms narrower or wider than some things, by their IRIs, that claims name."""
    asked = list(dict.fromkeys(things))
    if not asked:
        return ()
    found: dict[tuple[str, str, str, str, str], set[str]] = {}
    for values in engine.query(own_query("questions/near", thing=asked)).bindings():
        thing, thing_label, step, iri, label, claim = (each.text if each else "" for each in values)
        found.setdefault((thing, thing_label, step, iri, label), set()).add(claim)
    # Sorted here, because stores differ in how they order capital letters.
    return tuple(NearTerm(*term, frozenset(claims)) for term, claims in sorted(found.items()))
