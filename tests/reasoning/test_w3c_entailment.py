"""The W3C's cases of SPARQL under entailment: which our rules answer, and why not the others.

`w3c-entailment.tsv` lists every case of the suite. A case is run when it asks for RDF or RDFS
entailment, or when its data is within OWL 2 RL.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

import pytest
from pyoxigraph import (
    Dataset,
    NamedNode,
    QueryBoolean,
    QueryResultsFormat,
    QuerySolutions,
    RdfFormat,
    Store,
    parse_query_results,
)
from reasoners import rules_only
from solutions import as_dataset

from crampkg.pipeline.rules import reason
from crampkg.sources import Sources
from crampkg.vocabulary import GRAPHS

pytestmark = pytest.mark.conformance

with Path(__file__).with_name("w3c-entailment.tsv").open(encoding="utf-8", newline="") as file:
    TABLE = {row["test"]: row for row in csv.DictReader(file, delimiter="\t")}

CASES = """
    PREFIX mf: <http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#>
    PREFIX qt: <http://www.w3.org/2001/sw/DataAccess/tests/test-query#>
    PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
    PREFIX sd: <http://www.w3.org/ns/sparql-service-description#>
    SELECT ?case ?query ?data ?result ?regime ?profile {
      [] mf:entries/rdf:rest*/rdf:first ?case .
      ?case mf:action ?action ; mf:result ?result .
      ?action qt:query ?query ; qt:data ?data .
      ?action sd:entailmentRegime/rdf:rest*/rdf:first? ?regime .
      FILTER (STRSTARTS(STR(?regime), "http://www.w3.org/ns/entailment/"))
      OPTIONAL {
        ?action sd:EntailmentProfile/rdf:rest*/rdf:first? ?profile .
        FILTER (STRSTARTS(STR(?profile), "http://www.w3.org/ns/owl-profile/"))
      }
    }
"""
# What OWL and RDFS entail of any class, property or relation, and we never materialise.
TAUTOLOGIES = """
    PREFIX owl: <http://www.w3.org/2002/07/owl#>
    PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
    PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
    INSERT {
      ?class rdfs:subClassOf ?class .
      ?property rdfs:subPropertyOf ?property .
      ?relation a rdf:Property .
    }
    USING <https://w3id.org/crampkg/graph/ontology>
    WHERE {
      { ?class rdfs:subClassOf|^rdfs:subClassOf ?other }
      UNION { ?class a owl:Class }
      UNION { ?property rdfs:subPropertyOf|^rdfs:subPropertyOf ?other }
      UNION { ?subject ?relation ?object }
    }
"""


class Case(NamedTuple):
    """A case of the suite: its files, the regimes that it is for, and the profiles of its data."""

    query: Path
    data: Path
    result: Path
    regimes: set[str]
    profiles: set[str]

    @property
    def ours(self) -> str:
        """Under what we run it, or would not."""
        found = sorted(self.regimes & {"RDF", "RDFS"})
        found += ["OWL 2 RL"] if "RL" in self.profiles else []
        return ", ".join(found) or "none: " + ", ".join(sorted(self.regimes))


@pytest.fixture(scope="module")
def cases(w3c: Path) -> dict[str, Case]:
    """Return the cases by name."""
    folder = w3c / "sparql" / "sparql11" / "entailment"
    manifest = Store()
    base = "https://example.org/"
    text = (folder / "manifest.ttl").read_bytes()
    manifest.load(text, format=RdfFormat.TURTLE, base_iri=base)
    found: dict[str, Case] = {}
    rows = manifest.query(CASES)
    assert isinstance(rows, QuerySolutions)
    for row in rows:
        name, query, data, result, regime, profile = (
            getattr(term, "value", "").replace(base, "") for term in row
        )
        case = Case(folder / query, folder / data, folder / result, set(), set())
        case = found.setdefault(name.partition("#")[2], case)
        case.regimes.add(regime.rpartition("/")[2])
        case.profiles.add(profile.rpartition("/")[2])
    return found


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> Sources:
    """Return sources that have nothing but the OWL rules."""
    return rules_only(tmp_path_factory.mktemp("sources"))


def is_answered(case: Case, store: Store) -> bool:
    """Return whether the case's query has the result that is wanted."""
    found = store.query(case.query.read_text(encoding="utf-8"), use_default_graph_as_union=True)
    wanted = parse_query_results(case.result.read_bytes(), format=QueryResultsFormat.XML)
    if isinstance(wanted, QueryBoolean):
        assert isinstance(found, QueryBoolean)
        return bool(found) == bool(wanted)
    assert isinstance(found, QuerySolutions)
    assert isinstance(wanted, QuerySolutions)
    return solutions(found) == solutions(wanted)


def solutions(found: QuerySolutions) -> Dataset:
    """Return solutions as a dataset, in which it does not matter how a blank node is called."""
    return as_dataset([variable.value for variable in found.variables], found)


@pytest.mark.parametrize("name", TABLE)
def test_a_case_has_the_result_in_the_table(
    name: str, cases: dict[str, Case], sources: Sources
) -> None:
    case = cases[name]
    assert TABLE[name]["regime"] == case.ours
    if case.ours.startswith("none: "):
        result = "not run"
    else:
        store = Store()
        graph = NamedNode(GRAPHS["ontology"])
        store.load(
            case.data.read_bytes(),
            format=RdfFormat.TURTLE,
            base_iri="https://example.org/",
            to_graph=graph,
        )
        reason(store, sources)
        result = "passed"
        if not is_answered(case, store):
            store.update(TAUTOLOGIES)
            result = "passed with tautologies" if is_answered(case, store) else "differs"
    assert TABLE[name]["result"] == result


def test_the_table_has_every_case(cases: dict[str, Case]) -> None:
    assert list(TABLE) == sorted(cases)


def test_what_does_not_pass_has_a_reason() -> None:
    without = {name for name, row in TABLE.items() if not row["reason"]}
    assert without == {name for name, row in TABLE.items() if row["result"] == "passed"}
