"""A watch by a time says what its forecast means for that time, through the real app."""

from datetime import UTC, datetime

import pytest

from bot.sandbox.slack.workspace import Message
from tests.conversations.test_forecasts import OF, goes_on
from tests.support.chat import Chat
from tests.support.clock import Clock, StandingClock
from tests.support.shoot import Shoot


@pytest.fixture
def clock() -> Clock:
    """15:30 in UTC, which is 16:30 in Berlin."""
    return StandingClock(datetime(2026, 11, 26, 15, 30, tzinfo=UTC))


async def wanted_by(chat: Chat, shoot: Shoot, time: str) -> Message:
    """Ana watches by this time. Half is done at 15:42, and the rest takes twelve minutes more."""
    shoot.is_now(of=OF)
    await chat.click(await chat.order(f"watch {shoot.id} by {time}"), "Berlin")
    card = await chat.until(lambda: next(iter(chat.posted()), None))
    await goes_on(shoot, chat, 3, 30)
    return card


async def test_late_is_posted_once(chat: Chat, shoot: Shoot) -> None:
    """The card has the time beside the forecast, and the end says by how much."""
    card = await wanted_by(chat, shoot, "4:49pm")
    late = await chat.noticed(card)
    assert "*Pine Lodge* may not be ready by 26 Nov 15:49 UTC." in late.plain()
    assert "at this pace. Due by 26 Nov 15:49 UTC." in card.plain()

    shoot.is_now(OF, of=OF)
    await shoot.later(seconds=72)
    end = await chat.noticed(card, 2)
    assert "before 26 Nov 15:49 UTC." in end.plain()
    assert chat.thread(card) == [late, end]


async def test_an_order_in_time_has_no_notice(chat: Chat, shoot: Shoot) -> None:
    """Until its end."""
    card = await wanted_by(chat, shoot, "5:30pm")
    assert chat.thread(card) == []


async def test_a_channel_without_forecasts_is_told_all_the_same(chat: Chat, shoot: Shoot) -> None:
    """A person asked for it."""
    await chat.order("settings forecast off")
    card = await wanted_by(chat, shoot, "4:49pm")
    assert "may not be ready by" in (await chat.noticed(card)).plain()
    assert "at this pace" not in card.plain()
