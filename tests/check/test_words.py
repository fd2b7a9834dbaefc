"""What counts as a cue in the words of a claim, and what as read."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from tiny import ARTICLE, HOME, TinySources, added, changed

from crampkg.check import run

pytestmark = pytest.mark.usefixtures("text_alone")

TEXT = ARTICLE.read_text(encoding="utf-8")
ARTERY = f"{HOME}/claims/artery.ttl"
LAST = f"{HOME}/claims/mixed.ttl"
USE = """\
art:marker-use-7
    a ck:MarkerUse ;
    skos:prefLabel "use 7 of a marker: marker 1"@en ;
    ck:start 484 ;
    ck:end 485 ;
    ck:sha256 "6b86b273ff34fce19d6b804eff5a3f5747ada4eaa22f1d49c01e52ddb7875b4b" ;
    ck:coverage "sentence" ;
    ck:usedIn art:statement-rest ;
    ck:useOf art:marker-1 ;
.
"""
PREFIXES = """\
@prefix art: <https://w3id.org/crampkg/id/calf-ache/> .
@prefix ck: <https://w3id.org/crampkg/ontology#> .
@prefix kg: <https://w3id.org/crampkg/id/> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .

"""


def span(words: str) -> str:
    """Return the triples that say where the words are printed."""
    start = TEXT.index(words)
    digest = hashlib.sha256(words.encode()).hexdigest()
    return f'ck:start {start} ; ck:end {start + len(words)} ; ck:sha256 "{digest}"'


def claim(statement: str, words: str, more: str) -> str:
    """Return a claim of whatever content, read from some words."""
    return PREFIXES + (
        'art:claim-x a ck:Claim ; skos:prefLabel "claim x"@en ; ck:claimSubject kg:cold ; '
        "ck:claimPredicate ck:relatedTo ; ck:claimObject kg:leg-pain ; ck:stance ck:affirmed ; "
        'skos:scopeNote "Its things are made up."@en ; '
        f"ck:basis ck:sentence ; ck:readFrom art:{statement} ; {span(words)} ; {more} ."
    )


def checks(sources: TinySources, article: Path | None = ARTICLE) -> set[str]:
    """Return the checks that find something; how a file is laid out is not meant."""
    report = run(sources, (), str(article) if article else None)
    return {finding.check for finding in report.findings} - {"not-canonical"}


def test_a_hedge_inside_the_wording_of_the_claim_is_no_cue(tmp_path: Path) -> None:
    """As 'most' is none in 'provides the most comprehensive explanation for'."""
    words = "rest may help some walkers"
    kept = claim("statement-opening", words, 'ck:hedge ck:some ; ck:wording "may help"@en')
    assert checks(added(tmp_path, f"{HOME}/x.ttl", kept)) == set()
    bare = claim("statement-opening", words, 'ck:hedge ck:some ; ck:wording "help"@en')
    assert checks(added(tmp_path, f"{HOME}/x.ttl", bare)) == {"hedge-cue-without-hedge"}


def test_a_hedge_of_another_claim_is_accounted_for(tmp_path: Path) -> None:
    words = "Calf pain is often caused by tibial artery disease, while rest may help some walkers."
    more = 'ck:wording "caused by"@en ; ck:hedge ck:often ; ck:hedgeOfAnother ck:may'
    text = claim("statement-opening", words, more)
    assert checks(added(tmp_path, f"{HOME}/x.ttl", text)) == {"hedge-cue-without-hedge"}
    text = claim("statement-opening", words, f"{more}, ck:some")
    assert checks(added(tmp_path, f"{HOME}/x.ttl", text)) == set()


def test_a_hedge_in_the_words_before_a_list_counts_for_its_items(tmp_path: Path) -> None:
    sources = changed(tmp_path, f"{HOME}/claims/gout.ttl", ("    ck:hedge ck:can ;\n", ""))
    assert checks(sources) == {"hedge-cue-without-hedge"}


def test_a_hedge_is_a_whole_word_in_any_case(tmp_path: Path) -> None:
    """'Cold can' has it; 'candle' would not."""
    article = tmp_path / "article.txt"
    article.write_text(TEXT.replace("Cold can", "Candles"))
    found = run(TinySources(), (), str(article)).findings
    hedged = [finding for finding in found if finding.check == "hedge-not-printed"]
    assert [finding.term.rpartition(":")[2] for finding in hedged] == ["claim-cold-triggers-pain"]
    article.write_text(TEXT.replace("Cold can", "Cold CAN"))
    found = run(TinySources(), (), str(article)).findings
    assert {finding.check for finding in found} == {"digest"}


def test_a_negation_that_is_the_relation_of_another_claim_is_no_cue(tmp_path: Path) -> None:
    """As 'without' is none where another claim says what people are free of."""
    words = "Salt does not cause calf pain"
    text = claim("statement-salt", words, 'ck:wording "cause"@en')
    assert checks(added(tmp_path, f"{HOME}/x.ttl", text)) == {"negation-on-affirmed-claim"}
    changed(tmp_path, f"{HOME}/claims/salt.ttl", ('"cause"', '"does not cause"'))
    assert checks(TinySources(tmp_path)) == set()


def test_a_contracted_negation_is_a_cue(tmp_path: Path) -> None:
    article = tmp_path / "article.txt"
    article.write_text(TEXT.replace("does not cause", "doesn't cause "))
    sources = changed(tmp_path, f"{HOME}/claims/salt.ttl", ("ck:denied", "ck:affirmed"))
    found = run(sources, (), str(article)).findings
    assert "negation-on-affirmed-claim" in {finding.check for finding in found}


def test_the_wording_of_a_heading_claim_may_be_printed_in_its_label(tmp_path: Path) -> None:
    words = "Cold can trigger calf pain, especially at night"
    more = (
        'ck:wording "Triggers"@en ; ck:hedge ck:can ; ck:especiallyWhen kg:at-night ; '
        'ck:conditionWording "especially at night"@en'
    )
    text = claim("statement-cold", words, more)
    assert checks(added(tmp_path, f"{HOME}/x.ttl", text)) == {"wording-not-printed"}
    text = text.replace("ck:sentence", "ck:heading")
    text = text.replace('"claim x"', '"claim x (heading)"')
    assert checks(added(tmp_path, f"{HOME}/x.ttl", text)) == set()


def test_text_outside_of_every_statement_is_unread(tmp_path: Path) -> None:
    """Without the article it is told by its length, with it by its words."""
    for name in ("claims/salt.ttl", "statements/salt.ttl"):
        added(tmp_path, f"{HOME}/{name}", "")
    added(tmp_path, f"{HOME}/claims/salt.ttl", "")
    start = TEXT.index("Salt:")
    end = TEXT.index("pain 1\n\n  • Winter") + len("pain")
    for article in (ARTICLE, None):
        report = run(TinySources(tmp_path), (), str(article) if article else None)
        found = {finding.check: finding for finding in report.findings}
        expected = {"unread-text", "printed-marker-without-use"} if article else {"unread-text"}
        assert set(found) == expected
        assert found["unread-text"].term.endswith(":article")
        if article:
            assert f"from {start} to {end}." in found["unread-text"].problem


@pytest.mark.parametrize("article", [ARTICLE, None], ids=["with the article", "alone"])
def test_the_end_of_the_last_statement_is_unread(tmp_path: Path, article: Path | None) -> None:
    """The last gap of all, which no marker after it closes."""
    name = f"{HOME}/statements/rest.ttl"
    text = Path(TinySources().path(name)).read_text(encoding="utf-8")
    assert USE in text
    added(tmp_path, name, text.replace("    ck:marker art:marker-1 ;\n", "").replace(USE, ""))
    words = "The evidence is mixed"
    whole = f"{words}, but resting can help some walkers"
    recorded = span(whole).replace(" ; ", " ;\n    ")
    sources = changed(tmp_path, LAST, (recorded, span(words)))
    findings = run(sources, (), str(article) if article else None).findings
    (finding,) = [finding for finding in findings if finding.check == "unread-text"]
    assert finding.term.endswith(":statement-rest")
    start, end = TEXT.index(whole), TEXT.index(whole) + len(whole)
    # "but" joins, and is no unread text by itself.
    read_to = start + len(f"{words}, but ") if article else start + len(words)
    assert f"from {read_to} to {end}." in finding.problem


def test_a_last_statement_that_is_not_there_is_unread(tmp_path: Path) -> None:
    """Nothing follows it but the heading of the references, which claims nothing."""
    for name in (LAST, f"{HOME}/statements/rest.ttl"):
        sources = added(tmp_path, name, "")
    findings = run(sources, (), str(ARTICLE)).findings
    (finding,) = [finding for finding in findings if finding.check == "unread-text"]
    start = TEXT.index("Rest: The evidence")
    end = TEXT.index("walkers 1\n\nReferences") + len("walkers")
    assert f"from {start} to {end}." in finding.problem


def test_words_that_only_join_are_no_unread_text() -> None:
    """', while ' stands between two claims of the opening."""
    assert checks(TinySources()) == set()
    assert checks(TinySources(), None) == set()


@pytest.mark.parametrize("article", [ARTICLE, None], ids=["with the article", "alone"])
def test_the_rest_of_a_statement_is_unread(tmp_path: Path, article: Path | None) -> None:
    sources = added(tmp_path, f"{HOME}/claims/walkers.ttl", "")
    findings = run(sources, (), str(article) if article else None).findings
    (finding,) = [finding for finding in findings if finding.check == "unread-text"]
    assert finding.term.endswith(":statement-opening")
    if article:
        start = TEXT.index("rest may")
        assert f"from {start} to {start + 26}." in finding.problem


def test_a_claim_without_a_span_of_its_own_reads_the_whole_statement(tmp_path: Path) -> None:
    added(tmp_path, f"{HOME}/claims/walkers.ttl", "")
    start = TEXT.index("Calf pain is often")
    end = TEXT.index(", while")
    digest = hashlib.sha256(TEXT[start:end].encode()).hexdigest()
    sources = changed(
        tmp_path,
        ARTERY,
        (f'    ck:start {start} ;\n    ck:end {end} ;\n    ck:sha256 "{digest}" ;\n', ""),
    )
    assert checks(sources, None) == set()


def test_the_words_before_a_list_are_read_with_its_items(tmp_path: Path) -> None:
    """Only those right before it: a clause before them needs a claim."""
    name = f"{HOME}/statements/lookalikes.ttl"
    reason = '    ck:noClaimReason "Introduces a list; the claims are read from its items."@en ;\n'
    changed(tmp_path, name, (reason, ""))
    more = 'ck:hedge ck:can ; ck:wording "Calf"@en'
    text = claim("statement-lookalikes", "Calf pain can", more)
    assert checks(added(tmp_path, f"{HOME}/x.ttl", text)) == set()
    text = claim("statement-lookalikes", "confused with", 'ck:wording "with"@en')
    assert checks(added(tmp_path, f"{HOME}/x.ttl", text)) == {"unread-text"}
