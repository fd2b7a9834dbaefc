"""Each way for a command to end: its exit code, its one sentence, and never a traceback."""

from __future__ import annotations

import errno
import fcntl
import os
import re
import resource
import signal
import subprocess
import termios
import time
from collections.abc import Callable
from importlib import metadata
from pathlib import Path

import pytest
from processes import COMMAND, Ended

from crampkg import cli
from crampkg.cli import ask
from crampkg.errors import EndpointError

QUESTION = "arteries-explaining-pain"

#: A query that keeps the engine busy for longer than any test waits.
ENDLESS = "SELECT (COUNT(*) AS ?n) WHERE { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i . ?j ?k ?l }"


def is_busy(process: subprocess.Popen[bytes]) -> bool:
    """Tell whether it has read its input, or has worked for longer than starting takes."""
    assert process.stdin is not None
    left = fcntl.ioctl(process.stdin, termios.FIONREAD, bytes(4))
    told = Path(f"/proc/{process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return not any(left) or 2 * int(told[11]) > os.sysconf("SC_CLK_TCK")


def said(ended: Ended) -> str:
    """Return the one message on standard error."""
    assert "Traceback" not in ended.err
    lines = ended.err.splitlines()
    assert lines, "nothing was said"
    assert lines[0].startswith("crampkg: ")
    return ended.err.removeprefix("crampkg: ")


def test_an_answer_is_0(run: Callable[..., Ended]) -> None:
    ended = run("ask", QUESTION)
    assert ended.code == 0
    assert ended.err == ""
    assert "tibial artery" in ended.out


def test_an_empty_answer_is_1_and_says_what_the_graph_does_not_know(
    run: Callable[..., Ended],
) -> None:
    ended = run("ask", QUESTION, "--site", "ankle")
    assert ended.code == 1
    assert "The article names no artery for pain at" in ended.out
    assert "pending human review" in ended.out


@pytest.mark.parametrize("format", ["table", "md", "json", "turtle", "jsonld"])
def test_why_is_0_for_what_holds_and_1_for_what_does_not(
    called: Callable[..., Ended], format: str
) -> None:
    held = called("why", "iliac artery disease", "a", "arterial condition", "-f", format)
    assert held.code == 0
    assert "iliac artery disease affects structure iliac artery" in held.out
    assert "pending human review" in held.out + held.err
    assert "Traceback" not in held.err
    implied = called("why", "bruit", "is a sign of", "PAD", "-f", format)
    assert implied.code == 0
    assert "claim-bruit-sign-of-peripheral-arterial-disease" in implied.out
    if format in ("table", "json", "turtle"):  # text, JSON and RDF: the others are written alike
        not_held = called("why", "mild hypohydration", "predisposes to", "cramp", "-f", format)
        assert not_held.code == 1
        assert "does not follow" in not_held.out + not_held.err or '"holds": false' in not_held.out
        assert "Traceback" not in not_held.err


@pytest.mark.parametrize("format", ["csv", "tsv", "json", "xml", "jsonld"])
def test_an_empty_answer_stays_a_whole_document(run: Callable[..., Ended], format: str) -> None:
    full = run("ask", QUESTION, "-f", format)
    ended = run("ask", QUESTION, "--site", "ankle", "-f", format)
    assert (full.code, ended.code) == (0, 1)
    assert "artery" in ended.out
    assert "The article names no artery for pain at" in said(ended)
    assert "names no artery" not in full.err


def test_an_empty_query_is_0_and_says_so(run: Callable[..., Ended]) -> None:
    ended = run("query", "-q", "SELECT ?x { ?x a kg:calf }", "-f", "csv")
    assert ended.code == 0
    assert ended.out == "x\r\n"
    assert said(ended).startswith("Nothing matches the query.")


@pytest.mark.parametrize(
    ("words", "sentences"),
    [
        (["asks"], ["no command 'asks'", "Did you mean ask?"]),
        (["xyzzy"], ["no command 'xyzzy'", "ask, query, describe"]),
        (["--sourcs", "x"], ["no option --sourcs", "Did you mean --sources?"]),
        (["ask", "--tga", "anatomy"], ["no option --tga", "Did you mean --tag?"]),
        (["ask", "--tag", "anatmy"], ["no tag 'anatmy'", "Did you mean anatomy?"]),
        (["ask", "-f", "yaml"], ["no format 'yaml'", "table"]),
        (["ask", "-f", "cvs"], ["no format 'cvs'", "Did you mean csv"]),
        (["ask", "-f"], ["expected one argument", "crampkg ask --help"]),
        (["ask", "-f", "csv"], ["no format 'csv'", "Choose from table, json."]),
        (["ask", QUESTION, "--tag", "anatomy"], ["--tag lists questions"]),
        (["ask", QUESTION, "foot"], ["a word too many: 'foot'", f"crampkg ask {QUESTION} --help"]),
        (["ask", "artery-explaining"], ["no question 'artery-explaining'", QUESTION]),
        (["ask", QUESTION, "--sit", "calf"], ["no option --sit.", "Did you mean --site?"]),
        (
            ["ask", QUESTION, "--drug", "x"],
            ["no option --drug.", f"See crampkg ask {QUESTION} --help"],
        ),
        (["ask", QUESTION, "--site"], ["--site", "expected one argument"]),
        (["ask", QUESTION, "--site", "calv"], ["'calv'", "Did you mean calf"]),
        (["ask", QUESTION, "--site", ""], ["The name is empty. Give a label"]),
        (["ask", QUESTION, "--site", "claudication"], ["'claudication' is", "anatomical site"]),
        (["ask", QUESTION, "-f", "turtle"], ["rows, which turtle cannot hold", "csv"]),
        (["ask", "claim-graph", "-f", "csv"], ["a graph, which csv cannot hold", "turtle"]),
        (["query"], ["Name one query"]),
        (["query", "a.rq", "-q", "ASK {}"], ["Name one query"]),
        (["query", "-q", "ASK {}", "-f", "csv"], ["yes or no, which csv cannot hold"]),
        (["query", "-q", "SELECT * {\n  ?s ?p }"], ["line 2, column"]),
        (["query", "-q", "SELECT * { ?s nope:p ?o }"], ["line 1", "prefix"]),
        (["query", "-q", "INSERT DATA { kg:a kg:b kg:c }"], ["line 1, column 1", "read-only"]),
        (["query", "-q", "SELECT * { SERVICE <http://x.test/> {} }"], ["SERVICE"]),
        (["query", "-q", "SELECT * " + 5000 * "{" + 5000 * "}"], ["brackets deep"]),
        (["query", "missing.rq"], ["missing.rq cannot be read: No such file"]),
        (["query", "."], [". cannot be read: Is a directory"]),
        (["describe"], ["required: TERM", "crampkg describe --help"]),
        (["describe", "calv"], ["'calv'", "calf"]),
        (["why", "calf"], ["required: PREDICATE, OBJECT", "crampkg why --help"]),
        (["why", "calv", "a", "artery"], ["'calv'", "calf"]),
        (["why", "calf", "a", "artery", "--limit", "0"], ["--limit", "1 or more"]),
        (["export", "-f", "ttl"], ["no format 'ttl'", "turtle"]),
        (["export", "--graph", "claim"], ["no graph 'claim'", "Did you mean claims?"]),
        (["check", "missing.ttl"], ["missing.ttl is not there"]),
        (["verify"], ["required: ARTICLE"]),
        (["verify", "missing.txt"], ["missing.txt cannot be read"]),
        (["fmt", "missing.ttl"], ["missing.ttl cannot be read"]),
        (["export", "-f", "nope"], ["no format 'nope' here. Choose from turtle"]),
        (["export", "-o", "/missing/x.ttl"], ["/missing/x.ttl", "Make the folder /missing first"]),
        (["export", "-o", "/"], ["/ could not be", "Is a directory. Name a file in it."]),
        (["export", "-o", ""], ["-o needs the name of a file"]),
        (["check", "--sources", ""], ["--sources: it is empty"]),
        (["describe", "calf", "--article", " "], ["--article: it is empty"]),
        (["check", ""], ["PATH: it is empty"]),
        (["fmt", ""], ["PATH: it is empty"]),
        (["query", ""], ["FILE: it is empty"]),
        (["verify", ""], ["ARTICLE: it is empty"]),
        (["query", "--endpoint", "http://a/", "--user", "", "x.rq"], ["--user: it is empty"]),
        (["push", "--endpoint", "http://a/", "--update", ""], ["--update: it is empty"]),
        (["push", "--endpoint", "http://a/", "--graph-store", ""], ["--graph-store: it is empty"]),
        (["serve", "--host", ""], ["--host: it is empty"]),
        (["completion", "tcsh"], ["no shell 'tcsh' here. Choose from bash, zsh, fish."]),
        (["ask", "--sources", "missing"], ["missing is not a crampkg source folder"]),
        (["ask", QUESTION, "--article", "missing.txt"], ["missing.txt cannot be read"]),
    ],
    ids=lambda value: " ".join(value)[:50] if isinstance(value, list) else None,
)
def test_wrong_usage_is_2_and_shows_the_way_out(
    run: Callable[..., Ended], words: list[str], sentences: list[str]
) -> None:
    ended = run(*words)
    assert ended.code == 2
    assert ended.out == ""
    message = said(ended)
    for sentence in sentences:
        assert sentence in message


def test_a_name_that_fits_several_terms_gets_the_list(
    run: Callable[..., Ended], tiny: Path
) -> None:
    file = tiny / "data" / "concepts" / "concepts.ttl"
    text = file.read_text(encoding="utf-8")
    for label in ("cold", "salt"):
        old = f'    skos:prefLabel "{label}"@en ;\n'
        assert old in text
        text = text.replace(old, f'{old}    skos:altLabel "white stuff"@en ;\n')
    file.write_text(text, encoding="utf-8")
    ended = run("ask", "concept-card", "--concept", "White Stuff", "--sources", str(tiny))
    assert ended.code == 2
    assert "cold (kg:cold)" in said(ended)
    assert "salt (kg:salt)" in said(ended)


def test_broken_turtle_is_named_with_file_and_line(run: Callable[..., Ended], tiny: Path) -> None:
    file = tiny / "data" / "concepts" / "broken.ttl"
    file.write_text("@prefix kg: <https://w3id.org/crampkg/id/> .\n\nkg:a kg:b .\n")
    asked = run("ask", QUESTION, "--sources", str(tiny))
    assert asked.code == 2
    assert "data/concepts/broken.ttl, line 3" in said(asked)
    checked = run("check", "--sources", str(tiny))
    assert checked.code == 1
    assert "data/concepts/broken.ttl:3: " in checked.out
    formatted = run("fmt", str(file))
    assert formatted.code == 2
    assert f"{file}, line 3" in said(formatted)


@pytest.mark.parametrize(("command", "does"), [("check", "check"), ("fmt", "format")])
def test_a_folder_with_nothing_to_do_is_told(
    run: Callable[..., Ended], tmp_path: Path, command: str, does: str
) -> None:
    for folder in ("ontology", "data", "queries", "rules"):
        (tmp_path / folder).mkdir()
    (tmp_path / "notes.txt").write_text("no Turtle")
    ended = run(command, str(tmp_path))
    assert ended.code == 2
    assert f"{tmp_path} holds nothing to {does}. Name a " in said(ended)


@pytest.mark.parametrize("place", ["file", "-"])
def test_a_query_that_is_not_utf_8_is_named_with_its_line(
    run: Callable[..., Ended], tmp_path: Path, place: str
) -> None:
    content = b"SELECT *\n{ ?s ?p 'caf\xe9' }"
    file = tmp_path / "latin.rq"
    file.write_bytes(content)
    ended = run("query", str(file) if place == "file" else "-", stdin=content)
    assert ended.code == 2
    assert "line 2" in said(ended)
    assert "UTF-8" in said(ended)


def test_a_byte_order_mark_is_no_part_of_a_query(run: Callable[..., Ended]) -> None:
    ended = run("query", "-", "-f", "json", stdin=b"\xef\xbb\xbfASK { ?s ?p ?o }")
    assert ended.code == 0
    assert '"boolean": true' in ended.out


def test_a_failed_check_is_1(run: Callable[..., Ended], tiny: Path) -> None:
    folder = tiny / "data" / "concepts"
    (folder / "circle.ttl").write_text(
        "@prefix ck: <https://w3id.org/crampkg/ontology#> .\n"
        "@prefix kg: <https://w3id.org/crampkg/id/> .\n\n"
        "kg:calf ck:partOf kg:leg .\nkg:leg ck:partOf kg:calf .\n"
    )
    (tiny / "data" / "articles" / "calf-ache" / "stances.ttl").write_text(
        "@prefix art: <https://w3id.org/crampkg/id/calf-ache/> .\n"
        "@prefix ck: <https://w3id.org/crampkg/ontology#> .\n\n"
        "art:claim-salt-causes-pain ck:stance ck:affirmed .\n"
    )
    ended = run("check", "--sources", str(tiny))
    assert ended.code == 1
    assert "[part-of-itself]" in ended.out
    assert "[two-stances]" in ended.out


def test_a_read_only_cache_folder_is_worked_around_and_told(run: Callable[..., Ended]) -> None:
    ended = run("ask", QUESTION, "-f", "csv", CRAMPKG_CACHE="/dev/null/cache")
    assert ended.code == 0
    assert "tibial artery" in ended.out
    assert "built in memory" in said(ended)


FULL = pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")


@FULL
@pytest.mark.parametrize("format", ["table", "csv"])
def test_a_full_disk_under_standard_output(environment: dict[str, str], format: str) -> None:
    with open("/dev/full", "wb") as full:
        ended = subprocess.run(
            [*COMMAND, "ask", QUESTION, "-f", format],
            stdout=full,
            stderr=subprocess.PIPE,
            env=environment,
            check=False,
        )
    assert ended.returncode == 2
    assert b"the disk is full" in ended.stderr
    assert b"Traceback" not in ended.stderr


@FULL
def test_a_full_disk_under_a_named_file(run: Callable[..., Ended]) -> None:
    ended = run("export", "-o", "/dev/full")
    assert ended.code == 2
    assert said(ended).startswith("/dev/full could not be written, for the disk is full.")


def test_no_standard_output_at_all(environment: dict[str, str]) -> None:
    ended = subprocess.run(
        ["sh", "-c", '"$@" >&-', "sh", *COMMAND, "ask", QUESTION],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert ended.returncode == 2
    assert ended.stderr == (
        b"crampkg: There is no standard output to write to. Name a file with -o.\n"
    )


def test_no_standard_error_at_all(environment: dict[str, str]) -> None:
    ended = subprocess.run(
        ["sh", "-c", '"$@" 2>&-', "sh", *COMMAND, "ask", QUESTION, "-f", "csv"],
        capture_output=True,
        env=environment,
        check=False,
    )
    assert ended.returncode == 0
    assert b"tibial artery" in ended.stdout


@pytest.mark.parametrize(
    "words",
    [["export", "-f", "nquads"], ["ask"], ["ask", QUESTION, "-f", "csv"], ["ask", "--help"]],
    ids=" ".join,
)
def test_a_closed_pipe_is_quiet(environment: dict[str, str], words: list[str]) -> None:
    read, write = os.pipe()
    process = subprocess.Popen(
        [*COMMAND, *words], stdout=write, stderr=subprocess.PIPE, env=environment
    )
    os.close(write)
    os.close(read)  # nobody reads, so that the first write fails, however short
    _, err = process.communicate(timeout=60)
    assert process.returncode == 0
    assert [
        line for line in err.splitlines() if b"From " not in line and b"Not medical" not in line
    ] == []


def test_head_gets_its_lines(environment: dict[str, str]) -> None:
    script = '"$@" | head -n 1; echo "${PIPESTATUS[0]}"'
    ended = subprocess.run(
        ["bash", "-c", script, "bash", *COMMAND, "export", "-f", "nquads"],
        capture_output=True,
        env=environment,
        check=True,
    )
    first, code = ended.stdout.splitlines()
    assert first.endswith(b" .")
    assert code == b"0"
    assert ended.stderr == b""


@pytest.mark.parametrize("words", [["query", "-q", ENDLESS], ["query", "-"]], ids=" ".join)
def test_ctrl_c_is_130_with_one_sentence(environment: dict[str, str], words: list[str]) -> None:
    process = subprocess.Popen(
        [*COMMAND, *words],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env=environment,
        # In the background of a shell Ctrl-C is ignored, and tests may be run there.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),  # noqa: PLW1509 - no lock
    )
    assert process.stdin is not None
    process.stdin.write(b"#")
    process.stdin.flush()
    while not is_busy(process):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    process.wait(timeout=60)
    assert process.returncode == 130
    assert process.stderr is not None
    message = process.stderr.read().decode()
    for stream in (process.stdin, process.stdout, process.stderr):
        assert stream is not None
        stream.close()
    assert message.startswith("crampkg: Interrupted")
    assert len(message.splitlines()) == 1


@pytest.mark.parametrize(
    ("error", "code", "sentence"),
    [
        (EndpointError("No answer from there."), 3, "No answer from there."),
        (KeyboardInterrupt(), 130, "Interrupted"),
        (MemoryError(), 2, "not enough memory"),
        (RecursionError(), 2, "nested too deeply"),
        (OSError(errno.EIO, "Input/output error"), 2, "The output could not be read or written"),
        (PermissionError(errno.EACCES, "No", "out"), 2, "out could not be read or written: No. M"),
        (ModuleNotFoundError("No", name="yaml.x"), 2, "pip install --upgrade pyyaml."),
        (ImportError("cannot import name", name="crampkg.x"), 2, "a mistake in crampkg itself"),
        (ZeroDivisionError("by\nzero"), 2, "crampkg itself (ZeroDivisionError: by zero)"),
    ],
    ids=lambda value: type(value).__name__,
)
def test_whatever_happens_there_is_a_sentence(
    error: BaseException,
    code: int,
    sentence: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def fail(_: object) -> int:
        raise error

    monkeypatch.setattr(ask.COMMANDS["ask"], "run", fail)
    monkeypatch.delenv("CRAMPKG_DEBUG", raising=False)
    assert cli.main(["ask"]) == code
    shown = capsys.readouterr().err
    assert shown.startswith("crampkg: ")
    assert sentence in shown
    assert len(shown.splitlines()) == 1
    monkeypatch.setenv("CRAMPKG_DEBUG", "1")
    assert cli.main(["ask"]) == code
    assert f"\n{type(error).__name__}" in capsys.readouterr().err.replace("crampkg.errors.", "")


def test_each_package_that_we_need_is_called_by_its_own_name() -> None:
    needed = {re.split("[^a-z0-9-]", each)[0] for each in metadata.requires("crampkg") or ()}
    needed -= {"graphviz-pure"}  # carries a program and no module
    called = {cli.PACKAGES.get(name, name) for name in metadata.packages_distributions()}
    assert needed <= called


def test_a_file_is_written_whole_or_not_at_all(environment: dict[str, str], tmp_path: Path) -> None:
    target = tmp_path / "claims.ttl"
    target.write_text("as it was")

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (10_000, 10_000))

    ended = subprocess.run(
        [*COMMAND, "export", "-o", str(target)],
        preexec_fn=limit,
        capture_output=True,
        # Python 3.11 would leave the compiled modules that it writes cut off, too.
        env={**environment, "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    assert ended.returncode == 2
    assert str(target).encode() in ended.stderr
    assert target.read_text() == "as it was"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["claims.ttl"]
