"""The Turtle writer: one written form a graph, nothing lost, files never half-written."""

from __future__ import annotations

import os
import random
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import rdf_strategies
import rdflib
import rdflib.compare
from hypothesis import given, seed, settings
from hypothesis import strategies as st
from pyoxigraph import BlankNode, Literal, NamedNode, RdfFormat, parse

from crampkg import turtle
from crampkg.errors import SourceError
from crampkg.rdf import parts
from crampkg.sources import Sources
from crampkg.vocabulary import CK, KG, RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pyoxigraph import Quad
    from pyoxigraph import Triple as TripleTerm

    from crampkg.rdf import RdfTerm, Triple

CASES = Path(__file__).parent / "cases" / "turtle"
PREFIXES = "@prefix ck: <https://w3id.org/crampkg/ontology#> .\n"


def values(triples: Iterable[TripleTerm | Quad]) -> list[Triple]:
    """Return pyoxigraph's triples as ours."""
    return [*map(parts, triples)]


def by_graph(quads: Iterable[Quad]) -> dict[str | None, list[Triple]]:
    """Return quads as triples by the name of their graph."""
    graphs: dict[str | None, list[Triple]] = {}
    for quad in quads:
        assert isinstance(quad.graph_name, NamedNode)
        graphs.setdefault(quad.graph_name.value, []).extend(values([quad]))
    return graphs


def canonical(text: str) -> list[str]:
    """Return canonical N-Quads of Turtle: equal when isomorphic, lexical forms kept."""
    return rdf_strategies.canonical(parse(text, format=RdfFormat.TURTLE))


def as_lines(triples: Iterable[Triple]) -> str:
    """Return triples as N-Triples, the plainest Turtle there is."""
    return "".join(" ".join(map(str, triple)) + " .\n" for triple in triples)


def shuffled(triples: list[Triple], seed: int) -> list[Triple]:
    """Return the triples in another order and with other blank node labels."""
    chance = random.Random(seed)
    labels = [f"other{number}" for number in range(100)]
    chance.shuffle(labels)
    renamed: dict[str, str] = {}

    def rename(term: RdfTerm) -> Any:
        if not isinstance(term, BlankNode):
            return term
        return BlankNode(renamed.setdefault(term.value, labels[len(renamed)]))

    others = [(rename(subject), predicate, rename(term)) for subject, predicate, term in triples]
    chance.shuffle(others)
    return others


def iri(local: str) -> NamedNode:
    return NamedNode(KG + local)


def node(name: str) -> BlankNode:
    return BlankNode(name)


class TestProperties:
    """What holds for every graph."""

    @given(rdf_strategies.triples)
    def test_reads_back_to_the_same_graph(self, triples: list[TripleTerm]) -> None:
        """pyoxigraph reads back an isomorphic graph, every lexical form as it was."""
        written = turtle.write(values(triples))
        assert canonical(written) == rdf_strategies.canonical(triples)

    @given(rdf_strategies.triples, st.integers(0, 1000))
    def test_order_and_labels_do_not_matter(self, triples: list[TripleTerm], seed: int) -> None:
        """Shuffled triples with other blank node labels give the same bytes."""
        given_so = values(triples)
        assert turtle.write(shuffled(given_so, seed)) == turtle.write(given_so)

    @given(rdf_strategies.triples)
    def test_formatting_is_idempotent(self, triples: list[TripleTerm]) -> None:
        """Formatting what the writer wrote changes nothing."""
        written = turtle.write(values(triples))
        assert turtle.format_text(written, "x.ttl") == written

    @given(rdf_strategies.quads)
    def test_a_dataset_reads_back(self, quads: list[Quad]) -> None:
        """TriG keeps the names of graphs and the blank nodes that they share."""
        written = turtle.write_dataset(by_graph(quads))
        read = parse(written, format=RdfFormat.TRIG)
        assert rdf_strategies.canonical(read) == rdf_strategies.canonical(quads)

    @given(rdf_strategies.triples)
    def test_no_trailing_space_and_one_blank_line(self, triples: list[TripleTerm]) -> None:
        """No line ends in a space, and no two blank lines follow each other."""
        plain = [triple for triple in values(triples) if "\n" not in triple[2].value]
        lines = turtle.write(plain).split("\n")
        assert not any(line != line.rstrip(" ") for line in lines)
        assert ("", "") not in pairwise(lines)


