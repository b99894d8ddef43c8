"""When a watched order will be done, on its card, through the real app."""

import re
from functools import partial

import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import photos
from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.slack.workspace import Message
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.shoot import Shoot

LINE = re.compile(
    r"About <!date\^(\d+)\^\{time\}\|[^>]* UTC> to <!date\^(\d+)\^\{time\}\|[^>]* UTC> at this pace\."
)
OF = 60


def said(card: Message) -> tuple[int, int] | None:
    """The range on the card, in seconds since 1970. The card and its text say the same."""
    drawn = " ".join(block["text"]["text"] for block in card.blocks if block["type"] == "section")
    found, spoken = LINE.search(drawn), LINE.search(card.text)
    assert (found and found.groups()) == (spoken and spoken.groups())
    return (int(found[1]), int(found[2])) if found else None


def is_posted(chat: Chat, words: str) -> bool:
    return any(words in each.text for each in chat.posted())


async def goes_on(shoot: Shoot, chat: Chat, begins: int, ends: int) -> None:
    """Three more photos at each check, with 72 seconds between them."""
    for done in range(begins, ends + 1, 3):
        shoot.is_now(done, of=OF)
        await shoot.later(seconds=72)
        words = f"{done} of {OF} done"
        await chat.until(partial(is_posted, chat, words))


@pytest.fixture
async def card(shoot: Shoot, chat: Chat) -> Message:
    """The card of a watched order, of which half is done at a steady pace."""
    shoot.is_now(of=OF)
    card = await chat.watch(shoot.id)
    await goes_on(shoot, chat, 3, 30)
    return card


@pytest.mark.both
async def test_a_watched_card_says_when_it_will_be_done(
    card: Message, chat: Chat, clock: Clock, shoot: Shoot
) -> None:
    """Not before it has seen the pace, and not when it is done."""
    ends = clock() + 30 * 24
    range_ = said(card)
    assert range_
    assert range_[0] < ends < range_[1]
    assert range_[1] - range_[0] <= (ends - clock()) / 2 + 60

    shoot.is_now(OF, of=OF)
    await shoot.later(seconds=72)
    await chat.noticed(card)
    assert "60 of 60 done" in card.plain()
    assert said(card) is None


async def test_a_card_says_nothing_before_it_has_seen_the_pace(shoot: Shoot, chat: Chat) -> None:
    """Nor while brackets are grouped."""
    shoot.is_now(is_merging=True, images=[], total_images=0)
    card = await chat.watch(shoot.id)
    assert said(card) is None
    await goes_on(shoot, chat, 3, 9)
    assert said(card) is None


@pytest.mark.parametrize(
    ("now", "moved"),
    [((33, OF + 1), 72), ((29, OF), 72), ((33, OF), 90_000)],
    ids=["photos are added", "a failed photo is enhanced again", "the clock jumps"],
)
async def test_a_pace_that_cannot_be_known_is_not_told(
    card: Message, chat: Chat, shoot: Shoot, now: tuple[int, int], moved: int
) -> None:
    """The card goes on without the line."""
    assert said(card)
    done, of = now
    shoot.is_now(done, of=of)
    await shoot.later(seconds=moved)
    await chat.reads(f"{done} of {of} done")
    assert said(card) is None


async def test_a_clock_that_goes_back_tells_no_pace(
    card: Message, chat: Chat, clock: Clock, shoot: Shoot
) -> None:
    """A click on Re-check draws the card without the line."""
    clock.turn(hours=-1)
    shoot.is_now(33, of=OF)
    await chat.click(card, "Re-check")
    await chat.reads("33 of 60 done")
    assert said(card) is None


async def test_an_order_that_stands_still_says_nothing(card: Message, chat: Chat, shoot: Shoot) -> None:
    """Its stall is told, and the card has no line then."""
    for _ in range(14):
        await shoot.later(minutes=6)
    await chat.noticed(card)
    assert said(card) is None


async def test_photos_without_a_status_say_nothing(
    card: Message, chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox
) -> None:
    """Nobody knows then how many are done."""
    shoot.is_now(is_processing=True, images=photos(shoot.id, (OF, {"status": None})), total_images=OF)
    await shoot.later(seconds=72)
    await chat.until(lambda: "30 of 60" not in card.plain())
    assert said(card) is None


@pytest.mark.both
async def test_a_channel_can_turn_it_off(card: Message, chat: Chat, shoot: Shoot) -> None:
    """On its watched cards too, from the next check on. The pace is still learned."""
    assert "*Say when an order will be done:* On" in (await chat.order("settings")).plain()
    assert "Off" in (await chat.order("settings forecast off")).plain()
    await goes_on(shoot, chat, 33, 36)
    assert said(card) is None
    assert said(await chat.order(shoot.id)) is None

    await chat.order("settings forecast on")
    await goes_on(shoot, chat, 39, 39)
    assert said(card)


async def test_who_looks_up_a_watched_order_reads_it(
    card: Message, chat: Chat, clock: Clock, shoot: Shoot
) -> None:
    """From the watch's pace, with what is done by now."""
    clock.turn(seconds=48)
    shoot.is_now(32, of=OF)
    looked_up = await chat.order(shoot.id)
    assert "32 of 60 done" in looked_up.plain()
    assert said(looked_up)
    assert said(await chat.order(OAK)) is None


async def test_it_makes_no_request_more(card: Message, autoenhance: AutoenhanceSandbox, shoot: Shoot) -> None:
    """One for each check, and one each when the watch began."""
    asked = [each for each in autoenhance.requests if shoot.id in each.path and not each.of_brackets]
    assert len(asked) == 1 + 10
