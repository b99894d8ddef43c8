"""One writer and many callers: each gets its own result, and a confirmed write is committed."""

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from bot.core.errors import DatabaseFailed
from bot.storage.database.base import Statement
from bot.storage.database.sqlite import SqliteDatabase


def insert(value: int) -> Statement[None]:
    return lambda sql: sql.do("INSERT INTO t VALUES (:value)", value=value)


async def count(path: Path) -> int:
    """The number of rows that another connection sees, which are the committed ones."""
    with sqlite3.connect(path) as other:
        [(rows,)] = other.execute("SELECT count(*) FROM t").fetchall()
    other.close()
    return int(rows)


async def test_run_returns_after_the_commit(tmp_path: Path) -> None:
    """When `run` returns, other connections see the rows."""
    path = tmp_path / "x" / "t.sqlite3"
    async with SqliteDatabase.opened(path) as database:
        await database.run(lambda sql: sql.do("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
        await database.run(lambda sql: sql.do("INSERT INTO t VALUES (1)"))

        assert await count(path) == 1


async def test_a_failed_statement_undoes_no_other(tmp_path: Path) -> None:
    """Of many statements in one commit, only the failing one is undone, and its caller gets the error."""
    path = tmp_path / "t.sqlite3"
    async with SqliteDatabase.opened(path) as database:
        await database.run(lambda sql: sql.do("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
        values = [*range(50), 7]

        results = await asyncio.gather(
            *(database.run(insert(value)) for value in values),
            return_exceptions=True,
        )

        assert [type(result) for result in results if isinstance(result, Exception)] == [DatabaseFailed]
        assert await count(path) == 50


async def test_a_failed_commit_reaches_every_caller(tmp_path: Path) -> None:
    """When another process locks the file for too long, every caller gets an error."""
    path = tmp_path / "t.sqlite3"
    async with SqliteDatabase.opened(path) as database:
        await database.run(lambda sql: sql.do("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
        database._connection.execute("PRAGMA busy_timeout=1")
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        with pytest.raises(DatabaseFailed):
            await database.run(lambda sql: sql.do("INSERT INTO t VALUES (1)"))
        other.execute("ROLLBACK")
        other.close()

        await database.run(lambda sql: sql.do("INSERT INTO t VALUES (2)"))
        assert await count(path) == 1


async def test_only_the_owner_may_read_the_file(tmp_path: Path) -> None:
    """The file holds order IDs, which are secrets."""
    path = tmp_path / "data" / "t.sqlite3"
    async with SqliteDatabase.opened(path):
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0


async def test_it_is_busy_while_a_caller_waits(tmp_path: Path) -> None:
    """It is busy until the answer or the error."""
    path, gate = tmp_path / "t.sqlite3", threading.Event()
    async with SqliteDatabase.opened(path) as database:
        asking = asyncio.create_task(database.run(lambda _: gate.wait(10)))
        await asyncio.sleep(0)
        assert database.busy
        gate.set()
        await asking
        with pytest.raises(DatabaseFailed):
            await database.run(insert(1))

        assert not database.busy
