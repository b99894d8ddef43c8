"""The tables: the same on both databases, made once, and migrated from an earlier version."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
import sqlalchemy as sa
from alembic.config import Config
from alembic.script import ScriptDirectory

from bot.bootstrap.storage import MIGRATE, migrate_database, open_database
from bot.core.errors import DatabaseFailed, SettingsError
from bot.core.settings import FixedSettings
from bot.storage.database.schema import HEAD, is_current, migrate_postgres, migrate_sqlite
from bot.storage.watches import Watches
from tests.support.databases import new_name
from tests.support.older_tables import BEFORE_0008
from tests.support.postgres_server import OwnServer, Server

# As the version before Alembic made them. Such files exist.
BEFORE = """
CREATE TABLE jobs (
    id INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE, team_id TEXT NOT NULL, kind TEXT NOT NULL,
    content TEXT NOT NULL, state TEXT NOT NULL DEFAULT 'open' CHECK (state IN ('open', 'done', 'dead')),
    taken INTEGER NOT NULL DEFAULT 0, put_off INTEGER NOT NULL DEFAULT 0, reason TEXT NOT NULL DEFAULT '',
    recorded_at REAL NOT NULL, ended_at REAL
) STRICT;
CREATE TABLE watches (
    id INTEGER PRIMARY KEY, team_id TEXT NOT NULL, place TEXT NOT NULL, order_id TEXT NOT NULL,
    condition TEXT NOT NULL CHECK (condition IN ('open', 'parked', 'ending', 'ended')),
    next_look REAL NOT NULL, claimed REAL NOT NULL DEFAULT 0, wakes INTEGER NOT NULL DEFAULT 0,
    woken REAL NOT NULL DEFAULT 0, hooked INTEGER NOT NULL DEFAULT 0, called INTEGER NOT NULL DEFAULT 0,
    share INTEGER NOT NULL DEFAULT 1, ended_at REAL, content TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX watches_once ON watches (team_id, place, order_id) WHERE condition != 'ended';
CREATE TABLE watchers (
    team_id TEXT NOT NULL, user_id TEXT NOT NULL, watch_id INTEGER NOT NULL REFERENCES watches (id),
    PRIMARY KEY (team_id, user_id, watch_id)
) STRICT, WITHOUT ROWID;
INSERT INTO jobs (key, team_id, kind, content, recorded_at) VALUES ('a', 'T1', 'say', '{}', 1);
INSERT INTO watches (team_id, place, order_id, condition, next_look, content) VALUES ('T1', 'C1', '12-elm',
    'open', 5, '{"team_id":"T1","place":"C1","order":"12-elm","next_look":5,
    "watchers":[{"user_id":"U1","since":"2026-11-23T12:00:00Z"}]}');
"""


def columns(url: str) -> dict[str, list[tuple[str, bool]]]:
    """By table: its columns, and whether they may be empty."""
    inspector = sa.inspect(sa.create_engine(url, poolclass=sa.NullPool))
    ours = [table for table in inspector.get_table_names() if not table.startswith("procrastinate")]
    return {
        table: [(column["name"], column["nullable"]) for column in inspector.get_columns(table)]
        for table in ours
    }


def indexes(url: str) -> set[str | None]:
    inspector = sa.inspect(sa.create_engine(url, poolclass=sa.NullPool))
    tables = ("jobs", "watches", "watchers", "looks", "channels")
    return {
        index["name"]
        for table in tables
        for index in inspector.get_indexes(table)
        if index["name"] != "jobs_key_key"
    }


def test_both_databases_have_the_same_tables(file: Path, postgres_url: str) -> None:
    """One set of statements runs on both. PostgreSQL also has the rate limiters, as only it is shared."""
    shared = postgres_url.replace("postgresql://", "postgresql+psycopg://")
    in_file, in_server = columns(f"sqlite:///{file}"), columns(shared)
    assert in_server.pop("meters")

    assert in_file == in_server
    assert indexes(f"sqlite:///{file}") == indexes(shared)


def test_head_is_the_newest_version() -> None:
    """A migration that does not raise HEAD would never run."""
    config = Config()
    config.set_main_option("script_location", "bot.storage.database:migrations")

    assert ScriptDirectory.from_config(config).get_current_head() == HEAD


@pytest.mark.parametrize(
    ("version", "current"),
    [("", False), ("0001", False), (HEAD, True), ("9999", True)],
    ids=["no-tables", "older", "ours", "newer"],
)
def test_a_later_version_is_accepted(version: str, *, current: bool) -> None:
    """During a rolling deploy, processes of the earlier version start on its tables too."""
    assert is_current(version) is current


async def test_a_file_from_before_alembic_is_migrated(tmp_path: Path) -> None:
    """Its rows are kept, and missing tables are made."""
    path = tmp_path / "before.sqlite3"
    with closing(sqlite3.connect(path)) as before:
        before.executescript(BEFORE)
    async with open_database(FixedSettings(database_url=f"sqlite:///{path}")) as database:
        [watch] = await Watches(database).of_person("T1", "U1") or await Watches(database).at("T1", "C1")
        jobs = await database.run(lambda sql: sql.rows("SELECT key, state FROM jobs"))

    assert watch.order == "12-elm"
    assert jobs == [{"key": "a", "state": "open"}]
    assert {"looks", "channels"} <= set(columns(f"sqlite:///{path}"))


async def test_a_new_file_gets_its_tables_by_itself(tmp_path: Path) -> None:
    """On SQLite the first start makes the tables."""
    async with open_database(
        FixedSettings(database_url=f"sqlite:///{tmp_path}/data/new.sqlite3")
    ) as database:
        assert await database.version() == HEAD


async def test_postgresql_without_tables_is_refused(postgres: Server) -> None:
    """The error names the command that makes them.

    Processes that start together must not make them themselves.
    """
    name = new_name()
    settings = FixedSettings(database_url=postgres.create(name))
    try:
        with pytest.raises(SettingsError) as refused:
            async with open_database(settings):
                raise AssertionError
        assert refused.value.problems == [MIGRATE]

        assert await asyncio.to_thread(migrate_database, settings) == f"The tables are at version {HEAD}."
        async with open_database(settings) as database:
            assert await database.version() == HEAD
    finally:
        postgres.drop(name)


def test_a_database_url_is_read_alike_everywhere(breakable: OwnServer) -> None:
    """`migrate` can connect wherever `serve` can: one of several servers, or a socket's folder."""
    parts = urlsplit(breakable.create(new_name()))
    several = f"postgresql://postgres@127.0.0.1:1,127.0.0.1:{parts.port}{parts.path}"
    socket = f"postgresql://postgres@{quote(str(breakable.folder), safe='')}:{parts.port}{parts.path}"
    for url in (several, socket):
        migrate_database(FixedSettings(database_url=url))


async def test_many_may_migrate_at_once(postgres: Server) -> None:
    """One of them migrates, and the others find nothing to do, as does a later one."""
    name = new_name()
    url = postgres.create(name)
    try:
        await asyncio.gather(*(asyncio.to_thread(migrate_postgres, url) for _ in range(4)))
        migrate_postgres(url)
        async with open_database(FixedSettings(database_url=url)) as database:
            rows = await database.run(lambda sql: sql.rows("SELECT name FROM procrastinate_migrations"))
        assert len(rows) > 10
    finally:
        postgres.drop(name)


async def test_a_newer_procrastinate_brings_its_own_migrations(postgres_url: str) -> None:
    """Those of its files that did not run yet are run once, in their order."""
    newest = "03.04.00_50_post_add_retry_failed_job_procedure.sql"

    async with open_database(FixedSettings(database_url=postgres_url)) as database:
        forget = "DELETE FROM procrastinate_migrations WHERE name = :name"
        await database.run(lambda sql: sql.do(forget, name=newest))
        await database.run(lambda sql: sql.do("DROP FUNCTION procrastinate_retry_job_v2"))
        await asyncio.to_thread(migrate_postgres, postgres_url)
        there = "SELECT count(*) AS number FROM procrastinate_migrations WHERE name = :name"
        rows = await database.run(lambda sql: sql.rows(there, name=newest))

    assert rows == [{"number": 1}]


def test_a_migration_that_is_cut_short_changes_nothing(tmp_path: Path) -> None:
    """It does all or nothing, so that the next start does not add again what is there."""
    path = tmp_path / "old.sqlite3"
    migrate_sqlite(path)
    with closing(sqlite3.connect(path)) as older:
        for undo in BEFORE_0008:
            older.execute(undo)
        older.executescript(
            "DROP INDEX watches_aside; ALTER TABLE channels DROP COLUMN unfurls;"
            " ALTER TABLE jobs DROP COLUMN tries_ended;"
            " UPDATE alembic_version SET version_num = '0003'; CREATE TABLE watches_aside (x);"
        )
    with pytest.raises(DatabaseFailed, match="watches_aside"):
        migrate_sqlite(path)
    assert "unfurls" not in [name for name, _ in columns(f"sqlite:///{path}")["channels"]]
    with closing(sqlite3.connect(path)) as older:
        older.execute("DROP TABLE watches_aside")

    migrate_sqlite(path)
    assert "unfurls" in [name for name, _ in columns(f"sqlite:///{path}")["channels"]]
