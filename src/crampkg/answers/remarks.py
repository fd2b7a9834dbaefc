"""The sentences of an answer: the question as asked, silence, the status of articles."""

from __future__ import annotations

from pyoxigraph import NamedNode

from crampkg.near_terms import beyond, counted

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from crampkg.answers.answer import Answer
    from crampkg.model import NearTerm, Status, Term
    from crampkg.rdf import RdfTerm

#: The sentence for an empty answer to a user's query; a question has its own.
_NOTHING = "Nothing matches the query."

#: The question that shows the claims about a thing and about the terms around it.
CLAIMS_ABOUT = "claims-about"
#: The question that shows the claims for and against a matter.
CONTESTED = "contested-matters"

#: The heading of the column that names the article.
HEADING = "article"

#: The columns that identify the article of a row, the best first.
_HANDLES = ("claim", "statement")


def namespace_of(iri: str) -> str:
    """Return the namespace of an article, given the IRI of one of its things."""
    return iri.rpartition("/")[0]


def titles(statuses: Iterable[Status]) -> dict[str, str]:
    """Return the title of each article by its namespace; empty for a single article."""
    articles = {namespace_of(status.article): status.title for status in statuses}
    return articles if len(articles) > 1 else {}


def title_of(row: Mapping[str, RdfTerm | None], titles: Mapping[str, str]) -> str:
    """Return the title of the article behind `row`; empty without a thing of an article."""
    names = [*(name for name in _HANDLES if name in row), *row]
    resources = (value.value for name in names if isinstance(value := row[name], NamedNode))
    return next(filter(None, (titles.get(namespace_of(iri)) for iri in resources)), "")


def asked(answer: Answer) -> str:
    """Return the question in words, with the labels of its parameters filled in."""
    return "" if answer.question is None else filled(answer.question.question, answer.parameters)


def filled(sentence: str, parameters: Mapping[str, Sequence[Term | str]]) -> str:
    """Return `sentence` with the label of its value for each `{parameter}`: "wrist or elbow"."""
    if "{" not in sentence:  # reading labels takes milliseconds, which CSV output saves
        return sentence
    for name, values in parameters.items():
        labels = (str(getattr(value, "label", value)) for value in values)
        sentence = sentence.replace("{" + name + "}", " or ".join(labels))
    return sentence


def columns(answer: Answer) -> tuple[str, ...]:
    """Return the columns that people need, without a single value named in the question."""
    values = [value for several in answer.parameters.values() for value in several]
    return tuple(
        name for name in answer.variables if len(values) != 1 or name not in ("asked", "askedLabel")
    )


def verdict(answer: Answer) -> str:
    """Return the answer of an ASK in a word, and nothing for other forms."""
    return "" if answer.form != "ask" else "yes" if answer.boolean else "no"


def closing_lines(answer: Answer) -> tuple[str, ...]:
    """Return the lines that must go with `answer`: the note of its question, and the status."""
    note = "" if answer.question is None else filled(answer.question.note, answer.parameters)
    return (*answer.lent(), *([note] if note else ()), *status_lines(answer.statuses))


def status_lines(statuses: Iterable[Status]) -> tuple[str, ...]:
    """Return the lines that must go with every answer: two for each article, then our notice."""
    lines: dict[str, None] = {}
    notices: dict[str, None] = {}
    for status in statuses:
        is_named = status.audience in status.disclaimer
        audience = "" if is_named else f"For {status.audience}. "
        lines[f"From “{status.title}”, last updated {status.updated}; {status.review}."] = None
        lines[f"{audience}{status.disclaimer}"] = None
        notices[status.notice] = None
    return (*lines, *notices)


def is_empty(answer: Answer, name: str = "", written: bytes = b"") -> bool:
    """Return whether `answer` has neither a row nor a triple; "no" is an answer.

    `written` is the answer in the format `name`: in csv and tsv it shows this without reading the
    rows.
    """
    if name in ("csv", "tsv"):
        return written.find(b"\n") == len(written) - 1
    return answer.form != "ask" and not len(answer)


