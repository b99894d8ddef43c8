"""The finished orders that were seen."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bot.orders.forecast import Forecast
from bot.orders.history import ONLY_ACCOUNT, OrderSeen, Outcome
from bot.orders.ids import OrderId
from bot.storage import retention
from bot.storage.database.base import Database, Row
from bot.storage.history import MAX_PACES, History

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
ELM, MINUTE = OrderId("12-elm"), timedelta(minutes=1)
LOOK = OrderSeen(seen=NOW, photos=30, failed=1, downloaded=0, created=NOW - 20 * MINUTE)
SHOWN = Forecast(early=NOW - 2 * MINUTE, late=NOW + 2 * MINUTE)
END = replace(LOOK, began=NOW - 10 * MINUTE, done=NOW, shown=SHOWN)


async def row(database: Database, order: OrderId = ELM) -> Row:
    [found] = await database.once("SELECT * FROM orders_seen WHERE order_id = :order", order=order)
    return found


async def test_an_end_is_kept_whole(database: Database) -> None:
    """All that the watch saw."""
    assert await History(database).ended("T1", ELM, END)

    at = NOW.timestamp()
    assert dict(await row(database)) == {
        "team_id": "T1",
        "order_id": "12-elm",
        "account": ONLY_ACCOUNT,
        "created_at": at - 1200,
        "began_at": at - 600,
        "done_at": at,
        "photos": 30,
        "failed": 1,
        "downloaded": 0,
        "early_at": at - 120,
        "late_at": at + 120,
        "seen_at": at,
    }


async def test_a_later_look_changes_the_counts_alone(database: Database) -> None:
    """What is known of the end stays."""
    history = History(database)
    await history.ended("T1", ELM, END)
    end = dict(await row(database))
    await history.looked("T1", ELM, replace(LOOK, seen=NOW + MINUTE, downloaded=12, created=None))

    changed = {"downloaded": 12, "seen_at": end["seen_at"] + 60}
    assert dict(await row(database)) == end | changed
    await history.looked("T1", ELM, replace(LOOK, seen=NOW + MINUTE / 2, downloaded=3))
    assert (await row(database))["downloaded"] == 12


async def test_an_end_after_a_look_adds_what_the_watch_saw(database: Database) -> None:
    """A person may look first."""
    history = History(database)
    await history.looked("T1", ELM, LOOK)
    assert (await row(database))["done_at"] is None

    assert await history.ended("T1", ELM, END)
    assert (await row(database))["early_at"] == SHOWN.early.timestamp()


async def test_the_first_end_stays(database: Database) -> None:
    """Also when a check is repeated, or another place sees it later. A forecast that was missing is added."""
    history = History(database)
    assert await history.ended("T1", ELM, replace(END, shown=None))
    later = replace(END, done=NOW + MINUTE, seen=NOW + MINUTE)
    assert await history.ended("T1", ELM, later)
    assert not await history.ended("T1", ELM, later)
    assert not await history.ended("T1", ELM, replace(END, shown=None))

    known = await row(database)
    assert (known["done_at"], known["late_at"]) == (NOW.timestamp(), SHOWN.late.timestamp())


@pytest.mark.parametrize(
    ("done", "outcome"),
    [
        (NOW - 3 * MINUTE, Outcome.EARLY),
        (SHOWN.early, Outcome.INSIDE),
        (SHOWN.late, Outcome.INSIDE),
        (NOW + 3 * MINUTE, Outcome.LATE),
    ],
)
async def test_forecasts_are_counted(database: Database, done: datetime, outcome: Outcome) -> None:
    """As the order itself says it. An order without a forecast, or without an end, is not counted."""
    history, ended = History(database), replace(END, done=done)
    await history.ended("T1", ELM, ended)
    await history.ended("T1", OrderId("no-forecast"), replace(END, shown=None))
    await history.looked("T1", OrderId("no-end"), LOOK)

    assert await history.outcomes() == {outcome: 1}
    assert ended.outcome is outcome


async def test_the_pace_is_that_of_the_newest_orders(database: Database) -> None:
    """Of this team and account, and only where the first photo was seen."""
    history = History(database)
    for number in range(MAX_PACES + 5):
        took = timedelta(seconds=29 * (5 if number < 5 else 20 + number % 2))
        seen = NOW + number * MINUTE
        await history.ended(
            "T1", OrderId(f"order-{number}"), replace(END, began=seen - took, done=seen, seen=seen)
        )
    await history.ended("T1", OrderId("began-before"), replace(END, began=None))
    await history.ended("T1", OrderId("one-photo"), replace(END, photos=1))
    await history.ended("T1", OrderId("other"), replace(END, account="other"))
    await history.looked("T1", OrderId("looked-at"), LOOK)
    await history.ended("T2", OrderId("theirs"), END)

    assert await history.paces("T1", ONLY_ACCOUNT) == [20.0] * 25 + [21.0] * 25
    assert len(await history.paces("T2", ONLY_ACCOUNT)) == 1


async def test_old_orders_are_deleted(database: Database) -> None:
    """After 400 days without a look, as docs/privacy.md says."""
    history = History(database)
    await history.looked("T1", ELM, LOOK)
    await history.prune(NOW + timedelta(days=399))
    assert await row(database)

    await history.prune(NOW + retention.ORDERS_SEEN + MINUTE)
    assert timedelta(days=400) == retention.ORDERS_SEEN
    assert await database.once("SELECT * FROM orders_seen") == []
