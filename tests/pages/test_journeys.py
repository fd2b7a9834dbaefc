"""What people come for, from the first page to the evidence, by mouse, keys or without scripts."""

from __future__ import annotations

import json
import re
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from pages.conftest import Visit
from playwright.sync_api import Page, expect
from pyoxigraph import RdfFormat, parse
from serving import Server


@pytest.mark.parametrize("script", [True, False], ids=["scripts", "no scripts"])
def test_a_clinician_asks_why_a_calf_hurts_and_reads_the_evidence(
    visit: Visit, script: bool, quoting_live: Server, article: Path
) -> None:
    page = visit("/", at=quoting_live.url, java_script_enabled=script)
    page.get_by_label("Ask about").fill("why does a calf hurt")
    page.get_by_role("button", name="Find a question").click()
    page.get_by_role("link", name="Which arteries explain pain at the").click()
    page.get_by_label("where it hurts").select_option(label="calf")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("calf")
    expect(page.locator("main .status").first).to_contain_text("pending human review")
    said = {
        "femoral artery": ("“associated with”", "hedge: typically"),
        "popliteal artery": ("“associated with”", "hedge: typically"),
        "tibial artery": ("“related to”", "hedge: often"),
    }
    rows = page.locator("table.grid tbody tr:not(.quote)", has_text="link inferred")
    expect(rows).to_have_count(len(said))
    for artery, told in said.items():
        for words in told:
            expect(rows.filter(has_text=f"{artery} disease")).to_contain_text(words)
    # Its own words, as the copy of the article has them.
    quotes = page.locator("table.grid tr.quote q")
    expect(quotes).to_have_count(len(said))
    for quote in quotes.all():
        span = quote.inner_text().strip("“”")
        assert span.startswith("Calf")
        assert span in " ".join(article.read_text(encoding="utf-8").split())
    row = rows.filter(has_text="femoral artery disease")
    for words in ("“associated with”", "affirmed", "hedge: typically", "sentence", "article"):
        expect(row).to_contain_text(words)
    expect(row).to_contain_text("link inferred, confidence high")
    row.get_by_role("link", name="marker 3").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("marker 3")
    expect(page.get_by_text("The article does not link its markers")).to_be_visible()
    page.locator("section[aria-labelledby=leads]").get_by_role(
        "link", name="Vascular Causes"
    ).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Vascular Causes of Leg Cramps")
    page.go_back()
    page.go_back()
    row.get_by_role("link", name="femoral artery", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("femoral artery")
    inferred = page.locator("section[aria-labelledby=inferred] tbody tr", has_text="calf pain")
    inferred.get_by_role("link", name="why?").first.click()
    expect(page.locator(".lead").first).to_contain_text("It is inferred")
    expect(page.locator(".tree").first).to_contain_text("“associated with”")


def test_a_reviewer_finds_everything_that_rests_on_marker_7(visit: Visit, live: Server) -> None:
    page = visit("/evidence")
    page.get_by_role("link", name="The markers that it prints").click()
    page.locator("section[aria-labelledby=marker-counts]").get_by_role(
        "link", name="marker 7"
    ).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("marker 7")
    expect(page.locator("section[aria-labelledby=leads]")).to_contain_text("confidence low")
    rows = page.locator("section[aria-labelledby=rests] tbody tr:not(.quote)")
    # By hand from the article: the belief, its denial, and the bullet on balance with its label.
    by_hand = {
        "mild hypohydration": 1,
        "maintaining proper hydration": 2,
        "maintaining proper electrolyte levels": 2,
        "primary cause": 1,
    }
    for words, count in by_hand.items():
        expect(rows.filter(has_text=words)).to_have_count(count)
    expect(rows).to_have_count(sum(by_hand.values()))
    told = live.get("/api/questions/claims-by-marker?marker=art:marker-7&format=json").json()
    wanted = told["results"]["bindings"]
    assert rows.count() == len(wanted) > 0
    for row, claim in zip(rows.all(), wanted, strict=True):
        expect(row).to_contain_text(claim["subjectLabel"]["value"])
        expect(row).to_contain_text(claim["stance"]["value"])
        expect(row).to_contain_text("may be any of 3 listed sources")
    denied = rows.filter(has_text="denied")
    expect(denied).to_have_count(1)
    expect(denied).to_contain_text("not necessarily")
    denied.get_by_role("link", name="the claim").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("mild hypohydration")
    told = page.locator("section[aria-labelledby=what] table")
    for words in ("denied", "hedge: not necessarily", "marker 7", "may be any of 3 listed sources"):
        expect(told).to_contain_text(words)


def test_an_engineer_takes_a_query_and_the_data(visit: Visit, live: Server) -> None:
    page = visit("/questions/arteries-explaining-pain?site=kg:calf")
    page.get_by_text("Show the query").click()
    query = page.locator("details.query pre").inner_text()
    assert "kg:calf" in query or "id/calf>" in query
    editor = page.get_by_role("link", name="Open in the editor").get_attribute("href")
    assert editor is not None
    assert parse_qs(urlsplit(editor).query)["query"] == [query]
    rows = live.query(query, "application/sparql-results+json").json()["results"]["bindings"]
    assert len(rows) == page.locator("table.grid tbody tr:not(.quote)").count()
    downloads = {}
    for name in ("CSV", "TSV", "JSON", "JSON-LD"):
        with page.expect_download() as started:
            page.get_by_role("link", name=name, exact=True).click()
        downloads[name] = started.value.path().read_bytes()
        assert started.value.suggested_filename.startswith("arteries-explaining-pain.")
    assert downloads["CSV"].count(b"\n") == downloads["TSV"].count(b"\n") == len(rows) + 1
    assert len(json.loads(downloads["JSON"])["results"]["bindings"]) == len(rows)
    assert list(parse(downloads["JSON-LD"], format=RdfFormat.JSON_LD))
    address = page.get_by_label("Link to this answer").input_value()
    before = page.locator("table.grid").inner_text()
    page.goto(address)
    assert page.locator("table.grid").inner_text() == before


def test_a_question_is_asked_by_keys_alone(visit: Visit) -> None:
    page = visit("/questions/arteries-explaining-pain")
    _tab_to(page, "select")
    page.keyboard.type("foo")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("site=kg%3Afoot$"))
    expect(page.get_by_role("heading", level=1)).to_contain_text("foot")


