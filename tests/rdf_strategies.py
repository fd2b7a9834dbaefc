"""Graphs for hypothesis: small, but with everything that a writer can get wrong."""

from __future__ import annotations

from hypothesis import strategies as st
from pyoxigraph import (
    BlankNode,
    CanonicalizationAlgorithm,
    Dataset,
    Literal,
    NamedNode,
    Quad,
    Triple,
)

from crampkg.vocabulary import CK, GRAPHS, KG, OWL, RDF, SKOS, XSD

IRIS = [
    NamedNode(iri)
    for iri in (
        *(KG + name for name in ("calf", "marker-2", "marker-10", "a.b", "-x", "", "é", "a/b")),
        *(CK + name for name in ("Claim", "affects", "start")),
        OWL + "Ontology",
        OWL + "Class",
        SKOS + "prefLabel",
        RDF + "type",
        RDF + "nil",
        RDF + "first",
        RDF + "rest",
        "urn:x",
        "http://example.org/café?q=(1)#%20",
    )
]
PREDICATES = [
    NamedNode(iri)
    for iri in (
        RDF + "type",
        RDF + "first",
        RDF + "rest",
        SKOS + "prefLabel",
        CK + "start",
        CK + "affects",
        "http://example.org/vocabulary#p",
    )
]
LITERALS = [
    *(
        Literal(text, datatype=NamedNode(XSD + name))
        for name, text in (
            ("decimal", "1.50"),
            ("decimal", "+1."),
            ("dateTime", "2025-10-24T00:00:00+00:00"),
            ("integer", "0"),
            ("integer", "-0"),
            ("integer", "007"),
            ("integer", "123456789012345678901234567890"),
            ("integer", "many"),
            ("double", "1.0E0"),
            ("double", "INF"),
            ("boolean", "true"),
            ("boolean", "1"),
            ("string", ""),
            ("date", "2025-10-24"),
        )
    ),
    Literal("colour", language="en-GB"),
    Literal("colour", language="en"),
    Literal("顏色", language="zh-Hant-TW"),
    Literal('"""\\ \n\r\t\x7f\u2028 🦵\U0001f468\u200d\u2695\ufe0f'),
    Literal('{ "json": 1 }', datatype=NamedNode(RDF + "JSON")),
]

_blank = st.sampled_from([BlankNode(f"n{number}") for number in range(5)])
_texts = st.text(
    st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12
).map(Literal)
_subjects = st.one_of(st.sampled_from(IRIS), _blank)
_objects = st.one_of(st.sampled_from(IRIS), _blank, st.sampled_from(LITERALS), _texts)
_triples = st.builds(Triple, _subjects, st.sampled_from(PREDICATES), _objects)


@st.composite
def _list(draw: st.DrawFn) -> list[Triple]:
    """Return the triples of a well-formed list that something may refer to."""
    items = draw(st.lists(_objects, min_size=1, max_size=3))
    cells = [BlankNode() for _ in items]
    found = []
    for index, (cell, item) in enumerate(zip(cells, items, strict=True)):
        rest = cells[index + 1] if index + 1 < len(cells) else NamedNode(RDF + "nil")
        found += [
            Triple(cell, NamedNode(RDF + "first"), item),
            Triple(cell, NamedNode(RDF + "rest"), rest),
        ]
    owners = draw(st.lists(_subjects, max_size=2))
    return found + [Triple(owner, NamedNode(CK + "affects"), cells[0]) for owner in owners]


triples = st.tuples(st.lists(_triples, max_size=12), st.lists(_list(), max_size=2)).map(
    lambda parts: list(dict.fromkeys([*parts[0], *(each for one in parts[1] for each in one)]))
)

_graphs = st.sampled_from([NamedNode(iri) for iri in GRAPHS.values()])


@st.composite
def _dataset(draw: st.DrawFn) -> list[Quad]:
    """Return quads of named graphs; blank nodes may stand in several of them."""
    return list(
        dict.fromkeys(
            Quad(each.subject, each.predicate, each.object, draw(_graphs)) for each in draw(triples)
        )
    )


quads = _dataset()


def canonical(quads: object) -> list[str]:
    """Return the canonical N-Quads (RDFC-1.0) of quads or triples: equal when isomorphic."""
    dataset = Dataset(
        each if isinstance(each, Quad) else Quad(each.subject, each.predicate, each.object)
        for each in quads  # type: ignore[attr-defined]
    )
    dataset.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    return sorted(f"{quad} ." for quad in dataset)
