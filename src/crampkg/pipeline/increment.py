"""What follows from more sources, without doing again what followed from the ones before.

Semi-naive evaluation: an instance of a rule is new only if one of its premises is. So each rule is
run once for each of its premises, with that premise taken from the news alone.
"""

from __future__ import annotations

from pyoxigraph import NamedNode, Quad, Store, Triple

from crampkg.pipeline.rules import News, RuleLogic, conclusions, is_news, rulebook
from crampkg.vocabulary import GRAPHS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crampkg.pipeline.rules import Pattern
    from crampkg.sources import Sources

_FACTS = NamedNode(GRAPHS["facts-without-hedges"])
_INFERRED = NamedNode(GRAPHS["inferred"])
_NEWS = NamedNode("urn:crampkg:news")


def extend(store: Store, sources: Sources, added: Iterable[Quad]) -> None:
    """Add quads of the sources, and the facts and inferences that follow, to a saturated store.

    `store` is one to which `derive` and `saturate` have been applied; it is so again afterwards.
    Only additions that leave the claims and markers that were there alone: where a rule asks that
    something is absent, such as another stance, what it concluded before is not taken back.
    """
    facts = rulebook(sources, "facts")
    rules = rulebook(sources, "owl", "inferred")
    wave = _assert(store, added)
    while wave:
        store.extend(Quad(each.subject, each.predicate, each.object, _NEWS) for each in wave)
        derived = [
            Quad(triple.subject, triple.predicate, triple.object, _FACTS)
            for triple in _following(store, facts, wave)
        ]
        inferred = [triple for triple in _following(store, rules, wave) if is_news(store, triple)]
        store.clear_graph(_NEWS)
        wave = _assert(store, derived)
        fresh = [triple for triple in inferred if is_news(store, triple)]
        store.extend(Quad(each.subject, each.predicate, each.object, _INFERRED) for each in fresh)
        wave += fresh
    store.remove_graph(_NEWS)


def _assert(store: Store, quads: Iterable[Quad]) -> list[Triple]:
    """Add quads, which are then inferred no more; return the triples that no graph had."""
    news: dict[Triple, None] = {}
    for quad in quads:
        known = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if next(iter(known), None) is None:
            news[Triple(quad.subject, quad.predicate, quad.object)] = None
        store.remove(Quad(quad.subject, quad.predicate, quad.object, _INFERRED))
        store.add(quad)
    return list(news)


def _following(store: Store, rules: Iterable[RuleLogic], wave: list[Triple]) -> Iterator[Triple]:
    """Yield what the rules conclude from the news, which are `wave`, and the rest, once each."""
    news = News(wave)
    met: set[Triple] = set()
    for logic in rules:
        for premise in filter(news.may_be, logic.premises):
            found = set(conclusions(store, logic.rule.name, _among_news(logic, premise))) - met
            met |= found
            yield from found


def _among_news(logic: RuleLogic, premise: Pattern) -> str:
    """Return the text of a rule with one premise that is to be among the news."""
    pattern = " ".join(map(str, premise))
    return f"{logic.head}WHERE {{\nGRAPH {_NEWS} {{ {pattern} }}\n{logic.where}}}\n"
