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


class Looks:
    """A worker that keeps what it was asked to look at; it looks when its gate is open."""

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
        """Nobody waits for a look."""

    async def until(self, count: int) -> None:
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.seen) >= count)


@dataclass
class Room:
    """All that a sweep needs; `now` is the time, which stands still until a test moves it."""

    database: SqliteDatabase
    stores: Stores
    job_store: JobStore
    engine: EmbeddedEngine
    looks: Looks
    sweep: Sweep
    now: datetime = NOW

    async def watch(self, order: OrderId = ELM, place: str = "C1", team: str = "T1") -> Watch:
        """Due now."""
        person = Person(user_id="U1", since=NOW)
        new = Watch(team_id=team, place=place, order=order, watchers=(person,), next_look=NOW)
        added = await self.stores.watches.add(new, most=10_000)
        assert added
        return added

    async def due(self) -> list[DueOrder]:
        return await self.database.run(lambda sql: self.stores.due_watches.due(sql, self.now, 10))


@pytest.fixture
async def room(file: Path) -> AsyncIterator[Room]:
    async with SqliteDatabase.opened(file) as database:
        stores, job_store, looks = Stores.on(database), JobStore(database), Looks()
        engine = EmbeddedEngine(database, job_store, now=lambda: made.now)
        sweep = Sweep(stores.due_watches, engine, lambda: made.now, time.monotonic, Metrics())
        made = Room(database, stores, job_store, engine, looks, sweep)
        await engine.start(JobRunner(job_store, looks, lambda: made.now, Metrics()))
        yield made
        looks.gate.set()
        await engine.drain(5)


async def test_one_job_for_an_order_however_many_watch_it(room: Room) -> None:
    """Five places that watch one order are one look at it; another team's is its own."""
    for number in range(5):
        await room.watch(ELM, f"C{number}")
    await room.watch(OAK)
    await room.watch(ELM, team="T2")

    assert await room.sweep.sweep() == 3
    await room.looks.until(3)
    assert sorted(room.looks.seen) == [("T1", ELM), ("T1", OAK), ("T2", ELM)]


async def test_where_nothing_is_due_nothing_is_done(room: Room) -> None:
    """No watch, a sleeping one and an ended one make no job."""
    assert await room.sweep.sweep() == 0
    asleep, over = await room.watch(ELM), await room.watch(OAK)
    await room.stores.watches.save(replace(asleep, next_look=NOW + timedelta(minutes=1)))
    await room.stores.watches.save(ended(over, Ending.QUIET, NOW))

    assert await room.sweep.sweep() == 0
    await room.engine.drain(5)
    assert room.looks.seen == []
    assert await room.job_store.open_jobs() == []


async def test_an_order_that_is_being_looked_at_is_left_alone(room: Room) -> None:
    """A look that takes longer than the sweep's pause is not made a second time beside itself."""
    await room.watch()
    room.looks.gate.clear()
    assert await room.sweep.sweep() == 1
    await room.looks.until(1)
    room.now += timedelta(seconds=30)

    assert await room.sweep.sweep() == 0
    assert room.looks.seen == [("T1", ELM)]


async def test_a_look_that_was_lost_is_made_again(room: Room) -> None:
    """What nobody saved within ten minutes is due again."""
    await room.watch()
    await room.sweep.sweep()
    await room.engine.keyed_tasks.idle.wait()
    room.now += timedelta(minutes=11)

    assert await room.sweep.sweep() == 1
    await room.looks.until(2)


async def test_a_look_that_is_over_at_once_is_claimed_no_longer(room: Room) -> None:
    """However soon it ends, its claim was there before, and ends with it."""
    read = await room.watch()
    soon = replace(read, next_look=NOW + timedelta(seconds=5))
    room.looks.then = lambda: room.stores.watches.save(soon)
    for _ in range(3):
        assert await room.sweep.sweep() == 1
        await asyncio.wait_for(room.engine.keyed_tasks.idle.wait(), 5)
        room.now += timedelta(seconds=5)


async def test_a_look_is_on_the_disk_when_it_is_claimed(room: Room) -> None:
    """Killed at any moment, no order is claimed without its job."""
    await room.watch()
    room.looks.gate.clear()
    await room.sweep.sweep()
    await room.engine.drain(0)

    [row] = await room.job_store.open_jobs()
    assert '"look_at_watched"' in row.content
    assert await room.due() == []


async def test_a_stopping_engine_leaves_it_due(room: Room) -> None:
    """What could not be recorded was not claimed either: the next process looks at once."""
    await room.watch()
    await room.engine.drain(5)
    with pytest.raises(ShuttingDown):
        await room.sweep.round()

    assert len(await room.due()) == 1
    assert room.looks.seen == []


async def test_a_look_leaves_no_row(room: Room) -> None:
    """A thousand looks a day, and the job store keeps none that was done."""
    await room.watch()
    await room.sweep.sweep()
    await room.looks.until(1)
    await room.engine.drain(5)

    assert await room.database.run(lambda sql: sql.rows("SELECT * FROM jobs")) == []


async def test_a_crowd_is_taken_up_in_turns(room: Room) -> None:
    """So many looks are under way at most, however many orders are due; as they end, the sweep goes on."""
    room.looks.gate.clear()
    for number in range(sweeping.MAX_OPEN_CHECKS + 3):
        await room.watch(OrderId(f"order-{number}"))

    assert await room.sweep.sweep() == sweeping.MAX_OPEN_CHECKS
    assert await room.sweep.sweep() == 0
    room.looks.gate.set()
    await room.engine.keyed_tasks.idle.wait()
    assert await room.sweep.sweep() == 3
    assert await room.sweep.sweep() == 0


async def test_a_look_that_hangs_is_not_taken_up_again(room: Room) -> None:
    """When its claim has run out, its order waits for it all the same: looks do not pile up."""
    room.looks.gate.clear()
    await room.watch()
    assert await room.sweep.sweep() == 1
    room.now += 2 * CLAIMED_FOR

    assert await room.sweep.sweep() == 0
    room.looks.gate.set()


async def test_a_look_that_was_given_up_is_in_nobodys_way(room: Room) -> None:
    """Its row is kept with the reason, and its order is looked at again when it is due again."""

    async def give_up() -> None:
        raise Abandon("no")

    room.looks.then = give_up
    await room.watch()
    await room.sweep.sweep()
    await room.engine.keyed_tasks.idle.wait()
    assert [dead.kind for dead in await room.job_store.dead_jobs()] == ["look_at_watched"]
    room.now += 2 * CLAIMED_FOR

    assert await room.sweep.sweep() == 1


async def test_a_clock_that_goes_back_delays_no_look(room: Room) -> None:
    """What was planned by a clock an hour ahead comes an hour earlier."""
    asleep = await room.watch()
    await room.stores.watches.save(replace(asleep, next_look=NOW + timedelta(seconds=90)))
    await room.sweep.round()
    assert room.looks.seen == []
    room.now -= timedelta(hours=1)
    await room.sweep.round()
    room.now += timedelta(seconds=91)
    await room.sweep.round()

    await room.looks.until(1)
