"""A process that answers jobs, one at a time, and can do nothing else.

It can open no file and no socket, leaves no core dump, and its memory has a limit. How long a job
takes is watched by the pool, which kills it; should the pool be gone, a limit on processor time
ends it.
"""

from __future__ import annotations

import contextlib
import json
import math
import os
import resource
import signal
import struct
import threading
import time
import traceback
from typing import TYPE_CHECKING, Any, BinaryIO

from crampkg.errors import CrampkgError
from crampkg.server.problems import Problem, problem_of

if TYPE_CHECKING:
    import socket

    from crampkg.graph import KnowledgeGraph
    from crampkg.server.limits import Limits

#: Before each message: the bytes of its JSON head, and of the body after that.
LENGTHS = struct.Struct("!IQ")

#: Deeper recursion than the guard lets through ends the process, not the server; this is room for
#: what it does let through.
_STACK = 256 << 20

#: Bodies below this many bytes are sent together with their head.
_TOGETHER = 65_536


def run(channel: socket.socket, digest: str, limits: Limits, *, confined: bool) -> None:
    """Answer jobs from `channel` until it is closed; the first message out tells the digest.

    A `confined` worker runs what strangers wrote. One that is not confined may import and open
    files, which `why` needs, and is given nothing but names.
    """
    # What is sent to the whole group, by a terminal or by systemd, is for the server, which lets
    # running queries finish; a worker ends with its channel.
    for each in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(each, signal.SIG_IGN)
    channel.setblocking(True)  # noqa: FBT003 - as sockets have it
    graph = _graph()
    if graph.digest != digest:
        _refuse(channel, {"ready": graph.digest})
        return
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    threading.stack_size(_STACK)
    try:
        _limit_memory(limits.memory + _STACK)
    except (OSError, OverflowError, ValueError):
        failure = (
            f"A query may not take {limits.memory >> 20:,} MiB here, where less is allowed to a "
            "process. Give less with --memory, or raise the limit (ulimit -v)."
        )
        _refuse(channel, {"ready": "", "failure": failure})
        return
    if confined:
        # What an engine writes as it dies has no place in a log that programs read.
        with open(os.devnull, "wb") as nothing:
            os.dup2(nothing.fileno(), 2)
        resource.setrlimit(resource.RLIMIT_NOFILE, (0, 0))
    serving = threading.Thread(target=_serve, args=(channel, graph, limits), daemon=True)
    serving.start()
    serving.join()
    # Nothing needs to be taken apart, and the interpreter's way out would want to open files.
    os._exit(0)


def _refuse(channel: socket.socket, head: object) -> None:
    """Tell that this worker will not answer; the server may have ended over another's refusal."""
    with contextlib.suppress(OSError):
        _send(channel, head, b"")


def _graph() -> KnowledgeGraph:
    from crampkg.server.preload import GRAPH

    return GRAPH


def _serve(channel: socket.socket, graph: KnowledgeGraph, limits: Limits) -> None:
    try:
        _send(channel, {"ready": graph.digest}, b"")
        jobs = channel.makefile("rb")
        while (received := _receive(jobs)) is not None:
            _allow_seconds(limits.seconds)
            head, body = _answer(received, graph, limits)
            _send(channel, head, body)
    except OSError:  # the server is gone
        return


def _answer(job: dict[str, Any], graph: KnowledgeGraph, limits: Limits) -> tuple[Any, bytes]:
    """Return the head and the body of the answer to a job; what fails is told as a problem."""
    from crampkg.server import jobs

    started = time.perf_counter()
    trace = None
    try:
        reply = jobs.run(job, graph, limits)
    except CrampkgError as error:
        problem = problem_of(error)
    except Problem as error:
        problem = error
    except MemoryError:
        problem = memory_problem(limits)
    except RecursionError:
        problem = Problem("complexity", "The query is nested too deeply. Ask in smaller parts.")
    except Exception:  # noqa: BLE001 - a client must get an answer
        problem = Problem("mistake", "The server made a mistake, which is in its log.")
        trace = traceback.format_exc()
    else:
        head = {"type": reply.type, "encoding": reply.encoding, "status": reply.status}
        return {**head, "ms": _since(started)}, reply.body
    told = {"kind": problem.kind, "detail": problem.detail}
    place = {"line": problem.line, "column": problem.column}
    return {"problem": {**told, **place}, "trace": trace, "ms": _since(started)}, b""


def memory_problem(limits: Limits) -> Problem:
    """Return the problem of a query for which the memory of a worker did not do."""
    size = f"{limits.memory >> 20:,} MiB"
    return Problem("memory-limit", f"The query needs more memory than the {size} that it may take.")


def _since(started: float) -> float:
    return round((time.perf_counter() - started) * 1000, 3)


def _limit_memory(more: int) -> None:
    """Let the address space of this process grow by `more` bytes at most."""
    with open("/proc/self/statm", encoding="ascii") as file:
        pages = int(file.read().split()[0])
    limit = pages * resource.getpagesize() + more
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _allow_seconds(seconds: float) -> None:
    """Let this process use a little more than `seconds` of the processor, beyond what it has."""
    used = time.process_time()
    hard = resource.getrlimit(resource.RLIMIT_CPU)[1]
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(used + seconds) + 1, hard))


def _receive(jobs: BinaryIO) -> dict[str, Any] | None:
    """Return the next job, or None when there will be none."""
    lengths = jobs.read(LENGTHS.size)
    if len(lengths) < LENGTHS.size:
        return None
    head, _ = LENGTHS.unpack(lengths)
    text = jobs.read(head)
    return json.loads(text) if len(text) == head else None


def _send(channel: socket.socket, head: object, body: bytes) -> None:
    text = json.dumps(head).encode()
    start = LENGTHS.pack(len(text), len(body)) + text
    if len(body) < _TOGETHER:  # one call of the system instead of two
        channel.sendall(start + body)
    else:
        channel.sendall(start)
        channel.sendall(body)
