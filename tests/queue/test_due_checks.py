"""The sweep on a real file and the real engine: one job per order, and a loop that goes on."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.core.errors import ShuttingDown
from bot.core.metrics import Metrics
from bot.jobs.background import CheckOrder
from bot.jobs.models import Job
from bot.jobs.outcomes import Abandon
from bot.orders.ids import OrderId
from bot.queue import due_checks as sweeping
from bot.queue.due_checks import Sweep
from bot.queue.embedded import EmbeddedEngine
from bot.queue.runner import JobRunner
from bot.storage.database.sqlite import SqliteDatabase
from bot.storage.due_watches import CLAIMED_FOR, DueOrder
from bot.storage.jobs import JobStore
from bot.storage.stores import Stores
from bot.watches.models import Ending, Watch
from bot.watches.models import Watcher as Person
from bot.watches.transitions import ended

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ELM, OAK = OrderId("12-elm"), OrderId("7-oak")


class CheckWorker:
    """A worker that records which orders it was asked to check. It waits for its gate."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.then: Callable[[], Awaitable[None]] | None = None
        self._changed = asyncio.Condition()

    async def perform(self, job: Job, *, attempt: int) -> None:
        assert isinstance(job, CheckOrder)
        async with self._changed:
            self.seen.append((job.team_id, job.order))
            self._changed.notify_all()
        await self.gate.wait()
        if self.then:
            await self.then()

    async def report_failure(self, job: Job, reference: str) -> None:
        """No person waits for a check."""

    async def until(self, count: int) -> None:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.seen) >= count)


@dataclass
class SweepHarness:
    """All that a sweep needs. A test moves `now`, the time."""

    database: SqliteDatabase
    stores: Stores
    job_store: JobStore
    engine: EmbeddedEngine
    worker: CheckWorker
    sweep: Sweep
    now: datetime = NOW

    async def watch(self, order: OrderId = ELM, place: str = "C1", team: str = "T1") -> Watch:
        """A watch that is due now."""
        person = Person(user_id="U1", since=NOW)
        new = Watch(team_id=team, place=place, order=order, watchers=(person,), next_look=NOW)
        added = await self.stores.watches.add(new, most=10_000)
        assert added
        return added

    async def due(self) -> list[DueOrder]:
        return await self.database.run(lambda sql: self.stores.due_watches.due(sql, self.now, 10))


@pytest.fixture
async def harness(file: Path) -> AsyncIterator[SweepHarness]:
    async with SqliteDatabase.opened(file) as database:
        stores, job_store, worker = Stores.on(database), JobStore(database), CheckWorker()
        engine = EmbeddedEngine(database, job_store, now=lambda: made.now)
        sweep = Sweep(stores.due_watches, engine, lambda: made.now, time.monotonic, Metrics())
        made = SweepHarness(database, stores, job_store, engine, worker, sweep)
        await engine.start(JobRunner(job_store, worker, lambda: made.now, Metrics()))
        yield made
        worker.gate.set()
        await engine.drain(5)


async def test_one_job_for_an_order_however_many_watch_it(harness: SweepHarness) -> None:
    """Five places that watch one order share one check. Another team has its own."""
    for number in range(5):
        await harness.watch(ELM, f"C{number}")
    await harness.watch(OAK)
    await harness.watch(ELM, team="T2")

    assert await harness.sweep.sweep() == 3
    await harness.worker.until(3)
    assert sorted(harness.worker.seen) == [("T1", ELM), ("T1", OAK), ("T2", ELM)]


async def test_where_nothing_is_due_nothing_is_done(harness: SweepHarness) -> None:
    """A watch that is not due yet and an ended one make no job."""
    assert await harness.sweep.sweep() == 0
    asleep, over = await harness.watch(ELM), await harness.watch(OAK)
    await harness.stores.watches.save(replace(asleep, next_look=NOW + timedelta(minutes=1)))
    await harness.stores.watches.save(ended(over, Ending.QUIET, NOW))

    assert await harness.sweep.sweep() == 0
    await harness.engine.drain(5)
    assert harness.worker.seen == []
    assert await harness.job_store.open_jobs() == []


async def test_an_order_with_a_running_check_is_left_alone(harness: SweepHarness) -> None:
    """A check that takes longer than the sweep's pause is not started a second time."""
    await harness.watch()
    harness.worker.gate.clear()
    assert await harness.sweep.sweep() == 1
    await harness.worker.until(1)
    harness.now += timedelta(seconds=30)

    assert await harness.sweep.sweep() == 0
    assert harness.worker.seen == [("T1", ELM)]


async def test_a_place_that_is_due_during_a_slow_check_is_checked_after_it(harness: SweepHarness) -> None:
    """One order is watched in two places. The first is saved while the second still waits for Slack."""
    fast = await harness.watch(ELM, "C1")
    await harness.watch(ELM, "C2")
    harness.worker.gate.clear()
    assert await harness.sweep.sweep() == 1
    await harness.worker.until(1)
    await harness.stores.watches.save(replace(fast, next_look=NOW + timedelta(seconds=5)))
    harness.now += timedelta(seconds=6)
    assert await harness.sweep.sweep() == 0

    harness.worker.gate.set()
    await harness.engine.keyed_tasks.idle.wait()

    assert await harness.sweep.sweep() == 1


