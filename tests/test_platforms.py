"""What would fail on Windows, as far as it can be tried anywhere: line ends, drives and names."""

from __future__ import annotations

import hashlib
import ntpath
import subprocess
from pathlib import Path, PureWindowsPath
from types import SimpleNamespace

import pytest
import yaml
from tiny import ARTICLE, BASE, TinySources

from crampkg import sources
from crampkg.check import material, run, verify
from crampkg.pipeline.snapshot import FILES, build, digest_of
from crampkg.sources import Sources
from crampkg.turtle import format_file

ROOT = Path(__file__).parents[1]

#: The longest path in a repository that a checkout in an ordinary folder of Windows has room for.
LONGEST = 150


def with_windows_line_ends(content: bytes) -> bytes:
    return content.replace(b"\r\n", b"\n").replace(b"\n", b"\r\n")


def tracked() -> list[str]:
    """Return the paths of the files in git, and of new ones that it would take."""
    words = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    listed = subprocess.run(words, cwd=ROOT, capture_output=True, check=True, encoding="utf-8")
    return [name for name in listed.stdout.split("\0") if name]


def test_a_checkout_on_windows_has_the_same_bytes(tmp_path: Path) -> None:
    """With the setting that its installer proposes, git turns each LF into CR LF unless told."""
    names = ["README.md", "data/articles/a.ttl", "queries/a.rq", "docs/page.png"]
    for name in (*names, ".gitattributes"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_bytes(b"\x89PNG\r\n\0" if name.endswith("png") else b"a\nb\n")
    (tmp_path / ".gitattributes").write_bytes((ROOT / ".gitattributes").read_bytes())
    before = {name: (tmp_path / name).read_bytes() for name in names}

    def git(*words: str) -> None:
        subprocess.run(["git", "-C", str(tmp_path), *words], check=True, capture_output=True)

    git("init", "--quiet")
    git("config", "core.autocrlf", "true")
    git("add", "--all")
    for name in names:
        (tmp_path / name).unlink()
    git("checkout-index", "--all")
    assert {name: (tmp_path / name).read_bytes() for name in names} == before


def test_sources_with_windows_line_ends_build_the_same_graph_and_questions(
    sources: Sources,
) -> None:
    def contents() -> dict[str, bytes]:
        files = build(sources, "x")
        return {name: files[name] for name in FILES}

    before, digest = contents(), digest_of(sources)
    for name in sources.files():
        path = Path(sources.path(name))
        path.write_bytes(with_windows_line_ends(path.read_bytes()))
    assert digest_of(sources) != digest
    assert contents() == before


def test_a_check_of_sources_with_windows_line_ends_finds_the_same(tmp_path: Path) -> None:
    for path in BASE.rglob("*"):
        if path.is_file() and path.parent != BASE:
            copy = tmp_path / path.relative_to(BASE)
            copy.parent.mkdir(parents=True, exist_ok=True)
            copy.write_bytes(with_windows_line_ends(path.read_bytes()))
    found = run(TinySources(tmp_path))
    assert found.findings == ()


def test_a_text_with_windows_line_ends_is_read_as_if_it_had_none(tmp_path: Path) -> None:
    copy = tmp_path / "article.txt"
    copy.write_bytes(with_windows_line_ends(ARTICLE.read_bytes()))
    assert copy.read_bytes() != ARTICLE.read_bytes()
    expected = verify(TinySources(), str(ARTICLE))
    found = verify(TinySources(), str(copy))
    assert found.findings == expected.findings == ()
    assert found.checks == expected.checks > 0


def test_the_canonical_form_has_no_windows_line_ends(tmp_path: Path) -> None:
    path = tmp_path / "a.ttl"
    path.write_text("<urn:a> <urn:b> <urn:c> .\n", encoding="utf-8")
    format_file(path)
    canonical = path.read_bytes()
    path.write_bytes(b"\xef\xbb\xbf" + with_windows_line_ends(canonical))
    assert format_file(path, check=True)
    assert format_file(path)
    assert path.read_bytes() == canonical


def on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the modules that name files take the paths of Windows."""
    windows = SimpleNamespace(path=ntpath, sep="\\", pardir="..")
    for module in (sources, material):
        monkeypatch.setattr(module, "os", windows)


@pytest.mark.parametrize(
    ("path", "way"),
    [
        ("C:\\kg\\data\\a.ttl", "data/a.ttl"),
        ("c:\\KG\\data\\a.ttl", "data/a.ttl"),
        ("C:/kg/data/a.ttl", "data/a.ttl"),
        ("C:\\kg\\..odd\\a.ttl", "..odd/a.ttl"),
        ("C:\\other\\a.ttl", None),
        ("D:\\kg\\data\\a.ttl", None),
        ("\\\\server\\share\\kg\\data\\a.ttl", None),
    ],
)
def test_a_file_lies_in_a_folder_or_does_not(
    path: str, way: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    on_windows(monkeypatch)
    assert sources.inside(path, "C:\\kg") == way


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("C:\\kg\\data\\concepts\\a.ttl", "data/concepts/a.ttl"),
        ("D:\\branch\\data\\concepts\\b.ttl", "data/concepts/b.ttl"),
        ("D:\\b.ttl", "data/concepts/b.ttl"),
        ("D:\\b.rq", "queries/b.rq"),
    ],
)
def test_a_file_on_another_drive_can_be_checked(
    path: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There is no relative path between drives, and asking for one raised ValueError."""
    on_windows(monkeypatch)
    assert material._name(Sources("C:\\kg"), ["data/concepts/a.ttl"], path) == name


def test_the_name_of_each_file_is_one_on_windows() -> None:
    names = tracked()
    assert len(names) > 500
    odd = [
        name
        for name in names
        if any(part[-1] in ". " or set(part) & set('<>:"|?*\\') for part in name.split("/"))
        or any(map(is_reserved, name.split("/")))
        or len(name) > LONGEST
    ]
    assert odd == []
    assert len({name.casefold() for name in names}) == len(names)


@pytest.mark.parametrize("name", ["con", "NUL.txt", "aux.ttl", "com1", "LPT9.rq", "prn"])
def test_a_reserved_name_would_be_found(name: str) -> None:
    assert is_reserved(name)


def test_the_names_in_the_cache_are_names_on_windows() -> None:
    digest = hashlib.sha256().hexdigest()
    folder = PureWindowsPath("C:/", "Users", "somebody", "AppData", "Local", "crampkg", "Cache")
    for name in FILES:
        path = folder / f".building-{digest}-abcdefgh" / name
        assert len(str(path)) < 260
        assert not any(map(is_reserved, path.parts[1:]))


def test_the_workflow_runs_tests_that_there_are() -> None:
    jobs = yaml.safe_load((ROOT / ".github" / "workflows" / "ci.yml").read_text())["jobs"]
    assert jobs["windows"]["runs-on"] == "windows-latest"
    words = " ".join(step.get("run", "") for step in jobs["windows"]["steps"]).split()
    named = [word for word in words if word.startswith("tests/")]
    assert "tests/test_platforms.py" in named
    assert [word for word in named if not (ROOT / word).exists()] == []


def is_reserved(name: str) -> bool:
    """Tell whether Windows keeps a name to itself, with or without an ending."""
    devices = {"con", "prn", "aux", "nul"}
    devices |= {f"{port}{number}" for port in ("com", "lpt") for number in range(10)}
    return PureWindowsPath(name).name.partition(".")[0].rstrip().casefold() in devices
