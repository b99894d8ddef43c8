"""Cards with a picture: where it is, what a screen reader gets, and who can ask for one."""

from dataclasses import replace

import pytest

from bot.sandbox.autoenhance.sample_orders import BIRCH, ELM, REASONS
from bot.sandbox.slack.validation.blocks import problems
from bot.slack import blocks, constants
from bot.slack.limits import LIMITS
from bot.slack.render.cards import orders_card
from bot.slack.render.models import Card, CardPicture, OrderView, Placement, Target
from bot.slack.render.pictures import without_pictures
from bot.slack.text import card_pictures as picture_text
from tests.slack.sample_views import SAMPLES, view

PICTURE = CardPicture("F0123456789", "Contact sheet of Birch Avenue 9. Photos: kitchen.jpg.")


def pictured(order: str, picture: CardPicture | None = PICTURE) -> OrderView:
    return replace(view(SAMPLES[order]), offers_pictures=True, picture=picture)


def drawn(shown: OrderView, where: Target = "message") -> Card:
    card = orders_card([shown], Placement(where))
    assert problems(card["blocks"], surface="view" if where == "view" else "message") == []  # type: ignore[arg-type]
    return card


def menu(card: Card) -> list[str]:
    """The values of the overflow menu's options."""
    found = [
        each for block in card["blocks"] for each in block.get("elements", []) if each["type"] == "overflow"
    ]
    return [option["value"] for each in found for option in each["options"]]


def test_the_picture_is_below_the_state() -> None:
    """Before the photos that failed. The text beside the blocks stays what it was."""
    card, before = drawn(pictured(REASONS)), drawn(replace(pictured(REASONS), picture=None))
    kinds = [block["type"] for block in card["blocks"]]
    assert kinds[:4] == ["header", "section", "image", "rich_text"]
    assert card["blocks"][2] == blocks.image(PICTURE.file_id, PICTURE.alt_text)
    assert card["text"] == before["text"]
    working = replace(pictured(BIRCH), picture=None)
    assert without_pictures(drawn(pictured(BIRCH))) == drawn(working)


@pytest.mark.parametrize("where", ["ephemeral", "view", "terminal"])
def test_only_a_message_that_all_see_has_a_picture(where: Target) -> None:
    """Nor can one be asked for elsewhere."""
    card = orders_card([pictured(BIRCH)], Placement(where))
    assert "image" not in [block["type"] for block in card["blocks"]]
    assert constants.SHOW_PICTURES not in menu(card)


@pytest.mark.parametrize(
    ("shown", "offered"),
    [
        pytest.param(pictured(BIRCH, None), True, id="working"),
        pytest.param(pictured(BIRCH), True, id="working, with an older one"),
        pytest.param(pictured(REASONS, None), True, id="finished"),
        pytest.param(pictured(REASONS), False, id="finished, with its last one"),
        pytest.param(replace(pictured(BIRCH), offers_pictures=False), False, id="turned off"),
        pytest.param(view(SAMPLES[ELM]), False, id="no channel"),
    ],
)
def test_a_picture_can_be_asked_for_where_it_would_be_a_new_one(shown: OrderView, offered: bool) -> None:  # noqa: FBT001
    """In a channel with pictures on, until the last picture of an order that has ended."""
    assert (constants.SHOW_PICTURES in menu(drawn(shown))) is offered


def test_the_menu_of_a_watched_order_takes_no_more() -> None:
    """Slack takes five entries. The row of buttons stays as it is."""
    card = drawn(pictured(BIRCH))
    assert len(menu(card)) <= LIMITS.options


def test_a_long_alt_text_is_cut() -> None:
    """At Slack's limit, with an ellipsis."""
    block = blocks.image("F0123456789", "x" * 3000)
    assert len(block["alt_text"]) == LIMITS.alt_text
    assert block["alt_text"].endswith("…")
    assert problems([block, blocks.image("F0123456789", "")], surface="message") == []


def test_every_need_names_its_next_step() -> None:
    """Several are said together."""
    needs = [picture_text.NEEDS_SCOPE, picture_text.NEEDS_KEY, picture_text.NEEDS_PILLOW]
    said = picture_text.tested(needs)
    assert all("An admin needs to" in need and need in said for need in needs)
    assert ";" not in said
