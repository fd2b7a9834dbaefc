"""The instances of rules: as they are kept, and what is concluded from what."""

from __future__ import annotations

from pathlib import Path

from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Store, Triple, parse
from tiny import TinySources, added

from crampkg.graph import KnowledgeGraph
from crampkg.pipeline.instances import FOLDERS, Instances
from crampkg.pipeline.rules import conclusions, rulebook
from crampkg.vocabulary import CK, GRAPHS

RULE = """\
#+ id: trial
#+ summary: What weighs something has the words for it.

PREFIX ck: <https://w3id.org/crampkg/ontology#>

CONSTRUCT {
  ?x ck:text ?text .
}
WHERE {
  SELECT ?x (GROUP_CONCAT(STR(?word) ; separator = ",") AS ?text)
  WHERE { ?x ck:word ?word }
  GROUP BY ?x
}
"""


def test_literals_are_kept_as_they_are_and_rows_of_one_instance_together(tmp_path: Path) -> None:
    """Whatever TSV makes of them: short numbers, tabs, quotation marks."""
    x, word, text = (NamedNode(CK + name) for name in ("x", "word", "text"))
    words = [Literal('a\tb\n"c" \\u0041'), Literal(5), Literal(True), Literal("d", language="en")]  # noqa: FBT003
    store = Store()
    store.extend(Quad(x, word, each, NamedNode(GRAPHS["claims"])) for each in words)
    sources = added(tmp_path, "rules/inferred/trial.rq", RULE)
    logic = [each for each in rulebook(sources, "inferred") if each.rule.id == "trial"]
    concluded = next(iter(conclusions(store, "trial", logic[0].text)))
    found = Instances.from_json(Instances.of(store, logic).to_json())
    (step,) = found.behind(concluded)[concluded]
    assert step.rule == logic[0].rule
    assert set(step.premises) == {Triple(x, word, each) for each in words}
    assert step.premises == tuple(sorted(step.premises, key=str))
    assert concluded in found
    assert Triple(x, word, words[0]) not in found  # a premise alone
    assert found.behind(Triple(text, text, text)) == {Triple(text, text, text): ()}


def test_what_is_not_bound_is_no_conclusion(tmp_path: Path) -> None:
    """As by CONSTRUCT: the words of what has a blank node among them are none."""
    x, word = NamedNode(CK + "x"), NamedNode(CK + "word")
    store = Store()
    store.add(Quad(x, word, BlankNode(), NamedNode(GRAPHS["claims"])))
    sources = added(tmp_path, "rules/inferred/trial.rq", RULE)
    logic = [each for each in rulebook(sources, "inferred") if each.rule.id == "trial"]
    assert conclusions(store, "trial", logic[0].text) == []
    assert b'"triples":[]' in Instances.of(store, logic).to_json()


def test_every_inference_of_a_snapshot_is_a_conclusion(graph: KnowledgeGraph) -> None:
    """And those of a graph without its anonymous types are the same, as at an endpoint."""
    kept = graph._snapshot.instances
    again = Instances.of_graph(graph.nquads, graph.sources)
    graphs = {NamedNode(GRAPHS[name]) for name in ("facts-without-hedges", "inferred")}
    quads = parse(graph.nquads, format=RdfFormat.N_QUADS, rename_blank_nodes=False)
    triples = [quad.triple for quad in quads if quad.graph_name in graphs]
    assert len(triples) > 1000
    for triple in triples[::40]:
        steps = kept.behind(triple)
        assert steps == again.behind(triple)
        assert steps[triple]


def test_nothing_rests_on_itself_alone() -> None:
    """What concludes only what it takes is left out: a symmetric property back and forth is not."""
    sources = TinySources()
    store = Store()
    is_a, helps, x = (NamedNode(CK + name) for name in ("relation", "helps", "x"))
    store.add(Quad(x, helps, x, NamedNode(GRAPHS["claims"])))
    store.add(
        Quad(
            helps,
            NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type"),
            NamedNode("http://www.w3.org/2002/07/owl#SymmetricProperty"),
            NamedNode(GRAPHS["ontology"]),
        )
    )
    found = Instances.of(store, rulebook(sources, *FOLDERS))
    assert Triple(x, helps, x) not in found
    assert Triple(x, is_a, x) not in found
