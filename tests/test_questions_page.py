"""docs/questions.md lists the library as it is.

`CRAMPKG_UPDATE=1 pytest tests/test_questions_page.py` writes the list anew.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from crampkg.graph import KnowledgeGraph
from crampkg.names import indefinite
from crampkg.vocabulary import compress

pytestmark = pytest.mark.conformance

PAGE = Path(__file__).parents[1] / "docs" / "questions.md"
MARK = "<!-- The list below is written by tests/test_questions_page.py. -->\n"


def listing(graph: KnowledgeGraph) -> str:
    """Return the questions as a Markdown list, by id."""
    entries = []
    for question in graph.questions():
        entry = f"- **`{question.id}`** {question.question}  \n  {question.summary}"
        for parameter in question.params:
            kind = graph.terms.name_of(parameter.kind) if parameter.kind else parameter.type
            default = compress(parameter.default)
            what = f"{parameter.help}: {indefinite(kind)}, by default `{default}`"
            entry += f"  \n  `--{parameter.name}` {what}"
        entries.append(entry)
    return "\n".join(entries) + "\n"


def test_the_page_lists_every_question(graph: KnowledgeGraph) -> None:
    text = PAGE.read_text(encoding="utf-8")
    head, mark, shown = text.partition(MARK)
    expected = f"\n{len(graph.questions())} questions.\n\n{listing(graph)}"
    if os.environ.get("CRAMPKG_UPDATE"):
        PAGE.write_text(head + MARK + expected, encoding="utf-8")
    else:
        assert mark
        assert shown == expected
