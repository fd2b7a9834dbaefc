"""The snapshot: built once, whole or not at all, whoever else is building."""

from __future__ import annotations

import errno
import io
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from tiny import QUESTIONS, TinySources, written

from crampkg.errors import SourceError
from crampkg.pipeline import snapshot
from crampkg.pipeline.snapshot import FILES, build, build_into, digest_of, open_snapshot
from crampkg.sources import Sources

ROOT = Path(__file__).parents[2]
OPEN = (
    "import sys; from crampkg.graph import KnowledgeGraph; "
    "print(len(KnowledgeGraph.open(sys.argv[1]).ask('denied-claims')))"
)


@pytest.fixture(scope="module")
def built() -> dict[str, bytes]:
    """What a build of the tiny sources gives, built once."""
    return build(TinySources(), digest_of(TinySources()))


@pytest.fixture
def tiny(built: dict[str, bytes], monkeypatch: pytest.MonkeyPatch) -> Sources:
    """Sources that are built in no time."""
    monkeypatch.setattr(snapshot, "build", lambda *_: built)
    return TinySources()


@pytest.fixture
def small(tmp_path: Path) -> Sources:
    """Return the tiny sources in a folder of their own."""
    return Sources(str(written(tmp_path / "small")))


def environment(cache: Path) -> dict[str, str]:
    return {**os.environ, "CRAMPKG_CACHE": str(cache), "PYTHONPATH": str(ROOT / "src")}


def test_is_built_once_and_found_again(
    small: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "cache"))
    told: list[str] = []
    first = open_snapshot(small, told.append)
    again = open_snapshot(small, told.append)
    assert len(told) == 1
    assert first.nquads == again.nquads
    assert first.notices == again.notices == ()
    assert sorted(os.listdir(tmp_path / "cache" / digest_of(small))) == list(FILES)


def test_is_the_same_bytes_from_run_to_run(sources: Sources) -> None:
    code = (
        "import sys, hashlib; from crampkg.sources import Sources; "
        "from crampkg.pipeline.snapshot import build; "
        "files = build(Sources(sys.argv[1]), 'x'); "
        "print([(n, hashlib.sha256(files[n]).hexdigest()) for n in sorted(files)])"
    )
    printed = {
        subprocess.run(
            [sys.executable, "-c", code, sources.root],
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            check=True,
        ).stdout
        for seed in ("1", "2")
    }
    assert len(printed) == 1


def test_changes_with_any_source(sources: Sources) -> None:
    before = digest_of(sources)
    path = Path(sources.path("data/concepts/anatomy.ttl"))
    path.write_text(path.read_text() + "\n", encoding="utf-8")
    assert digest_of(sources) != before


def test_changes_with_any_code_that_builds(tiny: Sources, monkeypatch: pytest.MonkeyPatch) -> None:
    """An index of names with another shape, say, is never read as if it were the present one."""
    code = (
        "import sys; from crampkg.pipeline.snapshot import build; from tiny import TinySources; "
        "build(TinySources(), 'x'); "
        "print(*(module.__file__ for name, module in sys.modules.items() "
        "if name.startswith('crampkg')), sep='\\n')"
    )
    path = os.pathsep.join(str(ROOT / folder) for folder in ("src", "tests"))
    ran = subprocess.run(
        [sys.executable, "-c", code],
        env={**os.environ, "PYTHONPATH": path},
        capture_output=True,
        check=True,
        text=True,
    )
    imported = {Path(line) for line in ran.stdout.split()}
    assert len(imported) > 10
    hashed: set[Path] = set()

    def opened(path: str, *words: str) -> IO[bytes]:
        hashed.add(Path(path))
        return io.BytesIO()

    monkeypatch.setattr("builtins.open", opened)
    digest_of(tiny)
    monkeypatch.undo()
    empty = {ROOT / "src" / "crampkg" / "engine" / "__init__.py"}  # says what is in the folder
    assert imported - hashed == empty


