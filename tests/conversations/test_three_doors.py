"""The command, a mention and a direct message: one grammar, and each is answered where it was asked."""

import json

import pytest

from bot.bootstrap.app import App
from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import ELM, HARBOUR_VIEW, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BEN, BOT, EDITING, GUS, OLGA, PARTNERS, SHOOTS
from bot.sandbox.slack.workspace import Message
from tests.support.chat import Chat
from tests.support.shoot import Shoot
from tests.support.waiting import until_idle, until_no_job_is_left

DESK, SENT = "@order_desk", f"<@{BOT}>"
"""The mention as a person types it, and as Slack sends it."""
LINK = f"https://app.autoenhance.ai/orders/{OAK}"


async def answer(chat: Chat, question: Message) -> Message:
    """The bot's first reply in the question's thread, which everybody there sees."""
    return await chat.noticed(question)


async def mention(slack: SlackSandbox, words: str, **more: str) -> Message:
    """A message that mentions the bot."""
    await slack.say(f"{DESK} {words}", **more)
    return slack.messages(more.get("channel", SHOOTS))[-1] if "thread_ts" not in more else last(slack, SENT)


def last(slack: SlackSandbox, words: str) -> Message:
    return [each for each in slack.messages() if words in each.text][-1]


def written(slack: SlackSandbox, viewer: str = ANA) -> list[Message]:
    """What the bot wrote in the direct message."""
    return [each for each in slack.messages(ANA_BOT, viewer=viewer) if each.user == BOT]


@pytest.mark.both
async def test_a_mention_is_answered_in_its_thread(chat: Chat, slack: SlackSandbox) -> None:
    """The card is a reply that everybody sees, as the question was public."""
    asked = await mention(slack, OAK)

    card = await answer(chat, asked)

    assert "Oak Terrace" in card.plain()
    assert card.ephemeral_to is None


async def test_a_mention_in_a_thread_is_answered_there(chat: Chat, slack: SlackSandbox) -> None:
    """Slack has no slash commands in threads: this is the way in."""
    root = slack.messages()[0]
    await slack.say(f"is {DESK} {LINK} done?", thread_ts=root.ts)

    assert "Oak Terrace" in (await answer(chat, root)).plain()


async def test_the_card_of_a_mention_can_be_checked_again(
    chat: Chat, slack: SlackSandbox, shoot: Shoot
) -> None:
    """Re-check edits it, for all who read the thread."""
    card = await answer(chat, await mention(slack, shoot.id))
    shoot.is_now(4)

    await chat.click(card, "Re-check", user=BEN)

    await chat.until(lambda: "4 of 10 done" in card.plain())


@pytest.mark.both
async def test_a_direct_message_is_answered_there(chat: Chat, slack: SlackSandbox) -> None:
    """In the conversation, or in its thread if it was asked in one."""
    await slack.say(f"is {OAK} done?", channel=ANA_BOT)
    card = await chat.until(lambda: next(iter(written(slack)), None))
    assert "Oak Terrace" in card.plain()
    assert card.thread_ts is None

    await slack.say(ELM, channel=ANA_BOT, thread_ts=card.ts)
    reply = await chat.until(lambda: next(iter(chat.thread(card)), None))
    assert "12 Elm Street" in reply.plain()


@pytest.mark.parametrize("words", ["help", "list", "settings", "recent", "watch"])
async def test_the_words_of_the_command_work_in_a_mention(
    chat: Chat, slack: SlackSandbox, words: str
) -> None:
    """The answer to a mention is that of the command, where all can read it.

    It names what can be typed in a thread, which has no slash commands.
    """
    typed = (await chat.order(words)).plain() if words not in {"help", "watch"} else ""
    asked = await mention(slack, words)

    replied = (await answer(chat, asked)).plain()

    assert replied == typed.replace("/order ", "@Order Desk ") if typed else "@Order Desk " in replied
    assert "/order " not in replied


