"""The command line: words to a command, and errors to sentences and exit codes."""

from __future__ import annotations

import os
import sys

from crampkg.cli import output
from crampkg.errors import CrampkgError

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence

__all__ = ["main"]

#: A shell reports a process that SIGINT ended as 128 + 2; ours says so itself.
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 yes, 1 a check failed or an answer is missing,
    2 wrong usage or bad input, 3 an endpoint could not be reached, 130 interrupted.

    `argv` are the words after the program's name, those of this process when None.
    """
    if argv is None:
        _watch_interrupts()
        argv = sys.argv[1:]
    try:
        code = _dispatch(list(argv))
        output.flush()
    except BrokenPipeError:  # the reader, say `head`, has what it wanted
        output.silence()
        return 0
    except KeyboardInterrupt:
        output.say("Interrupted; nothing was changed.")
        code = INTERRUPTED
    except CrampkgError as error:
        output.say(str(error))
        code = error.exit_code
    except MemoryError:
        output.say("There is not enough memory for this. Ask for less, or LIMIT the query.")
        code = 2
    except RecursionError:
        output.say("The input is nested too deeply to be read. Write it with fewer levels.")
        code = 2
    except OSError as error:
        output.say(_os_sentence(error))
        code = 2
    except Exception as error:  # noqa: BLE001 - the last place where a sentence can be said
        kind = type(error).__name__
        output.say(
            f"This is a mistake in crampkg itself ({kind}: {_one_line(str(error))}). Please report "
            "it with the command and the traceback that CRAMPKG_DEBUG=1 shows."
        )
        code = 2
    else:
        return code
    _debug()
    output.abandon()
    return code


def _dispatch(argv: list[str]) -> int:
    from crampkg.cli import parser

    if "_ARGCOMPLETE" in os.environ:
        from crampkg.cli import completion

        completion.answer_shell()
    try:
        asked = parser.parse(argv)
    except SystemExit:  # argparse has shown a help
        return 0
    if asked is None:
        return 0
    command, arguments = asked
    return command.run(arguments)


def _watch_interrupts() -> None:
    """Let Ctrl-C end the process even while a native query runs.

    Python's own handler waits until the engine returns, which for a cross product may be never.
    The wake-up pipe is written by the C-level handler, and the engine releases the GIL.
    """
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
    time.sleep(0.5)  # the usual way, KeyboardInterrupt in the main thread, has had its chance
    os.write(2, b"crampkg: Interrupted in the middle of a query; nothing was changed.\n")
    os._exit(INTERRUPTED)


def _os_sentence(error: OSError) -> str:
    import errno

    where = f" {error.filename}" if error.filename else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return f"The disk is full: the output{where} could not be written. Make room and try again."
    if error.filename is None and error.errno == errno.EBADF:
        return "The standard output is closed. Name a file with -o."
    return (
        f"{error.strerror or type(error).__name__}:{where or ' the output could not be written'}."
    )


def _one_line(text: str) -> str:
    return " ".join(text.split())[:300] or "no message"


def _debug() -> None:
    if os.environ.get("CRAMPKG_DEBUG"):
        import traceback

        traceback.print_exc()
