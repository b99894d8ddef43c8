"""PostgreSQL, through one pool of connections. Statements run in threads, outside the event loop."""

import asyncio
import contextlib
import re
import selectors
import time
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from typing import Any, LiteralString, Self, TypeVar

import psycopg
from psycopg import errors
from psycopg.rows import DictRow, dict_row
from psycopg_pool import ConnectionPool

from bot.core.errors import DatabaseDamaged, DatabaseFailed, Unstorable
from bot.storage.database.base import Health, Row, Statement, Value, version

T = TypeVar("T")
MAX_CONNECTIONS = 8  # of one process, besides those of Procrastinate
MAX_CONNECTION_WAIT_SECONDS = 2.0  # Slack wants its answer within 3 seconds
MAX_WAIT_SECONDS = 2.6  # for a connection and then for a lock, together
MAX_LOCK_SECONDS = 1.5  # more than a second, after which PostgreSQL looks for deadlocks
MIN_CONNECTION_WAIT_SECONDS = 0.1  # enough to get a connection that is free
MAX_TRANSACTION_ATTEMPTS = 3  # after conflicts with other transactions
# Set on each new connection by a statement: PgBouncer refuses connections that are opened with options.
LIMITS: LiteralString = (
    "SET statement_timeout = '10s'; SET lock_timeout = '1500ms';"  # MAX_LOCK_SECONDS
    " SET idle_in_transaction_session_timeout = '15s'"
)
# A server that is gone sends nothing. Without these, TCP waits a quarter of an hour for it, and for ever on
# a connection that sends nothing, such as one that listens.
CONNECTION: dict[str, Any] = {
    "connect_timeout": 5,  # seconds, as the two for `keepalives`
    "tcp_user_timeout": 5_000,  # milliseconds
    "keepalives_idle": 10,
    "keepalives_interval": 5,
    "keepalives_count": 2,
}
# `reconnect_timeout`, in seconds: after it, a pool stops to reconnect by itself, and the next statement
# connects. The pool's pauses double, so without it an outage of a minute would last another minute.
POOL: dict[str, Any] = {
    "max_size": MAX_CONNECTIONS,
    "timeout": MAX_CONNECTION_WAIT_SECONDS,
    "reconnect_timeout": 2.0,
}
_NAMED = re.compile(r"(?<!:):(?!:)([a-z_]+)")
# What a connection answers that will not recover. After a failover, an old connection leads to a server that
# only reads, and goes on to do so when the server may write again.
_DEAD_ENDS = (
    errors.ReadOnlySqlTransaction,
    errors.InFailedSqlTransaction,
    errors.AdminShutdown,
    errors.CrashShutdown,
    errors.CannotConnectNow,
)
_DAMAGED = (errors.DataCorrupted, errors.IndexCorrupted)
_WRITES = ("INSERT", "UPDATE", "DELETE")


def is_dead_end(error: BaseException) -> bool:
    """Whether the connection that raised it is to be dropped."""
    broken = isinstance(error, psycopg.Error) and (error.sqlstate or "").startswith("08")
    return broken or isinstance(error, _DEAD_ENDS)


class PostgresSql:
    """`bot.storage.database.base.Sql`, in one transaction of PostgreSQL."""

    def __init__(self, connection: psycopg.Connection[DictRow]) -> None:
        self.connection = connection  # public for the queue, which records jobs in the same transaction
        self.wrote = False

    def rows(self, query: str, /, **values: Value) -> list[Row]:
        cursor = self._run(query, values)
        return list(cursor) if cursor.description else []

    def row(self, query: str, /, **values: Value) -> Row | None:
        return self._run(query, values).fetchone()

    def do(self, query: str, /, **values: Value) -> None:
        self._run(query, values)

    def each(self, query: str, values: Iterable[Mapping[str, Value]], /) -> None:
        with self.connection.cursor() as cursor:
            cursor.executemany(_translated(query), values)
            self._note(cursor)

    def _run(self, query: str, values: Mapping[str, Value]) -> psycopg.Cursor[DictRow]:
        cursor = self.connection.execute(_translated(query), values)
        self._note(cursor)
        return cursor

    def _note(self, cursor: psycopg.Cursor[DictRow]) -> None:
        wrote = cursor.rowcount > 0 and (cursor.statusmessage or "").startswith(_WRITES)
        self.wrote = self.wrote or wrote

    def exclusive(self, name: str, /) -> None:
        self.do("SELECT pg_advisory_xact_lock(hashtextextended(:name, 0))", name=name)


