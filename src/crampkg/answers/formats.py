"""The formats of answers: which form of answer each supports, and its writer."""

from __future__ import annotations

import re

from pyoxigraph import BlankNode, Literal, NamedNode

from crampkg.answers.remarks import (
    asked,
    contested,
    filled,
    near,
    silences,
)
from crampkg.errors import UsageError
from crampkg.export import OFFERED, to_bytes
from crampkg.rdf import datatype_of
from crampkg.text import json_bytes
from crampkg.vocabulary import compress, written_prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from crampkg.answers.answer import Answer
    from crampkg.model import NearTerm
    from crampkg.rdf import RdfTerm


RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"

_RESULT_SET_CONTEXT: dict[str, Any] = {
    "ResultSet": RESULT_SET + "ResultSet",
    "binding": {"@id": RESULT_SET + "binding", "@container": "@set"},
    "boolean": RESULT_SET + "boolean",
    "index": RESULT_SET + "index",
    "resultVariable": {"@id": RESULT_SET + "resultVariable", "@container": "@set"},
    "solution": {"@id": RESULT_SET + "solution", "@container": "@set"},
    "value": RESULT_SET + "value",
    "variable": RESULT_SET + "variable",
}

_FORMS = {
    "select": "The answer is rows",
    "ask": "The answer is a yes or no",
    "graph": "The answer is a graph",
}

#: Characters forbidden in XML 1.0, even escaped (section 2.2), in UTF-8.
_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
#: A quoted CSV field, and the characters that require quotes (RFC 4180, section 2).
_QUOTED = re.compile(rb'"[^"]*"')
_NEEDS_QUOTES = re.compile(r'[",\r\n]')

#: Our member of SPARQL results JSON. The standard neither defines nor forbids further members.
#: It comes before `results` because some parsers, such as Oxigraph's, read nothing after them.
MEMBER = "crampkg"


def serialize(answer: Answer, name: str, quotes: Mapping[str, str] | None = None) -> bytes:
    """Return `answer` in the format `name`, one of `names(answer.form)`.

    json, xml, csv and tsv follow the W3C recommendations for SPARQL 1.1 results; json has one more
    top-level member with the question, the status and the quotes. jsonld is the W3C result-set
    vocabulary. Blank nodes are numbered in the order in which they appear. `quotes` are spans of
    the article by the IRI of their statement or claim; json and md show them.
    An empty answer says in table and md what is not known. Raises `UsageError` when the format
    cannot hold this form of answer or a character of it.
    """
    known = names(answer.form)
    if name not in known:
        what = _FORMS[answer.form]
        raise UsageError(f"{what}, which {name} cannot hold. Choose from {', '.join(known)}.")
    return _WRITERS[answer.form][name](answer, quotes or {})


def names(form: str) -> tuple[str, ...]:
    """Return the names of the formats that support answers of `form`."""
    return tuple(_WRITERS[form])


def as_standard(answer: Answer, name: str, written: bytes) -> bytes | None:
    """Return an engine's output in `name`, corrected where it deviates from the standard.

    None where that is impossible: Oxigraph does not quote IRIs in CSV, so an IRI with a comma is
    two fields. Raises `UsageError` for a character that XML cannot hold.
    """
    if name == "csv":
        bare = _QUOTED.sub(b"", written)
        commas = (len(answer.variables) - 1) * bare.count(b"\n")
        return written if bare.count(b",") == max(commas, 0) else None
    return _readable(written) if name == "xml" else written


def _readable(written: bytes) -> bytes:
    """Return results in XML that a parser reads back unchanged, or raise `UsageError`."""
    impossible = _NOT_IN_XML.search(written)
    if impossible:
        message = (
            f"XML cannot hold the character U+{ord(impossible[0].decode()):04X} of the answer. "
            "Choose another format, such as json."
        )
        raise UsageError(message)
    # A parser turns a bare carriage return into a line feed (XML, section 2.11).
    return written.replace(b"\r", b"&#xD;")


def results(answer: Answer, quotes: Mapping[str, str]) -> dict[str, Any]:
    """Return a SELECT or ASK answer as an object of SPARQL 1.1 Query Results JSON."""
    ours = about(answer, quotes)
    if answer.form == "ask":
        return {"head": {}, MEMBER: ours, "boolean": answer.boolean}
    bindings = [
        {name: _json_term(value) for name, value in row.items() if value is not None}
        for row in answer.numbered()
    ]
    return {
        "head": {"vars": list(answer.variables)},
        MEMBER: ours,
        "results": {"bindings": bindings},
    }


def about(answer: Answer, quotes: Mapping[str, str]) -> dict[str, Any]:
    """Return the metadata of `answer`: the question as asked, the status, the quotes."""
    members: dict[str, Any] = {}
    if answer.question is not None:
        members["question"] = answer.question.id
        members["asked"] = asked(answer)
        beside = {
            "found": list(answer.lent()),
            "note": filled(answer.question.note, answer.parameters),
            "silence": silences(answer),
            "near": [
                {"asked": term.asked, "step": term.step}
                | {"term": term.iri, "label": term.label, "claims": len(term.claims)}
                | {"stances": _stances(term)}
                for term in near(answer)
            ],
            "contested": [
                {"term": term.iri, "label": term.label, "stances": _stances(term)}
                for term in contested(answer)
            ],
        }
        members |= {name: value for name, value in beside.items() if value}
        members["parameters"] = {
            name: [getattr(value, "iri", value) for value in values]
            for name, values in answer.parameters.items()
        }
    members["status"] = [status._asdict() for status in answer.statuses]
    return {**members, "quotes": dict(quotes)} if quotes else members


