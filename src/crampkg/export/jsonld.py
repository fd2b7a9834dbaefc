"""JSON-LD 1.1 with short names: compacted by PyLD with `ontology/context.jsonld`.

After https://www.w3.org/TR/json-ld11-api/. A lexical form becomes a JSON number or boolean only
where reading that gives the same lexical form; nothing is ever fetched.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

from crampkg.errors import CrampkgError, SourceError
from crampkg.sources import Sources, read_text
from crampkg.vocabulary import RDF, XSD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crampkg.records import Value

    Graphs = dict[str | None, list[tuple[Value, Value, Value]]]
    Object = dict[str, Any]

_CONTEXT = "ontology/context.jsonld"

#: Numbers up to fifteen digits are exact in every JSON parser.
_NATIVE = re.compile(r"0|-?[1-9][0-9]{0,14}", re.ASCII)
_DIGITS = re.compile(r"([0-9]+)", re.ASCII)
#: PyLD would parse rdf:JSON literals and lose their form; it sees them under this name.
_JSON, _OPAQUE = RDF + "JSON", "urn:crampkg:json"
_STRING, _LANGUAGE_STRING = XSD + "string", RDF + "langString"
#: Blank nodes nested deeper than this stand apart, for the reader's sake and the call stack's.
_DEEPEST = 12


def write(graphs: Graphs) -> bytes:
    """Return `graphs` as JSON-LD with our context inside it, so far as it is used.

    The default graph alone becomes an array of node objects; named graphs become objects with
    an `@graph` of their own. Raises `CrampkgError` for what JSON-LD cannot say.
    """
    from pyld import jsonld

    context = _context()
    shared = _shared(graphs)
    dataset = {name or "@default": [_triple(each) for each in graphs[name]] for name in graphs}
    options = {"documentLoader": _refuse, "processingMode": "json-ld-1.1"}
    try:
        expanded = jsonld.from_rdf(dataset, {"useNativeTypes": False})
        parts = []
        for node in expanded:
            nodes = node.pop("@graph", None)
            if nodes is not None:
                parts.append({"@id": node["@id"], "@graph": _nested(nodes, shared)})
        nodes = [node for node in expanded if len(node) > 1]
        whole = _nested(nodes, shared) + sorted(parts, key=lambda part: _natural(part["@id"]))
        compacted = jsonld.compact(
            whole, {"@context": context}, {**options, "graph": True, "compactToRelative": False}
        )
    except jsonld.JsonLdError as error:
        message = f"JSON-LD cannot hold this graph: {error}. Choose another format, such as trig."
        raise CrampkgError(message) from None
    body = compacted.get("@graph", [])
    document = {"@context": _used(context, body), "@graph": _ordered(body)}
    return json.dumps(document, ensure_ascii=False, indent=2).encode() + b"\n"


def _context() -> Object:
    path = Sources.find().path(_CONTEXT)
    text = read_text(path, _CONTEXT)
    try:
        context: Object = json.loads(text)["@context"]
    except (ValueError, KeyError, TypeError):
        message = f"{_CONTEXT} is no JSON-LD context: an object with @context belongs there."
        raise SourceError(message, path=_CONTEXT) from None
    return context


def _refuse(url: str, _: object) -> Object:
    message = f"A JSON-LD document asks for {url}, and nothing is fetched here."
    raise CrampkgError(message)


def _triple(triple: tuple[Value, Value, Value]) -> dict[str, Object]:
    """Return a triple in PyLD's form."""
    return dict(zip(("subject", "predicate", "object"), map(_term, triple), strict=True))


def _term(value: Value) -> Object:
    if value.kind == "uri":
        return {"type": "IRI", "value": value.text}
    if value.kind == "bnode":
        return {"type": "blank node", "value": f"_:{value.text}"}
    term = {"type": "literal", "value": value.text, "datatype": value.datatype or _STRING}
    if value.datatype == _JSON:
        term["datatype"] = _OPAQUE
    if value.language:
        term["datatype"], term["language"] = _LANGUAGE_STRING, value.language
    return term


def _shared(graphs: Graphs) -> set[str]:
    """Return the blank nodes that several graphs hold: they keep their labels."""
    homes: dict[str, set[str | None]] = {}
    for name, triples in graphs.items():
        for triple in triples:
            for term in triple:
                if term.kind == "bnode":
                    homes.setdefault(f"_:{term.text}", set()).add(name)
    return {node for node, names in homes.items() if len(names) > 1}


