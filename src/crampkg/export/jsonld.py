"""JSON-LD 1.1 with short names: compacted by PyLD with `ontology/context.jsonld`.

After https://www.w3.org/TR/json-ld11-api/. A literal becomes a JSON number or boolean only if it is
read back with the same lexical form; nothing is ever fetched.
"""

from __future__ import annotations

import functools
import json
import re
from typing import Any, NamedTuple

from pyoxigraph import BlankNode, Literal

from crampkg.errors import SourceError, UsageError
from crampkg.rdf import datatype_of
from crampkg.sources import Sources, read_text
from crampkg.text import json_bytes, natural
from crampkg.vocabulary import PREFIXES, RDF, XSD, written_prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from crampkg.rdf import Graphs, RdfTerm, Triple

    Object = dict[str, Any]

#: The source file with the context.
CONTEXT = "ontology/context.jsonld"

#: Numbers up to fifteen digits are exact in every JSON parser.
_NATIVE = re.compile(r"0|-?[1-9][0-9]{0,14}", re.ASCII)
_TYPE, _FIRST, _REST, _NIL = (RDF + name for name in ("type", "first", "rest", "nil"))
#: Blank nodes nested deeper than this are separate, for the reader's sake and the call stack's.
_DEEPEST = 12


class _Place(NamedTuple):
    """The position of a reference to a node."""

    node: Object
    predicate: str
    value: Object


def write(graphs: Graphs, sources: Sources | None = None) -> bytes:
    """Return `graphs` as JSON-LD with the used part of the context of `sources` inside.

    The default graph alone becomes an array of node objects; named graphs become objects with an
    `@graph` of their own. Raises `UsageError` for content that JSON-LD cannot represent.
    """
    from pyld import jsonld

    context = _read_context((sources or Sources.find()).path(CONTEXT))
    if isinstance(context, dict):  # PyLD refuses a list of contexts
        known = {**PREFIXES, **context}
        articles = {name: iri for name, iri in written_prefixes().items() if name not in known}
        context = {**context, **articles}
    shared = _shared(graphs)
    options = {"documentLoader": _refuse, "processingMode": "json-ld-1.1"}
    whole: list[Object] = []
    for name in sorted(graphs, key=lambda name: name or ""):
        inside = _nested(_nodes(graphs[name]), shared)
        whole += inside if name is None else [{"@id": name, "@graph": inside}]
    try:
        compacted = _processor().compact(
            whole,
            {"@context": context},
            {**options, "graph": True, "compactToRelative": False, "skipExpansion": True},
        )
    except jsonld.JsonLdError as error:
        message = (
            f"JSON-LD cannot hold this graph: {_reason(error)}. "
            "Choose another format, such as trig."
        )
        raise UsageError(message) from None
    body = _spelled_out(compacted.get("@graph", []), context)
    document = {"@context": _used(context, body), "@graph": _ordered(body)}
    return json_bytes(document, indent=2)


def _processor() -> Any:
    """Return a PyLD processor that caches compacted IRIs: it searches all terms for each."""
    from pyld import jsonld

    class Processor(jsonld.JsonLdProcessor):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self._compacted: dict[tuple[object, ...], tuple[object, str]] = {}

        def _compact_iri(
            self, active_ctx: Object, iri: str, value: object = None, **options: object
        ) -> str:
            key = id(active_ctx), iri, *options.items()
            if value is None and key in self._compacted:
                return self._compacted[key][1]
            compacted: str = super()._compact_iri(active_ctx, iri, value, **options)
            if value is None:  # keeps the context alive, so that its id stays unique
                self._compacted[key] = active_ctx, compacted
            return compacted

    return Processor()


def check_context(text: str) -> None:
    """Raise `SourceError` when a text is no JSON-LD context.

    pyoxigraph reads it, since importing PyLD takes longer than all other checks of files.
    """
    from pyoxigraph import RdfFormat, parse

    context = _parse_context(text)
    try:
        list(parse(json.dumps({"@context": context, "@id": "urn:any"}), RdfFormat.JSON_LD))
    except (SyntaxError, RecursionError) as error:
        reason = getattr(error, "msg", None) or "its nesting is too deep"
        if "LoadDocument" in reason:
            reason = "it asks for another document, and nothing is fetched"
        message = f"{CONTEXT}: this is no JSON-LD context: {reason}. Mend it."
        raise SourceError(message, path=CONTEXT) from None


@functools.cache
def _read_context(path: str) -> Object:
    return _parse_context(read_text(path, CONTEXT))


