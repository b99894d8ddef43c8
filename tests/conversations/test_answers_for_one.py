"""Where an answer for one person is seen: in a thread only where somebody has replied already."""

import pytest

from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import BEN, BOT, SHOOTS
from bot.sandbox.slack.workspace import Message
from bot.slack.constants import CHECK_ORDERS_HERE
from tests.support.chat import Chat
from tests.support.shoot import Shoot

MENTION = "@order_desk"


async def shared(chat: Chat, order: str = BIRCH) -> Message:
    """A card that everybody in the channel sees."""
    await chat.click(await chat.order(order), "Share in channel")
    return await chat.reads("Shared by", viewer=BEN)


@pytest.mark.parametrize("replies", [0, 1])
async def test_a_click_on_a_card_in_the_channel_is_answered_in_the_channel(
    chat: Chat, slack: SlackSandbox, replies: int
) -> None:
    """Also when the card has a thread: there, the answer would be behind "1 reply"."""
    card = await shared(chat)
    for _ in range(replies):
        await slack.say("Looks good", user=BEN, thread_ts=card.ts)

    await chat.click(card, "Show order ID", user=BEN)

    answer = await chat.reads(BIRCH, viewer=BEN)
    assert (answer.ephemeral_to, answer.thread_ts) == (BEN, None)


async def test_a_click_in_a_thread_is_answered_there(chat: Chat, slack: SlackSandbox) -> None:
    """The card is itself a reply, so the thread is active."""
    root = slack.messages()[0]
    await slack.say(f"{MENTION} {BIRCH}", thread_ts=root.ts)
    card = await chat.noticed(root)

    await chat.click(card, "Show order ID")

    assert (await chat.reads(BIRCH)).thread_ts == root.ts


async def test_a_shortcut_on_a_message_with_replies_is_answered_in_the_channel(
    chat: Chat, slack: SlackSandbox
) -> None:
    """The message is read in the channel."""
    root = slack.workspace.post(SHOOTS, BEN, f"Is {OAK} done?")
    await slack.say("I think so", thread_ts=root.ts)

    await slack.message_shortcut(CHECK_ORDERS_HERE, root)

    assert (await chat.reads("Oak Terrace")).thread_ts is None


@pytest.mark.parametrize("replies", [0, 1])
async def test_a_re_check_that_others_may_not_see_is_answered_beside_the_card(
    chat: Chat, slack: SlackSandbox, replies: int
) -> None:
    """The card stays, and who clicked reads the answer in the channel, also when the card has a thread."""
    card = await shared(chat)
    for _ in range(replies):
        await slack.say("Looks good", user=BEN, thread_ts=card.ts)
    known = {each.ts for each in chat.said(viewer=BEN)}
    slack.fail("conversations.info", error="ratelimited", times=None)

    await chat.click(card, "Re-check", user=BEN)

    answer = await chat.new(known, viewer=BEN)
    assert "Birch Avenue" in answer.plain()
    assert (answer.ephemeral_to, answer.thread_ts) == (BEN, None)


async def test_a_re_check_in_a_thread_that_others_may_not_see_is_answered_there(
    chat: Chat, slack: SlackSandbox
) -> None:
    """The card is itself a reply, and who clicked reads the answer below it."""
    root = slack.messages()[0]
    await slack.say(f"{MENTION} {BIRCH}", thread_ts=root.ts)
    card = await chat.noticed(root)
    known = {each.ts for each in chat.said(viewer=BEN)}
    slack.fail("conversations.info", error="ratelimited", times=None)

    await chat.click(card, "Re-check", user=BEN)

    answer = await chat.new(known, viewer=BEN)
    assert (answer.ephemeral_to, answer.thread_ts) == (BEN, root.ts)


async def test_a_refused_mention_is_seen_by_who_wrote_it(chat: Chat, slack: SlackSandbox) -> None:
    """Nobody has replied to the mention yet, so its thread would show nothing."""
    slack.share(SHOOTS)
    await slack.say(f"{MENTION} {OAK}")
    assert (await chat.reads("shared with another company")).thread_ts is None


async def test_a_refused_mention_in_a_thread_is_seen_there(chat: Chat, slack: SlackSandbox) -> None:
    """The mention is itself a reply."""
    slack.share(SHOOTS)
    root = slack.messages()[0]
    await slack.say(f"{MENTION} {OAK}", thread_ts=root.ts)
    assert (await chat.reads("shared with another company")).thread_ts == root.ts


async def test_who_stops_a_watch_reads_it(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """On the card in the channel, and on a notice in its thread."""
    card = await chat.watch(shoot.id)
    shoot.is_now(3, 1)
    await shoot.later(seconds=30)
    notice = await chat.noticed(card)

    await chat.click(notice, "I'm on it", user=BEN)
    assert (await chat.reads("You're on it", viewer=BEN)).thread_ts == card.ts

    await chat.click(card, "Stop watching")
    assert (await chat.reads("Stopped watching")).thread_ts is None


async def test_every_answer_for_one_person_is_seen(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """All that the menu of a watched card answers, with an empty thread and with replies in it."""
    card = await chat.watch(shoot.id)
    for _ in range(2):
        for label in ("Mention me too", "Show order ID"):
            known = {each.ts for each in chat.said(viewer=BEN)}
            await chat.click(card, label, user=BEN)
            answer = await chat.new(known, viewer=BEN)
            assert answer.ephemeral_to == BEN
        await slack.say("Looks good", thread_ts=card.ts)
    assert not [each for each in slack.messages() if each.user == BOT and each.lost]
