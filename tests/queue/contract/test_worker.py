"""What workers that share a database promise each other."""

import asyncio
from collections.abc import AsyncIterator

import psycopg
import pytest
from procrastinate import App, PsycopgConnector
from procrastinate.jobs import Job, Status

from bot.queue.postgres import PEOPLE_QUEUE, PostgresEngine
from bot.queue.procrastinate_jobs import FencedJobs
from bot.queue.worker import Worker
from bot.storage.database.base import Database
from bot.storage.database.postgres import PostgresDatabase
from bot.storage.jobs import JobStore
from tests.queue.contract.harness import NOW, Harness, RecordingWorker, record, say
from tests.support.both_databases import on_postgres

pytestmark = on_postgres
TAKE_LATER = """
UPDATE procrastinate_jobs SET status = 'doing' WHERE id = (SELECT max(id) FROM procrastinate_jobs)
"""


@pytest.fixture
async def hands(database_url: str) -> AsyncIterator[FencedJobs]:
    """Procrastinate's job manager on its table, as a worker has it."""
    connector = PsycopgConnector(conninfo=database_url)
    async with App(connector=connector).open_async():
        yield FencedJobs(connector, at_once=4)


@pytest.fixture
def engine(database: Database) -> PostgresEngine:
    assert isinstance(database, PostgresDatabase)
    return PostgresEngine(database, JobStore(database), lambda: NOW)


async def fetched(hands: FencedJobs) -> Job:
    """The next job. After the last of several, a first None only says that they were all."""
    worker = await hands.register_worker()
    job = await hands.fetch_job([PEOPLE_QUEUE], worker) or await hands.fetch_job([PEOPLE_QUEUE], worker)
    assert job is not None
    return job


async def status(database: Database) -> list[str]:
    rows = await database.run(lambda sql: sql.rows("SELECT status::text AS status FROM procrastinate_jobs"))
    return [row["status"] for row in rows]


async def test_a_worker_that_lost_a_job_cannot_end_it(
    hands: FencedJobs, engine: PostgresEngine, database: Database
) -> None:
    """A worker that was suspended does not free a lock that another worker holds by now."""
    await engine.add(say("a"))
    lost = await fetched(hands)
    await hands.put_back(lost)  # as a rescue does
    mine = await fetched(hands)

    await hands.finish_job(lost, Status.SUCCEEDED, delete_job=True)
    await hands.retry_job(lost)
    assert await status(database) == ["doing"]
    await hands.finish_job(mine, Status.SUCCEEDED, delete_job=True)
    assert await status(database) == []


async def test_a_job_can_be_ended_twice(hands: FencedJobs, engine: PostgresEngine) -> None:
    """When the answer to an end was lost, writing it again raises nothing."""
    await engine.add(say("a"))
    job = await fetched(hands)
    for _ in range(2):
        await hands.finish_job(job, Status.SUCCEEDED, delete_job=True)


async def test_as_many_jobs_are_fetched_as_can_begin(
    hands: FencedJobs, engine: PostgresEngine, database: Database
) -> None:
    """Four slots take four jobs of four locks at once, in their order, and leave the rest to others."""
    jobs = [say(str(number), ts=str(number // 2)) for number in range(12)]  # two of each lock
    await engine.add_all(lambda _: jobs)
    first = [await fetched(hands)]
    assert sorted(await status(database)) == ["doing"] * 4 + ["todo"] * 8

    first += [await fetched(hands) for _ in range(3)]
    assert len({job.lock for job in first}) == 4
    assert [job.id for job in first] == sorted(job.id or 0 for job in first)


async def test_what_was_fetched_and_has_not_begun_is_given_back(
    hands: FencedJobs, engine: PostgresEngine, database: Database
) -> None:
    """A worker that stops keeps only the job that it has begun. Other workers may begin the rest at once."""
    await engine.add_all(lambda _: [say(str(number)) for number in range(4)])
    begun = await fetched(hands)
    await hands.give_back(PEOPLE_QUEUE)

    assert sorted(await status(database)) == ["doing"] + ["todo"] * 3
    assert {(await fetched(hands)).id for _ in range(3)}.isdisjoint({begun.id})


async def test_ends_are_written_together(
    hands: FencedJobs, engine: PostgresEngine, database: Database
) -> None:
    """All are ended when each says so, also those whose end waited for the one before."""
    await engine.add_all(lambda _: [say(str(number)) for number in range(4)])
    jobs = [await fetched(hands) for _ in range(4)]

    await asyncio.gather(*(hands.finish_job(job, Status.SUCCEEDED, delete_job=True) for job in jobs))

    assert await status(database) == []


async def test_two_workers_that_fetch_one_lock_both_survive(
    hands: FencedJobs, engine: PostgresEngine, database_url: str
) -> None:
    """One gets its job and the other none, where Procrastinate alone would raise."""
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


async def test_a_job_of_a_stopping_worker_is_due_at_once(harness: Harness) -> None:
    """The other workers do not wait as after a failure."""
    worker = RecordingWorker()
    worker.gate.clear()
    async with harness.works(worker, drain=0.01) as engine:
        await record(engine, [say("a")])
        await worker.until(lambda: len(worker.attempts) == 1)

    due = "SELECT scheduled_at <= now() AS due, status::text AS status FROM procrastinate_jobs"
    assert await harness.database.run(lambda sql: sql.rows(due)) == [{"due": True, "status": "todo"}]


LEFT = """
INSERT INTO procrastinate_jobs (queue_name, task_name, priority, lock, args, status, scheduled_at, worker_id)
VALUES ('people', 'job', 1, :lane::text, jsonb_build_object('row', :row::int, 'lane', :lane::text),
    :status::procrastinate_job_status, now() + :after * interval '1 second', :worker::bigint)
"""
DEAD_WORKER = (
    "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour') RETURNING id"
)


async def test_nothing_is_lost_of_what_the_version_before_left(harness: Harness) -> None:
    """It left a job that waits, one whose time comes, and one that ran when its worker was killed."""
    store, database, did = harness.job_store, harness.database, RecordingWorker()
    [dead] = await database.once(DEAD_WORKER)
    for key, state, after, by in (
        ("waits", "todo", 0.0, None),
        ("comes", "todo", 0.3, None),
        ("ran", "doing", 0.0, str(dead["id"])),
    ):
        row = await database.run(lambda sql, key=key: store.put(sql, say(key), NOW))  # type: ignore[misc]
        assert row is not None
        await database.once(LEFT, lane=f"lane {key}", row=row, status=state, after=after, worker=by)
    assert row is not None
    assert await store.take(row)

    worker = Worker(harness.url, harness.job_runner(did), at_once=2, poll=0.02, beat=0.5, gone=5)
    await worker.start(1.0)
    try:
        await worker.rescue()
        await did.until(lambda: sorted(did.ended) == ["comes", "ran", "waits"])
    finally:
        await worker.stop()

    assert await harness.open_jobs() == 0
