"""docs/conformance.md says what the tables of the W3C's cases say.

`CRAMPKG_UPDATE=1 pytest tests/w3c` writes it.
"""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

pytestmark = pytest.mark.conformance

TESTS = Path(__file__).parents[1]
PAGE = TESTS.parent / "docs" / "conformance.md"

HEAD = """\
# Conformance

`make conformance` runs the W3C's test suite of SPARQL 1.1 from a local copy (`CRAMPKG_W3C`; it is
not in the repository). Each case is a line of a table in `tests/`, with its result; a passed case
must not fail, and a failing case has a reason. "By value" means correct but for the lexical form
of a literal: Oxigraph normalises literals when it reads them (`"1.50"^^xsd:decimal` becomes 1.5).
Our exports bypass it and keep lexical forms.

## Queries and result formats

Run on the embedded engine behind the guard that checks every query; results are written and read
back in our formats. The cases of federation are not run: SERVICE is refused on purpose.

| group | cases | pass | by value | fail |
|---|---|---|---|---|
"""
FAILURES = """
## Failures

| group | case | whose | why |
|---|---|---|---|
"""
PROTOCOL = """
## Protocol

Run against `crampkg serve` (`tests/server/`). Cases that write are left out, since the server is
read-only: it answers them with 403, which is tested.

| suite | cases | pass | left out |
|---|---|---|---|
"""
ENTAILMENT = """
## Entailment

The cases with RDF or RDFS entailment, or with data within OWL 2 RL, by our rules
(`tests/reasoning/w3c-entailment.tsv` has the reasons).

| result | cases |
|---|---|
"""


def rows(path: str) -> list[dict[str, str]]:
    with (TESTS / path).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def page() -> str:
    """Return the page as the tables have it."""
    queries = rows("w3c/query.tsv")
    text = HEAD
    for group in dict.fromkeys(row["group"] for row in queries):
        found = Counter(row["result"] for row in queries if row["group"] == group)
        text += _line(group, found.total(), found["pass"], found["by value"], found["fail"])
    found = Counter(row["result"] for row in queries)
    text += _line("all", found.total(), found["pass"], found["by value"], found["fail"])
    text += FAILURES
    for row in queries:
        if row["result"] == "fail":
            text += _line(row["group"], row["case"], row["whose"], row["reason"])
    text += PROTOCOL
    protocol = rows("server/w3c-protocol.tsv")
    for suite in dict.fromkeys(row["suite"] for row in protocol):
        found = Counter(row["result"] for row in protocol if row["suite"] == suite)
        text += _line(suite, found.total(), found["pass"], found["left out"])
    text += ENTAILMENT
    entailment = Counter(row["result"] for row in rows("reasoning/w3c-entailment.tsv"))
    return text + "".join(_line(*each) for each in sorted(entailment.items()))


def _line(*cells: object) -> str:
    return f"| {' | '.join(map(str, cells))} |\n"


def test_the_page_says_what_the_tables_say() -> None:
    if os.environ.get("CRAMPKG_UPDATE"):
        PAGE.write_text(page(), encoding="utf-8")
    assert PAGE.read_text(encoding="utf-8") == page()
