"""The HTTP API as an OpenAPI 3.1 document: openapi.yaml, and the questions of the library."""

from __future__ import annotations

import functools
import importlib.resources
from typing import Any

import yaml

from crampkg import __version__
from crampkg.answers.remarks import status_lines
from crampkg.model import Claim
from crampkg.server import media
from crampkg.server.descriptions import example
from crampkg.server.limits import MOST_JUSTIFICATIONS, MOST_TERMS
from crampkg.server.problems import KINDS, MEDIA_TYPE
from crampkg.vocabulary import GRAPHS, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Parameter, Question

    Object = dict[str, Any]

_STRING = {"type": "string"}
_OBJECTS = {"type": "array", "items": {"type": "object"}}
#: The status codes of problems that every operation may have.
_PROBLEMS = ("400", "403", "405", "422", "500", "503")


def document(graph: KnowledgeGraph, base: str) -> Object:
    """Return the description of every route below the URL `base` (OpenAPI 3.1.0)."""
    whole: Object = _filled(_template(), _values(graph, base))
    for question in graph.questions():
        whole["paths"][f"/api/questions/{question.id}"] = {"get": _question(question)}
    for operations in whole["paths"].values():
        for operation in operations.values():
            _complete(operation)
    return whole


@functools.cache
def _template() -> Any:
    text = importlib.resources.files("crampkg.server").joinpath("openapi.yaml").read_text("utf-8")
    return yaml.safe_load(text)


def _filled(node: Any, values: Mapping[str, Any]) -> Any:
    """Return a copy of a part of the template with its `$name` strings replaced by `values`."""
    if isinstance(node, dict):
        return {key: _filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [_filled(value, values) for value in node]
    return values.get(node, node) if isinstance(node, str) else node


def _values(graph: KnowledgeGraph, base: str) -> Object:
    """Return the values of the template's `$name` strings; a claim of the graph gives examples."""
    claim = example(graph)
    ends = (
        (claim.subject_label, claim.relation_label, claim.object_label) if claim else ("name",) * 3
    )
    tags = sorted({tag for question in graph.questions() for tag in question.tags})
    return {
        "$base": base,
        "$version": __version__,
        "$summary": f"A knowledge graph of {graph.topic}, with its evidence.",
        "$status": " ".join(status_lines(graph.statuses)),
        "$tags": [*tags, ""],  # a form sends "" where none is chosen
        "$graph": {**_STRING, "enum": list(GRAPHS.values())},
        "$graphs": list(GRAPHS),
        "$terms": MOST_TERMS,
        "$justifications": MOST_JUSTIFICATIONS,
        **dict(zip(("$subject", "$relation", "$object"), ends, strict=True)),
        "$word": ends[0].split()[0],
        "$naming": "a label, synonym, CURIE or IRI, in any case",
        "$nonempty": {**_STRING, "pattern": r"\S"},
        "$format": _format(media.CARDS),
        "$cards": media.CARDS,
        "$json": {"json": ("application/json",)},
        "$rdf": media.GRAPHS,
        "$results": {**media.RESULTS, **media.GRAPHS},
        "$objects": _OBJECTS,
        "$statuses": {"type": "array", "items": _reference("Status")},
        "$claim": _claim(),
        "$problems": _problems(),
    }


def _question(question: Question) -> Object:
    """Return the operation of a question, as short as those of the template."""
    formats = media.QUESTIONS[question.form]
    return {
        "operationId": question.id,
        "summary": question.question,
        "tags": ["questions"],
        "parameters": [*map(_parameter, question.params), _format(formats)],
        "answer": [formats, _reference("Answer")] if question.form == "select" else [formats],
        "problems": ["406"],
        "description": f"{question.summary} {question.note}".strip(),
    }


def _parameter(parameter: Parameter) -> Object:
    is_number = parameter.type == "integer"
    kind = f" (a name of a {compress(parameter.kind)})" if parameter.kind else ""
    items = {"type": "integer"} if is_number else _STRING
    return {
        "name": parameter.name,
        "in": "query",
        "description": f"{parameter.help}{kind}",
        "schema": {"type": "array", "items": items, "minItems": 1},
        "example": [int(parameter.default) if is_number else compress(parameter.default)],
    }


def _format(names: Iterable[str]) -> Object:
    schema = {**_STRING, "enum": [*names, ""]}
    description = "goes before the Accept header"
    return {"name": "format", "in": "query", "description": description, "schema": schema}


def _complete(operation: Object) -> None:
    """Write the responses of an operation in full."""
    formats, *schema = operation.pop("answer")
    codes = sorted([*_PROBLEMS, *operation.pop("problems", ())])
    content: Object = {type: {"schema": {}} for types in formats.values() for type in types}
    for type in content:  # other formats have no schema
        if schema and type.endswith("json") and type != "application/ld+json":
            content[type] = {"schema": schema[0]}
    operation["responses"] = {
        "200": {"description": "The answer.", "content": content},
        **{code: {"$ref": f"#/components/responses/{code}"} for code in codes},
        **operation.get("responses", {}),
    }


def _reference(name: str) -> Object:
    return {"$ref": f"#/components/schemas/{name}"}


def _claim() -> Object:
    """Return the schema of a claim, whose fields are those of `Claim`."""
    others = {
        "start": {"type": "integer", "minimum": 0},
        "end": {"type": "integer", "minimum": 1},
        "is_under_label": {"type": "boolean"},
        **dict.fromkeys(("hedges", "hedges_of_others", "circumstances", "citations"), _OBJECTS),
        "listed_items": {"type": "array", "items": _STRING},
    }
    fields = {name: others.get(name, _STRING) for name in Claim._fields}
    return {"type": "object", "required": list(fields), "properties": fields}


def _problems() -> Object:
    """Return the responses of problems, by status code."""
    titles: dict[str, list[str]] = {}
    for kind in KINDS.values():
        titles.setdefault(str(kind.status), []).append(kind.title)
    content = {MEDIA_TYPE: {"schema": _reference("Problem")}}
    return {
        code: {"description": "; ".join(known), "content": content}
        for code, known in sorted(titles.items())
    }
