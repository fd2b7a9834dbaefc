"""Every kind of page in a browser: its frame, its accessibility, its width, its colours."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages.browsing import ALIKE, PAGES
from pages.conftest import Visit
from playwright.sync_api import Page

#: The rules of axe-core that look at colours; for the others a page is the same in the dark.
COLOURS = {
    "runOnly": ["color-contrast", "link-in-text-block"],
    "resultTypes": ["violations"],
}


def violations(page: Page, options: dict[str, Any] | None = None) -> list[str]:
    """Return what axe-core finds."""
    found = (
        Axe().run(page, options=options or {"resultTypes": ["violations"]}).response["violations"]
    )
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("name", [name for name in PAGES if name not in ALIKE])
def test_a_page_is_accessible_in_light_and_dark_and_fits_a_phone(name: str, visit: Visit) -> None:
    page = visit(PAGES[name], color_scheme="light")
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.locator("h1").count() == 1
    assert page.locator("h1").inner_text().strip()
    assert page.title().endswith(" \N{EN DASH} crampkg")
    assert page.locator(".notice").is_visible()
    assert page.locator(".notice").inner_text().startswith("Not medical advice")
    assert violations(page) == []
    paper = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(paper)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(paper) != light
    assert violations(page, COLOURS) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


@pytest.mark.parametrize("name", ["home", "question", "concept", "evidence"])
def test_each_thing_that_has_the_focus_shows_it_and_is_in_view(name: str, visit: Visit) -> None:
    page = visit(PAGES[name])
    seen = set()
    for _ in range(15):
        page.keyboard.press("Tab")
        style = page.evaluate(
            """() => {
                const it = document.activeElement;
                const box = it.getBoundingClientRect();
                const css = getComputedStyle(it);
                return {tag: it.tagName, place: `${box.x} ${box.y + scrollY}`, x: box.x,
                        outline: css.outlineStyle, width: css.outlineWidth};
            }"""
        )
        assert style["tag"] != "BODY", "the focus was lost"
        assert style["outline"] == "solid", style
        assert style["width"] == "3px", style
        assert style["x"] >= 0, style
        seen.add(style["place"])
    assert len(seen) == 15


def test_the_skip_link_comes_first_and_leads_to_the_content(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_an_answer_prints_without_what_is_for_the_screen(visit: Visit) -> None:
    page = visit(PAGES["question"])
    page.emulate_media(media="print")
    assert not page.locator("header.site nav").is_visible()
    assert not page.locator("form").first.is_visible()
    assert page.locator("table.grid").is_visible()
    assert page.locator(".notice").is_visible()
    assert page.locator("main .status").first.is_visible()
