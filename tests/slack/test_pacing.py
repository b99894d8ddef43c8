"""Slack's rate limits, on a loop whose time goes on only while everything waits."""

import asyncio
import itertools
import selectors
from collections.abc import Coroutine
from typing import Any, TypeVar

import pytest

from bot.core.errors import SlackBusy
from bot.slack.api.pacing import (
    EDITS_REFILL_SECONDS,
    MAX_EDITS_AT_ONCE,
    MAX_WAIT_SECONDS,
    RESERVED_EDITS,
    UPDATE,
    SlackRateLimits,
)
from bot.storage.rate_limits.memory import LocalRateLimiter

T = TypeVar("T")


class SkippingSelector(selectors.DefaultSelector):
    """Returns at once, and counts the seconds that it should have waited."""

    skipped = 0.0

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        self.skipped += timeout or 0.0
        return super().select(0)


class SkippingLoop(asyncio.SelectorEventLoop):
    """A loop whose time moves only by its timers."""

    def __init__(self) -> None:
        self._selector = SkippingSelector()
        super().__init__(self._selector)

    def time(self) -> float:
        return self._selector.skipped


def run(story: Coroutine[Any, Any, T]) -> T:
    with asyncio.Runner(loop_factory=SkippingLoop) as runner:
        return runner.run(story)


def clock() -> float:
    return asyncio.get_running_loop().time()


async def posted(pacing: SlackRateLimits, channel: str) -> float:
    """The time of the post. If refused, minus the seconds after which to ask again."""
    try:
        await pacing.wait_to_post(channel)
    except SlackBusy as busy:
        return -(busy.retry_after or 0.0)
    return round(clock(), 6)


async def edited(pacing: SlackRateLimits) -> float | None:
    try:
        await pacing.wait_to_update()
    except SlackBusy:
        return None
    return round(clock(), 6)


def test_one_message_a_second_in_a_channel() -> None:
    """The first message goes at once, and each of the next a second after the one before."""

    async def story() -> list[float]:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        return await asyncio.gather(*(posted(pacing, "C1") for _ in range(4)))

    assert run(story()) == [0, 1, 2, 3]


def test_one_after_the_other_is_no_faster() -> None:
    """Posts that wait for each other keep the same rate. A quiet channel gains nothing."""

    async def story() -> list[float]:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        times = [await posted(pacing, "C1") for _ in range(3)]
        await asyncio.sleep(60)
        return [*times, await posted(pacing, "C1"), await posted(pacing, "C1")]

    assert run(story()) == [0, 1, 2, 62, 63]


def test_another_channel_does_not_wait() -> None:
    """A queue in one channel delays no other channel."""

    async def story() -> list[float]:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        busy = [posted(pacing, "C1") for _ in range(10)]
        return (await asyncio.gather(*busy, posted(pacing, "C2"), posted(pacing, "C3")))[-2:]

    assert run(story()) == [0, 0]


def test_a_long_wait_is_refused_with_a_time() -> None:
    """A post waits three seconds at most. The others get times that are a second apart."""

    async def story() -> list[float]:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        return await asyncio.gather(*(posted(pacing, "C1") for _ in range(10)))

    times = run(story())
    assert [time for time in times if time >= 0] == [0, 1, 2, 3]
    assert [-time for time in times if time < 0] == [5, 6, 7, 8, 9, 10]


def test_each_post_succeeds_at_its_given_time() -> None:
    """Forty notices in one channel come a second apart, none early, and each asks twice at most."""

    async def notice(pacing: SlackRateLimits) -> tuple[int, float]:
        tries = 1
        while (time := await posted(pacing, "C1")) < 0:
            await asyncio.sleep(-time)
            tries += 1
        return tries, time

    async def story() -> list[tuple[int, float]]:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        return await asyncio.gather(*(notice(pacing) for _ in range(40)))

    lives = run(story())
    times = sorted(time for _, time in lives)
    assert all(later - time >= 1 for time, later in itertools.pairwise(times))
    assert times[-1] <= 45
    assert max(tries for tries, _ in lives) <= 2


def test_the_rate_can_be_set() -> None:
    """Tests use a faster rate."""

    async def story() -> list[float]:
        pacing = SlackRateLimits(LocalRateLimiter(clock), between=0.5)
        return await asyncio.gather(*(posted(pacing, "C1") for _ in range(3)))

    assert run(story()) == [0, 0.5, 1]


