"""What `fmt` touches: the sources of its folder and files that are named, and nothing else."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

from crampkg.cli import main

CASES = Path(__file__).parents[1] / "cases" / "turtle"
UGLY = "@prefix kg: <https://w3id.org/crampkg/id/> .\nkg:b kg:p kg:c. kg:a kg:p kg:c ."


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a folder of sources with what stands beside them in a checkout, all unformatted."""
    root = tmp_path / "checkout"
    for folder in ("ontology", "data/concepts", "queries", "rules"):
        (root / folder).mkdir(parents=True)
    for name in (
        "ontology/context.jsonld",
        "ontology/crampkg.ttl",
        "ontology/shapes.ttl",
        "data/concepts/own.ttl",
        "venv/lib/rdflib/theirs.ttl",
        "web/node_modules/n3/theirs.ttl",
        "tests/cases/messy.ttl",
        "elsewhere.ttl",
    ):
        file = root / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(UGLY)
    return root


def formatted(root: Path) -> set[str]:
    """Return the names of the Turtle files below `root` that are as they were not written."""
    files = [file for file in root.rglob("*.ttl") if not file.is_symlink()]
    return {file.relative_to(root).as_posix() for file in files if file.read_text() != UGLY}


def test_a_checkout_is_formatted_by_its_sources_alone(
    checkout: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """`fmt .` leaves virtual environments, node_modules and test cases as they are."""
    monkeypatch.chdir(checkout)
    assert main(["fmt", "."]) == 0
    assert formatted(checkout) == {
        "ontology/crampkg.ttl",
        "ontology/shapes.ttl",
        "data/concepts/own.ttl",
    }


@pytest.mark.parametrize("folder", ["venv", "web/node_modules", "tests"])
def test_a_folder_beside_the_sources_holds_nothing_to_format(
    checkout: Path, folder: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["fmt", str(checkout / folder)]) == 2
    assert f"{checkout / folder} holds nothing to format." in capsys.readouterr().err
    assert not formatted(checkout)


def test_a_file_from_elsewhere_is_formatted_when_it_is_named(checkout: Path) -> None:
    assert main(["fmt", str(checkout / "elsewhere.ttl")]) == 0
    assert formatted(checkout) == {"elsewhere.ttl"}


class TestLinks:
    """A link may lead out of the repository, into files of somebody else."""

    @pytest.fixture
    def foreign(self, checkout: Path) -> Path:
        """Return a foreign file; a link to it, and one to its folder, stand among the sources."""
        file = checkout.parent / "foreign" / "theirs.ttl"
        file.parent.mkdir()
        file.write_text(UGLY)
        (checkout / "data" / "concepts" / "link.ttl").symlink_to(file)
        (checkout / "data" / "linked").symlink_to(file.parent)
        return file

    @pytest.mark.parametrize("words", [[], ["."], ["data"], ["data/concepts/link.ttl"]])
    def test_a_link_is_not_followed_and_the_exit_code_says_so(
        self,
        checkout: Path,
        foreign: Path,
        words: list[str],
        monkeypatch: pytest.MonkeyPatch,
        capsys: pytest.CaptureFixture[str],
    ) -> None:
        monkeypatch.chdir(checkout)
        assert main(["fmt", *words, "--sources", str(checkout)]) == 2
        assert foreign.read_text() == UGLY
        assert "data/concepts/link.ttl is a link, or stands behind one" in capsys.readouterr().err

    def test_a_file_behind_a_linked_folder_is_not_touched(
        self, checkout: Path, foreign: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        path = checkout / "data" / "linked" / "theirs.ttl"
        assert main(["fmt", str(path)]) == 2
        assert foreign.read_text() == UGLY
        assert f"{path} is a link, or stands behind one" in capsys.readouterr().err

    def test_a_linked_folder_is_not_entered(
        self, checkout: Path, foreign: Path, capsys: pytest.CaptureFixture[str]
    ) -> None:
        assert main(["fmt", str(checkout / "data" / "linked")]) == 2
        assert foreign.read_text() == UGLY
        assert "is a link, so nothing below it was touched" in capsys.readouterr().err

    def test_a_checkout_that_is_reached_by_a_link_is_one_of_its_own(
        self, checkout: Path, tmp_path: Path
    ) -> None:
        """Only links from the sources outwards are foreign, not one that leads to them."""
        (tmp_path / "shortcut").symlink_to(checkout)
        assert main(["fmt", str(tmp_path / "shortcut" / "data")]) == 0
        assert formatted(checkout) == {"data/concepts/own.ttl"}


@pytest.mark.parametrize("name", ["x.nt", "x.trig", "x.TXT", "ttl"])
def test_what_is_not_turtle_by_its_name_is_left(
    tmp_path: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """N-Triples parse as Turtle: formatted, they would be N-Triples no more."""
    text = (CASES / "triples.nt").read_text()
    (tmp_path / name).write_text(text)
    assert main(["fmt", str(tmp_path / name)]) == 2
    assert (tmp_path / name).read_text() == text
    assert (
        f"{name} is no Turtle file and no table of an article by its name"
        in capsys.readouterr().err
    )


def test_a_pipe_is_not_waited_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    os.mkfifo(tmp_path / "x.ttl")
    assert main(["fmt", str(tmp_path / "x.ttl")]) == 2
    assert "x.ttl is no regular file" in capsys.readouterr().err


def test_what_can_be_formatted_is_when_something_else_cannot(
    checkout: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(checkout / "elsewhere.ttl", checkout / "x.nt")
    assert main(["fmt", str(checkout / "x.nt"), str(checkout / "elsewhere.ttl")]) == 2
    assert formatted(checkout) == {"elsewhere.ttl"}
    assert "1 of 2 files changed." in capsys.readouterr().err
