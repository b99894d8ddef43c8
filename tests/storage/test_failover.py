"""PostgreSQL that only reads for a while, as the old primary does in a failover."""

import asyncio
from contextlib import closing, suppress
from urllib.parse import urlsplit

import psycopg

from bot.core.errors import DatabaseFailed
from bot.storage.database.base import Sql
from bot.storage.database.postgres import MAX_CONNECTIONS, PostgresDatabase
from bot.storage.database.schema import migrate_postgres
from bot.storage.jobs import JobStore
from tests.queue.contract.harness import NOW, Harness, RecordingWorker, listening
from tests.support.databases import new_name
from tests.support.postgres_server import OwnServer, Server, only_reads

AWAY = 3.0  # seconds, in which the workers meet the server that only reads
AT_MOST = MAX_CONNECTIONS // 2  # writes that may still be refused when the server writes again


async def written(database: PostgresDatabase) -> bool:
    with suppress(DatabaseFailed):
        await JobStore(database).probe(NOW)
        return True
    return False


async def busy(database: PostgresDatabase) -> None:
    """Opens all connections of the pool."""

    def long(sql: Sql) -> None:
        sql.do("SELECT pg_sleep(0.2)")

    await asyncio.gather(*(database.run(long) for _ in range(MAX_CONNECTIONS)), return_exceptions=True)


async def test_a_connection_that_may_only_read_is_dropped(breakable: OwnServer) -> None:
    """When the server writes again, so does the bot, though all its connections are from the time before."""
    url = breakable.create(new_name())
    migrate_postgres(url)
    async with PostgresDatabase.opened(url) as database:
        only_reads(url, on=True)
        await busy(database)
        await busy(database)
        assert not await written(database)
        await busy(database)
        only_reads(url, on=False)

        assert any([await written(database) for _ in range(AT_MOST)])
        assert all([await written(database) for _ in range(MAX_CONNECTIONS)])


async def test_a_failover_to_another_host(breakable: OwnServer, postgres: Server) -> None:
    """With both hosts in DATABASE_URL, the bot goes on at the one that writes."""
    name, first = new_name(), urlsplit(breakable.url("x"))
    second = urlsplit(postgres.url("x"))
    for server in (breakable, postgres):
        migrate_postgres(server.create(name))
    both = f"postgresql://{first.netloc},{second.netloc.rpartition('@')[2]}/{name}"
    with closing(psycopg.connect(breakable.url(name), autocommit=True)) as admin:
        try:
            async with PostgresDatabase.opened(f"{both}?target_session_attrs=read-write") as database:
                await busy(database)
                assert await written(database)
                admin.execute("ALTER SYSTEM SET default_transaction_read_only = on")
                admin.execute("SELECT pg_reload_conf()")
                async with asyncio.timeout(10):
                    while await written(database):  # until the first server has read its settings
                        pass

                assert any([await written(database) for _ in range(AT_MOST)])
                assert await database.run(lambda sql: sql.row("SELECT inet_server_port() AS port")) == {
                    "port": second.port
                }
        finally:
            admin.execute("SET default_transaction_read_only = off")
            admin.execute("ALTER SYSTEM RESET default_transaction_read_only")
            admin.execute("SELECT pg_reload_conf()")
            postgres.drop(name)


async def test_workers_go_on_after_a_failover(breakable: OwnServer) -> None:
    """A worker's connections are dropped too, so it does what is recorded when the server writes again."""
    url, worker = breakable.create(new_name()), RecordingWorker()
    migrate_postgres(url)
    async with (
        PostgresDatabase.opened(url) as database,
        Harness(database, url).works(worker, poll=0.1) as engine,
    ):
        await listening(engine, worker)
        only_reads(url, on=True)
        await busy(database)
        await asyncio.sleep(AWAY)  # the failover itself
        only_reads(url, on=False)

        async with asyncio.timeout(20):
            await listening(engine, worker)
