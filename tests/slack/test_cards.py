"""Every card as Slack gets it: a snapshot for each state, and never above a limit of Slack's."""

import json
import re
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from syrupy.assertion import SnapshotAssertion
from syrupy.extensions.json import JSONSnapshotExtension

from bot.core import errors
from bot.orders.changes import Snapshot
from bot.orders.ids import OrderId
from bot.orders.progress import Counts, State
from bot.sandbox.autoenhance.sample_orders import BIRCH, CHAPEL, DELETED, ELM, EXPIRED, OAK, REASONS
from bot.sandbox.slack.blocks import plain
from bot.sandbox.slack.validation.blocks import Surface, problems
from bot.slack.blocks import escape
from bot.slack.limits import LIMITS
from bot.slack.render import cards, modals
from bot.slack.render.models import Card, FailedLookUp, Placement, Target
from bot.slack.text import orders as order_text
from bot.slack.text import refusals
from bot.slack.text import search as search_text
from bot.slack.text.help import HELP, TOPICS
from bot.watches.models import Condition, Ending, Watch, Watcher
from tests.slack.sample_views import NOW, SAMPLES, SEEN, view


def slug(name: str) -> str:
    """A name that can be a file's."""
    return "-".join(re.findall("[a-z0-9]+", name.lower()))[:30]


EPHEMERAL = Placement("ephemeral", can_share=True)
BIRCH_AVENUE = SAMPLES[BIRCH]


@pytest.fixture
def snapshot(snapshot: SnapshotAssertion) -> SnapshotAssertion:
    return snapshot.use_extension(JSONSnapshotExtension)


def photos(count: int, **fields: Any) -> list[dict[str, Any]]:
    return [
        {"image_id": f"i{n}", "image_name": f"DSC{n:05d}.jpg", "status": "processed"} | fields
        for n in range(count)
    ]


EMOJI_CODE = re.compile(r":[a-z_]+:")


def fits(card: Card, surface: Surface = "message") -> None:
    assert problems(card["blocks"], surface=surface) == []
    assert 1 <= len(card["text"]) <= LIMITS.text
    assert not EMOJI_CODE.search(card["text"])  # screen readers and banners read it


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
        pytest.param({"is_processing": True}, "*Enhancing* · 30 photos", id="working"),
        pytest.param({"is_processing": False}, "*Finished processing* · 30 photos", id="finished"),
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
    assert re.findall("done|to go|Waiting|%|▓|░|unknown state", words(card)) == (
        ["unknown state"] if not order else []
    )


def test_downloaded_photos_are_counted_while_the_others_say_nothing() -> None:
    """What is known is shown."""
    images = [*photos(20, status=None), *photos(10, status=None, downloaded=True)]
    silent = {"order_id": "x", "is_processing": True, "images": images}

    assert "enhancing, 30 photos, 10 done so far." in words(cards.orders_card([view(silent)], EPHEMERAL))


def test_the_vendors_own_example_is_ready() -> None:
    """Its one photo has no status, and was downloaded."""
    example = {"order_id": "x", "status": None, "images": photos(1, status=None, downloaded=True)}
    text = words(cards.orders_card([view(example)], EPHEMERAL))

    assert "*Ready* · 1 of 1 done" in text


def test_nothing_waits_in_a_deleted_order() -> None:
    """Its card counts what it had."""
    images = [*photos(2), *photos(3, status="waiting")]
    text = words(
        cards.orders_card([view({"order_id": "x", "is_deleted": True, "images": images})], EPHEMERAL)
    )

    assert "*Deleted* · 5 photos" in text
    assert re.findall("Waiting|to go|done", text) == []


def test_the_list_of_photos_has_a_part_for_each_status() -> None:
    """Failed photos come first, expired ones have their own part, and two of one name have two lines."""
    named = {"image_name": "DSC_0099.jpg"}
    images = [
        *photos(1),
        *photos(1, status="expired"),
        *photos(2, status="error", **named),
        *photos(1, status=None),
    ]

    listed = modals.photos(view({"order_id": "x", "images": images}))["blocks"][1:]

    assert [block["text"]["text"].split("\n") for block in listed] == [
        ["*Failed* (2)", "`DSC_0099.jpg (photo 3)`", "`DSC_0099.jpg (photo 4)`"],
        ["*Expired* (1)", "`DSC00000.jpg (photo 2)`"],
        ["*No status* (1)", "`DSC00000.jpg (photo 5)`"],
        ["*Done* (1)", "`DSC00000.jpg (photo 1)`"],
    ]


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
    """A re-checked card says in its small line what changed."""
    before = Snapshot(tally=tally, at=SEEN.at)
    card = cards.orders_card([view(BIRCH_AVENUE, before=before)], EPHEMERAL)

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
    card = cards.orders_card([view(BIRCH_AVENUE)], Placement(where))

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
    text = cards.orders_card([view(BIRCH_AVENUE, before=SEEN)], EPHEMERAL)["text"]

    assert text.startswith("Birch Avenue 9:")
    for words_ in ("enhancing", "22 of 30 done, 2 failed", "too blurry", "6 more done"):
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


