"""An explanation in plain English, as a document, and as a JSON object."""

from __future__ import annotations

from itertools import chain
from typing import NamedTuple

from crampkg import claims
from crampkg.answers.document import Heading, Line, Paragraph, Tight, Tree, status
from crampkg.claims import hedge_words
from crampkg.vocabulary import CK, RDF, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from pyoxigraph import Triple

    from crampkg.answers.document import Block
    from crampkg.explain.why import Explanation, Reason
    from crampkg.model import Citation, Claim, Hedge, Status
    from crampkg.names import Terms


class Place(NamedTuple):
    """The place of a claim in its article: its words and their citations."""

    statement: str
    start: int
    end: int
    quote: str
    item: str  # the claim, if it is an item of a heading
    citations: tuple[Citation, ...]


#: What the article does, by the stance of the claim.
_STANCES = {
    "affirmed": "states it",
    "denied": "denies it",
    "mixed evidence": "calls the evidence for it mixed,",
    "reported belief": "reports it as a belief,",
}


def blocks(
    explanation: Explanation, terms: Terms, statuses: Sequence[Status], quotes: Mapping[str, str]
) -> Iterator[Block]:
    """Yield an explanation as a document, with quotes where available."""
    yield Heading(f"Why: {explanation.text}?", 1)
    yield Tight(Paragraph(verdict(explanation)), ("terminal",))
    for heading, lines in _parts(explanation, terms, quotes):
        yield Heading(heading)
        yield Tight(Tree(tuple(lines)), ("terminal",))
    yield status(statuses)


def _parts(
    explanation: Explanation, terms: Terms, quotes: Mapping[str, str]
) -> Iterator[tuple[str, list[Line]]]:
    """Yield the claims that state it, the justifications and the near claims, under headings."""
    places: dict[Place, str] = {}

    if explanation.stated:
        stated = (claim(one, quotes, terms.name_of(one.iri), places) for one in explanation.stated)
        yield "What is said of it", list(chain.from_iterable(stated))
    chosen = [tree for tree in explanation.justifications if rests_elsewhere(tree, explanation)]
    for number, reason in enumerate(chosen, 1):
        heading = f"Justification {number} of {len(chosen)}" if len(chosen) > 1 else "Justification"
        hedges = weakest(reason)
        yield heading, [*lines(reason, quotes, places), *([Line(0, hedges, "")] if hedges else [])]
    if explanation.nearest.claims:
        near = (
            claim(one.claim, quotes, terms.name_of(one.claim.iri), places, one.links)
            for one in explanation.nearest.claims
        )
        branches = list(chain.from_iterable(near))
        if further(explanation):
            branches.append(Line(0, further(explanation), ""))
        yield nearest_heading(explanation), branches


def verdict(explanation: Explanation) -> str:
    """Return the answer in a few sentences: the claims that state the triple, then what follows.

    Sentences on names from other vocabularies come first.
    """
    stated = (
        statement(claim, grouping=is_grouping(claim, explanation.triple))
        for claim in explanation.stated
    )
    sentences = [*explanation.found, *stated, _inference(explanation)]
    if explanation.instead:
        sentences.append(f"What follows between the two: {'; '.join(explanation.instead)}.")
    return " ".join(sentences)


def is_grouping(claim: Claim, triple: Triple) -> bool:
    """Return whether a claim puts a thing under an article's label, where a class was asked for."""
    return claim.relation == f"{CK}classedAs" and triple.predicate.value == f"{RDF}type"


def statement(claim: Claim, *, grouping: bool = False) -> str:
    """Return a sentence on a claim: which article, how, where, how firmly, with which markers.

    With `grouping` the sentence says that a label of the article is not one of our classes.
    """
    does = _STANCES.get(claim.stance, f"gives it as {claim.stance},")
    if grouping:
        does = f"{does}, in a grouping of its own,"
    return f"“{claim.article_title}” {does} {_manner(claim)}."


