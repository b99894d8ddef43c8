"""The pictures on cards, as rows: the only SQL about them.

A row is written when Slack has named its file, and before the file has content. So each file that the bot
may have uploaded is known here, and is deleted some day.
"""

from collections.abc import Container, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from string import ascii_lowercase

from bot.orders.ids import OrderId
from bot.storage.database.base import Database, Row, Sql, Value

UNSHOWN_KEPT = timedelta(hours=1)
"""Longer than the job works that shows the picture. Then its file is deleted."""
AGAIN_AFTER = timedelta(hours=1)  # until a file that could not be deleted is tried again
MAX_KEPT = timedelta(days=365)  # what PICTURE_DAYS may be at most
GIVEN_UP_AFTER = timedelta(days=35)  # after that: say, the scope to delete files was removed
_READ = "team_id, file_id, order_id, channel_id, ts, account_id, alt_text, made_at"
_CARD = "team_id = :team AND channel_id = :channel AND ts = :ts"
_ON = "EXISTS (SELECT 1 FROM channels WHERE team_id = :team AND channel_id = :channel AND pictures = 1)"
_DROP = "UPDATE pictures SET shown = 0, ts = '', alt_text = '', delete_at = :now WHERE "
"""From then on it belongs to no card."""


@dataclass(frozen=True)
class Picture:
    """A file in Slack for the card of this order, which is the message `ts`. It has the account's photos.

    For a picture that is posted on its own, `ts` is a name that its request gave it.
    """

    team_id: str
    file_id: str
    order: OrderId
    channel_id: str
    ts: str
    account_id: str
    alt_text: str
    made_at: datetime


@dataclass(frozen=True)
class OnCard:
    """`on`: the channel has pictures on. `shown`: the picture on the card, if there is one."""

    on: bool
    shown: Picture | None = None


@dataclass(frozen=True)
class DueFile:
    team_id: str
    file_id: str


