"""The table of formats: which form of answer each can hold, and what writes it."""

from __future__ import annotations

import re

from pyoxigraph import BlankNode, Literal, NamedNode

from crampkg.answers.sentences import (
    asked,
    closing_lines,
    columns,
    contested,
    filled,
    is_empty,
    lines_below,
    near,
    silences,
    verdict,
)
from crampkg.errors import UsageError
from crampkg.rdf import datatype_of
from crampkg.text import json_bytes
from crampkg.vocabulary import compress, written_prefixes

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
    from typing import Any

    from crampkg.answers.answer import Answer, Row
    from crampkg.answers.table import Sheet
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

#: What no XML 1.0 document can hold, not even escaped (section 2.2), in UTF-8.
_NOT_IN_XML = re.compile(rb"[\x00-\x08\x0b\x0c\x0e-\x1f]|\xef\xbf[\xbe\xbf]")
#: A field of CSV in quotes, and what a field with it stands in quotes for (RFC 4180, section 2).
_QUOTED = re.compile(rb'"[^"]*"')
_NEEDS_QUOTES = re.compile(r'[",\r\n]')

#: Our member of SPARQL results JSON. The standard neither defines nor forbids further members;
#: it stands before `results` because some parsers, Oxigraph's for one, read nothing after them.
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
    """Return the names of the formats that can hold an answer of `form`."""
    return tuple(_WRITERS[form])


def as_standard(answer: Answer, name: str, written: bytes) -> bytes | None:
    """Return what an engine has written in `name`, mended where it is not as the standard says.

    None where it cannot be mended: Oxigraph puts no IRI of CSV in quotes, so that one with a comma
    is two fields. Raises `UsageError` for a character that XML cannot hold.
    """
    if name == "csv":
        bare = _QUOTED.sub(b"", written)
        commas = (len(answer.variables) - 1) * bare.count(b"\n")
        return written if bare.count(b",") == max(commas, 0) else None
    return _readable(written) if name == "xml" else written


def _readable(written: bytes) -> bytes:
    """Return results in XML as a parser reads them back, or raise `UsageError` where none can."""
    impossible = _NOT_IN_XML.search(written)
    if impossible:
        message = (
            f"XML cannot hold the character U+{ord(impossible[0].decode()):04X} of the answer. "
            "Choose another format, such as json."
        )
        raise UsageError(message)
    # A parser turns a bare carriage return into a line feed (XML, section 2.11).
    return written.replace(b"\r", b"&#xD;")


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
            told["note"] = filled(answer.question.note, answer.parameters)
        if nothing := silences(answer):
            told["silence"] = nothing
        if terms := near(answer):
            told["near"] = [
                {
                    "asked": term.asked,
                    "step": term.step,
                    "term": term.iri,
                    "label": term.label,
                    "claims": len(term.claims),
                    "stances": _stances(term),
                }
                for term in terms
            ]
        if terms := contested(answer):
            told["contested"] = [
                {"term": term.iri, "label": term.label, "stances": _stances(term)} for term in terms
            ]
        told["parameters"] = {
            name: [getattr(value, "iri", value) for value in values]
            for name, values in answer.parameters.items()
        }
    told["status"] = [status._asdict() for status in answer.statuses]
    if quotes:
        told["quotes"] = dict(quotes)
    return told


def _stances(term: NearTerm) -> dict[str, int]:
    """Return how many claims of a term have each stance but "affirmed"."""
    stances = [term.stances[claim] for claim in term.claims if claim in term.stances]
    return {stance: stances.count(stance) for stance in sorted(set(stances))}


def _json(answer: Answer, quotes: Mapping[str, str]) -> bytes:
    return json_bytes(document(answer, quotes))


def _csv(answer: Answer, _: Mapping[str, str]) -> bytes:
    written = _by_engine(answer, "csv")
    if written is not None:
        return written
    lines = [answer.variables, *([_plain(value) for _, value in row] for row in _rows(answer))]
    return "".join(f"{','.join(map(_field, line))}\r\n" for line in lines).encode()


def _plain(value: RdfTerm | None) -> str:
    """Return a term as SPARQL 1.1 CSV has it (section 3.2): its text, without its kind."""
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
    """Return what the engine writes, the fastest way, or None where it does not or may not.

    Each time it gives its blank nodes other names.
    """
    written = answer.engine_bytes(name)
    if written is None or b"_:" in written or b"<bnode>" in written:
        return None
    return as_standard(answer, name, written)


def _by_pyoxigraph(answer: Answer, extension: str) -> bytes:
    import json

    from pyoxigraph import QueryResultsFormat, parse_query_results

    results = parse_query_results(json.dumps(document(answer, {})), format=QueryResultsFormat.JSON)
    return results.serialize(format=QueryResultsFormat.from_extension(extension)) or b""


def _jsonld(answer: Answer, _: Mapping[str, str]) -> bytes:
    import json

    terms = [term for row in answer for term in row.values() if term is not None]
    iris = {term.value if isinstance(term, NamedNode) else datatype_of(term) for term in terms}
    # An IRI that begins like a CURIE would be read as one: its prefix is not used then.
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
                    for name, value in row
                    if value is not None
                ],
            }
            for index, row in enumerate(_rows(answer), 1)
        ]
    written = json.dumps(body, ensure_ascii=False)
    used = {prefix: iri for prefix, iri in prefixes.items() if f'"{prefix}:' in written}
    whole = {"@context": {**_RESULT_SET_CONTEXT, **used}, **body}
    return json_bytes(whole, indent=2)


