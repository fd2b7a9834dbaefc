"""Scenes, their source and their SVG: what is drawn, how, and that hostile text stays text."""

from __future__ import annotations

import subprocess
import xml.etree.ElementTree as ET

import pytest

from crampkg.graph import KnowledgeGraph
from crampkg.picture import gather, svg
from crampkg.picture import scene as words
from crampkg.picture.scene import LAYERS, Edge, Node, Scene, citation, of_document
from crampkg.server.drawing import program
from crampkg.server.pages.addresses import address
from crampkg.vocabulary import CK, KG

SVG = "{http://www.w3.org/2000/svg}"
HOSTILE = {
    "markup": "<script>alert(1)</script>",
    "entities": "&lt;b&gt; &amp; \"quotes\" 'and' `ticks`",
    "html label": "<<b>bold</b>>",
    "escapes": r"\N \G \E \l \r \n \\ \T",
    "lines": "one\ntwo\r\nthree\u2028four",
    "dot": 'a"; n0 -> n0 [label="x',
    "turned": "safe \u202e tfel ot thgir \u2066 \u200f",
    "control": "nul \x00 bell \x07 escape \x1b",
    "emoji": "leg 🦵🏽 cramp",
    "arabic": "تشنج الساق",
    "empty": "",
    "blanks": " \t\n ",
    "long": "cramp " * 1_667,
    "longer": "x" * 10_000,
}


def laid_out(scene: Scene) -> ET.Element:
    """Return the finished SVG of a scene, read again as XML."""
    path = program()
    assert path is not None
    drawn = subprocess.run(
        [path, "-Tsvg"],
        input=svg.dot(scene, ["A caption."]).encode(),
        capture_output=True,
        check=True,
        timeout=120,
    ).stdout
    return ET.fromstring(svg.finished(drawn, scene, address))  # noqa: S314 - our own


def of_class(root: ET.Element, kind: str) -> list[ET.Element]:
    """Return the groups with a class."""
    return [each for each in root.iter(f"{SVG}g") if kind in each.get("class", "").split()]


def text_of(group: ET.Element) -> str:
    """Return the words that are drawn in a group."""
    return " ".join(text.text or "" for text in group.iter(f"{SVG}text"))


def title_of(group: ET.Element) -> str:
    """Return the title of a group or of the link in it."""
    return next((title.text or "" for title in group.iter(f"{SVG}title")), "")


@pytest.fixture(scope="module")
def around_cramp(graph: KnowledgeGraph) -> Scene:
    """Return what is around cramps, which is denied, contested and affirmed things."""
    return gather.neighbourhood(graph, graph.find("kg:cramp"), 1)


def test_each_thing_is_a_link_with_a_name(around_cramp: Scene) -> None:
    root = laid_out(around_cramp)
    links = list(root.iter(f"{SVG}a"))
    assert len(links) == len(around_cramp.nodes) > 3
    for link, node in zip(
        sorted(links, key=lambda each: each.get("href", "")),
        sorted(around_cramp.nodes, key=lambda each: address(each.iri)),
        strict=True,
    ):
        assert link.get("href") == address(node.iri)
        layer = next(layer.title for layer in LAYERS if layer.key == node.layer)
        assert link.get("aria-label") == f"{node.label}, {layer}"
        assert title_of(link) == node.label
    assert root.get("role") == "group"
    assert around_cramp.title in root.get("aria-label", "")
    assert not [name for each in root.iter() for name in each.attrib if "xlink" in name]


def test_the_title_fills_the_gaps_as_the_answer_does(graph: KnowledgeGraph) -> None:
    scene = gather.answer(graph, graph.ask("arteries-explaining-pain", site=["calf", "foot"]))
    assert "calf or foot" in scene.title


def test_what_is_denied_of_a_narrower_kind_is_in_the_picture(graph: KnowledgeGraph) -> None:
    """It is two steps away, and one step is asked for."""
    scene = gather.neighbourhood(graph, graph.find("dehydration"), 1)
    mild, cramp = f"{KG}mild-hypohydration", f"{KG}cramp"
    (denial,) = (edge for edge in scene.edges if edge.stance == "denied")
    assert (denial.start, denial.end) == (mild, cramp)
    assert any((edge.start, edge.end) == (mild, f"{KG}dehydration") for edge in scene.edges)
    assert any(edge.is_citation and edge.start == mild for edge in scene.edges)
    assert {node.iri for node in scene.nodes} >= {mild, cramp}
    assert "narrower kind" in " ".join(scene.remarks)
    around = gather.neighbourhood(graph, graph.find("calf"), 1)
    assert around.remarks == ()


