"""UUIDs in lower case. They were stored as typed, so a channel could watch one order twice."""

from collections.abc import Iterable, Mapping

import sqlalchemy as sa
from alembic import op

from bot.storage.database.base import Row, Value
from bot.storage.spellings import unify_spellings

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    unify_spellings(_Sql(op.get_bind()))


class _Sql:
    """`bot.storage.database.base.Sql` on Alembic's connection, in its transaction."""

    def __init__(self, connection: sa.Connection) -> None:
        self._connection = connection

    def rows(self, query: str, /, **values: Value) -> list[Row]:
        return [dict(row) for row in self._connection.execute(sa.text(query), values).mappings()]

    def row(self, query: str, /, **values: Value) -> Row | None:
        return next(iter(self.rows(query, **values)), None)

    def do(self, query: str, /, **values: Value) -> None:
        self._connection.execute(sa.text(query), values)

    def each(self, query: str, values: Iterable[Mapping[str, Value]], /) -> None:
        for row in values:
            self.do(query, **row)

    def exclusive(self, name: str, /) -> None:
        """Nothing to do: a migration runs alone."""
