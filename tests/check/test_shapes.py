"""Shapes of somebody's that pyshacl cannot run, or that say nothing of their own."""

from __future__ import annotations

import logging
import signal
from pathlib import Path

import pytest
from tiny import HOME, added, changed

from crampkg.check import shapes
from crampkg.check.material import Material
from crampkg.check.shapes import check_shapes
from crampkg.sources import Sources
from crampkg.vocabulary import CK, KG


@pytest.mark.parametrize(
    ("shape", "said"),
    [
        ('sh:sparql [ sh:select "SELECT $this WHERE { broken" ]', "Expected SelectQuery"),
        ('sh:sparql [ sh:select "SELECT $this { $this a xy:Z }" ]', "namespace prefix : xy"),
        ("sh:sparql [ a sh:SPARQLConstraint ]", "at least one sh:select"),
        ('sh:sparql [ sh:select "ASK { $this ?p ?o }" ]', "TypeError"),
        ('sh:property [ sh:path skos:prefLabel ; sh:pattern "(" ]', "unterminated subpattern"),
        ("sh:property [ a sh:PropertyShape ]", "must include one `sh:path`"),
        ('sh:property [ sh:path ck:audience ; sh:minCount "x" ]', "datatype xsd:integer"),
        ('sh:target [ sh:select "SELECT ?this { broken" ]', "SyntaxError"),
    ],
)
def test_a_shape_that_cannot_be_tested_is_a_finding(
    shape: str, said: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    text = Path(Sources.find().path("ontology/shapes.ttl")).read_text()
    text += f"shape:odd a sh:NodeShape ; sh:targetClass ck:Condition ; {shape} .\n"
    material = Material(added(tmp_path, "ontology/shapes.ttl", text))
    (finding,), count = check_shapes(material)
    assert (finding.check, finding.file, count) == ("syntax", "ontology/shapes.ttl", 1)
    assert finding.problem.startswith("The shapes cannot be tested (")
    assert said in finding.problem
    assert finding.remedy == "Mend the shape, or the query in it, that this is about."
    assert capfd.readouterr() == ("", "")


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="Windows has no such timer")
def test_shapes_that_take_too_long_are_a_finding(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Python's `re` can take longer than anybody lives for one pattern and one short text."""
    monkeypatch.setattr(shapes, "_SECONDS", 0.5)
    monkeypatch.setattr(shapes, "_SECONDS_A_TRIPLE", 0)
    before = signal.getsignal(signal.SIGVTALRM)
    text = Path(Sources.find().path("ontology/shapes.ttl")).read_text()
    text += "shape:odd a sh:PropertyShape ; sh:targetClass ck:Condition ; "
    text += 'sh:path skos:prefLabel ; sh:pattern "^(([a-z ])+.)+[A-Z]([a-z])+$" .\n'
    name = "data/concepts/odd.ttl"
    label = f'<{KG}odd> a <{CK}Condition> ; skos:prefLabel "{"a" * 60}"@en .\n'
    prefix = "@prefix skos: <http://www.w3.org/2004/02/skos/core#> .\n"
    added(tmp_path, name, prefix + label)
    (finding,), _ = check_shapes(Material(added(tmp_path, "ontology/shapes.ttl", text)))
    assert (finding.check, finding.file) == ("syntax", "ontology/shapes.ttl")
    assert finding.problem == "The shapes cannot be tested within 1 second of the processor's time."
    assert finding.remedy == "Mend the sh:pattern, or the query, that takes so long."
    assert signal.getsignal(signal.SIGVTALRM) == before
    assert signal.getitimer(signal.ITIMER_VIRTUAL) == (0, 0)


def test_a_shape_without_a_message_says_what_shacl_says(tmp_path: Path) -> None:
    text = Path(Sources.find().path("ontology/shapes.ttl")).read_text()
    text += "shape:odd a sh:PropertyShape ; sh:targetClass ck:Article ; "
    text += "sh:path ck:audience ; sh:minCount 9 .\n"
    (finding,), _ = check_shapes(Material(added(tmp_path, "ontology/shapes.ttl", text)))
    assert finding.check == "odd"
    assert finding.problem.startswith("Less than 9 values on ")


def test_a_shape_is_for_what_its_query_finds(tmp_path: Path) -> None:
    text = Path(Sources.find().path("ontology/shapes.ttl")).read_text()
    text += "shape:odd a sh:PropertyShape ; sh:path ck:audience ; sh:minCount 9 .\n"
    text += "[] a sh:NodeShape ; sh:property shape:odd ; "
    text += f'sh:target [ sh:select "SELECT ?this {{ ?this a <{CK}Article> }}" ] .\n'
    (finding,), _ = check_shapes(Material(added(tmp_path, "ontology/shapes.ttl", text)))
    assert (finding.check, finding.term) == ("odd", "calf-ache:article")


@pytest.mark.parametrize(
    "constraint",
    [
        "sh:closed true ; sh:property [ sh:path ck:audience ]",
        f'sh:sparql [ sh:select "SELECT $this {{ $this <{CK}madeUp> ?x }}" ]',
    ],
)
def test_a_shape_may_meet_what_it_does_not_name(constraint: str, tmp_path: Path) -> None:
    """Otherwise pyshacl is given what the shapes name."""
    text = Path(Sources.find().path("ontology/shapes.ttl")).read_text()
    text += "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
    text += f"shape:odd a sh:NodeShape ; sh:targetClass ck:Gradation ; {constraint} ; "
    text += 'sh:message "Odd. Mend it." .\n'
    thing = f"<{KG}odd> a <{CK}Gradation> ; <{CK}madeUp> 1 .\n"
    added(tmp_path, "data/concepts/odd.ttl", thing)
    found, _ = check_shapes(Material(added(tmp_path, "ontology/shapes.ttl", text)))
    assert ("odd", "kg:odd") in {(finding.check, finding.term) for finding in found}


def test_a_literal_that_does_not_fit_is_a_finding_and_no_warning(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.WARNING, logger="rdflib.term")
    sources = changed(
        tmp_path, f"{HOME}/article.ttl", ("ck:length 593", 'ck:length "x"^^xsd:integer')
    )
    assert check_shapes(Material(sources))[0]
    assert caplog.records == []