def _manner(claim: Claim) -> str:
    """Return how, how firmly and where a claim is put, and with which markers."""
    hedges = " and ".join(map(hedge_words, claim.hedges))
    texts = list(dict.fromkeys(citation.text for citation in claim.citations))
    parts = (
        f"hedged {hedges}" if hedges else "no hedge",
        claim.condition,
        claim.evidence and f"with the appeal to evidence “{claim.evidence}”",
        claim.section,
        f"marker{'s' * (len(texts) > 1)} {' and '.join(texts)}" if texts else "no marker",
    )
    return f"{_form(claim)[0]}: {'; '.join(filter(None, parts))}"


def _inference(explanation: Explanation) -> str:
    """Return the status of the triple in the graph: fact, background, inferred or absent."""
    stated, reasons = explanation.stated, explanation.justifications
    if any(is_grouping(claim, explanation.triple) for claim in stated):
        return _ours(explanation)
    if any(claim.stance == "affirmed" for claim in stated):
        if not reasons:
            return "No fact is derived from it."
        fact = "A fact is derived from it"
        if explanation.turned:
            fact += f", recorded as “{explanation.turned}”"
        if any(claim.hedges for claim in stated):
            fact += ", which has no hedge: that stands on the claim"
        others = any(rests_elsewhere(reason, explanation) for reason in reasons)
        return f"{fact}. It holds on other grounds too." if others else f"{fact}."
    if not explanation.holds:
        if stated:
            return "No fact is derived from it, and it does not follow from what is affirmed."
        return "No claim states it, and it does not follow from what is stated."
    implied = any(claim.basis == "implicature" for claim in _claims(reasons))
    sentence = {
        "article": "It is recorded of the article",
        "background": "It is background, which the article does not state",
        "inferred": "It is inferred: nobody states it, and it follows from what is stated"
        + " or implied" * implied,
    }[explanation.origin]
    firmer = _firmer(explanation)
    if explanation.turned:
        sentence = f"The relation reads both ways: “{explanation.turned}” is inferred"
    elif firmer:
        sentence = "It is inferred"
    if firmer:
        sentence += (
            f" from what “{firmer.article_title}” states in a firmer relation, "
            f"“{firmer.wording}”, {_manner(firmer)}"
        )
    if stated:
        sentence = f"All the same it follows from other claims: {sentence[0].lower()}{sentence[1:]}"
    sentence = f"{sentence}. {_count(explanation)}"
    hedges = set() if firmer else {*map(weakest, reasons)}
    return f"{sentence} {hedges.pop()}".rstrip() if len(hedges) == 1 else sentence


def _ours(explanation: Explanation) -> str:
    """Return whether a thing is also of our own class, besides the label of an article."""
    if not explanation.justifications:
        return "Our own class of that kind does not have it."
    is_inferred = any(reason.rule for reason in explanation.justifications)
    way = "by inference, which nobody states" if is_inferred else "as background"
    return f"It is of our own class too, {way}. {_count(explanation)}"


def _count(explanation: Explanation) -> str:
    """Return the number of justifications, in words."""
    count = len(explanation.justifications)
    if count == 1 and explanation.complete:
        return "There is one justification."
    number = f"{count} minimal justifications" if count > 1 else "one minimal justification"
    if explanation.complete:
        return f"There are {number}."
    return f"Shown: {number}; there are more (--limit)."


def rests_elsewhere(reason: Reason, explanation: Explanation) -> bool:
    """Return whether a justification holds more than a claim that states the triple itself."""
    own = {claim.iri for claim in explanation.stated}
    return own.isdisjoint(claim.iri for claim in _claims((reason,)))


def _firmer(explanation: Explanation) -> Claim | None:
    """Return a claim between the same two things from which alone the triple follows, or None."""
    ends = {str(explanation.triple.subject), str(explanation.triple.object)}
    for reason in explanation.justifications:
        resting = list(_claims((reason,)))
        if len(resting) == 1 and {f"<{resting[0].subject}>", f"<{resting[0].object}>"} == ends:
            return resting[0]
    return None


