"""The sweep on a real file and the real engine: one job per order, and a loop that goes on."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.database import Database
from bot.jobs.embedded import EmbeddedEngine
from bot.jobs.ledger import Ledger
from bot.jobs.model import Job, LookAtWatched
from bot.orders.ids import OrderId
from bot.stores import Stores
from bot.watches import watcher as sweeping
from bot.watches.agenda import CLAIM
from bot.watches.model import Ending, Watch
from bot.watches.model import Watcher as Person
from bot.watches.steps import ended
from bot.watches.store import ENDED_KEPT
from bot.watches.watcher import Watcher

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ELM, OAK = OrderId("12-elm"), OrderId("7-oak")
TICK = 0.005


class Looks:
    """A worker that keeps what it was asked to look at; it looks when its gate is open."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, str]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.then: Callable[[], Awaitable[None]] | None = None
        self._changed = asyncio.Condition()

    async def perform(self, job: Job, *, attempt: int) -> None:
        assert isinstance(job, LookAtWatched)
        async with self._changed:
            self.seen.append((job.team_id, job.order))
            self._changed.notify_all()
        await self.gate.wait()
        if self.then:
            await self.then()

    async def apologise(self, job: Job, reference: str) -> None:
        raise AssertionError(reference)

    async def until(self, count: int) -> None:
        async with asyncio.timeout(5), self._changed:
            await self._changed.wait_for(lambda: len(self.seen) >= count)


@dataclass
class Room:
    """All that a sweep needs; `now` is the time, which stands still until a test moves it."""

    database: Database
    stores: Stores
    ledger: Ledger
    engine: EmbeddedEngine
    looks: Looks
    watcher: Watcher
    now: datetime = NOW

    async def watch(self, order: OrderId = ELM, place: str = "C1", team: str = "T1") -> Watch:
        """Due now."""
        person = Person(user_id="U1", since=NOW)
        new = Watch(team_id=team, place=place, order=order, watchers=(person,), next_look=NOW)
        added = await self.stores.watches.add(new, most=10_000)
        assert added
        return added


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    async with Database.opened(tmp_path / "d.sqlite3") as database:
        stores, ledger, looks = await Stores.prepared(database, NOW), Ledger(database), Looks()
        engine = EmbeddedEngine(ledger, now=lambda: made.now)
        watcher = Watcher(stores, engine, lambda: made.now, tick=TICK)
        made = Room(database, stores, ledger, engine, looks, watcher)
        await engine.start(looks)
        yield made
        looks.gate.set()
        await engine.drain(5)


async def test_one_job_for_an_order_however_many_watch_it(room: Room) -> None:
    """Five places that watch one order are one look at it; another team's is its own."""
    for number in range(5):
        await room.watch(ELM, f"C{number}")
    await room.watch(OAK)
    await room.watch(ELM, team="T2")

    assert await room.watcher.sweep() == 3
    await room.looks.until(3)
    assert sorted(room.looks.seen) == [("T1", ELM), ("T1", OAK), ("T2", ELM)]


async def test_where_nothing_is_due_nothing_is_done(room: Room) -> None:
    """No watch, a sleeping one and an ended one make no job."""
    assert await room.watcher.sweep() == 0
    asleep, over = await room.watch(ELM), await room.watch(OAK)
    await room.stores.watches.save(asleep.model_copy(update={"next_look": NOW + timedelta(minutes=1)}))
    await room.stores.watches.save(ended(over, Ending.QUIET, NOW))

    assert await room.watcher.sweep() == 0
    await room.engine.drain(5)
    assert room.looks.seen == []
    assert await room.ledger.open_jobs() == []


async def test_an_order_that_is_being_looked_at_is_left_alone(room: Room) -> None:
    """A look that takes longer than the sweep's pause is not made a second time beside itself."""
    await room.watch()
    room.looks.gate.clear()
    assert await room.watcher.sweep() == 1
    await room.looks.until(1)
    room.now += timedelta(seconds=30)

    assert await room.watcher.sweep() == 0
    assert room.looks.seen == [("T1", ELM)]


async def test_a_look_that_was_lost_is_made_again(room: Room) -> None:
    """What nobody saved within ten minutes is due again."""
    await room.watch()
    await room.watcher.sweep()
    await room.engine.lanes.idle.wait()
    room.now += timedelta(minutes=11)

    assert await room.watcher.sweep() == 1
    await room.looks.until(2)


