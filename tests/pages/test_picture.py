"""The picture in a browser: links, names, layers, keys, a phone, no scripts, downloads."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from pages.conftest import Visit
from playwright.sync_api import expect


def test_a_thing_in_the_picture_leads_to_its_page(visit: Visit) -> None:
    page = visit("/picture?concept=dehydration")
    picture = page.locator(".picture-box svg")
    expect(picture).to_have_attribute("role", "group")
    expect(picture).to_have_attribute("aria-label", re.compile("dehydration"))
    page.get_by_role("link", name="dehydration, Conditions").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("dehydration")
    assert page.url.endswith("/id/dehydration")


def test_what_is_contested_is_said_in_the_legend_the_picture_and_the_table(visit: Visit) -> None:
    page = visit("/picture?concept=kg:cramp")
    legend = page.locator(".picture-legend")
    expect(legend).to_contain_text("an article denies it (dashed line")
    expect(legend).to_contain_text("reports it as a belief")
    expect(legend).to_contain_text("background: ours")
    denied = page.locator(".picture .graph .denied")
    expect(denied.first.locator("text").first).to_contain_text("DENIED")
    dash = denied.first.locator("path").get_attribute("stroke-dasharray")
    assert dash
    row = page.locator(".picture-table tr.denied").first
    expect(row.locator("strong")).to_have_text("denied")
    expect(row).to_contain_text("not necessarily")


def test_layers_and_origins_are_chosen_in_a_form(visit: Visit) -> None:
    page = visit("/picture?concept=calf", java_script_enabled=False)
    assert page.locator(".picture .evidence, .picture .inferred").count()
    page.get_by_text("Choose layers and origins").click()
    page.get_by_label("Evidence", exact=True).uncheck()
    page.get_by_label("inferred", exact=True).uncheck()
    page.get_by_role("button", name="Show").click()
    assert "origin=background" in page.url
    assert "origin=inferred" not in page.url
    assert page.locator(".picture .graph .evidence, .picture .graph .inferred").count() == 0
    assert page.locator(".picture .graph .background").count()
    assert not page.get_by_label("inferred", exact=True).is_checked()
    page.get_by_label("Around").fill("femoral artery")
    page.get_by_label("Steps").select_option("2")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(
        "What is within 2 steps of femoral artery"
    )


def test_what_is_left_out_is_said_and_can_be_drawn(visit: Visit) -> None:
    page = visit("/picture")
    said = page.locator(".picture-remarks")
    expect(said).to_contain_text("treatments and drugs")
    expect(said).to_contain_text("what is inferred")
    expect(said).to_contain_text("markers 5, 6, 8")  # of stretching, training and quinine
    quinine = page.locator(".picture a[href='/id/quinine-sulfate']")
    expect(quinine).to_have_count(0)
    said.get_by_role("link", name="Draw all of it").click()
    expect(quinine).to_have_count(1)
    expect(page.get_by_text("Left out:")).to_have_count(0)
    expect(page.get_by_role("link", name="Draw all of it")).to_have_count(0)


def test_by_keys_alone_from_the_form_into_the_picture(visit: Visit) -> None:
    page = visit("/picture?question=arteries-explaining-pain&site=kg:calf")
    page.get_by_role("link", name="The same in words").focus()
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "picture-box"
    page.keyboard.press("Tab")
    name = page.evaluate("document.activeElement.getAttribute('aria-label')")
    assert name
    page.keyboard.press("Enter")
    page.wait_for_url("**/id/**")
    expect(page.get_by_role("heading", level=1)).to_have_text(name.rpartition(", ")[0])


def test_on_a_phone_the_picture_scrolls_in_its_box(visit: Visit) -> None:
    page = visit("/picture", viewport={"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    widths = page.locator(".picture-box").evaluate("it => [it.scrollWidth, it.clientWidth]")
    assert widths[0] > widths[1]
    assert page.locator(".picture-box").evaluate("it => it.scrollLeft") == 0  # at its corner


def test_what_was_asked_about_is_in_view_at_first(visit: Visit) -> None:
    page = visit("/picture?concept=leg+cramp&depth=2")
    box = page.locator(".picture-box").bounding_box()
    thing = page.locator(".picture .focus").bounding_box()
    assert box
    assert thing
    assert box["x"] <= thing["x"] <= box["x"] + box["width"] - thing["width"]
    assert box["y"] <= thing["y"] <= box["y"] + box["height"] - thing["height"]


def test_in_the_dark_it_has_other_colours(visit: Visit) -> None:
    page = visit("/picture?concept=calf", color_scheme="light")
    fill = "getComputedStyle(document.querySelector('.picture .sites a path')).fill"
    light = page.evaluate(fill)
    page.emulate_media(color_scheme="dark")
    assert page.evaluate(fill) != light


def test_the_picture_is_taken_away_as_svg_and_png(visit: Visit) -> None:
    page = visit("/picture?concept=femoral+artery+disease")
    for name, start in (("SVG", b"<svg"), ("PNG", b"\x89PNG")):
        with page.expect_download() as caught:
            page.get_by_role("link", name=name, exact=True).click()
        path = caught.value.path()
        content = path.read_bytes()
        assert content.startswith(start)
        if name == "SVG":
            root = ET.fromstring(content)  # noqa: S314 - our own
            assert "Not medical advice" in "".join(root.itertext())


def test_what_fits_nothing_is_told_in_the_form(visit: Visit) -> None:
    page = visit("/picture?concept=cafl")
    expect(page.get_by_role("alert")).to_contain_text("calf")
    expect(page.get_by_label("Around")).to_have_value("cafl")


def test_a_hostile_construct_is_drawn_as_text(visit: Visit) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(2)>"
    query = f"CONSTRUCT {{ kg:calf ck:partOf <x:y> . <x:y> skos:prefLabel '{hostile}' }} WHERE {{}}"
    page = visit("/editor")
    page.goto(f"{page.url}?show=picture&query={query.replace('#', '%23')}")
    expect(page.locator(".picture-box svg")).to_be_visible()
    assert page.locator("main script, main img").count() == 0
    assert hostile in page.locator(".picture-box").inner_html().replace("&lt;", "<").replace(
        "&gt;", ">"
    )


def test_the_whole_graph_stands_in_columns_below_their_headings(visit: Visit) -> None:
    page = visit("/picture", viewport={"width": 1280, "height": 900})
    headings = page.locator(".picture .heading")
    titles = [text.strip() for text in headings.all_text_contents()]
    assert titles[:4] == [
        "Evidence",
        "Factors, mechanisms and electrolytes",
        "Arteries and veins",
        "Conditions",
    ]
    boxes = [headings.nth(place).bounding_box() for place in range(len(titles))]
    tops = {round(box["y"]) for box in boxes if box}
    assert len(tops) == 1
    for layer, box in zip(("evidence", "causes", "arteries", "conditions"), boxes, strict=False):
        assert box
        things = page.locator(f".picture .node.{layer}").all()
        assert len(things) > 3
        for thing in things:
            place = thing.bounding_box()
            assert place
            assert place["y"] > box["y"] + box["height"]
            assert abs(place["x"] + place["width"] / 2 - box["x"] - box["width"] / 2) < 2
    view = page.locator(".picture-box").bounding_box()
    assert view
    assert view["y"] < 500  # it begins in the first view, and is as wide as the page
    assert page.locator(".picture-box").evaluate("it => it.scrollWidth <= it.clientWidth")


def test_what_a_thing_is_linked_with_stands_out_when_it_is_pointed_at(visit: Visit) -> None:
    page = visit("/picture", viewport={"width": 1280, "height": 900})
    thing = page.locator(".picture .node", has=page.get_by_label("calf pain, ", exact=False)).first

    def faint(name: str) -> bool:
        other = page.locator(".picture .node", has=page.get_by_label(name, exact=True)).first
        return bool(other.evaluate("it => Number(getComputedStyle(it).opacity) < 1"))

    assert not faint("muscle overload [2], Factors, mechanisms and electrolytes")
    thing.hover()
    assert faint("muscle overload [2], Factors, mechanisms and electrolytes")
    assert not faint("calf, Sites")
    page.mouse.move(2, 2)
    assert not faint("muscle overload [2], Factors, mechanisms and electrolytes")
    thing.locator("a").focus()
    assert faint("muscle overload [2], Factors, mechanisms and electrolytes")
    assert not faint("popliteal artery disease [3], Conditions")
    page.get_by_label("marker 3, Evidence").focus()  # a number behind a name is a link too
    assert not faint("popliteal artery disease [3], Conditions")
    assert faint("muscle overload [2], Factors, mechanisms and electrolytes")
    page.get_by_label("muscle overload [2], Factors").focus()
    assert not faint("marker 2, Evidence")
    assert faint("marker 3, Evidence")


def test_words_of_a_picture_of_few_links_can_be_read(visit: Visit) -> None:
    page = visit("/picture?concept=dehydration", viewport={"width": 1280, "height": 900})
    size = """texts => texts.map((text) => Number(text.getAttribute("font-size"))
        * text.ownerSVGElement.getBoundingClientRect().width
        / text.ownerSVGElement.viewBox.baseVal.width)"""
    for what, least in ((".edge text", 11), (".node text", 12), (".layer text", 12)):
        sizes = page.locator(f".picture-box {what}").evaluate_all(size)
        assert sizes
        assert min(sizes) > least - 0.01


def test_a_title_stands_above_the_lines_with_a_halo(visit: Visit) -> None:
    page = visit("/picture?concept=dehydration")
    titles = page.locator(".picture .layer text")
    assert titles.count() == page.locator(".picture .layer > path").count() > 2
    after = """title => Array.from(title.closest(".graph").querySelectorAll(".edge")).every(
        (edge) => edge.compareDocumentPosition(title) & Node.DOCUMENT_POSITION_FOLLOWING)"""
    for title in titles.all():
        assert title.get_attribute("paint-order") == "stroke"
        assert title.evaluate(after)
    page.emulate_media(color_scheme="dark")
    colour = "it => getComputedStyle(it).stroke"
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert titles.first.evaluate(colour) == paper


def test_in_forced_colours_words_on_lines_stay_thin(visit: Visit) -> None:
    page = visit("/picture?concept=dehydration", forced_colors="active")
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    for what in (".edge text", ".layer text"):
        text = page.locator(f".picture {what}").first
        told = text.evaluate("it => [getComputedStyle(it).stroke, getComputedStyle(it).fill]")
        assert told[0] == paper != told[1]
