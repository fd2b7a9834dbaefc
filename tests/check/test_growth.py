"""A check takes time in proportion to the file: `bench/check.py` measures it at size."""

from __future__ import annotations

import time
from itertools import pairwise
from pathlib import Path
from typing import cast

from pyoxigraph import BlankNode, NamedNode, Quad, QuerySolutions, Store
from tiny import BASE, HOME, TinySources, added

from crampkg.check import run
from crampkg.check.material import Material
from crampkg.check.rules import lint_rules
from crampkg.pipeline.rules import conclusions, rule_texts
from crampkg.sources import Sources
from crampkg.vocabulary import CK, GRAPHS, KG, RDF

HEAD = """\
@prefix ck: <https://w3id.org/crampkg/ontology#> .
@prefix kg: <https://w3id.org/crampkg/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
CONCEPT = """
kg:made-up-{number:06}
    a ck:Condition ;
    skos:prefLabel "made up {number:06}"@en ;
    skos:definition "What is made up for a measurement, number {number:06}."@en ;
    skos:broader kg:made-up-{wider:06} ;
.
"""


def concepts(number: int) -> str:
    """Return so many concepts, in each of which a check finds something."""
    numbers = range(1, number + 1)
    return HEAD + "".join(CONCEPT.format(number=each, wider=each // 2) for each in numbers)


def statements(number: int) -> str:
    """Return so many statements, one behind the other, each with its use of a marker."""
    text = (BASE / HOME / "statements" / "rest.ttl").read_text(encoding="utf-8")
    head, _, body = text.partition("\n\n")
    parts = [head]
    for each in range(1, number + 1):
        part = body
        for name in ("marker-use-7", "statement-rest-lead-in", "statement-rest"):
            part = part.replace(f"art:{name}\n", f"art:{name}-{each}\n")
            part = part.replace(f"art:{name} ;", f"art:{name}-{each} ;")
        for place in (421, 425, 483, 484, 485):
            part = part.replace(f" {place} ;", f" {place + 100 * each} ;")
        parts.append(part)
    return "\n\n".join(parts)


def seconds(sources: TinySources, *paths: str) -> float:
    """Return the processor's time for a check, which others on the machine do not lengthen."""
    started = time.process_time()
    assert run(sources, paths).findings
    return time.process_time() - started


def test_four_times_the_concepts_take_four_times_as_long(tmp_path: Path) -> None:
    """They took fifteen times as long: each finding read its file, each label met each other."""
    files = []
    for number in (1, 200, 800):
        files.append(tmp_path / f"made-up-{number}.ttl")
        files[-1].write_text(concepts(number), encoding="utf-8")
    none, some, more = (seconds(TinySources(), str(file)) for file in files)
    assert more - none < 8 * (some - none) + 1


def test_no_rule_takes_the_square_of_the_statements(tmp_path: Path) -> None:
    """One took 31 s for 280 statements with a marker, since it compared each with all others."""
    name = f"{HOME}/statements/more.ttl"
    material = Material(added(tmp_path, name, statements(400)))
    assert not material.broken
    for rule in lint_rules(material.sources):
        started = time.process_time()
        list(cast("QuerySolutions", material.store.query(rule.text)))
        assert time.process_time() - started < 3, rule.id


def test_no_inference_takes_long_for_lists_in_lists() -> None:
    """One met each cell of each list, though it is about intersections: 100 s for 100,000 cells."""
    store, graph = Store(), NamedNode(GRAPHS["background"])
    first, rest, nil = (NamedNode(RDF + name) for name in ("first", "rest", "nil"))
    cells = [BlankNode() for _ in range(20_000)]
    kind = NamedNode(f"{RDF}type")
    things = [NamedNode(f"{KG}thing-{number}") for number in range(4_000)]
    store.extend(Quad(thing, kind, NamedNode(f"{CK}Condition"), graph) for thing in things)
    store.extend(Quad(cell, first, inner, graph) for cell, inner in pairwise(cells))
    store.extend(Quad(cell, rest, nil, graph) for cell in cells)
    for name, text in rule_texts(Sources.find(), "owl"):
        started = time.process_time()
        assert conclusions(store, name, text) == []
        assert time.process_time() - started < 1, name