async def test_a_look_that_is_over_at_once_is_claimed_no_longer(room: Room) -> None:
    """However soon it ends, its claim was there before, and ends with it."""
    read = await room.watch()
    soon = read.model_copy(update={"next_look": NOW + timedelta(seconds=5)})
    room.looks.then = lambda: room.stores.watches.save(soon)
    for _ in range(3):
        assert await room.watcher.sweep() == 1
        await asyncio.wait_for(room.engine.lanes.idle.wait(), 5)
        room.now += timedelta(seconds=5)


async def test_a_look_is_on_the_disk_before_it_is_claimed(room: Room) -> None:
    """Killed in between, the next process has the job; so no order is claimed without one."""
    await room.watch()
    room.looks.gate.clear()
    await room.watcher.sweep()
    await room.engine.drain(0)

    [row] = await room.ledger.open_jobs()
    assert '"look_at_watched"' in row.content
    assert await room.stores.agenda.due(NOW, 1) == []


async def test_a_stopping_engine_leaves_it_due(room: Room) -> None:
    """What could not be recorded was not claimed either: the next process looks at once."""
    await room.watch()
    await room.engine.drain(5)
    await asyncio.wait_for(room.watcher.run(), 5)

    assert len(await room.stores.agenda.due(NOW, 10)) == 1
    assert room.looks.seen == []


async def test_a_look_leaves_no_row(room: Room) -> None:
    """A thousand looks a day, and the ledger keeps none that was done."""
    await room.watch()
    await room.watcher.sweep()
    await room.looks.until(1)
    await room.engine.drain(5)

    rows = await room.database.run(lambda sql: sql.execute("SELECT * FROM jobs").fetchall())
    assert rows == []


async def test_a_crowd_is_taken_up_in_turns(room: Room) -> None:
    """So many looks are under way at most, however many orders are due; as they end, the sweep goes on."""
    for number in range(sweeping.AT_ONCE + 3):
        await room.watch(OrderId(f"order-{number}"))

    assert await room.watcher.sweep() == sweeping.AT_ONCE
    assert await room.watcher.sweep() == 0
    await room.engine.lanes.idle.wait()
    assert await room.watcher.sweep() == 3
    assert await room.watcher.sweep() == 0


async def test_the_loop_looks_and_ends(room: Room) -> None:
    """It sweeps by itself, forgets what ended long ago, and ends when it is closed, in a long tick too."""
    await room.watch()
    old = await room.watch(OAK)
    await room.stores.watches.save(ended(old, Ending.QUIET, NOW - ENDED_KEPT - timedelta(days=1)))
    watcher = Watcher(room.stores, room.engine, lambda: room.now, tick=3600)
    running = asyncio.create_task(watcher.run())
    await room.looks.until(1)
    watcher.close()
    await asyncio.wait_for(running, 5)

    assert [each.order for each in await room.stores.watches.of_person("T1", "U1")] == [ELM]


async def test_one_that_was_closed_before_does_nothing(room: Room) -> None:
    """Closed is closed."""
    await room.watch()
    room.watcher.close()
    await asyncio.wait_for(room.watcher.run(), 5)

    assert room.looks.seen == []


async def test_a_database_error_does_not_end_the_loop(room: Room, tmp_path: Path) -> None:
    """While somebody else locks the file nothing can be written; then the sweep goes on by itself."""
    await room.watch()
    room.database._connection.execute("PRAGMA busy_timeout=1")
    other = sqlite3.connect(tmp_path / "d.sqlite3", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    running = asyncio.create_task(room.watcher.run())
    await asyncio.sleep(0)
    for _ in range(2):  # behind the sweep, which asked before
        with pytest.raises(sqlite3.OperationalError):
            await room.stores.agenda.due(NOW, 1)
    assert not running.done()
    assert room.looks.seen == []
    other.execute("ROLLBACK")
    other.close()

    await room.looks.until(1)
    room.watcher.close()
    await asyncio.wait_for(running, 5)


async def test_a_look_that_hangs_is_not_taken_up_again(room: Room) -> None:
    """When its claim has run out, its order waits for it all the same: looks do not pile up."""
    room.looks.gate.clear()
    await room.watch()
    assert await room.watcher.sweep() == 1
    room.now += 2 * CLAIM

    assert await room.watcher.sweep() == 0
    room.looks.gate.set()
