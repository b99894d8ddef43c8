"""The stored watches: where, when and by whom, whatever happens in between."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.bootstrap.storage import open_database
from bot.core.settings import FixedSettings
from bot.jobs.models import CardLine
from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State
from bot.storage import retention
from bot.storage.database.base import Database, Row, Sql, Value
from bot.storage.database.sqlite import SqliteDatabase
from bot.storage.due_watches import (
    CLAIMED_FOR,
    MAX_TIME_TO_NEXT_CHECK,
    WATCHES_READ_PER_ORDER,
    DueOrder,
    DueWatches,
)
from bot.storage.stores import Stores
from bot.storage.watches import MAX_WATCHES_SEARCHED, WEBHOOK_EXPECTED_FOR, Watches
from bot.watches.models import (
    CardLocation,
    Condition,
    Delay,
    Ending,
    Level,
    NoticeKind,
    Sending,
    Watch,
    Watcher,
)
from bot.watches.transitions import ended
from tests.support.both_databases import on_postgres

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ELM, OAK = OrderId("12-elm"), OrderId("7-oak")
SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)
MANY = 100


def person(user_id: str) -> Watcher:
    return Watcher(user_id=user_id, name=user_id.lower(), since=NOW)


def watch(order: OrderId = ELM, place: str = "C1", *users: str, team: str = "T1", **more: Any) -> Watch:
    """A watch that is due now."""
    watchers = tuple(map(person, users or ("U1",)))
    usual: dict[str, Any] = {
        "team_id": team,
        "place": place,
        "order": order,
        "watchers": watchers,
        "next_look": NOW,
    }
    return Watch(**usual | more)


@pytest.fixture
def stores(database: Database) -> Stores:
    return Stores.on(database)


@pytest.fixture
def watches(stores: Stores) -> Watches:
    return stores.watches


class DueWatchesPerTransaction:
    """The due watches, each call in a transaction of its own."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._due_watches = DueWatches(database)
        self.wake, self.put_back = self._due_watches.wake, self._due_watches.put_back

    async def due(self, now: datetime, limit: int) -> list[DueOrder]:
        return await self._database.run(lambda sql: self._due_watches.due(sql, now, limit))

    async def claim(self, taken: list[DueOrder], now: datetime) -> None:
        await self._database.run(lambda sql: self._due_watches.claim(sql, taken, now))


@pytest.fixture
def due_watches(database: Database) -> DueWatchesPerTransaction:
    return DueWatchesPerTransaction(database)


async def added(watches: Watches, new: Watch) -> Watch:
    found = await watches.add(new, most=MANY)
    assert found
    return found


async def only(watches: Watches, order: OrderId = ELM, team: str = "T1") -> Watch:
    [found] = await watches.of_order(team, order)
    return found


def later(watch: Watch, wait: timedelta = HOUR, **more: Any) -> Watch:
    return replace(watch, next_look=NOW + wait, **more)


async def test_a_watch_is_read_as_it_was_written(watches: Watches) -> None:
    """Every field is stored, and the store gives the watch its ID."""
    tally = Counts(state=State.ENHANCING, total=30, done=9, failed=1, waiting=20)
    glimpse = Snapshot(tally=tally, at=NOW)
    full = watch(
        ELM,
        "C1",
        "U1",
        "U2",
        home=CardLocation(channel_id="C1", card_ts="1.5", thread_ts="1.4"),
        name="Elm",
        condition=Condition.PAUSED,
        reason="is_archived",
        seen=glimpse,
        first=glimpse,
        shown=glimpse,
        shown_stuck=True,
        still=3.5,
        lived=99.0,
        missing=1,
        delay=Delay.SLACK,
        late_since=NOW,
        told_failure=True,
        told_stuck=True,
        told_over=tally,
        sending=Sending(kind=NoticeKind.STUCK, tries=1),
        pause=15.0,
    )
    written = await added(watches, full)

    assert written.id
    assert await only(watches) == replace(full, id=written.id)


