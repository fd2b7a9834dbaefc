"""`KnowledgeGraph`, as a Python user meets it."""

from __future__ import annotations

import copy
import pickle
import sys
from pathlib import Path

import pytest
import rdflib

import crampkg
from crampkg import KnowledgeGraph
from crampkg.answers.remarks import status_lines
from crampkg.errors import (
    QueryError,
    RefusedQueryError,
    UnknownParameterError,
    UnknownQuestionError,
    UsageError,
    WrongKindError,
)
from crampkg.model import NOTICE, Status
from crampkg.vocabulary import GRAPHS


def test_the_face_is_exact() -> None:
    assert sorted(crampkg.__all__) == crampkg.__all__
    for name in crampkg.__all__:
        assert getattr(crampkg, name) is not None
    with pytest.raises(AttributeError):
        _ = crampkg.nothing


def test_a_question_is_answered_in_three_lines(graph: KnowledgeGraph) -> None:
    answer = graph.ask("arteries-explaining-pain", site="calf")
    assert [row.text("arteryLabel") for row in answer] == [
        "femoral artery",
        "popliteal artery",
        "tibial artery",
    ]
    assert answer.question is not None
    assert answer.parameters["site"][0].label == "calf"  # type: ignore[union-attr]  # a Term
    assert list(answer.parameters) == ["site"]
    assert answer.parameters == graph.ask("arteries-explaining-pain").parameters
    (status,) = answer.statuses
    assert "Not medical advice" in status.notice
    assert "Not medical advice" not in status.disclaimer  # the article does not say it
    assert status.updated == "2025-10-24"


def test_an_answer_can_be_read_again_in_any_way(graph: KnowledgeGraph) -> None:
    answer = graph.ask("arteries-explaining-pain")
    assert answer.engine_bytes("csv") == answer.engine_bytes("csv")
    assert len(answer) == len(list(answer)) == len(list(answer)) == 3
    assert answer.rows[0].arteryLabel == answer.rows[0]["arteryLabel"]
    assert dict(answer.rows[0])["condition"] is None
    with pytest.raises(KeyError):
        answer.rows[0].text("nothing")
    with pytest.raises(AttributeError, match="it has asked, askedLabel, artery"):
        _ = answer.rows[0].nothing


def test_several_values_answer_together(graph: KnowledgeGraph) -> None:
    both = graph.ask("arteries-explaining-pain", site=["calf", "thigh"])
    apart = [graph.ask("arteries-explaining-pain", site=site) for site in ("calf", "thigh")]
    assert len(both) == sum(map(len, apart)) == 4


@pytest.mark.parametrize(
    ("id", "params", "error", "words"),
    [
        ("artery-explaining-pain", {}, UnknownQuestionError, "Did you mean arteries-explaining"),
        ("arteries-explaining-pain", {"place": "calf"}, UnknownParameterError, "it takes site"),
        ("denied-claims", {"site": "calf"}, UnknownParameterError, "takes no parameters"),
        ("arteries-explaining-pain", {"site": "quinine"}, WrongKindError, "no anatomical site"),
        ("arteries-explaining-pain", {"site": []}, UsageError, "no value"),
    ],
)
def test_a_wrong_question_gets_a_way_out(
    graph: KnowledgeGraph, id: str, params: dict[str, str], error: type[Exception], words: str
) -> None:
    with pytest.raises(error, match=words):
        graph.ask(id, **params)


def test_a_query_sees_the_union_and_is_guarded(graph: KnowledgeGraph) -> None:
    answer = graph.query("SELECT ?x { ?x skos:prefLabel 'calf'@en }")
    assert [row.text("x") for row in answer] == ["https://w3id.org/crampkg/id/calf"]
    with pytest.raises(QueryError, match="SERVICE"):
        graph.query("SELECT * { SERVICE <http://127.0.0.1/> { ?s ?p ?o } }")


def test_the_columns_of_a_star_come_as_they_are_named(graph: KnowledgeGraph) -> None:
    answer = graph.query("SELECT * { ?whole ck:hasPart ?part } ORDER BY ?part ?whole LIMIT 1")
    assert answer.variables == ("whole", "part")
    assert answer.serialize("csv").startswith(b"whole,part\r\nhttps://w3id.org/crampkg/id/leg")
    assert answer.rows[0].text("part") < answer.rows[0].text("whole")


def test_the_dataset_is_rdflibs_with_all_graphs(graph: KnowledgeGraph) -> None:
    dataset = graph.dataset
    assert isinstance(dataset, rdflib.Dataset)
    names = {str(context.identifier) for context in dataset.graphs() if len(context)}
    assert {name.rpartition("/")[2] for name in names} == {
        "background",
        "claims",
        "facts-without-hedges",
        "inferred",
        "ontology",
    }


