"""The parts of a check on things made up for the purpose: reports, spans, gaps, words, lines."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import rdflib
from pyoxigraph import BlankNode, Literal, NamedNode, Quad, Store, Triple
from tiny import TinySources, added

from crampkg import check
from crampkg.check import files, spans, words
from crampkg.check.material import Material, _Lines, text_of
from crampkg.check.rules import Breach, TruthRule, text_rules
from crampkg.check.shapes import to_rdflib
from crampkg.check.spans import ArticleRecord, MarkerUse, Recorded, Statement, Stretch
from crampkg.errors import SourceError
from crampkg.model import Circumstance, Claim, Finding
from crampkg.sources import Article, Sources
from crampkg.vocabulary import CK, GRAPHS, KG, RDF, SKOS, XSD

HOME = f"{KG}ache/"


def finding(file: str, line: int | None, term: str = "", check: str = "c") -> Finding:
    return Finding(check, file, line, term, "P.", "R.")


def statement(
    name: str,
    start: int,
    end: int,
    kind: str = "Statement",
    parent: str | None = None,
    section: str | None = None,
) -> Statement:
    home = f"{HOME}{parent}" if parent else None
    return Statement(f"{HOME}{name}", kind, Stretch(start, end), section, home, (), None)


def article(*statements: Statement, claims: tuple[Claim, ...] = ()) -> ArticleRecord:
    parts: dict[str, list[Statement]] = {}
    for each in statements:
        if each.parent:
            parts.setdefault(each.parent, []).append(each)
    return ArticleRecord(
        f"{HOME}article", (), {each.iri: each for each in statements}, claims, (), {}, parts
    )


NO_CLAIM = Claim._make((*18 * [""], 0, 0, False, *5 * [()], "article"))


def claim(name: str, read_from: str, span: tuple[int, int], **fields: Any) -> Claim:
    start, end = span
    read = NO_CLAIM._replace(
        iri=f"{HOME}{name}", statement=f"{HOME}{read_from}", start=start, end=end
    )
    return read._replace(**fields)


def test_a_report_sorts_its_findings_and_says_each_once() -> None:
    several = [
        finding("b.ttl", 1),
        finding("a.ttl", 2),
        finding("a.ttl", None),
        finding("a.ttl", 2, "kg:b"),
        finding("a.ttl", 2, "kg:a", "d"),
        finding("a.ttl", 2, "kg:a", "c"),
        finding("a.ttl", 2),
    ]
    told = check._report(several, 7, 1, ["A note."])
    assert told == check.Report(
        (
            finding("a.ttl", None),
            finding("a.ttl", 2),
            finding("a.ttl", 2, "kg:a", "c"),
            finding("a.ttl", 2, "kg:a", "d"),
            finding("a.ttl", 2, "kg:b"),
            finding("b.ttl", 1),
        ),
        7,
        1,
        "7 checks on 1 thing, 6 failures",
        ("A note.",),
    )
    one = check._report([finding("a.ttl", 1)], 1, 2, [])
    assert (one.summary, one.notes) == ("1 checks on 2 things, 1 failure", ())


@pytest.mark.parametrize(
    ("covered", "gaps"),
    [
        ([], [(10, 20)]),
        ([(10, 20)], []),
        ([(0, 30)], []),
        ([(10, 19)], [(19, 20)]),
        ([(11, 20)], [(10, 11)]),
        ([(10, 12), (14, 16)], [(12, 14), (16, 20)]),
        ([(10, 16), (11, 13), (16, 20)], []),
        ([(10, 18), (11, 12)], [(18, 20)]),
        ([(25, 30)], [(10, 20)]),
        ([(10, 20), (25, 30)], []),
        ([(12, 25), (27, 30)], [(10, 12)]),
    ],
)
def test_gaps_are_what_nothing_covers(
    covered: list[tuple[int, int]], gaps: list[tuple[int, int]]
) -> None:
    found = spans._gaps([Stretch(*each) for each in covered], Stretch(10, 20))
    assert [tuple(gap) for gap in found] == gaps


def test_a_gap_is_told_by_its_words_that_do_not_only_join() -> None:
    text = Article("calf, and Don't rest-pain of", "article.txt")
    joining = ["and", "of"]
    whole = Stretch(0, len(text.text))
    assert spans._unread(whole, text, joining) == (0, 25)
    assert spans._unread(Stretch(4, len(text.text)), text, joining) == (10, 25)
    assert spans._unread(Stretch(4, 9), text, joining) is None


def test_a_gap_is_in_the_smallest_statement_in_which_it_begins() -> None:
    record = article(
        statement("whole", 10, 50), statement("item", 20, 30), statement("next", 50, 60)
    )
    for start, name in ((10, "whole"), (19, "whole"), (20, "item"), (29, "item"), (30, "whole")):
        assert spans._around(record, Stretch(start, 70)) == f"{HOME}{name}"
    assert spans._around(record, Stretch(50, 51)) == f"{HOME}next"
    assert spans._around(record, Stretch(60, 61)) == record.iri
    assert spans._around(record, Stretch(9, 20)) == record.iri


def test_what_is_read_or_excused_is_covered() -> None:
    """A claim without a span of its own reads the whole; an item is read with its introduction."""
    record = article(
        statement("excused", 0, 10),
        statement("whole", 20, 60),
        statement("lead", 20, 25, "LeadIn", "whole"),
        statement("item", 40, 50, "ListItem", "whole"),
        statement("other", 50, 60, "ListItem", "whole"),
        claims=(claim("a", "whole", (26, 30)), claim("b", "item", (40, 50))),
    )
    record = record._replace(
        uses=(MarkerUse(f"{HOME}use-1", Stretch(60, 61), "1"),),
        parts={f"{HOME}whole": [each for each in record.statements.values() if each.parent]},
    )
    assert sorted(spans._covered(record)) == [
        (0, 10),
        (20, 25),
        (26, 30),
        (30, 40),
        (40, 50),
        (50, 60),
        (60, 61),
    ]


def test_of_several_articles_the_one_with_most_spans_is_meant() -> None:
    text = Article("abcdef", "article.txt")
    digest = {
        (start, end): Recorded(
            "", Stretch(start, end), hashlib.sha256(text.text[start:end].encode()).hexdigest()
        )
        for start, end in ((0, 1), (1, 3))
    }
    none = article()._replace(iri="none", recorded=(Recorded("", Stretch(0, 1), "0" * 64),))
    one = article()._replace(iri="one", recorded=(digest[0, 1],))
    two = article()._replace(iri="two", recorded=tuple(digest.values()))
    assert spans.article_of([none], text) is none
    assert spans.article_of([none, one, two], text) is two
    assert spans.article_of([two, one, none], text) is two
    assert spans.article_of([none, none], text) is None
    assert spans.article_of([], text) is None


def test_a_marker_belongs_to_the_statement_that_ended_last() -> None:
    record = article(
        statement("first", 0, 10),
        statement("second", 10, 20),
        statement("item", 12, 21, "ListItem", "second"),
    )
    for position, iri in ((9, record.iri), (10, f"{HOME}first"), (19, f"{HOME}first")):
        assert spans._before(record, position) == iri
    assert spans._before(record, 20) == spans._before(record, 99) == f"{HOME}second"


TEXT = Article("Rest may  help. MAY be so; maybe not, rest\nmay help or not", "article.txt")


@pytest.mark.parametrize(
    ("wording", "places"),
    [
        ("may", [(5, 8), (16, 19), (43, 46)]),
        ("rest may", [(0, 8), (38, 46)]),
        ("ma", []),
        ("not,", [(33, 37)]),
    ],
)
def test_whole_words_are_found_in_any_case_with_any_white_space(
    wording: str, places: list[tuple[int, int]]
) -> None:
    assert words._places(wording, TEXT, [Stretch(0, len(TEXT.text))]) == places
    assert words._places(wording, TEXT, [Stretch(9, 15)]) == []


@pytest.mark.parametrize(
    ("place", "inside"),
    [
        ((2, 4), True),
        ((2, 3), True),
        ((3, 4), True),
        ((1, 4), False),
        ((2, 5), False),
        ((6, 7), True),
    ],
)
def test_a_place_is_inside_of_one_span(place: tuple[int, int], *, inside: bool) -> None:
    assert words._inside(Stretch(*place), [Stretch(2, 4), Stretch(6, 7)]) is inside


def test_cues_are_whole_words_and_ends_of_words() -> None:
    rule = TruthRule("r", "", "", "", "", "", {"words": ["no longer"], "endings": ["n't"]})
    patterns = words._patterns(rule)
    assert {cue: pattern.pattern for cue, pattern in patterns.items()} == {
        "no longer": r"\bno\s+longer\b",
        "n't": r"\wn't\b",
    }
    assert patterns["n't"].search("It DIDN'T help.")
    assert list(words._patterns(rule._replace(settings={"words": ["x"]}))) == ["x"]


def test_a_claim_has_a_stance_or_a_circumstance() -> None:
    at_night = Circumstance(f"{CK}especiallyWhen", f"{KG}at-night", "at night")
    denied = claim("c", "s", (0, 1), stance="denied", circumstances=(at_night,))
    assert words._has(denied, {"stance": ["mixed evidence", "denied"]})
    assert not words._has(denied, {"stance": ["mixed evidence"]})
    assert words._has(denied, {"circumstance": "ck:especiallyWhen"})
    assert not words._has(denied, {"circumstance": "ck:statedFor"})


def test_an_item_is_read_with_what_leads_in_to_its_list() -> None:
    lead = statement("lead", 20, 25, "LeadIn", "whole", f"{HOME}section")
    item = statement("item", 40, 50, "ListItem", "whole", f"{HOME}section")
    heading = statement("heading", 0, 5, "Heading")
    whole = statement("whole", 20, 60, section=f"{HOME}section")
    record = article(whole, lead, item, heading)._replace(
        headings={f"{HOME}section": heading.iri},
    )
    assert record.items(whole.iri) == [lead, item]
    assert record.items(item.iri) == []
    assert record.introduction(whole) == (20, 40)
    assert record.introduction(heading) == (0, 5)
    on_item, on_whole = claim("a", "item", (40, 50)), claim("b", "whole", (26, 30))
    assert words.words_of(record, on_item) == [(40, 50), (25, 40)]
    assert words.words_of(record, on_item._replace(start=41, end=42)) == [(41, 42), (25, 40)]
    assert words.words_of(record, on_whole) == [(26, 30)]
    for each in (on_item, on_whole):
        assert words.labels_above(record, each) == [(20, 25), (0, 5)]
        assert words.labels_above(record, each, heading=False) == [(20, 25)]
    assert words.labels_above(record, claim("c", "heading", (0, 5))) == []


@pytest.mark.parametrize(
    ("word", "forms"),
    [
        ("Veins", {"veins", "vein"}),
        ("arteries", {"arteries", "artery", "arteri", "arterie"}),
        ("Baker's", {"baker"}),
        ("Baker\u2019s", {"baker"}),
        ("calf", {"calf"}),
        ("reflexes", {"reflexes", "reflex", "reflexe"}),
    ],
)
def test_a_word_may_be_a_plural(word: str, forms: set[str]) -> None:
    assert words._singular(word) == forms


def test_a_name_is_where_all_its_words_are() -> None:
    text = Article("Leg cramps or leg cramp, calf", "article.txt")
    printed_words = words._words(text, Stretch(0, 29))
    assert [(word.start, word.end) for word in printed_words] == [
        (0, 3),
        (4, 10),
        (11, 13),
        (14, 17),
        (18, 23),
        (25, 29),
    ]
    cramp = tuple(map(words._singular, ("leg", "cramp")))
    assert words._beginnings(cramp, printed_words) == [0, 3]
    assert words._beginnings(tuple(map(words._singular, ("calf",))), printed_words) == [5]
    assert words._beginnings(cramp, printed_words[:1]) == []
    printed = words._forms(text, [Stretch(0, 10), Stretch(25, 29)])
    assert printed == {"leg", "cramps", "cramp", "calf"}
    assert words._is_named([cramp], printed, frozenset())
    assert not words._is_named([], printed, frozenset())
    vein = tuple(map(words._singular, ("leg", "vein")))
    assert not words._is_named([vein], printed, frozenset())
    assert words._is_named([vein], printed, frozenset({"vein"}))  # a word that need not be there
    assert words._is_named([vein, cramp], printed, frozenset())


def test_spans_are_read_where_both_ends_are_numbers_in_order() -> None:
    def span(start: str | None, end: str | None) -> Stretch | None:
        said = {"start": start, "end": end}
        return spans._span({CK + key: (text,) for key, text in said.items() if text is not None})

    assert span("1", "2") == (1, 2)
    for start, end in (("2", "2"), ("3", "2"), ("a", "2"), ("1", "b"), (None, "2"), ("1", None)):
        assert span(start, end) is None


def test_an_article_is_read_from_its_claims() -> None:
    home = f"{KG}ache/"
    graph = NamedNode(GRAPHS["claims"])
    store = Store()

    def say(name: str, *kinds: str, **said: str | int) -> None:
        subject = NamedNode(name if name.startswith("http") else home + name)
        for kind in kinds:
            store.add(Quad(subject, NamedNode(f"{RDF}type"), NamedNode(CK + kind), graph))
        for key, value in said.items():
            names = {"prefLabel": SKOS, "scopeNote": SKOS, "title": "http://purl.org/dc/terms/"}
            at = NamedNode(names.get(key, CK) + key)
            term = (
                NamedNode(home + value.removeprefix("@"))
                if isinstance(value, str) and value.startswith("@")
                else Literal(value)
            )
            store.add(Quad(subject, at, term, graph))

    say("article", "Article", start=0, end=90, sha256="aa")
    say("article", title="Ache")
    say("section", "Section", hasHeading="@heading", sectionOf="@article", prefLabel="Ache")
    say("heading", "Heading", start=0, end=5, sha256="bb")
    say(
        "whole", "Statement", start=10, end=40, inSection="@section", marker="@m", noClaimReason="r"
    )
    say("item-2", "ListItem", start=30, end=40, itemOf="@whole", scopeNote="n")
    say("item-1", "ListItem", start=20, end=30, itemOf="@whole", sha256="cc")
    say("half", "Statement", start=20)
    things = {"claimSubject": "@a", "claimPredicate": "@b", "claimObject": "@c"}
    gradations = {"stance": "@s", "basis": "@t"}
    said = {**things, **gradations, "wording": "w"}
    say("claim", "Claim", readFrom="@whole", start=11, end=12, **said)
    say("loose", "Claim", **said)
    say("m", "CitationMarker", markerText="1")
    say("use", "MarkerUse", start=40, end=41, useOf="@m")
    say("use-of-nothing", "MarkerUse", start=41, end=42, useOf="@none")
    say(f"{KG}other/article", "Article")
    nobody, kind = BlankNode(), NamedNode(f"{RDF}type")  # is no article, and no marker
    store.add(Quad(nobody, kind, NamedNode(f"{CK}Article"), graph))
    store.add(Quad(NamedNode(f"{home}whole"), NamedNode(f"{CK}marker"), nobody, graph))
    ache, other = spans.read_articles(store)
    assert other == ArticleRecord(f"{KG}other/article", (), {}, (), (), {}, {})
    assert (ache.iri, ache.headings) == (f"{home}article", {f"{home}section": f"{home}heading"})
    assert ache.recorded == (
        Recorded(f"{home}article", Stretch(0, 90), "aa"),
        Recorded(f"{home}heading", Stretch(0, 5), "bb"),
        Recorded(f"{home}item-1", Stretch(20, 30), "cc"),
    )
    whole = Statement(
        f"{home}whole", "Statement", Stretch(10, 40), f"{home}section", None, (f"{home}m",), None
    )
    first = Statement(f"{home}item-1", "ListItem", Stretch(20, 30), None, whole.iri, (), None)
    second = Statement(f"{home}item-2", "ListItem", Stretch(30, 40), None, whole.iri, (), "n")
    heading = Statement(f"{home}heading", "Heading", Stretch(0, 5), None, None, (), None)
    assert ache.statements == {each.iri: each for each in (whole, first, second, heading)}
    assert ache.parts == {whole.iri: [first, second]}
    (only,) = ache.claims
    assert (only.iri, only.statement) == (f"{home}claim", whole.iri)
    assert (only.start, only.end, only.wording) == (11, 12, "w")
    assert ache.uses == (
        MarkerUse(f"{home}use", Stretch(40, 41), "1"),
        MarkerUse(f"{home}use-of-nothing", Stretch(41, 42), ""),
    )


def test_the_things_of_a_heading_may_be_named_in_what_it_stands_over() -> None:
    def statement(name: str, kind: str, span: Stretch) -> Statement:
        return Statement(name, kind, span, None, None, (), None)

    over, item = (
        statement("h", "Heading", Stretch(0, 5)),
        statement("i", "ListItem", Stretch(10, 20)),
    )
    claim = NO_CLAIM._replace(iri="c", statement="h", start=1, end=4, basis="heading")
    claim = claim._replace(listed_items=("i", "of another file"))
    article = ArticleRecord("a", (), {"h": over, "i": item}, (claim,), (), {}, {})
    assert words._around(article, claim)[-2:] == [over.span, item.span]
    bare = claim._replace(basis="sentence")
    assert item.span not in words._around(article, bare)


def test_a_file_of_an_article_describes_things_of_that_article(tmp_path: Path) -> None:
    name = "data/articles/calf-ache/x.ttl"
    text = f"@prefix kg: <{KG}> .\n@prefix ck: <{CK}> .\nkg:toe a ck:Claim ."
    (finding,) = files._names(Material(added(tmp_path, name, text)), name)
    assert (finding.check, finding.term) == ("name-out-of-place", "kg:toe")
    assert finding.problem == "The file describes what is not a thing of the article calf-ache."


def test_only_the_ontology_declares_terms(tmp_path: Path) -> None:
    text = f"@prefix kg: <{KG}> .\n@prefix ck: <{CK}> .\nck:toe a ck:Claim ."
    terms = files._terms(Material(added(tmp_path, "data/concepts/x.ttl", text)))
    assert "ck:Claim" in terms
    assert "ck:toe" not in terms


def test_a_fault_of_one_sentence_has_a_remedy() -> None:
    fault = Material(TinySources()).fault
    assert fault(SourceError("x.ttl: it is broken.", path="x.ttl"), "x.ttl") == Finding(
        "syntax", "x.ttl", None, "", "It is broken.", "Mend the file."
    )
    assert fault(SourceError("x.ttl, line 3: no end. End it.", line=3), "x.ttl") == Finding(
        "syntax", "x.ttl", 3, "", "No end.", "End it."
    )


def test_hedges_have_their_words_in_order() -> None:
    store = Store()
    for hedge, word in (("often", "often"), ("can", "could"), ("can", "can")):
        store.add(
            Quad(
                NamedNode(CK + hedge),
                NamedNode(f"{CK}hedgeWord"),
                Literal(word),
                NamedNode(GRAPHS["ontology"]),
            )
        )
    at, graph = NamedNode(f"{CK}hedgeWord"), NamedNode(GRAPHS["ontology"])
    store.add(Quad(BlankNode(), at, Literal("may"), graph))  # of no hedge
    store.add(Quad(NamedNode(f"{CK}can"), at, NamedNode(f"{CK}may"), graph))  # no word
    assert list(words.hedge_words(store).items()) == [
        (f"{CK}can", ("can", "could")),
        (f"{CK}often", ("often",)),
    ]


def test_a_name_stands_where_its_block_begins_else_where_it_is_used() -> None:
    lines = _Lines(
        f"@prefix kg: <{KG}> .\n\nkg:leg\n    kg:has kg:calf, kg:knee, kg:toe ;\n.\n\nkg:calf\n.\n"
        f"<{KG}toe>\n.\n"
    )
    numbers = {"leg": 3, "has": 4, "calf": 7, "knee": 4, "toe": 9, "hip": None}
    for name, number in numbers.items():
        assert lines.of(KG + name) == number
    assert lines.of("http://example.org/x") is None


def test_a_term_is_shown_as_a_person_reads_it() -> None:
    assert text_of(NamedNode(f"{KG}calf")) == "kg:calf"
    assert text_of(Literal("calf")) == "calf"
    assert text_of(None) == text_of(BlankNode("b")) == ""


def test_terms_go_to_rdflib_as_they_are() -> None:
    assert to_rdflib(NamedNode(f"{KG}calf")) == rdflib.URIRef(f"{KG}calf")
    assert to_rdflib(BlankNode("b1")) == rdflib.BNode("b1")
    for term, wanted in (
        (Literal("a", language="en"), rdflib.Literal("a", lang="en")),
        (Literal("a"), rdflib.Literal("a")),
        (
            Literal("007", datatype=NamedNode(f"{XSD}integer")),
            rdflib.Literal("007", datatype=rdflib.URIRef(f"{XSD}integer"), normalize=False),
        ),
    ):
        given = to_rdflib(term)
        assert isinstance(given, rdflib.Literal)
        assert given.n3() == wanted.n3()
    quoted = Triple(NamedNode(f"{KG}a"), NamedNode(f"{KG}b"), Literal("c"))
    with pytest.raises(TypeError) as caught:
        to_rdflib(quoted)
    assert str(caught.value) == f"{quoted} is no term of RDF 1.1."


RULES = text_rules(Sources.find())


def problems(breaches: Iterable[Breach]) -> list[tuple[str, str, str]]:
    """Return the rule, the term and the problem of each breach."""
    return [
        (breach.rule, breach.term, RULES[breach.rule].problem.format(**breach.values))
        for breach in breaches
    ]


MARKED = "Calf aches. 1, 2\nRest helps 3"


def use(name: str, start: int, end: int, said: str) -> MarkerUse:
    return MarkerUse(f"{HOME}{name}", Stretch(start, end), said)


@pytest.mark.parametrize("end", ["", "\n", "\nNotes 4\n", " \t\n5"])
def test_a_printed_marker_has_a_use_down_to_the_end_of_the_last_line(end: str) -> None:
    record = article(statement("first", 0, 11), statement("second", 17, 27))
    record = record._replace(uses=(use("use-1", 12, 13, "1"), use("use-2", 15, 16, "2")))
    text = Article(MARKED + end, "article.txt")
    problem = 'The marker "3" is printed from 28 to 29, and no marker use says so.'
    rule = "printed-marker-without-use"
    found = problems(spans.check_markers(record, text, RULES))
    assert found == [(rule, f"{HOME}second", problem)]
    record = record._replace(uses=(*record.uses[:1], use("use-3", 28, 29, "3")))
    problem = 'The marker "2" is printed from 15 to 16, and no marker use says so.'
    found = problems(spans.check_markers(record, text, RULES))
    assert found == [(rule, f"{HOME}first", problem)]


def test_a_marker_is_printed_as_it_is_recorded_and_in_no_statement() -> None:
    text = Article(MARKED, "article.txt")
    record = article(statement("first", 0, 11), statement("second", 17, 29))._replace(
        uses=(use("use-1", 12, 13, "2"), use("use-2", 15, 16, "2"))
    )
    wrong, inside = problems(spans.check_markers(record, text, RULES))
    assert wrong == (
        "marker-not-as-printed",
        f"{HOME}use-1",
        'The article prints "1" there, and the marker is "2".',
    )
    assert inside == (
        "marker-inside-statement",
        f"{HOME}second",
        'The statement ends with "3", which looks like a citation marker.',
    )
    second = record.statements[f"{HOME}second"]
    for known in (second._replace(note="n"), second._replace(markers=("m",))):
        record.statements[f"{HOME}second"] = known
        assert [each.term for each in spans.check_markers(record, text, RULES)] == [f"{HOME}use-1"]
    record.statements[f"{HOME}second"] = second._replace(kind="Heading")
    assert len(list(spans.check_markers(record, text, RULES))) == 1


def test_an_article_without_statements_has_no_marker_without_use() -> None:
    assert list(spans.check_markers(article(), Article(MARKED), RULES)) == []


def test_a_span_with_another_digest_is_found() -> None:
    text = Article("abcdef")
    right = hashlib.sha256(b"bc").hexdigest()
    record = article()._replace(
        recorded=(Recorded("right", Stretch(1, 3), right), Recorded("wrong", Stretch(1, 4), right))
    )
    problem = RULES["digest"].problem.format(start=1, end=4)
    assert problems(spans.check_digests(record, text)) == [("digest", "wrong", problem)]


def test_unread_text_is_told_by_its_words_or_by_its_length() -> None:
    """With the text at hand by its words; without it only where it is longer than a few signs."""
    rule = RULES["unread-text"]
    longest = rule.settings["longest_gap"]
    text = Article(f"{'x' * 5} unread word {'y' * 5}", "article.txt")
    record = article(statement("first", 0, 5), statement("second", 18, 23))
    problem = rule.problem.format(start=6, end=17)
    found = problems(spans.check_coverage(record, text, RULES))
    assert found == [(rule.id, record.iri, problem)]
    for gap, number in ((longest, 0), (longest + 1, 1)):
        record = article(statement("first", 0, 5), statement("second", 5 + gap, 9 + gap))
        unread = problems(spans.check_coverage(record, None, RULES))
        problem = rule.problem.format(start=5, end=5 + gap)
        assert [each[2] for each in unread] == [problem] * number
    assert list(spans.check_coverage(article(), text, RULES)) == []
