"""The sources as the checks need them: text, quads, graph, and the line of each name."""

from __future__ import annotations

import os
import re

from pyoxigraph import Literal, NamedNode, Quad, Store

from crampkg.articles.tables import COLUMNS, is_table
from crampkg.articles.triples import load_tables
from crampkg.engine.guard import check_source
from crampkg.errors import SourceError
from crampkg.export.jsonld import CONTEXT
from crampkg.model import Finding
from crampkg.pipeline.index import article_prefixes
from crampkg.pipeline.load import load_file
from crampkg.pipeline.rules import derive, reason
from crampkg.sources import SUBJECT, Sources, graph_of, inside, prove, read_subject, read_text
from crampkg.turtle import parse_turtle
from crampkg.vocabulary import GRAPHS, RDF, add_articles, compress

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from crampkg.check.rules import Breach, TruthRule

#: Turtle for the check of shapes, which belongs to no graph.
SHAPES = "ontology/shapes.ttl"

#: Files required for any check or export.
_NEEDED = (CONTEXT, "ontology/crampkg.ttl", SHAPES)
_TYPE = NamedNode(RDF + "type")
_PREFIX = re.compile(r"^@prefix\s+([\w-]*):\s+<([^>]*)>", re.MULTILINE)

#: The graphs that come from the sources, not computed.
ASSERTED = tuple(NamedNode(GRAPHS[name]) for name in ("ontology", "background", "claims"))

#: The possible beginnings of the name of a source file.
_FOLDERS = (
    "data/articles/",
    "data/concepts/",
    "data/mappings/",
    "ontology/",
    "queries/",
    "rules/",
)
_ENDINGS = (".ttl", ".sssom.tsv", ".rq", *(f"/{name}" for name in COLUMNS))


class Overlay(Sources):
    """The sources `base` with some files replaced or added; each file is read once.

    `placed` maps the names of the latter to their paths on disk.
    """

    def __init__(self, base: Sources, placed: Mapping[str, str]) -> None:
        super().__init__(base.root)
        self._base = base
        self._placed = placed
        self._names = sorted({*base.files(), *placed})
        self._texts: dict[str, str] = {}

    def files(self) -> list[str]:
        """Return the names of all files, those of `placed` included, sorted."""
        return self._names

    def path(self, name: str) -> str:
        """Return the path on disk of the file `name`."""
        return self._placed.get(name) or self._base.path(name)

    def text(self, name: str) -> str:
        """Return the text of the file `name`. Raises `SourceError` as `read_text` does."""
        if name not in self._texts:
            self._texts[name] = read_text(self.path(name), name)
        return self._texts[name]