def test_each_link_says_in_its_title_whose_word_it_is(around_cramp: Scene) -> None:
    root = laid_out(around_cramp)
    edges = of_class(root, "edge")
    assert len(edges) == len(around_cramp.edges)
    assert all(edge.get("aria-hidden") == "true" for edge in edges)
    origins = {title_of(edge).rpartition(". ")[2].partition(":")[0].rstrip(".") for edge in edges}
    assert {"Article", "Background"} <= origins


def test_denied_and_contested_are_dashed_and_named(graph: KnowledgeGraph) -> None:
    """Not by colour alone: a dash, another end, and the word."""
    for id, kind, word in (
        ("denied-claims", "denied", "DENIED"),
        ("contested-matters", "contested", "mixed evidence"),
    ):
        root = laid_out(gather.answer(graph, graph.ask(id)))
        found = of_class(root, kind)
        assert found, id
        for edge in found:
            assert edge.find(f"{SVG}path[@stroke-dasharray]") is not None
        assert any(word in text_of(edge) for edge in found)
        affirmed = of_class(root, "affirmed")
        assert not any(edge.find(f"{SVG}path[@stroke-dasharray]") for edge in affirmed)


def test_what_no_sentence_says_is_drawn_and_told_apart(graph: KnowledgeGraph) -> None:
    """By a hollow arrow, in the title, and in the legend: a heading, or what is implied."""
    scene = gather.whole(graph)
    root = laid_out(scene)
    found = of_class(root, "read-in")
    edges = [edge for edge in scene.edges if edge.basis in ("heading", "implicature")]
    assert {edge.basis for edge in edges} == {"heading", "implicature"}
    assert len(found) == sum(edge.stance == "affirmed" for edge in edges) > 0
    assert all("read from: " in title_of(edge) for edge in found)
    heads = [head for edge in found for head in edge.findall(f"{SVG}polygon")]
    assert {head.get("fill") for head in heads} == {"none"}
    assert not any("read from" in title_of(edge) for edge in of_class(root, "affirmed"))
    assert "read-in" in {style.key for style in words.styles_of(scene)}


def test_every_denied_or_contested_claim_is_drawn_so(graph: KnowledgeGraph) -> None:
    scene = gather.whole(graph)
    query = "SELECT ?claim { ?claim ck:stance ?stance FILTER (?stance != ck:affirmed) }"
    wanted = {row.text("claim") for row in graph.query(query)}
    found = {claim for edge in scene.edges if edge.is_contested for claim in edge.claims}
    assert found == wanted
    assert {words.style_of(edge).key for edge in scene.edges if edge.is_contested} <= {
        "denied",
        "contested",
    }


def test_each_claim_between_things_is_drawn_once(graph: KnowledgeGraph) -> None:
    scene = gather.whole(graph)
    drawn = [claim for edge in scene.edges if edge.stance for claim in edge.claims]
    assert len(drawn) == len(set(drawn))
    assert set(drawn) == {
        row.text("claim") for row in graph.query("SELECT * { ?claim a ck:Claim }")
    }


def test_hedges_and_circumstances_are_on_the_line() -> None:
    edge = Edge(
        *("a", "b", "r", "contributes to", "article", "affirmed", "can"),
        condition="especially hot environment",
        markers=("1", "2"),
    )
    assert " ".join(words.on_edge(edge)) == (
        "contributes to, “can”, especially hot environment [1] [2]"
    )
    unhedged = edge._replace(hedge="none printed", condition="", markers=())
    assert words.on_edge(unhedged) == ["contributes to"]


def test_an_inferred_link_is_not_drawn_both_ways(graph: KnowledgeGraph) -> None:
    """Of "affects" and "is affected by" there is the one that is stated."""
    scene = gather.whole(graph)
    inverse = [
        (row.text("one"), row.text("other"))
        for row in graph.query("SELECT ?one ?other { ?one owl:inverseOf ?other }")
    ]
    assert inverse
    links = {(edge.start, edge.relation, edge.end) for edge in scene.edges}
    mirrored = [
        (start, one, end)
        for start, relation, end in links
        for one, other in inverse
        if relation == one and (end, other, start) in links
    ]
    assert mirrored == []