def _table(answer: Answer, quotes: Mapping[str, str]) -> bytes:
    from crampkg.answers import table

    content = verdict(answer) or ("" if is_empty(answer) else table.plain(sheet(answer, quotes)))
    below = "\n".join(lines_below(answer))
    return _framed(asked(answer), content, below, "\n".join(closing_lines(answer)))


def _md(answer: Answer, quotes: Mapping[str, str]) -> bytes:
    from crampkg.answers import table

    content = ""
    if answer.form == "ask":
        content = f"**{verdict(answer)}**"
    elif not is_empty(answer):
        matrix = overview(answer)
        content = f"{table.markdown(matrix)}\n" if matrix else ""
        content += table.markdown(sheet(answer, quotes))
    question = asked(answer)
    status = "  \n".join(map(table.escape, closing_lines(answer)))
    below = "  \n".join(map(table.escape, lines_below(answer)))
    return _framed(f"**{table.escape(question)}**" if question else "", content, below, status)


def sheet(answer: Answer, quotes: Mapping[str, str]) -> Sheet:
    """Return the rows, or the triples of a graph, as people read them."""
    from crampkg.answers import sentences, table

    if answer.form == "graph":
        names = ("subject", "predicate", "object")
        return table.sheet(names, [dict(zip(names, each, strict=True)) for each in answer.triples])
    rows = [dict(row) for row in _rows(answer)]
    if answer.question is None:
        return table.sheet_of_query(answer.variables, rows)
    return table.sheet(columns(answer), rows, quotes, sentences.titles(answer.statuses))


def overview(answer: Answer) -> Sheet | None:
    """Return the rows as the matrix that the question's header asks for, or None."""
    from crampkg.answers import table

    if answer.question is None or not answer.question.overview or not len(answer):
        return None
    down, across, *inside = answer.question.overview
    shown = {name + end for name in answer.question.overview for end in ("", "Label")}
    chosen = table.sheet([name for name in answer.variables if name in shown], answer.rows)
    groups: dict[RdfTerm | None, list[Row]] = {}
    for row in answer:
        groups.setdefault(row[down], []).append(row)
    tallies = tuple(
        tuple(table.tally(name, value) for name, value in _tallies(rows, answer.variables))
        for rows in groups.values()
    )
    return table.matrix(chosen, down, across, inside)._replace(tallies=tallies)


def overview_notes(answer: Answer, quotes: Mapping[str, str] | None = None) -> list[str]:
    """Return the words of the claims of an overview, and each note on them, after their cells.

    `quotes` are spans of the article by the IRI of their claim. What is of the same cells stands
    together.
    """
    from crampkg.answers import table

    if answer.question is None or not answer.question.overview:
        return []
    down, over = (
        table.label_of(name, answer.variables) or name for name in answer.question.overview[:2]
    )
    texts: dict[str, dict[str, dict[str, None]]] = {}
    for row in answer:
        note = table.cell(row.get("note"))
        for text in (table.quote(row, quotes or {}), note and f"Our note: {note}"):
            rows = texts.setdefault(text, {})
            rows.setdefault(table.cell(row[down]), {})[table.cell(row[over])] = None
    texts.pop("", None)
    told: dict[str, list[str]] = {}
    for text, rows in texts.items():
        names: dict[str, list[str]] = {}
        for name, across in rows.items():
            names.setdefault(", ".join(across), []).append(name)
        cells = "; ".join(f"{', '.join(several)} ({across})" for across, several in names.items())
        told.setdefault(cells, []).append(text)
    return [f"{cells}: {' '.join(several)}" for cells, several in told.items()]


def overview_markers(answer: Answer) -> list[str]:
    """Return the status of each marker of an overview that has markers, in a line of its own."""
    from crampkg.answers import sentences, table
    from crampkg.text import natural

    names = () if answer.question is None else answer.question.overview
    if "marker" not in names or "markerStatus" not in answer.variables:
        return []
    marker = table.label_of("marker", answer.variables) or "marker"
    titles = sentences.titles(answer.statuses)
    told = set()
    for row in answer:
        name, status = table.cell(row[marker]), table.cell(row["markerStatus"])
        if name and status:
            of = sentences.title_of(row, titles)
            told.add(f"Marker {name}{f' of “{of}”' if of else ''}: {status}.")
    return sorted(told, key=natural)


def _tallies(rows: Sequence[Row], names: Iterable[str]) -> Iterator[tuple[str, RdfTerm]]:
    """Yield the numbers, other than 0, that all rows of a group have in common, by column."""
    from crampkg.answers import table

    for name in names:
        values = {row[name] for row in rows}
        if len(values) == 1 and table.are_numbers(values):
            yield from ((name, value) for value in values if value and value.value != "0")


def _framed(*parts: str) -> bytes:
    return ("\n\n".join(part.strip("\n") for part in parts if part) + "\n").encode()


def _rows(answer: Answer) -> Iterator[list[tuple[str, RdfTerm | None]]]:
    """Iterate over the rows, their blank nodes numbered as they come."""
    numbers: dict[str, str] = {}
    for row in answer:
        yield [(name, _numbered(value, numbers)) for name, value in row.items()]


def _numbered(value: RdfTerm | None, numbers: dict[str, str]) -> RdfTerm | None:
    if not isinstance(value, BlankNode):
        return value
    return BlankNode(numbers.setdefault(value.value, f"b{len(numbers)}"))


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
    """Return what writes a graph in a format of `crampkg.export`, which takes long to import."""

    def write(answer: Answer, _: Mapping[str, str]) -> bytes:
        from crampkg.export import to_bytes

        return to_bytes(answer.triples, name, answer.sources)

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