async def test_one_order_is_watched_in_one_place_once(watches: Watches) -> None:
    """Adding it again returns the stored watch with its watchers. Another order or place is another watch."""
    first = await added(watches, watch())
    again = await added(watches, watch(ELM, "C1", "U2", name="another"))
    others = [await added(watches, each) for each in (watch(OAK), watch(ELM, "C2"), watch(ELM, "U1"))]

    assert again == first
    assert len({first.id, *(each.id for each in others)}) == 4


async def test_it_can_be_watched_again_after_its_end(watches: Watches) -> None:
    """An ended watch blocks nothing, and is kept next to the new one."""
    first = await added(watches, watch())
    await watches.save(ended(first, Ending.STOPPED, NOW))
    second = await added(watches, watch())

    assert second.id != first.id
    assert [each.id for each in await watches.of_order("T1", ELM)] == [second.id]
    assert [each.id for each in await watches.of_person("T1", "U1")] == [first.id, second.id]


async def test_a_place_has_its_limit(watches: Watches) -> None:
    """The limit counts live watches of one place, and does not apply to a person who joins one."""
    known = await added(watches, watch(OrderId("order-0")))
    await added(watches, watch(OrderId("order-1")))

    assert await watches.add(watch(), most=2) is None
    assert await watches.add(watch(OrderId("order-0"), "C1", "U2"), most=2) == known
    assert await watches.add(watch(ELM, "C2"), most=2)
    assert await watches.add(watch(ELM, team="T2"), most=2)
    await watches.save(ended(known, Ending.QUIET, NOW))
    assert await watches.add(watch(), most=2)


