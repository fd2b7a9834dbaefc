"""Finding a term by what people call it."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampkg.answers.formats import about
from crampkg.answers.remarks import closing_lines
from crampkg.errors import (
    AmbiguousTermError,
    CrampkgError,
    UnknownTermError,
    WrongKindError,
)
from crampkg.explain.story import verdict
from crampkg.graph import KnowledgeGraph
from crampkg.model import Mapped, Term
from crampkg.names import PROPERTIES, Terms
from crampkg.server.scenes import options_of, scene_of
from crampkg.vocabulary import CK, KG, OWL


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("calf pain", "calf-pain"),
        ("Calf-Pain", "calf-pain"),
        ("CALF_PAIN", "calf-pain"),
        ("kg:calf-pain", "calf-pain"),
        ("https://w3id.org/crampkg/id/calf-pain", "calf-pain"),
        ("<https://w3id.org/crampkg/id/calf-pain>", "calf-pain"),
        ("PAD", "peripheral-arterial-disease"),
        ("Baker's cyst", "popliteal-cyst"),
        ("oedema of nothing", None),
        ("claudication", "claudication"),
    ],
)
def test_finds(graph: KnowledgeGraph, name: str, slug: str | None) -> None:
    if slug is None:
        with pytest.raises(UnknownTermError):
            graph.find(name)
    else:
        assert graph.find(name).iri == KG + slug


@pytest.mark.parametrize("apostrophe", "'\u2019\u2018\u02bc\u2032\u00b4`\uff07")
def test_an_apostrophe_has_many_forms(graph: KnowledgeGraph, apostrophe: str) -> None:
    """Phones and word processors write another one than keyboards; some people write none."""
    for name, slug in (
        ("Parkinson's disease", "parkinson-disease"),
        ("Baker's cyst", "popliteal-cyst"),
    ):
        for typed in (name.replace("'", apostrophe), name.replace("'", "").upper()):
            assert graph.find(typed).iri == KG + slug
            assert graph.terms.search(typed)[0].iri == KG + slug


@pytest.mark.parametrize(
    "typed",
    [
        "calf\u00a0pain",  # a no-break space
        "calf\u2011pain",  # a hyphen at which no line breaks
        "calf \u2013 pain",  # a dash
        "ca\u00adlf pain",  # a soft hyphen
        "\ufeffcalf pain\u200b",  # a byte order mark, and a space without width
        "\uff43alf pain",  # a letter of full width
    ],
)
def test_what_nobody_sees_does_not_matter(graph: KnowledgeGraph, typed: str) -> None:
    assert graph.find(typed).iri == f"{KG}calf-pain"


def test_accents_may_be_characters_of_their_own() -> None:
    terms = Terms([Term(f"{KG}menard", "Ménard's ache", (), (f"{OWL}Thing",), "")])
    assert terms.find("Me\u0301nard\u2019s ache").iri == f"{KG}menard"


def test_a_search_ranks_a_whole_name_a_beginning_a_word_and_any_place() -> None:
    """Within a rank the shorter label comes first: by length these stand the other way round."""
    names = {
        "the longest of all the names here": ("ache",),
        "aches of the whole lower leg": (),
        "old and dull calf ache": (),
        "headache": (),
    }
    terms = Terms(
        Term(f"{KG}{n}", label, synonyms, (f"{OWL}Thing",), "")
        for n, (label, synonyms) in enumerate(names.items())
    )
    assert [term.label for term in terms.search("ache")] == list(names)


def test_nothing_suggests_the_nearest(graph: KnowledgeGraph) -> None:
    with pytest.raises(UnknownTermError, match="Did you mean calf") as caught:
        graph.find("calv", CK + "AnatomicalSite")
    assert "No anatomical site is called 'calv'" in str(caught.value)


@pytest.mark.parametrize(
    "name", ["kg:femoral-arterie", "<https://w3id.org/crampkg/id/femoral-arterie>"]
)
def test_a_wrong_iri_suggests_by_its_last_part(graph: KnowledgeGraph, name: str) -> None:
    with pytest.raises(UnknownTermError, match="Did you mean femoral artery"):
        graph.find(name)


@pytest.mark.parametrize(
    ("name", "sentence"),
    [
        ("nope", "No relation is called 'nope'. `crampkg ask vocabulary-used` lists those"),
        ("relieves", "No relation is called 'relieves'. Did you mean is relieved by"),
        (
            "calf",
            "'calf' is an anatomical site, and no relation. `crampkg ask vocabulary-used`",
        ),
    ],
)
def test_a_relation_that_there_is_not(graph: KnowledgeGraph, name: str, sentence: str) -> None:
    with pytest.raises((UnknownTermError, WrongKindError), match=re.escape(sentence)):
        graph.terms.relation(name)


def test_every_label_of_a_relation_finds_it(graph: KnowledgeGraph) -> None:
    relations = [term for kind in PROPERTIES for term in graph.terms.of_kind(kind)]
    assert len(relations) > 80
    for term in relations:
        assert graph.terms.relation(term.label) == term.iri


def test_the_words_of_owl_have_names(graph: KnowledgeGraph) -> None:
    assert graph.terms.name_of(OWL + "Class") == "class"
    assert graph.terms.name_of(CK + "Artery") == "artery"
    assert graph.terms.name_of(OWL + "hasKey") == "owl:hasKey"
    with pytest.raises(WrongKindError, match="'ck:causes' is causes, a relation, and no class"):
        graph.find("ck:causes", OWL + "Class")


def test_several_are_listed() -> None:
    """The real concepts share no name."""
    terms = Terms(
        Term(f"{KG}{slug}", slug, ("ache",), (f"{OWL}Thing",), "") for slug in ("dull", "sharp")
    )
    with pytest.raises(AmbiguousTermError, match=r"kg:dull.*kg:sharp.*Say which"):
        terms.find("ache")


def test_a_class_can_settle_what_a_name_leaves_open(graph: KnowledgeGraph) -> None:
    assert graph.find("drug class").iri == CK + "DrugClass"
    assert graph.find("calf", CK + "AnatomicalSite").label == "calf"


@pytest.mark.parametrize(
    ("kind", "name", "label"),
    [
        ("CitationMarker", "4", "marker 4"),
        ("Section", "primary causes", "section on primary causes"),
        ("Section", "Differential Diagnosis", "section on differential diagnosis"),
        ("Section", "causes of leg cramps", "section on causes of leg cramps (opening)"),
    ],
)
def test_what_begins_all_labels_of_a_kind_may_be_left_out(
    graph: KnowledgeGraph, kind: str, name: str, label: str
) -> None:
    assert graph.find(name, CK + kind).label == label
    with pytest.raises(UnknownTermError):
        graph.find("44", CK + kind)


def test_nothing_may_be_left_out_where_no_kind_is_wanted(graph: KnowledgeGraph) -> None:
    with pytest.raises(UnknownTermError):
        graph.find("4")


def test_the_wrong_class_names_what_would_do(graph: KnowledgeGraph) -> None:
    with pytest.raises(WrongKindError) as caught:
        graph.find("quinine", CK + "AnatomicalSite")
    assert str(caught.value) == (
        "'quinine' is quinine sulfate, a drug, and no anatomical site. "
        "`crampkg ask conditions-of-kind --kind ck:AnatomicalSite` lists those."
    )
    with pytest.raises(WrongKindError) as caught:
        graph.find("muscle fatigue", CK + "Condition")
    assert str(caught.value) == (
        "'muscle fatigue' is a causal factor, and no condition. "
        "`crampkg ask conditions-of-kind --kind ck:Condition` lists those."
    )
    listed = graph.ask("conditions-of-kind", kind="ck:Condition")
    assert {term.iri for term in graph.terms.of_kind(CK + "Condition")} <= {
        row.text("thing") for row in listed
    }


def test_the_wrong_class_is_told_names_that_are_near_or_all_of_a_few(graph: KnowledgeGraph) -> None:
    for name, kind, sentence in (
        # near: that of the artery is in the name of its disease
        ("femoral artery", "Condition", "Did you mean femoral artery disease?"),
        ("calf", "Cramp", "One of these would do: "),
        ("calf", "CitationMarker", "`crampkg` completes names by TAB."),  # an article's
    ):
        with pytest.raises(WrongKindError, match=re.escape(sentence)) as caught:
            graph.find(name, CK + kind)
        assert "conditions-of-kind" not in str(caught.value)


def test_every_label_of_a_thing_finds_it(graph: KnowledgeGraph) -> None:
    for term in graph.terms:
        if term.iri.startswith(KG):
            assert graph.find(term.label, term.kinds[0]).iri == term.iri


@given(st.text(max_size=30))
def test_any_name_is_found_or_refused_with_a_sentence(graph: KnowledgeGraph, name: str) -> None:
    try:
        assert graph.find(name, CK + "AnatomicalSite").label
    except CrampkgError as error:
        assert str(error).endswith((".", "?"))


def test_a_word_of_a_name_leads_to_the_name(graph: KnowledgeGraph) -> None:
    with pytest.raises(UnknownTermError, match="Did you mean Golgi tendon organ"):
        graph.find("golgi")
    with pytest.raises(UnknownTermError, match="Did you mean Golgi tendon organ"):
        graph.find("zzz golgi tendon organ")


@pytest.mark.parametrize(
    ("call", "sentence", "hint"),
    [
        ("find", "Nothing here is called 'zzz'.", "completes names by TAB."),
        ("relation", "No relation is called 'zzz'.", "lists those that the article uses."),
    ],
)
def test_what_is_for_a_command_line_is_told_apart(
    graph: KnowledgeGraph, call: str, sentence: str, hint: str
) -> None:
    with pytest.raises(UnknownTermError) as caught:
        getattr(graph.terms, call)("zzz")
    assert caught.value.sentence == sentence
    assert caught.value.hint.endswith(hint)
    assert str(caught.value) == f"{sentence} {caught.value.hint}"


@pytest.mark.parametrize(
    ("name", "slug", "sentence"),
    [
        (
            "hypokalemia",
            "potassium-deficiency",
            "mesh:D007008, to which it is mapped closely",
        ),
        ("Hyponatremia", "sodium-deficiency", "to which it is mapped closely"),
        ("lower limb pain", "leg-pain", "HP:0012514, to which it is mapped exactly"),
        (
            "degenerative joint disease",
            "osteoarthritis",
            "MONDO:0005178, to which it is",
        ),
        ("sural region", "calf", "UBERON:8480048, to which it is mapped exactly"),
        ("nerve root disorder", "radiculopathy", "exactly"),  # of nerve root compression closely
        ("Cramp in lower leg", None, ""),  # narrower
        ("Peripheral edema", None, ""),  # broader
        ("Gastrocnemius myalgia", None, ""),  # narrower
        ("anterior compartment of tibia syndrome", None, ""),  # related: never
        ("HP:0012514", "leg-pain", "found by HP:0012514, to which it is mapped exactly"),
        ("http://id.nlm.nih.gov/mesh/D007008", "potassium-deficiency", "by mesh:D007008, to"),
        ("HP:0012515", None, ""),
        ("calf pain", "calf-pain", ""),  # our own name needs no word
        ("kg:calf-pain", "calf-pain", ""),
        ("ACC", "american-college-of-cardiology", ""),
        ("athletes", "athletes-with-cramps", "by 'athletes', which is no synonym of it."),
        ("fatigue", "muscle-fatigue", "'muscle fatigue' is found by 'fatigue', which is no"),
        ("Skeletal muscle cramps during exercise", "what-causes-leg-cramps/reference-4", ""),
    ],
)
def test_a_term_mapped_exactly_or_closely_lends_its_name(
    graph: KnowledgeGraph, name: str, slug: str | None, sentence: str
) -> None:
    if slug is None:
        with pytest.raises(UnknownTermError):
            graph.find(name)
        return
    assert graph.find(name).iri == KG + slug
    told = graph.terms.lent(name)
    assert sentence in told
    assert bool(told) == bool(sentence)
    if ":" not in name or sentence:  # else it is an address of ours
        assert graph.terms.search(name)[0].iri == KG + slug


def test_a_name_that_is_lent_comes_after_all_own_names() -> None:
    def term(slug: str, *lent: tuple[str, str]) -> Term:
        mapped = tuple(Mapped(name, f"https://example.org/{name}", how) for name, how in lent)
        return Term(f"{KG}{slug}", slug, (), (f"{OWL}Thing",), "", mapped=mapped)

    a_class = Term(f"{CK}Strain", "strain", (), (f"{OWL}Class",), "")
    terms = Terms(
        [
            a_class,
            term("tear", ("strain", "exactly"), ("pull", "closely")),
            term("rip", ("pull", "exactly")),
            term("ache", ("sore", "closely")),
            term("pang", ("sore", "closely")),
        ]
    )
    assert terms.find("strain") == a_class
    assert terms.find("pull").label == "rip"
    assert terms.lent("pull") == (
        "'rip' is found by 'pull', a name of https://example.org/pull, "
        "to which it is mapped exactly."
    )
    with pytest.raises(AmbiguousTermError, match=r"kg:ache.*kg:pang"):
        terms.find("sore")


@pytest.mark.parametrize(
    "name", ["statin", "statins", "aspirin", "hypernatremia", "PVD", "MS", "ALS"]
)
def test_another_word_is_no_slip_of_the_pen(graph: KnowledgeGraph, name: str) -> None:
    with pytest.raises(UnknownTermError) as caught:
        graph.find(name)
    assert str(caught.value).startswith(f"Nothing here is called '{name}'.")
    assert "Did you mean" not in str(caught.value)


@pytest.mark.parametrize(
    ("name", "way", "label"),
    [
        ("peripheral vascular disease", "wider", "peripheral arterial disease"),
        ("Osteoarthritis of hip", "narrower", "hip arthritis"),
        ("gastrocnemius", "narrower", "calf"),
        ("Cramp in lower leg", "narrower", "leg cramp"),
        ("SCTID:449918009", "narrower", "leg cramp"),
    ],
)
def test_a_wider_or_narrower_name_says_so(
    graph: KnowledgeGraph, name: str, way: str, label: str
) -> None:
    with pytest.raises(UnknownTermError) as caught:
        graph.find(name)
    assert caught.value.sentence == (
        f"Nothing here is called {name!r}. It names something {way} than {label}."
    )


@pytest.mark.parametrize(
    ("title", "label"),
    [
        ("Guideline Directed Topic Overview", "Guideline Directed Topic Overview (2025)"),
        ("Muscle cramps", "Muscle cramps (2005)"),
        ("Muscle cramps.", "Muscle cramps (2005)"),
    ],
)
def test_a_printed_title_finds_its_reference(graph: KnowledgeGraph, title: str, label: str) -> None:
    assert graph.find(title, CK + "EvidenceSource").label == label
    assert graph.find("Muscle cramps").label == "muscle cramp"


@pytest.mark.parametrize(
    ("name", "label"),
    [
        ("hypokalaemia", "potassium deficiency"),
        ("hyponatraemia", "sodium deficiency"),
        ("hypomagnesaemia", "magnesium deficiency"),
        ("low potassium", "potassium deficiency"),
        ("low sodium", "sodium deficiency"),
        ("low magnesium", "magnesium deficiency"),
        ("willis ekbom disease", "restless legs syndrome"),
        ("ABPI", "ankle-brachial index"),
        ("PAOD", "peripheral arterial disease"),
        ("P.A.D.", "peripheral arterial disease"),
        ("DJD", "osteoarthritis"),
        ("charley horse", "muscle cramp"),
    ],
)
def test_what_people_call_a_thing_finds_it(graph: KnowledgeGraph, name: str, label: str) -> None:
    assert graph.find(name).label == label


@pytest.mark.parametrize(
    ("slip", "label"),
    [
        ("calv", "calf"),
        ("cafl", "calf"),
        ("oedema", "leg edema"),
        ("claudcation", "claudication"),
        ("hypokalmia", "potassium deficiency"),
        ("calves", "calf"),
    ],
)
def test_a_slip_of_the_pen_is_mended(graph: KnowledgeGraph, slip: str, label: str) -> None:
    assert graph.terms.near(slip)[0].label == label


def test_the_faces_say_that_a_name_is_lent(graph: KnowledgeGraph) -> None:
    card = graph.describe("hypokalemia")
    assert card.found.startswith("'potassium deficiency' is found by 'hypokalemia', a name of ")
    assert graph.describe("potassium deficiency").found == ""
    answer = graph.ask("claims-about", concept="hypokalemia")
    assert answer.lent() == (card.found,)
    assert closing_lines(answer)[0] == card.found
    assert about(answer, {})["found"] == [card.found]
    assert "found" not in about(graph.ask("claims-about", concept="calf"), {})
    explanation = graph.why("hypokalaemia", "RO:0003303", "calf pain")
    assert explanation.found == (
        "'potassium deficiency' is found by 'hypokalaemia', a name of mesh:D007008, "
        "to which it is mapped closely.",
        "'causes' is found by RO:0003303, to which it is mapped closely.",
    )
    assert verdict(explanation).startswith(" ".join(explanation.found))
    assert graph.why("potassium deficiency", "causes", "calf pain").found == ()
    scene = scene_of(options_of([["concept", "hypokalemia"]], graph), graph)
    assert scene.remarks[0] == card.found
