"""Group direct messages: no bot can be added to one, and its scope would not change that."""

import pytest

from bot.sandbox.autoenhance.sample_orders import OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BEN, GUS
from bot.sandbox.slack.workspace import Channel
from tests.support.chat import Chat

GROUP = "G0MPDM0001"
"""The direct message between Ana, Ben and Gus."""


@pytest.fixture
def chat(slack: SlackSandbox) -> Chat:
    group = Channel(GROUP, "mpdm-ana--ben--gus-1", {ANA, BEN, GUS}, is_private=True, is_mpim=True)
    slack.workspace.channels[GROUP] = group
    return Chat(slack)


async def test_a_look_up_is_answered_to_the_asker(chat: Chat) -> None:
    """Only the asker sees the card."""
    card = await chat.order(OAK, channel=GROUP)

    assert "Oak Terrace" in card.plain()
    assert card.ephemeral_to == ANA


async def test_a_watch_says_where_it_can_be(chat: Chat) -> None:
    """An invitation or a scope would not help, so neither is named."""
    answer = (await chat.order(f"watch {OAK}", channel=GROUP)).plain()

    assert "Apps can't post in group direct messages" in answer
    assert "use a channel or a direct message to Order Desk" in answer
    assert "/invite" not in answer
    assert "scope" not in answer


async def test_so_does_sharing(chat: Chat) -> None:
    """Share in channel says the same, to the person who clicked."""
    card = await chat.order(OAK, channel=GROUP)

    await chat.click(card, "Share in channel")

    await chat.reads("Apps can't post in group direct messages", channel=GROUP)


async def test_unfurls_are_for_channels(chat: Chat) -> None:
    """The setting says that links get cards in channels only."""
    assert "only in channels" in (await chat.order("settings unfurl on", channel=GROUP)).plain()