async def test_words_without_an_id_are_searched_for_by_every_door(chat: Chat, slack: SlackSandbox) -> None:
    """The list comes where it was asked for, and another person can turn its pages."""
    asked = await mention(slack, "elm street")
    assert "2 orders match, newest first." in (await answer(chat, asked)).plain()

    await slack.say("is 12 elm street done?", channel=ANA_BOT)
    await chat.until(lambda: [each for each in written(slack) if "12 Elm Street" in each.plain()])

    newest = await answer(chat, await mention(slack, "recent"))
    await chat.click(newest, next(label for label in newest.buttons() if label != "Show"), user=BEN)
    await chat.until(lambda: "First page" in newest.buttons())


async def test_a_watch_by_mention_has_its_home_in_that_thread(
    chat: Chat, slack: SlackSandbox, shoot: Shoot
) -> None:
    """The card and the notices come in the thread in which it was asked for."""
    asked = await mention(slack, f"watch {shoot.id}")
    await chat.until(lambda: [each for each in chat.thread(asked) if "Watching *Pine Lodge*" in each.plain()])
    shoot.finish()
    await shoot.later(minutes=1)

    await chat.until(lambda: [each for each in chat.thread(asked) if "is ready" in each.text])


async def test_a_mention_without_words_is_answered_with_help(chat: Chat, slack: SlackSandbox) -> None:
    """Examples to paste are what helps."""
    await slack.say(DESK)

    assert "shows Autoenhance orders" in (await answer(chat, slack.messages()[-1])).plain()


async def test_a_mention_of_two_bots(chat: Chat, slack: SlackSandbox) -> None:
    """Mentions are no words."""
    asked = await mention(slack, f"@gus and @ben: {OAK}")

    assert "Oak Terrace" in (await answer(chat, asked)).plain()


async def test_a_mention_in_code(chat: Chat, slack: SlackSandbox) -> None:
    """Slack sends the event as for any other message."""
    await slack.say(f"```{DESK} {OAK}```")

    assert "Oak Terrace" in (await answer(chat, slack.messages()[-1])).plain()


NOT_NEW: dict[str, dict[str, object]] = {
    "edited": {"edited": {"user": ANA, "ts": "1.2"}},
    "another bot": {"bot_id": "B0OTHER001"},
    "bot_message": {"subtype": "bot_message", "bot_id": "B0OTHER001"},
    "changed": {"subtype": "message_changed", "hidden": True},
    "deleted": {"subtype": "message_deleted", "hidden": True},
    "joined": {"subtype": "channel_join"},
    "Slackbot": {"user": "USLACKBOT"},
    "Slack": {"user": "USLACK"},
    "itself": {"user": BOT, "bot_id": "B0ORDRDESK"},
    "no one": {"user": None},
}


@pytest.mark.parametrize("changes", NOT_NEW.values(), ids=NOT_NEW)
@pytest.mark.parametrize("channel", [SHOOTS, ANA_BOT])
async def test_what_no_person_has_just_written_is_not_answered(
    slack: SlackSandbox, app: App, channel: str, changes: dict[str, object]
) -> None:
    """Messages of bots, edits and deletions get an ack and no answer."""
    message = slack.workspace.post(channel, ANA, f"{SENT} {OAK}")

    exchange = await slack.hear(message, **changes)

    assert exchange
    assert exchange.status == 200
    await until_idle(app)
    assert {call.method for call in slack.calls()} <= {"auth.test"}  # at the start of each process


async def test_a_redelivered_mention_is_answered_once(chat: Chat, slack: SlackSandbox, app: App) -> None:
    """Slack sends an event again when it saw no ack."""
    asked = await mention(slack, OAK)
    await answer(chat, asked)
    sent = slack.exchanges[-1].payload
    body = json.dumps(sent).encode()

    for number in ("1", "2"):
        headers = slack.signed(body) | {"content-type": "application/json", "x-slack-retry-num": number}
        assert (await slack.send_raw(body, headers)).status == 200

    await until_no_job_is_left(app)
    assert len(chat.thread(asked)) == 1


