"""Rules are SPARQL CONSTRUCT files: run some of them to a fixpoint into one graph."""

from __future__ import annotations

from typing import cast

from pyoxigraph import BlankNode, NamedNode, Quad, QueryTriples, Store, Triple

from crampkg.engine.guard import check_source
from crampkg.errors import SourceError
from crampkg.vocabulary import GRAPHS, OWL, RDF, RDFS, readable

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pyoxigraph import QuerySolutions

    from crampkg.sources import Sources

_TYPE = NamedNode(RDF + "type")
_REFLEXIVE = frozenset(
    NamedNode(iri)
    for iri in (
        RDFS + "subClassOf",
        RDFS + "subPropertyOf",
        OWL + "equivalentClass",
        OWL + "equivalentProperty",
        OWL + "sameAs",
    )
)
_EVERYTHING = frozenset(
    NamedNode(iri) for iri in (OWL + "Thing", OWL + "NamedIndividual", RDFS + "Resource")
)


#: The check that finds what data says of the vocabulary itself.
_VOCABULARY = "rules/lint/term-outside-ontology.rq"


def check_vocabulary(store: Store, sources: Sources) -> None:
    """Raise `SourceError` where data changes what words of the ontology mean.

    One axiom in a file of data would make each printed "associated with" a cause.
    """
    if _VOCABULARY not in sources.files():
        return
    text = sources.text(_VOCABULARY)
    check_source(text, _VOCABULARY)
    for term, predicate, _ in cast("QuerySolutions", store.query(text)):
        message = (
            f"Data says {readable(predicate.value)} of {readable(term.value)}, which changes what "
            "words of the ontology mean, so that nothing can be inferred. `crampkg check` names "
            "the line."
        )
        raise SourceError(message)


def derive(store: Store, sources: Sources) -> None:
    """Add the facts that `rules/facts` make of the claims to the facts graph."""
    graph = NamedNode(GRAPHS["facts-without-hedges"])
    for name, text in rule_texts(sources, "facts"):
        for triple in conclusions(store, name, text):
            store.add(Quad(triple.subject, triple.predicate, triple.object, graph))


def reason(store: Store, sources: Sources) -> None:
    """Add what `rules/owl` and `rules/inferred` entail to the inferred graph.

    Each triple that is added is new: in no other graph, and no tautology. Types that are anonymous
    class expressions serve on the way and are taken out at the end.
    """
    saturate(store, sources)
    graph = NamedNode(GRAPHS["inferred"])
    for quad in list(store.quads_for_pattern(None, None, None, graph)):
        if isinstance(quad.subject, BlankNode) or isinstance(quad.object, BlankNode):
            store.remove(quad)


def saturate(store: Store, sources: Sources, *more: str) -> None:
    """Add what `reason` adds, with the types that are anonymous class expressions.

    The rules are run in turn until each has added nothing since the last news. `more` are further
    folders of `rules/` to run with them.
    """
    graph = NamedNode(GRAPHS["inferred"])
    rules = [rule for folder in ("owl", "inferred", *more) for rule in rule_texts(sources, folder)]
    met: set[Triple] = set()  # so that what a rule concludes every round is looked up once
    idle = 0
    while idle < len(rules):
        name, text = rules.pop(0)
        rules.append((name, text))
        found = set(conclusions(store, name, text)) - met
        met |= found
        new = [triple for triple in found if is_news(store, triple)]
        store.extend(Quad(each.subject, each.predicate, each.object, graph) for each in new)
        idle = 0 if new else idle + 1


def rule_texts(sources: Sources, folder: str) -> list[tuple[str, str]]:
    """Return the name and the text of each rule in a folder of `rules/`, sorted by name.

    Raises `SourceError` for one that cannot be read, or would ask another server.
    """
    start = f"rules/{folder}/"
    names = [name for name in sources.files() if name.startswith(start) and name.endswith(".rq")]
    texts = [(name, sources.text(name)) for name in names]
    for name, text in texts:
        check_source(text, name)
    return texts


def conclusions(store: Store, name: str, text: str) -> list[Triple]:
    """Return what a rule concludes from the graphs of `store` taken together, known or not.

    Raises `SourceError` for a text that does not parse, or is no CONSTRUCT.
    """
    try:
        result = store.query(text, use_default_graph_as_union=True)
    except SyntaxError as error:
        message = f"{name}: the rule does not parse: {error}. Mend it."
        raise SourceError(message, path=name) from None
    if not isinstance(result, QueryTriples):
        message = f"{name}: a rule is a CONSTRUCT, and this is none. Mend it."
        raise SourceError(message, path=name)
    return list(result)


def is_news(store: Store, triple: Triple) -> bool:
    """Tell whether a triple is no tautology and in no graph yet."""
    if _is_tautology(triple):
        return False
    known = store.quads_for_pattern(triple.subject, triple.predicate, triple.object, None)
    return next(iter(known), None) is None


def _is_tautology(triple: Triple) -> bool:
    if triple.subject == triple.object and triple.predicate in _REFLEXIVE:
        return True
    return triple.predicate == _TYPE and triple.object in _EVERYTHING
