"""The claims nearest to a triple, with the links that lead from one to the other."""

from __future__ import annotations

from typing import NamedTuple

from crampkg.claims import read
from crampkg.library import own_rows
from crampkg.vocabulary import CK

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from crampkg.engine.base import Engine
    from crampkg.model import Claim


class _Step(NamedTuple):
    """A step from one thing to another."""

    length: int
    direction: str  # "up" to something wider, "down" to something narrower, or "aside"
    words: str  # the link in words, from `a` to `b`


_STEPS = {
    "narrower": _Step(1, "up", "{a} is a narrower kind of {b} (background)"),
    "wider": _Step(1, "down", "{b} is a narrower kind of {a} (background)"),
    "member": _Step(1, "up", "{a} is classed as {b} (article)"),
    "group": _Step(1, "down", "{b} is classed as {a} (article)"),
    "related": _Step(2, "aside", "{b} is a related term of {a} (background)"),
}

#: The greatest distance between an end of the triple and an end of a near claim.
_REACH = 2

#: The distance of a claim that shares only one end with the triple: beyond all others.
_HALF = 10

#: The number of claims listed, and the limit where more have both ends near.
_FEW, _MOST = 5, 10


class Near(NamedTuple):
    """A near claim, and the links from the ends of the triple to its own, in words."""

    claim: Claim
    links: tuple[str, ...]


class Nearest(NamedTuple):
    """The nearest claims, and how many more are near.

    Of these `as_near` are as near as the last claim listed.
    """

    claims: tuple[Near, ...]
    further: int
    as_near: int = 0


class _Way(NamedTuple):
    """The shortest way from an end of the triple to a thing: its length, links and direction.

    Up and then down leads to a sibling, which is another thing altogether, so no way does that.
    """

    distance: int
    links: tuple[str, ...]
    direction: str = ""


class _Place(NamedTuple):
    """The sort key of a claim: its nearness, then how plainly it is put."""

    distance: int
    relation: int  # 0 for the same, 1 for a stronger or weaker one, 2 for another
    basis: int  # its rank: a sentence before a heading
    is_hedged: bool  # hedges of two kinds have no common order
    start: int
    claim: str
    is_affirmed: bool

    @property
    def nearness(self) -> tuple[int, int]:
        """The part of the key in which claims equally near agree."""
        return self.distance, self.relation


def nearest(
    subject: str,
    predicate: str,
    object: str,
    engine: Engine,
    name_of: Callable[[str], str],
    *,
    without: Collection[str] = (),
    contrary: bool = False,
) -> Nearest:
    """Return the claims nearest to a triple of IRIs, the nearest first.

    Among claims equally near, sentences come before less plain ones, unhedged claims before hedged
    ones, and then the order of the article decides.

    First come the claims with both ends near the ends of the triple: the same thing, a wider or
    narrower one, one that the article classes with it, a related term. If these are few, claims
    follow that share an end and the relation, or share an end and are not affirmed. With `contrary`
    only claims with both ends near that are not affirmed are returned. `without` excludes claims. A
    claim with both ends near that is not affirmed is always listed, beyond any limit.
    """
    from_subject = _ways(subject, engine, name_of)
    from_object = _ways(object, engine, name_of)
    things = sorted({*from_subject, *from_object})
    links: dict[_Place, tuple[str, ...]] = {}
    for row in own_rows("explain/nearest", engine, thing=things, predicate=[predicate]):
        claim, one, relation, other, stance, start, ladder, basis, hedge = row
        affirmed = stance == f"{CK}affirmed"
        if claim in without or (contrary and affirmed):
            continue
        alike = 0 if relation == predicate else 1 if ladder else 2
        way = _between(one, other, from_subject, from_object)
        if way is None and not contrary:
            shares = subject in (one, other) or object in (one, other)
            kept = one == subject or other == object
            if (kept and alike == 0) or (shares and not affirmed):
                way = _Way(_HALF, ())
        if way is not None:
            place = _Place(
                way.distance, alike, int(basis), bool(hedge), int(start), claim, affirmed
            )
            links[place] = way.links
    places = sorted(links)
    number = _number([place.nearness for place in places])
    beyond = places[number:]
    contested = [place for place in beyond if place.distance < _HALF and not place.is_affirmed]
    chosen = [*places[:number], *contested]
    left = [place for place in beyond if place not in contested]
    as_near = sum(place.nearness == places[number - 1].nearness for place in left)
    claims_by_iri = read([place.claim for place in chosen], engine)
    claims = tuple(Near(claims_by_iri[place.claim], links[place]) for place in chosen)
    return Nearest(claims, len(left), as_near)


def _number(order: Sequence[tuple[int, int]]) -> int:
    """Return how many of the nearest claims to list: all with both ends near, else a few.

    Claims as near as the last one are listed too, up to a limit.
    """
    both = sum(distance < _HALF for distance, _ in order)
    few = min(max(_FEW, both), len(order))
    return min(few + sum(nearness == order[few - 1] for nearness in order[few:]), _MOST)


def _between(
    one: str, other: str, from_subject: Mapping[str, _Way], from_object: Mapping[str, _Way]
) -> _Way | None:
    """Return the way between a claim and the triple; None unless both ends are near.

    A claim in the other direction counts as one step further.
    """
    ways = []
    for first, last, turned in ((one, other, 0), (other, one, 1)):
        if first in from_subject and last in from_object:
            ahead, behind = from_subject[first], from_object[last]
            links = tuple(dict.fromkeys((*ahead.links, *behind.links)))
            ways.append(_Way(ahead.distance + behind.distance + turned, links))
    return min(ways, key=lambda way: way.distance, default=None)


def _ways(end: str, engine: Engine, name_of: Callable[[str], str]) -> dict[str, _Way]:
    """Return the things near an end of the triple, itself first, each by its shortest way."""
    ways = {end: _Way(0, ())}
    for _ in range(_REACH):
        for thing, other, name in _steps(ways, engine):
            step, before = _STEPS[name], ways[thing]
            distance = before.distance + step.length
            if distance > _REACH or (before.distance and before.direction != step.direction):
                continue
            words = step.words.format(a=name_of(thing), b=name_of(other))
            if other not in ways or distance < ways[other].distance:
                ways[other] = _Way(distance, (*before.links, words), step.direction)
    return ways


def _steps(things: Iterable[str], engine: Engine) -> list[tuple[str, str, str]]:
    rows = own_rows("explain/neighbours", engine, thing=sorted(things))
    return [(thing, other, step) for thing, other, step in rows]
