"""The OWL 2 RL rules: each has a case that needs it, and together they agree with owlrl.

A case in `tests/cases/owl` is named after the rule that it needs; its default graph holds what is
given, its graph `:expected` all that follows.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from pathlib import Path

import owlrl
import pytest
import rdflib
from pyoxigraph import BlankNode, Dataset, DefaultGraph, NamedNode, Quad, RdfFormat, Store, parse
from rdflib import OWL, RDFS

from crampkg.pipeline.load import load
from crampkg.pipeline.rules import derive, reason
from crampkg.sources import Sources
from crampkg.vocabulary import GRAPHS

ROOT = Path(__file__).parents[2]
CASES = sorted((ROOT / "tests" / "cases" / "owl").glob("*.trig"))
Triple = tuple[str, str, str]


def given_and_expected(path: Path) -> tuple[list[Quad], set[Triple]]:
    quads = list(parse(path.read_bytes(), format=RdfFormat.TRIG))
    given = [quad for quad in quads if quad.graph_name == DefaultGraph()]
    return given, {_texts(quad) for quad in quads if quad.graph_name != DefaultGraph()}


def entailed(quads: Iterable[Quad], sources: Sources) -> set[Triple]:
    """Return what the rules of `sources` add to `quads`."""
    store = Store()
    graph = NamedNode(GRAPHS["ontology"])
    store.extend(Quad(quad.subject, quad.predicate, quad.object, graph) for quad in quads)
    reason(store, sources)
    inferred = NamedNode(GRAPHS["inferred"])
    return {_texts(quad) for quad in store.quads_for_pattern(None, None, None, inferred)}


def closure(quads: Iterable[Quad]) -> set[Triple]:
    """Return the closure of `quads` as owlrl computes it, the quads included."""
    graph = rdflib.Graph()
    text = "".join(f"{Quad(quad.subject, quad.predicate, quad.object)} .\n" for quad in quads)
    graph.parse(data=text, format="nt")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return {tuple(term.n3() for term in triple) for triple in graph}  # type: ignore[misc]  # three


def _texts(quad: Quad) -> Triple:
    return str(quad.subject), str(quad.predicate), str(quad.object)


@pytest.fixture
def rules(tmp_path: Path) -> Sources:
    """Return sources that have nothing but the OWL rules."""
    for folder in ("ontology", "data", "queries"):
        (tmp_path / folder).mkdir()
    shutil.copytree(ROOT / "rules" / "owl", tmp_path / "rules" / "owl")
    return Sources.find(tmp_path)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_what_follows_follows_and_nothing_else(path: Path, rules: Sources) -> None:
    quads, expected = given_and_expected(path)
    assert entailed(quads, rules) == expected
    assert entailed(reversed(quads), rules) == expected
    assert expected <= closure(quads)


@pytest.mark.parametrize("path", CASES, ids=lambda path: path.stem)
def test_it_takes_the_rule(path: Path, rules: Sources) -> None:
    quads, expected = given_and_expected(path)
    (Path(rules.root) / "rules" / "owl" / f"{path.stem}.rq").unlink()
    assert entailed(quads, rules) < expected


def test_every_rule_has_a_case() -> None:
    assert [path.stem for path in CASES] == [
        path.stem for path in sorted((ROOT / "rules" / "owl").glob("*.rq"))
    ]


@pytest.mark.conformance
def test_agrees_with_owlrl_on_ontology_and_background() -> None:
    """The claims are left out because owlrl takes three times as long with them."""
    sources = Sources.find(ROOT)
    store = Store()
    store.extend(Dataset(load(sources)))
    derive(store, sources)
    kept = ("ontology", "background", "facts-without-hedges")
    quads = [
        quad
        for name in kept
        for quad in store.quads_for_pattern(None, None, None, NamedNode(GRAPHS[name]))
        if isinstance(quad.object, (NamedNode, BlankNode))
        and "Match>" not in str(quad.predicate)
        and "annotated" not in str(quad.predicate)
    ]
    asserted = {_texts(quad) for quad in quads}
    oracle = closure(quads)
    # One class is filled by a rule of ours that is no OWL.
    contested = "#ContestedIntervention>"
    ours = {triple for triple in entailed(quads, sources) if not triple[2].endswith(contested)}
    assert ours <= oracle
    nothing = {OWL.Thing.n3(), OWL.NamedIndividual.n3(), RDFS.Resource.n3()}
    wanted = {
        (subject, predicate, object_)
        for subject, predicate, object_ in oracle - asserted
        if subject.startswith("<https://w3id.org/crampkg/")
        and subject != object_
        and not object_.startswith("_:")
        and object_ not in nothing
        # Domains of superproperties say nothing about a thing that its types do not.
        and predicate not in (RDFS.domain.n3(), RDFS.range.n3())
    }
    assert wanted - ours == set()
    assert len(wanted) > 400
