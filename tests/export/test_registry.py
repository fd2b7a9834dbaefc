"""A new format is one entry: everything that offers formats offers it."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import toy_format


@pytest.mark.usefixtures("graph")
def test_a_registered_format_is_offered_everywhere() -> None:
    """In a process of its own, since the server's tables are made when it is imported."""
    done = subprocess.run(
        [sys.executable, "-c", "import json, toy_format; print(json.dumps(toy_format.offered()))"],
        env={**os.environ, "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        check=True,
        text=True,
    )
    said = json.loads(done.stdout)
    assert [text.rpartition(" ")[2] for text in said["commands"]] == ["toys\n"] * len(
        toy_format.COMMANDS
    )
    assert said["addresses"] == ["text/x-toy; charset=utf-8  toys\n"] * len(toy_format.ADDRESSES)
    assert said["texts"] == ["offered"] * len(toy_format.TEXTS)
