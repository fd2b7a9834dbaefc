"""Sources from anywhere, such as somebody's branch, make no request and run no code."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from tiny import BASE

from crampkg.check import catalogue, run
from crampkg.check.material import place
from crampkg.errors import CrampkgError, SourceError
from crampkg.graph import KnowledgeGraph
from crampkg.sources import LARGEST, Sources, prove
from crampkg.turtle import parse_turtle

ROOT = Path(__file__).parents[2]
QUESTION = "arteries-explaining-pain"

RULE = """\
#+ id: outwards
#+ summary: Nothing is fetched.
#+ problem: It is.
#+ remedy: Do not.

PREFIX ck: <https://w3id.org/crampkg/ontology#>

{head} {{
  ?term a ck:Claim .
  {where}
}}
"""


class Listener:
    """Counts who connects to a port of the loopback device, and hangs up on them."""

    def __init__(self) -> None:
        self.connections = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._socket.getsockname()[1]}/x"
        self._thread = threading.Thread(target=self._listen)
        self._thread.start()

    def _listen(self) -> None:
        while True:
            try:
                connection, _ = self._socket.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()


@pytest.fixture
def listener() -> Iterator[Listener]:
    """Return a listener that must not have been connected to when the test ends."""
    listener = Listener()
    yield listener
    listener.close()
    assert listener.connections == 0


@pytest.fixture
def branch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a folder of sources to be spoilt, with a cache of its own."""
    folder = tmp_path / "branch"
    for name in ("ontology", "rules"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(BASE / "data", folder / "data")
    shutil.copytree(ROOT / "queries" / "shared", folder / "queries" / "shared")
    shutil.copy(ROOT / "queries" / f"{QUESTION}.rq", folder / "queries")
    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "cache"))
    return folder


def services(url: str) -> list[str]:
    """Return the spellings of a SERVICE that dials out on the engines here."""
    return [
        f"SERVICE <{url}>",
        f"service silent <{url}>",
        f"FILTER EXISTS {{ SERVICE <{url}> {{ ?a ?b ?c }} }} OPTIONAL",
        "VALUES ?there { <" + url + "> } SERVICE ?there",
    ]


@pytest.mark.parametrize("folder", ["facts", "owl", "inferred"])
@pytest.mark.parametrize("spelling", range(4))
def test_a_rule_asks_nobody(branch: Path, listener: Listener, folder: str, spelling: int) -> None:
    """Neither a question, which builds the graph, nor a check runs it."""
    where = f"{services(listener.url)[spelling]} {{ ?term ?property ?value }}"
    head = "CONSTRUCT { ?term ck:related ?value }\nWHERE"
    rule = branch / "rules" / folder / "outwards.rq"
    rule.write_text(RULE.format(head=head, where=where))
    with pytest.raises(SourceError, match=rf"rules/{folder}/outwards\.rq: .*asks another server"):
        KnowledgeGraph.open(branch)
    refused(branch, f"rules/{folder}/outwards.rq", "asks another server")


@pytest.mark.parametrize("folder", ["lint", "inconsistent"])
def test_a_check_asks_nobody(branch: Path, listener: Listener, folder: str) -> None:
    where = f"SERVICE <{listener.url}> {{ ?term ?property ?value }}"
    head = "SELECT ?term WHERE"
    rule = branch / "rules" / folder / "outwards.rq"
    rule.write_text(RULE.format(head=head, where=where))
    refused(branch, f"rules/{folder}/outwards.rq", "asks another server")


@pytest.mark.parametrize("folder", ["lint", "facts", "inconsistent"])
def test_a_rule_reads_no_graph_from_elsewhere(
    branch: Path, listener: Listener, folder: str
) -> None:
    """FROM is a request too, for an engine that fetches what it does not have."""
    head = "SELECT ?term FROM <URL> WHERE".replace("URL", listener.url)
    (branch / "rules" / folder / "outwards.rq").write_text(RULE.format(head=head, where=""))
    refused(branch, f"rules/{folder}/outwards.rq", "nothing is fetched")


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("SELECT $this { SERVICE <URL> { ?a ?b ?c } }", "asks another server"),
        ("SELECT $this FROM <URL> { ?a ?b ?c }", "nothing is fetched"),
        ("SELECT $this FROM NAMED g:claims { ?a ?b ?c }", "chooses graphs by FROM"),
        ("LOAD <URL>", "changes data"),
    ],
)
@pytest.mark.parametrize("place", ["sh:sparql", "sh:target"])
def test_a_shape_asks_nobody(
    branch: Path, listener: Listener, text: str, reason: str, place: str
) -> None:
    """Neither the query of a constraint, which rdflib would run, nor that of a target."""
    spoil_shapes(branch, f'{place} [ sh:select "{text.replace("URL", listener.url)}" ]')
    refused(branch, "ontology/shapes.ttl", reason)


def test_a_declared_prefix_smuggles_no_query(branch: Path, listener: Listener) -> None:
    """A validator pastes prefixes in front of a query, and this one is a query by itself."""
    prefix = f"a: <urn:a> SELECT $this {{ SERVICE <{listener.url}> {{ ?b ?c ?d }} #"
    declared = f'[ sh:prefix "{prefix}" ; sh:namespace "urn:a" ]'
    query = f'sh:select "}}" ; sh:prefixes [ sh:declare {declared} ]'
    spoil_shapes(branch, f"sh:sparql [ {query} ]")
    refused(branch, "ontology/shapes.ttl", "is no prefix of a query")


