"""What one request may cost: the defaults are for a public server on a small machine."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20

#: How many justifications `why` may look for, and how many names a search may return.
MOST_JUSTIFICATIONS = 20
MOST_TERMS = 1000


@dataclass(frozen=True)
class Limits:
    """Seconds, bytes and numbers that hold for every request.

    `workers` processes run strangers' queries, and as many threads do all else; a query has
    `seconds` of wall clock and may take `memory` bytes beyond the graph. An answer holds at most
    `rows` rows or triples and `result` bytes; a query at most `query` bytes. Beyond the workers,
    and beyond the threads, `queue` requests may wait, `per_client` of one address, for at most
    `patience` seconds. A client has `request` seconds to send the head of a request, of at most
    `head` bytes, and as long for its body; and must read an answer as fast as its connection can
    be seen to move every `request` seconds, a long one whole in `grace` seconds and one more for
    each `pace` bytes. `cache` bytes of answers are kept, and at most `connections` are open,
    `per_address` of them from one address. Answers that are not kept may together have `unkept`
    bytes while they are sent, a quarter of them those of one address.
    """

    workers: int = 2
    seconds: float = 10.0
    memory: int = 1024 * MEBIBYTE
    rows: int = 100_000
    result: int = 32 * MEBIBYTE
    query: int = 128 * 1024
    queue: int = 64
    per_client: int = 16
    patience: float = 20.0
    request: float = 15.0
    grace: float = 30.0
    pace: int = 64 * 1024
    head: int = 64 * 1024
    cache: int = 64 * MEBIBYTE
    unkept: int = 256 * MEBIBYTE
    connections: int = 2000
    per_address: int = 1200
