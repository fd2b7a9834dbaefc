"""Fixtures that many tests share: one for each noun."""

from __future__ import annotations

import contextlib
import copy
import gc
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

from crampkg.graph import KnowledgeGraph
from crampkg.sources import Sources

if TYPE_CHECKING:
    from web import Web

ROOT = Path(__file__).parents[1]

# No deadline, since a machine may be busy; no examples kept, since tests leave nothing behind; the
# same ones in each run, but for `make deep`, which names its seed.
settings.register_profile("crampkg", deadline=None, database=None, derandomize=True)
settings.register_profile("deep", deadline=None, database=None, max_examples=2_000)
settings.load_profile("crampkg")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option with which CI forbids skipping: there, whatever a test needs is at hand."""
    parser.addoption("--no-skips", action="store_true", help="fail when a test is skipped")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Spare the collector what lives until the end anyway: thousands of tests, all modules."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)


def pytest_terminal_summary(
    terminalreporter: pytest.TerminalReporter, config: pytest.Config
) -> None:
    """Say which tests were skipped although none may be."""
    if config.getoption("--no-skips") and terminalreporter.stats.get("skipped"):
        terminalreporter.write_line("Tests were skipped, and --no-skips forbids it.", red=True)


def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a run in which a test was skipped although none may be."""
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if (
        exitstatus == pytest.ExitCode.OK
        and session.config.getoption("--no-skips")
        and reporter is not None
        and reporter.stats.get("skipped")
    ):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.fixture(scope="session", autouse=True)
def cache(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Keep snapshots in a folder of this test run, and the developer's settings out of it."""
    kept = os.environ.get("CRAMPKG_TEST_CACHE")  # mutants are many, and none changes a snapshot
    folder = Path(kept) if kept else tmp_path_factory.mktemp("cache")
    folder.mkdir(exist_ok=True)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("CRAMPKG_CACHE", str(folder))
        patch.delenv("CRAMPKG_SOURCES", raising=False)
        yield folder


@pytest.fixture(scope="session")
def graph(cache: Path) -> KnowledgeGraph:
    """Return the graph of the real sources."""
    return KnowledgeGraph.open()


@pytest.fixture(scope="session")
def web(graph: KnowledgeGraph) -> Iterator[Web]:
    """Return the server's application in this process, without the article."""
    with _web(graph, None) as running:
        yield running


@pytest.fixture(scope="session")
def quoting(graph: KnowledgeGraph, article: Path) -> Iterator[Web]:
    """Return the application with the article, which it quotes."""
    with _web(graph, str(article)) as running:
        yield running


@pytest.fixture
def begin(graph: KnowledgeGraph) -> Iterator[Callable[..., Web]]:
    """Return what begins an application with some limits, which ends after the test."""
    with contextlib.ExitStack() as running:
        yield lambda **limits: running.enter_context(_web(graph, None, **limits))


@contextlib.contextmanager
def _web(graph: KnowledgeGraph, article: str | None, **limits: Any) -> Iterator[Web]:
    from crampkg.server.limits import Limits
    from web import Web

    chosen = copy.copy(graph)
    chosen.article = article
    running = Web(chosen, Limits(**{"seconds": 120, "patience": 120, **limits}))
    yield running
    running.stop()


@pytest.fixture
def sources(tmp_path: Path) -> Sources:
    """Return a copy of the real sources, to be changed by a test."""
    for folder in ("ontology", "data", "queries", "rules"):
        shutil.copytree(ROOT / folder, tmp_path / "sources" / folder)
    return Sources(str(tmp_path / "sources"))


@pytest.fixture(scope="session")
def article() -> Path:
    """Return the article's text, which is not in the repository."""
    path = Path(os.environ.get("CRAMPKG_ARTICLE") or ROOT.parent / "shared" / "article.txt")
    if not path.is_file():
        pytest.skip("the article's text is not at hand: set CRAMPKG_ARTICLE to a copy")
    return path


@pytest.fixture(scope="session")
def w3c() -> Path:
    """Return the folder of the W3C's test cases, which are not in the repository."""
    path = Path(os.environ.get("CRAMPKG_W3C") or ROOT.parent / "shared" / "w3c")
    if not path.is_dir():
        pytest.skip("the W3C's test cases are not at hand: set CRAMPKG_W3C to a copy")
    return path


@pytest.fixture
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the developer's credentials and proxies out of it."""
    for name in ("CRAMPKG_PASSWORD", "CRAMPKG_TOKEN", "http_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    netrc = tmp_path / "netrc"
    netrc.touch(mode=0o600)
    monkeypatch.setenv("NETRC", str(netrc))
