"""`Share in channel`, `All photos` and `Show order ID`."""

import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import BIRCH, LARGE, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, ANA_BEN, ANA_BOT, BEN, EDITING, OLD_SHOOTS, OWNERS, SHOOTS
from tests.support.chat import Chat


@pytest.mark.both
async def test_everyone_sees_a_shared_card(chat: Chat) -> None:
    """The card appears in the channel for all, names who shared it, and cannot be shared again."""
    await chat.click(await chat.order(OAK), "Share in channel")

    shared = await chat.reads("Shared by", viewer=BEN)

    assert "Oak Terrace, show home\n*Ready*" in shared.plain()
    assert f"Shared by <@{ANA}>" in shared.text
    assert shared.menu() == ["All photos", "Show order ID"]


@pytest.mark.parametrize("channel", [pytest.param(EDITING, id="public"), pytest.param(OWNERS, id="private")])
async def test_where_the_bot_is_not_in_the_channel(chat: Chat, slack: SlackSandbox, channel: str) -> None:
    """The refusal says what to type and offers a direct message, which then comes."""
    await chat.click(await chat.order(OAK, channel=channel), "Share in channel")

    refusal = await chat.reads("/invite @Order Desk", channel)
    await chat.click(refusal, "Send me the card")
    sent = await chat.reads("Oak Terrace", ANA_BOT)

    assert sent.ephemeral_to is None
    await chat.reads("I sent you the card in a direct message", channel)
    assert chat.said(channel, BEN) == []


async def test_after_the_invitation_sharing_works(chat: Chat, slack: SlackSandbox) -> None:
    """After the person types what the refusal says, sharing works."""
    card = await chat.order(OAK, channel=EDITING)
    await chat.click(card, "Share in channel")
    await chat.reads("/invite @Order Desk", EDITING)

    await slack.say("/invite @Order Desk", channel=EDITING)
    await chat.click(card, "Share in channel")

    await chat.reads("Shared by", EDITING, BEN)


async def test_an_archived_channel_says_so(chat: Chat) -> None:
    """The refusal says that the channel is archived, and names another way."""
    await chat.click(await chat.order(OAK, channel=OLD_SHOOTS), "Share in channel")

    await chat.reads("This channel is archived", OLD_SHOOTS)


@pytest.mark.parametrize("channel", [ANA_BEN, ANA_BOT])
async def test_nothing_to_share_in_a_direct_message(chat: Chat, channel: str) -> None:
    """A card in a direct message has no button to share it."""
    assert (await chat.order(OAK, channel=channel)).menu() == ["All photos", "Show order ID"]


async def test_another_refusal_of_slack_is_explained(chat: Chat, slack: SlackSandbox) -> None:
    """A restriction that an admin set is named by Slack's word, with the next step."""
    card = await chat.order(OAK)
    slack.fail("chat.postMessage", error="restricted_action")

    await chat.click(card, "Share in channel")

    await chat.reads("Slack won't let me post here (`restricted_action`)")


async def test_without_the_scope_to_ask_nothing_is_posted(chat: Chat, slack: SlackSandbox) -> None:
    """The bot posts nothing when it cannot ask whether outsiders read along."""
    slack.scopes.discard("channels:read")
    card = await chat.order(OAK)

    await chat.click(card, "Share in channel")

    await chat.reads("I can't tell whether this channel is shared")
    assert chat.said(viewer=BEN) == []


async def test_a_rate_limited_share_is_only_delayed(chat: Chat, slack: SlackSandbox) -> None:
    """The bot waits after Slack's 429, and shares the card once."""
    card = await chat.order(OAK)
    slack.fail("chat.postMessage", error="ratelimited", retry_after=1)

    await chat.click(card, "Share in channel")

    await chat.reads("Shared by", viewer=BEN)
    assert len([each for each in chat.said(viewer=BEN) if "Shared by" in each.plain()]) == 1


async def test_photos_are_listed_in_a_modal(chat: Chat) -> None:
    """The modal lists every photo, first those that failed, with their reason."""
    await chat.click(await chat.order(BIRCH), "All photos")

    view = await chat.view("Birch Avenue 9")

    lines = view.plain()
    assert lines.index("*Failed* (2)") < lines.index("*Waiting* (6)") < lines.index("*Done* (22)")
    assert "Image is too blurry" in lines


