"""The settings of each channel."""

from bot.jobs.models import CardLine
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

    async def pictures(self, team_id: str, channel_id: str) -> bool:
        """Whether cards in this channel get pictures. False by default."""
        query = "SELECT pictures FROM channels WHERE team_id = :team AND channel_id = :channel"
        row = await self._database.run(lambda sql: sql.row(query, team=team_id, channel=channel_id))
        return bool(row and row["pictures"])

    async def count_with_pictures(self) -> int:
        """In how many channels cards get pictures, of all teams."""
        found = await self._database.once("SELECT COUNT(*) AS found FROM channels WHERE pictures = 1")
        return int(found[0]["found"])

    async def set_pictures(self, team_id: str, channel_id: str, *, on: bool) -> None:
        query = (
            "INSERT INTO channels (team_id, channel_id, broadcast, pictures) VALUES (:team, :channel, 0, :on)"
            " ON CONFLICT (team_id, channel_id) DO UPDATE SET pictures = excluded.pictures"
        )
        await self._database.run(lambda sql: sql.do(query, team=team_id, channel=channel_id, on=int(on)))

    async def lines_off(self, team_id: str, channel_id: str) -> frozenset[CardLine]:
        """The lines that cards and notices there leave out. None by default."""
        columns = ", ".join(CardLine)
        query = f"SELECT {columns} FROM channels WHERE team_id = :team AND channel_id = :channel"  # noqa: S608
        row = await self._database.run(lambda sql: sql.row(query, team=team_id, channel=channel_id))
        return frozenset(line for line in CardLine if row and not row[line])

    async def set_line(self, team_id: str, channel_id: str, line: CardLine, *, on: bool) -> None:
        query = (
            f"INSERT INTO channels (team_id, channel_id, broadcast, {line}) VALUES (:team, :channel, 0, :on)"  # noqa: S608
            f" ON CONFLICT (team_id, channel_id) DO UPDATE SET {line} = excluded.{line}"
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