def test_rows_become_a_data_frame(graph: KnowledgeGraph) -> None:
    pytest.importorskip("pandas", reason="pandas is an extra")
    frame = graph.ask("marker-counts").to_pandas()
    assert len(frame) == 8
    assert frame["uses"].sum() == 27


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        ('"abc"^^xsd:integer', "abc"),
        ('"1_000"^^xsd:integer', "1_000"),
        ('" 5"^^xsd:integer', " 5"),
        ('"\u0665"^^xsd:integer', "\u0665"),  # a five of Arabic: Python takes it
        ('"1.5"^^xsd:integer', "1.5"),
        ('"+07"^^xsd:integer', 7),
        ('"1.50"^^xsd:decimal', 1.5),
        ('"1e3"^^xsd:decimal', "1e3"),
        ('"1e3"^^xsd:double', 1000.0),
        ('"1_0"^^xsd:double', "1_0"),
        ('"-INF"^^xsd:float', float("-inf")),
        ('"1"^^xsd:boolean', True),
        ('"false"^^xsd:boolean', False),
        ('"yes"^^xsd:boolean', "yes"),
        ('"5"', "5"),
        (f'"{"9" * 5000}"^^xsd:integer', "9" * 5000),
    ],
)
def test_a_number_that_is_none_stays_a_text_in_a_data_frame(
    literal: str, value: object, graph: KnowledgeGraph
) -> None:
    pytest.importorskip("pandas", reason="pandas is an extra")
    frame = graph.query(f"SELECT ?x {{ VALUES ?x {{ {literal} }} }}").to_pandas()
    (found,) = frame["x"]
    assert found == value
    assert isinstance(found, str) == isinstance(value, str)


def test_a_row_without_columns_is_a_row_of_a_data_frame(graph: KnowledgeGraph) -> None:
    pytest.importorskip("pandas", reason="pandas is an extra")
    assert graph.query("SELECT * { }").to_pandas().shape == (1, 0)


def test_a_notebook_shows_links_and_the_status_and_escapes(graph: KnowledgeGraph) -> None:
    shown = graph.ask("arteries-explaining-pain")._repr_html_()
    assert '<a href="https://w3id.org/crampkg/id/femoral-artery">femoral artery</a>' in shown
    assert "Not medical advice" in shown
    hostile = graph.query("SELECT ('<script>alert(1)</script>' AS ?x) {}")._repr_html_()
    assert "<script>" not in hostile
    assert "&lt;script&gt;" in hostile


def test_a_graph_without_an_article_says_so(tmp_path: Path) -> None:
    for folder in ("ontology", "data", "queries", "rules"):
        (tmp_path / folder).mkdir()
    with pytest.raises(crampkg.SourceError, match="holds no article"):
        _ = KnowledgeGraph.open(tmp_path).statuses


def test_a_card_tells_claims_from_background_and_inference(graph: KnowledgeGraph) -> None:
    card = graph.describe("dehydration")
    assert card.term.label == "dehydration"
    assert {claim.stance for claim in card.claims} == {"affirmed", "reported belief"}
    # The other direction of `related` would say the same again.
    for name in ("dehydration", "inadequate fluid intake"):
        assert {link.origin for link in graph.describe(name).links} == {"background"}
    assert all(link.source for link in card.links if link.origin == "background")
    assert any(mapping.match == "exact" for mapping in card.mappings)
    assert all(claim.section for claim in card.claims)


def test_a_card_of_a_site_shows_what_is_inferred_at_it(graph: KnowledgeGraph) -> None:
    links = {
        (link.subject_label, link.relation_label, link.object_label)
        for link in graph.describe("calf").links
        if link.origin == "inferred"
    }
    assert ("femoral artery", "is implicated at", "calf") in links
    # The other direction of a link, and a tie whose way is not told here, would say no more.
    assert not {"has part", "is the location of", "is tied to feature or site"} & {
        relation for _, relation, _ in links
    }


@pytest.mark.parametrize(
    "query",
    ["FROM g:facts-without-hedges", "from <https://w3id.org/crampkg/graph/facts-without-hedges>"],
)
def test_from_chooses_the_graph_that_is_seen(graph: KnowledgeGraph, query: str) -> None:
    count = "SELECT (COUNT(*) AS ?n) {} {{ ?from ?p ?o }}"
    (chosen,) = graph.query(count.format(query))
    (in_graph,) = graph.query(
        "SELECT (COUNT(*) AS ?n) { GRAPH g:facts-without-hedges { ?s ?p ?o } }"
    )
    (whole,) = graph.query(count.format(""))
    assert chosen.text("n") == in_graph.text("n")
    assert int(chosen.text("n")) < int(whole.text("n"))


