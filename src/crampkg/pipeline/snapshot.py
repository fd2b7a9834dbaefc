"""The snapshot: everything computed from the sources, once, in files named by their content.

A snapshot is six files: `graph.nq` (all five graphs as canonical N-Quads), `instances.json` (the
rule instances), `questions.json` (the parsed question library), `terms.jsonl` and `names.tsv` (the
index of names), and `manifest.json` (digest, counts, status of the articles, checksums of all). It
is built in a folder beside its place and renamed, so that it is complete or absent. Opening one
verifies it.
"""

from __future__ import annotations

import os
import sys

from crampkg.errors import SourceError, UsageError
from crampkg.library import Library
from crampkg.model import Status
from crampkg.text import json_bytes
from crampkg.vocabulary import PREFIXES

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import Any

    from crampkg.name_index import NameIndex
    from crampkg.pipeline.instances import Instances
    from crampkg.sources import Sources

FILES = (
    "graph.nq",
    "instances.json",
    "manifest.json",
    "names.tsv",
    "questions.json",
    "terms.jsonl",
)

_MANIFEST = "manifest.json"

#: The prefix of the folder of a build in progress; the digest follows.
_BUILDING = ".building-"

#: The age in seconds at which the remains of a killed build are removed. Writing takes less than
#: one; a builder suspended for longer finds its folder gone and keeps its snapshot in memory.
STALE = 60

#: The age in seconds at which a snapshot of earlier sources is removed.
UNUSED = 30 * 24 * 3600


class Snapshot:
    """A built snapshot, its files in memory; each is parsed when needed."""

    def __init__(self, read: Callable[[str], bytes], notices: tuple[str, ...] = ()) -> None:
        self.read = read
        self.notices = notices
        self._questions: Library | None = None
        self._manifest: dict[str, Any] | None = None

    @property
    def nquads(self) -> bytes:
        """Canonical N-Quads of all graphs, sorted, blank nodes named by `blank_nodes`."""
        return self.read("graph.nq")

    @property
    def questions(self) -> Library:
        """The question library."""
        if self._questions is None:
            self._questions = Library.from_rows(self._json("questions.json"))
        return self._questions

    @property
    def terms(self) -> NameIndex:
        """All resources with a label, sorted by IRI."""
        from crampkg.name_index import NameIndex

        return NameIndex(self.read("terms.jsonl"), self.read("names.tsv"))

    @property
    def instances(self) -> Instances:
        """The rule instances behind the inferences, parsed again on each access."""
        from crampkg.pipeline.instances import Instances

        return Instances.from_json(self.read("instances.json"))

    @property
    def manifest(self) -> dict[str, Any]:
        """Digest of the sources, version, number of triples by graph."""
        if self._manifest is None:
            self._manifest = self._json("manifest.json")
        return self._manifest

    @property
    def article_prefixes(self) -> dict[str, str]:
        """The namespace of each article by the prefix that its record chooses."""
        prefixes: dict[str, str] = self.manifest["prefixes"]
        return prefixes

    @property
    def prefixes(self) -> dict[str, str]:
        """All prefixes that need no declaration: the usual ones, and those of articles."""
        return {**PREFIXES, **self.article_prefixes}

    @property
    def statuses(self) -> tuple[Status, ...]:
        """The status of each article, by IRI; it goes with every answer."""
        return tuple(Status(*values) for values in self.manifest["articles"])

    def _json(self, name: str) -> Any:
        import json

        return json.loads(self.read(name))


