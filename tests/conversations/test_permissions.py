"""Who sees orders where."""

import json
from urllib.parse import urlencode

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BEN, OLGA, PARTNER_TEAM, PARTNERS, SHOOTS
from bot.slack.constants import CHECK_ORDERS_HERE
from tests.support.chat import Chat


async def test_no_orders_in_a_shared_channel(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """Where people of another company read along, a look-up is refused and Autoenhance gets no request."""
    await chat.order(OAK, channel=PARTNERS)

    refusal = await chat.reads("is shared with another company", PARTNERS)
    assert refusal.ephemeral_to == ANA
    assert autoenhance.requests == []
    assert chat.said(PARTNERS, OLGA) == []


async def test_nor_by_the_message_shortcut(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """The message shortcut is refused in a shared channel too."""
    message = next(each for each in slack.messages(PARTNERS) if OAK in each.text)

    await slack.message_shortcut(CHECK_ORDERS_HERE, message)

    await chat.reads("is shared with another company", PARTNERS)
    assert autoenhance.requests == []


async def test_a_card_in_a_channel_that_was_shared_later(chat: Chat, slack: SlackSandbox) -> None:
    """Once outsiders are in the channel, the card stays as it is: each edit checks who would see it."""
    card = await chat.order(OAK)
    await chat.click(card, "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    face = shared.blocks
    slack.workspace.channels[SHOOTS].is_ext_shared = True

    await chat.click(shared, "Re-check", user=BEN)
    refusal = await chat.reads("is shared with another company", viewer=BEN)
    await chat.click(card, "Share in channel")
    await chat.reads("is shared with another company")

    assert refusal.ephemeral_to == BEN
    assert shared.blocks == face
    assert len(slack.calls("chat.postMessage")) == 1


async def test_a_shared_card_where_the_audience_is_unknown(chat: Chat, slack: SlackSandbox) -> None:
    """The bot does not redraw a shared card where Slack does not say who sees it."""
    await chat.click(await chat.order(OAK), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    slack.scopes.discard("channels:read")

    await chat.click(shared, "Re-check", user=BEN)

    await chat.reads("I can't tell whether this channel is shared", viewer=BEN)
    assert slack.calls("chat.update") == []


async def test_a_person_of_no_known_company_is_an_outsider(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """A click that does not name the person's company gets nothing."""
    payload = (await slack.click(await chat.order(OAK), "Re-check")).payload
    await chat.reads("No change")
    asked = len(autoenhance.looks)
    del payload["user"]["team_id"]
    body = urlencode({"payload": json.dumps(payload)}).encode()

    await slack.send_raw(body, slack.signed(body))

    await chat.reads("only to members of the company that installed it")
    assert len(autoenhance.looks) == asked


async def test_an_outsiders_click_gets_nothing(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """A person of another company who clicks a card is refused, and the card is not redrawn."""
    await chat.click(await chat.order(OAK), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    payload = (await slack.click(shared, "Re-check", user=BEN)).payload
    await chat.reads("No change", viewer=BEN)
    asked, face = len(autoenhance.looks), shared.blocks

    # Slack's client does not offer this click: it is Ben's click with Olga's name, and Ben sees the answer.
    payload["user"] |= {"id": OLGA, "team_id": PARTNER_TEAM}
    body = urlencode({"payload": json.dumps(payload)}).encode()
    assert (await slack.send_raw(body, slack.signed(body))).status == 200

    await chat.reads("only to members of the company that installed it", viewer=BEN)
    assert len(autoenhance.looks) == asked
    assert shared.blocks == face
