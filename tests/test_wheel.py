"""The wheel: built by way of the sdist, it carries all sources and the snapshot, and it answers."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from crampkg.graph import KnowledgeGraph
from crampkg.pipeline.snapshot import FILES
from crampkg.sources import Sources

ROOT = Path(__file__).parents[1]


def run(*command: str, cwd: Path, **variables: str) -> str:
    """Run a command of this Python's environment and return what it prints."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    done = subprocess.run(
        [sys.executable, "-B", *command],  # -B: what runs here leaves nothing beside the sources
        cwd=cwd,
        env=kept | variables,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr + done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder into which the wheel is installed."""
    folder = tmp_path_factory.mktemp("wheel")
    build = ("-m", "build", "--no-isolation", "--outdir", str(folder), str(ROOT))
    # The tree is not changed by a test: an editor that was built in it before is carried.
    run(*build, cwd=folder, CRAMPKG_EDITOR="skip")
    (wheel,) = folder.glob("*.whl")
    target = folder / "installed"
    install = ("-m", "pip", "install", "--no-deps", "--no-index", "--no-compile", "--quiet")
    run(*install, "--target", str(target), str(wheel), cwd=folder)
    return target


def test_it_carries_what_the_tree_has(installed: Path) -> None:
    """No file is left out in silence, as one that git ignores would be, and none is added."""
    package = ROOT / "src" / "crampkg"
    expected = {
        *(f"kg/{name}" for name in Sources(str(ROOT)).files()),
        *(f"kg/snapshot/{name}" for name in FILES),
        *(
            path.relative_to(package).as_posix()
            for path in package.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        ),
    }
    carried = installed / "crampkg"
    found = {path.relative_to(carried).as_posix() for path in carried.rglob("*") if path.is_file()}
    assert found == expected


def test_it_answers_from_its_snapshot(
    installed: Path, tmp_path: Path, graph: KnowledgeGraph
) -> None:
    """The installed command gives the answer of the tree, and builds nothing."""
    command = ("-P", "-m", "crampkg", "ask", "arteries-explaining-pain", "-f", "csv")
    cache = tmp_path / "cache"
    variables = {"PYTHONPATH": str(installed), "CRAMPKG_CACHE": str(cache)}
    answer = run(*command, cwd=tmp_path, **variables)
    expected = graph.ask("arteries-explaining-pain").serialize("csv")
    assert answer.encode() == expected.replace(b"\r\n", b"\n")
    assert not cache.exists()


def test_the_snapshot_needs_only_what_the_build_requires(tmp_path: Path) -> None:
    """A build in isolation has few packages: the other dependencies must not be imported there."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    asked, required = (
        {re.split(r"[^a-z0-9-]", name.lower())[0] for name in names}
        for names in (project["project"]["dependencies"], project["build-system"]["requires"])
    )
    absent = sorted(asked - required)
    assert "rdflib" in absent
    build = (
        f"import sys; sys.modules.update(dict.fromkeys({absent}))\n"
        "from crampkg.pipeline.snapshot import build_into\n"
        "from crampkg.sources import Sources\n"
        f"build_into(Sources({str(ROOT)!r}), {str(tmp_path)!r})\n"
    )
    run("-c", build, cwd=tmp_path, PYTHONPATH=str(ROOT / "src"))
    assert {path.name for path in tmp_path.iterdir()} == set(FILES)


def test_it_has_the_licences(installed: Path) -> None:
    """Both licences go with the wheel."""
    found = {path.name for path in installed.glob("*.dist-info/licenses/*")}
    assert found == {"LICENSE", "LICENSE-DATA"}
