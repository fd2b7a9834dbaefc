"""Sources on headache, with two articles: all that the program says comes from them.

The model (`ontology/`, `rules/`, `queries/`) is ours without what is of our subject; the data are
in `tests/cases/headache`, in our own words. Nothing may speak of legs, cramps or our article.
"""

from __future__ import annotations

import argparse
import ast
import json
import re
import shutil
from collections import deque
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import urldefrag

import pytest
from tiny import CASES, ROOT

from crampkg import KnowledgeGraph, cli
from crampkg.answers import formats, remarks
from crampkg.cli.parser import SUMMARIES, completes_names
from crampkg.export import FORMATS
from crampkg.vocabulary import CK
from web import Web

HEADACHE = CASES / "headache"
TEXT = HEADACHE / "what-brings-on-migraine.txt"
#: Words of our subject and of our article; `crampkg` itself is none of them.
OURS = re.compile(
    r"\b(?i:legs?|cal(f|ves)|cramps?|cramping|thighs?|foot|feet|dehydration|femoral|hypohydration"
    r"|magnesium|quinine)\b|(?i:claudication|peripheral.arter)|\b(PAD|RLS)\b|\bart:"
    r"|what-causes-leg|leg-cramp",
)
#: More pages than there are to be looked at.
MOST = 400


#: Files of the code in which such a word means something else: the file, the word, and why.
ELSEWHERE = {"src/crampkg/server/static/crampkg.css": ("foot", "the end of every page")}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("headache")
    for name in ("ontology", "rules", "queries"):
        shutil.copytree(ROOT / name, folder / name)
    (folder / "ontology" / "subject.ttl").unlink()
    shutil.copytree(HEADACHE / "data", folder / "data")
    return folder


@pytest.fixture(scope="module")
def headache(folder: Path) -> KnowledgeGraph:
    return KnowledgeGraph.open(folder)


def clean(text: str) -> str:
    """Return a text in which nothing of ours is said."""
    found = OURS.search(text)
    assert not found, text[max(0, found.start() - 200) : found.end() + 100]
    return text


def test_what_is_ours_is_seen() -> None:
    for word in ("leg cramps", "art:marker-7", "PAD", "Calf", "id/what-causes-leg-cramps/x"):
        assert OURS.search(word)
    for word in ("?pseudoclaudicationClaim", "peripheral arterial disease", "kg:peripheral-artery"):
        assert OURS.search(word)
    assert not OURS.search("crampkg legend partial /static/crampkg.css")


def test_no_file_of_the_code_speaks_of_ours() -> None:
    """Nor does the model: ontology, rules and questions, but for the defaults of parameters.

    Examples in docstrings are run on the graph that the package carries: they are of its subject.
    """
    model = [*(ROOT / "rules").rglob("*.*"), *(ROOT / "queries").rglob("*.rq")]
    model += [ROOT / "ontology" / name for name in ("crampkg.ttl", "graphs.ttl", "shapes.ttl")]
    code = [path for path in (ROOT / "src" / "crampkg").rglob("*.*") if is_source(path)]
    assert len(code) > 100
    found = []
    for path in [*code, *model]:
        text = path.read_text(encoding="utf-8")
        if path.suffix == ".rq":
            text = re.sub(r"default: kg:[\w-]+|VALUES \?\w+ \{ kg:[\w-]+ \}", "", text)
        elif path.suffix == ".py":
            text = without_examples(text)
        known, _ = ELSEWHERE.get(path.relative_to(ROOT).as_posix(), ("", ""))
        said = {word[0] for word in OURS.finditer(text)} - {known}
        found += [(path.relative_to(ROOT).as_posix(), *sorted(said))] if said else []
    assert found == []


def without_examples(text: str) -> str:
    """Return a module without the doctest examples in its docstrings; comments and code stay."""
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            docstring = ast.get_docstring(node, clean=False) or ""
            for example in re.findall(r"(?m)^ *>>> .*(?:\n *\S.*)*", docstring):
                text = text.replace(example, "")
    return text


def test_only_examples_in_docstrings_are_left_out() -> None:
    module = '''"""On pain.

    >>> graph.find("PAD")
    'calf'

    The calf."""
code = """
>>> PAD"""
# >>> PAD
'''
    left = without_examples(module)
    assert [word[0] for word in OURS.finditer(left)] == ["calf", "PAD", "PAD"]
    assert "graph.find" not in left


