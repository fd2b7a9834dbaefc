"""Every question file keeps the format on which binding, help and other engines rely."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from rdflib import URIRef
from rdflib.plugins.sparql import prepareQuery
from rdflib.plugins.sparql.parserutils import CompValue

from crampkg.questions.header import parse, read_header
from crampkg.vocabulary import CK, GRAPHS, PREFIXES, compress

FILES = sorted(Path(__file__).parents[1].glob("queries/*.rq"))
KEYS = ["id", "question", "summary", "tags", "params", "silence"]
EVIDENCE = [
    *("wording", "stance", "hedge", "condition", "basis"),
    *("marker", "source", "sourceLabel", "markerStatus", "section", "claim", "origin"),
]
#: Where the evidence block is cut or begins otherwise, on purpose.
#: Evidence comes first, or there is no marker, or no source, by what is asked.
OTHERWISE = {"artery-site-matrix", "claims-without-listed-source", "uncited-claims"}
HEADER_WIDTH = 120
WIDTH = 100


def faults(text: str) -> list[str]:
    """Return what is wrong with the format of a question file, one sentence each."""
    question = parse("queries/this.rq", text)
    header = read_header("queries/this.rq", text)
    found = []
    if list(header) != KEYS:
        found.append(f"the header's keys are not {', '.join(KEYS)}, in this order")
    names = {parameter.name for parameter in question.params}
    if set(re.findall(r"{(\w+)}", question.question)) != names:
        found.append("the question does not name just its parameters")
    if not set(re.findall(r"{(\w+)}", question.silence)) <= names:
        found.append("the silence names what is no parameter")
    for parameter in question.params:
        marked = re.findall(
            rf"VALUES \?(\w+) {{ (\S+) }} # param: {parameter.name}$", text, re.MULTILINE
        )
        if [value for _, value in marked] != [compress(parameter.default)]:
            found.append(f"there is not one marked VALUES with the default of {parameter.name}")
        found += [
            f"{parameter.name} is used inside a sub-SELECT"
            for name, _ in marked
            if any(f"?{name} " in inner for inner in _subselects(text))
        ]
    found += _layout(text)
    found += _portability(text)
    return found


def _layout(text: str) -> Iterator[str]:
    for line in text.splitlines():
        if len(line) > (HEADER_WIDTH if line.startswith("#+") else WIDTH):
            yield f"a line is longer than {WIDTH}, or {HEADER_WIDTH} in the header"
    declared = re.findall(r"^PREFIX (\w+): <(.*)>$", text, re.MULTILINE)
    body = re.sub(r"<[^<>\s]*>|\"[^\"\n]*\"|^#.*$", "", text, flags=re.MULTILINE)
    used = sorted(set(re.findall(r"\b(\w+):\w", body)))
    if declared != [(prefix, PREFIXES[prefix]) for prefix in used]:
        yield "the prefixes are not those in use, sorted and spelt as everywhere"


def _portability(text: str) -> Iterator[str]:
    algebra = prepareQuery(text).algebra
    nodes = list(_walk(algebra, within=None))
    if algebra.name == "SelectQuery" and not any(node.name == "OrderBy" for node, _ in nodes):
        yield "there is no ORDER BY"
    for node, graph in nodes:
        if node.name == "BGP" and node.triples and str(graph) not in GRAPHS.values():
            yield "a pattern stands outside GRAPH, or in a graph that is not ours"
        if node.name in {"Function", "ServiceGraphPattern", "Aggregate_GroupConcat"}:
            yield f"{node.name} is not portable"


def _walk(node: object, within: URIRef | None) -> Iterator[tuple[CompValue, URIRef | None]]:
    """Yield every algebra node below `node`, with the graph that it is evaluated in."""
    if isinstance(node, CompValue):
        yield node, within
        inside = node.term if node.name == "Graph" else within
        for key, value in node.items():
            if key != "_vars":
                yield from _walk(value, inside)
    elif isinstance(node, (list, tuple)):
        for value in node:
            yield from _walk(value, within)


def _subselects(text: str) -> Iterator[str]:
    for found in re.finditer(r"\{\s*(?:#[^\n]*\s*)*SELECT\b", text):
        depth = 0
        for offset in range(found.start(), len(text)):
            depth += {"{": 1, "}": -1}.get(text[offset], 0)
            if depth == 0:
                yield text[found.start() : offset]
                break


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_question_keeps_the_format(path: Path) -> None:
    assert faults(path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_columns_of_an_answer_are_in_reading_order(path: Path) -> None:
    algebra = prepareQuery(path.read_text(encoding="utf-8")).algebra
    columns = [str(variable) for variable in (algebra.PV or ())]
    for column in columns:
        thing = column.removesuffix("Label")
        if thing in columns and thing != column:
            assert columns.index(column) == columns.index(thing) + 1
    if "wording" in columns and path.stem not in OTHERWISE:
        assert columns[-len(EVIDENCE) :] == EVIDENCE


GOOD = f"""#+ id: this
#+ question: What is {{thing}}?
#+ summary: What a thing is.
#+ tags: [things]
#+ params:
#+   thing: {{type: iri, class: ck:ClinicalEntity, default: kg:calf, help: the thing}}
#+ silence: Nothing is said of {{thing}}.

