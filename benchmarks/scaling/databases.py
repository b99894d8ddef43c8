"""Empty databases of both kinds, opened as the bot opens them."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from benchmarks.scaling import rows
from benchmarks.scaling.crowd import Crowd
from benchmarks.scaling.rows import NOW
from bot.queue.base import Engine
from bot.queue.embedded import EmbeddedEngine
from bot.queue.postgres import PostgresEngine
from bot.storage.database.base import Database
from bot.storage.database.postgres import PostgresDatabase
from bot.storage.database.schema import migrate_postgres, migrate_sqlite
from bot.storage.database.sqlite import SqliteDatabase
from bot.storage.jobs import JobStore
from tests.support.databases import new_name
from tests.support.postgres_server import Server

SQLITE, POSTGRES = "SQLite", "PostgreSQL"


@dataclass
class OpenDatabase:
    """A database with its engine. `fill` writes watches into it."""

    kind: str
    database: Database
    engine: Engine
    fill: Callable[[Crowd, int], None]  # with so many watches
    now: datetime = NOW

    async def size(self) -> int:
        """Bytes of `watches` and `watchers` with their indexes. For SQLite, bytes of the whole file."""
        if self.kind == SQLITE:
            pages = "SELECT page_count * page_size AS size FROM pragma_page_count, pragma_page_size"
            return int((await self.database.run(lambda sql: sql.rows(pages)))[0]["size"])
        tables = "SELECT pg_total_relation_size('watches') + pg_total_relation_size('watchers') AS size"
        return int((await self.database.run(lambda sql: sql.rows(tables)))[0]["size"])


@asynccontextmanager
async def on_sqlite(folder: Path) -> AsyncIterator[OpenDatabase]:
    path = folder / "scale.sqlite3"
    migrate_sqlite(path)
    async with SqliteDatabase.opened(path) as database:
        engine = EmbeddedEngine(database, JobStore(database), now=lambda: NOW)
        await engine.keyed_tasks.close(0)  # it records jobs, but does none
        yield OpenDatabase(SQLITE, database, engine, partial(rows.fill_sqlite, path))


@asynccontextmanager
async def on_postgres(server: Server) -> AsyncIterator[OpenDatabase]:
    name = new_name()
    url = server.create(name)
    migrate_postgres(url)
    try:
        async with PostgresDatabase.opened(url) as database:
            engine = PostgresEngine(database, JobStore(database), lambda: NOW)
            yield OpenDatabase(POSTGRES, database, engine, partial(rows.fill_postgres, url))
    finally:
        server.drop(name)
