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

LONG = 1000.0  # seconds: no time of a test matters beside it
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
    """The first at once, and each of the next so much later."""
    assert await seconds(rate_limiter) == 0
    assert await seconds(rate_limiter) == pytest.approx(LONG, abs=NEARLY)
    assert await seconds(rate_limiter) == pytest.approx(2 * LONG, abs=NEARLY)


async def test_names_are_each_others_business(rate_limiter: RateLimiter) -> None:
    """One that is taken delays no other."""
    await seconds(rate_limiter)

    assert await seconds(rate_limiter, "y") == 0


async def test_after_a_rest_some_come_at_once(rate_limiter: RateLimiter) -> None:
    """As many as the burst is; the one after them waits."""
    assert [await seconds(rate_limiter, burst=3) for _ in range(3)] == [0, 0, 0]
    assert await seconds(rate_limiter, burst=3) == pytest.approx(LONG, abs=NEARLY)


async def test_who_will_not_wait_owes_nothing(rate_limiter: RateLimiter) -> None:
    """They are told how long it would have been, and it is nobody's turn that they did not take."""
    await seconds(rate_limiter)
    for _ in range(3):
        turn = await rate_limiter.take("x", every=LONG, within=LONG / 2)
        assert not turn.booked
        assert not turn.resting
        assert turn.seconds == pytest.approx(LONG, abs=NEARLY)

    assert await seconds(rate_limiter, within=2 * LONG) == pytest.approx(LONG, abs=NEARLY)


async def test_a_turn_can_be_wanted_later(rate_limiter: RateLimiter) -> None:
    """Not before that, and those who want it then as well come one after the other."""
    assert await seconds(rate_limiter, after=5 * LONG) == pytest.approx(5 * LONG, abs=NEARLY)
    assert await seconds(rate_limiter, after=5 * LONG) == pytest.approx(6 * LONG, abs=NEARLY)


async def test_many_at_once_get_a_turn_each(rate_limiter: RateLimiter) -> None:
    """However close they come, no two have the same."""
    turns = await asyncio.gather(*(seconds(rate_limiter) for _ in range(20)))

    assert [round(each / LONG) for each in sorted(turns)] == list(range(20))


async def test_one_of_many_gets_what_is_there_once(rate_limiter: RateLimiter) -> None:
    """Of all who would not wait, exactly one has this round."""
    turns = await asyncio.gather(*(rate_limiter.take("x", every=LONG, within=0.0) for _ in range(20)))

    assert sum(turn.booked for turn in turns) == 1


async def test_a_rest_keeps_everybody_away(rate_limiter: RateLimiter) -> None:
    """Whoever takes a turn meanwhile is told for how long, and that it is no pace of ours."""
    assert await rate_limiter.resting("x") == 0
    await rate_limiter.rest("x", LONG)
    await rate_limiter.rest("x", 1.0)  # a shorter one changes nothing

    assert await rate_limiter.resting("x") == pytest.approx(LONG, abs=NEARLY)
    turn = await rate_limiter.take("x", every=1.0, within=math.inf)
    assert (turn.booked, turn.resting) == (False, True)
    assert turn.seconds == pytest.approx(LONG, abs=NEARLY)
    assert await seconds(rate_limiter, "y") == 0


async def test_room_is_what_could_be_taken_at_once(rate_limiter: RateLimiter) -> None:
    """It takes nothing itself, and there is none while it rests."""

    async def room(turns: int) -> bool:
        return await rate_limiter.has_room("x", every=LONG, burst=3, turns=turns)

    assert await room(3)
    assert not await room(4)
    await seconds(rate_limiter, burst=3)
    assert await room(2)
    assert not await room(3)
    await rate_limiter.rest("x", LONG)
    assert not await room(1)


async def test_pruning_keeps_what_is_owed(rate_limiter: RateLimiter) -> None:
    """Who has taken a turn still has to wait, and who rests still rests."""
    await seconds(rate_limiter)
    await rate_limiter.rest("y", LONG)
    await rate_limiter.prune()

    assert await seconds(rate_limiter) == pytest.approx(LONG, abs=NEARLY)
    assert await rate_limiter.resting("y") > 0


@on_postgres
async def test_a_clock_that_goes_back_stops_nothing(database: Database) -> None:
    """An hour back: a round that was done a second ago is not done in an hour, but now."""
    rate_limiter = SharedRateLimiter(database)
    await rate_limiter.take("x", every=1.0, within=0.0)
    await database.run(lambda sql: sql.do("UPDATE meters SET empty = empty + 3600"))

    assert (await rate_limiter.take("x", every=1.0, within=0.0)).booked
    assert not (await rate_limiter.take("x", every=1.0, within=0.0)).booked
