"""Opens the database of a process, and everything stored in it."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.bootstrap.clients import Now
from bot.core.errors import DatabaseFailed, SettingsError
from bot.core.settings import Settings
from bot.queue.embedded import EmbeddedEngine
from bot.storage.database import schema
from bot.storage.database.sqlite import SqliteDatabase
from bot.storage.database.sqlite_file import only_process, unusable
from bot.storage.jobs import JobStore
from bot.storage.rate_limits.base import RateLimiter
from bot.storage.rate_limits.memory import LocalRateLimiter
from bot.storage.stores import Stores

if TYPE_CHECKING:
    from bot.queue.postgres import PostgresEngine
    from bot.storage.database.postgres import PostgresDatabase

POSTGRES_MISSING = (
    "DATABASE_URL is a PostgreSQL address, but its libraries aren't installed. "
    "Run `python -m pip install --no-deps --require-hashes -r requirements-postgres.txt`."
)
MIGRATE = (
    "The database's tables are older than this version of Order Desk. "
    "Run `python app.py migrate`, then start again."
)
CHECK_SERVER = "Check DATABASE_URL, and whether the server is running."
ANOTHER_DATABASE = "Create a database for Order Desk alone, and set DATABASE_URL to it."


@dataclass(frozen=True)
class Storage:
    database: "SqliteDatabase | PostgresDatabase"
    job_store: JobStore
    stores: Stores
    rate_limiter: RateLimiter
    engine: "EmbeddedEngine | PostgresEngine"
    now: Now

    @property
    def busy(self) -> bool:
        """Whether a caller waits for SQLite's thread. Always False on PostgreSQL: it has its own process."""
        return isinstance(self.database, SqliteDatabase) and self.database.busy

    async def prune(self) -> None:
        """Deletes old jobs, watches, snapshots and orders, and unused rate limits. Raises DatabaseFailed."""
        await self.job_store.prune(self.now())
        await self.stores.prune(self.now())
        await self.rate_limiter.prune()


@contextmanager
def explained(settings: Settings) -> Iterator[None]:
    """Raises DatabaseFailed as a SettingsError, with what to do about it."""
    try:
        yield
    except DatabaseFailed as error:
        if settings.on_postgres:
            todo = ANOTHER_DATABASE if str(error) == schema.FOREIGN else CHECK_SERVER
            raise SettingsError([f"PostgreSQL can't be used ({error}). {todo}"]) from None
        raise SettingsError([unusable(settings.database_path, error)]) from None


@asynccontextmanager
async def open_storage(settings: Settings, now: Now) -> AsyncIterator[Storage]:
    """Raises SettingsError when the database cannot be read or written, with what to do about it."""
    with explained(settings):
        async with (_postgres if settings.on_postgres else _sqlite)(settings, now) as storage:
            await storage.job_store.probe(now())
            yield storage


@asynccontextmanager
async def open_database(settings: Settings) -> "AsyncIterator[SqliteDatabase | PostgresDatabase]":
    """The database with the tables of this version. Migrates SQLite's first. Raises SettingsError."""
    async with AsyncExitStack() as opened:
        with explained(settings):
            database: SqliteDatabase | PostgresDatabase = await opened.enter_async_context(
                _open_postgres(settings) if settings.on_postgres else _open_sqlite(settings)
            )
        yield database


@asynccontextmanager
async def _open_sqlite(settings: Settings) -> "AsyncIterator[SqliteDatabase]":
    async with SqliteDatabase.opened(settings.database_path) as database:
        if not schema.is_current(await database.version()):
            await asyncio.to_thread(schema.migrate_sqlite, settings.database_path)
        yield database


@asynccontextmanager
async def _open_postgres(settings: Settings) -> "AsyncIterator[PostgresDatabase]":
    try:
        from bot.storage.database.postgres import PostgresDatabase  # noqa: PLC0415
        from bot.storage.database.probe import probe  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise SettingsError([POSTGRES_MISSING]) from None
    await asyncio.to_thread(probe, settings.database_url)
    async with PostgresDatabase.opened(settings.database_url) as shared:
        if not schema.is_current(await shared.version()):
            raise SettingsError([MIGRATE])
        yield shared


def migrate_database(settings: Settings) -> str:
    """Makes or changes the tables, and returns a sentence with their version. Raises SettingsError."""
    with explained(settings):
        version = (_migrate_postgres if settings.on_postgres else _migrate_sqlite)(settings)
    if version != schema.HEAD:
        return (
            f"The tables are at version {version}. Order Desk needs {schema.HEAD}, and works with these too."
        )
    return f"The tables are at version {version}."


def _migrate_sqlite(settings: Settings) -> str:
    with only_process(settings.database_path):
        return schema.migrate_sqlite(settings.database_path)


def _migrate_postgres(settings: Settings) -> str:
    try:
        from bot.storage.database.probe import probe  # noqa: PLC0415 - an extra
    except ModuleNotFoundError:
        raise SettingsError([POSTGRES_MISSING]) from None
    probe(settings.database_url)
    return schema.migrate_postgres(settings.database_url)


@asynccontextmanager
async def _sqlite(settings: Settings, now: Now) -> AsyncIterator[Storage]:
    with only_process(settings.database_path):
        async with open_database(settings) as database:
            job_store = JobStore(database)
            engine = EmbeddedEngine(database, job_store, now=now)
            rate_limiter = LocalRateLimiter(asyncio.get_running_loop().time)
            yield Storage(database, job_store, Stores.on(database), rate_limiter, engine, now)


@asynccontextmanager
async def _postgres(settings: Settings, now: Now) -> AsyncIterator[Storage]:
    async with open_database(settings) as database:
        from bot.queue.postgres import PostgresEngine  # noqa: PLC0415
        from bot.storage.database.postgres import PostgresDatabase  # noqa: PLC0415 - an extra
        from bot.storage.rate_limits.postgres import SharedRateLimiter  # noqa: PLC0415

        assert isinstance(database, PostgresDatabase)  # noqa: S101 - `on_postgres` says so
        job_store = JobStore(database)
        engine = PostgresEngine(database, job_store, now)
        yield Storage(database, job_store, Stores.on(database), SharedRateLimiter(database), engine, now)
