"""Why a triple holds: its derivation as a tree, down to claims, statements and markers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crampkg.errors import CrampkgError
from crampkg.explain import story
from crampkg.server.pages import addresses
from crampkg.server.pages.layout import Page, render
from crampkg.server.quoting import quoted
from crampkg.vocabulary import CK, KG, compress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from crampkg.explain.why import Explanation, Reason
    from crampkg.graph import KnowledgeGraph
    from crampkg.server.pages.layout import Job

_PARTS = (
    ("subject", "what it is about"),
    ("predicate", "the relation"),
    ("object", "what it leads to"),
)

#: A triple that is inferred, to begin with; shown where its three parts are in the graph.
_EXAMPLE = (f"{KG}femoral-artery", f"{CK}implicatedIn", f"{KG}calf-pain")

#: What stands at a line of a derivation: how its badge looks, and what it means.
_KINDS = {
    "inferred": ("inferred", "Nobody states it: it follows by the rule that stands beside it."),
    "fact": ("inferred", "What an affirmed claim says, as a plain triple and without its hedge."),
    "article": ("article", "What the article claims, with its hedge, its place and its markers."),
    "record": ("article", "How a claim of the article is recorded."),
    "background": ("background", "Added by this project, and not said by the article."),
    "axiom": ("background", "What the ontology says of its classes and relations."),
}

#: How many derivations are looked for.
_LIMIT = 5

#: Nothing has a name longer than that.
_LONGEST = 300


def view(job: Job, graph: KnowledgeGraph) -> Page:
    """Return the page at `/why`: a form, and the derivation of the triple that is asked for."""
    asked = {name: value.strip()[:_LONGEST] for name, value in job["asked"]}
    given = {name: asked.get(name, "") for name, _ in _PARTS}
    context: dict[str, Any] = {
        "parts": _PARTS,
        "given": given,
        "mistakes": {},
        "explanation": None,
    }
    if not any(given.values()):
        if all(graph.terms.get(iri) for iri in _EXAMPLE):
            names = ", ".join(map(graph.terms.name_of, _EXAMPLE))
            context["example"] = (names, addresses.why(*_EXAMPLE))
        return Page(render("why.html", graph, "", **context))
    context["mistakes"] = _mistakes(given, graph)
    if not context["mistakes"]:
        try:
            explanation = graph.why(*given.values(), limit=_LIMIT)
        except CrampkgError as error:  # a class is wanted where another thing is named
            context["mistakes"] = {"object": str(error)}
    if context["mistakes"]:
        return Page(render("why.html", graph, "", **context), 400)
    context |= _told(explanation, graph)
    return Page(render("why.html", graph, "", **context))


def _told(explanation: Explanation, graph: KnowledgeGraph) -> dict[str, Any]:
    triple = explanation.triple
    ends = [getattr(part, "value", str(part)) for part in (triple.subject, triple.object)]
    names = [
        (graph.terms.name_of(iri), addresses.address(iri)) for iri in ends if graph.terms.get(iri)
    ]
    query = {name: compress(str(getattr(part, "value", part))) for name, part in _named(triple)}
    return {
        "explanation": explanation,
        "verdict": story.verdict(explanation).replace(" (--limit)", ""),
        "ends": names,
        "aside": _aside,
        "badges": {kind: look for kind, (look, _) in _KINDS.items()},
        "kinds": [
            (kind, look, meaning)
            for kind, (look, meaning) in _KINDS.items()
            if kind in _kinds(explanation.justifications)
        ],
        "quotes": quoted(story.resources(explanation), graph),
        "name_of": graph.terms.name_of,
        "formats": [
            (addresses.api("why", [*query.items(), ("format", format)]), name)
            for format, name in (("json", "JSON"), ("turtle", "Turtle"), ("jsonld", "JSON-LD"))
        ],
    }


def _kinds(reasons: Iterable[Reason]) -> set[str]:
    """Return what stands at the lines of derivations."""
    found = set()
    for each in reasons:
        found |= {"article" if each.evidence else each.kind, *_kinds(each.because)}
    return found


def _aside(reason: Reason) -> str:
    """Return what stands below a reason beside its kind: the rule or the source."""
    return "" if reason.kind in ("axiom", "record") else story.aside(reason).partition(": ")[2]


def _named(triple: Any) -> list[tuple[str, Any]]:
    names = [name for name, _ in _PARTS]
    return list(zip(names, (triple.subject, triple.predicate, triple.object), strict=True))


def _mistakes(given: dict[str, str], graph: KnowledgeGraph) -> dict[str, str]:
    """Return what is wrong with each part that means nothing; an object may also be a text."""
    finders: dict[str, Callable[[str], object]] = {
        "subject": graph.find,
        "predicate": graph.terms.relation,
    }
    found = {}
    for name, text in given.items():
        if not text:
            found[name] = "Fill this in."
        elif name in finders:
            try:
                finders[name](text)
            except CrampkgError as error:
                found[name] = str(error).partition(" `crampkg")[0]
    return found
