"""The finished orders that were seen: how long they took, and whether their forecasts were right."""

from collections.abc import Mapping
from datetime import datetime

from bot.orders.history import OrderSeen, Outcome
from bot.orders.ids import OrderId
from bot.storage import retention
from bot.storage.database.base import Database, Value

MAX_PACES = 50  # of the newest orders
MAX_ROWS_SEARCHED = 1000  # the newest ones, in which those are searched for
_INSERT = (
    "INSERT INTO orders_seen (team_id, order_id, account, created_at, began_at, done_at, photos, failed,"
    " downloaded, early_at, late_at, seen_at) VALUES (:team, :order, :account, :created, :began, :done,"
    " :photos, :failed, :downloaded, :early, :late, :seen) ON CONFLICT (team_id, order_id) DO UPDATE SET"
    " created_at = coalesce(excluded.created_at, orders_seen.created_at), photos = excluded.photos,"
    " failed = excluded.failed, downloaded = excluded.downloaded, seen_at = excluded.seen_at"
)


class History:
    """Every method raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prune(self, now: datetime) -> None:
        """Deletes orders that were last seen longer ago than `retention.ORDERS_SEEN`."""
        old = (now - retention.ORDERS_SEEN).timestamp()
        await self._database.run(lambda sql: sql.do("DELETE FROM orders_seen WHERE seen_at < :old", old=old))

    async def looked(self, team_id: str, order: OrderId, seen: OrderSeen) -> None:
        """Stores the counts of a finished order, unless newer ones are stored. What else is known stays."""
        query = f"{_INSERT} WHERE excluded.seen_at >= orders_seen.seen_at"
        await self._database.once(query, **_values(team_id, order, seen))

    async def ended(self, team_id: str, order: OrderId, seen: OrderSeen) -> bool:
        """Stores an order whose watch saw its end. False if that is known, with a forecast or without both.

        Several places may watch an order, and a check may be repeated. The first end stays.
        """
        query = (
            f"{_INSERT}, began_at = coalesce(orders_seen.began_at, excluded.began_at),"
            " done_at = coalesce(orders_seen.done_at, excluded.done_at),"
            " early_at = excluded.early_at, late_at = excluded.late_at WHERE orders_seen.done_at IS NULL"
            " OR (orders_seen.early_at IS NULL AND excluded.early_at IS NOT NULL) RETURNING order_id"
        )
        return bool(await self._database.once(query, **_values(team_id, order, seen)))

    async def paces(self, team_id: str, account: str) -> list[float]:
        """Seconds for a photo, of each of the newest orders of which that is known, shortest first."""
        newest = (
            "SELECT account, began_at, done_at, photos, seen_at FROM orders_seen WHERE team_id = :team"
            " ORDER BY seen_at DESC LIMIT :searched"
        )
        query = (
            f"SELECT (done_at - began_at) / (photos - 1) AS pace FROM ({newest}) AS newest"  # noqa: S608
            " WHERE account = :account AND photos > 1 AND done_at > began_at"
            " ORDER BY seen_at DESC LIMIT :paces"
        )
        limits = {"searched": MAX_ROWS_SEARCHED, "paces": MAX_PACES}
        rows = await self._database.once(query, team=team_id, account=account, **limits)
        return sorted(row["pace"] for row in rows)

    async def outcomes(self) -> Mapping[Outcome, int]:
        """How many orders ended before, in and after the range that their card showed first."""
        outcome = (
            f"CASE WHEN done_at < early_at THEN '{Outcome.EARLY}'"
            f" WHEN done_at <= late_at THEN '{Outcome.INSIDE}' ELSE '{Outcome.LATE}' END"
        )
        query = (
            f"SELECT {outcome} AS outcome, count(*) AS orders FROM orders_seen"  # noqa: S608
            " WHERE done_at IS NOT NULL AND early_at IS NOT NULL GROUP BY 1"
        )
        rows = await self._database.once(query)
        return {Outcome(row["outcome"]): int(row["orders"]) for row in rows}


def _values(team_id: str, order: OrderId, seen: OrderSeen) -> dict[str, Value]:
    shown = seen.shown
    times = {
        "created": seen.created,
        "began": seen.began,
        "done": seen.done,
        "early": shown.early if shown else None,
        "late": shown.late if shown else None,
        "seen": seen.seen,
    }
    return {
        "team": team_id,
        "order": order,
        "account": seen.account,
        "photos": seen.photos,
        "failed": seen.failed,
        "downloaded": seen.downloaded,
        **{name: at.timestamp() if at else None for name, at in times.items()},
    }
