"""The snapshot: everything computed from the sources, once, in files named by their content.

A snapshot is four files: `graph.nq` (all five graphs as canonical N-Quads), `questions.json`
(the parsed question library), `terms.json` (what names resolve to) and `manifest.json` (digest,
counts, status of the articles, lengths of the other files). It is built in a folder beside its
place and renamed into it, so that it is there whole or not at all.
"""

from __future__ import annotations

import os
import sys

from crampkg.errors import SourceError
from crampkg.records import Parameter, Question, Status, Term

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from crampkg.sources import Sources

_DIGEST = frozenset("0123456789abcdef")

FILES = ("graph.nq", "manifest.json", "questions.json", "terms.json")

#: What a killed build left is cleared when it is older than this many seconds: writing takes less
#: than one, and a builder that was stopped for longer finds its folder gone and keeps to memory.
STALE = 60

#: A snapshot of sources that are no more is cleared this many seconds after it was built.
UNUSED = 30 * 24 * 3600


class Snapshot:
    """A built snapshot, read from a folder or held in memory; each file is read when needed."""

    def __init__(self, read: Callable[[str], bytes], notices: tuple[str, ...] = ()) -> None:
        self.read = read
        self.notices = notices
        self._questions: dict[str, Question] | None = None
        self._terms: list[Term] | None = None
        self._manifest: dict[str, Any] | None = None

    @property
    def nquads(self) -> bytes:
        """Canonical N-Quads of all graphs, sorted, blank nodes named by RDFC-1.0."""
        return self.read("graph.nq")

    @property
    def questions(self) -> dict[str, Question]:
        """The question library by id, sorted."""
        if self._questions is None:
            self._questions = {
                fields["id"]: Question(
                    **{
                        **fields,
                        "tags": tuple(fields["tags"]),
                        "overview": tuple(fields["overview"]),
                        "params": tuple(Parameter(*values) for values in fields["params"]),
                    }
                )
                for fields in self._json("questions.json")
            }
        return self._questions

    @property
    def terms(self) -> list[Term]:
        """Everything that has a label, sorted by IRI."""
        if self._terms is None:
            self._terms = [to_term(fields) for fields in self._json("terms.json")]
        return self._terms

    @property
    def manifest(self) -> dict[str, Any]:
        """Digest of the sources, version, number of triples by graph."""
        if self._manifest is None:
            self._manifest = self._json("manifest.json")
        return self._manifest

    @property
    def statuses(self) -> tuple[Status, ...]:
        """What must travel with answers, one status for each article, by its IRI."""
        return tuple(Status(*values) for values in self.manifest["articles"])

    def _json(self, name: str) -> Any:
        import json

        return json.loads(self.read(name))


def to_term(fields: list[Any]) -> Term:
    """Return the term of one row of the index."""
    iri, label, synonyms, kinds, definition, hidden = fields
    return Term(iri, label, tuple(synonyms), tuple(kinds), definition, tuple(hidden))


def open_snapshot(sources: Sources, announce: Callable[[str], None] | None = None) -> Snapshot:
    """Return the snapshot of `sources`: the one carried by the wheel, the cached one, or a new one.

    A new one is kept in `$CRAMPKG_CACHE`, else in the user's cache folder; where that cannot be
    written it is held in memory, which `Snapshot.notices` then says. `announce` is told before a
    build begins. Raises `SourceError` when the sources cannot be read or parsed.
    """
    if sources.carried_snapshot is not None:
        return Snapshot(_folder_reader(sources.carried_snapshot))
    digest = digest_of(sources)
    cache = _cache_folder()
    folder = os.path.join(cache, digest)
    if _is_whole(folder):
        return Snapshot(_folder_reader(folder))
    if announce is not None:
        announce("The sources are new or have changed: building the graph, which takes a moment.")
    files = build(sources, digest)
    if digest_of(sources) != digest:  # somebody wrote to the sources meanwhile
        return Snapshot(files.__getitem__)
    try:
        _keep(files, cache, folder)
    except OSError as error:
        notice = (
            f"The cache folder {cache} cannot be written ({error.strerror or error}), so the graph "
            "was built in memory and will be built again next time. Set CRAMPKG_CACHE to a folder "
            "that can be written."
        )
        return Snapshot(files.__getitem__, (notice,))
    return Snapshot(_folder_reader(folder))


def build_into(sources: Sources, folder: str) -> None:
    """Build the snapshot of `sources` and write its files into the existing `folder`.

    Raises `SourceError` when the sources cannot be read or parsed, OSError when writing fails.
    """
    _write(build(sources, digest_of(sources)), folder)


