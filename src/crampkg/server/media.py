"""The tables of media types, which of them a request accepts, and an answer in one of them."""

from __future__ import annotations

import functools
import gzip
from typing import TYPE_CHECKING, NamedTuple

import brotli
from werkzeug.datastructures import MIMEAccept
from werkzeug.http import parse_accept_header

from crampkg.export import OF_ONE_GRAPH, OFFERED
from crampkg.server.problems import Problem

if TYPE_CHECKING:
    from collections.abc import Container, Mapping, Sequence

    #: The name of a format and the media type to call it by, for each form of answer; None where
    #: nothing is accepted.
    Choice = dict[str, tuple[str, str] | None]

#: Negotiation headers of more characters are not read (RFC 9110, 12.5.1 allows it): reading one is
#: work that no limit on queries holds.
_LONGEST = 2_000

#: Smaller bodies are sent as they are: compressed they would hardly be shorter.
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

#: The formats of what is JSON first, and RDF as well.
CARDS: dict[str, tuple[str, ...]] = {"json": ("application/json",), **GRAPHS}

#: The formats of the things that have pages: a card is one graph without a name.
PAGES: dict[str, tuple[str, ...]] = {
    "html": ("text/html",),
    **{name: GRAPHS[name] for name in OF_ONE_GRAPH},
}

#: The names of formats by what an address may end in.
SUFFIXES = {".html": "html", **{format.extension: format.name for format in OFFERED.values()}}

#: What an ASK can be written in: the W3C's CSV and TSV hold rows alone.
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
    """Return which of `types` an Accept header likes best, the first of equals; None for none."""
    if not accept or len(accept) > _LONGEST:
        return types[0]
    accepted = parse_accept_header(accept, MIMEAccept)
    # No type here has parameters: what asks for a charset or a profile takes it without.
    bare = [(range.partition(";")[0].strip(), quality) for range, quality in accepted]
    return MIMEAccept(bare).best_match(types)


def choose(accept: str, *, table: Mapping[str, Sequence[str]]) -> tuple[str, str] | None:
    """Return the name of the best format of `table` for an Accept header, and what to call it.

    The first of those that are liked equally well; None when none is accepted (RFC 9110, 12.5.1).
    """
    types = {type: name for name in reversed([*table]) for type in reversed(table[name])}
    # A range such as application/* is answered with a registered type, and with no other name.
    registered = [known[0] for known in table.values()]
    others = [type for known in table.values() for type in known[1:]]
    best = best_of(accept, [*registered, *others])
    return None if best is None else (types[best], best)


@functools.lru_cache(1024)  # clients send the same header each time
def choices(accept: str) -> Choice:
    """Return what to answer a query in, for each form that its answer may have."""
    return {
        "select": choose(accept, table=RESULTS),
        "ask": choose(accept, table=TRUTHS),
        "graph": choose(accept, table=GRAPHS),
    }


def without_suffix(path: str, table: Container[str] | None = None) -> tuple[str, str | None]:
    """Return an address without the suffix of a format, and the name of that format, if any.

    With a `table`, what ends in another format than it has is an address like any other.
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
    """Return the value of Content-Type for a media type: texts say that they are in UTF-8."""
    return f"{type}; charset=utf-8" if type.startswith("text/") else type


@functools.lru_cache(1024)
def encoding(accept: str) -> str | None:
    """Return the best content coding for an Accept-Encoding header, None for none."""
    if not accept or len(accept) > _LONGEST:
        return None
    best = parse_accept_header(accept).best_match(("br", "gzip", "identity"))
    return None if best == "identity" else best
