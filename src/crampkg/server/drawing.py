"""Graphviz as a separate process, with limits, killed when its client has left."""

from __future__ import annotations

import asyncio
import functools
import os
import resource
import shutil
import sysconfig

from crampkg.server.fair_queue import FairQueue
from crampkg.server.problems import Problem

TYPE_CHECKING = False
if TYPE_CHECKING:
    from crampkg.server.limits import Limits

#: The layout programs in order of preference: the one of the Python package, the system's.
_PROGRAMS = ("graphviz-pure", "dot")

#: The message where neither is installed.
MISSING = (
    "Pictures need Graphviz, which is not here: pip install 'crampkg[server]' brings "
    "graphviz-pure, and any system has a package with the program dot."
)

#: Dots per inch of a PNG: more than Graphviz's default, so that small print can be read.
_RESOLUTION = "144"


class Drawing:
    """Runs Graphviz, at most once per worker at a time. Use from one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._turns: FairQueue[int] = FairQueue(limits.queue, limits.per_client, limits.patience)
        for turn in range(limits.workers):
            self._turns.put(turn)

    async def draw(self, source: str, format: str, client: str) -> bytes:
        """Return the picture of a DOT source as `svg` or `png`, for the client at an address.

        Raises `Problem`: "unready" without Graphviz, "busy", "time-limit", "result-limit", or
        "engine" when Graphviz fails. When the task is cancelled, Graphviz is killed.
        """
        path = program()
        if path is None:
            raise Problem("unready", MISSING)
        turn = await self._turns.take(client)
        try:
            return await self._run(path, source, format)
        finally:
            self._turns.put(turn)

    async def _run(self, path: str, source: str, format: str) -> bytes:
        options = [f"-T{format}", *([f"-Gdpi={_RESOLUTION}"] if format == "png" else [])]
        process = await asyncio.create_subprocess_exec(
            path,
            *options,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": os.defpath},
        )
        try:
            # Graphviz has read none of the source yet.
            _limit(process.pid, self._limits)
            async with asyncio.timeout(self._limits.seconds):
                drawn, _ = await process.communicate(source.encode())
        except TimeoutError:
            raise Problem(
                "time-limit",
                f"The picture was given up after {self._limits.seconds:g} seconds. "
                "Choose fewer layers, or what is around one thing.",
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if process.returncode == 0 and drawn:
            if len(drawn) > self._limits.result:
                raise Problem("result-limit", "The picture is too large. Choose fewer layers.")
            return drawn
        raise Problem("engine", "Graphviz could not lay the picture out. Choose fewer layers.")


@functools.cache
def program() -> str | None:
    """Return the path of the layout program, or None."""
    own = os.path.join(sysconfig.get_path("scripts"), _PROGRAMS[0])
    if os.access(own, os.X_OK):
        return own
    return next((path for name in _PROGRAMS if (path := shutil.which(name))), None)


def _limit(process: int, limits: Limits) -> None:
    try:
        resource.prlimit(process, resource.RLIMIT_AS, (limits.memory, limits.memory))
        resource.prlimit(process, resource.RLIMIT_CORE, (0, 0))
        seconds = int(limits.seconds) + 1
        resource.prlimit(process, resource.RLIMIT_CPU, (seconds, seconds))
    except ProcessLookupError:  # it has ended already; `communicate` reports that
        return
