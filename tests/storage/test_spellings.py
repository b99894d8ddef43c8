"""One UUID in two spellings is one order, also in rows that another version has written."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State
from bot.storage.database.base import Database, Sql
from bot.storage.database.schema import migrate_postgres, migrate_sqlite
from bot.storage.due_watches import DueOrder, DueWatches
from bot.storage.snapshots import Snapshots
from bot.storage.watches import WATCH, Watches
from bot.watches.models import CardLocation, Condition, Ending, Level, Watch, Watcher
from tests.support.older_tables import BEFORE_0008

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
SOON = timedelta(seconds=30)
ELM = OrderId("3f9a1c2e-7b54-4d0a-9c38-51e60f2ab7d4")
TYPED, MIXED = ELM.upper(), ELM.replace("f", "F")
CARD = CardLocation(channel_id="C1", card_ts="1.5", thread_ts="1.5")


def person(user_id: str, level: Level = Level.ALL) -> Watcher:
    return Watcher(user_id=user_id, level=level, since=NOW)


def watch(*watchers: Watcher, **more: Any) -> Watch:
    usual: dict[str, Any] = {"team_id": "T1", "place": "C1", "order": ELM, "next_look": NOW, "promised": True}
    return Watch(watchers=watchers or (person("U1"),), **usual | {"home": CARD} | more)


def store(sql: Sql, spelling: str, stored: Watch) -> int:
    """Writes the watch as the version before did, with the ID as it was typed."""
    row = sql.row(
        "INSERT INTO watches (team_id, place, order_id, condition, next_look, ended_at, content)"
        " VALUES (:team, :place, :order, :condition, :next, :ended, :content) RETURNING id",
        team=stored.team_id,
        place=stored.place,
        order=spelling,
        condition=stored.condition,
        next=stored.next_look.timestamp(),
        ended=stored.ended_at.timestamp() if stored.ended_at else None,
        content=WATCH.dump_json(stored).decode().replace(ELM, spelling),
    )
    assert row
    for each in stored.watchers:
        insert = "INSERT INTO watchers (team_id, user_id, watch_id) VALUES ('T1', :user, :watch)"
        sql.do(insert, user=each.user_id, watch=row["id"])
    return int(row["id"])


@pytest.fixture
def migrate(database_url: str) -> Callable[[], str]:
    if database_url.startswith("sqlite"):
        return lambda: migrate_sqlite(Path(database_url.removeprefix("sqlite:///")))
    return lambda: migrate_postgres(database_url)


async def migrated(database: Database, migrate: Callable[[], str], *rows: tuple[str, Watch]) -> list[int]:
    """The ids of these rows, which a database of the version before had when it was migrated."""

    def fill(sql: Sql) -> list[int]:
        sql.do("UPDATE alembic_version SET version_num = '0005'")
        sql.do("ALTER TABLE jobs DROP COLUMN tries_ended")  # since 0007
        for undo in BEFORE_0008:
            sql.do(undo)
        return [store(sql, spelling, stored) for spelling, stored in rows]

    ids = await database.run(fill)
    migrate()
    return ids


async def test_a_watch_is_found_whatever_was_typed(database: Database, migrate: Callable[[], str]) -> None:
    """A watch that was stored in capitals is found, due, woken by the webhook, and can be stopped."""
    [id_] = await migrated(database, migrate, (TYPED, watch(next_look=NOW + SOON)))
    watches, due = Watches(database), DueWatches(database)

    assert [each.id for each in await watches.of_order("T1", ELM)] == [id_]
    assert await watches.live("T1", "C1", OrderId(TYPED))
    await due.wake(OrderId(TYPED), NOW)
    assert await database.run(lambda sql: due.take(sql, NOW, 5)) == [DueOrder("T1", ELM)]
    assert await database.run(lambda sql: due.take(sql, NOW, 5)) == []
    assert await watches.add(watch(person("U2")), most=9) == (await watches.of_order("T1", ELM))[0]


async def test_two_watches_of_one_order_become_one(database: Database, migrate: Callable[[], str]) -> None:
    """The oldest card is kept. Everybody is still a watcher, with the most that they asked for."""
    first = watch(person("U1", Level.FAILURES), person("U2", Level.FAILURES), next_look=NOW + SOON)
    second = watch(person("U2"), person("U3", Level.FAILURES))
    third = watch(person("U4"), home=None)
    rows = ((MIXED, third), (TYPED, first), (ELM, second))
    [_, kept, _] = await migrated(database, migrate, *rows)
    [found] = await Watches(database).of_order("T1", ELM)

    assert (found.id, found.next_look, found.home) == (kept, NOW, CARD)
    assert {each.user_id: each.level for each in found.watchers} == {
        "U1": Level.FAILURES,
        "U2": Level.ALL,
        "U3": Level.FAILURES,
        "U4": Level.ALL,
    }
    for user in ("U1", "U2", "U3", "U4"):
        assert [each.id for each in await Watches(database).of_person("T1", user)] == [kept]


async def test_the_watch_that_posts_is_kept(database: Database, migrate: Callable[[], str]) -> None:
    """One that is open goes before one that is paused, and before one that its people have stopped."""
    stopped = watch(person("U1"), condition=Condition.ENDING, ending=Ending.STOPPED)
    paused = watch(person("U2"), condition=Condition.PAUSED)
    await migrated(
        database, migrate, (ELM, stopped), (TYPED, paused), (MIXED, watch(person("U3"), home=None))
    )
    [found] = await Watches(database).of_order("T1", ELM)

    assert found.condition is Condition.OPEN
    assert {each.user_id for each in found.watchers} == {"U2", "U3"}


async def test_other_watches_stay_apart(database: Database, migrate: Callable[[], str]) -> None:
    """Other places, teams and ended watches are not merged. A customer's own ID keeps its capitals."""
    ended = watch(condition=Condition.ENDED, ended_at=NOW)
    own = watch(order=OrderId("12-Elm"))
    there = (watch(place="C2"), watch(team_id="T2"))
    again = replace(ended, place="C3")
    await migrated(
        database,
        migrate,
        (ELM, watch()),
        *((TYPED, each) for each in there),
        (TYPED, ended),
        (ELM, again),
        (TYPED, watch(place="C3")),
        ("12-Elm", own),
    )
    rows = await database.run(lambda sql: sql.rows("SELECT order_id FROM watches ORDER BY id"))

    assert [row["order_id"] for row in rows] == [ELM, ELM, ELM, ELM, ELM, ELM, "12-Elm"]
    assert (await Watches(database).of_order("T1", OrderId("12-Elm")))[0].order == "12-Elm"


