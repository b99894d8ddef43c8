"""Which orders are due for a check."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.jobs.background import CHECK_KEY
from bot.orders.ids import OrderId
from bot.orders.models import MAX_PHOTOS
from bot.storage.database.base import Database, Sql
from bot.storage.spellings import unify_spellings

CLAIMED_FOR = timedelta(minutes=10)  # a check ends within that time; if it was lost, the sweep makes another
# No check is planned further ahead. A time after that was written while the clock was wrong.
MAX_TIME_TO_NEXT_CHECK = timedelta(hours=2)
ENOUGH = MAX_PHOTOS  # enough for a check of any order
WATCHES_READ_PER_ORDER = 5  # for each order that is wanted, as several places may watch it
_LIVE = "condition != 'ended'"
# Ordered as the index and limited: otherwise each sweep after an outage, one a second, sorts all due rows.
# In this form PostgreSQL uses the index whatever its statistics say. They are older than the times.
# An order whose check is open stays due: its places are saved at different times, and one that is due again
# before the check ends is taken after it.
_DUE_FIRST = (
    "SELECT team_id, order_id, next_look FROM watches"  # noqa: S608 - our own literals
    f" WHERE {_LIVE} AND next_look {{}} AND NOT claimed BETWEEN :now AND :claim AND NOT EXISTS"
    f" (SELECT 1 FROM jobs WHERE key = '{CHECK_KEY}:' || team_id || ':' || order_id AND state = 'open')"
    " ORDER BY next_look LIMIT :rows"
)
_DUE = "(next_look <= :now OR next_look > :latest)"


@dataclass(frozen=True)
class DueOrder:
    team_id: str
    order: OrderId
    since: float = field(default=0.0, compare=False)  # when it became due, in seconds since 1970


class DueWatches:
    """Reads and writes only when a watch is due. Every method raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def wake(
        self, order: OrderId, due: datetime, photos: int = ENOUGH, team_id: str | None = None
    ) -> None:
        """Counts photos that the webhook reported, and makes the order's watches due when they are enough.

        With a `team_id`, only those of that team.

        `Watch.share` photos are enough. Then the watch is checked at `due`, or earlier if that was planned.
        A check that is running at that moment is followed by another one, as it may have been too early.
        A paused watch waits for its own time.
        """
        which = f"order_id = :order AND {_LIVE}" + (" AND team_id = :team" if team_id else "")
        count = f"UPDATE watches SET hooked = 1, called = called + :photos WHERE {which}"  # noqa: S608
        woken = (
            "UPDATE watches SET wakes = wakes + 1, called = 0, woken = :at,"  # noqa: S608
            " next_look = CASE WHEN next_look < :at THEN next_look ELSE :at END"
            f" WHERE {which} AND called >= share AND condition != 'parked'"
        )
        given = {"order": order, **({"team": team_id} if team_id else {})}

        def wake(sql: Sql) -> None:
            sql.do(count, photos=photos, **given)
            sql.do(woken, at=due.timestamp(), **given)

        await self._database.run(wake)

    def take(self, sql: Sql, now: datetime, limit: int) -> list[DueOrder]:
        """At most `limit` orders that are due. They are claimed in the same transaction."""
        sql.exclusive("agenda")
        due = self.due(sql, now, limit)
        self.claim(sql, due, now)
        return due

    def due(self, sql: Sql, now: datetime, limit: int) -> list[DueOrder]:
        """The orders that are due, longest first. Each comes once, however many places watch it.

        At most `limit`. Fewer, where orders are watched in more than `WATCHES_READ_PER_ORDER` places. The
        others are still due.
        """
        query = (
            "SELECT team_id, order_id, min(next_look) AS since FROM"  # noqa: S608
            f" (SELECT * FROM ({_DUE_FIRST.format('<= :now')}) AS late"
            f" UNION ALL SELECT * FROM ({_DUE_FIRST.format('> :latest')}) AS too_late) AS due"
            " GROUP BY team_id, order_id ORDER BY since LIMIT :limit"
        )
        limit = max(limit, 0)
        times = {**_times(now), "limit": limit, "rows": WATCHES_READ_PER_ORDER * limit}
        rows = sql.rows(query, **times)
        if any(row["order_id"] != OrderId(row["order_id"]) for row in rows):
            unify_spellings(sql)  # otherwise a check would not find these watches
            rows = sql.rows(query, **times)
        return [DueOrder(row["team_id"], OrderId(row["order_id"]), row["since"]) for row in rows]

    def claim(self, sql: Sql, taken: Iterable[DueOrder], now: datetime) -> None:
        """Makes what is due of these orders not due until it is saved, or for `CLAIMED_FOR`."""
        query = (
            "UPDATE watches SET claimed = :claim"  # noqa: S608
            f" WHERE team_id = :team AND order_id = :order AND {_LIVE} AND {_DUE}"
        )
        times = _times(now)
        sql.each(query, [{**times, "team": each.team_id, "order": each.order} for each in taken])

    async def put_back(self, seconds: float) -> None:
        """Plans all checks this much earlier, after the clock was set back by as much."""
        query = f"UPDATE watches SET next_look = next_look - :back, claimed = 0 WHERE {_LIVE}"  # noqa: S608
        await self._database.run(lambda sql: sql.do(query, back=seconds))


def _times(now: datetime) -> dict[str, float]:
    return {
        "now": now.timestamp(),
        "claim": (now + CLAIMED_FOR).timestamp(),
        "latest": (now + MAX_TIME_TO_NEXT_CHECK).timestamp(),
    }