def nearest_heading(explanation: Explanation) -> str:
    """Return the heading of the near claims."""
    if explanation.holds:
        return "What comes near and is not affirmed"
    return "Claims that come near"


def further(explanation: Explanation) -> str:
    """Return how many more claims are near, and how near; or ""."""
    more, as_near = explanation.nearest.further, explanation.nearest.as_near
    if not more:
        return ""
    if not as_near:
        return f"{more} more, not as near"
    return f"{more} more, as near" if as_near == more else f"{more} more, {as_near} of them as near"


def weakest(reason: Reason) -> str:
    """Return the strongest hedge of each kind in a justification.

    Hedges of two kinds have no common order, so neither stands for the other. Empty for a
    justification without claims.
    """
    resting = list(_claims((reason,)))
    strongest: dict[str, Hedge] = {}
    for hedge in (hedge for claim in resting for hedge in claim.hedges):
        known = strongest.get(hedge.kind)
        if known is None or known.rank < hedge.rank:
            strongest[hedge.kind] = hedge
    if strongest:
        hedges = " and ".join(map(hedge_words, strongest.values()))
        return f"Weakest on the way: {hedges}."
    return "No claim on the way is hedged." if resting else ""


def lines(
    reason: Reason, quotes: Mapping[str, str], places: dict[Place, str], depth: int = 0
) -> Iterator[Line]:
    """Yield the lines of a justification, each reason one level below its conclusion.

    `places` are the places described so far, as `details` records them.
    """
    if reason.claim is not None:
        yield Line(depth, f"the article's claim that {reason.text}", _claim_aside(reason.claim))
        for detail in details(reason.claim, quotes, places):
            yield Line(depth + 1, detail, "")
        return
    yield Line(depth, reason.text, aside(reason))
    for other in reason.because:
        yield from lines(other, quotes, places, depth + 1)


def aside(reason: Reason) -> str:
    """Return the kind of a reason, with its rule or source."""
    if reason.rule is not None:
        if reason.again:
            return f"{reason.kind}, as above"
        summary = reason.rule.summary.removesuffix(".")
        return f"{reason.kind}: {summary[0].lower()}{summary[1:]}"
    if reason.kind == "background":
        source = reason.source or "the crampkg ontology and concepts"
        return f"background: {source}{f'. {reason.note}' if reason.note else ''}"
    if reason.kind == "axiom":
        return "axiom of the ontology"
    return "record of the article"


def details(claim: Claim, quotes: Mapping[str, str], places: dict[Place, str]) -> Iterator[str]:
    """Yield the place of a claim, its quote if available, and its markers.

    A place already in `places` is not described again: the line names the claim that has it. New
    places are added.
    """
    name, statement = compress(claim.iri), compress(claim.statement)
    quote = quotes.get(claim.iri) or quotes.get(claim.statement) or ""
    item = claim.iri if claim.basis == "heading" else ""  # each item has its own place
    place = Place(claim.statement, claim.start, claim.end, quote, item, claim.citations)
    first = places.setdefault(place, name)
    if first != name:
        markers = "the same markers" if claim.citations else "no marker either"
        yield f"{name}, read from the same words as {first}, with {markers}"
        if claim.note:
            yield f"our note: {claim.note}"
        return
    span = f"characters {claim.start} to {claim.end}"
    where = f"{claim.section} of “{claim.article_title}”"
    yield f"{name}, read from {statement}, {where}, {span}"
    if quote:
        yield f"“{' '.join(quote.split())}”"
    if claim.note:
        yield f"our note: {claim.note}"
    for citation in claim.citations:
        source = f": {citation.source_label}" if citation.source_label else ""
        yield f"marker {citation.text}: {citation.status}{source}"
    if not claim.citations:
        yield "no marker: the article cites nothing for it"


