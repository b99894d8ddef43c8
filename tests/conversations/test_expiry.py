"""What a card says of photos that are not downloaded yet, through the real app."""

from datetime import UTC, datetime
from typing import Any

import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import photos, stamp
from bot.sandbox.autoenhance.sample_orders import EXPIRED, MILL, OAK, SILENT
from bot.sandbox.failures import ApiFailure
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.shoot import Shoot

DAY = 86400.0
PAID = {"downloaded": True}


def in_days(clock: Clock, days: float) -> str:
    """The day as a card says it, where Slack cannot format it."""
    at = datetime.fromtimestamp(clock() + days * DAY, UTC)
    return f"about {at.day} {at:%b %Y}."


async def test_a_card_says_what_is_not_downloaded(chat: Chat, clock: Clock) -> None:
    """In the card, and in the text that phones and screen readers read. The count of downloads stays."""
    card = await chat.order(OAK)

    line = f"6 photos not downloaded yet. Autoenhance may delete them {in_days(clock, 30 - 2 / 24)}"
    assert line in card.plain()
    assert "6 photos not downloaded yet. Autoenhance may delete them about <!date^" in card.text
    assert "12 downloaded" in card.plain()


async def test_nothing_is_said_where_nothing_is_left(chat: Chat, shoot: Shoot) -> None:
    """All are downloaded, or expired. That they expired is said once, as before."""
    shoot.is_now(images=photos(shoot.id, (10, PAID)), is_processing=False)
    assert "not downloaded" not in (await chat.order(shoot.id)).plain()

    card = await chat.order(EXPIRED)
    assert "not downloaded" not in card.plain()
    assert card.plain().count("20 expired") == 1


@pytest.mark.parametrize("order", [MILL, SILENT], ids=["no photos", "photos without a status"])
async def test_nothing_is_said_of_photos_that_nobody_calls_done(chat: Chat, order: str) -> None:
    """Autoenhance doesn't say that there is something to download."""
    assert "not downloaded" not in (await chat.order(order)).plain()


async def test_nothing_is_said_while_photos_come(chat: Chat, shoot: Shoot) -> None:
    """Photos that are done are not late yet."""
    shoot.is_now(9)
    assert "not downloaded" not in (await chat.order(shoot.id)).plain()


@pytest.mark.parametrize("age", [-3, 45, None], ids=["in the future", "older than the limit", "none"])
async def test_a_day_that_cannot_be_right_is_not_said(chat: Chat, shoot: Shoot, age: float | None) -> None:
    """The number of photos is."""
    clock = Clock()
    shoot.is_now(10, created_at=None if age is None else stamp(clock() - age * DAY))
    card = await chat.order(shoot.id)

    assert "10 photos not downloaded yet. Autoenhance may delete them after a while." in card.plain()


async def test_photos_that_are_not_listed_are_not_claimed(chat: Chat, shoot: Shoot) -> None:
    """Autoenhance announces more than it lists."""
    shoot.is_now(10, total_images=12)

    assert "10 photos not downloaded yet." in (await chat.order(shoot.id)).plain()


async def test_a_direct_message_has_the_line(chat: Chat) -> None:
    """And its own setting."""
    await chat.slack.say(OAK, channel=ANA_BOT)
    await chat.reads("6 photos not downloaded yet.", channel=ANA_BOT)

    await chat.order("settings expiry off", channel=ANA_BOT)
    assert "not downloaded" not in (await chat.order(OAK, channel=ANA_BOT)).plain()
    assert "6 photos not downloaded yet." in (await chat.order(OAK)).plain()


@pytest.mark.parametrize("place", ["channel", "direct message"])
async def test_the_card_of_a_watch_has_it_after_the_end(chat: Chat, shoot: Shoot, place: str) -> None:
    """From the end on, and with the photos that are left when the watch ends."""
    where: dict[str, Any] = {"channel": ANA_BOT} if place == "direct message" else {}
    card = await chat.watch(shoot.id, **where)
    assert "not downloaded" not in card.plain()

    shoot.finish()
    await shoot.later(minutes=2)
    await chat.noticed(card)
    assert "10 photos not downloaded yet." in card.plain()

    shoot.is_now(images=photos(shoot.id, (7, PAID), (3, {})), is_processing=False)
    while "No longer watching" not in card.plain():
        await shoot.later(minutes=6)
    assert "3 photos not downloaded yet." in card.plain()
    assert len(chat.thread(card)) == 1


@pytest.mark.both
async def test_a_channel_can_turn_it_off(chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox) -> None:
    """On look-ups, shared cards and the cards of watches, also where nothing else could be left out."""
    autoenhance.brackets_failure = ApiFailure("404")
    assert "downloaded yet:* On" in (await chat.order("settings")).plain()
    assert "downloaded yet:* Off" in (await chat.order("settings expiry off")).plain()
    looked_up = await chat.order(OAK)
    assert "not downloaded" not in looked_up.plain()
    assert "12 downloaded" in looked_up.plain()
    await chat.click(looked_up, "Share in channel")
    assert "not downloaded" not in (await chat.reads("Shared by")).plain()

    card = await chat.watch(shoot.id)
    shoot.finish()
    await shoot.later(minutes=2)
    await chat.noticed(card)
    assert "not downloaded" not in card.plain()

    assert "downloaded yet:* On" in (await chat.order("settings expiry on", user=ANA)).plain()
    assert "6 photos not downloaded yet." in (await chat.order(OAK)).plain()