def test_a_permalink_is_copied(visit: Visit) -> None:
    page = visit("/questions/denied-claims", permissions=["clipboard-read", "clipboard-write"])
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    expect(page.get_by_role("status")).to_have_text("Copied")
    copied = page.evaluate("navigator.clipboard.readText()")
    assert copied == page.get_by_label("Link to this answer").input_value() == page.url


def test_an_empty_answer_says_what_the_article_is_silent_on_and_offers_others(
    visit: Visit,
) -> None:
    page = visit("/questions/arteries-explaining-pain?site=ankle")
    expect(page.get_by_role("heading", name="No answer")).to_be_visible()
    expect(page.locator(".silence")).to_contain_text("The article names no artery")
    near = page.locator("section[aria-labelledby=near] a")
    assert near.count() >= 3
    page.locator(".silence").get_by_role("link", name="calf").click()
    assert page.locator("table.grid tbody tr:not(.quote)").count() > 0


def test_a_name_that_means_nothing_is_told_at_its_field_with_others_that_do(
    visit: Visit,
) -> None:
    page = visit("/questions/intervention-verdict?intervention=quinin")
    field = page.get_by_label("intervention")
    assert field.get_attribute("aria-invalid") == "true"
    expect(field).to_have_value("")
    told = page.locator(f"#{field.get_attribute('aria-describedby')}")
    expect(told).to_contain_text("“quinin”")
    page.get_by_role("link", name="quinine sulfate").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("quinine sulfate")
    assert page.locator("table.grid tbody tr:not(.quote)").count() > 0


def test_one_more_value_is_chosen_where_the_keyboard_is(visit: Visit) -> None:
    page = visit("/questions/arteries-explaining-pain?site=kg:calf")
    page.get_by_role("button", name="Add another site").press("Enter")
    expect(page.get_by_label("site 2")).to_be_focused()
    page.keyboard.type("foo")
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("calf or foot")
    assert page.locator("[autofocus]").count() == 0


def test_concepts_are_found_by_a_synonym_and_listed_by_kind(visit: Visit) -> None:
    page = visit("/concepts")
    page.get_by_label("Name or a part of it").fill("RLS")
    page.get_by_role("button", name="Find").click()
    page.get_by_role("link", name="restless legs syndrome").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("restless legs syndrome")
    page.locator(".trail a").nth(1).click()
    expect(page.get_by_role("status")).to_contain_text("found")
    expect(page.get_by_role("link", name="restless legs syndrome")).to_be_visible()


def _tab_to(page: Page, selector: str) -> None:
    """Press Tab until the focus is on what `selector` matches."""
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate(f"document.activeElement.matches({selector!r})"):
            return
    pytest.fail(f"Tab never leads to {selector}")
