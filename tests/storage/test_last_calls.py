"""The last calls that are planned, on both databases."""

import asyncio
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.core.errors import Unstorable
from bot.orders.ids import OrderId
from bot.storage import last_calls
from bot.storage.database.base import Database, Sql
from bot.storage.last_calls import LastCalls
from bot.storage.stores import Stores
from bot.watches.last_calls import LEAD, PlannedCall
from bot.watches.models import CardLocation, Condition, Ending, Watch, Watcher

NOW = datetime(2026, 11, 26, 14, 2, tzinfo=UTC)
DUE = NOW + timedelta(days=25)
ORDER = OrderId("12-elm")
CALL = PlannedCall(
    team_id="T1",
    place="C1",
    order=ORDER,
    due_at=DUE,
    name="12 Elm Street",
    home=CardLocation(channel_id="C1", card_ts="1.0", thread_ts="1.0"),
    watchers=("U1", "U2"),
    expires=DUE + LEAD,
    expired=2,
)
WATCH = Watch(
    team_id="T1",
    place="C1",
    order=ORDER,
    watchers=(Watcher(user_id="U1", since=NOW),),
    next_look=NOW,
)


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores.on(database)


@pytest.fixture
def calls(stores: Stores) -> LastCalls:
    return stores.last_calls


async def plan(database: Database, *planned: PlannedCall) -> None:
    def put(sql: Sql) -> None:
        for call in planned:
            last_calls.put(sql, call)

    await database.run(put)


async def taken(database: Database, calls: LastCalls, at: datetime, limit: int = 20) -> list[str]:
    return [each.order for each in await database.run(lambda sql: calls.take(sql, at, limit))]


async def test_what_is_planned_is_read_back(database: Database, calls: LastCalls) -> None:
    """In its place alone."""
    await plan(database, CALL)
    found = await calls.of("T1", "C1", ORDER)

    assert found
    assert found == replace(CALL, id=found.id)
    for other in (("T2", "C1", ORDER), ("T1", "C2", ORDER), ("T1", "C1", OrderId("other"))):
        assert await calls.of(*other) is None


async def test_a_place_has_one_for_an_order(database: Database, calls: LastCalls) -> None:
    """A later one replaces it, and none of its posts was made."""
    await plan(database, CALL)
    first = await calls.of("T1", "C1", ORDER)
    assert first
    await calls.count_post(first, 1)
    await plan(database, replace(CALL, name="12 Elm Street, again", due_at=DUE + timedelta(days=1)))

    found = await calls.of("T1", "C1", ORDER)
    assert found
    assert (found.name, found.due_at, found.posts) == (
        "12 Elm Street, again",
        DUE + timedelta(days=1),
        0,
    )


async def test_one_is_taken_when_it_is_due(database: Database, calls: LastCalls) -> None:
    """Then again after a quarter of an hour, and from then on after an hour."""
    await plan(database, CALL)
    times = [DUE - timedelta(seconds=1), DUE]
    times += [DUE + timedelta(minutes=each) for each in (14, 15, 74, 75, 134, 135)]

    assert [await taken(database, calls, at) for at in times] == [
        [],
        [ORDER],
        [],
        [ORDER],
        [],
        [ORDER],
        [],
        [ORDER],
    ]


async def test_so_many_are_taken_at_once(database: Database, calls: LastCalls) -> None:
    """Those that were due first, and the others next."""
    several = [
        replace(CALL, order=OrderId(f"order-{n}"), due_at=DUE - timedelta(minutes=n)) for n in range(5)
    ]
    await plan(database, *several)

    assert await taken(database, calls, DUE, 3) == ["order-4", "order-3", "order-2"]
    assert await taken(database, calls, DUE, 3) == ["order-1", "order-0"]


async def test_two_processes_never_take_the_same_one(database: Database, calls: LastCalls) -> None:
    """At the same moment."""
    await plan(database, CALL)
    both = await asyncio.gather(*(taken(database, calls, DUE) for _ in range(2)))

    assert sorted(both) == [[], [ORDER]]


async def test_none_is_taken_after_the_photos_day(database: Database, calls: LastCalls) -> None:
    """It is deleted."""
    await plan(database, CALL)

    assert await taken(database, calls, CALL.expires) == []
    assert await calls.of("T1", "C1", ORDER) is None


@pytest.mark.parametrize("content", ["[]", "null", "{}", "no json", '{"name": 7}'])
async def test_a_row_of_another_version_is_left_alone(
    database: Database, calls: LastCalls, content: str
) -> None:
    """The others go on, and it is pruned when its day has passed."""
    await plan(database, CALL, replace(CALL, order=OrderId("other")))
    spoil = "UPDATE last_calls SET content = :content WHERE order_id = 'other'"
    await database.run(lambda sql: sql.do(spoil, content=content))

    assert await taken(database, calls, DUE) == [ORDER]
    assert await calls.of("T1", "C1", OrderId("other")) is None
    [row] = await database.once("SELECT content FROM last_calls WHERE order_id = 'other'")
    assert row["content"] == content


async def test_those_whose_day_has_passed_are_pruned(database: Database, stores: Stores) -> None:
    """And no earlier ones."""
    await plan(database, CALL)
    await stores.prune(CALL.expires)
    assert await stores.last_calls.of("T1", "C1", ORDER)
    await stores.prune(CALL.expires + timedelta(seconds=1))
    assert await stores.last_calls.of("T1", "C1", ORDER) is None


async def test_it_is_planned_with_the_end_of_the_watch(stores: Stores) -> None:
    """In one transaction: if it cannot be written, the watch has not ended."""
    watch = await stores.watches.add(WATCH, most=9)
    assert watch
    ended = replace(watch, condition=Condition.ENDED, ending=Ending.QUIET, ended_at=NOW)
    await stores.watches.save(watch)
    assert await stores.last_calls.of("T1", "C1", ORDER) is None

    with pytest.raises(Unstorable):
        await stores.watches.save(ended, replace(CALL, place="half a pair \ud800"))
    assert [each.condition for each in await stores.watches.of_order("T1", ORDER)] == [Condition.OPEN]

    await stores.watches.save(ended, CALL)
    assert await stores.watches.of_order("T1", ORDER) == []
    assert await stores.last_calls.of("T1", "C1", ORDER)


async def test_a_new_watch_takes_away_that_of_its_place_and_order(stores: Stores, database: Database) -> None:
    """And no other."""
    others = [replace(CALL, place="C2"), replace(CALL, order=OrderId("other")), replace(CALL, team_id="T2")]
    await plan(database, CALL, *others)
    await stores.watches.add(WATCH, most=9)

    assert await stores.last_calls.of("T1", "C1", ORDER) is None
    for each in others:
        assert await stores.last_calls.of(each.team_id, each.place, each.order)


async def test_a_watch_that_cannot_begin_takes_nothing_away(stores: Stores, database: Database) -> None:
    """The place has as many watches as it may have."""
    await plan(database, CALL)
    assert await stores.watches.add(WATCH, most=0) is None

    assert await stores.last_calls.of("T1", "C1", ORDER)
