"""`crampkg article anchor`: the spans of a revised text, written or only shown."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from processes import Ended

ROOT = Path(__file__).parents[2]
SLUG = "what-causes-leg-cramps"


@pytest.fixture
def sources(tmp_path: Path) -> Path:
    """Return a copy of the sources that may be written to."""
    folder = tmp_path / "sources"
    for name in ("ontology", "data", "queries", "rules"):
        shutil.copytree(ROOT / name, folder / name)
    return folder


def spans(sources: Path) -> str:
    return (sources / f"data/articles/{SLUG}/spans.tsv").read_text(encoding="utf-8")


def test_a_text_as_it_was(run: Callable[..., Ended], sources: Path, article: Path) -> None:
    before = spans(sources)
    ended = run("--sources", str(sources), "article", "anchor", SLUG, str(article))
    assert ended == Ended(0, "180 spans where they were, 0 moved, 0 not found.\n", "")
    assert spans(sources) == before


def test_a_revised_text(
    run: Callable[..., Ended], sources: Path, article: Path, tmp_path: Path
) -> None:
    """A line before all, and a hedge that is another one."""
    revised = tmp_path / "revised.txt"
    text = article.read_text(encoding="utf-8")
    revised.write_text("Revised.\n" + text.replace("can trigger", "may trigger"), encoding="utf-8")
    before = spans(sources)
    words = ("--sources", str(sources), "article", "anchor", SLUG, str(revised))

    shown = run(*words, "--check", "-f", "json")
    assert shown.code == 1
    found = json.loads(shown.out)
    assert [len(found[name]) for name in ("kept", "moved", "lost")] == [0, 175, 5]
    assert [each["of"] for each in found["lost"]] == [
        "statement-electrolytes",
        "claim-magnesium-deficiency-triggers-muscle-cramp",
        "claim-potassium-deficiency-triggers-muscle-cramp",
        "claim-sodium-deficiency-triggers-muscle-cramp",
        "marker-use-04",
    ]
    assert spans(sources) == before

    written = run(*words)
    assert written.code == 1
    assert written.out.endswith("0 spans where they were, 175 moved, 5 not found.\n")
    assert "statement-electrolytes" in written.out
    assert "The text is not the one that was recorded." in written.out
    assert written.err.endswith("spans.tsv is written.\n")
    opening = next(line for line in before.split("\n") if line.startswith("statement-opening\t"))
    _, start, end, digest = opening.split("\t")
    assert f"statement-opening\t{int(start) + 9}\t{int(end) + 9}\t{digest}\n" in spans(sources)
    lost = next(line for line in before.split("\n") if line.startswith("statement-electrolytes\t"))
    assert f"{lost}\n" in spans(sources), "what is not found stays as it was recorded"


def test_a_text_with_more_at_its_end(
    run: Callable[..., Ended], sources: Path, article: Path, tmp_path: Path
) -> None:
    """All spans are found, and the article's own is the whole of the new text."""
    longer = tmp_path / "longer.txt"
    longer.write_text(article.read_text(encoding="utf-8") + "One more.\n", encoding="utf-8")
    words = ("--sources", str(sources), "article", "anchor", SLUG, str(longer))
    assert run(*words, "--check").code == 1
    assert run(*words).code == 0
    assert run(*words, "--check").code == 0
    assert "article\t0\t5792\t" in spans(sources)
    checked = run("--sources", str(sources), "verify", str(longer))
    assert checked.code == 0, checked.out


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("a\tb\t2\tf", "line 182: start 'b' is no offset. Write a whole number, counted from 0."),
        ("article\t0\t2\tf", "line 182: of 'article' stands twice. Remove one of the two rows."),
    ],
)
def test_a_table_of_spans_with_a_mistake(
    run: Callable[..., Ended], sources: Path, article: Path, row: str, sentence: str
) -> None:
    path = sources / f"data/articles/{SLUG}/spans.tsv"
    path.write_text(f"{spans(sources)}{row}\n", encoding="utf-8")
    before = spans(sources)
    ended = run("--sources", str(sources), "article", "anchor", SLUG, str(article))
    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err
    assert spans(sources) == before


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("anchor", "nobody", "x.txt"), "There is no data/articles/nobody/spans.tsv."),
        (("anchor", SLUG, "gone.txt"), "The article gone.txt cannot be read: No such file"),
        (("moor", SLUG, "x.txt"), "action"),
        (("anchor", SLUG), "The following arguments are required: TEXT."),
        ((), "The following arguments are required: ACTION, SLUG, TEXT."),
    ],
)
def test_what_cannot_be_anchored(
    run: Callable[..., Ended], words: tuple[str, ...], sentence: str
) -> None:
    ended = run("article", *words)
    assert (ended.code, ended.out) == (2, "")
    assert sentence in ended.err
