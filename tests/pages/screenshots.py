"""`make screenshots`: every page, at the width of a desk and of a phone, light and dark."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from pages.browsing import PAGES, chromium, launched
from playwright.sync_api import Browser

#: Width and height, by the name of the screen.
SCREENS = {"desk": (1280, 800), "phone": (390, 844)}


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


def main() -> int:
    """Shoot the pages of a running server, or of one that is started for it."""
    words = argparse.ArgumentParser(description=__doc__)
    words.add_argument("--url", help="a running server (default: one is started)")
    words.add_argument("--folder", type=Path, default=Path("screenshots"))
    words.add_argument("--only", default="", help="a part of the names of pages")
    asked = words.parse_args()
    path = chromium()
    if path is None:
        print("There is no Chromium: install Debian's, or set CRAMPKG_CHROMIUM.", file=sys.stderr)
        return 2
    with launched(path) as browser:
        if asked.url:
            shot = shoot(browser, asked.url, asked.folder, asked.only)
        else:
            from serving import Server

            server = Server()
            try:
                shot = shoot(browser, server.url, asked.folder, asked.only)
            finally:
                server.stop()
    print(f"{shot} pictures in {asked.folder}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
