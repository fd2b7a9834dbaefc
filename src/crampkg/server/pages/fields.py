"""The fields of a question's form, from its header, with choices from the graph."""

from __future__ import annotations

from typing import NamedTuple

from crampkg.errors import AmbiguousTermError, CrampkgError, UnknownTermError, WrongKindError
from crampkg.graph import cached_on_graph
from crampkg.server.problems import Problem
from crampkg.text import whole_number
from crampkg.vocabulary import compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Parameter, Question, Term

#: The most choices in a drop-down list; for more there is a text field.
_MOST_LISTED = 30

#: The most choices that are all offered after a name that resembles none of them.
_FEW = 12

#: The most values of a parameter on a page: similar names are searched for every wrong one.
MOST_VALUES = 30

#: The longest name that is looked up, in characters.
LONGEST = 300


class FieldEntry(NamedTuple):
    """One value of a field: the text in it, and its meaning or its error."""

    typed: str
    value: str  # a stable CURIE or literal; empty after a mistake
    label: str
    mistake: str = ""
    offers: tuple[Term, ...] = ()  # terms with similar names, or all choices
    is_guess: bool = False  # the offers have names similar to the typed one
    lent: str = ""  # the notice that the name comes from another vocabulary


class Field(NamedTuple):
    """A parameter as a field of a form."""

    parameter: Parameter
    entries: tuple[FieldEntry, ...]  # one without a value is an empty input
    choices: tuple[tuple[str, str], ...]  # CURIE and label
    is_listed: bool
    was_empty: bool = False  # it was sent empty, and now shows the default

    @property
    def mistaken(self) -> bool:
        """Whether a value of the field is invalid."""
        return any(entry.mistake for entry in self.entries)

    @property
    def takes_more(self) -> bool:
        """Whether one more value can be added."""
        return len(self.choices) > len(self.entries) and all(entry.value for entry in self.entries)

    def place(self, number: int) -> str:
        """Return the HTML id of an entry, by its number from 1."""
        name = f"field-{self.parameter.name}"
        return name if number == 1 else f"{name}-{number}"

    def label(self, number: int) -> str:
        """Return the label of an entry, by its number from 1."""
        name = self.parameter.name
        return name if len(self.entries) == 1 else f"{name} {number}"


def fields(
    question: Question, asked: Iterable[tuple[str, str]], graph: KnowledgeGraph
) -> tuple[Field, ...]:
    """Return the fields of a question's form, filled with the parameters, else with defaults.

    An empty value after others adds an empty input; alone it means the default, and is marked.
    Raises `Problem` for more than `MOST_VALUES` values of a parameter.
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
    """Return the names of parameters that the question does not have."""
    known = {parameter.name for parameter in question.params}
    return list(dict.fromkeys(name for name, _ in asked if name not in known))


def values(filled: Sequence[Field]) -> list[tuple[str, str]]:
    """Return the parameters with all their values, for a permanent link."""
    return [
        (field.parameter.name, entry.value)
        for field in filled
        for entry in field.entries
        if entry.value
    ]


def _field(parameter: Parameter, given: Sequence[str], graph: KnowledgeGraph) -> Field:
    entries: dict[str, FieldEntry] = {}
    for typed in given or (parameter.default,):
        entry = _entry(parameter, typed, graph)
        entries.setdefault(entry.value or entry.typed, entry)  # several names of a thing are one
    offered = choices(graph, parameter.kind) if parameter.kind else ()
    is_listed = bool(offered) and len(offered) <= _MOST_LISTED
    return Field(parameter, tuple(entries.values()), offered, is_listed)


def _entry(parameter: Parameter, typed: str, graph: KnowledgeGraph) -> FieldEntry:
    if not typed:
        return FieldEntry("", "", "")
    if len(typed) > LONGEST:
        shown = f"{typed[:LONGEST]}…"
        return FieldEntry(shown, "", "", f"A name has at most {LONGEST} characters.")
    if parameter.type == "integer":
        number = whole_number(typed)
        if number is None:
            return FieldEntry(typed, "", "", f"A whole number goes here, and “{typed}” is none.")
        return FieldEntry(typed, str(number), str(number))
    if parameter.type == "string":
        return FieldEntry(typed, typed, typed)
    try:
        term = graph.find(typed, parameter.kind)
    except CrampkgError as error:
        near = tuple(graph.terms.near(typed, parameter.kind))
        known = graph.terms.of_kind(parameter.kind or "")
        offers = near or (tuple(known) if len(known) <= _FEW else ())
        sentence = mistake(error, typed, graph.terms.name_of(parameter.kind or ""))
        return FieldEntry(typed, "", "", sentence, offers, bool(near))
    lent = graph.terms.lent(typed, parameter.kind)
    return FieldEntry(term.label, compress(term.iri), term.label, lent=lent)


def mistake(error: CrampkgError, typed: str, wanted: str) -> str:
    """Return the error for a name as a sentence, without suggestions."""
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
