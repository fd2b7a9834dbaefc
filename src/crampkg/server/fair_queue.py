"""A queue that serves clients in turn, so that a client with many queries delays no other."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from typing import Generic, TypeVar

from crampkg.server.problems import Problem

T = TypeVar("T")


class FairQueue(Generic[T]):
    """A pool of resources, such as workers, and the requests that wait for one of them.

    At most `length` requests wait, at most `per_client` of one client, and none longer than
    `patience` seconds.
    """

    def __init__(self, length: int, per_client: int, patience: float) -> None:
        self._length = length
        self._per_client = per_client
        self._patience = patience
        self._idle: deque[T] = deque()
        self._waiting: OrderedDict[str, deque[asyncio.Future[T]]] = OrderedDict()

    @property
    def idle(self) -> int:
        """How many resources are free."""
        return len(self._idle)

    @property
    def waiting(self) -> int:
        """How many requests wait."""
        return sum(len(futures) for futures in self._waiting.values())

    async def take(self, client: str) -> T:
        """Return a resource when it is this client's turn; give it back with `put`.

        Raises `Problem` ("busy") when too many requests wait already, or after too long a wait.
        """
        if self._idle:
            return self._idle.popleft()
        own = self._waiting.get(client, ())
        if self.waiting >= self._length or len(own) >= self._per_client:
            is_own = len(own) >= self._per_client
            queries = f"{len(own)} queries of yours" if is_own else f"{self.waiting} queries"
            raise self._busy(f"{queries} wait already.")
        future: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(client, deque()).append(future)
        try:
            async with asyncio.timeout(self._patience):
                await asyncio.wait([future])
        except BaseException as error:
            if future.done():  # a resource came at the last moment, and is not wanted any more
                self.put(future.result())
            else:
                self._forget(client, future)
            if isinstance(error, TimeoutError):
                raise self._busy(f"No worker was free for {self._patience:g} seconds.") from None
            raise
        return future.result()

    def put(self, resource: T) -> None:
        """Give `resource` to the client whose turn it is, or keep it when none waits."""
        if self._waiting:
            client, futures = self._waiting.popitem(last=False)
            futures.popleft().set_result(resource)
            if futures:
                self._waiting[client] = futures  # at the end: the others come first
            return
        self._idle.append(resource)

    def __contains__(self, resource: object) -> bool:
        """Return whether `resource` is free."""
        return resource in self._idle

    def drop(self, resource: T) -> None:
        """Remove `resource` from the pool if it is free."""
        if resource in self._idle:
            self._idle.remove(resource)

    def _forget(self, client: str, future: asyncio.Future[T]) -> None:
        futures = self._waiting[client]
        futures.remove(future)
        if not futures:
            del self._waiting[client]

    def _busy(self, why: str) -> Problem:
        return Problem("busy", f"{why} Ask again in a moment.", retry=max(1, int(self._patience)))
