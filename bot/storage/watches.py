"""The watches as rows: the only SQL about them.

A field that is searched for has a column. The rest is JSON, so a new field of a watch needs no migration.
`next_look`, `wakes`, `hooked` and `claimed` are read from their columns, as the webhook and the sweep change
them.
"""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import structlog
from pydantic import TypeAdapter, ValidationError

from bot.orders.ids import OrderId
from bot.storage import last_calls, retention
from bot.storage.database.base import Database, Row, Sql, Value
from bot.watches.last_calls import PlannedCall
from bot.watches.models import Condition, Watch

log = structlog.get_logger(__name__)
WATCH = TypeAdapter(Watch)
WEBHOOK_EXPECTED_FOR = timedelta(days=1)  # after its last wake, the webhook is expected to call again
MAX_WATCHES_SEARCHED = 100  # the newest ones, in which that last wake is searched for

IN_COLUMNS = {"id", "wakes", "hooked", "claimed"}
# `*` would fail where a later version has added a column
_READ = "id, next_look, wakes, hooked, claimed, content"
_LIVE = "condition != 'ended'"
_PAUSED_OR_ENDING = "condition IN ('parked', 'ending')"  # exactly the index's condition


class Watches:
    """A method returns when its change is on the disk. Every method raises DatabaseFailed."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def prune(self, now: datetime) -> None:
        """Deletes watches that ended longer ago than `retention.ENDED_WATCHES`, with their watchers."""
        old = (now - retention.ENDED_WATCHES).timestamp()

        def prune(sql: Sql) -> None:
            ended = "SELECT id FROM watches WHERE condition = 'ended' AND ended_at < :old"
            sql.do(f"DELETE FROM watchers WHERE watch_id IN ({ended})", old=old)  # noqa: S608 - our own literal
            sql.do("DELETE FROM watches WHERE condition = 'ended' AND ended_at < :old", old=old)

        await self._database.run(prune)

    async def add(self, watch: Watch, *, most: int) -> Watch | None:
        """Stores a new watch and returns it with its id, or the watch of this order that the place has.

        None if the place has `most` watches. A last call from an earlier watch is taken away.
        """

        def add(sql: Sql) -> Watch | None:
            sql.exclusive(f"watches of {watch.team_id} {watch.place}")
            here = {"team": watch.team_id, "place": watch.place}
            once = "team_id = :team AND place = :place AND order_id = :order AND " + _LIVE
            if known := _read(sql, once, **here, order=watch.order):
                return known[0]
            others = f"SELECT id FROM watches WHERE team_id = :team AND place = :place AND {_LIVE}"  # noqa: S608
            if len(sql.rows(others, **here)) >= most:
                return None
            hooked = _webhook_calls(sql, watch.next_look - WEBHOOK_EXPECTED_FOR)
            [row] = sql.rows(
                "INSERT INTO watches (team_id, place, order_id, condition, next_look, hooked, share, content)"
                " VALUES (:team, :place, :order, :condition, :next, :hooked, :share, :content) RETURNING id",
                **here,
                order=watch.order,
                condition=watch.condition,
                next=watch.next_look.timestamp(),
                hooked=int(hooked),
                share=watch.share,
                content=_content(watch),
            )
            added = replace(watch, id=row["id"], hooked=hooked)
            _index_watchers(sql, added)
            last_calls.drop(sql, watch.team_id, watch.place, watch.order)
            return added

        return await self._database.run(add)

    async def remove(self, watch: Watch) -> None:
        """Deletes a watch whose start failed."""

        def remove(sql: Sql) -> None:
            sql.do("DELETE FROM watchers WHERE watch_id = :id", id=watch.id)
            sql.do("DELETE FROM watches WHERE id = :id", id=watch.id)

        await self._database.run(remove)

    async def note(self, watch: Watch) -> None:
        """Writes the watch's content, and does not change when it is due."""
        query = "UPDATE watches SET content = :content WHERE id = :id"
        await self._database.run(lambda sql: sql.do(query, content=_content(watch), id=watch.id))

    async def save(self, watch: Watch, last_call: PlannedCall | None = None) -> None:
        """Writes the whole watch and ends its claim. A wake since it was read is kept: it is due then.

        Its last call, if there is one, is planned in the same transaction.
        """

        def save(sql: Sql) -> None:
            sql.do(
                "UPDATE watches SET condition = :condition, content = :content, ended_at = :ended,"
                " share = :share, called = 0, claimed = 0, next_look ="
                " CASE WHEN wakes > :wakes AND woken < :next THEN woken ELSE :next END WHERE id = :id",
                id=watch.id,
                condition=watch.condition,
                content=_content(watch),
                ended=watch.ended_at.timestamp() if watch.ended_at else None,
                wakes=watch.wakes,
                share=watch.share,
                next=watch.next_look.timestamp(),
            )
            _index_watchers(sql, watch)
            if last_call:
                last_calls.put(sql, last_call)

        await self._database.run(save)

    async def of_order(self, team_id: str, order: OrderId) -> list[Watch]:
        """The watches of this order that have not ended."""
        return await self._find(
            "order_id = :order AND team_id = :team AND " + _LIVE, order=order, team=team_id
        )

    async def live(self, team_id: str, place: str, order: OrderId) -> Watch | None:
        """The open or paused watch of this order in this place. None while its start is not settled."""
        known = await self.known(team_id, place, order)
        return known if known and known.is_live and known.promised else None

    async def known(self, team_id: str, place: str, order: OrderId) -> Watch | None:
        """The watch of this order in this place that has not ended. It may be ending or not promised yet."""
        here = "team_id = :team AND place = :place AND order_id = :order AND " + _LIVE
        found = await self._find(here, team=team_id, place=place, order=order)
        return found[0] if found else None

    async def at(self, team_id: str, place: str) -> list[Watch]:
        """The open and paused watches in this place, oldest first."""
        found = await self._find("team_id = :team AND place = :place AND " + _LIVE, team=team_id, place=place)
        return [watch for watch in found if watch.is_live]

    async def of_person(self, team_id: str, user_id: str) -> list[Watch]:
        """All watches of this person, oldest first, with those that ended lately."""
        mine = "id IN (SELECT watch_id FROM watchers WHERE team_id = :team AND user_id = :user)"
        return await self._find(mine, team=team_id, user=user_id)

    async def parked(self) -> list[Watch]:
        return await self._find("condition = :parked", parked=Condition.PAUSED)

    async def wake_parked(self, team_id: str, place: str, now: datetime) -> None:
        """Makes this place's watches due now, also one that is being paused at this moment.

        `DueWatches.wake` says how.
        """
        query = (
            "UPDATE watches SET wakes = wakes + 1, woken = :now, next_look = :now"  # noqa: S608
            f" WHERE team_id = :team AND place = :place AND next_look > :now AND {_LIVE}"
        )
        at = now.timestamp()
        await self._database.run(lambda sql: sql.do(query, now=at, team=team_id, place=place))

    async def count(self) -> dict[Condition, int]:
        """How many watches are open, paused and ending. It reads indexes only."""
        paused_or_ending = (
            f"SELECT condition, count(*) AS watches FROM watches WHERE {_PAUSED_OR_ENDING} GROUP BY condition"  # noqa: S608
        )
        live = f"SELECT count(*) AS watches FROM watches WHERE {_LIVE}"  # noqa: S608

        def count(sql: Sql) -> dict[Condition, int]:
            few = {Condition(row["condition"]): int(row["watches"]) for row in sql.rows(paused_or_ending)}
            parked, ending = few.get(Condition.PAUSED, 0), few.get(Condition.ENDING, 0)
            open_ = sql.rows(live)[0]["watches"] - parked - ending
            return {Condition.OPEN: open_, Condition.PAUSED: parked, Condition.ENDING: ending}

        return await self._database.run(count)

    async def _find(self, where: str, **values: Value) -> list[Watch]:
        return _watches(await self._database.once(_select(where), **values))


