"""Recorded spans in a revised text: found by their digests, never guessed.

The original text of a span is not kept, only its SHA-256. So any stretch of the revised text with
the length and digest of a span may be the span. If there are several, or if the span is so short
that a match may be chance, neighbours decide: a stretch is the span if it moved exactly as far as
the span around it, before it or after it.
"""

from __future__ import annotations

import hashlib
from bisect import bisect
from collections import Counter
from itertools import pairwise
from typing import NamedTuple

from crampkg.articles.tables import WHOLE, Span

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

#: The length, in characters, from which a single match in a text is not chance.
_LONG = 12

#: The greatest length of a marker, in characters.
_SHORT = 4

#: The greatest distance between neighbours: a sentence and its marker, an item and the next.
_NEAR = 8


class Anchored(NamedTuple):
    """The spans in a revised text."""

    kept: list[Span]  # at their recorded offsets
    moved: list[Span]  # with their new offsets
    lost: list[Span]  # as recorded: changed, gone, or ambiguous

    def all(self) -> list[Span]:
        """Return all spans, the lost ones as recorded."""
        return [*self.kept, *self.moved, *self.lost]

    def as_data(self) -> dict[str, object]:
        """Return the spans as JSON values."""
        return {name: [span._asdict() for span in getattr(self, name)] for name in self._fields}


def anchor(spans: Iterable[Span], text: str) -> Anchored:
    """Return the spans in `text`, in their order. A span whose place is uncertain is lost.

    The span of the article itself is the whole text, whatever that is now. No two spans are of the
    same thing.
    """
    recorded = sorted(spans, key=lambda span: (span.start, -span.end))
    whole = [span for span in recorded if span.of == WHOLE]
    recorded = [span for span in recorded if span.of != WHOLE]
    places = _places(recorded, text)
    times = Counter(span.sha256 for span in recorded)
    shifts = {
        span.of: places[span.sha256][0] - span.start
        for span in recorded
        if len(places[span.sha256]) == times[span.sha256] == 1 and _length(span) >= _LONG
    }
    waiting = [span for span in recorded if span.of not in shifts and places[span.sha256]]
    while waiting:
        evidence: dict[str, set[int]] = {}
        for span, shift in (
            *_neighbours(waiting, recorded, shifts),
            *_together(recorded, shifts, places),
        ):
            if span.start + shift in places[span.sha256]:
                evidence.setdefault(span.of, set()).add(shift)
        sure = {of: min(distances) for of, distances in evidence.items() if len(distances) == 1}
        if not sure:
            break
        shifts |= sure
        waiting = [span for span in waiting if span.of not in shifts]
    anchored = Anchored([], [], [])
    for span in whole:
        now = Span(WHOLE, 0, len(text), digest(text))
        (anchored.kept if now == span else anchored.moved).append(now)
    for span in recorded:
        if span.of not in shifts:
            anchored.lost.append(span)
        elif shift := shifts[span.of]:
            anchored.moved.append(span._replace(start=span.start + shift, end=span.end + shift))
        else:
            anchored.kept.append(span)
    return anchored


def _length(span: Span) -> int:
    return span.end - span.start


def digest(text: str) -> str:
    """Return the SHA-256 of a stretch of text, in hexadecimal, of its UTF-8 bytes."""
    return hashlib.sha256(text.encode()).hexdigest()


def _places(spans: Sequence[Span], text: str) -> dict[str, list[int]]:
    """Return the offsets of each digest in the text.

    Stretches that begin and end with a word are tried first; others for digests not found so.
    """
    places: dict[str, list[int]] = {span.sha256: [] for span in spans}
    inner = {at for at in range(1, len(text)) if text[at - 1].isalnum() and text[at].isalnum()}
    edges = [at for at in range(len(text) + 1) if at not in inner]
    _look(spans, text, places, edges, inner)
    missing = [span for span in spans if not places[span.sha256]]
    _look(missing, text, places, range(len(text)), frozenset())
    return places


def _look(
    spans: Iterable[Span],
    text: str,
    places: dict[str, list[int]],
    starts: Iterable[int],
    excluded: Collection[int],
) -> None:
    """Add the offsets among `starts` at which the text has the digests of spans."""
    wanted: dict[int, set[str]] = {}
    for span in spans:
        wanted.setdefault(_length(span), set()).add(span.sha256)
    for length, digests in wanted.items():
        for start in starts:
            if start + length <= len(text) and start + length not in excluded:
                stands = digest(text[start : start + length])
                if stands in digests:
                    places[stands].append(start)


def _neighbours(
    waiting: Iterable[Span], recorded: Sequence[Span], shifts: Mapping[str, int]
) -> Iterator[tuple[Span, int]]:
    """Yield spans with the shifts of anchored spans around or beside them."""
    anchored = [span for span in recorded if span.of in shifts]
    starts = [span.start for span in anchored]
    for span in waiting:
        at = bisect(starts, span.start)
        around = [other for other in anchored[:at] if other.end >= span.end]
        before = [other for other in anchored[:at] if span.start - _NEAR <= other.end <= span.start]
        after = [other for other in anchored[at:] if other.start <= span.end + _NEAR]
        if _length(span) < _SHORT:  # a marker belongs to the words before it
            after = []
        for other in around[-1:] or before + after:
            yield span, shifts[other.of]


def _together(
    recorded: Sequence[Span], shifts: Mapping[str, int], places: Mapping[str, list[int]]
) -> Iterator[tuple[Span, int]]:
    """Yield two consecutive short spans that each match once and moved equally far."""
    for first, second in pairwise(span for span in recorded if span.of not in shifts):
        shift = {at - span.start for span in (first, second) for at in places[span.sha256]}
        once = all(len(places[span.sha256]) == 1 for span in (first, second))
        if once and len(shift) == 1 and _length(first) + _length(second) >= _LONG:
            for span in (first, second):
                yield span, min(shift)