class Material:
    """The parsed sources.

    `selected` names the files to check, by default all. `shown` maps the name of a file to its name
    in findings, if different. `broken` holds a finding for each file that cannot be read or parsed;
    while there are any, `store` is incomplete, and checks of the whole graph are skipped.
    """

    def __init__(self, sources: Sources, shown: Mapping[str, str] | None = None) -> None:
        self.sources = sources
        self.shown = shown or {}
        names = sources.files()
        self.selected = set(self.shown) or set(names)
        self.texts: dict[str, str] = {}
        self.quads: dict[str, list[Quad]] = {}
        self.store = Store()
        self.broken: list[Finding] = []
        self._lines: dict[str, _Lines] = {}
        for name in sorted({*names, *_NEEDED}):
            self._read(name)
        self._table_lines: dict[str, dict[str, int]] = {}
        if not self.broken:
            self._read_tables()
        #: By subject and file, the IRIs in its triples there, as predicate or object.
        self._described: dict[str, dict[str, set[str]]] = {}
        #: By predicate or object, the files with triples that contain it.
        self._using: dict[str, dict[str, None]] = {}
        self._index()
        self._name_articles()
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
        """Return a finding about the term `iri`, or None if its file is not selected.

        The default of `file` is the file with most of the IRIs `about` beside the term, else the
        file that defines the term, else one that uses it; selected files come first. A graph among
        `about` restricts the choice to the files of that graph.
        """
        if file is None:
            file = self._home(iri, set(about))
        if file is not None and file not in self.selected:
            return None
        line = self.line(file, iri) if file else None
        return Finding(check, self.show(file), line, compress(iri), problem, remedy)

    def findings(self, rules: Mapping[str, TruthRule], breaches: Iterable[Breach]) -> list[Finding]:
        """Return the findings for breaches of some rules, by id, in the selected files."""
        findings = []
        for breach in breaches:
            rule = rules[breach.rule]
            problem = rule.problem.format(**breach.values)
            remedy = rule.remedy.format(**breach.values)
            findings.append(self.finding(rule.id, breach.term, problem, remedy, breach.about))
        return [finding for finding in findings if finding is not None]

    def fault(self, error: SourceError, name: str) -> Finding:
        """Return the finding for a file that cannot be read or parsed."""
        message = str(error)
        for start in (f"{name}, line {error.line}: ", f"{name}: "):
            message = message.removeprefix(start)
        if message.startswith(f"{name} "):
            message = f"it {message.removeprefix(name).lstrip()}"
        problem, stop, remedy = message.rpartition(". ")
        if not stop:
            problem, remedy = remedy.removesuffix("."), "Mend the file."
        problem = f"{problem[:1].upper()}{problem[1:]}."
        return Finding("syntax", self.show(name), error.line, "", problem, remedy)

    def show(self, file: str | None) -> str:
        """Return the name of `file` in findings; an empty string for no file."""
        return "" if file is None else self.shown.get(file, file)

    def line(self, file: str, iri: str) -> int | None:
        """Return the first line of the block of `iri` in `file`.

        Without a block it is the first line with the name; None without the name.
        """
        if file in self._table_lines:
            return self._table_lines[file].get(iri) or _row_naming(self.texts[file], iri)
        if file not in self._lines:
            self._lines[file] = _Lines(self.texts.get(file, ""))
        return self._lines[file].of(iri)

    def file_of(self, quad: Quad) -> str | None:
        """Return the file that holds a quad, or None for a computed quad."""
        return next((name for name, quads in self.quads.items() if quad in quads), None)

    def terms(self) -> set[str]:
        """Return the IRIs of all resources described by the selected files."""
        return {iri for iri, files in self._described.items() if self.selected.intersection(files)}

    def _read(self, name: str) -> None:
        try:
            self.texts[name] = text = self.sources.text(name)
            if is_table(name):
                return
            if graph_of(name):
                self.quads[name] = list(load_file(name, text))
            elif name == SUBJECT:
                read_subject(self.sources)
            elif name == SHAPES:
                parse_turtle(text, name)  # checks its syntax
            elif name.startswith("rules/") and name.endswith(".rq"):
                check_source(text, name)
        except SourceError as error:
            self.broken.append(self.fault(error, name))
        else:
            self.store.extend(self.quads.get(name, ()))

    def _name_articles(self) -> None:
        """Register the prefixes of articles, for short names in findings."""
        try:
            add_articles(article_prefixes(self.store))
        except SourceError as error:
            self.broken.append(self.fault(error, ""))

    def _read_tables(self) -> None:
        """Read the tables, whose cells name resources of the other files."""
        texts = {name: text for name, text in self.texts.items() if is_table(name)}
        tables = load_tables(texts, [quad for quads in self.quads.values() for quad in quads])
        self.broken += (self.fault(fault, fault.path or "") for fault in tables.faults)
        self.quads.update(tables.quads)
        self._table_lines = tables.lines
        for quads in tables.quads.values():
            self.store.extend(quads)

    def _compute(self) -> None:
        try:
            derive(self.store, self.sources)
            reason(self.store, self.sources)
        except SourceError as error:
            self.broken.append(self.fault(error, error.path or ""))

    def _index(self) -> None:
        for name, quads in self.quads.items():
            for quad in quads:
                iris = [quad.predicate.value]
                if isinstance(quad.object, NamedNode):
                    iris.append(quad.object.value)
                if isinstance(quad.subject, NamedNode):
                    files = self._described.setdefault(quad.subject.value, {})
                    files.setdefault(name, set()).update(iris)
                for iri in iris:
                    self._using.setdefault(iri, {})[name] = None

    def _home(self, iri: str, about: set[str]) -> str | None:
        def rank(file: str) -> tuple[bool, int, bool]:
            iris = self._described.get(iri, {}).get(file, set())
            return file in self.selected, len(iris & about), _TYPE.value in iris

        files = [*self._described.get(iri, {})] or [*self._using.get(iri, {})]
        files = [file for file in files if graph_of(file) in about] or files
        return max(files, key=rank, default=None)


