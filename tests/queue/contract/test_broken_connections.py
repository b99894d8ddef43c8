"""PostgreSQL breaks connections: a failure is DatabaseFailed, and work goes on when the server is back."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing, suppress

import psycopg
import pytest

from bot.core.errors import DatabaseFailed
from bot.core.metrics import Metrics
from bot.queue.postgres import PostgresEngine
from bot.queue.runner import JobRunner
from bot.queue.worker import Worker
from bot.storage.database.postgres import MAX_CONNECTIONS, PostgresDatabase
from bot.storage.database.schema import migrate_postgres
from bot.storage.jobs import JobStore
from tests.queue.contract.harness import NOW, Harness, RecordingWorker, say
from tests.support.both_databases import on_postgres
from tests.support.databases import new_name
from tests.support.postgres_server import OwnServer, cut_off


@asynccontextmanager
async def cutting(url: str, table: str) -> AsyncIterator[None]:
    """Breaks the connection of each session that waits for this table."""
    with closing(psycopg.connect(url)) as holding:
        holding.execute(f"LOCK TABLE {table}".encode())
        killing = asyncio.create_task(asyncio.to_thread(cut_off, url))
        yield
        await asyncio.wait_for(killing, 10)


@on_postgres
@pytest.mark.parametrize("table", ["jobs", "procrastinate_jobs"])
async def test_a_connection_that_breaks_while_recording(harness: Harness, table: str) -> None:
    """Nothing is recorded, whichever of the two tables was to be written, and the caller gets the error."""
    assert isinstance(harness.database, PostgresDatabase)
    engine = PostgresEngine(harness.database, harness.job_store, lambda: NOW)
    async with cutting(harness.url, table):
        with pytest.raises(DatabaseFailed):
            await engine.add_all(lambda _: [say("a")])

    assert await harness.open_jobs() == 0


@asynccontextmanager
async def crew_on(url: str) -> AsyncIterator[Worker]:
    async with PostgresDatabase.opened(url) as database:
        worker = Worker(
            url,
            JobRunner(JobStore(database), RecordingWorker(), lambda: NOW, Metrics()),
            at_once=2,
            poll=0.02,
            beat=0.5,
            gone=5,
        )
        await worker.start(1.0)
        try:
            yield worker
        finally:
            await worker.stop()


async def test_a_rescue_that_the_database_refuses(breakable: OwnServer) -> None:
    """A rescue fails with DatabaseFailed, and works when PostgreSQL is back."""
    url = breakable.create(new_name())
    await asyncio.to_thread(migrate_postgres, url)
    async with crew_on(url) as worker:
        breakable.stop()
        with pytest.raises(DatabaseFailed):
            await worker.rescue()
        breakable.start()
        await worker.rescue()


async def test_the_first_rescue_after_a_restart_works(breakable: OwnServer) -> None:
    """All of Procrastinate's pooled connections are broken, and the first statement replaces them."""
    url = breakable.create(new_name())
    await asyncio.to_thread(migrate_postgres, url)
    async with crew_on(url) as worker:
        await worker.rescue()
        breakable.crash()
        breakable.start()
        await worker.rescue()


async def test_it_goes_on_soon_after_an_outage(breakable: OwnServer) -> None:
    """After a long outage the first query succeeds within 2.5 s of PostgreSQL's return."""
    async with PostgresDatabase.opened(breakable.create(new_name())) as database:
        breakable.stop()
        until = time.monotonic() + 8.5
        while time.monotonic() < until:
            assert not await answers(database)
            await asyncio.sleep(0.5)
        breakable.start()
        async with asyncio.timeout(2.5):
            while not await answers(database):
                pass


async def test_the_first_query_after_a_restart_is_answered(breakable: OwnServer) -> None:
    """All pooled connections are broken, and the first query replaces them."""
    async with PostgresDatabase.opened(breakable.create(new_name())) as database:
        at_once = (database.run(lambda sql: sql.do("SELECT pg_sleep(0.2)")) for _ in range(MAX_CONNECTIONS))
        await asyncio.gather(*at_once)
        breakable.crash()
        breakable.start()

        assert await answers(database)


async def test_a_query_during_an_outage_fails_in_time(breakable: OwnServer) -> None:
    """Forty queries at once fail within Slack's three seconds."""
    async with PostgresDatabase.opened(breakable.create(new_name())) as database:
        breakable.stop()
        async with asyncio.timeout(3):
            assert not any(await asyncio.gather(*(answers(database) for _ in range(40))))


async def answers(database: PostgresDatabase) -> bool:
    with suppress(DatabaseFailed):
        await database.run(lambda sql: sql.do("SELECT 1"))
        return True
    return False
