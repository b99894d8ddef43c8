"""One writer, many callers: each gets its own result, and what was said to be written is."""

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
    """As another connection sees it: only what was committed."""
    with sqlite3.connect(path) as other:
        [(rows,)] = other.execute("SELECT count(*) FROM t").fetchall()
    other.close()
    return int(rows)


async def test_written_means_committed(tmp_path: Path) -> None:
    """When `run` returns, others see it."""
    path = tmp_path / "x" / "t.sqlite3"
    async with SqliteDatabase.opened(path) as database:
        await database.run(lambda sql: sql.do("CREATE TABLE t (a INTEGER PRIMARY KEY)"))
        await database.run(lambda sql: sql.do("INSERT INTO t VALUES (1)"))

        assert await count(path) == 1


async def test_one_failure_does_not_spoil_its_neighbours(tmp_path: Path) -> None:
    """Of many statements in one commit, the one that fails is undone alone and tells its caller."""
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
    """When the file is locked by somebody else for too long, nothing is said to be written."""
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


async def test_only_the_owner_reads_the_file(tmp_path: Path) -> None:
    """The file holds order ids, which are secrets."""
    path = tmp_path / "data" / "t.sqlite3"
    async with SqliteDatabase.opened(path):
        assert path.stat().st_mode & 0o077 == 0
        assert path.parent.stat().st_mode & 0o077 == 0


async def test_it_is_busy_while_somebody_waits(tmp_path: Path) -> None:
    """From the question to the answer, also where that is an error."""
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
