"""Columns that many questions share: written once, and joined to a question where it says so.

A line `# shared: claim` in a question stands for the pattern of `queries/shared/claim.rq`. The
columns of that file go before `?claim` after SELECT, and its order after the question's own. Either
file is a whole query, which any engine runs as it stands.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from crampkg.errors import SourceError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping

#: Where the files with shared columns are, below the root of the sources.
FOLDER = "queries/shared/"
_MARK = re.compile(r"^( *)# shared: (\S+)$", re.MULTILINE)
_PREFIX = re.compile(r"^PREFIX .*\n", re.MULTILINE)
_QUERY = re.compile(
    r"^SELECT\n(?P<columns>(?:  .*\n)+)WHERE \{\n(?P<pattern>(?:  .*\n)+)\}\n"
    r"ORDER BY (?P<order>.+)\n\Z",
    re.MULTILINE,
)


class Shared(NamedTuple):
    """A file of shared columns, in the parts that are joined to a question."""

    prefixes: tuple[str, ...]
    columns: str
    pattern: str
    order: str


def shared_columns(texts: Mapping[str, str]) -> dict[str, Shared]:
    """Return what is shared, by name, of source files given by name and text."""
    return {
        name.removeprefix(FOLDER).removesuffix(".rq"): read_shared(name, text)
        for name, text in texts.items()
        if name.startswith(FOLDER) and name.endswith(".rq")
    }


def read_shared(name: str, text: str) -> Shared:
    """Return the parts of the file `name` with shared columns.

    Raises `SourceError` when it is laid out in another way.
    """
    query = _QUERY.search(text)
    if query is None:
        message = (
            f"{name}: this is no file of shared columns. Write SELECT, the columns, WHERE {{, the "
            "pattern, }} and ORDER BY, each on lines of its own, indented by two blanks."
        )
        raise SourceError(message, path=name)
    return Shared(tuple(_PREFIX.findall(text)), **query.groupdict())


def join(name: str, text: str, shared: Mapping[str, Shared]) -> str:
    """Return the question in the file `name` with the columns that it shares; `shared` is by name.

    Raises `SourceError` for a mark of what is not there, or where its columns have no place.
    """
    original = text
    for mark in _MARK.finditer(original):
        indent, key = mark.groups()
        line = original.count("\n", 0, mark.start()) + 1
        if key not in shared:
            known = ", ".join(sorted(shared)) or "none"
            message = f"{name}: there is no {FOLDER}{key}.rq. Share one of these: {known}."
            raise SourceError(message, path=name, line=line)
        part = shared[key]
        head, where, rest = text.partition("\nWHERE {\n")
        start = head.rfind("\nSELECT")
        columns, claim, after = head[start:].partition(f"?{key}")
        if start < 0 or not where or not claim:
            message = f"{name}: what is shared has no place. Select ?{key}, and write WHERE {{."
            raise SourceError(message, path=name, line=line)
        head = f"{head[:start]}{columns.rstrip()}\n{part.columns}  ?{key}{after}"
        pattern = "".join(f"{indent[2:]}{each}\n" for each in part.pattern.splitlines())
        rest = rest.replace(f"{mark[0]}\n", pattern, 1)
        body, order, keys = rest.rpartition("\nORDER BY ")
        if not order:
            message = f"{name}: what is shared has no place. Write an ORDER BY at the end."
            raise SourceError(message, path=name, line=line)
        text = f"{head}{where}{body}{order}{keys.rstrip()} {part.order}\n"
        text = _with_prefixes(text, part.prefixes)
    return text


def _with_prefixes(text: str, prefixes: tuple[str, ...]) -> str:
    """Return a query that declares `prefixes` too, sorted."""
    own = list(_PREFIX.finditer(text))
    declared = "".join(sorted({*(each[0] for each in own), *prefixes}))
    if not own:
        return text.replace("\nSELECT", f"\n{declared}\nSELECT", 1)
    return text[: own[0].start()] + declared + text[own[-1].end() :]
