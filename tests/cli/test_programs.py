"""What programs read: standard output holds the format alone, the same bytes each time."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import re
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pyoxigraph
import pytest
from processes import Ended
from tiny import ARTICLE

from crampkg.graph import KnowledgeGraph

ROOT = Path(__file__).parents[2]
QUESTION = "arteries-explaining-pain"
STATUS = ["pending human review", "Not medical advice"]


#: Commands whose output is for programs, or is read by people who compare it.
SEEDED = [
    *(["ask", QUESTION, "-f", name] for name in ("csv", "tsv", "json", "xml", "jsonld", "md")),
    ["ask", QUESTION],
    ["ask", "claim-graph", "-f", "turtle"],
    ["ask", "claim-graph", "-f", "jsonld"],
    ["ask", "-f", "json"],
    ["query", "-q", "SELECT * { ?s ?p ?o }", "-f", "csv"],
    ["query", "-q", "SELECT * { ?s a owl:Axiom ; ?p ?o }", "-f", "tsv"],
    ["query", "-q", "CONSTRUCT WHERE { ?s a owl:Axiom ; ?p ?o }", "-f", "ntriples"],
    ["query", "-q", "DESCRIBE kg:claudication"],
    ["query", "-q", "ASK { ?s ?p ?o }", "-f", "xml"],
    ["describe", "claudication", "-f", "json"],
    ["describe", "claudication", "-f", "turtle"],
    ["why", "iliac artery disease", "a", "arterial condition", "-f", "json"],
    ["why", "iliac artery disease", "a", "arterial condition", "-f", "turtle"],
    ["export", "-f", "trig"],
]
#: Runs commands one after another in one process, since each process has one seed.
RUNS = """
import contextlib, io, json, sys
from crampkg.cli import main

ended = []
for words in json.load(sys.stdin):
    raw, err = io.BytesIO(), io.StringIO()
    out = io.TextIOWrapper(raw, encoding="utf-8", newline="")
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        code = main(words)
    out.flush()
    ended.append([code, raw.getvalue().decode(), err.getvalue()])
