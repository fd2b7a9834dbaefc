"""The command line: it runs commands, and turns errors into sentences and exit codes."""

from __future__ import annotations

import os
import sys

from crampkg.cli import output
from crampkg.errors import CrampkgError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

#: The exit code that shells report for a process ended by SIGINT: 128 + 2.
INTERRUPTED = 130

BAD_INPUT = 2

#: Python's message in a RuntimeError when memory lacks for the stack of a thread.
_NO_THREAD = "can't start new thread"

#: Packages whose name differs from that of their module.
PACKAGES = {
    "prometheus_client": "prometheus-client",
    "yaml": "pyyaml",
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 yes, 1 a check failed or an answer is missing,
    2 wrong usage or bad input, 3 an endpoint could not be reached, 130 interrupted.

    `argv` are the arguments after the program's name. None means those of this process, which ends
    here as soon as all output is written.
    """
    if argv is not None:
        return _run(argv)
    _watch_interrupts()
    _rest_collector()
    code = _run(sys.argv[1:])
    _leave(code)
    return code


def _run(argv: Sequence[str]) -> int:
    try:
        code = _dispatch(argv)
        output.flush()
    except BrokenPipeError:  # the reader, such as `head`, has closed the pipe
        output.silence()
        return 0
    except (KeyboardInterrupt, Exception) as error:  # noqa: BLE001 - here errors become sentences
        sentence, code = _sentence_of(error)
        output.say(sentence)
        if os.environ.get("CRAMPKG_DEBUG"):
            import traceback

            traceback.print_exception(error)
        output.abandon()
    return code


def _dispatch(argv: Sequence[str]) -> int:
    if "_ARGCOMPLETE" in os.environ:
        from crampkg.cli import completion

        completion.answer_shell()
    from crampkg.cli import parser

    try:
        asked = parser.parse(argv)
    except SystemExit:  # argparse has shown a help
        return 0
    if asked is None:
        return 0
    command, arguments = asked
    return command.run(arguments)


def _sentence_of(error: BaseException) -> tuple[str, int]:
    """Return the message and the exit code for an error that ended a command."""
    if isinstance(error, CrampkgError):
        return str(error), error.exit_code
    if isinstance(error, KeyboardInterrupt):
        return "Interrupted: what was not written whole is as it was before.", INTERRUPTED
    if isinstance(error, MemoryError) or str(error) == _NO_THREAD:
        sentence = "There is not enough memory for this. Ask for less, or LIMIT the query."
    elif isinstance(error, RecursionError):
        sentence = "The input is nested too deeply to be read. Write it with fewer levels."
    elif isinstance(error, OSError):
        sentence = _os_sentence(error)
    elif isinstance(error, ImportError) and not (error.name or "crampkg").startswith("crampkg"):
        module = str(error.name).partition(".")[0]
        package = PACKAGES.get(module, module)
        sentence = (
            f"crampkg needs the Python package {package}, which is missing here or too old. "
            f"Install it: pip install --upgrade {package}."
        )
    else:
        what = " ".join(f"{type(error).__name__}: {error}".split())[:300]
        sentence = (
            f"This is a mistake in crampkg itself ({what}). Please report it with the command and "
            "the traceback that CRAMPKG_DEBUG=1 shows."
        )
    return sentence, BAD_INPUT


def _os_sentence(error: OSError) -> str:
    import errno

    place = str(error.filename) if error.filename else "The output"
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"{place} could not be written, for the disk is full. Make room and try again."
    if error.errno == errno.EBADF and not error.filename:
        return "There is no standard output to write to. Name a file with -o."
    remedy = ""
    if error.errno == errno.EISDIR:
        remedy = " Name a file in it."
    elif error.errno in (errno.ENOENT, errno.ENOTDIR) and os.path.dirname(place):
        remedy = f" Make the folder {os.path.dirname(place)} first, or name another."
    elif error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        remedy = " Mend its permissions, or name another place."
    reason = error.strerror or type(error).__name__
    return f"{place} could not be read or written: {reason}.{remedy}"


def _watch_interrupts() -> None:
    """Let Ctrl-C end the process even while a native query runs.

    Python's own handler waits until the engine returns, which may never happen. The handler in C
    writes to a wake-up pipe, which a thread reads, since the engine releases the GIL.
    """
    if os.name != "posix":
        return
    import _thread
    import signal

    read, write = os.pipe()
    os.set_blocking(write, False)
    signal.set_wakeup_fd(write, warn_on_full_buffer=False)
    _thread.start_new_thread(_end_on_interrupt, (read, signal.SIGINT))


def _end_on_interrupt(read: int, interrupt: int) -> None:
    import time

    while interrupt not in os.read(read, 1):
        pass
    time.sleep(0.5)  # let KeyboardInterrupt in the main thread end the command first
    output.say("Interrupted: what was not written whole is as it was before.")
    os._exit(INTERRUPTED)


def _rest_collector() -> None:
    """Make the garbage collector run less often, which suits a short process."""
    import gc

    gc.set_threshold(50_000, 20, 20)


def _leave(code: int) -> None:
    """End the process without freeing the graph, which takes a seventh of the time of `ask`.

    Under a profiler or a tracer it returns, since these write their results at exit.
    """
    if sys.gettrace() is None and sys.getprofile() is None:
        output.abandon()
        os._exit(code)
