"""The house: imports run one way, every module says its job, the version is written once."""

from __future__ import annotations

import ast
import importlib
import inspect
import os
import re
import sys
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import crampkg
from crampkg import KnowledgeGraph

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src"

#: The rooms of each floor, top floor first. A room imports from floors below its own, never from
#: its neighbours, not even inside a function or for a type alone.
FLOORS = (
    {"__main__"},
    {"cli"},
    {"server"},
    {"picture"},
    {"__init__"},
    {"graph"},
    {"check", "owl_view"},
    {"explain"},
    {"answers"},
    {"export", "push"},
    {"pipeline"},
    {"articles", "claims", "near_terms"},
    {"library"},
    {"names"},
    {"name_index"},
    {"plain"},
    {"engine"},
    {"turtle"},
    {"blank_nodes"},
    {"chapters", "sources"},
    {"model", "rdf", "text", "vocabulary"},
    {"errors"},
)
FLOOR = {room: number for number, rooms in enumerate(FLOORS) for room in rooms}


def name_of(path: Path) -> str:
    """Return the dotted name of a module, that of its folder for an `__init__.py`."""
    return ".".join(path.relative_to(SOURCE).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted((SOURCE / "crampkg").rglob("*.py"))}


def imports(name: str, *, types: bool = True) -> set[str]:
    """Return the modules of ours that a module imports anywhere, for `types` alone or to run."""
    tree = ast.parse(MODULES[name].read_text(encoding="utf-8"))
    for_types = {
        node
        for block in tree.body
        if isinstance(block, ast.If) and ast.unparse(block.test) == "TYPE_CHECKING"
        for node in ast.walk(block)
    }
    found: set[str] = set()
    for node in ast.walk(tree):
        if node in for_types and not types:
            continue
        if isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name} imports relatively: write the full name"
            whole = [f"{node.module}.{alias.name}" for alias in node.names]
            found.update(one if one in MODULES else str(node.module) for one in whole)
        elif isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
    return {module for module in found if module.split(".")[0] == "crampkg"} - {name}


def room_of(module: str) -> str:
    """Return the room of a module: the folder or file directly below the package."""
    return module.split(".")[1] if "." in module else "__init__"


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down(name: str) -> None:
    """A module imports from its own room and from floors below, and from nowhere else."""
    room = room_of(name)
    assert room in FLOOR, f"{room} has no floor yet: give it one in FLOORS"
    others = {module for module in imports(name) if room_of(module) != room}
    upward = {module for module in others if FLOOR[room_of(module)] <= FLOOR[room]}
    assert not upward, f"{name} imports from above or beside: {', '.join(sorted(upward))}"


def test_no_circles() -> None:
    """Inside a room, too, imports run one way; only a type may be named both ways there."""
    needs = {name: imports(name, types=False) for name in MODULES}
    order = list(TopologicalSorter(needs).static_order())
    assert order.index("crampkg.errors") < order.index("crampkg.graph")


def test_no_circles_in_the_editor() -> None:
    """The modules of `web/src` import one way, too."""
    paths = sorted((ROOT / "web" / "src").glob("*.js"))
    pattern = re.compile(r'^\s*(?:import|\}) .*?from "\./(\w+)\.js"', re.MULTILINE)
    needs = {path.stem: set(pattern.findall(path.read_text(encoding="utf-8"))) for path in paths}
    assert needs["editor"] >= {"completion", "running"}
    assert list(TopologicalSorter(needs).static_order())[-1] == "editor"


@pytest.mark.parametrize("name", MODULES)
def test_a_module_opens_with_its_job(name: str) -> None:
    """The first line of a module is a sentence."""
    opening = ast.get_docstring(ast.parse(MODULES[name].read_text(encoding="utf-8"))) or ""
    assert opening.partition("\n")[0].rstrip().endswith((".", ":")), opening


def test_the_version_is_the_same_everywhere() -> None:
    """The package and the citation agree; the metadata read the package's."""
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    cited = re.search(r"^version: (\S+)$", citation, re.MULTILINE)
    assert cited
    assert cited[1] == crampkg.__version__


def test_the_face_is_exact() -> None:
    """What can be seen of the package is what it says it offers."""
    assert sorted(crampkg.__all__) == crampkg.__all__
    assert all(hasattr(crampkg, name) for name in crampkg.__all__)


