"""The limits on requests; the defaults suit a public server on a small machine."""

from __future__ import annotations

from dataclasses import dataclass

MEBIBYTE = 1 << 20

#: The most justifications that `why` looks for, and the most terms that a search returns.
MOST_JUSTIFICATIONS = 20
MOST_TERMS = 1000


@dataclass(frozen=True)
class Limits:
    """Seconds, bytes and numbers that hold for every request.

    - `workers` processes run strangers' queries, and as many threads do everything else.
    - A query has at most `query` bytes, `seconds` of wall clock and `memory` bytes beyond the
      graph. An answer has at most `rows` rows or triples and `result` bytes.
    - `queue` requests may wait for a worker, and as many for a thread: `per_client` of them from
      one address, each for at most `patience` seconds.
    - A client has `request` seconds to send the head of a request, of at most `head` bytes, and
      again for the body. It must read some of an answer every `request` seconds, and a long one
      whole within `grace` seconds and one more for each `pace` bytes.
    - The cache holds `cache` bytes. Answers outside it have at most `unkept` bytes in all while
      they are sent, and a quarter of that to one address.
    - At most `connections` are open, `per_address` of them from one address.
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
