"""Slack and Autoenhance fail while orders are watched."""

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
from tests.support.waiting import until_idle, until_no_job_is_left


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
    """Hours later the end is posted, with the reason of the delay. The log has the beginning and the end."""
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
    assert "late: Autoenhance wasn't responding" in notice.text
    written = caplog.text
    assert written.count("autoenhance does not answer") == 1
    assert written.count("autoenhance answers again") == 1
    assert shoot.id not in written


async def test_an_outage_does_not_make_an_order_look_stuck(
    chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox
) -> None:
    """The time of an outage does not count as time without progress."""
    card = await chat.watch(shoot.id)
    autoenhance.set_failure("503")
    for _ in range(4):
        await shoot.later(minutes=20)
    autoenhance.set_failure("well")
    await shoot.later(minutes=20)

    assert chat.thread(card) == []
    assert "No progress" not in card.plain()


async def planned(sandbox: Sandbox) -> float:
    """The time of the only watch's next check."""
    [row] = await rows(sandbox.settings, "SELECT next_look FROM watches")
    return float(row["next_look"])


@pytest.mark.parametrize("hours", [-1, -720, 720], ids=["an-hour-back", "a-month-back", "ahead"])
async def test_a_clock_that_jumps_ends_nothing(
    chat: Chat, shoot: Shoot, clock: Clock, sandbox: Sandbox, app: App, *, hours: int
) -> None:
    """An hour or a month, ahead or back: the watch goes on, and its order is checked within minutes."""
    card = await chat.watch(shoot.id)
    await until_idle(app)
    clock.turn(hours=hours)
    while await planned(sandbox) > clock() + 300:
        await chat.order("list")
    shoot.is_now(3)
    await shoot.later(minutes=6)
    assert "No longer watching" not in card.plain()
    assert chat.thread(card) == []
    shoot.finish()
    await shoot.later(minutes=6)

    assert "is ready" in (await chat.noticed(card)).text


@pytest.mark.parametrize(
    ("error", "says"),
    [
        ("not_in_channel", "no longer in the channel"),
        ("channel_not_found", "no longer in the channel"),
        ("is_archived", "the channel is archived"),
        ("restricted_action", "Slack won't let me post there"),
    ],
)
async def test_a_channel_that_refuses_pauses_its_watches(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, error: str, says: str
) -> None:
    """The owner gets one direct message with the reason and a way on. The bot tries again after an hour."""
    card = await chat.watch(shoot.id)
    shoot.is_now(4)
    slack.fail("chat.update", error=error, times=2)
    await shoot.later(minutes=1)
    await slack.until(lambda: direct(slack))
    assert says in direct(slack)[0]
    assert "Paused: " in (await chat.order("list")).plain()
    await shoot.later(minutes=70)
    assert len(direct(slack)) == 1
    shoot.finish()
    await shoot.later(minutes=70)
    notice = await chat.noticed(card)

    assert "is ready" in notice.text
    assert "Pine Lodge\n*Ready*" in card.plain()
    assert len(direct(slack)) == 1


