"""A browser at a server of the real graph, watched: no error, and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pages.browsing import chromium, launched
from playwright.sync_api import Browser, Page, ViewportSize, expect
from serving import Server

Visit = Callable[..., Page]

#: How long a page may take to be as expected, in milliseconds: other work may be going on.
_PATIENCE = 120_000
expect.set_options(timeout=_PATIENCE)

#: What a page may take of the server's time meanwhile.
_SLOWLY = ("--seconds", "120")


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What needs a browser is of the tier of the tools of others: not everybody has one."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker("conformance")


@pytest.fixture(scope="session")
def live(cache: Path) -> Iterator[Server]:
    """Return a server of the real graph for browsers, without the article."""
    running = Server(*_SLOWLY)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def quoting_live(cache: Path, article: Path) -> Iterator[Server]:
    """Return a server of the real graph with the article, which it quotes."""
    running = Server(*_SLOWLY, "--article", str(article))
    yield running
    running.stop()


# As long as a module's tests alone: Playwright keeps an event loop running, which others start.
@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return a headless Chromium."""
    path = chromium()
    if path is None:
        pytest.skip("Chromium is not installed: install Debian's, or set CRAMPKG_CHROMIUM")
    with launched(path) as running:
        yield running


@pytest.fixture(scope="module")
def window(browser: Browser) -> Iterator[Page]:
    """Return a window for tests that leave nothing in it: a new one costs half a second."""
    with browser.new_context() as context:
        yield context.new_page()


#: What a window that is used again is given anew, and need not be made for.
_RESET = {"viewport", "color_scheme"}


@pytest.fixture
def visit(browser: Browser, live: Server, window: Page) -> Iterator[Visit]:
    """Return what opens a path in a window; what goes wrong there fails the test.

    Options are those of a Playwright context; `at` is the URL of another server than `live`. The
    first window is one that was used before, its size and colours as in a new one, unless options
    ask for more; others are made.
    """
    wrong: list[str] = []
    contexts = []
    watched: list[tuple[Page, Any, Any]] = []

    def opened(path: str, *, at: str = live.url, **options: Any) -> Page:
        size: ViewportSize = options.setdefault("viewport", {"width": 1280, "height": 800})
        if watched or not _RESET.issuperset(options):
            context = browser.new_context(**options)
            contexts.append(context)
            page = context.new_page()
        else:
            page = window
            page.set_viewport_size(size)
            page.emulate_media(media="null", color_scheme=options.get("color_scheme", "light"))
            page.mouse.move(0, 0)
        page.set_default_timeout(_PATIENCE)

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

        seen: dict[Any, Any] = {
            "console": heard,
            "pageerror": lambda error: wrong.append(f"{page.url}: {error}"),
            "dialog": lambda dialog: wrong.append(f"{page.url}: {dialog.message}"),
            "request": asked,
        }
        for event, hear in seen.items():
            page.on(event, hear)
            watched.append((page, event, hear))
        page.goto(f"{at}{path}")
        return page

    yield opened
    for page, event, hear in watched:
        page.remove_listener(event, hear)
    for context in contexts:
        context.close()
    window.goto("about:blank")
    assert wrong == []
