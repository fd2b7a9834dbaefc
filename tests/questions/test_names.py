"""Names on a few terms made up for the purpose, so that each sentence and rank is seen whole."""

from __future__ import annotations

import pytest

from crampkg import plain
from crampkg.errors import AmbiguousTermError, CrampkgError, UnknownTermError, WrongKindError
from crampkg.model import Mapped, Term
from crampkg.name_index import distance, spell
from crampkg.names import Terms, _rank, _slips
from crampkg.vocabulary import CK, KG, OWL, RDF, RDFS, SKOS

SITE, GROUP, DRUG = f"{CK}Site", f"{CK}Group", f"{CK}Drug"


def thing(slug: str, kind: str, *synonyms: str, label: str = "", hidden: str = "") -> Term:
    """Return a thing that is called like its slug."""
    return Term(
        KG + slug, label or slug.replace("-", " "), synonyms, (kind,), "", (hidden,) * bool(hidden)
    )


SITES = [
    thing(slug, SITE) for slug in ("ankle", "calf", "foot", "heel", "hip", "leg", "Thigh", "toe")
]
TERMS = Terms(
    [
        *reversed(SITES),
        thing("group-1", GROUP, label="group of the knee (ours)"),
        thing("group-2", GROUP, label="group of the shin"),
        thing("lone-drug", DRUG, "sole pill", label="lone drug", hidden="onlypill"),
        thing("dull", f"{CK}Pain", "ache"),
        thing("sharp", f"{CK}Pain", "ache"),
        Term(SITE, "site", (), (f"{OWL}Class",), ""),
        Term(f"{CK}eases", "eases", ("helps",), (f"{OWL}ObjectProperty",), ""),
        Term(f"{CK}dose", "has dose", (), (f"{OWL}DatatypeProperty",), ""),
        Term(f"{CK}remark", "remark", (), (f"{OWL}AnnotationProperty",), ""),
    ]
)
KNOWN = "ankle, calf, foot, heel, hip, leg"
TAB = "`crampkg` completes names by TAB."


@pytest.mark.parametrize(
    ("name", "kind", "error", "sentence", "hint"),
    [
        ("zzz", None, UnknownTermError, "Nothing here is called 'zzz'.", TAB),
        (
            "zzz",
            SITE,
            UnknownTermError,
            f"No site is called 'zzz'. Some that are known: {KNOWN}.",
            "",
        ),
        (
            "zzz",
            f"{CK}Nerve",
            UnknownTermError,
            "No ck:Nerve is called 'zzz'.",
            TAB,
        ),
        ("calv", SITE, UnknownTermError, "No site is called 'calv'. Did you mean calf?", ""),
        (
            "lone drug",
            SITE,
            WrongKindError,
            "'lone drug' is known, and no site.",
            "`crampkg ask conditions-of-kind --kind ck:Site` lists those.",
        ),
        (
            "kg:calf",
            f"{CK}Nerve",
            WrongKindError,
            "'kg:calf' is calf, a site, and no ck:Nerve.",
            TAB,
        ),
        (
            "ache",
            None,
            AmbiguousTermError,
            "'ache' can mean dull (kg:dull), sharp (kg:sharp). Say which.",
            "",
        ),
    ],
)
def test_a_name_that_leads_nowhere_is_told_what_would_do(
    name: str, kind: str | None, error: type[CrampkgError], sentence: str, hint: str
) -> None:
    with pytest.raises(error) as caught:
        TERMS.find(name, kind)
    assert (caught.value.sentence, caught.value.hint) == (sentence, hint)


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("calf", f"{KG}calf"),
        ("<https://w3id.org/crampkg/id/calf>", f"{KG}calf"),
        ("kg:calf", f"{KG}calf"),
        ("sole pill", f"{KG}lone-drug"),
        ("Only-Pill", f"{KG}lone-drug"),
        ("c.a.l.f.", f"{KG}calf"),
        ("group 1", f"{KG}group-1"),  # by its slug
        ("site", SITE),
        ("helps", f"{CK}eases"),
    ],
)
def test_a_name_finds(name: str, iri: str) -> None:
    assert TERMS.find(name).iri == iri
    hidden = "'lone drug' is found by 'Only-Pill', which is no synonym of it."
    assert TERMS.lent(name) == (hidden if name == "Only-Pill" else "")


@pytest.mark.parametrize(
    ("name", "iri"),
    [
        ("eases", f"{CK}eases"),
        ("has dose", f"{CK}dose"),
        ("remark", f"{CK}remark"),
        ("ck:eases", f"{CK}eases"),
        ("<https://w3id.org/crampkg/ontology#eases>", f"{CK}eases"),
        ("<http://example.org/other>", "http://example.org/other"),
        ("rdfs:seeAlso", f"{RDFS}seeAlso"),
        *((name, f"{RDF}type") for name in ("a", "is", "is a", "Is an", "type")),
        *((name, f"{SKOS}{name}") for name in ("broader", "narrower", "related")),
        *((name, f"{RDFS}subClassOf") for name in ("is a kind of", "subclass of")),
    ],
)
def test_a_name_finds_a_relation(name: str, iri: str) -> None:
    assert TERMS.relation(name) == iri


