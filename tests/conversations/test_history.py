"""What is remembered of finished orders, and what it tells of others, through the real app."""

from datetime import timedelta
from typing import Any

import pytest

from bot.bootstrap.app import App
from bot.orders.history import ONLY_ACCOUNT, OrderSeen
from bot.orders.ids import OrderId
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK
from bot.sandbox.slack.sample_workspace import TEAM
from bot.storage.database.base import Database
from bot.storage.history import History
from tests.conversations.test_forecasts import OF, goes_on, said
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.shoot import Shoot
from tests.support.waiting import until_idle


async def rows(database: Database, order: str) -> list[dict[str, Any]]:
    found = await database.once("SELECT * FROM orders_seen WHERE order_id = :order", order=OrderId(order))
    return [dict(row) for row in found]


async def has_history(database: Database, clock: Clock, *, orders: int = 5, seconds: float = 20) -> None:
    """So many orders took about so long for each photo."""
    for number in range(orders):
        took = timedelta(seconds=29 * (seconds + number % 3))
        seen = OrderSeen(
            seen=clock.now(), photos=30, failed=0, downloaded=0, began=clock.now() - took, done=clock.now()
        )
        await History(database).ended(TEAM, OrderId(f"earlier-{number}"), seen)


@pytest.mark.both
async def test_the_end_of_a_watched_order_is_remembered(
    chat: Chat, clock: Clock, shoot: Shoot, database: Database
) -> None:
    """Its counts, when its first photo was seen, when it ended, and the first range that the card said."""
    shoot.is_now(of=OF)
    card = await chat.watch(shoot.id)
    first, began = None, clock()
    for done in range(3, 31, 3):
        await goes_on(shoot, chat, done, done)
        first = first or said(card)
        began = clock() if done == 3 else began
    shoot.is_now(OF - 2, 2, of=OF)
    await shoot.later(seconds=72)
    await chat.noticed(card)

    [row] = await rows(database, shoot.id)
    assert first
    assert (row["early_at"], row["late_at"]) == first
    assert (row["photos"], row["failed"], row["account"]) == (OF, 2, ONLY_ACCOUNT)
    assert abs(row["began_at"] - began) < 10
    assert abs(row["done_at"] - clock()) < 80
    assert row["seen_at"] >= row["done_at"]


@pytest.mark.both
async def test_a_look_at_a_finished_order_is_remembered(
    chat: Chat, app: App, autoenhance: AutoenhanceSandbox, database: Database
) -> None:
    """With what was downloaded by then. An order that goes on is not."""
    await chat.order(OAK)
    await chat.order(BIRCH)
    await until_idle(app)

    [row] = await rows(database, OAK)
    assert (row["photos"], row["downloaded"], row["done_at"]) == (18, 12, None)
    assert await rows(database, BIRCH) == []


async def test_a_look_after_the_end_keeps_what_the_watch_saw(
    chat: Chat, app: App, shoot: Shoot, database: Database
) -> None:
    """Only the counts change."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    await shoot.later(minutes=2)
    await chat.noticed(card)
    await until_idle(app)
    [end] = await rows(database, shoot.id)
    assert end["done_at"]

    await chat.order(shoot.id)
    await until_idle(app)
    [row] = await rows(database, shoot.id)
    assert row == end | {"seen_at": row["seen_at"], "created_at": row["created_at"]}


@pytest.mark.both
async def test_earlier_orders_tell_when_an_unwatched_one_ends(
    chat: Chat, clock: Clock, shoot: Shoot, database: Database
) -> None:
    """Where their pace is much the same, and there are five of them."""
    shoot.is_now(of=OF)
    assert "at the usual pace" not in (await chat.order(shoot.id)).text
    await has_history(database, clock, orders=4)
    assert "at the usual pace" not in (await chat.order(shoot.id)).text
    await has_history(database, clock)

    card = await chat.order(shoot.id)
    assert "About <!date^" in card.text
    assert "at the usual pace." in card.text
    assert "at the usual pace." in card.plain()
    await chat.order("settings forecast off")
    assert "pace" not in (await chat.order(shoot.id)).text


async def test_a_shared_card_says_it_too(chat: Chat, clock: Clock, shoot: Shoot, database: Database) -> None:
    """To everyone there."""
    await has_history(database, clock)
    shoot.is_now(of=OF)
    await chat.click(await chat.order(shoot.id), "Share in channel")
    assert "at the usual pace." in (await chat.reads("Shared by")).text


async def test_an_answer_does_not_wait_for_the_history(
    chat: Chat, clock: Clock, app: App, database: Database
) -> None:
    """The table may be locked or missing: the card is there, and nothing is said of it."""
    await until_idle(app)
    await database.run(lambda sql: sql.do("ALTER TABLE orders_seen RENAME TO elsewhere"))
    card = await chat.order(OAK)
    assert "18 of 18 done" in card.plain()
    await until_idle(app)
    assert len(chat.said()) == 1