def test_no_message_that_others_see_has_a_whole_id() -> None:
    """Who has an order's ID can open the order. So an order that is not found is "this order" there."""
    missing = [FailedLookUp(OrderId(order), errors.OrderNotFound("x")) for order in (ELM, OAK)]
    alone, both = (cards.orders_card(shown, Placement("message")) for shown in (missing[:1], missing))

    assert alone["text"].startswith("I couldn't find this order.")
    assert both["text"].startswith(f"`{ELM[:8]}…`: I couldn't find this order.")
    for card in (alone, both):
        read = card["text"] + "".join(each["text"]["text"] for each in card["blocks"] if "text" in each)
        assert ELM not in read
        assert OAK not in read


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


def test_each_of_several_troubles_names_its_order() -> None:
    """Two orders that cannot be shown can be told apart. One alone needs no ID: it was just typed."""
    late = [FailedLookUp(OrderId(name), errors.Unavailable("x")) for name in ("12-elm", "14-elm")]

    assert "`12-elm`: Autoenhance isn't responding." in cards.orders_card(late, EPHEMERAL)["text"]
    assert "`14-elm`: Autoenhance isn't responding." in cards.orders_card(late, EPHEMERAL)["text"]
    assert "12-elm" not in cards.orders_card(late[:1], EPHEMERAL)["text"]


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
    """After twelve hours the card names the day of its last check, and the counts are still compared."""
    before = Snapshot(tally=SEEN.tally, at=NOW - timedelta(days=204))

    text = cards.orders_card([view(BIRCH_AVENUE, before=before)], EPHEMERAL)["text"]

    assert re.search(
        r"Since <!date\^\d+\^{date_short_pretty} at {time}\|3 May 14:02 UTC>: .*6 more done", text
    )


ODD_CASES = [
    pytest.param(
        [
            {"image_name": "DSC_0099.jpg", "ai_version": "5.2"},
            {"image_name": "DSC_0099.jpg", "sky_replacement": False},
        ],
        [
            "AI version 5.2 (others 5.3): `DSC_0099.jpg (photo 4)`",
            "Sky replacement off: `DSC_0099.jpg (photo 5)`",
        ],
        id="two photos of one name",
    ),
    pytest.param(
        [{"image_name": "x.jpg", "ai_version": "5.2", "sky_replacement": False}],
        ["AI version 5.2 (others 5.3), sky replacement off: `x.jpg`"],
        id="one photo",
    ),
    pytest.param(
        [{"image_name": "x.jpg", "window_pull_type": "NONE"}],
        ["Window pull off (others windows only): `x.jpg`"],
        id="in words",
    ),
    pytest.param(
        [{"image_name": "x.jpg", "cloud_type": "*STORM*"}],
        ["Clouds `*STORM*` (others clear sky): `x.jpg`"],
        id="an unknown value as it came",
    ),
    pytest.param(
        [{"image_name": f"{n}.jpg", "ai_version": f"4.{n}"} for n in range(7)],
        [
            *(f"AI version 4.{n} (others 5.3): `{n}.jpg`" for n in range(5)),
            "and 2 more differences in settings",
        ],
        id="more than fit",
    ),
]


@pytest.mark.parametrize(("odd", "lines"), ODD_CASES)
def test_settings_that_differ_are_lines_in_words(odd: list[dict[str, Any]], lines: list[str]) -> None:
    """Photos with the same differences share a line, in the blocks and in the text."""
    usual = {
        "ai_version": "5.3",
        "sky_replacement": True,
        "cloud_type": "CLEAR",
        "window_pull_type": "ONLY_WINDOWS",
    }
    images = photos(3, **usual) + [{"status": "processed", **usual, **each} for each in odd]
    card = cards.orders_card([view({"order_id": "x", "is_processing": False, "images": images})], EPHEMERAL)

    assert "\n".join(lines) in [block.get("text", {}).get("text") for block in card["blocks"]]
    assert "\n".join(["", *lines, ""]) in card["text"]


