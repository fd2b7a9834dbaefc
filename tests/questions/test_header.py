"""A question's header, and what is said of one that does not hold."""

from __future__ import annotations

import pytest
import yaml

from crampkg.errors import SourceError
from crampkg.library import load_yaml, parse
from crampkg.model import Parameter, Question
from crampkg.vocabulary import CK, KG

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
    site = Parameter("site", "iri", f"{CK}AnatomicalSite", f"{KG}calf", "where it hurts")
    assert parse("queries/pain.rq", GOOD) == Question(
        id="pain",
        question="Where does {site} hurt?",
        summary="Pain at a site.",
        tags=("pain",),
        params=(site,),
        silence="Nothing is said of {site}.",
        note="",
        overview=(),
        form="select",
        text=GOOD,
    )


def test_a_header_may_have_a_note_and_an_overview() -> None:
    text = GOOD.replace("#+ id", "#+ note: A note.\n#+ overview: [a, b, c]\n#+ id")
    question = parse("queries/pain.rq", text)
    assert (question.note, question.overview) == ("A note.", ("a", "b", "c"))


def test_a_header_needs_no_blank_after_its_mark() -> None:
    """As grlc writes it too; whatever stands behind the mark, no letter is cut off."""
    for mark in ("#+", "#+  "):
        written = GOOD.replace("#+ ", mark)
        assert parse("queries/pain.rq", written)._replace(text=GOOD) == parse("p", GOOD)


NOT_YAML = "queries/pain.rq{}: the header is not YAML. Mind quotes, colons and indents."
OVERVIEW = (
    "overview must be a list of the column that stands down, the one across, and those in the cells"
)
KEYS = "type, class, default, help"


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("#+ id: pain\n", "", "the header has no id. Add it"),
        (
            "#+ summary: Pain at a site.",
            "#+ sumary: x\n#+ summary: y",
            "the header has sumary, which is none of id, question, summary, tags, params, silence, "
            "note, overview",
        ),
        ("tags: [pain]", "tags: []", "tags must be a list of at least one word"),
        ("tags: [pain]", "tags: pain", "tags must be a list of at least one word"),
        ("tags: [pain]", "tags: [pain, 7]", "tags must be a list of at least one word"),
        (
            "question: Where does {site} hurt?",
            "question: 7",
            "question must be text; put it in quotes",
        ),
        ("id: pain", "id: 7", "id must be text; put it in quotes"),
        ("summary: Pain at a site.", "summary: 7", "summary must be text; put it in quotes"),
        (
            "silence: Nothing is said of {site}.",
            "silence: 7",
            "silence must be text; put it in quotes",
        ),
        ("#+ id: pain", "#+ id: pain\n#+ note: 7", "note must be text; put it in quotes"),
        ("#+ id: pain", "#+ id: pain\n#+ overview: [a]", OVERVIEW),
        ("#+ id: pain", "#+ id: pain\n#+ overview: [a, b]", OVERVIEW),
        ("#+ id: pain", "#+ id: pain\n#+ overview: a", OVERVIEW),
        ("type: iri", "type: text", "parameter site has no type out of iri, string, integer"),
        (
            "class: ck:AnatomicalSite",
            "class: AnatomicalSite",
            "parameter site needs a class, as a CURIE with a known prefix",
        ),
        (
            "default: kg:calf",
            "default: calf",
            "the default of parameter site is no CURIE with a known prefix; without one the graph "
            "chooses it",
        ),
        (
            "type: iri, class: ck:AnatomicalSite, default: kg:calf",
            "type: string",
            "parameter site needs a default",
        ),
        ("help: where it hurts", "help: 7", "parameter site needs a help text"),
        ("help: where it hurts", "hint: 7", f"parameter site takes {KEYS} and no more"),
        (
            "{type: iri, class: ck:AnatomicalSite, default: kg:calf, help: where it hurts}",
            "calf",
            f"parameter site takes {KEYS} and no more",
        ),
        (
            "params:\n#+   site: {type: iri, class: ck:AnatomicalSite, default: kg:calf, "
            "help: where it hurts}",
            "params: [site]",
            "params must map each parameter to its declaration",
        ),
        (
            " # param: site",
            "",
            "parameter site has no line `VALUES ?... { ... } # param: site`",
        ),
        ("SELECT ?pain", "ASK", "a question is a SELECT or a CONSTRUCT, and here is neither"),
        ("#+", "#", "there is no header. Begin the file with `#+ id: ...` lines"),
    ],
)
def test_a_fault_names_the_file_and_what_belongs_there(old: str, new: str, sentence: str) -> None:
    with pytest.raises(SourceError) as caught:
        parse("queries/pain.rq", GOOD.replace(old, new))
    assert str(caught.value) == f"queries/pain.rq: {sentence}."
    assert (caught.value.path, caught.value.line) == ("queries/pain.rq", None)


@pytest.mark.parametrize(
    ("tags", "line"),
    [
        ("[pain", 5),
        (f"{'[' * 200_000}{']' * 200_000}", None),
        (f"\n#+   {'- ' * 200_000}pain", None),
    ],
    ids=["open", "deep", "deep lists"],
)
def test_what_is_not_yaml_is_refused_with_its_line(tags: str, line: int | None) -> None:
    with pytest.raises(SourceError) as caught:
        parse("queries/pain.rq", GOOD.replace("tags: [pain]", f"tags: {tags}"))
    assert str(caught.value) == NOT_YAML.format(f", line {line}" if line else "")
    assert (caught.value.path, caught.value.line) == ("queries/pain.rq", line)


def test_yaml_may_be_a_hundred_deep() -> None:
    """Only a text of more than 10,000 characters is measured: no shorter one is dangerous."""

    def nested(depth: int, length: int) -> str:
        return f"{'[' * depth}{']' * depth} # ".ljust(length, "x")

    assert str(load_yaml(nested(100, 10_001))) == f"{'[' * 100}{']' * 100}"
    with pytest.raises(yaml.YAMLError):
        load_yaml(nested(101, 10_001))
    assert str(load_yaml(nested(101, 10_000))) == f"{'[' * 101}{']' * 101}"


def test_a_parameter_may_be_a_text_or_a_number() -> None:
    text = GOOD.replace(
        "{type: iri, class: ck:AnatomicalSite, default: kg:calf, help: where it hurts}",
        "{type: integer, default: 7, help: how many}",
    )
    (parameter,) = parse("queries/pain.rq", text).params
    assert parameter == Parameter("site", "integer", None, "7", "how many")
