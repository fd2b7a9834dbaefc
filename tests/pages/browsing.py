"""A headless Chromium at the server under test, and the pages that tests and screenshots visit."""

from __future__ import annotations

import contextlib
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

#: Every kind of page, by the name of its screenshot.
PAGES = {
    "home": "/",
    "questions": "/questions",
    "questions-found": "/questions?q=evidence&tag=pain",
    "questions-none": "/questions?q=zebra",
    "question": "/questions/arteries-explaining-pain?site=kg:calf",
    "question-overview": "/questions/differential",
    "question-graph": "/questions/claim-graph",
    "question-empty": "/questions/arteries-explaining-pain?site=kg:ankle",
    "question-mistaken": "/questions/arteries-explaining-pain?site=cafl",
    "question-long": "/questions/claims-by-marker?marker=art:marker-1",
    "concepts": "/concepts",
    "concepts-found": "/concepts?q=pain",
    "concept": "/id/dehydration",
    "concept-site": "/id/calf",
    "marker": "/id/what-causes-leg-cramps/marker-7",
    "source": "/id/what-causes-leg-cramps/reference-2",
    "claim": "/id/what-causes-leg-cramps/claim-mild-hypohydration-predisposes-to-cramp",
    "ontology": "/ontology",
    "why": "/why?subject=kg:femoral-artery&predicate=ck:implicatedIn&object=kg:calf-pain",
    "why-not": "/why?subject=kg:mild-hypohydration&predicate=ck:predisposesTo&object=kg:cramp",
    "why-mistaken": "/why?subject=zebra&predicate=&object=",
    "picture": "/picture",
    "picture-concept": "/picture?concept=dehydration",
    "picture-question": "/picture?question=arteries-explaining-pain&site=kg:calf",
    "picture-mistaken": "/picture?concept=cafl",
    "editor": "/editor",
    "editor-example": "/editor?example=arteries-explaining-pain",
    "editor-table": "/editor?query=SELECT+*+%7B+kg:calf+%3Fp+%3Fo+%7D",
    "editor-raw": "/editor?query=DESCRIBE+kg:calf&show=raw",
    "editor-picture": "/editor?query=DESCRIBE+kg:calf&show=picture",
    "editor-wrong": "/editor?query=SELECT+*+%7B%0A++kg:calf+%3Fp",
    "evidence": "/evidence",
    "about": "/about",
    "api": "/api",
    "problems": "/problem/",
    "problem": "/problem/busy",
    "nothing": "/nothing-here",
}


def chromium() -> str | None:
    """Return the path of Chromium, `$CRAMPKG_CHROMIUM` or Debian's, or None."""
    path = os.environ.get("CRAMPKG_CHROMIUM") or shutil.which("chromium")
    return path if path and Path(path).is_file() else None


@contextlib.contextmanager
def launched(path: str) -> Iterator[Browser]:
    """Run Chromium without a window."""
    with sync_playwright() as playwright:
        # As root, which CI is, Chromium has no sandbox; it is shown nothing but our own pages.
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        yield browser
        browser.close()
