"""A file is replaced whole or not at all."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from crampkg.sources import replace_file


def test_a_new_file_is_as_readable_as_any_other(tmp_path: Path) -> None:
    ordinary, replaced = tmp_path / "ordinary", tmp_path / "replaced"
    ordinary.write_bytes(b"x")
    replace_file(str(replaced), b"x")
    assert replaced.read_bytes() == b"x"
    assert replaced.stat().st_mode == ordinary.stat().st_mode


def test_permissions_and_links_stay(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_bytes(b"old")
    file.chmod(0o640)
    link.symlink_to(file)
    replace_file(str(link), b"new")
    assert link.is_symlink()
    assert file.read_bytes() == b"new"
    assert stat.S_IMODE(file.stat().st_mode) == 0o640


def test_a_failure_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "file"
    file.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(KeyboardInterrupt):
        replace_file(str(file), b"new")
    assert [path.read_bytes() for path in tmp_path.iterdir()] == [b"old"]


def test_the_working_folder_needs_no_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    replace_file("file", b"x")
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


REPLACE = "import sys; from crampkg.sources import replace_file; replace_file(sys.argv[1], b'new')"

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="descriptors have these names on Linux")


@pytest.fixture
def log(tmp_path: Path) -> Iterator[int]:
    """The descriptor of a log to which lines are appended, one of them written."""
    opened = os.open(tmp_path / "log", os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(opened, b"old,")
    yield opened
    os.close(opened)


@pytest.mark.parametrize("name", ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1", "link"])
@LINUX
def test_standard_output_that_appends_to_a_log_leaves_the_log(
    name: str, log: int, tmp_path: Path
) -> None:
    (tmp_path / "link").symlink_to("/dev/stdout")
    subprocess.run([sys.executable, "-c", REPLACE, name], cwd=tmp_path, stdout=log, check=True)
    os.write(log, b",newer")
    assert (tmp_path / "log").read_bytes() == b"old,new,newer"
    assert sorted(os.listdir(tmp_path)) == ["link", "log"]


@LINUX
def test_a_descriptor_is_written_to(log: int, tmp_path: Path) -> None:
    for number, name in enumerate((f"/dev/fd/{log}", f"/proc/{os.getpid()}/task/1/fd/{log}")):
        replace_file(name.replace("/task/1/", f"/task/{threading.get_native_id()}/"), b"new")
        assert (tmp_path / "log").read_bytes() == b"old," + b"new" * (number + 1)


@LINUX
def test_a_log_of_another_process_is_appended_to(log: int, tmp_path: Path) -> None:
    name = f"/proc/{os.getpid()}/fd/{log}"
    subprocess.run([sys.executable, "-c", REPLACE, name], check=True)
    assert (tmp_path / "log").read_bytes() == b"old,new"


@pytest.mark.parametrize("number", [876, 10**12])
@LINUX
def test_a_descriptor_that_is_not_open_is_an_error(number: int) -> None:
    with pytest.raises(OSError, match=r"Bad file descriptor|No such file"):
        replace_file(f"/dev/fd/{number}", b"new")


@LINUX
def test_a_pipe_behind_a_descriptor_is_written_to() -> None:
    """As the shell's `-o >(gzip > x.gz)` gives one."""
    reading, writing = os.pipe()
    replace_file(f"/dev/fd/{writing}", b"new")
    os.close(writing)
    with open(reading, "rb") as pipe:
        assert pipe.read() == b"new"


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no named pipes")
def test_a_named_pipe_stays_one_and_is_written_to(tmp_path: Path) -> None:
    pipe, link = tmp_path / "pipe", tmp_path / "link"
    os.mkfifo(pipe)
    link.symlink_to(pipe)
    for name in (pipe, link):
        writer = threading.Thread(target=replace_file, args=(str(name), b"new"))
        writer.start()
        assert pipe.read_bytes() == b"new"
        writer.join()
    assert stat.S_ISFIFO(pipe.stat().st_mode)
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe"]


def test_a_device_stays_one() -> None:
    replace_file(os.devnull, b"new")
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


def test_a_folder_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"directory|denied"):
        replace_file(str(tmp_path), b"new")
    assert os.listdir(tmp_path) == []


def test_a_folder_that_is_marked_read_only_is_one_of_ones_own_on_windows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """There the mark means that the folder has an icon, say; elsewhere that nobody writes."""
    (tmp_path / "file").write_bytes(b"old")
    tmp_path.chmod(0o555)
    try:
        with pytest.raises(PermissionError, match="marked read-only"):
            replace_file(str(tmp_path / "file"), b"new")
        monkeypatch.setattr("sys.platform", "win32")
        if os.access(tmp_path, os.W_OK):  # the administrator
            replace_file(str(tmp_path / "file"), b"new")
            assert (tmp_path / "file").read_bytes() == b"new"
    finally:
        tmp_path.chmod(0o755)
