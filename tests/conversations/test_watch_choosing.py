"""Watch order here on a message with several orders: one is chosen by its name."""

import pytest

from bot.sandbox.autoenhance.app import AutoenhanceSandbox
from bot.sandbox.autoenhance.order_json import order, photos
from bot.sandbox.autoenhance.sample_orders import BIRCH, OAK
from bot.sandbox.slack.app import SlackSandbox
from bot.sandbox.slack.sample_workspace import ANA, BEN, SHOOTS
from bot.sandbox.slack.workspace import Message, View
from tests.support.chat import Chat
from tests.support.shoot import Shoot

NOBODYS = "11111111-2222-4333-8444-555555555555"


async def chosen_from(chat: Chat, slack: SlackSandbox, *ids: str, user: str = ANA) -> tuple[Message, View]:
    """A message that names these orders, and the modal of a person who wants to watch one of them."""
    await slack.say(f"Today: {' and '.join(ids)}", user=BEN)
    message = slack.messages(SHOOTS)[-1]
    await slack.message_shortcut("watch_order_here", message, user=user)
    return message, await chat.view("Choose the one to watch", user)


def options(modal: View) -> list[str]:
    [field] = [block for block in modal.blocks if block["type"] == "input"]
    return [option["text"]["text"] for option in field["element"]["options"]]


@pytest.mark.both
async def test_one_of_several_is_chosen_by_its_name(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """The menu has the names, and the chosen order is watched in that message's thread."""
    message, modal = await chosen_from(chat, slack, OAK, shoot.id)
    assert options(modal) == ["Oak Terrace, show home", "Pine Lodge"]
    assert OAK not in modal.plain()
    await slack.submit(modal, {"ask": "Pine Lodge"})
    card = await chat.noticed(message)

    assert "Watched by ana" in card.plain()
    assert "Pine Lodge" in card.plain()


async def test_without_names_the_menu_has_short_ids(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """An order that cannot be looked up just now can be chosen all the same."""
    autoenhance.set_failure("html", order=OAK)
    _, modal = await chosen_from(chat, slack, OAK, shoot.id)

    assert options(modal) == ["Order 1a8e53c7…", "Pine Lodge"]


async def test_an_id_of_no_order_is_not_offered(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """Messages have IDs of other things too."""
    _, modal = await chosen_from(chat, slack, NOBODYS, shoot.id)

    assert options(modal) == ["Pine Lodge"]


async def test_two_orders_of_one_name_are_told_apart(
    chat: Chat, shoot: Shoot, slack: SlackSandbox, autoenhance: AutoenhanceSandbox
) -> None:
    """Their short IDs are beside the name."""
    twin = order(BIRCH, "Pine Lodge", photos(BIRCH, (3, {})), now=autoenhance.clock(), age=0)
    autoenhance.add(twin)
    _, modal = await chosen_from(chat, slack, BIRCH, shoot.id)

    assert options(modal) == ["Pine Lodge (7c61f0b9…)", "Pine Lodge (5f0e7c52…)"]


async def test_a_shared_channel_shows_no_name(chat: Chat, shoot: Shoot, slack: SlackSandbox) -> None:
    """The modal says why, and has no menu."""
    slack.share(SHOOTS)
    await slack.say(f"Today: {OAK} and {shoot.id}", user=BEN)
    await slack.message_shortcut("watch_order_here", slack.messages(SHOOTS)[-1], user=ANA)
    modal = await chat.until(
        lambda: next((each for each in slack.views(ANA) if "Looking up" not in each.plain()), None)
    )

    assert "Pine Lodge" not in modal.plain()
    assert [block["type"] for block in modal.blocks] == ["section"]
