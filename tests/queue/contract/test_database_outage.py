"""A worker whose database is away for a while."""

import asyncio

from bot.bootstrap.storage import open_database
from bot.core.settings import FixedSettings
from bot.storage.database.schema import migrate_postgres
from tests.queue.contract.harness import Harness, RecordingWorker, listening
from tests.support.databases import new_name
from tests.support.postgres_server import OwnServer

AWAY = 4.0  # seconds. Longer than MAX_CONNECTION_WAIT_SECONDS of bot.storage.database.postgres


async def test_workers_survive_an_outage_of_their_database(breakable: OwnServer) -> None:
    """After an outage longer than their timeout, the workers go on and hear of new jobs at once."""
    url = breakable.create(new_name())
    migrate_postgres(url)
    worker = RecordingWorker()
    async with (
        open_database(FixedSettings(database_url=url)) as database,
        Harness(database, url).works(worker, poll=3600) as engine,
    ):
        await listening(engine, worker)
        breakable.stop()
        await asyncio.sleep(AWAY)  # the outage itself
        breakable.start()

        async with asyncio.timeout(30):
            await listening(engine, worker)
