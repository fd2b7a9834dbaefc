"""The page that explains a triple: its derivations as trees, down to claims and markers."""

from __future__ import annotations

from typing import Any, NamedTuple

from crampkg.errors import CrampkgError, UnknownTermError, WrongKindError
from crampkg.explain import story
from crampkg.export import OF_ONE_GRAPH
from crampkg.names import PROPERTIES
from crampkg.server.article_copy import quoted
from crampkg.server.pages import addresses
from crampkg.server.pages.fields import LONGEST, mistake
from crampkg.server.pages.layout import page
from crampkg.vocabulary import CK, KG, OWL, RDF, RDFS, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.explain.why import Explanation, Reason
    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Term
    from crampkg.server.media import Reply
    from crampkg.server.pages.layout import Visit

_PARTS = (
    ("subject", "what it is about"),
    ("predicate", "the relation"),
    ("object", "what it leads to"),
)

#: The kinds of lines in a derivation: the style of the badge, and its meaning.
_KINDS = {
    "inferred": ("inferred", "Nobody states it: it follows by the rule that stands beside it."),
    "fact": ("inferred", "What an affirmed claim says, as a plain triple and without its hedge."),
    "article": ("article", "What the article claims, with its hedge, its place and its markers."),
    "record": ("article", "How a claim of the article is recorded."),
    "background": ("background", "Added by this project, and not said by the article."),
    "axiom": ("background", "What the ontology says of its classes and relations."),
}

#: The most derivations that are searched for.
_LIMIT = 5

#: The most suggestions for a field.
_MOST_NEAR = 6


class Mistake(NamedTuple):
    """The error in a part, and suggested names with their links."""

    sentence: str
    offers: tuple[tuple[str, str], ...] = ()


def view(graph: KnowledgeGraph, visit: Visit) -> Reply:
    """Return the page at `/why`: a form, and the derivations of the triple that it names."""
    asked = {name: value.strip()[:LONGEST] for name, value in visit.asked}
    given = {name: asked.get(name, "") for name, _ in _PARTS}
    context: dict[str, Any] = {
        "parts": _PARTS,
        "given": given,
        "mistakes": {},
        "explanation": None,
    }
    if not any(given.values()):
        if example := graph.subject.inference:
            context["example"] = (", ".join(example), addresses.why(*example))
        return page("why.html", graph, "", **context)
    mistakes = _mistakes(given, graph)
    # An object that is no name may be a literal of the subject.
    if not {*mistakes} - {"object"} and given["object"]:
        try:
            explanation = graph.why(*given.values(), limit=_LIMIT)
        except WrongKindError as error:
            mistakes = {"object": Mistake(error.sentence)}
        except CrampkgError:
            mistakes = mistakes or {"object": Mistake(f"Nothing is called “{given['object']}”.")}
        else:
            mistakes = {}
    if mistakes:
        context["mistakes"] = mistakes
        return page("why.html", graph, "", 400, **context)
    context |= _shown(explanation, graph)
    return page("why.html", graph, "", **context)


def _shown(explanation: Explanation, graph: KnowledgeGraph) -> dict[str, Any]:
    triple = explanation.triple
    ends = [getattr(part, "value", str(part)) for part in (triple.subject, triple.object)]
    names = [
        (graph.terms.name_of(iri), addresses.address(iri)) for iri in ends if graph.terms.get(iri)
    ]
    query = {name: compress(str(getattr(part, "value", part))) for name, part in _named(triple)}
    chosen = [
        reason
        for reason in explanation.justifications
        if story.rests_elsewhere(reason, explanation)
    ]
    return {
        "explanation": explanation,
        "derivations": [(reason, story.weakest(reason)) for reason in chosen],
        "nearest_heading": story.nearest_heading(explanation),
        "further": story.further(explanation),
        "verdict": story.verdict(explanation).replace(" (--limit)", ""),
        "ends": names,
        "aside": _aside,
        "badges": {kind: look for kind, (look, _) in _KINDS.items()},
        "kinds": [
            (kind, look, meaning)
            for kind, (look, meaning) in _KINDS.items()
            if kind in _kinds(chosen)
        ],
        "quotes": quoted(story.resources(explanation), graph),
        "name_of": graph.terms.name_of,
        "formats": [
            (addresses.link("/api/why", [*query.items(), ("format", format)]), name)
            for format, name in (
                ("json", "JSON"),
                *((format.name, format.label) for format in OF_ONE_GRAPH.values()),
            )
        ],
    }


def _kinds(reasons: Iterable[Reason]) -> set[str]:
    """Return the kinds of all lines of derivations."""
    kinds = set()
    for reason in reasons:
        kinds |= {"article" if reason.claim else reason.kind, *_kinds(reason.because)}
    return kinds


def _aside(reason: Reason) -> str:
    """Return the rule or the source of a reason, without its kind."""
    return "" if reason.kind in ("axiom", "record") else story.aside(reason).partition(": ")[2]


def _named(triple: Any) -> list[tuple[str, Any]]:
    names = [name for name, _ in _PARTS]
    return list(zip(names, (triple.subject, triple.predicate, triple.object), strict=True))


def _mistakes(given: dict[str, str], graph: KnowledgeGraph) -> dict[str, Mistake]:
    """Return the errors in the parts, in the order of the form."""
    mistakes = {}
    relation = ""
    if given["predicate"]:
        try:
            relation = _relation(given["predicate"], graph)
        except CrampkgError as error:
            near = [
                term for kind in PROPERTIES for term in graph.terms.near(given["predicate"], kind)
            ]
            sentence = mistake(error, given["predicate"], "relation")
            mistakes["predicate"] = _mistake("predicate", sentence, near, given)
    of_classes = {
        f"{RDFS}subClassOf": ("subject", "object"),
        f"{RDF}type": ("object",),
    }.get(relation, ())
    for name in ("subject", "object"):
        kind = f"{OWL}Class" if name in of_classes else None
        try:
            graph.find(given[name], kind)
        except CrampkgError as error:
            sentence = mistake(error, given[name], "class" if kind else "thing")
            near = graph.terms.near(given[name], kind)
            mistakes[name] = _mistake(name, sentence, near, given)
    mistakes |= {name: Mistake("Fill this in.") for name, text in given.items() if not text}
    return {name: mistakes[name] for name, _ in _PARTS if name in mistakes}


def _relation(name: str, graph: KnowledgeGraph) -> str:
    """Return the IRI of the relation that a name means. Raises `CrampkgError`."""
    iri = graph.terms.relation(name)
    if iri.startswith((KG, CK)) and graph.terms.get(iri) is None:
        raise UnknownTermError(name)  # an IRI of ours without a term
    return iri


def _mistake(name: str, sentence: str, near: Iterable[Term], given: dict[str, str]) -> Mistake:
    offers = [
        (term.label, addresses.why(**{**given, name: term.iri})) for term in dict.fromkeys(near)
    ]
    return Mistake(sentence, tuple(offers[:_MOST_NEAR]))