def _webhook_calls(sql: Sql, since: datetime) -> bool:
    """Whether the webhook woke one of the newest watches since then.

    There is one webhook for all orders, so it calls about a new watch too.
    """
    newest = "SELECT woken FROM watches ORDER BY id DESC LIMIT :newest"
    query = f"SELECT max(woken) AS woken FROM ({newest}) AS newest"  # noqa: S608 - our own literal
    [row] = sql.rows(query, newest=MAX_WATCHES_SEARCHED)
    return bool(row["woken"] and row["woken"] > since.timestamp())


def _read(sql: Sql, where: str, **values: Value) -> list[Watch]:
    return _watches(sql.rows(_select(where), **values))


def _select(where: str) -> str:
    return f"SELECT {_READ} FROM watches WHERE {where} ORDER BY id"  # noqa: S608 - literals of this module


def _watches(rows: list[Row]) -> list[Watch]:
    return [watch for row in rows if (watch := _watch(row))]


def _watch(row: Row) -> Watch | None:
    """None for a row that this version cannot read. The row is kept, and the other watches go on."""
    try:
        known = WATCH.validate_json(row["content"])
    except ValidationError:
        log.error("a watch cannot be read", row=row["id"])  # noqa: TRY400 - a traceback would quote it
        return None
    next_look = datetime.fromtimestamp(row["next_look"], UTC)
    wakes, hooked, claimed = row["wakes"], bool(row["hooked"]), bool(row["claimed"])
    return replace(known, id=row["id"], next_look=next_look, wakes=wakes, hooked=hooked, claimed=claimed)


def _content(watch: Watch) -> str:
    return WATCH.dump_json(watch, exclude=IN_COLUMNS).decode()


def _index_watchers(sql: Sql, watch: Watch) -> None:
    """Writes the watch's people to their own table, where they changed. Most saves change none."""
    rows = sql.rows("SELECT user_id FROM watchers WHERE watch_id = :watch", watch=watch.id)
    known, wanted = {row["user_id"] for row in rows}, {each.user_id for each in watch.watchers}
    for user in known - wanted:
        sql.do("DELETE FROM watchers WHERE watch_id = :watch AND user_id = :user", watch=watch.id, user=user)
    for user in wanted - known:
        insert = "INSERT INTO watchers (team_id, user_id, watch_id) VALUES (:team, :user, :watch)"
        sql.do(insert, team=watch.team_id, user=user, watch=watch.id)
