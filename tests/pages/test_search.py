"""Questions and concepts are found by the words that people use."""

from __future__ import annotations

import time
from urllib.parse import urlencode

import pytest
from pages.conftest import Visit
from playwright.sync_api import expect

from crampkg import plain
from crampkg.graph import KnowledgeGraph
from crampkg.server.pages import layout, library

#: What is typed, and by hand which questions should be among the best, as id and what fills it.
EXPECTED = {
    "what causes calf pain": ["arteries-explaining-pain calf", "causes-by-strength calf-pain"],
    "why does my calf hurt": ["arteries-explaining-pain calf", "causes-by-strength calf-pain"],
    "how is PAD diagnosed": [
        *("features-of peripheral-arterial-disease", "told-apart peripheral-arterial-disease"),
        *("examination-findings", "when-recommended"),
    ],
    "thigh ache": ["arteries-explaining-pain thigh", "causes-by-strength thigh-pain"],
    "pain in the thigh": ["arteries-explaining-pain thigh", "pain-within thigh"],
    "is magnesium deficiency a cause": ["explained-by-disease magnesium-deficiency"],
    "does quinine work": ["intervention-verdict quinine-sulfate"],
    "is stretching good for cramps": ["intervention-verdict stretching"],
    "leg cramps treatment": ["interventions-overview", "causes-by-strength leg-cramp"],
    "old people": ["people"],
    "restless legs": ["features-of restless-legs-syndrome"],
    "marker 7": ["claims-by-marker marker-7"],
    "pain in the calf when walking": ["differential calf during-exercise"],
}

#: What should come first, where one question is asked for plainly.
FIRST = ("does quinine work", "is magnesium deficiency a cause", "old people", "marker 7")


def _found(words: str, graph: KnowledgeGraph) -> list[str]:
    """Return the questions for some words, each with the last part of what fills its gaps."""
    return [
        " ".join((each.question.id, *(value.rpartition(":")[2] for _, value in each.given)))
        for each in library.search(plain.wanted(words), graph)
    ]


@pytest.mark.parametrize("words", EXPECTED)
def test_a_clinical_question_finds_those_of_the_library(words: str, graph: KnowledgeGraph) -> None:
    found = _found(words, graph)
    assert set(EXPECTED[words]) <= set(found[:6])
    if words in FIRST:
        assert found[0] == EXPECTED[words][0]
    assert _found(f"{words.upper()}?", graph) == found
    for each in library.search(plain.wanted(words), graph):
        if each.given:
            assert len(graph.ask(each.question.id, **dict(each.given))), each


def test_nothing_is_found_by_the_middle_or_another_sense_of_a_word(graph: KnowledgeGraph) -> None:
    assert "claims-under-circumstance" not in " ".join(_found("old people", graph))  # "hold"
    assert "conditions-of-kind" not in " ".join(_found("does quinine work", graph))  # "worked out"
    assert _found("zebra", graph) == []
    # Of what is said of a named thing nothing is said to stand for another one.
    named = _found("is magnesium deficiency a cause", graph)
    assert all(each.endswith(" magnesium-deficiency") for each in named)


@pytest.mark.parametrize(
    ("words", "slugs"),
    [
        ("what causes calf pain", ["calf-pain", "calf"]),
        ("PAD or Baker's cysts", ["popliteal-cyst", "peripheral-arterial-disease"]),
        ("femoral", ["femoral-artery", "femoral-artery-disease"]),
        ("myalgia", ["muscle-ache"]),
        ("lower limb", ["leg"]),  # which no page shows as its synonym
    ],
)
def test_concepts_are_found_by_what_names_most(
    words: str, slugs: list[str], graph: KnowledgeGraph
) -> None:
    found = library.concepts(plain.wanted(words), graph)
    assert [each.term.iri.rpartition("/")[2] for each in found] == slugs


HOSTILE = {
    "long": "w" * 10_000,
    "many": "calf pain artery " * 700,
    "pattern": "(a+)+$ [ \\ .* {site} ?<",
    "turned": "\N{RIGHT-TO-LEFT OVERRIDE}ca\N{RIGHT-TO-LEFT MARK}lf\N{ZERO WIDTH SPACE} pain",
    "empty": "what is the",
    "nothing": "?? \N{EM DASH} !",
}


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_any_words_are_looked_for_in_no_time(words: str, graph: KnowledgeGraph) -> None:
    library.view(graph, layout.Visit([("q", "calf")]))  # what is made once
    began = time.process_time()
    page = library.view(graph, layout.Visit([("q", words)]))
    assert time.process_time() - began < 0.5  # some 0.03 s; a busy machine may take longer
    assert page.status == 200
    assert page == library.view(graph, layout.Visit([("q", words)]))


def test_words_that_tell_nothing_leave_all_questions(graph: KnowledgeGraph) -> None:
    page = library.view(graph, layout.Visit([("q", HOSTILE["empty"])])).body.decode()
    assert "names nothing to look for" in page
    assert page.count('<a href="/questions/') == len(graph.questions())


def test_marks_of_direction_do_not_part_a_word(graph: KnowledgeGraph) -> None:
    assert _found(HOSTILE["turned"], graph) == _found("calf pain", graph) != []


def test_a_tag_keeps_to_its_questions(graph: KnowledgeGraph) -> None:
    tagged = {each.id for each in graph.questions() if "arteries" in each.tags}
    found = library.search(plain.wanted("calf pain"), graph, "arteries")
    assert found
    assert {each.question.id for each in found} <= tagged


def test_the_best_stand_first_and_lead_to_an_answer(visit: Visit) -> None:
    page = visit(f"/questions?{urlencode({'q': 'what causes calf pain'})}")
    assert page.title().startswith("“what causes calf pain” \N{EN DASH} Questions")
    expect(page.get_by_role("heading", level=2).first).to_have_text("Best matches")
    page.locator("section[aria-labelledby=best]").get_by_role(
        "link", name="explain calf pain"
    ).click()
    assert page.locator("table.grid tbody tr").count() > 0


def test_a_name_is_found_by_words_in_another_order(graph: KnowledgeGraph) -> None:
    for words in ("thigh ache", "pain of the thigh", "aching thighs"):
        assert graph.terms.search(words)[0].label == "thigh pain"
    assert graph.terms.search("zebra pain") == []
    assert graph.terms.search("what is") == []
