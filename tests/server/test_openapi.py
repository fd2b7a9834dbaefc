"""The OpenAPI document, and the server held to it by schemathesis."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from serving import Server

from crampkg import KnowledgeGraph
from crampkg.server import descriptions
from crampkg.server.openapi import document

TESTS = Path(__file__).parents[1]
#: For each of 65 operations: more would take most of the time of all tests.
EXAMPLES = 2


def test_each_question_is_described_with_its_parameters(
    server: Server, graph: KnowledgeGraph
) -> None:
    served = server.get("/api/openapi.json").json()
    assert served == json.loads(json.dumps(document(graph, server.url)))
    assert served["openapi"] == "3.1.0"
    for question in graph.questions():
        operation = served["paths"][f"/api/questions/{question.id}"]["get"]
        names = [parameter["name"] for parameter in operation["parameters"]]
        assert names == [*(parameter.name for parameter in question.params), "format"]


def test_each_example_is_answered(server: Server, graph: KnowledgeGraph) -> None:
    served = server.get("/api/openapi.json").json()
    asked = 0
    for path, operations in served["paths"].items():
        if path in {"/graph/{name}", "/store"}:
            continue
        parameters = {
            parameter["name"]: parameter["example"]
            for parameter in operations["get"]["parameters"]
            if "example" in parameter
        }
        response = server.get(path, params=parameters)
        assert response.status_code == 200, (path, response.text)
        asked += 1
    assert asked > len(graph.questions())


def test_no_word_of_the_template_is_left(graph: KnowledgeGraph) -> None:
    whole = document(graph, "http://x")
    assert not re.search(r'"\$(?!ref")', json.dumps(whole))
    for operations in whole["paths"].values():
        for operation in operations.values():
            assert {"responses", "parameters", "summary"} <= set(operation)
            assert not {"answer", "problems"} & set(operation)


def test_examples_are_a_claim_of_the_graph(graph: KnowledgeGraph) -> None:
    claim = descriptions.example(graph)
    assert claim in graph.claims()
    parameters = document(graph, "http://x")["paths"]["/api/why"]["get"]["parameters"]
    examples = [parameter["example"] for parameter in parameters if "example" in parameter]
    assert examples == [claim.subject_label, claim.relation_label, claim.object_label]
    resources = [
        object.value
        for _, predicate, object in descriptions.dataset(graph, "http://x")
        if predicate.value.endswith("exampleResource")
    ]
    assert resources == [claim.subject]


@pytest.mark.conformance
def test_the_server_keeps_to_it(server: Server) -> None:
    """Schemathesis asks what the document allows and what it does not, every limit of it as well.

    Left out are two of its checks. A name that fits no term is a string as any other, and is
    refused; and what would write to a graph is refused with 403, the graph being there to be read.
    """
    ended = subprocess.run(
        [
            Path(sys.executable).with_name("schemathesis"),
            *("run", f"{server.url}/api/openapi.json", "--no-color"),
            *("--phases", "coverage,fuzzing", "--max-examples", str(EXAMPLES)),
            *("--seed", os.environ.get("CRAMPKG_SEED", "14")),
            *("--exclude-checks", "positive_data_acceptance,unsupported_method"),
            *("--generation-database", "none"),
        ],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "SCHEMATHESIS_HOOKS": "server.sparql_bodies", "PYTHONPATH": str(TESTS)},
    )
    assert ended.returncode == 0, ended.stdout
