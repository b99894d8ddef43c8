"""One SQLite file, one connection, one thread.

Statements that arrive during a commit are written together in the next one. So thirty requests at the
same moment share one fsync, and each of them waits for it. With `synchronous=FULL`, what `run` returned
as written survives a power cut as well as a kill.
"""

import asyncio
import contextlib
import queue
import sqlite3
import threading
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self, TypeVar

from filelock import FileLock, Timeout

from bot.core.errors import DatabaseFailed, SettingsError, Unstorable
from bot.core.logging import Outage
from bot.storage.database.base import Row, Statement, Value, version

T = TypeVar("T")


_REFUSED_VALUES = {
    sqlite3.SQLITE_CONSTRAINT_CHECK,
    sqlite3.SQLITE_CONSTRAINT_NOTNULL,
    3091,  # SQLITE_CONSTRAINT_DATATYPE, which Python's sqlite3 does not name
}


@contextlib.contextmanager
def _refused_values() -> Iterator[None]:
    """Raises Unstorable for a value that SQLite, or Python's sqlite3, does not take."""
    try:
        yield
    except (OverflowError, UnicodeEncodeError, sqlite3.DataError) as error:
        raise Unstorable(type(error).__name__) from None
    except sqlite3.IntegrityError as error:
        if error.sqlite_errorcode not in _REFUSED_VALUES:
            raise
        raise Unstorable(type(error).__name__) from None


class _Sql:
    """`bot.storage.database.base.Sql`, in one SQLite transaction."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def rows(self, query: str, /, **values: Value) -> list[Row]:
        with _refused_values():
            return self._connection.execute(query, values).fetchall()

    def row(self, query: str, /, **values: Value) -> Row | None:
        with _refused_values():
            row: Row | None = self._connection.execute(query, values).fetchone()
            return row

    def do(self, query: str, /, **values: Value) -> None:
        with _refused_values():
            self._connection.execute(query, values)

    def each(self, query: str, values: Iterable[Mapping[str, Value]], /) -> None:
        with _refused_values():
            self._connection.executemany(query, values)

    def alone(self, name: str, /) -> None:
        """Nothing to do: only one transaction runs at a time."""


@dataclass(frozen=True)
class _Call:
    statement: Statement[Any]
    loop: asyncio.AbstractEventLoop
    answer: asyncio.Future[Any]

    def settle(self, result: Any, error: BaseException | None) -> None:
        """Runs in the database's thread. The loop may be closed, and the caller may be cancelled."""
        with contextlib.suppress(RuntimeError):
            self.loop.call_soon_threadsafe(self._settle, result, error)

    def _settle(self, result: Any, error: BaseException | None) -> None:
        if self.answer.done():
            return
        if error:
            self.answer.set_exception(error)
        else:
            self.answer.set_result(result)


class SqliteDatabase:
    """`bot.storage.database.base.Database` on SQLite. It is made by `opened`."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._sql = _Sql(connection)
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_batches, name="database", daemon=True)
        self._waiting = 0
        self._outage = Outage("the database")

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, path: Path) -> AsyncIterator[Self]:
        """Makes the file and its folder if needed. Only their owner can read them: they hold order ids."""
        connection = _connect(path)
        database = cls(connection)
        database._thread.start()
        try:
            yield database
        finally:
            database._calls.put(None)
            await asyncio.to_thread(database._thread.join)
            connection.close()

    @property
    def busy(self) -> bool:
        """Whether a caller waits for an answer."""
        return self._waiting > 0

    async def run(self, statement: Statement[T]) -> T:
        """As `bot.storage.database.base.Database` promises. Here `statement` runs once."""
        loop = asyncio.get_running_loop()
        call = _Call(statement, loop, loop.create_future())
        self._waiting += 1
        try:
            self._calls.put(call)
            result: T = await call.answer
        except DatabaseFailed as error:
            self._outage.begins(str(error))
            raise
        finally:
            self._waiting -= 1
        self._outage.ends()
        return result

    async def version(self) -> str:
        """The revision of the tables. Empty if there are none."""
        there = "SELECT name FROM sqlite_master WHERE name = 'alembic_version'"
        return await self.run(lambda sql: version(sql, there))

    def _write_batches(self) -> None:
        while (call := self._calls.get()) is not None:
            batch = [call]
            last = False
            while not self._calls.empty():
                if (more := self._calls.get()) is None:
                    last = True
                    break
                batch.append(more)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[_Call]) -> None:
        results: list[tuple[_Call, Any, BaseException | None]] = []
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            results = [self._try(call) for call in batch]
            self._connection.execute("COMMIT")
        except sqlite3.Error as error:
            results = [(call, None, _failed(error)) for call in batch]
            with contextlib.suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        for call, result, failure in results:
            call.settle(result, failure)

    def _try(self, call: _Call) -> tuple[_Call, Any, BaseException | None]:
        """Runs one caller's statement. If it fails, only that statement is rolled back."""
        self._connection.execute("SAVEPOINT one")
        try:
            result = call.statement(self._sql)
        except Exception as error:  # noqa: BLE001 - it is raised to the caller
            self._connection.execute("ROLLBACK TO one")
            self._connection.execute("RELEASE one")
            return call, None, _failed(error) if isinstance(error, sqlite3.Error) else error
        self._connection.execute("RELEASE one")
        return call, result, None


def _failed(error: sqlite3.Error) -> DatabaseFailed:
    failed = DatabaseFailed(f"{type(error).__name__}: {error}")
    failed.__cause__ = error
    return failed


def _as_mapping(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> Row:
    return {name: value for (name, *_), value in zip(cursor.description, row, strict=True)}


def _connect(path: Path) -> sqlite3.Connection:
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    path.touch(mode=0o600)
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    connection.execute("PRAGMA busy_timeout=5000")
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.row_factory = _as_mapping
    return connection


def only_process(path: Path) -> FileLock:
    """The lock of this file, which the process holds while it runs.

    Two processes on one file would answer everything twice. Raises SettingsError when another process has
    the lock, or when the file cannot be written.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        lock = FileLock(path.with_name(path.name + ".lock"), timeout=0)
        lock.acquire()
    except Timeout:
        problem = f"Another Order Desk is running on {path}. Stop it, or set DATABASE_URL to another file."
        raise SettingsError([problem]) from None
    except OSError as error:
        problem = f"{path} cannot be written ({error.strerror}). Set DATABASE_URL to a file that can."
        raise SettingsError([problem]) from None
    return lock
