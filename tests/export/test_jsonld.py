"""JSON-LD: readable, self-contained, and the same graph to three processors."""

from __future__ import annotations

import json
import warnings
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rdflib
from exporting import exported
from hypothesis import given
from pyld import jsonld
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, RdfFormat, Triple, parse
from rdf_strategies import LITERALS, canonical, quads, triples
from tiny import added

from crampkg.check import run
from crampkg.errors import CrampkgError, SourceError
from crampkg.export import export, to_bytes
from crampkg.export.jsonld import check_context
from crampkg.graph import KnowledgeGraph
from crampkg.pipeline.snapshot import open_snapshot
from crampkg.rdf import parts
from crampkg.sources import Sources
from crampkg.vocabulary import CK, GRAPHS, KG, OWL, PREFIXES, RDF, XSD, expand

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

ROOT = Path(__file__).parents[2]
CONTEXT: dict[str, Any] = json.loads((ROOT / "ontology" / "context.jsonld").read_text())["@context"]
A, P = NamedNode(KG + "a"), NamedNode(CK + "affects")


def to_jsonld(graph: Iterable[Triple]) -> bytes:
    return to_bytes(map(parts, graph), "jsonld")


def nodes(graph: Iterable[Triple]) -> list[Any]:
    found: list[Any] = json.loads(to_jsonld(graph))["@graph"]
    return found


def _no_loading(url: str, _: object) -> None:
    pytest.fail(f"asked for {url}")


def by_pyld(written: bytes) -> list[str]:
    nquads = jsonld.to_rdf(
        json.loads(written),
        {"format": "application/n-quads", "documentLoader": _no_loading},
    )
    return canonical(parse(nquads, format=RdfFormat.N_QUADS))


def by_pyoxigraph(written: bytes) -> list[str]:
    return canonical(parse(written, format=RdfFormat.JSON_LD))


def by_rdflib(written: bytes) -> list[str]:
    """Read with rdflib, which rewrites lexical forms unless told not to."""
    before = rdflib.NORMALIZE_LITERALS
    rdflib.NORMALIZE_LITERALS = False
    try:
        with warnings.catch_warnings():
            # rdflib's own parser and serialiser use its deprecated class.
            warnings.simplefilter("ignore", DeprecationWarning)
            dataset = rdflib.Dataset()
            dataset.parse(data=written, format="json-ld")
            nquads = dataset.serialize(format="nquads")
    finally:
        rdflib.NORMALIZE_LITERALS = before
    return canonical(parse(nquads, format=RdfFormat.N_QUADS))


READERS = [by_pyld, by_pyoxigraph, by_rdflib]


@given(triples)
def test_a_graph_reads_back(graph: list[Triple]) -> None:
    written, want = to_jsonld(graph), canonical(graph)
    for read in READERS:
        assert read(written) == want, read


@given(quads)
def test_a_dataset_reads_back(dataset: list[Quad]) -> None:
    want = canonical(dataset)
    written = export("".join(line + "\n" for line in want), "jsonld")
    for read in READERS:
        assert read(written) == want, read


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize("literal", LITERALS, ids=str)
def test_lexical_forms_stay(read: Any, literal: Literal) -> None:
    terms = ("ck:start", "ck:affects", "skos:prefLabel", "dct:modified", "dct:identifier")
    graph = [Triple(A, NamedNode(str(expand(term))), literal) for term in terms]
    assert read(to_jsonld(graph)) == canonical(graph)


@pytest.mark.parametrize("read", READERS)
def test_cells_that_have_a_name_or_a_type_keep_it(read: Any) -> None:
    first, rest, nil = (NamedNode(RDF + name) for name in ("first", "rest", "nil"))
    typed, headless = BlankNode(), BlankNode()
    graph = [
        Triple(A, P, NamedNode(KG + "cell")),
        Triple(NamedNode(KG + "cell"), first, A),
        Triple(NamedNode(KG + "cell"), rest, typed),
        Triple(typed, NamedNode(RDF + "type"), NamedNode(RDF + "List")),
        Triple(typed, first, A),
        Triple(typed, rest, nil),
        Triple(A, P, headless),
        Triple(headless, rest, nil),
    ]
    assert read(to_jsonld(graph)) == canonical(graph)


