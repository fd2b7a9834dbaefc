"""A browser at a server of the real graph, watched: no error, and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pages.browsing import chromium, launched
from playwright.sync_api import Browser, Page
from serving import Server

Visit = Callable[..., Page]


@pytest.fixture(scope="session")
def site(cache: Path) -> Iterator[Server]:
    """Return a server of the real graph, without the article."""
    running = Server()
    yield running
    running.stop()


@pytest.fixture
def start(cache: Path) -> Iterator[Callable[..., Server]]:
    """Return what starts a server with options, and stops it after the test."""
    started: list[Server] = []

    def begin(*options: str, **variables: str) -> Server:
        started.append(Server(*options, variables=variables))
        return started[-1]

    yield begin
    for each in started:
        each.stop()


# As long as a module's tests alone: Playwright keeps an event loop running, which others start.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium."""
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not installed: install Debian's, or set CRAMPKG_CHROMIUM")
    with launched(path) as running:
        yield running


@pytest.fixture
def visit(browser: Browser, site: Server) -> Iterator[Visit]:
    """Return what opens a path in a window of its own; what goes wrong there fails the test.

    Options are those of a Playwright context; `at` is the URL of another server than `site`.
    """
    wrong: list[str] = []
    contexts = []

    def opened(path: str, *, at: str = site.url, **options: Any) -> Page:
        context = browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        contexts.append(context)
        page = context.new_page()
        page.set_default_timeout(10_000)

        def heard(message: Any) -> None:
            # That a page which says what was asked wrongly has a status of 4xx, is as it should.
            is_status = message.text.startswith("Failed to load resource") and (
                message.location["url"].split("#")[0] == page.url.split("#")[0]
            )
            if message.type in ("error", "warning") and not is_status:
                wrong.append(f"{page.url}: {message.text}")

        def asked(request: Any) -> None:
            if not request.url.startswith(f"{at}/"):
                wrong.append(f"{page.url} asked for {request.url}")

        page.on("console", heard)
        page.on("pageerror", lambda error: wrong.append(f"{page.url}: {error}"))
        page.on("dialog", lambda dialog: wrong.append(f"{page.url}: {dialog.message}"))
        page.on("request", asked)
        page.goto(f"{at}{path}")
        return page

    yield opened
    for context in contexts:
        context.close()
    assert wrong == []