async def test_the_message_to_the_owner_says_what_could_not_be_posted(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The message says that the order has ended."""
    await chat.watch(shoot.id)
    slack.remove_bot(SHOOTS)
    shoot.finish(failures=2)
    await shoot.later(minutes=1)
    await slack.until(lambda: direct(slack))

    assert "*Pine Lodge*: Needs attention · 8 of 10 done, 2 failed" in direct(slack)[0]


async def test_an_invitation_resumes_the_watch_at_once(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, clock: Clock
) -> None:
    """The bot does not wait for the end of the hour."""
    card = await chat.watch(shoot.id)
    slack.remove_bot(SHOOTS)
    shoot.finish()
    await shoot.later(minutes=1)
    await slack.until(lambda: direct(slack))
    await slack.say("/invite @Order Desk")

    assert "is ready" in (await chat.noticed(card)).text
    assert "Pine Lodge\n*Ready*" in card.plain()


async def test_another_person_who_joins_resumes_nothing(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox, app: App
) -> None:
    """Slack sends the event for every person who joins a channel of the bot."""
    await chat.watch(shoot.id)
    slack.remove_bot(SHOOTS)
    shoot.finish()
    await shoot.later(minutes=1)
    await slack.until(lambda: direct(slack))
    before = await planned(sandbox)
    event = {"type": "member_joined_channel", "user": BEN, "channel": SHOOTS}
    us = {"team_id": TEAM, "user_id": BOT, "is_bot": True}
    payload = {"type": "event_callback", "team_id": TEAM, "event": event, "authorizations": [us]}
    body = json.dumps(payload).encode()
    assert (await slack.send_raw(body, slack.signed(body, JSON))).status == 200
    await until_no_job_is_left(app)

    assert await planned(sandbox) == before


async def test_a_paused_watch_can_move_to_the_direct_message(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The button of the message to the owner moves it."""
    await chat.watch(shoot.id)
    shoot.is_now(4)
    slack.archive(SHOOTS)
    await shoot.later(minutes=1)
    direct_message = slack.workspace.dm(ANA, BOT).id
    message = await chat.until(lambda: next(iter(chat.posted(direct_message)), None))
    await chat.click(message, "Send updates here")
    await chat.until(lambda: any("Watched by ana" in each.plain() for each in chat.posted(direct_message)))


async def test_a_channel_that_became_shared_gets_nothing(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """Once outsiders read along, card and thread do not change, and the owner reads why."""
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
async def test_what_only_an_admin_can_fix_loses_nothing(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, error: str
) -> None:
    """The watch goes on, and posts its notice once it can."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    slack.fail("chat.update", error=error, times=3)
    for _ in range(3):
        await shoot.later(minutes=6)
    assert chat.thread(card) == []
    await shoot.later(minutes=6)
    notice = await chat.noticed(card)

    assert "is ready" in notice.text
    assert "late: Slack wasn't accepting messages" in notice.text


@pytest.mark.parametrize("error", ["message_not_found", "cant_update_message", "edit_window_closed"])
async def test_a_deleted_card_comes_again_with_the_next_notice(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, error: str
) -> None:
    """The card does not come back before that, as the person who deleted it wanted less."""
    await chat.watch(shoot.id)
    shoot.is_now(3)
    slack.fail("chat.update", error=error)
    await shoot.later(minutes=1)
    await shoot.later(minutes=2)
    assert len(chat.posted()) == 1
    shoot.finish()
    await shoot.later(minutes=2)
    card = await chat.until(lambda: next(iter(chat.posted()[1:]), None))

    assert "Pine Lodge\n*Ready*" in card.plain()
    assert "is ready" in (await chat.noticed(card)).text


async def test_a_deleted_card_loses_no_notice(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """After a person deletes the card, the end is posted below a new one."""
    slack.delete(await chat.watch(shoot.id))
    shoot.finish()
    await shoot.later(minutes=2)
    card = await chat.until(lambda: next(iter(chat.posted()), None))

    assert "is ready" in (await chat.noticed(card)).text


async def test_a_card_that_slack_finds_too_long_is_cut(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """The cut card keeps the state, the counts and the buttons."""
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
async def test_a_failing_slack_gets_it_later(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, trouble: dict[str, int | str]
) -> None:
    """After Retry-After or a pause, the bot edits the card and posts the notice, once."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    slack.fail("chat.update", **trouble)  # type: ignore[arg-type]
    await shoot.later(minutes=1)
    assert chat.thread(card) == []
    while not chat.thread(card):
        await shoot.later(minutes=1)
    while "Pine Lodge\n*Ready*" not in card.plain():
        await shoot.later(minutes=6)

    assert len(chat.thread(card)) == 1


async def test_a_rate_limited_channel_delays_no_other(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, clock: Clock
) -> None:
    """One check serves both channels, and the one that Slack accepts gets its notice at once."""
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
    """A notice that Slack did not confirm may be there twice, but no third time."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    slack.fail("chat.postMessage", error="internal_error", status=500, times=5, accepted=True)
    for _ in range(5):
        await shoot.later(minutes=10)

    assert len(chat.thread(card)) == 2


async def test_one_check_serves_all_who_watch(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """Two channels that watch one order share a request."""
    slack.workspace.channels[EDITING].members.add(BOT)
    first = await chat.watch(shoot.id)
    second = await chat.watch(shoot.id, channel=EDITING)
    shoot.is_now(5)
    before = len(autoenhance.looks)
    await shoot.later(minutes=1)

    assert len(autoenhance.looks) == before + 1
    assert "5 of 10 done" in first.plain()
    assert "5 of 10 done" in second.plain()


async def test_a_failing_trial_names_the_step(chat: Chat, slack: SlackSandbox, sandbox: Sandbox) -> None:
    """The answer names the step that failed, Slack's word for it, and what to do."""
    assert "/invite @Order Desk" in (await chat.order("test", channel=EDITING)).plain()
    slack.fail("chat.update", error="missing_scope")
    answer = await chat.order("test")

    assert (
        "Updating the card failed. Slack says `missing_scope`. An admin needs to reinstall" in answer.plain()
    )


async def test_a_refused_key_ends_no_watch(chat: Chat, shoot: Shoot, autoenhance: AutoenhanceSandbox) -> None:
    """Watches stay while the key is refused."""
    card = await chat.watch(shoot.id)
    autoenhance.set_failure("401")
    await shoot.later(minutes=10)
    autoenhance.set_failure("well")
    shoot.finish()
    await shoot.later(minutes=10)

    assert "is ready" in (await chat.noticed(card)).text