def open_snapshot(sources: Sources, announce: Callable[[str], None] | None = None) -> Snapshot:
    """Return the snapshot of `sources`: the one in the wheel, the cached one, or a new one.

    A new one is kept in `$CRAMPKG_CACHE`, else in the user's cache folder. If that cannot be
    written, it is held in memory, and `Snapshot.notices` says so. A damaged one is rebuilt, also
    with a notice. `announce` is called before a build begins. Raises `SourceError` when the sources
    cannot be read or parsed.
    """
    notices = []
    if sources.carried_snapshot is not None:
        files = _verified(sources.carried_snapshot)
        if files is not None:
            return Snapshot(files.__getitem__)
        notices.append(
            f"The snapshot that the package carries, in {sources.carried_snapshot}, is damaged: "
            "the graph is built from the package's sources instead. Install crampkg again."
        )
    digest = digest_of(sources)
    cache = _cache_folder()
    folder = os.path.join(cache, digest)
    files = _verified(folder)
    if files is not None:
        return Snapshot(files.__getitem__, tuple(notices))
    is_damaged = os.path.lexists(folder)
    if announce is not None:
        why = "The snapshot is damaged" if is_damaged else "The sources are new or have changed"
        announce(f"{why}: building the graph, which takes a moment.")
    files = build(sources, digest)
    if digest_of(sources) != digest:  # the sources changed meanwhile
        return Snapshot(files.__getitem__, tuple(notices))
    try:
        _keep(files, cache, digest)
    except OSError as error:
        problem, remedy = f"The cache folder {cache} cannot be written", "Set"
        if is_damaged:
            problem = f"The snapshot in {folder} is damaged and cannot be replaced"
            remedy = "Remove that folder with all that is in it, or set"
        notices.append(
            f"{problem} ({error.strerror or error}), so the graph was built in memory and will be "
            f"built again next time. {remedy} CRAMPKG_CACHE to a folder that can be written."
        )
    else:
        if is_damaged:
            notices.append(f"The snapshot in {folder} was damaged, and has been built again.")
    return Snapshot(files.__getitem__, tuple(notices))


def build_into(sources: Sources, folder: str) -> None:
    """Build the snapshot of `sources` and write its files into the existing `folder`.

    Raises `SourceError` when the sources cannot be read or parsed, OSError when writing fails.
    """
    _write(build(sources, digest_of(sources)), folder)


def build(sources: Sources, digest: str) -> dict[str, bytes]:
    """Return the content of each file of the snapshot: load, derive, reason, describe."""
    import hashlib
    import zlib

    from pyoxigraph import Store

    from crampkg.blank_nodes import relabelled
    from crampkg.engine.embedded import EmbeddedEngine
    from crampkg.name_index import NameIndex
    from crampkg.pipeline.index import article_prefixes, index, of_kinds, statuses
    from crampkg.pipeline.instances import FOLDERS, Instances
    from crampkg.pipeline.load import load
    from crampkg.pipeline.rules import (
        check_vocabulary,
        derive,
        leave_out_anonymous_types,
        rulebook,
        saturate,
    )
    from crampkg.vocabulary import GRAPHS

    try:
        loaded = relabelled(load(sources))
    except UsageError as error:  # too many blank nodes that look alike
        raise SourceError(f"The sources cannot be loaded. {error}") from None
    lines = {f"{quad} .\n" for quad in loaded}
    store = Store()
    store.extend(loaded)
    check_vocabulary(store, sources)
    derive(store, sources)
    saturate(store, sources)
    instances = Instances.of(store, rulebook(sources, *FOLDERS))
    leave_out_anonymous_types(store)
    # Oxigraph normalises literals: quads from files are added with their own lexical forms.
    for name in ("facts-without-hedges", "inferred"):
        lines.update(f"{quad} .\n" for quad in _graph(store, GRAPHS[name]))
    counts = {name: sum(1 for _ in _graph(store, iri)) for name, iri in GRAPHS.items()}
    terms = index(store)
    names = NameIndex.of(terms)
    questions = Library.read(sources).fitted(EmbeddedEngine.over(store), of_kinds(terms))
    files = {
        "graph.nq": "".join(sorted(lines)).encode(),
        "instances.json": instances.to_json(),
        "names.tsv": names.names,
        "questions.json": json_bytes(questions.rows(), compact=True),
        "terms.jsonl": names.terms,
    }
    manifest = {
        "digest": digest,
        "identifier": hashlib.sha256(files["graph.nq"]).hexdigest(),
        "triples": counts,
        "articles": statuses(store),
        "prefixes": article_prefixes(store),
    }
    checksums = {name: zlib.crc32(content) for name, content in files.items()}
    checksums[_MANIFEST] = zlib.crc32(json_bytes(manifest, compact=True))
    # The manifest first: it marks the folder as ours if the build is killed later.
    return {_MANIFEST: json_bytes({**manifest, "checksums": checksums}, compact=True), **files}


