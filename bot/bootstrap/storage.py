"""What a process stands on: its database, and all that is kept there."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.bootstrap.clients import Now
from bot.core.errors import DatabaseFailed, SettingsError
from bot.core.settings import Settings
from bot.queue.embedded import EmbeddedEngine
from bot.storage.database import schema
from bot.storage.database.base import Database
from bot.storage.database.sqlite import SqliteDatabase, only_process
from bot.storage.jobs import Ledger
from bot.storage.rate_limits.base import Meter
from bot.storage.rate_limits.memory import LocalMeter
from bot.storage.stores import Stores

if TYPE_CHECKING:
    from bot.queue.postgres import PostgresEngine
    from bot.storage.database.postgres import PostgresDatabase

EXTRA = (
    "DATABASE_URL names PostgreSQL, for which requirements-postgres.txt is to be installed with pip first."
)
MIGRATE = "The database lacks tables of this version. Run `python app.py migrate`, then start again."
UNREACHABLE = "PostgreSQL cannot be used ({}). Check DATABASE_URL, and that the server runs."


@dataclass(frozen=True)
class Ground:
    database: Database
    ledger: Ledger
    stores: Stores
    meter: Meter
    engine: "EmbeddedEngine | PostgresEngine"
    now: Now

    @property
    def busy(self) -> bool:
        """Whether SQLite's thread is at work for us; of PostgreSQL, which has its own, it is not said."""
        return isinstance(self.database, SqliteDatabase) and self.database.busy

    async def prune(self) -> None:
        """Forgets what is over since long; raises DatabaseFailed."""
        await self.ledger.prune(self.now())
        await self.stores.prune(self.now())
        await self.meter.prune()


@asynccontextmanager
async def open_ground(settings: Settings, now: Now) -> AsyncIterator[Ground]:
    """Raises SettingsError when it is no ground to stand on, with what to do about it."""
    async with (_postgres if settings.on_postgres else _sqlite)(settings, now) as ground:
        yield ground


@asynccontextmanager
async def open_database(settings: Settings) -> "AsyncIterator[SqliteDatabase | PostgresDatabase]":
    """With the tables of this version; raises SettingsError. SQLite's are brought up on the way."""
    if not settings.on_postgres:
        async with SqliteDatabase.opened(settings.database_path) as database:
            if not schema.is_current(await database.version()):
                await asyncio.to_thread(schema.migrate_sqlite, settings.database_path)
            yield database
        return
    try:
        from bot.storage.database.postgres import PostgresDatabase  # noqa: PLC0415
        from bot.storage.database.probe import probe  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise SettingsError([EXTRA]) from None
    async with AsyncExitStack() as opened:
        try:
            await asyncio.to_thread(probe, settings.database_url)
            shared = await opened.enter_async_context(PostgresDatabase.opened(settings.database_url))
            version = await shared.version()
        except DatabaseFailed as error:
            raise SettingsError([UNREACHABLE.format(error)]) from None
        if not schema.is_current(version):
            raise SettingsError([MIGRATE])
        yield shared


def bring_up(settings: Settings) -> str:
    """Makes or changes the tables, and says what is there now; raises SettingsError."""
    if not settings.on_postgres:
        with only_process(settings.database_path):
            schema.migrate_sqlite(settings.database_path)
        return f"The tables are those of version {schema.HEAD}."
    try:
        from bot.storage.database.probe import probe  # noqa: PLC0415 - an extra

        probe(settings.database_url)
        schema.migrate_postgres(settings.database_url)
    except ModuleNotFoundError:
        raise SettingsError([EXTRA]) from None
    except DatabaseFailed as error:
        raise SettingsError([UNREACHABLE.format(error)]) from None
    return f"The tables are those of version {schema.HEAD}."


@asynccontextmanager
async def _sqlite(settings: Settings, now: Now) -> AsyncIterator[Ground]:
    with only_process(settings.database_path):
        async with open_database(settings) as database:
            ledger = Ledger(database)
            engine = EmbeddedEngine(database, ledger, now=now)
            meter = LocalMeter(asyncio.get_running_loop().time)
            yield Ground(database, ledger, Stores.on(database), meter, engine, now)


@asynccontextmanager
async def _postgres(settings: Settings, now: Now) -> AsyncIterator[Ground]:
    async with open_database(settings) as database:
        from bot.queue.postgres import PostgresEngine  # noqa: PLC0415
        from bot.storage.database.postgres import PostgresDatabase  # noqa: PLC0415 - an extra
        from bot.storage.rate_limits.postgres import SharedMeter  # noqa: PLC0415

        assert isinstance(database, PostgresDatabase)  # noqa: S101 - `on_postgres` says so
        ledger = Ledger(database)
        engine = PostgresEngine(database, ledger, now)
        yield Ground(database, ledger, Stores.on(database), SharedMeter(database), engine, now)
