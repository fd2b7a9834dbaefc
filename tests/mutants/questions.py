"""Mutants of the questions: each leaves something out, and a golden answer must notice.

    python tests/mutants/questions.py --seed 14 --most 400

A mutant drops a FILTER, an OPTIONAL, a key of ORDER BY or DISTINCT, or puts another variable in one
place; as many of each kind are tried. It is killed when a golden answer of its question differs, or
when all values of a parameter at once do not give, in their order, what each gives alone (which
tests/test_questions_engines.py asks of every question). A mutant that answers the same for every
value that its parameters can take in this graph, alone and together, cannot be told from the
original, and is counted apart. Whatever is left survives: write a golden answer that kills it.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import resource
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

sys.path.insert(0, str(Path(__file__).parents[1]))

from goldens import Cells, Expected, answers, asked, read, shown

from crampkg.errors import CrampkgError
from crampkg.graph import KnowledgeGraph

VARIABLE = re.compile(r"\?\w+")
VERDICTS = ("killed", "no difference", "survived")
#: Bytes and seconds of the processor that a mutant may take.
MEMORY, SECONDS = 4 << 30, 60
TRIPLE = ("subject", "predicate", "object")


class Mutant(NamedTuple):
    """Lines of a question, counted from 0, that are replaced by one other line or by none.

    The question has what it shares with others joined to it.
    """

    id: str
    kind: str
    first: int
    last: int
    line: str | None

    def apply(self, text: str) -> str:
        """Return the mutated query; `text` may have other values in its marked lines."""
        lines = text.split("\n")
        lines[self.first : self.last + 1] = [] if self.line is None else [self.line]
        return "\n".join(lines)

    @property
    def group(self) -> str:
        """The kind without the name of a key or variable."""
        return re.sub(r" (DESC ?)?[?(].*", "", self.kind)

    def __str__(self) -> str:
        place = f"{self.id}:{self.first + 1}"
        return f"{place} {self.kind}{f': {self.line.strip()}' if self.line else ''}"


def mutants(id: str, text: str, chance: random.Random) -> Iterator[Mutant]:
    """Yield the mutants of one question, in the order of its lines."""
    lines = text.split("\n")
    variables = sorted(set(VARIABLE.findall(text)))
    body = False
    for number, line in enumerate(lines):
        words = line.strip()
        body = body or words.startswith("WHERE")
        if words == "SELECT DISTINCT":
            yield Mutant(id, "drop DISTINCT", number, number, line.replace(" DISTINCT", ""))
        elif words.startswith("ORDER BY "):
            keys = re.findall(r"DESC ?\([^)]*\)|\?\w+|\w+\(.*?\)", words.removeprefix("ORDER BY "))
            for at in range(len(keys)):
                left = " ".join(keys[:at] + keys[at + 1 :])
                yield Mutant(
                    id, f"drop key {keys[at]}", number, number, left and f"ORDER BY {left}"
                )
        elif words.startswith("FILTER"):
            yield Mutant(id, "drop FILTER", number, _end(lines, number), None)
        elif words.startswith("OPTIONAL"):
            yield Mutant(id, "drop OPTIONAL", number, _end(lines, number), None)
        if body and "# param: " not in line and not words.startswith(("#", "ORDER", "GROUP")):
            for place in VARIABLE.finditer(line):
                others = [name for name in variables if name != place[0]]
                swapped = line[: place.start()] + chance.choice(others) + line[place.end() :]
                yield Mutant(id, f"swap {place[0]}", number, number, swapped)


def _end(lines: list[str], first: int) -> int:
    """Return the number of the line where the block that `lines[first]` begins is closed."""
    depth = 0
    for number in range(first, len(lines)):
        depth += lines[number].count("{") - lines[number].count("}")
        depth += lines[number].count("(") - lines[number].count(")")
        if depth <= 0:
            return number
    raise ValueError(f"line {first + 1} opens a block that is not closed")


class Trial:
    """Tells whether a golden answer notices a mutant, or whether any answer could."""

    def __init__(self, graph: KnowledgeGraph) -> None:
        self._graph = graph
        self._expected = Expected(graph)
        self._answers: dict[str, list[tuple[str, list[Cells]]]] = {}
        self._together: dict[str, tuple[str, list[Cells]]] = {}

    def verdict(self, mutant: Mutant) -> str:
        """Return one of `VERDICTS`, found in a process of its own.

        What runs out of time or memory there has another answer, and is killed.
        """
        self._every_answer(mutant.id)  # here, so that it is kept
        child = os.fork()
        if child == 0:
            quiet = os.open(os.devnull, os.O_RDWR)
            for stream in (1, 2):
                os.dup2(quiet, stream)
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
            code = len(VERDICTS)
            try:
                code = VERDICTS.index(self._verdict(mutant))
            finally:
                os._exit(code)
        code = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        return VERDICTS[code] if 0 <= code < len(VERDICTS) else "killed"

    def _verdict(self, mutant: Mutant) -> str:
        for path in answers():
            id, parameters = asked(path)
            if id != mutant.id:
                continue
            answer = self._graph.ask(id, **parameters)
            variables = self._expected.columns.get(id, TRIPLE)
            right = self._expected.rows(read(path), variables, answer.parameters)
            if self._rows(mutant.apply(answer.query)) != (variables, right):
                return "killed"
        for bound, rows in self._every_answer(mutant.id):
            if self._rows(mutant.apply(bound))[1] != rows:
                return "survived"
        if mutant.id in self._together:
            bound, rows = self._together[mutant.id]
            if self._rows(mutant.apply(bound))[1] != rows:
                return "killed"
        return "no difference"

    def _every_answer(self, id: str) -> list[tuple[str, list[Cells]]]:
        """Return the bound query and the rows for every value of each parameter of a question."""
        if id not in self._answers:
            question = self._graph.question(id)
            values = {
                parameter.name: sorted(
                    term.iri for term in self._graph.terms.of_kind(parameter.kind or "")
                )
                for parameter in question.params
            }
            self._answers[id] = [
                (answer.query, shown(answer))
                for name, iris in values.items()
                for iri in iris
                for answer in [self._graph.ask(id, **{name: iri})]
            ]
            if len(values) == 1 and question.form == "select":
                together = self._graph.ask(id, **values)
                rows = [row for _, alone in self._answers[id] for row in alone]
                self._together[id] = together.query, rows
        return self._answers[id]

    def _rows(self, query: str) -> tuple[Cells, list[Cells]]:
        try:
            answer = self._graph.query(query)
            return answer.variables or TRIPLE, shown(answer)
        except CrampkgError:
            return (), []


def main() -> int:
    """Try a sample of mutants, and print the survivors and the figure."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--seed", type=int, default=14)
    parser.add_argument("--most", type=int, default=400, help="how many mutants are tried")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    by_kind: dict[str, list[Mutant]] = {}
    graph = KnowledgeGraph.open()
    for question in graph.questions():
        for mutant in mutants(question.id, question.text, chance):
            by_kind.setdefault(mutant.group, []).append(mutant)
    share = -(-options.most // len(by_kind))
    sample = [
        mutant
        for every in by_kind.values()
        for mutant in sorted(chance.sample(every, min(share, len(every))))
    ]
    trial = Trial(graph)
    verdicts = Counter[str]()
    for number, mutant in enumerate(sample, 1):
        verdict = trial.verdict(mutant)
        verdicts[verdict] += 1
        if verdict != "killed":
            sys.stdout.write(f"{verdict}: {mutant}\n")
        if sys.stderr.isatty():
            sys.stderr.write(f"\r{number} of {len(sample)}")
    could = verdicts["killed"] + verdicts["survived"]
    sys.stdout.write(
        f"Seed {options.seed}: {len(sample)} of {sum(map(len, by_kind.values()))} mutants tried, "
        f"{verdicts['killed']} killed, {verdicts['survived']} survived "
        f"({verdicts['killed'] / could:.1%} killed); "
        f"{verdicts['no difference']} more answer the same for every value.\n"
    )
    return int(verdicts["survived"] > 0)


if __name__ == "__main__":
    sys.exit(main())
