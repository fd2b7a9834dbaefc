"""The build hook and the editor: what each mode does with npm, without it, and when it fails."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from hatch_build import build_editor

NPM = """#!/bin/sh
echo "$@" >> "$LOG"
[ "$1" = ci ] && mkdir -p node_modules && [ -z "$FAIL" ] && touch node_modules/.package-lock.json
[ "$1" = run ] && [ -z "$FAIL" ] && echo built > ../src/crampkg/server/static/editor.js
[ -n "$FAIL" ] && echo "something is wrong" >&2 && exit 1
exit 0
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """Return a tree with the sources of an editor that is not built."""
    (tmp_path / "web" / "src").mkdir(parents=True)
    (tmp_path / "web" / "src" / "editor.js").write_text("1", encoding="ascii")
    (tmp_path / "web" / "package-lock.json").write_text("{}", encoding="ascii")
    (tmp_path / "src" / "crampkg" / "server" / "static").mkdir(parents=True)
    return tmp_path


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let a script stand in for npm, and return its log."""
    folder = tmp_path / "bin"
    folder.mkdir()
    (folder / "npm").write_text(NPM, encoding="ascii")
    (folder / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    log = tmp_path / "log"
    monkeypatch.setenv("LOG", str(log))
    return log


def built(tree: Path) -> Path:
    """Return where the built editor is."""
    return tree / "src" / "crampkg" / "server" / "static" / "editor.js"


def test_with_npm_it_is_installed_and_built_once(tree: Path, npm: Path) -> None:
    said: list[str] = []
    build_editor(tree, "auto", said.append)
    build_editor(tree, "require", said.append)
    assert built(tree).is_file()
    assert said == []
    assert npm.read_text(encoding="ascii").splitlines() == [
        "ci --ignore-scripts --no-audit --no-fund",
        "run build",
    ]


@pytest.mark.parametrize(
    "source", ["web/src/editor.js", "src/crampkg/server/static/picture.js", "web/package-lock.json"]
)
def test_it_is_built_again_when_a_source_is_newer(tree: Path, npm: Path, source: str) -> None:
    """And what it needs is installed again only if that is locked anew."""
    (tree / source).touch()
    build_editor(tree, "auto", print)
    later = built(tree).stat().st_mtime + 10
    os.utime(tree / source, (later, later))
    build_editor(tree, "auto", print)
    ran = [line.partition(" ")[0] for line in npm.read_text(encoding="ascii").splitlines()]
    again = ["ci", "run"] if "lock" in source else ["run"]
    assert ran == ["ci", "run", *again]


def test_an_install_that_failed_is_begun_again(
    tree: Path, npm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as failing:
        failing.setenv("FAIL", "1")
        build_editor(tree, "auto", print)
    build_editor(tree, "auto", print)
    ran = [line.partition(" ")[0] for line in npm.read_text(encoding="ascii").splitlines()]
    assert ran == ["ci", "ci", "run"]
    assert built(tree).is_file()


def test_without_npm_the_build_goes_on_and_says_so(
    tree: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shutil, "which", lambda _: None)
    said: list[str] = []
    build_editor(tree, "auto", said.append)
    assert len(said) == 1
    assert "there is no npm" in said[0]
    with pytest.raises(RuntimeError, match="required"):
        build_editor(tree, "require", said.append)


def test_a_build_that_fails_is_told(tree: Path, npm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FAIL", "1")
    said: list[str] = []
    build_editor(tree, "auto", said.append)
    assert "something is wrong" in said[0]
    with pytest.raises(RuntimeError, match="required"):
        build_editor(tree, "require", said.append)


def test_skip_builds_nothing_and_keeps_what_is_there(tree: Path, npm: Path) -> None:
    licences = built(tree).with_name("editor.licenses.txt")
    licences.touch()
    build_editor(tree, "skip", print)
    assert not built(tree).exists()
    assert not licences.exists()  # of nothing
    built(tree).touch()
    licences.touch()
    build_editor(tree, "skip", print)
    assert built(tree).exists()
    assert licences.exists()
    assert not npm.exists()


def test_another_mode_is_refused(tree: Path) -> None:
    with pytest.raises(ValueError, match="auto, skip, require"):
        build_editor(tree, "always", print)