def _parse_context(text: str) -> Object:
    line = None
    try:
        context: Object = json.loads(text)["@context"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        if isinstance(error, json.JSONDecodeError):
            line = error.lineno
        where = f"{CONTEXT}, line {line}" if line else CONTEXT
        message = f"{where}: this is no JSON-LD context. An object with @context belongs there."
        raise SourceError(message, path=CONTEXT, line=line) from None
    return context


def _reason(error: BaseException) -> str:
    """Return the cause of an error of PyLD, without a full stop."""
    while error.__cause__ is not None:
        error = error.__cause__
    return str(error.args[0]).rstrip(".")


def _refuse(url: str, _: object) -> Object:
    message = f"A JSON-LD document asks for {url}, and nothing is fetched here."
    raise UsageError(message)


def _nodes(triples: list[Triple]) -> dict[str, Object]:
    """Return the expanded node objects of one graph by their `@id`.

    Not by PyLD's `from_rdf`, which turns named list nodes into an anonymous list.
    """
    nodes: dict[str, Object] = {}
    for subject, predicate, value in triples:
        node = nodes.setdefault(_name(subject), {"@id": _name(subject)})
        if predicate.value == _TYPE and not isinstance(value, Literal):
            node.setdefault("@type", []).append(_name(value))
        else:
            node.setdefault(predicate.value, []).append(_object(value))
    return nodes


def _name(value: RdfTerm) -> str:
    return f"_:{value.value}" if isinstance(value, BlankNode) else value.value


def _object(value: RdfTerm) -> Object:
    if not isinstance(value, Literal):
        return {"@id": _name(value)}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    datatype = datatype_of(value)
    if datatype == XSD + "integer" and _NATIVE.fullmatch(value.value):
        return {"@value": int(value.value)}
    if datatype == XSD + "boolean" and value.value in ("true", "false"):
        return {"@value": value.value == "true"}
    if datatype:
        return {"@value": value.value, "@type": datatype}
    return {"@value": value.value}


def _make_lists(nodes: dict[str, Object], owned: Mapping[str, _Place]) -> None:
    """Turn each chain of blank list nodes that ends in rdf:nil into an `@list` at its owner."""
    tails = [node for node in nodes.values() if node.get(_REST) == [{"@id": _NIL}]]
    for tail in tails:
        items, cells = [], []
        node, head = tail, None
        while _is_cell(node) and node["@id"] in owned:
            items.append(node[_FIRST][0])
            cells.append(node["@id"])
            place = owned[node["@id"]]
            head = place.value
            if place.predicate != _REST:
                break
            node = place.node
        if head is not None:
            del head["@id"]
            head["@list"] = items[::-1]
        for cell in cells:
            del nodes[cell]


def _is_cell(node: Object) -> bool:
    return node.keys() == {"@id", _FIRST, _REST} and len(node[_FIRST]) == len(node[_REST]) == 1


def _shared(graphs: Graphs) -> set[str]:
    """Return the blank nodes shared by several graphs: they keep their labels."""
    homes: dict[str, set[str | None]] = {}
    for name, triples in graphs.items():
        for triple in triples:
            for term in triple:
                if isinstance(term, BlankNode):
                    homes.setdefault(f"_:{term.value}", set()).add(name)
    return {node for node, names in homes.items() if len(names) > 1}


def _nested(nodes: dict[str, Object], shared: set[str]) -> list[Object]:
    """Return `nodes` sorted, each blank node inside the only node that refers to it."""
    places: dict[str, list[_Place]] = {}
    labelled = set(shared)
    for node in nodes.values():
        labelled.update(node.get("@type", ()))
        for predicate, values in node.items():
            if predicate not in ("@id", "@type"):
                for value in values:
                    if "@id" in value:
                        place = _Place(node, predicate, value)
                        places.setdefault(value["@id"], []).append(place)
    owned = {
        name: references[0]
        for name, references in places.items()
        if len(references) == 1 and name.startswith("_:") and name not in labelled
    }
    _make_lists(nodes, owned)
    inside = {name for name in owned if name in nodes}
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
                reference.update(nodes[name])
                if reference["@id"] == name:
                    del reference["@id"]
                fill(reference, depth + 1)

    names = sorted(nodes, key=natural)
    tops = []
    waiting = [name for name in names if name not in inside]
    cyclic = iter(names)
    while True:
        for name in waiting:
            tops.append(nodes[name])
            inside.discard(name)
            fill(nodes[name], 0)
        waiting, apart[:] = [name for name in apart if name in inside], []
        if not waiting:
            # The remaining nodes lie on cycles or below them.
            waiting = [name] if (name := next((n for n in cyclic if n in inside), "")) else []
        if not waiting:
            break
    for node in tops:
        name = node["@id"]
        if name.startswith("_:") and name not in places and name not in labelled:
            del node["@id"]
    for node in nodes.values():
        _tidy(node)
    return sorted(tops, key=_sortable)


def _references(node: Object) -> Iterator[Object]:
    """Yield the objects in `node` that refer to another node, including those in lists."""
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
    """Sort the values of one node."""
    for key, values in node.items():
        if key == "@type":
            values.sort(key=natural)
        elif key != "@id":
            values.sort(key=_sortable)


def _spelled_out(value: Any, context: Mapping[str, Any]) -> Any:
    """Return `value` with entries without a language moved out of its language maps.

    Compaction puts them under `@none`, which some processors reject, above all for a number. They
    go under the longer name of the property, which has no language map.
    """
    if isinstance(value, list):
        return [_spelled_out(item, context) for item in value]
    if not isinstance(value, dict):
        return value
    spelled: Object = {}
    for key, below in value.items():
        if isinstance(below, dict) and "@none" in below:
            longer = context[key]["@id"]
            spelled[longer] = _listing(value.get(longer, [])) + _listing(below.pop("@none"))
            if not below:
                continue
        if key not in spelled:
            spelled[key] = _spelled_out(below, context)
    return spelled


def _listing(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _used(context: Mapping[str, Any], body: object) -> Object:
    """Return the part of `context` needed to read `body`."""
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
        return [_ordered(item) for item in value]
    if isinstance(value, dict):
        rank: Callable[[str], tuple[int, str]] = lambda key: (  # noqa: E731
            first.index(key) if key in first else len(first),
            key,
        )
        return {key: _ordered(value[key]) for key in sorted(value, key=rank)}
    return value


def _sortable(value: Object) -> tuple[bool, Any, str]:
    """Return a sort key: what has a name by its name, then all else by its text."""
    name = value.get("@id")
    text = json.dumps(value, sort_keys=True, ensure_ascii=False)
    return name is None, natural(name or text), text