def test_an_answer_shows_its_claims_and_no_others(graph: KnowledgeGraph) -> None:
    answer = graph.ask("arteries-explaining-pain", site="calf")
    claims = {row.text("claim") for row in answer}
    scene = gather.answer(graph, answer)
    assert {claim for edge in scene.edges if edge.stance for claim in edge.claims} == claims
    labels = {node.label for node in scene.nodes}
    assert {row.text("arteryLabel") for row in answer} <= labels
    assert [node.label for node in scene.nodes if node.focus] == ["calf"]
    assert "calf" in scene.title


def test_around_a_marker_stand_the_claims_that_rest_on_it(graph: KnowledgeGraph) -> None:
    """Of marker 7 there are six; of what no claim rests on, itself alone."""
    scene = gather.neighbourhood(graph, graph.find("marker 7"), 1)
    claims = {claim for edge in scene.edges if edge.stance for claim in edge.claims}
    answer = graph.ask("claims-by-marker", marker="marker 7")
    assert claims == {row.text("claim") for row in answer}
    assert len(claims) == 6
    assert [node.label for node in scene.nodes if node.focus] == ["marker 7"]
    assert len(gather.neighbourhood(graph, graph.find("marker 7"), 2).edges) > len(scene.edges)


@pytest.mark.parametrize(
    ("name", "count"),
    [
        ("art:reference-6", 34),
        ("art:statement-calf", 2),
        ("art:claim-osteoarthritis-leads-to-pseudoclaudication", 1),
        ("art:resolution-7", 0),
    ],
)
def test_around_what_is_no_clinical_thing_stand_its_claims(
    graph: KnowledgeGraph, name: str, count: int
) -> None:
    """Counted by hand: marker 8, six claims, is the sixth reference; 2, 22, and 7, six, may be.

    Those of marker 5, which may be too, are among the 22. The calf has two arteries.
    """
    scene = gather.neighbourhood(graph, graph.find(name), 1)
    assert len({claim for edge in scene.edges if edge.stance for claim in edge.claims}) == count


def test_what_has_no_links_is_not_offered_as_a_picture(graph: KnowledgeGraph) -> None:
    answers = [graph.ask(question.id) for question in graph.questions()]
    offered = [gather.is_drawable(graph, answer) for answer in answers]
    assert offered == [bool(gather.answer(graph, answer).edges) for answer in answers]
    assert 0 < sum(offered) < len(offered)


def test_a_construct_is_drawn_without_its_texts(graph: KnowledgeGraph) -> None:
    answer = graph.query("CONSTRUCT { kg:calf ck:partOf kg:leg ; skos:note 'x' } WHERE {}")
    scene = gather.answer(graph, answer)
    assert [(edge.start, edge.end) for edge in scene.edges] == [(f"{KG}calf", f"{KG}leg")]
    assert scene.remarks == ("1 triple has a text or number and is not drawn.",)


def test_a_bare_construct_label_names_what_the_graph_does_not_know(graph: KnowledgeGraph) -> None:
    text = (
        "CONSTRUCT { <http://example.org/x> ck:partOf _:b . <http://example.org/x> "
        "skos:prefLabel 'an unknown thing' } WHERE {}"
    )
    scene = gather.answer(graph, graph.query(text))
    assert "an unknown thing" in {node.label for node in scene.nodes}
    root = laid_out(scene)
    assert [link.get("href") for link in root.iter(f"{SVG}a")] == ["http://example.org/x"]


def test_layers_and_origins_can_be_left_out(around_cramp: Scene) -> None:
    less = around_cramp.only(("conditions", "symptoms"), ("article",))
    assert {edge.origin for edge in less.edges} == {"article"}
    assert {node.layer for node in less.nodes} <= {"conditions", "symptoms"}
    known = {node.iri for node in less.nodes}
    assert {iri for edge in less.edges for iri in (edge.start, edge.end)} <= known
    assert less.edges