@pytest.mark.parametrize("read", READERS)
def test_the_real_graph_reads_back(graph: KnowledgeGraph, read: Any) -> None:
    names = ["claims", "ontology"]
    want = [
        quad
        for quad in parse(graph.nquads, format=RdfFormat.N_QUADS)
        if quad.graph_name in [NamedNode(GRAPHS[name]) for name in names]
    ]
    found = read(graph.export("jsonld", names))
    headers = {f"<{GRAPHS[name]}>" for name in names}
    more = set(found) - set(canonical(want))
    assert set(canonical(want)) <= set(found)
    assert {line.split(" ", 1)[0] for line in more} <= headers


def _declared(graph: KnowledgeGraph, kind: str) -> set[str]:
    return {
        quad.subject.value
        for quad in parse(graph.nquads, format=RdfFormat.N_QUADS)
        if quad.graph_name == NamedNode(GRAPHS["ontology"])
        and quad.predicate == NamedNode(RDF + "type")
        and quad.object == NamedNode(OWL + kind)
    }


def _meaning(term: str) -> tuple[str, str | None]:
    """Return the IRI of a term of the context, and what its values are."""
    entry = CONTEXT[term]
    if isinstance(entry, str):
        return str(expand(entry) or entry), None
    return str(expand(entry["@id"])), entry.get("@type")


def test_every_property_and_class_has_one_short_name(graph: KnowledgeGraph) -> None:
    terms = [
        name for name in CONTEXT if name not in PREFIXES and name not in ("@version", "id", "type")
    ]
    named = [_meaning(term)[0] for term in terms]
    assert len(named) == len(set(named))
    for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty"):
        assert _declared(graph, kind) <= set(named)
    of_subject = {f"{CK}Cramp", f"{CK}LegSymptom"}  # by ontology/subject.ttl
    classes = {iri for iri in _declared(graph, "Class") if iri.startswith(CK)}
    assert classes - of_subject <= set(named)
    own = {iri for iri in named if iri.startswith(CK)}
    declared = set().union(
        *(
            _declared(graph, kind)
            for kind in ("ObjectProperty", "DatatypeProperty", "AnnotationProperty", "Class")
        )
    )
    assert own <= declared


def test_values_of_object_properties_are_names(graph: KnowledgeGraph) -> None:
    kinds = dict(_meaning(term) for term in CONTEXT if term not in ("@version", "id", "type"))
    for iri in _declared(graph, "ObjectProperty"):
        assert kinds[iri] == "@id", iri


def test_prefixes_are_those_of_the_vocabulary() -> None:
    prefixes = {name: iri for name, iri in CONTEXT.items() if str(iri).startswith("http")}
    assert prefixes == PREFIXES


def test_a_claim_reads_well(graph: KnowledgeGraph) -> None:
    document = json.loads(exported(graph, "jsonld", "claims"))
    claim = next(node for node in document["@graph"] if node["type"] == "Claim")
    assert list(claim)[:3] == ["id", "type", "prefLabel"]
    assert claim["id"].startswith("art:claim-")
    assert claim["claimPredicate"].startswith("ck:")
    assert isinstance(claim["start"], int)
    assert claim["prefLabel"].keys() == {"en"}


def test_several_graphs_keep_their_names(graph: KnowledgeGraph) -> None:
    document = json.loads(graph.export("jsonld", ["facts-without-hedges", "claims"]))
    assert [part["id"] for part in document["@graph"]] == ["g:claims", "g:facts-without-hedges"]
    assert all(part["@graph"] for part in document["@graph"])