def test_the_face_has_the_types_of_the_graph() -> None:
    """All of ours in its public signatures, and in the fields of the records that these name."""
    waiting: list[type] = [KnowledgeGraph]
    seen = {*waiting}
    while waiting:
        for name, kind in types_in(waiting.pop()).items():
            assert name in crampkg.__all__, name
            assert getattr(crampkg, name) is kind
            if isinstance(kind, type) and kind not in seen:
                assert not (kind.__doc__ or f"{name}(").startswith(f"{name}("), name
                seen.add(kind)
                waiting.append(kind)
    assert {crampkg.Answer, crampkg.Report, crampkg.Citation, crampkg.Reason} <= seen


def types_in(kind: type) -> dict[str, object]:
    """Return the types of ours in the fields of a class, and in the graph's public methods."""
    module = ast.parse(Path(inspect.getfile(sys.modules[kind.__module__])).read_text("utf-8"))
    homes = {
        each.asname or each.name: node.module or ""
        for node in ast.walk(module)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith("crampkg.")
        for each in node.names
    }
    homes |= {node.name: kind.__module__ for node in module.body if isinstance(node, ast.ClassDef)}
    (body,) = (
        node.body
        for node in module.body
        if isinstance(node, ast.ClassDef) and node.name == kind.__name__
    )
    notes = [node.annotation for node in body if isinstance(node, ast.AnnAssign)]
    if kind is KnowledgeGraph:
        for node in body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                taken = [each.annotation for each in (*node.args.args, *node.args.kwonlyargs)]
                notes += [note for note in (*taken, node.returns) if note]
    names = {
        each.id for note in notes for each in ast.walk(note) if isinstance(each, ast.Name)
    } & set(homes)
    return {name: getattr(importlib.import_module(homes[name]), name) for name in names}


ARCHITECTURE = ROOT / "docs" / "architecture.md"
MARK = "<!-- What follows is written by tests/test_house.py. -->\n"


def rooms() -> dict[str, set[str]]:
    """Return what each room imports, without what it reaches through another one."""
    needs: dict[str, set[str]] = {room: set() for floor in FLOORS for room in floor}
    for name in MODULES:
        needs[room_of(name)].update(room_of(module) for module in imports(name))
    reached: dict[str, set[str]] = {}
    for floor in reversed(FLOORS):
        for room in floor:
            below = needs[room] - {room}
            reached[room] = below.union(*(reached[each] for each in below))
    return {
        room: {each for each in below if not any(each in reached[other] for other in below)}
        for room, below in ((room, needs[room] - {room}) for room in needs)
    }


def drawn() -> str:
    """Return the diagram and the table of the rooms, from the top floor down."""
    lines = ["", "```mermaid", "flowchart TD"]
    below = rooms()
    order = [room for floor in FLOORS for room in sorted(floor)]
    lines += [f"    {room} --> {' & '.join(sorted(below[room]))}" for room in order if below[room]]
    lines += ["```", "", "| room | what it is for |", "|---|---|"]
    for room in order:
        path = MODULES.get(f"crampkg.{room}", MODULES["crampkg"])
        text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
        lines.append(f"| `{room}` | {text.partition(chr(10))[0]} |")
    return "\n".join(lines) + "\n"


def test_the_page_on_the_architecture_is_true() -> None:
    """`CRAMPKG_UPDATE=1 pytest tests/test_house.py` writes it anew."""
    head, mark, shown = ARCHITECTURE.read_text(encoding="utf-8").partition(MARK)
    assert mark
    if os.environ.get("CRAMPKG_UPDATE"):
        ARCHITECTURE.write_text(head + mark + drawn(), encoding="utf-8")
    else:
        assert shown == drawn()


@pytest.mark.parametrize("name", MODULES)
def test_types_are_imported_in_one_style(name: str) -> None:
    body = ast.parse(MODULES[name].read_text(encoding="utf-8")).body
    lines = [ast.unparse(node).partition("\n")[0] for node in body]
    places = [place for place, line in enumerate(lines) if line.startswith("if TYPE_CHECKING")]
    assert len(places) <= 1
    assert all(lines[place - 1] == "TYPE_CHECKING = False" for place in places)
    assert not [line for line in lines if "import" in line and "TYPE_CHECKING" in line]
