"""Which orders are to be looked at now."""

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.database import Database
from bot.orders.ids import OrderId

CLAIM = timedelta(minutes=10)  # by then a look has ended; if it was lost, the sweep takes it up again
LONGEST = timedelta(hours=2)  # no look is planned further ahead: what is, was planned by another clock
ENOUGH = 1_000_000  # photos: worth a look for any order
_LIVE = "condition != 'ended'"


@dataclass(frozen=True)
class Due:
    team_id: str
    order: OrderId


class Agenda:
    """Reads and writes nothing of a watch but when it is due. Raises sqlite3.Error."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def wake(self, order: OrderId, due: datetime, photos: int = ENOUGH) -> None:
        """The webhook says that so many photos came to their end: a third of the order is worth a look.

        It is looked at by `due` then, else as planned. A look that is under way when this comes is
        followed by another: it may have been too early.
        """
        count = f"UPDATE watches SET hooked = 1, called = called + ? WHERE order_id = ? AND {_LIVE}"  # noqa: S608
        woken = (
            "UPDATE watches SET wakes = wakes + 1, called = 0, woken = :at, next_look = min(next_look, :at)"  # noqa: S608
            f" WHERE order_id = :order AND called >= share AND {_LIVE}"
        )

        def wake(sql: sqlite3.Connection) -> None:
            sql.execute(count, (photos, order))
            sql.execute(woken, {"at": due.timestamp(), "order": order})

        await self._database.run(wake)

    async def due(self, now: datetime, limit: int) -> list[Due]:
        """The orders to be looked at, longest due first, each once however many watch it."""
        query = (
            "SELECT team_id, order_id FROM watches"  # noqa: S608
            f" WHERE ({_LIVE} AND next_look <= :now OR {_LIVE} AND next_look > :odd)"  # each uses the index
            " AND NOT claimed BETWEEN :now AND :claim"
            " GROUP BY team_id, order_id ORDER BY min(next_look) LIMIT :limit"
        )
        values = {
            "now": now.timestamp(),
            "odd": (now + LONGEST).timestamp(),
            "claim": (now + CLAIM).timestamp(),
            "limit": limit,
        }
        rows = await self._database.run(lambda sql: sql.execute(query, values).fetchall())
        return [Due(row["team_id"], OrderId(row["order_id"])) for row in rows]

    async def put_back(self, seconds: float) -> None:
        """The clock went back by so much: what was planned by it comes as much earlier."""
        query = f"UPDATE watches SET next_look = next_look - ?, claimed = 0 WHERE {_LIVE}"  # noqa: S608
        await self._database.run(lambda sql: sql.execute(query, (seconds,)))

    async def claim(self, taken: Iterable[Due], now: datetime) -> None:
        """Not due again until they are saved, or for a while."""
        query = f"UPDATE watches SET claimed = ? WHERE team_id = ? AND order_id = ? AND {_LIVE}"  # noqa: S608
        until = (now + CLAIM).timestamp()
        rows = [(until, each.team_id, each.order) for each in taken]
        await self._database.run(lambda sql: sql.executemany(query, rows))
