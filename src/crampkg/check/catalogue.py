"""Every check with one line on what it sees to, read from the rules themselves."""

from __future__ import annotations

import os

import rdflib
from rdflib.namespace import SH

from crampkg.check.consistency import CONSISTENCY_CHECKS
from crampkg.check.files import FILE_CHECKS
from crampkg.check.material import SHAPES
from crampkg.check.rules import lint_rules, rules_of, text_rules
from crampkg.questions.lint import QUESTION_CHECKS
from crampkg.sources import read_text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.sources import Sources

_INTRODUCTION = "checking.md"


def catalogue(sources: Sources) -> dict[str, dict[str, str]]:
    """Return the summaries of all checks by their names, in groups by heading."""
    shapes = rdflib.Graph().parse(data=read_text(sources.path(SHAPES), SHAPES), format="turtle")
    described = {
        str(shape).rpartition("/")[2]: str(shapes.value(shape, SH.description))
        for shape in shapes.subjects(SH.message)
    }
    return {
        "Files": FILE_CHECKS,
        "Question files": QUESTION_CHECKS,
        "Shapes": dict(sorted(described.items())),
        "Truth rules": {rule.id: rule.summary for rule in lint_rules(sources)},
        "Consistency": {
            **{rule.id: rule.summary for rule in rules_of(sources, "inconsistent")},
            **CONSISTENCY_CHECKS,
        },
        "Words of the article": {rule.id: rule.summary for rule in text_rules(sources).values()},
    }


def to_markdown(sources: Sources) -> str:
    """Return the catalogue as the text of `docs/checking.md`."""
    path = os.path.join(os.path.dirname(os.path.abspath(__file__)), _INTRODUCTION)
    parts = [read_text(path, _INTRODUCTION).rstrip()]
    for heading, checks in catalogue(sources).items():
        lines = [f"- `{name}`: {summary}" for name, summary in checks.items()]
        parts.append(f"## {heading} ({len(checks)})\n\n" + "\n".join(lines))
    return "\n\n".join(parts) + "\n"
