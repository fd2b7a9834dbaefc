"""A push: parts beside the graphs, then the swap; again from where it was, if it was ended.

Two pushes at once can mix their graphs: a store may take two updates at the same moment, each of
which sees the store as it was before both (`oxigraph serve --location` does). No lock is taken,
since a push that was killed would leave it. Instead each push looks after its swap at what readers
see now, and does it all again, after a random pause, unless that is what it pushed. Whichever swap
comes last is looked at after it, so that the store ends with one graph or the other.
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
from crampkg.push.target import Part, State, Summary, Target, cut, summary

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable


#: Triples in one request: of SPARQL Update as many as Virtuoso takes, and more of the Graph Store
#: Protocol, whose body is plain data.
INSERTED, STORED = 1_000, 50_000

#: What an error says at its end of when to try again.
_ADVICE = re.compile(r" Try again (?:later|in [\d.]+ seconds)\.$")

#: How often a request is sent again that may go well later, and a push that met another one.
RETRIES = 5

#: The longest that a store's Retry-After is heeded, in seconds.
_LONGEST = 120.0


class _CollisionError(EndpointError):
    """The store does not hold what this push put there: another one may have come between."""


class Pushed(NamedTuple):
    """What a push did."""

    wanted: Summary
    was_current: bool  # nothing was done
    sent: int  # triples
    kept: int  # triples of parts that an earlier push, which did not end, had sent


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
    """Make the five graphs of a store those of `nquads`, canonical as a snapshot has them.

    Nothing is done where they are so already, unless `force` is set. `size` is about how many
    triples go into one request; `progress` is told triples done and all, `say` of what is tried
    again. Until the swap, readers see what was there before; what they see after it is verified.
    Raises `EndpointError`; what was sent until then is not sent again by the next push.
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
    parts: list[Part],
    loading: dict[str, int],
    again: Retrying,
    progress: Callable[[int, int], None] | None,
) -> tuple[int, int]:
    """Put the parts that are not there, and return how many triples were sent and were there."""
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


def _swap(target: Target, parts: list[Part], wanted: Summary) -> None:
    """Swap, unless an attempt whose answer was lost has done so; never with a part missing."""
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
            # The advice is for the last attempt, after which nobody tries again.
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
    """Return the rounds of a push that meets others: each waits for longer, if by chance less."""

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
    """Return the seconds that the store asks for, else ever more of them."""
    error = state.outcome.exception() if state.outcome is not None else None
    later = error.retry_after if isinstance(error, EndpointError) else None
    return _BACK_OFF(state) if later is None else min(later, _LONGEST)
