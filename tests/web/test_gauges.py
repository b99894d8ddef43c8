"""What stands in the database, as a scrape says it."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from bot.core.errors import DatabaseFailed
from bot.jobs.background import CheckOrder
from bot.orders.ids import OrderId
from bot.storage.database.base import Database, Statement, T
from bot.storage.jobs import JobStore
from bot.storage.watches import Watches
from bot.watches.models import Condition, Watch, Watcher
from bot.web.gauges import CACHED_FOR, Gauges
from tests.both import database_url
from tests.queue.contract.bench import NOW, say

__all__ = ["database_url"]
MINUTE = timedelta(minutes=1)


class Ticking:
    """Seconds that a test counts."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_a_second(self) -> None:
        self.seconds += 1


class Breaking:
    """A database that may be away, or stand still."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.away = False
        self.asked: Callable[[], None] = lambda: None

    async def run(self, statement: Statement[T]) -> T:
        if self.away:
            raise DatabaseFailed("no connection")
        self.asked()
        return await self.database.run(statement)


class Room:
    def __init__(self, database: Database) -> None:
        self.clock, self.database = Ticking(), Breaking(database)
        self.job_store, self.watches = JobStore(self.database), Watches(self.database)
        self.standing = Gauges(self.job_store, self.watches, lambda: NOW, self.clock)
        self.registry = CollectorRegistry()
        self.registry.register(self.standing)

    async def record(self, *keys: str, ago: timedelta = MINUTE) -> list[int]:
        jobs = [say(key) for key in keys]
        rows = [
            await self.database.run(lambda sql, job=job: self.job_store.put(sql, job, NOW - ago))  # type: ignore[misc]  # bound in this round
            for job in jobs
        ]
        return [row for row in rows if row is not None]

    async def watch(self, number: int, condition: Condition) -> None:
        watch = Watch(
            team_id="T1",
            place="C1",
            order=OrderId(f"order-{number}"),
            watchers=(Watcher(user_id="U1", since=NOW),),
            condition=condition,
            next_look=NOW,
        )
        assert await self.watches.add(watch, most=1000)

    def says(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"order_desk_{name}", labels)


@pytest.fixture
async def room(database: Database) -> Room:
    return Room(database)


async def test_open_jobs_by_kind_and_the_age_of_the_oldest(room: Room) -> None:
    """What has ended counts no more, and a kind that has none is not named."""
    done, *_ = await room.record("a", ago=10 * MINUTE)
    await room.record("b", ago=5 * MINUTE)
    await room.record("c")
    look = CheckOrder.at("T1", OrderId("order-1"))
    await room.database.run(lambda sql: room.job_store.put(sql, look, NOW + MINUTE))
    await room.job_store.done(done, NOW)
    await room.standing.refresh()

    assert (room.says("jobs_open", kind="say"), room.says("oldest_job_seconds", kind="say")) == (2, 300)
    assert room.says("oldest_job_seconds", kind="look_at_watched") == 0  # a clock that was put back
    assert room.says("jobs_open", kind="find") is None


async def test_dead_jobs(room: Room) -> None:
    """As many as are kept; what was done is no failure."""
    done, *dead = await room.record("a", "b", "c", "d")
    await room.job_store.done(done, NOW)
    for row in dead:
        await room.job_store.dead(row, "no way", NOW)
    await room.standing.refresh()

    assert room.says("jobs_dead") == 3


async def test_watches_by_condition(room: Room) -> None:
    """Those that have ended are none."""
    for number, condition in enumerate(
        [Condition.OPEN] * 3 + [Condition.PARKED] * 2 + [Condition.ENDING, Condition.ENDED]
    ):
        await room.watch(number, condition)
    await room.standing.refresh()

    assert {each: room.says("watches", condition=each) for each in Condition} == {
        Condition.OPEN: 3,
        Condition.PARKED: 2,
        Condition.ENDING: 1,
        Condition.ENDED: None,
    }


async def test_watches_are_counted_once_a_minute(room: Room) -> None:
    """Jobs each time, as that reads few rows; of watches there may be a million."""
    await room.standing.refresh()
    await room.watch(1, Condition.OPEN)
    await room.record("a")
    room.clock.seconds += CACHED_FOR - 1
    await room.standing.refresh()
    said = [room.says("watches", condition="open"), room.says("jobs_open", kind="say")]
    room.clock.seconds += 1
    await room.standing.refresh()

    assert [*said, room.says("watches", condition="open")] == [0, 1, 1]


async def test_and_more_seldom_where_it_takes_long(room: Room) -> None:
    """Of ten million watches too, it takes a thousandth of the time; jobs are told meanwhile."""
    room.database.asked = room.clock.pass_a_second
    await room.standing.refresh()
    room.database.asked = lambda: None
    await room.watch(1, Condition.OPEN)
    room.clock.seconds += 1000 * 1.0 - 1
    await room.standing.refresh()
    said = room.says("watches", condition="open")
    room.clock.seconds += 1
    await room.standing.refresh()

    assert [said, room.says("watches", condition="open")] == [0, 1]


async def test_of_a_database_that_is_away_only_that_is_said(room: Room) -> None:
    """Nothing old is told as if it were true now; when it is back, all is there again."""
    await room.record("a")
    await room.standing.refresh()
    room.database.away = True
    await room.standing.refresh()
    away = [room.says(name) for name in ("database_up", "jobs_dead")]
    gone = room.says("jobs_open", kind="say")
    room.database.away = False
    await room.standing.refresh()

    assert (away, gone) == ([0, None], None)
    assert (room.says("database_up"), room.says("jobs_open", kind="say")) == (1, 1)