def silence(answer: Answer) -> str:
    """Return the sentence for an empty answer, else nothing."""
    if not is_empty(answer):
        return ""
    if answer.question is None:
        return _NOTHING
    return filled(answer.question.silence, answer.parameters)


def silences(answer: Answer) -> list[str]:
    """Return what an empty answer says, or the same of each of several values without a row.

    In a graph a value is answered where a triple names it.
    """
    if nothing := silence(answer):
        return [nothing]
    question = answer.question
    if question is None or not answer.several:
        return []
    if answer.form == "graph":
        answered = {value.value for triple in answer.triples for value in triple}
    elif "asked" in answer.variables:
        # A second parameter has a column of its own name.
        names = {"asked", *answer.several}.intersection(answer.variables)
        answered = {row.text(name) for row in answer for name in names}
    else:
        return []
    return [
        filled(question.silence, {**answer.parameters, name: (value,)})
        for name in answer.several
        for value in dict.fromkeys(answer.parameters[name])
        if getattr(value, "iri", value) not in answered
    ]


def near(answer: Answer) -> list[NearTerm]:
    """Return the terms narrower or wider than the things asked about that further claims name.

    Each term keeps only its claims that are missing from the answer. None for a question whose
    answer holds no claims.
    """
    terms = answer.near() if _holds_claims(answer) else ()
    return list(beyond(terms, _shown(answer))) if terms else []


def contested(answer: Answer, written: bytes = b"") -> list[NearTerm]:
    """Return the things in an answer with further claims that are not affirmed.

    Such a claim is a denial, mixed evidence or a reported belief about the thing or a narrower
    kind; none for a question whose answer holds no claims. `written` is an answer with rows in csv
    or tsv: it may show that none of the things is named, which saves reading the rows.
    """
    terms = answer.contested() if _holds_claims(answer) else ()
    if not any(term.iri.encode() in written or not written for term in terms):
        return []
    lines = answer.triples if answer.form == "graph" else (row.values() for row in answer)
    named = {cell.value for line in lines for cell in line if cell is not None}
    if not named:  # rows, if any, name the things asked about
        named = {
            getattr(value, "iri", "") for values in answer.parameters.values() for value in values
        }
    return list(beyond((term for term in terms if term.iri in named), _shown(answer)))


def _holds_claims(answer: Answer) -> bool:
    return answer.question is not None and (answer.form == "graph" or "claim" in answer.variables)


def _shown(answer: Answer) -> set[str]:
    """Return the IRIs of the claims in an answer."""
    if answer.form == "graph":
        return {subject.value for subject, _, _ in answer.triples}
    return {row.text("claim") for row in answer}


def lines_below(answer: Answer) -> list[str]:
    """Return the lines below the rows: where the answer is silent, and which claims it lacks."""
    return [*silences(answer), *beside_lines(answer)]


def beside_lines(answer: Answer, written: bytes = b"") -> list[str]:
    """Return which claims an answer lacks: on other terms, and those not affirmed.

    `written` is as for `contested`.
    """
    return [*near_lines(answer), *contested_lines(contested(answer, written))]


def near_lines(answer: Answer) -> list[str]:
    """Return a sentence for each thing asked about that has narrower or wider terms with claims.

    It gives the command that shows the claims.
    """
    by_thing: dict[str, list[str]] = {}
    for term in near(answer):
        more = f"{term.label} ({term.step}, {counted(term)})"
        by_thing.setdefault(term.asked_label, []).append(more)
    return [
        f"More is said of terms narrower or wider than {label}: {', '.join(terms)}; "
        f'see `crampkg ask {CLAIMS_ABOUT} --concept "{label}"`.'
        for label, terms in by_thing.items()
    ]


def contested_lines(terms: Iterable[NearTerm]) -> list[str]:
    """Return one sentence on the claims about some things that are not affirmed, if any.

    It gives the command that shows the claims.
    """
    claims = "; ".join(f"of {term.label} or its narrower kinds, {counted(term)}" for term in terms)
    if not claims:
        return []
    return [f"Not affirmed, and not shown here: {claims}; see `crampkg ask {CONTESTED}`."]
