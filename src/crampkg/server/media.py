"""Tables of media types, content negotiation, and replies."""

from __future__ import annotations

import functools
import gzip
from typing import NamedTuple

import brotli
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from crampkg.export import OF_ONE_GRAPH, OFFERED
from crampkg.server.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    #: For each form of answer the name of a format and its media type, or None if none is accepted.
    Choice = dict[str, tuple[str, str] | None]

#: Negotiation headers of more characters are ignored (RFC 9110, 12.5.1 allows it): parsing one is
#: work outside the limits on queries.
_LONGEST_HEADER = 2_000

#: Bodies of fewer bytes are not compressed: they would hardly be shorter.
_SMALL = 1024


class Reply(NamedTuple):
    """The body of an answer, its media type, its status code and its content coding."""

    body: bytes
    type: str
    status: int = 200
    encoding: str | None = None

    def encoded(self, encoding: str | None) -> Reply:
        """Return the same in a content coding, "br" or "gzip", if that makes it shorter."""
        if encoding is None or len(self.body) < _SMALL:
            return self
        if encoding == "br":
            body = brotli.compress(self.body, quality=5)
        else:
            body = gzip.compress(self.body, 6, mtime=0)
        return self._replace(body=body, encoding=encoding)


#: The formats of rows and truth values: name, then media types, the registered one first.
RESULTS: dict[str, tuple[str, ...]] = {
    "json": ("application/sparql-results+json", "application/json"),
    "xml": ("application/sparql-results+xml", "application/xml", "text/xml"),
    "csv": ("text/csv",),
    "tsv": ("text/tab-separated-values",),
}

#: The formats of graphs, in the same way.
GRAPHS: dict[str, tuple[str, ...]] = {
    format.name: (format.media_type, *format.also) for format in OFFERED.values()
}

#: The formats of the API's documents: JSON, and RDF.
CARDS: dict[str, tuple[str, ...]] = {"json": ("application/json",), **GRAPHS}

#: The formats of the things that have pages: a card is one graph without a name.
PAGES: dict[str, tuple[str, ...]] = {
    "html": ("text/html",),
    **{name: GRAPHS[name] for name in OF_ONE_GRAPH},
}

#: The names of formats by the suffix of an address.
SUFFIXES = {".html": "html", **{format.extension: format.name for format in OFFERED.values()}}

#: The formats of ASK: the W3C's CSV and TSV hold only rows.
TRUTHS = {name: RESULTS[name] for name in ("json", "xml")}

#: The formats of answers to questions of the library, by form, as `crampkg ask -f` has them.
QUESTIONS: dict[str, dict[str, tuple[str, ...]]] = {
    "select": {
        "json": ("application/json", "application/sparql-results+json"),
        "csv": RESULTS["csv"],
        "tsv": RESULTS["tsv"],
        "xml": RESULTS["xml"],
        "jsonld": ("application/ld+json",),
        "md": ("text/markdown",),
    },
    "construct": GRAPHS,
}


def best_of(accept: str, types: Sequence[str]) -> str | None:
    """Return the type that an Accept header prefers, the first of equals; None for none."""
    if not accept or len(accept) > _LONGEST_HEADER:
        return types[0]
    accepted = parse_accept_header(accept, MIMEAccept)
    # No type here has parameters, so those in the header, such as a charset, are ignored.
    bare = [(range.partition(";")[0].strip(), quality) for range, quality in accepted]
    return MIMEAccept(bare).best_match(types)


def choose(accept: str, *, table: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """Return the name and media type of the best format of `table` for an Accept header.

    Of equals, the first; None when none is accepted (RFC 9110, 12.5.1).
    """
    types = {type: name for name in reversed([*table]) for type in reversed(table[name])}
    # A range such as application/* gets a registered type, never one of its synonyms.
    registered = [known[0] for known in table.values()]
    others = [type for known in table.values() for type in known[1:]]
    best = best_of(accept, [*registered, *others])
    return None if best is None else (types[best], best)


@functools.lru_cache(1024)  # clients send the same header each time
def choices(accept: str) -> Choice:
    """Return the format of the answer to a query, for each form that the answer may have."""
    return {
        "select": choose(accept, table=RESULTS),
        "ask": choose(accept, table=TRUTHS),
        "graph": choose(accept, table=GRAPHS),
    }


def without_suffix(path: str, table: Container[str] | None = None) -> tuple[str, str | None]:
    """Return an address without the suffix of a format, and the name of that format, if any.

    With a `table`, suffixes of other formats are part of the address.
    """
    base, dot, suffix = path.rpartition(".")
    name = SUFFIXES.get(dot + suffix)
    is_one = name is not None and base and (table is None or name in table)
    return (base, name) if is_one else (path, None)


def chosen(accept: str, format: str | None, table: Mapping[str, Sequence[str]]) -> tuple[str, str]:
    """Return the format that a request names, else the best that it accepts.

    Raises `Problem` when there is no such format, or none is accepted.
    """
    if format is not None:
        if format not in table:
            detail = f"There is no format {format!r} here. Choose from {', '.join(table)}."
            raise Problem("bad-request", detail)
        return format, table[format][0]
    best = choose(accept, table=table)
    if best is None:
        raise not_acceptable(table)
    return best


def not_acceptable(table: Mapping[str, Sequence[str]]) -> Problem:
    """Return the problem of a request that accepts none of the formats of `table`."""
    types = ", ".join(known[0] for known in table.values())
    return Problem("not-acceptable", f"The answer can be had as {types}. Ask for one of these.")


def content_type(type: str) -> str:
    """Return the value of Content-Type for a media type; text types get `charset=utf-8`."""
    return f"{type}; charset=utf-8" if type.startswith("text/") else type


@functools.lru_cache(1024)
def encoding(accept: str) -> str | None:
    """Return the best content coding for an Accept-Encoding header, None for none."""
    if not accept or len(accept) > _LONGEST_HEADER:
        return None
    best = parse_accept_header(accept).best_match(("br", "gzip", "identity"))
    return None if best == "identity" else best
