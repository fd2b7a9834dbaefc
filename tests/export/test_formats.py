"""Every format, read back by parsers of others."""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from exporting import exported
from hypothesis import given, settings
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse
from rdf_strategies import canonical, quads, triples

from crampkg import export as package
from crampkg import rdf
from crampkg.errors import CrampkgError, UsageError
from crampkg.export import FORMATS, OFFERED, export, to_bytes
from crampkg.vocabulary import (
    CK,
    DCT,
    DEFINITION,
    GRAPH,
    GRAPHS,
    KG,
    OBO,
    OWL,
    PREFIXES,
    RDF,
    RDFS,
    SKOS,
    VOID,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from crampkg.graph import KnowledgeGraph

#: What the data says of each graph.
HEADER = (RDF + "type", DCT + "title", DCT + "description", DCT + "license")
SYNTAX = {".ttl": RdfFormat.TURTLE, ".nt": RdfFormat.N_TRIPLES, ".rdf": RdfFormat.RDF_XML}
A, P, B = NamedNode("urn:a"), NamedNode("http://example.org/p"), NamedNode("urn:b")


def read(written: bytes, name: str) -> list[str]:
    return canonical(parse(written, format=RdfFormat.from_media_type(OFFERED[name].media_type)))


def text(dataset: list[Quad]) -> str:
    return "".join(line + "\n" for line in canonical(dataset))


def values(graph: list[Triple]) -> list[rdf.Triple]:
    return [*map(rdf.parts, graph)]


@pytest.mark.parametrize("name", OFFERED)
@settings(deadline=None)
@given(quads)
def test_a_dataset_reads_back(name: str, dataset: list[Quad]) -> None:
    nquads = text(dataset)
    want = canonical(dataset)
    if not OFFERED[name].holds_several:
        want = canonical({quad.triple for quad in parse(nquads, format=RdfFormat.N_QUADS)})
    try:
        written = export(nquads, name, ["all"])
    except CrampkgError as error:
        assert name == "rdfxml", error
        assert "cannot hold the character" in str(error)
    else:
        found = read(written, name)
        assert found == want or (OFFERED[name].is_for_owl and set(found) > set(want))
        assert export(nquads.encode(), name, ["all"]) == written


@pytest.mark.parametrize("name", OFFERED)
@settings(deadline=None)
@given(triples)
def test_a_graph_reads_back(name: str, graph: list[Triple]) -> None:
    try:
        written = to_bytes(values(graph), name)
    except CrampkgError as error:
        assert name == "rdfxml", error
    else:
        assert read(written, name) == canonical(graph)
        assert to_bytes(values(graph)[::-1], name) == written


def added(graph: KnowledgeGraph, name: str, part: str, source: Iterable[Quad]) -> set[str]:
    """Return the lines that an export has beside those of the graph: none are lost."""
    keeps = OFFERED[name].holds_several and (name != "jsonld" or part == "all")
    wanted = set(canonical(source if keeps else {quad.triple for quad in source}))
    found = set(read(exported(graph, name, part), name))
    assert wanted <= found
    return found - wanted


@pytest.mark.parametrize("name", OFFERED)
def test_the_real_graph_reads_back(graph: KnowledgeGraph, name: str) -> None:
    """With a header for each graph, and for tools of OWL with names."""
    more = added(graph, name, "all", parse(graph.nquads, format=RdfFormat.N_QUADS))
    predicates = {line.split()[1] for line in more}
    header = {f"<{OWL}versionInfo>", f"<{DCT}modified>", f"<{PREFIXES['prov']}wasDerivedFrom>"}
    if OFFERED[name].holds_several:
        header |= {f"<{each}>" for each in HEADER}
        assert all(line.startswith(f"<{GRAPH}") for line in more)
    else:
        header |= {f"<{RDF}type>", f"<{RDFS}label>", f"<{DEFINITION}>", f"<{RDFS}isDefinedBy>"}
        header |= {f"<{SKOS}{name}>" for name in ("inScheme", "topConceptOf", "hasTopConcept")}
    assert predicates == header


@pytest.mark.parametrize("name", OFFERED)
def test_one_graph_is_that_graph(graph: KnowledgeGraph, name: str) -> None:
    wanted = NamedNode(GRAPHS["claims"])
    whole = parse(graph.nquads, format=RdfFormat.N_QUADS)
    more = added(graph, name, "claims", [quad for quad in whole if quad.graph_name == wanted])
    about = [line for line in more if line.startswith(f"<{GRAPHS['claims']}> ")]
    assert len(about) == len(more) or OFFERED[name].is_for_owl


@pytest.mark.parametrize("part", GRAPHS)
def test_each_graph_says_what_it_is(graph: KnowledgeGraph, part: str) -> None:
    """Dataset, licence, version, date, and derived from what."""
    start = f"<{GRAPHS[part]}> "
    lines = exported(graph, "nquads", part).decode().splitlines()
    about = [tuple(line.split(" ", 3)[1:3]) for line in lines if line.startswith(start)]
    for needed in (*HEADER[1:], OWL + "versionInfo", DCT + "modified"):
        assert [each[0] for each in about].count(f"<{needed}>") == 1, needed
    assert (f"<{RDF}type>", f"<{VOID}Dataset>") in about
    derived = {
        "ontology": ["https://w3id.org/crampkg/ontology"],
        "background": [
            *(
                KG + f"source-{name}"
                for name in ("crampkg-editorial", "mondo", "term-table", "uberon")
            ),
            "https://w3id.org/crampkg/mappings/terms.sssom.tsv",
        ],
        "claims": [KG + "what-causes-leg-cramps/article"],
        "facts-without-hedges": [GRAPHS["claims"], GRAPHS["ontology"]],
        "inferred": sorted(GRAPHS[each] for each in GRAPHS if each != "inferred"),
    }.get(part, [])
    predicate = f"<{PREFIXES['prov']}wasDerivedFrom>"
    assert sorted(each[1] for each in about if each[0] == predicate) == [
        f"<{each}>" for each in derived
    ]


#: What a merge is derived from, beside the graphs that are in it.
DERIVED = {
    None: [
        *(KG + f"source-{name}" for name in ("crampkg-editorial", "mondo", "term-table", "uberon")),
        KG + "what-causes-leg-cramps/article",
        "https://w3id.org/crampkg/mappings/terms.sssom.tsv",
    ],
    "ontology": [],
    "claims": [KG + "what-causes-leg-cramps/article"],
    "ontology,facts-without-hedges": [GRAPHS["claims"]],
}


@pytest.mark.parametrize("part", DERIVED)
@pytest.mark.parametrize("name", [name for name in FORMATS if FORMATS[name].is_for_owl])
def test_the_header_of_a_document_says_what_it_is(
    graph: KnowledgeGraph, name: str, part: str | None
) -> None:
    """Of a merge as of one graph: title, licence, version, date, and derived from what."""
    written = exported(graph, name, part)
    quads = list(parse(written, format=SYNTAX[FORMATS[name].extension]))
    kind = NamedNode(RDF + "type"), NamedNode(OWL + "Ontology")
    (itself,) = {each.subject for each in quads if (each.predicate, each.object) == kind}
    about = [(q.predicate.value, q.object) for q in quads if q.subject == itself]
    for needed in (*HEADER[1:], OWL + "versionInfo", DCT + "modified"):
        assert [predicate for predicate, _ in about].count(needed) == 1, needed
    derived = [value for predicate, value in about if predicate.endswith("#wasDerivedFrom")]
    assert sorted(map(str, derived)) == [f"<{each}>" for each in DERIVED[part]]


def test_facts_say_where_their_hedges_are(graph: KnowledgeGraph) -> None:
    for name in OFFERED:
        written = exported(graph, name, "facts-without-hedges").decode()
        assert "Facts without their hedges, which stand on the claims" in written
        assert "loses them" in written


def test_every_source_is_a_resource(graph: KnowledgeGraph) -> None:
    sources = [
        quad.object
        for quad in parse(graph.nquads, format=RdfFormat.N_QUADS)
        if quad.predicate.value == DCT + "source"
    ]
    assert len(sources) > 100
    assert all(isinstance(each, NamedNode) for each in sources)


def test_things_are_concepts_of_a_scheme(graph: KnowledgeGraph) -> None:
    concept, scheme = f"<{SKOS}Concept>", "<https://w3id.org/crampkg/concepts>"
    lines = [line.split(" ", 2) for line in exported(graph, "ntriples").decode().splitlines()]
    concepts = {line[0] for line in lines if line[1:] == [f"<{RDF}type>", f"{concept} ."]}
    inside = {line[0] for line in lines if line[1:] == [f"<{SKOS}inScheme>", f"{scheme} ."]}
    assert f"<{KG}calf>" in concepts
    assert f"<{KG}source-ordinary-anatomy>" not in concepts
    assert concepts == inside
    assert [scheme, f"<{RDF}type>", f"<{SKOS}ConceptScheme> ."] in lines
    broader = {line[0] for line in lines if line[1] == f"<{SKOS}broader>"}
    assert broader <= concepts
    top = {line[0] for line in lines if line[1:] == [f"<{SKOS}topConceptOf>", f"{scheme} ."]}
    assert top == concepts - broader
    assert top == {
        line[2].removesuffix(" .")
        for line in lines
        if line[:2] == [scheme, f"<{SKOS}hasTopConcept>"]
    }
    assert f"<{KG}calf-pain>" in broader
    assert f"<{KG}leg>" in top


@pytest.mark.parametrize("name", OFFERED)
def test_one_new_link_changes_a_few_lines(graph: KnowledgeGraph, name: str) -> None:
    """A link with its source: 4,474 lines of N-Triples and 1,592 of RDF/XML changed once."""
    background = NamedNode(GRAPHS["background"])
    calf, shin = NamedNode(KG + "calf"), NamedNode(KG + "a-new-place")
    part, axiom = NamedNode(CK + "partOf"), BlankNode()
    link = [
        Quad(shin, part, calf, background),
        Quad(axiom, NamedNode(RDF + "type"), NamedNode(OWL + "Axiom"), background),
        Quad(axiom, NamedNode(OWL + "annotatedSource"), shin, background),
        Quad(axiom, NamedNode(OWL + "annotatedProperty"), part, background),
        Quad(axiom, NamedNode(OWL + "annotatedTarget"), calf, background),
    ]
    before = list(parse(graph.nquads, format=RdfFormat.N_QUADS))
    old, new = (
        Counter(export(text(quads), name).splitlines()) for quads in (before, before + link)
    )
    changed = (old - new).total() + (new - old).total()
    assert 5 <= changed <= 15


def test_labels_do_not_depend_on_those_given() -> None:
    """Nor do twins, a circle or a long list keep anything of them, or of the order of triples."""
    first, rest, nil = (NamedNode(RDF + each) for each in ("first", "rest", "nil"))
    cells = [BlankNode() for _ in range(120)]  # more than anything is nested deep
    graph = [Triple(BlankNode(), P, Literal("twin")) for _ in range(2)]
    graph += [Triple(cell, first, A) for cell in cells]
    graph += [Triple(cell, rest, after) for cell, after in pairwise(cells)]
    graph.append(Triple(cells[-1], rest, nil))
    ring = [BlankNode() for _ in range(3)]
    graph += [Triple(one, P, other) for one, other in pairwise([*ring, ring[0]])]
    names = {term: BlankNode() for triple in graph for term in triple if type(term) is BlankNode}
    again = [Triple(*(names.get(term, term) for term in triple)) for triple in reversed(graph)]
    for name in ("ntriples", "rdfxml"):
        written = to_bytes(values(graph), name)
        assert to_bytes(values(again), name) == written
        assert read(written, name) == canonical(graph)


def test_rdfxml_puts_types_first() -> None:
    """Tools such as pronto look for owl:Class elements, and take a type for the first child."""
    kind, person = NamedNode(RDF + "type"), NamedNode("http://a.example/Person")
    written = to_bytes(
        values(
            [
                Triple(A, NamedNode("http://a.example/age"), Literal("9")),
                Triple(A, kind, person),
                Triple(B, NamedNode("http://a.example/age"), Literal("9")),
                Triple(B, kind, NamedNode(OWL + "FunctionalProperty")),
                Triple(B, kind, NamedNode(OWL + "ObjectProperty")),
            ]
        ),
        "rdfxml",
    ).decode()
    assert re.findall(r"<(?!/|\?|rdf:RDF)([a-z]+[0-9]*:\w+)", written) == [
        *("rdf:Description", "rdf:type", "ns1:age"),
        *("owl:ObjectProperty", "rdf:type", "ns1:age"),
    ]


def test_rdfxml_has_the_ontology_as_an_element(graph: KnowledgeGraph) -> None:
    written = exported(graph, "rdfxml", "ontology").decode()
    first = re.search(r"<rdf:RDF[^>]*>\s*(<[^>]*>)", written)
    assert first
    assert first[1] == '<owl:Ontology rdf:about="https://w3id.org/crampkg/ontology">'
    assert '<owl:Class rdf:about="https://w3id.org/crampkg/ontology#Artery">' in written


@pytest.mark.parametrize("part", ["ontology", "background", "claims", "inferred"])
def test_each_part_is_one_ontology_for_tools_of_owl(graph: KnowledgeGraph, part: str) -> None:
    """What it mentions is declared in it and has a label: nothing else is read with it."""
    kinds: dict[str, set[str]] = {}
    labelled, used = set(), set()
    for quad in parse(exported(graph, "rdfxml", part), format=RdfFormat.RDF_XML):
        if quad.predicate.value == RDF + "type":
            kinds.setdefault(str(quad.subject), set()).add(str(quad.object))
        labelled |= {quad.subject} if quad.predicate.value == RDFS + "label" else set()
        used.add(quad.predicate)
    (ontology,) = [term for term, found in kinds.items() if f"<{OWL}Ontology>" in found]
    assert ontology == f"<{GRAPHS[part]}>" or part == "ontology"
    assert kinds[ontology] == {f"<{OWL}Ontology>"}  # py-horned-owl refuses a second type
    ours = {term for term in used if term.value.startswith((CK, SKOS, DCT))}
    assert {str(term) for term in ours} <= kinds.keys()
    assert ours <= labelled


def test_a_term_that_a_mapping_leads_to_has_its_name(graph: KnowledgeGraph) -> None:
    """ROBOT's report: 27 terms of Mondo and Uberon had synonyms and no label."""
    quads = list(parse(exported(graph, "ntriples"), format=RdfFormat.N_TRIPLES))
    theirs = {
        quad.subject: quad.object
        for quad in quads
        if quad.predicate.value == RDFS + "label" and str(quad.subject).startswith(f"<{OBO}")
    }
    described = {
        quad.subject
        for quad in quads
        if str(quad.subject).startswith(f"<{OBO}") and not isinstance(quad.subject, BlankNode)
    }
    assert len(described) == 28  # the definition of IAO among them
    assert theirs.keys() == described
    assert theirs[NamedNode(OBO + "UBERON_0001637")] == Literal("artery")


def test_only_words_name_and_define() -> None:
    """A node without a name stands for nothing in another graph, so it is not taken there."""
    node = BlankNode()
    nquads = text(
        [
            Quad(A, NamedNode(SKOS + "definition"), node, NamedNode(GRAPHS["background"])),
            Quad(A, NamedNode(SKOS + "prefLabel"), node, NamedNode(GRAPHS["background"])),
            Quad(A, P, Literal("x"), NamedNode(GRAPHS["claims"])),
        ]
    )
    written = export(nquads, "ntriples", ["claims"])
    assert sorted(line.split()[1] for line in written.splitlines()) == [
        f"<{P.value}>".encode(),
        f"<{RDF}type>".encode(),
    ]


def test_namespaces_of_obo_have_their_prefix(graph: KnowledgeGraph) -> None:
    written = exported(graph, "rdfxml").decode()
    assert f'xmlns:obo="{OBO}"' in written
    assert "<obo:IAO_0000115" in written
    assert "xmlns:ns1" not in written


@pytest.mark.parametrize("name", FORMATS)
def test_by_default_no_inference_stands_among_what_is_asserted(
    graph: KnowledgeGraph, name: str
) -> None:
    """Unless the format names the graphs, or has the claims on the facts as RDF 1.2 does."""
    asserted = ["ontology", "background", "claims"]
    if FORMATS[name].holds_several:
        asserted = ["all"]
    elif name.endswith("1.2"):
        asserted.append("facts-without-hedges")
    assert exported(graph, name) == graph.export(name, asserted)
    if asserted != ["all"]:
        triples = set(parse(exported(graph, name), format=SYNTAX[FORMATS[name].extension]))
        artery, above = NamedNode(CK + "Artery"), NamedNode(RDFS + "subClassOf")
        assert [q.object for q in triples if (q.subject, q.predicate) == (artery, above)] == [
            NamedNode(CK + "BloodVessel")
        ]


def test_several_graphs_are_merged_where_there_are_no_names() -> None:
    nquads = text(
        [
            Quad(A, P, Literal("both"), NamedNode(GRAPHS[name]))
            for name in ("claims", "background", "facts-without-hedges")
        ]
    )
    lines = export(nquads, "ntriples", ["claims", "background"]).splitlines()
    assert len([line for line in lines if b'"both"' in line]) == 1
    assert export(nquads, "nquads", ["claims", "background"]).count(b"\n") == 2
    assert export(nquads, "nquads", ["inferred"]) == b""


def test_bytes_are_the_same_in_another_process(graph: KnowledgeGraph) -> None:
    program = (
        "import sys; from crampkg.export import export, OFFERED; text = sys.stdin.buffer.read();"
        "[sys.stdout.buffer.write(export(text, name, ['ontology'])) for name in OFFERED]"
    )
    for seed in ("1", "2"):
        done = subprocess.run(
            [sys.executable, "-c", program],
            input=graph.nquads,
            capture_output=True,
            check=True,
            env={"PYTHONPATH": ":".join(sys.path), "PYTHONHASHSEED": seed},
        )
        assert done.stdout == b"".join(exported(graph, name, "ontology") for name in OFFERED)


@pytest.mark.parametrize(
    ("format", "graphs", "problem"),
    [
        ("n3", ["all"], r"no RDF format 'n3'. Choose from turtle, jsonld"),
        ("turtle", ["claim"], r"no graph 'claim'. Choose from ontology, .* or all"),
        ("turtle", [], r"No graph is named"),
    ],
)
def test_what_there_is_not_is_said(format: str, graphs: list[str], problem: str) -> None:
    with pytest.raises(UsageError, match=problem):
        export("", format, graphs)


@pytest.mark.parametrize(
    ("predicate", "value", "problem"),
    [
        ("http://example.org/1", "x", r"cannot name the predicate http://example.org/1"),
        ("http://example.org/ns#m²", "x", r"cannot name the predicate http://example.org/ns#m²"),
        ("http://example.org/ns#µ", "x", r"cannot name the predicate http://example.org/ns#µ"),
        ("http://example.org/ns#ª", "x", r"cannot name the predicate http://example.org/ns#ª"),
        ("http://example.org/a/", "x", r"cannot name the predicate http://example.org/a/"),
        (RDF + "li", "x", r"cannot name the predicate .*#li"),
        (KG + "p", "a\x01b", r"cannot hold the character U\+0001"),
        (KG + "p", "\ufffe", r"cannot hold the character U\+FFFE"),
    ],
)
def test_rdfxml_says_what_it_cannot_hold(predicate: str, value: str, problem: str) -> None:
    graph = [Triple(A, NamedNode(predicate), Literal(value))]
    with pytest.raises(CrampkgError, match=problem + ".*Choose another format"):
        to_bytes(values(graph), "rdfxml")


def test_rdfxml_keeps_white_space() -> None:
    graph = [Triple(A, NamedNode("http://example.org/p-é"), Literal(" \r\n\t\r x <&> ]]> "))]
    assert read(to_bytes(values(graph), "rdfxml"), "rdfxml") == canonical(graph)


def test_labels_of_an_answer_do_not_depend_on_the_engine() -> None:
    one = [Triple(BlankNode(), P, BlankNode()), Triple(A, P, Literal("x"))]
    other = [Triple(BlankNode(), P, BlankNode()), Triple(A, P, Literal("x"))]
    for name in OFFERED:
        assert to_bytes(values(one), name) == to_bytes(values(other), name)


def test_the_table_names_formats_that_pyoxigraph_knows() -> None:
    for known in package.OFFERED.values():
        by_type = RdfFormat.from_media_type(known.media_type)
        assert by_type == RdfFormat.from_extension(known.extension.removeprefix("."))
        assert by_type is not None
        assert known.holds_several == by_type.supports_datasets
