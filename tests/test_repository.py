"""The repository: nothing of one machine, no bulk, and no sentence of the article is in git."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import tomllib
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path

import pytest

import crampkg

ROOT = Path(__file__).parents[1]

#: Bulk and generated files belong elsewhere.
LARGEST = 1_000_000
#: As many words in a row as nobody writes twice by chance.
IN_A_ROW = 9

# Written in pieces, so that this file does not find itself.
FOLDERS = "Users|home|opt|private|root|tmp|work"
MACHINE_PATH = re.compile(rf"(?<![\w.~<>)}}\]-])(?:/(?:{FOLDERS})/[\w-]|[A-Z]:\\\\?Users\\)")
REGISTRY = re.compile(
    "|".join(
        (
            r"\bindex-" + "url",
            r"\bfind-" + "links",
            r"\btrusted-" + "host",
            r"pypi" + r"\.org/simple",
            r"python" + r"hosted\.org",
            r"registry\." + r"(?:npmjs|yarnpkg)\.",
            r'"resolved"' + r":\s*\"https?:",
        )
    ),
    re.IGNORECASE,
)


#: What README shows of the pages, by `make page`; every other file is a text.
PICTURE = "docs/page.png"


def tracked() -> list[str]:
    """Return the paths of the files in git that are in the tree."""
    listed = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True, encoding="utf-8"
    ).stdout.split("\0")
    return [name for name in listed if name and (ROOT / name).is_file()]


@pytest.fixture(scope="module")
def texts() -> dict[str, str]:
    """Return the text of every file in git but the one picture."""
    return {
        name: (ROOT / name).read_text(encoding="utf-8") for name in tracked() if name != PICTURE
    }


def test_the_one_picture_is_small() -> None:
    content = (ROOT / PICTURE).read_bytes()
    assert content.startswith(b"\x89PNG\r\n")
    assert len(content) < 200_000
    assert PICTURE in (ROOT / "README.md").read_text(encoding="utf-8")


def lines_with(pattern: re.Pattern[str], texts: dict[str, str]) -> list[str]:
    """Return the lines in which a pattern is found, each after its file and number."""
    return [
        f"{name}:{number}: {line.strip()[:100]}"
        for name, text in texts.items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]


def runs_of(text: str) -> set[tuple[str, ...]]:
    """Return every row of words of a text that is as long as nobody writes twice."""
    words = re.findall(r"\w+", text.casefold())
    return set(zip(*(words[start:] for start in range(IN_A_ROW)), strict=False))


@pytest.mark.parametrize(
    "line",
    [
        "see /" + "home/ann/crampkg/data",
        'path = "/' + 'tmp/x"',
        "C:\\" + "Users\\ann",
        "file:///" + "opt/wheels",
    ],
)
def test_a_path_of_a_machine_would_be_found(line: str) -> None:
    assert MACHINE_PATH.search(line)


@pytest.mark.parametrize(
    "line", ["https://example.org/home/page", "docs/work/plan.md", "../tmp/x", "~/work/x"]
)
def test_an_address_or_relative_path_is_no_path_of_a_machine(line: str) -> None:
    assert not MACHINE_PATH.search(line)


def test_no_path_of_a_machine(texts: dict[str, str]) -> None:
    assert lines_with(MACHINE_PATH, texts) == []


@pytest.mark.parametrize(
    "line",
    [
        "--extra-" + "index-" + "url https://example.org",
        "--find-" + "links wheels",
        "https://files.python" + "hosted.org/packages/x",
        '"resolved": ' + '"https://example.org/x.tgz"',
    ],
)
def test_a_registry_would_be_found(line: str) -> None:
    assert REGISTRY.search(line)


def test_no_registry(texts: dict[str, str]) -> None:
    assert lines_with(REGISTRY, texts) == []


def test_no_bulk() -> None:
    sizes = {name: (ROOT / name).stat().st_size for name in tracked()}
    assert {name: size for name, size in sizes.items() if size > LARGEST} == {}


def test_no_sentence_of_the_article(texts: dict[str, str], article: Path) -> None:
    """The article is not ours: not nine of its words stand here in a row.

    The references that it lists are left out: a title or a journal's name is nobody's sentence,
    and whoever cites it writes it.
    """
    text = article.read_text(encoding="utf-8")
    table = texts["data/articles/what-causes-leg-cramps/spans.tsv"]
    spans = re.findall(r"^reference-\d+\t(\d+)\t(\d+)\t", table, re.MULTILINE)
    assert spans
    printed: set[tuple[str, ...]] = set()
    start = 0
    for left_out, end in sorted((int(start), int(end)) for start, end in spans):
        printed |= runs_of(text[start:left_out])
        start = end
    printed |= runs_of(text[start:])
    assert len(printed) > 500
    copied = {
        name: " ".join(min(common))
        for name, text in texts.items()
        if (common := runs_of(text) & printed)
    }
    assert copied == {}


def test_the_lock_is_sorted_and_pins_every_dependency(texts: dict[str, str]) -> None:
    """Each pin is one version, with digests of its files; each dependency that we name has one."""
    project = tomllib.loads(texts["pyproject.toml"])
    asked = [
        *project["project"]["dependencies"],
        *project["dependency-groups"]["dev"],
        *project["build-system"]["requires"],
    ]
    lock = texts["requirements.txt"].replace(" \\\n", "")
    lines = [line for line in lock.splitlines() if not line.lstrip().startswith("#")]
    one = r"([a-z0-9-]+)(?:\[[a-z,]+\])?==[\w.+!]+(?: ; [^;]+)?(?:    --hash=sha256:[0-9a-f]{64})+"
    pins = [re.fullmatch(one, line) for line in lines]
    assert [line for line, pin in zip(lines, pins, strict=True) if not pin] == []
    locked = [pin[1] for pin in pins if pin]
    assert all(before < after for before, after in pairwise(locked))
    assert {re.split(r"[^a-z0-9-]", name.lower())[0] for name in asked} <= set(locked)


@pytest.mark.parametrize(
    ("name", "hole"),
    [("starlette", (0, 49, 0)), ("jinja2", (3, 1, 5)), ("werkzeug", (3, 1, 5))],
)
def test_no_version_with_a_known_hole_is_allowed(
    name: str, hole: tuple[int, ...], texts: dict[str, str]
) -> None:
    project = tomllib.loads(texts["pyproject.toml"])
    asked = [*project["project"]["optional-dependencies"]["server"]]
    asked += project["dependency-groups"]["dev"]
    floors = [line.partition(">=")[2] for line in asked if line.startswith(f"{name}>=")]
    assert len(floors) == 2
    assert all(tuple(map(int, floor.split("."))) > hole for floor in floors)


def test_what_is_imported_is_a_declared_dependency(texts: dict[str, str]) -> None:
    """Nothing works by luck, through what a dependency of ours happens to depend on."""
    project = tomllib.loads(texts["pyproject.toml"])["project"]
    optional = [name for names in project["optional-dependencies"].values() for name in names]
    asked = [*project["dependencies"], *optional]
    declared = {re.split(r"[^a-z0-9-]", name.lower())[0] for name in asked}
    module_of = {
        "prometheus-client": "prometheus_client",
        "pyyaml": "yaml",
    }
    known = {module_of.get(name, name) for name in declared} | {"crampkg"}
    imported: dict[str, str] = {}
    for name, text in texts.items():
        if not (name.startswith("src/") and name.endswith(".py")):
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.ImportFrom):
                imported[str(node.module).split(".")[0]] = name
            elif isinstance(node, ast.Import):
                imported.update({alias.name.split(".")[0]: name for alias in node.names})
    typing_only = {"_typeshed"}
    outside = imported.keys() - known - sys.stdlib_module_names - typing_only
    assert {module: imported[module] for module in outside} == {}


def test_version_and_date_are_the_same_everywhere(texts: dict[str, str]) -> None:
    """The ontology, the citation and the package are released together."""
    ontology, citation = texts["ontology/crampkg.ttl"], texts["CITATION.cff"]
    (version,) = re.findall(r'owl:versionInfo "(.*)"', ontology)
    (date,) = re.findall(r'dct:modified "(.*)"\^\^xsd:date', ontology)
    assert re.findall(r"owl:versionIRI <.*/(.*)>", ontology) == [version]
    assert re.findall(r"^version: (.*)$", citation, re.MULTILINE) == [version]
    assert re.findall(r"^date-released: (.*)$", citation, re.MULTILINE) == [date]
    assert crampkg.__version__ == version
    first = re.findall(r'dct:created "(.*)"\^\^xsd:date', ontology)
    assert first <= [date] <= [f"{datetime.now(UTC):%Y-%m-%d}"]
