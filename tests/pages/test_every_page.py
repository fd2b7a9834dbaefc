"""Every kind of page in a browser: its frame, its accessibility, its width, its colours."""

from __future__ import annotations

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from pages.browsing import PAGES
from pages.conftest import Visit
from playwright.sync_api import Page

pytestmark = pytest.mark.conformance

#: The rules of axe-core that look at colours: all others read what the dark leaves as it is.
COLOURS = {"type": "tag", "values": ["cat.color"]}


def violations(page: Page, **only: Any) -> list[str]:
    """Return what axe-core finds, by all of its rules unless some are chosen."""
    options: dict[str, Any] = {"resultTypes": ["violations"], **only}
    found = Axe().run(page, options=options).response["violations"]
    return [
        f"{each['id']}: {node['target']} {node['failureSummary']}"
        for each in found
        for node in each["nodes"]
    ]


@pytest.mark.parametrize("name", PAGES)
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
    assert violations(page, runOnly=COLOURS) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


#: Where the thing that has the focus is, and how much of it is cut off by the window or a box that
#: scrolls.
FOCUSED = """() => {
    const it = document.activeElement;
    const box = it.getBoundingClientRect();
    const css = getComputedStyle(it);
    const view = {left: 0, top: 0, right: innerWidth, bottom: innerHeight};
    for (let around = it.parentElement; around; around = around.parentElement) {
        if (around === document.documentElement || getComputedStyle(around).overflowX === "visible")
            continue;
        const edge = around.getBoundingClientRect();
        view.left = Math.max(view.left, edge.left);
        view.top = Math.max(view.top, edge.top);
        view.right = Math.min(view.right, edge.right);
        view.bottom = Math.min(view.bottom, edge.bottom);
    }
    const wide = Math.max(0, Math.min(box.right, view.right) - Math.max(box.left, view.left));
    const high = Math.max(0, Math.min(box.bottom, view.bottom) - Math.max(box.top, view.top));
    const whole = [Math.min(box.width, view.right - view.left),
                   Math.min(box.height, view.bottom - view.top)];
    return {tag: it.tagName, place: `${box.x + scrollX} ${box.y + scrollY} ${it.outerHTML}`,
            outline: css.outlineStyle, width: css.outlineWidth,
            cut: Math.max(whole[0] - wide, whole[1] - high)};
}"""


@pytest.mark.parametrize("name", ["home", "question", "concept", "evidence", "picture", "about"])
@pytest.mark.parametrize("width", [1280, 390])
def test_each_thing_that_has_the_focus_shows_it_and_is_in_view(
    name: str, width: int, visit: Visit
) -> None:
    page = visit(PAGES[name], viewport={"width": width, "height": 844})
    seen = set()
    for _ in range(20):
        page.keyboard.press("Tab")
        focused = page.evaluate(FOCUSED)
        assert focused["tag"] != "BODY", "the focus was lost"
        assert focused["outline"] == "solid", focused
        assert focused["width"] == "3px", focused
        assert focused["cut"] < 2, focused
        seen.add(focused["place"])
    assert len(seen) == 20


def test_the_skip_link_comes_first_and_leads_to_the_content(visit: Visit) -> None:
    page = visit("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the content"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


@pytest.mark.parametrize("width", [1280, 390])
def test_one_disclaimer_is_at_the_head_and_the_rest_at_the_foot(width: int, visit: Visit) -> None:
    page = visit("/", viewport={"width": width, "height": 844})
    assert page.locator(".notice").inner_text() == (
        "Not medical advice: crampkg tells what a source says, not what is true or what to do."
    )
    assert "supplements clinical guidelines" in page.locator("footer").inner_text()


@pytest.mark.parametrize("path", ["/why?subject=", "/concepts?kind=", "/questions?q="])
def test_a_long_word_does_not_widen_a_page(path: str, visit: Visit) -> None:
    page = visit(path + 2000 * "Q", viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_an_answer_prints_without_what_is_for_the_screen(visit: Visit) -> None:
    page = visit(PAGES["question"])
    page.emulate_media(media="print")
    assert not page.locator("header.site nav").is_visible()
    assert not page.locator("form").first.is_visible()
    assert page.locator("table.grid").is_visible()
    assert page.locator(".notice").is_visible()
    assert page.locator("main .status").first.is_visible()


#: The words of cells that stand in more than one line. A hyphen, a dash or a slash may end a line.
BROKEN = r"""() => {
    const broken = [];
    for (const cell of document.querySelectorAll("main :is(td, th, .origin, .stance)")) {
        const texts = document.createTreeWalker(cell, NodeFilter.SHOW_TEXT);
        for (let text = texts.nextNode(); text; text = texts.nextNode()) {
            for (const word of text.data.matchAll(/[^\s\-\u2010-\u2014\/]+/g)) {
                const range = document.createRange();
                range.setStart(text, word.index);
                range.setEnd(text, word.index + word[0].length);
                const tops = new Set([...range.getClientRects()].map((box) => Math.round(box.top)));
                if (tops.size > 1) broken.push(word[0]);
            }
        }
    }
    return broken;
}"""


@pytest.mark.parametrize(
    "name",
    [
        *("question-overview", "question", "question-long", "picture-concept", "evidence"),
        *("concept", "claim", "source"),
    ],
)
def test_nothing_is_cut_off_and_no_word_broken_on_a_sheet_of_paper(name: str, visit: Visit) -> None:
    """718 pixels are A4 within margins of a centimetre."""
    page = visit(PAGES[name], viewport={"width": 718, "height": 1000})
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= 718
    assert page.evaluate(BROKEN) == []


@pytest.mark.parametrize("width", [1120, 1024, 900, 390, 320])
@pytest.mark.parametrize(
    "path", ["/questions/contested-matters", "/questions/differential", "/id/dehydration"]
)
def test_no_part_of_an_answer_is_hidden_beside_a_narrow_window(
    path: str, width: int, visit: Visit
) -> None:
    page = visit(path, viewport={"width": width, "height": 844})
    for box in page.locator("main .scroll").all():
        assert box.evaluate("it => it.scrollWidth - it.clientWidth") <= 0
    assert page.locator("table.grid .origin").first.is_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_each_statement_of_an_overview_is_an_item(width: int, visit: Visit) -> None:
    page = visit(PAGES["question-overview"], viewport={"width": width, "height": 844})
    row = page.locator("table.sheet tbody tr", has_text="peripheral arterial disease")
    items = row.locator("td").first.locator("li")
    assert items.count() == 2
    for item in items.all():
        assert item.inner_text().startswith("names a wider region, ")
        box = item.bounding_box()
        assert box
        assert box["width"] > 250


def test_empty_cells_have_no_place_on_a_card(visit: Visit) -> None:
    page = visit(PAGES["picture-concept"], viewport={"width": 390, "height": 844})
    cells = page.locator(".picture-table tbody td")
    shown = [cell for cell in cells.all() if cell.is_visible()]
    assert 10 < len(shown) < cells.count()
    assert all("\n" in cell.inner_text() for cell in shown)


def test_the_current_page_is_told_in_forced_colours(visit: Visit) -> None:
    page = visit("/questions", forced_colors="active")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    lines = {
        link.get_attribute("aria-current"): link.evaluate(
            "it => getComputedStyle(it).borderBottomColor"
        )
        for link in page.locator("header.site nav a").all()
    }
    assert lines[None] == paper != lines["page"]
