"""What the sources are about, by data/subject.toml; none of it stands in the code."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest
from tiny import added

from crampkg.check import run
from crampkg.errors import SourceError
from crampkg.graph import KnowledgeGraph
from crampkg.model import Subject
from crampkg.sources import Sources, read_subject

ROOT = Path(__file__).parents[1]


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    (tmp_path / "data").mkdir()
    return Sources(str(tmp_path))


def say(sources: Sources, text: str) -> Subject:
    Path(sources.path("data/subject.toml")).write_text(text, encoding="utf-8")
    return read_subject(sources)


def test_sources_need_not_say_what_they_are_about(sources: Sources) -> None:
    assert read_subject(sources) == Subject()
    assert say(sources, "") == Subject()


def test_each_part_is_read(sources: Sources) -> None:
    subject = say(
        sources,
        'topic = "bread"\nsearch = ["rye"]\n[words]\nloaves = ["loaf"]\n[examples]\nwhy = "x"',
    )
    assert subject == Subject("bread", ("rye",), (), {"loaves": ("loaf",)}, {"why": "x"})


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("topic =", "this is not TOML"),
        ("title = 'bread'", "title does not belong here"),
        ("topic = 7", "topic does not belong here, or not so"),
        ("search = 'rye'", "search does not belong here, or not so"),
        ("search = [7]", "search does not belong here, or not so"),
        ("words = ['loaf']", "words does not belong here, or not so"),
        ("[words]\nloaves = 'loaf'", "words does not belong here, or not so"),
        ("[examples]\nwhy = ['x']", "examples does not belong here, or not so"),
    ],
)
def test_what_it_cannot_say_is_refused(sources: Sources, text: str, wrong: str) -> None:
    with pytest.raises(SourceError, match=wrong) as caught:
        say(sources, text)
    assert str(caught.value).startswith("data/subject.toml: ")


def test_ours_names_what_the_graph_has(graph: KnowledgeGraph) -> None:
    """Each question, option and name of an example is there."""
    subject = graph.subject
    about, relation, object_ = subject.inference
    assert graph.why(about, relation, object_).holds
    lines = "\n".join(subject.examples.values()).splitlines()
    commands = [shlex.split(line) for line in lines if line.startswith("  crampkg ")]
    assert {words[1] for words in commands} >= set(subject.examples) - {"crampkg"}
    for _, command, *words in commands:
        plain = [word for word in words if not word.startswith("-")]
        if command == "ask" and plain and not words[0].startswith("-"):
            names = re.findall(r"--(?!show-query)(\w+)", " ".join(words))
            params = {each.name for each in graph.question(plain[0]).params}
            assert params.issuperset(names)
            given = {name: words[words.index(f"--{name}") + 1] for name in names}
            assert len(graph.ask(plain[0], **given))
        elif command == "describe":
            graph.describe(plain[0])
        elif command == "why":
            graph.why(*plain[:3])


def test_check_reads_it(tmp_path: Path) -> None:
    sources = added(tmp_path, "data/subject.toml", "topic = 7\n")
    (finding,) = (each for each in run(sources).findings if each.check == "syntax")
    assert finding.file == "data/subject.toml"
    assert finding.problem.startswith("Topic does not belong here, or not so.")
