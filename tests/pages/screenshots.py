"""`make screenshots`: every page, at the width of a desk and of a phone, light and dark.

Some also as they are printed and without scripts; `make page` writes the one that README shows.
With a copy of the article in CRAMPKG_ARTICLE the pages quote it, but for README's.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import sys
from pathlib import Path

from pages.browsing import PAGES, chromium, launched
from playwright.sync_api import Browser, FloatRect

#: Width and height, by the name of the screen.
SCREENS = {"desk": (1280, 800), "phone": (390, 844)}
README = Path(__file__).parents[2] / "docs" / "page.png"


def shoot(browser: Browser, url: str, folder: Path, only: str) -> int:
    """Write a picture of each page whose name has `only` in it, and return how many."""
    folder.mkdir(parents=True, exist_ok=True)
    shot = 0
    for screen, (width, height) in SCREENS.items():
        for scheme in ("light", "dark"):
            context = browser.new_context(
                viewport={"width": width, "height": height},
                color_scheme="dark" if scheme == "dark" else "light",
            )
            page = context.new_page()
            for name, path in PAGES.items():
                if only in name:
                    page.goto(f"{url}{path}")
                    page.screenshot(path=folder / f"{name}-{screen}-{scheme}.png", full_page=True)
                    shot += 1
            context.close()
    return shot


def shoot_otherwise(browser: Browser, url: str, folder: Path, only: str) -> int:
    """Write a picture of some pages as they are printed, and without scripts."""
    shot = 0
    for kind, scripts in (("printed", True), ("no-scripts", False)):
        context = browser.new_context(
            viewport={"width": 794, "height": 1123}, java_script_enabled=scripts
        )
        page = context.new_page()
        if kind == "printed":
            page.emulate_media(media="print")
        for name in (
            "question",
            "question-overview",
            "concept",
            "picture-question",
            "editor-table",
        ):
            if only in name:
                page.goto(f"{url}{PAGES[name]}")
                page.screenshot(path=folder / f"{name}-{kind}.png", full_page=True)
                shot += 1
        context.close()
    return shot


def shoot_for_readme(browser: Browser, url: str) -> int:
    """Write the picture that README shows: the top of an answer."""
    page = browser.new_page(viewport={"width": 1120, "height": 900})
    page.goto(f"{url}{PAGES['question']}")
    table = page.locator("table.grid").bounding_box()
    if table is None:
        message = "The page of the question has no table."
        raise RuntimeError(message)
    bottom = table["y"] + table["height"] + 16
    clip: FloatRect = {"x": 0, "y": 0, "width": 1120, "height": bottom}
    page.screenshot(path=README, full_page=True, clip=clip)
    page.close()
    return 1


def main() -> int:
    """Shoot the pages of a running server, or of one that is started for it."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--url", help="a running server (default: one is started)")
    words.add_argument("--folder", type=Path, default=Path("screenshots"))
    words.add_argument("--only", default="", help="a part of the names of pages")
    words.add_argument(
        "--readme", action="store_true", help="write docs/page.png, and nothing else"
    )
    asked = words.parse_args()
    path = chromium()
    if path is None:
        print("There is no Chromium: install Debian's, or set CRAMPKG_CHROMIUM.", file=sys.stderr)
        return 2
    article = os.environ.get("CRAMPKG_ARTICLE")
    quoting = ["--article", article] if article and not asked.readme else []
    with contextlib.ExitStack() as stack:
        browser = stack.enter_context(launched(path))
        url = asked.url
        if not url:
            from serving import Server

            server = Server(*quoting)
            stack.callback(server.stop)
            url = server.url
        if asked.readme:
            shot = shoot_for_readme(browser, url)
        else:
            shot = shoot(browser, url, asked.folder, asked.only)
            shot += shoot_otherwise(browser, url, asked.folder, asked.only)
    print(f"{shot} pictures in {README.parent if asked.readme else asked.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
