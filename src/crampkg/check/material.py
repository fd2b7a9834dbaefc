"""The sources as the checks need them: text, quads, graph, and where each name stands."""

from __future__ import annotations

import re

from pyoxigraph import Literal, NamedNode, Quad, Store

from crampkg.engine.guard import check_source
from crampkg.errors import SourceError
from crampkg.export.jsonld import CONTEXT
from crampkg.pipeline.load import load_file
from crampkg.pipeline.rules import derive, reason
from crampkg.records import Finding
from crampkg.sources import Sources, graph_of, read_text
from crampkg.turtle import parse_turtle
from crampkg.vocabulary import GRAPHS, RDF, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

#: Turtle that is read by the shapes' check and belongs to no graph.
SHAPES = "ontology/shapes.ttl"

#: Without these files nothing can be checked or exported.
_NEEDED = (CONTEXT, "ontology/crampkg.ttl", SHAPES)
_TYPE = NamedNode(RDF + "type")
_PREFIX = re.compile(r"^@prefix\s+([\w-]*):\s+<([^>]*)>", re.MULTILINE)


class Material:
    """The parsed sources.

    `selected` names the files that findings are wanted about: all, unless some were chosen.
    `shown` maps the name of a file to what it is called in findings. `broken` holds a finding for
    each file that cannot be read or parsed; while there are any, `store` is not complete and
    nothing that needs the whole graph can be checked.
    """

    def __init__(self, sources: Sources, shown: dict[str, str] | None = None) -> None:
        self.sources = sources
        self.shown = shown or {}
        self.names = sources.files()
        self.selected = set(self.shown) or set(self.names)
        self.texts: dict[str, str] = {}
        self.quads: dict[str, list[Quad]] = {}
        self.store = Store()
        self.broken: list[Finding] = []
        self._lines: dict[str, _Lines] = {}  # of files that findings are about
        for name in sorted({*self.names, *_NEEDED}):
            self._read(name)
        #: For each IRI, by file: the IRIs that are said of it there, as predicate or object.
        self._said: dict[str, dict[str, set[str]]] = {}
        #: For each IRI, the files in which something is said with it.
        self._using: dict[str, dict[str, None]] = {}
        self._index()
        if not self.broken:
            self._compute()

    def finding(
        self,
        check: str,
        iri: str,
        problem: str,
        remedy: str,
        about: Iterable[str] = (),
        file: str | None = None,
    ) -> Finding | None:
        """Return the finding about `iri`, or None when it is about none of the selected files.

        Unless it is given, its file is the one that says most about the term with the IRIs
        `about`, else the one that defines it, else one that uses it; selected ones come first.
        A graph among `about` leaves only the files of that graph.
        """
        if file is None:
            file = self._home(iri, set(about))
        if file is not None and file not in self.selected:
            return None
        line = self.line(file, iri) if file else None
        return Finding(check, self.show(file), line, compress(iri), problem, remedy)

    def fault(self, error: SourceError, name: str) -> Finding:
        """Return the finding that a file cannot be read or parsed."""
        said = str(error)
        for start in (f"{name}, line {error.line}: ", f"{name}: "):
            said = said.removeprefix(start)
        if said.startswith(f"{name} "):
            said = f"it {said.removeprefix(name).lstrip()}"
        problem, stop, remedy = said.rpartition(". ")
        if not stop:
            problem, remedy = remedy.removesuffix("."), "Mend the file."
        problem = f"{problem[:1].upper()}{problem[1:]}."
        return Finding("syntax", self.show(name), error.line, "", problem, remedy)

    def show(self, file: str | None) -> str:
        """Return what `file` is called in findings; an empty string for no file."""
        return "" if file is None else self.shown.get(file, file)

    def line(self, file: str, iri: str) -> int | None:
        """Return the number of the line in `file` that begins the block of `iri`.

        Where none does, it is the first line that has the name at all; else None.
        """
        if file not in self._lines:
            self._lines[file] = _Lines(self.texts.get(file, ""))
        return self._lines[file].of(iri)

    def file_of(self, quad: Quad) -> str | None:
        """Return the file in which a quad stands, or None for one that is computed."""
        return next((name for name, quads in self.quads.items() if quad in quads), None)

    def terms(self) -> set[str]:
        """Return the IRIs of everything that the selected files describe."""
        return {iri for iri, files in self._said.items() if self.selected.intersection(files)}

    def _read(self, name: str) -> None:
        try:
            self.texts[name] = text = read_text(self.sources.path(name), name)
            if graph_of(name):
                self.quads[name] = list(load_file(name, text))
            elif name == SHAPES:
                parse_turtle(text, name)  # for its syntax
            elif name.startswith("rules/") and name.endswith(".rq"):
                check_source(text, name)
        except SourceError as error:
            self.broken.append(self.fault(error, name))
        else:
            self.store.extend(self.quads.get(name, ()))

    def _compute(self) -> None:
        try:
            derive(self.store, self.sources)
            reason(self.store, self.sources)
        except SourceError as error:
            self.broken.append(self.fault(error, error.path or ""))

    def _index(self) -> None:
        for name, quads in self.quads.items():
            for quad in quads:
                said = {
                    term.value
                    for term in (quad.predicate, quad.object)
                    if isinstance(term, NamedNode)
                }
                if isinstance(quad.subject, NamedNode):
                    self._said.setdefault(quad.subject.value, {}).setdefault(name, set()).update(
                        said
                    )
                for iri in said:
                    self._using.setdefault(iri, {})[name] = None

    def _home(self, iri: str, about: set[str]) -> str | None:
        def rank(file: str) -> tuple[bool, int, bool]:
            said = self._said.get(iri, {}).get(file, set())
            return file in self.selected, len(said & about), _TYPE.value in said

        files = [*self._said.get(iri, {})] or [*self._using.get(iri, {})]
        files = [file for file in files if graph_of(file) in about] or files
        return max(files, key=rank, default=None)


class _Lines:
    """The lines of a file by the names that stand in them: read once for all findings."""

    def __init__(self, text: str) -> None:
        self._prefixes = _PREFIX.findall(text)
        self._beginning: dict[str, int] = {}
        self._naming: dict[str, int] = {}
        for number, line in enumerate(text.splitlines(), 1):
            words = [word.rstrip(",;.") for word in line.split()]
            if words and not line[0].isspace():
                self._beginning.setdefault(words[0], number)
            for word in words:
                self._naming.setdefault(word, number)

    def of(self, iri: str) -> int | None:
        """Return the first line that `iri` begins, else the first that has it, else None."""
        names = [f"<{iri}>"] + [
            f"{prefix}:{iri.removeprefix(namespace)}"
            for prefix, namespace in self._prefixes
            if iri.startswith(namespace)
        ]
        for lines in (self._beginning, self._naming):
            if found := [lines[name] for name in names if name in lines]:
                return min(found)
        return None


def text_of(term: object) -> str:
    """Return a term of a result as a person reads it: a CURIE, or the text of a literal."""
    if isinstance(term, NamedNode):
        return compress(term.value)
    return term.value if isinstance(term, Literal) else ""


#: The graphs that come from the sources themselves, as against those that are computed.
ASSERTED = tuple(NamedNode(GRAPHS[name]) for name in ("ontology", "background", "claims"))
