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

from bot.core.errors import DatabaseFailed, DatabaseLost, Unstorable
from bot.storage.database.base import Health, Row, Statement, Value, version
from bot.storage.database.sqlite_file import LOST, Identity, failed, identity, log_identity, make

T = TypeVar("T")
# A statement that comes while the one before waits for a lock waits twice. Slack waits three seconds.
MAX_LOCK_MILLISECONDS = 1000


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

    def exclusive(self, name: str, /) -> None:
        """Nothing to do: only one transaction runs at a time."""


@dataclass(frozen=True)
class _Call:
    statement: Statement[Any]
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[_Result]"


@dataclass(frozen=True)
class _Result:
    call: _Call
    value: Any = None
    error: BaseException | None = None
    wrote: bool = False

    def settle(self) -> None:
        """Runs in the database's thread. The loop may be closed, and the caller may be cancelled."""
        with contextlib.suppress(RuntimeError):
            self.call.loop.call_soon_threadsafe(self._settle)

    def _settle(self) -> None:
        if self.call.answer.done():
            return
        if self.error:
            self.call.answer.set_exception(self.error)
        else:
            self.call.answer.set_result(self)


class SqliteDatabase:
    """`bot.storage.database.base.Database` on SQLite. It is made by `opened`."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.health = Health()
        self._path = path.resolve()
        self._identity = identity(self._path)
        self._log: Identity | None = None  # from the first transaction on
        self._connection = connection
        self._sql = _Sql(connection)
        self._calls: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_batches, name="database", daemon=True)
        self._waiting = 0

    @classmethod
    @contextlib.asynccontextmanager
    async def opened(cls, path: Path) -> AsyncIterator[Self]:
        """Makes the file and its folder if needed. Raises SettingsError and DatabaseFailed."""
        connection = _connect(path)
        database = cls(connection, path)
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
            result = await call.answer
        except DatabaseFailed as error:
            self.health.failed(error)
            raise
        finally:
            self._waiting -= 1
        self.health.worked(wrote=result.wrote)
        value: T = result.value
        return value

    async def once(self, query: str, /, **values: Value) -> list[Row]:
        """As `bot.storage.database.base.Database` promises."""
        return await self.run(lambda sql: sql.rows(query, **values))

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
        try:
            self._connection.execute("BEGIN IMMEDIATE")
            results = [self._try(call) for call in batch]
            self._check_log()
            self._connection.execute("COMMIT")
            self._check_file()
        except (sqlite3.Error, DatabaseLost) as error:
            translated = failed(error) if isinstance(error, sqlite3.Error) else error
            results = [_Result(call, error=translated) for call in batch]
            with contextlib.suppress(sqlite3.Error):
                if self._connection.in_transaction:
                    self._connection.execute("ROLLBACK")
        for result in results:
            result.settle()

    def _check_file(self) -> None:
        """Raises DatabaseLost when what was written is in a file that no other process finds."""
        if identity(self._path) != self._identity:
            raise DatabaseLost(LOST)

    def _check_log(self) -> None:
        """Raises DatabaseLost when the `-wal` file is another: what is written now is lost with the process.

        To close the connection in order brings all that was written before to the file.
        """
        there = log_identity(self._path)
        self._log = self._log or there
        if there != self._log:
            raise DatabaseLost(LOST)

    def _try(self, call: _Call) -> _Result:
        """Runs one caller's statement. If it fails, only that statement is rolled back."""
        self._connection.execute("SAVEPOINT one")
        before = self._connection.total_changes
        try:
            value = call.statement(self._sql)
        except Exception as error:  # noqa: BLE001 - it is raised to the caller
            self._connection.execute("ROLLBACK TO one")
            self._connection.execute("RELEASE one")
            return _Result(call, error=failed(error) if isinstance(error, sqlite3.Error) else error)
        self._connection.execute("RELEASE one")
        return _Result(call, value, wrote=self._connection.total_changes > before)


def _as_mapping(cursor: sqlite3.Cursor, row: tuple[Any, ...]) -> Row:
    return {name: value for (name, *_), value in zip(cursor.description, row, strict=True)}


def _connect(path: Path) -> sqlite3.Connection:
    """Raises SettingsError and DatabaseFailed."""
    make(path)
    try:
        connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    except sqlite3.Error as error:
        raise failed(error) from error
    try:
        connection.execute(f"PRAGMA busy_timeout={MAX_LOCK_MILLISECONDS}")
        connection.execute("PRAGMA journal_mode=WAL")
        connection.execute("PRAGMA synchronous=FULL")
    except sqlite3.Error as error:
        connection.close()
        raise failed(error) from error
    connection.row_factory = _as_mapping
    return connection
