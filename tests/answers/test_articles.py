"""Where the graph holds several articles, each row for people names its own."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from pyoxigraph import NamedNode
from tiny import BASE, HOME

from crampkg import KnowledgeGraph
from crampkg.answers import remarks
from crampkg.answers.table import table_of
from crampkg.cli import main
from crampkg.model import Status
from crampkg.vocabulary import KG

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return sources with the tiny article, and another that says the same."""
    folder = tmp_path_factory.mktemp("two")
    for name in ("ontology", "queries", "rules"):
        shutil.copytree(ROOT / name, folder / name)
    shutil.copytree(BASE / "data", folder / "data")
    one, other = folder / HOME, folder / "data" / "articles" / "another"
    shutil.copytree(one, other)
    for path in other.rglob("*.ttl"):
        text = path.read_text(encoding="utf-8").replace("/calf-ache/", "/another/")
        path.write_text(text.replace('dct:title "', 'dct:title "Another: '), encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def both(folder: Path) -> KnowledgeGraph:
    return KnowledgeGraph.open(folder)


def test_each_status_names_its_article(both: KnowledgeGraph, graph: KnowledgeGraph) -> None:
    another, one = both.statuses
    assert another.article == f"{KG}another/article"
    assert another.title == f"Another: {one.title}"
    assert remarks.titles(both.statuses) == {
        f"{KG}another": another.title,
        f"{KG}calf-ache": one.title,
    }
    assert remarks.titles(graph.statuses) == {}


@pytest.mark.parametrize("id", ["denied-claims", "marker-counts", "statements-without-claims"])
def test_rows_for_people_name_their_article(both: KnowledgeGraph, id: str) -> None:
    answer = both.ask(id)
    table = table_of(answer)
    assert table.headings[-1] == "article"
    titles = [row[-1] for row in table.rows]
    assert set(titles) == {status.title for status in both.statuses}
    for format in ("table", "md"):
        shown = answer.serialize(format).decode()
        assert shown.count("Another: ") > titles.count(both.statuses[0].title)
    shown = answer._repr_html_()
    assert '<th scope="col">article</th>' in shown
    assert shown.count(f"<td>{both.statuses[0].title}</td>") == titles.count(both.statuses[0].title)


def test_columns_for_programs_stay_and_lead_to_the_article(
    both: KnowledgeGraph, graph: KnowledgeGraph
) -> None:
    answer = both.ask("denied-claims")
    header = answer.serialize("csv").partition(b"\r\n")[0]
    assert header == graph.ask("denied-claims").serialize("csv").partition(b"\r\n")[0]
    document = json.loads(answer.serialize("json"))
    namespaces = {
        remarks.namespace_of(status["article"]) for status in document["crampkg"]["status"]
    }
    claims = {row["claim"]["value"] for row in document["results"]["bindings"]}
    assert {remarks.namespace_of(claim) for claim in claims} == namespaces


def test_one_article_needs_no_column(graph: KnowledgeGraph) -> None:
    assert "article" not in table_of(graph.ask("denied-claims")).headings


@pytest.mark.parametrize("format", ["table", "md"])
def test_a_card_names_the_article_of_each_claim(
    folder: Path, capsys: pytest.CaptureFixture[str], format: str
) -> None:
    assert main(["describe", "salt", "-f", format, "--sources", str(folder)]) == 0
    shown = capsys.readouterr().out
    assert "article" in shown.lower().split("what the article claims")[1].split("\n\n")[1]
    assert "Another: " in shown.partition("What the article claims")[2].partition("From ")[0]


def test_a_row_is_of_its_claim_before_it_is_of_anything_else() -> None:
    statuses = [Status(name, "", "", "", "", f"{KG}{name}/article") for name in ("one", "two")]
    titles = remarks.titles(statuses)
    thing = NamedNode(f"{KG}calf")
    row = {"source": NamedNode(f"{KG}two/reference-1"), "claim": NamedNode(f"{KG}one/claim")}
    assert remarks.title_of({"thing": thing, **row}, titles) == "one"
    assert remarks.title_of({"thing": thing, "claim": None}, titles) == ""
