"""The table of formats: which form of answer each can hold, and what writes it."""

from __future__ import annotations

from crampkg.errors import UsageError
from crampkg.vocabulary import PREFIXES, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from typing import Any

    from crampkg.answers.rows import Answer
    from crampkg.answers.table import Sheet
    from crampkg.records import Status, Value


RESULT_SET = "http://www.w3.org/2001/sw/DataAccess/tests/result-set#"

_RESULT_SET_CONTEXT: dict[str, Any] = {
    "rs": RESULT_SET,
    "ResultSet": "rs:ResultSet",
    "binding": {"@id": "rs:binding", "@container": "@set"},
    "boolean": "rs:boolean",
    "index": "rs:index",
    "resultVariable": {"@id": "rs:resultVariable", "@container": "@set"},
    "solution": {"@id": "rs:solution", "@container": "@set"},
    "value": "rs:value",
    "variable": "rs:variable",
}

_FORMS = {
    "select": "The answer is rows",
    "ask": "The answer is a yes or no",
    "graph": "The answer is a graph",
}

#: Our member of SPARQL results JSON. The standard neither defines nor forbids further members;
#: it stands before `results` because some parsers, Oxigraph's for one, read nothing after them.
MEMBER = "crampkg"


def serialize(answer: Answer, name: str, quotes: Mapping[str, str] | None = None) -> bytes:
    """Return `answer` in the format `name`, one of `names(answer.form)`.

    json, xml, csv and tsv follow the W3C recommendations for SPARQL 1.1 results; json has one more
    top-level member with the question, the status and the quotes. jsonld is the W3C result-set
    vocabulary. Blank nodes are numbered in the order in which they appear. `quotes` are spans of
    the article by the IRI of their statement or claim; json and md show them.
    Raises `UsageError` when the format cannot hold this form of answer.
    """
    known = names(answer.form)
    if name not in known:
        what = _FORMS[answer.form]
        raise UsageError(f"{what}, which {name} cannot hold. Choose from {', '.join(known)}.")
    return _WRITERS[answer.form][name](answer, quotes or {})


def names(form: str) -> tuple[str, ...]:
    """Return the names of the formats that can hold an answer of `form`."""
    return tuple(_WRITERS[form])


def is_empty(answer: Answer, name: str = "", written: bytes = b"") -> bool:
    """Tell whether `answer` has neither a row nor a triple; a no is an answer.

    `written` is the answer in the format `name`: csv and tsv show it, which saves reading the rows.
    """
    if name in ("csv", "tsv"):
        return written.find(b"\n") == len(written) - 1
    return answer.form != "ask" and not len(answer)


def document(answer: Answer, quotes: Mapping[str, str]) -> dict[str, Any]:
    """Return a SELECT or ASK answer as the object of SPARQL 1.1 Query Results JSON."""
    told = about(answer, quotes)
    if answer.form == "ask":
        return {"head": {}, MEMBER: told, "boolean": answer.boolean}
    bindings = [
        {name: _json_term(value) for name, value in row if value is not None}
        for row in _rows(answer)
    ]
    return {
        "head": {"vars": list(answer.variables)},
        MEMBER: told,
        "results": {"bindings": bindings},
    }


def about(answer: Answer, quotes: Mapping[str, str]) -> dict[str, Any]:
    """Return what travels with `answer`: the question as asked, the status, the quoted spans."""
    told: dict[str, Any] = {}
    if answer.question is not None:
        told["question"] = answer.question.id
        told["asked"] = asked(answer)
        if lent := answer.lent():
            told["found"] = list(lent)
        if answer.question.note:
            told["note"] = filled(answer.question.note, answer)
        told["parameters"] = {
            name: [getattr(value, "iri", value) for value in values]
            for name, values in answer.parameters.items()
        }
    told["status"] = [status._asdict() for status in answer.statuses]
    if quotes:
        told["quotes"] = dict(quotes)
    return told


def asked(answer: Answer) -> str:
    """Return the question in words, the labels of its parameters in their places."""
    return "" if answer.question is None else filled(answer.question.question, answer)


def filled(sentence: str, answer: Answer) -> str:
    """Return `sentence` with each `{parameter}` as the label of its value."""
    if "{" not in sentence:  # labels cost a program that reads CSV milliseconds
        return sentence
    for name, values in answer.parameters.items():
        told = " or ".join(str(getattr(value, "label", value)) for value in values)
        sentence = sentence.replace("{" + name + "}", told)
    return sentence


def columns(answer: Answer) -> tuple[str, ...]:
    """Return the columns that people need: of one value asked about, the question tells."""
    values = [value for several in answer.parameters.values() for value in several]
    return tuple(
        name for name in answer.variables if len(values) != 1 or name not in ("asked", "askedLabel")
    )


def verdict(answer: Answer) -> str:
    """Return the answer of an ASK in a word, and nothing for other forms."""
    return "" if answer.form != "ask" else "yes" if answer.boolean else "no"


def closing_lines(answer: Answer) -> tuple[str, ...]:
    """Return what must stand with `answer`: the note of its question, and the status."""
    note = "" if answer.question is None else filled(answer.question.note, answer)
    return (*answer.lent(), *([note] if note else ()), *status_lines(answer.statuses))


def status_lines(statuses: Iterable[Status]) -> tuple[str, ...]:
    """Return what must stand with every answer: two sentences an article, then ours, once each."""
    lines: dict[str, None] = {}
    notices: dict[str, None] = {}
    for status in statuses:
        told = status.audience in status.disclaimer
        audience = "" if told else f"For {status.audience}. "
        lines[f"From “{status.title}”, last updated {status.updated}; {status.review}."] = None
        lines[f"{audience}{status.disclaimer}"] = None
        notices[status.notice] = None
    return (*lines, *notices)