def test_a_thing_is_no_relation() -> None:
    with pytest.raises(WrongKindError) as caught:
        TERMS.relation("calf")
    assert caught.value.sentence == "'calf' is a site, and no relation."
    assert caught.value.hint == "`crampkg ask vocabulary-used` lists those that the article uses."


def test_terms_are_there_by_iri_by_kind_and_in_order() -> None:
    assert [term.label for term in TERMS.of_kind(SITE)] == [*KNOWN.split(", "), "Thigh", "toe"]
    assert {term.label for term in TERMS.relations()} == {"eases", "has dose", "remark"}
    assert len(list(TERMS)) == 17
    calf = TERMS.get(f"{KG}calf")
    assert calf is not None
    assert calf.label == "calf"
    assert TERMS.get(f"{KG}elbow") is None
    assert TERMS.name_of(f"{KG}calf") == "calf"
    assert TERMS.name_of(f"{OWL}Thing") == "thing"
    assert TERMS.name_of(f"{CK}Nerve") == "ck:Nerve"


def test_what_begins_all_labels_may_be_left_out_of_several_and_not_of_one() -> None:
    assert TERMS.find("knee", GROUP).iri == f"{KG}group-1"
    assert TERMS.find("shin", GROUP).iri == f"{KG}group-2"
    for name, kind in (("drug", DRUG), ("knee ours", GROUP), ("", GROUP)):
        with pytest.raises(UnknownTermError):
            TERMS.find(name, kind)


@pytest.mark.parametrize(
    ("name", "rank"),
    [
        ("Leg", 0),
        ("leg-ging", 1),
        ("lower leg", 2),
        ("lower-leg", 2),
        ("lower_legs", 2),
        ("colleges", 3),
        ("calf", None),
    ],
)
def test_a_whole_name_then_its_beginning_then_a_word_then_anywhere(
    name: str, rank: int | None
) -> None:
    assert _rank("leg", spell(name)) == rank


@pytest.mark.parametrize(
    ("one", "other", "slips"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "", 3),
        ("calf", "calf", 0),
        ("calf", "half", 1),
        ("calf", "calfs", 1),
        ("calf", "cal", 1),
        ("calf", "cafl", 1),
        ("ab", "ba", 1),
        ("kitten", "sitting", 3),
        ("ca", "abc", 3),  # no letter is changed twice
        ("abcdef", "bacdfe", 2),
    ],
)
def test_how_many_letters_differ(one: str, other: str, slips: int) -> None:
    assert distance(one, other) == distance(other, one) == slips


@pytest.mark.parametrize(
    ("typed", "name", "slips"),
    [
        ("cat", "cat", 0),
        ("cat", "cap", None),  # of three letters each counts
        ("calf", "half", 1),
        ("calf", "hall", None),
        ("tendoms", "tendons", 1),
        ("temdoms", "tendons", None),  # two of seven
        ("arteries", "artaryes", 2),  # of eight
        ("artiries", "urtaryes", None),
        ("golgi", "Golgi tendon organ", 0),  # of one word
        ("tendon", "golgi-tendon_organ", 0),
        ("golgitendon", "Golgi tendon organ", None),
        ("shin pain", "hip pain", None),  # two letters of one word
        ("shinpain", "hip pain", 2),
        ("fot pain", "foot-pain", 1),
        ("femoral arterie", "femoral artery", 2),
        ("calv pian", "calf pain", 2),
        ("hyperhydration", "hypohydration", None),  # the contrary
        ("hypohydratoin", "hypohydration", 1),
    ],
)
def test_one_letter_in_four_may_be_wrong(typed: str, name: str, slips: int | None) -> None:
    assert _slips(spell(typed), spell(name), len(typed)) == slips
    assert _slips(spell(typed), spell(name), 1) == (slips if slips != 2 else None)


def test_a_search_finds_names_of_a_kind_and_all_words_in_any_order() -> None:
    ache = thing("calf-ache", f"{CK}Pain", label="dull pain of the calf")
    brief = thing("thigh-ache", f"{CK}Pain", label="pain: the dull")
    lent = Term(
        f"{KG}myalgia",
        "muscle soreness",
        (),
        (f"{CK}Pain",),
        "",
        mapped=(Mapped("calf myalgia", "https://example.org/1", "exactly"),),
    )
    terms = Terms([ache, brief, lent, thing("calf", SITE), thing("calf-vein", SITE)])
    assert [term.label for term in terms.search("calf")] == [
        "calf",
        "calf vein",
        "dull pain of the calf",
        "muscle soreness",  # by a name that is lent
    ]
    assert [term.label for term in terms.search("calf", f"{CK}Pain")] == [
        "dull pain of the calf",
        "muscle soreness",
    ]
    assert terms.search("pain dull") == [brief, ache]  # the one with the fewest other words first
    assert terms.search("pain dull", SITE) == []
    assert terms.search("the of") == []


