"""Labels that try to be markup, to turn the text round, or to burst the page are shown as text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode, urljoin
from xml.etree import ElementTree as ET

import pytest
from conftest import ROOT
from pages.conftest import Visit
from playwright.sync_api import expect
from serving import Server

from crampkg.graph import KnowledgeGraph
from crampkg.server.limits import Limits
from crampkg.server.pages.editor import is_built
from web import Web

SCRIPT = "<script>alert('label')</script><img src=x onerror=alert(1)>"
QUOTES = "\"'><a href=\"javascript:alert(2)\" onclick='alert(3)'>&amp;{{ 7 * 191 }}"
TURNED = "\N{RIGHT-TO-LEFT OVERRIDE}niap flac\N{RIGHT-TO-LEFT MARK} \N{HEBREW LETTER ALEF}"
LONG = "w" * 10_000

#: The characters of `TURNED` that say in which direction text runs, to be left out.
TURNING = dict.fromkeys(map(ord, "\N{RIGHT-TO-LEFT OVERRIDE}\N{RIGHT-TO-LEFT MARK}"))

#: What a label would have made of itself.
MARKUP = "main script, main img, main [onclick], main [onerror], a[href^='javascript']"

SVG, XLINK = "{http://www.w3.org/2000/svg}", "{http://www.w3.org/1999/xlink}href"

HOSTILE = {"script": SCRIPT, "quotes": QUOTES, "turned": TURNED, "long": LONG}


def _written(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"@en'


def _block(name: str, text: str) -> str:
    return f"""
kg:hostile-{name}
    a ck:Condition ;
    skos:prefLabel {_written(text)} ;
    skos:altLabel {_written(f"also {text}")} ;
    skos:definition {_written(f"Defined as {text}")} ;
.

kg:hostile-site-{name}
    a ck:AnatomicalSite ;
    skos:prefLabel {_written(f"site {text}")} ;
    skos:definition {_written(f"The place of {text}")} ;
.

art:claim-hostile-{name}
    a ck:Claim ;
    skos:prefLabel {_written(f"{text} causes")} ;
    skos:scopeNote {_written(f"Noted: {text}")} ;
    ck:claimSubject kg:hostile-{name} ;
    ck:claimPredicate ck:associatedWith ;
    ck:claimObject kg:calf-pain ;
    ck:wording {_written(text)} ;
    ck:stance ck:affirmed ;
    ck:basis ck:sentence ;
    ck:readFrom art:statement-calf ;
.
"""


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the real sources with a few hostile things in them."""
    root = tmp_path_factory.mktemp("hostile")
    for folder in ("ontology", "data", "queries", "rules"):
        shutil.copytree(ROOT / folder, root / folder)
    claims = next((root / "data" / "articles").glob("*/article.ttl"))
    blocks = "".join(_block(name, text) for name, text in HOSTILE.items())
    claims.write_text(claims.read_text(encoding="utf-8") + blocks, encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def hostile(cache: Path, sources: Path) -> Iterator[Server]:
    """Return a server of these sources."""
    running = Server("--sources", str(sources))
    yield running
    running.stop()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_label_is_text_on_every_page(name: str, visit: Visit, hostile: Server) -> None:
    label = HOSTILE[name]
    page = visit(f"/id/hostile-{name}", at=hostile.url)
    assert page.locator("h1").text_content() == label
    assert page.locator("h1 bdi").count() == 1
    described = urlencode({"query": f"DESCRIBE kg:hostile-{name}"})
    asked = (
        f"/id/what-causes-leg-cramps/claim-hostile-{name}",
        f"/questions/concept-card?concept=kg:hostile-{name}",
        f"/why?subject=kg:hostile-{name}&predicate=ck:associatedWith&object=kg:calf-pain",
        f"/concepts?q=hostile-{name}",
        f"/picture?concept=kg:hostile-{name}",
        f"/editor?{described}&show=table",
        f"/editor?{described}&show=raw",
        f"/editor?{described}&show=picture",
        "/questions/pain-within",  # the hostile site is a choice of its form
    )
    for path in asked:
        page.goto(f"{hostile.url}{path}")
        expected = label
        if "raw" in path:
            expected = label.replace('"', '\\"')
        elif "picture" in path:  # a text of an SVG is drawn as one run: what turns it is left out
            expected = label.translate(TURNING)
        assert expected in (page.locator("body").text_content() or ""), path
        assert page.locator(MARKUP).count() == 0, path
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


@pytest.fixture(scope="module")
def web(cache: Path, sources: Path) -> Iterator[Web]:
    """Return the application on these sources in this process."""
    running = Web(KnowledgeGraph.open(sources), Limits(seconds=120))
    yield running
    running.stop()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_label_is_text_in_a_picture_by_itself(name: str, web: Web) -> None:
    picture = web.get(f"/picture.svg?concept=kg:hostile-{name}")
    assert picture.status_code == 200
    root = ET.fromstring(picture.content)  # noqa: S314 - of our own server
    tags = {each.tag.rpartition("}")[2] for each in root.iter()}
    assert not tags & {"script", "img", "image", "foreignObject"}
    names = {key for each in root.iter() for key in each.attrib}
    assert not any(key.startswith("on") for key in names)
    links = [each.get("href") or each.get(XLINK) for each in root.iter(f"{SVG}a")]
    assert links
    assert all(str(link).startswith(web.url) for link in links)
    told = "".join("".join(root.itertext()).split())
    assert "".join(HOSTILE[name].translate(TURNING).split())[:20] in told
    assert not set(map(chr, TURNING)) & set(told)
    drawn = web.get(f"/picture.png?concept=kg:hostile-{name}")
    assert drawn.content.startswith(b"\x89PNG")


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_label_is_text_in_completion(name: str, visit: Visit, hostile: Server) -> None:
    if not is_built():
        pytest.skip("the editor is not built: make editor (needs Node.js 20 or newer)")
    page = visit("/editor", at=hostile.url)
    content = page.get_by_role("textbox", name="SPARQL query")
    content.click()
    page.keyboard.press("Control+a")
    page.keyboard.type(f"SELECT * {{ kg:hostile-{name}")
    offered = page.locator(".cm-tooltip-autocomplete li")
    expect(offered.first).to_contain_text(f"kg:hostile-{name}")
    expect(offered.first).to_contain_text(HOSTILE[name][:20])
    page.wait_for_timeout(150)  # CodeMirror ignores keys for a moment
    page.keyboard.press("ArrowDown")  # the definition stands beside what is chosen
    assert page.locator(f".cm-editor :is({MARKUP}), .cm-tooltip :is({MARKUP})").count() == 0
    box = page.locator(".cm-tooltip-autocomplete").bounding_box()
    assert box is not None
    assert box["width"] < 1280


@pytest.mark.parametrize("words", HOSTILE.values(), ids=HOSTILE)
def test_what_a_reader_types_is_text(words: str, visit: Visit) -> None:
    page = visit("/questions")
    for path, field in (
        ("/questions", "q"),
        ("/concepts", "q"),
        ("/concepts", "kind"),
        ("/questions/intervention-verdict", "intervention"),
        ("/why", "subject"),
    ):
        page.goto(_with(page.url, path, field, words))
        expect(page.locator("h1")).to_have_count(1)
        assert page.locator(MARKUP).count() == 0
        assert "1337" not in (page.locator("main").text_content() or "")


def _with(base: str, path: str, name: str, value: str) -> str:
    return f"{urljoin(base, path)}?{urlencode({name: value})}"