def digest_of(sources: Sources) -> str:
    """Return the SHA-256, in hexadecimal, of every source file and of the code that builds."""
    import hashlib

    import pyoxigraph

    digest = hashlib.sha256(pyoxigraph.__version__.encode())
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    code = [os.path.join("engine", name) for name in ("embedded.py", "guard.py")]
    for folder in ("", "articles", "pipeline"):
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
    if sys.platform == "linux":  # as platformdirs does, without its import
        base = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")
        return os.path.join(base, "crampkg")
    import platformdirs

    return platformdirs.user_cache_dir("crampkg", appauthor=False)


def _verified(folder: str) -> dict[str, bytes] | None:
    """Return the files of a snapshot, or None if any of them is damaged.

    By CRC-32: it detects any change of a few letters, and importing hashlib takes longer than the
    whole check (`bench/ask_csv.py`).
    """
    import json
    import zlib

    files = {}
    try:
        for name in FILES:
            files[name] = _content(os.path.join(folder, name))
        manifest = json.loads(files[_MANIFEST])
        checksums = manifest.pop("checksums")
        contents = {**files, _MANIFEST: json_bytes(manifest, compact=True)}
        is_whole = all(zlib.crc32(contents[name]) == checksums[name] for name in FILES)
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        return None
    return files if is_whole else None


def _keep(files: Mapping[str, bytes], cache: str, digest: str) -> None:
    """Move `files` into their folder, all or nothing; a snapshot already there is left alone.

    In a damaged folder each file is replaced: all builders write the same bytes.
    """
    import tempfile

    os.makedirs(cache, exist_ok=True)
    _clear(cache)
    folder = os.path.join(cache, digest)
    beside = tempfile.mkdtemp(prefix=f"{_BUILDING}{digest}-", dir=cache)
    try:
        _write(files, beside)
        os.chmod(beside, 0o755)  # noqa: S103 - a cache of public data, as readable as its parent
        try:
            os.rename(beside, folder)
        except OSError:
            if not os.path.isdir(folder):
                raise
            if _verified(folder) is None:
                for name in FILES:
                    os.replace(os.path.join(beside, name), os.path.join(folder, name))
    finally:
        _remove(beside)


def _write(files: Mapping[str, bytes], folder: str) -> None:
    for name, content in files.items():
        with open(os.path.join(folder, name), "xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())


def _clear(cache: str) -> None:
    """Remove snapshots of earlier sources and the remains of killed builds, and nothing else.

    A folder is ours if its manifest has the digest in its name.
    """
    import time

    with os.scandir(cache) as entries:
        for entry in entries:
            is_unfinished = entry.name.startswith(_BUILDING)
            digest = entry.name.removeprefix(_BUILDING).partition("-")[0]
            try:
                if not entry.is_dir(follow_symlinks=False) or not _is_ours(entry.path, digest):
                    continue
                age = time.time() - entry.stat().st_mtime
            except OSError:  # its builder has just renamed it
                continue
            if age > (STALE if is_unfinished else UNUSED):
                _remove(entry.path)


def _is_ours(folder: str, digest: str) -> bool:
    """Return whether a folder has the manifest of the snapshot with this digest. Raises OSError."""
    import json

    content = _content(os.path.join(folder, _MANIFEST))
    try:
        return bool(json.loads(content)["digest"] == digest)
    except (ValueError, LookupError, TypeError):
        return False


def _content(path: str) -> bytes:
    """Return the bytes of a regular file; reading a pipe might never end. Raises OSError."""
    if not os.path.isfile(path):
        raise FileNotFoundError(path)
    with open(path, "rb") as file:
        return file.read()


def _remove(folder: str) -> None:
    """Remove the files of a snapshot, and their folder unless it holds anything else."""
    for name in FILES:
        try:
            os.unlink(os.path.join(folder, name))
        except OSError:  # gone, or protected
            pass
    try:
        os.rmdir(folder)
    except OSError:
        pass