@pytest.mark.parametrize("closeness", ["wider", "narrower"])
def test_the_name_of_what_is_wider_or_narrower_finds_nothing_and_says_so(closeness: str) -> None:
    mapped = (Mapped("body pain", "https://example.org/1", closeness),)
    limb = Term(f"{KG}limb", "limb pain", (), (f"{CK}Pain",), "", mapped=mapped)
    terms = Terms([limb, thing("body", SITE)])
    with pytest.raises(UnknownTermError) as caught:
        terms.find("Body pain")
    assert caught.value.sentence == (
        f"Nothing here is called 'Body pain'. It names something {closeness} than limb pain."
    )
    with pytest.raises(UnknownTermError) as caught:
        terms.find("Body pain", SITE)
    assert closeness not in caught.value.sentence
    assert terms.search("body pain") == []


def test_what_an_unknown_name_holds_is_offered() -> None:
    terms = Terms(
        [thing("calf-pain", f"{CK}Pain"), thing("calf", SITE), thing("pain", SITE)],
        everyday=lambda: {"calves": ("calf",)},
    )
    assert [term.label for term in terms.near("severe calf pain")] == ["calf pain", "calf", "pain"]
    assert [term.label for term in terms.near("severe calf pain", SITE)] == ["calf", "pain"]
    assert [term.label for term in terms.near("calf pain")] == ["calf pain"]
    assert terms.near("severe") == []
    assert [term.label for term in terms.near("calves")] == ["calf", "calf pain"]
    assert [term.label for term in terms.near("pains, calves")] == ["calf pain"]


def test_a_name_that_is_known_is_no_slip_of_another() -> None:
    terms = Terms([thing("foot", SITE), thing("root", DRUG), thing("foot-bath", DRUG)])
    assert [term.label for term in terms.near("foot", DRUG)] == ["foot bath"]
    assert [term.label for term in terms.near("boot", DRUG)] == ["root", "foot bath"]


def test_claims_fill_no_offer_of_names_and_are_offered_for_an_address() -> None:
    claims = [
        thing(f"claim-calf-{number}", f"{CK}Claim", label=f"calf hurts {number}")
        for number in range(9)
    ]
    terms = Terms([*claims, thing("calf-muscle", SITE)])
    assert [term.label for term in terms.near("calf")] == ["calf muscle"]
    assert terms.near("kg:claim-calf")[0].label.startswith("calf hurts ")


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("hypokalaemia", "hypokalemia"),
        ("oedema", "edema"),
        ("ischaemia", "ischemia"),
        ("anaesthesia", "anesthesia"),
    ],
)
def test_british_spelling_finds(typed: str, label: str) -> None:
    terms = Terms([thing("a", SITE, label=label), thing("toe", SITE)])
    assert terms.find(typed).label == label
    assert [term.label for term in terms.search("to")] == ["toe"]


def test_no_more_than_six_are_near() -> None:
    terms = Terms(thing(f"calf-{letter}", SITE) for letter in "abcdefgh")
    assert len({term.label for term in terms.near("calf")}) == 6
    assert terms.near("calf", GROUP) == []
    assert terms.near("kg:calf-c")[0].label == "calf c"
    with pytest.raises(UnknownTermError) as caught:
        terms.find("calf")
    offered = ", ".join(term.label for term in terms.near("calf"))
    assert str(caught.value) == f"Nothing here is called 'calf'. Did you mean {offered}?"


@pytest.mark.parametrize(
    ("text", "sought"),
    [
        ("Why does my calf hurt?", (("cause", "explain"), ("calf",), ("pain",))),
        ("calf calves", (("calf",),)),
        ("the of and", ()),
    ],
)
def test_what_is_sought_by_everyday_words(text: str, sought: tuple[tuple[str, ...], ...]) -> None:
    assert plain.wanted(text, {"calves": ("calf",)}) == sought


def test_words_are_hit_by_beginnings_of_more_than_three_letters() -> None:
    sought = (("pain", "ache"), ("leg",))
    assert plain.hits(sought, ["painful", "leg"]) == {0, 1}
    assert plain.hits(sought, ["legal"]) == set()
    assert plain.missing(sought, ["painful", "leg", "night"]) == 1
    assert plain.missing(sought, []) == 0
