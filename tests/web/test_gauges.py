"""The gauges of what is in the database."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from prometheus_client import CollectorRegistry

from bot.core.errors import DatabaseFailed
from bot.jobs.background import CheckOrder
from bot.orders.ids import OrderId
from bot.storage.database.base import Database, Row, Statement, T, Value
from bot.storage.jobs import JobStore
from bot.storage.watches import Watches
from bot.watches.models import Condition, Watch, Watcher
from bot.web.gauges import CACHED_FOR, Gauges
from tests.queue.contract.harness import NOW, say
from tests.support.both_databases import database_url

__all__ = ["database_url"]
MINUTE = timedelta(minutes=1)


class ManualClock:
    """A clock in seconds that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds

    def pass_a_second(self) -> None:
        self.seconds += 1


class BreakableDatabase:
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

    async def once(self, query: str, /, **values: Value) -> list[Row]:
        return await self.run(lambda sql: sql.rows(query, **values))


class GaugesHarness:
    def __init__(self, database: Database) -> None:
        self.clock, self.database = ManualClock(), BreakableDatabase(database)
        self.job_store, self.watches = JobStore(self.database), Watches(self.database)
        self.writable = True
        self.gauges = Gauges(self.job_store, self.watches, self.takes_jobs, lambda: NOW, self.clock)
        self.registry = CollectorRegistry()
        self.registry.register(self.gauges)

    async def takes_jobs(self) -> bool:
        return self.writable

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

    def value(self, name: str, **labels: str) -> float | None:
        return self.registry.get_sample_value(f"order_desk_{name}", labels)


@pytest.fixture
async def harness(database: Database) -> GaugesHarness:
    return GaugesHarness(database)


async def test_open_jobs_by_kind_and_the_age_of_the_oldest(harness: GaugesHarness) -> None:
    """Ended jobs do not count, and a kind without open jobs is not named."""
    done, *_ = await harness.record("a", ago=10 * MINUTE)
    await harness.record("b", ago=5 * MINUTE)
    await harness.record("c")
    check = CheckOrder.at("T1", OrderId("order-1"))
    await harness.database.run(lambda sql: harness.job_store.put(sql, check, NOW + MINUTE))
    await harness.job_store.done(done, NOW)
    await harness.gauges.refresh()

    assert (harness.value("jobs_open", kind="say"), harness.value("oldest_job_seconds", kind="say")) == (
        2,
        300,
    )
    assert harness.value("oldest_job_seconds", kind="look_at_watched") == 0  # a clock that went back
    assert harness.value("jobs_open", kind="find") is None


async def test_a_database_that_only_answers(harness: GaugesHarness) -> None:
    """It does not count as up when it takes no job, though what is in it is still counted."""
    await harness.record("a")
    harness.writable = False
    await harness.gauges.refresh()

    assert (harness.value("database_up"), harness.value("jobs_open", kind="say")) == (0, 1)


async def test_dead_jobs(harness: GaugesHarness) -> None:
    """The gauge counts the dead jobs that are kept, and not the done ones."""
    done, *dead = await harness.record("a", "b", "c", "d")
    await harness.job_store.done(done, NOW)
    for row in dead:
        await harness.job_store.dead(row, "no way", NOW)
    await harness.gauges.refresh()

    assert harness.value("jobs_dead") == 3


async def test_watches_by_condition(harness: GaugesHarness) -> None:
    """Ended watches do not count."""
    for number, condition in enumerate(
        [Condition.OPEN] * 3 + [Condition.PAUSED] * 2 + [Condition.ENDING, Condition.ENDED]
    ):
        await harness.watch(number, condition)
    await harness.gauges.refresh()

    assert {each: harness.value("watches", condition=each) for each in Condition} == {
        Condition.OPEN: 3,
        Condition.PAUSED: 2,
        Condition.ENDING: 1,
        Condition.ENDED: None,
    }


async def test_watches_are_counted_once_a_minute(harness: GaugesHarness) -> None:
    """Jobs are counted at each scrape, as there are few rows. Of watches there may be a million."""
    await harness.gauges.refresh()
    await harness.watch(1, Condition.OPEN)
    await harness.record("a")
    harness.clock.seconds += CACHED_FOR - 1
    await harness.gauges.refresh()
    said = [harness.value("watches", condition="open"), harness.value("jobs_open", kind="say")]
    harness.clock.seconds += 1
    await harness.gauges.refresh()

    assert [*said, harness.value("watches", condition="open")] == [0, 1, 1]


async def test_watches_are_counted_more_seldom_where_it_takes_long(harness: GaugesHarness) -> None:
    """Counting takes at most a thousandth of the time. Jobs are counted meanwhile."""
    harness.database.asked = harness.clock.pass_a_second
    await harness.gauges.refresh()
    harness.database.asked = lambda: None
    await harness.watch(1, Condition.OPEN)
    harness.clock.seconds += 1000 * 1.0 - 1
    await harness.gauges.refresh()
    said = harness.value("watches", condition="open")
    harness.clock.seconds += 1
    await harness.gauges.refresh()

    assert [said, harness.value("watches", condition="open")] == [0, 1]


async def test_without_the_database_only_its_state_is_reported(harness: GaugesHarness) -> None:
    """Old figures are left out, and come back with the database."""
    await harness.record("a")
    await harness.gauges.refresh()
    harness.database.away = True
    await harness.gauges.refresh()
    away = [harness.value(name) for name in ("database_up", "jobs_dead")]
    gone = harness.value("jobs_open", kind="say")
    harness.database.away = False
    await harness.gauges.refresh()

    assert (away, gone) == ([0, None], None)
    assert (harness.value("database_up"), harness.value("jobs_open", kind="say")) == (1, 1)
