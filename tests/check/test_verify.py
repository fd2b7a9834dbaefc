"""Recorded spans against a copy of the article."""

from __future__ import annotations

from pathlib import Path

import pytest
from tiny import ARTICLE, HOME, TinySources, changed

from crampkg.check import verify
from crampkg.errors import SourceError
from crampkg.sources import Sources

#: Statements and their parts 15, uses 7, claims with a span 6, references 2, notice, article.
SPANS = 32


def test_the_real_article_fits(article: Path) -> None:
    report = verify(Sources.find(), str(article))
    assert report.findings == ()
    assert report.summary == f"{report.things} of {report.things} spans fit {article}"
    assert report.things > 170


def test_all_spans_of_the_tiny_article_fit() -> None:
    report = verify(TinySources(), str(ARTICLE))
    assert report.findings == ()
    assert report.summary == f"{SPANS} of {SPANS} spans fit {ARTICLE}"


def test_a_changed_word_is_found_in_every_span_around_it(tmp_path: Path) -> None:
    copy = tmp_path / "article.txt"
    copy.write_text(ARTICLE.read_text().replace("Cold can", "Cold may"))
    report = verify(TinySources(), str(copy))
    names = {finding.term.rpartition(":")[2] for finding in report.findings}
    assert names == {"article", "statement-cold", "claim-cold-triggers-pain"}
    assert report.summary == f"{SPANS - 3} of {SPANS} spans fit {copy}"
    assert {finding.check for finding in report.findings} == {"digest"}
    assert all(finding.line and finding.file for finding in report.findings)


def test_a_byte_order_mark_is_no_part_of_the_text(tmp_path: Path) -> None:
    copy = tmp_path / "article.txt"
    copy.write_text(ARTICLE.read_text(), encoding="utf-8-sig")
    assert verify(TinySources(), str(copy)).findings == ()


def test_an_article_that_is_not_utf8_is_an_error(tmp_path: Path) -> None:
    copy = tmp_path / "article.txt"
    copy.write_bytes(b"ok\n\xff")
    with pytest.raises(SourceError, match="line 2: this is not UTF-8"):
        verify(TinySources(), str(copy))


def test_sources_that_do_not_parse_are_an_error(tmp_path: Path) -> None:
    name = f"{HOME}/claims/artery.ttl"
    sources = changed(tmp_path, name, ("a ck:Claim ;", "a ck:Claim ,, "))
    with pytest.raises(SourceError, match=r"artery\.ttl: This is not Turtle"):
        verify(sources, str(ARTICLE))
