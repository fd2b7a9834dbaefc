"""The graph as owlready2 classes and individuals: a world of its own for each thread."""

from __future__ import annotations

import io
import threading

from crampkg.errors import UsageError
from crampkg.vocabulary import CK, OWL

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable

    import owlready2

#: Properties that owlready2 follows on loading: to the network, and to Python modules.
_IMPORTS = frozenset(
    f"<{iri}>".encode()
    for iri in (
        f"{OWL}imports",
        "http://www.lesfleursdunormal.fr/static/_downloads/owlready_ontology.owl#python_module",
    )
)


class OwlView:
    """Opens the graph in owlready2 when a thread first needs it, and closes what it opened.

    owlready2 keeps an ontology in SQLite and in Python classes, neither of which threads may share:
    each thread gets a world of its own, and none gets the default world, which all code in a
    process shares. `read` returns the graph as N-Triples, with each individual declared: owlready2
    does not list undeclared ones.
    """

    def __init__(self, read: Callable[[], bytes]) -> None:
        self._read = read
        self._own = threading.local()
        self._lock = threading.Lock()
        self._worlds: list[owlready2.World] = []
        self._closed = False

    def ontology(self) -> owlready2.Ontology:
        """Return the ontology of this thread.

        Raises `UsageError` when owlready2 is not installed, or after `close`.
        """
        if self._closed:
            message = "The graph has been closed. Open it again with KnowledgeGraph.open()."
            raise UsageError(message)
        known: owlready2.Ontology | None = getattr(self._own, "ontology", None)
        if known is None:
            known = self._own.ontology = self._open()
        return known

    def close(self) -> None:
        """Close the worlds of all threads; their classes and individuals become unusable."""
        with self._lock:
            self._closed = True
            for world in self._worlds:
                world.close()
            self._worlds.clear()

    def _open(self) -> owlready2.Ontology:
        try:
            import owlready2
        except ImportError:
            message = "This needs owlready2: pip install 'crampkg[owl]'."
            raise UsageError(message) from None
        triples = _without_imports(self._read())
        with self._lock:  # owlready2 creates a class for each annotation property
            world = owlready2.World()
            ontology = world.get_ontology(CK)
            ontology.load(fileobj=io.BytesIO(triples), format="ntriples")
            self._worlds.append(world)
        return ontology


def _without_imports(triples: bytes) -> bytes:
    """Return N-Triples without those that make owlready2 fetch ontologies or run Python modules."""
    lines = triples.splitlines(keepends=True)
    return b"".join(line for line in lines if not _IMPORTS.intersection(line.split(b" ", 2)[1:2]))
