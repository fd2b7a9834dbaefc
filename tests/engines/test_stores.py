"""Every question gives the same rows in the same order on each store as on the embedded engine."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path

import pytest
from engines.stores import BY_NAME, STORES, Running, content

from crampkg import cli
from crampkg.graph import KnowledgeGraph

pytestmark = [pytest.mark.conformance, pytest.mark.usefixtures("nobody")]

NAMES = [kind.name for kind in STORES]
QUESTIONS = sorted(path.stem for path in Path(__file__).parents[2].glob("queries/*.rq"))

Start = Callable[[str], Running]


@pytest.fixture
def remote(request: pytest.FixtureRequest, store: Start) -> KnowledgeGraph:
    """Return the graph at the store that the test is parametrised with."""
    return store(request.param).graph()


CLAIM = "kg:what-causes-leg-cramps/claim-mild-hypohydration-predisposes-to-cramp"

ON_EACH = pytest.mark.parametrize("remote", NAMES, indirect=True)
ON_WRITABLE = pytest.mark.parametrize(
    "remote", [name for name in NAMES if not BY_NAME[name].loads], indirect=True
)


@pytest.mark.parametrize("id", QUESTIONS)
@ON_EACH
def test_a_question_gives_the_same_rows(
    id: str, remote: KnowledgeGraph, graph: KnowledgeGraph
) -> None:
    found, expected = remote.ask(id), graph.ask(id)
    assert content(found) == content(expected)
    assert found.variables == expected.variables


@ON_EACH
def test_names_status_and_graphs_are_the_same(
    remote: KnowledgeGraph, graph: KnowledgeGraph
) -> None:
    assert list(remote.terms) == list(graph.terms)
    assert remote.statuses == graph.statuses
    assert remote.export("nquads") == graph.export("nquads")


@ON_EACH
def test_explanations_are_the_same(remote: KnowledgeGraph, graph: KnowledgeGraph) -> None:
    for triple in (
        ("femoral artery", "is implicated in", "calf pain"),
        ("mild hypohydration", "predisposes to", "cramp"),
        ("critical limb ischemia", "is associated with", "leg cramp"),
    ):
        assert remote.why(*triple) == graph.why(*triple)


@ON_EACH
def test_claims_and_what_is_near_several_things_are_the_same(
    remote: KnowledgeGraph, graph: KnowledgeGraph
) -> None:
    """A path from several things needs a start on Virtuoso."""
    several = ["dehydration", "calf pain"]
    assert remote.claims(about=several) == graph.claims(about=several)
    assert remote.claims(relation="causes", marker="marker 3") == graph.claims(
        relation="causes", marker="marker 3"
    )
    asked = [each.ask("claims-about", concept=several).near() for each in (remote, graph)]
    assert asked[0] == asked[1] != ()


@pytest.mark.parametrize(
    "name", ["calf", "dehydration", "leg cramp", "kg:quinine-sulfate", "ck:Artery", CLAIM]
)
@ON_EACH
def test_cards_are_the_same(name: str, remote: KnowledgeGraph, graph: KnowledgeGraph) -> None:
    assert remote.describe(name) == graph.describe(name)


@pytest.mark.parametrize(
    "text",
    [
        "SELECT (COUNT(*) AS ?n) WHERE { ?s ?p ?o }",
        "SELECT (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } }",
        "SELECT (COUNT(*) AS ?n) FROM g:facts-without-hedges WHERE { ?s ?p ?o }",
        "SELECT ?g (COUNT(*) AS ?n) WHERE { GRAPH ?g { ?s ?p ?o } } GROUP BY ?g ORDER BY ?g",
        "ASK { kg:calf a ck:AnatomicalSite }",
        "ASK { kg:calf a ck:Artery }",
        "CONSTRUCT WHERE { ?s a ck:Artery ; skos:prefLabel ?l }",
    ],
)
@ON_EACH
def test_a_query_of_ones_own_sees_the_five_graphs(
    text: str, remote: KnowledgeGraph, graph: KnowledgeGraph
) -> None:
    found, expected = remote.query(text), graph.query(text)
    assert found.boolean == expected.boolean
    assert content(found) == content(expected)


@pytest.mark.parametrize(
    "words",
    [
        ["ask", "arteries-explaining-pain", "--site", "calf", "-f", "csv"],
        ["ask", "arteries-explaining-pain", "--site", "ankle"],
        ["query", "-q", "SELECT ?x WHERE { ?x a ck:Artery } ORDER BY ?x", "-f", "xml"],
        ["describe", "calf"],
        ["why", "iliac artery disease", "a", "arterial condition"],
        ["export", "-f", "trig", "--graph", "claims,facts-without-hedges"],
    ],
    ids=lambda words: words[0],
)
def test_a_command_prints_the_same_bytes(
    words: list[str], store: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    printed = []
    codes = []
    for more in ([], ["--endpoint", store("Oxigraph").endpoint]):
        raw = io.BytesIO()
        monkeypatch.setattr("sys.stdout", io.TextIOWrapper(raw, encoding="utf-8"))
        codes.append(cli.main([*words, *more]))
        printed.append(raw.getvalue())
    assert codes[0] == codes[1]
    assert printed[0] == printed[1] != b""