def test_blank_nodes_are_nested_and_lists_are_lists() -> None:
    """A shared one keeps a label, whichever."""
    inner, cell, shared = BlankNode(), BlankNode(), BlankNode()
    first, rest = NamedNode(RDF + "first"), NamedNode(RDF + "rest")
    found = nodes(
        [
            Triple(A, P, inner),
            Triple(inner, P, cell),
            Triple(cell, first, A),
            Triple(cell, rest, NamedNode(RDF + "nil")),
            Triple(BlankNode(), NamedNode(RDF + "type"), NamedNode(OWL + "AllDifferent")),
            Triple(NamedNode(KG + "b"), P, shared),
            Triple(NamedNode(KG + "c"), P, shared),
        ]
    )
    label = found[1]["affects"]
    assert label.startswith("_:")
    assert found == [
        {"id": "kg:a", "affects": {"affects": {"@list": ["kg:a"]}}},
        {"id": "kg:b", "affects": label},
        {"id": "kg:c", "affects": label},
        {"type": "owl:AllDifferent"},
    ]


@pytest.mark.parametrize("read", READERS)
def test_deep_nests_do_not_exhaust_the_stack(read: Any) -> None:
    chain = [BlankNode() for _ in range(60)]
    graph = [Triple(A, P, chain[0])]
    graph += [Triple(chain[place], P, chain[place + 1]) for place in range(len(chain) - 1)]
    assert read(to_jsonld(graph)) == canonical(graph)


def test_the_context_inside_is_what_is_needed() -> None:
    document = json.loads(to_jsonld([Triple(A, P, NamedNode(KG + "b"))]))
    assert document == {
        "@context": {
            "@version": 1.1,
            "id": "@id",
            "type": "@type",
            "ck": PREFIXES["ck"],
            "kg": PREFIXES["kg"],
            "affects": {"@id": "ck:affects", "@type": "@id"},
        },
        "@graph": [{"id": "kg:a", "affects": "kg:b"}],
    }


def test_an_empty_graph_is_an_empty_document() -> None:
    assert nodes([]) == []
    assert by_pyoxigraph(export("", "jsonld")) == []


def test_numbers_are_numbers_only_where_they_come_back() -> None:
    def start(text: str, kind: str = "integer") -> object:
        (node,) = nodes(
            [Triple(A, NamedNode(CK + "start"), Literal(text, datatype=NamedNode(XSD + kind)))]
        )
        return node["start"]

    assert start("467") == 467
    assert start("true", "boolean") is True
    assert start("0467") == {"@value": "0467", "type": "xsd:integer"}
    assert start("1" * 16) == {"@value": "1" * 16, "type": "xsd:integer"}
    assert start("1.0E0", "double") == {"@value": "1.0E0", "type": "xsd:double"}
    assert start("1", "boolean") == {"@value": "1", "type": "xsd:boolean"}


