"""The instances of the rules in a saturated graph: each conclusion with its premises.

They are computed once, when a snapshot is built, so that `why` only walks them backwards.
"""

from __future__ import annotations

import json
from collections import defaultdict
from itertools import count
from operator import itemgetter
from typing import Any, NamedTuple, cast

from pyoxigraph import (
    BlankNode,
    Literal,
    NamedNode,
    QueryResultsFormat,
    RdfFormat,
    Store,
    Triple,
    Variable,
    parse,
)

from crampkg.model import Rule
from crampkg.text import json_bytes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from pyoxigraph import QuerySolutions

    from crampkg.pipeline.rules import RuleLogic
    from crampkg.sources import Sources

#: The folders of the rules that derive facts and inferences.
FOLDERS = ("facts", "owl", "inferred")


class Step(NamedTuple):
    """One instance of a rule, its premises sorted by their written form."""

    rule: Rule
    premises: tuple[Triple, ...]


class Instances:
    """All instances of some rules in a graph.

    Terms are numbered, a triple is three term numbers, and a step is the number of its rule
    followed by the numbers of its premises. `steps` has a list for each triple, empty if no rule
    concludes it.
    """

    def __init__(
        self,
        rules: list[list[str]],
        terms: list[str],
        triples: list[list[int]],
        steps: list[list[list[int]]],
    ) -> None:
        self._rules = [Rule(*rule) for rule in rules]
        self._terms = terms
        self._triples = triples
        self._steps = steps
        self._numbers: dict[tuple[int, ...], int] = {}
        self._term_numbers: dict[str, int] = {}

    @classmethod
    def of(cls, store: Store, rules: Iterable[RuleLogic]) -> Instances:
        """Return the instances of `rules` in a store saturated with them."""
        finder = _Finder()
        names = []
        for number, logic in enumerate(rules):
            names.append([*logic.rule])
            finder.add(store, number, logic)
        steps: list[list[list[int]]] = [[] for _ in finder.triples]
        for conclusion, *step in finder.steps:
            steps[conclusion].append(step)
        return cls(names, _canonical(finder.terms), [[*triple] for triple in finder.triples], steps)

    @classmethod
    def of_graph(cls, nquads: bytes, sources: Sources) -> Instances:
        """Return the instances in a graph without anonymous types."""
        # Readers of the file alone do not need the rule parser.
        from crampkg.pipeline.rules import rulebook, saturate

        store = Store()
        # Blank nodes keep their canonical names: callers look triples up by them.
        store.extend(parse(nquads, format=RdfFormat.N_QUADS, rename_blank_nodes=False))
        saturate(store, sources)
        return cls.of(store, rulebook(sources, *FOLDERS))

    @classmethod
    def from_json(cls, content: bytes) -> Instances:
        """Return the instances that `to_json` wrote."""
        return cls(**json.loads(content))

    def to_json(self) -> bytes:
        """Return the instances as JSON."""
        fields = {
            "rules": self._rules,
            "terms": self._terms,
            "triples": self._triples,
            "steps": self._steps,
        }
        return json_bytes(fields, compact=True)

    def __contains__(self, triple: Triple) -> bool:
        """Whether any rule concludes a triple."""
        number = self._number(triple)
        return number is not None and bool(self._steps[number])

    def behind(self, goal: Triple) -> dict[Triple, tuple[Step, ...]]:
        """Return the steps to a triple, to their premises, and so on back to assertions.

        The steps of a triple are sorted by rule; a triple that no rule concludes has none.
        """
        number = self._number(goal)
        if number is None:
            return {goal: ()}
        agenda = [number]
        seen = {number}
        for number in agenda:  # the loop appends to it
            further = {
                premise for _, *premises in self._steps[number] for premise in premises
            } - seen
            agenda += sorted(further)
            seen |= further
        triples = {number: self._triple(number) for number in agenda}
        written = {number: str(triple) for number, triple in triples.items()}
        behind = {}
        for number in agenda:
            sortable = [
                (self._rules[rule], sorted(premises, key=written.__getitem__))
                for rule, *premises in self._steps[number]
            ]
            sortable.sort(key=lambda step: (step[0].id, [written[premise] for premise in step[1]]))
            behind[triples[number]] = tuple(
                Step(rule, tuple(triples[premise] for premise in premises))
                for rule, premises in sortable
            )
        return behind

    def _number(self, triple: Triple) -> int | None:
        if not self._numbers:
            self._numbers = {tuple(numbers): number for number, numbers in enumerate(self._triples)}
            self._term_numbers = {term: number for number, term in enumerate(self._terms)}
        parts = (triple.subject, triple.predicate, triple.object)
        return self._numbers.get(tuple(self._term_numbers.get(str(part), -1) for part in parts))

    def _triple(self, number: int) -> Triple:
        return Triple(*map(self._term, self._triples[number]))

    def _term(self, number: int) -> Any:
        text = self._terms[number]
        if text[0] == "<":
            return NamedNode(text[1:-1])
        return BlankNode(text[2:]) if text[0] == "_" else next(_literals([text]))


