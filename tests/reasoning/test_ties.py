"""The inferred ties that rest on claims are those of a list, each judged, and show their way."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from crampkg.graph import KnowledgeGraph
from crampkg.vocabulary import CK, compress, expand

LIST = Path(__file__).with_name("ties.tsv")
RELATIONS = {"is implicated at": "implicatedAt", "may be behind or show as": "mayShowAs"}


def listed(relation: str) -> list[dict[str, str]]:
    """Return the rows of the list for a relation."""
    lines = [line for line in LIST.read_text("utf-8").splitlines() if line[:1] != "#"]
    return [row for row in csv.DictReader(lines, delimiter="\t") if row["relation"] == relation]


@pytest.mark.parametrize("relation", RELATIONS)
def test_nothing_is_tied_but_what_is_listed(graph: KnowledgeGraph, relation: str) -> None:
    tied = graph.query(
        f"SELECT ?subject ?object {{ GRAPH g:inferred {{ ?s ck:{RELATIONS[relation]} ?o }} "
        "?s skos:prefLabel ?subject . ?o skos:prefLabel ?object }"
    )
    found = {(row.text("subject"), row.text("object")) for row in tied}
    rows = listed(relation)
    assert found == {(row["subject"], row["object"]) for row in rows}
    assert all(row["verdict"].startswith(("sound", "weak: ")) for row in rows)


def test_each_listed_way_goes_by_affirmed_claims_from_end_to_end(graph: KnowledgeGraph) -> None:
    said = {
        compress(row.text("claim")): (row.text("subject"), row.text("object"), row.text("hedge"))
        for row in graph.query(
            "SELECT ?claim ?subject ?object ?hedge { GRAPH g:claims { ?claim ck:claimSubject ?s ; "
            "ck:claimObject ?o ; ck:stance ck:affirmed } ?claim ck:hedgeText ?hedge . "
            "?s skos:prefLabel ?subject . ?o skos:prefLabel ?object }"
        )
    }
    for row in listed("may be behind or show as"):
        steps = [said[claim] for claim in row["claims"].split()]
        if len(steps) == 1:  # a sign stands for what it is a sign of
            assert {*steps[0][:2]} == {row["subject"], row["object"]}
        else:
            assert (steps[0][0], steps[-1][1]) == (row["subject"], row["object"])
            assert all(before[1] == after[0] for before, after in pairwise(steps))
        hedges = dict.fromkeys(step[2] for step in steps if step[2] != "none printed")
        assert ", ".join(hedges) == row["hedges"].replace("none printed", "")


def test_a_card_shows_the_way_and_the_hedge_of_each_listed_tie(graph: KnowledgeGraph) -> None:
    """Each way is one claim's; the claim is shown by its ends, with its hedge."""
    rows = listed("is implicated at")
    claims = {
        row.text("claim"): (row.text("subject"), row.text("relation"), row.text("object"))
        for row in graph.query(
            "SELECT ?claim ?subject ?relation ?object { GRAPH g:claims { ?claim ck:claimSubject ?s "
            "; ck:claimPredicate ?p ; ck:claimObject ?o } ?s skos:prefLabel ?subject . "
            "?p skos:prefLabel ?relation . ?o skos:prefLabel ?object }"
        )
    }
    for part in {row["subject"] for row in rows}:
        expected = {
            (row["object"], " ".join(claims[expand(row["claims"]) or ""]), row["hedges"])
            for row in rows
            if row["subject"] == part
        }
        ties = [
            link
            for link in graph.describe(part).links
            if link.relation == f"{CK}implicatedAt" and link.subject_label == part
        ]
        shown = set()
        for link in ties:
            affects, claimed, located, *_ = link.path.split("; ")
            assert affects.endswith(f" affects {part} (background)")
            assert located.endswith(" (background)")
            words, _, hedged = claimed.removesuffix(" (article)").rpartition(", ")
            assert hedged == (
                "no hedge" if link.hedge == "none printed" else f"hedged {link.hedge}"
            )
            shown.add((link.object_label, words, link.hedge.partition(" (")[0].strip("“”")))
        assert shown == expected, part


def test_no_inferred_tie_is_told_without_its_way(graph: KnowledgeGraph) -> None:
    """Each step of a way stands in the graph as well, so that none is made up."""
    things = [term for term in graph.terms if f"{CK}AnatomicalEntity" in term.kinds]
    assert things
    whole = {
        (row.text("a"), row.text("b"))
        for row in graph.query(
            "SELECT ?a ?b { ?s ck:partOf ?o . ?s skos:prefLabel ?a . ?o skos:prefLabel ?b }"
        )
    }
    told = [
        link
        for term in things
        for link in graph.describe(term.iri).links
        if link.origin == "inferred"
    ]
    assert told
    for link in told:
        assert link.path
        for step in link.path.split("; "):
            part, is_part, rest = step.partition(" is part of ")
            if is_part:
                assert (part, rest.removesuffix(" (background)")) in whole
