"""The watches as rows: the only SQL about them.

What is searched for has a column; the rest is JSON, so that a new field of a watch needs no new schema.
`next_look`, `wakes` and `hooked` are read from theirs, as the webhook changes them beside a look.
"""

import sqlite3
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import ValidationError

from bot.database import Database
from bot.orders.ids import OrderId
from bot.watches.model import Condition, Watch

log = structlog.get_logger(__name__)
ENDED_KEPT = timedelta(days=7)

_SCHEMA = """
CREATE TABLE IF NOT EXISTS watches (
    id INTEGER PRIMARY KEY,
    team_id TEXT NOT NULL,
    place TEXT NOT NULL,
    order_id TEXT NOT NULL,
    condition TEXT NOT NULL CHECK (condition IN ('open', 'parked', 'ending', 'ended')),
    next_look REAL NOT NULL,
    claimed REAL NOT NULL DEFAULT 0,
    wakes INTEGER NOT NULL DEFAULT 0,
    woken REAL NOT NULL DEFAULT 0,
    hooked INTEGER NOT NULL DEFAULT 0,
    called INTEGER NOT NULL DEFAULT 0,
    share INTEGER NOT NULL DEFAULT 1,
    ended_at REAL,
    content TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX IF NOT EXISTS watches_once ON watches (team_id, place, order_id)
    WHERE condition != 'ended';
CREATE INDEX IF NOT EXISTS watches_of_order ON watches (order_id) WHERE condition != 'ended';
CREATE INDEX IF NOT EXISTS watches_due ON watches (next_look) WHERE condition != 'ended';
CREATE INDEX IF NOT EXISTS watches_ended ON watches (ended_at) WHERE condition = 'ended';
CREATE TABLE IF NOT EXISTS watchers (
    team_id TEXT NOT NULL,
    user_id TEXT NOT NULL,
    watch_id INTEGER NOT NULL REFERENCES watches (id),
    PRIMARY KEY (team_id, user_id, watch_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS watchers_of_watch ON watchers (watch_id)
"""
_IN_COLUMNS = {"id", "wakes", "hooked"}
_LIVE = "condition != 'ended'"


