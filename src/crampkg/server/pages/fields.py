"""The fields of a question's form: made from its header, with choices from the graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from crampkg.errors import AmbiguousTermError, CrampkgError, UnknownTermError, WrongKindError
from crampkg.graph import cached_on_graph
from crampkg.server.problems import Problem
from crampkg.vocabulary import compress

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Parameter, Question, Term

#: So many choices are shown as a list to pick from; of more, a part of the name is typed.
_MOST_LISTED = 30

#: So few choices are named where one of them was not meant by anything like its name.
_FEW = 12

#: So many values of a parameter stand on a page: names that are near are sought for each.
MOST_VALUES = 30

#: Nothing has a name longer than that.
LONGEST = 300


class Entry(NamedTuple):
    """One value of a field: what stands in it, and what it means or why it means nothing."""

    typed: str
    value: str  # a CURIE or literal that means the same for ever; empty when there is a mistake
    label: str
    mistake: str = ""
    offers: tuple[Term, ...] = ()  # what might have been meant, or all that there is to choose from
    is_guess: bool = False  # the offers are like what was typed
    lent: str = ""  # the sentence on a name that only another vocabulary has for it


class Field(NamedTuple):
    """A parameter as a field of a form."""

    parameter: Parameter
    entries: tuple[Entry, ...]  # one without a value is there to be filled in
    choices: tuple[tuple[str, str], ...]  # CURIE and label
    is_listed: bool
    was_empty: bool = False  # it was sent without a value, so that the default stands in it

    @property
    def mistaken(self) -> bool:
        """Whether a value of the field means nothing."""
        return any(entry.mistake for entry in self.entries)

    @property
    def is_default(self) -> bool:
        """Whether the field holds what it holds when nothing is asked for."""
        default = compress(self.parameter.default)
        return [entry.value for entry in self.entries] == [default]

    @property
    def takes_more(self) -> bool:
        """Whether one more thing can be asked about at once."""
        return len(self.choices) > len(self.entries) and all(entry.value for entry in self.entries)

    def place(self, number: int) -> str:
        """Return the id on the page of the entry with a number from 1."""
        name = f"field-{self.parameter.name}"
        return name if number == 1 else f"{name}-{number}"

    def label(self, number: int) -> str:
        """Return what the entry with a number from 1 is called."""
        name = self.parameter.name
        return name if len(self.entries) == 1 else f"{name} {number}"


def fields(
    question: Question, asked: Iterable[tuple[str, str]], graph: KnowledgeGraph
) -> tuple[Field, ...]:
    """Return the fields of a question's form, filled with what was asked, else with defaults.

    What is asked with nothing after something is one more entry, to be filled in; what is asked
    with nothing alone is as its default, and says so. Raises `Problem` for more values than a page
    takes.
    """
    given: dict[str, list[str]] = {}
    for name, value in asked:
        known = given.setdefault(name, [])
        if value.strip() or (known and all(known)):
            known.append(value.strip())
    for name, several in given.items():
        if len(several) > MOST_VALUES:
            detail = (
                f"{len(several):,} values of {name[:100]!r} are more than the {MOST_VALUES} that a "
                f"page takes. Send them to /api/questions/{question.id}."
            )
            raise Problem("bad-request", detail)
    return tuple(
        _field(parameter, given.get(parameter.name, ()), graph)._replace(
            was_empty=given.get(parameter.name) == []
        )
        for parameter in question.params
    )


def unknown(question: Question, asked: Iterable[tuple[str, str]]) -> list[str]:
    """Return the names that were asked with and that the question does not have."""
    known = {parameter.name for parameter in question.params}
    return list(dict.fromkeys(name for name, _ in asked if name not in known))


def values(filled: Sequence[Field]) -> list[tuple[str, str]]:
    """Return every parameter with each of its values, for a link that means the same for ever."""
    return [
        (field.parameter.name, entry.value)
        for field in filled
        for entry in field.entries
        if entry.value
    ]


def _field(parameter: Parameter, given: Sequence[str], graph: KnowledgeGraph) -> Field:
    entries: dict[str, Entry] = {}
    for typed in given or (parameter.default,):
        entry = _entry(parameter, typed, graph)
        entries.setdefault(entry.value or entry.typed, entry)  # one thing, under whatever names
    offered = choices(graph, parameter.kind) if parameter.kind else ()
    is_listed = bool(offered) and len(offered) <= _MOST_LISTED
    return Field(parameter, tuple(entries.values()), offered, is_listed)


def _entry(parameter: Parameter, typed: str, graph: KnowledgeGraph) -> Entry:
    if not typed:
        return Entry("", "", "")
    if len(typed) > LONGEST:
        shown = f"{typed[:LONGEST]}…"
        return Entry(shown, "", "", f"A name has at most {LONGEST} characters.")
    if parameter.type == "integer":
        try:
            number = str(int(typed))
        except ValueError:
            return Entry(typed, "", "", f"A whole number goes here, and “{typed}” is none.")
        return Entry(typed, number, number)
    if parameter.type == "string":
        return Entry(typed, typed, typed)
    try:
        term = graph.find(typed, parameter.kind)
    except CrampkgError as error:
        near = tuple(graph.terms.near(typed, parameter.kind))
        known = graph.terms.of_kind(parameter.kind or "")
        offers = near or (tuple(known) if len(known) <= _FEW else ())
        sentence = mistake(error, typed, graph.terms.name_of(parameter.kind or ""))
        return Entry(typed, "", "", sentence, offers, bool(near))
    lent = graph.terms.lent(typed, parameter.kind)
    return Entry(term.label, compress(term.iri), term.label, lent=lent)


def mistake(error: CrampkgError, typed: str, wanted: str) -> str:
    """Return what is wrong with a name, without the names that would have done."""
    if isinstance(error, AmbiguousTermError):
        return f"“{typed}” can mean more than one {wanted}. Say which."
    if isinstance(error, WrongKindError):
        return f"“{typed}” is known, but is no {wanted}."
    what = "Nothing here" if wanted == "thing" else f"No {wanted}"
    beside = error.beside if isinstance(error, UnknownTermError) else ""
    return f"{what} is called “{typed}”.{beside}"


@cached_on_graph()
def choices(graph: KnowledgeGraph, kind: str) -> tuple[tuple[str, str], ...]:
    """Return the CURIE and label of each thing of a class, by label."""
    return tuple((compress(term.iri), term.label) for term in graph.terms.of_kind(kind))
