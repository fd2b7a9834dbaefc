"""The HTTP API as an OpenAPI 3.1 document, made from the headers of the questions."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from crampkg import __version__
from crampkg.answers.sentences import status_lines
from crampkg.model import Claim
from crampkg.server import media
from crampkg.server.limits import MOST_JUSTIFICATIONS, MOST_TERMS
from crampkg.server.media import CARDS
from crampkg.server.problems import KINDS, MEDIA_TYPE
from crampkg.vocabulary import GRAPHS, compress

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from crampkg.graph import KnowledgeGraph
    from crampkg.model import Parameter, Question

    Object = dict[str, Any]

_STRING: dict[str, str] = {"type": "string"}


def document(graph: KnowledgeGraph, base: str) -> dict[str, Any]:
    """Return the description of every route below the URL `base` (OpenAPI 3.1.0)."""
    questions = {
        f"/api/questions/{each.id}": {"get": _question(each)} for each in graph.questions()
    }
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "crampkg",
            "version": __version__,
            "summary": f"A knowledge graph of {graph.topic}, with its evidence.",
            "description": " ".join(status_lines(graph.statuses)),
            "license": {"name": "CC BY 4.0", "identifier": "CC-BY-4.0"},
        },
        "servers": [{"url": base}],
        "tags": [
            {"name": "questions", "description": "The question library"},
            {"name": "concepts", "description": "Names, cards and derivations"},
            {"name": "RDF", "description": "SPARQL, whole graphs and their description"},
            {"name": "server", "description": "What is served, and how the server is"},
        ],
        "paths": {**_concepts(graph), **questions, **_graphs(), **_server()},
        "components": {"schemas": _SCHEMAS, "responses": _problems()},
    }


def _concepts(graph: KnowledgeGraph) -> Object:
    """Return the routes to the library, names, cards and derivations."""
    tags = sorted({tag for each in graph.questions() for tag in each.tags})
    library = _get(
        "listQuestions",
        "List the questions, or those of a tag.",
        "questions",
        [_query("tag", "the tag", _choice(tags)), _format(CARDS)],
        _content(CARDS, {"$ref": "#/components/schemas/Library"}),
        "404 406",
    )
    search = _get(
        "findTerms",
        "Find concepts, classes and relations by a part of a name.",
        "concepts",
        [
            _needed(_query("q", "words of a name", {"type": "string", "pattern": r"\S"}), "calf"),
            _query("kind", "only of this class: label, CURIE or IRI", _STRING),
            _query("limit", "how many", {**_range(MOST_TERMS), "default": 20}),
        ],
        _content(_JSON, {"$ref": "#/components/schemas/Terms"}),
        "",
    )
    card = _get(
        "describe",
        "Everything about one concept: claims for and against, background, inferences, mappings.",
        "concepts",
        [_needed(_name("term"), "claudication"), _format(CARDS)],
        _content(CARDS, {"$ref": "#/components/schemas/Card"}),
        "406",
    )
    explanation = _get(
        "why",
        "Why a triple holds: each smallest set of claims and axioms from which it follows.",
        "concepts",
        [
            _needed(_name("subject"), "femoral artery"),
            _needed(_name("predicate"), "is implicated in"),
            _needed(_name("object"), "calf pain"),
            _query("limit", "how many", {**_range(MOST_JUSTIFICATIONS), "default": 5}),
            _format(CARDS),
        ],
        _content(CARDS, {"$ref": "#/components/schemas/Explanation"}),
        "406",
    )
    return {
        "/api/questions": library,
        "/api/terms": search,
        "/api/describe": card,
        "/api/why": explanation,
    }


def _graphs() -> Object:
    """Return the routes to RDF."""
    rdf = _content(media.GRAPHS, {})
    name = {
        "name": "name",
        "in": "path",
        "required": True,
        "schema": {"type": "string", "enum": list(GRAPHS)},
    }
    graphs = _get("graph", "One graph.", "RDF", [name], rdf, "404 406")
    page = "What tells of the graph, for who would rather have a page than RDF."
    graphs["get"]["responses"]["303"] = {"description": page}
    store = _get(
        "graphStore",
        "One graph by its IRI (SPARQL 1.1 Graph Store HTTP Protocol).",
        "RDF",
        [{**_query("graph", "the IRI of the graph", _GRAPH_IRI), "required": True}],
        rdf,
        "404 406",
    )
    void = _get("void", "The dataset, in VoID.", "RDF", [], rdf, "406")
    return {
        "/sparql": _endpoint(),
        "/store": store,
        "/graph/{name}": graphs,
        "/.well-known/void": void,
    }


def _endpoint() -> Object:
    """Return the operations of the SPARQL endpoint."""
    any_result = _content({**media.RESULTS, **media.GRAPHS}, {})
    query = _needed(_query("query", "a SPARQL 1.1 query", _STRING), "ASK { ?s ?p ?o }")
    dataset = [
        _query(f"{which}-graph-uri", f"a graph of the {which} graph(s)", _list(_GRAPH_IRI))
        for which in ("default", "named")
    ]
    return {
        "get": _operation(
            "query",
            "Run a query (SPARQL 1.1 Protocol).",
            "RDF",
            [query, *dataset],
            any_result,
            "406",
        ),
        "post": {
            **_operation("queryByPost", "Run a query.", "RDF", [], any_result, "406 408 413 415"),
            "requestBody": {
                "required": True,
                "content": {
                    "application/sparql-query": {"schema": _STRING, "example": "ASK { ?s ?p ?o }"},
                    "application/x-www-form-urlencoded": {"schema": _QUERY_FORM},
                },
            },
        },
    }


def _server() -> Object:
    """Return the routes to what is told of the server."""
    status = _get("status", "What is served.", "server", [], _content(_JSON, _ANY), "")
    health = _get(
        "health", "Whether the server can answer.", "server", [], _content(_JSON, _ANY), ""
    )
    metrics = _get(
        "metrics", "Numbers for Prometheus.", "server", [], {"text/plain": {"schema": _STRING}}, ""
    )
    return {"/api/status": status, "/health": health, "/metrics": metrics}


def _question(question: Question) -> Object:
    table = media.QUESTIONS[question.form]
    parameters = [_parameter(parameter) for parameter in question.params]
    schema = {"$ref": "#/components/schemas/Answer"} if question.form == "select" else {}
    operation = _operation(
        question.id,
        question.question,
        "questions",
        [*parameters, _format(table)],
        _content(table, schema),
        "406",
    )
    return {**operation, "description": f"{question.summary} {question.note}".strip()}


def _parameter(parameter: Parameter) -> Object:
    schema: Object = {"type": "integer"} if parameter.type == "integer" else dict(_STRING)
    kind = f" (a name of a {compress(parameter.kind)})" if parameter.kind else ""
    default: str | int = compress(parameter.default)
    if parameter.type == "integer":
        default = int(parameter.default)
    asked = _query(parameter.name, f"{parameter.help}{kind}", _list(schema))
    return {**asked, "example": [default]}


def _get(
    id: str, summary: str, tag: str, parameters: list[Object], content: Object, problems: str
) -> Object:
    return {"get": _operation(id, summary, tag, parameters, content, problems)}


def _operation(
    id: str, summary: str, tag: str, parameters: list[Object], content: Object, problems: str
) -> Object:
    """Return an operation; `problems` are status codes beyond those that every one may have."""
    codes = ["400", "403", "405", "422", "500", "503", *problems.split()]
    return {
        "operationId": id,
        "summary": summary,
        "tags": [tag],
        "parameters": parameters,
        "responses": {
            "200": {"description": "The answer.", "content": content},
            **{code: {"$ref": f"#/components/responses/{code}"} for code in sorted(codes)},
        },
    }


def _problems() -> Object:
    """Return the responses that tell of problems, by status code."""
    found: dict[str, list[str]] = {}
    for kind in KINDS.values():
        found.setdefault(str(kind.status), []).append(kind.title)
    schema = {"$ref": "#/components/schemas/Problem"}
    return {
        code: {"description": "; ".join(titles), "content": {MEDIA_TYPE: {"schema": schema}}}
        for code, titles in sorted(found.items())
    }


def _content(table: Mapping[str, tuple[str, ...]], schema: Object) -> Object:
    """Return the media types of a table; JSON ones have `schema`, the others are text."""
    types = dict.fromkeys(type for known in table.values() for type in known)
    is_json = {type: type.endswith("json") and type != "application/ld+json" for type in types}
    return {type: {"schema": schema if is_json[type] else {}} for type in types}


def _query(name: str, description: str, schema: Object) -> Object:
    return {"name": name, "in": "query", "description": description, "schema": schema}


def _needed(parameter: Object, example: str) -> Object:
    return {**parameter, "required": True, "example": example}


def _name(name: str) -> Object:
    schema = {"type": "string", "pattern": r"\S"}
    return _query(name, "a label, synonym, CURIE or IRI, in any case", schema)


def _format(table: Iterable[str]) -> Object:
    return _query("format", "goes before the Accept header", _choice(table))


def _choice(names: Iterable[str]) -> Object:
    """Return the schema of one of some names; a form sends an empty one where none is chosen."""
    return {"type": "string", "enum": [*names, ""]}


def _list(schema: Object) -> Object:
    return {"type": "array", "items": schema, "minItems": 1}


def _range(most: int) -> Object:
    return {"type": "integer", "minimum": 1, "maximum": most}


_ANY: Object = {"type": "object"}
_JSON = {"json": ("application/json",)}
_GRAPH_IRI: Object = {"type": "string", "enum": list(GRAPHS.values())}
_QUERY_FORM: Object = {
    "type": "object",
    "required": ["query"],
    "properties": {"query": _STRING},
    "example": {"query": "ASK { ?s ?p ?o }"},
}
_STATUS: Object = {"type": "array", "items": {"$ref": "#/components/schemas/Status"}}
_SCHEMAS: Object = {
    "Answer": {
        "description": "SPARQL 1.1 Query Results JSON, with what travels with the answer.",
        "type": "object",
        "required": ["head", "crampkg", "results"],
        "properties": {
            "head": {
                "type": "object",
                "required": ["vars"],
                "properties": {"vars": {"type": "array", "items": _STRING}},
            },
            "crampkg": {
                "type": "object",
                "required": ["question", "asked", "parameters", "status"],
                "properties": {"question": _STRING, "asked": _STRING, "status": _STATUS},
            },
            "results": {
                "type": "object",
                "required": ["bindings"],
                "properties": {"bindings": {"type": "array", "items": _ANY}},
            },
        },
    },
    "Card": {
        "type": "object",
        "required": [
            *("term", "properties", "claims", "narrower", "wider", "contested", "links"),
            *("mappings", "status"),
        ],
        "properties": {
            "term": {"$ref": "#/components/schemas/Term"},
            **{
                name: {"type": "array", "items": _ANY}
                for name in ("properties", "wider", "contested", "links", "mappings")
            },
            "claims": {"type": "array", "items": {"$ref": "#/components/schemas/Claim"}},
            "narrower": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["kind", "kind_label", "claim"],
                    "properties": {"claim": {"$ref": "#/components/schemas/Claim"}},
                },
            },
            "quotes": {"type": "object", "additionalProperties": _STRING},
            "status": _STATUS,
        },
    },
    "Claim": {
        "type": "object",
        "required": list(Claim._fields),
        "properties": {
            **dict.fromkeys(Claim._fields, _STRING),
            "start": {"type": "integer", "minimum": 0},
            "end": {"type": "integer", "minimum": 1},
            "is_under_label": {"type": "boolean"},
            "listed_items": {"type": "array", "items": _STRING},
            **{
                name: {"type": "array", "items": _ANY}
                for name in ("hedges", "hedges_of_others", "circumstances", "citations")
            },
        },
    },
    "Explanation": {
        "type": "object",
        "required": [
            *("text", "holds", "origin", "verdict", "stated", "justifications", "nearest"),
            "status",
        ],
        "properties": {
            "text": _STRING,
            "verdict": _STRING,
            "stated": {"type": "array", "items": {"$ref": "#/components/schemas/Claim"}},
            "holds": {"type": "boolean"},
            "complete": {"type": "boolean"},
            "origin": {"type": "string", "enum": ["article", "background", "inferred", ""]},
            "justifications": {"type": "array", "items": _ANY},
            "instead": {"type": "array", "items": _STRING},
            "nearest": {"type": "array", "items": _ANY},
            "further": {"type": "integer", "minimum": 0},
            "asNear": {"type": "integer", "minimum": 0},
            "status": _STATUS,
        },
    },
    "Library": {
        "type": "object",
        "required": ["questions", "status"],
        "properties": {"questions": {"type": "array", "items": _ANY}, "status": _STATUS},
    },
    "Problem": {
        "description": "Problem details (RFC 9457).",
        "type": "object",
        "required": ["type", "title", "status", "detail"],
        "properties": {
            "type": {"type": "string", "format": "uri"},
            "title": _STRING,
            "status": {"type": "integer"},
            "detail": _STRING,
            "line": {"type": "integer", "minimum": 1},
            "column": {"type": "integer", "minimum": 1},
        },
    },
    "Status": {
        "type": "object",
        "required": ["title", "updated", "review", "audience", "disclaimer", "notice"],
        "additionalProperties": _STRING,
    },
    "Term": {
        "type": "object",
        "required": ["iri", "label", "synonyms", "kinds", "definition"],
        "properties": {
            "iri": {"type": "string", "format": "uri"},
            "label": _STRING,
            "synonyms": {"type": "array", "items": _STRING},
            "kinds": {"type": "array", "items": _STRING},
            "definition": _STRING,
        },
    },
    "Terms": {
        "type": "object",
        "required": ["total", "terms"],
        "properties": {
            "total": {"type": "integer"},
            "terms": {"type": "array", "items": {"$ref": "#/components/schemas/Term"}},
        },
    },
}
