"""The inferred ties that rest on claims are those of a list, each judged, and show their way."""

from __future__ import annotations

import csv
from itertools import pairwise
from pathlib import Path

import pytest

from crampkg.graph import KnowledgeGraph
from crampkg.vocabulary import CK, compress

LIST = Path(__file__).with_name("ties.tsv")
RELATIONS = {
    "is implicated at": "implicatedAt",
    "is implicated in": "implicatedIn",
    "may be behind or show as": "mayShowAs",
}


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


@pytest.mark.parametrize("relation", ["is implicated at", "is implicated in"])
def test_a_card_shows_the_way_and_the_hedge_of_each_listed_tie(
    graph: KnowledgeGraph, relation: str
) -> None:
    """A claim on the way is shown by its ends, with its hedge, and says if it is only implied."""
    rows = listed(relation)
    claims = {
        compress(row.text("claim")): (
            " ".join(map(row.text, ("subject", "relation", "object"))),
            "implied by the article" if row.text("basis") == "implicature" else "article",
        )
        for row in graph.query(
            "SELECT ?claim ?subject ?relation ?object ?basis { GRAPH g:claims { ?claim "
            "ck:claimSubject ?s ; ck:claimPredicate ?p ; ck:claimObject ?o ; ck:basis ?b } "
            "?s skos:prefLabel ?subject . ?p skos:prefLabel ?relation . "
            "?o skos:prefLabel ?object . ?b skos:prefLabel ?basis }"
        )
    }
    for part in {row["subject"] for row in rows}:
        expected = {
            (row["object"], *(claims[claim] for claim in row["claims"].split()), row["hedges"])
            for row in rows
            if row["subject"] == part
        }
        ties = [
            link
            for link in graph.describe(part).links
            if link.relation_label == relation and link.subject_label == part
        ]
        shown = set()
        for link in ties:
            affects, *steps = link.path.split("; ")
            assert affects.endswith(f" affects {part} (background)")
            said = [step for step in steps if step.endswith("article)")]
            located = [step for step in steps if step not in said]
            assert steps == [*said, *located]
            assert bool(located) is (relation == "is implicated at")
            assert all(step.endswith(" (background)") for step in located)
            told = []
            for step in said:
                words, _, hedged = step.rpartition(", ")
                hedge, _, whose = hedged.removesuffix(")").rpartition(" (")
                assert hedge in ("no hedge", f"hedged {link.hedge}")
                told.append((words, whose))
            shown.add((link.object_label, *told, link.hedge.partition(" (")[0].strip("“”")))
        assert shown == expected, part


@pytest.mark.parametrize(
    ("question", "parameter", "kind", "relation"),
    [
        ("vessels-implicated-in", "problem", "HealthProblem", "implicatedIn"),
        ("vessels-implicated-at", "site", "AnatomicalSite", "implicatedAt"),
    ],
)
def test_the_question_answers_with_exactly_the_inferred_ties(
    graph: KnowledgeGraph, question: str, parameter: str, kind: str, relation: str
) -> None:
    things = [term.iri for term in graph.terms if f"{CK}{kind}" in term.kinds]
    answered = {
        (row.text("vessel"), row.text("asked"))
        for row in graph.ask(question, **{parameter: things})
        if row.text("origin") == "inferred"
    }
    inferred = {
        (row.text("vessel"), row.text("thing"))
        for row in graph.query(
            f"SELECT ?vessel ?thing {{ GRAPH g:inferred {{ ?vessel ck:{relation} ?thing }} "
            "?vessel a ck:BloodVessel }"
        )
    }
    assert inferred
    assert answered == inferred


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
