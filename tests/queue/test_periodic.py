"""Work that is repeated by the clock, by one of many processes, whatever fails."""

import asyncio
import time

from bot.core.errors import DatabaseFailed, ShuttingDown
from bot.core.metrics import Metrics
from bot.queue.periodic import PeriodicTask
from bot.storage.rate_limits.memory import LocalRateLimiter

TICK = 0.005


class CountedCalls:
    """Counts its calls, and raises each given error once."""

    def __init__(self, *errors: Exception) -> None:
        self.times = 0
        self.enough = asyncio.Event()
        self._errors = list(errors)

    async def __call__(self) -> None:
        self.times += 1
        if self._errors:
            raise self._errors.pop(0)
        self.enough.set()


async def test_it_repeats_until_it_is_closed() -> None:
    """It runs at once, and ends in the middle of a long pause too."""
    done = CountedCalls()
    rounds = PeriodicTask("look", LocalRateLimiter(time.monotonic), done, Metrics(), every=3600)
    async with asyncio.timeout(20), rounds.running():
        await done.enough.wait()

    assert done.times == 1


async def test_a_database_that_fails_does_not_end_it() -> None:
    """After a full disk it runs again in the next round."""
    done = CountedCalls(DatabaseFailed("disk full"), DatabaseFailed("disk full"))
    async with (
        asyncio.timeout(20),
        PeriodicTask("look", LocalRateLimiter(time.monotonic), done, Metrics(), every=TICK).running(),
    ):
        await done.enough.wait()

    assert done.times == 3


async def test_an_unexpected_error_does_not_end_it() -> None:
    """A sweep that ended would only be noticed by people who wait for their watches."""
    done = CountedCalls(ZeroDivisionError())
    async with (
        asyncio.timeout(20),
        PeriodicTask("look", LocalRateLimiter(time.monotonic), done, Metrics(), every=TICK).running(),
    ):
        await done.enough.wait()

    assert done.times == 2


async def test_shutting_down_ends_it() -> None:
    """It stops when the process is shutting down."""
    done = CountedCalls(ShuttingDown())
    await asyncio.wait_for(
        PeriodicTask("look", LocalRateLimiter(time.monotonic), done, Metrics(), every=TICK).run(), 5
    )

    assert done.times == 1


async def test_closing_before_the_start_prevents_it() -> None:
    """A task that was closed before it began does nothing."""
    done = CountedCalls()
    rounds = PeriodicTask("look", LocalRateLimiter(time.monotonic), done, Metrics(), every=TICK)
    rounds.close()
    await rounds.run()

    assert done.times == 0


async def test_one_of_many_does_it() -> None:
    """Five processes that share a rate limiter do each round once.

    A task of another name has its own turns.
    """
    rate_limiter, done, other = LocalRateLimiter(lambda: 0.0), CountedCalls(), CountedCalls()
    rounds = [PeriodicTask("look", rate_limiter, done, Metrics(), every=TICK) for _ in range(5)]
    running = [asyncio.create_task(each.run()) for each in rounds]
    other_task = PeriodicTask("tidy", rate_limiter, other, Metrics(), every=TICK)
    async with asyncio.timeout(20), other_task.running():
        await other.enough.wait()
    for each in rounds:
        each.close()
    await asyncio.gather(*running)

    assert (done.times, other.times) == (1, 1)
