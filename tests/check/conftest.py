"""What hundreds of checks have in common is read and written once: the sources beside a case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

import pytest
from pyoxigraph import Quad

from crampkg.check import files, material, shapes
from crampkg.export.jsonld import check_context
from crampkg.pipeline.load import load_file
from crampkg.questions.lint import lint
from crampkg.questions.shared import FOLDER
from crampkg.records import Finding
from crampkg.turtle import format_text, parse_turtle

formatted = cache(format_text)
parsed = cache(parse_turtle)


@cache
def _linted(name: str, text: str, shared: tuple[tuple[str, str], ...]) -> list[Finding]:
    return lint(name, text, dict(shared))


def linted(name: str, text: str, texts: Mapping[str, str]) -> list[Finding]:
    """Return what `lint` returns, from memory if it is asked the same again."""
    shared = (each for each in texts.items() if each[0].startswith(FOLDER))
    return _linted(name, text, tuple(sorted(shared)))


checked = cache(check_context)
converted = cache(shapes.to_rdflib)


@cache
def loaded(name: str, text: str) -> list[Quad]:
    """Return the quads of a file."""
    return list(load_file(name, text))


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these, which are functions of a text or a term alone, remember what they gave."""
    monkeypatch.setattr(files, "lint", linted)
    monkeypatch.setattr(files, "format_text", formatted)
    monkeypatch.setattr(files, "check_context", checked)
    monkeypatch.setattr(material, "parse_turtle", parsed)
    monkeypatch.setattr(shapes, "parse_turtle", parsed)
    monkeypatch.setattr(material, "load_file", loaded)
    monkeypatch.setattr(shapes, "to_rdflib", converted)