def _stances(term: NearTerm) -> dict[str, int]:
    """Return the number of claims of a term by stance, without "affirmed"."""
    stances = [term.stances[claim] for claim in term.claims if claim in term.stances]
    return {stance: stances.count(stance) for stance in sorted(set(stances))}


def _json(answer: Answer, quotes: Mapping[str, str]) -> bytes:
    return json_bytes(results(answer, quotes))


def _csv(answer: Answer, _: Mapping[str, str]) -> bytes:
    written = _by_engine(answer, "csv")
    if written is not None:
        return written
    lines = [answer.variables, *(map(_plain, row.values()) for row in answer.numbered())]
    return "".join(f"{','.join(map(_field, line))}\r\n" for line in lines).encode()


def _plain(value: RdfTerm | None) -> str:
    """Return a term as in SPARQL 1.1 CSV (section 3.2): its text, without its kind."""
    if value is None:
        return ""
    return f"_:{value.value}" if isinstance(value, BlankNode) else value.value


def _field(text: str) -> str:
    """Return a text as a field of CSV (RFC 4180, section 2)."""
    return '"' + text.replace('"', '""') + '"' if _NEEDS_QUOTES.search(text) else text


def _tsv(answer: Answer, _: Mapping[str, str]) -> bytes:
    return _by_engine(answer, "tsv") or _by_pyoxigraph(answer, "tsv")


def _xml(answer: Answer, _: Mapping[str, str]) -> bytes:
    return (_by_engine(answer, "xml") or _readable(_by_pyoxigraph(answer, "srx"))) + b"\n"


def _by_engine(answer: Answer, name: str) -> bytes | None:
    """Return the engine's own output, the fastest way, or None where it is missing or wrong.

    The engine renames its blank nodes on each call.
    """
    written = answer.engine_bytes(name)
    if written is None or b"_:" in written or b"<bnode>" in written:
        return None
    return as_standard(answer, name, written)


def _by_pyoxigraph(answer: Answer, extension: str) -> bytes:
    from pyoxigraph import QueryResultsFormat, parse_query_results

    solutions = parse_query_results(json_bytes(results(answer, {})), format=QueryResultsFormat.JSON)
    return solutions.serialize(format=QueryResultsFormat.from_extension(extension)) or b""


def _jsonld(answer: Answer, _: Mapping[str, str]) -> bytes:
    import json

    terms = [term for row in answer for term in row.values() if term is not None]
    iris = {term.value if isinstance(term, NamedNode) else datatype_of(term) for term in terms}
    # An IRI that looks like a CURIE would be read as one, so its prefix is left out.
    prefixes = {
        prefix: namespace
        for prefix, namespace in written_prefixes().items()
        if not any(iri.startswith(f"{prefix}:") for iri in iris)
    }

    def short(iri: str) -> str:
        curie = compress(iri)
        return curie if curie.partition(":")[0] in prefixes else iri

    body: dict[str, Any] = {"@type": "ResultSet"}
    if answer.form == "ask":
        body["boolean"] = answer.boolean
    else:
        body["resultVariable"] = list(answer.variables)
        body["solution"] = [
            {
                "index": index,
                "binding": [
                    {"variable": name, "value": _jsonld_term(value, short)}
                    for name, value in row.items()
                    if value is not None
                ],
            }
            for index, row in enumerate(answer.numbered(), 1)
        ]
    written = json.dumps(body, ensure_ascii=False)
    used = {prefix: iri for prefix, iri in prefixes.items() if f'"{prefix}:' in written}
    whole = {"@context": {**_RESULT_SET_CONTEXT, **used}, **body}
    return json_bytes(whole, indent=2)


def _table(answer: Answer, quotes: Mapping[str, str]) -> bytes:
    from crampkg.answers.document import of_answer, plain

    return plain(of_answer(answer, quotes)).encode()


def _md(answer: Answer, quotes: Mapping[str, str]) -> bytes:
    from crampkg.answers.document import markdown, of_answer

    return markdown(of_answer(answer, quotes)).encode()


def _json_term(value: RdfTerm) -> dict[str, str]:
    if not isinstance(value, Literal):
        return {"type": "uri" if isinstance(value, NamedNode) else "bnode", "value": value.value}
    term = {"type": "literal", "value": value.value}
    if value.language:
        term["xml:lang"] = value.language
    elif datatype := datatype_of(value):
        term["datatype"] = datatype
    return term


def _jsonld_term(value: RdfTerm, short: Callable[[str], str]) -> str | dict[str, str]:
    if isinstance(value, NamedNode):
        return {"@id": short(value.value)}
    if isinstance(value, BlankNode):
        return {"@id": f"_:{value.value}"}
    if value.language:
        return {"@value": value.value, "@language": value.language}
    if datatype := datatype_of(value):
        return {"@value": value.value, "@type": short(datatype)}
    return value.value


def _rdf(name: str) -> Callable[[Answer, Mapping[str, str]], bytes]:
    """Return the writer of a graph in a format of `crampkg.export`."""
    return lambda answer, _: to_bytes(answer.triples, name, answer.sources)


_WRITERS: dict[str, dict[str, Callable[[Answer, Mapping[str, str]], bytes]]] = {
    "select": {
        "table": _table,
        "json": _json,
        "csv": _csv,
        "tsv": _tsv,
        "xml": _xml,
        "md": _md,
        "jsonld": _jsonld,
    },
    "ask": {"table": _table, "json": _json, "xml": _xml, "md": _md, "jsonld": _jsonld},
    "graph": {
        **{name: _rdf(name) for name in OFFERED},
        "table": _table,
        "md": _md,
    },
}