async def test_all_photos_of_a_large_order_are_there(chat: Chat) -> None:
    """The modal shows 140 photos."""
    await chat.click(await chat.order(LARGE), "All photos")

    view = await chat.view("*Done* (128)")

    assert view.plain().count(".jpg") == 140


async def test_photos_when_autoenhance_is_down(chat: Chat, autoenhance: AutoenhanceSandbox) -> None:
    """The modal says what is wrong, and shows the photos once Autoenhance answers."""
    card = await chat.order(BIRCH)
    autoenhance.set_failure("503", times=4)

    await chat.click(card, "All photos")
    await chat.view("Autoenhance isn't responding")

    await chat.view("*Failed* (2)")


async def test_copy_id_answers_with_the_id_alone(chat: Chat) -> None:
    """The answer is the ID and nothing else, as a phone copies the text of a whole message."""
    await chat.click(await chat.order(OAK), "Show order ID")

    copied = await chat.until(lambda: next((each for each in chat.said() if each.text == OAK), None))
    assert copied.ephemeral_to == ANA


async def test_a_link_button_is_acknowledged(chat: Chat, slack: SlackSandbox) -> None:
    """Slack reports clicks on links too, and marks those without an ack."""
    card = await chat.order(OAK)

    exchange = await slack.click(card, "Open")

    assert exchange.status == 200
    assert len(chat.said(SHOOTS)) == 1


@pytest.mark.parametrize("value", ["archive", "share:", "share:general", "shared", ""])
async def test_a_menu_value_of_another_version_posts_nothing(
    chat: Chat, slack: SlackSandbox, value: str
) -> None:
    """Only a value that the bot drew as sharing shares. Any other is explained to the person who clicked."""
    card = await chat.order(OAK)
    control = next(each for each in card.controls() if each.label == "Show order ID")
    assert control.option is not None
    control.option["value"] = value

    await chat.click(card, "Show order ID")

    await chat.reads("This card is too old to update")
    assert slack.calls("chat.postMessage") == []


async def test_a_post_that_slack_does_not_confirm_is_repeated_once(chat: Chat, slack: SlackSandbox) -> None:
    """When Slack posts the card and its answer is lost each time, the card is there at most twice."""
    card = await chat.order(OAK)
    slack.fail("chat.postMessage", status=500, times=5, accepted=True)

    await chat.click(card, "Share in channel")

    await chat.reads("Slack didn't confirm that the card was posted")
    assert len([each for each in chat.said(viewer=BEN) if "Shared by" in each.plain()]) == 2


async def test_a_direct_message_is_sent_once(chat: Chat, slack: SlackSandbox) -> None:
    """When the follow-up about it fails, the direct message is not sent again."""
    await chat.click(await chat.order(OAK, channel=EDITING), "Share in channel")
    refusal = await chat.reads("/invite @Order Desk", EDITING)
    slack.fail("respond", status=500, times=5)

    await chat.click(refusal, "Send me the card")
    await slack.until(lambda: len([call for call in slack.calls("respond") if call.status == 500]) == 1)
    await chat.order(BIRCH)

    assert len(chat.said(ANA_BOT)) == 1


async def test_a_direct_message_that_slack_does_not_confirm(chat: Chat, slack: SlackSandbox) -> None:
    """It is repeated once, and the person reads that it may be there."""
    await chat.click(await chat.order(OAK, channel=EDITING), "Share in channel")
    refusal = await chat.reads("/invite @Order Desk", EDITING)
    slack.fail("chat.postMessage", status=500, times=5, accepted=True)

    await chat.click(refusal, "Send me the card")

    await chat.reads("Slack didn't confirm", EDITING)
    assert len(chat.said(ANA_BOT)) == 2


async def test_a_link_in_the_menu_is_acknowledged(chat: Chat, slack: SlackSandbox) -> None:
    """On a watched card Open is in the menu. Slack opens it, and the bot has nothing to say."""
    card = await chat.watch(BIRCH)
    said = len(chat.said(SHOOTS))

    exchange = await slack.click(card, "Open in Autoenhance")

    assert exchange.status == 200
    assert len(chat.said(SHOOTS)) == said