def build(sources: Sources, digest: str) -> dict[str, bytes]:
    """Return the content of each file of the snapshot: load, derive, reason, describe."""
    import hashlib
    import json

    from pyoxigraph import CanonicalizationAlgorithm, Dataset, Store

    from crampkg.pipeline.index import index, statuses
    from crampkg.pipeline.library import read_library
    from crampkg.pipeline.load import load
    from crampkg.pipeline.rules import derive, reason
    from crampkg.vocabulary import GRAPHS

    def text(value: object) -> bytes:
        return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"

    loaded = Dataset(load(sources))
    loaded.canonicalize(CanonicalizationAlgorithm.RDFC_1_0)
    lines = {f"{quad} .\n" for quad in loaded}
    store = Store()
    store.extend(loaded)
    derive(store, sources)
    reason(store, sources)
    # Oxigraph normalises literals: what was loaded keeps the lexical forms of its files.
    for name in ("facts", "inferred"):
        lines.update(f"{quad} .\n" for quad in _graph(store, GRAPHS[name]))
    counts = {name: sum(1 for _ in _graph(store, iri)) for name, iri in GRAPHS.items()}
    files = {
        "graph.nq": "".join(sorted(lines)).encode(),
        "questions.json": text([question._asdict() for question in read_library(sources)]),
        "terms.json": text(index(store)),
    }
    manifest = {
        "digest": digest,
        "identifier": hashlib.sha256(files["graph.nq"]).hexdigest(),
        "triples": counts,
        "articles": statuses(store),
        "bytes": {name: len(content) for name, content in files.items()},
    }
    return {**files, "manifest.json": text(manifest)}


def digest_of(sources: Sources) -> str:
    """Return the SHA-256, in hexadecimal, of every source file and of the code that builds."""
    import hashlib

    import pyoxigraph

    digest = hashlib.sha256(pyoxigraph.__version__.encode())
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    code = ["__init__.py", "convert.py", "sources.py", "vocabulary.py"]
    for folder in ("pipeline", "questions"):
        names = sorted(os.listdir(os.path.join(package, folder)))
        code += [os.path.join(folder, name) for name in names if name.endswith(".py")]
    texts = [(name, sources.path(name)) for name in sources.files()]
    for name, path in [*((name, os.path.join(package, name)) for name in code), *texts]:
        try:
            with open(path, "rb") as file:
                content = file.read()
        except OSError as error:
            message = f"{name} cannot be read: {error.strerror}. Check its name and permissions."
            raise SourceError(message, path=name) from None
        digest.update(f"\0{name}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()


def _graph(store: Any, iri: str) -> Any:
    from pyoxigraph import NamedNode

    return store.quads_for_pattern(None, None, None, NamedNode(iri))


def _cache_folder() -> str:
    chosen = os.environ.get("CRAMPKG_CACHE")
    if chosen:
        return os.path.abspath(chosen)
    if sys.platform == "linux":  # what platformdirs would say, without the cost of asking it
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        return os.path.join(base, "crampkg")
    import platformdirs

    return platformdirs.user_cache_dir("crampkg", appauthor=False)


def _is_whole(folder: str) -> bool:
    """Tell whether a folder holds a snapshot, each file as long as the manifest says."""
    import json

    try:
        with open(os.path.join(folder, "manifest.json"), "rb") as file:
            lengths = json.loads(file.read())["bytes"]
        return all(
            os.stat(os.path.join(folder, name)).st_size == length
            for name, length in lengths.items()
        )
    except (OSError, ValueError, KeyError, AttributeError):
        return False


def _folder_reader(folder: str) -> Callable[[str], bytes]:
    def read(name: str) -> bytes:
        path = os.path.join(folder, name)
        try:
            with open(path, "rb") as file:
                return file.read()
        except OSError as error:
            message = (
                f"The snapshot file {path} cannot be read: {error.strerror}. Remove the folder "
                "that it is in, and it is built again."
            )
            raise SourceError(message, path=path) from None

    return read


def _keep(files: Mapping[str, bytes], cache: str, folder: str) -> None:
    """Put `files` into `folder`, whole or not at all; a builder that was faster is left alone.

    A folder that was damaged meanwhile, by a full disk or by hand, makes room.
    """
    import shutil
    import tempfile

    os.makedirs(cache, exist_ok=True)
    _clear_litter(cache)
    beside = tempfile.mkdtemp(prefix=".building-", dir=cache)
    try:
        _write(files, beside)
        os.chmod(beside, 0o755)  # noqa: S103 - a cache of public data, as readable as its parent
        if os.path.isdir(folder) and not _is_whole(folder):
            shutil.rmtree(folder, ignore_errors=True)
        os.rename(beside, folder)
    except OSError:
        if not _is_whole(folder):
            raise
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _write(files: Mapping[str, bytes], folder: str) -> None:
    for name, content in files.items():
        with open(os.path.join(folder, name), "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _clear_litter(cache: str) -> None:
    import shutil
    import time

    with os.scandir(cache) as entries:
        for entry in entries:
            is_litter = entry.name.startswith(".building-")
            if not is_litter and not _DIGEST.issuperset(entry.name):
                continue  # not ours
            try:
                age = time.time() - entry.stat().st_mtime
            except OSError:  # its builder has just finished
                continue
            if age > (STALE if is_litter else UNUSED):
                shutil.rmtree(entry.path, ignore_errors=True)
