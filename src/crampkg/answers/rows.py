"""An answer: rows, a yes or no, or a graph, with the question and status that travel with it."""

from __future__ import annotations

from collections.abc import Mapping

from crampkg.vocabulary import XSD

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from typing import Any

    import pandas as pd

    from crampkg.engine.base import Result, Triple
    from crampkg.records import Question, Status, Term, Value

_NUMBERS = {
    XSD + "integer": int,
    XSD + "decimal": float,
    XSD + "double": float,
    XSD + "float": float,
}


class Row(Mapping[str, "Value | None"]):
    """One row: variable name to `Value`, or to None where the variable is not bound."""

    __slots__ = ("_values", "_variables")

    def __init__(self, variables: tuple[str, ...], values: tuple[Value | None, ...]) -> None:
        self._variables = variables
        self._values = values

    def __getitem__(self, name: str) -> Value | None:
        try:
            return self._values[self._variables.index(name)]
        except ValueError:
            raise KeyError(name) from None

    def __iter__(self) -> Iterator[str]:
        return iter(self._variables)

    def __len__(self) -> int:
        return len(self._variables)

    def __getattr__(self, name: str) -> Value | None:
        try:
            return self[name]
        except KeyError:
            message = f"The row has no column {name}; it has {', '.join(self._variables)}."
            raise AttributeError(message) from None

    def __repr__(self) -> str:
        return f"Row({', '.join(f'{name}={self.text(name)!r}' for name in self._variables)})"

    def text(self, name: str) -> str:
        """Return the IRI or lexical form of a column, or an empty string when it is not bound.

        Raises KeyError when there is no such column.
        """
        value = self[name]
        return "" if value is None else value.text


class Answer:
    """What came back for one question or query. Iterates over its rows; safe to iterate again."""

    def __init__(
        self,
        run: Callable[[], Result],
        query: str,
        statuses: tuple[Status, ...],
        question: Question | None = None,
        parameters: Mapping[str, tuple[Term | str, ...]] | None = None,
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

    @property
    def rows(self) -> list[Row]:
        """The rows of a SELECT, in order; empty for other forms."""
        if self._rows is None:
            select = self.form == "select"
            bindings = self._read().bindings() if select else ()
            self._rows = [Row(self.variables, values) for values in bindings]
        return self._rows

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
        return len(self.triples if self.form == "graph" else self.rows)

    def __bool__(self) -> bool:
        """Tell whether there is an answer: a row, a triple, or yes."""
        return bool(self.boolean) if self.form == "ask" else len(self) > 0

    def serialize(self, format: str = "json") -> bytes:
        """Return the answer in a format of `crampkg.answers.formats`.

        Raises `UsageError` when the format cannot hold this form of answer.
        """
        from crampkg.answers import formats

        return formats.serialize(self, format)

    def engine_bytes(self, format: str) -> bytes | None:
        """Return the answer as its engine writes `csv`, `tsv` or `xml`, the fastest way out.

        None when the engine does not write that format.
        """
        return self._read().serialize(format)

    def to_pandas(self) -> pd.DataFrame:
        """Return the rows as a data frame: IRIs and texts as str, numbers as numbers.

        Raises ImportError when pandas is not installed.
        """
        import pandas as pd

        records = [[_plain(value) for value in row.values()] for row in self.rows]
        return pd.DataFrame(records, columns=list(self.variables))

    def _repr_html_(self) -> str:
        """Return the answer as a notebook shows it."""
        from crampkg.answers import html

        return html.page(self)

    def _read(self) -> Result:
        """Return an unread result: each can be read once, and the graph never changes."""
        result, self._unread = self._unread, None
        return self._run() if result is None else result


def _plain(value: Value | None) -> Any:
    if value is None:
        return None
    if value.datatype == XSD + "boolean":
        return value.text in ("true", "1")
    return _NUMBERS.get(value.datatype or "", str)(value.text)


def _sortable(triple: Triple) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(part or "" for part in value) for value in triple)