class PostgresDatabase:
    """`bot.storage.database.base.Database` on PostgreSQL. It is made by `opened`."""

    def __init__(self, pool: ConnectionPool[psycopg.Connection[DictRow]]) -> None:
        self._pool = pool
        self._threads = ThreadPoolExecutor(max_workers=MAX_CONNECTIONS, thread_name_prefix="database")
        self._free_connections = asyncio.Semaphore(MAX_CONNECTIONS)
        self.health = Health()

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, url: str) -> AsyncIterator[Self]:
        """Connects, or raises DatabaseFailed. A connection that breaks later is opened again by itself."""
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
            with _psycopg_errors_translated():
                await asyncio.to_thread(pool.open, wait=True, timeout=10.0)
            yield database
        finally:
            await asyncio.to_thread(pool.close)
            await asyncio.to_thread(database._threads.shutdown)

    async def run(self, statement: Statement[T]) -> T:
        """As `bot.storage.database.base.Database` promises."""
        return await self._watched(statement, single=False)

    async def once(self, query: str, /, **values: Value) -> list[Row]:
        """As `bot.storage.database.base.Database` promises. Without BEGIN and COMMIT it is one round trip."""
        return await self._watched(lambda sql: sql.rows(query, **values), single=True)

    async def _watched(self, statement: Statement[T], *, single: bool) -> T:
        try:
            result, wrote = await self._run_in_thread(statement, single=single)
        except DatabaseFailed as error:
            self.health.failed(error)
            raise
        self.health.worked(wrote=wrote)
        return result

    async def _run_in_thread(self, statement: Statement[T], *, single: bool) -> tuple[T, bool]:
        until = time.monotonic() + MAX_CONNECTION_WAIT_SECONDS
        try:
            # `wait_for` of Python 3.11 may lose a cancellation.
            async with asyncio.timeout(MAX_CONNECTION_WAIT_SECONDS):
                await self._free_connections.acquire()
        except TimeoutError:
            raise DatabaseFailed("all connections are in use") from None
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, self._run, statement, until, single)
        finally:
            self._free_connections.release()

    async def version(self) -> str:
        """The revision of the tables. Empty if there are none."""
        there = "SELECT 1 AS one WHERE to_regclass('alembic_version') IS NOT NULL"
        return await self.run(lambda sql: version(sql, there))

    def _run(self, statement: Statement[T], until: float, single: bool) -> tuple[T, bool]:  # noqa: FBT001 - for `run_in_executor`
        """Runs in a thread. The time that was spent waiting for the thread counts for the connection.

        Also returns whether rows were written.
        """
        wait = max(until - time.monotonic(), MIN_CONNECTION_WAIT_SECONDS)
        for left in reversed(range(MAX_TRANSACTION_ATTEMPTS)):
            try:
                with _psycopg_errors_translated(), self._connection(wait) as connection:
                    sql = PostgresSql(connection)
                    most = _lock_seconds(until)
                    with _autocommit(connection) if single and not most else contextlib.nullcontext():
                        if most:
                            sql.do("SELECT set_config('lock_timeout', :most, true)", most=most)
                        return statement(sql), sql.wrote
            except _Conflict:
                if not left:
                    raise
                wait = MAX_CONNECTION_WAIT_SECONDS
        raise AssertionError

    @contextlib.contextmanager
    def _connection(self, wait: float) -> Iterator[psycopg.Connection[DictRow]]:
        """A connection for one transaction. Drops all of the pool when it turns out to be a dead end."""
        with self._pool.connection(timeout=wait) as connection:
            try:
                yield connection
            except psycopg.Error as error:
                if is_dead_end(error):
                    self._pool.drain()  # also closes this one when it comes back
                raise


def _lock_seconds(until: float) -> str:
    """Who has waited long for a connection waits less for a lock. Empty if there is no need, as mostly."""
    left = until + MAX_WAIT_SECONDS - MAX_CONNECTION_WAIT_SECONDS - time.monotonic()
    return f"{max(100, int(left * 1000))}ms" if left < MAX_LOCK_SECONDS else ""


@contextlib.contextmanager
def _autocommit(connection: psycopg.Connection[DictRow]) -> Iterator[None]:
    connection.autocommit = True
    try:
        yield
    finally:
        with contextlib.suppress(psycopg.Error):  # it is broken, and the pool drops it
            connection.autocommit = False


def _check(
    pool: ConnectionPool[psycopg.Connection[DictRow]], connection: psycopg.Connection[DictRow]
) -> None:
    """Drops all connections when one is broken. To find the broken ones singly takes a second for each.

    A connection that has nothing to say was not closed by its server, so nothing is sent to find out.
    """
    if not says_something(connection):
        return
    try:
        pool.check_connection(connection)
    except psycopg.Error:
        pool.drain()
        raise


def says_something(connection: psycopg.Connection[Any] | psycopg.AsyncConnection[Any]) -> bool:
    """Whether an idle connection has bytes to read: its end, or the server's last words before it."""
    try:
        with selectors.DefaultSelector() as selector:
            selector.register(connection.fileno(), selectors.EVENT_READ)
            return bool(selector.select(0))
    except (psycopg.Error, OSError, ValueError):  # it is closed already
        return True


def _limit(connection: psycopg.Connection[DictRow]) -> None:
    connection.execute(LIMITS)
    connection.commit()


class _Conflict(DatabaseFailed):
    """Two transactions were in conflict, and PostgreSQL rolled this one back."""


@contextlib.contextmanager
def _psycopg_errors_translated() -> Iterator[None]:
    """Raises psycopg's errors as ours, without their cause: its text quotes order ids."""
    try:
        yield
    except (errors.SerializationFailure, errors.DeadlockDetected) as error:
        raise _Conflict(_without_values(error)) from None
    except (psycopg.DataError, errors.CheckViolation, errors.NotNullViolation, UnicodeEncodeError) as error:
        # A DataError is a number out of range, a NUL in a text, or text where a number must be.
        raise Unstorable(type(error).__name__) from None
    except _DAMAGED as error:
        raise DatabaseDamaged(_without_values(error)) from None
    except psycopg.Error as error:
        raise DatabaseFailed(_without_values(error)) from None


def _without_values(error: psycopg.Error) -> str:
    message = error.diag.message_primary or "no connection"
    return f"{type(error).__name__}: {message}"


@lru_cache(maxsize=256)
def _translated(query: str) -> LiteralString:
    """The query with `:name` as psycopg's `%(name)s`."""
    return _NAMED.sub(r"%(\1)s", query)
