"""The last calls that are planned, as rows: the only SQL about them."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.orders.ids import OrderId
from bot.storage.database.base import Database, Row, Sql
from bot.watches.last_calls import LEAD, PlannedCall

log = structlog.get_logger(__name__)
CALL = TypeAdapter(PlannedCall)
IN_COLUMNS = {"id", "team_id", "place", "order", "due_at", "posts"}
AGAIN_AFTER = (timedelta(minutes=15), timedelta(hours=1))  # if the first attempt fails, and later ones
_READ = "id, team_id, place, order_id, due_at, posts, content"
_HERE = "team_id = :team AND place = :place AND order_id = :order"


class LastCalls:
    """Every method raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def take(self, sql: Sql, now: datetime, limit: int) -> list[PlannedCall]:
        """At most `limit` that are due. In the same transaction, each is planned again for some time later.

        So an attempt that fails need not say when the next one is. Deletes those whose day has passed.
        """
        sql.exclusive("last calls")
        query = f"SELECT {_READ} FROM last_calls WHERE due_at <= :now ORDER BY due_at LIMIT :limit"  # noqa: S608
        return [
            call
            for row in sql.rows(query, now=now.timestamp(), limit=limit)
            if (call := _taken(sql, row, now))
        ]

    async def of(self, team_id: str, place: str, order: OrderId) -> PlannedCall | None:
        query = f"SELECT {_READ} FROM last_calls WHERE {_HERE}"  # noqa: S608 - literals of this module
        rows = await self._database.once(query, team=team_id, place=place, order=order)
        return _call(rows[0]) if rows else None

    async def count_post(self, call: PlannedCall, posts: int) -> None:
        """Writes how often it may have been posted."""
        query = "UPDATE last_calls SET posts = :posts WHERE id = :id"
        await self._database.run(lambda sql: sql.do(query, posts=posts, id=call.id))

    async def remove(self, call: PlannedCall) -> None:
        await self._database.run(lambda sql: sql.do("DELETE FROM last_calls WHERE id = :id", id=call.id))

    async def prune(self, now: datetime) -> None:
        """Deletes those whose day has passed, also those that another version wrote."""
        old = (now - LEAD).timestamp()
        await self._database.run(lambda sql: sql.do("DELETE FROM last_calls WHERE due_at < :old", old=old))


def put(sql: Sql, call: PlannedCall) -> None:
    """Writes it in place of an earlier one of the same order and place."""
    sql.do(
        "INSERT INTO last_calls (team_id, place, order_id, due_at, posts, content)"
        " VALUES (:team, :place, :order, :due, 0, :content) ON CONFLICT (team_id, place, order_id)"
        " DO UPDATE SET due_at = excluded.due_at, posts = 0, content = excluded.content",
        team=call.team_id,
        place=call.place,
        order=call.order,
        due=call.due_at.timestamp(),
        content=_content(call),
    )


def drop(sql: Sql, team_id: str, place: str, order: OrderId) -> None:
    """Deletes the one of this order and place, if there is one."""
    sql.do(f"DELETE FROM last_calls WHERE {_HERE}", team=team_id, place=place, order=order)  # noqa: S608


def _taken(sql: Sql, row: Row, now: datetime) -> PlannedCall | None:
    """None for one whose day has passed, and for one that this version cannot read."""
    call = _call(row)
    if call and call.expires <= now:
        sql.do("DELETE FROM last_calls WHERE id = :id", id=call.id)
        return None
    after = AGAIN_AFTER[min(call.tries, len(AGAIN_AFTER) - 1)] if call else AGAIN_AFTER[-1]
    content = _content(replace(call, tries=call.tries + 1)) if call else row["content"]
    sql.do(
        "UPDATE last_calls SET due_at = :again, content = :content WHERE id = :id",
        again=(now + after).timestamp(),
        content=content,
        id=row["id"],
    )
    return call


def _call(row: Row) -> PlannedCall | None:
    """None for a row that this version cannot read. The row is kept, and the others go on."""
    columns = {
        "id": row["id"],
        "team_id": row["team_id"],
        "place": row["place"],
        "order": row["order_id"],
        "due_at": datetime.fromtimestamp(row["due_at"], UTC),
        "posts": row["posts"],
    }
    try:
        return CALL.validate_python(json.loads(row["content"]) | columns)
    except (ValidationError, ValueError, TypeError):
        log.error("a last call cannot be read", row=row["id"])  # noqa: TRY400 - a traceback would quote it
        return None


def _content(call: PlannedCall) -> str:
    return CALL.dump_json(call, exclude=IN_COLUMNS).decode()