def _json(answer: Answer, quotes: Mapping[str, str]) -> bytes:
    import json

    return json.dumps(document(answer, quotes), ensure_ascii=False).encode() + b"\n"


def _csv(answer: Answer, _: Mapping[str, str]) -> bytes:
    return _by_engine(answer, "csv")


def _tsv(answer: Answer, _: Mapping[str, str]) -> bytes:
    return _by_engine(answer, "tsv")


def _xml(answer: Answer, _: Mapping[str, str]) -> bytes:
    return _by_engine(answer, "xml") + b"\n"


def _by_engine(answer: Answer, name: str) -> bytes:
    """Return what the engine writes, or what pyoxigraph makes of the rows of one that does not."""
    written = answer.engine_bytes(name)
    if written is not None and b"_:" not in written and b"<bnode>" not in written:
        return written
    import json

    from pyoxigraph import QueryResultsFormat, parse_query_results

    text = json.dumps(document(answer, {}))
    results = parse_query_results(text, format=QueryResultsFormat.JSON)
    format = QueryResultsFormat.from_extension("srx" if name == "xml" else name)
    return results.serialize(format=format) or b""


def _jsonld(answer: Answer, _: Mapping[str, str]) -> bytes:
    import json

    body: dict[str, Any] = {"@type": "ResultSet"}
    if answer.form == "ask":
        body["boolean"] = answer.boolean
    else:
        body["resultVariable"] = list(answer.variables)
        body["solution"] = [
            {
                "index": index,
                "binding": [
                    {"variable": name, "value": _jsonld_term(value)}
                    for name, value in row
                    if value is not None
                ],
            }
            for index, row in enumerate(_rows(answer), 1)
        ]
    written = json.dumps(body, ensure_ascii=False)
    used = {prefix: iri for prefix, iri in PREFIXES.items() if f'"{prefix}:' in written}
    whole = {"@context": {**_RESULT_SET_CONTEXT, **used}, **body}
    return json.dumps(whole, ensure_ascii=False, indent=2).encode() + b"\n"


def _table(answer: Answer, quotes: Mapping[str, str]) -> bytes:
    from crampkg.answers import table

    content = verdict(answer) or table.plain(sheet(answer, quotes))
    return _framed(asked(answer), content, "\n".join(closing_lines(answer)))


def _md(answer: Answer, quotes: Mapping[str, str]) -> bytes:
    from crampkg.answers import table

    content = f"**{verdict(answer)}**"
    if answer.form != "ask":
        matrix = overview(answer)
        content = f"{table.markdown(matrix)}\n" if matrix else ""
        content += table.markdown(sheet(answer, quotes))
    question = asked(answer)
    status = "  \n".join(map(table.escape, closing_lines(answer)))
    return _framed(f"**{table.escape(question)}**" if question else "", content, status)


def sheet(answer: Answer, quotes: Mapping[str, str]) -> Sheet:
    """Return the rows, or the triples of a graph, as people read them."""
    from crampkg.answers import table, whose

    if answer.form == "graph":
        names = ("subject", "predicate", "object")
        return table.sheet(names, [dict(zip(names, each, strict=True)) for each in answer.triples])
    rows = [dict(row) for row in _rows(answer)]
    return table.sheet(columns(answer), rows, quotes, whose.titles(answer.statuses))


def overview(answer: Answer) -> Sheet | None:
    """Return the rows as the matrix that the question's header asks for, or None."""
    from crampkg.answers import table

    if answer.question is None or not answer.question.overview or not len(answer):
        return None
    down, across, *inside = answer.question.overview
    shown = {name + end for name in answer.question.overview for end in ("", "Label")}
    names = [name for name in answer.variables if name in shown]
    chosen = table.sheet(names, [{name: row[name] for name in names} for row in answer])
    return table.matrix(chosen, down, across, inside)


def _framed(*parts: str) -> bytes:
    return ("\n\n".join(part.strip("\n") for part in parts if part) + "\n").encode()


def _rows(answer: Answer) -> Iterator[list[tuple[str, Value | None]]]:
    """Iterate over the rows, their blank nodes numbered as they come."""
    numbers: dict[str, str] = {}
    for row in answer:
        yield [(name, _numbered(value, numbers)) for name, value in row.items()]


def _numbered(value: Value | None, numbers: dict[str, str]) -> Value | None:
    if value is None or value.kind != "bnode":
        return value
    return value._replace(text=numbers.setdefault(value.text, f"b{len(numbers)}"))


def _json_term(value: Value) -> dict[str, str]:
    term = {"type": value.kind, "value": value.text}
    if value.language:
        term["xml:lang"] = value.language
    elif value.datatype:
        term["datatype"] = value.datatype
    return term


def _jsonld_term(value: Value) -> str | dict[str, str]:
    if value.kind == "uri":
        return {"@id": compress(value.text)}
    if value.kind == "bnode":
        return {"@id": f"_:{value.text}"}
    if value.language:
        return {"@value": value.text, "@language": value.language}
    if value.datatype:
        return {"@value": value.text, "@type": compress(value.datatype)}
    return value.text


def _rdf(name: str) -> Callable[[Answer, Mapping[str, str]], bytes]:
    """Return what writes a graph in a format of `crampkg.export`, which takes long to import."""

    def write(answer: Answer, _: Mapping[str, str]) -> bytes:
        from crampkg.export import to_bytes

        return to_bytes(answer.triples, name)

    return write


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
        **{
            name: _rdf(name)
            for name in ("turtle", "jsonld", "ntriples", "nquads", "trig", "rdfxml")
        },
        "table": _table,
        "md": _md,
    },
}