class _Finder:
    """Numbers the terms and triples in rule instances, in the order of discovery."""

    def __init__(self) -> None:
        self.terms: dict[str, int] = defaultdict(count().__next__)
        self.triples: dict[tuple[int, ...], int] = defaultdict(count().__next__)
        #: Of each step the numbers of its conclusion, its rule and its premises.
        self.steps: list[list[int]] = []

    def add(self, store: Store, rule: int, logic: RuleLogic) -> None:
        """Find the instances of one rule.

        Its rows are read from TSV, several times as fast as by term objects.
        """
        rows = cast("QuerySolutions", store.query(logic.query, use_default_graph_as_union=True))
        columns = [variable.value for variable in rows.variables]
        constants: list[int] = []

        def place(part: Any) -> int:
            """Return the index of a part of a pattern in a row followed by the constants."""
            if isinstance(part, Variable):
                return columns.index(part.value)
            constants.append(self.terms[str(part)])
            return len(columns) + len(constants) - 1

        places = [
            [tuple(map(place, pattern)) for pattern in patterns]
            for patterns in (logic.heads, logic.premises)
        ]
        used = {at for patterns in places for pattern in patterns for at in pattern}
        heads, premises = ([itemgetter(*pattern) for pattern in patterns] for patterns in places)
        visible = [at for at, name in enumerate(columns) if name in logic.visible]
        several: dict[tuple[int, ...], tuple[list[int], dict[int, None]]] = {}
        term, triple = self.terms.__getitem__, self.triples.__getitem__
        written = cast("bytes", rows.serialize(format=QueryResultsFormat.TSV))
        for line in written.decode().split("\n")[1:-1]:
            cells = line.split("\t")
            if "" in cells and any(not cells[at] for at in used if at < len(cells)):
                continue  # CONSTRUCT leaves out a triple with an unbound part, too
            row = [*map(term, cells), *constants]
            concluded = [triple(head(row)) for head in heads]
            rests_on = dict.fromkeys([triple(premise(row)) for premise in premises])
            if len(visible) < len(columns):
                key = tuple(row[at] for at in visible)
                concluded, earlier = several.setdefault(key, (concluded, rests_on))
                earlier.update(rests_on)
                continue
            for conclusion in concluded:
                if conclusion not in rests_on:
                    self.steps.append([conclusion, rule, *rests_on])
        self.steps += (
            [conclusion, rule, *rests_on]
            for concluded, rests_on in several.values()
            for conclusion in concluded
            if conclusion not in rests_on
        )


def _canonical(terms: Iterable[str]) -> list[str]:
    """Return terms in pyoxigraph's syntax; TSV abbreviates numbers."""
    known = list(terms)
    short = [text for text in known if text[:1] not in "<_"]
    long = dict(zip(short, map(str, _literals(short)), strict=True))
    return [long.get(text, text) for text in known]


def _literals(texts: list[str]) -> Iterator[Literal]:
    """Yield the literals written as in Turtle."""
    turtle = "".join(f"<x:x> <x:x> {text} .\n" for text in texts)
    return (cast("Literal", quad.object) for quad in parse(turtle, format=RdfFormat.TURTLE))