class Watches:
    """What is returned as written is on the disk. Raises sqlite3.Error when it cannot be written."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prepare(self) -> None:
        """Makes the tables if there are none."""

        def prepare(sql: sqlite3.Connection) -> None:
            for statement in _SCHEMA.split(";"):
                sql.execute(statement)

        await self._database.run(prepare)

    async def prune(self, now: datetime) -> None:
        """Forgets what ended long ago."""
        old = ((now - ENDED_KEPT).timestamp(),)

        def prune(sql: sqlite3.Connection) -> None:
            ended = "SELECT id FROM watches WHERE condition = 'ended' AND ended_at < ?"
            sql.execute(f"DELETE FROM watchers WHERE watch_id IN ({ended})", old)  # noqa: S608 - our own literal
            sql.execute("DELETE FROM watches WHERE condition = 'ended' AND ended_at < ?", old)

        await self._database.run(prune)

    async def add(self, watch: Watch, *, most: int) -> Watch | None:
        """The watch with its id, or the one that is there already; None if its place has `most` of them."""

        def add(sql: sqlite3.Connection) -> Watch | None:
            key = (watch.team_id, watch.place, watch.order)
            if known := _read(sql, "team_id = ? AND place = ? AND order_id = ? AND " + _LIVE, *key):
                return known[0]
            count = f"SELECT count(*) FROM watches WHERE team_id = ? AND place = ? AND {_LIVE}"  # noqa: S608
            if sql.execute(count, key[:2]).fetchone()[0] >= most:
                return None
            insert = (
                "INSERT INTO watches (team_id, place, order_id, condition, next_look, share, content)"
                " VALUES (?, ?, ?, ?, ?, ?, ?)"
            )
            row = sql.execute(
                insert, (*key, watch.condition, watch.next_look.timestamp(), watch.share, _content(watch))
            ).lastrowid
            added = watch.model_copy(update={"id": row})
            _index_watchers(sql, added)
            return added

        return await self._database.run(add)

    async def remove(self, watch: Watch) -> None:
        """For one that was never promised."""

        def remove(sql: sqlite3.Connection) -> None:
            sql.execute("DELETE FROM watchers WHERE watch_id = ?", (watch.id,))
            sql.execute("DELETE FROM watches WHERE id = ?", (watch.id,))

        await self._database.run(remove)

    async def note(self, watch: Watch) -> None:
        """Writes what is known of it, and leaves it due when it was."""
        query = "UPDATE watches SET content = ? WHERE id = ?"
        await self._database.run(lambda sql: sql.execute(query, (_content(watch), watch.id)))

    async def save(self, watch: Watch) -> None:
        """Writes all of it. A wake that came since it was read is not pushed back."""

        def save(sql: sqlite3.Connection) -> None:
            sql.execute(
                "UPDATE watches SET condition = :condition, content = :content, ended_at = :ended,"
                " share = :share, called = 0, claimed = 0,"
                " next_look = CASE WHEN wakes > :wakes THEN min(woken, :next) ELSE :next END WHERE id = :id",
                {
                    "id": watch.id,
                    "condition": watch.condition,
                    "content": _content(watch),
                    "ended": watch.ended_at.timestamp() if watch.ended_at else None,
                    "wakes": watch.wakes,
                    "share": watch.share,
                    "next": watch.next_look.timestamp(),
                },
            )
            _index_watchers(sql, watch)

        await self._database.run(save)

    async def of_order(self, team_id: str, order: OrderId) -> list[Watch]:
        """All but those that have ended."""
        return await self._find("order_id = ? AND team_id = ? AND " + _LIVE, order, team_id)

    async def at(self, team_id: str, place: str) -> list[Watch]:
        """Open and parked ones, oldest first."""
        found = await self._find("team_id = ? AND place = ? AND " + _LIVE, team_id, place)
        return [watch for watch in found if watch.is_live]

    async def of_person(self, team_id: str, user_id: str) -> list[Watch]:
        """All that they watch or watched lately, oldest first."""
        mine = "id IN (SELECT watch_id FROM watchers WHERE team_id = ? AND user_id = ?)"
        return await self._find(mine, team_id, user_id)

    async def parked(self) -> list[Watch]:
        return await self._find("condition = ?", Condition.PARKED)

    async def _find(self, where: str, *values: str) -> list[Watch]:
        return await self._database.run(lambda sql: _read(sql, where, *values))


def _read(sql: sqlite3.Connection, where: str, *values: str) -> list[Watch]:
    rows = sql.execute(f"SELECT * FROM watches WHERE {where} ORDER BY id", values)  # noqa: S608 - literals of this module
    return [watch for row in rows if (watch := _watch(row))]


def _watch(row: sqlite3.Row) -> Watch | None:
    """None for one that this version cannot read; it stays, and the others are told all the same."""
    try:
        known = Watch.model_validate_json(row["content"])
    except ValidationError:
        log.error("a watch cannot be read", row=row["id"])  # noqa: TRY400 - a traceback would quote it
        return None
    next_look = datetime.fromtimestamp(row["next_look"], UTC)
    return known.model_copy(
        update={
            "id": row["id"],
            "next_look": next_look,
            "wakes": row["wakes"],
            "hooked": bool(row["hooked"]),
        }
    )


def _content(watch: Watch) -> str:
    return watch.model_dump_json(exclude=_IN_COLUMNS)


def _index_watchers(sql: sqlite3.Connection, watch: Watch) -> None:
    """Only where they changed, as most saves change nothing about them."""
    known = {row[0] for row in sql.execute("SELECT user_id FROM watchers WHERE watch_id = ?", (watch.id,))}
    wanted = {each.user_id for each in watch.watchers}
    for user in known - wanted:
        sql.execute("DELETE FROM watchers WHERE watch_id = ? AND user_id = ?", (watch.id, user))
    for user in wanted - known:
        sql.execute("INSERT INTO watchers VALUES (?, ?, ?)", (watch.team_id, user, watch.id))
