"""What `crampkg serve` says when it cannot serve."""

from __future__ import annotations

import builtins
import contextlib
import dataclasses
import gc
import os
import resource
import signal
import socket
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from conftest import ROOT
from processes import COMMAND
from serving import Server, eventually

from crampkg import cli
from crampkg.errors import UsageError
from crampkg.graph import KnowledgeGraph
from crampkg.server import confined
from crampkg.server.limits import Limits
from crampkg.server.listening import fitting

#: The memory of this machine, in MiB.
MACHINE = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE") >> 20


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--port", "70000"], "'70000' is not a port: give a number from 0 to 65535"),
        (["--seconds", "0"], "'0' is not a number from 1"),
        (["--memory", "much"], "'much' is not a number from 128"),
        (["--memory", f"{MACHINE + 1}"], f"is not a number from 128 to {MACHINE:,}"),
        (["--memory", "9" * 5_000], f"is not a number from 128 to {MACHINE:,}"),
        (["--memory", "127"], f"'127' is not a number from 128 to {MACHINE:,}"),
        (["--workers", "1001"], "'1001' is not a number from 1 to 1,000"),
        (["--log", "xml"], "json"),
        (["--host", "no.such.host.invalid"], "There is no address 'no.such.host.invalid' here"),
        (["--host", "192.0.2.1", "--port", "0"], "192.0.2.1, port 0, cannot be listened on"),
        (["--sources", "nowhere"], "nowhere is not a crampkg source folder"),
        (["--article", "nowhere.txt"], "nowhere.txt cannot be read: No such file or directory"),
        (["--article", str(ROOT / "README.md")], "README.md is not the text that was read: of "),
    ],
)
def test_impossible_options_are_refused(
    words: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("CRAMPKG_SOURCES", "CRAMPKG_ARTICLE"):  # serving sets them, for its workers
        monkeypatch.setenv(variable, "")
    assert cli.main(["serve", *words]) == 2
    assert says in capsys.readouterr().err


def test_a_port_in_use_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cli.main(["serve", "--port", str(port)]) == 2
    assert f"127.0.0.1, port {port}, cannot be listened on" in capsys.readouterr().err


def test_other_systems_are_refused(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert cli.main(["serve"]) == 2
    assert "Serving needs Linux" in capsys.readouterr().err


def test_a_missing_package_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    real = builtins.__import__

    def without(name: str, *rest: Any) -> Any:
        if name == "crampkg.server.app":
            message = "No module named 'starlette'"
            raise ImportError(message, name="starlette")
        return real(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    assert cli.main(["serve"]) == 2
    assert "Serving needs starlette: pip install 'crampkg[server]'." in capsys.readouterr().err


def test_a_server_whose_workers_cannot_have_their_memory_does_not_start(cache: Path) -> None:
    """It said that it was serving, and answered 503 for ever."""

    def little() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))

    words = [*COMMAND, "serve", "--port", "0", "--memory", str(MACHINE)]
    ended = subprocess.run(words, capture_output=True, text=True, preexec_fn=little, check=False)
    assert ended.returncode == 2
    assert f"A query may not take {MACHINE:,} MiB here" in ended.stderr
    assert "Serving" not in ended.stderr
    assert "Traceback" not in ended.stderr


def test_a_worker_whose_server_is_gone_ends_without_a_word(
    graph: KnowledgeGraph, capfd: pytest.CaptureFixture[str]
) -> None:
    """Of two workers that refuse, the second one may find that the first one's refusal ended it."""
    ours, theirs = socket.socketpair()
    ours.close()
    child = os.fork()
    if not child:
        confined.main(theirs, graph, Limits(memory=1 << 60))
    theirs.close()
    assert os.waitpid(child, 0)[1] == 0
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize(
    ("files", "connections", "per_address"),
    [
        ((1024, 1024), 824, 494),  # 200 are for others
        ((1024, 4096), 2000, 1200),
        ((4096, 4096), 2000, 1200),
        ((216, 216), 16, 9),
        ((215, 215), None, None),
        ((64, 64), None, None),
        ((64, resource.RLIM_INFINITY), 2000, 1200),
        ((resource.RLIM_INFINITY, resource.RLIM_INFINITY), 2000, 1200),
    ],
)
def test_no_more_connections_are_taken_than_files_may_be_open(
    files: tuple[int, int],
    connections: int | None,
    per_address: int | None,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    raised: list[tuple[int, int]] = [files]
    monkeypatch.setattr(resource, "getrlimit", lambda _: files)
    monkeypatch.setattr(resource, "setrlimit", lambda _, limits: raised.append(limits))
    if connections is None or per_address is None:
        with pytest.raises(
            UsageError, match=r"serving needs 216\. Raise the limit: ulimit -n 2200"
        ):
            fitting(Limits())
        return
    expected = dataclasses.replace(Limits(), connections=connections, per_address=per_address)
    assert fitting(Limits()) == expected
    assert raised[-1][0] == resource.RLIM_INFINITY or raised[-1][0] >= connections + 200
    assert raised[-1][1] == files[1]


def test_the_garbage_of_a_server_is_collected_as_python_does(
    capsys: pytest.CaptureFixture[str],
) -> None:
    before = gc.get_threshold()
    gc.set_threshold(50_000, 20, 20)  # as a short command has it
    try:
        assert cli.main(["serve", "--host", "no.such.host.invalid"]) == 2
        assert gc.get_threshold() == (700, 10, 10)
    finally:
        gc.set_threshold(*before)
    assert "There is no address" in capsys.readouterr().err


def test_a_second_interrupt_does_not_wait_for_what_is_in_progress(
    start: Callable[..., Server],
) -> None:
    server = start("--seconds", "600", "--workers", "1")
    everything = "SELECT (COUNT(*) AS ?n) { ?a ?b ?c . ?d ?e ?f . ?g ?h ?i }"
    line = f"GET /sparql?{urlencode({'query': everything})} HTTP/1.1\r\nHost: x\r\n\r\n"
    with socket.create_connection((server.host, server.port), 120) as client:
        client.sendall(line.encode())
        assert eventually(lambda: server.get("/health").json()["idle"] == 0)
        server.process.send_signal(signal.SIGINT)

        def is_stopping() -> bool:
            with contextlib.suppress(OSError):
                socket.create_connection((server.host, server.port), 120).close()
                return False
            return True

        assert eventually(is_stopping)
        assert server.process.poll() is None
        server.process.send_signal(signal.SIGINT)
        assert server.process.wait(120) == 0
    assert not [line for line in server.log if "Traceback" in line or "graceful" in line]
