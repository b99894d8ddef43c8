"""The gauges of what is in the database."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from bot.core.errors import DatabaseFailed
from bot.jobs.background import LookAtWatched
from bot.orders.ids import OrderId
from bot.storage.database.base import Database, Statement, T
from bot.storage.jobs import JobStore
from bot.storage.watches import Watches
from bot.watches.models import Condition, Watch, Watcher
from bot.web.gauges import CACHED_FOR, Gauges
from tests.queue.contract.harness import NOW, say
from tests.support.both_databases import database_url

__all__ = ["database_url"]
MINUTE = timedelta(minutes=1)


class Ticking:
    """A clock in seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_a_second(self) -> None:
        self.seconds += 1


class Breaking:
    """A database that may fail, or take long."""

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
            await self.database.run(lambda sql, job=job: self.job_store.put(sql, job, NOW - ago))  # type: ignore[misc]  # bound in this iteration
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
    """Ended jobs do not count, and a kind without open jobs is not named."""
    done, *_ = await room.record("a", ago=10 * MINUTE)
    await room.record("b", ago=5 * MINUTE)
    await room.record("c")
    look = LookAtWatched.at("T1", OrderId("order-1"))
    await room.database.run(lambda sql: room.job_store.put(sql, look, NOW + MINUTE))
    await room.job_store.done(done, NOW)
    await room.standing.look()

    assert (room.says("jobs_open", kind="say"), room.says("oldest_job_seconds", kind="say")) == (2, 300)
    assert room.says("oldest_job_seconds", kind="look_at_watched") == 0  # a clock that went back
    assert room.says("jobs_open", kind="find") is None


async def test_dead_jobs(room: Room) -> None:
    """The gauge counts the dead jobs that are kept, and not the done ones."""
    done, *dead = await room.record("a", "b", "c", "d")
    await room.job_store.done(done, NOW)
    for row in dead:
        await room.job_store.dead(row, "no way", NOW)
    await room.standing.look()

    assert room.says("jobs_dead") == 3


async def test_watches_by_condition(room: Room) -> None:
    """Ended watches do not count."""
    for number, condition in enumerate(
        [Condition.OPEN] * 3 + [Condition.PARKED] * 2 + [Condition.ENDING, Condition.ENDED]
    ):
        await room.watch(number, condition)
    await room.standing.look()

    assert {each: room.says("watches", condition=each) for each in Condition} == {
        Condition.OPEN: 3,
        Condition.PARKED: 2,
        Condition.ENDING: 1,
        Condition.ENDED: None,
    }


async def test_watches_are_counted_once_a_minute(room: Room) -> None:
    """Jobs are counted at each scrape, as there are few rows. Of watches there may be a million."""
    await room.standing.look()
    await room.watch(1, Condition.OPEN)
    await room.record("a")
    room.clock.seconds += CACHED_FOR - 1
    await room.standing.look()
    said = [room.says("watches", condition="open"), room.says("jobs_open", kind="say")]
    room.clock.seconds += 1
    await room.standing.look()

    assert [*said, room.says("watches", condition="open")] == [0, 1, 1]


async def test_watches_are_counted_more_seldom_where_it_takes_long(room: Room) -> None:
    """Counting takes at most a thousandth of the time. Jobs are counted meanwhile."""
    room.database.asked = room.clock.pass_a_second
    await room.standing.look()
    room.database.asked = lambda: None
    await room.watch(1, Condition.OPEN)
    room.clock.seconds += 1000 * 1.0 - 1
    await room.standing.look()
    said = room.says("watches", condition="open")
    room.clock.seconds += 1
    await room.standing.look()

    assert [said, room.says("watches", condition="open")] == [0, 1]


async def test_without_the_database_only_its_state_is_reported(room: Room) -> None:
    """Old figures are left out, and come back with the database."""
    await room.record("a")
    await room.standing.look()
    room.database.away = True
    await room.standing.look()
    away = [room.says(name) for name in ("database_up", "jobs_dead")]
    gone = room.says("jobs_open", kind="say")
    room.database.away = False
    await room.standing.look()

    assert (away, gone) == ([0, None], None)
    assert (room.says("database_up"), room.says("jobs_open", kind="say")) == (1, 1)
