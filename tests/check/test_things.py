"""What counts as the name of a thing, printed in the words of a claim."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import ARTICLE, HOME, TinySources, added, changed

from crampkg.check import run
from crampkg.sources import Sources

pytestmark = pytest.mark.usefixtures("text_alone")

CONCEPT = """\
@prefix ck: <https://w3id.org/crampkg/ontology#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix kg: <https://w3id.org/crampkg/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

kg:x
    a ck:Condition ;
    skos:prefLabel "NAME"@en ;
    skos:definition "Made up for the test."@en ;
    dct:source kg:source-tests ;
.
"""
CHECKS = {"thing-not-printed", "printed-thing-unclaimed"}


def found(sources: Sources, article: Path = ARTICLE) -> list[tuple[str, str]]:
    """Return what is found about things: the check, and the last part of the term's name."""
    findings = run(sources, (), str(article)).findings
    return [
        (finding.check, finding.term.rpartition(":")[2])
        for finding in findings
        if finding.check in CHECKS
    ]


def named(folder: Path, name: str) -> TinySources:
    """Return the tiny sources with another concept, called `name`."""
    return added(folder, "data/concepts/x.ttl", CONCEPT.replace("NAME", name))


def test_another_scope_than_printed_is_found(tmp_path: Path) -> None:
    """Leg pain is not what the sentence on calf pain speaks of."""
    name = f"{HOME}/claims/salt.ttl"
    sources = changed(tmp_path, name, ("kg:calf-pain", "kg:leg-pain"))
    assert ("thing-not-printed", "claim-salt-causes-pain") in found(sources)
    note = 'ck:claimObject kg:leg-pain ; skos:scopeNote "By the heading."@en'
    changed(tmp_path, name, ("ck:claimObject kg:leg-pain", note))
    assert ("thing-not-printed", "claim-salt-causes-pain") not in found(TinySources(tmp_path))


@pytest.mark.parametrize(
    ("name", "missing"),
    [
        ("calf pains", False),
        ("pain of the calf", False),
        ("calf pain (unqualified)", False),
        ("calf's pain", False),
        ("calf ache", True),
        ("pain", False),
    ],
)
def test_all_words_of_a_name_must_be_printed(tmp_path: Path, name: str, missing: bool) -> None:
    named(tmp_path, name)
    claims = f"{HOME}/claims/salt.ttl"
    sources = changed(tmp_path, claims, ("kg:calf-pain", "kg:x"))
    assert (("thing-not-printed", "claim-salt-causes-pain") in found(sources)) is missing


@pytest.mark.parametrize(
    ("name", "statements"),
    [
        ("common beliefs", ["statement-winter"]),
        ("belief", ["statement-winter"]),
        ("calf", []),
        ("artery", []),
        ("lookalikes", ["statement-lookalikes"]),
        ("calves", []),
        ("evidence", ["statement-rest"]),
    ],
)
def test_a_printed_thing_has_a_claim(tmp_path: Path, name: str, statements: list[str]) -> None:
    """A word of the name of a thing that has one is not meant by itself."""
    expected = [("printed-thing-unclaimed", statement) for statement in statements]
    # The statement on lookalikes says itself that its claims are read from its items.
    assert found(named(tmp_path, name)) == expected


def test_a_statement_with_a_note_says_itself_what_is_meant(tmp_path: Path) -> None:
    named(tmp_path, "common beliefs")
    path = Path(TinySources(tmp_path).path(f"{HOME}/statements/winter.ttl"))
    text = path.read_text().replace(
        'skos:prefLabel "statement on winter"@en ;',
        'skos:prefLabel "statement on winter"@en ; skos:scopeNote "A manner of speaking."@en ;',
    )
    assert found(added(tmp_path, f"{HOME}/statements/winter.ttl", text)) == []


def test_a_claim_left_out_of_a_list_is_found(tmp_path: Path) -> None:
    """The item has a second claim, so that its text is read."""
    text = Path(TinySources().path(f"{HOME}/claims/gout.ttl")).read_text()
    other = text.replace("statement-gout", "statement-bruise").replace("claim-pain", "claim-two")
    added(tmp_path, f"{HOME}/claims/bruise.ttl", other)
    assert ("printed-thing-unclaimed", "statement-lookalikes") in found(TinySources(tmp_path))
