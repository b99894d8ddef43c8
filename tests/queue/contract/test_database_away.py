"""What a worker does when its database is not there for a while."""

import asyncio

from bot.bootstrap.storage import open_database
from bot.core.settings import FixedSettings
from bot.storage.database.schema import migrate_postgres
from tests.queue.contract.harness import Bench, Recording, listening
from tests.support.databases import new_name
from tests.support.postgres_server import OwnServer

AWAY = 4.0  # seconds; longer than bot.storage.database.postgres.WAIT


async def test_workers_outlive_their_database(breakable: OwnServer) -> None:
    """It is away for longer than they wait for it: they go on, and hear at once of what is new."""
    url = breakable.create(new_name())
    migrate_postgres(url)
    worker = Recording()
    async with (
        open_database(FixedSettings(database_url=url)) as database,
        Bench(database, url).works(worker, poll=3600) as engine,
    ):
        await listening(engine, worker)
        breakable.stop()
        await asyncio.sleep(AWAY)  # the outage itself
        breakable.start()

        async with asyncio.timeout(30):
            await listening(engine, worker)