def is_source(path: Path) -> bool:
    """Tell whether a file is ours and read as text, and not built."""
    return path.suffix not in (".pyc", ".png") and not path.name.startswith("editor.")


def test_articles_choose_their_prefixes(headache: KnowledgeGraph) -> None:
    assert headache.prefixes["mig"] == "https://w3id.org/crampkg/id/what-brings-on-migraine/"
    assert "food-and-headache" in headache.prefixes  # by its folder
    assert "art" not in headache.prefixes
    assert headache.find("mig:marker-1") != headache.find("food-and-headache:marker-1")
    (row,) = headache.query("SELECT ?text { mig:marker-2 ck:markerText ?text }")
    assert row.text("text") == "2"


def test_every_question_that_fits_has_its_defaults_here(headache: KnowledgeGraph) -> None:
    asked = {question.id: question for question in headache.questions()}
    assert "drug-class-effects" not in asked  # there is no drug class
    assert len(asked) > 45
    for question in asked.values():
        for parameter in question.params:
            if parameter.kind:
                assert headache.find(parameter.default, parameter.kind)
    answered = {id for id in asked if len(headache.ask(id))}
    assert answered >= {
        *("arteries-explaining-pain", "causes-by-strength", "claims-about", "claims-by-hedge"),
        *("claims-by-marker", "claims-by-section", "claims-by-source", "claims-under-circumstance"),
        *("contested-matters", "denied-claims", "drug-effects", "fact-evidence", "mappings-of"),
        *("people", "sources-of-marker", "statements-by-marker", "when-recommended"),
    }


@pytest.mark.parametrize("format", ["table", "md", "json", "csv", "jsonld", "html"])
def test_no_answer_speaks_of_ours(headache: KnowledgeGraph, format: str) -> None:
    for question in headache.questions():
        answer = headache.ask(question.id)
        if format == "table":
            clean("\n".join((str(answer), question.question, *remarks.closing_lines(answer))))
        elif format == "html":
            clean(answer._repr_html_())
        elif format in formats.names("select" if answer.form == "select" else "graph"):
            clean(answer.serialize(format).decode())


def test_where_there_are_several_articles_none_is_the_article(headache: KnowledgeGraph) -> None:
    for question in headache.questions():
        texts = (question.question, question.summary, question.silence, question.note)
        assert not any(re.search(r"\bthe article\b", text, re.IGNORECASE) for text in texts)


def run(capsys: pytest.CaptureFixture[str], folder: Path, *words: str) -> tuple[int, str]:
    capsys.readouterr()
    code = cli.main(["--sources", str(folder), *words])
    out, err = capsys.readouterr()
    return code, out + err


def test_the_overview_and_every_help(
    folder: Path, capsys: pytest.CaptureFixture[str], headache: KnowledgeGraph
) -> None:
    _, overview = run(capsys, folder)
    assert "Headache: the claims of articles" in overview
    clean(overview)
    for name in SUMMARIES:
        code, text = run(capsys, folder, name, "--help")
        assert code == 0
        clean(text)
    for question in headache.questions():
        clean(run(capsys, folder, "ask", question.id, "--help")[1])


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        (("ask",), 0, "arteries-explaining-pain"),
        (("ask", "arteries-explaining-pain"), 0, "temporal arteritis"),
        (("ask", "denied-claims", "-f", "md"), 0, "decaffeinated coffee"),
        (("ask", "claims-by-marker", "--marker", "mig:marker-2"), 0, "temple pain"),
        (("ask", "claims-about", "--concept", "calf"), 2, ""),
        (("ask", "drug-class-effects"), 2, "takes a kind of thing of which there is none here"),
        (
            ("query", "-q", "SELECT ?x { ?x a ck:Claim }"),
            0,
            "mig:claim-poor-sleep-triggers-migraine",
        ),
        (("query", "-q", "DESCRIBE kg:coffee", "-f", "turtle"), 0, "kg:coffee"),
        (("describe", "coffee"), 0, "food-and-headache:claim-coffee-causes-migraine"),
        (("describe", "decaf", "-f", "json"), 0, "decaffeinated coffee"),
        (("why", "temporal arteritis", "causes", "temple pain"), 0, "often"),
        (("why", "temporal artery", "is implicated in", "temple pain", "-f", "md"), 0, "temporal"),
        (("why", "coffee", "causes", "migraine"), 1, "reported belief"),
        (("check",), 0, "0 failures"),
        (("check", "--article", str(TEXT)), 0, "0 failures"),
        (("verify", str(TEXT)), 0, "18 of 18 spans"),
        (("fmt", "--check"), 0, ""),
        (("completion", "bash"), 0, "crampkg"),
    ],
    ids=lambda value: " ".join(value)[:40] if isinstance(value, tuple) else None,
)
def test_commands_speak_of_these_sources(
    folder: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    words: tuple[str, ...],
    code: int,
    told: str,
) -> None:
    monkeypatch.setenv("CRAMPKG_SOURCES", str(folder))
    monkeypatch.delenv("CRAMPKG_ARTICLE", raising=False)
    monkeypatch.chdir(folder)
    ended, text = run(capsys, folder, *words)
    assert ended == code, text
    assert told in text
    clean(text.replace("'calf'", "") if "calf" in words else text)


