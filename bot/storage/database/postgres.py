"""PostgreSQL, through one pool of connections; what is asked of it runs in threads beside the loop."""

import asyncio
import contextlib
import re
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, LiteralString, Self, TypeVar

import psycopg
from psycopg.errors import DeadlockDetected, SerializationFailure
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from bot.core.errors import DatabaseFailed
from bot.core.logging import Outage
from bot.storage.database.base import Row, Statement, Value, version

T = TypeVar("T")
MAX_CONNECTIONS = 8  # connections of one process, beside those of the engine
MAX_WAIT_SECONDS = 2.0  # seconds for a connection: Slack wants its answer within three
MIN_WAIT_SECONDS = 0.1  # seconds: one that is there is got at once
MAX_ATTEMPTS = 3  # of what two transactions refused each other
# Said to each connection when it is there: what connects with options, PgBouncer refuses.
LIMITS: LiteralString = (
    "SET statement_timeout = '10s'; SET lock_timeout = '5s'; SET idle_in_transaction_session_timeout = '15s'"
)
# A server that has vanished says nothing: TCP alone would wait for it for a quarter of an hour, and while
# nothing is sent, as by whoever listens, for ever.
CONNECTION: dict[str, Any] = {
    "connect_timeout": 5,
    "tcp_user_timeout": 5_000,  # milliseconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
# `reconnect_timeout`: until a pool gives up connecting by itself, and leaves it to whoever asks next. It
# pauses twice as long each time; after a minute's outage that would be another minute.
POOL: dict[str, Any] = {"max_size": MAX_CONNECTIONS, "timeout": MAX_WAIT_SECONDS, "reconnect_timeout": 2.0}
_NAMED = re.compile(r"(?<!:):(?!:)([a-z_]+)")


class PostgresSql:
    """`bot.storage.database.base.Sql`, in one transaction of PostgreSQL."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self.connection = connection  # for the engine, which records jobs in the same transaction

    def rows(self, query: str, /, **values: Value) -> list[Row]:
        return list(self.connection.execute(_translated(query), values))

    def row(self, query: str, /, **values: Value) -> Row | None:
        return self.connection.execute(_translated(query), values).fetchone()

    def do(self, query: str, /, **values: Value) -> None:
        self.connection.execute(_translated(query), values)

    def each(self, query: str, values: Iterable[Mapping[str, Value]], /) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(_translated(query), values)

    def alone(self, name: str, /) -> None:
        self.do("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))", name=name)


class PostgresDatabase:
    """Made by `opened`; `run` is what it is for."""

    def __init__(self, pool: ConnectionPool[psycopg.Connection[DictRow]]) -> None:
        self._pool = pool
        self._threads = ThreadPoolExecutor(max_workers=MAX_CONNECTIONS, thread_name_prefix="database")
        self._room = asyncio.Semaphore(MAX_CONNECTIONS)
        self._outage = Outage("the database")

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, url: str) -> AsyncIterator[Self]:
        """Connects; what breaks later is connected again by itself. Raises DatabaseFailed."""
        pool = ConnectionPool(
            url,
            connection_class=psycopg.Connection[DictRow],
            kwargs={"row_factory": dict_row, **CONNECTION},
            configure=_limit,
            min_size=1,
            check=lambda connection: _check(pool, connection),
            open=False,
            **POOL,
        )
        database = cls(pool)
        try:
            with _as_ours():
                await asyncio.to_thread(pool.open, wait=True, timeout=10.0)
            yield database
        finally:
            await asyncio.to_thread(pool.close)
            await asyncio.to_thread(database._threads.shutdown)

    async def run(self, statement: Statement[T]) -> T:
        """As `bot.storage.database.base.Database` promises."""
        try:
            result = await self._in_turn(statement)
        except DatabaseFailed as error:
            self._outage.begins(str(error))
            raise
        self._outage.ends()
        return result

    async def _in_turn(self, statement: Statement[T]) -> T:
        until = time.monotonic() + MAX_WAIT_SECONDS
        try:
            async with asyncio.timeout(MAX_WAIT_SECONDS):  # in 3.11 `wait_for` may lose that we are cancelled
                await self._room.acquire()
        except TimeoutError:
            raise DatabaseFailed("all connections are in use") from None
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._run, statement, until)
        finally:
            self._room.release()

    async def version(self) -> str:
        """Of the tables; empty if there are none."""
        there = "SELECT 1 AS one WHERE to_regclass('alembic_version') IS NOT NULL"
        return await self.run(lambda sql: version(sql, there))

    def _run(self, statement: Statement[T], until: float) -> T:
        """Whoever has waited for a thread waits so much less for a connection."""
        wait = max(until - time.monotonic(), MIN_WAIT_SECONDS)
        for left in reversed(range(MAX_ATTEMPTS)):
            try:
                with _as_ours(), self._pool.connection(timeout=wait) as connection:
                    return statement(PostgresSql(connection))
            except _Again:
                if not left:
                    raise
                wait = MAX_WAIT_SECONDS
        raise AssertionError


def _check(
    pool: ConnectionPool[psycopg.Connection[DictRow]], connection: psycopg.Connection[DictRow]
) -> None:
    """Where one is broken, the others are too: found one by one, each would cost a second."""
    try:
        pool.check_connection(connection)
    except psycopg.Error:
        pool.drain()
        raise


def _limit(connection: psycopg.Connection[DictRow]) -> None:
    connection.execute(LIMITS)
    connection.commit()


class _Again(DatabaseFailed):
    """Two transactions stood in each other's way, and this one was undone."""


@contextlib.contextmanager
def _as_ours() -> Iterator[None]:
    """Without the cause: its text quotes the values of a row, order ids among them."""
    try:
        yield
    except (SerializationFailure, DeadlockDetected) as error:
        raise _Again(_words(error)) from None
    except psycopg.Error as error:
        raise DatabaseFailed(_words(error)) from None


def _words(error: psycopg.Error) -> str:
    said = error.diag.message_primary or "no connection"
    return f"{type(error).__name__}: {said}"


@lru_cache(maxsize=256)
def _translated(query: str) -> LiteralString:
    """`:name` as psycopg writes it."""
    return _NAMED.sub(r"%(\1)s", query)