@pytest.mark.parametrize(
    ("done", "failed", "bar"),
    [
        pytest.param(22, 2, "▓▓▓▓▓▓▓▓▓▓░░ 80%", id="failed photos count"),
        pytest.param(0, 0, "░░░░░░░░░░░░ 0%", id="nothing yet"),
        pytest.param(29, 0, "▓▓▓▓▓▓▓▓▓▓▓░ 96%", id="one is missing"),
        pytest.param(28, 2, "▓▓▓▓▓▓▓▓▓▓▓▓ 100%", id="all"),
    ],
)
def test_the_bar_shows_the_settled_photos_of_all(done: int, failed: int, bar: str) -> None:
    """It is full only when no photo is left."""
    images = [*photos(done), *photos(failed, status="error"), *photos(30 - done - failed, status="waiting")]

    assert bar in words(
        cards.orders_card([view({"order_id": "x", "is_processing": True, "images": images})], EPHEMERAL)
    )


WATCHER = Watcher(user_id="U1", name="ana", since=NOW)
WATCHED = Watch(team_id="T1", place="C1", order=OrderId("x"), watchers=(WATCHER,), next_look=NOW)
ENDED = replace(WATCHED, condition=Condition.ENDED, ending=Ending.STOPPED, ended_at=NOW, reason="ben")


@pytest.mark.parametrize(
    ("order", "watch", "buttons", "menu"),
    [
        pytest.param(BIRCH_AVENUE, None, ["Watch", "Re-check", "Open"], [], id="working"),
        pytest.param(
            BIRCH_AVENUE,
            WATCHED,
            ["Stop watching", "Re-check"],
            ["Mention me too", "Open in Autoenhance"],
            id="watched",
        ),
        pytest.param(BIRCH_AVENUE, ENDED, ["Watch", "Re-check", "Open"], [], id="no longer watched"),
        pytest.param(SAMPLES[OAK], None, ["Re-check", "Open"], [], id="finished"),
        pytest.param(SAMPLES[OAK], WATCHED, ["Re-check", "Open"], [], id="finished, watched"),
        pytest.param(SAMPLES[DELETED], WATCHED, ["Re-check", "Open"], [], id="deleted, watched"),
        pytest.param(SAMPLES[EXPIRED], None, ["Re-check", "Open"], [], id="expired"),
    ],
)
def test_buttons_that_cannot_act_are_not_drawn(
    order: dict[str, Any], watch: Watch | None, buttons: list[str], menu: list[str]
) -> None:
    """A finished order offers no watch, and none to stop. A watched one can be joined."""
    drawn = cards.orders_card([view(order, watch=watch)], Placement("message"))["blocks"][-1]["elements"]

    assert [each["text"]["text"] for each in drawn if each["type"] == "button"] == buttons
    assert [each["text"]["text"] for each in drawn[-1]["options"]] == [*menu, "All photos", "Show order ID"]


@pytest.mark.parametrize(
    ("order", "style"), [(BIRCH, "primary"), (CHAPEL, None)], ids=["working", "not-started"]
)
def test_watch_stands_out_while_the_order_is_worked_on(order: str, style: str | None) -> None:
    """Otherwise it is a button like the others."""
    watch = cards.orders_card([view(SAMPLES[order])], EPHEMERAL)["blocks"][-1]["elements"][0]

    assert (watch["action_id"], watch.get("style")) == ("watch", style)


@pytest.mark.parametrize("where", ["ephemeral", "message", "view"])
@pytest.mark.parametrize("name", ["Birch Avenue 9", "x" * 150], ids=["short", "long"])
def test_screen_readers_hear_the_name_on_each_button(name: str, where: Target) -> None:
    """Several cards in one channel have the same buttons."""
    for watch in (None, WATCHED):
        card = cards.orders_card([view(BIRCH_AVENUE | {"name": name}, watch=watch)], Placement(where))
        for button in card["blocks"][-1]["elements"]:
            assert button["type"] == "overflow" or name[:40] in button["accessibility_label"]


