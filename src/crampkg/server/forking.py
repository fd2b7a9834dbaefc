"""The fork server, from which workers are forked: started early, since it takes longest."""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver

CONTEXT = multiprocessing.get_context("forkserver")
CONTEXT.set_forkserver_preload(["crampkg.server.preload"])


def begin() -> None:
    """Start the fork server, which opens the graph that the environment names."""
    multiprocessing.forkserver.ensure_running()