def test_rdflib_reads_the_same_graph() -> None:
    """The second reader agrees on nesting, lists, shared and cyclic blank nodes."""
    triples: list[Triple] = [
        (iri("a"), iri("p"), node("list1")),
        (node("list1"), NamedNode(RDF + "first"), node("inner")),
        (node("list1"), NamedNode(RDF + "rest"), NamedNode(RDF + "nil")),
        (node("inner"), iri("q"), Literal('two\nlines "quoted"', language="en")),
        (iri("b"), iri("p"), node("shared")),
        (iri("a"), iri("p"), node("shared")),
        (node("shared"), iri("q"), node("round")),
        (node("round"), iri("q"), node("round")),
        (node("alone"), iri("q"), Literal("1.50", datatype=NamedNode(XSD + "decimal"))),
    ]
    ours = rdflib.Graph().parse(data=turtle.write(triples), format="turtle")
    theirs = rdflib.Graph().parse(data=as_lines(triples), format="nt")
    assert len(ours) == len(triples)
    assert rdflib.compare.isomorphic(ours, theirs)


def test_a_deep_chain_of_blank_nodes_is_written() -> None:
    """Neither the call stack nor the reader meets eighty nested brackets."""
    triples = [(node(f"n{step}"), iri("p"), node(f"n{step + 1}")) for step in range(80)]
    assert canonical(turtle.write(triples)) == canonical(as_lines(triples))


def test_a_long_list_is_written() -> None:
    """A list of ten thousand items is one list."""
    first, rest = NamedNode(RDF + "first"), NamedNode(RDF + "rest")
    triples: list[Triple] = [(iri("a"), iri("p"), node("c0"))]
    for place in range(10_000):
        end = node(f"c{place + 1}") if place < 9_999 else NamedNode(RDF + "nil")
        number = Literal(str(place), datatype=NamedNode(XSD + "integer"))
        triples += [(node(f"c{place}"), first, number), (node(f"c{place}"), rest, end)]
    written = turtle.write(triples)
    assert "_:" not in written
    assert "rdf:first" not in written
    assert canonical(written) == canonical(as_lines(triples))


class TestStyle:
    """What the written form looks like."""

    def test_a_case(self) -> None:
        """One file with everything: sections, orders, nesting, lists, shared nodes, strings."""
        messy = (CASES / "messy.ttl").read_text(encoding="utf-8")
        expected = (CASES / "messy.expected.ttl").read_text(encoding="utf-8")
        assert turtle.format_text(messy, "messy.ttl") == expected

    def test_nothing_is_an_empty_file(self) -> None:
        """An empty graph has an empty text."""
        assert turtle.write([]) == ""

    @pytest.mark.parametrize(
        ("text", "written"),
        [
            ("0", "0"),
            ("-12", "-12"),
            ("007", '"007"^^xsd:integer'),
            ("+1", '"+1"^^xsd:integer'),
            ("-0", '"-0"^^xsd:integer'),
        ],
    )
    def test_integers_are_short_when_canonical(self, text: str, written: str) -> None:
        """A short form stands only where every reader gives back the same lexical form."""
        triples = [(iri("a"), iri("p"), Literal(text, datatype=NamedNode(XSD + "integer")))]
        assert f"    kg:p {written} ;\n" in turtle.write(triples)

    @pytest.mark.parametrize(("text", "written"), [("true", "true"), ("1", '"1"^^xsd:boolean')])
    def test_booleans_are_short_when_canonical(self, text: str, written: str) -> None:
        """As for integers."""
        triples = [(iri("a"), iri("p"), Literal(text, datatype=NamedNode(XSD + "boolean")))]
        assert f"    kg:p {written} ;\n" in turtle.write(triples)

    @pytest.mark.parametrize("tag", ["en", "en-GB", "zh-Hant-TW", "de-1996", "en-a-bbbb-x-ab"])
    def test_language_tags_have_their_customary_case(self, tag: str) -> None:
        """pyoxigraph reads tags in lower case; RFC 5646 writes countries and scripts otherwise."""
        triples = [(iri("a"), iri("p"), Literal("x", language=tag.lower()))]
        assert f'    kg:p "x"@{tag} ;\n' in turtle.write(triples)

    def test_numbers_in_names_sort_as_numbers(self) -> None:
        """marker-2 comes before marker-10."""
        triples = [(iri(f"marker-{number}"), iri("p"), iri("x")) for number in (10, 2, 1)]
        found = [line for line in turtle.write(triples).splitlines() if line.startswith("kg:")]
        assert found == ["kg:marker-1", "kg:marker-2", "kg:marker-10"]


