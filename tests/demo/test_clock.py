"""A clock that skips the time in which everything waits."""

import asyncio
import threading
import time
from datetime import UTC, datetime

from bot.demo.scenarios.skipping_loop import Clock, SkippingLoop
from tests.demo.short_scenarios import leaping

BEGINS = datetime(2026, 6, 13, 10, 0, tzinfo=UTC)


def loop() -> SkippingLoop:
    running = asyncio.get_running_loop()
    assert isinstance(running, SkippingLoop)
    return running


def test_waiting_takes_no_real_time() -> None:
    """A day's sleep ends at once, and the clock has gone on by a day."""

    async def sleep() -> datetime:
        loop().skip_idle(lambda: False)
        clock = Clock(BEGINS)
        await clock.until(86400)
        return clock.now()

    begun = time.monotonic()
    ended = leaping(sleep())

    assert ended.date().isoformat() == "2026-06-14"
    assert time.monotonic() - begun < 5


def test_timers_keep_their_order() -> None:
    """The shortest timer fires first, by the same clock."""

    async def race() -> list[float]:
        loop().skip_idle(lambda: False)
        ended: list[float] = []

        async def runner(seconds: float) -> None:
            await asyncio.sleep(seconds)
            ended.append(seconds)

        await asyncio.gather(*(runner(seconds) for seconds in (300, 0.5, 86400, 20)))
        return ended

    assert leaping(race()) == [0.5, 20, 300, 86400]


def test_no_time_is_skipped_while_a_thread_works() -> None:
    """The answer of a thread comes before its timeout."""

    async def ask() -> str:
        working, done = threading.Event(), threading.Event()

        def work() -> str:
            working.set()
            done.wait(10)
            return "answered"

        answer = asyncio.create_task(asyncio.to_thread(work))
        await asyncio.to_thread(working.wait, 10)
        loop().skip_idle(working.is_set)
        threading.Timer(0.05, done.set).start()
        async with asyncio.timeout(600):
            return await answer

    begun = time.monotonic()

    assert leaping(ask()) == "answered"
    assert time.monotonic() - begun < 60


def test_time_is_real_before_and_after() -> None:
    """Before `leap` and after `walk`, a second takes a second."""

    async def seconds() -> tuple[float, float]:
        begun = time.monotonic()
        await asyncio.sleep(0.05)
        before = time.monotonic() - begun
        loop().skip_idle(lambda: False)
        await asyncio.sleep(600)
        loop().stop_skipping()
        begun = time.monotonic()
        await asyncio.sleep(0.05)
        return before, time.monotonic() - begun

    assert min(leaping(seconds())) >= 0.05
