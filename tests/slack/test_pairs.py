"""The menu "Before and after" in the modal with all photos, and the message that it leads to."""

import json
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.core.errors import StaleButton
from bot.orders.ids import OrderId
from bot.sandbox.autoenhance.sample_orders import REASONS
from bot.sandbox.slack.validation.blocks import problems
from bot.sandbox.slack.validation.messages import checked_view
from bot.slack import constants
from bot.slack.limits import LIMITS
from bot.slack.render import buttons, modals
from bot.slack.render.models import CardPicture
from bot.slack.render.pairs import pair_card
from bot.slack.text.pictures import pair_alt
from tests.slack.sample_views import SAMPLES, view

THREAD = "C1", "1700000000.000100"


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def modal(order: dict[str, Any]) -> dict[str, Any]:
    drawn = modals.answer(modals.photos(view(order), THREAD), callback_id=constants.PHOTOS)
    checked_view(drawn)
    return drawn


def order(*photos: tuple[str, str, str]) -> dict[str, Any]:
    """With these photos: the ID, name and status of each."""
    images = [{"image_id": id_, "image_name": name, "status": status} for id_, name, status in photos]
    return {"order_id": "x" * 128, "name": "Elm", "images": images, "total_images": len(images)}


def options(drawn: dict[str, Any]) -> list[tuple[str, str]]:
    accessories = [block["accessory"] for block in drawn["blocks"] if "accessory" in block]
    return [(each["text"]["text"], each["value"]) for menu in accessories for each in menu["options"]]


def test_the_modal_with_the_menu(snapshot: SnapshotAssertion) -> None:
    """The menu is above the photos."""
    assert modal(SAMPLES[REASONS]) == snapshot


def test_photos_that_are_done_are_offered_by_name() -> None:
    """Not the others, and none without an ID that an option can hold. One name is told apart by its place."""
    drawn = modal(
        order(
            ("i1", "b.jpg", "processed"),
            ("i2", "A.jpg", "processed"),
            ("i3", "c.jpg", "error"),
            ("", "d.jpg", "processed"),
            ("i" * 76, "e.jpg", "processed"),
            ("i4", "b.jpg", "processed"),
            ("i5", "f.jpg", "waiting"),
        )
    )
    assert options(drawn) == [("A.jpg", "i2"), ("b.jpg (photo 1)", "i1"), ("b.jpg (photo 6)", "i4")]
    assert options(modal(order(("i1", "a.jpg", "waiting")))) == []


def test_long_names_are_told_apart_at_their_ends() -> None:
    """They are shortened in the middle."""
    found = options(modal(order(("i1", "x" * 200, "processed"), ("i2", "x" * 200, "processed"))))
    assert [label[-9:] for label, _ in found] == ["(photo 1)", "(photo 2)"]


def test_the_menu_has_as_many_photos_as_slack_takes() -> None:
    """It says how many there are. The modal is never too large, whatever the names are."""
    many = order(*((f"{n:036}", "🏡" * 300, "processed") for n in range(5_000)))
    drawn = modal(many)
    assert len(options(drawn)) == LIMITS.choices
    assert "first 100 of 5,000 photos" in json.dumps(drawn)
    assert len(json.dumps(drawn)) < LIMITS.view_bytes


def test_the_menu_holds_its_order_and_its_thread() -> None:
    """A click in a modal names no channel."""
    long = OrderId("x" * 128)
    block = buttons.in_thread(long, "G" * 21, THREAD[1])
    assert len(block) <= LIMITS.id
    assert (buttons.order_of(block), buttons.thread_of(block)) == (long, ("G" * 21, THREAD[1]))


@pytest.mark.parametrize("block", ["", "order:x", "order:x@", "order:x@C1", "order:x@C1:now", "order:x@:1.2"])
def test_another_block_holds_no_thread(block: str) -> None:
    """It is from another version of the bot, or not from the bot."""
    with pytest.raises(StaleButton):
        buttons.thread_of(block)


@pytest.mark.parametrize("name", ["kitchen.jpg", "`<!channel>&" * 300, ""], ids=["usual", "long", "none"])
def test_the_message_fits(name: str) -> None:
    """Whatever the name is, and nobody is mentioned by it."""
    card = pair_card(name, CardPicture("F0123456789", pair_alt(name)), "U1")
    assert problems(card["blocks"], surface="message") == []
    assert "<!channel>" not in card["text"]


def test_the_message_names_the_photo_and_who_posted_it(snapshot: SnapshotAssertion) -> None:
    """Above and below the picture."""
    card = pair_card("kitchen.jpg", CardPicture("F0123456789", pair_alt("kitchen.jpg")), "U1")
    assert card["text"] == "Before and after of `kitchen.jpg`"
    assert card["blocks"] == snapshot
