"""What every rate limiter promises, in one process or shared by many."""

import asyncio
import math
import time

import pytest

from bot.storage.database.base import Database
from bot.storage.database.postgres import PostgresDatabase
from bot.storage.rate_limits.base import RateLimiter
from bot.storage.rate_limits.memory import LocalRateLimiter
from bot.storage.rate_limits.postgres import SharedRateLimiter
from tests.support.both_databases import on_postgres

LONG = 1000.0  # seconds. The time that a test takes does not matter in comparison
NEARLY = 30.0


@pytest.fixture
def rate_limiter(database: Database) -> RateLimiter:
    return (
        SharedRateLimiter(database)
        if isinstance(database, PostgresDatabase)
        else LocalRateLimiter(time.monotonic)
    )


async def seconds(rate_limiter: RateLimiter, name: str = "x", **how: float) -> float:
    turn = await rate_limiter.take(name, **({"every": LONG} | how))  # type: ignore[arg-type]
    assert turn.booked
    return turn.seconds


async def test_each_turn_comes_after_the_one_before(rate_limiter: RateLimiter) -> None:
    """The first turn is at once, and each next one an interval later."""
    assert await seconds(rate_limiter) == 0
    assert await seconds(rate_limiter) == pytest.approx(LONG, abs=NEARLY)
    assert await seconds(rate_limiter) == pytest.approx(2 * LONG, abs=NEARLY)


async def test_names_are_independent(rate_limiter: RateLimiter) -> None:
    """A turn of one name delays no other name."""
    await seconds(rate_limiter)

    assert await seconds(rate_limiter, "y") == 0


async def test_a_burst_comes_at_once(rate_limiter: RateLimiter) -> None:
    """As many turns as the burst come at once, and the next one waits."""
    assert [await seconds(rate_limiter, burst=3) for _ in range(3)] == [0, 0, 0]
    assert await seconds(rate_limiter, burst=3) == pytest.approx(LONG, abs=NEARLY)


async def test_a_refused_turn_costs_nothing(rate_limiter: RateLimiter) -> None:
    """The refusal says how long it would have been, and the turn stays free."""
    await seconds(rate_limiter)
    for _ in range(3):
        turn = await rate_limiter.take("x", every=LONG, within=LONG / 2)
        assert not turn.booked
        assert not turn.paused
        assert turn.seconds == pytest.approx(LONG, abs=NEARLY)

    assert await seconds(rate_limiter, within=2 * LONG) == pytest.approx(LONG, abs=NEARLY)


async def test_a_turn_can_be_booked_for_later(rate_limiter: RateLimiter) -> None:
    """It comes no earlier, and others for the same time come one after the other."""
    assert await seconds(rate_limiter, after=5 * LONG) == pytest.approx(5 * LONG, abs=NEARLY)
    assert await seconds(rate_limiter, after=5 * LONG) == pytest.approx(6 * LONG, abs=NEARLY)


async def test_callers_at_once_get_different_turns(rate_limiter: RateLimiter) -> None:
    """No two of twenty callers get the same turn."""
    turns = await asyncio.gather(*(seconds(rate_limiter) for _ in range(20)))

    assert [round(each / LONG) for each in sorted(turns)] == list(range(20))


async def test_one_of_many_gets_the_turn(rate_limiter: RateLimiter) -> None:
    """Of many callers that would not wait, exactly one gets the turn."""
    turns = await asyncio.gather(*(rate_limiter.take("x", every=LONG, within=0.0) for _ in range(20)))

    assert sum(turn.booked for turn in turns) == 1


async def test_a_rest_refuses_every_turn(rate_limiter: RateLimiter) -> None:
    """The refusal says for how long, and that it comes from a pause."""
    assert await rate_limiter.paused_for("x") == 0
    await rate_limiter.pause("x", LONG)
    await rate_limiter.pause("x", 1.0)  # a shorter one changes nothing

    assert await rate_limiter.paused_for("x") == pytest.approx(LONG, abs=NEARLY)
    turn = await rate_limiter.take("x", every=1.0, within=math.inf)
    assert (turn.booked, turn.paused) == (False, True)
    assert turn.seconds == pytest.approx(LONG, abs=NEARLY)
    assert await seconds(rate_limiter, "y") == 0


async def test_room_is_what_could_be_booked_at_once(rate_limiter: RateLimiter) -> None:
    """Asking books nothing, and there is no room during a pause."""

    async def room(turns: int) -> bool:
        return await rate_limiter.has_room("x", every=LONG, burst=3, turns=turns)

    assert await room(3)
    assert not await room(4)
    await seconds(rate_limiter, burst=3)
    assert await room(2)
    assert not await room(3)
    await rate_limiter.pause("x", LONG)
    assert not await room(1)


async def test_pruning_keeps_what_still_counts(rate_limiter: RateLimiter) -> None:
    """A booked turn and a pause still count after it."""
    await seconds(rate_limiter)
    await rate_limiter.pause("y", LONG)
    await rate_limiter.prune()

    assert await seconds(rate_limiter) == pytest.approx(LONG, abs=NEARLY)
    assert await rate_limiter.paused_for("y") > 0


@on_postgres
async def test_a_clock_that_goes_back_delays_no_turn(database: Database) -> None:
    """After the clock goes back an hour, the next turn is at once, and not in an hour."""
    rate_limiter = SharedRateLimiter(database)
    await rate_limiter.take("x", every=1.0, within=0.0)
    await database.run(lambda sql: sql.do("UPDATE meters SET empty = empty + 3600"))

    assert (await rate_limiter.take("x", every=1.0, within=0.0)).booked
    assert not (await rate_limiter.take("x", every=1.0, within=0.0)).booked
