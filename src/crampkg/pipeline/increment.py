"""Conclusions from new sources, without repeating earlier work.

Semi-naive evaluation: an instance of a rule is new only if one of its premises is. So each rule
runs once for each of its premises, with that premise taken from the new triples alone.
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

    `derive` and `saturate` have been applied to `store`, and it is saturated again afterwards. The
    additions must not change existing claims and markers: where a rule requires that something is
    absent, such as another stance, its earlier conclusion is not taken back.
    """
    facts = rulebook(sources, "facts")
    rules = rulebook(sources, "owl", "inferred")
    wave = _assert(store, added)
    while wave:
        store.extend(Quad(new.subject, new.predicate, new.object, _NEWS) for new in wave)
        derived = [
            Quad(triple.subject, triple.predicate, triple.object, _FACTS)
            for triple in _following(store, facts, wave)
        ]
        inferred = [triple for triple in _following(store, rules, wave) if is_news(store, triple)]
        store.clear_graph(_NEWS)
        wave = _assert(store, derived)
        fresh = [triple for triple in inferred if is_news(store, triple)]
        store.extend(Quad(new.subject, new.predicate, new.object, _INFERRED) for new in fresh)
        wave += fresh
    store.remove_graph(_NEWS)


def _assert(store: Store, quads: Iterable[Quad]) -> list[Triple]:
    """Add quads, removing them from the inferences; return the triples that no graph had."""
    news: dict[Triple, None] = {}
    for quad in quads:
        known = store.quads_for_pattern(quad.subject, quad.predicate, quad.object, None)
        if next(iter(known), None) is None:
            news[Triple(quad.subject, quad.predicate, quad.object)] = None
        store.remove(Quad(quad.subject, quad.predicate, quad.object, _INFERRED))
        store.add(quad)
    return list(news)


def _following(store: Store, rules: Iterable[RuleLogic], wave: list[Triple]) -> Iterator[Triple]:
    """Yield the conclusions from the new triples in `wave` and all the others, once each."""
    news = News(wave)
    yielded: set[Triple] = set()
    for logic in rules:
        for premise in filter(news.may_be, logic.premises):
            fresh = set(conclusions(store, logic.rule.name, _among_news(logic, premise))) - yielded
            yielded |= fresh
            yield from fresh


def _among_news(logic: RuleLogic, premise: Pattern) -> str:
    """Return the text of a rule with one premise matched against the new triples alone."""
    pattern = " ".join(map(str, premise))
    return f"{logic.head}WHERE {{\nGRAPH {_NEWS} {{ {pattern} }}\n{logic.where}}}\n"
