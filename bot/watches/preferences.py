"""What a channel chose for itself."""

import sqlite3

from bot.database import Database

_SCHEMA = """
CREATE TABLE IF NOT EXISTS channels (
    team_id TEXT NOT NULL,
    channel_id TEXT NOT NULL,
    broadcast INTEGER NOT NULL,
    PRIMARY KEY (team_id, channel_id)
) STRICT, WITHOUT ROWID
"""


class Preferences:
    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Makes the table if there is none."""
        await self._database.run(lambda sql: sql.execute(_SCHEMA))

    async def broadcast(self, team_id: str, channel_id: str) -> bool:
        """Whether notices are shown in the channel too, beside their thread; not, if it never chose."""
        query = "SELECT broadcast FROM channels WHERE team_id = ? AND channel_id = ?"
        row: sqlite3.Row | None = await self._database.run(
            lambda sql: sql.execute(query, (team_id, channel_id)).fetchone()
        )
        return bool(row and row["broadcast"])

    async def set_broadcast(self, team_id: str, channel_id: str, *, on: bool) -> None:
        query = (
            "INSERT INTO channels (team_id, channel_id, broadcast) VALUES (?, ?, ?)"
            " ON CONFLICT DO UPDATE SET broadcast = excluded.broadcast"
        )
        await self._database.run(lambda sql: sql.execute(query, (team_id, channel_id, on)))
