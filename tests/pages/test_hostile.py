"""Labels that try to be markup, to turn the text round, or to burst the page are shown as text."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from conftest import ROOT
from pages.conftest import Visit
from playwright.sync_api import expect
from serving import Server

SCRIPT = "<script>alert('label')</script><img src=x onerror=alert(1)>"
QUOTES = "\"'><a href=\"javascript:alert(2)\" onclick='alert(3)'>&amp;{{ 7 * 191 }}"
TURNED = "\N{RIGHT-TO-LEFT OVERRIDE}niap flac\N{RIGHT-TO-LEFT MARK} \N{HEBREW LETTER ALEF}"
LONG = "w" * 10_000

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
def hostile(cache: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Return a server of the real graph with a few hostile things in it."""
    root = tmp_path_factory.mktemp("hostile")
    for folder in ("ontology", "data", "queries", "rules"):
        shutil.copytree(ROOT / folder, root / folder)
    claims = next((root / "data" / "articles").glob("*/claims.ttl"))
    blocks = "".join(_block(name, text) for name, text in HOSTILE.items())
    claims.write_text(claims.read_text(encoding="utf-8") + blocks, encoding="utf-8")
    running = Server("--sources", str(root))
    yield running
    running.stop()


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_label_is_text_on_every_page(name: str, visit: Visit, hostile: Server) -> None:
    label = HOSTILE[name]
    page = visit(f"/id/hostile-{name}", at=hostile.url)
    assert page.locator("h1").text_content() == label
    assert page.locator("h1 bdi").count() == 1
    asked = (
        f"/id/what-causes-leg-cramps/claim-hostile-{name}",
        f"/questions/concept-card?concept=kg:hostile-{name}",
        f"/why?subject=kg:hostile-{name}&predicate=ck:associatedWith&object=kg:calf-pain",
        f"/concepts?q=hostile-{name}",
    )
    for path in asked:
        page.goto(f"{hostile.url}{path}")
        assert label in (page.locator("body").text_content() or ""), path
        assert page.locator("main script, main img, main [onclick], main [onerror]").count() == 0
        assert page.locator("a[href^='javascript']").count() == 0
        page.set_viewport_size({"width": 390, "height": 844})
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path


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
        assert page.locator("main script, main img, main [onclick], main [onerror]").count() == 0
        assert "1337" not in (page.locator("main").text_content() or "")


def _with(base: str, path: str, name: str, value: str) -> str:
    from urllib.parse import urlencode, urljoin

    return f"{urljoin(base, path)}?{urlencode({name: value})}"
