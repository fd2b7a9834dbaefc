"""The sources as the checks need them: text, quads, graph, and where each name stands."""

from __future__ import annotations

from pyoxigraph import Literal, NamedNode, Quad, Store

from crampkg.errors import SourceError
from crampkg.pipeline.load import load_file
from crampkg.pipeline.rules import derive, reason
from crampkg.records import Finding
from crampkg.sources import Sources, graph_of, read_text
from crampkg.turtle import format_text
from crampkg.vocabulary import GRAPHS, RDF, compress

#: Turtle that is read by the shapes' check and belongs to no graph.
SHAPES = "ontology/shapes.ttl"
_TYPE = NamedNode(RDF + "type")


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
        for name in self.names:
            self._read(name)
        self._defining: dict[str, list[str]] = {}
        self._using: dict[str, list[str]] = {}
        self._index()
        if not self.broken:
            self._compute()

    def finding(
        self, check: str, iri: str, problem: str, remedy: str, file: str | None = None
    ) -> Finding | None:
        """Return the finding about `iri`, or None when it is about none of the selected files.

        Its file is the selected one that defines the term, else one that uses it, unless given.
        """
        if file is None:
            file = self._home(iri)
        if file is not None and file not in self.selected:
            return None
        term = compress(iri)
        line = self.line(file, term) if file else None
        return Finding(check, self.show(file), line, term, problem, remedy)

    def fault(self, error: SourceError, name: str) -> Finding:
        """Return the finding that a file cannot be read or parsed."""
        said = str(error)
        for start in (f"{name}, line {error.line}: ", f"{name}: "):
            said = said.removeprefix(start)
        problem, stop, remedy = said.rpartition(". ")
        if not stop:
            problem, remedy = remedy.removesuffix("."), "Mend the file."
        return Finding("syntax", self.show(name), error.line, "", f"{problem}.", remedy)

    def show(self, file: str | None) -> str:
        """Return what `file` is called in findings; an empty string for no file."""
        return "" if file is None else self.shown.get(file, file)

    def line(self, file: str, term: str) -> int | None:
        """Return the number of the line in `file` that begins the block of `term`, a CURIE or IRI.

        Where nothing begins so, it is the first line that has the name at all; else None.
        """
        name = f"<{term}>" if ":/" in term else term
        first = None
        for number, line in enumerate(self.texts.get(file, "").splitlines(), 1):
            words = line.split()
            if name not in (word.rstrip(",;.") for word in words):
                continue
            if not line[0].isspace() and words[0].rstrip(",;.") == name:
                return number
            first = first or number
        return first

    def terms(self) -> set[str]:
        """Return the IRIs of everything that the selected files describe."""
        return {iri for iri, files in self._defining.items() if self.selected.intersection(files)}

    def _read(self, name: str) -> None:
        try:
            self.texts[name] = text = read_text(self.sources.path(name), name)
            if graph_of(name):
                self.quads[name] = list(load_file(name, text))
            elif name == SHAPES:
                format_text(text, name)  # for its syntax
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
            named = [
                (quad.subject.value, quad) for quad in quads if isinstance(quad.subject, NamedNode)
            ]
            spoken = {iri for iri, _ in named}
            defined = {iri for iri, quad in named if quad.predicate == _TYPE}
            used = {
                term.value
                for quad in quads
                for term in (quad.predicate, quad.object)
                if isinstance(term, NamedNode)
            }
            for iri in sorted(spoken, key=lambda iri: iri not in defined):
                files = self._defining.setdefault(iri, [])
                files.insert(0, name) if iri in defined else files.append(name)
            for iri in used:
                self._using.setdefault(iri, []).append(name)

    def _home(self, iri: str) -> str | None:
        for files in (self._defining.get(iri), self._using.get(iri)):
            if files:
                chosen = [file for file in files if file in self.selected]
                return (chosen or files)[0]
        return None


def text_of(term: object) -> str:
    """Return a term of a result as a person reads it: a CURIE, or the text of a literal."""
    if isinstance(term, NamedNode):
        return compress(term.value)
    return term.value if isinstance(term, Literal) else ""


#: The graphs that come from the sources themselves, as against those that are computed.
ASSERTED = tuple(NamedNode(GRAPHS[name]) for name in ("ontology", "background", "claims"))
