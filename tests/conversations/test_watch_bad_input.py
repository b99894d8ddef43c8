"""What cannot be watched, and who cannot watch."""

import pytest

from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, DELETED, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import (
    ANA,
    ANA_BEN,
    BEN,
    EDITING,
    GUS,
    OLD_SHOOTS,
    OLGA,
    PARTNERS,
    SHOOTS,
)
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.shoot import Shoot
from tests.support.stored_rows import copy_watch


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("watch", "Which order? Type `/order watch` and its ID or link"),
        ("watch Elm Street", "No order ID in"),
        (f"watch {OAK} and {DELETED}", "You can watch one order at a time"),
        ("unwatch", "Which order?"),
        ("settings loud", "`/order settings broadcast on`"),
    ],
)
async def test_what_is_no_order_is_explained_in_the_ack(slack: SlackSandbox, typed: str, says: str) -> None:
    """The reply to the command explains what an order looks like."""
    exchange = await slack.command(f"/order {typed}")

    assert says in exchange.reply.decode()


async def test_an_unknown_order_is_not_watched(chat: Chat) -> None:
    """The bot posts nothing, and the asker reads what may be wrong."""
    answer = await chat.order("watch 00000000-1111-4222-8333-444444444444")

    assert "I couldn't find order" in answer.plain()
    assert chat.posted() == []


async def test_a_part_of_a_name_is_not_watched(chat: Chat) -> None:
    """It may be an ID, so it is looked up. The answer says how to find the order by its name."""
    answer = await chat.order("watch elm")

    assert "I couldn't find order `elm`. To search by name, type `/order find elm`" in answer.plain()


@pytest.mark.parametrize(
    ("order", "said"),
    [(OAK, "This order has finished"), (DELETED, "This order was deleted")],
    ids=["ready", "deleted"],
)
async def test_a_finished_order_is_shown_and_not_watched(chat: Chat, order: str, said: str) -> None:
    """The card shows the state of an order that needs no watch."""
    answer = await chat.order(f"watch {order}")

    assert said in answer.plain()
    assert "Watch" not in answer.buttons()
    assert chat.posted() == []


async def test_a_place_has_a_limit(chat: Chat, shoot: Shoot, sandbox: Sandbox, clock: Clock) -> None:
    """The order after the hundredth in one channel is refused with what to do. Another channel takes it."""
    await chat.watch(shoot.id)
    others = [f"order-{number}" for number in range(99)]
    await copy_watch(sandbox.settings, others, next_look=clock() + 3000)
    answer = await chat.order(f"watch {BIRCH}")

    assert "100 orders are already being watched here" in answer.plain()
    assert "`/order list`" in answer.plain()
    assert "and 60 more" in (await chat.order("list")).plain()


async def test_outside_the_channel_the_invitation_and_the_direct_message_are_offered(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, clock: Clock
) -> None:
    """The bot promises nothing. One click sends the notices as direct messages instead."""
    answer = await chat.order(f"watch {shoot.id}", channel=EDITING)
    assert "/invite @Order Desk" in answer.plain()
    assert "No orders are being watched here" in (await chat.order("list", channel=EDITING)).plain()
    await slack.click(answer, "Send me updates", user=ANA)
    direct = slack.workspace.dm(ANA, "U0ORDRDESK").id
    card = await chat.until(lambda: next(iter(chat.posted(direct)), None))
    shoot.finish()
    await shoot.later(minutes=1)
    await chat.noticed(card)

    assert "Pine Lodge\n*Ready*" in card.plain()
    assert chat.posted(EDITING) == []


async def test_between_two_people_the_bot_writes_to_the_asker(chat: Chat, shoot: Shoot) -> None:
    """The bot can be in no conversation of two other people."""
    await chat.order(f"watch {shoot.id}", channel=ANA_BEN)
    direct = chat.slack.workspace.dm(ANA, "U0ORDRDESK").id

    assert "Watched by ana" in chat.posted(direct)[0].plain()


async def test_an_archived_channel_cannot_watch(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """The answer says so, and offers a direct message."""
    answer = await chat.order(f"watch {shoot.id}", channel=OLD_SHOOTS)

    assert "archived" in answer.plain()
    assert answer.buttons() == ["Send me updates"]


async def test_nothing_is_watched_in_a_shared_channel(chat: Chat, shoot: Shoot) -> None:
    """A watch is refused in a channel that is shared with another company."""
    answer = await chat.order(f"watch {shoot.id}", channel=PARTNERS)

    assert "shared with another company" in answer.plain()
    assert chat.posted(PARTNERS) == []


async def test_an_outsider_stops_nothing(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """The bot takes the person from what Slack signed, so a person of another company cannot stop a watch."""
    card = await chat.watch(shoot.id)
    slack.workspace.channels[SHOOTS].members.add(OLGA)
    known = {message.ts for message in chat.said(SHOOTS, OLGA)}
    await slack.click(card, "Stop watching", user=OLGA)
    refusal = await chat.new(known, SHOOTS, OLGA)

    assert "only to members of the company" in refusal.plain()
    assert "Stop watching" in card.buttons()


async def test_a_guest_may_watch(chat: Chat, shoot: Shoot) -> None:
    """Guests belong to the team."""
    await chat.order(f"watch {shoot.id}", user=GUS)

    assert "Watched by gus" in chat.posted()[0].plain()


@pytest.mark.parametrize("value", ["", "order:", "order:../../etc", "order:" + "x" * 129, "nonsense"])
async def test_a_forged_button_starts_and_stops_nothing(chat: Chat, shoot: Shoot, value: str) -> None:
    """A block that the bot does not use is explained, and the watch stays."""
    card = await chat.watch(shoot.id)
    card.blocks[-1]["block_id"] = value
    await chat.click(card, "Stop watching", user=BEN)

    await chat.reads("This card is too old to update", viewer=BEN)
    assert "Stop watching" in card.buttons()


async def test_a_forged_place_stops_no_other_persons_watch(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox
) -> None:
    """A button that names another place works only for a person who watches there."""
    card = await chat.watch(shoot.id)
    control = next(each for each in card.controls() if each.label == "Stop watching")
    control.element["value"] = SHOOTS
    await chat.slack.click(card, control, user=BEN)
    await chat.reads("isn't being watched here", viewer=BEN)

    assert "Stop watching" in card.buttons()
