"""What is done by the clock: again and again, by one of many, whatever goes wrong."""

import asyncio
import time

from bot.core.errors import DatabaseFailed, ShuttingDown
from bot.core.metrics import Metrics
from bot.queue.periodic import PeriodicTask
from bot.storage.rate_limits.memory import LocalRateLimiter

TICK = 0.005


class Done:
    """Counts; raises what it is told to, each once."""

    def __init__(self, *troubles: Exception) -> None:
        self.times = 0
        self.enough = asyncio.Event()
        self._troubles = list(troubles)

    async def __call__(self) -> None:
        self.times += 1
        if self._troubles:
            raise self._troubles.pop(0)
        self.enough.set()


async def test_it_goes_on_until_it_is_closed() -> None:
    """It begins at once, and ends in the middle of a long pause too."""
    done = Done()
    rounds = PeriodicTask("look", LocalRateLimiter(time.monotonic), done, Metrics(), every=3600)
    async with asyncio.timeout(20), rounds.running():
        await done.enough.wait()

    assert done.times == 1


async def test_a_database_that_fails_does_not_end_it() -> None:
    """A full disk is tried again in the next round."""
    done = Done(DatabaseFailed("disk full"), DatabaseFailed("disk full"))
    async with (
        asyncio.timeout(20),
        PeriodicTask("look", LocalRateLimiter(time.monotonic), done, Metrics(), every=TICK).running(),
    ):
        await done.enough.wait()

    assert done.times == 3


async def test_nor_does_an_error_that_nobody_thought_of() -> None:
    """A sweep that stood still would be noticed by nobody but those who wait for its watches."""
    done = Done(ZeroDivisionError())
    async with (
        asyncio.timeout(20),
        PeriodicTask("look", LocalRateLimiter(time.monotonic), done, Metrics(), every=TICK).running(),
    ):
        await done.enough.wait()

    assert done.times == 2


async def test_a_stopping_desk_ends_it() -> None:
    """There is nobody left to do it for."""
    done = Done(ShuttingDown())
    await asyncio.wait_for(
        PeriodicTask("look", LocalRateLimiter(time.monotonic), done, Metrics(), every=TICK).run(), 5
    )

    assert done.times == 1


async def test_closed_is_closed() -> None:
    """One that was closed before it began does nothing."""
    done = Done()
    rounds = PeriodicTask("look", LocalRateLimiter(time.monotonic), done, Metrics(), every=TICK)
    rounds.close()
    await rounds.run()

    assert done.times == 0


async def test_one_of_many_does_it() -> None:
    """Five processes that share a rate limiter do each round once, and nothing of another kind."""
    rate_limiter, done, other = LocalRateLimiter(lambda: 0.0), Done(), Done()
    rounds = [PeriodicTask("look", rate_limiter, done, Metrics(), every=TICK) for _ in range(5)]
    running = [asyncio.create_task(each.run()) for each in rounds]
    beside = PeriodicTask("tidy", rate_limiter, other, Metrics(), every=TICK)
    async with asyncio.timeout(20), beside.running():
        await other.enough.wait()
    for each in rounds:
        each.close()
    await asyncio.gather(*running)

    assert (done.times, other.times) == (1, 1)
