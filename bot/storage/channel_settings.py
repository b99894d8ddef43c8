"""The settings of each channel."""

from bot.storage.database.base import Database


class ChannelSettings:
    """Every method raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def broadcast(self, team_id: str, channel_id: str) -> bool:
        """Whether notices are shown in the channel too, not only in their thread. False by default."""
        query = "SELECT broadcast FROM channels WHERE team_id = :team AND channel_id = :channel"
        row = await self._database.run(lambda sql: sql.row(query, team=team_id, channel=channel_id))
        return bool(row and row["broadcast"])

    async def unfurls(self, team_id: str, channel_id: str) -> bool:
        """Whether links to orders get a small card in this channel. False by default."""
        query = "SELECT unfurls FROM channels WHERE team_id = :team AND channel_id = :channel"
        row = await self._database.run(lambda sql: sql.row(query, team=team_id, channel=channel_id))
        return bool(row and row["unfurls"])

    async def brackets(self, team_id: str, channel_id: str) -> bool:
        """Whether cards and notices there speak of an order's brackets. True by default."""
        query = "SELECT brackets FROM channels WHERE team_id = :team AND channel_id = :channel"
        row = await self._database.run(lambda sql: sql.row(query, team=team_id, channel=channel_id))
        return row is None or bool(row["brackets"])

    async def set_brackets(self, team_id: str, channel_id: str, *, on: bool) -> None:
        query = (
            "INSERT INTO channels (team_id, channel_id, broadcast, brackets) VALUES (:team, :channel, 0, :on)"
            " ON CONFLICT (team_id, channel_id) DO UPDATE SET brackets = excluded.brackets"
        )
        await self._database.run(lambda sql: sql.do(query, team=team_id, channel=channel_id, on=int(on)))

    async def set_unfurls(self, team_id: str, channel_id: str, *, on: bool) -> None:
        query = (
            "INSERT INTO channels (team_id, channel_id, broadcast, unfurls) VALUES (:team, :channel, 0, :on)"
            " ON CONFLICT (team_id, channel_id) DO UPDATE SET unfurls = excluded.unfurls"
        )
        await self._database.run(lambda sql: sql.do(query, team=team_id, channel=channel_id, on=int(on)))

    async def set_broadcast(self, team_id: str, channel_id: str, *, on: bool) -> None:
        query = (
            "INSERT INTO channels (team_id, channel_id, broadcast) VALUES (:team, :channel, :on)"
            " ON CONFLICT (team_id, channel_id) DO UPDATE SET broadcast = excluded.broadcast"
        )
        await self._database.run(lambda sql: sql.do(query, team=team_id, channel=channel_id, on=int(on)))
