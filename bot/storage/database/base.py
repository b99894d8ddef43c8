"""The database as the stores see it. Their SQL is valid in SQLite and in PostgreSQL.

A value is written as `:name`. Times are seconds since 1970. True and false are 1 and 0.
"""

import asyncio
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

import structlog

from bot.core.errors import DatabaseDamaged, DatabaseFailed, DatabaseLost
from bot.core.logging import Outage

T = TypeVar("T")
log = structlog.get_logger(__name__)
Row = Mapping[str, Any]
Value = str | float | bytes | None


class Sql(Protocol):
    """One transaction. It may be used only while the statement that got it runs."""

    def rows(self, query: str, /, **values: Value) -> list[Row]:
        """The rows that were read, or those of `RETURNING`."""

    def row(self, query: str, /, **values: Value) -> Row | None:
        """The first row. None if there is none."""

    def do(self, query: str, /, **values: Value) -> None:
        """Runs a query that returns nothing."""

    def each(self, query: str, values: Iterable[Mapping[str, Value]], /) -> None:
        """Runs the query once for each of `values`."""

    def exclusive(self, name: str, /) -> None:
        """Takes the lock of this name until the transaction ends, and waits while another has it.

        It is for a transaction that reads before it writes. In SQLite it does nothing, because only one
        transaction runs at a time.
        """


Statement = Callable[[Sql], T]


def version(sql: Sql, there: str) -> str:
    """The revision of the tables. Empty if there are none: then the query `there` reads no row."""
    row = sql.row("SELECT version_num FROM alembic_version") if sql.row(there) else None
    return row["version_num"] if row else ""


class Health:
    """What the statements so far say of a database, and the log lines about it."""

    def __init__(self) -> None:
        self._outage = Outage("the database")
        self.damaged = False
        """From the first time that something stored could not be read: other statements may still work."""
        self.lost = asyncio.Event()
        """Set when the file under it is gone or was replaced. The process must end."""

    def failed(self, error: DatabaseFailed) -> None:
        self._outage.begins(str(error))
        if isinstance(error, DatabaseDamaged) and not self.damaged:
            self.damaged = True
            log.warning("the database is damaged: restore a backup", why=str(error))
        if isinstance(error, DatabaseLost) and not self.lost.is_set():
            log.error("the database is lost: this process ends", why=str(error))
            self.lost.set()

    def worked(self, *, wrote: bool) -> None:
        """An outage ends with a write. On a full disk, or on a server that only reads, reading goes on."""
        if wrote and not self.damaged:
            self._outage.ends()


class Database(Protocol):
    async def run(self, statement: Statement[T]) -> T:
        """Returns the result of `statement` when all that it wrote is on the disk. It may run twice.

        Raises what `statement` raises, DatabaseFailed when the database cannot be read or written, and
        Unstorable when it does not take a value. In all these cases nothing is written. There is one
        exception: when the connection to PostgreSQL breaks during the commit, everything may be written.
        """

    async def once(self, query: str, /, **values: Value) -> list[Row]:
        """Runs one query, which is a transaction of its own. Returns and raises as `run` does."""