class TestFormatText:
    """Text that is not as it should be."""

    def test_a_mistake_is_named_with_file_and_line(self) -> None:
        """The message says where."""
        with pytest.raises(SourceError, match=r"x\.ttl, line 2: this is not Turtle") as caught:
            turtle.format_text(f"{PREFIXES}ck:a ck:b .\n", "x.ttl")
        assert (caught.value.path, caught.value.line) == ("x.ttl", 2)

    @pytest.mark.parametrize(
        "text", ["<a> <urn:b> <urn:c> .", "@prefix : <x/> . :a :b :c .", "@base <x> . <a> <b> 1 ."]
    )
    def test_a_relative_iri_is_told(self, text: str) -> None:
        """There is nothing that it could be relative to."""
        with pytest.raises(SourceError, match=r"line 1: an IRI is relative\. Write it whole"):
            turtle.format_text(text, "x.ttl")

    def test_an_iri_relative_to_its_base_is_written_whole(self) -> None:
        """The written form has no @base."""
        text = "@base <urn:x/> . <a> <b> 1 ."
        assert turtle.format_text(text, "x.ttl") == "<urn:x/a>\n    <urn:x/b> 1 ;\n.\n"

    def test_the_empty_prefix_is_kept(self) -> None:
        """As Protégé and most tutorials write it; one of ours wins there too."""
        text = "@prefix : <urn:own/> .\n\n:a\n    :b : ;\n.\n"
        assert turtle.format_text(text, "x.ttl") == text
        ours = f"@prefix : <{CK}> .\n:a :b :c ."
        assert turtle.format_text(ours, "x.ttl").startswith(f"@prefix ck: <{CK}> .\n\nck:a\n")

    def test_a_comment_is_not_lost_in_silence(self) -> None:
        """No parser keeps comments, so the writer refuses rather than dropping one."""
        text = f'{PREFIXES}ck:a ck:b "no # comment" , <https://e.org/#no> ; # see above\n.'
        with pytest.raises(SourceError, match="line 2: a comment") as caught:
            turtle.format_text(text, "x.ttl")
        assert caught.value.line == 2

    def test_a_hash_in_strings_and_iris_is_no_comment(self) -> None:
        """Every kind of quote, an escaped quote, an IRI and an escaped name."""
        text = (
            f"{PREFIXES}@prefix kg: <{KG}> . ck:a ck:b '#1', "
            '"\\"#2", \'\'\'a\'#\n#3\'\'\', """a""#\n#4""", '
            "<https://example.org/#5>, kg:a\\#6 ."
        )
        formatted = turtle.format_text(text, "x.ttl")
        assert all(f"#{number}" in formatted for number in range(1, 7))

    def test_rdf_1_2_is_refused(self) -> None:
        """A triple term is outside of what the rest of the project holds."""
        with pytest.raises(SourceError, match=r"x\.ttl, line 2: << goes beyond RDF 1\.1"):
            turtle.format_text(f"{PREFIXES}ck:a ck:b <<( ck:a ck:b ck:c )>> .", "x.ttl")

    def test_the_next_article_has_its_own_art(self) -> None:
        """A prefix of ours that the text uses for something else is the text's."""
        text = "@prefix art: <https://w3id.org/crampkg/id/next/> .\n\nart:a\n    art:b 1 ;\n.\n"
        assert turtle.format_text(text, "x.ttl") == text

    def test_own_prefixes_are_kept_and_ours_win(self) -> None:
        """A file's own prefix stays, a second spelling of one of ours does not."""
        text = f"@prefix own: <urn:own:> . @prefix x: <{KG}> . own:a own:b x:c ."
        formatted = turtle.format_text(text, "x.ttl")
        assert formatted.startswith(
            "@prefix kg: <https://w3id.org/crampkg/id/> .\n@prefix own: <urn:own:> .\n\nown:a\n"
        )