def claim(
    claim: Claim,
    quotes: Mapping[str, str],
    words: str,
    places: dict[Place, str],
    links: Sequence[str] = (),
) -> Iterator[Line]:
    """Yield the lines on a claim that states the triple, or that is near it by some `links`.

    `words` put the claim in a sentence; `places` are the places described so far.
    """
    yield Line(0, words, _claim_aside(claim))
    if links:
        yield Line(1, f"near, since {', and '.join(links)}", "")
    for detail in details(claim, quotes, places):
        yield Line(1, detail, "")


def document(
    explanation: Explanation, quotes: Mapping[str, str], statuses: Iterable[Status] = ()
) -> dict[str, Any]:
    """Return the explanation as a JSON object; terms are in the syntax of N-Triples."""
    return {
        "triple": _triple(explanation.triple),
        "text": explanation.text,
        "holds": explanation.holds,
        "origin": explanation.origin,
        "verdict": verdict(explanation),
        "stated": [_claim(stated, quotes) for stated in explanation.stated],
        "complete": explanation.complete,
        "justifications": [_node(reason, quotes) for reason in explanation.justifications],
        "instead": list(explanation.instead),
        "nearest": [
            {**_claim(near.claim, quotes), "links": list(near.links)}
            for near in explanation.nearest.claims
        ],
        "further": explanation.nearest.further,
        "asNear": explanation.nearest.as_near,
        "status": [status._asdict() for status in statuses],
    }


def resources(explanation: Explanation) -> Iterator[str]:
    """Yield the IRIs of the explanation's claims and their statements, which have spans."""
    near = (near.claim for near in explanation.nearest.claims)
    for claim in (*explanation.stated, *near, *_claims(explanation.justifications)):
        yield claim.iri
        yield claim.statement


def _claims(reasons: tuple[Reason, ...]) -> Iterator[Claim]:
    for reason in reasons:
        if reason.claim is not None:
            yield reason.claim
        yield from _claims(reason.because)


def _claim_aside(claim: Claim) -> str:
    parts = [claim.stance, f"worded “{claim.wording}”"]
    if claim.hedges:
        parts.append(f"hedged {' and '.join(map(hedge_words, claim.hedges))}")
    if claim.condition:
        parts.append(claim.condition)
    if claim.evidence:
        parts.append(f"appeal to evidence “{claim.evidence}”")
    return f"{', '.join(parts)}; read from {_form(claim)[1]}"


#: How a claim is put, and where, by its basis.
_FORMS = {
    "heading": ("by a heading", "a heading"),
    "implicature": ("by implication", "what is implied"),
    "label": ("by a label", "a label and what stands under it"),
    "list item": ("in a list item", "a list item"),
    "sentence": ("in a sentence", "a sentence"),
}


def _form(claim: Claim) -> tuple[str, str]:
    basis = "label" if claim.is_under_label else claim.basis
    return _FORMS.get(basis, (f"({basis})", basis))


def _node(reason: Reason, quotes: Mapping[str, str]) -> dict[str, Any]:
    node: dict[str, Any] = {
        "kind": reason.kind,
        "text": reason.text,
        "triple": _triple(reason.triple),
    }
    if reason.rule is not None:
        node["rule"] = {"id": reason.rule.id, "summary": reason.rule.summary}
        node["because"] = [_node(other, quotes) for other in reason.because]
    others = {"again": reason.again, "source": reason.source, "note": reason.note}
    node |= {name: value for name, value in others.items() if value}
    if reason.claim is not None:
        node["claim"] = _claim(reason.claim, quotes)
    return node


def _claim(claim: Claim, quotes: Mapping[str, str]) -> dict[str, Any]:
    members = claims.document(claim)
    quote = quotes.get(claim.iri) or quotes.get(claim.statement)
    return {**members, "quote": quote} if quote else members


def _triple(triple: Any) -> list[str]:
    return [str(triple.subject), str(triple.predicate), str(triple.object)]
