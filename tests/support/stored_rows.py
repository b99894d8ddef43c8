"""The rows in the database of a running bot, read and changed by a second connection."""

import json
from collections.abc import Callable
from typing import Any, TypeVar

from bot.bootstrap.storage import open_database
from bot.core.settings import Settings
from bot.storage.database.base import Row, Sql, Statement

T = TypeVar("T")


async def run_statement(settings: Settings, statement: Statement[T]) -> T:
    """What the statement returns, on a connection of its own."""
    async with open_database(settings) as database:
        return await database.run(statement)


async def rows(settings: Settings, query: str) -> list[Row]:
    return await run_statement(settings, lambda sql: sql.rows(query))


async def change_watches(settings: Settings, change: Callable[[dict[str, Any]], None]) -> None:
    """Changes the stored content of every watch. `next_look` may be changed too."""

    def alter(sql: Sql) -> None:
        for row in sql.rows("SELECT id, next_look, content FROM watches"):
            kept = json.loads(row["content"]) | {"next_look": row["next_look"]}
            change(kept)
            query = "UPDATE watches SET content = :content, next_look = :next WHERE id = :id"
            sql.do(query, content=json.dumps(kept), next=kept["next_look"], id=row["id"])

    await run_statement(settings, alter)


async def copy_watch(settings: Settings, orders: list[str], *, next_look: float) -> None:
    """Copies the first watch for these orders, due at `next_look`."""

    def copy(sql: Sql) -> None:
        [first, *_] = sql.rows("SELECT team_id, place, condition, content FROM watches ORDER BY id")
        for order in orders:
            content = json.dumps(json.loads(first["content"]) | {"order": order})
            sql.do(
                "INSERT INTO watches (team_id, place, order_id, condition, next_look, content)"
                " VALUES (:team, :place, :order, :condition, :next, :content)",
                team=first["team_id"],
                place=first["place"],
                order=order,
                condition=first["condition"],
                next=next_look,
                content=content,
            )

    await run_statement(settings, copy)
