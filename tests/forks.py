"""A process that has imported the command, and from which runs of it are forked.

To start Python and to import takes longer than most commands do. A fork has arguments, environment,
standard streams, working directory and exit code of its own, as a process that was started anew.
"""

from __future__ import annotations

import importlib
import json
import os
import pkgutil
import socket
import subprocess
import sys
import traceback
from collections.abc import Mapping, Sequence

#: More than any command line here, and what it is told of its environment.
_LONGEST = 1 << 17


class Forks:
    """Runs commands in forks of a process with the environment `variables`."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self._ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._ours.settimeout(120)
        with theirs:
            words = [sys.executable, __file__, str(theirs.fileno())]
            self._process = subprocess.Popen(words, env=variables, pass_fds=[theirs.fileno()])

    def run(self, words: Sequence[str], variables: Mapping[str, str], streams: list[int]) -> int:
        """Return the exit code of `crampkg words` with three open files as standard streams."""
        asked = json.dumps([words, dict(variables), os.getcwd()]).encode()
        socket.send_fds(self._ours, [asked], streams)
        return int(self._ours.recv(_LONGEST))

    def stop(self) -> None:
        """End the process."""
        self._ours.close()
        self._process.wait(60)


def _serve(asking: socket.socket) -> None:
    while True:
        asked, streams, _, _ = socket.recv_fds(asking, _LONGEST, 3)
        if not asked:
            return
        child = os.fork()
        if not child:
            words, variables, folder = json.loads(asked)
            _run(words, variables, folder, streams)
        for stream in streams:
            os.close(stream)
        _, status = os.waitpid(child, 0)
        asking.send(str(os.waitstatus_to_exitcode(status)).encode())


def _run(words: list[str], variables: dict[str, str], folder: str, streams: list[int]) -> None:
    kinds = [(each.encoding, each.errors) for each in (sys.stdin, sys.stdout, sys.stderr)]
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
    sys.stdin, sys.stdout, sys.stderr = (
        open(number, mode, encoding=encoding, errors=errors, newline=newline)  # noqa: SIM115 - stays
        for number, (mode, newline, (encoding, errors)) in enumerate(
            zip("rww", (None, "\n", "\n"), kinds, strict=True)
        )
    )
    os.environ.clear()
    os.environ.update(variables)
    os.chdir(folder)
    sys.argv = ["crampkg", *words]
    code = 1
    try:
        code = cli.main()  # which ends the process itself
    except BaseException:  # noqa: BLE001 - as Python tells what nothing has caught
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


if __name__ == "__main__":
    from crampkg import __path__ as package
    from crampkg import cli
    from crampkg.pipeline.rules import rulebook
    from crampkg.sources import Sources

    for found in pkgutil.walk_packages(package, "crampkg."):
        if not found.name.startswith(("crampkg.server.", "crampkg.__main__")):
            importlib.import_module(found.name)
    rulebook(Sources.find(), "facts", "owl", "inferred", "inconsistent")  # which it remembers
    with socket.socket(fileno=int(sys.argv[1])) as parent:
        _serve(parent)