json.dump(ended, sys.stdout)
"""


@pytest.fixture(scope="module")
def seeded(graph: KnowledgeGraph) -> list[list[Ended]]:
    """Return how each command ends with one seed, with another and with a third."""
    assert graph is not None  # its snapshot is in the cache already
    environment = {name: text for name, text in os.environ.items() if name != "CRAMPKG_ARTICLE"}
    found = []
    for seed in ("0", "1", "4711"):
        ran = subprocess.run(
            [sys.executable, "-c", RUNS],
            input=json.dumps(SEEDED).encode(),
            env={**environment, "PYTHONPATH": str(ROOT / "src"), "PYTHONHASHSEED": seed},
            stdout=subprocess.PIPE,
            check=True,
        )
        found.append([Ended(*each) for each in json.loads(ran.stdout)])
    return found


@pytest.mark.parametrize("number", range(len(SEEDED)), ids=map(" ".join, SEEDED))
def test_the_bytes_are_the_same_whatever_the_seed(seeded: list[list[Ended]], number: int) -> None:
    written = {ended[number] for ended in seeded}
    assert len(written) == 1
    assert written.pop().code == 0


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "xml", "jsonld"])
def test_an_answer_ends_with_its_line(run: Callable[..., Ended], format: str) -> None:
    printed = run("ask", QUESTION, "-f", format).out
    assert printed.endswith("\n")
    assert not printed.endswith("\n\n")


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "xml", "jsonld"])
def test_the_status_goes_beside_a_format_for_programs(
    run: Callable[..., Ended], format: str
) -> None:
    ended = run("ask", QUESTION, "-f", format)
    for words in STATUS:
        assert words in ended.err
        assert (words in ended.out) == (format == "json")


@pytest.mark.parametrize("format", ["table", "md"])
def test_the_status_stands_in_a_format_for_people(run: Callable[..., Ended], format: str) -> None:
    ended = run("ask", QUESTION, "-f", format)
    for words in STATUS:
        assert words in ended.out
    assert ended.err == ""


def test_every_format_has_the_same_rows(run: Callable[..., Ended]) -> None:
    rows = list(csv.DictReader(io.StringIO(run("ask", QUESTION, "-f", "csv").out)))
    assert [row["arteryLabel"] for row in rows] == [
        "femoral artery",
        "popliteal artery",
        "tibial artery",
    ]
    document = json.loads(run("ask", QUESTION, "-f", "json").out)
    bindings = document["results"]["bindings"]
    assert [
        {name: binding.get(name, {}).get("value", "") for name in document["head"]["vars"]}
        for binding in bindings
    ] == rows
    tsv = run("ask", QUESTION, "-f", "tsv").out.encode()
    read = pyoxigraph.parse_query_results(tsv, format=pyoxigraph.QueryResultsFormat.TSV)
    assert isinstance(read, pyoxigraph.QuerySolutions)
    assert [
        {name: "" if solution[name] is None else solution[name].value for name in rows[0]}
        for solution in read
    ] == rows


def test_prefixes_need_no_declaration(run: Callable[..., Ended]) -> None:
    query = "SELECT ?label { kg:calf skos:prefLabel ?label ; a ck:AnatomicalSite }"
    assert run("query", "-q", query, "-f", "csv").out == "label\r\ncalf\r\n"


def test_a_query_comes_from_a_file_from_standard_input_and_from_a_question(
    run: Callable[..., Ended], tmp_path: Path
) -> None:
    shown = run("ask", QUESTION, "--site", "thigh", "--show-query")
    assert shown.err == ""
    assert "VALUES ?asked { <https://w3id.org/crampkg/id/thigh> }" in shown.out
    file = tmp_path / "thigh.rq"
    file.write_text(shown.out, encoding="utf-8")
    expected = run("ask", QUESTION, "--site", "thigh", "-f", "csv").out
    assert "iliac artery" in expected
    assert run("query", str(file), "-f", "csv").out == expected
    assert run("query", "-", "-f", "csv", stdin=shown.out).out == expected


def test_a_graph_is_turtle_unless_told_otherwise(run: Callable[..., Ended]) -> None:
    query = "CONSTRUCT { ?s a ck:Artery } WHERE { ?s a ck:Artery }"
    turtle = run("query", "-q", query).out
    assert turtle.startswith("@prefix ck:")
    parsed = set(pyoxigraph.parse(turtle, format=pyoxigraph.RdfFormat.TURTLE))
    rdfxml = run("query", "-q", query, "-f", "rdfxml").out
    assert parsed == set(pyoxigraph.parse(rdfxml, format=pyoxigraph.RdfFormat.RDF_XML))
    assert len(parsed) > 3
    plain = [line.split() for line in run("query", "-q", query, "-f", "table").out.splitlines()]
    assert plain[0] == ["SUBJECT", "PREDICATE", "OBJECT"]
    assert ["kg:femoral-artery", "rdf:type", "ck:Artery"] in plain


def test_several_values_of_a_parameter(run: Callable[..., Ended]) -> None:
    both = run("ask", QUESTION, "--site", "calf", "--site", "thigh", "-f", "json").out
    document = json.loads(both)
    labels = {each["arteryLabel"]["value"] for each in document["results"]["bindings"]}
    assert {"femoral artery", "iliac artery"} <= labels
    assert document["crampkg"]["parameters"] == {
        "site": ["https://w3id.org/crampkg/id/calf", "https://w3id.org/crampkg/id/thigh"]
    }
    assert "calf or thigh" in document["crampkg"]["asked"]


class TestQuotes:
    """With a copy of the article at hand, its words are shown where they prove to be its words."""

    SPAN = "Salt does not cause calf pain"
    WORDS = ("ask", "denied-claims")

    @pytest.mark.parametrize("format", ["table", "md", "json"])
    def test_a_quote_stands_in_the_answer(
        self, run: Callable[..., Ended], tiny: Path, format: str
    ) -> None:
        words = (*self.WORDS, "-f", format, "--sources", str(tiny))
        assert self.SPAN not in run(*words).out
        by_option = run(*words, "--article", str(ARTICLE))
        assert by_option.out.count(self.SPAN) == 1
        assert run(*words, CRAMPKG_ARTICLE=str(ARTICLE)) == by_option

    def test_a_card_has_quotes(self, run: Callable[..., Ended], tiny: Path) -> None:
        words = ("describe", "salt", "--sources", str(tiny), "--article", str(ARTICLE))
        for format in ("table", "md", "json"):
            assert self.SPAN in run(*words, "-f", format).out

    def test_the_columns_of_csv_stay_as_they_are(
        self, run: Callable[..., Ended], tiny: Path
    ) -> None:
        words = (*self.WORDS, "-f", "csv", "--sources", str(tiny))
        assert run(*words, "--article", str(ARTICLE)).out == run(*words).out

    def test_another_text_is_not_quoted_and_that_is_said(
        self, run: Callable[..., Ended], tiny: Path, tmp_path: Path
    ) -> None:
        other = tmp_path / "other.txt"
        text = ARTICLE.read_text(encoding="utf-8")
        other.write_text(text.replace("Salt does not", "Salt does NOT"), encoding="utf-8")
        ended = run(*self.WORDS, "--sources", str(tiny), "--article", str(other))
        assert ended.code == 0
        assert "Salt does" not in ended.out
        assert "1 of the 1 spans asked for, which are not quoted" in ended.err
        verified = run("verify", str(other), "--sources", str(tiny))
        assert verified.code == 1
        assert "statements/salt.ttl" in verified.out
        assert run("verify", str(ARTICLE), "--sources", str(tiny)).code == 0


class TestOutput:
    """`-o` writes what standard output would have had."""

    def test_the_bytes_are_those_of_standard_output(
        self, run: Callable[..., Ended], tmp_path: Path
    ) -> None:
        for words in (["ask", QUESTION], ["ask", QUESTION, "-f", "csv"], ["export"], ["ask"]):
            file = tmp_path / "out"
            ended = run(*words, "-o", str(file))
            assert ended.code == 0
            assert ended.out == ""
            direct = run(*words).out.encode()
            assert hashlib.sha256(file.read_bytes()).digest() == hashlib.sha256(direct).digest()
        assert run("ask", QUESTION, "-f", "csv", "-o", "-") == run("ask", QUESTION, "-f", "csv")
        assert [path.name for path in tmp_path.iterdir()] == ["out"]

    def test_permissions_and_links_stay(self, run: Callable[..., Ended], tmp_path: Path) -> None:
        file, link = tmp_path / "real.csv", tmp_path / "link.csv"
        file.write_text("old")
        file.chmod(0o640)
        link.symlink_to(file)
        assert run("ask", QUESTION, "-f", "csv", "-o", str(link)).code == 0
        assert link.is_symlink()
        assert file.read_text().startswith("asked,")
        assert stat.S_IMODE(file.stat().st_mode) == 0o640

    def test_a_device_is_written_to_and_not_replaced(self, run: Callable[..., Ended]) -> None:
        assert run("ask", QUESTION, "-f", "csv", "-o", "/dev/null").code == 0
        assert stat.S_ISCHR(Path("/dev/null").stat().st_mode)


class TestFmt:
    """`fmt` changes the form of a file and not its graph."""

    UGLY = "@prefix kg: <https://w3id.org/crampkg/id/> .\nkg:b kg:p kg:c. kg:a kg:p kg:c ."

    def test_check_tells_and_writes_nothing(
        self, run: Callable[..., Ended], tmp_path: Path
    ) -> None:
        file = tmp_path / "ugly.ttl"
        file.write_text(self.UGLY)
        ended = run("fmt", "--check", str(file))
        assert ended.code == 1
        assert ended.out == f"{file}\n"
        assert ended.err == "crampkg: 1 of 1 files would change.\n"
        assert file.read_text() == self.UGLY

    def test_a_formatted_file_stays_formatted(
        self, run: Callable[..., Ended], tmp_path: Path
    ) -> None:
        file = tmp_path / "ugly.ttl"
        file.write_text(self.UGLY)
        assert run("fmt", str(file)).err == "crampkg: 1 of 1 files changed.\n"
        assert file.read_text().index("kg:a") < file.read_text().index("kg:b")
        again = run("fmt", str(file))
        assert again.code == 0
        assert again.out == ""

    def test_a_folder_that_is_no_part_of_any_sources_is_left_alone(
        self, run: Callable[..., Ended], tmp_path: Path
    ) -> None:
        file = tmp_path / "ugly.ttl"
        file.write_text(self.UGLY)
        ended = run("fmt", str(tmp_path))
        assert ended.code == 2
        assert "nothing below it was touched. Name the files to format." in ended.err
        assert file.read_text() == self.UGLY

    def test_a_folder_within_sources_is_formatted(
        self, run: Callable[..., Ended], tiny: Path
    ) -> None:
        file = tiny / "data" / "concepts" / "ugly.ttl"
        file.write_text(self.UGLY)
        assert run("fmt", str(tiny / "data" / "concepts")).out == f"{file}\n"

    @pytest.mark.parametrize("marked", ["ugly.ttl", "."])
    def test_what_is_marked_read_only_stays_so_even_for_the_administrator(
        self, run: Callable[..., Ended], tmp_path: Path, marked: str
    ) -> None:
        file = tmp_path / "folder" / "ugly.ttl"
        file.parent.mkdir()
        file.write_text(self.UGLY)
        place = file.parent / marked
        mode = place.stat().st_mode
        place.chmod(mode & ~0o222)
        try:
            ended = run("fmt", str(file))
        finally:
            place.chmod(mode)
        assert ended.code == 2
        assert "is marked read-only. It is as it was." in ended.err
        assert file.read_text() == self.UGLY

    def test_without_a_path_all_sources_are_meant(
        self, run: Callable[..., Ended], tiny: Path
    ) -> None:
        (tiny / "data" / "concepts" / "ugly.ttl").write_text(self.UGLY)
        ended = run("fmt", "--check", "--sources", str(tiny))
        assert ended.code == 1
        assert ended.out.endswith("data/concepts/ugly.ttl\n")


def test_findings_as_json(run: Callable[..., Ended], tiny: Path) -> None:
    (tiny / "data" / "concepts" / "broken.ttl").write_text("nonsense")
    ended = run("check", "-f", "json", "--sources", str(tiny))
    assert ended.code == 1
    report = json.loads(ended.out)
    assert report["findings"][0]["file"] == "data/concepts/broken.ttl"
    assert set(report) == {"summary", "checks", "things", "notes", "findings"}


@pytest.mark.parametrize("id", [QUESTION, "claim-graph"])
def test_every_format_in_the_help_of_a_question_works(run: Callable[..., Ended], id: str) -> None:
    shown = " ".join(run("ask", id, "--help").out.split())
    listed = re.search(r"--format FORMAT (.*?) \(default: table\)", shown)
    assert listed
    for format in listed[1].split(", "):
        assert run("ask", id, "-f", format).code == 0
    (example,) = re.findall(r"-f \w+$", shown)
    assert example.removeprefix("-f ") in listed[1].split(", ")