async def test_a_place_that_is_not_due_is_not_claimed(harness: SweepHarness) -> None:
    """The check for another place leaves it as it is, and it is due at its own time."""
    await harness.watch(ELM, "C1")
    later = await harness.watch(ELM, "C2")
    await harness.stores.watches.save(replace(later, next_look=NOW + timedelta(minutes=1)))
    await harness.sweep.sweep()
    await harness.engine.keyed_tasks.idle.wait()
    harness.now += timedelta(minutes=1)

    assert await harness.sweep.sweep() == 1


async def test_a_lost_check_is_made_again(harness: SweepHarness) -> None:
    """An order whose check was not saved within ten minutes is due again."""
    await harness.watch()
    await harness.sweep.sweep()
    await harness.engine.keyed_tasks.idle.wait()
    harness.now += timedelta(minutes=11)

    assert await harness.sweep.sweep() == 1
    await harness.worker.until(2)


async def test_a_check_that_ends_at_once_ends_its_claim(harness: SweepHarness) -> None:
    """The claim is written before the check begins, and ends with it."""
    read = await harness.watch()
    soon = replace(read, next_look=NOW + timedelta(seconds=5))
    harness.worker.then = lambda: harness.stores.watches.save(soon)
    for _ in range(3):
        assert await harness.sweep.sweep() == 1
        await asyncio.wait_for(harness.engine.keyed_tasks.idle.wait(), 5)
        harness.now += timedelta(seconds=5)


async def test_a_claimed_check_is_on_the_disk(harness: SweepHarness) -> None:
    """Whenever the process is killed, each claimed order has its job."""
    await harness.watch()
    harness.worker.gate.clear()
    await harness.sweep.sweep()
    await harness.engine.drain(0)

    [row] = await harness.job_store.open_jobs()
    assert '"look_at_watched"' in row.content
    assert await harness.due() == []


async def test_a_stopping_engine_leaves_it_due(harness: SweepHarness) -> None:
    """What could not be recorded is not claimed either, so the next process checks at once."""
    await harness.watch()
    await harness.engine.drain(5)
    with pytest.raises(ShuttingDown):
        await harness.sweep.round()

    assert len(await harness.due()) == 1
    assert harness.worker.seen == []


async def test_a_finished_check_leaves_no_row(harness: SweepHarness) -> None:
    """There are thousands of checks a day, and the job store keeps none that was done."""
    await harness.watch()
    await harness.sweep.sweep()
    await harness.worker.until(1)
    await harness.engine.drain(5)

    assert await harness.database.run(lambda sql: sql.rows("SELECT * FROM jobs")) == []


async def test_many_due_orders_are_checked_in_turns(harness: SweepHarness) -> None:
    """A limited number of checks runs at once. As they end, the sweep starts the next."""
    harness.worker.gate.clear()
    for number in range(sweeping.MAX_OPEN_CHECKS + 3):
        await harness.watch(OrderId(f"order-{number}"))

    assert await harness.sweep.sweep() == sweeping.MAX_OPEN_CHECKS
    assert await harness.sweep.sweep() == 0
    harness.worker.gate.set()
    await harness.engine.keyed_tasks.idle.wait()
    assert await harness.sweep.sweep() == 3
    assert await harness.sweep.sweep() == 0


async def test_a_check_that_hangs_is_not_started_again(harness: SweepHarness) -> None:
    """Its order waits for it, also when its claim has expired, so that checks do not pile up."""
    harness.worker.gate.clear()
    await harness.watch()
    assert await harness.sweep.sweep() == 1
    harness.now += 2 * CLAIMED_FOR

    assert await harness.sweep.sweep() == 0
    harness.worker.gate.set()


async def test_a_check_that_was_given_up_blocks_nothing(harness: SweepHarness) -> None:
    """Its row is kept with the reason, and its order is checked again when it is due again."""

    async def give_up() -> None:
        raise Abandon("no")

    harness.worker.then = give_up
    await harness.watch()
    await harness.sweep.sweep()
    await harness.engine.keyed_tasks.idle.wait()
    assert [dead.kind for dead in await harness.job_store.dead_jobs()] == ["look_at_watched"]
    harness.now += 2 * CLAIMED_FOR

    assert await harness.sweep.sweep() == 1


async def test_a_clock_that_goes_back_delays_no_check(harness: SweepHarness) -> None:
    """After the clock goes back an hour, a planned check comes an hour earlier too."""
    asleep = await harness.watch()
    await harness.stores.watches.save(replace(asleep, next_look=NOW + timedelta(seconds=90)))
    await harness.sweep.round()
    assert harness.worker.seen == []
    harness.now -= timedelta(hours=1)
    await harness.sweep.round()
    harness.now += timedelta(seconds=91)
    await harness.sweep.round()

    await harness.worker.until(1)
