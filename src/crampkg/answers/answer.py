"""An answer: rows, a yes or no, or a graph, with its question and the status of the articles."""

from __future__ import annotations

import re
from collections.abc import Mapping

from pyoxigraph import BlankNode

from crampkg.errors import UsageError
from crampkg.rdf import datatype_of, sort_key
from crampkg.vocabulary import XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import IO, Any

    import pandas as pd

    from crampkg.engine.base import Result
    from crampkg.model import NearTerm, Question, Status, Term
    from crampkg.rdf import RdfTerm, Triple
    from crampkg.sources import Sources

_TRIPLE = ("subject", "predicate", "object")

_DECIMAL = r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)"
_DOUBLE = rf"{_DECIMAL}([eE][+-]?[0-9]+)?|[+-]?INF|NaN"

#: The lexical forms of a datatype in XML Schema, and their conversion to Python.
_PLAIN: dict[str, tuple[str, Callable[[str], Any]]] = {
    XSD + "boolean": ("true|false|1|0", lambda text: text in ("true", "1")),
    XSD + "integer": (r"[+-]?[0-9]+", int),
    XSD + "decimal": (_DECIMAL, float),
    XSD + "double": (_DOUBLE, float),
    XSD + "float": (_DOUBLE, float),
}


class Row(Mapping[str, "RdfTerm | None"]):
    """One row: a mapping from variable names to RDF terms, None where unbound.

    Terms are pyoxigraph's: `NamedNode`, `BlankNode` and `Literal`.
    """

    __slots__ = ("_values", "_variables")

    def __init__(self, variables: tuple[str, ...], values: tuple[RdfTerm | None, ...]) -> None:
        self._variables = variables
        self._values = values

    def __getitem__(self, name: str) -> RdfTerm | None:
        try:
            return self._values[self._variables.index(name)]
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __getattr__(self, name: str) -> RdfTerm | None:
        if name.startswith("_"):  # copy and pickle ask before the values are set
            raise AttributeError(name)
        try:
            return self[name]
        except KeyError:
            message = f"The row has no column {name}; it has {', '.join(self._variables)}."
            raise AttributeError(message) from None

    def __reduce__(self) -> tuple[type[Row], tuple[tuple[str, ...], tuple[RdfTerm | None, ...]]]:
        return Row, (self._variables, self._values)

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={self.text(name)!r}' for name in self._variables)})"

    def text(self, name: str) -> str:
        """Return the IRI or lexical form of a column, or an empty string where it is unbound.

        Raises KeyError for an unknown column.
        """
        value = self[name]
        return "" if value is None else value.value


