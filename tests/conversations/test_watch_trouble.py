"""Slack and Autoenhance having a bad day while orders are watched."""

import json

import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.delivery import JSON
from bot.sandbox.slack.sample_workspace import ANA, BEN, BOT, EDITING, SHOOTS, TEAM
from tests.support.chat import Chat
from tests.support.clock import Clock
from tests.support.shoot import Shoot
from tests.support.stored_rows import rows
from tests.support.waiting import ended, settled


def direct(slack: SlackSandbox) -> list[str]:
    """What the bot wrote to Ana in their direct message."""
    return [
        message.text for message in slack.messages(slack.workspace.dm(ANA, BOT).id) if message.user == BOT
    ]


async def test_an_outage_of_autoenhance_ends_no_watch_and_is_logged_once(
    chat: Chat,
    shoot: Shoot,
    autoenhance: AutoenhanceSandbox,
    clock: Clock,
    caplog: pytest.LogCaptureFixture,
) -> None:
    """Hours later the order is told, with the reason why so late; the log has a beginning and an end."""
    card = await chat.watch(shoot.id)
    autoenhance.set_failure("500")
    for _ in range(8):
        await shoot.later(minutes=20)
    assert chat.thread(card) == []
    shoot.finish()
    clock.turn(minutes=10)
    autoenhance.set_failure("well")
    await shoot.later(minutes=20)
    notice = await chat.noticed(card)

    assert "is ready" in notice.text
    assert "late, as Autoenhance wasn't answering meanwhile" in notice.text
    written = caplog.text
    assert written.count("autoenhance does not answer") == 1
    assert written.count("autoenhance answers again") == 1
    assert shoot.id not in written


async def test_an_outage_does_not_make_an_order_look_stuck(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox
) -> None:
    """What nobody could see did not stand still."""
    card = await chat.watch(shoot.id)
    autoenhance.set_failure("503")
    for _ in range(4):
        await shoot.later(minutes=20)
    autoenhance.set_failure("well")
    await shoot.later(minutes=20)

    assert chat.thread(card) == []
    assert "Nothing has moved" not in card.plain()


async def planned(sandbox: Sandbox) -> float:
    """When the one watch is looked at next."""
    [row] = await rows(sandbox.settings, "SELECT next_look FROM watches")
    return float(row["next_look"])


@pytest.mark.parametrize("hours", [-1, -720, 720], ids=["an-hour-back", "a-month-back", "ahead"])
async def test_a_clock_that_jumps_ends_nothing(
    chat: Chat, shoot: Shoot, clock: Clock, sandbox: Sandbox, app: App, *, hours: int
) -> None:
    """An hour or a month, ahead or back: the watch goes on, and its order is looked at within minutes."""
    card = await chat.watch(shoot.id)
    await settled(app)
    clock.turn(hours=hours)
    while await planned(sandbox) > clock() + 300:
        await chat.order("list")
    shoot.is_now(3)
    await shoot.later(minutes=6)
    assert "The watch ended" not in card.plain()
    assert chat.thread(card) == []
    shoot.finish()
    await shoot.later(minutes=6)

    assert "is ready" in (await chat.noticed(card)).text


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("not_in_channel", "I am not in the channel any more"),
        ("channel_not_found", "I am not in the channel any more"),
        ("is_archived", "the channel is archived"),
        ("restricted_action", "Slack doesn't let me post there"),
    ],
)
async def test_a_channel_that_refuses_parks_its_watches(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, error: str, says: str
) -> None:
    """The owner gets one direct message, with why and with a way on; an hour later it is tried again."""
    card = await chat.watch(shoot.id)
    shoot.is_now(4)
    slack.fail("chat.update", error=error, times=2)
    await shoot.later(minutes=1)
    await slack.until(lambda: direct(slack))
    assert says in direct(slack)[0]
    assert "Resting" in (await chat.order("list")).plain()
    await shoot.later(minutes=70)
    assert len(direct(slack)) == 1
    shoot.finish()
    await shoot.later(minutes=70)
    notice = await chat.noticed(card)

    assert "is ready" in notice.text
    assert "Ready · Pine Lodge" in card.plain()
    assert len(direct(slack)) == 1