def test_every_export(headache: KnowledgeGraph) -> None:
    for format in FORMATS:
        clean(headache.export(format).decode())
    assert b"@prefix mig: <" in headache.export("turtle", "claims")


class _Links(HTMLParser):
    def __init__(self, text: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.feed(text)

    def handle_starttag(self, _: str, attributes: list[tuple[str, str | None]]) -> None:
        self.links += [value for name, value in attributes if name == "href" and value]


@pytest.fixture(scope="module")
def site(headache: KnowledgeGraph) -> Iterator[Web]:
    from crampkg.server.limits import Limits

    running = Web(headache, Limits(seconds=120, patience=120))
    yield running
    running.stop()


def test_every_page(site: Web) -> None:
    """From the first one, along all links; downloads of whole sources and graphs left out."""
    waiting, seen = deque(["/"]), {"/"}
    while waiting and len(seen) < MOST:
        path = waiting.popleft()
        answer = site.get(path, headers={"accept": "text/html"})
        assert answer.status_code == 200, path
        text = clean(answer.text)
        for link in (urldefrag(each)[0] for each in _Links(text).links):
            if re.match(r"/(?!/|static|sources|graph|ontology\.|editor/result|picture\.)", link):
                kind = re.sub(r"=.*", "", link)
                if link not in seen and ("?" not in link or kind not in seen):
                    seen.update((link, kind))
                    waiting.append(link)
    assert {"/questions", "/concepts", "/picture", "/editor", "/evidence", "/about"} <= seen
    assert "/id/what-brings-on-migraine/marker-1" in seen


def test_first_page_names_the_topic(site: Web) -> None:
    page = site.get("/", headers={"accept": "text/html"}).text
    assert "<title>Headache, with the evidence" in page
    assert 'placeholder="migraine, coffee' in page
    assert "2 articles say" in page


@pytest.mark.parametrize(
    "path",
    [
        *(
            "/api/openapi.json",
            "/.well-known/void",
            "/sparql",
            "/editor/vocabulary",
            "/api/questions",
        ),
        *("/api/describe?term=coffee", "/api/terms?q=pain", "/metrics"),
        "/api/why?subject=temporal+arteritis&predicate=causes&object=temple+pain",
    ],
)
def test_what_machines_read(site: Web, path: str) -> None:
    answer = site.get(path, headers={"accept": "application/json, text/turtle, */*"})
    assert answer.status_code == 200
    clean(answer.text)


def test_examples_of_the_api_are_here(site: Web, headache: KnowledgeGraph) -> None:
    paths = json.loads(site.get("/api/openapi.json").text)["paths"]
    for path, methods in paths.items():
        for parameter in methods.get("get", {}).get("parameters", ()):
            example = parameter.get("example")
            if path.startswith("/api/") and isinstance(example, str):
                assert headache.terms.near(example) or headache.terms.search(example), example


def test_names_are_completed_from_here(headache: KnowledgeGraph, folder: Path) -> None:
    parser = argparse.ArgumentParser()
    option = parser.add_argument("--x")
    completes_names(option, lambda _: headache.terms.of_kind(f"{CK}CitationMarker"))
    offered = option.completer("mig:", argparse.Namespace())  # type: ignore[attr-defined]
    assert "mig:marker-1" in offered
