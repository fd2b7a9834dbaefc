"""A document on each of its faces: one tree of blocks, no words lost on any."""

from __future__ import annotations

import io

from rich.console import Console

from crampkg.answers.document import (
    Block,
    Facts,
    Findings,
    Heading,
    Line,
    Lines,
    Paragraph,
    Tight,
    Tree,
    markdown,
    plain,
)
from crampkg.answers.table import Table
from crampkg.answers.terminal import draw
from crampkg.model import Finding

BLOCKS: list[Block] = [
    Heading("A *thing*", 1),
    Tight(Paragraph("What it is.")),
    Facts((("also called", "it"), ("kinds", "one"))),
    Heading("Why"),
    Tight(Tree((Line(0, "because", "a rule"), Line(1, "so", ""))), ("terminal",)),
    Table(("a", "b", "c"), (("1", "", "x"), ("2", "", "x"))),
    Lines(("From here.", "Not advice."), is_aside=True),
]


def drawn(width: int = 40) -> str:
    console = Console(width=width, file=io.StringIO(), color_system=None)
    with console.capture() as capture:
        draw(console, BLOCKS)
    return "".join(f"{line.rstrip()}\n" for line in capture.get().splitlines())


def test_a_document_in_a_pipe_has_every_column() -> None:
    assert plain(BLOCKS) == (
        "A *thing*\nWhat it is.\n\nalso called: it\nkinds: one\n\nWhy\n\n"
        "because [a rule]\n  so\n\nA  B  C\n1     x\n2     x\n\nFrom here.\nNot advice.\n"
    )


def test_a_document_in_markdown_is_escaped_and_folded() -> None:
    assert markdown(BLOCKS) == (
        "# A \\*thing\\*\n\nWhat it is.\n\n- also called: it\n- kinds: one\n\n## Why\n\n"
        "- because \\[a rule\\]\n  - so\n\n| a |\n| --- |\n| 1 |\n| 2 |\n\n"
        "The same in every row: c: x.\n\nFrom here.  \nNot advice.\n"
    )


def test_a_document_on_a_terminal_is_folded_alike() -> None:
    assert drawn() == (
        "A *thing*\nWhat it is.\n\nalso called  it\nkinds        one\n\nWhy\n"
        "because [a rule]\n└── so\n\na\n─\n1\n2\n\nThe same in every row: c: x.\n\n"
        "From here.\nNot advice.\n"
    )


def test_what_is_the_same_ends_in_one_full_stop() -> None:
    content = Table(("a", "note"), (("1", "Ours."), ("2", "Ours.")))
    assert "\n\nThe same in every row: note: Ours.\n" in markdown([content])


def test_a_finding_is_one_line_that_an_editor_jumps_to() -> None:
    finding = Finding("syntax", "a_b.ttl", 3, "", "It is\nbroken.", "Mend it.")
    blocks = [Findings((finding, finding._replace(line=None, term="kg:x")))]
    assert plain(blocks) == (
        "a_b.ttl:3: It is broken. Mend it. [syntax]\n"
        "a_b.ttl: kg:x: It is broken. Mend it. [syntax]\n"
    )
    assert markdown(blocks).startswith("- a\\_b.ttl:3: It is broken. Mend it. \\[syntax\\]\n- ")
