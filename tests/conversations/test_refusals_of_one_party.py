"""One channel or one method of Slack refuses. No other waits for it, and no asker is forgotten."""

import re

import pytest

from bot.bootstrap.app import App
from bot.demo.demo import Sandbox
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import HARBOUR_VIEW, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.endpoints import Call
from bot.sandbox.slack.sample_workspace import ANA, BEN, BOT, EDITING, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.support.chat import Chat
from tests.support.shoot import Shoot
from tests.support.stored_rows import rows
from tests.support.waiting import until_idle

A_DAY = 86_400  # seconds


def sent_to(slack: SlackSandbox, channel: str) -> list[Call]:
    """The bot's posts and edits there."""
    return [
        call
        for method in ("chat.postMessage", "chat.update")
        for call in slack.calls(method)
        if call.params["channel"] == channel
    ]


async def watched_twice(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> tuple[Message, Message]:
    """The cards of one order that is watched in #shoots and in #editing."""
    slack.workspace.channels[EDITING].members.add(BOT)
    return await chat.watch(shoot.id), await chat.watch(shoot.id, channel=EDITING)


async def test_a_rate_limited_channel_does_not_delay_the_end_in_another(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The other channel is told of the order's end with its next check, as if it watched alone."""
    _, other = await watched_twice(chat, shoot, slack)
    slack.fail("chat.postMessage", error="ratelimited", retry_after=180, times=None, channel=SHOOTS)
    shoot.is_now(3, failures=1)
    await shoot.later(minutes=1)
    assert "1 photo failed in" in (await chat.noticed(other)).text

    shoot.finish(failures=1)
    await shoot.later(minutes=1)

    assert "finished with 1 failed photo" in (await chat.noticed(other, 2)).text


async def test_edits_that_slack_does_not_take_hold_a_notice_back_once(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The notice comes with the next attempt, and the card is edited when Slack takes edits again."""
    card = await chat.watch(shoot.id)
    slack.fail("chat.update", error="ratelimited", times=None)
    shoot.finish()
    await shoot.later(minutes=1)
    assert chat.thread(card) == []
    await shoot.later(minutes=1)
    assert "is ready" in (await chat.noticed(card)).text
    assert "10 of 10 done" not in card.plain()

    slack.faults.clear("chat.update")
    await shoot.later(minutes=6)
    await chat.until(lambda: "10 of 10 done" in card.plain())
    assert len(chat.thread(card)) == 1


async def test_a_click_edits_its_card_beside_an_archived_channel(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, app: App, sandbox: Sandbox
) -> None:
    """The card is edited at once, and no job is given up."""
    card, _ = await watched_twice(chat, shoot, slack)
    slack.workspace.channels[EDITING].is_archived = True
    shoot.finish()

    await chat.click(card, "Re-check")

    await chat.until(lambda: "*Ready* · 10 of 10 done" in card.plain())
    await until_idle(app)
    assert await rows(sandbox.settings, "SELECT kind FROM jobs WHERE state = 'dead'") == []


async def test_an_archived_channel_is_tried_once_an_hour(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, sandbox: Sandbox
) -> None:
    """Checks for the other channel and calls of the webhook do not try the archived one again."""
    card, _ = await watched_twice(chat, shoot, slack)
    slack.workspace.channels[EDITING].is_archived = True
    shoot.is_now(1)
    await shoot.later(minutes=1)
    tried = len(sent_to(slack, EDITING))

    for done in range(2, 6):
        shoot.is_now(done)
        await sandbox.autoenhance.call_webhook(shoot.id)
        await shoot.later(minutes=5)
        assert f"{done} of 10 done" in card.plain()
    assert len(sent_to(slack, EDITING)) == tried

    await shoot.later(minutes=70)
    assert len(sent_to(slack, EDITING)) == tried + 1


async def test_an_order_that_ended_before_its_card_could_be_posted(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, app: App
) -> None:
    """The asker reads that it is watched, and the thread is told of its end."""
    slack.fail("chat.postMessage", error="ratelimited", retry_after=1)
    await slack.command(f"/order watch {shoot.id}")
    await chat.until(lambda: slack.calls("chat.postMessage"))
    shoot.finish()

    await chat.reads("Watching *Pine Lodge*")

    [card] = chat.posted()
    assert "is ready. 10 of 10 done" in (await chat.noticed(card)).text
    assert "Pine Lodge\n*Ready*" in card.plain()
    await until_idle(app)
    assert "I don't watch it" not in slack.transcript()


async def test_an_order_that_was_deleted_before_its_card_could_be_posted(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, app: App, sandbox: Sandbox
) -> None:
    """The asker reads that there is no such order, and no row stays that no one would be told about."""
    slack.fail("chat.postMessage", error="ratelimited", retry_after=1)
    await slack.command(f"/order watch {shoot.id}")
    await chat.until(lambda: slack.calls("chat.postMessage"))
    sandbox.autoenhance.remove(shoot.id)

    await chat.reads("I couldn't find order")
    await until_idle(app)

    assert await rows(sandbox.settings, "SELECT id FROM watches") == []


@pytest.mark.parametrize("trouble", ["shared", "revoked"])
async def test_a_watch_whose_start_is_refused_later_leaves_no_row(
    chat: Chat, shoot: Shoot, app: App, sandbox: Sandbox, trouble: str
) -> None:
    """The asker reads why, and the place is free for others."""
    slack = sandbox.slack
    slack.fail("chat.postMessage", error="ratelimited", retry_after=1)
    await slack.command(f"/order watch {shoot.id}")
    await chat.until(lambda: slack.calls("chat.postMessage"))
    slack.workspace.channels[SHOOTS].is_ext_shared = trouble == "shared"
    if trouble == "revoked":
        slack.fail("conversations.info", error="token_revoked", times=None)

    await chat.reads("shared with another company" if trouble == "shared" else "needs to reinstall the app")

    await until_idle(app)
    assert await rows(sandbox.settings, "SELECT id FROM watches") == []


async def test_a_watch_that_has_not_begun_is_not_listed(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """`/order list` shows what will be told, so not a watch whose card Slack has not taken yet."""
    slack.fail("chat.postMessage", error="ratelimited", retry_after=60, times=None)
    await slack.command(f"/order watch {shoot.id}")
    await chat.until(lambda: slack.calls("chat.postMessage"))

    assert "Pine Lodge" not in (await chat.order("list")).plain()


async def test_look_ups_are_answered_while_slack_does_not_say_who_sees_the_channel(
    chat: Chat, slack: SlackSandbox
) -> None:
    """A 429 of conversations.info that asks for a day silences no look-up: only the asker sees the answer."""
    slack.fail("conversations.info", error="ratelimited", retry_after=A_DAY, times=None)

    for channel in (SHOOTS, EDITING):
        assert "Oak Terrace" in (await chat.order(OAK, channel=channel)).plain()


async def test_a_re_check_of_a_shared_card_is_answered_to_the_asker_alone_meanwhile(
    chat: Chat, slack: SlackSandbox
) -> None:
    """The card that others see stays as it is, and who clicked gets the order beside it."""
    await chat.click(await chat.order(OAK), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    face = shared.blocks
    slack.fail("conversations.info", error="ratelimited", retry_after=A_DAY, times=None)
    known = {message.ts for message in chat.said(viewer=BEN)}

    await chat.click(shared, "Re-check", user=BEN)

    answer = await chat.new(known, viewer=BEN)
    assert "Oak Terrace" in answer.plain()
    assert answer.ephemeral_to == BEN
    assert shared.blocks == face


@pytest.mark.parametrize(
    "body", ["", "<html>Please log in</html>", "[]", "{}"], ids=["empty", "page", "list", "{}"]
)
async def test_only_slacks_ok_is_an_acceptance_of_an_answer(
    chat: Chat, slack: SlackSandbox, body: str
) -> None:
    """A proxy that answers in Slack's place does not swallow the card: it comes as a direct message."""
    slack.fail("respond", body=body, times=None)

    await slack.command(f"/order {OAK}")

    card = await chat.reads("Oak Terrace", channel=slack.workspace.dm(ANA, BOT).id)
    assert "18 of 18 done" in card.plain()


@pytest.mark.parametrize(
    ("body", "media_type"),
    [
        ("<html>Please log in</html>", "text/html"),
        ("please log in", "text/plain"),
        ("[1]", "application/json"),
    ],
    ids=["page", "text", "list"],
)
async def test_a_page_in_place_of_slacks_answer_to_a_post_delays_a_notice_by_seconds(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, body: str, media_type: str
) -> None:
    """It is a missing answer, as after a cut connection: the notice comes with the next attempt."""
    card = await chat.watch(shoot.id)
    slack.fail("chat.postMessage", body=body, media_type=media_type)
    shoot.finish()
    await shoot.later(minutes=1)
    await shoot.later(seconds=20)

    assert "is ready" in (await chat.noticed(card)).text


async def test_no_answer_is_promised_beyond_the_bots_patience(
    chat: Chat, autoenhance: AutoenhanceSandbox
) -> None:
    """Where Autoenhance asks to wait for an hour, the bot says so at once and does not promise to answer."""
    autoenhance.set_failure("429", retry_after=3600)

    answer = (await chat.order(OAK)).plain()

    assert "Autoenhance is unavailable for about 60 minutes." in answer
    assert "Try again after that." in answer
    assert "I'll answer" not in answer


async def test_the_same_for_watches_and_searches(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """Each way to ask says the truth about an hour of refusals."""
    autoenhance.set_failure("429", retry_after=3600)

    assert "Try again after that" in (await chat.order(f"watch {OAK}")).plain()
    assert "after that" in (await chat.order("recent")).plain()


@pytest.mark.parametrize("code", ["token_revoked", "account_inactive", "invalid_auth"])
async def test_a_revoked_token_says_that_the_app_must_be_installed_again(
    chat: Chat, slack: SlackSandbox, caplog: pytest.LogCaptureFixture, code: str
) -> None:
    """It is no failure of the bot: there is no reference to quote, and no traceback in the log."""
    slack.fail("conversations.info", error=code, times=None)

    answer = (await chat.order(OAK)).plain()

    assert "An admin needs to reinstall the app" in answer
    assert "Something went wrong" not in answer
    assert [line.levelname for line in caplog.records if line.exc_info or line.levelname == "ERROR"] == []


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("expired_trigger_id", "Please try again."),
        ("trigger_exchanged", "Please try again."),
        ("token_revoked", "An admin needs to reinstall the app"),
        ("ratelimited", "Try again in a minute."),
    ],
)
async def test_a_modal_that_slack_did_not_open_says_what_helps(
    chat: Chat, slack: SlackSandbox, caplog: pytest.LogCaptureFixture, code: str, sentence: str
) -> None:
    """The person reads what to do, and the log has one line without a traceback."""
    slack.fail("views.open", error=code)
    two = next(message for message in slack.messages() if HARBOUR_VIEW in message.text)

    await slack.message_shortcut("check_orders_here", two)

    said = (await chat.reads(sentence)).plain()
    assert not re.search(r"E-\w{4}", said)
    assert [line for line in caplog.records if line.exc_info] == []
