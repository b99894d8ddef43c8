"""I'm on it: who takes care of an order that failed or stalled, as everybody in the channel sees it."""

import asyncio

import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BEN, OLGA, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.support.chat import Chat
from tests.support.shoot import Shoot

ON_IT = "I'm on it"


async def failing(chat: Chat, shoot: Shoot, channel: str = SHOOTS) -> tuple[Message, Message]:
    """The card of a watched order, and the notice of its first failed photo."""
    card = await chat.watch(shoot.id, channel=channel)
    shoot.is_now(3, 1)
    await shoot.later(seconds=30)
    return card, await chat.noticed(card)


@pytest.mark.both
async def test_who_is_on_it_is_said_in_the_thread_and_on_the_card(chat: Chat, shoot: Shoot) -> None:
    """The notice is edited and no message is added. The person reads how to undo it."""
    card, notice = await failing(chat, shoot)
    before = notice.text
    await chat.click(notice, ON_IT, user=BEN)

    await chat.until(lambda: "Ben is on it" in card.plain())
    await chat.until(lambda: "Ben said “I'm on it”" in notice.plain())
    assert notice.text.startswith(before)
    assert "Ben said “I'm on it”" in notice.text
    assert "You're on it: *Pine Lodge*." in (await chat.reads("You're on it", viewer=BEN)).text
    assert len(chat.thread(card)) == 1


async def test_somebody_else_takes_it_over_and_gives_it_back(chat: Chat, shoot: Shoot) -> None:
    """A second person's click makes it theirs. Their next click leaves it to nobody."""
    card, notice = await failing(chat, shoot)
    await chat.click(notice, ON_IT, user=BEN)
    await chat.until(lambda: "Ben said “I'm on it”" in notice.plain())
    await chat.click(notice, ON_IT)
    await chat.until(lambda: "Ana is on it" in card.plain())
    await chat.until(lambda: "Ana said “I'm on it”" in notice.plain())
    assert "You took over from ben." in (await chat.reads("You're on it")).text
    assert "ben" not in notice.plain()

    await chat.click(notice, ON_IT)
    await chat.until(lambda: "is on it" not in card.plain())
    await chat.until(lambda: "said “I'm on it”" not in notice.plain())
    assert "said “I'm on it”" not in notice.text
    assert ON_IT in notice.buttons()


async def test_an_order_that_stalled_has_it_too(chat: Chat, shoot: Shoot) -> None:
    """The list says who is on it."""
    shoot.is_now(2)
    card = await chat.watch(shoot.id)
    while not chat.thread(card):
        await shoot.later(minutes=6)
    await chat.click(chat.thread(card)[0], ON_IT, user=BEN)
    await chat.until(lambda: "Ben is on it" in card.plain())

    assert "Enhancing · 2 of 10 done · Ben is on it" in (await chat.order("list")).plain()


@pytest.mark.both
async def test_it_is_withdrawn_when_the_order_is_finished(chat: Chat, shoot: Shoot) -> None:
    """Nobody has to click: the notice loses its buttons and its next step, and the card its claim."""
    card, notice = await failing(chat, shoot)
    await chat.click(notice, ON_IT, user=BEN)
    await chat.until(lambda: "Ben is on it" in card.plain())
    shoot.finish(failures=1)
    await shoot.later(minutes=2)

    last = await chat.noticed(card, 2)
    await chat.until(lambda: notice.buttons() == ["Open"])
    assert last.buttons() == ["Open"]
    assert "1 photo failed in *Pine Lodge*. 3 of 10 done." in notice.text
    assert "Ben said “I'm on it”" in notice.plain()
    assert "Ben said “I'm on it”" in notice.text
    assert "still processing" not in notice.plain()
    assert "is on it" not in card.plain()
    assert len(chat.thread(card)) == 2


