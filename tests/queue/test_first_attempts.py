"""On SQLite, a job's first attempt is counted when it is recorded."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.jobs.models import StartWatch
from bot.jobs.requests import Ephemeral
from bot.orders.ids import OrderId
from bot.storage.database.schema import migrate_sqlite
from bot.storage.database.sqlite import SqliteDatabase
from tests.queue.contract.harness import ASKER, NOW, Harness, RecordingWorker, record, say

PLACES = 32  # of one process
ORDER = OrderId("3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4")


@pytest.fixture
async def sqlite(tmp_path: Path) -> AsyncIterator[Harness]:
    migrate_sqlite(tmp_path / "desk.sqlite3")
    async with SqliteDatabase.opened(tmp_path / "desk.sqlite3") as database:
        yield Harness(database, "")


async def counts(sqlite: Harness) -> list[int]:
    """Of each open job, the attempts that would be cut off if the process died now."""
    query = "SELECT taken - tries_ended AS cut FROM jobs WHERE state = 'open' ORDER BY id"
    rows = await sqlite.database.run(lambda sql: sql.rows(query))
    return [row["cut"] for row in rows]


async def test_no_more_attempts_are_counted_than_there_are_places(sqlite: Harness) -> None:
    """So a crash makes no suspect of a job that waited for a place."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with sqlite.works(worker) as engine:
        await record(engine, [say(str(number)) for number in range(PLACES + 8)])
        await worker.until(lambda: len(worker.attempts) == PLACES)
        at_a_crash = await counts(sqlite)
        worker.gate.set()
        await worker.until(lambda: len(worker.ended) == PLACES + 8)

    assert sorted(at_a_crash) == [0] * 8 + [1] * PLACES


async def test_a_job_that_waits_for_its_lock_is_not_counted(sqlite: Harness) -> None:
    """A crash is not charged to a job whose card another job was editing."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with sqlite.works(worker) as engine:
        await record(engine, [say("first", ts="1.1"), say("second", ts="1.1")])
        await worker.until(lambda: len(worker.attempts) == 1)
        at_a_crash = await counts(sqlite)
        worker.gate.set()
        await worker.until(lambda: worker.ended == ["first", "second"])

    assert at_a_crash == [1, 0]


async def test_a_clean_stop_charges_nobody(sqlite: Harness) -> None:
    """Whether a job ran or was only recorded when the process stopped, its next attempt is no suspect's."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with sqlite.works(worker, drain=0.01) as engine:
        await record(engine, [say("runs")])
        await worker.until(lambda: len(worker.attempts) == 1)
        await engine.write(say("recorded"))

    assert await counts(sqlite) == [0, 0]


async def test_places_are_free_again(sqlite: Harness) -> None:
    """After many jobs, refused ones among them, the first attempt of the next is still counted at once."""
    worker = RecordingWorker()
    async with sqlite.works(worker) as engine:
        for number in range(2 * PLACES):
            await record(engine, [say(str(number)), say(str(number))])
        await worker.until(lambda: len(worker.ended) == 2 * PLACES)
        worker.gate.clear()
        await engine.write(say("next"))
        at_a_crash = await counts(sqlite)

    assert at_a_crash == [1]


async def test_a_start_that_was_withdrawn_before_its_ack_left_does_not_run(sqlite: Harness) -> None:
    """The job of a stop may run while the ack of the start is still on its way."""
    worker = RecordingWorker()
    start = StartWatch(key="start", asker=ASKER, place=Ephemeral(response_url="https://a.test"), order=ORDER)
    async with sqlite.works(worker) as engine:
        id_ = await engine.write(start)
        withdrawn = await sqlite.job_store.withdraw(start.kind, ASKER.team_id, lambda _: True, NOW)
        assert id_ is not None
        engine.begin(id_, start)
        await record(engine, [say("later")])
        await worker.until(lambda: worker.ended == ["later"])

    assert withdrawn == 1
    assert worker.attempts == [("later", 1)]
