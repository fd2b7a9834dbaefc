"""The OpenAPI document, and the server held to it by schemathesis."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from serving import Server

from crampkg import KnowledgeGraph
from crampkg.server.openapi import document

TESTS = Path(__file__).parents[1]
#: For each of 65 operations: more would take most of the time of all tests.
EXAMPLES = 2


def test_each_question_is_described_with_its_parameters(
    server: Server, graph: KnowledgeGraph
) -> None:
    told = server.get("/api/openapi.json").json()
    assert told == json.loads(json.dumps(document(graph, server.url)))
    assert told["openapi"] == "3.1.0"
    for question in graph.questions():
        operation = told["paths"][f"/api/questions/{question.id}"]["get"]
        names = [parameter["name"] for parameter in operation["parameters"]]
        assert names == [*(parameter.name for parameter in question.params), "format"]


def test_each_example_is_answered(server: Server, graph: KnowledgeGraph) -> None:
    told = server.get("/api/openapi.json").json()
    asked = 0
    for path, operations in told["paths"].items():
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