class TestFormatFile:
    """Files on disk."""

    def test_tells_whether_it_changed(self, tmp_path: Path) -> None:
        """True and rewritten at first, False and untouched after."""
        path = tmp_path / "a.ttl"
        path.write_text(f"{PREFIXES}ck:a ck:b 1.", encoding="utf-8")
        path.chmod(0o640)
        assert turtle.format_file(path)
        assert path.read_text(encoding="utf-8") == f"{PREFIXES}\nck:a\n    ck:b 1 ;\n.\n"
        assert path.stat().st_mode & 0o777 == 0o640
        assert not turtle.format_file(path)
        assert os.listdir(tmp_path) == ["a.ttl"]

    def test_a_byte_order_mark_is_read_over_and_goes(self, tmp_path: Path) -> None:
        """Windows editors write one, and nobody sees it."""
        path = tmp_path / "a.ttl"
        written = f"{PREFIXES}\nck:a\n    ck:b 1 ;\n.\n"
        path.write_text(written, encoding="utf-8-sig")
        assert turtle.format_file(path, check=True)
        assert turtle.format_file(path)
        assert path.read_bytes() == written.encode()
        assert not turtle.format_file(path)

    def test_check_leaves_the_file(self, tmp_path: Path) -> None:
        """With check it only tells."""
        path = tmp_path / "a.ttl"
        path.write_text(f"{PREFIXES}ck:a ck:b 1.", encoding="utf-8")
        assert turtle.format_file(path, check=True)
        assert path.read_text(encoding="utf-8") == f"{PREFIXES}ck:a ck:b 1."

    def test_a_broken_file_is_left_as_it_is(self, tmp_path: Path) -> None:
        """A parse error changes nothing on disk."""
        path = tmp_path / "a.ttl"
        path.write_text("ck:a", encoding="utf-8")
        with pytest.raises(SourceError):
            turtle.format_file(path)
        assert path.read_text(encoding="utf-8") == "ck:a"

    def test_a_failed_write_leaves_the_file_and_no_litter(
        self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """A full disk is told in a sentence, and the file is as it was."""

        def full(_: int) -> None:
            raise OSError(28, "No space left on device")

        path = tmp_path / "a.ttl"
        path.write_text(f"{PREFIXES}ck:a ck:b 1.", encoding="utf-8")
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(SourceError, match="cannot be written: No space left on device"):
            turtle.format_file(path)
        assert path.read_text(encoding="utf-8") == f"{PREFIXES}ck:a ck:b 1."
        assert os.listdir(tmp_path) == ["a.ttl"]

    def test_a_link_stays_a_link(self, tmp_path: Path) -> None:
        """What is linked to is formatted, the link is not replaced."""
        target, link = tmp_path / "a.ttl", tmp_path / "b.ttl"
        target.write_text(f"{PREFIXES}ck:a ck:b 1.", encoding="utf-8")
        link.symlink_to(target)
        assert turtle.format_file(link)
        assert link.is_symlink()
        assert not turtle.format_file(target, check=True)


def test_the_sources_keep_their_meaning() -> None:
    """Formatting any of our own files gives an isomorphic graph."""
    sources = Sources.find()
    names = [name for name in sources.files() if name.endswith(".ttl")]
    assert names
    for name in names:
        with open(sources.path(name), encoding="utf-8") as file:
            text = file.read()
        formatted = turtle.format_text(text, name)
        assert canonical(formatted) == canonical(text), name
        assert turtle.format_text(formatted, name) == formatted, name


def test_unused_prefixes_are_not_declared() -> None:
    """Only prefixes in use stand at the top, sorted."""
    triples = [(NamedNode(CK + "a"), NamedNode(RDF + "type"), iri("b"))]
    assert turtle.write(triples).startswith(
        f"@prefix ck: <{CK}> .\n@prefix kg: <{KG}> .\n\nck:a\n    a kg:b ;\n.\n"
    )


class TestPoison:
    """Small files that are made to take for ever, or to end the process."""

    @pytest.mark.parametrize(
        ("opening", "closing"), [("[ ck:p ", " ]"), ("( ", " )"), ("[ ck:p ( ", " ) ]")]
    )
    def test_three_thousand_brackets(self, opening: str, closing: str) -> None:
        """They took time that grew with the cube of their depth: 69 s for six hundred."""
        text = f"{PREFIXES}ck:a ck:p {opening * 3000}1{closing * 3000} ."
        written = turtle.format_text(text, "x.ttl")
        assert turtle.format_text(written, "x.ttl") == written
        assert len(read(written)) == len(read(text))

    @pytest.mark.parametrize(
        "text",
        [
            "ck:a ck:b " + "<<( ck:a ck:b " * 100_000 + "ck:c" + " )>>" * 100_000 + " .",
            "<< " * 100_000 + "ck:a ck:b ck:c" + " >>" * 100_000 + " ck:b ck:c .",
            "ck:a ck:b ck:c " + "{| ck:b ck:c " * 10_000 + "|} " * 10_000 + " .",
        ],
    )
    def test_nested_triple_terms(self, text: str) -> None:
        """Ten thousand of them ended the process with a segmentation fault."""
        for reading in (turtle.format_text, turtle.parse_turtle):
            with pytest.raises(SourceError, match=r"x\.ttl, line 2: .* goes beyond RDF 1\.1"):
                reading(PREFIXES + text, "x.ttl")

    @pytest.mark.parametrize(
        ("said", "sign"),
        [
            ('"x" {| ck:c ck:d |}', "{|"),
            ("<<( ck:a ck:b ck:c )>>", "<<"),
            ("ck:b ~ ck:c", "~"),
            ('"x"@en--ltr', "@en--"),
        ],
    )
    def test_the_line_beyond_rdf_1_1_is_named(self, said: str, sign: str) -> None:
        """The signs in strings, IRIs, names and comments are none."""
        harmless = '"<< {| ~ @en--ltr" , <urn:~a> , ck:\\~a ; # << {| ~ @en--ltr'
        text = f"{PREFIXES}ck:a ck:b {harmless}\nck:b {said} ."
        with pytest.raises(SourceError) as caught:
            turtle.parse_turtle(text, "x.ttl")
        assert str(caught.value) == (
            f"x.ttl, line 3: {sign} goes beyond RDF 1.1. Say it with RDF 1.1."
        )

    def test_ten_nodes_that_are_all_linked(self) -> None:
        """A symmetry of ten nodes has 3,628,800 orders, and nothing ended the search of them."""
        nodes = range(10)
        links = [f"_:n{a} ck:p _:n{b} ." for a in nodes for b in nodes if a != b]
        written = turtle.format_text(PREFIXES + "\n".join(links), "x.ttl")
        assert written.startswith(f"{PREFIXES}\n_:b1\n    ck:p\n        _:b2,\n        _:b3,")
        assert len(read(written)) == 90

    def test_nodes_that_cannot_be_told_apart_in_time_are_told(self) -> None:
        """The corners of a cube of eight dimensions, of which no order is found by refinement."""
        corners = range(1 << 8)
        links = [f"_:n{a} ck:p _:n{a ^ 1 << bit} ." for a in corners for bit in range(8)]
        with pytest.raises(SourceError, match=r"x\.ttl: There are so many blank nodes.*IRIs"):
            turtle.format_text(PREFIXES + "\n".join(links), "x.ttl")


def read(text: str) -> list[Quad]:
    return turtle.parse_turtle(text, "x.ttl")[0]


#: Blank nodes in shapes that are hard to order: how many, and what links them.
HARD: dict[str, Callable[[int], list[tuple[int, int]]]] = {
    "clique": lambda n: [(a, b) for a in range(n) for b in range(n) if a != b],
    "cycle": lambda n: [(a, (a + 1) % n) for a in range(n)],
    "cycle both ways": lambda n: [(a, (a + way) % n) for a in range(n) for way in (1, -1)],
    "star": lambda n: [(0, a) for a in range(1, n)],
    "chain": lambda n: [(a, a + 1) for a in range(n)],
    "tree": lambda n: [((a - 1) // 2, a) for a in range(1, n)],
    "two sides": lambda n: [(a, b) for a in range(n) for b in range(n) if (a + b) % 2],
}


@st.composite
def tangles(draw: st.DrawFn) -> list[Triple]:
    """Draw some hard shapes, joined to each other or not, with lists and names hung on them."""
    triples: set[Triple] = set()
    last = 0
    for _ in range(draw(st.integers(1, 4))):
        links = HARD[draw(st.sampled_from(sorted(HARD)))](draw(st.integers(2, 7)))
        first = last + draw(st.integers(-1, 1))  # so that shapes may share a node
        pairs = [(max(first + a, 0), max(first + b, 0)) for a, b in links]
        triples |= {
            (node(f"n{a}"), iri(draw(st.sampled_from("pq"))), node(f"n{b}")) for a, b in pairs
        }
        last = max(max(pair) for pair in pairs) + 1
    numbers = st.integers(0, last)
    for a, b in draw(st.lists(st.tuples(numbers, numbers), max_size=4)):
        triples.add((node(f"n{a}"), iri("p"), node(f"n{b}")))
    for a in draw(st.lists(numbers, max_size=2)):
        triples.add((node(f"n{a}"), iri("p"), iri("name")))
    for place, items in enumerate(
        draw(st.lists(st.lists(numbers, min_size=1, max_size=3), max_size=3))
    ):
        for step, item in enumerate(items):
            rest = node(f"c{place}x{step + 1}") if step + 1 < len(items) else NamedNode(RDF + "nil")
            cell = node(f"c{place}x{step}")
            inner = node(f"c{place - 1}x0") if place and not step else node(f"n{item}")
            triples |= {
                (cell, NamedNode(RDF + "first"), inner),
                (cell, NamedNode(RDF + "rest"), rest),
            }
        start: Any = draw(st.sampled_from([iri("a"), node("n0")]))
        triples.add((start, iri("p"), node(f"c{place}x0")))
    return list(triples)


@seed(14)
@settings(max_examples=200, deadline=None)
@given(tangles(), st.integers(0, 1000))
def test_tangles_of_blank_nodes(triples: list[Triple], chance: int) -> None:
    """Nothing is lost, to format again changes nothing, and the labels read do not matter."""
    written = turtle.write(triples)
    assert turtle.format_text(written, "x.ttl") == written
    assert turtle.write(shuffled(triples, chance)) == written
    ours = rdflib.Graph().parse(data=written, format="turtle")
    theirs = rdflib.Graph().parse(data=as_lines(triples), format="nt")
    assert len(ours) == len(triples)
    assert rdflib.compare.isomorphic(ours, theirs)
