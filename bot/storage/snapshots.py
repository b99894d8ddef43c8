"""The last snapshot of each order: its counts are shown when Autoenhance does not answer."""

from datetime import UTC, datetime

from pydantic import TypeAdapter, ValidationError

from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import Counts
from bot.storage import retention
from bot.storage.database.base import Database

COUNTS = TypeAdapter(Counts)


class Snapshots:
    """Every method raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prune(self, now: datetime) -> None:
        """Deletes snapshots that are older than `retention.SNAPSHOTS`."""
        old = (now - retention.SNAPSHOTS).timestamp()
        await self._database.run(lambda sql: sql.do("DELETE FROM looks WHERE at < :old", old=old))

    async def remember(self, team_id: str, order: OrderId, seen: Snapshot) -> None:
        """Stores the snapshot, unless a newer one is stored."""
        query = (
            "INSERT INTO looks (team_id, order_id, tally, at) VALUES (:team, :order, :tally, :at)"
            " ON CONFLICT (team_id, order_id) DO UPDATE SET tally = excluded.tally, at = excluded.at"
            " WHERE excluded.at > looks.at"
        )
        tally, at = COUNTS.dump_json(seen.tally).decode(), seen.at.timestamp()
        await self._database.once(query, team=team_id, order=order, tally=tally, at=at)

    async def last(self, team_id: str, order: OrderId) -> Snapshot | None:
        """None if this team never asked for the order, or if this version cannot read the row."""
        query = "SELECT tally, at FROM looks WHERE team_id = :team AND order_id = :order"
        rows = await self._database.once(query, team=team_id, order=order)
        if not rows:
            return None
        [row] = rows
        try:
            tally = COUNTS.validate_json(row["tally"])
        except ValidationError:
            return None
        return Snapshot(tally=tally, at=datetime.fromtimestamp(row["at"], UTC))