async def test_teams_with_the_same_channel_id_are_apart(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """Neither team reads, lists or checks for the other."""
    ours, theirs = await added(watches, watch()), await added(watches, watch(team="T2"))

    assert ours.id != theirs.id
    for team, mine in (("T1", ours), ("T2", theirs), ("T3", None)):
        wanted = [mine] if mine else []
        assert await watches.of_order(team, ELM) == wanted
        assert await watches.at(team, "C1") == wanted
        assert await watches.of_person(team, "U1") == wanted
    await watches.save(later(ours))
    assert await due_watches.due(NOW, MANY) == [DueOrder("T2", ELM)]
    await due_watches.claim([DueOrder("T2", ELM)], NOW)
    assert await due_watches.due(NOW + HOUR, MANY) == [DueOrder("T2", ELM), DueOrder("T1", ELM)]


async def test_noting_keeps_the_time_of_the_next_check(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """What a check notes is on the disk, and the check goes on."""
    read = await added(watches, watch())
    await due_watches.claim(await due_watches.due(NOW, MANY), NOW)
    await watches.note(later(read, sending=Sending(kind=NoticeKind.FINISHED, tries=1)))

    noted = await only(watches)
    assert noted.sending == Sending(kind=NoticeKind.FINISHED, tries=1)
    assert noted.next_look == NOW
    assert await due_watches.due(NOW, MANY) == []


async def test_a_watch_that_was_never_promised_is_removed(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """The watch and its watchers are deleted, and others stay."""
    read, other = await added(watches, watch()), await added(watches, watch(OAK))
    await watches.remove(read)

    assert await watches.of_person("T1", "U1") == [other]
    assert await watches.of_order("T1", ELM) == []
    assert await due_watches.due(NOW, MANY) == [DueOrder("T1", OAK)]


async def test_a_person_finds_their_watches(watches: Watches) -> None:
    """The store lists all watches of a person, also joined ones, until they stop watching."""
    read = await added(watches, watch())
    joined = later(read, watchers=(*read.watchers, person("U2")))
    await watches.save(joined)
    assert await watches.of_person("T1", "U2") == [joined]

    alone = later(read, watchers=(person("U2"),))
    await watches.save(alone)
    assert await watches.of_person("T1", "U1") == []
    assert await watches.of_person("T1", "U2") == [alone]


async def test_the_list_of_a_place(watches: Watches) -> None:
    """The list has open and paused watches, oldest first, and no ended ones."""
    first, second, third = [await added(watches, watch(OrderId(f"order-{n}"))) for n in range(3)]
    await watches.save(parked := later(second, condition=Condition.PAUSED))
    await watches.save(ended(third, Ending.QUIET, NOW))

    assert await watches.at("T1", "C1") == [first, parked]
    assert await watches.parked() == [parked]


# Waking


async def test_a_wake_brings_the_check_forward(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """A watch is due at the webhook's time, and records that there is a webhook."""
    await watches.save(later(await added(watches, watch())))
    await due_watches.wake(ELM, NOW + 3 * SECOND)

    woken = await only(watches)
    assert (woken.next_look, woken.wakes, woken.hooked) == (NOW + 3 * SECOND, 1, True)
    assert await due_watches.due(NOW + 2 * SECOND, MANY) == []
    assert await due_watches.due(NOW + 3 * SECOND, MANY) == [DueOrder("T1", ELM)]


async def test_a_wake_delays_no_check(watches: Watches, due_watches: DueWatchesPerTransaction) -> None:
    """A watch that is due already, or sooner, stays so, however many calls come."""
    await added(watches, watch())
    for seconds in (3, 4, 5):
        await due_watches.wake(ELM, NOW + seconds * SECOND)

    assert (await only(watches)).next_look == NOW


async def test_photos_wake_a_watch_from_a_third_of_the_order_on(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """Fewer calls only record that there is a webhook."""
    tally = Counts(state=State.ENHANCING, total=30, done=0, failed=0, waiting=30)
    thirty = replace(watch(), seen=Snapshot(tally=tally, at=NOW))
    await watches.save(later(await added(watches, thirty)))
    for _ in range(9):
        await due_watches.wake(ELM, NOW, 1)
    sleeping = await only(watches)
    assert (sleeping.next_look, sleeping.wakes, sleeping.hooked) == (NOW + HOUR, 0, True)
    await due_watches.wake(ELM, NOW, 1)

    assert (await only(watches)).next_look == NOW


async def test_a_wake_during_a_check_is_not_lost(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """The check may have asked too early, so another follows, although it planned an hour."""
    await added(watches, watch())
    read = await only(watches)
    await due_watches.wake(ELM, NOW + 3 * SECOND)
    await watches.save(later(read))

    saved = await only(watches)
    assert saved.next_look == NOW + 3 * SECOND
    assert saved.hooked


async def test_a_wake_before_a_check_is_answered_by_it(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """A check that reads the watch after the call needs no second one."""
    await added(watches, watch())
    await due_watches.wake(ELM, NOW + 3 * SECOND)
    await watches.save(later(await only(watches)))

    assert (await only(watches)).next_look == NOW + HOUR


async def test_a_wake_after_a_check_counts(watches: Watches, due_watches: DueWatchesPerTransaction) -> None:
    """A new call counts after an earlier one was answered."""
    await added(watches, watch())
    await due_watches.wake(ELM, NOW + 3 * SECOND)
    await watches.save(later(await only(watches)))
    await due_watches.wake(ELM, NOW + 60 * SECOND)

    assert (await only(watches)).next_look == NOW + 60 * SECOND


async def test_many_calls_during_a_check_lead_to_one_more(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """Forty photos that end together lead to one more check, after the last call."""
    await added(watches, watch())
    read = await only(watches)
    for seconds in range(3, 43):
        await due_watches.wake(ELM, NOW + seconds * SECOND)
    await watches.save(later(read))
    assert (await only(watches)).next_look == NOW + 42 * SECOND

    await watches.save(later(await only(watches)))
    assert (await only(watches)).next_look == NOW + HOUR


async def test_a_check_that_is_planned_before_the_wake_stays(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """A wake delays nothing during a check either."""
    await added(watches, watch())
    read = await only(watches)
    await due_watches.wake(ELM, NOW + 30 * SECOND)
    await watches.save(later(read, 5 * SECOND))

    assert (await only(watches)).next_look == NOW + 5 * SECOND


async def test_a_wake_is_for_one_order_in_every_place(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """The webhook has no team and no channel. Other orders and ended watches are not woken."""
    for new in (watch(), watch(ELM, "C2"), watch(ELM, team="T2"), watch(OAK)):
        await watches.save(later(await added(watches, new)))
    over = await added(watches, watch(ELM, "C3"))
    await watches.save(ended(later(over), Ending.QUIET, NOW))
    await due_watches.wake(ELM, NOW)

    assert set(await due_watches.due(NOW, MANY)) == {DueOrder("T1", ELM), DueOrder("T2", ELM)}
    assert (await only(watches, OAK)).hooked is False
    [ended_one] = [each for each in await watches.of_person("T1", "U1") if each.ended_at]
    assert (ended_one.wakes, ended_one.next_look) == (0, NOW + HOUR)


async def test_a_wake_may_be_for_one_team(watches: Watches, due_watches: DueWatchesPerTransaction) -> None:
    """An account's own webhook counts for the watches of its team alone."""
    for team in ("T1", "T2"):
        await watches.save(later(await added(watches, watch(team=team))))

    await due_watches.wake(ELM, NOW, team_id="T2")

    asleep, woken = await only(watches), await only(watches, team="T2")
    assert (asleep.next_look, asleep.hooked, asleep.wakes) == (NOW + HOUR, False, 0)
    assert (woken.next_look, woken.hooked, woken.wakes) == (NOW, True, 1)


async def test_a_webhook_that_called_lately_is_expected_to_call_again(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """A call about any order counts, so a new watch expects the webhook before its own first call."""
    before = await added(watches, watch())
    await due_watches.wake(ELM, NOW)
    after = await added(watches, watch(OAK, next_look=NOW + HOUR))
    a_day_later = await added(watches, watch(OAK, "C2", next_look=NOW + WEBHOOK_EXPECTED_FOR + SECOND))

    assert (before.hooked, after.hooked, a_day_later.hooked) == (False, True, False)
    assert [each.hooked for each in await watches.of_order("T1", OAK)] == [True, False]


async def test_a_webhook_that_is_silent_about_many_is_no_longer_expected(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """Only the newest watches count, and there was no call about them."""
    await added(watches, watch())
    await due_watches.wake(ELM, NOW)
    new = [await added(watches, watch(OAK, f"C{number}")) for number in range(2, MAX_WATCHES_SEARCHED + 3)]

    assert [each.hooked for each in new] == [True] * MAX_WATCHES_SEARCHED + [False]


@pytest.mark.parametrize(("state", "share"), [(State.ENHANCING, 10), (State.GROUPING, 1), (State.WAITING, 1)])
def test_the_first_photo_is_worth_a_check(state: State, share: int) -> None:
    """Before it the card says something else. Afterwards a third of the photos is worth one."""
    tally = Counts(state=state, total=30, done=0, failed=0, waiting=30)

    assert watch(seen=Snapshot(tally=tally, at=NOW)).share == share


# What is due


async def test_an_order_is_due_once_however_many_watch_it(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """One check serves all places of a team. The longest due comes first, and the limit holds."""
    for place, wait in (("C1", 0), ("C2", -30), ("C3", 30)):
        await watches.save(later(await added(watches, watch(ELM, place)), wait * SECOND))
    await watches.save(later(await added(watches, watch(OAK)), -10 * SECOND))

    assert await due_watches.due(NOW, MANY) == [DueOrder("T1", ELM), DueOrder("T1", OAK)]
    assert await due_watches.due(NOW, 1) == [DueOrder("T1", ELM)]
    assert await due_watches.due(NOW - HOUR, MANY) == []


async def test_an_order_with_many_places_delays_no_other(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """The next sweep takes the others, however many places watch the first."""
    for number in range(2 * WATCHES_READ_PER_ORDER):
        await watches.save(later(await added(watches, watch(ELM, f"C{number}")), -30 * SECOND))
    await watches.save(later(await added(watches, watch(OAK)), -10 * SECOND))

    assert await due_watches.due(NOW, 2) == [DueOrder("T1", ELM)]
    await due_watches.claim([DueOrder("T1", ELM)], NOW)
    assert await due_watches.due(NOW, 2) == [DueOrder("T1", OAK)]


async def test_paused_watches_are_due_and_ended_ones_are_not(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """The bot tries a place again that refused a post."""
    await watches.save(later(await added(watches, watch()), timedelta(), condition=Condition.PAUSED))
    await watches.save(ended(await added(watches, watch(OAK)), Ending.QUIET, NOW))

    assert await due_watches.due(NOW, MANY) == [DueOrder("T1", ELM)]


async def test_what_is_claimed_is_not_due(watches: Watches, due_watches: DueWatchesPerTransaction) -> None:
    """A claim lasts until the check is saved, or until it expires because the check was lost."""
    read = await added(watches, watch())
    await due_watches.claim(await due_watches.due(NOW, MANY), NOW)

    assert await due_watches.due(NOW + SECOND, MANY) == []
    assert await due_watches.due(NOW + CLAIMED_FOR, MANY) == []
    assert await due_watches.due(NOW + CLAIMED_FOR + SECOND, MANY) == [DueOrder("T1", ELM)]
    await watches.save(later(read, SECOND))
    assert await due_watches.due(NOW + SECOND, MANY) == [DueOrder("T1", ELM)]


async def test_a_check_reads_which_watches_the_sweep_took_for_it(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """Until the watch is saved."""
    read = await added(watches, watch())
    await due_watches.claim([DueOrder("T1", ELM)], NOW)
    assert (await only(watches)).claimed

    await watches.save(read)
    assert not (await only(watches)).claimed


async def test_a_wake_waits_for_the_running_check(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """No second check runs at the same time. Right after the first, the wake is due."""
    await added(watches, watch())
    read = await only(watches)
    await due_watches.claim(await due_watches.due(NOW, MANY), NOW)
    await due_watches.wake(ELM, NOW + SECOND)

    assert await due_watches.due(NOW + SECOND, MANY) == []
    await watches.save(later(read))
    assert await due_watches.due(NOW + SECOND, MANY) == [DueOrder("T1", ELM)]


async def test_a_watch_that_begins_during_a_check_is_due(
    watches: Watches, due_watches: DueWatchesPerTransaction
) -> None:
    """A claim covers the watches that its check reads, and no later one."""
    await added(watches, watch())
    await due_watches.claim(await due_watches.due(NOW, MANY), NOW)
    await added(watches, watch(ELM, "C2"))

    assert await due_watches.due(NOW + SECOND, MANY) == [DueOrder("T1", ELM)]


@pytest.mark.parametrize("days", [1, 400, -400])
async def test_a_plan_that_is_too_far_away_is_ignored(
    watches: Watches, due_watches: DueWatchesPerTransaction, days: int
) -> None:
    """A plan or claim by a clock that is days wrong counts as due."""
    wrong = NOW + timedelta(days=days)
    await watches.save(await added(watches, watch(next_look=wrong)))
    await due_watches.claim([DueOrder("T1", ELM)], wrong)

    assert await due_watches.due(NOW, MANY) == [DueOrder("T1", ELM)]


async def test_the_longest_plan_is_valid(watches: Watches, due_watches: DueWatchesPerTransaction) -> None:
    """A check may be planned two hours ahead, and not a second more."""
    await watches.save(later(await added(watches, watch()), MAX_TIME_TO_NEXT_CHECK))
    assert await due_watches.due(NOW, MANY) == []

    assert await due_watches.due(NOW - SECOND, MANY) == [DueOrder("T1", ELM)]


# Several at once


async def test_however_many_ask_at_once_a_place_has_one_watch_of_an_order(watches: Watches) -> None:
    """Every caller gets the same watch."""
    found = await asyncio.gather(*(watches.add(watch(), most=MANY) for _ in range(20)))

    assert len({each.id for each in found if each}) == 1
    assert len(found) == 20


async def test_however_many_ask_at_once_a_place_has_its_limit(watches: Watches) -> None:
    """Of twenty orders five are added."""
    orders = [OrderId(f"order-{number}") for number in range(20)]
    found = await asyncio.gather(*(watches.add(watch(order), most=5) for order in orders))

    assert sum(each is not None for each in found) == 5


async def test_two_sweeps_take_no_order_twice(database: Database, watches: Watches) -> None:
    """A sweep that starts during another takes what is left."""
    for number in range(10):
        await added(watches, watch(OrderId(f"order-{number}")))
    due_watches, taken, go_on = DueWatches(database), threading.Event(), threading.Event()

    def slowly(sql: Sql) -> list[DueOrder]:
        due = due_watches.take(sql, NOW, 6)
        taken.set()
        go_on.wait(10)
        return due

    first = asyncio.create_task(database.run(slowly))
    await asyncio.to_thread(taken.wait, 10)
    second = asyncio.create_task(database.run(lambda sql: due_watches.take(sql, NOW, 6)))
    asyncio.get_running_loop().call_later(0.1, go_on.set)

    assert len(await first) == 6
    assert len(set(await first) | set(await second)) == 10
    assert len(await second) == 4


# Deleting


async def test_what_ended_is_kept_for_a_week(database: Database, watches: Watches) -> None:
    """A person finds it on their Home tab for a week. Then it and its watchers are deleted."""
    over = await added(watches, watch(ELM, "C1", "U1", "U2"))
    live = await added(watches, watch(OAK))
    await watches.save(ended(over, Ending.QUIET, NOW))

    await watches.prune(NOW + retention.ENDED_WATCHES)
    assert [each.order for each in await watches.of_person("T1", "U1")] == [ELM, OAK]

    await watches.prune(NOW + retention.ENDED_WATCHES + SECOND)
    assert await watches.of_person("T1", "U1") == [live]
    rows = await database.run(lambda sql: sql.rows("SELECT user_id, watch_id FROM watchers"))
    assert rows == [{"user_id": "U1", "watch_id": live.id}]


async def test_a_row_of_an_older_version_still_reads(database: Database, watches: Watches) -> None:
    """A new field of a watch has a default, and an unknown one is left out, so no update loses a watch."""
    written = await added(watches, watch())
    old = (
        '{"team_id": "T1", "place": "C1", "order": "12-elm", "next_look": "2026-11-23T12:00:00Z",'
        ' "watchers": [{"user_id": "U1", "since": "2026-11-23T12:00:00Z"}], "was_once": "known"}'
    )
    await database.run(lambda sql: sql.do("UPDATE watches SET content = :old", old=old))

    read = await only(watches)
    assert read == replace(written, watchers=(Watcher(user_id="U1", since=NOW),))
    assert read.watchers[0].level is Level.ALL


async def test_watches_survive_the_process(database_url: str) -> None:
    """Another process reads what was written, and takes what is due."""
    settings = FixedSettings(database_url=database_url)
    async with open_database(settings) as database:
        written = await added(Watches(database), watch())
    async with open_database(settings) as database:
        assert await Watches(database).of_order("T1", ELM) == [written]
        assert await DueWatchesPerTransaction(database).due(NOW, MANY) == [DueOrder("T1", ELM)]


# What a channel chose


async def test_a_channel_chooses_for_itself(stores: Stores) -> None:
    """The setting is off until a channel turns it on, and holds for that channel alone."""
    channel_settings = stores.channel_settings
    assert await channel_settings.broadcast("T1", "C1") is False

    await channel_settings.set_broadcast("T1", "C1", on=True)
    assert await channel_settings.broadcast("T1", "C1") is True
    assert await channel_settings.broadcast("T1", "C2") is False
    assert await channel_settings.broadcast("T2", "C1") is False

    await channel_settings.set_broadcast("T1", "C1", on=False)
    assert await channel_settings.broadcast("T1", "C1") is False


@pytest.mark.parametrize("line", CardLine)
async def test_a_line_is_shown_until_a_channel_turns_it_off(stores: Stores, line: CardLine) -> None:
    """In that channel alone, and whatever it chose before about something else."""
    channel_settings = stores.channel_settings
    assert await channel_settings.lines_off("T1", "C1") == set()
    await channel_settings.set_broadcast("T1", "C1", on=True)
    assert await channel_settings.lines_off("T1", "C1") == set()

    await channel_settings.set_line("T1", "C1", line, on=False)
    assert await channel_settings.lines_off("T1", "C1") == {line}
    assert await channel_settings.lines_off("T1", "C2") == set()
    assert await channel_settings.lines_off("T2", "C1") == set()
    assert await channel_settings.broadcast("T1", "C1") is True

    await channel_settings.set_line("T1", "C1", line, on=True)
    assert await channel_settings.lines_off("T1", "C1") == set()


# Speed


class Plans(SqliteDatabase):
    """Runs each statement, and keeps SQLite's query plan of it."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection, path)
        self.plan: list[str] = []
        connection.set_trace_callback(self._traced)
        self._asked: list[str] = []

    def _traced(self, statement: str) -> None:
        if statement.startswith(("SELECT", "UPDATE", "DELETE")):
            self._asked.append(statement)

    async def of(self, asked: Callable[[], Any]) -> list[str]:
        """The plan's steps of every statement that this runs, with its values."""
        self._asked.clear()
        await asked()
        statements = list(self._asked)

        def explain(sql: Sql) -> list[str]:
            rows = [row for each in statements for row in sql.rows(f"EXPLAIN QUERY PLAN {each}")]
            return [row["detail"] for row in rows]

        return await self.run(explain)


async def test_no_statement_reads_all_watches(file: Path) -> None:
    """Each statement of a sweep, a webhook's call or a list has its index."""
    async with Plans.opened(file) as database:
        stores, due_watches = Stores.on(database), DueWatchesPerTransaction(database)
        watched = await added(stores.watches, watch())
        asked: dict[str, Callable[[], Any]] = {
            "due": lambda: due_watches.due(NOW, MANY),
            "wake": lambda: stores.due_watches.wake(ELM, NOW),
            "claim": lambda: due_watches.claim([DueOrder("T1", ELM)], NOW),
            "of_order": lambda: stores.watches.of_order("T1", ELM),
            "at": lambda: stores.watches.at("T1", "C1"),
            "of_person": lambda: stores.watches.of_person("T1", "U1"),
            "save": lambda: stores.watches.save(watched),
            "prune": lambda: stores.watches.prune(NOW),
        }
        plans = {name: await database.of(question) for name, question in asked.items()}

    assert {
        name: [step for step in plan if step.startswith("SCAN watch")] for name, plan in plans.items()
    } == {name: [] for name in asked}
    assert all(any(step.startswith("SEARCH") for step in plan) for plan in plans.values())
    assert sum("watches_due" in step for step in plans["due"]) == 2


@on_postgres
async def test_a_column_of_a_later_version_breaks_nothing(watches: Watches, database_url: str) -> None:
    """During a rolling deploy earlier processes read on, also with what psycopg had prepared."""
    added = await watches.add(watch(), most=MANY)
    for _ in range(10):
        assert await watches.at("T1", "C1") == [added]
    async with open_database(FixedSettings(database_url=database_url)) as migrating:
        await migrating.run(lambda sql: sql.do("ALTER TABLE watches ADD COLUMN later text"))

    for _ in range(10):
        assert await watches.at("T1", "C1") == [added]


@on_postgres
async def test_postgres_finds_what_is_due_by_its_index(watches: Watches, database: Database) -> None:
    """The plan uses the index when all are due, and with statistics of any age."""
    await added(watches, watch())
    copied = "team_id, place, condition, next_look, content"
    many = (
        f"INSERT INTO watches (order_id, {copied}) SELECT 'order-' || n, {copied}"  # noqa: S608 - fixed names
        " FROM watches, generate_series(1, 3000) AS n"
    )
    await database.run(lambda sql: sql.do(many))
    await database.run(lambda sql: sql.do("ANALYZE watches"))
    plan: list[str] = []

    def ask(sql: Sql) -> list[DueOrder]:
        def rows(query: str, /, **values: Value) -> list[Row]:
            plan.extend(row["QUERY PLAN"] for row in sql.rows(f"EXPLAIN {query}", **values))
            return sql.rows(query, **values)

        return DueWatches(database).due(cast("Sql", SimpleNamespace(rows=rows)), NOW, MANY)

    assert len(await database.run(ask)) == MANY
    assert sum("Index Scan using watches_due" in step for step in plan) == 2
    assert not any("Seq Scan" in step for step in plan)
