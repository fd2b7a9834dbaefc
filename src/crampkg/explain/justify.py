"""Minimal justifications: the smallest sets of assertions from which a conclusion follows.

Over rule instances the problem is propositional Horn logic. A hitting set tree enumerates all
minimal sets, as Kalyanpur and others do for OWL ("Finding all justifications of
OWL DL entailments", ISWC 2007).
"""

from __future__ import annotations

from typing import Generic, NamedTuple, TypeVar

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Hashable, Iterable, Mapping

#: The search stops after this many branches of the hitting set tree.
PATIENCE = 2_000

Node = TypeVar("Node", bound="Hashable")
Leaf = TypeVar("Leaf", bound="Hashable")


class Clause(NamedTuple, Generic[Node]):
    """`conclusion` follows when all `premises` hold."""

    conclusion: Node
    premises: frozenset[Node]


class Horn(Generic[Node, Leaf]):
    """Horn clauses, and the leaves that assert nodes."""

    def __init__(self, clauses: Iterable[Clause[Node]], leaves: Mapping[Node, Leaf]) -> None:
        self._clauses = list(clauses)
        self._leaves = leaves
        self._needing: dict[Node, list[int]] = {}
        for number, clause in enumerate(self._clauses):
            for premise in clause.premises:
                self._needing.setdefault(premise, []).append(number)

    def levels(self, allowed: Callable[[Leaf], bool]) -> dict[Node, int]:
        """Return the nodes that follow from the leaves `allowed`, with the least height of each.

        An asserted node has height 0, a derived one the greatest height of its premises plus 1.
        """
        wave = [node for node, leaf in self._leaves.items() if allowed(leaf)]
        wave += [clause.conclusion for clause in self._clauses if not clause.premises]
        heights: dict[Node, int] = {}
        missing = [len(clause.premises) for clause in self._clauses]
        height = 0
        while wave:
            following = []
            for node in wave:
                if node in heights:
                    continue
                heights[node] = height
                for number in self._needing.get(node, ()):
                    missing[number] -= 1
                    if not missing[number]:
                        following.append(self._clauses[number].conclusion)
            wave = following
            height += 1
        return heights

    def follows(self, goal: Node, leaves: Collection[Leaf]) -> bool:
        """Return whether `goal` follows from `leaves`."""
        return goal in self.levels(leaves.__contains__)

    def justifications(self, goal: Node, limit: int) -> tuple[list[frozenset[Leaf]], bool]:
        """Return up to `limit` minimal sets of leaves from which `goal` follows, smallest first.

        The second value says whether these are all. Sets of one size come in order of discovery.
        """
        sets: list[frozenset[Leaf]] = []
        branches: list[frozenset[Leaf]] = [frozenset()]
        known = set(branches)
        for walked, removed in enumerate(branches):  # the loop appends to it
            if walked > PATIENCE:
                return sorted(sets, key=len), False
            fitting = next((leaves for leaves in sets if removed.isdisjoint(leaves)), None)
            if fitting is None:
                fitting = self._one(goal, removed)
                if fitting is None:
                    continue
                if len(sets) == limit:
                    return sorted(sets, key=len), False
                sets.append(fitting)
            for leaf in sorted(fitting, key=str):
                branch = removed | {leaf}
                if branch not in known:
                    known.add(branch)
                    branches.append(branch)
        return sorted(sets, key=len), True

    def proof(self, goal: Node, leaves: Collection[Leaf]) -> dict[Node, int | None]:
        """Return how `goal` follows from `leaves` in the fewest levels.

        The number of its clause for each node of the proof, None for an asserted node. Raises
        KeyError when `goal` does not follow.
        """
        heights = self.levels(leaves.__contains__)
        concluding: dict[Node, list[int]] = {}
        for number, clause in enumerate(self._clauses):
            concluding.setdefault(clause.conclusion, []).append(number)
        proof: dict[Node, int | None] = {}
        agenda = [goal]
        while agenda:
            node = agenda.pop()
            if node in proof:
                continue
            if heights[node] == 0 and node in self._leaves:
                proof[node] = None
                continue
            number = next(
                number
                for number in concluding[node]
                if all(
                    heights.get(premise, heights[node]) < heights[node]
                    for premise in self._clauses[number].premises
                )
            )
            proof[node] = number
            agenda.extend(self._clauses[number].premises)
        return proof

    def _one(self, goal: Node, removed: frozenset[Leaf]) -> frozenset[Leaf] | None:
        """Return a minimal set without the leaves `removed`, or None when there is none."""
        heights = self.levels(lambda leaf: leaf not in removed)
        if goal not in heights:
            return None
        everything = {leaf for leaf in self._leaves.values() if leaf not in removed}
        proof = self.proof(goal, everything)
        needed = {self._leaves[node] for node, number in proof.items() if number is None}
        for leaf in sorted(needed, key=str):
            if self.follows(goal, needed - {leaf}):
                needed.discard(leaf)
        return frozenset(needed)