class _Lines:
    """The lines of a file by the names in them, indexed once for all findings."""

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
        """Return the first line that begins with `iri`, else the first with it, else None."""
        names = [f"<{iri}>"] + [
            f"{prefix}:{iri.removeprefix(namespace)}"
            for prefix, namespace in self._prefixes
            if iri.startswith(namespace)
        ]
        for lines in (self._beginning, self._naming):
            if numbers := [lines[name] for name in names if name in lines]:
                return min(numbers)
        return None


def place(base: Sources, paths: Sequence[str]) -> dict[str, str]:
    """Return the path of each file in or below `paths`, by its name in the sources.

    A file of the sources keeps its name. Of other files, one in a folder with an `article.ttl`
    belongs to an article with the name of the folder; any other takes the name in which its path
    ends (`draft/data/concepts/x.ttl`), else that of the only source file with the same base name,
    else one by its ending. Raises `SourceError` for a path that does not exist or holds no source.
    """
    known = base.files()
    placed: dict[str, str] = {}
    for path in paths:
        files = [path] if os.path.isfile(path) else sorted(_below(path))
        files = [file for file in files if _is_source(file)]
        if not files:
            problem = "holds nothing to check" if os.path.exists(path) else "is not there"
            message = f"{path} {problem}. Name a .ttl, .tsv, .rq or .yaml file or a folder."
            raise SourceError(message, path=path)
        for file in files:
            prove(file, file)
            placed[_name(base, known, file)] = file
    return placed


def _below(folder: str) -> Iterator[str]:
    for parent, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(files):
            if not name.startswith((".", "_")):
                yield os.path.join(parent, name)


def _is_source(path: str) -> bool:
    """Return whether a file can be a source; YAML is one only in `rules/text/`."""
    if path.endswith(".yaml"):
        return os.path.abspath(path).replace(os.sep, "/").rpartition("/")[0].endswith("rules/text")
    return f"/{path.replace(os.sep, '/')}".endswith(_ENDINGS)


def _name(base: Sources, known: list[str], path: str) -> str:
    full = os.path.abspath(path)
    name = inside(full, base.root)
    if name in known:
        return name
    folder, file = os.path.split(full)
    if file.endswith((".ttl", ".tsv")) and os.path.exists(os.path.join(folder, "article.ttl")):
        return f"data/articles/{os.path.basename(folder)}/{file}"
    slashed = full.replace(os.sep, "/")
    starts = [slashed.rfind(f"/{top}") + 1 for top in _FOLDERS]
    if any(starts):
        return slashed[max(starts) :]
    same = [name for name in known if name.rpartition("/")[2] == file]
    if len(same) == 1:
        return same[0]
    if file.endswith(".rq"):
        return f"queries/{file}"
    return f"data/{'mappings' if file.endswith('.sssom.tsv') else 'concepts'}/{file}"


def text_of(term: object) -> str:
    """Return a term of a result for people: a CURIE, or the text of a literal."""
    if isinstance(term, NamedNode):
        return compress(term.value)
    return term.value if isinstance(term, Literal) else ""


def _row_naming(text: str, iri: str) -> int | None:
    """Return the line of the first row of a table that names a thing of the article."""
    name = iri.rpartition("/")[2]
    for number, line in enumerate(text.splitlines(), 1):
        if name in re.split(r"[\t; ]", line):
            return number
    return None
