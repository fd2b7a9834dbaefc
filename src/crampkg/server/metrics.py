"""The server's metrics, for Prometheus."""

from __future__ import annotations

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    Info,
    PlatformCollector,
    ProcessCollector,
    generate_latest,
)
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

CONTENT_TYPE = CONTENT_TYPE_PLAIN_0_0_4

_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)


class Metrics:
    """The metrics of one server, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        PlatformCollector(registry=self.registry)
        self._requests = Counter(
            "crampkg_requests",
            "Requests answered, by route, method and status.",
            ("route", "method", "status"),
            registry=self.registry,
        )
        self._seconds = Histogram(
            "crampkg_request_seconds",
            "From the head of a request to the end of its answer.",
            ("route",),
            buckets=_SECONDS,
            registry=self.registry,
        )
        self._cached = Counter(
            "crampkg_cached_answers",
            "Answers from the cache.",
            registry=self.registry,
        )
        self._stopped = Counter(
            "crampkg_stopped_queries",
            "Queries that came to no answer, by kind of problem.",
            ("kind",),
            registry=self.registry,
        )
        self.workers = Gauge(
            "crampkg_workers", "Worker processes, by state.", ("state",), registry=self.registry
        )
        self.threads = Gauge(
            "crampkg_threads",
            "Threads for pages, the API and why, by state.",
            ("state",),
            registry=self.registry,
        )
        self.waiting = Gauge(
            "crampkg_waiting_queries",
            "Requests that wait for a worker or a thread.",
            registry=self.registry,
        )
        self._slow = Counter(
            "crampkg_slow_answers",
            "Answers that took over a second in a thread, by what was done.",
            ("work",),
            registry=self.registry,
        )
        self.graph = Info(
            "crampkg_graph", "The version and the digest of the graph.", registry=self.registry
        )

    def answered(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count a request."""
        self._requests.labels(route, method, str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def cached(self) -> None:
        """Count an answer from the cache."""
        self._cached.inc()

    def stopped(self, kind: str) -> None:
        """Count a query without an answer, by the kind of its problem."""
        self._stopped.labels(kind).inc()

    def slow(self, work: str) -> None:
        """Count an answer that took over a second in a thread."""
        self._slow.labels(work).inc()

    def text(self) -> bytes:
        """Return all metrics in the text format of Prometheus."""
        return generate_latest(self.registry)
