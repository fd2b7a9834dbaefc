"""What `crampkg serve` says when it cannot serve."""

from __future__ import annotations

import builtins
import socket
from typing import Any

import pytest
from conftest import ROOT

from crampkg import cli


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--port", "70000"], "'70000' is not a port: give a number from 0 to 65535"),
        (["--seconds", "0"], "'0' is not a number from 1"),
        (["--memory", "much"], "'much' is not a number from 1"),
        (["--log", "xml"], "json"),
        (["--host", "no.such.host.invalid"], "There is no address 'no.such.host.invalid' here"),
        (["--host", "192.0.2.1", "--port", "0"], "192.0.2.1, port 0, cannot be listened on"),
        (["--sources", "nowhere"], "nowhere is not a crampkg source folder"),
        (["--article", "nowhere.txt"], "nowhere.txt cannot be read: No such file or directory"),
        (["--article", str(ROOT / "README.md")], "README.md is not the text that was read: of "),
    ],
)
def test_what_cannot_be_is_said(
    words: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for variable in ("CRAMPKG_SOURCES", "CRAMPKG_ARTICLE"):  # serving sets them, for its workers
        monkeypatch.setenv(variable, "")
    assert cli.main(["serve", *words]) == 2
    assert says in capsys.readouterr().err


def test_a_port_that_is_taken_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert cli.main(["serve", "--port", str(port)]) == 2
    assert f"127.0.0.1, port {port}, cannot be listened on" in capsys.readouterr().err


def test_another_system_is_told(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    assert cli.main(["serve"]) == 2
    assert "Serving needs Linux" in capsys.readouterr().err


def test_what_is_to_be_installed_is_said(
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
