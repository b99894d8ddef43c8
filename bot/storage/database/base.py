"""What the rooms with tables know of a database. Their SQL is what SQLite and PostgreSQL both read.

Values stand in it as `:name`. Times are seconds since 1970, truths are 0 and 1.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol, TypeVar

T = TypeVar("T")
Row = Mapping[str, Any]
Value = str | float | bytes | None


class Sql(Protocol):
    """One transaction; good only while the statement that it was given to runs."""

    def rows(self, query: str, /, **values: Value) -> list[Row]:
        """What was read, or what `RETURNING` says."""

    def row(self, query: str, /, **values: Value) -> Row | None:
        """The first of them; None if there is none."""

    def do(self, query: str, /, **values: Value) -> None:
        """For what returns nothing."""

    def each(self, query: str, values: Iterable[Mapping[str, Value]], /) -> None:
        """The same for many."""

    def alone(self, name: str, /) -> None:
        """Nobody else who asked by this name runs from here to the end of the transaction.

        For what reads before it writes. In SQLite, where one writes at a time, nobody ever does.
        """


Statement = Callable[[Sql], T]


def version(sql: Sql, there: str) -> str:
    """Of the tables; empty if there are none: `there` then reads no row."""
    row = sql.row("SELECT version_num FROM alembic_version") if sql.row(there) else None
    return row["version_num"] if row else ""


class Database(Protocol):
    async def run(self, statement: Statement[T]) -> T:
        """What `statement` returns, once all it wrote is on the disk; it may be run twice.

        Raises what `statement` raises, and DatabaseFailed when the database cannot be read or written;
        in both cases nothing of it was written. Only where the connection breaks just in the commit,
        PostgreSQL may have written it all the same.
        """
