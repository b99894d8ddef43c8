"""PostgreSQL with other sessions, which block each other, and with a server that stops and comes back."""

import asyncio
import threading
import time
from collections.abc import AsyncIterator

import pytest

from bot.core.errors import DatabaseFailed
from bot.storage.database.base import Sql
from bot.storage.database.postgres import MAX_CONNECTIONS, PostgresDatabase
from tests.support.databases import new_name
from tests.support.postgres_server import OwnServer


@pytest.fixture
async def shared(postgres_url: str) -> AsyncIterator[PostgresDatabase]:
    async with PostgresDatabase.opened(postgres_url) as database:
        yield database


async def test_two_transactions_that_deadlock_both_succeed(shared: PostgresDatabase) -> None:
    """PostgreSQL undoes one of them, which then runs again."""
    await shared.run(lambda sql: sql.do("CREATE TABLE t (a int PRIMARY KEY, b int)"))
    await shared.run(lambda sql: sql.do("INSERT INTO t VALUES (1, 0), (2, 0)"))
    both = threading.Barrier(2)

    async def cross(mine: int, theirs: int) -> None:
        tried: list[int] = []

        def one_and_then_the_other(sql: Sql) -> None:
            sql.do("UPDATE t SET b = b + 1 WHERE a = :a", a=mine)
            if not tried:
                tried.append(1)
                both.wait(5)
            sql.do("UPDATE t SET b = b + 1 WHERE a = :a", a=theirs)

        await shared.run(one_and_then_the_other)

    await asyncio.gather(cross(1, 2), cross(2, 1))

    assert await shared.run(lambda sql: sql.rows("SELECT b FROM t")) == [{"b": 2}, {"b": 2}]


async def test_a_failed_transaction_is_undone(shared: PostgresDatabase) -> None:
    """Nothing of it is written, and the next one works."""
    await shared.run(lambda sql: sql.do("CREATE TABLE t (a int PRIMARY KEY)"))

    def broken(sql: Sql) -> None:
        sql.do("INSERT INTO t VALUES (1)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await shared.run(broken)
    assert await shared.run(lambda sql: sql.rows("SELECT a FROM t")) == []


async def test_one_query_is_a_transaction_of_its_own(shared: PostgresDatabase, postgres_url: str) -> None:
    """It is committed when it returns. A transaction that fails after it, on its connection, is undone."""
    assert await shared.once("CREATE TABLE t (a int PRIMARY KEY)") == []
    assert await shared.once("INSERT INTO t VALUES (:a) RETURNING a", a=1) == [{"a": 1}]
    with pytest.raises(DatabaseFailed):
        await shared.once("INSERT INTO t VALUES (:a)", a=1)

    def broken(sql: Sql) -> None:
        sql.do("INSERT INTO t VALUES (2)")
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await shared.run(broken)
    async with PostgresDatabase.opened(postgres_url) as other:
        assert await other.once("SELECT a FROM t") == [{"a": 1}]


async def test_no_error_quotes_a_row(shared: PostgresDatabase) -> None:
    """PostgreSQL's message names the conflicting values, and an order ID is a secret."""
    await shared.run(lambda sql: sql.do("CREATE TABLE t (a text PRIMARY KEY)"))
    await shared.run(lambda sql: sql.do("INSERT INTO t VALUES (:a)", a="a-secret-id"))
    with pytest.raises(DatabaseFailed) as failed:
        await shared.run(lambda sql: sql.do("INSERT INTO t VALUES (:a)", a="a-secret-id"))

    assert "UniqueViolation" in str(failed.value)
    assert "a-secret-id" not in str(failed.value)
    assert failed.value.__cause__ is None
    assert failed.value.__suppress_context__


async def test_a_server_that_comes_back_is_used_again(breakable: OwnServer) -> None:
    """During the outage a caller gets an error within Slack's three seconds."""
    async with PostgresDatabase.opened(breakable.create(new_name())) as database:
        for away in (breakable.stop, breakable.crash):
            away()
            asked = time.monotonic()
            with pytest.raises(DatabaseFailed):
                await database.run(lambda sql: sql.rows("SELECT 1 AS one"))
            assert time.monotonic() - asked < 2.9
            breakable.start()
            await _until_it_answers(database)


async def test_no_caller_waits_for_ever_for_a_connection(shared: PostgresDatabase) -> None:
    """When slow statements use all connections, the next caller gets an error in time."""
    let_go, all_busy = threading.Event(), threading.Barrier(MAX_CONNECTIONS + 1)

    def long(_: Sql) -> None:
        all_busy.wait(10)
        let_go.wait(10)

    busy = [asyncio.create_task(shared.run(long)) for _ in range(MAX_CONNECTIONS)]
    await asyncio.to_thread(all_busy.wait, 10)
    asked = time.monotonic()
    try:
        with pytest.raises(DatabaseFailed):
            await shared.run(lambda sql: sql.rows("SELECT 1 AS one"))
        assert time.monotonic() - asked < 2.9
    finally:
        let_go.set()
        await asyncio.gather(*busy)


async def _until_it_answers(database: PostgresDatabase) -> None:
    async with asyncio.timeout(20):
        while True:
            try:
                await database.run(lambda sql: sql.rows("SELECT 1 AS one"))
            except DatabaseFailed:
                continue
            return