async def test_outsiders_read_nothing_of_an_order(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """In a shared channel, only who asked reads why, a colleague as well as an outsider."""
    for user, why in ((ANA, "shared with another company"), (OLGA, "of the company that installed it")):
        asked = await mention(slack, OAK, channel=PARTNERS, user=user)
        refusal = await chat.reads(why, PARTNERS, user)
        assert refusal.ephemeral_to == user
        assert chat.thread(asked) == []
    assert autoenhance.requests == []


async def test_where_slack_does_not_say_who_reads_along_the_asker_alone_is_answered(
    chat: Chat, slack: SlackSandbox
) -> None:
    """A 429 of conversations.info does not keep the answer from the asker, nor show it to others."""
    slack.fail("conversations.info", error="ratelimited", retry_after=86_400, times=None)
    asked = await mention(slack, OAK)

    card = await chat.reads("Oak Terrace")

    assert card.ephemeral_to == ANA
    assert chat.thread(asked) == []


async def test_a_guest_is_answered_in_a_direct_message(chat: Chat, slack: SlackSandbox) -> None:
    """A guest of the workspace is no outsider."""
    place = slack.workspace.dm(GUS, BOT).id
    await slack.say(OAK, user=GUS, channel=place)

    await chat.reads("Oak Terrace", place, GUS)


async def test_a_file_alone(chat: Chat, slack: SlackSandbox) -> None:
    """The order in a file's name is looked up. A file that names none is answered with help."""
    named = {"id": "F1", "name": f"order-{OAK}.pdf", "title": f"order-{OAK}.pdf"}
    message = slack.workspace.post(ANA_BOT, ANA, "", files=[named])
    await slack.hear(message, subtype="file_share")
    await chat.reads("Oak Terrace", ANA_BOT)

    message = slack.workspace.post(ANA_BOT, ANA, "", files=[{"id": "F2", "name": "plan.pdf"}])
    await slack.hear(message, subtype="file_share")
    await chat.reads("shows Autoenhance orders", ANA_BOT)


async def test_four_thousand_characters(chat: Chat, slack: SlackSandbox) -> None:
    """A long message with two orders shows both."""
    text = f"{'lorem ipsum ' * 320} {OAK} {HARBOUR_VIEW}"
    await slack.say(text, channel=ANA_BOT)

    card = await chat.reads("Oak Terrace", ANA_BOT)
    assert "Harbour View" in card.plain()


async def test_a_mention_where_the_bot_is_not_a_member_is_not_heard(slack: SlackSandbox) -> None:
    """Slack sends no event then, but asks whether to invite the bot."""
    assert await slack.say(f"{DESK} {OAK}", channel=EDITING) is None


async def test_an_outage_is_said_to_the_asker_alone(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """The line about it would stay in the thread for all. The card comes there when Autoenhance is back."""
    autoenhance.set_failure("503")
    asked = await mention(slack, OAK)
    line = await chat.reads("Autoenhance isn't responding")
    assert line.ephemeral_to == ANA
    autoenhance.set_failure("well")

    assert "Oak Terrace" in (await answer(chat, asked)).plain()
    assert len(chat.thread(asked)) == 1


async def test_both_ways_in_which_slack_treats_threads(chat: Chat, slack: SlackSandbox) -> None:
    """A shortcut in a thread is answered there where the bot is a member, and somewhere elsewhere."""
    root = slack.messages()[0]
    await slack.say(f"and {OAK}?", thread_ts=root.ts)
    reply = slack.workspace.replies(root)[-1]
    await slack.message_shortcut("check_orders_here", reply)
    card = await chat.reads("Oak Terrace")
    assert (card.ephemeral_to, card.thread_ts) == (ANA, root.ts)
    assert slack.calls("chat.postEphemeral")

    for threads in (True, False):
        slack.responder.takes_threads = threads
        root = slack.messages(EDITING)[0]
        message = slack.workspace.post(EDITING, ANA, f"and {OAK}?", thread_ts=root.ts)
        known = {each.ts for each in chat.said(EDITING)}
        await slack.message_shortcut("check_orders_here", message)
        card = await chat.new(known, EDITING)
        assert (card.ephemeral_to, card.thread_ts) == (ANA, root.ts if threads else None)
