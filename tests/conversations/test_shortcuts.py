"""*Check orders here* on a message, and *Look up an order* from anywhere."""

import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, CUSTOM, ELM, HARBOUR_VIEW, OAK, REASONS
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, ANA_BOT, BEN, EDITING, SHOOTS
from bot.sandbox.slack.workspace import Message
from bot.slack.constants import ASK_BLOCK, CHECK_ORDERS_HERE, LOOK_UP_ORDER
from tests.support.chat import Chat


def wrote(slack: SlackSandbox, words: str, channel: str = SHOOTS) -> Message:
    """The message of a person that has these words."""
    return next(
        message
        for message in slack.messages(channel)
        if words in f"{message.text} {message.files} {message.attachments}"
    )


@pytest.mark.parametrize(
    ("words", "title"),
    [
        pytest.param("Is this one done?", "12 Elm Street — twilight", id="link-in-the-text"),
        pytest.param("The contact sheet", "Oak Terrace", id="name-of-a-file"),
        pytest.param("From the web app", "7 Harbour View", id="attachment"),
    ],
)
async def test_finds_the_order_wherever_a_message_holds_it(
    chat: Chat, slack: SlackSandbox, words: str, title: str
) -> None:
    """The bot searches text, files and attachments. Only the asker sees the card."""
    await slack.message_shortcut(CHECK_ORDERS_HERE, wrote(slack, words))

    card = await chat.reads(title)

    assert card.ephemeral_to == ANA


async def test_answers_in_the_thread_that_is_there(chat: Chat, slack: SlackSandbox) -> None:
    """On a message of a thread the answer comes in that thread, and Share posts there too."""
    parent = wrote(slack, "Is this one done?")
    await slack.say(f"I mean {OAK}", user=BEN, thread_ts=parent.ts)
    reply = wrote(slack, "I mean")

    await slack.message_shortcut(CHECK_ORDERS_HERE, reply)
    card = await chat.reads("Oak Terrace")
    await chat.click(card, "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)

    assert card.thread_ts == parent.ts
    assert shared.thread_ts == parent.ts


async def test_without_a_thread_the_answer_comes_in_the_channel(chat: Chat, slack: SlackSandbox) -> None:
    """Slack shows ephemeral replies only in threads that exist. The shared card then begins one."""
    message = wrote(slack, "Is this one done?")

    await slack.message_shortcut(CHECK_ORDERS_HERE, message)
    card = await chat.reads("12 Elm Street")
    await chat.click(card, "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)

    assert card.thread_ts is None
    assert shared.thread_ts == message.ts


async def test_a_re_checked_card_is_still_shared_in_the_thread(chat: Chat, slack: SlackSandbox) -> None:
    """The card remembers the thread in which it was asked for."""
    message = wrote(slack, "The contact sheet")
    await slack.message_shortcut(CHECK_ORDERS_HERE, message)
    await chat.click(await chat.reads("Oak Terrace"), "Re-check")

    await chat.click(await chat.reads("No change"), "Share in channel")

    assert (await chat.reads("Shared by", viewer=BEN)).thread_ts == message.ts


@pytest.mark.both
async def test_several_orders_open_a_modal(chat: Chat, slack: SlackSandbox) -> None:
    """A message with several IDs is answered in a modal with a card for each."""
    await slack.message_shortcut(CHECK_ORDERS_HERE, wrote(slack, "Two for the owners"))

    view = await chat.view("21 Station Road")

    assert "7 Harbour View" in view.plain()
    assert view.buttons() == ["Re-check", "Open"] * 2


async def test_no_order_opens_a_modal_with_one_field(chat: Chat, slack: SlackSandbox) -> None:
    """The modal says that the message has no ID, and asks for one."""
    await slack.message_shortcut(CHECK_ORDERS_HERE, wrote(slack, "Back from Elm Street"))
    view = await chat.view("No order ID in that message")

    await slack.submit(view, {ASK_BLOCK: OAK})

    await chat.view("Oak Terrace, show home\n*Ready*")


async def test_works_where_the_bot_is_no_member(chat: Chat, slack: SlackSandbox) -> None:
    """The answer goes through the shortcut's response_url."""
    await slack.message_shortcut(CHECK_ORDERS_HERE, wrote(slack, "the bad ones", EDITING))

    await chat.reads("21 Station Road", EDITING)


async def test_a_card_can_be_checked_like_any_message(chat: Chat, slack: SlackSandbox) -> None:
    """A custom ID is found in the blocks of a shared card."""
    await chat.click(await chat.order(CUSTOM), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)

    await slack.message_shortcut(CHECK_ORDERS_HERE, shared, user=BEN)

    await chat.until(lambda: len([m for m in chat.said(viewer=BEN) if "day" in m.plain()]) == 2 or None)


async def test_the_global_shortcut_answers_in_its_own_modal(chat: Chat, slack: SlackSandbox) -> None:
    """The modal with the field turns into the answer."""
    await slack.global_shortcut(LOOK_UP_ORDER)
    asking = await chat.view("Up to 5 at once")

    await slack.submit(asking, {ASK_BLOCK: f"{ELM}, {CUSTOM}"})
    view = await chat.view("12 Elm Street — day")

    assert "12 Elm Street — twilight" in view.plain()
    assert view.id == asking.id


async def test_a_modal_without_an_id_shows_the_error_at_its_field(chat: Chat, slack: SlackSandbox) -> None:
    """Text that cannot be an order keeps the modal open, with a sentence at the field."""
    await slack.global_shortcut(LOOK_UP_ORDER)
    view = await chat.view("Up to 5 at once")

    await slack.submit(view, {ASK_BLOCK: "where is it"})

    assert "No order ID or name in that." in view.errors[ASK_BLOCK]


async def test_re_check_edits_the_modal(chat: Chat, slack: SlackSandbox) -> None:
    """A card in a modal is edited in the modal."""
    await slack.global_shortcut(LOOK_UP_ORDER)
    await slack.submit(await chat.view("Up to 5 at once"), {ASK_BLOCK: BIRCH})
    view = await chat.view("Birch Avenue")

    await slack.click(view, "Re-check")

    assert (await chat.view("No change since")).id == view.id


async def test_an_answer_to_a_closed_modal_comes_as_a_direct_message(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """A closed modal changes only where the answer comes, as every acknowledged request is answered."""
    autoenhance.set_failure("hang", order=REASONS)
    await slack.global_shortcut(LOOK_UP_ORDER)
    await slack.submit(await chat.view("Up to 5 at once"), {ASK_BLOCK: REASONS})
    await autoenhance.asked(1)

    await slack.close(await chat.view("Looking up"))
    autoenhance.released.set()

    message = await chat.reads("21 Station Road", ANA_BOT)
    assert "I couldn't answer there" in message.plain()


async def test_an_expired_trigger_is_reported(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """When Slack does not open the modal in time, the person reads in the channel what to do."""
    slack.fail("views.open", error="expired_trigger_id")

    await slack.message_shortcut(CHECK_ORDERS_HERE, wrote(slack, "Two for the owners"))

    await chat.reads("Please try again.")
    assert autoenhance.requests == []
    assert HARBOUR_VIEW not in slack.transcript()
