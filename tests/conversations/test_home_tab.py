"""The Home tab: what I watch, what finished lately, how to begin."""

from pathlib import Path

import pytest

from bot.demo.demo import open_sandbox
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BEN, BOT, EDITING, SHOOTS
from bot.sandbox.slack.workspace import View
from tests.conftest import FAST_TIMING
from tests.support.chat import Chat
from tests.support.running_bot import running_bot
from tests.support.shoot import Shoot


async def opened(slack: SlackSandbox, words: str, user: str = ANA) -> View:
    """The Home tab, once it has these words."""
    assert await slack.open_home(user)
    await slack.until(
        lambda: (slack.home(user) or View(id="", user="", hash="", body={})).plain().count(words)
    )
    home = slack.home(user)
    assert home is not None
    return home


async def test_a_newcomer_reads_the_first_steps(slack: SlackSandbox) -> None:
    """A person who watches nothing sees the first steps."""
    home = await opened(slack, "None of your watched orders")

    assert "/order help" in home.plain()
    assert home.buttons() == ["Connect an Autoenhance account", "Look up an order"]


@pytest.mark.both
async def test_it_shows_what_i_watch_and_where(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """The tab lists my watches in every channel, and no one else's."""
    slack.workspace.channels[EDITING].members.add(BOT)
    await chat.watch(shoot.id)
    await chat.watch(shoot.id, channel=EDITING)
    home = await opened(slack, "Pine Lodge")
    assert f"#{SHOOTS}" in home.plain()
    assert f"#{EDITING}" in home.plain()
    assert "0 of 10 done" in home.plain()

    assert "Pine Lodge" not in (await opened(slack, "None of your watched orders", BEN)).plain()


async def test_stopping_on_the_home_tab_stops_in_that_place_alone(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """The button ends the watch of that channel, and the tab is redrawn."""
    slack.workspace.channels[EDITING].members.add(BOT)
    card = await chat.watch(shoot.id)
    other = await chat.watch(shoot.id, channel=EDITING)
    home = await opened(slack, f"#{EDITING}")
    newest = next(each for each in home.controls() if each.label == "Stop watching")
    await slack.click(home, newest, user=ANA)
    await slack.until(lambda: "Stopped watching" in home.plain())

    assert f"#{EDITING}" not in home.plain()
    await chat.until(lambda: "Ana stopped watching" in other.plain())
    assert "Stop watching" in card.buttons()


async def test_a_finished_order_is_not_stopped_on_the_home_tab(
    chat: Chat, shoot: Shoot, slack: SlackSandbox
) -> None:
    """It is among the finished ones, as in the list. Its card comes in a modal."""
    await chat.watch(shoot.id)
    shoot.finish()
    await shoot.later(minutes=1)
    home = await opened(slack, "Recently finished")
    assert "None of your watched orders are in progress." in home.plain()
    labels = [control.label for control in home.controls()]
    assert labels == ["Show card", "Connect an Autoenhance account", "Look up an order"]
    await slack.click(home, "Show card", user=ANA)

    assert "10 of 10 done" in (await chat.view("Pine Lodge")).plain()


async def test_what_finished_lately_stays_for_a_while(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """A finished order stays on the tab, also when its watch has ended."""
    card = await chat.watch(shoot.id)
    shoot.finish()
    while "No longer watching" not in card.plain():
        await shoot.later(minutes=6)
    home = await opened(slack, "Recently finished")

    assert "Pine Lodge" in home.plain()


async def test_the_look_up_begins_on_the_home_tab(slack: SlackSandbox, chat: Chat) -> None:
    """The button opens the modal with one field."""
    home = await opened(slack, "Look up an order")
    await slack.click(home, "Look up an order", user=ANA)

    await chat.view("Order ID, link or name")


async def test_it_says_what_is_missing_to_connect_accounts(tmp_path: Path) -> None:
    """Without ENCRYPTION_KEYS there is no button. The account that an admin set is listed."""
    async with (
        open_sandbox(tmp_path, encryption_keys=None) as sandbox,
        running_bot(sandbox, timing=FAST_TIMING),
    ):
        home = await opened(sandbox.slack, "Autoenhance accounts")

    assert (
        "*Default account*\nSet by an admin · Key ends in `000x`\nSearched in every channel." in home.plain()
    )
    assert "an admin needs to set `ENCRYPTION_KEYS`" in home.plain()
    assert home.buttons() == ["Look up an order"]
