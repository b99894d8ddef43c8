"""Every card as Slack gets it: a snapshot for each state, and never above a limit of Slack's."""

import json
import re
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.core import errors
from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State
from bot.sandbox.autoenhance.sample_orders import REASONS
from bot.sandbox.slack.blocks import plain
from bot.sandbox.slack.validation.blocks import Surface, problems
from bot.slack.limits import LIMITS
from bot.slack.render import cards, modals
from bot.slack.render.models import Card, FailedLookUp, Placement, Target
from bot.slack.text import orders as order_text
from bot.slack.text import refusals
from bot.slack.text.help import HELP, TOPICS
from tests.slack.sample_views import NOW, SAMPLES, SEEN, view


def slug(name: str) -> str:
    """A name that can be a file's."""
    return "-".join(re.findall("[a-z0-9]+", name.lower()))[:30]


EPHEMERAL = Placement("ephemeral", can_share=True)


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def photos(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [
        {"image_id": f"i{n}", "image_name": f"DSC{n:05d}.jpg", "status": "processed"} | fields
        for n in range(count)
    ]


def fits(card: Card, surface: Surface = "message") -> None:
    assert problems(card["blocks"], surface=surface) == []
    assert 1 <= len(card["text"]) <= LIMITS.text


@pytest.mark.parametrize("order_id", SAMPLES, ids=[slug(order["name"]) for order in SAMPLES.values()])
def test_card_of_each_kind_of_order(order_id: str, snapshot: SnapshotAssertion) -> None:
    """Each order of the sandbox has its card: all states, and the odd fields of the API."""
    card = cards.orders_card([view(SAMPLES[order_id])], EPHEMERAL)

    fits(card)
    assert card == snapshot


def words(card: Card) -> str:
    return f"{plain(card['blocks'])} {card['text']}"


@pytest.mark.parametrize(
    ("order", "says"),
    [
        pytest.param({"is_processing": True}, "30 photos, still processing.", id="working"),
        pytest.param({"is_processing": False}, "30 photos, finished processing.", id="finished"),
        pytest.param({}, "Autoenhance doesn't say how far 30 photos got.", id="nobody says"),
        pytest.param({"is_deleted": True}, "This order was deleted in Autoenhance.", id="deleted"),
    ],
)
def test_what_nobody_stated_is_not_counted(order: dict[str, Any], says: str) -> None:
    """Photos without a status are no photos that are done, none that wait, and no progress."""
    silent = {"order_id": "x", "status": None, "images": photos(30, status=None), **order}
    card = cards.orders_card([view(silent)], EPHEMERAL)

    fits(card)
    assert says in words(card)
    assert re.findall("done|to go|Waiting|%|█|░|Unknown state", words(card)) == (
        ["Unknown state"] * 2 if not order else []
    )


def test_downloaded_photos_are_counted_while_the_others_say_nothing() -> None:
    """What is known is shown."""
    images = [*photos(20, status=None), *photos(10, status=None, downloaded=True)]
    silent = {"order_id": "x", "is_processing": True, "images": images}

    assert "30 photos, still processing; 10 done so far." in words(
        cards.orders_card([view(silent)], EPHEMERAL)
    )


def test_the_vendors_own_example_is_ready() -> None:
    """Its one photo has no status, and was downloaded."""
    example = {"order_id": "x", "status": None, "images": photos(1, status=None, downloaded=True)}
    text = words(cards.orders_card([view(example)], EPHEMERAL))

    assert "The photo is done." in text
    assert "1 of 1 done" in text


def test_nothing_waits_in_a_deleted_order() -> None:
    """Its card counts what it had."""
    images = [*photos(2), *photos(3, status="waiting")]
    text = words(
        cards.orders_card([view({"order_id": "x", "is_deleted": True, "images": images})], EPHEMERAL)
    )

    assert "5 photos." in text
    assert re.findall("Waiting|to go|done", text) == []


@pytest.mark.parametrize("order_id", SAMPLES, ids=[slug(order["name"]) for order in SAMPLES.values()])
def test_below_a_link_to_each_kind_of_order(order_id: str, snapshot: SnapshotAssertion) -> None:
    """The small card has two lines and a button, and its text has no ID."""
    order = view(SAMPLES[order_id])
    small = modals.unfurl(order)

    assert problems(small["blocks"], surface="message") == []
    assert order.order not in plain(small["blocks"])
    assert small == snapshot


@pytest.mark.parametrize(
    "tally",
    [
        pytest.param(SEEN.tally, id="progress"),
        pytest.param(replace(SEEN.tally, done=22, failed=2, waiting=6), id="nothing"),
        pytest.param(replace(SEEN.tally, total=32, done=25, failed=5), id="backwards"),
        pytest.param(replace(SEEN.tally, state=State.WAITING, total=0, done=0), id="another-state"),
    ],
)
def test_what_changed_since_the_last_look(tally: Counts, snapshot: SnapshotAssertion) -> None:
    """A re-checked card says in its last line what changed."""
    before = Snapshot(tally=tally, at=SEEN.at)
    birch = next(order for order in SAMPLES.values() if "Birch Avenue 9" in order["name"])

    card = cards.orders_card([view(birch, before=before)], EPHEMERAL)

    fits(card)
    assert [block for block in card["blocks"] if block["type"] == "context"][-1] == snapshot


def test_a_card_that_was_checked_again(snapshot: SnapshotAssertion) -> None:
    """An order that ended meanwhile has its new state, and what changed."""
    then = Counts(state=State.ENHANCING, total=30, done=14, failed=9, waiting=7)
    before = Snapshot(tally=then, at=NOW - timedelta(minutes=4))

    card = cards.orders_card([view(SAMPLES[REASONS], before=before)], EPHEMERAL)

    fits(card)
    assert card == snapshot


@pytest.mark.parametrize("where", ["message", "view", "terminal"])
def test_buttons_that_can_act_where_the_card_stands(where: Target, snapshot: SnapshotAssertion) -> None:
    """A shared card and a modal have no button to share, and a terminal has no buttons."""
    birch = next(order for order in SAMPLES.values() if "Birch Avenue 9" in order["name"])

    card = cards.orders_card([view(birch)], Placement(where))

    assert [block for block in card["blocks"] if block["type"] == "actions"] == snapshot


@pytest.mark.parametrize("count", [0, 1, 30, 5000])
@pytest.mark.parametrize(
    "fields",
    [
        pytest.param({}, id="well"),
        pytest.param({"status": "error", "status_reason": "<!here> `x` " * 300}, id="all-failed"),
        pytest.param(
            {"image_name": "`<&>" * 750, "status": "error", "ai_version": "&" * 300}, id="long-names"
        ),
        pytest.param({"status": "expired", "image_name": None}, id="nameless"),
    ],
)
def test_any_number_of_photos_fits(count: int, fields: dict[str, Any]) -> None:
    """A card of 0 to 5,000 photos, with names and reasons of 3,000 characters, is valid everywhere."""
    images = photos(count, **fields)
    if images:
        images[0] |= {"ai_version": "<other>" * 400, "image_name": ">" * 3000}
    order = {"order_id": "x" * 128, "name": "<!channel>`&" * 250, "images": images, "total_images": 10**9}
    shown = view(order, before=SEEN)

    for where in ("ephemeral", "message", "view", "terminal"):
        fits(cards.orders_card([shown], Placement(where, can_share=True, in_thread="1700000000.000100")))
    five = [replace(shown, order=OrderId(f"{n}" * 128)) for n in range(5)]
    fits(cards.with_note(cards.orders_card(five, EPHEMERAL, skipped=7), "x" * 5000))
    fits(modals.photos(shown), "modal")
    assert len(json.dumps(modals.answer(modals.photos(shown)))) < LIMITS.view_bytes


def test_the_text_says_what_the_blocks_say(snapshot: SnapshotAssertion) -> None:
    """The text alone, for screen readers and banners, has the name, state, counts, failures and reasons."""
    birch = next(order for order in SAMPLES.values() if "Birch Avenue 9" in order["name"])

    text = cards.orders_card([view(birch, before=SEEN)], EPHEMERAL)["text"]

    for words_ in ("Birch Avenue 9", "Enhancing", "22 of 30 done, 2 failed", "too blurry", "+6 finished"):
        assert words_ in text
    assert text == snapshot


TROUBLES = {
    "not-found": errors.OrderNotFound("x"),
    "key-refused": errors.KeyRefused("x"),
    "too-large": errors.OrderTooLarge("x"),
    "limited": errors.Limited("x", retry_after=19.6),
    "limited-without-a-time": errors.Limited("x"),
    "unavailable": errors.Unavailable("x"),
}


@pytest.mark.parametrize("name", TROUBLES)
@pytest.mark.parametrize("last", [None, SEEN], ids=["never-seen", "seen"])
def test_card_of_each_trouble(name: str, last: Snapshot | None, snapshot: SnapshotAssertion) -> None:
    """Each failure has its card, with what is known of the order."""
    card = cards.orders_card([FailedLookUp(OrderId("12-elm"), TROUBLES[name], last=last)], EPHEMERAL)

    fits(card)
    assert card == snapshot


def test_card_of_an_order_that_was_given_up(snapshot: SnapshotAssertion) -> None:
    """After 25 minutes the card says that the bot stopped asking, and Re-check stays."""
    trouble = FailedLookUp(OrderId("12-elm"), errors.Unavailable("x"), last=SEEN, gave_up=25)

    assert cards.orders_card([trouble], EPHEMERAL) == snapshot


def test_several_orders_in_one_message(snapshot: SnapshotAssertion) -> None:
    """Five cards, one of them a failure, and how many were left out."""
    shown = [view(order) for order in list(SAMPLES.values())[:4]]
    trouble = FailedLookUp(OrderId("nobodys"), errors.OrderNotFound("x"))

    card = cards.orders_card([*shown, trouble], EPHEMERAL, skipped=2)

    fits(card)
    assert card == snapshot


@pytest.mark.parametrize("name", ["NOT_IN_CHANNEL", "ARCHIVED", "CANNOT_POST"])
def test_refusals_to_share(name: str, snapshot: SnapshotAssertion) -> None:
    """Each refusal has its next step, and a button for a direct message where the bot is no member."""
    error = {
        "NOT_IN_CHANNEL": errors.NotInChannel("not_in_channel"),
        "ARCHIVED": errors.Archived("is_archived"),
        "CANNOT_POST": errors.CannotPost("restricted_action"),
    }[name]
    card = cards.not_posted(error, OrderId("12-elm"))

    fits(card)
    assert card == snapshot


@pytest.mark.parametrize(
    "modal",
    [
        pytest.param(modals.ask(), id="ask"),
        pytest.param(modals.ask(refusals.NO_ID_IN_MESSAGE), id="ask-with-a-note"),
        pytest.param(modals.busy(order_text.looking_up(["12-elm", "13-elm"])), id="busy"),
    ],
)
def test_modals(modal: dict[str, Any], snapshot: SnapshotAssertion) -> None:
    """The modals are within Slack's limits."""
    assert problems(modal["blocks"], surface="modal") == []
    assert all(
        len(modal[key]["text"]) <= LIMITS.modal_title for key in ("title", "submit", "close") if key in modal
    )
    assert modal == snapshot


def test_an_old_card_says_how_old_it_was() -> None:
    """After twelve hours the card names its day, and the counts are still compared."""
    before = Snapshot(tally=SEEN.tally, at=NOW - timedelta(days=204))
    birch = next(order for order in SAMPLES.values() if "Birch Avenue 9" in order["name"])

    text = cards.orders_card([view(birch, before=before)], EPHEMERAL)["text"]

    assert "This card was from" in text
    assert "+6 finished" in text


@pytest.mark.parametrize("text", [HELP, *TOPICS.values()], ids=["help", *TOPICS])
def test_help_fits(text: str) -> None:
    """Help has five lines, and fits an ack."""
    assert len(text) < LIMITS.section
    assert len(HELP.splitlines()) == 5


def test_every_error_of_autoenhance_has_its_sentence() -> None:
    """Each error that Autoenhance can cause has its own sentence, without a class or a status."""
    kinds = [kind for kind in _subclasses(errors.AutoenhanceError) if not kind.__subclasses__()]

    said = {refusals.trouble(kind("secret detail"), "12-elm", None) for kind in kinds}

    assert len(said) == len(kinds)
    for sentence in said:
        assert "secret detail" not in sentence
        assert not any(kind.__name__ in sentence for kind in kinds)


def _subclasses(kind: type[errors.AutoenhanceError]) -> set[type[errors.AutoenhanceError]]:
    direct = kind.__subclasses__()
    return {*direct}.union(*(_subclasses(each) for each in direct))
