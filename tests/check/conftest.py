"""What hundreds of checks have in common is read and written once: the sources beside a case."""

from __future__ import annotations

from collections.abc import Container, Mapping
from functools import cache

import pytest
import rdflib
from pyoxigraph import Quad, Store, Triple
from rdflib.term import Node

import crampkg.check
from crampkg.check import consistency, files, material, rules, shapes
from crampkg.check.material import Material
from crampkg.check.questions import lint
from crampkg.export.jsonld import check_context
from crampkg.library import FOLDER
from crampkg.model import Finding
from crampkg.pipeline.load import load_file
from crampkg.pipeline.rules import rule_texts
from crampkg.sources import Sources
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
ruled = cache(rules._rule)
converted = cache(shapes.to_rdflib)
_empty_classes = consistency.empty_classes
_found_empty: dict[object, tuple[set[str], Store]] = {}


@cache
def loaded(name: str, text: str) -> list[Quad]:
    """Return the quads of a file."""
    return list(load_file(name, text))


def empty_classes(ontology: frozenset[Quad], sources: Sources) -> tuple[set[str], Store]:
    """Return what the rules find in an ontology that most cases have in common."""
    rules = [*map(rule_texts, 3 * [sources], ("owl", "inferred", "inconsistent"))]
    key = ontology, str(rules)
    if key not in _found_empty:
        _found_empty[key] = _empty_classes(ontology, sources)
    return _found_empty[key]


def _converted(triple: Triple) -> tuple[Node, Node, Node]:
    return converted(triple.subject), converted(triple.predicate), converted(triple.object)


class Stated:
    """A graph of rdflib's that holds what the last sources state, and is changed for the next."""

    def __init__(self) -> None:
        self._graph = rdflib.Graph()
        self._triples: set[Triple] = set()

    def __call__(self, found: Material, predicates: Container[str] | None) -> rdflib.Graph:
        """Return `shapes.stated` of these sources, without a new graph."""
        triples = {
            quad.triple
            for name in material.ASSERTED
            for quad in found.store.quads_for_pattern(None, None, None, name)
            if predicates is None or quad.predicate.value in predicates
        }
        for triple in self._triples - triples:
            self._graph.remove(_converted(triple))
        for triple in triples - self._triples:
            self._graph.add(_converted(triple))
        self._triples = triples
        assert len(self._graph) == len(triples)  # pyshacl has changed nothing
        return self._graph


stated = Stated()


@pytest.fixture(autouse=True)
def once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let these, which are functions of what they are given alone, remember what they gave."""
    monkeypatch.setattr(consistency, "empty_classes", empty_classes)
    monkeypatch.setattr(files, "lint", linted)
    monkeypatch.setattr(files, "format_text", formatted)
    monkeypatch.setattr(files, "check_context", checked)
    monkeypatch.setattr(rules, "_rule", ruled)
    monkeypatch.setattr(material, "parse_turtle", parsed)
    monkeypatch.setattr(shapes, "parse_turtle", parsed)
    monkeypatch.setattr(material, "load_file", loaded)
    monkeypatch.setattr(shapes, "to_rdflib", converted)
    monkeypatch.setattr(shapes, "stated", stated)


@pytest.fixture
def text_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave out what does not look at the article: truth rules, consistency and shapes."""
    for name in ("check_rules", "check_consistency", "check_shapes"):
        monkeypatch.setattr(crampkg.check, name, lambda _: ([], 0))