class Answer:
    """The answer to one question or query.

    Iterates over its rows, or over its triples as rows of subject, predicate and object, any number
    of times. The answer to an ASK has no rows: it is in `boolean`.
    """

    def __init__(
        self,
        run: Callable[[], Result],
        query: str,
        statuses: tuple[Status, ...],
        question: Question | None = None,
        parameters: Mapping[str, tuple[Term | str, ...]] | None = None,
        lent: Callable[[], tuple[str, ...]] = tuple,
        sources: Sources | None = None,
        near: Callable[[], tuple[NearTerm, ...]] = tuple,
        several: tuple[str, ...] = (),
        contested: Callable[[], tuple[NearTerm, ...]] = tuple,
    ) -> None:
        self._run = run
        result = run()
        self._unread: Result | None = result
        self._rows: list[Row] | None = None
        self._triples: list[Triple] | None = None
        self.form = result.form
        self.variables = result.variables
        self.boolean = result.boolean
        self.query = query
        self.statuses = statuses
        self.question = question
        self.parameters: Mapping[str, tuple[Term | str, ...]] = parameters or {}
        #: Returns a sentence on each name that comes from another vocabulary alone.
        self.lent = lent
        #: The parameters with several values, known without reading labels.
        self.several = several
        #: Returns terms narrower or wider than the things asked about that claims name.
        self.near = near
        #: Returns all things with claims, on them or a narrower kind, that are not affirmed.
        self.contested = contested
        #: The sources of the graph; JSON-LD uses their context.
        self.sources = sources

    @property
    def rows(self) -> list[Row]:
        """The rows of a SELECT, in order; the triples of a graph as rows, sorted."""
        if self._rows is None:
            if self.form == "graph":
                self._rows = [Row(_TRIPLE, triple) for triple in self.triples]
            else:
                bindings = self._read().bindings() if self.form == "select" else ()
                self._rows = [Row(self.variables, values) for values in bindings]
        return self._rows

    def numbered(self) -> Iterator[Row]:
        """Yield the rows of a SELECT, blank nodes numbered in order of appearance."""
        names: dict[str, str] = {}
        for row in self.rows:
            yield Row(self.variables, tuple(_numbered(value, names) for value in row.values()))

    @property
    def triples(self) -> list[Triple]:
        """The triples of a CONSTRUCT or DESCRIBE, sorted; empty for other forms."""
        if self._triples is None:
            triples = self._read().triples() if self.form == "graph" else ()
            self._triples = sorted(set(triples), key=_sortable)
        return self._triples

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows)

    def __len__(self) -> int:
        return len(self.rows)

    def __bool__(self) -> bool:
        """Return whether the answer has a row or a triple, or is yes."""
        return bool(self.boolean) if self.form == "ask" else len(self) > 0

    def serialize(self, format: str = "json") -> bytes:
        """Return the answer in a format of `crampkg.answers.formats`.

        Raises `UsageError` when the format does not support this form of answer.
        """
        from crampkg.answers import formats

        return formats.serialize(self, format)

    def engine_bytes(self, format: str, sink: IO[bytes] | None = None) -> bytes | None:
        """Return the answer as written by its engine in `csv`, `json`, `tsv` or `xml`.

        This is the fastest way. None when the engine does not write that format. With a `sink` the
        answer is written there, and the return value is empty.
        """
        return self._read().serialize(format, sink)

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a data frame: IRIs and texts as str, numbers as numbers.

        A literal that is invalid for its datatype by XML Schema, such as `"1_000"^^xsd:integer`, is
        a text. Raises `UsageError` for an ASK, which has no rows, and when pandas is not installed.
        """
        if self.form == "ask":
            message = "An ASK has no rows: its answer is in `boolean`."
            raise UsageError(message)
        try:
            import pandas as pd
        except ImportError:
            message = "This needs pandas: pip install 'crampkg[pandas]'."
            raise UsageError(message) from None
        records = [[_plain(value) for value in row.values()] for row in self.rows]
        return pd.DataFrame(
            records, columns=list(_TRIPLE if self.form == "graph" else self.variables)
        )

    def __repr__(self) -> str:
        what = {"ask": f"{self.boolean}", "graph": f"{len(self)} triples"}
        asked = self.question.id if self.question else self.form
        return f"<Answer to {asked}: {what.get(self.form, f'{len(self)} rows')}>"

    def _repr_html_(self) -> str:
        """Return the answer as HTML for a notebook."""
        from crampkg.answers.document import html

        return html(self)

    def _read(self) -> Result:
        """Return a fresh result: a result can be read once, and the graph never changes."""
        result, self._unread = self._unread, None
        return self._run() if result is None else result


def _plain(value: RdfTerm | None) -> Any:
    if value is None:
        return None
    pattern, convert = _PLAIN.get(datatype_of(value), ("", str))
    if not re.fullmatch(pattern, value.value):
        return value.value
    try:
        return convert(value.value)
    except ValueError:  # an integer with more digits than Python accepts
        return value.value


def _numbered(value: RdfTerm | None, names: dict[str, str]) -> RdfTerm | None:
    if not isinstance(value, BlankNode):
        return value
    return BlankNode(names.setdefault(value.value, f"b{len(names)}"))


def _sortable(triple: Triple) -> tuple[tuple[str, ...], ...]:
    return tuple(map(sort_key, triple))