def _nested(nodes: list[Object], shared: set[str]) -> list[Object]:
    """Return `nodes` sorted, each blank node inside the one node that refers to it."""
    uses: dict[str, int] = {}
    typed: set[str] = set()
    for node in nodes:
        typed.update(node.get("@type", ()))
        for reference in _references(node):
            uses[reference["@id"]] = uses.get(reference["@id"], 0) + 1
    blank = {
        node["@id"]: node
        for node in nodes
        if node["@id"].startswith("_:") and node["@id"] not in shared | typed
    }
    inside = {name for name in blank if uses.get(name) == 1}
    apart: list[str] = []

    def fill(node: Object, depth: int) -> None:
        for reference in _references(node):
            name = reference["@id"]
            if name in inside:
                if depth == _DEEPEST:
                    apart.append(name)
                    continue
                inside.discard(name)
                del reference["@id"]
                reference.update(blank[name])
                if reference["@id"] == name:
                    del reference["@id"]
                fill(reference, depth + 1)

    names = sorted((node["@id"] for node in nodes), key=_natural)
    by_name = {node["@id"]: node for node in nodes}
    tops = []
    waiting = [name for name in names if name not in inside]
    cyclic = iter(names)
    while True:
        for name in waiting:
            tops.append(by_name[name])
            inside.discard(name)
            fill(by_name[name], 0)
        waiting, apart[:] = [name for name in apart if name in inside], []
        if not waiting:
            # Whatever is left lies on cycles or hangs below them.
            waiting = [name] if (name := next((n for n in cyclic if n in inside), "")) else []
        if not waiting:
            break
    for node in tops:
        if node["@id"] in blank and not uses.get(node["@id"]):
            del node["@id"]
    for node in nodes:
        _tidy(node)
    return sorted(tops, key=_place)


def _references(node: Object) -> Iterator[Object]:
    """Iterate over the objects in `node` that refer to another node, those in lists included."""
    for key, values in node.items():
        if key not in ("@id", "@type"):
            yield from _listed(values)


def _listed(values: list[Object]) -> Iterator[Object]:
    for value in values:
        if "@list" in value:
            yield from _listed(value["@list"])
        elif "@id" in value:
            yield value


def _tidy(node: Object) -> None:
    """Sort the values of one node, and make native those that may be."""
    for key, values in node.items():
        if key == "@type":
            values.sort(key=_natural)
        elif key != "@id":
            _make_native(values)
            values.sort(key=_place)


def _make_native(values: list[Object]) -> None:
    for value in values:
        if "@list" in value:
            _make_native(value["@list"])
        datatype, text = value.get("@type"), value.get("@value")
        if datatype == _OPAQUE:
            value["@type"] = _JSON
        elif datatype == XSD + "integer" and _NATIVE.fullmatch(str(text)):
            value.clear()
            value["@value"] = int(str(text))
        elif datatype == XSD + "boolean" and text in ("true", "false"):
            value.clear()
            value["@value"] = text == "true"


def _used(context: Mapping[str, Any], body: object) -> Object:
    """Return the part of `context` that reading `body` needs."""
    words = set(_words(body))
    words.update(word.partition(":")[0] for word in list(words))
    kept = {
        name: meaning
        for name, meaning in context.items()
        if name in words or str(meaning).startswith("@") or name == "@version"
    }
    needed = {word.partition(":")[0] for meaning in kept.values() for word in _words(meaning)}
    return {name: meaning for name, meaning in context.items() if name in kept or name in needed}


def _words(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key, below in value.items():
            yield key
            yield from _words(below)
    elif isinstance(value, list):
        for below in value:
            yield from _words(below)


def _ordered(value: Any) -> Any:
    """Return `value` with keys in reading order: id, type, then by name."""
    first = ("@id", "id", "@type", "type", "prefLabel")
    if isinstance(value, list):
        return [_ordered(each) for each in value]
    if isinstance(value, dict):
        rank: Callable[[str], tuple[int, str]] = lambda key: (  # noqa: E731
            first.index(key) if key in first else len(first),
            key,
        )
        return {key: _ordered(value[key]) for key in sorted(value, key=rank)}
    return value


def _place(value: Object) -> tuple[bool, Any, str]:
    """Return a sort key: what has a name by its name, then all else by its text."""
    name = value.get("@id")
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return name is None, _natural(name or text), text


def _natural(text: str) -> tuple[tuple[str, int, str], ...]:
    parts = [*_DIGITS.split(text), ""]
    return tuple(
        (parts[place], len(number := parts[place + 1].lstrip("0")), number)
        for place in range(0, len(parts) - 1, 2)
    )
