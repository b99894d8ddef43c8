"""What the bot knows of each person: the time zone that they chose."""

from bot.storage.database.base import Database


class People:
    """Every method raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def time_zone(self, team_id: str, user_id: str) -> str:
        """Its IANA name. Empty for a person who has not chosen one."""
        query = "SELECT time_zone FROM people WHERE team_id = :team AND user_id = :user"
        row = await self._database.run(lambda sql: sql.row(query, team=team_id, user=user_id))
        return str(row["time_zone"]) if row else ""

    async def set_time_zone(self, team_id: str, user_id: str, zone: str) -> None:
        query = (
            "INSERT INTO people (team_id, user_id, time_zone) VALUES (:team, :user, :zone)"
            " ON CONFLICT (team_id, user_id) DO UPDATE SET time_zone = excluded.time_zone"
        )
        await self._database.run(lambda sql: sql.do(query, team=team_id, user=user_id, zone=zone))

    async def forget(self, team_id: str, user_id: str) -> None:
        query = "DELETE FROM people WHERE team_id = :team AND user_id = :user"
        await self._database.run(lambda sql: sql.do(query, team=team_id, user=user_id))
