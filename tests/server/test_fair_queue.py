"""Whose turn it is, who must wait, and that nothing is lost."""

from __future__ import annotations

import asyncio

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crampkg.server.fair_queue import FairQueue
from crampkg.server.problems import Problem


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(5):
        await asyncio.sleep(0)


def test_the_clients_take_turns() -> None:
    async def scenario() -> list[str]:
        queue: FairQueue[int] = FairQueue(length=10, per_client=10, patience=5)
        served = []

        async def use(client: str) -> None:
            thing = await queue.take(client)
            served.append(client)
            queue.put(thing)

        asked = [asyncio.create_task(use(client)) for client in ("a", "a", "a", "b", "c", "b")]
        await settle()
        queue.put(1)
        await asyncio.gather(*asked)
        return served

    assert asyncio.run(scenario()) == ["a", "b", "c", "a", "b", "a"]


@pytest.mark.parametrize(
    ("length", "per_client", "says"),
    [(10, 2, "2 queries of yours wait"), (2, 10, "2 queries wait")],
)
def test_only_so_many_wait(length: int, per_client: int, says: str) -> None:
    async def scenario() -> None:
        queue: FairQueue[int] = FairQueue(length, per_client, patience=5)
        waiting = [asyncio.create_task(queue.take("a")) for _ in range(2)]
        await settle()
        with pytest.raises(Problem, match=says) as told:
            await queue.take("a")
        assert told.value.kind == "busy"
        assert told.value.retry == 5
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)
        assert queue.waiting == 0

    asyncio.run(scenario())


def test_nobody_waits_for_ever() -> None:
    async def scenario() -> None:
        queue: FairQueue[int] = FairQueue(length=10, per_client=10, patience=0.01)
        with pytest.raises(Problem, match="No worker was free"):
            await queue.take("a")
        assert queue.waiting == 0

    asyncio.run(scenario())


STEPS = st.lists(st.sampled_from(["take a", "take b", "put", "cancel"]), max_size=40)


@given(STEPS)
def test_nothing_is_lost_or_given_twice(steps: list[str]) -> None:
    """Two things go round; whoever gives up meanwhile leaves them to the others."""

    async def scenario() -> None:
        queue: FairQueue[int] = FairQueue(length=100, per_client=100, patience=60)
        queue.put(1)
        queue.put(2)
        tasks: list[asyncio.Task[int]] = []
        for step in steps:
            held = [task for task in tasks if task.done() and not task.cancelled()]
            if step.startswith("take"):
                tasks.append(asyncio.create_task(queue.take(step[-1])))
            elif step == "put" and held:
                tasks.remove(held[0])
                queue.put(held[0].result())
                continue  # whoever gets it may be cancelled before it runs
            elif step == "cancel":
                for task in tasks[-1:]:
                    task.cancel()
            await settle()
        await settle()
        held = [task for task in tasks if task.done() and not task.cancelled()]
        waiting = [task for task in tasks if not task.done()]
        things = [task.result() for task in held]
        assert len(set(things)) == len(things)
        assert queue.idle + len(things) == 2
        assert queue.waiting == len(waiting)
        assert not (queue.idle and waiting)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    asyncio.run(scenario())
