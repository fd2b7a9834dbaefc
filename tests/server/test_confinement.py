"""A worker is kept from the network by the system too, should a query ever get past the guard."""

from __future__ import annotations

import socket
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

#: Ask a worker in a process of its own, without the guard; what it says is printed.
ASK = textwrap.dedent(
    """
    import json, os, pickle, socket, sys
    from crampkg.engine import guard
    guard.check = lambda text: None
    from crampkg.graph import KnowledgeGraph
    from crampkg.server import confined
    from crampkg.server.limits import Limits
    if sys.argv[1] != "confined":
        confined._confine = lambda limits: None
    here, there = socket.socketpair()
    if os.fork() == 0:
        here.close()
        confined.main(there, KnowledgeGraph.open(), Limits())
    there.close()
    answers = here.makefile("rb")

    def answer():
        head = json.loads(answers.readline())
        answers.read(head["length"])
        return head

    assert answer()["failure"] is None
    formats = {"select": ("json", "application/json")}
    here.sendall(pickle.dumps({"do": "query", "text": sys.argv[2], "formats": formats}))
    print(answer()["problem"]["detail"])
    """
)


@pytest.mark.parametrize("confined", [True, False])
def test_no_worker_can_reach_another_machine(confined: bool, cache: Path) -> None:
    """One that is not confined can, which shows that the guard was out of the way."""
    with socket.create_server(("127.0.0.1", 0)) as elsewhere:
        elsewhere.settimeout(120)
        url = f"http://127.0.0.1:{elsewhere.getsockname()[1]}/"
        query = f"SELECT * {{ SERVICE <{url}> {{ ?s ?p ?o }} }}"
        words = [sys.executable, "-c", ASK, "confined" if confined else "free", query]
        with subprocess.Popen(words, stdout=subprocess.PIPE, text=True) as asking:
            if not confined:
                connection, _ = elsewhere.accept()
                connection.close()
            said, _ = asking.communicate(timeout=120)
        assert "cannot be run" in said
        assert ("Too many open files" in said) == confined
        elsewhere.settimeout(0.1)
        with pytest.raises(TimeoutError):
            elsewhere.accept()
