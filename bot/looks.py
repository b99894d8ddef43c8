"""What we saw last of each order: the counts to tell when Autoenhance does not answer."""

import sqlite3
from datetime import UTC, datetime, timedelta

from pydantic import ValidationError

from bot.database import Database
from bot.orders.changes import Glimpse
from bot.orders.ids import OrderId
from bot.orders.progress import Tally

KEPT = timedelta(days=30)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS looks (
    team_id TEXT NOT NULL,
    order_id TEXT NOT NULL,
    tally TEXT NOT NULL,
    at REAL NOT NULL,
    PRIMARY KEY (team_id, order_id)
) STRICT, WITHOUT ROWID
"""


class Looks:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self, now: datetime) -> None:
        """Makes the table if there is none, and forgets what was seen long ago."""
        old = (now - KEPT).timestamp()

        def prepare(sql: sqlite3.Connection) -> None:
            sql.execute(_SCHEMA)
            sql.execute("DELETE FROM looks WHERE at < ?", (old,))

        await self._database.run(prepare)

    async def remember(self, team_id: str, order: OrderId, seen: Glimpse) -> None:
        """An older look never replaces a newer one."""
        values = (team_id, order, seen.tally.model_dump_json(), seen.at.timestamp())
        query = (
            "INSERT INTO looks (team_id, order_id, tally, at) VALUES (?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET tally = excluded.tally, at = excluded.at WHERE excluded.at > at"
        )
        await self._database.run(lambda sql: sql.execute(query, values))

    async def last(self, team_id: str, order: OrderId) -> Glimpse | None:
        """None if this team never saw the order, or not in a way that this version reads."""
        query = "SELECT tally, at FROM looks WHERE team_id = ? AND order_id = ?"
        row = await self._database.run(lambda sql: sql.execute(query, (team_id, order)).fetchone())
        try:
            return row and Glimpse(
                tally=Tally.model_validate_json(row["tally"]), at=datetime.fromtimestamp(row["at"], UTC)
            )
        except ValidationError:
            return None
