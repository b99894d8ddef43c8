"""What only workers that share a database have to promise each other."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Job, Status

from bot.queue.postgres import PEOPLE_QUEUE, PostgresEngine
from bot.queue.procrastinate_jobs import FencedJobs
from bot.storage.database.base import Database
from bot.storage.database.postgres import PostgresDatabase
from bot.storage.jobs import JobStore
from tests.both import on_postgres
from tests.queue.contract.bench import NOW, Bench, Recording, record, say

pytestmark = on_postgres
TAKE_LATER = """
UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT max(id) FROM procrastinate_jobs)
"""


@pytest.fixture
async def hands(database_url: str) -> AsyncIterator[FencedJobs]:
    """Procrastinate's way to its table, as a worker has it."""
    connector = PsycopgConnector(conninfo=database_url)
    async with App(connector=connector).open_async():
        yield FencedJobs(connector)


@pytest.fixture
def engine(database: Database) -> PostgresEngine:
    assert isinstance(database, PostgresDatabase)
    return PostgresEngine(database, JobStore(database), lambda: NOW)


async def fetched(hands: FencedJobs) -> Job:
    job = await hands.fetch_job([PEOPLE_QUEUE], await hands.register_worker())
    assert job is not None
    return job


async def status(database: Database) -> list[str]:
    rows = await database.run(lambda sql: sql.rows("SELECT status::text AS status FROM procrastinate_jobs"))
    return [row["status"] for row in rows]


async def test_who_lost_a_job_to_others_cannot_end_it(
    hands: FencedJobs, engine: PostgresEngine, database: Database
) -> None:
    """One who stood still does not free a lock in which somebody else is at work."""
    await engine.add(say("a"))
    lost = await fetched(hands)
    await hands.retry_job(lost)  # as a rescue does
    mine = await fetched(hands)

    await hands.finish_job(lost, Status.SUCCEEDED, delete_job=True)
    await hands.retry_job(lost)
    assert await status(database) == ["doing"]
    await hands.finish_job(mine, Status.SUCCEEDED, delete_job=True)
    assert await status(database) == []


async def test_a_job_ended_twice_is_ended(hands: FencedJobs, engine: PostgresEngine) -> None:
    """An end whose answer was lost is written again, and nothing breaks."""
    await engine.add(say("a"))
    job = await fetched(hands)
    for _ in range(2):
        await hands.finish_job(job, Status.SUCCEEDED, delete_job=True)


async def test_two_who_reach_for_one_lane_both_live(
    hands: FencedJobs, engine: PostgresEngine, database_url: str
) -> None:
    """One has its job; the other comes away with none, where Procrastinate alone would end."""
    await engine.add(say("earlier", ts="1"))
    await engine.add(say("later", ts="1"))
    worker = await hands.register_worker()
    async with await psycopg.AsyncConnection.connect(database_url) as other:
        await other.execute(TAKE_LATER)
        reaching = asyncio.create_task(hands.fetch_job([PEOPLE_QUEUE], worker))
        waits = "SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%fetch_job%'"
        async with asyncio.timeout(20):
            while not await (await other.execute(waits)).fetchone():
                await other.execute("SELECT pg_stat_clear_snapshot()")  # else it sees what it saw at first
                await asyncio.sleep(0.01)
        await other.commit()

        assert await reaching is None


async def test_what_a_stopping_worker_leaves_is_due_at_once(bench: Bench) -> None:
    """The others do not wait for a pause that is meant for trouble."""
    worker = Recording()
    worker.gate.clear()
    async with bench.works(worker, drain=0.01) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: len(worker.tries) == 1)

    due = "SELECT scheduled_at <= now() AS due, status::text AS status FROM procrastinate_jobs"
    assert await bench.database.run(lambda sql: sql.rows(due)) == [{"due": True, "status": "todo"}]