def use_context(text: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make sources that have nothing but a context."""
    for name in ("ontology", "data", "queries", "rules"):
        (folder / name).mkdir()
    (folder / "ontology" / "context.jsonld").write_text(text)
    monkeypatch.setenv("CRAMPKG_SOURCES", str(folder))


@pytest.mark.parametrize("text", ["{", "[]", "{}"])
def test_a_broken_context_is_named(
    text: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_context(text, tmp_path, monkeypatch)
    with pytest.raises(
        SourceError, match=r"ontology/context\.jsonld.*: this is no JSON-LD context"
    ):
        to_jsonld([])


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("{\n\n,}", 3),
        ("{}", None),
        ("[" * 100_000, None),
        ('{"@context": ' + '{"a": ' * 400 + "1" + "}" * 401, None),
        ('{"@context": {"a": 5}}', None),
        ('{"@context": "https://example.org/context.jsonld"}', None),
        ('{"@context": {"a": {"@id": "urn:a", "@container": "@odd"}}}', None),
    ],
)
def test_check_finds_a_broken_context(text: str, line: int | None, tmp_path: Path) -> None:
    sources = added(tmp_path, "ontology/context.jsonld", text)
    findings = [each for each in run(sources).findings if each.check == "syntax"]
    assert [(each.file, each.line) for each in findings] == [("ontology/context.jsonld", line)]
    assert "no JSON-LD context" in findings[0].problem


@pytest.mark.parametrize(
    "context",
    [
        *(5, "https://example.org/c", {"@version": 1.0}, {"@vocab": 5}, {"@base": 7}),
        *({"@language": 5}, {"@import": "https://example.org/c"}, {"a": {"@id": 5}}),
        *({"a": {"@id": "@context"}}, {"a": {"@type": "x"}}, {"a": {"@container": "@odd"}}),
        *({"a": {"@reverse": 1}}, {"a": {"@id": "a"}}, {"a": {"@id": "b"}, "b": {"@id": "a"}}),
        {"a": {"@id": "urn:a", "@context": "https://example.org/c"}},
    ],
    ids=str,
)
def test_a_context_is_refused_as_pyld_refuses_it(context: object) -> None:
    """The checks read contexts with pyoxigraph, exports use them with PyLD."""
    text = json.dumps({"@context": context})
    with pytest.raises(SourceError, match=r"this is no JSON-LD context: .*\. Mend it\."):
        check_context(text)

    def refuse(url: str, _: object) -> None:
        raise jsonld.JsonLdError(url, "refused")

    with pytest.raises(jsonld.JsonLdError):
        jsonld.expand({"@context": context, "@id": "urn:any"}, {"documentLoader": refuse})


def test_the_context_is_that_of_the_sources(tmp_path: Path) -> None:
    """However a graph becomes JSON-LD, and without a word in the environment."""
    text = (ROOT / "ontology" / "context.jsonld").read_text()
    sources = added(tmp_path, "ontology/context.jsonld", text.replace('"prefLabel"', '"preferred"'))
    own = KnowledgeGraph(sources, open_snapshot(Sources.find()))
    for written in (
        own.export("jsonld", "ontology"),
        own.query("DESCRIBE kg:calf").serialize("jsonld"),
        own.ask("claim-graph").serialize("jsonld"),
        to_bytes(own.describe("calf").triples, "jsonld", own.sources),
    ):
        assert b'"preferred": ' in written
        assert b'"prefLabel": ' not in written


def test_nothing_is_fetched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    context = {"@context": {"@version": 1.1, "@import": "https://example.org/context.jsonld"}}
    use_context(json.dumps(context), tmp_path, monkeypatch)
    with pytest.raises(CrampkgError, match=r"example\.org/context\.jsonld|nothing is fetched"):
        to_jsonld([Triple(A, P, A)])


def _strings(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, below in value.items():
            yield key
            yield from _strings(below)
    elif isinstance(value, list):
        for below in value:
            yield from _strings(below)
    elif isinstance(value, str):
        yield value


def test_no_document_refers_to_a_context_elsewhere(graph: KnowledgeGraph) -> None:
    document = json.loads(exported(graph, "jsonld"))
    assert isinstance(document["@context"], dict)
    assert not any(word.endswith("context.jsonld") for word in _strings(document))


def test_the_context_has_an_order() -> None:
    """Keywords, prefixes, properties, kinds: a reader finds a name where the alphabet has it."""

    def place(name: str) -> tuple[int, str, str]:
        said = CONTEXT[name]
        parts = (
            name.startswith("@"),
            isinstance(said, str) and said.startswith("@"),
            name in PREFIXES,
            name[0].islower(),
            True,
        )
        return parts.index(True), name.lower(), name

    assert list(CONTEXT)[:4] == ["@version", "id", "type", "cito"]
    assert list(CONTEXT) == sorted(CONTEXT, key=place)