@pytest.mark.parametrize("order_id", SAMPLES, ids=[slug(order["name"]) for order in SAMPLES.values()])
def test_the_face_of_a_card_has_no_id(order_id: str) -> None:
    """The ID is a secret, and one click away."""
    card = cards.orders_card([view(SAMPLES[order_id], before=SEEN, watch=WATCHED)], Placement("message"))

    assert order_id not in words(card)


@pytest.mark.parametrize("order_id", SAMPLES, ids=[slug(order["name"]) for order in SAMPLES.values()])
def test_the_text_begins_with_the_name_and_has_no_emoji_codes(order_id: str) -> None:
    """Screen readers and banners read it. A note about the answer comes last."""
    order = view(SAMPLES[order_id], before=SEEN, watch=replace(WATCHED, shown_stuck=True, still=1500))
    text = cards.orders_card([order], Placement("message", shared_by="U2"), skipped=2)["text"]

    assert text.startswith(escape(SAMPLES[order_id]["name"]))
    assert not re.search(r":[a-z_]+:", re.sub(r"<!date[^>]*>", "", text))


@pytest.mark.parametrize(
    ("created", "said"),
    [(NOW - timedelta(hours=1), False), (NOW - timedelta(days=1), True), (None, False)],
    ids=["today", "yesterday", "unknown"],
)
def test_the_day_of_creation_is_said_if_it_is_not_today(created: datetime | None, *, said: bool) -> None:
    """Most orders are looked up on their day."""
    text = words(cards.orders_card([replace(view(BIRCH_AVENUE), created=created)], EPHEMERAL))

    assert ("Created" in text) is said


def test_a_message_says_the_day_of_its_check() -> None:
    """It stays for days. What only the asker sees does not."""
    checked = [
        words(cards.orders_card([view(BIRCH_AVENUE)], Placement(where))) for where in ("message", "ephemeral")
    ]

    assert ["Checked <!date^1795442520^{time}|" in text for text in checked] == [False, True]


def test_what_was_another_state_is_named() -> None:
    """Also where it was a word of Autoenhance's own."""
    before = Snapshot(tally=replace(SEEN.tally, state=State.OTHER, word="in<review"), at=SEEN.at)
    card = cards.orders_card([view(BIRCH_AVENUE, before=before)], EPHEMERAL)

    assert "previously “in&lt;review”" in card["text"]


@pytest.mark.parametrize("text", [HELP, *TOPICS.values()], ids=["help", *TOPICS])
def test_help_fits(text: str) -> None:
    """Help has five lines, and fits an ack."""
    assert len(text) < LIMITS.section
    assert len(HELP.splitlines()) == 5


def test_every_error_of_autoenhance_has_its_sentence() -> None:
    """Each error that Autoenhance can cause has its own sentence, without a class or a status.

    Only that of a connected account has what it was made with: the account's name.
    """
    kinds = [kind for kind in _subclasses(errors.AutoenhanceError) if kind is not errors.TryLater]
    of_accounts = {errors.AccountKeyRefused, errors.AccountKeyUnreadable}

    said = {kind: refusals.trouble(kind("<detail>"), "12-elm", None) for kind in kinds}

    assert len(set(said.values())) == len(kinds)
    for kind, sentence in said.items():
        assert "<detail>" not in sentence
        assert ("&lt;detail&gt;" in sentence) is (kind in of_accounts)
        assert not any(kind.__name__ in sentence for kind in kinds)


def test_only_a_card_with_the_button_says_to_press_it() -> None:
    """Where there is no Re-check, the last sentence does not name it."""
    late = errors.Unavailable("x")

    assert "*Re-check*" in FailedLookUp(OrderId("12-elm"), late, gave_up=25).sentence
    assert "Re-check" not in refusals.gave_up(late, "12-elm", None, 25)


def test_several_orders_that_wait_for_a_limit() -> None:
    """The line says that Autoenhance limits requests, and not that it is away."""
    assert "limiting requests" in refusals.several_late(errors.Limited("x"))
    assert "limiting requests" in search_text.trouble(errors.Limited("x"))


def test_an_error_of_a_field_has_no_markup() -> None:
    """Slack shows a field's error as it is, so a backtick would be read."""
    for said in (refusals.NO_ID_FIELD, refusals.ONE_IN_THE_FIELD, search_text.NO_NAME, search_text.TOO_LONG):
        assert not re.search(r"[`*_<]", said)


def _subclasses(kind: type[errors.AutoenhanceError]) -> set[type[errors.AutoenhanceError]]:
    direct = kind.__subclasses__()
    return {*direct}.union(*(_subclasses(each) for each in direct))
