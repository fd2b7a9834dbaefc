"""The claims that come nearest to a triple, with the links that lead from one to the other."""

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
    """A step from a thing to another."""

    length: int
    direction: str  # "up" to something wider, "down" to something narrower, or "aside"
    words: str  # what it says of the thing (`a`) and the other (`b`)


_STEPS = {
    "narrower": _Step(1, "up", "{a} is a narrower kind of {b} (background)"),
    "wider": _Step(1, "down", "{b} is a narrower kind of {a} (background)"),
    "member": _Step(1, "up", "{a} is classed as {b} (article)"),
    "group": _Step(1, "down", "{b} is classed as {a} (article)"),
    "related": _Step(2, "aside", "{b} is a related term of {a} (background)"),
}

#: So far from an end of the triple an end of the claim may stand.
_REACH = 2

#: The distance of a claim that has only one end in common with the triple: beyond all others.
_HALF = 10

#: So many claims are named, and so many of those that have both ends near.
_FEW, _MOST = 5, 10


class Near(NamedTuple):
    """A claim that comes near, and the links from the ends of the triple to its own, in words."""

    claim: Claim
    links: tuple[str, ...]


class Nearest(NamedTuple):
    """The claims that come nearest, and how many come near beyond them.

    Of these `as_near` are as near as the last one that is named.
    """

    claims: tuple[Near, ...]
    further: int
    as_near: int = 0


class _Way(NamedTuple):
    """How far a thing stands from an end of the triple, by which links, in which direction.

    What is led to by going up and down again is a sibling, which is another thing altogether.
    """

    distance: int
    links: tuple[str, ...]
    direction: str = ""


class _Place(NamedTuple):
    """What the order of claims goes by: how near they are, then how plainly they are said."""

    distance: int
    relation: int  # 0 for the same, 1 for a stronger or weaker one, 2 for another
    basis: int  # the rank of what it is read from: a sentence before a heading
    is_hedged: bool  # hedges of two kinds have no order, so no more is compared
    start: int
    claim: str
    is_affirmed: bool

    @property
    def nearness(self) -> tuple[int, int]:
        """What makes a claim as near as another one."""
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

    Of claims that are as near as each other a sentence comes before what is less plainly said, what
    has no hedge before what has one, and then what stands first in the article.

    First come those of which both ends are near the ends of the triple: the same, a wider or
    narrower thing, what the article classes with it, a related term. Where these are few, others
    follow that share an end and the relation, or an end without being affirmed. With `contrary`
    only the former are returned, and of these what is not affirmed. Claims in `without` are not.
    However many come near, what is not affirmed between ends that are near is always named.
    """
    from_subject = _ways(subject, engine, name_of)
    from_object = _ways(object, engine, name_of)
    things = sorted({*from_subject, *from_object})
    found: dict[_Place, tuple[str, ...]] = {}
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
            found[place] = way.links
    places = sorted(found)
    number = _number([place.nearness for place in places])
    beyond = places[number:]
    contested = [place for place in beyond if place.distance < _HALF and not place.is_affirmed]
    chosen = [*places[:number], *contested]
    left = [place for place in beyond if place not in contested]
    as_near = sum(place.nearness == places[number - 1].nearness for place in left)
    told = read([place.claim for place in chosen], engine)
    claims = tuple(Near(told[place.claim], found[place]) for place in chosen)
    return Nearest(claims, len(left), as_near)


def _number(order: Sequence[tuple[int, int]]) -> int:
    """Return how many of the nearest claims are named: all with both ends near, else a few.

    Those that are as near as the last one are named with it, as far as that is not too many.
    """
    both = sum(distance < _HALF for distance, _ in order)
    few = min(max(_FEW, both), len(order))
    return min(few + sum(each == order[few - 1] for each in order[few:]), _MOST)


def _between(
    one: str, other: str, from_subject: Mapping[str, _Way], from_object: Mapping[str, _Way]
) -> _Way | None:
    """Return how far both ends of a claim are from those of the triple; None if one is not near.

    The other direction counts as one step more.
    """
    ways = []
    for first, last, turned in ((one, other, 0), (other, one, 1)):
        if first in from_subject and last in from_object:
            ahead, behind = from_subject[first], from_object[last]
            links = tuple(dict.fromkeys((*ahead.links, *behind.links)))
            ways.append(_Way(ahead.distance + behind.distance + turned, links))
    return min(ways, key=lambda way: way.distance, default=None)


def _ways(end: str, engine: Engine, name_of: Callable[[str], str]) -> dict[str, _Way]:
    """Return what stands near an end of the triple, itself first, each by its shortest way."""
    found = {end: _Way(0, ())}
    for _ in range(_REACH):
        for thing, other, name in _steps(found, engine):
            step, before = _STEPS[name], found[thing]
            distance = before.distance + step.length
            if distance > _REACH or (before.distance and before.direction != step.direction):
                continue
            words = step.words.format(a=name_of(thing), b=name_of(other))
            if other not in found or distance < found[other].distance:
                found[other] = _Way(distance, (*before.links, words), step.direction)
    return found


def _steps(things: Iterable[str], engine: Engine) -> list[tuple[str, str, str]]:
    rows = own_rows("explain/neighbours", engine, thing=sorted(things))
    return [(thing, other, step) for thing, other, step in rows]