async def test_every_notice_loses_its_button(chat: Chat, shoot: Shoot) -> None:
    """That of a failure and that of a stall, also where nobody took it on or gave it back."""
    card, failure = await failing(chat, shoot)
    await chat.click(failure, ON_IT, user=BEN)
    await chat.until(lambda: "Ben said “I'm on it”" in failure.plain())
    await chat.click(failure, ON_IT, user=BEN)
    await chat.until(lambda: "said “I'm on it”" not in failure.plain())
    while len(chat.thread(card)) == 1:
        await shoot.later(minutes=6)
    stall = chat.thread(card)[1]
    assert ON_IT in stall.buttons()
    shoot.finish()
    await shoot.later(minutes=10)

    await chat.until(lambda: [each.buttons() for each in (failure, stall)] == [["Open"]] * 2)
    assert "said “I'm on it”" not in failure.plain() + stall.plain()


@pytest.mark.parametrize("how", ["stopped", "deleted"])
async def test_it_is_withdrawn_when_the_watch_ends(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox, how: str
) -> None:
    """Nobody would see on the card who is on it."""
    card, notice = await failing(chat, shoot)
    if how == "stopped":
        await chat.click(card, "Stop watching")
    else:
        shoot.is_now(3, 1, is_deleted=True)
        await shoot.later(minutes=2)

    await chat.until(lambda: notice.buttons() == ["Open"])


async def test_a_notice_that_slack_does_not_edit_is_edited_later(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The end is told once all the same."""
    card, notice = await failing(chat, shoot)
    shoot.finish()
    gate = slack.hold("chat.update", accepted=True)  # the card's
    later = asyncio.create_task(shoot.later(minutes=2))
    await gate.reached.wait()
    slack.fail("chat.update", error="ratelimited")  # the notice's
    gate.open()
    await later
    await chat.noticed(card, 2)
    assert ON_IT in notice.buttons()
    await shoot.later(minutes=1)

    await chat.until(lambda: notice.buttons() == ["Open"])
    assert len(chat.thread(card)) == 2


async def test_a_click_that_comes_late(chat: Chat, shoot: Shoot) -> None:
    """A client that still shows the button is told that the order is finished."""
    card, notice = await failing(chat, shoot)
    still_shown = notice.blocks
    shoot.finish(failures=1)
    await shoot.later(minutes=2)
    await chat.noticed(card, 2)
    await chat.until(lambda: ON_IT not in notice.buttons())

    notice.blocks = still_shown
    await chat.click(notice, ON_IT, user=BEN)
    await chat.reads("nobody needs to be on it", viewer=BEN)
    assert notice.buttons() == ["Open"]
    assert "is on it" not in card.plain()


async def test_an_outsider_is_not_on_it(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """A person of another company is refused, and nothing changes."""
    card, notice = await failing(chat, shoot)
    slack.workspace.channels[SHOOTS].members.add(OLGA)
    known = {message.ts for message in chat.said(SHOOTS, OLGA)}
    before = notice.plain()
    await chat.click(notice, ON_IT, user=OLGA)
    refusal = await chat.new(known, SHOOTS, OLGA)

    assert "Pine Lodge" not in refusal.plain()
    await shoot.later(minutes=1)
    assert "is on it" not in card.plain()
    assert notice.plain() == before


async def test_nobody_is_on_it_in_a_channel_that_is_shared_now(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The click is refused, also a colleague's: others would see the edit."""
    _, notice = await failing(chat, shoot)
    before = notice.plain()
    slack.share(SHOOTS)
    known = {message.ts for message in chat.said(SHOOTS, BEN)}
    await chat.click(notice, ON_IT, user=BEN)
    await chat.new(known, SHOOTS, BEN)

    assert notice.plain() == before


async def test_it_works_in_the_direct_message(chat: Chat, shoot: Shoot) -> None:
    """The watch of a direct message is the person's own."""
    card, notice = await failing(chat, shoot, ANA_BOT)
    await chat.click(notice, ON_IT)

    await chat.until(lambda: "Ana is on it" in card.plain())


async def test_a_repeated_delivery_is_one_click(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """The same click twice does not give back what it took."""
    card, notice = await failing(chat, shoot)
    exchange = await slack.click(notice, ON_IT, user=ANA)
    await chat.until(lambda: "Ana is on it" in card.plain())
    await slack.redeliver(exchange, attempt=1, reason="http_timeout")
    await shoot.later(minutes=1)

    assert "Ana is on it" in card.plain()