PREFIX ck: <{CK}>
PREFIX g: <https://w3id.org/crampkg/graph/>
PREFIX kg: <https://w3id.org/crampkg/id/>

SELECT ?claim
WHERE {{
  VALUES ?subject {{ kg:calf }} # param: thing
  GRAPH g:claims {{ ?claim ck:claimSubject ?subject }}
}}
ORDER BY ?claim
"""


def test_a_file_in_the_format_has_no_faults() -> None:
    assert faults(GOOD) == []


@pytest.mark.parametrize(
    ("old", "new", "fault"),
    [
        ("#+ summary: What a thing is.\n#+ tags: [things]\n",
         "#+ tags: [things]\n#+ summary: What a thing is.\n", "in this order"),
        ("What is {thing}?", "What is it?", "just its parameters"),
        ("said of {thing}", "said of {it}", "no parameter"),
        ("{ kg:calf } # param", "{ kg:foot } # param", "with the default"),
        ("GRAPH g:claims { ?claim ck:claimSubject ?subject }",
         "{ SELECT ?claim WHERE { GRAPH g:claims { ?claim ck:claimSubject ?subject } } }",
         "sub-SELECT"),
        ("ORDER BY ?claim\n", "", "no ORDER BY"),
        ("GRAPH g:claims { ?claim ck:claimSubject ?subject }",
         "GRAPH g:claims { } ?claim ck:claimSubject ?subject .", "outside GRAPH"),
        ("GRAPH g:claims {", "GRAPH g:claim {", "not ours"),
        ("GRAPH g:claims {", "GRAPH ?any {", "not ours"),
        ("ORDER BY ?claim", "ORDER BY ck:nearness(?claim)", "not portable"),
        ("SELECT ?claim\n", "SELECT (GROUP_CONCAT(?any) AS ?claim)\n", "not portable"),
        ("GRAPH g:claims { ?claim ck:claimSubject ?subject }",
         "SERVICE kg:calf { GRAPH g:claims { ?claim ck:claimSubject ?subject } }", "not portable"),
        ("PREFIX g:", "PREFIX owl: <http://www.w3.org/2002/07/owl#>\nPREFIX g:", "prefixes"),
        ("ORDER BY ?claim", "ORDER BY ?claim #" + " and so on" * 10, "longer"),
    ],
)  # fmt: skip
def test_each_fault_is_found(old: str, new: str, fault: str) -> None:
    assert old in GOOD
    assert any(fault in sentence for sentence in faults(GOOD.replace(old, new)))
