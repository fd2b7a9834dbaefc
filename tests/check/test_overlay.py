"""Where a file from elsewhere stands among the sources."""

from __future__ import annotations

from pathlib import Path

import pytest

from crampkg.check.material import Overlay, place
from crampkg.sources import Sources

HOME = "data/articles/what-causes-leg-cramps"


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("draft/data/concepts/toes.ttl", "data/concepts/toes.ttl"),
        ("data/data/articles/gout/claims/a.ttl", "data/articles/gout/claims/a.ttl"),
        ("data/draft/anatomy.ttl", "data/concepts/anatomy.ttl"),
        ("resolutions.ttl", f"{HOME}/resolutions.ttl"),
        ("toes.ttl", "data/concepts/toes.ttl"),
        ("toes.sssom.tsv", "data/mappings/toes.sssom.tsv"),
        ("toes.rq", "queries/toes.rq"),
        ("mine/rules/text/toes.yaml", "rules/text/toes.yaml"),
        ("mine/rules/lint/two-stances.rq", "rules/lint/two-stances.rq"),
    ],
)
def test_name_of_a_file_from_elsewhere(tmp_path: Path, path: str, name: str) -> None:
    file = tmp_path / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("")
    assert place(Sources.find(), [str(file)]) == {name: str(file)}


def test_a_file_of_the_sources_keeps_its_name() -> None:
    sources = Sources.find()
    path = sources.path(f"{HOME}/claims.tsv")
    assert place(sources, [path]) == {f"{HOME}/claims.tsv": path}


def test_a_folder_gives_all_its_files(tmp_path: Path) -> None:
    for name in (
        "article.ttl",
        "claims.tsv",
        "notes.txt",
        "notes.tsv",
        "notes.yaml",
        ".hidden.ttl",
    ):
        (tmp_path / name).write_text("")
    slug = tmp_path.name
    assert set(place(Sources.find(), [str(tmp_path)])) == {
        f"data/articles/{slug}/article.ttl",
        f"data/articles/{slug}/claims.tsv",
    }


def test_an_overlay_replaces_and_adds(tmp_path: Path) -> None:
    base = Sources.find()
    toes, claims = str(tmp_path / "toes.ttl"), str(tmp_path / "claims.tsv")
    sources = Overlay(base, {"data/concepts/toes.ttl": toes, f"{HOME}/claims.tsv": claims})
    assert sources.root == base.root
    assert set(sources.files()) == {*base.files(), "data/concepts/toes.ttl"}
    assert sources.path("data/concepts/toes.ttl") == toes
    assert sources.path(f"{HOME}/claims.tsv") == claims
    assert sources.path(f"{HOME}/article.ttl") == base.path(f"{HOME}/article.ttl")
