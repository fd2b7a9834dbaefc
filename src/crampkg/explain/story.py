"""An explanation as lines of plain English, and as a JSON document."""

from __future__ import annotations

from typing import NamedTuple

from crampkg.vocabulary import compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import Any

    from crampkg.explain.evidence import Evidence
    from crampkg.explain.why import Explanation, Reason


class Line(NamedTuple):
    """A line of the story: how deep it stands, what it says, and what kind of thing that is."""

    depth: int
    text: str
    aside: str  # in brackets behind the text; empty for none


#: What is said of a triple that does not hold and that a claim is about, by the claim's stance.
_STANCES = {
    "affirmed": "The article affirms it, but in a way that makes no fact.",
    "denied": "The article denies it.",
    "mixed evidence": "The article finds mixed evidence for it.",
    "reported belief": "The article reports it as a belief.",
}


def heading(explanation: Explanation) -> str:
    """Return the question as it was understood."""
    return f"Why: {explanation.text}?"


def verdict(explanation: Explanation) -> str:
    """Return the answer in a sentence."""
    if not explanation.holds:
        asked = [term.value for term in explanation.triple]
        stances = {
            _STANCES[told.stance]: None
            for told in explanation.nearest
            if [told.subject, told.relation, told.object] == asked and told.stance in _STANCES
        }
        sentence = " ".join(
            (*stances, "The graph does not say so, and it does not follow from what it says.")
        )
        if explanation.instead:
            sentence += f" What does hold: {'; '.join(explanation.instead)}."
        return sentence
    found = len(explanation.justifications)
    said = {
        "article": "The article says so",
        "background": "It is background, which the article does not state",
        "inferred": "It is inferred: nobody states it, and it follows from what is stated",
    }[explanation.origin]
    if found == 1 and explanation.complete:
        return f"{said}. There is one justification."
    number = f"{found} minimal justifications" if found > 1 else "one minimal justification"
    if explanation.complete:
        return f"{said}. There are {number}."
    return f"{said}. Shown: {number}; there are more (--limit)."


def lines(reason: Reason, quotes: Mapping[str, str], depth: int = 0) -> Iterator[Line]:
    """Yield the lines of a justification, each reason deeper than what it is a reason for."""
    if reason.evidence is not None:
        yield Line(depth, f"the article's claim that {reason.text}", _claim_aside(reason.evidence))
        for detail in details(reason.evidence, quotes):
            yield Line(depth + 1, detail, "")
        return
    yield Line(depth, reason.text, aside(reason))
    for each in reason.because:
        yield from lines(each, quotes, depth + 1)


def aside(reason: Reason) -> str:
    """Return what kind of thing a reason is, and by what rule or source."""
    if reason.rule is not None:
        if reason.again:
            return f"{reason.kind}, as above"
        summary = reason.rule.summary.removesuffix(".")
        return f"{reason.kind}: {summary[0].lower()}{summary[1:]}"
    if reason.kind == "background":
        return f"background: {reason.source or 'the crampkg ontology and concepts'}"
    if reason.kind == "axiom":
        return "axiom of the ontology"
    return "record of the article"


def details(evidence: Evidence, quotes: Mapping[str, str]) -> Iterator[str]:
    """Yield where a claim is read from, its quote if there is one, and its markers."""
    name, statement = compress(evidence.claim), compress(evidence.statement)
    span = f"characters {evidence.start} to {evidence.end}"
    yield f"{name}, read from {statement}, {evidence.section}, {span}"
    quote = quotes.get(evidence.claim) or quotes.get(evidence.statement)
    if quote:
        yield f"“{' '.join(quote.split())}”"
    for citation in evidence.citations:
        source = f": {citation.source_label}" if citation.source_label else ""
        yield f"marker {citation.text}: {citation.status}{source}"
    if not evidence.citations:
        yield "no marker: the article cites nothing for it"


def near(evidence: Evidence, quotes: Mapping[str, str], words: str) -> Iterator[Line]:
    """Yield the lines on a claim that comes near; `words` say what it claims."""
    yield Line(0, words, _claim_aside(evidence))
    for detail in details(evidence, quotes):
        yield Line(1, detail, "")


def document(explanation: Explanation, quotes: Mapping[str, str]) -> dict[str, Any]:
    """Return the explanation as a JSON object; terms are in the syntax of N-Triples."""
    return {
        "triple": _triple(explanation.triple),
        "text": explanation.text,
        "holds": explanation.holds,
        "origin": explanation.origin,
        "complete": explanation.complete,
        "justifications": [_node(reason, quotes) for reason in explanation.justifications],
        "instead": list(explanation.instead),
        "nearest": [_evidence(each, quotes) for each in explanation.nearest],
    }


def resources(explanation: Explanation) -> Iterator[str]:
    """Yield the IRIs of the explanation's claims and of their statements, which have spans."""
    for told in (*explanation.nearest, *_claims(explanation.justifications)):
        yield told.claim
        yield told.statement


def _claims(reasons: tuple[Reason, ...]) -> Iterator[Evidence]:
    for reason in reasons:
        if reason.evidence is not None:
            yield reason.evidence
        yield from _claims(reason.because)


def _claim_aside(evidence: Evidence) -> str:
    parts = [evidence.stance, f"worded “{evidence.wording}”"]
    if evidence.hedge and evidence.hedge != "none printed":
        parts.append(f"hedged “{evidence.hedge}”")
    if evidence.condition:
        parts.append(evidence.condition)
    return f"{', '.join(parts)}; read from {_BASES.get(evidence.basis, evidence.basis)}"


_BASES = {
    "heading": "a heading",
    "implicature": "what is implied",
    "list item": "a list item",
    "sentence": "a sentence",
}


def _node(reason: Reason, quotes: Mapping[str, str]) -> dict[str, Any]:
    told: dict[str, Any] = {
        "kind": reason.kind,
        "text": reason.text,
        "triple": _triple(reason.triple),
    }
    if reason.rule is not None:
        told["rule"] = {"id": reason.rule.id, "summary": reason.rule.summary}
        told["because"] = [_node(each, quotes) for each in reason.because]
    if reason.again:
        told["again"] = True
    if reason.source:
        told["source"] = reason.source
    if reason.evidence is not None:
        told["claim"] = _evidence(reason.evidence, quotes)
    return told


def _evidence(evidence: Evidence, quotes: Mapping[str, str]) -> dict[str, Any]:
    told = evidence._asdict()
    told["citations"] = [citation._asdict() for citation in evidence.citations]
    quote = quotes.get(evidence.claim) or quotes.get(evidence.statement)
    return {**told, "quote": quote} if quote else told


def _triple(triple: Any) -> list[str]:
    return [str(triple.subject), str(triple.predicate), str(triple.object)]