@pytest.mark.parametrize(
    "clause",
    [
        "FROM <file:///etc/passwd>",
        "FROM NAMED <http://localhost/g>",
        "FROM g:facts-without-hedges from g:nope",
        "FROM <https://w3id.org/crampkg/graph/\\u0066>",
    ],
)
def test_from_a_graph_that_is_not_here_is_refused(graph: KnowledgeGraph, clause: str) -> None:
    with pytest.raises(RefusedQueryError, match="is no graph here, and nothing is fetched") as told:
        graph.query(f"SELECT *\n{clause} {{ ?s ?p ?o }}")
    assert (told.value.reason, told.value.line) == ("dataset", 2)


def test_from_may_be_written_against_a_base_or_with_a_prefix_of_its_own(
    graph: KnowledgeGraph,
) -> None:
    count = "SELECT (COUNT(*) AS ?n) {} {{ ?from ?p ?o }}"
    (expected,) = graph.query(count.format("FROM g:facts-without-hedges"))
    for head, clause in (
        ("BASE <https://w3id.org/crampkg/>", "FROM <graph/\\u0066acts-without-hedges>"),
        ("PREFIX my: <https://w3id.org/crampkg/graph/>", "FROM my:facts-without-hedges"),
    ):
        (found,) = graph.query(f"{head}\n{count.format(clause)}")
        assert found == expected


def test_a_dataset_can_be_chosen_beside_the_query(graph: KnowledgeGraph) -> None:
    count = "SELECT (COUNT(*) AS ?n) { ?s ?p ?o }"
    facts = GRAPHS["facts-without-hedges"]
    (expected,) = graph.query("SELECT (COUNT(*) AS ?n) FROM g:facts-without-hedges { ?s ?p ?o }")
    (chosen,) = graph.query(count.replace("{", "FROM g:claims {", 1), default_graphs=[facts])
    assert chosen == expected
    named = "SELECT DISTINCT ?g { GRAPH ?g { ?s ?p ?o } }"
    assert [row.text("g") for row in graph.query(named, named_graphs=[facts])] == [facts]
    assert not list(graph.query(named, default_graphs=[facts]))
    with pytest.raises(RefusedQueryError, match="<urn:nope> is no graph here"):
        graph.query(named, named_graphs=["urn:nope"])


def test_each_article_has_a_status_of_its_own() -> None:
    one = Status("One", "2025-01-01", "reviewed", "nurses", "To be checked.")
    other = one._replace(title="Other", updated="2026-01-01")
    assert status_lines((one, other)) == (
        "From “One”, last updated 2025-01-01; reviewed.",
        "For nurses. To be checked.",
        "From “Other”, last updated 2026-01-01; reviewed.",
        NOTICE,
    )


def test_a_graph_answer_iterates_over_its_triples(graph: KnowledgeGraph) -> None:
    answer = graph.query("CONSTRUCT { ?s a ck:Artery } WHERE { ?s a ck:Artery }")
    assert len(list(answer)) == len(answer) == len(answer.triples) == 5
    assert {row.text("object") for row in answer} == {"https://w3id.org/crampkg/ontology#Artery"}
    assert list(answer.to_pandas().columns) == ["subject", "predicate", "object"]
    assert len(answer.to_pandas()) == 5


def test_an_ask_has_no_rows_and_says_so(graph: KnowledgeGraph) -> None:
    answer = graph.query("ASK { kg:calf a ck:AnatomicalSite }")
    assert answer.boolean is True
    with pytest.raises(UsageError, match="boolean"):
        answer.to_pandas()


def test_a_row_may_be_copied_and_pickled(graph: KnowledgeGraph) -> None:
    (row,) = graph.query("SELECT (1 AS ?one) {}")
    pickled = pickle.loads(pickle.dumps(row))  # noqa: S301 - our own bytes
    for twin in (copy.copy(row), copy.deepcopy(row), pickled):
        assert twin == row
        assert twin.text("one") == "1"


def test_an_answer_shows_what_it_is(graph: KnowledgeGraph) -> None:
    assert repr(graph.ask("denied-claims")) == "<Answer to denied-claims: 2 rows>"
    assert repr(graph.query("ASK {}")) == "<Answer to ask: True>"


def test_without_pandas_it_says_what_to_install(
    graph: KnowledgeGraph, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pandas", None)
    with pytest.raises(UsageError, match=r"crampkg\[pandas\]"):
        graph.ask("denied-claims").to_pandas()


@pytest.mark.parametrize("value", [None, 1.5, object()])
def test_a_value_that_is_no_name_is_refused(graph: KnowledgeGraph, value: object) -> None:
    with pytest.raises(UsageError, match="takes a name or a number"):
        graph.ask("arteries-explaining-pain", site=value)  # type: ignore[arg-type]
