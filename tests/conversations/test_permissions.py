"""Who sees orders where."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

from bot.demo import Sandbox, open_desk_in
from bot.jobs.model import Asker
from bot.sandbox.autoenhance import AutoenhanceSandbox
from bot.sandbox.harbour import ANA, BEN, OLGA, PARTNER_TEAM, PARTNERS, SHOOTS
from bot.sandbox.orders import OAK
from bot.sandbox.slack import SlackSandbox
from bot.slack.admission import Home
from bot.slack.names import CHECK_ORDERS_HERE
from tests.chat import Chat
from tests.conftest import HURRY


async def test_no_orders_in_a_shared_channel(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """Where people of another company read along, a look-up is refused and Autoenhance is not asked."""
    await chat.order(OAK, channel=PARTNERS)

    refusal = await chat.reads("includes people from outside your company", PARTNERS)
    assert refusal.ephemeral_to == ANA
    assert autoenhance.requests == []
    assert chat.said(PARTNERS, OLGA) == []


async def test_nor_by_the_shortcut(chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox) -> None:
    """The message shortcut is refused there too."""
    message = next(each for each in slack.messages(PARTNERS) if OAK in each.text)

    await slack.message_shortcut(CHECK_ORDERS_HERE, message)

    await chat.reads("includes people from outside your company", PARTNERS)
    assert autoenhance.requests == []


async def test_a_card_in_a_channel_that_was_shared_later(
    chat: Chat, slack: SlackSandbox, sandbox: Sandbox
) -> None:
    """Each click is authorised anew: once outsiders are in, the card stays as it is."""
    await chat.click(await chat.order(OAK), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    face = shared.blocks
    slack.workspace.channels[SHOOTS].is_ext_shared = True
    async with reopened(sandbox):
        await chat.click(shared, "Re-check", user=BEN)

        told = await chat.reads("includes people from outside your company", viewer=BEN)

    assert told.ephemeral_to == BEN
    assert shared.blocks == face


@asynccontextmanager
async def reopened(sandbox: Sandbox) -> AsyncIterator[None]:
    """Another bot, which has yet to ask who sees the channel: the first may remember it for five minutes."""
    database = sandbox.settings.database_url.replace(".sqlite3", "-2.sqlite3")
    settings = sandbox.settings.model_copy(update={"database_url": database})
    async with open_desk_in(replace(sandbox, settings=settings), pace=HURRY):
        yield


async def test_an_outsiders_click_gets_nothing(
    chat: Chat, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """Somebody of another company who clicks a card is told no, and the card is not even refreshed."""
    await chat.click(await chat.order(OAK), "Share in channel")
    shared = await chat.reads("Shared by", viewer=BEN)
    payload = (await slack.click(shared, "Re-check", user=BEN)).payload
    await chat.reads("no change", viewer=BEN)
    asked, face = len(autoenhance.requests), shared.blocks

    # Slack's client would not offer it, so the click is Ben's with Olga's name in it; so are the eyes.
    payload["user"] |= {"id": OLGA, "team_id": PARTNER_TEAM}
    body = urlencode({"payload": json.dumps(payload)}).encode()
    assert (await slack.send_raw(body, slack.signed(body))).status == 200

    await chat.reads("only to people of the company that installed it", viewer=BEN)
    assert len(autoenhance.requests) == asked
    assert shared.blocks == face


async def test_a_colleague_of_the_same_organisation_is_no_outsider(sandbox: Sandbox) -> None:
    """In an Enterprise organisation people come from several workspaces."""
    home = Home("T1", "E1")
    asker = Asker(team_id="T1", user_id="U1", user_team_id="E1", at=datetime.now(UTC))

    assert home.knows(asker)
    assert not Home("T1").knows(asker)