async def test_the_word_to_the_owner_says_what_could_not_be_said(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """That the order has come to its end is what they wait for."""
    await chat.watch(shoot.id)
    slack.remove_bot(SHOOTS)
    shoot.finish(failures=2)
    await shoot.later(minutes=1)
    await slack.until(lambda: direct(slack))

    assert "*Pine Lodge*: Needs attention, 8 of 10 done, 2 failed" in direct(slack)[0]


async def test_an_invitation_brings_it_back_at_once(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, clock: Clock
) -> None:
    """Not after the hour in which it would have been tried again."""
    card = await chat.watch(shoot.id)
    slack.remove_bot(SHOOTS)
    shoot.finish()
    await shoot.later(minutes=1)
    await slack.until(lambda: direct(slack))
    await slack.say("/invite @Order Desk")

    assert "is ready" in (await chat.noticed(card)).text
    assert "Ready · Pine Lodge" in card.plain()


async def test_somebody_else_who_joins_wakes_nobody(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox, app: App
) -> None:
    """The event comes for everybody who joins a channel in which we are."""
    await chat.watch(shoot.id)
    slack.remove_bot(SHOOTS)
    shoot.finish()
    await shoot.later(minutes=1)
    await slack.until(lambda: direct(slack))
    before = await planned(sandbox)
    event = {"type": "member_joined_channel", "user": BEN, "channel": SHOOTS}
    us = {"team_id": TEAM, "user_id": BOT, "is_bot": True}
    told = {"type": "event_callback", "team_id": TEAM, "event": event, "authorizations": [us]}
    body = json.dumps(told).encode()
    assert (await slack.send_raw(body, slack.signed(body, JSON))).status == 200
    await ended(app)

    assert await planned(sandbox) == before


async def test_a_parked_order_can_be_had_in_the_direct_message(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """By the button of the word to the owner."""
    await chat.watch(shoot.id)
    shoot.is_now(4)
    slack.archive(SHOOTS)
    await shoot.later(minutes=1)
    home = slack.workspace.dm(ANA, BOT).id
    word = await chat.until(lambda: next(iter(chat.posted(home)), None))
    await chat.click(word, "Watch for me here")
    await chat.until(lambda: any("Watched by ana" in each.plain() for each in chat.posted(home)))


async def test_a_channel_that_became_shared_is_told_nothing(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """Outsiders read along now: neither card nor thread change, and the owner hears why."""
    card = await chat.watch(shoot.id)
    face = card.plain()
    slack.share(SHOOTS)
    shoot.finish()
    await shoot.later(minutes=10)
    await slack.until(lambda: direct(slack))

    assert "shared with another company" in direct(slack)[0]
    assert card.plain() == face
    assert chat.thread(card) == []


@pytest.mark.parametrize("error", ["account_inactive", "token_revoked", "missing_scope"])
async def test_what_only_an_admin_can_mend_loses_nothing(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, error: str
) -> None:
    """The watch goes on, and tells what is to be told once it can."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    slack.fail("chat.update", error=error, times=3)
    for _ in range(3):
        await shoot.later(minutes=6)
    assert chat.thread(card) == []
    await shoot.later(minutes=6)
    notice = await chat.noticed(card)

    assert "is ready" in notice.text
    assert "late, as Slack wasn't taking messages meanwhile" in notice.text


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_card_that_is_gone_comes_again_when_there_is_something_to_tell(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, error: str
) -> None:
    """Not before: whoever deleted it wanted less."""
    await chat.watch(shoot.id)
    shoot.is_now(3)
    slack.fail("chat.update", error=error)
    await shoot.later(minutes=1)
    await shoot.later(minutes=2)
    assert len(chat.posted()) == 1
    shoot.finish()
    await shoot.later(minutes=2)
    card = await chat.until(lambda: next(iter(chat.posted()[1:]), None))

    assert "Ready · Pine Lodge" in card.plain()
    assert "is ready" in (await chat.noticed(card)).text


async def test_a_deleted_card_takes_no_notice_with_it(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """Somebody deletes the card; the end is told below a new one."""
    slack.delete(await chat.watch(shoot.id))
    shoot.finish()
    await shoot.later(minutes=2)
    card = await chat.until(lambda: next(iter(chat.posted()), None))

    assert "is ready" in (await chat.noticed(card)).text


async def test_a_card_that_slack_finds_too_long_is_cut(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """The state and the counts remain, and the buttons."""
    card = await chat.watch(shoot.id)
    shoot.is_now(6)
    slack.fail("chat.update", error="msg_too_long")
    await shoot.later(minutes=1)

    assert "6 of 10 done" in card.plain()
    assert card.buttons() == ["Re-check", "Stop watching"]


@pytest.mark.parametrize(
    "trouble",
    [{"error": "ratelimited", "retry_after": 1}, {"error": "internal_error", "status": 500}],
    ids=["429", "500"],
)
async def test_a_busy_slack_is_told_later(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, trouble: dict[str, int | str]
) -> None:
    """After Retry-After, or after a while: the card first, then the notice, once."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    slack.fail("chat.update", **trouble)  # type: ignore[arg-type]
    await shoot.later(minutes=1)
    assert chat.thread(card) == []
    while not chat.thread(card):
        await shoot.later(minutes=1)
    await shoot.later(minutes=6)

    assert "Ready · Pine Lodge" in card.plain()
    assert len(chat.thread(card)) == 1


async def test_a_limited_channel_holds_up_no_other(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, clock: Clock
) -> None:
    """One look is told to both; the one that Slack takes is told at once."""
    slack.workspace.channels[EDITING].members.add(BOT)
    first = await chat.watch(shoot.id)
    second = await chat.watch(shoot.id, channel=EDITING)
    shoot.finish()
    slack.fail("chat.postMessage", error="ratelimited", retry_after=600)
    await shoot.later(minutes=1)

    assert len(chat.thread(first)) + len(chat.thread(second)) == 1


async def test_a_notice_that_slack_did_not_confirm_is_repeated_once(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """It may be there twice, and no third time."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    slack.fail("chat.postMessage", error="internal_error", status=500, times=5, accepted=True)
    for _ in range(5):
        await shoot.later(minutes=10)

    assert len(chat.thread(card)) == 2


async def test_one_look_serves_all_who_watch(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """Two channels, one request."""
    slack.workspace.channels[EDITING].members.add(BOT)
    first = await chat.watch(shoot.id)
    second = await chat.watch(shoot.id, channel=EDITING)
    shoot.is_now(5)
    before = len(autoenhance.requests)
    await shoot.later(minutes=1)

    assert len(autoenhance.requests) == before + 1
    assert "5 of 10 done" in first.plain()
    assert "5 of 10 done" in second.plain()


async def test_what_a_trial_cannot_do_is_named(chat: Chat, slack: SlackSandbox, sandbox: Sandbox) -> None:
    """The step that failed, Slack's word for it, and what to do."""
    assert "/invite @Order Desk" in (await chat.order("test", channel=EDITING)).plain()
    slack.fail("chat.update", error="missing_scope")
    answer = await chat.order("test")

    assert "Editing the card did not work. An admin must install me again" in answer.plain()


async def test_a_refused_key_is_no_end(chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox) -> None:
    """Nothing was lost; the watches stay."""
    card = await chat.watch(shoot.id)
    autoenhance.set_failure("401")
    await shoot.later(minutes=10)
    autoenhance.set_failure("well")
    shoot.finish()
    await shoot.later(minutes=10)

    assert "is ready" in (await chat.noticed(card)).text