def test_markers_speak_for_the_claims_that_are_left_and_go_with_the_last() -> None:
    """Without treatments one claim is left, with one marker of two and its source."""
    said = Edge("cause", "pain", "r", "causes", "article", "affirmed", claims=("c1",))
    treated = Edge("drug", "pain", "r", "helps", "article", "affirmed", claims=("c2",))
    given = Edge("cause", "drug", "r", "treated by", "article", "affirmed", claims=("c3",))
    scene = Scene(
        "",
        (
            Node("cause", "", "conditions"),
            Node("pain", "", "symptoms"),
            Node("drug", "", "treatments"),
            *(Node(name, "", "evidence") for name in ("m1", "m2", "m3", "s1", "s2")),
        ),
        (
            said,
            treated,
            given,
            citation("cause", "m1", ("1",), {"c1", "c3"}),
            citation("drug", "m1", ("1",), {"c2"}),
            citation("drug", "m2", ("2",), {"c2"}),
            citation("cause", "m3", ("3",), {"c3"}),
            Edge("m1", "s1", "r", "high", "background"),
            Edge("m2", "s2", "r", "low", "background"),
        ),
    )
    assert [edge.label for edge in scene.edges[3:5]] == [
        "2 claims have the marker",
        "1 claim has the marker",
    ]
    left = scene.only(("conditions", "symptoms", "evidence"), ("article", "background"))
    assert {node.iri for node in left.nodes} == {"cause", "pain", "m1", "s1"}
    assert set(left.edges) == {
        said,
        citation("cause", "m1", ("1",), {"c1"}),
        Edge("m1", "s1", "r", "high", "background"),
    }
    assert left.markers == {"1"}


def test_a_scene_survives_json(around_cramp: Scene) -> None:
    assert of_document(around_cramp.document()) == around_cramp


def test_many_links_carry_no_words_but_contested_ones_do(graph: KnowledgeGraph) -> None:
    scene = gather.whole(graph)
    assert scene.is_dense
    written = svg.dot(scene)
    assert "DENIED" in written
    assert "reported belief" in written
    assert "contributes to" not in written


def test_many_links_leave_markers_to_numbers_behind_the_names(graph: KnowledgeGraph) -> None:
    """Read by eye from the article: which markers stand where dehydration and PAD are named."""
    scene = gather.whole(graph)
    root = laid_out(scene)
    assert of_class(root, "cites") == []
    links = list(root.iter(f"{SVG}a"))
    names = {link.get("aria-label", "").rpartition(", ")[0] for link in links}
    assert {"dehydration [1] [7]", "peripheral arterial disease [3] [4]", "hypohydration"} <= names
    legend = {style.key: style.words for style in words.styles_of(scene)}
    assert legend["numbered"] == "number in brackets behind a name"
    assert "cites" not in legend


def test_few_links_have_a_line_to_each_marker(around_cramp: Scene) -> None:
    assert not around_cramp.is_dense
    assert of_class(laid_out(around_cramp), "cites")
    legend = {style.key for style in words.styles_of(around_cramp)}
    assert "cites" in legend
    assert "numbered" not in legend


@pytest.mark.parametrize("what", HOSTILE)
def test_hostile_text_stays_text(what: str) -> None:
    """It is drawn as text or left out, never read as DOT, HTML or XML; the title has all of it."""
    text = HOSTILE[what]
    nodes = (Node(f"{KG}a", text, "causes"), Node(f"{KG}b", "b", "conditions"))
    edge = Edge(
        *(f"{KG}a", f"{KG}b", f"{CK}causes", text, "article", "denied", text),
        condition=text,
        wording=text,
        markers=(text,) if len(text) < 100 else (),
    )
    root = laid_out(Scene(text, nodes, (edge,)))
    allowed = {f"{SVG}{tag}" for tag in ("svg", "g", "a", "title", "path", "polygon", "text")}
    allowed |= {f"{SVG}{tag}" for tag in ("polyline", "ellipse")}
    assert {each.tag for each in root.iter()} <= allowed
    assert not [name for each in root.iter() for name in each.attrib if name.startswith("on")]
    first = next(link for link in root.iter(f"{SVG}a") if link.get("href") == "/id/a")
    assert title_of(first) == words.plain(text)
    drawn = text_of(first)
    assert len(drawn) <= words.LONGEST + 10
    assert drawn.replace(" ", "")[:5] == words.plain(text).replace(" ", "")[:5]
    whole = "".join(root.itertext())
    assert not [letter for letter in whole if letter in "\u202e\u2066\u200f\x00\x07\x1b"]
    assert len(of_class(root, "node")) == 2
    assert len(of_class(root, "edge")) == 1
