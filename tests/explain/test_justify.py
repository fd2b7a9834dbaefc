"""Minimal justifications against trying every set of leaves."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampkg.explain.justify import Clause, Horn

NODES = range(8)
clauses = st.lists(
    st.builds(
        Clause,
        st.sampled_from(NODES),
        st.frozensets(st.sampled_from(NODES), min_size=1, max_size=3),
    ),
    max_size=14,
)
#: Two nodes may be asserted by one leaf, as are the triples of one axiom.
leaves = st.dictionaries(st.sampled_from(NODES), st.sampled_from("abcdef"), max_size=6)


def brute(horn: Horn[int, str], names: set[str]) -> set[frozenset[str]]:
    """Return the minimal sets of leaves from which node 0 follows, by trying them all."""
    found: list[frozenset[str]] = []
    for size in range(len(names) + 1):
        for each in map(frozenset, combinations(sorted(names), size)):
            if not any(known <= each for known in found) and horn.follows(0, each):
                found.append(each)
    return set(found)


@given(clauses, leaves)
def test_all_minimal_sets_are_found(given: list[Clause[int]], asserted: dict[int, str]) -> None:
    horn = Horn(given, asserted)
    found, complete = horn.justifications(0, limit=100)
    assert complete
    assert len(found) == len(set(found))
    assert set(found) == brute(horn, set(asserted.values()))
    assert [len(each) for each in found] == sorted(len(each) for each in found)


@given(clauses, leaves, st.integers(1, 3))
def test_a_limit_gives_some_and_says_whether_they_are_all(
    given: list[Clause[int]], asserted: dict[int, str], limit: int
) -> None:
    horn = Horn(given, asserted)
    expected = brute(horn, set(asserted.values()))
    found, complete = horn.justifications(0, limit)
    assert set(found) <= expected
    assert len(found) == min(limit, len(expected))
    assert complete == (len(expected) <= limit)


@given(clauses, leaves)
def test_a_proof_rests_on_its_leaves_alone_and_has_no_circle(
    given: list[Clause[int]], asserted: dict[int, str]
) -> None:
    horn = Horn(given, asserted)
    for each in horn.justifications(0, limit=3)[0]:
        proof = horn.proof(0, each)
        proven: set[int] = set()
        while len(proven) < len(proof):
            more = {
                node
                for node, number in proof.items()
                if (number is None and asserted[node] in each)
                or (
                    number is not None
                    and given[number].conclusion == node
                    and given[number].premises <= proven
                )
            }
            assert more > proven
            proven = more
        assert {asserted[node] for node, number in proof.items() if number is None} == each


def test_what_the_shallowest_proof_uses_and_does_not_need_is_left_out() -> None:
    """The proof in the fewest steps takes 1 as asserted, though it follows from 2 as well."""
    horn = Horn([Clause(0, frozenset({1, 2})), Clause(1, frozenset({2}))], {1: "c", 2: "b"})
    proof = horn.proof(0, {"b", "c"})
    assert {node for node, number in proof.items() if number is None} == {1, 2}
    assert horn.justifications(0, limit=1) == ([frozenset({"b"})], True)
    assert horn.justifications(0, limit=9) == ([frozenset({"b"})], True)


def test_of_two_leaves_that_need_not_both_be_there_each_is_tried() -> None:
    """3 follows from 1 or 2, both of which the shallowest proof of 0 has as asserted."""
    clauses = [
        Clause(0, frozenset({1, 2, 3})),
        Clause(1, frozenset({3})),
        Clause(2, frozenset({1})),
    ]
    horn = Horn(clauses, {1: "a", 2: "b", 3: "c"})
    assert horn.justifications(0, limit=9) == ([frozenset({"c"})], True)


def test_a_justification_is_minimal_where_the_shortest_proof_is_not() -> None:
    """Node 0 follows in one level from both leaves, and in two from the second alone."""
    horn = Horn([Clause(0, frozenset({1, 2})), Clause(1, frozenset({2}))], {1: "a", 2: "b"})
    assert horn.justifications(0, limit=10) == ([frozenset("b")], True)


def test_what_follows_in_many_ways_is_given_up_after_a_while() -> None:
    """Each of 12 pairs of leaves gives one: 2**12 sets, more than branches are walked."""
    given = [Clause(0, frozenset(range(1, 13)))]
    given += [Clause(n, frozenset({n + 12 * k})) for n in range(1, 13) for k in (1, 2)]
    horn = Horn(given, {n + 12 * k: f"{n}-{k}" for n in range(1, 13) for k in (1, 2)})
    found, complete = horn.justifications(0, limit=10_000)
    assert not complete
    assert len(found) > 100
    assert all(len(each) == 12 for each in found)


def test_what_does_not_follow_has_no_justification_and_no_proof() -> None:
    horn = Horn([Clause(0, frozenset({1}))], {2: "b"})
    assert horn.justifications(0, limit=1) == ([], True)
    assert not horn.follows(0, {"b"})
    with pytest.raises(KeyError):
        horn.proof(0, {"b"})
