"""A push: load parts beside the graphs, then swap; an interrupted push is resumed.

Two pushes at once can mix their graphs: a store may run two updates at the same time, each of which
sees the state before both (`oxigraph serve --location` does). No lock is taken, since a killed push
would leave it behind. Instead each push checks after its swap what readers see, and starts again
after a random pause if that is not its own graph. The last swap is always checked, so the store
ends with one graph or the other.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception,
    retry_if_exception_type,
    stop_after_attempt,
    wait_fixed,
    wait_random_exponential,
)

from crampkg.engine.transport import shown
from crampkg.errors import EndpointError
from crampkg.push.target import GraphPart, State, Summary, Target, cut, summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


#: Triples in one request: of SPARQL Update as many as Virtuoso takes, and more of the Graph Store
#: Protocol, whose body is plain data.
INSERTED, STORED = 1_000, 50_000

#: The advice at the end of an error on when to try again.
_ADVICE = re.compile(r" Try again (?:later|in [\d.]+ seconds)\.$")

#: The number of retries after a passing error, and of a push that collided with another.
RETRIES = 5

#: The longest Retry-After that is obeyed, in seconds.
_LONGEST_WAIT = 120.0


class _CollisionError(EndpointError):
    """The store does not hold what this push put there; another push may have intervened."""


class Pushed(NamedTuple):
    """The outcome of a push."""

    wanted: Summary
    was_current: bool  # nothing was done
    sent: int  # triples
    kept: int  # triples already sent by an earlier, interrupted push


def push(
    target: Target,
    nquads: bytes,
    *,
    force: bool = False,
    size: int | None = None,
    retries: int = RETRIES,
    progress: Callable[[int, int], None] | None = None,
    say: Callable[[str], None] | None = None,
) -> Pushed:
    """Make the five graphs of a store equal to `nquads`, canonical as in a snapshot.

    Nothing is sent if they are equal already, unless `force` is set. `size` is the approximate
    number of triples in a request; `progress` is called with triples done and in all, `say` with a
    sentence on each retry. Until the swap readers see the old graphs; afterwards what they see is
    verified. Raises `EndpointError`; the next push does not send again what was sent until then.
    """
    wanted = summary(nquads)
    again = _retrying(retries, say)
    state = again(target.state)
    if state.is_current(wanted) and not (force or state.loading):
        return Pushed(wanted, was_current=True, sent=0, kept=0)
    target.greet()
    parts = cut(nquads, wanted.identifier, size or (STORED if target.graph_store else INSERTED))
    if state.is_current(wanted) and not force:
        again(target.drop, state.loading)
        return Pushed(wanted, was_current=True, sent=0, kept=0)
    names = {part.name for part in parts}
    left = [name for name in state.loading if force or name not in names]
    if left:
        again(target.drop, left)
    loading = {} if force else state.loading
    for attempt in _rounds(retries, say):
        with attempt:
            if attempt.retry_state.attempt_number > 1:
                loading = again(target.state).loading
            sent, kept = _put(target, parts, loading, again, progress)
            again(_swap, target, parts, wanted)
            _verify(again(target.state), wanted, target)
    return Pushed(wanted, was_current=False, sent=sent, kept=kept)


def _put(
    target: Target,
    parts: list[GraphPart],
    loading: dict[str, int],
    again: Retrying,
    progress: Callable[[int, int], None] | None,
) -> tuple[int, int]:
    """Put the missing parts, and return the numbers of triples sent and already there."""
    total = sum(len(part.triples) for part in parts)
    sent = kept = 0
    for part in parts:
        count = len(part.triples)
        if loading.get(part.name) == count:
            kept += count
        else:
            again(target.put, part)
            sent += count
        if progress is not None:
            progress(sent + kept, total)
    return sent, kept


def _swap(target: Target, parts: list[GraphPart], wanted: Summary) -> None:
    """Swap, unless an earlier attempt whose answer was lost did; never with a part missing."""
    state = target.state()
    if state.is_current(wanted) and not any(part.name in state.loading for part in parts):
        return
    for part in parts:
        held = state.loading.get(part.name, 0)
        if held != len(part.triples):
            message = (
                f"{shown(target.endpoint)} holds {held} of the {len(part.triples)} triples of "
                f"<{part.name}>. Is somebody else pushing, or is it not where "
                f"{shown(target.graph_store or target.update_url)} writes? The graphs are as they "
                "were."
            )
            raise _CollisionError(message)
    target.swap(parts, wanted)


def _verify(state: State, wanted: Summary, target: Target) -> None:
    if state.is_current(wanted):
        return
    for iri, count in wanted.triples.items():
        if state.triples[iri] != count:
            message = (
                f"{shown(target.endpoint)} holds {state.triples[iri]} of the {count} triples of "
                f"<{iri}> after the push. Push again with --force."
            )
            raise _CollisionError(message)
    message = f"{shown(target.endpoint)} does not tell what was pushed. Push again with --force."
    raise _CollisionError(message)


def _retrying(retries: int, say: Callable[[str], None] | None) -> Retrying:
    def announce(state: RetryCallState) -> None:
        if say is not None and state.outcome is not None:
            # The advice is for the last attempt only.
            problem = _ADVICE.sub("", str(state.outcome.exception()))
            say(f"{problem} Trying again in {state.upcoming_sleep:.0f} s.")

    return Retrying(
        retry=retry_if_exception(lambda error: isinstance(error, EndpointError) and error.passing),
        stop=stop_after_attempt(retries + 1),
        wait=_wait,
        before_sleep=announce,
        reraise=True,
    )


def _rounds(retries: int, say: Callable[[str], None] | None) -> Retrying:
    """Return the rounds of a push that collides with others, with growing random pauses."""

    def announce(_: RetryCallState) -> None:
        if say is not None:
            say("Somebody else seems to be pushing at the same time: pushing again.")

    return Retrying(
        retry=retry_if_exception_type(_CollisionError),
        stop=stop_after_attempt(retries + 1),
        wait=_PAUSE,
        before_sleep=announce,
        reraise=True,
    )


_PAUSE = wait_random_exponential(multiplier=1, max=30)

_BACK_OFF = wait_fixed(0.5) + wait_random_exponential(multiplier=1, max=30)


def _wait(state: RetryCallState) -> float:
    """Return the seconds that the store asks for, else a growing pause."""
    error = state.outcome.exception() if state.outcome is not None else None
    later = error.retry_after if isinstance(error, EndpointError) else None
    return _BACK_OFF(state) if later is None else min(later, _LONGEST_WAIT)