class Pictures:
    """Every method raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add(self, picture: Picture) -> None:
        """Writes the row of a picture that no card shows yet."""
        query = (
            "INSERT INTO pictures"
            " (team_id, file_id, order_id, channel_id, ts, account_id, alt_text, shown, made_at, delete_at)"
            " VALUES (:team, :file, :order, :channel, :ts, :account, :alt, 0, :made, :delete)"
        )
        values: dict[str, Value] = {
            "team": picture.team_id,
            "file": picture.file_id,
            "order": picture.order,
            "channel": picture.channel_id,
            "ts": picture.ts,
            "account": picture.account_id,
            "alt": picture.alt_text,
            "made": picture.made_at.timestamp(),
            "delete": (picture.made_at + UNSHOWN_KEPT).timestamp(),
        }
        await self._database.run(lambda sql: sql.do(query, **values))

    async def shown(self, picture: Picture, now: datetime, days: int) -> bool:
        """The card shows it. It is deleted after so many days, and the card's other pictures now.

        False if it was dropped meanwhile, or the channel has pictures off: then the card must not show it.
        """
        kept = (now + timedelta(days=days)).timestamp()
        here = {
            "team": picture.team_id,
            "file": picture.file_id,
            "channel": picture.channel_id,
            "ts": picture.ts,
        }

        def show(sql: Sql) -> bool:
            this = f"UPDATE pictures SET shown = 1, delete_at = :kept WHERE {_CARD} AND file_id = :file"  # noqa: S608
            found = sql.rows(f"{this} AND {_ON} RETURNING 1 AS one", **here, kept=kept)
            if found:
                sql.do(f"{_DROP}{_CARD} AND file_id != :file", **here, now=now.timestamp())
            return bool(found)

        return await self._database.run(show)

    async def on_card(self, team_id: str, channel_id: str, ts: str) -> OnCard:
        """What the card in this place shows. One query. `ts` is empty for a card that is not posted yet."""
        query = (
            f"SELECT c.pictures AS is_on, {', '.join(f'p.{each.strip()}' for each in _READ.split(','))}"  # noqa: S608
            " FROM channels c LEFT JOIN pictures p ON p.team_id = c.team_id AND p.channel_id = c.channel_id"
            " AND p.ts = :ts AND p.shown = 1 WHERE c.team_id = :team AND c.channel_id = :channel"
        )
        rows = await self._database.once(query, team=team_id, channel=channel_id, ts=ts)
        if not rows or not rows[0]["is_on"]:
            return OnCard(on=False)
        return OnCard(on=True, shown=_picture(rows[0]) if rows[0]["file_id"] else None)

    async def begun(self, team_id: str, channel_id: str, ts: str, since: datetime) -> Picture | None:
        """The newest picture for this card that was named since then, and that it does not show yet."""
        query = (
            f"SELECT {_READ} FROM pictures WHERE {_CARD} AND shown = 0"  # noqa: S608 - literals of this module
            " AND made_at >= :since ORDER BY made_at DESC LIMIT 1"
        )
        here = {"team": team_id, "channel": channel_id, "ts": ts}
        rows = await self._database.once(query, since=since.timestamp(), **here)
        return _picture(rows[0]) if rows else None

    async def of_request(
        self, team_id: str, channel_id: str, names: Sequence[str]
    ) -> tuple[Picture, bool] | None:
        """The newest picture with one of these names in place of a `ts`, and whether it is shown."""
        named = {f"name_{letter}": name for letter, name in zip(ascii_lowercase, names, strict=False)}
        query = (
            f"SELECT {_READ}, shown FROM pictures WHERE team_id = :team AND channel_id = :channel"  # noqa: S608
            f" AND ts IN ({', '.join(f':{each}' for each in named)}) ORDER BY made_at DESC LIMIT 1"
        )
        rows = await self._database.once(query, team=team_id, channel=channel_id, **named)
        return (_picture(rows[0]), bool(rows[0]["shown"])) if rows else None

    async def renamed(self, picture: Picture, ts: str) -> Picture | None:
        """The same picture with another `ts`. None if it was dropped meanwhile."""
        query = (
            "UPDATE pictures SET ts = :new WHERE team_id = :team AND file_id = :file AND ts = :old"
            " RETURNING 1 AS one"
        )
        values = {"team": picture.team_id, "file": picture.file_id, "old": picture.ts, "new": ts}
        found = await self._database.run(lambda sql: sql.rows(query, **values))
        return replace(picture, ts=ts) if found else None

    async def drop(self, team_id: str, file_id: str, now: datetime) -> None:
        """Its file is deleted soon, as no card will show it."""
        await self._drop("team_id = :team AND file_id = :file", now, team=team_id, file=file_id)

    async def drop_of_order(self, team_id: str, channel_id: str, order: OrderId, now: datetime) -> None:
        """The same for all of this order's there: the order is deleted."""
        where = "team_id = :team AND channel_id = :channel AND order_id = :order"
        await self._drop(where, now, team=team_id, channel=channel_id, order=order)

    async def drop_of_channel(self, team_id: str, channel_id: str, now: datetime) -> None:
        """The same for all of this channel's: it has pictures off, is shared, or the bot left it."""
        await self._drop("team_id = :team AND channel_id = :channel", now, team=team_id, channel=channel_id)

    async def _drop(self, where: str, now: datetime, **values: str) -> None:
        await self._database.run(lambda sql: sql.do(_DROP + where, now=now.timestamp(), **values))

    def take(self, sql: Sql, now: datetime, limit: int) -> list[DueFile]:
        """At most `limit` files that are to be deleted. In the same transaction, each is planned again.

        So an attempt that fails need not say when the next one is. From now on, no card shows them.
        """
        sql.exclusive("pictures")
        query = (
            "SELECT team_id, file_id FROM pictures WHERE delete_at <= :now ORDER BY delete_at LIMIT :limit"
        )
        due = [
            DueFile(row["team_id"], row["file_id"])
            for row in sql.rows(query, now=now.timestamp(), limit=limit)
        ]
        later = (now + AGAIN_AFTER).timestamp()
        sql.each(
            f"{_DROP}team_id = :team AND file_id = :file",
            [{"now": later, "team": each.team_id, "file": each.file_id} for each in due],
        )
        return due

    def channels(self, sql: Sql) -> list[tuple[str, str]]:
        """The workspace and the ID of each channel whose cards show pictures."""
        query = (
            "SELECT DISTINCT team_id, channel_id FROM pictures WHERE shown = 1 ORDER BY team_id, channel_id"
        )
        return [(row["team_id"], row["channel_id"]) for row in sql.rows(query)]

    async def prune(self, now: datetime) -> None:
        """Forgets files that could not be deleted for `GIVEN_UP_AFTER`, and longer than they may be kept."""
        old = (now - MAX_KEPT - GIVEN_UP_AFTER).timestamp()
        await self._database.run(lambda sql: sql.do("DELETE FROM pictures WHERE made_at < :old", old=old))

    async def remove(self, team_id: str, file_id: str) -> None:
        """Slack has deleted the file."""
        query = "DELETE FROM pictures WHERE team_id = :team AND file_id = :file"
        await self._database.run(lambda sql: sql.do(query, team=team_id, file=file_id))


def drop_of_account(sql: Sql, team_id: str, account_id: str, kept: Container[str] = ()) -> None:
    """In the transaction that takes the account from all channels but those kept. The files are due now."""
    those = "team_id = :team AND account_id = :account"
    given = {"team": team_id, "account": account_id}
    rows = sql.rows(f"SELECT file_id, channel_id FROM pictures WHERE {those}", **given)  # noqa: S608
    gone = [row["file_id"] for row in rows if row["channel_id"] not in kept]
    sql.each(
        f"{_DROP}team_id = :team AND file_id = :file",
        [{"now": 0.0, "team": team_id, "file": each} for each in gone],
    )


def _picture(row: Row) -> Picture:
    made = datetime.fromtimestamp(row["made_at"], UTC)
    card = row["team_id"], row["file_id"], OrderId(row["order_id"]), row["channel_id"], row["ts"]
    return Picture(*card, row["account_id"], row["alt_text"], made)