@pytest.mark.parametrize("newer", [TYPED, ELM])
async def test_the_newer_snapshot_is_kept(database: Database, migrate: Callable[[], str], newer: str) -> None:
    """Of the counts stored under two spellings the later ones are shown."""
    insert = "INSERT INTO looks (team_id, order_id, tally, at) VALUES ('T1', :order, :tally, :at)"

    def fill(sql: Sql) -> None:
        for spelling in (TYPED, ELM):
            done, at = (2, 200.0) if spelling == newer else (1, 100.0)
            tally = f'{{"state":"enhancing","word":"","total":3,"done":{done},"failed":0,"waiting":1}}'
            sql.do(insert, order=spelling, tally=tally, at=at)

    await database.run(fill)
    await migrated(database, migrate)

    assert await Snapshots(database).last("T1", ELM) == Snapshot(
        tally=Counts(state=State.ENHANCING, total=3, done=2, failed=0, waiting=1),
        at=datetime.fromtimestamp(200, UTC),
    )
    assert len(await database.run(lambda sql: sql.rows("SELECT * FROM looks"))) == 1


async def test_a_row_of_the_version_before_is_told_too(database: Database) -> None:
    """While this version is rolled out, the one before writes as it did. The sweep finds that row as well."""
    await database.run(
        lambda sql: [store(sql, TYPED, watch(person("U1"))), store(sql, ELM, watch(person("U2")))]
    )
    due = DueWatches(database)

    assert await database.run(lambda sql: due.take(sql, NOW, 5)) == [DueOrder("T1", ELM)]
    [found] = await Watches(database).of_order("T1", ELM)
    assert [each.user_id for each in found.watchers] == ["U1", "U2"]
    assert await database.run(lambda sql: due.take(sql, NOW, 5)) == []
