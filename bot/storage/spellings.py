"""Rows of versions that stored a UUID as it was typed, brought to the one spelling that `OrderId` has."""

import json
from typing import Any

from bot.orders.ids import OrderId
from bot.storage.database.base import Row, Sql

_ODD = "order_id != lower(order_id)"  # also customers' own IDs with capitals, which stay
_READ = "SELECT id, team_id, place, order_id, condition, next_look, content FROM watches"
_BEST_FIRST = ("open", "parked", "ending")


def unify_spellings(sql: Sql) -> None:
    """Writes every UUID in lower case. Two watches of one order in one place become one.

    For `migrate`, and for rows that the version before still writes while this one is rolled out.
    """
    for row in sql.rows(f"{_READ} WHERE {_ODD} ORDER BY id"):
        if (order := OrderId(row["order_id"])) != row["order_id"]:
            _unify_watch(sql, row, order)
    for row in sql.rows(f"SELECT team_id, order_id, tally, at FROM looks WHERE {_ODD}"):  # noqa: S608 - our own literals
        if (order := OrderId(row["order_id"])) != row["order_id"]:
            _unify_snapshot(sql, row, order)


def _unify_watch(sql: Sql, row: Row, order: OrderId) -> None:
    known = f"{_READ} WHERE team_id = :team AND place = :place AND order_id = :order AND condition != 'ended'"
    twin = sql.row(known, team=row["team_id"], place=row["place"], order=order)
    if twin is None or row["condition"] == "ended":
        sql.do("UPDATE watches SET order_id = :order WHERE id = :id", order=order, id=row["id"])
        return
    kept, dropped = sorted((row, twin), key=_rank)
    sql.do("DELETE FROM watchers WHERE watch_id = :id", id=dropped["id"])
    sql.do("DELETE FROM watches WHERE id = :id", id=dropped["id"])
    watchers = _content(kept)["watchers"]
    if dropped["condition"] != "ending":  # otherwise its people have stopped it
        watchers = _together(watchers, _content(dropped)["watchers"])
    sql.do(
        "UPDATE watches SET order_id = :order, content = :content, next_look = :next WHERE id = :id",
        order=order,
        content=_written(_content(kept) | {"watchers": watchers}),
        next=min(kept["next_look"], dropped["next_look"]),
        id=kept["id"],
    )
    insert = (
        "INSERT INTO watchers (team_id, user_id, watch_id) VALUES (:team, :user, :watch)"
        " ON CONFLICT (team_id, user_id, watch_id) DO NOTHING"
    )
    for each in watchers:
        sql.do(insert, team=kept["team_id"], user=each["user_id"], watch=kept["id"])


def _rank(row: Row) -> tuple[int, bool, int]:
    """The lowest is kept: one that posts, then one that has a card, then the older one."""
    return _BEST_FIRST.index(row["condition"]), not _content(row).get("home"), row["id"]


def _together(kept: list[dict[str, Any]], dropped: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Every watcher once. Who wants all notices in one of the two watches gets all."""
    people = {each["user_id"]: each for each in kept}
    for each in dropped:
        known = people.setdefault(each["user_id"], each)
        if each.get("level", "all") == "all":
            people[each["user_id"]] = known | {"level": "all"}
    return list(people.values())


def _unify_snapshot(sql: Sql, row: Row, order: OrderId) -> None:
    """Of two snapshots the newer one stays."""
    here = {"team": row["team_id"], "order": order}
    sql.do(
        "DELETE FROM looks WHERE team_id = :team AND order_id = :typed",
        team=row["team_id"],
        typed=row["order_id"],
    )
    sql.do(
        "INSERT INTO looks (team_id, order_id, tally, at) VALUES (:team, :order, :tally, :at)"
        " ON CONFLICT (team_id, order_id) DO UPDATE SET tally = excluded.tally, at = excluded.at"
        " WHERE excluded.at > looks.at",
        tally=row["tally"],
        at=row["at"],
        **here,
    )


def _content(row: Row) -> dict[str, Any]:
    content: dict[str, Any] = json.loads(row["content"])
    return content


def _written(content: dict[str, Any]) -> str:
    """As pydantic writes it."""
    return json.dumps(content, ensure_ascii=False, separators=(",", ":"))