def test_a_429_pauses_that_channel_only() -> None:
    """No message goes there before its time. Other channels and edits go on."""

    async def story() -> None:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        await pacing.wait_to_post("C1")
        await pacing.pause("C1", SlackBusy("ratelimited", retry_after=30))
        with pytest.raises(SlackBusy) as busy:
            await pacing.wait_to_post("C1")
        assert (busy.value.code, busy.value.retry_after) == ("ratelimited", 30)
        assert await posted(pacing, "C2") == 0
        assert await edited(pacing) == 0
        assert await pacing.has_room_to_update()

        await asyncio.sleep(29)
        with pytest.raises(SlackBusy) as busy:
            await pacing.wait_to_post("C1")
        assert busy.value.retry_after == 1
        await asyncio.sleep(1)
        assert await posted(pacing, "C1") == 30

    run(story())


def test_a_post_that_waits_during_a_429_is_refused() -> None:
    """Posts that wait get the same refusal as later ones."""

    async def story() -> list[BaseException | None]:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        await pacing.wait_to_post("C1")
        queue = asyncio.gather(*(pacing.wait_to_post("C1") for _ in range(2)), return_exceptions=True)
        await asyncio.sleep(0.5)
        await pacing.pause("C1", SlackBusy("ratelimited", retry_after=30))
        return await queue

    first, second = run(story())
    assert isinstance(first, SlackBusy)
    assert isinstance(second, SlackBusy)
    assert (first.retry_after, second.retry_after) == (29.5, 28.5)


@pytest.mark.parametrize(
    "busy",
    [SlackBusy("ratelimited"), SlackBusy("internal_error", retry_after=30, maybe_done=True)],
    ids=["without-a-time", "no-429"],
)
def test_other_errors_pause_nothing(busy: SlackBusy) -> None:
    """Only a 429 with a Retry-After pauses a channel."""

    async def story() -> float:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        await pacing.pause("C1", busy)
        return await posted(pacing, "C1")

    assert run(story()) == 0


def test_ten_edits_at_once_and_forty_a_minute_after_them() -> None:
    """Edits wait for each other for up to three seconds. A longer wait is refused."""

    async def story() -> list[float | None]:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        return await asyncio.gather(*(edited(pacing) for _ in range(MAX_EDITS_AT_ONCE + 4)))

    times = run(story())
    assert times[:MAX_EDITS_AT_ONCE] == [0.0] * MAX_EDITS_AT_ONCE
    assert times[MAX_EDITS_AT_ONCE] == EDITS_REFILL_SECONDS / MAX_EDITS_AT_ONCE
    assert [time for time in times if time and time > MAX_WAIT_SECONDS] == []
    assert times[-2:] == [None, None]


def test_edits_stay_below_slacks_fifty_a_minute() -> None:
    """In no sixty seconds there are more than fifty edits."""

    async def story() -> list[float]:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        times: list[float] = []
        while clock() < 180:
            if (time := await edited(pacing)) is None:
                await asyncio.sleep(0.25)
            else:
                times.append(time)
        return times

    times = run(story())
    assert max(sum(start <= time < start + 60 for time in times) for start in times) <= 50


def test_some_edits_are_reserved_for_urgent_ones() -> None:
    """Optional edits are refused once six of ten are used. Urgent ones get the rest at once."""

    async def story() -> None:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        used = 0
        while await pacing.has_room_to_update():
            assert await edited(pacing) == 0
            used += 1
        assert used == MAX_EDITS_AT_ONCE - RESERVED_EDITS
        assert [await edited(pacing) for _ in range(RESERVED_EDITS)] == [0.0] * RESERVED_EDITS
        assert not await pacing.has_room_to_update()

        await asyncio.sleep(EDITS_REFILL_SECONDS)
        assert await pacing.has_room_to_update()

    run(story())


def test_a_429_of_edits_pauses_edits_only() -> None:
    """After a 429 of chat.update no card is edited before its time. Notices still come."""

    async def story() -> None:
        pacing = SlackRateLimits(LocalRateLimiter(clock))
        await pacing.pause(UPDATE, SlackBusy("ratelimited", retry_after=30))
        assert not await pacing.has_room_to_update()
        with pytest.raises(SlackBusy) as busy:
            await pacing.wait_to_update()
        assert (busy.value.code, busy.value.retry_after) == ("ratelimited", 30)
        assert await posted(pacing, "C1") == 0

        await asyncio.sleep(30)
        assert await pacing.has_room_to_update()
        assert await edited(pacing) == 30

    run(story())


def test_the_clock_can_be_given() -> None:
    """The time after which to ask again is counted by the given clock."""

    async def story() -> float:
        pacing = SlackRateLimits(LocalRateLimiter(lambda: 1_000_000.0))
        await pacing.wait_to_post("C1")
        await pacing.pause("C1", SlackBusy("ratelimited", retry_after=7))
        with pytest.raises(SlackBusy) as busy:
            await pacing.wait_to_post("C1")
        return busy.value.retry_after or 0.0

    assert run(story()) == 7
