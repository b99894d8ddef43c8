"""Which orders are to be looked at now."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.orders.ids import OrderId
from bot.storage.database.base import Database, Sql

CLAIMED_FOR = timedelta(minutes=10)  # by then a look has ended; if it was lost, the sweep takes it up again
MAX_TIME_TO_NEXT_CHECK = timedelta(
    hours=2
)  # no look is planned further ahead: what is, was planned by another clock
ENOUGH = 1_000_000  # photos: worth a look for any order
PLACES = 5  # so many watches are read for each order that is wanted: several places may watch it
_LIVE = "condition != 'ended'"
# As the index has them, and no more: else a sweep after an outage would sort all that is due, each second.
# PostgreSQL takes the index for this whatever its statistics say, which are older than the times.
_SOONEST = (
    "SELECT team_id, order_id, next_look FROM watches"  # noqa: S608 - our own literals
    f" WHERE {_LIVE} AND next_look {{}} AND NOT claimed BETWEEN :now AND :claim"
    " ORDER BY next_look LIMIT :rows"
)


@dataclass(frozen=True)
class DueOrder:
    team_id: str
    order: OrderId
    since: float = field(default=0.0, compare=False)  # in seconds since 1970


class DueWatches:
    """Reads and writes nothing of a watch but when it is due. Raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def wake(self, order: OrderId, due: datetime, photos: int = ENOUGH) -> None:
        """The webhook says that so many photos came to their end: a third of the order is worth a look.

        It is looked at by `due` then, else as planned. A look that is under way when this comes is
        followed by another: it may have been too early.
        """
        count = (
            "UPDATE watches SET hooked = 1, called = called + :photos"  # noqa: S608
            f" WHERE order_id = :order AND {_LIVE}"
        )
        woken = (
            "UPDATE watches SET wakes = wakes + 1, called = 0, woken = :at,"  # noqa: S608
            " next_look = CASE WHEN next_look < :at THEN next_look ELSE :at END"
            f" WHERE order_id = :order AND called >= share AND {_LIVE}"
        )

        def wake(sql: Sql) -> None:
            sql.do(count, photos=photos, order=order)
            sql.do(woken, at=due.timestamp(), order=order)

        await self._database.run(wake)

    def take(self, sql: Sql, now: datetime, limit: int) -> list[DueOrder]:
        """What is due, and claimed from now on."""
        sql.alone("agenda")
        due = self.due(sql, now, limit)
        self.claim(sql, due, now)
        return due

    def due(self, sql: Sql, now: datetime, limit: int) -> list[DueOrder]:
        """The orders to be looked at, longest due first, each once however many watch it.

        At most `limit`; fewer, where each is watched in very many places. The others are due as before.
        """
        query = (
            "SELECT team_id, order_id, min(next_look) AS since FROM"  # noqa: S608
            f" (SELECT * FROM ({_SOONEST.format('<= :now')}) AS late"
            f" UNION ALL SELECT * FROM ({_SOONEST.format('> :odd')}) AS odd) AS due"
            " GROUP BY team_id, order_id ORDER BY since LIMIT :limit"
        )
        until, odd, limit = (
            (now + CLAIMED_FOR).timestamp(),
            (now + MAX_TIME_TO_NEXT_CHECK).timestamp(),
            max(limit, 0),
        )
        times = {"now": now.timestamp(), "odd": odd, "claim": until}
        rows = sql.rows(query, **times, limit=limit, rows=PLACES * limit)
        return [DueOrder(row["team_id"], OrderId(row["order_id"]), row["since"]) for row in rows]

    def claim(self, sql: Sql, taken: Iterable[DueOrder], now: datetime) -> None:
        """Not due again until they are saved, or for a while."""
        query = f"UPDATE watches SET claimed = :until WHERE team_id = :team AND order_id = :order AND {_LIVE}"  # noqa: S608
        until = (now + CLAIMED_FOR).timestamp()
        sql.each(query, [{"until": until, "team": each.team_id, "order": each.order} for each in taken])

    async def put_back(self, seconds: float) -> None:
        """The clock went back by so much: what was planned by it comes as much earlier."""
        query = f"UPDATE watches SET next_look = next_look - :back, claimed = 0 WHERE {_LIVE}"  # noqa: S608
        await self._database.run(lambda sql: sql.do(query, back=seconds))
