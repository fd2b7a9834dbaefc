"""A question's header, and what is said of one that does not hold."""

from __future__ import annotations

import pytest

from crampkg.errors import SourceError
from crampkg.questions.header import parse

GOOD = """\
#+ id: pain
#+ question: Where does {site} hurt?
#+ summary: Pain at a site.
#+ tags: [pain]
#+ params:
#+   site: {type: iri, class: ck:AnatomicalSite, default: kg:calf, help: where it hurts}
#+ silence: Nothing is said of {site}.

SELECT ?pain
WHERE {
  VALUES ?site { kg:calf } # param: site
  ?pain ck:locatedIn ?site .
}
ORDER BY ?pain
"""


def test_a_header_becomes_a_question() -> None:
    question = parse("queries/pain.rq", GOOD)
    assert (question.id, question.form, question.tags) == ("pain", "select", ("pain",))
    assert question.params[0].kind == "https://w3id.org/crampkg/ontology#AnatomicalSite"
    assert question.params[0].default == "https://w3id.org/crampkg/id/calf"
    assert question.text == GOOD


def test_a_header_needs_no_blank_after_its_mark() -> None:
    """As grlc writes it too; whatever stands behind the mark, no letter is cut off."""
    for mark in ("#+", "#+  "):
        written = GOOD.replace("#+ ", mark)
        assert parse("queries/pain.rq", written)._replace(text=GOOD) == parse("p", GOOD)


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [
        ("#+ id: pain\n", "", "the header has no id"),
        ("#+ summary: Pain at a site.", "#+ sumary: x\n#+ summary: y", "the header has sumary"),
        ("tags: [pain]", "tags: []", "at least one word"),
        ("tags: [pain]", "tags: [pain", "not YAML"),
        ("tags: [pain]", f"tags: {'[' * 200_000}{']' * 200_000}", "not YAML"),
        ("tags: [pain]", f"tags:\n#+   {'- ' * 200_000}pain", "not YAML"),
        ("question: Where does {site} hurt?", "question: 7", "question must be text"),
        ("type: iri", "type: text", "has no type out of iri"),
        ("class: ck:AnatomicalSite", "class: AnatomicalSite", "needs a class"),
        ("default: kg:calf", "default: calf", "needs a default"),
        ("help: where it hurts", "help: 7", "needs a help text"),
        ("help: where it hurts", "hint: 7", "and no more"),
        (" # param: site", "", "has no line"),
        ("SELECT ?pain", "ASK", "SELECT or a CONSTRUCT"),
        ("#+", "#", "there is no header"),
    ],
)
def test_a_fault_names_the_file_and_what_belongs_there(old: str, new: str, words: str) -> None:
    with pytest.raises(SourceError, match=words) as caught:
        parse("queries/pain.rq", GOOD.replace(old, new))
    assert str(caught.value).startswith("queries/pain.rq")