def test_a_question_asks_nobody(branch: Path, listener: Listener) -> None:
    path = branch / "queries" / f"{QUESTION}.rq"
    text = path.read_text()
    service = f"WHERE {{\n  SERVICE <{listener.url}> {{ ?a ?b ?c }}"
    path.write_text(text.replace("WHERE {", service, 1))
    with pytest.raises(SourceError, match=rf"{QUESTION}\.rq: .*asks another server"):
        KnowledgeGraph.open(branch).ask(QUESTION)
    refused(branch, f"queries/{QUESTION}.rq", "asks another server")


def test_an_import_is_not_followed(branch: Path, listener: Listener) -> None:
    """Nor is a Python module run: owlready2 would do both while it loads."""
    path = branch / "ontology" / "crampkg.ttl"
    ontology = "<https://w3id.org/crampkg/ontology>"
    module = (
        "<http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#python_module>"
    )
    said = f'{ontology} owl:imports <{listener.url}> ; {module} "no_such_module" .'
    same = f'{ontology[:-1]}#> owl:imports <{listener.url}> ; {module} "no_such_module" .'
    path.write_text(f"{path.read_text()}\n{said}\n{same}\n")
    with KnowledgeGraph.open(branch) as graph:
        assert list(graph.ontology.classes())
    run(Sources.find(branch))


@pytest.mark.parametrize("entry", ["in a list", "imported"])
def test_a_context_fetches_no_other(branch: Path, listener: Listener, entry: str) -> None:
    path = branch / "ontology" / "context.jsonld"
    context = json.loads(path.read_text())["@context"]
    other = (
        [listener.url, context] if entry == "in a list" else {"@import": listener.url, **context}
    )
    path.write_text(json.dumps({"@context": other}))
    with (
        pytest.raises(CrampkgError, match="nothing is fetched"),
        KnowledgeGraph.open(branch) as graph,
    ):
        graph.export("jsonld")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("kind", ["pipe", "link to a device", "socket"])
@pytest.mark.parametrize("name", ["data/concepts/x.ttl", "queries/x.rq", "ontology/x", "rules/x"])
def test_what_is_no_regular_file_is_not_read(
    branch: Path, kind: str, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To read it would have no end."""
    path = branch / name
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "socket":
        monkeypatch.chdir(path.parent)  # its path may not be long
        with socket.socket(socket.AF_UNIX) as made:
            made.bind(path.name)
    else:
        path.symlink_to("/dev/zero")
    not_read(branch, path, "is no regular file")


def test_a_source_file_has_a_bound(branch: Path) -> None:
    """The largest is read, and one with a byte more is not."""
    path = branch / "data" / "concepts" / "x.ttl"
    said = b'<urn:a> <urn:b> """"""\n.'
    path.write_bytes(said.replace(b'""""""', b'"""%s"""' % (b"x" * (LARGEST - len(said)))))
    assert path.stat().st_size == LARGEST
    prove(str(path), "x.ttl")
    assert len(parse_turtle(path.read_text(), "x.ttl")[0]) == 1
    with path.open("ab") as file:
        file.write(b"\n")
    not_read(branch, path, "has 8,388,609 bytes, and a source file may have 8,388,608. Split it.")


@pytest.mark.parametrize("name", ["context.jsonld", "crampkg.ttl", "shapes.ttl"])
def test_a_check_misses_ontology_shapes_and_context(branch: Path, name: str) -> None:
    """Without the context it had no failure, and JSON-LD could not be exported."""
    (branch / "ontology" / name).unlink()
    (finding,) = run(Sources.find(branch)).findings
    problem = "It cannot be read: No such file or directory."
    assert (finding.check, finding.file, finding.problem) == ("syntax", f"ontology/{name}", problem)


@pytest.mark.parametrize("target", [".", "..", "../../data"])
def test_a_folder_that_holds_itself_is_told(branch: Path, target: str) -> None:
    link = branch / "data" / "concepts" / "x"
    link.symlink_to(target)
    not_read(branch, link, "is a link to a folder that it lies in")


def test_a_link_to_a_file_or_a_folder_elsewhere_is_read(branch: Path, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    shutil.move(branch / "data" / "concepts", elsewhere)
    before = Sources.find(branch).files()
    (branch / "data" / "concepts").symlink_to(elsewhere)
    after = Sources.find(branch).files()
    assert set(before) < set(after)


def not_read(branch: Path, path: Path, reason: str) -> None:
    """Try each way to the sources: a sentence names the path, and why it is not read."""
    ways: list[Callable[[], object]] = [
        lambda: KnowledgeGraph.open(branch),
        lambda: run(Sources.find(branch)),
        lambda: catalogue(Sources.find(branch)),
    ]
    if path.suffix == ".ttl":
        ways.append(lambda: place(Sources.find(None), [str(path.parent)]))
    for way in ways:
        with pytest.raises(SourceError, match=re.escape(f"{path} {reason}")) as raised:
            way()
        assert raised.value.exit_code == 2


def spoil_shapes(branch: Path, said: str) -> None:
    """Add a shape of all claims."""
    path = branch / "ontology" / "shapes.ttl"
    shape = f"ck:Outwards a sh:NodeShape ; sh:targetClass ck:Claim ; {said} ."
    path.write_text(f"{path.read_text()}\n{shape}\n")


def refused(branch: Path, name: str, reason: str) -> None:
    """Check the sources: the file is told, with the reason."""
    findings = run(Sources.find(branch)).findings
    problems = [finding.problem + finding.remedy for finding in findings if finding.file == name]
    assert any(reason in problem for problem in problems), findings