def test_two_builders_at_once_do_not_collide(small: Sources, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    processes = [
        subprocess.Popen(
            [sys.executable, "-c", OPEN, small.root],
            env=environment(cache),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        for _ in range(3)
    ]
    for process in processes:
        out, err = process.communicate(timeout=60)
        assert (process.returncode, out, err) == (0, b"1\n", b"")
    assert os.listdir(cache) == [digest_of(small)]


def test_a_killed_build_leaves_nothing_that_is_read_and_its_litter_is_cleared(
    small: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    code = (
        "import os, sys, time; from crampkg.pipeline import snapshot; "
        "from crampkg.sources import Sources; sync = os.fsync; "
        "os.fsync = lambda fd: (sync(fd), print('writing', flush=True), time.sleep(60)); "
        "snapshot.open_snapshot(Sources(sys.argv[1]))"
    )
    process = subprocess.Popen(
        [sys.executable, "-c", code, small.root], env=environment(cache), stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    assert process.stdout.readline() == b"writing\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    litter = [name for name in os.listdir(cache) if name.startswith(".building-")]
    assert len(litter) == 1
    assert not (cache / digest_of(small)).exists()

    make_older(cache / litter[0], snapshot.STALE)
    monkeypatch.setenv("CRAMPKG_CACHE", str(cache))
    assert open_snapshot(small).notices == ()
    assert os.listdir(cache) == [digest_of(small)]


def test_a_cache_that_cannot_be_written_means_memory_and_a_notice(
    small: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()  # below a file nobody can make a folder, not even root
    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "file" / "cache"))
    found = open_snapshot(small)
    assert b"crampkg" in found.nquads
    assert len(found.notices) == 1
    assert "built in memory" in found.notices[0]
    assert "CRAMPKG_CACHE" in found.notices[0]


def test_a_full_disk_means_memory_and_a_notice_and_nothing_half_written(
    small: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(os, "fsync", full)
    found = open_snapshot(small)
    assert len(found.questions) == len(QUESTIONS)
    assert "No space left" in found.notices[0]
    assert os.listdir(tmp_path / "cache") == []


def test_a_disk_that_fills_while_writing_means_memory_and_a_notice(
    small: Sources, tmp_path: Path
) -> None:
    cache = tmp_path / "cache"
    code = (
        "import resource, sys; from crampkg.graph import KnowledgeGraph; "
        "resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000)); "
        "graph = KnowledgeGraph.open(sys.argv[1]); "
        "print(len(graph.ask('denied-claims')), *graph.notices)"
    )
    ran = subprocess.run(
        [sys.executable, "-c", code, small.root],
        # Python 3.11 would leave the compiled modules that it writes cut off, too.
        env={**environment(cache), "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.startswith(f"1 The cache folder {cache} cannot be written")
    assert os.listdir(cache) == []


def test_what_changes_during_the_build_is_not_kept(
    small: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def building(changing: Sources, digest: str) -> dict[str, bytes]:
        files = build(changing, digest)
        (Path(changing.root) / "data" / "new.ttl").touch()
        return files

    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(snapshot, "build", building)
    assert len(open_snapshot(small).questions) == len(QUESTIONS)
    assert not (tmp_path / "cache").exists()


def make_older(folder: Path, seconds: int) -> None:
    """Make a folder older than it may become."""
    old = time.time() - seconds - 1
    os.utime(folder, (old, old))


def of_another_checkout(cache: Path, digest: str) -> Path:
    """Put the snapshot of other sources into a cache."""
    folder = cache / digest
    folder.mkdir(parents=True)
    for name in FILES:
        (folder / name).write_text(json.dumps({"digest": digest}), encoding="utf-8")
    return folder


def test_snapshots_of_sources_long_gone_are_cleared(
    small: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cache = tmp_path / "cache"
    gone, recent = (of_another_checkout(cache, letter * 64) for letter in "ab")
    make_older(gone, snapshot.UNUSED)
    monkeypatch.setenv("CRAMPKG_CACHE", str(cache))
    open_snapshot(small)
    assert (gone.exists(), recent.exists()) == (False, True)


@pytest.mark.parametrize("manifest", [None, "", "{}", "[]", '{"digest": "%s"}' % ("d" * 64)])
def test_a_folder_of_somebody_else_in_the_cache_is_left_alone(
    manifest: str | None, tmp_path: Path
) -> None:
    others = {"2019", "bed", "mine", "c" * 64, ".building-mine", f".building-{'c' * 64}-x"}
    names = ["photograph"] if manifest is None else ["manifest.json", "photograph"]
    for other in others:
        (tmp_path / other).mkdir()
        for name in names:
            (tmp_path / other / name).write_text(manifest or "", encoding="utf-8")
        make_older(tmp_path / other, snapshot.UNUSED)
    snapshot._keep(dict.fromkeys(FILES, b"{}"), str(tmp_path), "e" * 64)
    assert {path.name for path in tmp_path.iterdir()} == {*others, "e" * 64}
    assert all(sorted(os.listdir(tmp_path / other)) == names for other in others)


def test_what_is_no_file_of_ours_is_never_removed(tmp_path: Path) -> None:
    """Neither what somebody put beside our files, nor what a link leads to."""
    cache = tmp_path / "cache"
    gone = of_another_checkout(cache, "a" * 64)
    (gone / "notes.txt").touch()
    linked = cache / ("b" * 64)
    linked.symlink_to(of_another_checkout(tmp_path / "elsewhere", "b" * 64))
    make_older(gone, snapshot.UNUSED)
    make_older(linked.resolve(), snapshot.UNUSED)
    snapshot._clear(str(cache))
    assert [path.name for path in gone.iterdir()] == ["notes.txt"]
    assert len(list(linked.iterdir())) == len(FILES)


def test_a_library_that_asks_another_server_is_refused(sources: Sources) -> None:
    path = Path(sources.path("queries/denied-claims.rq"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace("WHERE {", "WHERE { SERVICE <http://x/> {} ", 1), encoding="utf-8")
    with pytest.raises(SourceError, match=r"denied-claims\.rq: .* SERVICE"):
        build(sources, "x")


def one_letter_else(content: bytes) -> bytes:
    """Return the same number of bytes, the one in the middle another one."""
    middle = len(content) // 2
    return content[:middle] + b"%c" % (content[middle] ^ 1) + content[middle + 1 :]


@pytest.mark.parametrize(
    "damage",
    [one_letter_else, lambda content: content[:-2], lambda _: b"", lambda _: b"{}", None],
    ids=["a letter", "cut off", "empty", "of another form", "gone"],
)
@pytest.mark.parametrize("name", FILES)
def test_a_damaged_snapshot_is_built_again_and_that_is_said(
    name: str,
    damage: Callable[[bytes], bytes] | None,
    tiny: Sources,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "cache"))
    open_snapshot(tiny)
    folder = tmp_path / "cache" / digest_of(tiny)
    whole = {file.name: file.read_bytes() for file in folder.iterdir()}
    (folder / name).unlink()
    if damage is not None:
        (folder / name).write_bytes(damage(whole[name]))
    mended = open_snapshot(tiny)
    assert mended.notices == (f"The snapshot in {folder} was damaged, and has been built again.",)
    assert {name: mended.read(name) for name in FILES} == whole
    assert {file.name: file.read_bytes() for file in folder.iterdir()} == whole
    assert [path.name for path in (tmp_path / "cache").iterdir()] == [digest_of(tiny)]
    assert open_snapshot(tiny).notices == ()


def without(name: str, sources: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the folder of a snapshot in a cache of its own, with one of its files gone."""
    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "cache"))
    open_snapshot(sources)
    folder = tmp_path / "cache" / digest_of(sources)
    (folder / name).unlink()
    return folder


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
@pytest.mark.parametrize("name", FILES)
def test_no_pipe_in_the_cache_is_read(
    name: str, tiny: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """To read one had no end, in the folder of the snapshot or in that of an old one."""
    folder = without(name, tiny, tmp_path, monkeypatch)
    os.mkfifo(folder / name)
    other = folder.parent / "2019"
    other.mkdir()
    os.mkfifo(other / "manifest.json")
    assert "has been built again" in open_snapshot(tiny).notices[0]
    assert open_snapshot(tiny).notices == ()


@pytest.mark.parametrize("name", ["graph.nq", "manifest.json"])
def test_what_cannot_be_replaced_in_the_cache_is_named(
    name: str, tiny: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another folder was to be chosen, where removing this one will do, and does."""
    folder = without(name, tiny, tmp_path, monkeypatch)
    (folder / name).mkdir()
    stuck = open_snapshot(tiny)
    assert len(stuck.notices) == 1
    assert f"The snapshot in {folder} is damaged and cannot be replaced" in stuck.notices[0]
    assert "Remove that folder" in stuck.notices[0]
    shutil.rmtree(folder)
    assert open_snapshot(tiny).notices == ()


def test_a_file_in_the_place_of_a_snapshot_is_named(
    tiny: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "cache"))
    place = tmp_path / "cache" / digest_of(tiny)
    place.parent.mkdir()
    place.touch()
    assert f"The snapshot in {place} is damaged" in open_snapshot(tiny).notices[0]


def test_a_damaged_snapshot_that_the_package_carries_is_not_used(
    tiny: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    carried = tmp_path / "carried"
    carried.mkdir()
    build_into(tiny, str(carried))
    whole = (carried / "graph.nq").read_bytes()
    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(Sources, "carried_snapshot", str(carried))
    assert open_snapshot(tiny).nquads == whole
    assert not (tmp_path / "cache").exists()
    (carried / "graph.nq").write_bytes(one_letter_else(whole))
    opened = open_snapshot(tiny)
    assert opened.nquads == whole
    assert "Install crampkg again" in opened.notices[0]


def test_a_snapshot_that_is_lost_while_it_is_open_is_answered_from(
    tiny: Sources, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CRAMPKG_CACHE", str(tmp_path / "cache"))
    whole = open_snapshot(tiny).nquads
    opened = open_snapshot(tiny)
    shutil.rmtree(tmp_path / "cache")
    assert opened.nquads == whole


def test_keeps_the_lexical_forms_of_the_sources(sources: Sources) -> None:
    path = Path(sources.path("data/concepts/anatomy.ttl"))
    path.write_text(
        path.read_text(encoding="utf-8")
        + '\nkg:calf <http://example.org/p> "1.50"^^<http://www.w3.org/2001/XMLSchema#decimal> .\n',
        encoding="utf-8",
    )
    assert b'"1.50"^^' in build(sources, "x")["graph.nq"]


def test_is_sorted_and_names_every_graph(sources: Sources, tmp_path: Path) -> None:
    build_into(sources, str(tmp_path))
    lines = (tmp_path / "graph.nq").read_text(encoding="utf-8").splitlines()
    assert lines == sorted(set(lines))
    for graph in ("ontology", "background", "claims", "facts-without-hedges", "inferred"):
        assert any(line.endswith(f"/graph/{graph}> .") for line in lines)
