"""The queries of the package itself: files `NAME.rq` beside the code that asks them."""

from __future__ import annotations

import functools
import os

from crampkg.questions.bind import bind, serialize

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from crampkg.engine.base import Engine

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
#: The sources that the wheel carries have queries too, which `pipeline.library` reads.
_SOURCES = os.path.join(_PACKAGE, "kg")


def own_query(name: str, **iris: Iterable[str]) -> str:
    """Return a query by its path in the package, such as "explain/evidence", with its parameters.

    Each of them takes IRIs. Raises ValueError for what is no absolute IRI.
    """
    terms = {key: [serialize(iri, "iri") for iri in values] for key, values in iris.items()}
    return bind(_text(name), terms)


def own_rows(name: str, engine: Engine, **iris: Iterable[str]) -> Iterator[list[str]]:
    """Yield the rows of one of these queries as texts, "" for what is not bound."""
    for row in engine.query(own_query(name, **iris)).bindings():
        yield ["" if value is None else value.text for value in row]


def read_all() -> None:
    """Read every query now, for a process that is going to be forbidden to open files."""
    for folder, _, files in os.walk(_PACKAGE):
        if not folder.startswith(_SOURCES):
            for file in files:
                if file.endswith(".rq"):
                    path = os.path.relpath(os.path.join(folder, file), _PACKAGE)
                    _text(path.replace(os.sep, "/").removesuffix(".rq"))


@functools.cache
def _text(name: str) -> str:
    with open(os.path.join(_PACKAGE, *f"{name}.rq".split("/")), encoding="utf-8") as file:
        return file.read()
